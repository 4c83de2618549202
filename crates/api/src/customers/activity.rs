//! Routes of activities.

use crate::crud::{Noun, crud};
use crate::describe::Routes;
use domain::activity::Activity;

impl Noun for Activity {}

pub fn routes(routes: &mut Routes) {
    crud::<Activity>(routes);
}
