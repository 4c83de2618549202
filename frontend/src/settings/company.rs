//! The company: its name, default language and time zone, and the base currency.

use super::space::Space;
use crate::{
    i18n::{LANGUAGES, fill, format, label, t},
    record::row::Row,
    ui::states::form_error,
};
use domain::workspace::KIND;
use leptos::prelude::*;
use serde_json::{Map, Value, json};

const OWN: [&str; 3] = ["name", "locale", "time_zone"];

#[component]
pub fn Company() -> impl IntoView {
    let space = Space::new();
    view! {
        <div class="page narrow-page">
            <header class="page-head"><h1>{label(KIND.label)}</h1></header>
            {space.show(move |row| form(space, row))}
        </div>
    }
    .into_any()
}

fn form(space: Space, row: Row) -> AnyView {
    let drafts = OWN.map(|name| (name, RwSignal::new(row.text(name).to_owned())));
    let [name, locale, zone] = drafts.map(|(_, draft)| draft);
    let locked = !Space::may_change();
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let typed = drafts.map(|(name, draft)| (name.to_owned(), json!(draft.get_untracked().trim())));
        let patch = Map::from_iter(typed);
        space.change(Value::Object(patch), || ());
    };
    let of = |name: &str| KIND.field(name).map(|f| label(f.label)).unwrap_or_default();
    let currency = row.text("currency").to_owned();
    let currency = fill(t().currency_named, &[&currency, &format::currency_name(&currency)]);
    view! {
        <form class="box" on:submit=submit novalidate=true>
            <p class="muted">{t().company_text}</p>
            <div class="form-grid">
                <div class="form-field wide">
                    <label for="company-name">{of("name")}</label>
                    <input class="input" id="company-name" maxlength="200" autocomplete="organization" disabled=locked prop:value=name on:input=move |e| name.set(event_target_value(&e))/>
                    {space.error("name")}
                </div>
                <div class="form-field">
                    <label for="company-locale">{of("locale")}</label>
                    <select class="input" id="company-locale" disabled=locked on:change=move |e| locale.set(event_target_value(&e))>
                        {LANGUAGES.into_iter().map(|(l, name)| view! { <option value=l.tag() selected=move || locale.with(|v| v == l.tag())>{name}</option> }).collect_view()}
                    </select>
                    {space.error("locale")}
                </div>
                <div class="form-field">
                    <label for="company-zone">{of("time_zone")}</label>
                    <input class="input" id="company-zone" list="company-zones" autocomplete="off" spellcheck="false" disabled=locked prop:value=zone on:input=move |e| zone.set(event_target_value(&e))/>
                    <datalist id="company-zones">{super::profile::zones().into_iter().map(|z| view! { <option value=z></option> }).collect_view()}</datalist>
                    {space.error("time_zone")}
                </div>
                <div class="form-field wide"><span class="form-label">{t().base_currency}</span><p class="static">{currency}</p><p class="muted">{t().base_currency_text}</p></div>
            </div>
            {form_error(space.problem)}
            {(!locked).then(|| view! { <div class="form-foot"><button type="submit" class="btn primary" class:loading=space.sending><span>{t().save}</span></button></div> })}
        </form>
    }
    .into_any()
}
