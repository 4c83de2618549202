//! Routes of roles.

use crate::caller::Caller;
use crate::crud::{Noun, crud};
use crate::describe::Routes;
use domain::role::Role;
use domain::{Error, Issue};
use persistence::Tx;

impl Noun for Role {
    const CHANGES_RIGHTS: bool = true;

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
