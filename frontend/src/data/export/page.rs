//! One's own exports: how far they are, and their files for as long as these are kept.

use super::{bar, download, remarks, size};
use crate::job::{RunningJob, over};
use crate::{
    dom::Tell,
    i18n::{fill, format, label, t},
    kinds,
    record::{list::Pages, row::Row},
    route, state,
    ui::{self, badge, icon},
};
use domain::{export::KEEP_SECONDS, job::JobStatus};
use leptos::prelude::*;

#[component]
pub fn ExportsPage() -> impl IntoView {
    let pages = Pages::new();
    let me = state::me().map(|me| me.id).unwrap_or_default();
    let path = StoredValue::new(format!(
        "/exports?limit=50&sort=-created_at&filter[owner_id]={}",
        route::encode(&me)
    ));
    let load = Callback::new(move |()| {
        if let Some(path) = path.try_get_value() {
            pages.load(path);
        }
    });
    load.tell(());
    let empty = Memo::new(move |_| pages.rows.with(Vec::is_empty));
    let body = move || {
        match (pages.problem.get(), pages.loading.get(), empty.get()) {
        (Some(problem), _, true) => ui::problem(&problem, load),
        (_, true, true) => ui::skeleton(4),
        (_, _, true) => ui::empty("download", t().no_exports(), "", ().into_any()),
        _ => view! {
            <ul class="plain card-list exports">
                <For each=move || pages.rows.get() key=|row| (row.id().to_owned(), row.version()) children=move |row| line(row, load)/>
            </ul>
            {pages.foot(move || pages.next(path.get_value()))}
        }
        .into_any(),
    }
    };
    view! {
        <div class="page narrow-page">
            <header class="page-head"><h1>{t().exports()}</h1></header>
            <p class="muted">{t().exports_text()}</p>
            {body}
        </div>
    }
    .into_any()
}

/// Whether the file was made so long ago that it is kept no more.
fn is_old(row: &Row) -> bool {
    let made = js_sys::Date::parse(row.text("finished_at"));
    js_sys::Date::now() - made > KEEP_SECONDS as f64 * 1000.0
}

fn line(row: Row, reload: Callback<()>) -> AnyView {
    let status = JobStatus::from_key(row.text("status")).unwrap_or_default();
    let name = row.text("file_name").to_owned();
    let at = row.text("created_at").to_owned();
    let kind = kinds::kind(row.text("kind")).map(|kind| kind.label);
    let whole = row.whole();
    let rows = row.get("rows").as_i64().map(format::count);
    let bytes = (status == JobStatus::Done).then(|| size(&whole));
    let said = whole["error"]["detail"].as_str().map(str::to_owned);
    let tone = match status {
        JobStatus::Done => "active",
        JobStatus::Failed => "lost",
        JobStatus::Cancelled => "plain",
        _ => "contacted",
    };
    let act = match status {
        JobStatus::Done if is_old(&row) => view! { <span class="muted">{t().file_gone()}</span> }.into_any(),
        JobStatus::Done => {
            let file = whole.clone();
            view! { <button type="button" class="btn small" aria-label=fill(t().download_of(), &[&name]) on:click=move |_| download(&file)>{icon("download")}{t().download()}</button> }.into_any()
        }
        JobStatus::Queued | JobStatus::Running => under_way(row.id(), &name, reload),
        JobStatus::Failed | JobStatus::Cancelled => ().into_any(),
    };
    view! {
        <li class="line">
            <div class="grow">
                <span class="line-name">{name.clone()}</span>" "{badge(tone, label(status.label()))}
                <span class="line-rest">
                    {kind.map(|kind| view! { <span>{kind}</span> })}
                    {rows.map(|rows| view! { <span>{rows}</span> })}
                    {bytes.map(|bytes| view! { <span>{bytes}</span> })}
                    <time datetime=at.clone() title=format::instant(&at)>{format::relative(&at)}</time>
                </span>
                {said.map(|said| view! { <p class="field-error">{said}</p> })}
                {remarks(&whole)}
            </div>
            {act}
        </li>
    }
    .into_any()
}

/// One that is not over: how far it is, and the way to end it.
fn under_way(id: &str, name: &str, reload: Callback<()>) -> AnyView {
    let job = RunningJob::watch(format!("/jobs/{id}"));
    Effect::new(move |_| {
        if job.body.with(over) {
            reload.tell(());
        }
    });
    let cancel = fill(t().export_cancel_of(), &[name]);
    view! {
        <div class="stack">
            {move || bar(&job.body.get())}
            <button type="button" class="btn small" aria-label=cancel on:click=move |_| job.cancel()>{t().cancel()}</button>
        </div>
    }
    .into_any()
}
