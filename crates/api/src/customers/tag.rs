//! Routes of tags.

use crate::crud::{Noun, crud};
use crate::describe::Routes;
use domain::tag::Tag;

impl Noun for Tag {}

pub fn routes(routes: &mut Routes) {
    crud::<Tag>(routes);
}
