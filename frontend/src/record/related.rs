//! Records that belong to another one: a short list with a way to add.

use crate::kinds::Kind;
use crate::{
    i18n::{fill, noun, t},
    kinds,
    record::{
        field,
        form::{CreateDialog, Preset},
        list::Pages,
        row::Row,
        special,
    },
    state,
    ui::{self, icon},
};
use leptos::prelude::*;

#[component]
pub fn Related(kind: &'static Kind, narrow: String, preset: Preset) -> impl IntoView {
    let pages = Pages::new();
    let expand = kinds::expansions(kind);
    let special = special::on_page(kind);
    let sort = special.sort;
    let path = StoredValue::new(format!(
        "/{}?limit=50&sort={sort}&expand={expand}&{narrow}",
        kind.path()
    ));
    let load = move || pages.load(path.get_value());
    load();
    Effect::new(move |_| {
        if pages.follow(kind) {
            load();
        }
    });
    let creating = RwSignal::new(false);
    let preset = StoredValue::new(preset);
    let may_create = state::may(kind.name, "create");
    let add = move || {
        may_create.then(|| view! {
            <button type="button" class="btn small" on:click=move |_| creating.set(true)>{icon("plus")}{fill(t().new_of(), &[&noun(kind.label)])}</button>
        })
    };
    let rows = move || {
        pages.rows.with(|rows| {
            rows.iter()
                .map(|row| special.line.map_or_else(|| line(kind, row), |own| own(row)))
                .collect_view()
        })
    };
    // Memos, or every page would draw all anew.
    let failed = Memo::new(move |_| pages.problem.get());
    let empty = Memo::new(move |_| pages.rows.with(Vec::is_empty));
    let loading = Memo::new(move |_| pages.loading.get() && empty.get());
    view! {
        <div class="related">
            <div class="related-head">{add()}</div>
            {move || match (failed.get(), loading.get(), empty.get()) {
                (Some(problem), _, _) => ui::problem(&problem, Callback::new(move |()| load())),
                (None, true, true) => ui::skeleton(3),
                (None, false, true) => view! { <p class="muted pad">{fill(t().no_records_yet(), &[&kinds::many(kind)])}</p> }.into_any(),
                _ => view! { <ul class="plain">{rows}</ul>{pages.foot(move || pages.next(path.get_value()))} }.into_any(),
            }}
            {move || creating.get().then(|| view! { <CreateDialog kind preset=preset.get_value() close=Callback::new(move |()| creating.set(false))/> })}
        </div>
    }
    .into_any()
}

/// One record in a line: its name and the two or three things that matter.
fn line(kind: &'static Kind, row: &Row) -> AnyView {
    let shown = kinds::first_columns(kind)
        .into_iter()
        .filter(|f| f.name != kind.title && f.name != "customer_id");
    let shown = shown.filter(|f| !row.get(f.name).is_null()).take(3);
    let href = kinds::page(kind.name, row.id()).unwrap_or_default();
    view! {
        <li class="line">
            <a class="line-name" href=href>{row.title(kind)}</a>
            <span class="line-rest">{shown.map(|f| view! { <span>{field::show(kind, f, row)}</span> }).collect_view()}</span>
        </li>
    }
    .into_any()
}
