//! Exporting a list: as which file and with which columns; then how far it is, and the file.

pub mod page;

use crate::job::RunningJob;
use crate::kinds::Kind;
use crate::{
    api,
    dom::{self, Tell},
    i18n::{fill, format, t},
    kinds, schema, state,
    ui::{self, Dialog, Sending, fresh, icon, sending, toast},
};
use domain::policy::Access;
use leptos::{prelude::*, task::spawn_local};
use serde_json::{Map, Value, json};

/// `asked` is the list as it is on the screen, in the words of an export.
#[component]
pub fn ExportDialog(kind: &'static Kind, asked: Value, close: Callback<()>) -> impl IntoView {
    let job = RwSignal::new(None::<RunningJob>);
    let asked = StoredValue::new(asked);
    let body = move |begun: bool| match job.get_untracked().filter(|_| begun) {
        Some(job) => view! { <Progress job close/> }.into_any(),
        None => view! { <Form kind asked=asked.get_value() job close/> }.into_any(),
    };
    view! {
        <Dialog title=fill(t().export_title(), &[&kinds::many(kind)]) close>
            {fresh(move || job.with(Option::is_some), body)}
        </Dialog>
    }
    .into_any()
}

/// All that the person sees of a kind: the name, what stands on its page, then the rest.
fn all_columns(kind: &'static Kind) -> Vec<&'static str> {
    let mut names: Vec<&'static str> = kinds::in_order(kind).iter().map(|field| field.name).collect();
    for field in kind.fields {
        let told = field.access < Access::Hidden && field.ty != schema::Type::Json && field.name != "custom_fields";
        if told && !names.contains(&field.name) {
            names.push(field.name);
        }
    }
    names
}

#[component]
fn Form(kind: &'static Kind, asked: Value, job: RwSignal<Option<RunningJob>>, close: Callback<()>) -> impl IntoView {
    let sending = Sending::new();
    let format = RwSignal::new("xlsx".to_owned());
    let encoding = RwSignal::new("utf-8".to_owned());
    let whole = RwSignal::new(false);
    let rows = RwSignal::new(None::<i64>);
    // The list says how many there are; who may export less than they see is told so instead.
    let less = state::me().is_some_and(|me| me.reach(kind.name, "export") != me.reach(kind.name, "view"));
    if !less {
        let mut words = asked.as_object().cloned().unwrap_or_default();
        words.retain(|name, _| !matches!(name.as_str(), "kind" | "columns"));
        words.extend([("limit".to_owned(), json!(1)), ("count".to_owned(), json!("exact"))]);
        let call = api::search(format!("/{}/search", kind.path()), Value::Object(words));
        spawn_local(async move {
            match call.send().await {
                Ok(reply) => {
                    let count = &reply.body["page"]["count"];
                    rows.try_set(count.as_i64().or_else(|| count["value"].as_i64()));
                }
                Err(problem) => sending.refuse(problem),
            }
        });
    }
    let shown = asked["columns"].as_array().map_or(0, Vec::len);
    let run = move || {
        let mut body: Map<String, Value> = asked.as_object().cloned().unwrap_or_default();
        body.insert("format".to_owned(), json!(format.get_untracked()));
        if format.with_untracked(|format| format == "csv") {
            body.insert("encoding".to_owned(), json!(encoding.get_untracked()));
        }
        if format.with_untracked(|format| format == "vcard") {
            body.remove("columns");
        } else if whole.get_untracked() {
            body.insert("columns".to_owned(), json!(all_columns(kind)));
        }
        let call = api::post("/exports", Value::Object(body));
        sending.run(async move {
            let body = call.send().await?.body;
            let id = body["id"].as_str().unwrap_or_default().to_owned();
            job.try_set(Some(RunningJob::watch(format!("/jobs/{id}"))));
            Ok(())
        });
    };
    let choose = |id: &'static str, of: RwSignal<String>, options: Vec<(&'static str, &'static str)>| {
        let options = options
            .into_iter()
            .map(|(key, text)| view! { <option value=key selected=of.get_untracked() == key>{text}</option> });
        view! { <select class="input" id=id on:change=move |e| of.set(event_target_value(&e))>{options.collect_view()}</select> }
            .into_any()
    };
    let mut formats = vec![
        ("xlsx", t().format_xlsx()),
        ("csv", t().format_csv()),
        ("jsonl", t().format_jsonl()),
    ];
    if kind.name == "contact" {
        formats.push(("vcard", t().format_vcard()));
    }
    let formats = choose("export-format", format, formats);
    let encodings = move || {
        format.with(|format| format == "csv").then(|| {
            let options = vec![("utf-8", t().encoding_utf8()), ("gb18030", t().encoding_gb18030())];
            sending.wide(
                "encoding",
                "export-encoding",
                t().encoding(),
                choose("export-encoding", encoding, options),
            )
        })
    };
    let column = move |all: bool, text: String| {
        view! {
            <label class="menu-check"><input type="radio" name="export-columns" prop:checked=whole.get_untracked() == all
                on:change=move |_| whole.set(all)/><span>{text}</span></label>
        }
    };
    let columns = move || {
        format.with(|format| format != "vcard").then(|| {
            view! {
                <fieldset><legend>{t().columns()}</legend>
                    {column(false, fill(t().columns_shown(), &[&format::number(shown as f64)]))}
                    {column(true, t().columns_all().to_owned())}
                </fieldset>
            }
        })
    };
    let count = move || match rows.get() {
        _ if less => t().export_less().to_owned(),
        Some(rows) => fill(t().export_rows(), &[&format::count(rows)]),
        None => "…".to_owned(),
    };
    view! {
        <form on:submit=sending::submit(run)>
            <div class="dialog-body stack">
                {sending.wide("format", "export-format", t().export_format(), formats)}
                {encodings}
                {columns}
                <p class="muted" role="status">{count}</p>
                {sending.alert()}
            </div>
            {sending.foot(close, t().export(), || true)}
        </form>
    }
    .into_any()
}

#[component]
fn Progress(job: RunningJob, close: Callback<()>) -> impl IntoView {
    let status = Memo::new(move |_| {
        job.body
            .with(|body| body["status"].as_str().unwrap_or_default().to_owned())
    });
    let failed = move || job.problem.get().map(|problem| problem.text());
    let body = move |status: String| match status.as_str() {
        "done" => view! { <Done id=job.id()/> }.into_any(),
        "failed" => {
            let said = job
                .body
                .with_untracked(|body| body["error"]["detail"].as_str().map(str::to_owned));
            ui::empty("warning", t().export_failed(), said.unwrap_or_default(), ().into_any())
        }
        "cancelled" => ui::empty("close", t().export_cancelled(), "", ().into_any()),
        _ => view! {
            <div class="stack" role="status">{move || bar(&job.body.get())}</div>
            <p class="muted">{t().export_leave()}</p>
        }
        .into_any(),
    };
    let over = move || status.with(|status| matches!(status.as_str(), "done" | "failed" | "cancelled"));
    view! {
        <div class="dialog-body stack">
            {fresh(move || status.get(), body)}
            {move || failed().map(|text| view! { <p class="form-error" role="alert">{icon("warning")}<span>{text}</span></p> })}
        </div>
        <footer class="dialog-foot">
            {move || (!over()).then(|| view! { <button type="button" class="btn" on:click=move |_| job.cancel()>{t().export_cancel()}</button> })}
            <button type="button" class="btn" on:click=move |_| close.tell(())>{t().close()}</button>
        </footer>
    }
    .into_any()
}

/// How far a job is that counts rows.
fn bar(body: &Value) -> AnyView {
    let number = |name: &str| body["progress"][name].as_f64().unwrap_or_default();
    let (rows, total) = (number("rows"), number("total"));
    let text = match total > 0.0 {
        true => fill(t().export_running(), &[&format::number(rows), &format::number(total)]),
        false => t().export_waiting().to_owned(),
    };
    let share = if total > 0.0 { (rows / total).min(1.0) } else { 0.0 };
    view! { <p>{text}</p><progress max="1" value=share.to_string()>{format::percent(share)}</progress> }.into_any()
}

/// The file is there: what is in it, and how it is fetched.
#[component]
fn Done(id: String) -> impl IntoView {
    let export = RwSignal::new(None::<Result<Value, api::Problem>>);
    let path = StoredValue::new(format!("/exports/{id}"));
    let load = move || {
        spawn_local(async move {
            let Some(path) = path.try_get_value() else { return };
            let outcome = api::get(path).send().await;
            export.try_set(Some(outcome.map(|reply| reply.body)));
            dom::focus_soon(".export-file".to_owned());
        });
    };
    load();
    move || match export.get() {
        None => ui::skeleton(2),
        Some(Err(problem)) => ui::problem(&problem, Callback::new(move |()| load())),
        Some(Ok(export)) => {
            let rows = export["rows"].as_i64().unwrap_or_default();
            let file = export.clone();
            view! {
                <p role="status">{fill(t().export_done(), &[&format::count(rows)])}</p>
                {remarks(&export)}
                <p><button type="button" class="btn primary export-file" on:click=move |_| download(&file)>{icon("download")}
                    <span>{t().download()}</span></button>" "<span class="muted">{size(&export)}</span></p>
            }
            .into_any()
        }
    }
}

fn size(export: &Value) -> String {
    format::bytes(export["size"].as_f64().unwrap_or_default())
}

/// What of the text the encoding could not hold, or other programs may misread.
fn remarks(export: &Value) -> AnyView {
    let told = |name: &str, text: &'static str| {
        let count = export[name].as_f64().filter(|count| *count > 0.0)?;
        let text = fill(text, &[&format::number(count)]);
        Some(view! { <p class="notice warn">{icon("warning")}<span>{text}</span></p> })
    };
    let replaced = told("replaced", t().export_replaced());
    let doubtful = told("doubtful", t().export_doubtful());
    view! { {replaced}{doubtful} }.into_any()
}

/// Fetches the file under its own name.
fn download(export: &Value) {
    let text = |name: &str| export[name].as_str().unwrap_or_default().to_owned();
    let (path, name) = (format!("/exports/{}/file", text("id")), text("file_name"));
    spawn_local(async move {
        match api::get(path).file().await {
            Ok(url) => dom::keep(&url, &name),
            Err(problem) => toast::complain(&problem),
        }
    });
}
