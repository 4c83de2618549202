//! Custom fields: what a firm adds to a kind. Their values stand together in `custom_fields`, as the API tells them; each is a
//! `Field` of the kind as the workspace knows it, named `custom_fields.` and its key.

use super::formula::{self, Formula};
use super::kind::Kind;
use super::record::{Field, READONLY};
use super::value::{Storage, Val};
use crate::error::{Issue, Issues};
use crate::money::Rate;
use crate::numbering_rule::Pattern;
use crate::{AnyRecord, Currency, Day, Id, Money};
use serde_json::{Map, Value as Json};

/// The field of a record that holds the values.
pub const ALL: &str = "custom_fields";
/// What the records have beside their fields that custom ones refer to, where they are sent along.
pub const EXPANDED: &str = "expanded";
/// What the names of custom fields begin with.
pub const PREFIX: &str = "custom_fields.";

/// What is special about a field that a firm has added.
#[derive(Debug)]
pub struct Custom {
    /// Of the record that says what it is.
    pub id: Id,
    pub key: &'static str,
    /// What the firm chose as its type, in the words of the API.
    pub word: &'static str,
    /// How one value is read and written: the field under its key.
    pub value: Field,
    /// No two live records have the same value.
    pub unique: bool,
    /// How the server numbers records in it.
    pub numbers: Option<&'static Pattern>,
    /// What it is computed from.
    pub formula: Option<&'static Formula>,
    /// Where the record it refers to is sent along.
    pub expansion: Option<&'static str>,
    /// What a new record has that does not name it.
    pub default: Option<Json>,
    pub help: Option<crate::Label>,
    /// The currency that amounts are compared in.
    pub base: Currency,
}

impl PartialEq for Custom {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Eq for Custom {}

/// The key of a custom field, from its name.
pub fn key(name: &str) -> Option<&str> {
    name.strip_prefix(PREFIX)
}

/// A value as it is stored, from what somebody hands in; none where that is nothing.
pub fn read(field: &Field, json: Json) -> Result<Option<Json>, Issue> {
    if json.is_null() {
        return match field.required {
            true => Err(Issue::at(field.name, "required")),
            false => Ok(None),
        };
    }
    let values = field.read(json)?;
    let nothing = match &values[..] {
        [Val::Texts(texts)] => texts.is_empty(),
        [first, ..] => first.is_null(),
        [] => true,
    };
    if nothing {
        return match field.required {
            true => Err(Issue::at(field.name, "required")),
            false => Ok(None),
        };
    }
    let told = field.json(&values);
    told.map(Some).map_err(|_| Issue::at(field.name, "invalid_shape"))
}

impl Custom {
    /// A value as it stands in `custom_fields`, as one of the record would be stored; none where it does not fit any more.
    pub fn stored(&self, json: &Json) -> Option<Val> {
        self.value.read(json.clone()).ok()?.into_iter().next()
    }

    /// A stored amount, with what it is worth in the base currency.
    pub fn amount(&self, json: &Json) -> Option<Money> {
        let mut amount: Money = serde_json::from_value(json.clone()).ok()?;
        if let Some(rate) = json.get("rate").and_then(Json::as_str).and_then(Rate::parse) {
            amount.base = rate.convert(amount.minor, amount.currency, self.base)?;
            amount.rate = rate;
        }
        Some(amount)
    }
}

/// A value that is no text as the number that the index has for it.
pub fn number(value: &Val) -> Option<i64> {
    match value {
        Val::Int(number) => Some(*number),
        Val::Bool(yes) => Some(i64::from(*yes)),
        Val::Instant(at) => Some(at.micros()),
        Val::Day(day) => Some(day.signed_duration_since(Day::default()).num_days()),
        _ => None,
    }
}

/// How the index has the values of a field: in which column, and as what.
pub fn column(storage: Storage) -> (&'static str, Storage) {
    match storage {
        Storage::Text | Storage::Texts | Storage::Id => ("text", Storage::Text),
        _ => ("number", Storage::Int),
    }
}

/// A value that is compared with, as the index has it.
pub fn operand(value: &Val) -> Val {
    match value {
        Val::Id(id) => Val::Text(id.to_string()),
        Val::Null(storage) => Val::Null(column(*storage).1),
        value => number(value).map_or_else(|| value.clone(), Val::Int),
    }
}

/// The names under which a body sets fields: custom ones each by its own name.
pub fn names(body: &Map<String, Json>) -> impl Iterator<Item = String> + '_ {
    body.iter().flat_map(|(name, value)| match value {
        Json::Object(own) if name == ALL => own.keys().map(|key| format!("{PREFIX}{key}")).collect(),
        _ => vec![name.clone()],
    })
}

/// Puts custom fields that stand each under its own name where a body has them.
pub fn nest(map: &mut Map<String, Json>) {
    let (own, others): (Map<_, _>, Map<_, _>) = std::mem::take(map)
        .into_iter()
        .partition(|(name, _)| key(name).is_some());
    *map = others;
    if own.is_empty() {
        return;
    }
    let named = own
        .into_iter()
        .filter_map(|(name, value)| Some((key(&name)?.to_owned(), value)));
    map.insert(ALL.to_owned(), Json::Object(named.collect()));
}

impl AnyRecord {
    /// Puts a value into a custom field, or takes it away.
    pub fn put_custom(&mut self, key: &str, value: Option<Json>) {
        let mut values = self.custom().as_object().cloned().unwrap_or_default();
        match value {
            Some(value) => values.insert(key.to_owned(), value),
            None => values.remove(key),
        };
        self.put(ALL, Json::Object(values));
    }

    /// Computes its formulas from what it has now. An amount that comes out as it was keeps what it was worth.
    pub fn compute(&mut self) {
        if !self.kind().computes() {
            return;
        }
        for (custom, value) in formula::computed(self) {
            let amount = |json: &Json| custom.amount(json);
            let same = match (self.custom().get(custom.key), &value) {
                (Some(old), Some(new)) => old == new || (old.is_object() && amount(old) == amount(new)),
                (None, None) => true,
                _ => false,
            };
            if !same {
                self.put_custom(custom.key, value);
            }
        }
    }
}

impl Kind {
    /// Whether the server gives values to any of its fields.
    pub fn gives(&self) -> bool {
        self.custom().any(|(_, custom)| custom.value.can(READONLY))
    }

    /// Whether it has formulas.
    pub fn computes(&self) -> bool {
        self.custom().any(|(_, custom)| custom.formula.is_some())
    }

    /// The fields that the firm has added.
    pub fn custom(&self) -> impl Iterator<Item = (&'static Field, &'static Custom)> + use<> {
        let fields: &'static [Field] = self.fields;
        fields.iter().filter_map(|field| Some((field, field.custom?)))
    }

    /// The fields that have columns of their own.
    pub fn declared(&self) -> impl Iterator<Item = &'static Field> + use<> {
        let fields: &'static [Field] = self.fields;
        fields.iter().filter(|field| field.custom.is_none())
    }

    pub fn has_custom(&self, key: &str) -> bool {
        self.of_key(key).is_some()
    }

    fn of_key(&self, key: &str) -> Option<&'static Custom> {
        self.custom().map(|(_, custom)| custom).find(|custom| custom.key == key)
    }

    /// The values of a new record: what is given, and for the rest the defaults. What is needed is asked for where somebody
    /// was `asked`: an action such as a conversion has no place for it.
    pub fn custom_of_new(&self, given: Option<Json>, asked: bool, issues: &mut Issues) -> Json {
        let mut values = Map::new();
        self.set(&mut values, given.as_ref(), issues);
        let named = |key: &str| given.as_ref().and_then(|given| given.get(key)).is_some();
        for (_, custom) in self.custom().filter(|(_, custom)| !named(custom.key)) {
            match &custom.default {
                Some(default) => {
                    values.insert(custom.key.to_owned(), default.clone());
                }
                None if custom.value.required && asked => {
                    issues.add(Issue::at(custom.key, "required").within(&super::error::pointer(ALL)));
                }
                None => {}
            }
        }
        Json::Object(values)
    }

    /// The values that a record shall have: what is not given stays, and is not judged anew.
    pub fn custom_of(&self, old: &Json, given: &Json, issues: &mut Issues) -> Json {
        let mut values = old.as_object().cloned().unwrap_or_default();
        self.set(&mut values, Some(given), issues);
        Json::Object(values)
    }

    fn set(&self, values: &mut Map<String, Json>, given: Option<&Json>, issues: &mut Issues) {
        let given = match given {
            None => return,
            Some(Json::Object(given)) => given,
            Some(_) => {
                issues.add(Issue::at(ALL, "wrong_type").with("type", "json"));
                return;
            }
        };
        for (key, json) in given {
            let within = |issue: Issue| issue.within(&super::error::pointer(ALL));
            let Some(custom) = self.of_key(key) else {
                issues.add(within(Issue::at(key, "unknown_field").with("field", key)));
                continue;
            };
            if custom.value.can(READONLY) {
                issues.add(within(Issue::at(key, "read_only")));
                continue;
            }
            match read(&custom.value, json.clone()) {
                Ok(Some(value)) => {
                    values.insert(key.clone(), value);
                }
                Ok(None) => {
                    values.remove(key);
                }
                Err(issue) => issues.add(within(issue)),
            }
        }
    }
}
