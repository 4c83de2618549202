//! What an entry of the change log says, in words: field by field, old and new, names instead of ids.

use crate::kinds::{Field, Kind};
use crate::schema::{READONLY, Type};
use crate::{
    i18n::{fill, format, label, t},
    kinds,
    record::{
        names::{Names, Wanted, ids},
        row::value_text,
    },
    role, sharing, transfer,
};
use leptos::prelude::*;
use serde_json::Value;

/// The people and records an entry mentions.
pub fn mentioned(kind: Option<&'static Kind>, entry: &Value, wanted: &mut Wanted) {
    wanted.add("user", entry["actor_id"].as_str());
    for (name, pair) in entry["fields"].as_object().into_iter().flatten() {
        let field = kind.and_then(|k| k.field(name));
        // A sign-in is no record, but tells whose it is.
        let refers = field.map_or((name == "user_id").then_some("user"), |f| f.refers);
        if let Some(refers) = refers {
            for id in ids(&pair[0]).chain(ids(&pair[1])) {
                wanted.add(refers, Some(id));
            }
        }
        if name == sharing::SHARED {
            wanted.add("user", pair[0]["user_id"].as_str());
            wanted.add("user", pair[1]["user_id"].as_str());
        }
    }
}

/// One line: what was changed, from what, to what.
struct Line {
    name: String,
    old: String,
    new: String,
}

/// The lines of an entry. What a new record was born with besides is not told.
pub fn list(kind: Option<&'static Kind>, entry: &Value, names: &Names) -> AnyView {
    let created = entry["action"] == "create";
    let mut lines = match kind {
        Some(kind) => of_record(kind, entry, names),
        None => of_other(entry, names),
    };
    lines.extend(of_sharing(&entry["fields"][sharing::SHARED], names));
    let lines = lines.into_iter().filter(|line| !created || !line.new.is_empty());
    let lines = lines.map(|Line { name, old, new }| {
        view! {
            <li>
                <span class="muted">{name}{t().colon()}</span>
                {(!created && !old.is_empty()).then(|| view! { <s>{old.clone()}</s>" → " })}
                {if new.is_empty() { t().none_chosen().to_owned() } else { new }}
            </li>
        }
        .into_any()
    });
    view! { <ul class="plain">{lines.collect_view()}{transfer::reason_of(&entry["fields"])}</ul> }.into_any()
}

fn of_record(kind: &'static Kind, entry: &Value, names: &Names) -> Vec<Line> {
    let created = entry["action"] == "create";
    let mut fields = kinds::in_order(kind);
    fields.extend(kind.fields.iter().filter(|f| f.ty == Type::Json || f.name == "avatar"));
    let told = |f: &&'static Field| entry["fields"].get(f.name).is_some() && !(created && f.can(READONLY));
    fields
        .into_iter()
        .filter(told)
        .flat_map(|f| of_field(f, &entry["fields"][f.name], names))
        .collect()
}

fn of_field(field: &'static Field, pair: &Value, names: &Names) -> Vec<Line> {
    if matches!(field.name, "grants" | "field_rights") {
        let told = role::differences(field.name, &pair[0], &pair[1]);
        return told
            .into_iter()
            .map(|(name, old, new)| Line { name, old, new })
            .collect();
    }
    if field.name == "avatar" {
        let new = if pair[1].is_null() {
            t().picture_removed()
        } else {
            t().picture_changed()
        };
        return vec![Line {
            name: field.label.to_owned(),
            old: String::new(),
            new: new.to_owned(),
        }];
    }
    let named = |value: &Value| {
        let each = ids(value).map(|id| names.get(id).map_or("…", String::as_str));
        each.collect::<Vec<_>>().join(t().list_comma())
    };
    let text = |value: &Value| match value {
        value if field.refers.is_some() => named(value),
        Value::Array(items) if field.ty == Type::Json => fill(t().n_items(), &[&format::number(items.len() as f64)]),
        value => value_text(field, value),
    };
    vec![Line {
        name: field.label.to_owned(),
        old: text(&pair[0]),
        new: text(&pair[1]),
    }]
}

/// Whom a record is shared with, which is no field of it.
fn of_sharing(pair: &Value, names: &Names) -> Option<Line> {
    let told = |member: &Value| {
        let name = names.get(member["user_id"].as_str()?).map_or("…", String::as_str);
        Some(fill(t().shared_as(), &[name, &sharing::extent(member)]))
    };
    pair.is_array().then(|| Line {
        name: label(domain::sharing::SHARED_WITH).to_owned(),
        old: told(&pair[0]).unwrap_or_default(),
        new: told(&pair[1]).unwrap_or_else(|| t().share_ended().to_owned()),
    })
}

/// Sign-ins and keys, which have no fields of a kind.
fn of_other(entry: &Value, names: &Names) -> Vec<Line> {
    let text = |value: &Value| match value.as_str() {
        Some(text) => names.get(text).map_or(text, String::as_str).to_owned(),
        None if value.is_null() => String::new(),
        None => value.to_string(),
    };
    let fields = entry["fields"].as_object().into_iter().flatten();
    fields
        .map(|(name, pair)| Line {
            name: match name.as_str() {
                "user_id" => kinds::of("user").label.to_owned(),
                "address" => t().network_address().to_owned(),
                "user_agent" => t().browser().to_owned(),
                "name" => t().name().to_owned(),
                other => other.to_owned(),
            },
            old: text(&pair[0]),
            new: text(&pair[1]),
        })
        .collect()
}
