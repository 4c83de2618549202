//! Importing a file: choose it, say which column is what, try it, take it. The file is only ever read by the server.

mod job;
mod mapping;

use crate::job::{RunningJob, over};
use crate::kinds::Kind;
use crate::{
    api,
    i18n::{format, t},
    kinds, route,
    state::state,
    ui::{self, Sending, fresh, icon},
};
use job::{JobView, looked};
use leptos::prelude::*;
use mapping::MappingForm;
use serde_json::{Map, Value, json};

/// What the person has chosen so far; kept while stepping back and forth.
#[derive(Clone, Copy)]
pub struct Wizard {
    pub kind: RwSignal<&'static Kind>,
    pub file: RwSignal<Option<web_sys::File>, LocalStorage>,
    /// Field → column header.
    pub mapping: RwSignal<Map<String, Value>>,
    /// Column header → value in the file → value meant.
    pub values: RwSignal<Map<String, Value>>,
    /// What the server found out about the file.
    pub read: RwSignal<Option<Value>>,
    pub job: RwSignal<Option<RunningJob>>,
    pub step: RwSignal<Step>,
    /// Something is under way that the next step waits for.
    sending: Sending,
    /// The mapping has been tried since the file was read.
    tried: RwSignal<bool>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    File,
    Mapping,
    Trial,
    Result,
}

impl Wizard {
    /// Hands in the file; the server guesses a mapping and tells.
    pub fn hand_in(self) {
        let Some(file) = self.file.get_untracked() else { return };
        let Ok(form) = web_sys::FormData::new() else { return };
        let _ = form.append_with_str("kind", self.kind.get_untracked().plural);
        let _ = form.append_with_str("dry_run", "true");
        let _ = form.append_with_blob_and_filename("file", &file, &file.name());
        self.sending.run(self.send(api::post_form("/imports", form), None));
    }

    /// Runs the file that the server has with the mapping as it is now.
    pub fn run(self, dry_run: bool) {
        let Some(job) = self.job.get_untracked() else { return };
        let (mapping, values) = (self.mapping.get_untracked(), self.values.get_untracked());
        let guess = self.read.with_untracked(|r| r.as_ref().map(mapping::guessed));
        if dry_run
            && values.is_empty()
            && guess.as_ref() == Some(&mapping)
            && self.step.get_untracked() == Step::Mapping
            && !self.tried.get_untracked()
        {
            // The first look was a trial with this very mapping.
            self.tried.set(true);
            self.step.set(Step::Trial);
            return;
        }
        self.tried.set(true);
        let body = json!({ "mapping": mapping, "values": values, "dry_run": dry_run });
        let step = if dry_run { Step::Trial } else { Step::Result };
        self.sending.run(async move {
            // The server takes one run of a file after the other.
            job.settled().await;
            self.send(api::post(format!("/imports/{}/run", job.id()), body), Some(step))
                .await
        });
    }

    /// Has the server read the file once more, as the person says, and guess the columns anew.
    pub fn read_as(self, encoding: &str, delimiter: &str) {
        let Some(job) = self.job.get_untracked() else { return };
        let body =
            json!({ "mapping": {}, "values": {}, "dry_run": true, "encoding": encoding, "delimiter": delimiter });
        self.sending.run(async move {
            job.settled().await;
            self.send(api::post(format!("/imports/{}/run", job.id()), body), None)
                .await
        });
    }

    /// Sends, and watches the job; without a next step it is the first look at the file.
    async fn send(self, call: api::Call, next: Option<Step>) -> api::Outcome<()> {
        let body = call.send().await?.body;
        let job = RunningJob::watch(format!("/imports/{}", body["id"].as_str().unwrap_or_default()));
        self.job.try_set(Some(job));
        match next {
            Some(step) => {
                if step == Step::Result {
                    route::show(&format!("/import/{}", job.id()));
                }
                self.step.try_set(step);
                Ok(())
            }
            None => self.learn(job).await,
        }
    }

    /// Waits for the first look at the file, then shows what it took the columns for.
    async fn learn(self, job: RunningJob) -> api::Outcome<()> {
        let body = looked(job).await.inspect_err(|_| {
            // Read as it cannot be: the person may say otherwise. At the first look there is nothing to show.
            if self.step.try_get_untracked() != Some(Step::Mapping) {
                self.job.try_set(None);
            }
        })?;
        self.mapping.try_set(mapping::guessed(&body));
        self.values.try_set(Map::new());
        self.tried.try_set(false);
        self.read.try_set(Some(body));
        self.step.try_set(Step::Mapping);
        Ok(())
    }
}

#[component]
pub fn ImportPage(id: Option<String>) -> impl IntoView {
    if let Some(id) = id {
        // A job of its own address: what became of an earlier import.
        let job = RunningJob::watch(format!("/imports/{id}"));
        return view! { <div class="page narrow-page"><header class="page-head"><h1>{t().import()}</h1></header><JobView job trial=false again=None/></div> }.into_any();
    }
    let asked = state()
        .address
        .with_untracked(|a| a.get("kind").and_then(kinds::by_plural));
    // What is offered first is what is sent, also where customers are not allowed.
    let kind = asked.or_else(|| allowed().find(|k| k.name == "customer").or_else(|| allowed().next()));
    let wizard = Wizard {
        kind: RwSignal::new(kind.unwrap_or(kinds::of("customer"))),
        file: RwSignal::new_local(None),
        mapping: RwSignal::new(Map::new()),
        values: RwSignal::new(Map::new()),
        read: RwSignal::new(None),
        job: RwSignal::new(None),
        step: RwSignal::new(Step::File),
        sending: Sending::new(),
        tried: RwSignal::new(false),
    };
    let steps = [
        (Step::File, t().step_file()),
        (Step::Mapping, t().step_mapping()),
        (Step::Trial, t().step_trial()),
        (Step::Result, t().step_result()),
    ];
    let at = move || steps.iter().position(|(s, _)| *s == wizard.step.get()).unwrap_or(0);
    let heads = steps.iter().enumerate().map(|(i, (_, name))| {
        view! { <li class:done=move || i < at() class:current=move || i == at() aria-current=move || (i == at()).then_some("step")><span class="step-dot">{i + 1}</span>{*name}</li> }
    });
    let body = move |step| match step {
        Step::File => view! { <FileStep wizard/> }.into_any(),
        Step::Mapping => view! { <MappingForm wizard/> }.into_any(),
        Step::Trial => view! { <TrialStep wizard/> }.into_any(),
        Step::Result => view! { <ResultStep wizard/> }.into_any(),
    };
    view! {
        <div class="page narrow-page">
            <header class="page-head"><h1>{t().import()}</h1></header>
            <ol class="steps">{heads.collect_view()}</ol>
            {fresh(move || wizard.step.get(), body)}
            {wizard.sending.alert()}
        </div>
    }
    .into_any()
}

/// The kinds this person may import.
fn allowed() -> impl Iterator<Item = &'static Kind> {
    kinds::all().into_iter().filter(|k| kinds::may_import(k))
}

#[component]
fn FileStep(wizard: Wizard) -> impl IntoView {
    let over = RwSignal::new(false);
    let take = move |files: Option<web_sys::FileList>| {
        if let Some(file) = files.and_then(|f| f.get(0)) {
            wizard.file.set(Some(file));
        }
    };
    let options = allowed().map(
        |k| view! { <option value=k.plural selected=wizard.kind.get_untracked().name == k.name>{k.label}</option> },
    );
    let looking = move || wizard.sending.busy.get() || wizard.job.with(Option::is_some);
    view! {
        <section class="box stack">
            <div class="form-field">
                <label for="import-kind">{t().import_what()}</label>
                <select class="input" id="import-kind" on:change=move |e| if let Some(kind) = kinds::by_plural(&event_target_value(&e)) { wizard.kind.set(kind) }>{options.collect_view()}</select>
            </div>
            <label class="drop-file" class:over=over
                on:dragover=move |e| { e.prevent_default(); over.set(true); }
                on:dragleave=move |_| over.set(false)
                on:drop=move |e| { e.prevent_default(); over.set(false); take(e.data_transfer().and_then(|d| d.files())); }>
                <input type="file" class="sr" accept=".csv,.tsv,.txt,.xlsx,.vcf,text/csv,text/vcard,text/plain,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" on:change=move |e| {
                    use leptos::wasm_bindgen::JsCast;
                    take(e.target().and_then(|t| t.dyn_into::<web_sys::HtmlInputElement>().ok()).and_then(|i| i.files()));
                }/>
                {icon("file")}
                {move || match wizard.file.get() {
                    Some(file) => view! { <b>{file.name()}</b><span class="muted">{format::bytes(file.size())}</span> }.into_any(),
                    None => view! { <b>{t().choose_file()}</b><span class="muted">{t().file_hint()}</span> }.into_any(),
                }}
            </label>
            <div class="form-foot">
                <button type="button" class="btn primary" class:loading=looking disabled=move || wizard.file.with(Option::is_none) || looking() on:click=move |_| wizard.hand_in()>{t().read_file()}</button>
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn TrialStep(wizard: Wizard) -> impl IntoView {
    // A suggestion taken here changes the value mapping and tries again.
    let again = Callback::new(move |(column, from, to): (String, String, String)| {
        wizard.values.update(|values| {
            let entry = values.entry(column).or_insert_with(|| Value::Object(Map::new()));
            if let Some(map) = entry.as_object_mut() {
                map.insert(from, Value::String(to));
            }
        });
        wizard.run(true);
    });
    let ready = move || wizard.job.get().is_some_and(|j| j.body.with(|b| b["status"] == "done"));
    view! {
        {move || wizard.job.get().map_or_else(|| ui::skeleton(4), |job| view! { <JobView job trial=true again=Some(again)/> }.into_any())}
        <div class="form-foot">
            <button type="button" class="btn" on:click=move |_| wizard.step.set(Step::Mapping)>{t().back()}</button>
            <button type="button" class="btn primary" class:loading=wizard.sending.busy disabled=move || !ready() on:click=move |_| wizard.run(false)>{t().import_now()}</button>
        </div>
    }
    .into_any()
}

#[component]
fn ResultStep(wizard: Wizard) -> impl IntoView {
    let list = move || kinds::list(wizard.kind.get_untracked());
    // Who left before would find a list without what is still to come.
    let ended = move || wizard.job.get().is_some_and(|j| j.body.with(over));
    view! {
        {move || wizard.job.get().map_or_else(|| ui::skeleton(4), |job| view! { <JobView job trial=false again=None/> }.into_any())}
        <div class="form-foot">
            <button type="button" class="btn" on:click=move |_| { wizard.file.set(None); wizard.job.set(None); wizard.step.set(Step::File); route::show("/import"); }>{t().another_file()}</button>
            <button type="button" class="btn primary" disabled=move || !ended() on:click=move |_| route::go(&list())>{t().show_records()}</button>
        </div>
    }
    .into_any()
}
