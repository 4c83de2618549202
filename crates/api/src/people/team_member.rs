//! Routes of team members.

use crate::crud::crud;
use crate::describe::Routes;
use crate::noun::Noun;
use domain::team_member::TeamMember;

impl Noun for TeamMember {}

pub fn routes(routes: &mut Routes) {
    crud::<TeamMember>(routes);
}
