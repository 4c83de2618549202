//! Where a page ended: the sort key and id of its last row, opaque to callers.

use crate::value::{Storage, Val, parse_day, parse_id};
use crate::{Id, Instant};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value as Json;

#[derive(Debug, Clone, PartialEq)]
pub struct Cursor {
    /// Null when the page ended among the rows without a value, which come last.
    pub key: Val,
    pub id: Id,
}

impl Cursor {
    pub fn encode(&self, fingerprint: u64) -> String {
        let key = match &self.key {
            Val::Text(s) => Json::from(s.as_str()),
            Val::Int(i) => Json::from(*i),
            Val::Bool(b) => Json::from(*b),
            Val::Id(id) => Json::from(id.to_string()),
            Val::Instant(t) => Json::from(t.micros()),
            Val::Day(d) => Json::from(d.to_string()),
            Val::Null(_) | Val::Json(_) | Val::Texts(_) | Val::Bytes(_) => Json::Null,
        };
        URL_SAFE_NO_PAD.encode(serde_json::json!([format!("{fingerprint:x}"), key, self.id]).to_string())
    }

    /// None unless it was made for the same list.
    pub fn decode(text: &str, fingerprint: u64, storage: Storage) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let [made_for, key, id]: [Json; 3] = serde_json::from_slice(&bytes).ok()?;
        if made_for.as_str()? != format!("{fingerprint:x}") {
            return None;
        }
        let id = parse_id(id.as_str()?)?;
        let key = match (storage, key) {
            (storage, Json::Null) => Val::Null(storage),
            (Storage::Text, Json::String(s)) if !s.contains('\0') => Val::Text(s),
            (Storage::Int, Json::Number(n)) => Val::Int(n.as_i64()?),
            (Storage::Instant, Json::Number(n)) => Val::Instant(Instant::from_micros(n.as_i64()?)?),
            (Storage::Day, Json::String(s)) => Val::Day(parse_day(&s)?),
            _ => return None,
        };
        Some(Self { key, id })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn comes_back_as_it_went(key in "\\PC*", print: u64) {
            let cursor = Cursor { key: Val::Text(key), id: Id::now_v7() };
            let text = cursor.encode(print);
            prop_assert_eq!(Cursor::decode(&text, print, Storage::Text), Some(cursor));
            prop_assert_eq!(Cursor::decode(&text, print ^ 1, Storage::Text), None);
        }

        #[test]
        fn rubbish_is_refused_quietly(text in "\\PC*") {
            prop_assert_eq!(Cursor::decode(&text, 7, Storage::Int), None);
        }
    }
}
