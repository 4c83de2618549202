//! API keys: what programs act with in somebody's name. One's own are made, rotated and revoked here; who may change users
//! sees everybody's and can revoke them.

mod create;
mod dialogs;

use crate::{
    i18n::{fill, format, label, t},
    record::{list::Pages, row::Row},
    schema, state,
    ui::{self, badge, icon},
};
use dialogs::{Ask, Given};
use domain::api_key::{Access, KeyState};
use leptos::prelude::*;
use serde_json::Value;

#[component]
pub fn ApiKeys() -> impl IntoView {
    let pages = Pages::new();
    let me = StoredValue::new(state::me().map(|m| m.id).unwrap_or_default());
    let everybody = RwSignal::new(false);
    let path = move || match everybody.get_untracked() {
        true => "/api-keys?limit=50".to_owned(),
        false => format!("/api-keys?limit=50&user_id={}", me.get_value()),
    };
    let load = move || pages.load(path());
    load();
    let asking = RwSignal::new(None::<Ask>);
    let given = RwSignal::new(None::<Given>);
    let done = Callback::new(move |mut answer: Value| {
        asking.set(None);
        given.set(Given::take(&mut answer));
        // The next change goes by this version, and need not wait for the list.
        if let Some(row) = Row::new(answer) {
            pages.put(&row);
        }
        load();
    });
    let choose = move |all: bool| {
        everybody.set(all);
        load();
    };
    let sees_all = state::me().is_some_and(|m| m.may("user", "edit"));
    let whose = sees_all.then(|| {
        view! {
            <div class="segmented">
                {[(false, t().my_keys()), (true, t().all_keys())].map(|(all, name)| view! {
                    <button type="button" aria-pressed=move || (everybody.get() == all).to_string() on:click=move |_| choose(all)>{name}</button>
                })}
            </div>
        }
    });
    let new_key = move || {
        view! { <button type="button" class="btn primary" on:click=move |_| asking.set(Some(Ask::Create))>{icon("plus")}{t().new_key()}</button> }.into_any()
    };
    let empty = Memo::new(move |_| pages.rows.with(Vec::is_empty));
    let body = move || {
        match (pages.problem.get(), pages.loading.get(), empty.get()) {
        (Some(problem), _, true) => ui::problem(&problem, Callback::new(move |()| load())),
        (_, true, true) => ui::skeleton(4),
        (_, _, true) => ui::empty("lock", t().no_keys(), t().no_keys_text(), new_key()),
        _ => view! {
            <ul class="plain card-list keys">
                <For each=move || pages.rows.get() key=|r| (r.id().to_owned(), r.version(), r.text("last_used_at").to_owned())
                    children=move |row| line(row, &me.get_value(), asking)/>
            </ul>
            {pages.foot(move || pages.next(path()))}
        }
        .into_any(),
    }
    };
    let dialog = move || {
        asking
            .get()
            .map(|ask| ask.dialog(Callback::new(move |()| asking.set(None)), done))
    };
    view! {
        <div class="page narrow-page">
            <header class="page-head"><h1 id="api-keys" tabindex="-1">{t().api_keys()}</h1>{whose}{move || (!empty.get()).then(new_key)}</header>
            <p class="muted">{t().api_keys_text()}{t().sentence_space()}<a href="/docs/" target="_blank" rel="noopener">{t().api_docs()}</a></p>
            {body}
            {dialog}
            {move || given.get().map(|secret| secret.dialog(Callback::new(move |()| given.set(None))))}
        </div>
    }
    .into_any()
}

/// `leads:write` in words.
fn scope(text: &str) -> String {
    let (kinds, access) = text.split_once(':').unwrap_or((text, ""));
    let subject = schema::subjects().into_iter().find(|s| s.path == kinds);
    let name = subject.map_or(t().all_records(), |s| s.label);
    let way = if access == Access::Write.key() {
        t().scope_write()
    } else {
        t().scope_read()
    };
    fill(t().scope_of(), &[name, way])
}

fn line(row: Row, me: &str, asking: RwSignal<Option<Ask>>) -> AnyView {
    let name = row.text("name").to_owned();
    let state = KeyState::from_key(row.text("state")).unwrap_or_default();
    let tone = match state {
        KeyState::Active => "active",
        KeyState::Expired => "contacted",
        KeyState::Revoked => "plain",
    };
    let scopes = row.get("scopes").as_array().cloned().unwrap_or_default();
    let scopes = scopes
        .iter()
        .filter_map(|s| s.as_str())
        .map(|s| view! { <span class="tag">{scope(s)}</span> });
    let told = |name: &str, text: &'static str| {
        let at = row.text(name).to_owned();
        (!at.is_empty()).then(|| view! { <time datetime=at.clone() title=format::instant(&at)>{fill(text, &[&format::relative(&at)])}</time> })
    };
    let used = match row.text("last_used_from") {
        "" => view! { <span>{t().never_used()}</span> }.into_any(),
        from => view! { {told("last_used_at", t().seen())}<span>{from.to_owned()}</span> }.into_any(),
    };
    let end = match (state, row.text("expires_at")) {
        (KeyState::Revoked, _) => told("revoked_at", t().key_revoked_at()).into_any(),
        (_, "") => view! { <span>{t().key_without_end()}</span> }.into_any(),
        (KeyState::Expired, _) => told("expires_at", t().key_ended()).into_any(),
        (_, end) => view! { <span>{fill(t().key_ends(), &[&format::instant(end)])}</span> }.into_any(),
    };
    let own = row.text("user_id") == me;
    let user = (!own).then(|| row.get("user")["name"].as_str().unwrap_or_default().to_owned());
    let act = |ask: Ask, shape: &'static str, word: &'static str, said: &'static str| {
        let press = move |_| asking.set(Some(ask.clone()));
        view! { <button type="button" class="btn small" aria-label=fill(said, &[&name]) on:click=press>{icon(shape)}{word}</button> }
    };
    let alive = state != KeyState::Revoked;
    view! {
        <li class="line key">
            <div class="grow">
                <span class="line-name">{name.clone()}</span>" "{badge(tone, label(state.label()))}
                <span class="line-rest">
                    <code>{format!("{}…", row.text("prefix"))}</code>
                    {user.map(|name| view! { <span>{name}</span> })}
                    {end}
                    {used}
                </span>
                <span class="key-scopes">{scopes.collect_view()}</span>
            </div>
            <div class="key-acts">
                {(alive && own).then(|| act(Ask::Rename(row.clone()), "edit", t().rename(), t().rename_of()))}
                {(alive && own).then(|| act(Ask::Rotate(row.clone()), "undo", t().rotate(), t().rotate_of()))}
                {alive.then(|| act(Ask::Revoke(row.clone()), "lock", t().revoke(), t().revoke_of()))}
            </div>
        </li>
    }
    .into_any()
}
