//! The pipeline: opportunities, products, reports.

pub mod opportunity;
pub mod report;
