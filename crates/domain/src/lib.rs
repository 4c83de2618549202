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
#[cfg(feature = "zones")]
pub use base::zone;
pub use base::{
    any, change, custom, error, formula, instant, kind, kinds, label, made, messages, money, record, retype, undo,
    value,
};
#[cfg(feature = "text")]
pub use customers::duplicate;
pub use customers::{activity, contact, customer, lead, merge, tag, task};
pub use data::{export, import, job, layout, view};
pub use finance::{currency, exchange_rate};
pub use office::{
    custom_field, custom_kind, fiscal, holiday, labels, numbering_rule, picklist, working_time, workspace,
};
pub use people::{api_key, avatar, hand_over, role, sharing, team, team_member, transfer, user};
pub use sales::{competitor, opportunity, opportunity_line, pipeline, product, stage};

pub use any::AnyRecord;
pub use error::{Error, Issue, Issues, pointer};
pub use instant::Instant;
pub use kinds::Kinds;
pub use label::{Label, Locale};
pub use money::{Currency, Money};
pub use record::{Field, Kind, Record};

/// Identity of every record: UUID version 7, so that ids sort by the time of their making.
pub type Id = uuid::Uuid;
/// A calendar day without time zone.
pub type Day = chrono::NaiveDate;

/// Every record kind, each after the kinds it refers to where that is possible. Whatever is there for each kind follows from
/// this list: `kinds!(then, what)` calls the macro `then` with `[what]` and the list. `plain` are those that are written and served as any kind is;
/// the others have a module of their name in the API.
#[macro_export]
macro_rules! kinds {
    ($then:ident $(, $($with:tt)*)?) => {
        $then! {
            $([$($with)*])?
            own team::Team;
            own user::User;
            plain team_member::TeamMember;
            own role::Role;
            plain tag::Tag;
            plain picklist::Picklist;
            own currency::Currency;
            own exchange_rate::ExchangeRate;
            plain holiday::Holiday;
            own numbering_rule::NumberingRule;
            own custom_kind::CustomKind;
            own custom_field::CustomField;
            plain product::Product;
            plain competitor::Competitor;
            own pipeline::Pipeline;
            own stage::Stage;
            plain customer::Customer;
            plain contact::Contact;
            own opportunity::Opportunity;
            own lead::Lead;
            own activity::Activity;
            plain task::Task;
            own import::Import;
            own export::Export;
            own job::Job;
            own view::View;
            own layout::Layout;
        }
    };
}

macro_rules! list {
    ($($how:ident $noun:ident::$type:ident;)*) => {
        pub const KINDS: &[&Kind] = &[$($noun::$type::KIND),*];
    };
}
kinds!(list);

/// The declared kind of a singular name such as `lead`. Those that firms make are known to their workspace (`Kinds`).
pub fn kind(name: &str) -> Option<&'static Kind> {
    KINDS.iter().copied().find(|k| k.name == name)
}
