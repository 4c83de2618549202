//! Tests of the area data.

pub mod import;
pub mod view;
