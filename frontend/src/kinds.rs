//! The record kinds as screens ask for them: which there are, where they are shown, and which fields a person reads, writes
//! and starts with. All of it follows from what the server tells (`schema`).

use crate::{
    i18n::{Locale, locale},
    record::row::Row,
    schema::{self, FILTER, Place, READONLY, Type},
    state,
};
use domain::{
    policy::{Access, Action},
    record::stem,
};

pub use schema::{Field, Kind, kind, of};

/// What people work with most comes first, wherever kinds are listed; others follow as the server orders them.
pub const FIRST: [&str; 7] = [
    "lead",
    "customer",
    "contact",
    "opportunity",
    "product",
    "activity",
    "task",
];

/// All that the person sees, in the order in which they are offered.
pub fn all() -> Vec<&'static Kind> {
    let mut all = schema::told();
    all.retain(|k| !k.work && k.part_of.is_none());
    all.sort_by_key(|k| FIRST.iter().position(|n| *n == k.name).unwrap_or(FIRST.len()));
    all
}

/// All there are, seen or not: what is told of others' records, or counted, may be of any.
pub fn every() -> impl Iterator<Item = &'static Kind> {
    let kinds = schema::subjects().into_iter().filter(|s| s.usual.is_some());
    kinds.map(|s| of(s.name))
}

/// Those whose records have pages.
pub fn with_pages() -> impl Iterator<Item = &'static Kind> {
    all().into_iter().filter(|k| k.page)
}

/// By the plural of the API, as it stands in bodies or in addresses.
pub fn by_plural(plural: &str) -> Option<&'static Kind> {
    all().into_iter().find(|k| k.plural == plural || k.path() == plural)
}

/// Whether this person may fill it from a file.
pub fn may_import(kind: &Kind) -> bool {
    kind.importable && state::may(kind.name, "import")
}

/// Whether many of its records may be changed at once.
pub fn in_bulk(kind: &Kind) -> bool {
    kind.told["bulk"] == true
}

/// Whether this person may have a file of it.
pub fn may_export(kind: &Kind) -> bool {
    let exportable = |s: &schema::Subject| s.name == kind.name && s.actions.contains(&Action::Export);
    schema::subjects().into_iter().any(exportable) && state::may(kind.name, Action::Export.key())
}

/// What many of a kind are called, as a heading. Chinese has no plural; English takes that of the API. A kind that a firm has
/// made is called what the firm calls it.
pub fn heading(kind: &Kind) -> String {
    if locale() == Locale::Zh || kind.plural == kind.name {
        return kind.label.to_owned();
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
    let kind = self::kind(kind).filter(|k| k.page)?;
    Some(format!("/{}/{id}", kind.path()))
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
pub fn visible(_: &Kind, field: &Field) -> bool {
    field.access < Access::Hidden
        && !matches!(
            field.name,
            "id" | "version" | "custom_fields" | "external_id" | "avatar"
        )
        && field.ty != Type::Json
}

pub fn writable(kind: &Kind, field: &Field) -> bool {
    visible(kind, field)
        && field.access == Access::Full
        && !field.can(READONLY)
        && !matches!(field.name, "created_at" | "updated_at" | "created_by")
        // Another owner is a right of its own; without it a new record is one's own.
        && (field.name != "owner_id" || state::may(kind.name, "assign"))
}

/// Fields that may be sorted and filtered by: not those of which only a part is seen.
pub fn readable(kind: &Kind, field: &Field) -> bool {
    visible(kind, field) && field.access < Access::Masked
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
    let groups = kind.groups.iter();
    let named: Vec<&str> = groups.flat_map(|(_, names)| names.iter().copied()).collect();
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

/// The kinds whose records belong to one of this kind, directly or through another of them; parents come first.
pub fn dependants(kind: &Kind) -> Vec<&'static Kind> {
    let mut found: Vec<&'static Kind> = Vec::new();
    for other in schema::told().into_iter().filter(|k| k.owned && k.name != kind.name) {
        if other.belongs_to(kind.name) || found.iter().any(|k| other.belongs_to(k.name)) {
            found.push(other);
        }
    }
    found
}

/// The field of a kind that says which record, or records, of another it is about.
pub fn link(of: &Kind, kind: &Kind) -> Option<&'static Field> {
    let mut fields = of.fields.iter();
    fields.find(|f| f.refers == Some(kind.name) && stem(f.name) == Some(kind.name))
}

/// Records that name the record they are about, as a tab on its page.
#[derive(Clone, Copy)]
pub struct Related {
    pub kind: &'static Kind,
    pub by: &'static Field,
}

impl Related {
    /// As the API counts it.
    pub fn name(self) -> String {
        match self.by.custom {
            true => format!("{}.{}", self.kind.name, self.by.name),
            false => self.kind.name.to_owned(),
        }
    }

    /// There may be several of one kind, by fields that the firm has added.
    pub fn title(self) -> String {
        match self.by.custom {
            true => format!("{} · {}", heading(self.kind), self.by.label),
            false => heading(self.kind),
        }
    }
}

/// What has a tab on the page of a record: kinds that somebody owns and that name the records of this kind they are about, and
/// each field of the firm's own that refers to them. What is told on its timeline needs no tab.
pub fn related(kind: &'static Kind) -> Vec<Related> {
    let about = |k: &'static Kind| {
        let own = k.fields.iter().filter(|f| f.custom && f.refers == Some(kind.name));
        let fields = link(k, kind).into_iter().chain(own);
        let shown = fields.filter(|f| !f.can(READONLY) && f.can(FILTER));
        shown.map(move |by| Related { kind: k, by }).collect::<Vec<_>>()
    };
    let told = |k: &Kind| kind.timeline && k.name == "activity";
    let others = all().into_iter().filter(|k| kind.page && k.owned && !told(k));
    others.flat_map(about).collect()
}
