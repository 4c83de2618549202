//! Routes of picklists.

use crate::crud::crud;
use crate::describe::Routes;
use crate::noun::Noun;
use domain::picklist::Picklist;

impl Noun for Picklist {}

pub fn routes(routes: &mut Routes) {
    crud::<Picklist>(routes);
}
