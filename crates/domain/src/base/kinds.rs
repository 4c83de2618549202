//! The kinds of a workspace: those that are declared here, and those that the firm has made itself.

use super::kind::{BASICS, Kind, Ownership, Usual};
use super::record::{FILTER, Field, IMPORT, READONLY, SEARCH, SORT};
use super::value::{Choice, Email, Phone, Url};
use crate::{Day, Id, Instant, Label, Money};
use serde_json::Value as Json;
use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

/// What the names of kinds that firms make begin with, so that none of them is ever in the way of one that the product
/// gets later.
pub const PREFIX: &str = "c_";

/// Whether a firm may have a kind of this name.
pub fn is_made(name: &str) -> bool {
    name.strip_prefix(PREFIX).is_some_and(is_name)
}

/// Small letters, digits and single underscores; a letter first.
pub fn is_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(plain)
        && !name.ends_with('_')
        && !name.contains("__")
}

/// Whether every kind has a field of this name, or what is told of its records beside their fields.
pub fn is_everywhere(name: &str) -> bool {
    let told = ["owner", "creator", "counts", "workspace_id", "deleted_at", "kind"];
    told.contains(&name) || base(Ownership::Owned).iter().any(|field| field.name == name)
}

/// The kinds of a workspace. What may come from the database is kept for as long as the server runs, each version once:
/// a kind is asked at every step of every request, and made or changed a few times a year.
#[derive(Clone, Copy)]
pub struct Kinds {
    made: &'static [&'static Kind],
}

impl std::fmt::Debug for Kinds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.made.iter().map(|kind| kind.name)).finish()
    }
}

impl PartialEq for Kinds {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.made, other.made)
    }
}

impl Default for Kinds {
    fn default() -> Self {
        Self::DECLARED
    }
}

impl Kinds {
    /// Those of a firm that has made none.
    pub const DECLARED: Self = Self { made: &[] };

    pub fn iter(self) -> impl Iterator<Item = &'static Kind> {
        crate::KINDS.iter().chain(self.made).copied()
    }

    /// Those that the firm has made.
    pub fn made(self) -> &'static [&'static Kind] {
        self.made
    }

    /// The kind of a singular name such as `lead`.
    pub fn named(self, name: &str) -> Option<&'static Kind> {
        crate::kind(name).or_else(|| self.made.iter().copied().find(|k| k.name == name))
    }

    /// The kinds as the firm has them, from what it says of them.
    pub fn of(made: &[Made]) -> Self {
        if made.is_empty() {
            return Self::DECLARED;
        }
        static KNOWN: LazyLock<Mutex<HashMap<Vec<Made>, Kinds>>> = LazyLock::new(Mutex::default);
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kinds) = known.get(made) {
            return *kinds;
        }
        // Names become part of statements: whatever stands in the database, nothing but a name does.
        let named = made
            .iter()
            .filter(|kind| is_made(&kind.name) && kind.fields.iter().all(|field| is_name(&field.name)));
        let kinds: Vec<&'static Kind> = named.map(Made::kind).collect();
        let kinds = Self { made: kinds.leak() };
        known.insert(made.to_vec(), kinds);
        kinds
    }
}

/// As many fields stand in the form of a new record, and in a list, until layouts say more; those that are needed in any case.
const ASKED: usize = 8;
const SHOWN: usize = 4;

/// What a firm says of a kind it makes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Made {
    /// Also its plural: one name is enough for what has two labels.
    pub name: String,
    pub label_zh: String,
    pub label_en: String,
    pub ownership: Ownership,
    pub usual: Usual,
    pub fields: Vec<MadeField>,
}

/// What a firm says of a field.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MadeField {
    pub name: String,
    pub ty: MadeType,
    pub label_zh: String,
    pub label_en: String,
    pub required: bool,
    pub searched: bool,
}

/// The types that firms give to fields.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum MadeType {
    Text,
    LongText,
    Email,
    Phone,
    Url,
    Integer,
    Boolean,
    Day,
    Instant,
    Money,
    Tags,
    /// Key, and label in Chinese and English.
    Choice(Vec<[String; 3]>),
}

/// Each text once, for as long as the server runs.
fn kept(text: &str) -> &'static str {
    static TEXTS: LazyLock<Mutex<std::collections::HashSet<&'static str>>> = LazyLock::new(Mutex::default);
    let mut texts = TEXTS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = texts.get(text) {
        return known;
    }
    let text: &'static str = text.to_owned().leak();
    texts.insert(text);
    text
}

impl Made {
    /// The kind; what is equal is made once.
    fn kind(&self) -> &'static Kind {
        static KNOWN: LazyLock<Mutex<HashMap<Made, &'static Kind>>> = LazyLock::new(Mutex::default);
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kind) = known.get(self) {
            return kind;
        }
        let kind: &'static Kind = Box::leak(Box::new(self.built()));
        known.insert(self.clone(), kind);
        kind
    }

    fn built(&self) -> Kind {
        let mut fields = base(self.ownership);
        fields.extend(self.fields.iter().map(MadeField::field));
        let own: Vec<&'static str> = std::iter::once("name")
            .chain(self.fields.iter().map(|f| kept(&f.name)))
            .collect();
        let own: &'static [&'static str] = own.leak();
        let needed = |name: &str| self.fields.iter().any(|f| f.required && f.name == name);
        let asked = own.iter().enumerate();
        let asked: Vec<&'static str> = asked
            .filter(|(n, name)| *n < ASKED || needed(name))
            .map(|(_, name)| *name)
            .collect();
        let columns: Vec<&'static str> = own.iter().copied().take(SHOWN).chain(["updated_at"]).collect();
        let label = Label::new(kept(&self.label_zh), kept(&self.label_en));
        let groups: &'static [_] = vec![(BASICS, own)].leak();
        Kind::new(
            kept(&self.name),
            kept(&self.name),
            label,
            self.ownership,
            "name",
            fields.leak(),
        )
        .made()
        .usual(self.usual)
        .closable()
        .import(&[])
        .searched(u8::MAX)
        .page()
        .columns(columns.leak())
        .form(asked.leak())
        .groups(groups)
    }
}

/// The fields that each record has, and its name.
fn base(ownership: Ownership) -> Vec<Field> {
    let stamp = READONLY | FILTER | SORT;
    vec![
        Field::new::<Id>("id", Label::new("ID", "ID"), READONLY | FILTER),
        Field::new::<i64>("version", Label::new("版本", "Version"), READONLY),
        Field::new::<Instant>("created_at", Label::new("创建时间", "Created"), stamp),
        Field::new::<Instant>("updated_at", Label::new("更新时间", "Updated"), stamp),
        Field::new::<Option<Id>>("created_by", Label::new("创建人", "Created by"), READONLY | FILTER)
            .refers("user")
            .kept(),
        Field::new::<Option<Id>>(
            "owner_id",
            Label::new("负责人", "Owner"),
            super::record::owner_caps(ownership),
        )
        .refers("user"),
        Field::new::<Option<String>>("external_id", Label::new("外部编号", "External ID"), FILTER | IMPORT),
        Field::new::<Json>("custom_fields", Label::new("自定义字段", "Custom fields"), 0),
        Field::new::<String>("name", Label::new("名称", "Name"), SORT | FILTER | SEARCH | IMPORT),
    ]
}

impl MadeField {
    fn field(&self) -> Field {
        let (name, label) = (kept(&self.name), Label::new(kept(&self.label_zh), kept(&self.label_en)));
        let caps = IMPORT | if self.searched { SEARCH } else { 0 };
        let field = match &self.ty {
            MadeType::Text => Field::new::<Option<String>>(name, label, caps).max(500),
            MadeType::LongText => Field::new::<Option<String>>(name, label, caps).long(10_000),
            MadeType::Email => Field::new::<Option<Email>>(name, label, caps),
            MadeType::Phone => Field::new::<Option<Phone>>(name, label, caps).max(40),
            MadeType::Url => Field::new::<Option<Url>>(name, label, caps).max(500),
            MadeType::Integer => Field::new::<Option<i64>>(name, label, caps).range(-EXACT, EXACT),
            MadeType::Boolean => Field::new::<Option<bool>>(name, label, caps),
            MadeType::Day => Field::new::<Option<Day>>(name, label, caps),
            MadeType::Instant => Field::new::<Option<Instant>>(name, label, caps),
            MadeType::Money => Field::new::<Option<Money>>(name, label, caps),
            MadeType::Tags => Field::new::<Vec<String>>(name, label, caps),
            MadeType::Choice(choices) => {
                let choice = |[key, zh, en]: &[String; 3]| Choice {
                    key: kept(key),
                    label: Label::new(kept(zh), kept(en)),
                };
                let choices: Vec<Choice> = choices.iter().map(choice).collect();
                Field::choice(name, label, caps, choices.leak())
            }
        };
        let field = field.made();
        if self.required { field.needed() } else { field }
    }
}

/// Whole numbers beyond this are not the same for all who read JSON.
const EXACT: i64 = 9_007_199_254_740_991;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Birth;
    use crate::{AnyRecord, Error};
    use serde_json::{Map, json};

    fn made(name: &str, fields: Vec<MadeField>) -> Made {
        Made {
            name: name.into(),
            label_zh: "设备".into(),
            label_en: "Equipment".into(),
            ownership: Ownership::Owned,
            usual: Usual::Work,
            fields,
        }
    }

    fn field(name: &str, ty: MadeType) -> MadeField {
        MadeField {
            name: name.into(),
            ty,
            label_zh: name.into(),
            label_en: name.into(),
            required: false,
            searched: false,
        }
    }

    fn object(json: Json) -> Map<String, Json> {
        json.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn what_is_said_alike_is_one_kind() {
        let said = || [made("c_one", vec![field("size", MadeType::Integer)])];
        let (first, again) = (Kinds::of(&said()), Kinds::of(&said()));
        assert_eq!(first, again);
        assert!(std::ptr::eq(first.made()[0], again.made()[0]));
        let other = Kinds::of(&[made("c_one", vec![field("size", MadeType::Text)])]);
        assert_ne!(first, other);
        assert_eq!(Kinds::of(&[]), Kinds::DECLARED);
        assert_eq!(first.iter().count(), crate::KINDS.len() + 1);
        assert_eq!(first.named("c_one").map(|k| k.path()).as_deref(), Some("c-one"));
        assert!(first.named("customer").is_some() && first.named("c_two").is_none());
    }

    #[test]
    fn nothing_but_a_name_becomes_a_kind() {
        for name in [
            "customer", "c_", "c_1", "c_a b", "c_a'b", "c_a__b", "c_a_", "C_a", "c_ä",
        ] {
            assert!(!is_made(name), "{name}");
            assert!(Kinds::of(&[made(name, Vec::new())]).made().is_empty(), "{name}");
        }
        let fields = vec![field("it's", MadeType::Text)];
        assert!(Kinds::of(&[made("c_a", fields)]).made().is_empty());
        assert!(crate::KINDS.iter().all(|kind| !kind.name.starts_with(PREFIX)));
    }

    #[test]
    fn a_record_keeps_what_is_not_named_and_loses_no_field() {
        let kinds = Kinds::of(&[made(
            "c_kept",
            vec![
                field("size", MadeType::Integer),
                field("price", MadeType::Money),
                field("parts", MadeType::Tags),
            ],
        )]);
        let kind = kinds.made()[0];
        let body = json!({ "name": "x", "size": 3, "price": { "amount": "1.50", "currency": "CNY" } });
        let new = AnyRecord::create(kind, object(body), Birth::new(None)).expect("a record");
        let changed = new
            .apply(object(json!({ "size": null, "parts": ["a"] })))
            .expect("a change");
        let whole = changed.whole().expect("JSON");
        assert_eq!(
            (&whole["size"], &whole["parts"], &whole["price"]["amount"]),
            (&Json::Null, &json!(["a"]), &json!("1.50"))
        );
        let wrong = json!({ "id": "x", "owner_id": "x", "size": true, "colour": 1 });
        let Err(Error::Invalid(issues)) = new.apply(object(wrong)) else {
            panic!("taken")
        };
        let mut codes: Vec<&str> = issues.iter().map(|issue| issue.code).collect();
        codes.sort_unstable();
        assert_eq!(codes, ["read_only", "unknown_field", "wrong_type", "wrong_type"]);
    }
}
