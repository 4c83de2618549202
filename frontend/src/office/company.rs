//! The company: its name, default language and time zone, and the base currency.

use super::space::Space;
use crate::{
    i18n::{LANGUAGES, fill, format, t},
    record::row::Row,
    ui::{
        sending::{submit, text_box},
        toast,
    },
};
use leptos::prelude::*;
use serde_json::{Map, Value, json};

const OWN: [&str; 3] = ["name", "locale", "time_zone"];

#[component]
pub fn Company() -> impl IntoView {
    let space = Space::new();
    view! {
        <div class="page narrow-page">
            <header class="page-head"><h1>{t().company_information()}</h1></header>
            {space.show(move |row| form(space, row))}
        </div>
    }
    .into_any()
}

fn form(space: Space, row: Row) -> AnyView {
    let drafts = OWN.map(|name| (name, RwSignal::new(row.text(name).to_owned())));
    let [name, locale, zone] = drafts.map(|(_, draft)| draft);
    let locked = !Space::may_change();
    space.newer(move |before, now| {
        for (name, draft) in drafts {
            if draft.with_untracked(|d| d == before.text(name)) {
                draft.set(now.text(name).to_owned());
            }
        }
    });
    // Only what was typed: what somebody else has changed meanwhile stays.
    let save = move || {
        let base = space.row.get_untracked();
        let typed = drafts.map(|(name, draft)| (name.to_owned(), json!(draft.get_untracked().trim())));
        let changed = typed
            .into_iter()
            .filter(|(name, new)| base.as_ref().is_none_or(|b| b.get(name) != new));
        let patch = Map::from_iter(changed);
        if patch.is_empty() {
            return toast::say(t().saved());
        }
        space.change(Value::Object(patch), || ());
    };
    let currency = row.text("currency").to_owned();
    let currency = fill(t().currency_named(), &[&currency, &format::currency_name(&currency)]);
    let languages = LANGUAGES.into_iter().map(|(l, name)| {
        view! { <option value=l.tag() prop:selected=move || locale.with(|v| v == l.tag())>{name}</option> }
    });
    let languages = view! { <select class="input" id="company-locale" on:change=move |e| locale.set(event_target_value(&e))>{languages.collect_view()}</select> };
    let zones = view! {
        <input class="input" id="company-zone" list="company-zones" autocomplete="off" spellcheck="false" prop:value=zone on:input=move |e| zone.set(event_target_value(&e))/>
        <datalist id="company-zones">{crate::people::account::profile::zones().into_iter().map(|z| view! { <option value=z></option> }).collect_view()}</datalist>
    };
    let sending = space.sending;
    view! {
        <form class="box" on:submit=submit(save) novalidate=true>
            <p class="muted">{t().company_text()}</p>
            // Who may only read reads it here all the same.
            <fieldset class="form-grid" disabled=locked>
                {sending.wide("name", "company-name", t().company_name(), text_box("company-name", "200", name))}
                {sending.field("locale", "company-locale", t().default_language(), languages.into_any())}
                {sending.field("time_zone", "company-zone", t().time_zone(), zones.into_any())}
                <div class="form-field wide"><span class="form-label">{t().base_currency()}</span><p class="static">{currency}</p><p class="muted">{t().base_currency_text()}</p></div>
            </fieldset>
            {sending.alert()}
            {(!locked).then(|| view! { <div class="form-foot">{sending.button("btn primary", t().save())}</div> })}
        </form>
    }
    .into_any()
}
