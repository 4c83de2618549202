//! Holidays and make-up days, a year at a time.

use crate::{
    api,
    i18n::{fill, format, label, noun, t},
    kinds,
    record::{form::CreateDialog, list::Pages, row::Row, save},
    route,
    state::{self, announce, state},
    ui::{self, badge, icon, toast},
};
use domain::{holiday::DayKind, value::parse_day};
use leptos::{prelude::*, task::spawn_local};
use serde_json::{Value, json};

#[component]
pub fn Holidays() -> impl IntoView {
    let pages = Pages::new();
    let this = format::today()
        .get(..4)
        .and_then(|y| y.parse::<i32>().ok())
        .unwrap_or(2026);
    let year = Memo::new(move |_| {
        let chosen = state()
            .address
            .with(|a| a.get("year").and_then(|y| y.parse::<i32>().ok()));
        chosen.filter(|y| (1900..=2999).contains(y)).unwrap_or(this)
    });
    let load = move || {
        let year = year.get_untracked();
        pages.load(format!(
            "/holidays?limit=200&sort=day&filter[day][between]={year}-01-01,{year}-12-31"
        ));
    };
    Effect::new(move |last: Option<i32>| {
        let year = year.get();
        // Days of another year are not to be taken for this one's.
        if last.is_some_and(|last| last != year) {
            pages.rows.set(Vec::new());
        }
        state().change.get();
        load();
        year
    });
    let may = move |action: &str| state::me().is_none_or(|m| m.may("holiday", action));
    let creating = RwSignal::new(false);
    let copying = RwSignal::new(false);
    let go = move |by: i32| route::set("year", &(year.get_untracked() + by).to_string());
    // What falls on another day each year is corrected afterwards: the days of the year before are the best beginning.
    let copy = move |_| {
        let next = year.get_untracked() + 1;
        let days = pages
            .rows
            .with_untracked(|rows| rows.iter().filter_map(|r| moved(r, next)).collect::<Vec<_>>());
        copying.set(true);
        spawn_local(async move {
            match copied(days).await {
                Ok(count) => {
                    toast::say(fill(t().days_copied(), &[&count.to_string(), &next.to_string()]));
                    route::set("year", &next.to_string());
                    announce(kinds::of("holiday").plural, "", None);
                }
                Err(problem) => toast::complain(&problem),
            }
            copying.try_set(false);
        });
    };
    let line = move |row: Row| {
        let kind = DayKind::from_key(row.text("kind")).unwrap_or_default();
        let tone = if kind == DayKind::Off { "plain" } else { "new" };
        let day = row.text("day").to_owned();
        let name = row.text("name").to_owned();
        let remove = fill(t().remove_of(), &[&name]);
        view! {
            <li class="line together">
                <time class="day" datetime=day.clone()>{format::day_with_weekday(&day)}</time>
                <span class="line-name">{name}</span>
                {badge(tone, label(kind.label()))}
                {may("delete").then(|| view! { <button type="button" class="btn quiet square small" aria-label=remove title=t().remove() on:click=move |_| save::delete(kinds::of("holiday"), &row, Callback::new(|()| ()))>{icon("trash")}</button> })}
            </li>
        }
    };
    let body = move || {
        if let Some(problem) = pages.problem.get() {
            return ui::problem(&problem, Callback::new(move |()| load()));
        }
        let rows = pages.rows.get();
        if rows.is_empty() {
            return match pages.loading.get() {
                true => ui::skeleton(5),
                false => ui::empty(
                    "tasks",
                    fill(t().no_holidays(), &[&year.get().to_string()]),
                    t().no_holidays_text(),
                    ().into_any(),
                ),
            };
        }
        view! { <ul class="plain card-list">{rows.into_iter().map(line).collect_view()}</ul> }.into_any()
    };
    view! {
        <div class="page narrow-page">
            <header class="page-head"><h1>{kinds::heading(kinds::of("holiday"))}</h1>
                <div class="page-actions">
                    {may("import").then(|| view! { <a class="btn" href="/import?kind=holidays">{icon("import")}<span>{t().import()}</span></a> })}
                    {may("create").then(|| view! { <button type="button" class="btn primary" on:click=move |_| creating.set(true)>{icon("plus")}<span>{fill(t().new_of(), &[&noun(kinds::of("holiday").label)])}</span></button> })}
                </div>
            </header>
            <p class="muted">{t().holidays_text()}</p>
            <div class="year-bar" role="group" aria-label=t().year()>
                <button type="button" class="btn quiet square" aria-label=t().year_before() title=t().year_before() on:click=move |_| go(-1)>{icon("left")}</button>
                <b class="num">{move || year.get()}</b>
                <button type="button" class="btn quiet square" aria-label=t().year_after() title=t().year_after() on:click=move |_| go(1)>{icon("right")}</button>
                <span class="grow"></span>
                {move || (may("create") && pages.rows.with(|r| !r.is_empty())).then(|| view! { <button type="button" class="btn small" class:loading=copying on:click=copy><span>{fill(t().copy_to_year(), &[&(year.get() + 1).to_string()])}</span></button> })}
            </div>
            {body}
            {move || creating.get().then(|| view! { <CreateDialog kind=kinds::of("holiday") preset=vec![("day", json!(first_day(year.get_untracked(), this)), String::new())] close=Callback::new(move |()| creating.set(false))/> })}
        </div>
    }
    .into_any()
}

/// Where a new day begins: today, or the first of another year.
fn first_day(year: i32, this: i32) -> String {
    if year == this {
        format::today()
    } else {
        format!("{year}-01-01")
    }
}

/// The same day of another year; none for 29 February where there is none.
fn moved(row: &Row, year: i32) -> Option<Value> {
    let rest = row.text("day").get(4..)?;
    let day = format!("{year:04}{rest}");
    parse_day(&day)?;
    Some(json!({ "day": day, "name": row.text("name"), "kind": row.text("kind") }))
}

/// Makes the days that are not there yet, and tells how many.
async fn copied(days: Vec<Value>) -> api::Outcome<usize> {
    let mut count = 0;
    for days in days.chunks(100) {
        let steps: Vec<Value> = days
            .iter()
            .map(|day| json!({ "method": "create", "body": day }))
            .collect();
        let reply = api::post("/holidays/batch", json!({ "atomic": false, "operations": steps }))
            .send()
            .await?;
        let results = reply.body["results"].as_array().cloned().unwrap_or_default();
        count += results.iter().filter(|r| r["status"] == 201).count();
    }
    Ok(count)
}
