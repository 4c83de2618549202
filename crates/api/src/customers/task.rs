//! Routes of tasks.

use crate::crud::crud;
use crate::describe::Routes;
use crate::noun::Noun;
use domain::task::Task;

impl Noun for Task {}

pub fn routes(routes: &mut Routes) {
    crud::<Task>(routes);
}
