//! A running or finished import: progress, counts, causes of failed rows, the file of what was not taken.

use crate::{
    api::{self, Problem},
    dom::{self, Tell},
    i18n::{fill, format, t},
    job::{RunningJob, over},
    ui::{self, icon, toast},
    undo,
};
use leptos::{prelude::*, task::spawn_local};
use serde_json::Value;

/// Waits until it is known what is in the file.
pub async fn looked(job: RunningJob) -> Result<Value, Problem> {
    loop {
        if let Some(problem) = job.problem.try_get_untracked().flatten() {
            return Err(problem);
        }
        match job.body.try_get_untracked() {
            None => {
                return Err(Problem::superseded());
            }
            Some(body) if body["status"] == "failed" => {
                let detail = said(&body["error"]);
                return Err(Problem {
                    status: 422,
                    detail,
                    ..Problem::default()
                });
            }
            Some(body) if over(&body) || body["headers"].as_array().is_some_and(|h| !h.is_empty()) => {
                return Ok(body);
            }
            _ => dom::sleep(60).await,
        }
    }
}

/// An error of a job, in whichever form it comes.
fn said(error: &Value) -> String {
    error["detail"]
        .as_str()
        .or_else(|| error["message"].as_str())
        .or_else(|| error.as_str())
        .unwrap_or(t().import_failed())
        .to_owned()
}

/// `again` takes a suggested value: column, what the file says, what is meant.
#[component]
pub fn JobView(job: RunningJob, trial: bool, again: Option<Callback<(String, String, String)>>) -> impl IntoView {
    let retry = Callback::new(move |()| {
        job.problem.set(None);
        job.poll();
    });
    move || {
        if let Some(problem) = job.problem.get() {
            return ui::problem(&problem, retry);
        }
        let body = job.body.get();
        match body["status"].as_str().unwrap_or_default() {
            "done" => done(job, &body, trial, again),
            "failed" => ui::empty("warning", t().import_failed(), said(&body["error"]), ().into_any()),
            "cancelled" => ui::empty("close", t().import_cancelled(), "", ().into_any()),
            _ => running(job, &body),
        }
    }
}

fn running(job: RunningJob, body: &Value) -> AnyView {
    let progress = &body["progress"];
    let (read, total) = (
        progress["read_bytes"].as_f64().unwrap_or(0.0),
        progress["total_bytes"].as_f64().unwrap_or(0.0),
    );
    let rows = progress["rows"].as_f64().unwrap_or(0.0);
    let share = if total > 0.0 { (read / total).min(1.0) } else { 0.0 };
    view! {
        <section class="box stack" aria-live="polite">
            <p>{fill(t().rows_so_far(), &[&format::number(rows)])}</p>
            <progress max="1" value=share.to_string()>{format::percent(share)}</progress>
            <div class="form-foot"><button type="button" class="btn" on:click=move |_| job.cancel()>{t().cancel()}</button></div>
        </section>
    }
    .into_any()
}

fn done(job: RunningJob, body: &Value, trial: bool, again: Option<Callback<(String, String, String)>>) -> AnyView {
    let report = body["report"].clone();
    let n = |key: &str| report[key].as_f64().unwrap_or(0.0);
    let failed = n("failed");
    let written = n("created") + n("updated");
    let tile = |key: &str, name: &'static str, tone: &'static str| {
        let value = n(key);
        view! { <div class=format!("stat {tone}")><b>{format::number(value)}</b><span>{name}</span></div> }
    };
    let list = |key: &str| report[key].as_array().cloned().unwrap_or_default();
    let causes = list("causes").into_iter().map(|c| cause(&c, again)).collect_view();
    let warnings = list("warnings").into_iter().map(|c| cause(&c, None)).collect_view();
    let made = list("created_values").into_iter().map(|v| {
        let text = |k: &str| v[k].as_str().unwrap_or_default().to_owned();
        view! { <span class="tag">{text("value")}<span class="muted">" "{format::number(v["rows"].as_f64().unwrap_or(0.0))}</span></span> }
    });
    let made = made.collect_view();
    let has_made = !made.is_empty();
    let download = move |_| {
        spawn_local(async move {
            let id = job.id();
            match api::get(format!("/imports/{id}/errors")).text().await {
                Ok(text) => dom::download(&format!("import-errors-{id}.csv"), "text/csv;charset=utf-8", &text),
                Err(problem) => toast::complain(&problem),
            }
        });
    };
    view! {
        <section class="box stack" aria-live="polite">
            <h2>{if trial { t().trial_says() } else { t().import_done() }}</h2>
            <div class="stats">
                {tile("rows", t().rows_read(), "")}
                {tile("created", if trial { t().would_create() } else { t().were_created() }, "good")}
                {tile("updated", if trial { t().would_update() } else { t().were_updated() }, "")}
                {tile("unchanged", t().unchanged(), "")}
                {tile("failed", t().rows_failed(), if failed > 0.0 { "bad" } else { "" })}
            </div>
            {(!causes.is_empty()).then(|| view! { <h3>{t().causes()}</h3><ul class="plain causes">{causes}</ul> })}
            {(!warnings.is_empty()).then(|| view! { <h3>{t().warnings()}</h3><ul class="plain causes">{warnings}</ul> })}
            {has_made.then(|| view! { <h3>{t().new_values()}</h3><p>{made}</p> })}
            {(written > 0.0 && !trial).then(|| view! { <div><button type="button" class="btn" on:click=move |_| undo::begin(job.id(), true)>{icon("undo")}{t().undo_import()}</button></div> })}
            {(failed > 0.0 && !trial).then(|| view! { <div><button type="button" class="btn" on:click=download>{icon("download")}{t().error_file()}</button></div> })}
        </section>
    }
    .into_any()
}

fn cause(cause: &Value, again: Option<Callback<(String, String, String)>>) -> AnyView {
    let text = |k: &str| cause[k].as_str().unwrap_or_default().to_owned();
    let rows = cause["rows"].as_f64().unwrap_or(0.0);
    let first = cause["first_rows"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_u64)
        .map(|n| n.to_string())
        .collect::<Vec<_>>()
        .join(t().list_comma());
    // What is of no row in particular names its column itself.
    let place = [
        (rows > 0.0).then(|| {
            fill(
                if rows == 1.0 { t().one_row() } else { t().n_rows() },
                &[&format::number(rows)],
            )
        }),
        (!first.is_empty()).then(|| fill(t().first_lines(), &[&first])),
        (rows > 0.0 && !text("column").is_empty()).then(|| fill(t().in_column(), &[&text("column")])),
    ];
    let place = place.into_iter().flatten().collect::<Vec<_>>().join(t().clause_comma());
    let (column, suggestion) = (text("column"), text("suggestion"));
    let value = cause["params"]["value"].as_str().unwrap_or_default().to_owned();
    let message = text("message");
    let take = again.filter(|_| !suggestion.is_empty() && !column.is_empty()).map(|again| {
        let (column, value, meant) = (column.clone(), value.clone(), suggestion.clone());
        view! {
            <button type="button" class="btn small" on:click=move |_| again.tell((column.clone(), value.clone(), meant.clone()))>{fill(t().take_suggestion(), &[&suggestion])}</button>
        }
    });
    view! {
        <li class="cause">
            <div class="grow">
                <p>{message}</p>
                {(!place.is_empty()).then(|| view! { <p class="muted">{place}</p> })}
            </div>
            {take}
        </li>
    }
    .into_any()
}
