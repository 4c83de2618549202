//! Whom the firm sells to, and what was done with them.

pub mod activity;
pub mod contact;
pub mod customer;
#[cfg(feature = "text")]
pub mod duplicate;
pub mod lead;
pub mod merge;
pub mod tag;
pub mod task;
