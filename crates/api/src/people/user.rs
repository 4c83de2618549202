//! Routes of users.

use crate::caller::Caller;
use crate::crud::crud;
use crate::describe::Routes;
use crate::noun::Noun;
use crate::write::{Cause, Writing};
use domain::policy::{Action, Actor, Permit};
use domain::role::Role;
use domain::user::User;
use domain::zone::Zone;
use domain::{Error, Id, Issue, Record};
use persistence::{Tx, api_key, engine, login, session, user};

impl Noun for User {
    fn before(tx: &mut Tx, caller: &mut Writing, old: Option<&Self>, new: &mut Self) -> persistence::Result<()> {
        check_time_zone(new)?;
        if caller.cause == Cause::Own {
            return Ok(());
        }
        check_rights(tx, caller, old, new)?;
        // Whoever has the new address can sign in, by a link for a forgotten password.
        if let Some(old) = old.filter(|old| old.email != new.email) {
            if caller.identity.limits.is_some() {
                return Err(Error::NotForKey(Issue::new("", "api_key_not_allowed")).into());
            }
            // One's own address is changed where the password is asked for: else who finds an unlocked screen could move the
            // account to an address of theirs.
            if caller.user() == Some(old.id) {
                return Err(Error::Conflict(Issue::at("email", "own_email")).into());
            }
        }
        if let Some(old) = old.filter(|old| is_owner(old) && !is_owner(new)) {
            keep_an_owner(tx, caller, old)?;
        }
        Ok(())
    }

    fn after(tx: &mut Tx, _: &Writing, permit: &Permit, old: Option<&Self>, new: &Self) -> persistence::Result<()> {
        if let Some(old) = old {
            if new.disabled != old.disabled {
                // Also when they are enabled: a link made while they were being disabled must not come back to life.
                login::withdraw_link(tx, permit, new.id)?;
            }
            if new.disabled && !old.disabled {
                session::end_all(tx, permit, new.id)?;
                api_key::revoke_all(tx, permit, new.id)?;
            }
            follow_email(tx, permit, old, new)?;
        }
        Ok(())
    }

    fn before_delete(tx: &mut Tx, caller: &Writing, old: &Self) -> persistence::Result<()> {
        refuse_if_may_more(tx, caller, old)?;
        if is_owner(old) {
            keep_an_owner(tx, caller, old)?;
        }
        let permit = caller.authorize(Action::Delete, User::KIND, old.owner_id)?;
        login::hold(tx, permit.workspace(), old.id)?;
        login::remove(tx, &permit, old.id)?;
        api_key::revoke_all(tx, &permit, old.id)?;
        session::end_all(tx, &permit, old.id)
    }

    fn before_restore(tx: &mut Tx, caller: &Writing, old: &Self) -> persistence::Result<()> {
        // Checked as if the roles were given now: while the user was in the bin, the caller may have lost the right to give them.
        check_rights(tx, caller, None, old)
    }
}

/// The sign-in follows the user's address.
fn follow_email(tx: &mut Tx, permit: &Permit, old: &User, new: &User) -> persistence::Result<()> {
    match &new.email {
        email if *email == old.email => Ok(()),
        Some(email) => login::rename(tx, permit, new.id, email.as_str()),
        None => {
            login::remove(tx, permit, new.id)?;
            session::end_all(tx, permit, new.id)
        }
    }
}

fn check_time_zone(user: &User) -> Result<(), Issue> {
    match &user.time_zone {
        Some(zone) if zone.parse::<Zone>().is_err() => {
            Err(Issue::at("time_zone", "invalid_time_zone").with("value", zone))
        }
        _ => Ok(()),
    }
}

/// The roles given exist and lie within the caller's own rights, the user has no more rights than the caller, and a new
/// address, which is a new way to sign in, goes to nobody who sees more.
fn check_rights(tx: &mut Tx, actor: &Actor, old: Option<&User>, new: &User) -> persistence::Result<()> {
    if let Some(old) = old {
        refuse_if_may_more(tx, actor, old)?;
        if old.email != new.email {
            refuse_if_sees_more(tx, actor, old)?;
        }
    }
    let scope = actor.scope(Role::KIND)?;
    let permit = actor.own_permit();
    let given = |key: &&String| old.is_none_or(|old| !old.roles.contains(key));
    for key in new.roles.iter().filter(given) {
        // A role that is being deleted is not given meanwhile.
        user::lock_role(tx, &permit, key, false)?;
        let role: Option<Role> = engine::find_by(tx, &scope, "key", key.as_str())?;
        let role = role.ok_or_else(|| Issue::at("roles", "unknown_role").with("role", key))?;
        if !actor.identity.covers(&role.grants, &role.field_rights) {
            return Err(Error::Conflict(Issue::at("roles", "beyond_own_rights").with("role", role.name)).into());
        }
    }
    Ok(())
}

/// A user whose sign-in the caller may change: send them a link, take off their second factor. Not the caller's own: that is
/// changed where the current password is asked for.
pub fn in_charge_of_sign_in(tx: &mut Tx, actor: &Actor, id: Id) -> persistence::Result<(User, Permit)> {
    let (found, permit) = in_charge_of(tx, actor, id)?;
    if actor.user() == Some(id) {
        return Err(Error::Conflict(Issue::new("", "own_sign_in")).into());
    }
    refuse_if_sees_more(tx, actor, &found)?;
    Ok((found, permit))
}

/// A user whose keys and records the caller may look after.
pub fn in_charge_of(tx: &mut Tx, actor: &Actor, id: Id) -> persistence::Result<(User, Permit)> {
    let found: User = engine::find(tx, &actor.scope(User::KIND)?, id)?;
    let permit = actor.authorize(Action::Edit, User::KIND, found.owner_id)?;
    refuse_if_may_more(tx, actor, &found)?;
    Ok((found, permit))
}

/// Refuses to change a user who has rights that the caller lacks: whoever may change a user can let themselves in as them
/// (by a link for a new password), and would have those rights.
fn refuse_if_may_more(tx: &mut Tx, actor: &Actor, other: &User) -> persistence::Result<()> {
    let scope = actor.scope(Role::KIND)?;
    if actor.user() == Some(other.id) {
        return Ok(());
    }
    for key in &other.roles {
        // One that is gone gives them no rights.
        let role: Option<Role> = engine::find_by(tx, &scope, "key", key.as_str())?;
        if role.is_some_and(|role| !actor.identity.covers(&role.grants, &role.field_rights)) {
            return Err(Error::Conflict(Issue::new("", "beyond_own_rights_user")).into());
        }
    }
    Ok(())
}

/// Refuses to open a way to sign in as a user who sees records that the caller does not: with the same role, somebody higher
/// up in the teams sees more.
fn refuse_if_sees_more(tx: &mut Tx, actor: &Actor, other: &User) -> persistence::Result<()> {
    if actor.user() == Some(other.id) {
        return Ok(());
    }
    let theirs = user::identity_of(tx, actor.identity.workspace.clone(), other.clone())?;
    if actor.identity.sees_as_much_as(&theirs) {
        return Ok(());
    }
    Err(Error::Conflict(Issue::new("", "beyond_own_reach_user")).into())
}

/// Without an address nobody can sign in.
fn is_owner(user: &User) -> bool {
    !user.disabled && user.email.is_some() && user.roles.iter().any(|r| r == "owner")
}

fn keep_an_owner(tx: &mut Tx, caller: &Caller, old: &User) -> persistence::Result<()> {
    let permit = caller.authorize(Action::Edit, User::KIND, old.owner_id)?;
    if user::others_with(tx, &permit, "owner", old.id)? == 0 {
        return Err(Error::Conflict(Issue::at("roles", "last_owner")).into());
    }
    Ok(())
}

pub fn routes(routes: &mut Routes) {
    crud::<User>(routes);
}
