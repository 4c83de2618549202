//! What can be done to several chosen rows at once: another status, the recycle bin, another owner. One batch for each
//! hundred rows; rows that somebody changed meanwhile are left alone and told.

use crate::kinds::{Field, Kind};
use crate::schema::Type;
use crate::{
    api::{self, Problem},
    dom::Tell,
    i18n::{fill, format, t},
    kinds,
    merge::{self, MergeDialog},
    record::{row::Row, save, special},
    state::{self, announce},
    transfer::{self, TransferDialog},
    ui::{Menu, dialog::Confirm, icon, toast},
};
use leptos::{prelude::*, task::spawn_local};
use serde_json::{Map, Value, json};
use std::collections::HashSet;

/// Operations that one request may hold.
const MOST: usize = 100;

#[component]
pub fn BulkBar(
    kind: &'static Kind,
    rows: RwSignal<Vec<Row>>,
    selected: RwSignal<HashSet<String>>,
    reload: Callback<()>,
) -> impl IntoView {
    let chosen = move || {
        rows.with_untracked(|rows| {
            selected.with_untracked(|s| rows.iter().filter(|r| s.contains(r.id())).cloned().collect::<Vec<_>>())
        })
    };
    let working = RwSignal::new(false);
    // `None` deletes, else each row gets the patch.
    let run = move |patch: Option<Map<String, Value>>| {
        let rows = chosen();
        working.set(true);
        spawn_local(async move {
            let outcome = apply(kind, &rows, patch.as_ref()).await;
            working.try_set(false);
            selected.try_set(HashSet::new());
            match outcome {
                Ok((done, failed)) => {
                    let n = format::number(done.len() as f64);
                    let said = match failed {
                        0 => fill(t().bulk_done(), &[&n]),
                        _ => fill(t().bulk_partly(), &[&n, &format::number(failed as f64)]),
                    };
                    match patch {
                        None if !done.is_empty() && done.len() <= MOST => {
                            toast::say_with_undo(said, Callback::new(move |()| undelete(kind, done.clone())));
                        }
                        _ => toast::say(said),
                    }
                }
                Err(problem) => toast::complain(&problem),
            }
            reload.tell(());
        });
    };
    let may = |action: &str| state::me().is_none_or(|m| m.may(kind.name, action));
    let status = kind.field("status").filter(|f| kinds::writable(kind, f) && may("edit"));
    let transferring = RwSignal::new(None::<Vec<Row>>);
    let deleting = RwSignal::new(false);
    let merging = RwSignal::new(None::<Vec<String>>);
    let merge = move |_| merging.set(Some(chosen().iter().map(|row| row.id().to_owned()).collect()));
    let fit = move || merge::allowed(kind) && (2..=merge::MOST).contains(&selected.with(HashSet::len));
    let count = move || selected.with(HashSet::len);
    let face = |shape: &str, text: &'static str| view! { {icon(shape)}<span>{text}</span> }.into_any();
    let status_menu = move || {
        status.map(|field| view! {
            <Menu face=face("flag", field.label) label=field.label class="btn small">
                {choices(kind, field).into_iter().map(|(key, name)| view! {
                    <button type="button" class="menu-row item" on:click=move |_| run(Some(Map::from_iter([("status".to_owned(), json!(key))])))>{name}</button>
                }).collect_view()}
            </Menu>
        })
    };
    view! {
        {move || (count() > 0).then(|| view! {
            <div class="bulk" role="region" aria-label=t().bulk_actions()>
                <b>{fill(t().n_selected(), &[&format::number(count() as f64)])}</b>
                {transfer::allowed(kind).then(|| view! { <button type="button" class="btn small transfer" on:click=move |_| transferring.set(Some(chosen()))>{icon("people")}<span>{t().transfer()}</span></button> })}
                {status_menu()}
                {fit().then(|| view! { <button type="button" class="btn small merge" on:click=merge>{icon("group")}<span>{t().merge()}</span></button> })}
                {may("delete").then(|| view! { <button type="button" class="btn small" class:loading=working on:click=move |_| deleting.set(true)>{icon("trash")}<span>{t().delete()}</span></button> })}
                <button type="button" class="btn quiet small" on:click=move |_| selected.set(HashSet::new())>{t().clear_selection()}</button>
            </div>
        })}
        {move || transferring.get().map(|rows| view! {
            <TransferDialog kind rows close=Callback::new(move |()| transferring.set(None))
                done=Callback::new(move |()| { selected.set(HashSet::new()); reload.tell(()); })/>
        })}
        {move || merging.get().map(|ids| view! {
            <MergeDialog kind ids close=Callback::new(move |()| merging.set(None))
                done=Callback::new(move |_| { selected.set(HashSet::new()); reload.tell(()); })/>
        })}
        {move || deleting.get().then(|| view! {
            <Confirm title=t().delete_title() text=fill(t().bulk_delete_text(), &[&format::number(count() as f64)]) action=t().delete()
                close=Callback::new(move |()| deleting.set(false)) yes=Callback::new(move |()| run(None))/>
        })}
    }
    .into_any()
}

/// The values a status can be set to by hand; those with an action of their own are left to it.
fn choices(kind: &Kind, field: &'static Field) -> Vec<(&'static str, &'static str)> {
    let Type::Choice(choices) = field.ty else {
        return Vec::new();
    };
    choices
        .iter()
        .filter(|c| !special::in_list(kind).reached.contains(&c.key))
        .map(|c| (c.key, c.label))
        .collect()
}

/// Takes rows out of the recycle bin again, one after the other; the first refusal ends it.
fn undelete(kind: &'static Kind, rows: Vec<Row>) {
    spawn_local(async move {
        for row in &rows {
            // Deleting it was a version of its own.
            if let Err(problem) = save::restore(kind, row.id(), row.version() + 1).await {
                return toast::complain(&problem);
            }
        }
        toast::say(t().undone());
    });
}

/// The rows that were done, and how many were not.
async fn apply(
    kind: &'static Kind,
    rows: &[Row],
    patch: Option<&Map<String, Value>>,
) -> Result<(Vec<Row>, usize), Problem> {
    let (mut done, mut failed) = (Vec::new(), 0);
    for part in rows.chunks(MOST) {
        let operations: Vec<Value> = part
            .iter()
            .map(|row| match patch {
                Some(patch) => json!({ "method": "update", "id": row.id(), "version": row.version(), "body": patch }),
                None => json!({ "method": "delete", "id": row.id(), "version": row.version() }),
            })
            .collect();
        let body = json!({ "atomic": false, "operations": operations });
        let reply = api::post(format!("/{}/batch", kind.path()), body).send().await?;
        for (result, row) in reply.body["results"].as_array().into_iter().flatten().zip(part) {
            let ok = result["status"].as_u64().is_some_and(|s| s < 300);
            if ok {
                done.push(row.clone());
                if patch.is_none() {
                    announce(kind.plural, row.id(), None);
                }
            } else {
                failed += 1;
            }
        }
    }
    Ok((done, failed))
}
