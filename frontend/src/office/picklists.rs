//! Picklists: the values the firm offers for its fields, one a line.

use crate::{
    i18n::{fill, t},
    kinds,
    record::{list::Pages, row::Row, save},
    state,
    ui::{self, toast},
};
use leptos::{prelude::*, task::spawn_local};
use serde_json::{Map, Value, json};

#[component]
pub fn Picklists() -> impl IntoView {
    let pages = Pages::new();
    let load = move || pages.load("/picklists?limit=200&sort=name".to_owned());
    load();
    Effect::new(move |_| {
        pages.follow(kinds::of("picklist"));
    });
    view! {
        <div class="page narrow-page">
            <header class="page-head"><h1>{kinds::heading(kinds::of("picklist"))}</h1></header>
            <p class="muted">{t().picklists_text()}</p>
            {move || pages.problem.get().map(|p| ui::problem(&p, Callback::new(move |()| load())))}
            {move || (pages.loading.get() && pages.rows.with(Vec::is_empty)).then(|| ui::skeleton(6))}
            <For each=move || pages.rows.get() key=|p| p.id().to_owned() children=move |row| block(row, pages)/>
        </div>
    }
    .into_any()
}

fn values(row: &Row) -> Vec<String> {
    let options = row.get("options").as_array().into_iter().flatten();
    options
        .filter(|o| o["retired"] != true)
        .filter_map(|o| o["value"].as_str().map(str::to_owned))
        .collect()
}

/// What is typed, on top of what somebody else has stored meanwhile: their new values come in, those they took away go.
fn merged(base: &[String], newer: &[String], typed: &str) -> String {
    let kept = typed
        .lines()
        .filter(|line| newer.iter().any(|v| v == line.trim()) || !base.iter().any(|v| v == line.trim()));
    let mut lines: Vec<&str> = kept.collect();
    let added = newer
        .iter()
        .filter(|v| !base.contains(v) && !typed.lines().any(|line| line.trim() == v.as_str()));
    lines.extend(added.map(String::as_str));
    lines.join("\n")
}

fn block(first: Row, pages: Pages) -> impl IntoView {
    let text = RwSignal::new(values(&first).join("\n"));
    let title = first.text("name").to_owned();
    let label = title.clone();
    let id = first.id().to_owned();
    let row = Memo::new(move |last: Option<&Row>| {
        let found = pages.rows.with(|rows| rows.iter().find(|r| r.id() == id).cloned());
        found.or_else(|| last.cloned()).unwrap_or_else(|| first.clone())
    });
    let count = move || row.with(|r| values(r).len());
    Effect::new(move |base: Option<Vec<String>>| {
        let newer = row.with(values);
        if let Some(base) = base.filter(|base| *base != newer) {
            text.update(|text| *text = merged(&base, &newer, text));
        }
        newer
    });
    let locked = !state::may("picklist", "edit");
    let store = move |_| {
        let row = row.get_untracked();
        let lines: Vec<String> = text
            .get_untracked()
            .lines()
            .map(|l| l.trim().to_owned())
            .filter(|l| !l.is_empty())
            .collect();
        let old = row.get("options").as_array().cloned().unwrap_or_default();
        let known = |value: &str| old.iter().find(|o| o["value"] == value).cloned();
        let mut options: Vec<Value> = lines
            .iter()
            .map(|line| {
                let mut option = known(line).unwrap_or_else(|| json!({ "value": line }));
                option["retired"] = json!(false);
                option
            })
            .collect();
        // Values taken off the list are kept as retired: records still hold them.
        options.extend(
            old.iter()
                .filter(|o| !lines.iter().any(|l| o["value"] == l.as_str()))
                .map(|o| {
                    let mut o = o.clone();
                    o["retired"] = json!(true);
                    o
                }),
        );
        let patch = Map::from_iter([("options".to_owned(), Value::Array(options))]);
        spawn_local(async move {
            match save::send(kinds::of("picklist"), &row, &patch, &Map::new()).await {
                Ok(_) => toast::say(t().saved()),
                Err(problem) => save::refused(kinds::of("picklist"), row.id(), problem).await,
            }
        });
    };
    view! {
        <details class="box">
            <summary>{title}<span class="count">{count}</span></summary>
            <textarea class="input" rows="8" aria-label=fill(t().values_of(), &[&label]) readonly=locked prop:value=text on:input=move |e| text.set(event_target_value(&e))></textarea>
            {(!locked).then(|| view! { <div class="form-foot"><button type="button" class="btn primary small" on:click=store>{t().save()}</button></div> })}
        </details>
    }
}
