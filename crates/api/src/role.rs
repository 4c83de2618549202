//! Routes of roles.

use crate::caller::Caller;
use crate::crud::{Noun, crud};
use crate::describe::Routes;
use domain::role::Role;
use domain::{Error, Issue};
use persistence::Tx;

impl Noun for Role {
    const CHANGES_RIGHTS: bool = true;

    fn before(_: &mut Tx, caller: &Caller, old: Option<&Self>, new: &mut Self) -> persistence::Result<()> {
        let changed = old.is_none_or(|old| (&old.grants, &old.field_rights) != (&new.grants, &new.field_rights));
        let within = |role: &Self| caller.identity.covers(&role.grants, &role.field_rights);
        if changed && !(within(new) && old.is_none_or(within)) {
            return Err(Error::Conflict(Issue::at("grants", "beyond_own_rights_grants")).into());
        }
        Ok(())
    }

    fn before_delete(_: &mut Tx, _: &Caller, old: &Self) -> persistence::Result<()> {
        if old.builtin {
            return Err(Error::Conflict(Issue::at("builtin", "builtin_role")).into());
        }
        Ok(())
    }
}

pub fn routes(routes: &mut Routes) {
    crud::<Role>(routes);
}
