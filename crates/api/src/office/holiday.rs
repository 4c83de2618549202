//! Routes of holidays.

use crate::crud::crud;
use crate::describe::Routes;
use crate::noun::Noun;
use domain::holiday::Holiday;

impl Noun for Holiday {}

pub fn routes(routes: &mut Routes) {
    crud::<Holiday>(routes);
}
