//! The form of a new API key: name, how long it lives, and what it may do, kind by kind.

use super::dialogs::name_field;
use crate::schema::{self, Subject};
use crate::{
    api,
    dom::{self, Tell},
    i18n::{format, t},
    state,
    ui::{Dialog, Sending, sending::submit},
};
use domain::api_key::Access;
use leptos::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// When a key ends: after some days, on a day, or never.
#[derive(Clone, Copy)]
pub struct Expiry {
    choice: RwSignal<String>,
    day: RwSignal<String>,
}

const DAYS: [i64; 3] = [30, 90, 365];
const ON_A_DAY: &str = "day";
const NEVER: &str = "never";

impl Expiry {
    pub fn new() -> Self {
        Self {
            choice: RwSignal::new("90".to_owned()),
            day: RwSignal::new(String::new()),
        }
    }

    pub fn given(self) -> bool {
        self.choice.with(|c| c != ON_A_DAY) || self.day.with(|d| !d.is_empty())
    }

    pub fn value(self) -> Value {
        match self.choice.get_untracked().as_str() {
            NEVER => Value::Null,
            ON_A_DAY => json!(self.day.get_untracked()),
            days => {
                let days = dom::number(days).unwrap_or(90.0);
                let at = js_sys::Date::new(&(js_sys::Date::now() + days * 86_400_000.0).into());
                json!(String::from(at.to_iso_string()))
            }
        }
    }
}

pub fn expiry_field(expiry: Expiry, sending: Sending) -> AnyView {
    let names = [t().in_30_days(), t().in_90_days(), t().in_a_year()];
    let options = DAYS.into_iter().map(|d| d.to_string()).zip(names);
    let options = options.chain([(ON_A_DAY.to_owned(), t().on_a_day()), (NEVER.to_owned(), t().never())]);
    let options = options.map(|(value, name)| {
        let chosen = expiry.choice.with_untracked(|c| *c == value);
        view! { <option value=value selected=chosen>{name}</option> }
    });
    let input = view! {
            <span class="expiry">
                <select class="input" id="key-expiry" on:change=move |e| expiry.choice.set(event_target_value(&e))>{options.collect_view()}</select>
                {move || expiry.choice.with(|c| c == ON_A_DAY).then(|| view! {
                    <input class="input" type="date" aria-label=t().last_day() min=format::today() prop:value=expiry.day on:input=move |e| expiry.day.set(event_target_value(&e))/>
                })}
            </span>
            {move || expiry.choice.with(|c| c == NEVER).then(|| view! { <p class="hint">{t().never_text()}</p> })}
    };
    sending.wide("expires_at", "key-expiry", t().expires(), input.into_any())
}

/// Kind, or `*` for all → what may be done.
type Chosen = RwSignal<BTreeMap<String, Access>>;

/// One box: on by itself, or because another includes it, which then cannot be taken off here.
fn tick(chosen: Chosen, kind: String, name: &'static str, access: Access) -> AnyView {
    let of = move |kind: &str| chosen.with(|c| c.get(kind).copied());
    let (of_all, own) = (kind.clone(), kind.clone());
    let included = move || (of_all != "*" && of("*") >= Some(access)) || of(&of_all) > Some(access);
    let also = included.clone();
    let on = move || also() || of(&own) >= Some(access);
    let way = if access == Access::Write {
        t().scope_write()
    } else {
        t().scope_read()
    };
    let change = move |event: web_sys::Event| {
        let on = event_target_checked(&event);
        chosen.update(|c| {
            match (on, access) {
                (true, _) => c.insert(kind.clone(), access),
                // Who may no longer write may still read.
                (false, Access::Write) => c.insert(kind.clone(), Access::Read),
                (false, Access::Read) => c.remove(&kind),
            };
        });
    };
    view! {
        <td class="scope-tick"><input type="checkbox" aria-label=crate::i18n::fill(t().scope_of(), &[name, way]) prop:checked=on prop:disabled=included on:change=change/></td>
    }
    .into_any()
}

fn scopes_field(chosen: Chosen, sending: Sending) -> AnyView {
    let error = sending.error("scopes");
    let row = move |kind: String, name: &'static str| {
        view! {
            <tr><th scope="row">{name}</th>{tick(chosen, kind.clone(), name, Access::Read)}{tick(chosen, kind, name, Access::Write)}</tr>
        }
    };
    let sees = |s: &&Subject| state::me().is_none_or(|m| m.may(s.name, "view"));
    // What programs are mostly made for comes first.
    let (work, settings): (Vec<&Subject>, Vec<&Subject>) =
        schema::subjects().into_iter().filter(sees).partition(|s| s.owned);
    let subjects = work.into_iter().chain(settings);
    view! {
        <fieldset class="form-field wide">
            <legend class="form-label">{t().scopes()}</legend>
            <p class="hint">{t().scopes_text()}</p>
            <div class="scope-box" tabindex="0" role="group" aria-label=t().scopes()>
                <table class="plain-table scopes">
                    <thead><tr><th scope="col">{t().records()}</th><th scope="col" class="scope-tick">{t().scope_read()}</th><th scope="col" class="scope-tick">{t().scope_write()}</th></tr></thead>
                    <tbody>
                        {row("*".to_owned(), t().all_records())}
                        {subjects.map(|s| row(s.path.to_owned(), s.label)).collect_view()}
                    </tbody>
                </table>
            </div>
            {error}
        </fieldset>
    }
    .into_any()
}

#[component]
pub fn CreateKey(close: Callback<()>, done: Callback<Value>) -> impl IntoView {
    let name = RwSignal::new(String::new());
    let expiry = Expiry::new();
    let chosen: Chosen = RwSignal::new(BTreeMap::new());
    let sending = Sending::new();
    let create = move || {
        let scopes = chosen.with_untracked(|c| {
            let texts = c.iter().map(|(kind, access)| format!("{kind}:{}", access.key()));
            texts.collect::<Vec<_>>()
        });
        let body = json!({ "name": name.get_untracked().trim(), "scopes": scopes, "expires_at": expiry.value() });
        sending.send(api::post("/api-keys", body), move |body| done.tell(body));
    };
    let ready = move || name.with(|n| !n.trim().is_empty()) && chosen.with(|c| !c.is_empty()) && expiry.given();
    view! {
        <Dialog title=t().new_key() close>
            <form on:submit=submit(create) novalidate=true>
                <div class="dialog-body stack">
                    {name_field(name, sending)}
                    {expiry_field(expiry, sending)}
                    {scopes_field(chosen, sending)}
                    {sending.alert()}
                </div>
                {sending.foot(close, t().make_key(), ready)}
            </form>
        </Dialog>
    }
    .into_any()
}
