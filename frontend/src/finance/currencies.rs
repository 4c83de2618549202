//! Currencies in use and their rates by day.

use crate::{
    api, currency,
    dom::Tell,
    i18n::{fill, format, t},
    kinds,
    record::{list::Pages, row::Row, save},
    state::{self, announce, state},
    ui::{self, Dialog, Sending, badge, icon, sending::submit, toast},
};
use domain::{Currency, money::Rate, value::parse_day};
use leptos::{prelude::*, task::spawn_local};
use serde_json::{Map, Value, json};

#[component]
pub fn Currencies() -> impl IntoView {
    let used = Pages::new();
    let load = move || used.load("/currencies?limit=200&sort=code".to_owned());
    Effect::new(move |_| {
        let kind = state().change.get().map(|c| c.kind);
        if kind.is_none_or(|k| k == kinds::of("currency").plural || k == kinds::of("exchange_rate").plural) {
            load();
        }
    });
    let may = state::may;
    let adding = RwSignal::new(false);
    let rating = RwSignal::new(None::<String>);
    let valuing = RwSignal::new(false);
    let base = StoredValue::new(currency::base());
    let revalue = move |_| {
        valuing.set(true);
        spawn_local(async move {
            match api::post("/exchange-rates/revalue", json!({})).send().await {
                Ok(reply) => {
                    let count = reply.body["revalued"].as_i64().unwrap_or(0);
                    toast::say(fill(t().revalued(), &[&format::number(count as f64)]));
                }
                Err(problem) => toast::complain(&problem),
            }
            valuing.try_set(false);
        });
    };
    let block = move |row: Row| {
        let code = row.text("code").to_owned();
        let disabled = row.get("disabled") == true;
        let toggle = {
            let row = row.clone();
            move |_| {
                let row = row.clone();
                spawn_local(async move {
                    let patch = Map::from_iter([("disabled".to_owned(), json!(!disabled))]);
                    if let Err(problem) = save::send(kinds::of("currency"), &row, &patch, &Map::new()).await {
                        save::refused(kinds::of("currency"), row.id(), problem).await;
                    }
                });
            }
        };
        let title = fill(t().currency_named(), &[&code, &format::currency_name(&code)]);
        let list = rates(&code, base);
        let add = code.clone();
        let add_label = fill(t().add_rate_of(), &[&code]);
        view! {
            <section class="box" aria-label=title.clone()>
                <div class="group-head"><h2>{title.clone()}</h2>
                    <span class="page-actions">
                        {disabled.then(|| badge("disabled", t().user_disabled()))}
                        {may("currency", "edit").then(|| view! { <button type="button" class="btn small" on:click=toggle>{if disabled { t().enable() } else { t().disable() }}</button> })}
                        {may("exchange_rate", "create").then(|| view! { <button type="button" class="btn small" aria-label=add_label on:click=move |_| rating.set(Some(add.clone()))>{icon("plus")}{t().add_rate()}</button> })}
                    </span>
                </div>
                {list}
            </section>
        }
    };
    let codes = move || {
        used.rows
            .with(|r| r.iter().map(|r| r.text("code").to_owned()).collect::<Vec<_>>())
    };
    let body = move || {
        if let Some(problem) = used.problem.get() {
            return ui::problem(&problem, Callback::new(move |()| load()));
        }
        match (used.rows.with(Vec::is_empty), used.loading.get()) {
            (true, true) => ui::skeleton(5),
            (true, false) => ui::empty("globe", t().no_currencies(), t().no_currencies_text(), ().into_any()),
            _ => view! { <For each=move || used.rows.get() key=|r| (r.id().to_owned(), r.version()) children=block/> }
                .into_any(),
        }
    };
    let base_line = fill(
        t().base_currency_is(),
        &[&base.get_value(), &format::currency_name(&base.get_value())],
    );
    view! {
        <div class="page narrow-page">
            <header class="page-head"><h1>{t().currencies_rates()}</h1>
                <div class="page-actions">
                    {may("exchange_rate", "import").then(|| view! { <a class="btn" href="/import?kind=exchange_rates">{icon("import")}<span>{t().import()}</span></a> })}
                    {may("currency", "create").then(|| view! { <button type="button" class="btn primary" on:click=move |_| adding.set(true)>{icon("plus")}<span>{t().add_currency()}</span></button> })}
                </div>
            </header>
            <p class="muted">{base_line}{t().sentence_space()}{t().rates_text()}</p>
            {body}
            {move || (may("exchange_rate", "edit") && used.rows.with(|r| !r.is_empty())).then(|| view! {
                <section class="box"><h2>{t().revalue_title()}</h2><p class="muted">{t().revalue_text()}</p>
                    <div class="form-foot"><button type="button" class="btn" class:loading=valuing on:click=revalue><span>{t().revalue()}</span></button></div>
                </section>
            })}
            {move || adding.get().then(|| view! { <AddCurrency used=codes() close=Callback::new(move |()| adding.set(false))/> })}
            {move || rating.get().map(|code| view! { <AddRate code close=Callback::new(move |()| rating.set(None))/> })}
        </div>
    }
    .into_any()
}

/// The rates of a currency, a few at a time: others may have many more.
fn rates(code: &str, base: StoredValue<String>) -> AnyView {
    let pages = Pages::new();
    let path = StoredValue::new(format!(
        "/exchange-rates?limit=10&sort=-valid_from&filter[currency]={code}"
    ));
    let load = move || pages.load(path.get_value());
    load();
    Effect::new(move |before: Option<()>| {
        let changed = state()
            .change
            .with(|c| c.as_ref().is_some_and(|c| c.kind == kinds::of("exchange_rate").plural));
        if before.is_some() && changed {
            load();
        }
    });
    let code = code.to_owned();
    let body = move || match (pages.problem.get(), pages.loading.get(), pages.rows.with(Vec::is_empty)) {
        (Some(problem), ..) => ui::problem(&problem, Callback::new(move |()| load())),
        (None, true, true) => ui::skeleton(1),
        _ => rate_list(&code, &pages.rows.get(), &base.get_value()),
    };
    view! {
        {body}
        {move || pages.more().then(|| view! { <button type="button" class="btn quiet small" on:click=move |_| pages.next(path.get_value())>{t().show_more()}</button> })}
    }
    .into_any()
}

/// Rates of one currency, newest first; the one that holds today is marked.
fn rate_list(code: &str, rates: &[Row], base: &str) -> AnyView {
    if rates.is_empty() {
        return view! { <p class="muted">{t().no_rates()}</p> }.into_any();
    }
    let today = format::today();
    let holds = rates.iter().position(|r| r.text("valid_from") <= today.as_str());
    let may = state::me().is_none_or(|m| m.may("exchange_rate", "delete"));
    let items = rates.iter().enumerate().map(|(i, row)| {
        let row = row.clone();
        let day = format::day(row.text("valid_from"));
        let remove = fill(t().remove_of(), &[&day]);
        view! {
            <li class="line together">
                <div class="grow">
                    <span class="line-name">{equation(code, row.text("rate"), base)}</span>
                    <span class="line-rest">{fill(t().valid_since(), &[&day])}</span>
                </div>
                {(holds == Some(i)).then(|| badge("active", t().holds_now()))}
                {may.then(|| view! { <button type="button" class="btn quiet square small" aria-label=remove title=t().remove() on:click=move |_| save::delete(kinds::of("exchange_rate"), &row, Callback::new(|()| ()))>{icon("trash")}</button> })}
            </li>
        }
    });
    view! { <ul class="plain">{items.collect_view()}</ul> }.into_any()
}

/// `1 USD = 7.1234 CNY`; for hundred where one is worth little: so banks quote it.
fn equation(code: &str, rate: &str, base: &str) -> String {
    let many = usual_units(code);
    let shown = Rate::parse(rate)
        .and_then(|r| Rate::from_ticks(r.ticks().checked_mul(many)?))
        .map_or_else(|| rate.to_owned(), |r| r.to_string());
    format!("{many} {code} = {shown} {base}")
}

/// Currencies without decimals are quoted for a hundred.
fn usual_units(code: &str) -> i64 {
    match Currency::from_code(code).map(Currency::decimals) {
        Some(0) => 100,
        _ => 1,
    }
}

const USUAL: [&str; 8] = ["CNY", "USD", "EUR", "HKD", "JPY", "GBP", "SGD", "TWD"];

#[component]
fn AddCurrency(used: Vec<String>, close: Callback<()>) -> impl IntoView {
    let base = currency::base();
    let mut free: Vec<(&str, String)> = Currency::current()
        .map(Currency::code)
        .filter(|code| *code != base && !used.iter().any(|u| u == code))
        .map(|code| (code, fill(t().currency_named(), &[code, &format::currency_name(code)])))
        .collect();
    // What most firms deal in comes first.
    let usual = |code: &str| USUAL.iter().position(|u| *u == code).unwrap_or(USUAL.len());
    free.sort_by_key(|(code, _)| (usual(code), *code));
    let chosen = RwSignal::new(free.first().map(|f| f.0.to_owned()).unwrap_or_default());
    let sending = Sending::new();
    let add = move || {
        let body = json!({ "code": chosen.get_untracked() });
        make(kinds::of("currency").plural, "/currencies", body, sending, close);
    };
    let options = free
        .into_iter()
        .map(|(code, name)| view! { <option value=code>{name}</option> });
    let select = view! { <select class="input" id="currency-code" on:change=move |e| chosen.set(event_target_value(&e))>{options.collect_view()}</select> };
    view! {
        <Dialog title=t().add_currency() close>
            <form on:submit=submit(add) novalidate=true>
                <div class="dialog-body">
                    {sending.field("code", "currency-code", kinds::of("currency").label, select.into_any())}
                    {sending.alert()}
                </div>
                {sending.foot(close, t().add(), || true)}
            </form>
        </Dialog>
    }
    .into_any()
}

#[component]
fn AddRate(code: String, close: Callback<()>) -> impl IntoView {
    let base = currency::base();
    let units = RwSignal::new(usual_units(&code));
    let day = RwSignal::new(format::today());
    let rate = RwSignal::new(String::new());
    let sending = Sending::new();
    let of = code.clone();
    let add = move || {
        let typed = rate.get_untracked();
        let typed = domain::import::number::number(&typed, None)
            .map_or_else(|_| typed.trim().to_owned(), |rate| rate.to_string());
        // For one unit, by moving the point; what that cannot be, the server says.
        let one = Rate::parse(&typed)
            .map(Rate::ticks)
            .filter(|ticks| ticks % units.get_untracked() == 0)
            .and_then(|ticks| Rate::from_ticks(ticks / units.get_untracked()))
            .map_or(typed, |r| r.to_string());
        let day = day.get_untracked();
        let body = json!({ "currency": of, "valid_from": parse_day(&day).map(|_| day), "rate": one });
        make(
            kinds::of("exchange_rate").plural,
            "/exchange-rates",
            body,
            sending,
            close,
        );
    };
    let name = code.clone();
    let choices = [1i64, 100, 10_000].map(|n| (n, format!("{n} {name}")));
    let choices = choices.into_iter().map(|(n, text)| {
        view! { <option value=n.to_string() selected=n == units.get_untracked()>{text}</option> }
    });
    let units_box = view! { <select class="input" id="rate-units" on:change=move |e| units.set(event_target_value(&e).parse().unwrap_or(1))>{choices.collect_view()}</select> };
    let rate_box = view! { <input class="input num" id="rate-value" inputmode="decimal" autocomplete="off" prop:value=rate on:input=move |e| rate.set(event_target_value(&e))/> };
    let day_box = view! { <input type="date" class="input" id="rate-day" prop:value=day on:input=move |e| day.set(event_target_value(&e))/> };
    let day_name = kinds::of("exchange_rate").field("valid_from").map(|f| f.label);
    view! {
        <Dialog title=fill(t().add_rate_of(), &[&code]) close>
            <form on:submit=submit(add) novalidate=true>
                <div class="dialog-body">
                    <div class="form-grid">
                        {sending.field("units", "rate-units", t().rate_for(), units_box.into_any())}
                        {sending.field("rate", "rate-value", fill(t().rate_in(), &[&base]), rate_box.into_any())}
                        {sending.field("valid_from", "rate-day", day_name, day_box.into_any())}
                    </div>
                    {sending.alert()}
                </div>
                {sending.foot(close, t().add(), || true)}
            </form>
        </Dialog>
    }
    .into_any()
}

/// Creates a setting; closes when it is there, else says what is wrong.
fn make(kind: &'static str, path: &'static str, body: Value, sending: Sending, close: Callback<()>) {
    sending.send(api::post(path, body), move |body| {
        toast::say(t().saved());
        close.tell(());
        let row = Row::new(body);
        announce(kind, row.as_ref().map(|r| r.id().to_owned()).unwrap_or_default(), row);
    });
}
