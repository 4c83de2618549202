//! The calendar of work: the hours of each weekday, and when the fiscal year begins.

use super::space::Space;
use crate::{
    i18n::{fill, format, t},
    record::row::Row,
    ui::{icon, sending::submit},
};
use domain::working_time::WorkingHours;
use leptos::prelude::*;
use serde_json::{Map, Value, json};
use std::cell::Cell;

#[component]
pub fn Calendar() -> impl IntoView {
    let space = Space::new();
    view! {
        <div class="page narrow-page">
            <header class="page-head"><h1>{t().work_calendar()}</h1></header>
            {space.show(move |row| view! { {hours(space, &row)}{fiscal(space, &row)} }.into_any())}
        </div>
    }
    .into_any()
}

/// From and to, as `HH:MM`, and what tells it from the others: its boxes stay its own when one before it goes.
#[derive(Clone)]
struct Span {
    key: u32,
    from: String,
    to: String,
}

impl PartialEq for Span {
    fn eq(&self, other: &Self) -> bool {
        self.from == other.from && self.to == other.to
    }
}

impl Span {
    fn new(from: &str, to: &str) -> Self {
        thread_local! { static NEXT: Cell<u32> = const { Cell::new(0) }; }
        let key = NEXT.get();
        NEXT.set(key + 1);
        Self {
            key,
            from: from.to_owned(),
            to: to.to_owned(),
        }
    }
}

/// The box for a time knows no 24:00 and shows 00:00.
const MIDNIGHT: [&str; 2] = ["24:00", "00:00"];

fn read(row: &Row) -> Vec<Vec<Span>> {
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    let spans = |day: &&str| {
        let list = row.get("working_hours")[*day].as_array().cloned().unwrap_or_default();
        list.iter()
            .map(|s| Span::new(&text(&s["from"]), &text(&s["to"])))
            .collect()
    };
    WorkingHours::WEEK.iter().map(spans).collect()
}

fn hours(space: Space, row: &Row) -> AnyView {
    let locked = !Space::may_change();
    let week = RwSignal::new(read(row));
    // A day that nobody has changed here is as it was changed elsewhere.
    space.newer(move |before, now| {
        let (old, new) = (read(before), read(now));
        week.update(|week| {
            for ((day, old), new) in week.iter_mut().zip(old).zip(new) {
                if *day == old && old != new {
                    *day = new;
                }
            }
        });
    });
    let names = format::weekdays();
    let set = move |day: usize, key: u32, to: bool, text: String| {
        week.update(|w| {
            if let Some(span) = w[day].iter_mut().find(|s| s.key == key) {
                match (to, text == MIDNIGHT[1]) {
                    (true, true) => span.to = MIDNIGHT[0].to_owned(),
                    (true, false) => span.to = text,
                    (false, _) => span.from = text,
                }
            }
        });
    };
    let add = move |day: usize| {
        week.update(|w| {
            let next = match w[day].last() {
                None => ("09:00", "18:00"),
                Some(last) if last.to.as_str() < "13:00" => ("13:00", "18:00"),
                Some(_) => ("19:00", "21:00"),
            };
            w[day].push(Span::new(next.0, next.1));
        });
    };
    let save = move || {
        let days = week.with_untracked(|w| {
            let pairs = WorkingHours::WEEK.iter().zip(w).map(|(day, spans)| {
                let spans: Vec<Value> = spans.iter().map(|s| json!({ "from": s.from, "to": s.to })).collect();
                ((*day).to_owned(), Value::Array(spans))
            });
            Map::from_iter(pairs)
        });
        space.change(json!({ "working_hours": days }), move || {
            if let Some(row) = space.row.get_untracked() {
                week.try_set(read(&row));
            }
        });
    };
    let day = move |(day, name): (usize, String)| {
        let called = name.clone();
        let of = move |which: &str| fill(which, &[&called]);
        let span = move |Span { key, from, to }: Span| {
            let to = if to == MIDNIGHT[0] { MIDNIGHT[1].to_owned() } else { to };
            view! {
                <span class="span">
                    <input type="time" class="input" aria-label=of(t().work_from()) disabled=locked value=from on:input=move |e| set(day, key, false, event_target_value(&e))/>
                    "–"
                    <input type="time" class="input" aria-label=of(t().work_to()) disabled=locked value=to on:input=move |e| set(day, key, true, event_target_value(&e))/>
                    {(!locked).then(|| view! { <button type="button" class="btn quiet square small" aria-label=of(t().remove_span()) title=t().remove() on:click=move |_| week.update(|w| w[day].retain(|s| s.key != key))>{icon("close")}</button> })}
                </span>
            }
        };
        let free = Memo::new(move |_| week.with(|w| w[day].is_empty()));
        let label = fill(t().add_span_of(), &[&name]);
        view! {
            <li class="line">
                <b class="weekday">{name}</b>
                <span class="spans">
                    {move || free.get().then(|| view! { <span class="muted">{t().no_work()}</span> })}
                    <For each=move || week.with(|w| w[day].clone()) key=|s| s.key children=span/>
                </span>
                {(!locked).then(|| view! { <button type="button" class="btn quiet square small" aria-label=label title=t().add_span() on:click=move |_| add(day)>{icon("plus")}</button> })}
            </li>
        }
    };
    view! {
        <form class="box" on:submit=submit(save) novalidate=true>
            <h2>{t().working_hours()}</h2>
            <p class="muted">{t().working_hours_text()}</p>
            <ul class="plain">{names.into_iter().enumerate().map(day).collect_view()}</ul>
            {space.sending.error("working_hours")}
            {space.sending.alert()}
            {(!locked).then(|| view! { <div class="form-foot">{space.sending.button("btn primary", t().save())}</div> })}
        </form>
    }
    .into_any()
}

fn fiscal(space: Space, row: &Row) -> AnyView {
    let first = row.get("fiscal_year_start").as_i64().unwrap_or(1);
    let start = Memo::new(move |_| {
        space
            .row
            .with(|r| r.as_ref().and_then(|r| r.get("fiscal_year_start").as_i64()))
            .unwrap_or(first)
    });
    let locked = !Space::may_change();
    let title = t().fiscal_year_begins();
    let choose = move |event: web_sys::Event| {
        if let Ok(month) = event_target_value(&event).parse::<i64>() {
            space.change(json!({ "fiscal_year_start": month }), || ());
        }
    };
    let months = (1..=12).map(|month: i64| {
        view! { <option value=month.to_string() prop:selected=move || start.get() == month>{format::month_name(month)}</option> }
    });
    let select = view! { <select class="input" id="fiscal-start" disabled=locked on:change=choose>{months.collect_view()}</select> };
    view! {
        <section class="box">
            <h2>{t().fiscal_year()}</h2>
            <p class="muted">{t().fiscal_year_text()}</p>
            {space.sending.field("fiscal_year_start", "fiscal-start", title, select.into_any())}
        </section>
    }
    .into_any()
}
