//! Tests of the area customers.

pub mod activity;
pub mod customer;
pub mod duplicate;
pub mod lead;
pub mod merge;
