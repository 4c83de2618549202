//! The fields that the firm adds to a kind: their list, in their order, and the form of one.

mod choices;
mod edit;
pub mod list;
