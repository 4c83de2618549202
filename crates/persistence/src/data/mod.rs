//! Data in and out, and long work.

pub mod export;
pub mod import;
pub mod job;
pub mod view;
