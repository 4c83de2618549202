//! The jobs of a person, and one of them: how far it is, what was left out and why, and the way back.

use super::{RunningJob, outcome, over, under_way::progress};
use crate::{
    i18n::{fill, format, label, t},
    kinds,
    record::{
        list::Pages,
        names::{Names, Wanted},
        row::Row,
    },
    route,
    ui::{self, badge, icon},
    undo,
};
use domain::job::{JobStatus, Work};
use leptos::{prelude::*, task::spawn_local};
use serde_json::Value;

#[component]
pub fn JobsPage(id: Option<String>) -> impl IntoView {
    let body = match id {
        Some(id) => view! { <OneJob id/> }.into_any(),
        None => view! { <Jobs/> }.into_any(),
    };
    view! { <div class="page narrow-page">{body}</div> }.into_any()
}

/// What a job is about: an undo has no name, but the moment of what it takes back.
fn heading(body: &Value) -> String {
    let work = body["work"].as_str().and_then(Work::from_key);
    let name = body["name"].as_str().unwrap_or_default();
    let name = match work {
        Some(Work::Undo) => format::instant(name),
        _ => name.to_owned(),
    };
    let work = work.map_or("", |work| label(work.label()));
    format!("{work}{}{name}", t().colon())
}

fn status(body: &Value) -> AnyView {
    let key = body["status"].as_str().unwrap_or_default();
    badge(key, JobStatus::from_key(key).map_or(key, |s| label(s.label())))
}

#[component]
fn Jobs() -> impl IntoView {
    let pages = Pages::new();
    let path = "/jobs?limit=50&sort=-created_at";
    let load = move || pages.load(path.to_owned());
    load();
    Effect::new(move |_| {
        if pages.follow(kinds::of("job")) {
            load();
        }
    });
    let line = |row: Row| {
        let body = row.whole();
        let at = row.text("created_at").to_owned();
        let said = over(&body).then(|| outcome(&body).text);
        view! {
            <li class="line">
                <a class="line-name" href=format!("/jobs/{}", row.id())>{heading(&body)}</a>
                <span class="line-rest">{status(&body)}<span>{said}</span>
                    <time datetime=at.clone() title=format::instant(&at)>{format::relative(&at)}</time></span>
            </li>
        }
    };
    let state = move || (pages.problem.get(), pages.loading.get(), pages.rows.with(Vec::is_empty));
    view! {
        <header class="page-head"><h1>{t().jobs()}</h1></header>
        {move || match state() {
            (Some(problem), _, true) => ui::problem(&problem, Callback::new(move |()| load())),
            (_, true, true) => ui::skeleton(5),
            (_, false, true) => ui::empty("tasks", t().no_jobs(), t().no_jobs_text(), ().into_any()),
            _ => view! {
                <ul class="plain card-list"><For each=move || pages.rows.get() key=|row| (row.id().to_owned(), row.version()) children=line/></ul>
                {pages.foot(move || pages.next(path.to_owned()))}
            }
            .into_any(),
        }}
    }
    .into_any()
}

#[component]
fn OneJob(id: String) -> impl IntoView {
    let job = RunningJob::watch(format!("/jobs/{id}"));
    let set = StoredValue::new(id);
    let retry = Callback::new(move |()| {
        job.problem.set(None);
        job.poll();
    });
    Effect::new(move |_| {
        let name = job.body.with(|body| (!body.is_null()).then(|| heading(body)));
        if let Some(name) = name {
            route::title(&name);
        }
    });
    let shown = move || {
        if let Some(problem) = job.problem.get() {
            return ui::problem(&problem, retry);
        }
        let body = job.body.get();
        if body.is_null() {
            return ui::skeleton(4);
        }
        let ended = over(&body);
        let told = outcome(&body);
        let back = move |_| undo::begin(set.get_value(), true);
        let at = body["created_at"].as_str().unwrap_or_default().to_owned();
        view! {
            <header class="page-head"><h1>{heading(&body)}</h1>{status(&body)}</header>
            <section class="box stack" aria-live="polite">
                <p class="muted"><time datetime=at.clone()>{format::instant(&at)}</time></p>
                {if ended { view! { <p>{told.text}</p> }.into_any() } else { progress(&body) }}
                <div class="form-foot">
                    {(!ended).then(|| view! { <button type="button" class="btn" on:click=move |_| job.cancel()>{t().stop()}</button> })}
                    {(ended && told.done).then(|| view! { <button type="button" class="btn" on:click=back>{icon("undo")}{t().undo()}</button> })}
                </div>
            </section>
            {left_out(&body)}
        }
        .into_any()
    };
    view! {
        <nav class="crumbs" aria-label=t().breadcrumb()><a href="/jobs">{t().jobs()}</a></nav>
        {shown}
    }
    .into_any()
}

/// The records that stayed as they were, by name as far as the person sees them, and why.
fn left_out(body: &Value) -> Option<AnyView> {
    let progress = &body["progress"];
    let list = ["failed", "left"].iter().find_map(|name| progress.get(name))?;
    let total = list["total"].as_f64().unwrap_or_default();
    let rows = list["data"].as_array().cloned().unwrap_or_default();
    if rows.is_empty() {
        return None;
    }
    let of_all = body["wanted"]["kind"].as_str().and_then(kinds::kind);
    let kind_of = move |row: &Value| row["kind"].as_str().and_then(kinds::kind).or(of_all);
    let names = RwSignal::new(Names::new());
    let mut wanted = Wanted::default();
    for row in &rows {
        if let Some(kind) = kind_of(row) {
            wanted.add(kind.name, row["record_id"].as_str());
        }
    }
    spawn_local(async move {
        names.try_set(wanted.find().await);
    });
    let more = total - rows.len() as f64;
    let line = move |row: &Value| {
        let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
        let (kind, id) = (kind_of(row), text("record_id"));
        let field = row["field"]
            .as_str()
            .and_then(|name| kind?.field(name))
            .map(|f| f.label);
        let href = kind.and_then(|kind| kinds::place(kind.name, &id));
        let name = move || {
            let known = names.with(|names| names.get(&id).cloned());
            match (known, href.clone()) {
                (Some(name), Some(href)) => view! { <a href=href>{name}</a> }.into_any(),
                (Some(name), None) => name.into_any(),
                (None, _) => view! { <span class="muted">{kind.map_or("", |kind| kind.label)}" …"</span> }.into_any(),
            }
        };
        view! {
            <li class="cause"><div class="grow">
                <p><b>{name}</b>{field.map(|field| format!(" · {field}"))}</p>
                <p class="muted">{text("detail")}</p>
            </div></li>
        }
        .into_any()
    };
    Some(
        view! {
            <section class="box stack">
                <h2>{fill(t().left_out_of(), &[&format::number(total)])}</h2>
                <ul class="plain causes">{rows.iter().map(line).collect_view()}</ul>
                {(more > 0.0).then(|| view! { <p class="muted">{fill(t().and_others(), &[&format::number(more)])}</p> })}
            </section>
        }
        .into_any(),
    )
}
