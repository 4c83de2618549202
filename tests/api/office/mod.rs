//! Tests of the area office.

pub mod numbering_rule;
pub mod workspace;
