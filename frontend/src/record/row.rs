//! A record as the app holds it: the JSON of the API, shared, and read by the fields its kind declares. Screens work on
//! any kind, so there is no code per kind for lists, forms and pages.

use crate::kinds::{Field, Kind};
use crate::schema::Type;
use serde_json::{Map, Value};
use std::sync::Arc;

#[derive(Clone, PartialEq, Debug)]
pub struct Row(Arc<Map<String, Value>>);

static NULL: Value = Value::Null;

impl Row {
    pub fn new(value: Value) -> Option<Self> {
        match value {
            Value::Object(map) => Some(Self(Arc::new(flat(map)))),
            _ => None,
        }
    }

    pub fn get(&self, name: &str) -> &Value {
        self.0.get(name).unwrap_or(&NULL)
    }

    /// Whether it was asked for at all.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    pub fn text(&self, name: &str) -> &str {
        self.get(name).as_str().unwrap_or_default()
    }

    pub fn id(&self) -> &str {
        self.text("id")
    }

    pub fn version(&self) -> i64 {
        self.get("version").as_i64().unwrap_or_default()
    }

    /// All of it.
    pub fn whole(&self) -> Value {
        Value::Object((*self.0).clone())
    }

    /// What the record is called.
    pub fn title(&self, kind: &Kind) -> String {
        let title = self.text(kind.title);
        if title.is_empty() {
            kind.label.to_owned()
        } else {
            title.to_owned()
        }
    }

    /// The name of a record that `field` refers to, when the list was asked to expand it.
    pub fn reference(&self, field: &Field) -> Option<(String, String)> {
        let id = self.get(field.name).as_str()?.to_owned();
        let expanded = self.get(field.expansion()?);
        let kind = crate::kinds::of(field.refers?);
        let name = expanded[kind.title]
            .as_str()
            .or_else(|| expanded["name"].as_str())
            .unwrap_or_default();
        Some((id, name.to_owned()))
    }

    /// The records that `field` refers to, where there may be several.
    pub fn references(&self, field: &Field) -> Vec<(String, String)> {
        let title = field.refers.and_then(crate::kinds::kind).map_or("name", |k| k.title);
        let expanded = field
            .expansion()
            .filter(|_| field.is_several())
            .map(|name| self.get(name));
        let listed = expanded.and_then(Value::as_array).into_iter().flatten();
        let named = listed.filter_map(|one| {
            let name = one[title].as_str().or_else(|| one["name"].as_str())?;
            Some((one["id"].as_str()?.to_owned(), name.to_owned()))
        });
        named.collect()
    }

    /// The row with other values in some places.
    pub fn with(&self, patch: &Map<String, Value>) -> Self {
        let mut map = (*self.0).clone();
        map.extend(patch.iter().map(|(k, v)| (k.clone(), v.clone())));
        Self(Arc::new(map))
    }

    /// Takes over what a fresher answer says, and keeps expansions the answer lacks.
    pub fn refreshed(&self, newer: &Row) -> Self {
        let mut map = (*self.0).clone();
        if newer.has("custom_fields") {
            // What has no value is not named.
            map.retain(|key, _| !key.starts_with(CUSTOM) || newer.has(key));
        }
        for (key, value) in newer.0.iter() {
            // An expanded record is stale once the id beside it has changed.
            if key.ends_with("_id") && map.get(key) != Some(value) {
                map.remove(&key[..key.len() - 3]);
            }
            if let Some(stem) = key.strip_suffix("_ids")
                && map.get(key) != Some(value)
            {
                map.remove(crate::kinds::kind(stem).map_or(stem, |kind| kind.plural));
            }
        }
        map.extend(newer.0.iter().map(|(k, v)| (k.clone(), v.clone())));
        Self(Arc::new(map))
    }
}

/// What the names of fields begin with that the firm has added.
const CUSTOM: &str = "custom_fields.";

/// Puts what stands under a name of its own beside the rest, by the names of the fields.
fn flat(mut map: Map<String, Value>) -> Map<String, Value> {
    for of in ["custom_fields", "expanded"] {
        if let Some(Value::Object(inner)) = map.get(of) {
            let named: Vec<_> = inner
                .iter()
                .map(|(key, value)| (format!("{of}.{key}"), value.clone()))
                .collect();
            map.extend(named);
        }
    }
    map
}

/// Puts the fields that the firm has added where the body of a record has them, and each of a batch. What names fields in another
/// way, as rights to them and what an import makes of their values, stays as it is.
pub fn nested(body: &mut Value) {
    let Value::Object(map) = body else { return };
    let steps = map.get_mut("operations").and_then(Value::as_array_mut);
    for step in steps.into_iter().flatten() {
        if let Some(body) = step.get_mut("body") {
            nested(body);
        }
    }
    let own: Vec<String> = map.keys().filter(|key| key.starts_with(CUSTOM)).cloned().collect();
    for name in own {
        if let (Some(key), Some(value)) = (name.strip_prefix(CUSTOM), map.remove(&name)) {
            map.entry("custom_fields").or_insert_with(|| Value::Object(Map::new()))[key] = value;
        }
    }
}

/// What a value of a field reads like, in words.
pub fn text_of(field: &Field, row: &Row) -> String {
    if field.is_several() {
        let names = row.references(field).into_iter().map(|(_, name)| name);
        return names.collect::<Vec<_>>().join(crate::i18n::t().list_comma());
    }
    if field.refers.is_some() {
        return row.reference(field).map(|(_, name)| name).unwrap_or_default();
    }
    value_text(field, row.get(field.name))
}

pub fn value_text(field: &Field, value: &Value) -> String {
    use crate::i18n::{format, t};
    match (field.ty, value) {
        (_, Value::Null) => String::new(),
        (Type::Choice(choices) | Type::Choices(choices), Value::String(key)) => choices
            .iter()
            .find(|c| c.key == key)
            .map_or_else(|| key.clone(), |c| c.label.to_owned()),
        (Type::Money, value) => format::money(
            value["amount"].as_str().unwrap_or_default(),
            value["currency"].as_str().unwrap_or_default(),
        ),
        (Type::Day, Value::String(day)) => format::day(day),
        (Type::Instant, Value::String(at)) => format::instant(at),
        (Type::Int, Value::Number(n)) => format::number(n.as_f64().unwrap_or_default()),
        (Type::Bool, Value::Bool(b)) => if *b { t().yes() } else { t().no() }.to_owned(),
        (Type::Choices(choices), Value::Array(keys)) => {
            let label = |key: &str| {
                choices
                    .iter()
                    .find(|c| c.key == key)
                    .map_or_else(|| key.to_owned(), |c| c.label.to_owned())
            };
            let labels = keys.iter().filter_map(Value::as_str).map(label);
            labels.collect::<Vec<_>>().join(t().list_comma())
        }
        (Type::Tags, Value::Array(tags)) => tags
            .iter()
            .filter_map(Value::as_str)
            .map(|tag| {
                if field.name == "roles" {
                    crate::role::name(tag)
                } else {
                    tag.to_owned()
                }
            })
            .collect::<Vec<_>>()
            .join(t().list_comma()),
        (_, Value::String(tag)) if field.name == "locale" => crate::i18n::LANGUAGES
            .iter()
            .find(|l| l.0.tag() == tag)
            .map_or(tag.as_str(), |l| l.1)
            .to_owned(),
        // A filter's value, and an entry of the history.
        (Type::Tags, Value::String(key)) if field.name == "roles" => crate::role::name(key),
        (_, Value::String(text)) if field.picklist.is_some() => crate::picklist::name(field, text),
        (_, Value::String(text)) => text.clone(),
        (_, value) => value.to_string(),
    }
}

/// How good or bad a choice is, for the colour of its badge (the word always stands beside the colour).
pub fn tone(key: &str) -> &'static str {
    match key {
        "won" | "converted" | "cooperating" | "done" | "completed" | "active" | "qualified" | "vip" | "high_value" => {
            "good"
        }
        "lost" | "disqualified" | "invalid" | "inactive" | "failed" | "disabled" | "urgent" => "bad",
        "new" | "open" | "potential" | "interested" | "running" | "high" => "info",
        "contacted" | "following" | "queued" => "warm",
        _ => "plain",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_bodies_of_records_are_nested() {
        let named = json!({ "name": "x", "custom_fields.dock": "a", "custom_fields.state": null });
        let whole = json!({ "name": "x", "custom_fields": { "dock": "a", "state": null } });
        let mut one = named.clone();
        nested(&mut one);
        assert_eq!(one, whole);
        let mut batch = json!({ "operations": [{ "method": "update", "body": named }, { "method": "delete" }] });
        nested(&mut batch);
        assert_eq!(
            batch["operations"],
            json!([{ "method": "update", "body": whole }, { "method": "delete" }])
        );
        for other in [
            json!({ "value_map": { "custom_fields.state": { "停航": "docked" } } }),
            json!({ "field_rights": { "customer": { "custom_fields.dock": "hidden" } } }),
        ] {
            let mut same = other.clone();
            nested(&mut same);
            assert_eq!(same, other);
        }
    }
}
