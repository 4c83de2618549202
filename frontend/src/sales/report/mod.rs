//! The dashboard: pipeline by stage, win rate, value won by month, sales by owner.

use crate::{
    api::{self, Problem},
    dom,
    i18n::{fill, format, t},
    state::{self, state},
    task::TaskItem,
    ui::{
        self,
        chart::{Bar, Bars, Columns},
        icon,
    },
};
use leptos::{prelude::*, task::spawn_local};
use serde_json::Value;

/// A report's answer, fetched when the screen opens.
#[derive(Clone, Copy)]
struct Report {
    body: RwSignal<Option<Result<Value, Problem>>>,
    path: &'static str,
}

impl Report {
    fn new(path: &'static str) -> Self {
        let report = Self {
            body: RwSignal::new(None),
            path,
        };
        report.load();
        report
    }

    fn load(self) {
        spawn_local(async move {
            let outcome = api::get(self.path).send().await.map(|r| r.body);
            self.body.try_set(Some(outcome));
        });
    }

    /// Bones, the error, or what `draw` makes of the answer.
    fn show(self, draw: impl Fn(&Value) -> AnyView + Send + 'static) -> AnyView {
        (move || match self.body.get() {
            None => ui::skeleton(5),
            Some(Err(problem)) => ui::problem(&problem, Callback::new(move |()| self.load())),
            Some(Ok(body)) => draw(&body),
        })
        .into_any()
    }
}

fn rows(body: &Value) -> Vec<Value> {
    body["data"].as_array().cloned().unwrap_or_default()
}

/// What a bar stands for: the money, or the number of deals for who may not see amounts.
fn height(money: &Value, count: &Value) -> f64 {
    if money.is_null() {
        count.as_i64().unwrap_or(0) as f64
    } else {
        amount(money)
    }
}

fn amount(money: &Value) -> f64 {
    money["amount"].as_str().and_then(dom::number).unwrap_or(0.0)
}

fn full(money: &Value) -> String {
    if money.is_null() {
        return "—".to_owned();
    }
    format::money(
        money["amount"].as_str().unwrap_or("0"),
        money["currency"].as_str().unwrap_or_default(),
    )
}

fn short(money: &Value) -> String {
    if money.is_null() {
        return "—".to_owned();
    }
    format::money_short(
        money["amount"].as_str().unwrap_or("0"),
        money["currency"].as_str().unwrap_or_default(),
    )
}

fn none() -> AnyView {
    ui::empty("report", t().no_figures(), t().no_figures_text(), ().into_any())
}

fn by_stage(body: &Value) -> AnyView {
    let bars = rows(body).into_iter().map(|row| {
        let count = row["count"].as_i64().unwrap_or(0);
        let id = row["stage_id"]
            .as_str()
            .or_else(|| row["stage"]["id"].as_str())
            .unwrap_or_default();
        let name = row["stage"]["name"]
            .as_str()
            .or_else(|| row["stage"].as_str())
            .or_else(|| row["name"].as_str())
            .unwrap_or_default();
        Bar {
            name: name.to_owned(),
            value: height(&row["sum"], &row["count"]),
            text: format!("{} · {}", short(&row["sum"]), format::number(count as f64)),
            more: fill(
                t().stage_more(),
                &[
                    &full(&row["sum"]),
                    &format::number(count as f64),
                    &full(&row["weighted"]),
                ],
            ),
            href: Some(format!("/opportunities?filter[stage_id]={id}&filter[status]=open")),
        }
    });
    let bars: Vec<Bar> = bars.collect();
    if bars.iter().all(|b| b.value == 0.0) {
        return none();
    }
    view! { <Bars title=t().pipeline_by_stage() bars/> }.into_any()
}

fn rate(body: &Value) -> AnyView {
    let n = |key: &str| body[key].as_i64().unwrap_or(0);
    let (won, lost, open) = (n("won"), n("lost"), n("open"));
    // The server says percent, the browser's formatter wants a share.
    let rate = body["rate"].as_f64().unwrap_or(0.0) / 100.0;
    if won + lost == 0 {
        return none();
    }
    let bar = |name: &str, count: i64, status: &str| Bar {
        name: name.to_owned(),
        value: count as f64,
        text: format::number(count as f64),
        more: String::new(),
        href: Some(format!("/opportunities?filter[status]={status}")),
    };
    let bars = vec![
        bar(t().won(), won, "won"),
        bar(t().lost(), lost, "lost"),
        bar(t().open(), open, "open"),
    ];
    view! {
        <p class="figure"><b>{format::percent(rate)}</b><span class="muted">{fill(t().rate_of(), &[&format::number(won as f64), &format::number((won + lost) as f64)])}</span></p>
        <Bars title=t().win_rate() bars/>
        {body["won_value"].is_object().then(|| view! { <p class="figure-foot"><span class="muted">{t().won_value()}</span>" "<b>{full(&body["won_value"])}</b></p> })}
    }
    .into_any()
}

fn by_month(body: &Value) -> AnyView {
    let months = body["months"].as_array().cloned().unwrap_or_default();
    let from = months.len().saturating_sub(12);
    let bars: Vec<Bar> = months[from..]
        .iter()
        .map(|m| {
            let month = m["month"].as_str().unwrap_or_default();
            let count = format::number(m["won_count"].as_i64().unwrap_or(0) as f64);
            Bar {
                name: format::month(month),
                value: height(&m["won_value"], &m["won_count"]),
                text: short(&m["won_value"]),
                more: fill(t().month_more(), &[&full(&m["won_value"]), &count]),
                href: month_days(month).map(|(from, to)| {
                    format!("/opportunities?filter[status]=won&filter[closed_at][between]={from},{to}")
                }),
            }
        })
        .collect();
    if bars.iter().all(|b| b.value == 0.0) {
        return none();
    }
    view! { <Columns title=t().won_by_month() bars/> }.into_any()
}

/// First and last day of `2026-03`.
fn month_days(month: &str) -> Option<(String, String)> {
    let (year, of) = month.split_once('-')?;
    let (year, of): (i32, u32) = (year.parse().ok()?, of.parse().ok()?);
    let days = match of {
        2 if (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    Some((format!("{month}-01"), format!("{month}-{days}")))
}

fn by_owner(body: &Value) -> AnyView {
    let bars: Vec<Bar> = rows(body)
        .iter()
        .take(10)
        .map(|row| {
            let count = |key: &str| format::number(row[key].as_i64().unwrap_or(0) as f64);
            let owner = match row["owner"]["id"].as_str() {
                Some(id) => format!("filter[owner_id]={id}"),
                None => "filter[owner_id][is_null]=true".to_owned(),
            };
            Bar {
                name: row["owner"]["name"].as_str().unwrap_or(t().nobody()).to_owned(),
                value: height(&row["won_value"], &row["won_count"]),
                text: short(&row["won_value"]),
                more: fill(
                    t().owner_more(),
                    &[
                        &full(&row["won_value"]),
                        &count("won_count"),
                        &full(&row["open_value"]),
                        &count("open_count"),
                    ],
                ),
                href: Some(format!("/opportunities?{owner}&filter[status]=won")),
            }
        })
        .collect();
    if bars.iter().all(|b| b.value == 0.0) {
        return none();
    }
    view! { <Bars title=t().sales_by_owner() bars/> }.into_any()
}

#[component]
pub fn Dashboard() -> impl IntoView {
    let summary = Report::new("/reports/pipeline-summary");
    let wins = Report::new("/reports/win-rate");
    let owners = Report::new("/reports/sales-by-owner");
    let me = state::me();
    let name = me.as_ref().map(|m| m.name.clone()).unwrap_or_default();
    let id = me.map(|m| m.id).unwrap_or_default();
    let due = crate::record::list::Pages::new();
    let path = format!(
        "/tasks?limit=6&sort=due_at&filter[status]=open&filter[owner_id]={id}&expand=customer,contact,lead,opportunity"
    );
    let path = StoredValue::new(path);
    due.load(path.get_value());
    Effect::new(move |_| {
        if state().change.get().is_some_and(|c| c.kind == "tasks") {
            due.load(path.get_value());
        }
    });
    let tasks = move || {
        if due.loading.get() && due.rows.with(Vec::is_empty) {
            return ui::skeleton(4);
        }
        if let Some(problem) = due.problem.get() {
            return ui::problem(&problem, Callback::new(move |()| due.load(path.get_value())));
        }
        if due.rows.with(Vec::is_empty) {
            return view! { <p class="muted pad">{t().all_done()}</p> }.into_any();
        }
        view! { <ul class="plain"><For each=move || due.rows.get() key=|r| (r.id().to_owned(), r.version()) let:row><TaskItem row/></For></ul> }.into_any()
    };
    let card = |title: &'static str, class: &'static str, body: AnyView| {
        view! { <section class=class><h2>{title}</h2>{body}</section> }.into_any()
    };
    view! {
        <div class="page">
            <header class="page-head"><h1>{fill(t().hello(), &[&name])}</h1></header>
            <div class="dashboard">
                {card(t().pipeline_by_stage(), "tile wide", summary.show(by_stage))}
                {card(t().win_rate(), "tile", wins.show(rate))}
                {card(t().won_by_month(), "tile wide", wins.show(by_month))}
                {card(t().sales_by_owner(), "tile", owners.show(by_owner))}
                <section class="tile full">
                    <h2>{t().next_tasks()}<a class="tile-link" href="/tasks">{t().all_tasks()}{icon("right")}</a></h2>
                    {tasks}
                </section>
            </div>
        </div>
    }
    .into_any()
}
