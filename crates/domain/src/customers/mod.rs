//! Whom the firm sells to, and what was done with them.

pub mod activity;
pub mod contact;
pub mod customer;
pub mod lead;
pub mod tag;
pub mod task;
