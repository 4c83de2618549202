//! Whom the firm sells to, and what was done with them.

pub mod activity;
pub mod duplicate;
pub mod lead;
pub mod merge;
