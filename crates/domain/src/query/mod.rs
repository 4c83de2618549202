//! The one vocabulary of lists: filter, sort, page, search, fields, expansion. Checked against a kind's fields here,
//! turned into SQL in one place of persistence.

mod cursor;
pub(crate) mod dates;
mod filter;
mod group;
mod parse;
mod saved;

pub use cursor::Cursor;
pub use filter::{Filter, Leaf, MAX_DEPTH, MAX_LEAVES, Test};
pub use group::{Grouping, grouped, grouping};
pub use parse::{Context, VIEW, condition, empty, expanded, from_json, from_pairs, shown};
pub use saved::{Saved, Used};

use crate::record::Field;

/// The most rows of a page.
pub const MAX_LIMIT: u32 = 200;
pub const DEFAULT_LIMIT: u32 = 50;

#[derive(Debug, Clone, Copy)]
pub struct Sort {
    pub field: &'static Field,
    pub descending: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Count {
    #[default]
    No,
    Exact,
    Estimate,
}

/// A checked list request.
#[derive(Debug, Clone)]
pub struct List {
    pub filter: Option<Filter>,
    pub sort: Sort,
    pub limit: u32,
    pub after: Option<Cursor>,
    pub q: Option<String>,
    /// The fields asked for; none means all.
    pub fields: Option<Vec<&'static str>>,
    /// Reference fields whose records are sent along.
    pub expand: Vec<&'static Field>,
    pub count: Count,
    /// Also counted by the values of this field.
    pub group_by: Option<&'static Field>,
    /// Of filter, sort and search: a cursor made for another list is refused.
    pub fingerprint: u64,
    /// The view that was asked for.
    pub used: Option<Used>,
}
