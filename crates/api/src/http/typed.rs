//! Bodies as typed values: serde reads them, validator checks them, and what is wrong becomes issues with JSON pointers.

use crate::caller::Caller;
use crate::describe::formatted;
use domain::value::{parse_day, parse_id, whole};
use domain::{Day, Error, Id, Instant, Issue, messages};
use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, Error as _, Expected, IntoDeserializer, MapAccess, SeqAccess,
    Unexpected, Visitor,
};
use serde::{Deserialize, forward_to_deserialize_any};
use serde_json::{Map, Value as Json};
use std::borrow::Cow;
use std::fmt::Display;
use utoipa::openapi::schema::AnyOfBuilder;
use utoipa::openapi::{KnownFormat, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};
use validator::{Validate, ValidationError, ValidationErrors, ValidationErrorsKind};

/// What a call says: read by serde, checked by validator, described by utoipa.
pub trait Body: DeserializeOwned + Validate + ToSchema {}

impl<T: DeserializeOwned + Validate + ToSchema> Body for T {}

/// More than these nobody reads.
const MOST_ISSUES: usize = 50;

/// A body, or everything that is found wrong with it.
pub fn read<T: Body>(json: Map<String, Json>) -> Result<T, Error> {
    let json = Json::Object(json);
    let value: T = parsed(&json).map_err(|first| Error::Invalid(everything::<T>(json, first)))?;
    match value.validate() {
        Ok(()) => Ok(value),
        Err(errors) => {
            let mut issues = Vec::new();
            gather(&errors, "", &mut issues);
            issues.sort_by(|one, other| one.pointer.cmp(&other.pointer));
            Err(Error::Invalid(issues))
        }
    }
}

/// Two parts of a body, or everything that is found wrong with either.
pub fn both<T, U>(one: Result<T, Error>, other: Result<U, Error>) -> Result<(T, U), Error> {
    match (one, other) {
        (Ok(one), Ok(other)) => Ok((one, other)),
        (Err(Error::Invalid(issues)), Err(Error::Invalid(more))) => {
            Err(Error::Invalid(issues.into_iter().chain(more).collect()))
        }
        (Err(error), _) | (_, Err(error)) => Err(error),
    }
}

fn parsed<T: DeserializeOwned>(json: &Json) -> Result<T, Issue> {
    T::deserialize(Node(json)).map_err(|Wrong(issue)| issue)
}

/// serde stops at the first thing wrong. That is taken out, and the rest read once more.
fn everything<T: Body>(mut json: Json, first: Issue) -> Vec<Issue> {
    let (given, mut issues, mut next) = (json.clone(), Vec::new(), Some(first));
    while let Some(issue) = next.take() {
        let found = issue.pointer.clone();
        let known = issues.iter().any(|i: &Issue| i.pointer == found);
        if !known {
            issues.push(issue);
        }
        if !known && issues.len() < MOST_ISSUES && take(&mut json, &found) {
            match parsed::<T>(&json) {
                Err(more) => next = Some(more),
                // What is left can be read: what its rules say of it is told as well.
                Ok(rest) => {
                    if let Err(errors) = rest.validate() {
                        gather(&errors, "", &mut issues);
                    }
                }
            }
        }
    }
    // What was taken out is missed at once, before anything else that is missing.
    if let RefOr::T(Schema::Object(described)) = T::schema() {
        for name in described
            .required
            .iter()
            .filter(|name| given.get(name.as_str()).is_none())
        {
            let issue = Issue::at(name, "required");
            if issues.iter().all(|i| i.pointer != issue.pointer) {
                issues.push(issue);
            }
        }
    }
    issues
}

/// Takes a member out of an object, by its pointer.
fn take(json: &mut Json, pointer: &str) -> bool {
    let Some((parent, name)) = pointer.rsplit_once('/') else {
        return false;
    };
    let name = name.replace("~1", "/").replace("~0", "~");
    match json.pointer_mut(parent) {
        Some(Json::Object(map)) => map.remove(&name).is_some(),
        _ => false,
    }
}

/// The first of validator's errors, by where it stands.
pub fn first(errors: &ValidationErrors) -> Issue {
    let mut issues = Vec::new();
    gather(errors, "", &mut issues);
    let first = issues.into_iter().min_by(|one, other| one.pointer.cmp(&other.pointer));
    first.unwrap_or_else(|| Issue::new("", "invalid_shape"))
}

/// Errors of validator, as issues.
fn gather(errors: &ValidationErrors, at: &str, issues: &mut Vec<Issue>) {
    for (name, kind) in &errors.0 {
        // What is wrong with the body as a whole says itself where.
        let at = match name.as_ref() {
            "__all__" => at.to_owned(),
            name => format!("{at}/{name}"),
        };
        match kind {
            ValidationErrorsKind::Field(wrong) => issues.extend(wrong.iter().map(|w| issue(w).within(&at))),
            ValidationErrorsKind::Struct(inner) => gather(inner, &at, issues),
            ValidationErrorsKind::List(items) => {
                for (index, inner) in items {
                    gather(inner, &format!("{at}/{index}"), issues);
                }
            }
        }
    }
}

fn issue(error: &ValidationError) -> Issue {
    let param = |name: &str| error.params.get(name).map(plain);
    let value = error.params.get("value");
    let code = match (error.code.as_ref(), value) {
        ("length", Some(Json::String(text))) if text.is_empty() => "required",
        ("length", Some(Json::String(_))) => "too_long",
        ("length", Some(Json::Array(items))) if items.is_empty() && !error.params.contains_key("max") => "required",
        ("length" | "range", _) => "out_of_range",
        (code, _) => messages::known(code).unwrap_or("invalid_shape"),
    };
    let issue = Issue::new(param("at").unwrap_or_default(), code);
    ["min", "max", "choices", "field", "years"]
        .into_iter()
        .fold(issue, |issue, name| match param(name) {
            Some(value) => issue.with(name, value),
            None => issue,
        })
}

fn plain(json: &Json) -> String {
    match json {
        Json::String(text) => text.clone(),
        Json::Number(n) => whole(json).map_or_else(|| n.to_string(), |n| n.to_string()),
        other => other.to_string(),
    }
}

/// What serde found wrong.
#[derive(Debug)]
pub struct Wrong(pub Issue);

impl Wrong {
    pub fn ty(name: &'static str) -> Self {
        Self(Issue::new("", "wrong_type").with("type", name))
    }

    fn missing() -> Self {
        Self(Issue::new("", "required"))
    }
}

impl Display for Wrong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.0.pointer, self.0.code)
    }
}

impl std::error::Error for Wrong {}

impl serde::de::Error for Wrong {
    /// Our own types say a code.
    fn custom<T: Display>(said: T) -> Self {
        let said = said.to_string();
        Self(match messages::known(&said) {
            Some(code) => Issue::new("", code),
            None => Issue::new("", "invalid_shape").with("reason", said),
        })
    }

    fn invalid_type(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self(Issue::new("", "wrong_type").with("type", expected))
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self(Issue::new("", "unknown_choice").with("choices", expected.join(", ")))
    }

    fn unknown_field(field: &str, _: &'static [&'static str]) -> Self {
        Self(Issue::at(field, "unknown_field").with("field", field))
    }

    fn missing_field(field: &'static str) -> Self {
        Self(Issue::at(field, "required"))
    }
}

/// JSON as serde reads it, with the type that was wanted where it is another.
#[derive(Clone, Copy)]
struct Node<'a>(&'a Json);

macro_rules! wanted {
    ($($method:ident $visit:ident $name:literal |$json:ident| $take:expr;)*) => { $(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
            let $json = self.0;
            match $take {
                Some(value) => visitor.$visit(value),
                None if $json.is_null() => Err(Wrong::missing()),
                None => Err(Wrong::ty($name)),
            }
        }
    )* };
}

impl<'de> Deserializer<'de> for Node<'_> {
    type Error = Wrong;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self.0 {
            Json::Null => visitor.visit_unit(),
            Json::Bool(flag) => visitor.visit_bool(*flag),
            Json::Number(n) => match (n.as_i64(), n.as_u64()) {
                (Some(n), _) => visitor.visit_i64(n),
                (None, Some(n)) => visitor.visit_u64(n),
                (None, None) => visitor.visit_f64(n.as_f64().unwrap_or_default()),
            },
            Json::String(text) => visitor.visit_str(text),
            Json::Array(_) => self.deserialize_seq(visitor),
            Json::Object(_) => self.deserialize_map(visitor),
        }
    }

    wanted! {
        deserialize_i32 visit_i64 "integer" |json| whole(json);
        deserialize_i64 visit_i64 "integer" |json| whole(json);
        deserialize_u32 visit_i64 "integer" |json| whole(json);
        deserialize_u64 visit_i64 "integer" |json| whole(json);
        deserialize_str visit_str "text" |json| json.as_str();
        deserialize_string visit_str "text" |json| json.as_str();
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        self.0
            .as_bool()
            .map_or_else(|| Err(Wrong::ty("boolean")), |flag| visitor.visit_bool(flag))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self.0 {
            Json::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self.0 {
            Json::Array(items) => visitor.visit_seq(Items(items.iter().enumerate())),
            Json::Null => Err(Wrong::missing()),
            _ => Err(Wrong::ty("array")),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self.0 {
            Json::Object(map) => visitor.visit_map(Members {
                left: map.iter(),
                value: None,
            }),
            Json::Null => Err(Wrong::missing()),
            _ => Err(Wrong::ty("object")),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        choices: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        match self.0 {
            Json::String(text) => visitor.visit_enum(IntoDeserializer::<Wrong>::into_deserializer(text.as_str())),
            Json::Null => Err(Wrong::missing()),
            _ => Err(Wrong::unknown_variant("", choices)),
        }
    }

    forward_to_deserialize_any! {
        i8 i16 i128 u8 u16 u128 f32 f64 char bytes byte_buf unit unit_struct tuple tuple_struct identifier ignored_any
    }
}

/// The members of an object: what is wrong with one is told with the way there.
struct Members<'a> {
    left: serde_json::map::Iter<'a>,
    value: Option<(&'a str, &'a Json)>,
}

impl<'de> MapAccess<'de> for Members<'_> {
    type Error = Wrong;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Wrong> {
        self.value = self.left.next().map(|(name, json)| (name.as_str(), json));
        let name = self.value.map(|(name, _)| StrDeserializer::<Wrong>::new(name));
        name.map(|name| seed.deserialize(name)).transpose()
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Wrong> {
        let (name, json) = self.value.take().unwrap_or(("", &Json::Null));
        let read = seed.deserialize(Node(json));
        read.map_err(|Wrong(issue)| Wrong(issue.within(&domain::pointer(name))))
    }
}

/// The items of an array, likewise.
struct Items<'a>(std::iter::Enumerate<std::slice::Iter<'a, Json>>);

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Wrong;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Wrong> {
        let Some((index, json)) = self.0.next() else {
            return Ok(None);
        };
        let read = seed.deserialize(Node(json)).map(Some);
        read.map_err(|Wrong(issue)| Wrong(issue.within(&format!("/{index}"))))
    }
}

/// A text without the space around it; an empty one is none.
pub fn words<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let text = Option::<Cow<'de, str>>::deserialize(from)?;
    let text = text.map(trimmed).transpose()?;
    Ok(text.filter(|text| !text.is_empty()))
}

/// A text that is needed.
pub fn word<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    trimmed(Cow::<'de, str>::deserialize(from)?)
}

/// An optional text that is not null, without the space around it.
pub fn word_if_set<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    not_null::<D, Cow<'de, str>>(from)?.map(trimmed).transpose()
}

fn trimmed<E: serde::de::Error>(text: Cow<'_, str>) -> Result<String, E> {
    match text.contains('\0') {
        true => Err(E::custom("control_character")),
        false => Ok(text.trim().to_owned()),
    }
}

/// An id in its one spelling.
pub fn an_id<'de, D: Deserializer<'de>>(from: D) -> Result<Id, D::Error> {
    parse_id(&Cow::<'de, str>::deserialize(from)?).ok_or_else(|| D::Error::custom("invalid_id"))
}

/// An id in its one spelling, as a member of a map.
#[derive(Debug, Clone, Copy, Deserialize, serde::Serialize)]
pub struct AnId(#[serde(deserialize_with = "an_id")] pub Id);

impl PartialSchema for AnId {
    fn schema() -> RefOr<Schema> {
        formatted(KnownFormat::Uuid).into()
    }
}

impl ToSchema for AnId {}

/// An optional id; null is refused.
pub fn id_not_null<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Id>, D::Error> {
    let text = Option::<Cow<'de, str>>::deserialize(from)?;
    let text = text.ok_or_else(|| D::Error::custom("null_value"))?;
    parse_id(&text).map(Some).ok_or_else(|| D::Error::custom("invalid_id"))
}

/// An optional member; null is refused.
pub fn not_null<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<T>, D::Error> {
    match Option::<T>::deserialize(from)? {
        None => Err(D::Error::custom("null_value")),
        value => Ok(value),
    }
}

/// An optional member that may be null: `Some(None)` for null, `None` where it is left out.
pub fn nullable<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(from).map(Some)
}

pub fn yes() -> bool {
    true
}

/// When something ends: a moment, or a day which is the last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    At(Instant),
    After(Day),
}

impl<'de> Deserialize<'de> for End {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(from)?;
        let day = parse_day(&text).map(Self::After);
        day.or_else(|| Instant::parse(&text).map(Self::At))
            .ok_or_else(|| D::Error::invalid_type(Unexpected::Str(&text), &"instant"))
    }
}

impl End {
    /// The moment, for whom days begin as for the caller.
    pub fn moment(self, caller: &Caller) -> Option<Instant> {
        match self {
            Self::At(at) => Some(at),
            Self::After(day) => Some(caller.day_start(day.succ_opt()?)),
        }
    }
}

impl PartialSchema for End {
    fn schema() -> RefOr<Schema> {
        let told = "A moment (RFC 3339), or a day (`YYYY-MM-DD`) in the caller's time zone that is the last one.";
        AnyOfBuilder::new()
            .item(formatted(KnownFormat::DateTime))
            .item(formatted(KnownFormat::Date))
            .description(Some(told))
            .into()
    }
}

impl ToSchema for End {}

/// A body that says nothing.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use validator::Validate;

    #[derive(Debug, PartialEq, Deserialize, serde::Serialize, Validate, ToSchema)]
    #[serde(deny_unknown_fields)]
    struct Part {
        #[serde(deserialize_with = "an_id")]
        #[schema(value_type = uuid::Uuid)]
        id: Id,
    }

    #[derive(Debug, PartialEq, Deserialize, Validate, ToSchema)]
    #[serde(deny_unknown_fields)]
    struct Whole {
        #[serde(deserialize_with = "word")]
        #[validate(length(min = 1, max = 5))]
        name: String,
        #[serde(default, deserialize_with = "words")]
        #[validate(length(max = 3))]
        note: Option<String>,
        #[validate(range(min = 1, max = 9))]
        count: i64,
        #[serde(default = "yes")]
        flag: bool,
        #[serde(default)]
        #[validate(length(max = 2), nested)]
        parts: Vec<Part>,
    }

    fn wrong(json: Json) -> Vec<(String, &'static str)> {
        let Json::Object(map) = json else { panic!("an object") };
        match read::<Whole>(map) {
            Err(Error::Invalid(issues)) => issues.into_iter().map(|i| (i.pointer, i.code)).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_body_is_read() {
        let Json::Object(map) = json!({ "name": " 王 ", "note": "", "count": 3.0 }) else {
            panic!("an object")
        };
        let whole = read::<Whole>(map).expect("fits");
        assert_eq!(
            (whole.name.as_str(), whole.note, whole.count, whole.flag),
            ("王", None, 3, true)
        );
    }

    #[test]
    fn everything_wrong_is_told_at_once_and_where() {
        let found = wrong(json!({ "name": 5, "flag": "yes", "a/b": 1, "parts": [{ "id": "x" }] }));
        let found: std::collections::BTreeMap<_, _> = found.into_iter().collect();
        let expected = [
            ("/a~1b", "unknown_field"),
            ("/count", "required"),
            ("/flag", "wrong_type"),
            ("/name", "wrong_type"),
            ("/parts/0/id", "invalid_id"),
        ];
        assert_eq!(found, expected.into_iter().map(|(p, c)| (p.to_owned(), c)).collect());
    }

    #[test]
    fn rules_are_told_beside_what_cannot_be_read() {
        let found = wrong(json!({ "name": "", "count": 10, "colour": "red" }));
        let expected = [
            ("/colour", "unknown_field"),
            ("/count", "out_of_range"),
            ("/name", "required"),
        ];
        let found: std::collections::BTreeSet<_> = found.into_iter().collect();
        assert_eq!(found, expected.map(|(p, c)| (p.to_owned(), c)).into());
    }

    #[test]
    fn rules_are_told_at_once_and_where() {
        let part = json!({ "id": "01890000-0000-7000-8000-000000000000" });
        let found = wrong(json!({ "name": " ", "note": "long", "count": 10, "parts": [part, part, part] }));
        let expected = [
            ("/count", "out_of_range"),
            ("/name", "required"),
            ("/note", "too_long"),
            ("/parts", "out_of_range"),
        ];
        assert_eq!(found, expected.map(|(p, c)| (p.to_owned(), c)));
    }

    #[test]
    fn null_is_missing_and_a_flag_is_no_null() {
        assert_eq!(
            wrong(json!({ "name": null, "count": 1 })),
            [("/name".to_owned(), "required")]
        );
        let found = wrong(json!({ "name": "a", "count": 1, "flag": null }));
        assert_eq!(found, [("/flag".to_owned(), "wrong_type")]);
    }
}
