//! Routes of holidays.

use crate::crud::{Noun, crud};
use crate::describe::Routes;
use domain::holiday::Holiday;

impl Noun for Holiday {}

pub fn routes(routes: &mut Routes) {
    crud::<Holiday>(routes);
}
