//! Routes of tags.

use crate::crud::crud;
use crate::describe::Routes;
use crate::noun::Noun;
use domain::tag::Tag;

impl Noun for Tag {}

pub fn routes(routes: &mut Routes) {
    crud::<Tag>(routes);
}
