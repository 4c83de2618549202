//! The pipeline: opportunities, products, reports.

pub mod competitor;
pub mod opportunity;
pub mod opportunity_line;
pub mod pipeline;
pub mod product;
pub mod stage;
