//! Customers: the noun on which everything that all records share is looked at closely.

mod batch;
mod lists;
mod operators;
mod search;
mod upsert;
mod versions;
mod writing;
