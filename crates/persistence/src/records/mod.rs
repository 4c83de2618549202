//! What is done alike with records of every kind.

pub mod audit;
pub mod bulk;
pub mod change;
pub mod custom;
pub mod engine;
pub mod filter;
pub mod idempotency;
pub mod named;
pub mod reindex;
pub mod seal;
pub mod search;
pub mod subscriber;
pub mod sum;
