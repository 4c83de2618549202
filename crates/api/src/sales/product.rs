//! Routes of products.

use crate::crud::crud;
use crate::describe::Routes;
use crate::noun::Noun;
use domain::product::Product;

impl Noun for Product {}

pub fn routes(routes: &mut Routes) {
    crud::<Product>(routes);
}
