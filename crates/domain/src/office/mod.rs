//! The firm itself: its lists, numbers, calendar and settings.

pub mod custom_field;
pub mod custom_kind;
pub mod fiscal;
pub mod holiday;
pub mod labels;
pub mod numbering_rule;
pub mod picklist;
pub mod working_time;
pub mod workspace;
