//! Query strings, read in one place: as pairs for lists, whose words are the domain's, and as typed values for all else. What is
//! wrong is told by the name of its parameter.

use crate::error::Problem;
use crate::typed::{self, Wrong};
use actix_web::HttpRequest;
use actix_web::http::{StatusCode, Uri};
use domain::query::{self, DEFAULT_LIMIT};
use domain::value::parse_id;
use domain::{Error, Id, Instant, Issue};
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Unexpected, Visitor,
};
use serde::{Deserialize, forward_to_deserialize_any};
use std::borrow::Cow;
use validator::Validate;

/// The parameters of a request, decoded, in order. An empty one is refused, whatever it is called.
pub fn pairs(request: &HttpRequest) -> Result<Vec<(String, String)>, Problem> {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(request.query_string())
        .map_err(|e| Problem::request(StatusCode::BAD_REQUEST, "malformed_request").with("reason", e))?;
    for (name, value) in &pairs {
        if name.contains('\0') || value.contains('\0') {
            return Err(refused(Issue::new(name.replace('\0', ""), "control_character")).into());
        }
        if value.is_empty() {
            return Err(refused(query::empty(name)).into());
        }
    }
    Ok(pairs)
}

/// Some of the parameters, by their names, where others are read on their own.
pub fn read_of<T: DeserializeOwned + Validate>(
    request: &HttpRequest,
    wanted: impl Fn(&str) -> bool,
) -> Result<T, Problem> {
    let pairs = pairs(request)?.into_iter().filter(|(name, _)| wanted(name));
    Ok(read_pairs(pairs.collect())?)
}

/// The parameters of a request as the value they say. A list may be one parameter with commas, or several of its name.
pub fn read<T: DeserializeOwned + Validate>(request: &HttpRequest) -> Result<T, Problem> {
    Ok(read_pairs(pairs(request)?)?)
}

fn read_pairs<T: DeserializeOwned + Validate>(pairs: Vec<(String, String)>) -> Result<T, Error> {
    let mut parameters: Vec<(String, Vec<String>)> = Vec::new();
    for (name, value) in pairs {
        match parameters.iter_mut().find(|(known, _)| *known == name) {
            Some((_, values)) => values.push(value),
            None => parameters.push((name, vec![value])),
        }
    }
    let value = T::deserialize(Parameters {
        left: parameters.iter(),
        values: None,
    });
    let value = value.map_err(|Wrong(issue)| refused(issue))?;
    match value.validate() {
        Ok(()) => Ok(value),
        Err(errors) => Err(refused(typed::first(&errors))),
    }
}

/// What was found wrong with a value, as in a body, as it is told of a parameter.
pub fn refused(issue: Issue) -> Error {
    let name = issue.pointer.trim_start_matches('/');
    let name = name.replace("~1", "/").replace("~0", "~");
    Error::BadQuery(match issue.code {
        "unknown_field" if issue.pointer.starts_with('/') => {
            Issue::new(name.clone(), "unknown_parameter").with("parameter", name)
        }
        _ => Issue { pointer: name, ..issue },
    })
}

/// Refuses a request whose parameters are not all among those that its operation is described with. A list has a filter for
/// each field, and says itself which there are.
pub fn must_know(request: &str, known: &[String]) -> Result<(), Error> {
    let filters = known.iter().any(|name| name.starts_with("filter["));
    for (name, _) in serde_urlencoded::from_str::<Vec<(Cow<str>, Cow<str>)>>(request).unwrap_or_default() {
        let is_known = known.iter().any(|known| **known == *name) || (filters && name.starts_with("filter["));
        if !is_known {
            return Err(Error::BadQuery(
                Issue::new(name.as_ref(), "unknown_parameter").with("parameter", &name),
            ));
        }
    }
    Ok(())
}

/// The address of the next page: the same request with another cursor.
pub fn next_page(uri: &Uri, cursor: &str) -> String {
    let others = uri.query().unwrap_or_default().split('&');
    let others = others.filter(|pair| !pair.is_empty() && !pair.starts_with("cursor="));
    let cursor = format!("cursor={cursor}");
    let query: Vec<&str> = others.chain([cursor.as_str()]).collect();
    format!("{}?{}", uri.path(), query.join("&"))
}

/// How many at most, where nothing is said.
pub fn default_limit() -> u32 {
    DEFAULT_LIMIT
}

/// An optional id.
pub fn id<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Id>, D::Error> {
    let text = Cow::<'de, str>::deserialize(from)?;
    let id = parse_id(&text).ok_or_else(|| serde::de::Error::custom("invalid_id"))?;
    Ok(Some(id))
}

/// A moment with its offset.
pub fn moment<'de, D: Deserializer<'de>>(from: D) -> Result<Instant, D::Error> {
    let text = Cow::<'de, str>::deserialize(from)?;
    let wrong = || serde::de::Error::invalid_type(Unexpected::Str(&text), &"instant");
    Instant::parse(&text).ok_or_else(wrong)
}

/// The same where it may be left out.
pub fn maybe_moment<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Instant>, D::Error> {
    moment(from).map(Some)
}

/// An optional position in the change log, as a cursor told it.
pub fn position<'de, D: Deserializer<'de>>(from: D) -> Result<Option<i64>, D::Error> {
    let text = Cow::<'de, str>::deserialize(from)?;
    let position = text.parse().ok().filter(|p: &i64| *p >= 0);
    position
        .map(Some)
        .ok_or_else(|| serde::de::Error::custom("invalid_cursor"))
}

/// The parameters, as serde reads a struct.
struct Parameters<'a> {
    left: std::slice::Iter<'a, (String, Vec<String>)>,
    values: Option<(&'a str, &'a [String])>,
}

impl<'de> Deserializer<'de> for Parameters<'_> {
    type Error = Wrong;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_map(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> MapAccess<'de> for Parameters<'_> {
    type Error = Wrong;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Wrong> {
        self.values = self
            .left
            .next()
            .map(|(name, values)| (name.as_str(), values.as_slice()));
        let name = self.values.map(|(name, _)| name);
        let name = name.map(IntoDeserializer::<Wrong>::into_deserializer);
        name.map(|name| seed.deserialize(name)).transpose()
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Wrong> {
        let (name, values) = self.values.take().unwrap_or(("", &[]));
        let read = seed.deserialize(Said { name, values });
        read.map_err(|Wrong(issue)| {
            Wrong(Issue {
                pointer: domain::pointer(name),
                ..issue
            })
        })
    }
}

/// What is said of one parameter: more than one text is a list, or a mistake.
struct Said<'a> {
    name: &'a str,
    values: &'a [String],
}

impl<'a> Said<'a> {
    fn text(&self) -> Result<&'a str, Wrong> {
        match self.values {
            [one] => Ok(one),
            _ => Err(Wrong(Issue::new("", "repeated_parameter"))),
        }
    }

    fn whole(&self) -> Result<i64, Wrong> {
        self.text()?.parse().map_err(|_| Wrong::ty("integer"))
    }
}

impl<'de> Deserializer<'de> for Said<'_> {
    type Error = Wrong;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_str(self.text()?)
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_i64(self.whole()?)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_i64(self.whole()?)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        let said = domain::value::flag(self.text()?);
        said.map_or_else(|| Err(Wrong::ty("flag")), |flag| visitor.visit_bool(flag))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        let items = self.values.iter().flat_map(|value| value.split(','));
        let items: Vec<&str> = items.map(str::trim).filter(|item| !item.is_empty()).collect();
        match items.is_empty() {
            true => Err(Wrong(query::empty(self.name))),
            false => visitor.visit_seq(Items(items.iter())),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        visitor.visit_enum(IntoDeserializer::<Wrong>::into_deserializer(self.text()?))
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i128 u8 u16 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct tuple tuple_struct map
        struct identifier ignored_any
    }
}

/// The items of a list.
struct Items<'a>(std::slice::Iter<'a, &'a str>);

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Wrong;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Wrong> {
        let item = self.0.next().copied();
        let item = item.map(IntoDeserializer::<Wrong>::into_deserializer);
        item.map(|item| seed.deserialize(item)).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Group {
        Quarter,
        Year,
    }

    #[derive(Debug, PartialEq, Deserialize, Validate)]
    #[serde(deny_unknown_fields)]
    struct Asked {
        #[serde(deserialize_with = "typed::word")]
        q: String,
        #[serde(default = "default_limit")]
        #[validate(range(min = 1, max = 200))]
        limit: u32,
        group: Option<Group>,
        kinds: Option<Vec<String>>,
        #[serde(default, deserialize_with = "id")]
        user: Option<Id>,
    }

    fn said(query: &str) -> Result<Asked, (String, &'static str)> {
        let pairs = serde_urlencoded::from_str(query).expect("pairs");
        read_pairs(pairs).map_err(|error| match error {
            Error::BadQuery(issue) => (issue.pointer, issue.code),
            other => panic!("{other:?}"),
        })
    }

    #[test]
    fn parameters_are_read_as_what_they_are() {
        let asked = said("q=+a+&limit=7&group=year&kinds=lead,customer").expect("fits");
        assert_eq!(
            (asked.q.as_str(), asked.limit, asked.group),
            ("a", 7, Some(Group::Year))
        );
        let said = |query| said(query).expect("fits").kinds;
        assert_eq!(said("q=a&kinds=lead&kinds=customer"), asked.kinds, "either spelling");
        assert_eq!(said("q=a"), None);
    }

    #[test]
    fn what_is_wrong_names_its_parameter() {
        for (query, name, code) in [
            ("limit=5", "q", "required"),
            ("q=a&colour=red", "colour", "unknown_parameter"),
            ("q=a&a~1b=c", "a~1b", "unknown_parameter"),
            ("q=a&limit=x", "limit", "wrong_type"),
            ("q=a&limit=201", "limit", "out_of_range"),
            ("q=a&limit=1&limit=2", "limit", "repeated_parameter"),
            ("q=a&group=week", "group", "unknown_choice"),
            ("q=a&kinds=,", "kinds", "empty_parameter"),
            ("q=a&user=me", "user", "invalid_id"),
        ] {
            assert_eq!(said(query), Err((name.to_owned(), code)), "{query}");
        }
    }

    #[test]
    fn an_operation_takes_what_it_is_described_with() {
        let known = ["limit", "filter[status]"].map(str::to_owned);
        assert!(must_know("limit=5&filter[name]=x&filter%5Bstatus%5D=y", &known).is_ok());
        assert!(must_know("limit=5&lmit=6", &known).is_err());
        assert!(must_know("filter[name]=x", &known[..1]).is_err());
        assert!(must_know("", &[]).is_ok());
    }

    #[test]
    fn the_next_page_is_the_same_request_with_another_cursor() {
        let uri: Uri = "/api/v1/customers?limit=2&cursor=a&filter[name]=%E7%8E%8B"
            .parse()
            .expect("an address");
        assert_eq!(
            next_page(&uri, "b"),
            "/api/v1/customers?limit=2&filter[name]=%E7%8E%8B&cursor=b"
        );
    }
}
