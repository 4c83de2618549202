//! The firm itself: its lists, numbers, calendar and settings.

pub mod calendar;
pub mod company;
pub mod holidays;
pub mod numbering;
pub mod picklist;
pub mod picklists;
pub mod space;
