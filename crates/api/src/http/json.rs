//! JSON read strictly: a member that stands twice is refused, since nobody knows which one was meant.

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value as Json};
use std::cell::RefCell;
use std::fmt;

/// Why a text is no JSON that we take.
#[derive(Debug, PartialEq, Eq)]
pub enum Unread {
    Malformed(String),
    Twice(String),
}

pub fn parse(text: &[u8]) -> Result<Json, Unread> {
    let twice = RefCell::new(None);
    let mut from = serde_json::Deserializer::from_slice(text);
    let read = Strict(&twice).deserialize(&mut from);
    let read = read.and_then(|json| from.end().map(|()| json));
    read.map_err(|error| match twice.into_inner() {
        Some(name) => Unread::Twice(name),
        None => Unread::Malformed(error.to_string()),
    })
}

#[derive(Clone, Copy)]
struct Strict<'a>(&'a RefCell<Option<String>>);

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Json, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Json, E> {
        Ok(Json::Bool(flag))
    }

    fn visit_i64<E>(self, n: i64) -> Result<Json, E> {
        Ok(Json::Number(n.into()))
    }

    fn visit_u64<E>(self, n: u64) -> Result<Json, E> {
        Ok(Json::Number(n.into()))
    }

    fn visit_f64<E>(self, n: f64) -> Result<Json, E> {
        Ok(Number::from_f64(n).map_or(Json::Null, Json::Number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::String(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Json, E> {
        Ok(Json::String(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = from.next_element_seed(self)? {
            items.push(item);
        }
        Ok(Json::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Json, A::Error> {
        let mut map = Map::new();
        while let Some(name) = from.next_key::<String>()? {
            if map.contains_key(&name) {
                *self.0.borrow_mut() = Some(name);
                return Err(A::Error::custom("a member stands twice"));
            }
            map.insert(name, from.next_value_seed(self)?);
        }
        Ok(Json::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn json_is_read_as_it_is() {
        let text = r#" {"a":[1,-2,2.5,18446744073709551615,"王\n",true,null,{}],"b":{"a":""}} "#;
        let plain: Json = serde_json::from_str(text).expect("JSON");
        assert_eq!(parse(text.as_bytes()), Ok(plain));
        assert_eq!(parse(b"[]"), Ok(json!([])));
    }

    #[test]
    fn a_member_that_stands_twice_is_refused_at_any_depth() {
        assert_eq!(parse(br#"{"a":1,"a":1}"#), Err(Unread::Twice("a".into())));
        assert_eq!(parse(br#"{"a":[{"b":1,"\u0062":2}]}"#), Err(Unread::Twice("b".into())));
    }

    #[test]
    fn what_is_no_json_is_refused() {
        for text in ["", "{", "[1,]", "{} {}", "nul", "\u{feff}{}"] {
            assert!(matches!(parse(text.as_bytes()), Err(Unread::Malformed(_))), "{text}");
        }
    }
}
