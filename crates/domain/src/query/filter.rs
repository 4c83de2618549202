//! Filters as trees of tests on columns.

use crate::Id;
use crate::value::{Storage, Val};

pub const MAX_LEAVES: usize = 25;
pub const MAX_DEPTH: usize = 5;

#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    And(Vec<Filter>),
    Or(Vec<Filter>),
    Not(Box<Filter>),
    Leaf(Leaf),
}

/// A test on one column.
#[derive(Debug, Clone, PartialEq)]
pub struct Leaf {
    pub column: String,
    pub storage: Storage,
    /// The custom field whose index is meant; none where the record has a column of this name.
    pub custom: Option<Id>,
    pub test: Test,
}

/// Rows without a value pass `Ne`, `NotIn` and `Null(true)` only.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    Eq(Val),
    Ne(Val),
    Lt(Val),
    Lte(Val),
    Gt(Val),
    Gte(Val),
    In(Vec<Val>),
    NotIn(Vec<Val>),
    /// From the first, up to and not including the second.
    Within(Val, Val),
    /// Compared folded, as the search does: without case, width and accents.
    Contains(String),
    StartsWith(String),
    /// A list column has the element.
    Has(String),
    Null(bool),
}

impl Filter {
    pub fn leaves(&self) -> usize {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().map(Self::leaves).sum(),
            Self::Not(part) => part.leaves(),
            Self::Leaf(_) => 1,
        }
    }
}
