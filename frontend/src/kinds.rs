//! The record kinds the app knows, from the same declarations as the server's.

use crate::{
    i18n::{Locale, locale},
    record::row::Row,
    state,
};
use domain::policy::Access;
use domain::record::{self, Place};
use domain::{Field, Kind, Record, value::Type};
use std::sync::LazyLock;

pub static CUSTOMER: &Kind = domain::customer::Customer::KIND;
pub static CONTACT: &Kind = domain::contact::Contact::KIND;
pub static LEAD: &Kind = domain::lead::Lead::KIND;
pub static OPPORTUNITY: &Kind = domain::opportunity::Opportunity::KIND;
pub static PRODUCT: &Kind = domain::product::Product::KIND;
pub static ACTIVITY: &Kind = domain::activity::Activity::KIND;
pub static TASK: &Kind = domain::task::Task::KIND;
pub static USER: &Kind = domain::user::User::KIND;
pub static TEAM: &Kind = domain::team::Team::KIND;
pub static ROLE: &Kind = domain::role::Role::KIND;
pub static PIPELINE: &Kind = domain::pipeline::Pipeline::KIND;
pub static STAGE: &Kind = domain::stage::Stage::KIND;
pub static PICKLIST: &Kind = domain::picklist::Picklist::KIND;

pub static CURRENCY: &Kind = domain::currency::Currency::KIND;
pub static EXCHANGE_RATE: &Kind = domain::exchange_rate::ExchangeRate::KIND;
pub static HOLIDAY: &Kind = domain::holiday::Holiday::KIND;
pub static NUMBERING_RULE: &Kind = domain::numbering_rule::NumberingRule::KIND;

/// What people work with, in the order in which it is offered; the rest follows.
static FIRST: [&Kind; 7] = [LEAD, CUSTOMER, CONTACT, OPPORTUNITY, PRODUCT, ACTIVITY, TASK];

/// All that has records of its own, in the order in which it is offered.
pub static ALL: LazyLock<Vec<&'static Kind>> = LazyLock::new(|| {
    let own = domain::KINDS.iter().filter(|kind| !kind.work && kind.part_of.is_none());
    let rest = own
        .copied()
        .filter(|kind| FIRST.iter().all(|first| first.name != kind.name));
    FIRST.into_iter().chain(rest).collect()
});

/// Kinds with pages, each with the address of its list.
pub static LISTED: LazyLock<Vec<(String, &'static Kind)>> = LazyLock::new(|| {
    let listed = ALL.iter().filter(|kind| kind.page);
    listed.map(|kind| (format!("/{}", kind.path()), *kind)).collect()
});

pub fn kind(name: &str) -> Option<&'static Kind> {
    ALL.iter().copied().find(|k| k.name == name)
}

/// By the plural of the API, as it stands in bodies or in addresses.
pub fn by_plural(plural: &str) -> Option<&'static Kind> {
    ALL.iter().copied().find(|k| k.plural == plural || k.path() == plural)
}

/// What many of a kind are called, as a heading. Chinese has no plural; English takes that of the API.
pub fn heading(kind: &Kind) -> String {
    if locale() == Locale::Zh {
        return kind.label.zh.to_owned();
    }
    let plural = kind.plural.replace('_', " ");
    let mut chars = plural.chars();
    chars
        .next()
        .map(|c| c.to_uppercase().chain(chars).collect())
        .unwrap_or_default()
}

/// The heading within a sentence.
pub fn many(kind: &Kind) -> String {
    heading(kind).to_lowercase()
}

/// Where a record of a kind has its page, if it has one.
pub fn page(kind: &str, id: &str) -> Option<String> {
    self::kind(kind)
        .filter(|k| k.page)
        .map(|k| format!("/{}/{id}", k.path()))
}

/// Where the records of a kind are listed.
pub fn list(kind: &Kind) -> String {
    match kind.name {
        "user" | "team" | "role" | "holiday" => format!("/settings/{}", kind.path()),
        "exchange_rate" => "/settings/currencies".to_owned(),
        _ => format!("/{}", kind.path()),
    }
}

/// Where a record is looked at: its page, or beside the list it stands in.
pub fn place(name: &str, id: &str) -> Option<String> {
    match (page(name, id), kind(name)) {
        (None, Some(kind)) if matches!(name, "user" | "team") => Some(format!("{}?open={id}", list(kind))),
        (page, _) => page,
    }
}

/// Fields a person reads and writes; the rest are bookkeeping, or not for them.
pub fn visible(kind: &Kind, field: &Field) -> bool {
    state::access(kind.name, field.name) < Access::Hidden
        && !matches!(
            field.name,
            "id" | "version" | "custom_fields" | "external_id" | "avatar"
        )
        && field.ty != Type::Json
}

pub fn writable(kind: &Kind, field: &Field) -> bool {
    visible(kind, field)
        && state::access(kind.name, field.name) == Access::Full
        && !field.can(record::READONLY)
        && !matches!(field.name, "created_at" | "updated_at" | "created_by")
        // Another owner is a right of its own; without it a new record is one's own.
        && (field.name != "owner_id" || state::may(kind.name, "assign"))
}

/// Fields that may be sorted and filtered by: not those of which only a part is seen.
pub fn readable(kind: &Kind, field: &Field) -> bool {
    visible(kind, field) && state::access(kind.name, field.name) < Access::Masked
}

/// What a list asks for, so that references come with their names.
pub fn expansions(kind: &Kind) -> String {
    kind.fields
        .iter()
        .filter(|f| visible(kind, f))
        .filter_map(Field::expansion)
        .collect::<Vec<_>>()
        .join(",")
}

/// Columns a list starts with, as far as the person sees them.
pub fn first_columns(kind: &Kind) -> Vec<&'static Field> {
    let fields = kind.columns.iter().filter_map(|name| kind.field(name));
    fields.filter(|f| visible(kind, f)).collect()
}

/// Fields a person reads, as they stand on the page: name and groups first, bookkeeping last.
pub fn in_order(kind: &'static Kind) -> Vec<&'static Field> {
    let named: Vec<&str> = kind
        .groups
        .iter()
        .flat_map(|(_, names)| names.iter().copied())
        .collect();
    let mut fields: Vec<&'static Field> = kind.fields.iter().filter(|f| visible(kind, f)).collect();
    fields.sort_by_key(|f| match named.iter().position(|n| *n == f.name) {
        _ if f.name == kind.title => 0,
        Some(at) => at + 1,
        None if matches!(f.name, "created_at" | "created_by" | "updated_at") => usize::MAX,
        None => named.len() + 1,
    });
    fields
}

/// Fields that have a place of their own on the page, or say nothing before something has happened.
pub fn aside(field: &Field, row: &Row) -> bool {
    match field.place {
        Place::Usual => false,
        Place::Aside => true,
        Place::IfSet => row.get(field.name).is_null(),
    }
}
