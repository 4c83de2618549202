//! The calendar of work: the hours of each weekday, and when the fiscal year begins.

use super::space::Space;
use crate::{
    i18n::{fill, format, label, t},
    record::row::Row,
    ui::{icon, states::form_error},
};
use domain::{working_time::WorkingHours, workspace::KIND};
use leptos::prelude::*;
use serde_json::{Map, Value, json};

#[component]
pub fn Calendar() -> impl IntoView {
    let space = Space::new();
    view! {
        <div class="page narrow-page">
            <header class="page-head"><h1>{t().work_calendar}</h1></header>
            {space.show(move |row| view! { {hours(space, &row)}{fiscal(space, &row)} }.into_any())}
        </div>
    }
    .into_any()
}

/// From and to, as `HH:MM`; the box for a time knows no 24:00 and shows 00:00.
type Spans = Vec<(String, String)>;

fn read(row: &Row) -> Vec<Spans> {
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    let spans = |day: &&str| {
        let list = row.get("working_hours")[*day].as_array().cloned().unwrap_or_default();
        list.iter().map(|s| (text(&s["from"]), text(&s["to"]))).collect()
    };
    WorkingHours::WEEK.iter().map(spans).collect()
}

fn hours(space: Space, row: &Row) -> AnyView {
    let locked = !Space::may_change();
    let week = RwSignal::new(read(row));
    let names = format::weekdays();
    let set = move |day: usize, at: usize, to: bool, text: String| {
        // Typing draws nothing anew: the box would lose the keyboard.
        week.update_untracked(|w| {
            if let Some(span) = w[day].get_mut(at) {
                if to {
                    span.1 = if text == "00:00" { "24:00".to_owned() } else { text };
                } else {
                    span.0 = text;
                }
            }
        });
    };
    let add = move |day: usize| {
        week.update(|w| {
            let next = match w[day].last() {
                None => ("09:00", "18:00"),
                Some((_, end)) if end.as_str() < "13:00" => ("13:00", "18:00"),
                Some(_) => ("19:00", "21:00"),
            };
            w[day].push((next.0.to_owned(), next.1.to_owned()));
        });
    };
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let days = week.with_untracked(|w| {
            let pairs = WorkingHours::WEEK.iter().zip(w).map(|(day, spans)| {
                let spans: Vec<Value> = spans
                    .iter()
                    .map(|(from, to)| json!({ "from": from, "to": to }))
                    .collect();
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
        let spans = move || {
            let list = week.with(|w| w[day].clone());
            let of = of.clone();
            if list.is_empty() {
                return view! { <span class="muted">{t().no_work}</span> }.into_any();
            }
            let boxes = list.into_iter().enumerate().map(|(at, (from, to))| {
                let to = if to == "24:00" { "00:00".to_owned() } else { to };
                view! {
                    <span class="span">
                        <input type="time" class="input" aria-label=of(t().work_from) disabled=locked value=from on:input=move |e| set(day, at, false, event_target_value(&e))/>
                        "–"
                        <input type="time" class="input" aria-label=of(t().work_to) disabled=locked value=to on:input=move |e| set(day, at, true, event_target_value(&e))/>
                        {(!locked).then(|| view! { <button type="button" class="btn quiet square small" aria-label=of(t().remove_span) title=t().remove on:click=move |_| week.update(|w| { w[day].remove(at); })>{icon("close")}</button> })}
                    </span>
                }
            });
            boxes.collect_view().into_any()
        };
        let label = fill(t().add_span_of, &[&name]);
        view! {
            <li class="line">
                <b class="weekday">{name}</b>
                <span class="spans">{spans}</span>
                {(!locked).then(|| view! { <button type="button" class="btn quiet square small" aria-label=label title=t().add_span on:click=move |_| add(day)>{icon("plus")}</button> })}
            </li>
        }
    };
    view! {
        <form class="box" on:submit=submit novalidate=true>
            <h2>{t().working_hours}</h2>
            <p class="muted">{t().working_hours_text}</p>
            <ul class="plain">{names.into_iter().enumerate().map(day).collect_view()}</ul>
            {space.error("working_hours")}
            {form_error(space.problem)}
            {(!locked).then(|| view! { <div class="form-foot"><button type="submit" class="btn primary" class:loading=space.sending><span>{t().save}</span></button></div> })}
        </form>
    }
    .into_any()
}

fn fiscal(space: Space, row: &Row) -> AnyView {
    let start = row.get("fiscal_year_start").as_i64().unwrap_or(1);
    let locked = !Space::may_change();
    let title = KIND
        .field("fiscal_year_start")
        .map(|f| label(f.label))
        .unwrap_or_default();
    let choose = move |event: web_sys::Event| {
        if let Ok(month) = event_target_value(&event).parse::<i64>() {
            space.change(json!({ "fiscal_year_start": month }), || ());
        }
    };
    let months = (1..=12).map(|month: i64| {
        view! { <option value=month.to_string() selected=month == start>{format::month_name(month)}</option> }
    });
    view! {
        <section class="box">
            <h2>{t().fiscal_year}</h2>
            <p class="muted">{t().fiscal_year_text}</p>
            <div class="form-field">
                <label for="fiscal-start">{title}</label>
                <select class="input" id="fiscal-start" disabled=locked on:change=choose>{months.collect_view()}</select>
                {space.error("fiscal_year_start")}
            </div>
        </section>
    }
    .into_any()
}
