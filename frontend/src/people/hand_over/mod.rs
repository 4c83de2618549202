//! Handing over what somebody has who leaves: how much it is, who gets it, and how far it has come.

use crate::kinds::Kind;
use crate::{
    api::{self, Problem},
    dom::Tell,
    i18n::{fill, format, t},
    job::{RunningJob, over},
    kinds,
    record::{row::Row, save},
    state::announce,
    transfer::told,
    ui::{
        self, Dialog, Sending,
        combobox::{Chosen, Combobox},
        sending::submit,
        states::form_error,
    },
};
use leptos::{html, prelude::*, task::spawn_local};
use serde_json::{Map, Value, json};

#[component]
pub fn HandOverDialog(row: RwSignal<Row>, close: Callback<()>) -> impl IntoView {
    let (id, name) = row.with_untracked(|r| (r.id().to_owned(), r.title(kinds::of("user"))));
    let id = StoredValue::new(id);
    let holds = RwSignal::new(None::<Value>);
    let problem = RwSignal::new(None::<Problem>);
    let job = RwSignal::new(None::<RunningJob>);
    let owner = Owner::current();
    // Signals of a job are made after an await, and belong to this dialog all the same.
    let follow = StoredValue::new(move |id: &str| {
        let watch = || RunningJob::watch(format!("/jobs/{id}"));
        let made = owner.as_ref().map_or_else(watch, |owner| owner.with(watch));
        job.set(Some(made));
    });
    spawn_local(async move {
        let looked = async {
            let of = id.get_value();
            let path = format!("/jobs?limit=1&fields=id&filter[subject_id]={of}&filter[finished_at][is_null]=true");
            let running = api::get(path).send().await?.body["data"][0]["id"]
                .as_str()
                .map(str::to_owned);
            let found = api::get(format!("/users/{of}/hand-over")).send().await?.body["holds"].clone();
            Ok::<_, Problem>((running, found))
        };
        match looked.await {
            Ok((running, found)) => {
                holds.try_set(Some(found));
                if let Some(running) = running {
                    follow.try_with_value(|f| f(&running));
                }
            }
            Err(error) => {
                problem.try_set(Some(error));
            }
        }
    });
    // When it is over, the user is another than before.
    Effect::new(move |_| {
        if job.get().is_some_and(|job| job.body.with(over)) {
            spawn_local(async move {
                if let Some(id) = id.try_get_value()
                    && let Ok(newer) = save::fetch(kinds::of("user"), &id).await
                {
                    announce(kinds::of("user").plural, id, Some(newer));
                }
            });
        }
    });
    let begun = Callback::new(move |id: String| follow.with_value(|f| f(&id)));
    view! {
        <Dialog title=fill(t().hand_over_title(), &[&name]) close>
            {move || match (job.get(), holds.get()) {
                (Some(job), _) => view! { <Progress job close/> }.into_any(),
                (None, Some(holds)) => view! { <Ask row holds begun close/> }.into_any(),
                (None, None) if problem.with(Option::is_some) => view! { <div class="dialog-body">{form_error(problem)}</div> }.into_any(),
                (None, None) => view! { <div class="dialog-body">{ui::skeleton(4)}</div> }.into_any(),
            }}
        </Dialog>
    }
    .into_any()
}

/// How much there is, and to whom it is to go.
#[component]
fn Ask(row: RwSignal<Row>, holds: Value, begun: Callback<String>, close: Callback<()>) -> impl IntoView {
    let (id, enabled) = row.with_untracked(|r| (r.id().to_owned(), r.get("disabled") != true));
    let id = StoredValue::new(id);
    let to = RwSignal::new(None::<(String, String)>);
    let disable = RwSignal::new(enabled);
    let form = Sending::new();
    let held: Vec<HeldKind> = kinds::every().filter_map(|kind| HeldKind::of(kind, &holds)).collect();
    let counts = if held.is_empty() {
        view! { <p class="muted">{t().hand_over_nothing()}</p> }.into_any()
    } else {
        let counts = held.iter().map(|held| view! { <li>{held.count()}</li> });
        view! { <ul class="plain">{counts.collect_view()}</ul> }.into_any()
    };
    let others = StoredValue::new(held);
    let start = move || {
        let Some((receiver, _)) = to.get_untracked() else {
            return form.refuse(Problem::at("to", t().choose_receiver()));
        };
        let others: Map<_, _> = others.with_value(|all| {
            let chosen = all
                .iter()
                .filter_map(|of| Some((of.kind.plural, of.to.get_untracked()?.0)));
            chosen.map(|(kind, to)| (kind.to_owned(), json!(to))).collect()
        });
        let body = json!({ "to": receiver, "to_by_kind": others, "disable": disable.get_untracked() });
        form.send(
            api::post(format!("/users/{}/hand-over", id.get_value()), body),
            move |body| {
                begun.tell(body["id"].as_str().unwrap_or_default().to_owned());
            },
        );
    };
    let receiver = view! { <Combobox kind=kinds::of("user") value=to id="hand-over-to" narrow="filter[disabled]=false".to_owned()/> };
    view! {
        <form on:submit=submit(start) novalidate=true>
            <div class="dialog-body stack">
                <p>{t().hand_over_text()}</p>
                {counts}
                {form.field("to", "hand-over-to", t().receiver(), receiver.into_any())}
                {others.with_value(|all| (all.len() > 1).then(|| by_kind(all, form)))}
                {enabled.then(|| view! {
                    <label class="choice"><input type="checkbox" checked=true on:change=move |e| disable.set(event_target_checked(&e))/><span>{t().disable_too()}</span></label>
                })}
                {form.alert()}
            </div>
            {form.foot(close, t().start_hand_over(), || true)}
        </form>
    }
    .into_any()
}

/// What there is of a kind, and who gets it if not the receiver of all.
#[derive(Clone, Copy)]
struct HeldKind {
    kind: &'static Kind,
    live: f64,
    deleted: f64,
    to: RwSignal<Chosen>,
}

impl HeldKind {
    fn of(kind: &'static Kind, holds: &Value) -> Option<Self> {
        let n = |what: &str| holds[kind.plural][what].as_f64().unwrap_or(0.0);
        let (live, deleted) = (n("live"), n("deleted"));
        let to = RwSignal::new(None);
        (live + deleted > 0.0).then_some(Self {
            kind,
            live,
            deleted,
            to,
        })
    }

    fn count(self) -> AnyView {
        let binned = (self.deleted > 0.0).then(|| fill(t().in_bin(), &[&format::number(self.deleted)]));
        view! { {kinds::heading(self.kind)}" "<b>{format::number(self.live)}</b><span class="muted">{binned}</span> }
            .into_any()
    }
}

/// Others for single kinds, folded away until somebody asks for it.
fn by_kind(all: &[HeldKind], form: Sending) -> AnyView {
    let node = NodeRef::<html::Details>::new();
    let at = move |kind: &Kind| {
        let pointer = format!("/to_by_kind/{}", kind.plural);
        let said = |p: &Problem| {
            p.places
                .iter()
                .find(|(place, _)| *place == pointer)
                .map(|(_, said)| said.clone())
        };
        form.problem.with(|p| p.as_ref().and_then(said))
    };
    // What is wrong is not to be folded away.
    let wrong = form.said("to_by_kind");
    Effect::new(move |_| {
        if let Some(details) = node.get().filter(|_| wrong().is_some()) {
            let _ = details.set_attribute("open", "");
        }
    });
    let fields = all.iter().copied().map(|held| {
        let id = format!("hand-over-{}", held.kind.plural);
        view! {
            <div class="form-field" class:wrong=move || at(held.kind).is_some()>
                <label for=id.clone()>{held.count()}</label>
                <Combobox kind=kinds::of("user") value=held.to id narrow="filter[disabled]=false".to_owned()/>
                {move || at(held.kind).map(|said| view! { <p class="field-error">{said}</p> })}
            </div>
        }
    });
    view! {
        <details class="by-kind" node_ref=node>
            <summary>{t().receivers_by_kind()}</summary>
            <p class="hint">{t().receivers_by_kind_text()}</p>
            {fields.collect_view()}
        </details>
    }
    .into_any()
}

/// How far it is, and what came of it.
#[component]
fn Progress(job: RunningJob, close: Callback<()>) -> impl IntoView {
    let said = move || {
        let body = job.body.get();
        let progress = &body["progress"];
        let n = |name: &str| progress[name].as_f64().unwrap_or(0.0);
        let moved = told(progress["moved"].as_object().unwrap_or(&Default::default()));
        let moved = (!moved.is_empty()).then(|| fill(t().handed_over(), &[&moved]));
        match body["status"].as_str().unwrap_or_default() {
            "done" => view! { <p>{moved.unwrap_or_else(|| t().hand_over_nothing().to_owned())}</p> }.into_any(),
            "failed" => {
                let why = body["error"]["detail"].as_str().unwrap_or_default().to_owned();
                view! { <p class="form-error"><b>{t().hand_over_failed()}</b>" "{why}</p>{moved.map(|moved| view! { <p>{moved}</p> })} }.into_any()
            }
            "cancelled" => {
                view! { <p>{t().hand_over_cancelled()}</p>{moved.map(|moved| view! { <p>{moved}</p> })} }.into_any()
            }
            _ => {
                let (done, total) = (n("done"), n("total"));
                let share = if total > 0.0 { done / total } else { 0.0 };
                let text = fill(
                    t().handed_over_so_far(),
                    &[&format::number(done), &format::number(total)],
                );
                view! {
                    <p>{text.clone()}</p>
                    <progress max="1" value=share.to_string() aria-label=text>{format::percent(share)}</progress>
                    <p class="hint">{t().hand_over_goes_on()}</p>
                }
                .into_any()
            }
        }
    };
    let going = move || job.body.with(|b| !over(b)) && job.problem.with(Option::is_none);
    view! {
        <div class="dialog-body stack" aria-live="polite">{said}{form_error(job.problem)}</div>
        <footer class="dialog-foot">
            {move || going().then(|| view! { <button type="button" class="btn" on:click=move |_| job.cancel()>{t().stop_hand_over()}</button> })}
            <button type="button" class="btn primary" on:click=move |_| close.tell(())>{t().close()}</button>
        </footer>
    }
    .into_any()
}
