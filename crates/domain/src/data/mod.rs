//! Data in and out, and long work.

pub mod import;
pub mod job;
pub mod view;
