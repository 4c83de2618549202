//! Tests of the area data.

pub mod export;
pub mod import;
pub mod layout;
pub mod view;
