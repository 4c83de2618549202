//! The pipeline: opportunities, products, reports.

pub mod opportunity;
pub mod pipeline;
pub mod report;
pub mod stage;
