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
pub mod api_key;
pub mod avatar;
pub mod change;
pub mod contact;
pub mod currency;
pub mod customer;
pub mod exchange_rate;
pub mod fiscal;
pub mod hand_over;
pub mod holiday;
pub mod import;
pub mod job;
pub mod lead;
pub mod numbering_rule;
pub mod opportunity;
pub mod opportunity_line;
pub mod picklist;
pub mod pipeline;
pub mod product;
pub mod role;
pub mod sharing;
pub mod stage;
pub mod tag;
pub mod task;
pub mod team;
pub mod team_member;
pub mod transfer;
pub mod user;
pub mod working_time;
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

/// Every record kind, in an order in which each comes after the kinds it refers to where that is possible.
pub const KINDS: &[&Kind] = &[
    team::Team::KIND,
    user::User::KIND,
    team_member::TeamMember::KIND,
    role::Role::KIND,
    tag::Tag::KIND,
    picklist::Picklist::KIND,
    currency::Currency::KIND,
    exchange_rate::ExchangeRate::KIND,
    holiday::Holiday::KIND,
    numbering_rule::NumberingRule::KIND,
    product::Product::KIND,
    pipeline::Pipeline::KIND,
    stage::Stage::KIND,
    customer::Customer::KIND,
    contact::Contact::KIND,
    opportunity::Opportunity::KIND,
    lead::Lead::KIND,
    activity::Activity::KIND,
    task::Task::KIND,
    import::Import::KIND,
    job::Job::KIND,
];

/// The kind of a singular name such as `lead`.
pub fn kind(name: &str) -> Option<&'static Kind> {
    KINDS.iter().copied().find(|k| k.name == name)
}
