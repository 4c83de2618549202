//! Tests of the area sales.

pub mod opportunity;
pub mod pipeline;
pub mod report;
