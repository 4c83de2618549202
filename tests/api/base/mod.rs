//! Tests of what holds for every kind.

pub mod audit;
pub mod bin;
mod bulk;
pub mod change;
pub mod change_set;
pub mod description;
pub mod outside;
mod policy;
pub mod races;
pub mod request;
pub mod security;
pub mod start;
