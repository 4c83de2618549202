//! Routes of products.

use crate::crud::{Noun, crud};
use crate::describe::Routes;
use domain::product::Product;

impl Noun for Product {}

pub fn routes(routes: &mut Routes) {
    crud::<Product>(routes);
}
