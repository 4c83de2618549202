//! The store: one source over SQLite and PostgreSQL. SQL lives here and nowhere else.

// The tests inside share their helpers with those outside.
#[cfg(test)]
extern crate self as persistence;

pub mod access;
pub mod activity;
pub mod api_key;
pub mod audit;
pub mod avatar;
mod backend;
pub mod change;
pub mod engine;
mod error;
pub mod exchange_rate;
mod filter;
pub mod hand_over;
pub mod holiday;
pub mod idempotency;
pub mod import;
pub mod job;
pub mod login;
pub mod migrations;
pub mod numbering_rule;
pub mod opportunity;
pub mod outbox;
mod plan;
pub mod report;
mod seal;
pub mod search;
pub mod second_factor;
pub mod session;
pub mod sharing;
mod sql;
mod store;
pub mod team;
#[cfg(test)]
mod tests;
pub mod transfer;
mod tx;
pub mod user;
pub mod workspace;

pub use error::{Error, Result};
pub use store::{DatabaseUrl, Heard, Options, Store};
pub use tx::{Dialect, Tx};
