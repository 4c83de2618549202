//! Leads: what is special about them: conversion, disqualifying, and where a converted one went.

mod convert;

use crate::{
    dom::Tell,
    i18n::{fill, format, t},
    kinds,
    record::{
        field::{self, Draft},
        row::Row,
        save,
    },
    state,
    ui::{
        Dialog, Menu, icon,
        states::{form_error, needed_mark},
    },
};
use leptos::prelude::*;
use serde_json::{Map, Value, json};

#[component]
pub fn Actions(row: RwSignal<Row>) -> impl IntoView {
    let status = Memo::new(move |_| row.with(|r| r.text("status").to_owned()));
    let converting = RwSignal::new(false);
    let disqualifying = RwSignal::new(false);
    let (may, may_edit) = (state::may("lead", "convert"), state::may("lead", "edit"));
    let set_status = move |status: &'static str| {
        let patch = Map::from_iter([("status".to_owned(), json!(status))]);
        let change = save::Change {
            kind: kinds::of("lead"),
            base: row.get_untracked(),
            patch,
            expansions: Map::new(),
        };
        save::change(change, save::complain());
    };
    let next = move || match status.get().as_str() {
        "new" => Some(("contacted", t().mark_contacted())),
        "contacted" => Some(("qualified", t().mark_qualified())),
        "disqualified" => Some(("new", t().reopen())),
        _ => None,
    };
    let open = move || !matches!(status.get().as_str(), "converted" | "disqualified");
    view! {
        {move || next().filter(|_| may_edit).map(|(key, text)| view! { <button type="button" class="btn" on:click=move |_| set_status(key)>{text}</button> })}
        {move || (open() && may).then(|| view! { <button type="button" class="btn primary" on:click=move |_| converting.set(true)>{t().convert()}</button> })}
        {move || (open() && may_edit).then(|| view! {
            <Menu face=icon("flag") label=t().close_lead() class="btn quiet square" end=true>
                <button type="button" class="menu-row item" on:click=move |_| disqualifying.set(true)>{icon("close")}{t().disqualify()}</button>
            </Menu>
        })}
        {move || converting.get().then(|| view! { <convert::ConvertDialog row close=Callback::new(move |()| converting.set(false))/> })}
        {move || disqualifying.get().then(|| view! { <Disqualify row close=Callback::new(move |()| disqualifying.set(false))/> })}
    }
    .into_any()
}

#[component]
fn Disqualify(row: RwSignal<Row>, close: Callback<()>) -> impl IntoView {
    let reason = Draft::new(Value::Null);
    let problem = RwSignal::new(None);
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let patch = Map::from_iter([
            ("status".to_owned(), json!("disqualified")),
            ("disqualified_reason".to_owned(), reason.value.get_untracked()),
        ]);
        let base = row.get_untracked();
        leptos::task::spawn_local(async move {
            match save::send(kinds::of("lead"), &base, &patch, &Map::new()).await {
                Ok(_) => close.tell(()),
                Err(error) => {
                    problem.try_set(Some(error));
                }
            }
        });
    };
    let field = kinds::of("lead").field("disqualified_reason");
    view! {
        <Dialog title=t().disqualify() close>
            <form on:submit=submit>
                <div class="dialog-body">
                    {field.map(|f| view! {
                        <div class="form-field wide">
                            <label for="reason">{f.label}{needed_mark()}</label>
                            {field::edit(f, reason, "reason".into(), Signal::default(), None)}
                        </div>
                    })}
                    {form_error(problem)}
                </div>
                <footer class="dialog-foot">
                    <button type="button" class="btn" on:click=move |_| close.tell(())>{t().cancel()}</button>
                    <button type="submit" class="btn primary">{t().disqualify()}</button>
                </footer>
            </form>
        </Dialog>
    }
    .into_any()
}

/// Where a converted lead went.
#[component]
pub fn Became(row: RwSignal<Row>) -> impl IntoView {
    move || {
        row.with(|r| {
            let at = r.text("converted_at").to_owned();
            (!at.is_empty()).then(|| {
                let links = ["customer_id", "contact_id", "opportunity_id"]
                    .iter()
                    .filter_map(|name| {
                        let field = kinds::of("lead").field(name)?;
                        let (id, name) = r.reference(field)?;
                        let kind = kinds::kind(field.refers?)?;
                        let href = kinds::page(kind.name, &id)?;
                        Some(view! { <li><span class="muted">{kind.label}</span>" "<a href=href>{name}</a></li> })
                    });
                view! {
                    <section class="group notice good">
                        <p>{icon("check")}{fill(t().converted_at(), &[&format::instant(&at)])}</p>
                        <ul class="plain">{links.collect_view()}</ul>
                    </section>
                }
            })
        })
    }
}
