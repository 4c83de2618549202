//! Tests of the area customers.

pub mod activity;
pub mod customer;
pub mod lead;
