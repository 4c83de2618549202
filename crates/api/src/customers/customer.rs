//! Routes of customers.

use crate::crud::{Noun, crud};
use crate::describe::Routes;
use domain::customer::Customer;

impl Noun for Customer {}

pub fn routes(routes: &mut Routes) {
    crud::<Customer>(routes);
}
