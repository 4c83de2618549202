//! What Guanxi knows and decides, without any I/O: records, rules, rights and the list vocabulary.
//! Shared by the server (native) and the app (wasm32), so that one noun is one type.

#[macro_use]
mod macros;

pub mod error;
pub mod instant;
pub mod label;
pub mod messages;
pub mod money;
pub mod policy;
pub mod query;
pub mod record;
#[cfg(feature = "text")]
pub mod text;
pub mod value;

pub mod activity;
pub mod change;
pub mod contact;
pub mod customer;
pub mod lead;
pub mod opportunity;
pub mod opportunity_line;
pub mod picklist;
pub mod pipeline;
pub mod product;
pub mod role;
pub mod stage;
pub mod tag;
pub mod task;
pub mod team;
pub mod user;
pub mod workspace;

pub use error::{Error, Issue, Issues};
pub use instant::Instant;
pub use label::{Label, Locale};
pub use money::{Currency, Money};
pub use record::{Field, Kind, Record};

/// Identity of every record: UUID version 7, so that ids sort by the time of their making.
pub type Id = uuid::Uuid;
/// A calendar day without time zone.
pub type Day = chrono::NaiveDate;
