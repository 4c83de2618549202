//! The history of a record: who changed what, from what to what.

use crate::kinds::Kind;
use crate::{
    api::{self, Problem, Turn},
    i18n::{format, label, t},
    record::{
        changes,
        names::{Names, Wanted},
    },
    route::encode,
    state::{self, state},
    ui::{self, avatar, icon},
    undo,
};
use domain::change::ChangeAction;
use leptos::{prelude::*, task::spawn_local};
use serde_json::Value;

#[component]
pub fn History(kind: &'static Kind, id: String) -> impl IntoView {
    let entries = RwSignal::new(Vec::<Value>::new());
    let next = RwSignal::new(None::<String>);
    let names = RwSignal::new(Names::new());
    let problem = RwSignal::new(None::<Problem>);
    let loading = RwSignal::new(true);
    let id = StoredValue::new(id);
    let turn = Turn::new();
    let load = move |before: Option<String>| {
        loading.set(true);
        problem.set(None);
        let newest = turn.take();
        let first = before.is_none();
        let before = before.map(|b| format!("&before={}", encode(&b))).unwrap_or_default();
        let path = format!("/{}/{}/history?limit=30{before}", kind.path(), id.get_value());
        spawn_local(async move {
            let found = async {
                let body = api::get(path).send().await?.body;
                let fresh = body["data"].as_array().cloned().unwrap_or_default();
                let known = resolve(kind, &fresh).await;
                Ok::<_, Problem>((body["page"]["next_cursor"].as_str().map(str::to_owned), fresh, known))
            };
            let found = found.await;
            if !newest() {
                return;
            }
            loading.set(false);
            match found {
                Ok((cursor, fresh, known)) => {
                    next.set(cursor);
                    names.update(|n| n.extend(known));
                    entries.update(|e| {
                        if first {
                            e.clear();
                        }
                        e.extend(fresh);
                    });
                }
                Err(error) => problem.set(Some(error)),
            }
        });
    };
    load(None);
    // A change made here is history a moment later; of what is deleted, it is told in the bin.
    Effect::new(move |before: Option<()>| {
        let changed = state().change.get().is_some_and(|c| {
            c.kind == state::ANY || (c.kind == kind.plural && c.row.is_some() && id.with_value(|id| *id == c.id))
        });
        if before.is_some() && changed {
            load(None);
        }
    });
    view! {
        {move || problem.get().map(|p| ui::problem(&p, Callback::new(move |()| load(None))))}
        {move || (loading.get() && entries.with(Vec::is_empty)).then(|| ui::skeleton(5))}
        <ol class="events">
            <For each=move || entries.get() key=|e| e["position"].as_i64() children=move |e| {
                // The firm's lists of values may come after the entries.
                move || names.with_untracked(|n| entry(kind, &e, n))
            }/>
        </ol>
        {move || next.get().map(|n| view! { <button type="button" class="btn quiet small" class:loading=loading on:click=move |_| if !loading.get_untracked() { load(Some(n.clone())) }><span>{t().show_more()}</span></button> })}
    }
    .into_any()
}

/// Names of the people and records that the entries mention.
async fn resolve(kind: &'static Kind, entries: &[Value]) -> Names {
    let mut wanted = Wanted::default();
    for entry in entries {
        changes::mentioned(Some(kind), entry, &mut wanted);
    }
    wanted.find().await
}

fn entry(kind: &'static Kind, entry: &Value, names: &Names) -> AnyView {
    let who = entry["actor_id"]
        .as_str()
        .map_or(t().the_system(), |id| names.get(id).map_or("…", String::as_str))
        .to_owned();
    let action = entry["action"].as_str().unwrap_or_default();
    let word = ChangeAction::from_key(action).map_or(action, |a| label(a.label()));
    let at = entry["at"].as_str().unwrap_or_default().to_owned();
    let set = entry["change_set"]
        .as_str()
        .filter(|_| action != ChangeAction::Derive.key() && state::may(kind.name, "edit"));
    let back = set.map(|set| {
        let set = set.to_owned();
        view! {
            <button type="button" class="btn quiet square small" aria-label=t().undo_change() title=t().undo_change()
                on:click=move |_| undo::begin(set.clone(), true)>{icon("undo")}</button>
        }
    });
    view! {
        <li class="event">
            {avatar(entry["actor_id"].as_str().unwrap_or_default(), &who)}
            <div class="event-body">
                <div class="event-head"><b>{who.clone()}</b><span>{word}</span><span class="grow"></span><time class="muted" title=format::instant(&at)>{format::relative(&at)}</time>{back}</div>
                {changes::list(Some(kind), entry, names)}
            </div>
        </li>
    }
    .into_any()
}
