//! api
pub mod import;
