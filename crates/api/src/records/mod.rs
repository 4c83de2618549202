//! What is done alike with records of every kind.

pub mod audit;
pub mod bulk;
pub mod change;
pub mod change_set;
pub mod crud;
pub mod describe;
pub mod kinds;
pub mod listing;
pub mod made;
pub mod noun;
pub mod schema;
pub mod search;
pub mod start;
pub mod write;
