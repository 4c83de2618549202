//! The firm's own fields of a kind, in the order in which they are shown.

use super::edit::FieldDialog;
use crate::{
    api, dom,
    i18n::{fill, t},
    kinds,
    office::{
        custom_kind::{ask, take_away, told},
        labels::{choices_of, label_of, shown},
    },
    record::{list::Pages, row::Row},
    route,
    state::{self, state},
    ui::{self, badge, dialog::Confirm, icon, toast},
};
use leptos::{prelude::*, task::spawn_local};
use serde_json::json;

/// So many changes go in one request.
const AT_ONCE: usize = 100;

/// The changes that bring fields into an order: each one's version and place, where it stands elsewhere now.
fn placed(rows: &[Row]) -> Vec<serde_json::Value> {
    let places = rows.iter().enumerate().map(|(i, row)| (row, i + 1));
    let moved = places.filter(|(row, place)| row.get("order").as_u64() != Some(*place as u64));
    let step = |(row, place): (&Row, usize)| json!({ "method": "update", "id": row.id(), "version": row.version(), "body": { "order": place } });
    moved.map(step).collect()
}

#[component]
pub fn FieldList(kind: String) -> impl IntoView {
    let pages = Pages::new();
    let kind = StoredValue::new(kind);
    let load = move || {
        let of = route::encode(&kind.get_value());
        pages.load(format!("/fields?limit=200&sort=order&filter[kind]={of}"));
    };
    load();
    Effect::new(move |before: Option<()>| {
        let plural = kinds::of("field").plural;
        let changed = state().change.with(|c| c.as_ref().is_some_and(|c| c.kind == plural));
        if before.is_some() && changed {
            load();
        }
    });
    let (creating, editing, deleting) = (
        RwSignal::new(false),
        RwSignal::new(None::<Row>),
        RwSignal::new(None::<(Row, String)>),
    );
    let moving = RwSignal::new(false);
    // One up or down; the keyboard stays with the button that was pressed, or goes to the other where that ends.
    let shift = move |id: String, down: bool| {
        let mut rows = pages.rows.get_untracked();
        let Some(at) = rows.iter().position(|r| r.id() == id) else {
            return;
        };
        let to = if down { at + 1 } else { at.wrapping_sub(1) };
        if to >= rows.len() || moving.get_untracked() {
            return;
        }
        let count = rows.len();
        rows.swap(at, to);
        moving.set(true);
        spawn_local(async move {
            let mut outcome = Ok(());
            for steps in placed(&rows).chunks(AT_ONCE) {
                outcome = api::post("/fields/batch", json!({ "operations": steps }))
                    .send()
                    .await
                    .map(drop);
                if outcome.is_err() {
                    break;
                }
            }
            match outcome {
                Ok(()) => {
                    pages.rows.try_set(rows);
                    told(kinds::of("field"), "", None).await;
                }
                Err(problem) if problem.stale() => {
                    load();
                    toast::say(t().changed_look_again());
                }
                Err(problem) => toast::complain(&problem),
            }
            moving.try_set(false);
            let [first, other] = if down { ["down", "up"] } else { ["up", "down"] };
            let ends = to == if down { count - 1 } else { 0 };
            dom::focus_soon(format!("#{}-{id}", if ends { other } else { first }));
        });
    };
    let (may_edit, may_delete) = (state::may("field", "edit"), state::may("field", "delete"));
    let line = move |id: String| {
        let found = id.clone();
        let row = Memo::new(move |last: Option<&Option<Row>>| {
            let now = pages.rows.with(|rows| rows.iter().find(|r| r.id() == found).cloned());
            now.or_else(|| last.cloned().flatten())
        });
        let is = move |name: &'static str| row.with(|r| r.as_ref().is_some_and(|r| r.get(name) == true));
        let place = {
            let id = id.clone();
            Memo::new(move |_| {
                pages
                    .rows
                    .with(|rows| (rows.iter().position(|r| r.id() == id), rows.len()))
            })
        };
        let name = move || row.with(|r| r.as_ref().map(|r| shown(r.get("label")).to_owned()).unwrap_or_default());
        let key = move || row.with(|r| r.as_ref().map(|r| r.text("key").to_owned()));
        let ty = move || {
            let key = row.with(|r| r.as_ref().map(|r| r.text("type").to_owned()))?;
            choices_of("field", "type")
                .iter()
                .find(|c| c.key == key)
                .map(|c| c.label)
        };
        let [up, down] = ["up", "down"].map(|way| format!("{way}-{id}"));
        let again = id.clone();
        let first = move || place.get().0 == Some(0);
        let last = move || place.get().0.is_none_or(|at| at + 1 == place.get().1);
        view! {
            <li class="line own-field">
                <span class="own-name">
                    {move || if may_edit {
                        view! { <button type="button" class="link line-name" on:click=move |_| editing.set(row.get_untracked())>{name}</button> }.into_any()
                    } else {
                        view! { <span class="line-name">{name}</span> }.into_any()
                    }}
                    <code translate="no">{key}</code>
                </span>
                <span class="own-type">{ty}
                    {move || is("required").then(|| badge("contacted", label_of("field", "required")))}
                    {move || is("unique").then(|| badge("info", label_of("field", "unique")))}
                </span>
                <span class="own-acts">
                    {may_edit.then(|| view! {
                        <button type="button" id=up class="btn quiet square small" aria-label=t().move_up() title=t().move_up() disabled=first on:click=move |_| shift(id.clone(), false)>{icon("up")}</button>
                        <button type="button" id=down class="btn quiet square small" aria-label=t().move_down() title=t().move_down() disabled=last on:click=move |_| shift(again.clone(), true)>{icon("down")}</button>
                    })}
                    {may_delete.then(|| view! {
                        <button type="button" class="btn quiet square small" aria-label=move || fill(t().remove_of(), &[&name()]) title=t().remove() on:click=move |_| if let Some(row) = row.get_untracked() { ask(kinds::of("field"), row, deleting) }>{icon("trash")}</button>
                    })}
                </span>
            </li>
        }
    };
    let add = move || {
        state::may("field", "create").then(|| view! { <button type="button" class="btn small" on:click=move |_| creating.set(true)>{icon("plus")}{t().add_field()}</button> })
    };
    let state_of = Memo::new(move |_| {
        let none = pages.rows.with(Vec::is_empty);
        (pages.problem.get(), none && pages.loading.get(), none)
    });
    let body = move || {
        match state_of.get() {
        (Some(problem), ..) => ui::problem(&problem, Callback::new(move |()| load())),
        (None, true, _) => ui::skeleton(4),
        (None, false, true) => ui::empty("columns", t().no_custom_fields(), t().no_custom_fields_text(), ().into_any()),
        _ => view! { <ol class="plain"><For each=move || pages.rows.with(|rows| rows.iter().map(|r| r.id().to_owned()).collect::<Vec<_>>()) key=String::clone children=line/></ol> }.into_any(),
    }
    };
    let delete = move |(row, told): (Row, String)| {
        let name = shown(row.get("label")).to_owned();
        let title = fill(t().remove_field_title(), &[&name]);
        let yes = Callback::new(move |()| {
            let nothing = Callback::new(|()| ());
            take_away(
                kinds::of("field"),
                row.clone(),
                t().removed_named(),
                name.clone(),
                nothing,
            );
        });
        view! { <Confirm title text=format!("{told} {}", t().remove_field_text()) action=t().remove() close=Callback::new(move |()| deleting.set(None)) yes/> }
    };
    view! {
        <section class="box own-fields">
            <div class="group-head"><h2>{t().custom_fields()}</h2>{add()}</div>
            {body}
        </section>
        {move || creating.get().then(|| view! { <FieldDialog kind=kind.get_value() row=None close=Callback::new(move |()| creating.set(false)) newer=Callback::new(|_| ())/> })}
        {ui::fresh(
            move || editing.get().map(|r| (r.id().to_owned(), r.version())),
            move |open| open.and_then(|_| editing.get_untracked()).map(|row| view! {
                <FieldDialog kind=kind.get_value() row=Some(row) close=Callback::new(move |()| editing.set(None)) newer=Callback::new(move |row| editing.set(Some(row)))/>
            }).into_any(),
        )}
        {move || deleting.get().map(delete)}
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_elsewhere_is_moved() {
        let row = |id: &str, order: serde_json::Value| Row::new(json!({ "id": id, "version": 1, "order": order }));
        let rows: Vec<Row> = [
            row("a", json!(1)),
            row("b", json!(3)),
            row("c", json!(2)),
            row("d", json!(null)),
        ]
        .into_iter()
        .flatten()
        .collect();
        let told = placed(&rows);
        let told: Vec<_> = told
            .iter()
            .map(|s| (s["id"].as_str(), s["body"]["order"].as_u64()))
            .collect();
        assert_eq!(told, [(Some("b"), Some(2)), (Some("c"), Some(3)), (Some("d"), Some(4))]);
    }
}
