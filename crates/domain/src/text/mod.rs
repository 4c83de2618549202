//! Text as both engines must see it: folding, pinyin, sort keys, search tokens and search queries. Pure.
//!
//! The index stores what [`tokens`] makes; [`query`] makes what is looked up. Whatever one side does to a text the other
//! must do too, so both are built on [`fold`] and on the same [`scan`].

mod fold;
mod pattern;
mod phrase;
mod query;
mod reading;
mod scan;
mod sort;
mod token;

pub use fold::fold;
pub(crate) use fold::is_han;
pub use pattern::{marks, not_folded_alone, pattern, spelled_out};
pub use query::{Query, Term, Word, query};
pub use reading::{initials, pinyin};
pub use scan::{phone_digits, phones};
pub use sort::{sort_key, sort_range};
pub use token::{Group, tokens};

/// The version of these rules. What the database keeps of texts (sort keys, terms, addresses, keys of
/// duplicates) is made anew at the next
/// start where it was made by others, so whoever changes what any of them gives raises it.
pub const RULES: i64 = 4;

#[cfg(test)]
mod tests;
