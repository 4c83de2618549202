//! Field types: how a value is read from JSON, checked, stored and found again.
//!
//! `Val` is the bridge to the database: the domain knows only these storage types, persistence binds and reads them.

pub use super::address::{Email, Phone, Url, address, tel};

use crate::error::Issue;
use crate::label::Label;
use crate::money::{Currency, Money, Rate, decimal, parse_scaled, parse_wide, scaled};
use crate::record::Field;
use crate::{Day, Id, Instant};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// How a column is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Storage {
    Text,
    Int,
    Bool,
    Id,
    Instant,
    Day,
    Json,
    Texts,
    /// Parts of files; no field has this.
    Bytes,
}

/// A stored value.
#[derive(Debug, Clone, PartialEq)]
pub enum Val {
    Null(Storage),
    Text(String),
    Int(i64),
    Bool(bool),
    Id(Id),
    Instant(Instant),
    Day(Day),
    Json(Json),
    Texts(Vec<String>),
    Bytes(Vec<u8>),
}

impl Val {
    pub fn storage(&self) -> Storage {
        match self {
            Self::Null(storage) => *storage,
            Self::Text(_) => Storage::Text,
            Self::Int(_) => Storage::Int,
            Self::Bool(_) => Storage::Bool,
            Self::Id(_) => Storage::Id,
            Self::Instant(_) => Storage::Instant,
            Self::Day(_) => Storage::Day,
            Self::Json(_) => Storage::Json,
            Self::Texts(_) => Storage::Texts,
            Self::Bytes(_) => Storage::Bytes,
        }
    }

    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null(_))
    }
}

macro_rules! into_val {
    ($($rust:ty: $variant:ident),*) => {
        $(impl From<$rust> for Val {
            fn from(value: $rust) -> Self {
                Self::$variant(value.into())
            }
        }
        impl From<Option<$rust>> for Val {
            fn from(value: Option<$rust>) -> Self {
                value.map_or(Self::Null(Storage::$variant), Self::from)
            }
        })*
    };
}
into_val!(String: Text, &str: Text, i64: Int, bool: Bool, Id: Id, Instant: Instant, Day: Day, Json: Json, Vec<u8>: Bytes, Vec<String>: Texts);

/// A stored row does not fit the type it is read as: a defect or a damaged database, never the caller's fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Corrupt(pub &'static str);

/// The values of one row, in the order of the columns.
pub struct Row(std::vec::IntoIter<Val>);

impl Row {
    pub fn new(values: Vec<Val>) -> Self {
        Self(values.into_iter())
    }

    pub fn value(&mut self) -> Result<Val, Corrupt> {
        self.0.next().ok_or(Corrupt("a column is missing"))
    }

    pub fn get<T: FieldType>(&mut self) -> Result<T, Corrupt> {
        T::take(self)
    }
}

/// The type of a field as users and integrators see it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Type {
    Text,
    LongText,
    Email,
    Phone,
    Url,
    Int,
    Bool,
    Id,
    Instant,
    Day,
    Money,
    /// A number with decimals, kept exactly: an exchange rate.
    Decimal,
    /// A number of either sign with up to six decimals, kept exactly.
    Number,
    Choice(&'static [Choice]),
    /// Several of them.
    Choices(&'static [Choice]),
    Tags,
    /// References to several records of a kind.
    Ids,
    Json,
}

/// One value of a closed list, such as a lead's status.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Choice {
    pub key: &'static str,
    pub label: Label,
}

impl Type {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::LongText => "long_text",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Url => "url",
            Self::Int => "integer",
            Self::Bool => "boolean",
            Self::Id => "id",
            Self::Instant => "instant",
            Self::Day => "day",
            Self::Money => "money",
            Self::Decimal | Self::Number => "decimal",
            Self::Choice(_) => "choice",
            Self::Choices(_) => "choices",
            Self::Tags => "tags",
            Self::Ids => "ids",
            Self::Json => "json",
        }
    }

    pub const fn is_text(self) -> bool {
        matches!(
            self,
            Self::Text | Self::LongText | Self::Email | Self::Phone | Self::Url
        )
    }

    /// Whether its schema asks for no more of a text than to be one.
    const fn takes_any_text(self) -> bool {
        matches!(self, Self::Text | Self::LongText | Self::Phone | Self::Url)
    }
}

/// A type that a record's field may have.
pub trait FieldType: Sized + Serialize {
    const TYPE: Type;
    const NULLABLE: bool = false;
    /// Whether a new record must name the field.
    const REQUIRED: bool = true;
    /// Suffixes of the columns the value is stored in, and how.
    const COLUMNS: &'static [(&'static str, Storage)];

    /// The value of a new record that does not name the field; none where the field is required.
    fn absent() -> Option<Self> {
        None
    }
    fn parse(json: Json, field: &Field) -> Result<Self, Issue>;
    fn put(&self, row: &mut Vec<Val>);
    fn take(row: &mut Row) -> Result<Self, Corrupt>;

    /// The amount in the field, where it holds one.
    fn money(&mut self) -> Option<&mut Money> {
        None
    }
}

impl<T: FieldType> FieldType for Option<T> {
    const TYPE: Type = T::TYPE;
    const NULLABLE: bool = true;
    const REQUIRED: bool = false;
    const COLUMNS: &'static [(&'static str, Storage)] = T::COLUMNS;

    fn absent() -> Option<Self> {
        Some(None)
    }

    fn parse(json: Json, field: &Field) -> Result<Self, Issue> {
        match json {
            Json::Null => Ok(None),
            // An emptied input box means "nothing", not an empty text. Where not any text may stand, one is as wrong as others:
            // what was meant to name an owner shall not take the record's away.
            Json::String(s) if T::TYPE.takes_any_text() && s.trim().is_empty() => Ok(None),
            json => T::parse(json, field).map(Some),
        }
    }

    fn put(&self, row: &mut Vec<Val>) {
        match self {
            Some(value) => value.put(row),
            None => row.extend(T::COLUMNS.iter().map(|(_, storage)| Val::Null(*storage))),
        }
    }

    fn take(row: &mut Row) -> Result<Self, Corrupt> {
        match row.0.as_slice().first() {
            Some(Val::Null(_)) => {
                for _ in T::COLUMNS {
                    row.value()?;
                }
                Ok(None)
            }
            _ => T::take(row).map(Some),
        }
    }

    fn money(&mut self) -> Option<&mut Money> {
        self.as_mut().and_then(T::money)
    }
}

fn wrong_type(field: &Field) -> Issue {
    Issue::at(field.name, "wrong_type").with("type", field.ty.name())
}

/// Yes or no where it comes as text, from queries and forms, as programs of all kinds write it.
pub fn flag(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

pub(super) fn text(json: Json, field: &Field) -> Result<String, Issue> {
    let Json::String(text) = json else {
        return Err(if json.is_null() {
            Issue::at(field.name, "required")
        } else {
            wrong_type(field)
        });
    };
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Err(match field.ty {
            Type::Email if field.nullable => Issue::at(field.name, "invalid_email"),
            _ => Issue::at(field.name, "required"),
        });
    }
    let line_breaks = matches!(field.ty, Type::LongText);
    if trimmed
        .chars()
        .any(|c| c.is_control() && !(line_breaks && matches!(c, '\n' | '\r' | '\t')))
    {
        return Err(Issue::at(field.name, "control_character"));
    }
    if trimmed.chars().count() > field.max as usize {
        return Err(Issue::at(field.name, "too_long").with("max", field.max));
    }
    Ok(if trimmed.len() == text.len() {
        text
    } else {
        trimmed.to_owned()
    })
}

/// Implements `FieldType` for a type stored in one column.
macro_rules! one_column {
    ($rust:ty, $ty:expr, $storage:ident, put: |$v:ident| $put:expr, take: |$t:ident| $take:expr, parse: |$json:ident, $field:ident| $parse:expr $(, absent: $absent:expr)?) => {
        impl FieldType for $rust {
            const TYPE: Type = $ty;
            const COLUMNS: &'static [(&'static str, Storage)] = &[("", Storage::$storage)];
            $(const REQUIRED: bool = false;
            fn absent() -> Option<Self> { Some($absent) })?
            fn parse($json: Json, $field: &Field) -> Result<Self, Issue> { $parse }
            fn put(&self, row: &mut Vec<Val>) {
                let $v = self;
                row.push(Val::$storage($put));
            }
            fn take(row: &mut Row) -> Result<Self, Corrupt> {
                match row.value()? {
                    Val::$storage($t) => $take,
                    _ => Err(Corrupt(stringify!($storage))),
                }
            }
        }
    };
}
pub(super) use one_column;

/// A whole number, also where it is written as `53.0`: to JSON these are the same.
pub fn whole(json: &Json) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let fraction = || json.as_f64().filter(|n| n.fract() == 0.0 && n.abs() <= EXACT);
    json.as_i64().or_else(|| fraction().map(|n| n as i64))
}

one_column!(String, Type::Text, Text, put: |v| v.clone(), take: |t| Ok(t), parse: |json, field| text(json, field));
one_column!(i64, Type::Int, Int, put: |v| *v, take: |t| Ok(t), parse: |json, field| {
    if json.is_null() {
        return Err(Issue::at(field.name, "required"));
    }
    let n = whole(&json).ok_or_else(|| wrong_type(field))?;
    if n < field.min || n > field.limit {
        return Err(Issue::at(field.name, "out_of_range").with("min", field.min).with("max", field.limit));
    }
    Ok(n)
});
one_column!(bool, Type::Bool, Bool, put: |v| *v, take: |t| Ok(t),
    parse: |json, field| json.as_bool().ok_or_else(|| wrong_type(field)), absent: false);
one_column!(Id, Type::Id, Id, put: |v| *v, take: |t| Ok(t), parse: |json, field| {
    if json.is_null() {
        return Err(Issue::at(field.name, "required"));
    }
    json.as_str().and_then(parse_id).ok_or_else(|| wrong_type(field))
});
one_column!(Instant, Type::Instant, Instant, put: |v| *v, take: |t| Ok(t), parse: |json, field| {
    if json.is_null() {
        return Err(Issue::at(field.name, "required"));
    }
    json.as_str().and_then(Instant::parse).ok_or_else(|| wrong_type(field))
});
one_column!(Day, Type::Day, Day, put: |v| *v, take: |t| Ok(t), parse: |json, field| {
    if json.is_null() {
        return Err(Issue::at(field.name, "required"));
    }
    json.as_str().and_then(parse_day).ok_or_else(|| wrong_type(field))
});
one_column!(Json, Type::Json, Json, put: |v| v.clone(), take: |t| Ok(t),
    parse: |json, field| if json.is_object() { Ok(json) } else { Err(wrong_type(field)) },
    absent: Json::Object(serde_json::Map::new()));
one_column!(Vec<String>, Type::Tags, Texts, put: |v| v.clone(), take: |t| Ok(t), parse: |json, field| {
    let Json::Array(items) = json else { return Err(wrong_type(field)) };
    if items.len() > 50 {
        return Err(Issue::at(field.name, "too_many").with("max", 50));
    }
    let mut tags: Vec<String> = Vec::with_capacity(items.len());
    for item in items {
        if item.as_str().is_some_and(|tag| tag.trim().is_empty()) {
            return Err(Issue::at(field.name, "empty_item"));
        }
        if item.is_null() {
            return Err(wrong_type(field));
        }
        let tag = text(item, field)?;
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    Ok(tags)
}, absent: Vec::new());

// As texts, since both databases have lists of those.
one_column!(Vec<Id>, Type::Ids, Texts, put: |v| v.iter().map(Id::to_string).collect(),
    take: |t| t.iter().map(|id| parse_id(id)).collect::<Option<_>>().ok_or(Corrupt("ids")), parse: |json, field| {
    let Json::Array(items) = json else { return Err(wrong_type(field)) };
    if items.len() > MOST_REFERENCES {
        return Err(Issue::at(field.name, "too_many").with("max", MOST_REFERENCES));
    }
    let mut ids: Vec<Id> = Vec::with_capacity(items.len());
    for item in items {
        let id = item.as_str().and_then(parse_id).ok_or_else(|| wrong_type(field))?;
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    Ok(ids)
}, absent: Vec::new());

/// The most records that one field refers to.
pub const MOST_REFERENCES: usize = 50;

/// Reads a UUID in its usual hyphenated form only, so that one id has one spelling.
pub fn parse_id(text: &str) -> Option<Id> {
    (text.len() == 36).then(|| Id::parse_str(text).ok()).flatten()
}

/// Reads `YYYY-MM-DD`, years 1 to 9999.
pub fn parse_day(text: &str) -> Option<Day> {
    use chrono::Datelike;
    let day = (text.len() == 10)
        .then(|| Day::parse_from_str(text, "%Y-%m-%d").ok())
        .flatten()?;
    (1..=9999).contains(&day.year()).then_some(day)
}

/// One of the values that its field offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Picked(String);

one_column!(Picked, Type::Text, Text, put: |v| v.0.clone(), take: |t| Ok(Self(t)), parse: |json, field| {
    let offered = |key: &str| matches!(field.ty, Type::Choice(choices) | Type::Choices(choices) if choices.iter().any(|c| c.key == key));
    let key = json.as_str().filter(|key| offered(key)).ok_or_else(|| unknown_choice(field))?;
    Ok(Self(key.to_owned()))
});

/// Some values of a closed list, each once. Only a field that says which there are has this type.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct PickedMany(Vec<String>);

one_column!(PickedMany, Type::Text, Texts, put: |v| v.0.clone(), take: |t| Ok(Self(t)), parse: |json, field| {
    let Json::Array(items) = json else { return Err(wrong_type(field)) };
    let mut keys: Vec<String> = Vec::with_capacity(items.len());
    for item in items {
        let Picked(key) = Picked::parse(item, field)?;
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    Ok(Self(keys))
}, absent: Self(Vec::new()));

/// A number with decimals, kept exactly: up to twelve digits before the point and six after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Number(i64);

impl Number {
    pub const DECIMALS: u32 = 6;
    const LIMIT: i64 = 1_000_000_000_000_000_000;

    /// In millionths.
    pub fn from_ticks(ticks: i64) -> Option<Self> {
        (-Self::LIMIT < ticks && ticks < Self::LIMIT).then_some(Self(ticks))
    }

    pub fn ticks(self) -> i64 {
        self.0
    }

    /// Reads `-12` or `0.125`.
    pub fn parse(text: &str) -> Option<Self> {
        parse_scaled(text, Self::DECIMALS).and_then(Self::from_ticks)
    }
}

impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = scaled(self.0.into(), Self::DECIMALS);
        f.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

impl Serialize for Number {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

one_column!(Number, Type::Number, Int, put: |v| v.0, take: |t| Ok(Self(t)), parse: |json, field| {
    if json.is_null() {
        return Err(Issue::at(field.name, "required"));
    }
    let text = match &json {
        Json::String(text) => text.clone(),
        Json::Number(number) => number.to_string(),
        _ => return Err(wrong_type(field)),
    };
    Self::parse(&text).ok_or_else(|| Issue::at(field.name, "invalid_number").with("decimals", Self::DECIMALS))
});

impl FieldType for Money {
    const TYPE: Type = Type::Money;
    const COLUMNS: &'static [(&'static str, Storage)] = &[
        ("", Storage::Int),
        ("_currency", Storage::Text),
        ("_base", Storage::Int),
        ("_rate", Storage::Int),
    ];

    fn parse(json: Json, field: &Field) -> Result<Self, Issue> {
        if json.is_null() {
            return Err(Issue::at(field.name, "required"));
        }
        let Json::Object(map) = json else {
            return Err(wrong_type(field));
        };
        // An amount may come back as it was answered, with its rate; the rate is found anew.
        if let Some(unknown) = map
            .keys()
            .find(|k| !matches!(k.as_str(), "amount" | "currency" | "rate"))
        {
            return Err(Issue::new(format!("/{}/{unknown}", field.name), "unknown_field").with("field", unknown));
        }
        let part = |name: &str| {
            let at = |code| Issue::new(format!("/{}/{name}", field.name), code);
            match map.get(name) {
                None | Some(Json::Null) => Err(at("required")),
                Some(Json::String(text)) if text.is_empty() => Err(at("required")),
                Some(Json::String(text)) => Ok(text.as_str()),
                // A number would have gone through somebody's binary fractions on its way here.
                Some(Json::Number(_)) if name == "amount" => Err(at("amount_not_text")),
                Some(_) => Err(at("wrong_type").with("type", Type::Text.name())),
            }
        };
        let code = part("currency")?;
        let currency = Currency::from_code(code).ok_or_else(|| {
            Issue::new(format!("/{}/currency", field.name), "unknown_currency").with("currency", code)
        })?;
        let exact = parse_wide(part("amount")?, currency).ok_or_else(|| {
            Issue::new(format!("/{}/amount", field.name), "invalid_amount").with("decimals", currency.decimals())
        })?;
        let (least, most) = (field.min.max(-Self::MOST), field.limit.min(Self::MOST));
        let minor = i64::try_from(exact).ok().filter(|minor| (least..=most).contains(minor));
        let minor = minor.ok_or_else(|| {
            Issue::new(format!("/{}/amount", field.name), "amount_out_of_range")
                .with("min", decimal(least, currency))
                .with("max", decimal(most, currency))
        })?;
        Ok(Self::new(minor, currency))
    }

    fn put(&self, row: &mut Vec<Val>) {
        row.push(Val::Int(self.minor));
        row.push(Val::Text(self.currency.code().to_owned()));
        row.push(Val::Int(self.base));
        row.push(Val::Int(self.rate.ticks()));
    }

    fn take(row: &mut Row) -> Result<Self, Corrupt> {
        let minor = i64::take(row)?;
        let code = String::take(row)?;
        let base = i64::take(row)?;
        let rate = i64::take(row)?;
        Ok(Self {
            minor,
            currency: Currency::from_code(&code).ok_or(Corrupt("currency"))?,
            base,
            rate: Rate::from_ticks(rate).ok_or(Corrupt("rate"))?,
        })
    }

    fn money(&mut self) -> Option<&mut Self> {
        Some(self)
    }
}

one_column!(Rate, Type::Decimal, Int, put: |v| v.ticks(), take: |t| Self::from_ticks(t).ok_or(Corrupt("rate")), parse: |json, field| {
    if json.is_null() {
        return Err(Issue::at(field.name, "required"));
    }
    let text = json.as_str().ok_or_else(|| wrong_type(field))?;
    Self::parse(text.trim()).ok_or_else(|| Issue::at(field.name, "invalid_rate"))
});

impl Serialize for Rate {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Rate {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("no rate"))
    }
}

/// The issue of a value outside a closed list; it names the values there are.
pub fn unknown_choice(field: &Field) -> Issue {
    let keys = match field.ty {
        Type::Choice(choices) => choices.iter().map(|c| c.key).collect::<Vec<_>>().join(", "),
        _ => String::new(),
    };
    Issue::at(field.name, "unknown_choice").with("choices", keys)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn reading_ids_and_days_never_panics(s in "\\PC*") {
            let _ = (parse_id(&s), parse_day(&s));
        }
    }
}
