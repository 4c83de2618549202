//! Data in and out, and long work.

pub mod audit;
pub mod export;
pub mod import;
pub mod job;
pub mod layout;
