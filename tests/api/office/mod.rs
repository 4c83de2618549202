//! Tests of the area office.

pub mod custom_field;
pub mod custom_kind;
pub mod numbering_rule;
pub mod workspace;
