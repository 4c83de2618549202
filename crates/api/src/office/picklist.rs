//! Routes of picklists.

use crate::crud::{Noun, crud};
use crate::describe::Routes;
use domain::picklist::Picklist;

impl Noun for Picklist {}

pub fn routes(routes: &mut Routes) {
    crud::<Picklist>(routes);
}
