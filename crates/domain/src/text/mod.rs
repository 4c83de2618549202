//! Text as both engines must see it: folding, pinyin, sort keys, search tokens and search queries. Pure.
//!
//! The index stores what [`tokens`] makes; [`query`] makes what is looked up. Whatever one side does to a text the other
//! must do too, so both are built on [`fold`] and on the same [`scan`].

mod fold;
mod query;
mod reading;
mod scan;
mod sort;
mod token;

pub use fold::fold;
pub use query::{Query, Term, Word, query};
pub use reading::{initials, pinyin};
pub use scan::phone_digits;
pub use sort::sort_key;
pub use token::{Group, tokens};

#[cfg(test)]
mod tests;
