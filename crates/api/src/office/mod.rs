//! The firm itself: its lists, numbers, calendar and settings.

pub mod numbering_rule;
pub mod working_time;
pub mod workspace;
