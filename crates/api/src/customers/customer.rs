//! Routes of customers.

use crate::crud::crud;
use crate::describe::Routes;
use crate::noun::Noun;
use domain::customer::Customer;

impl Noun for Customer {}

pub fn routes(routes: &mut Routes) {
    crud::<Customer>(routes);
}
