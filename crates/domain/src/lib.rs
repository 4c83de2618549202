//! What Guanxi knows and decides, without any I/O: records, rules, rights and the list vocabulary.
//! Shared by the server (native) and the app (wasm32), so that one noun is one type.

#[macro_use]
pub mod base;

pub mod customers;
pub mod data;
pub mod finance;
pub mod office;
pub mod people;
pub mod policy;
pub mod query;
pub mod sales;
#[cfg(feature = "text")]
pub mod text;

// A noun is named without its area.
pub use base::{any, change, error, instant, label, messages, money, record, value};
pub use customers::{activity, contact, customer, lead, tag, task};
pub use data::{import, job};
pub use finance::{currency, exchange_rate};
pub use office::{fiscal, holiday, numbering_rule, picklist, working_time, workspace};
pub use people::{api_key, avatar, hand_over, role, sharing, team, team_member, transfer, user};
pub use sales::{opportunity, opportunity_line, pipeline, product, stage};

pub use any::AnyRecord;
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
