//! The record kinds the app knows, from the same declarations as the server's.

use crate::{
    i18n::{Locale, locale},
    record::row::Row,
    state,
};
use domain::policy::Access;
use domain::{Field, Kind, Label, Record, record, value::Type};

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

/// In the order in which they are offered.
pub static ALL: [&Kind; 17] = [
    LEAD,
    CUSTOMER,
    CONTACT,
    OPPORTUNITY,
    PRODUCT,
    ACTIVITY,
    TASK,
    USER,
    TEAM,
    ROLE,
    PIPELINE,
    STAGE,
    PICKLIST,
    CURRENCY,
    EXCHANGE_RATE,
    HOLIDAY,
    NUMBERING_RULE,
];

pub fn kind(name: &str) -> Option<&'static Kind> {
    ALL.into_iter().find(|k| k.name == name)
}

/// By the plural of the API, as it stands in bodies or in addresses.
pub fn by_plural(plural: &str) -> Option<&'static Kind> {
    ALL.into_iter().find(|k| k.plural == plural || k.path() == plural)
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
    let has = matches!(kind, "customer" | "contact" | "lead" | "opportunity" | "product");
    has.then(|| self::kind(kind))
        .flatten()
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
    let fields = named_columns(kind).iter().filter_map(|name| kind.field(name));
    fields.filter(|f| visible(kind, f)).collect()
}

fn named_columns(kind: &Kind) -> &'static [&'static str] {
    match kind.name {
        "customer" => &[
            "name",
            "status",
            "level",
            "industry",
            "owner_id",
            "phone",
            "last_activity_at",
            "next_follow_up_at",
        ],
        "contact" => &[
            "name",
            "customer_id",
            "title",
            "decision_role",
            "phone",
            "email",
            "owner_id",
        ],
        "lead" => &[
            "name",
            "company",
            "status",
            "level",
            "source",
            "phone",
            "owner_id",
            "next_follow_up_at",
        ],
        "opportunity" => &[
            "name",
            "customer_id",
            "amount",
            "stage_id",
            "status",
            "close_on",
            "owner_id",
        ],
        "product" => &["name", "code", "category", "price", "unit", "inactive"],
        "user" => &["name", "email", "roles", "team_id", "signed_in_at", "two_factor"],
        "team" => &["name", "manager_id", "parent_id"],
        "task" => &["subject", "due_at", "priority", "status", "owner_id"],
        _ => &["name", "updated_at"],
    }
}

/// Fields a quick create asks for; the rest stands under “more fields”.
pub fn first_fields(kind: &Kind) -> &'static [&'static str] {
    match kind.name {
        "customer" => &["name", "kind", "status", "industry", "phone", "owner_id"],
        "contact" => &["name", "customer_id", "title", "phone", "email"],
        "lead" => &["name", "company", "phone", "email", "source", "owner_id"],
        "opportunity" => &[
            "name",
            "customer_id",
            "pipeline_id",
            "stage_id",
            "amount",
            "close_on",
            "owner_id",
        ],
        "product" => &["name", "code", "category", "price", "unit"],
        "task" => &["subject", "due_at", "priority", "owner_id"],
        "user" => &["name", "email", "title", "team_id", "roles"],
        "team" => &["name", "manager_id", "parent_id"],
        "pipeline" => &["name"],
        "stage" => &["name", "probability", "rotting_days"],
        "holiday" => &["day", "name", "kind"],
        _ => &["name"],
    }
}

/// A heading and the fields under it.
pub type Group = (Label, &'static [&'static str]);

const BASICS: Label = Label::new("基本信息", "Basics");
const REACH: Label = Label::new("联系方式", "Contact details");
const FOLLOW: Label = Label::new("跟进", "Follow-up");

const CUSTOMER_GROUPS: &[Group] = &[
    (
        BASICS,
        &[
            "name", "number", "kind", "status", "level", "industry", "source", "region", "owner_id", "tags",
        ],
    ),
    (REACH, &["phone", "email", "website", "address"]),
    (FOLLOW, &["next_follow_up_at", "last_activity_at"]),
    (
        Label::new("企业信息", "Company"),
        &["parent_id", "annual_revenue", "employees", "description"],
    ),
];

const CONTACT_GROUPS: &[Group] = &[
    (
        BASICS,
        &[
            "name",
            "customer_id",
            "title",
            "department",
            "decision_role",
            "reports_to_id",
            "owner_id",
            "tags",
        ],
    ),
    (REACH, &["phone", "office_phone", "email", "wechat", "do_not_contact"]),
    (FOLLOW, &["last_activity_at"]),
];

const LEAD_GROUPS: &[Group] = &[
    (
        BASICS,
        &[
            "name",
            "number",
            "company",
            "title",
            "status",
            "disqualified_reason",
            "level",
            "score",
            "source",
            "owner_id",
            "tags",
        ],
    ),
    (REACH, &["phone", "email", "website", "region", "industry"]),
    (FOLLOW, &["next_follow_up_at", "last_activity_at"]),
];

const OPPORTUNITY_GROUPS: &[Group] = &[
    (
        BASICS,
        &[
            "name",
            "number",
            "customer_id",
            "contact_id",
            "amount",
            "close_on",
            "owner_id",
            "tags",
        ],
    ),
    (FOLLOW, &["next_step", "next_follow_up_at", "last_activity_at"]),
    (
        Label::new("预测与竞争", "Forecast and competition"),
        &[
            "forecast_category",
            "competitor",
            "source",
            "started_on",
            "closed_at",
            "loss_reason",
            "description",
        ],
    ),
];

/// How the fields of a record stand together on its page; fields not named come last.
pub fn groups(kind: &Kind) -> &'static [Group] {
    match kind.name {
        "customer" => CUSTOMER_GROUPS,
        "contact" => CONTACT_GROUPS,
        "lead" => LEAD_GROUPS,
        "opportunity" => OPPORTUNITY_GROUPS,
        _ => &[],
    }
}

/// Fields a person reads, as they stand on the page: name and groups first, bookkeeping last.
pub fn in_order(kind: &'static Kind) -> Vec<&'static Field> {
    let named: Vec<&str> = groups(kind)
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
pub fn aside(kind: &Kind, field: &Field, row: &Row) -> bool {
    match (kind.name, field.name) {
        ("opportunity", "pipeline_id" | "stage_id" | "status" | "lines" | "stage_entered_at") => true,
        // Stand together above, with what can be done about them.
        ("user", "disabled" | "two_factor" | "invited_at" | "password_changed_at" | "signed_in_at") => true,
        (_, "number") => row.get("number").is_null(),
        ("opportunity", "closed_at" | "loss_reason")
        | ("lead", "disqualified_reason" | "converted_at" | "customer_id" | "contact_id" | "opportunity_id") => {
            row.get(field.name).is_null()
        }
        _ => false,
    }
}
