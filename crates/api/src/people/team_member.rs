//! Routes of team members.

use crate::crud::{Noun, crud};
use crate::describe::Routes;
use domain::team_member::TeamMember;

impl Noun for TeamMember {}

pub fn routes(routes: &mut Routes) {
    crud::<TeamMember>(routes);
}
