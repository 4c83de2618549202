//! Routes of contacts.

use crate::crud::{Noun, crud};
use crate::describe::Routes;
use domain::contact::Contact;

impl Noun for Contact {}

pub fn routes(routes: &mut Routes) {
    crud::<Contact>(routes);
}
