//! Routes of contacts.

use crate::crud::crud;
use crate::describe::Routes;
use crate::noun::Noun;
use domain::contact::Contact;

impl Noun for Contact {}

pub fn routes(routes: &mut Routes) {
    crud::<Contact>(routes);
}
