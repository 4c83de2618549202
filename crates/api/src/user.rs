//! Routes of users.

use crate::caller::Caller;
use crate::crud::{Noun, crud};
use crate::describe::Routes;
use domain::policy::Permit;
use domain::role::Role;
use domain::user::User;
use domain::{Error, Issue, Record};
use persistence::{Tx, engine, session, user};

impl Noun for User {
    const CHANGES_RIGHTS: bool = true;

    fn before(tx: &mut Tx, caller: &Caller, old: Option<&Self>, new: &mut Self) -> persistence::Result<()> {
        if let Some(zone) = &new.time_zone
            && zone.parse::<chrono_tz::Tz>().is_err()
        {
            return Err(Issue::at("time_zone", "invalid_time_zone").with("value", zone).into());
        }
        let scope = caller.scope(Role::KIND)?;
        for key in &new.roles {
            if engine::find_by::<Role>(tx, &scope, "key", key.as_str())?.is_none() {
                return Err(Issue::at("roles", "unknown_role").with("role", key).into());
            }
        }
        if let Some(old) = old.filter(|old| is_owner(old) && !is_owner(new)) {
            keep_an_owner(tx, caller, old)?;
        }
        Ok(())
    }

    fn after(tx: &mut Tx, caller: &Caller, permit: &Permit, old: Option<&Self>, new: &Self) -> persistence::Result<()> {
        if let Some(old) = old {
            if new.disabled && !old.disabled {
                session::end_all(tx, caller.workspace().id, new.id)?;
            }
            if old.email != new.email {
                match &new.email {
                    Some(email) => user::rename_login(tx, permit, new.id, email.as_str())?,
                    None => {
                        user::remove_login(tx, permit, new.id)?;
                        session::end_all(tx, caller.workspace().id, new.id)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn before_delete(tx: &mut Tx, caller: &Caller, old: &Self) -> persistence::Result<()> {
        if is_owner(old) {
            keep_an_owner(tx, caller, old)?;
        }
        let permit = caller.authorize(domain::policy::Action::Delete, User::KIND, old.owner_id)?;
        user::remove_login(tx, &permit, old.id)?;
        session::end_all(tx, caller.workspace().id, old.id)
    }
}

fn is_owner(user: &User) -> bool {
    !user.disabled && user.roles.iter().any(|r| r == "owner")
}

fn keep_an_owner(tx: &mut Tx, caller: &Caller, old: &User) -> persistence::Result<()> {
    let permit = caller.authorize(domain::policy::Action::Edit, User::KIND, old.owner_id)?;
    if user::holders(tx, &permit, "owner")? <= 1 {
        return Err(Error::Conflict(Issue::at("roles", "last_owner")).into());
    }
    Ok(())
}

pub fn routes(routes: &mut Routes) {
    crud::<User>(routes);
}
