//! The store: one source over SQLite and PostgreSQL. SQL lives here and nowhere else.

// The tests inside share their helpers with those outside.
#[cfg(test)]
extern crate self as persistence;

mod customers;
mod data;
mod db;
mod finance;
mod office;
mod people;
mod records;
mod sales;
#[cfg(test)]
mod tests;

// A noun is named without its area.
pub use customers::{activity, duplicate, merge};
pub use data::{export, import, job, view};
use db::{backend, error, plan, sql, store, tx};
pub use db::{draft, migrations};
pub use finance::exchange_rate;
pub use office::{custom_kind, holiday, numbering_rule, workspace};
pub use people::{
    access, api_key, avatar, hand_over, login, outbox, second_factor, session, sharing, team, transfer, user,
};
pub use records::{audit, bulk, change, custom, engine, idempotency, reindex, search, subscriber};
use records::{filter, named, seal, sum};
pub use sales::{opportunity, report};

pub use error::{Error, Result};
pub use store::{Announcements, DatabaseUrl, Options, Store, on_behalf_of};
pub use tx::{Dialect, Tx};
