//! Tests of the area sales.

pub mod competitor;
pub mod opportunity;
pub mod pipeline;
pub mod report;
