//! Records like one: a hint while a new one is typed, and those like a record that is there.

use crate::kinds::{Field, Kind};
use crate::schema::Type;
use crate::{
    api::{self, Turn},
    dom,
    i18n::{fill, t},
    kinds,
    ui::icon,
};
use leptos::{prelude::*, task::spawn_local};
use serde_json::{Map, Value, json};

/// A record that is like another.
#[derive(Clone, PartialEq)]
pub struct Found {
    pub kind: &'static str,
    pub id: String,
    pub title: String,
    reasons: Vec<&'static str>,
}

/// Those in sight, and how many there are beside.
#[derive(Clone, Default, PartialEq)]
pub struct Alike {
    pub found: Vec<Found>,
    pub hidden: u64,
}

fn reason(code: &str) -> Option<&'static str> {
    Some(match code {
        "same_name" => t().same_name(),
        "similar_name" => t().similar_name(),
        "same_sound" => t().same_sound(),
        "same_phone" => t().same_phone(),
        "same_email" => t().same_email(),
        "same_domain" => t().same_domain(),
        _ => return None,
    })
}

/// Asks the server. What nobody waits for is not told of where it goes wrong.
pub async fn ask(kind: &Kind, body: Map<String, Value>) -> Option<Alike> {
    let asked = api::post(format!("/{}/duplicates", kind.path()), Value::Object(body));
    let answer = asked.send_aside().await.ok()?.body;
    let rows = answer["data"].as_array()?.iter();
    let found = rows.filter_map(|row| {
        let codes = row["reasons"].as_array()?.iter().filter_map(Value::as_str);
        Some(Found {
            kind: kinds::kind(row["kind"].as_str()?)?.name,
            id: row["id"].as_str()?.to_owned(),
            title: row["title"].as_str()?.to_owned(),
            reasons: codes.filter_map(reason).collect(),
        })
    });
    Some(Alike {
        found: found.collect(),
        hidden: answer["hidden"].as_u64().unwrap_or_default(),
    })
}

/// The name by which the server takes what stands in a field; the first of each sort counts.
fn asked_as(kind: &Kind, field: &Field) -> Option<&'static str> {
    let first = |ty: Type| {
        kind.fields
            .iter()
            .find(|f| f.ty == ty)
            .is_some_and(|f| f.name == field.name)
    };
    Some(match (field.name, field.ty) {
        (name, _) if name == kind.title => "name",
        ("company", _) => "company",
        ("customer_id", _) => "customer_id",
        (_, Type::Phone) if first(Type::Phone) => "phone",
        (_, Type::Email) if first(Type::Email) => "email",
        (_, Type::Url) if first(Type::Url) => "website",
        _ => return None,
    })
}

/// Under the fields of a new record. `has` follows what is typed in a field.
#[component]
pub fn Hint(kind: &'static Kind, has: Callback<&'static str, Value>) -> impl IntoView {
    let alike = RwSignal::new(Alike::default());
    let (later, turn) = (dom::debounce(300), Turn::new());
    let said = Memo::new(move |_| {
        let named = kind.fields.iter().filter_map(|f| Some((asked_as(kind, f)?, f.name)));
        let typed = named.map(|(name, field)| (name, has.run(field)));
        let filled = typed.filter(|(_, value)| value.as_str().is_some_and(|text| text.trim().chars().count() > 1));
        filled
            .map(|(name, value)| (name.to_owned(), value))
            .collect::<Map<String, Value>>()
    });
    Effect::new(move |_| {
        let said = said.get();
        let newest = turn.take();
        if !said.keys().any(|name| name != "customer_id") {
            alike.set(Alike::default());
            return;
        }
        later(Box::new(move || {
            spawn_local(async move {
                if let Some(found) = ask(kind, said).await
                    && newest()
                {
                    alike.set(found);
                }
            });
        }));
    });
    view! { <div class="alike" role="status" aria-live="polite">{move || alike.with(told)}</div> }.into_any()
}

/// Each with why, on a page of its own, so that what is typed stays.
fn told(alike: &Alike) -> Option<AnyView> {
    if alike.found.is_empty() && alike.hidden == 0 {
        return None;
    }
    let rows = alike.found.iter().take(5).map(|found| {
        let (title, kind) = (found.title.clone(), kinds::of(found.kind).label);
        let name = match kinds::page(found.kind, &found.id) {
            Some(href) => view! { <a href=href target="_blank">{title}</a> }.into_any(),
            None => view! { <b>{title}</b> }.into_any(),
        };
        let why = found.reasons.join(t().list_comma());
        view! { <li>{name}" "<span>{kind}" · "{why}</span></li> }
    });
    let hidden = (alike.hidden > 0).then(|| view! { <p>{t().alike_hidden()}</p> });
    let head = (!alike.found.is_empty())
        .then(|| view! { <p>{icon("warning")}{t().looks_like()}</p><ul class="plain">{rows.collect_view()}</ul> });
    Some(view! { <div class="group notice">{head}{hidden}</div> }.into_any())
}

/// The records of its own kind that one is like, to choose from.
pub async fn of(kind: &Kind, id: &str) -> Vec<Found> {
    let asked = Map::from_iter([("id".to_owned(), json!(id))]);
    let mut found = ask(kind, asked).await.unwrap_or_default().found;
    found.retain(|found| found.kind == kind.name);
    found
}

impl Found {
    /// What it is called, and why it is here.
    pub fn line(&self) -> String {
        fill(t().with_reason(), &[&self.title, &self.reasons.join(t().list_comma())])
    }
}
