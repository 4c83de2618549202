//! The firm itself: its lists, numbers, calendar and settings.

pub mod calendar;
pub mod company;
pub mod custom_field;
pub mod custom_kind;
pub mod holidays;
pub mod labels;
pub mod numbering;
pub mod picklist;
pub mod picklists;
pub mod space;
