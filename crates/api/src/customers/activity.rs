//! Routes of activities.

use crate::crud::crud;
use crate::describe::Routes;
use crate::noun::Noun;
use domain::activity::Activity;

impl Noun for Activity {}

pub fn routes(routes: &mut Routes) {
    crud::<Activity>(routes);
}
