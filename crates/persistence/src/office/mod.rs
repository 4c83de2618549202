//! The firm itself: its lists, numbers, calendar and settings.

pub mod custom_kind;
pub mod holiday;
pub mod numbering_rule;
pub mod workspace;
