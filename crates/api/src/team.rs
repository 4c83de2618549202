//! Routes of teams.

use crate::crud::{Noun, crud};
use crate::describe::Routes;
use domain::team::Team;

impl Noun for Team {
    const CHANGES_RIGHTS: bool = true;
}

pub fn routes(routes: &mut Routes) {
    crud::<Team>(routes);
}
