//! Kinds and fields in the settings: which kinds there are, one's own fields of each, and kinds that the firm makes.

pub mod edit;
pub mod list;
pub mod page;

use crate::{
    api,
    dom::Tell,
    i18n::{fill, format, t},
    kinds::{self, Kind},
    record::{
        list::Pages,
        row::Row,
        save::{self, Stored},
    },
    start,
    state::{self, announce},
    ui::toast,
};
use leptos::{prelude::*, task::spawn_local};
use serde_json::{Map, Value};

/// Where a kind has its settings.
fn address(key: &str) -> String {
    format!("/settings/kinds/{key}")
}

/// The kinds that the firm has made, told anew when one of them changes. Who does not see them is told of none.
fn made() -> Pages {
    let pages = Pages::new();
    if state::may("kind", "view") {
        load(pages);
        Effect::new(move |_| {
            if pages.follow(kinds::of("kind")) {
                load(pages);
            }
        });
    }
    pages
}

fn load(pages: Pages) {
    pages.load("/kinds?limit=200&sort=key".to_owned());
}

/// The record of a kind, where the firm has made it.
fn record_of(made: Pages, key: &str) -> Option<Row> {
    made.rows
        .with(|rows| rows.iter().find(|r| r.text("key") == key).cloned())
}

/// A kind or a field was written: what the app knows of kinds is asked for anew before anybody goes on with it.
pub async fn told(kind: &'static Kind, id: &str, row: Option<Row>) {
    // Without an answer the next start tells it.
    let _ = start::load().await;
    announce(kind.plural, id, row);
}

/// What differs from what a form began with.
pub fn changed(base: &Map<String, Value>, mut now: Map<String, Value>) -> Map<String, Value> {
    now.retain(|name, value| base.get(name) != Some(value));
    now
}

/// Stores what was changed. Where somebody else has changed the same meanwhile, the form begins again with what is there now.
pub async fn settle(
    kind: &'static Kind,
    base: Row,
    patch: Map<String, Value>,
    close: Callback<()>,
    newer: Callback<Row>,
) -> api::Outcome<()> {
    if !patch.is_empty() {
        match save::store(kind, &base, &patch, &Map::new()).await? {
            Stored::Done(row) => {
                told(kind, row.id(), Some(row.clone())).await;
                toast::say(t().saved());
            }
            Stored::Conflict(theirs) => {
                announce(kind.plural, theirs.id(), Some(theirs.clone()));
                toast::warn(t().changed_look_again());
                newer.tell(theirs);
                return Ok(());
            }
        }
    }
    close.tell(());
    Ok(())
}

/// Asks how much goes with a kind or a field, so that the question whether it shall can name it.
pub fn ask(kind: &'static Kind, row: Row, asked: RwSignal<Option<(Row, String)>>) {
    spawn_local(async move {
        match concerned(kind, row.id()).await {
            Ok(told) => drop(asked.try_set(Some((row, told)))),
            Err(problem) => toast::complain(&problem),
        }
    });
}

async fn concerned(kind: &'static Kind, id: &str) -> api::Outcome<String> {
    let path = save::path(kind, id);
    let usage = api::get(format!("{path}/usage")).send().await?.body;
    let number = |value: &Value| format::number(value.as_f64().unwrap_or_default());
    let mut told = fill(
        t().records_concerned(),
        &[&number(&usage["records"]), &number(&usage["kept_days"])],
    );
    if kind.name == "field" {
        let using = api::get(format!("{path}/views")).send().await?.body;
        let views = using["data"].as_array().into_iter().flatten();
        let mut named: Vec<String> = views
            .map(|view| fill(t().quoted(), &[view["name"].as_str().unwrap_or_default()]))
            .collect();
        if using["others"].as_u64().is_some_and(|others| others > 0) {
            named.push(fill(t().views_of_others(), &[&number(&using["others"])]));
        }
        if !named.is_empty() {
            told += t().sentence_space();
            told += &fill(t().views_using(), &[&named.join(t().list_comma())]);
        }
    }
    Ok(told)
}

/// Takes away a kind or a field; its records or values stay, and the toast brings it back.
pub fn take_away(kind: &'static Kind, row: Row, said: &'static str, name: String, done: Callback<()>) {
    spawn_local(async move {
        if let Err(problem) = api::delete(save::path(kind, row.id()), row.version()).send().await {
            return save::refused(kind, row.id(), problem).await;
        }
        told(kind, row.id(), None).await;
        let back = Callback::new(move |()| {
            let row = row.clone();
            spawn_local(async move {
                // Taking it away was a version of its own.
                match save::restore(kind, row.id(), row.version() + 1).await {
                    Ok(row) => {
                        told(kind, row.id(), Some(row.clone())).await;
                        toast::say(t().undone());
                    }
                    Err(problem) => toast::complain(&problem),
                }
            });
        });
        toast::say_with_undo(fill(said, &[&name]), back);
        done.tell(());
    });
}
