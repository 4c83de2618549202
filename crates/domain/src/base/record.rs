//! What a record kind is: its fields, declared once by `record!`, and what follows from them.

use super::custom::{self, Custom};
pub use super::kind::{Kind, Ownership};
use crate::error::{Issue, Issues};
use crate::label::Label;
use crate::policy::{Fields, Shown};
use crate::value::{Choice, Corrupt, FieldType, Picked, Row, Storage, Type, Val};
use crate::{Error, Id, Instant, Money};
use serde_json::{Map, Value as Json};

/// May be sorted by. A text gets a stored sort key beside it.
pub const SORT: u32 = 1;
/// May be filtered by.
pub const FILTER: u32 = 2;
/// Its words are found by full-text search.
pub const SEARCH: u32 = 4;
/// May be mapped to a column of an imported file.
pub const IMPORT: u32 = 8;
/// Tells of a person: masked first, exported last.
pub const PERSONAL: u32 = 16;
/// Set by the system or by an action of its own; refused in create and patch.
pub const READONLY: u32 = 32;
/// Refers to the record this one belongs to: who sees the parent sees this.
pub const PARENT: u32 = 64;
/// Set when created, then fixed.
pub const FIXED: u32 = 128;

/// What becomes of a record when one that it refers to is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnDelete {
    /// Nothing is deleted that live records refer to, nor what those in the bin could not come back without
    /// (`Field::held_in_bin`). What holds where nothing is said.
    Restrict,
    Keep,
    Clear,
    Cascade,
}

/// What becomes of a record in the bin when one that it refers to is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InBin {
    /// That one is not deleted: this could not come back, and nobody could say what else to refer to.
    Holds,
    /// It comes back without.
    LetsGo,
    /// It is part of the one referred to, and comes back after it; or nothing holds it.
    Follows,
}

/// The name of a field as it is said outside: `type` for `r#type`, which Rust has other uses for.
pub const fn plain(name: &'static str) -> &'static str {
    match name.as_bytes() {
        [b'r', b'#', ..] => name.split_at(2).1,
        _ => name,
    }
}

/// What a reference is called by without its ending: `customer` for `customer_id`, `competitor` for `competitor_ids`.
pub fn stem(name: &str) -> Option<&str> {
    name.strip_suffix("_ids").or_else(|| name.strip_suffix("_id"))
}

/// Where a field stands on the page of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Among the others.
    Usual,
    /// Elsewhere, with what can be done about it.
    Aside,
    /// Among the others, once it has a value.
    IfSet,
}

/// A value read from JSON, as it is stored; none where there is none.
type Read = fn(Option<Json>, &Field) -> Result<Option<Vec<Val>>, Issue>;

/// One field of a record kind.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    pub name: &'static str,
    pub label: Label,
    pub ty: Type,
    pub nullable: bool,
    /// A new record must name it: there is no default.
    pub required: bool,
    pub caps: u32,
    /// The most characters of a text.
    pub max: u32,
    /// The least and the greatest number, or amount in minor units.
    pub min: i64,
    pub limit: i64,
    /// The picklist that offers values.
    pub picklist: Option<&'static str>,
    /// The kind that an id refers to.
    pub refers: Option<&'static str>,
    /// What becomes of this record when the one it refers to is deleted.
    pub on_delete: OnDelete,
    /// The field whose value follows from this one: who learns or sets this learns or sets that.
    pub determines: Option<&'static str>,
    pub place: Place,
    /// The status with which a person is asked for it: who the winner was, where a deal is lost.
    pub asked_when: Option<&'static str>,
    /// What is said of it beyond this, where a firm has added it: its value stands with those of others in one column.
    pub custom: Option<&'static Custom>,
    /// Its value is one thing though it is written as an object: a patch puts another in its place.
    pub whole: bool,
    /// The column that holds it, where that is not called as it is.
    column: Option<&'static str>,
    columns: &'static [(&'static str, Storage)],
    /// Writes the value that stands in the columns as JSON.
    write: fn(Vec<Val>, &mut Vec<u8>) -> Result<(), Corrupt>,
    /// Reads a value as it is stored; of nothing, the one of a new record that does not name the field.
    read: Read,
}

fn write<T: FieldType>(values: Vec<Val>, out: &mut Vec<u8>) -> Result<(), Corrupt> {
    let value = T::take(&mut Row::new(values))?;
    serde_json::to_writer(out, &value).map_err(|_| Corrupt("a value is no JSON"))
}

fn read<T: FieldType>(json: Option<Json>, field: &Field) -> Result<Option<Vec<Val>>, Issue> {
    let value = match json {
        Some(json) => Some(T::parse(json, field)?),
        None => T::absent(),
    };
    Ok(value.map(|value| {
        let mut values = Vec::with_capacity(T::COLUMNS.len());
        value.put(&mut values);
        values
    }))
}

impl Field {
    pub const fn new<T: FieldType>(name: &'static str, label: Label, caps: u32) -> Self {
        Self {
            name,
            label,
            ty: T::TYPE,
            nullable: T::NULLABLE,
            required: T::REQUIRED,
            caps,
            max: 200,
            min: i64::MIN,
            limit: i64::MAX,
            picklist: None,
            refers: None,
            on_delete: OnDelete::Restrict,
            determines: None,
            place: Place::Usual,
            asked_when: None,
            custom: None,
            whole: false,
            column: None,
            columns: T::COLUMNS,
            write: write::<T>,
            read: read::<T>,
        }
    }

    /// One of these.
    pub const fn choice(name: &'static str, label: Label, caps: u32, choices: &'static [Choice]) -> Self {
        let mut field = Self::new::<Option<Picked>>(name, label, caps);
        field.ty = Type::Choice(choices);
        field
    }

    /// One that a firm has added. It has no column of its own.
    pub const fn custom(mut self, custom: &'static Custom) -> Self {
        self.custom = Some(custom);
        self
    }

    /// A patch replaces the value, and merges nothing into it.
    pub const fn whole(mut self) -> Self {
        self.whole = true;
        self
    }

    /// Stands in a column of this name: its own is a word of SQL.
    pub const fn column(mut self, name: &'static str) -> Self {
        self.column = Some(name);
        self
    }

    /// What the columns that hold it are called by.
    pub fn stored_as(&self) -> &'static str {
        self.column.unwrap_or(self.name)
    }

    /// A record has a value in it.
    pub const fn needed(mut self) -> Self {
        self.required = true;
        self
    }

    /// What a value is stored as.
    pub fn read(&self, json: Json) -> Result<Vec<Val>, Issue> {
        let read = (self.read)(Some(json), self)?;
        read.ok_or_else(|| Issue::at(self.name, "required"))
    }

    /// The value of a new record that does not name the field; none where it has to.
    pub fn absent(&self) -> Option<Vec<Val>> {
        (self.read)(None, self).ok().flatten()
    }

    /// Adds the value as the text of JSON.
    pub fn write(&self, values: &[Val], out: &mut Vec<u8>) -> Result<(), Corrupt> {
        match values {
            [value] if self.tells(value, out) => Ok(()),
            _ => (self.write)(values.to_vec(), out),
        }
    }

    /// Adds a value that is told as it is stored, which most are, without a copy of it. False for the others.
    fn tells(&self, value: &Val, out: &mut Vec<u8>) -> bool {
        let from = out.len();
        let written = match (self.ty, value) {
            (Type::Choice(_) | Type::Decimal | Type::Number, _) => return false,
            (_, Val::Null(_)) if self.nullable => serde_json::to_writer(&mut *out, &()),
            (_, Val::Text(text)) => serde_json::to_writer(&mut *out, text),
            (_, Val::Int(number)) => serde_json::to_writer(&mut *out, number),
            (_, Val::Bool(yes)) => serde_json::to_writer(&mut *out, yes),
            (_, Val::Id(id)) => serde_json::to_writer(&mut *out, id),
            (_, Val::Instant(at)) => serde_json::to_writer(&mut *out, at),
            (_, Val::Day(day)) => serde_json::to_writer(&mut *out, day),
            (_, Val::Texts(texts)) => serde_json::to_writer(&mut *out, texts),
            (_, Val::Json(values)) if self.name == custom::ALL => serde_json::to_writer(&mut *out, values),
            _ => return false,
        };
        let storage = self.columns.first().map(|(_, storage)| *storage);
        if written.is_err() || storage != Some(value.storage()) {
            // What does not fit is told as such by the type.
            out.truncate(from);
            return false;
        }
        true
    }

    pub fn json(&self, values: &[Val]) -> Result<Json, Corrupt> {
        let mut text = Vec::new();
        self.write(values, &mut text)?;
        serde_json::from_slice(&text).map_err(|_| Corrupt("a value is no JSON"))
    }

    pub const fn max(mut self, max: u32) -> Self {
        self.max = max;
        self
    }

    /// A text of several lines.
    pub const fn long(mut self, max: u32) -> Self {
        self.ty = Type::LongText;
        self.max = max;
        self
    }

    /// The API fills it in where a new record does not name it.
    pub const fn defaulted(mut self) -> Self {
        self.required = false;
        self
    }

    pub const fn range(mut self, min: i64, limit: i64) -> Self {
        self.min = min;
        self.limit = limit;
        self
    }

    pub const fn picklist(mut self, key: &'static str) -> Self {
        self.picklist = Some(key);
        self
    }

    pub const fn refers(mut self, kind: &'static str) -> Self {
        self.refers = Some(kind);
        self
    }

    /// The one referred to may be deleted: this keeps telling of it, as of what was.
    pub const fn kept(mut self) -> Self {
        self.on_delete = OnDelete::Keep;
        self
    }

    /// When the one referred to is deleted, this refers to it no more.
    pub const fn clear(mut self) -> Self {
        self.on_delete = OnDelete::Clear;
        self
    }

    /// What a record in the bin does to the one that it refers to here. An owner is not let go of: what somebody owns in the
    /// bin is handed over.
    pub fn held_in_bin(&self) -> InBin {
        match self.on_delete {
            OnDelete::Restrict if self.can(FIXED) => InBin::Follows,
            OnDelete::Restrict if self.nullable && self.name != "owner_id" => InBin::LetsGo,
            OnDelete::Restrict => InBin::Holds,
            _ => InBin::Follows,
        }
    }

    /// This goes to the bin with the one referred to, and comes back with it.
    pub const fn cascade(mut self) -> Self {
        self.on_delete = OnDelete::Cascade;
        self
    }

    /// Has a place of its own on the page, beside the other fields.
    pub const fn aside(mut self) -> Self {
        self.place = Place::Aside;
        self
    }

    /// Says nothing before something has happened.
    pub const fn if_set(mut self) -> Self {
        self.place = Place::IfSet;
        self
    }

    pub const fn asked_when(mut self, status: &'static str) -> Self {
        self.asked_when = Some(status);
        self
    }

    pub const fn determines(mut self, field: &'static str) -> Self {
        self.determines = Some(field);
        self
    }

    pub const fn can(&self, cap: u32) -> bool {
        self.caps & cap != 0
    }

    /// The columns that hold the value, as suffixes of `stored_as`.
    pub const fn columns(&self) -> &'static [(&'static str, Storage)] {
        match self.custom {
            Some(_) => &[],
            None => self.columns,
        }
    }

    /// Whether a sort key is stored beside the text.
    pub const fn has_sort_key(&self) -> bool {
        self.can(SORT) && self.ty.is_text()
    }

    /// The column that the database orders by; of a custom field, in the index of those.
    pub fn sort_column(&self) -> (String, Storage) {
        let (name, storage) = (self.stored_as(), self.columns[0].1);
        match (self.custom, self.ty) {
            (Some(_), _) if custom::column(storage).1 == Storage::Text => ("sort".into(), Storage::Text),
            (Some(_), _) => ("number".into(), Storage::Int),
            (None, Type::Money) => (format!("{name}_base"), Storage::Int),
            (None, _) if self.has_sort_key() => (format!("{name}_sort"), Storage::Text),
            (None, _) => (name.to_owned(), storage),
        }
    }

    /// The column that filters compare; of a custom field, in the index of those.
    pub fn filter_column(&self) -> (String, Storage) {
        let (name, storage) = (self.stored_as(), self.columns[0].1);
        match (self.custom, self.ty) {
            (Some(_), _) => (custom::column(storage).0.to_owned(), custom::column(storage).1),
            (None, Type::Money) => (format!("{name}_base"), Storage::Int),
            (None, _) => (name.to_owned(), storage),
        }
    }

    /// The name under which a referred record is expanded: `owner` for `owner_id`, `competitors` for `competitor_ids`,
    /// `expanded.site` for the custom field `site`.
    pub fn expansion(&self) -> Option<&'static str> {
        if let Some(custom) = self.custom {
            return self.refers.and(custom.expansion);
        }
        match (self.refers?, self.name) {
            (_, "created_by") => Some("creator"),
            (kind, name) if self.is_several() => match name.strip_suffix("_ids") {
                Some(stem) if stem == kind => crate::kind(kind).map(|k| k.plural),
                stem => stem,
            },
            (_, name) => name.strip_suffix("_id"),
        }
    }

    /// Whether it refers to several records.
    pub fn is_several(&self) -> bool {
        self.ty == Type::Ids
    }
}

/// What the system gives to a new record.
#[derive(Debug, Clone, Copy)]
pub struct Birth {
    pub id: Id,
    pub now: Instant,
    pub by: Option<Id>,
}

impl Birth {
    pub fn new(by: Option<Id>) -> Self {
        Self {
            id: Id::now_v7(),
            now: Instant::now(),
            by,
        }
    }
}

/// A record of some kind. Implemented by `record!` only.
/// No record is `Serialize`: it becomes JSON as far as somebody may see it (`Shown`), or on purpose as a `whole`.
pub trait Record: Rules + Clone + std::fmt::Debug + Send + Sync + 'static {
    const KIND: &'static Kind;
    type Patch: Patch;

    fn id(&self) -> Id;
    fn version(&self) -> i64;
    fn owner_id(&self) -> Option<Id>;
    /// For the engine, when it has written: the version and time that are now stored.
    fn written(&mut self, version: i64, at: Instant);

    /// A new record. Required fields that are missing are all reported.
    fn create(patch: Self::Patch, birth: Birth) -> Result<Self, Error>;
    /// The record with the patch applied and the rules of its kind checked.
    fn apply(&self, patch: Self::Patch, now: Instant) -> Result<Self, Error>;

    /// Writes the fields that may be seen, in the order of `KIND.fields`.
    fn show<S: serde::Serializer>(&self, fields: &Fields, serializer: S) -> Result<S::Ok, S::Error>;
    /// With all fields: for the change log and for comparing, not for answers.
    fn whole(&self) -> Shown<'_, Self> {
        Shown::new(self, Fields::open(Self::KIND))
    }
    /// The amounts it holds, with the names of their fields.
    fn amounts(&mut self) -> Vec<(&'static str, &mut Money)>;

    /// All values, in the order of `KIND.fields` and their columns.
    fn put(&self) -> Vec<Val>;
    fn take(row: &mut Row) -> Result<Self, Corrupt>;

    /// The value of a text field; none where it has none, or is no text.
    fn text(&self, field: &str) -> Option<String> {
        match self.put().into_iter().nth(Self::KIND.place_of(field)) {
            Some(Val::Text(text)) => Some(text),
            _ => None,
        }
    }
}

/// The rules of a kind that go beyond single fields.
pub trait Rules: Sized {
    /// Adds what is wrong with the record as a whole. `old` is the record before the change.
    fn check(&self, old: Option<&Self>, issues: &mut Issues) {
        let _ = (old, issues);
    }

    /// Fills what follows from other fields.
    fn complete(&mut self, now: Instant) {
        let _ = now;
    }

    /// Where the number goes that a rule of the workspace gives.
    fn number(&mut self) -> Option<&mut Option<String>> {
        None
    }

    /// The moment whose exchange rates its amounts are worth; none while they follow the rates of today.
    fn valued_at(&self) -> Option<Instant> {
        None
    }
}

/// What a request wants to set: each field absent, null or a value.
pub trait Patch: Default + Send + Sync + Clone {
    /// Reads a JSON object. Every wrong, unknown or read-only field is reported, not just the first.
    fn parse(map: Map<String, Json>, creating: bool) -> Result<Self, Error>;
}

/// Reads the fields of a patch from a JSON object and gathers what is wrong.
pub struct PatchReader {
    kind: &'static Kind,
    map: Map<String, Json>,
    creating: bool,
    issues: Issues,
}

impl PatchReader {
    pub fn new(kind: &'static Kind, map: Map<String, Json>, creating: bool) -> Self {
        let mut issues = Issues::default();
        if creating {
            // Said here, so that what is missing is told together with what is wrong.
            let needed = kind
                .fields
                .iter()
                .filter(|f| f.required && f.custom.is_none() && !f.can(READONLY));
            needed
                .filter(|f| !map.contains_key(f.name))
                .for_each(|f| issues.add(Issue::at(f.name, "required")));
        }
        Self {
            kind,
            map,
            creating,
            issues,
        }
    }

    fn raw(&mut self, name: &str) -> Option<(Json, &'static Field)> {
        let json = self.map.remove(name)?;
        let field = self.kind.field(name)?;
        if field.can(READONLY) || (field.can(FIXED) && !self.creating) {
            self.issues.add(Issue::at(name, "read_only"));
            return None;
        }
        Some((json, field))
    }

    pub fn field<T: FieldType>(&mut self, name: &str) -> Option<T> {
        let (json, field) = self.raw(name)?;
        match T::parse(json, field) {
            Ok(value) => Some(value),
            Err(issue) => {
                self.issues.add(issue);
                None
            }
        }
    }

    /// The value of a field, as it is stored.
    pub fn stored(&mut self, name: &str) -> Option<Vec<Val>> {
        let (json, field) = self.raw(name)?;
        field.read(json).map_err(|issue| self.issues.add(issue)).ok()
    }

    pub fn finish<P>(mut self, patch: P) -> Result<P, Error> {
        for name in self.map.keys() {
            let code = if self.kind.field(name).is_some() {
                "read_only"
            } else {
                "unknown_field"
            };
            self.issues.add(Issue::at(name, code).with("field", name));
        }
        self.issues.or(patch)
    }
}

/// For `create`: the patched value, or the kind's default, or an issue.
pub fn required<T: FieldType>(value: Option<T>, name: &str, issues: &mut Issues) -> Option<T> {
    let value = value.or_else(T::absent);
    if value.is_none() {
        issues.add(Issue::at(name, "required"));
    }
    value
}

/// What may be done with `owner_id`: kinds that belong to the workspace have no owner to set.
pub const fn owner_caps(ownership: Ownership) -> u32 {
    match ownership {
        Ownership::Owned => FILTER | IMPORT,
        Ownership::Shared => READONLY,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is told without a copy is told as its type tells it, refusals too.
    #[test]
    fn a_value_is_told_as_its_type_tells_it() {
        let id = Id::now_v7();
        let values = [
            Val::Text("a \"b\" 关系\n".into()),
            Val::Int(-7),
            Val::Bool(true),
            Val::Id(id),
            Val::Instant(Instant::from_micros(1_700_000_000_123_456).expect("in range")),
            Val::Day(crate::value::parse_day("2024-02-29").expect("a day")),
            Val::Texts(vec![id.to_string()]),
            Val::Texts(Vec::new()),
            Val::Json(serde_json::json!({ "a": [1.5, null] })),
            Val::Bytes(vec![1]),
        ];
        let nulls = values.iter().map(|value| Val::Null(value.storage()));
        let values: Vec<Val> = values.iter().cloned().chain(nulls).collect();
        for field in crate::KINDS.iter().flat_map(|kind| kind.fields) {
            for value in values.iter().filter(|_| field.columns().len() == 1) {
                let (mut told, mut typed) = (Vec::new(), Vec::new());
                let outcome = field.write(std::slice::from_ref(value), &mut told);
                assert_eq!(
                    outcome,
                    (field.write)(vec![value.clone()], &mut typed),
                    "{}: {value:?}",
                    field.name
                );
                assert_eq!(told, typed, "{}: {value:?}", field.name);
            }
        }
    }
}
