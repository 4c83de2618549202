//! Routes of tasks.

use crate::crud::{Noun, crud};
use crate::describe::Routes;
use domain::task::Task;

impl Noun for Task {}

pub fn routes(routes: &mut Routes) {
    crud::<Task>(routes);
}
