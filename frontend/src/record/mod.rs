//! What every kind of record has: lists, pages, forms, edit in place, the timeline. Driven by the fields a kind declares.

pub mod bin;
pub mod bulk;
pub mod cell;
pub mod changes;
pub mod columns;
pub mod conflict;
pub mod detail;
pub mod field;
pub mod fields;
pub mod filter;
pub mod form;
pub mod groups;
pub mod heads;
pub mod history;
pub mod list;
pub mod names;
mod needed;
pub mod related;
pub mod row;
pub mod save;
mod several;
pub mod special;
pub mod table;
pub mod timeline;
pub mod toolbar;
pub mod views;
pub mod when;
