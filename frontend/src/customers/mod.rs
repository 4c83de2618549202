//! Whom the firm sells to, and what was done with them.

pub mod contact;
pub mod duplicate;
pub mod lead;
pub mod merge;
pub mod task;
