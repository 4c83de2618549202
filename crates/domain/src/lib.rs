//! domain
pub mod import;
