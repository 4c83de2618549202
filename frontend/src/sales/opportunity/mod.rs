//! Opportunities: the way through the stages, winning and losing, product lines.

pub mod close;
pub mod lines;

use crate::{
    i18n::{fill, t},
    kinds,
    record::{
        row::Row,
        save::{self, Refused},
    },
    state::{self, announce, state},
    ui::{icon, toast},
};
use close::{Closing, LoseDialog};
use leptos::{prelude::*, task::spawn_local};
use serde_json::{Value, json};
use std::collections::HashMap;

/// Does something to an opportunity, tells every screen, and says what happened. `refused` puts back what was shown.
pub fn act(
    row: Row,
    action: &'static str,
    body: Value,
    said: String,
    undo: Option<(&'static str, Value)>,
    refused: Refused,
) {
    spawn_local(async move {
        match save::act(kinds::of("opportunity"), &row, action, body).await {
            Ok(_) => match save::fetch(kinds::of("opportunity"), row.id()).await {
                Ok(newer) => {
                    announce(kinds::of("opportunity").plural, row.id(), Some(newer.clone()));
                    match undo {
                        Some((action, body)) => {
                            let back = Callback::new(move |()| {
                                let failed = save::complain();
                                act(
                                    newer.clone(),
                                    action,
                                    body.clone(),
                                    t().undone().to_owned(),
                                    None,
                                    failed,
                                );
                            });
                            toast::say_with_undo(said, back);
                        }
                        None => toast::say(said),
                    }
                }
                Err(problem) => toast::complain(&problem),
            },
            Err(problem) => {
                if problem.stale()
                    && let Ok(newer) = save::fetch(kinds::of("opportunity"), row.id()).await
                {
                    announce(kinds::of("opportunity").plural, row.id(), Some(newer));
                }
                refused(problem);
            }
        }
    });
}

pub fn move_to(row: Row, stage_id: String, stage: String, refused: Refused) {
    let back = row.text("stage_id").to_owned();
    let said = fill(t().moved_to(), &[&row.title(kinds::of("opportunity")), &stage]);
    act(
        row,
        "move",
        json!({ "stage_id": stage_id }),
        said,
        Some(("move", json!({ "stage_id": back }))),
        refused,
    );
}

pub fn win(row: Row, refused: Refused) {
    let said = fill(t().won_said(), &[&row.title(kinds::of("opportunity"))]);
    act(row, "win", json!({}), said, Some(("reopen", json!({}))), refused);
}

#[component]
pub fn Actions(row: RwSignal<Row>) -> impl IntoView {
    let losing = RwSignal::new(None::<Closing>);
    let status = Memo::new(move |_| row.with(|r| r.text("status").to_owned()));
    if !state::may("opportunity", "edit") {
        return ().into_any();
    }
    let shown = move || {
        let buttons = if status.get() == "open" {
            view! {
                <button type="button" class="btn primary good" on:click=move |_| win(row.get_untracked(), save::complain())>{icon("trophy")}{t().win()}</button>
                <button type="button" class="btn" on:click=move |_| losing.set(Some(Closing { row: row.get_untracked(), refused: save::complain() }))>{t().lose()}</button>
            }
            .into_any()
        } else {
            let said = t().reopened().to_owned();
            view! { <button type="button" class="btn" on:click=move |_| act(row.get_untracked(), "reopen", json!({}), said.clone(), None, save::complain())>{icon("undo")}{t().reopen()}</button> }.into_any()
        };
        view! { {buttons}<LoseDialog losing/> }
    };
    view! { {shown} }.into_any()
}

/// Id and name of each stage, in their order, by the id of the pipeline.
pub type Stages = HashMap<String, Vec<(String, String)>>;

/// As the app begins with them.
pub fn read_stages(pipelines: &Value) -> Stages {
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    let pipelines = pipelines.as_array().into_iter().flatten().map(|pipeline| {
        let stages = pipeline["stages"].as_array().into_iter().flatten();
        let stages = stages.map(|s| (text(&s["id"]), text(&s["name"]))).collect();
        (text(&pipeline["id"]), stages)
    });
    pipelines.collect()
}

/// The stages of the pipeline in a row; the present one marked, each a button to go there.
#[component]
pub fn StagePath(row: RwSignal<Row>) -> impl IntoView {
    let pipeline = Memo::new(move |_| row.with(|r| r.text("pipeline_id").to_owned()));
    let stages = Memo::new(move |_| {
        let known = state().stages;
        known.with(|s| s.get(&pipeline.get()).cloned().unwrap_or_default())
    });
    let may_move = state::may("opportunity", "edit");
    move || {
        let (now, status) = row.with(|r| (r.text("stage_id").to_owned(), r.text("status").to_owned()));
        let stages = stages.get();
        let at = stages.iter().position(|(id, _)| *id == now);
        let class = format!("stage-path {status}");
        let items = stages.into_iter().enumerate().map(|(i, (id, name))| {
            let current = Some(i) == at;
            let done = at.is_some_and(|at| i < at) || status == "won";
            let shown = name.clone();
            view! {
                <li class:done=done class:current=current>
                    <button type="button" disabled=!may_move || status != "open" || current aria-current=current.then_some("step")
                        title=fill(t().move_here(), &[&name])
                        on:click=move |_| move_to(row.get_untracked(), id.clone(), name.clone(), save::complain())>
                        <span class="clip">{shown}</span>
                    </button>
                </li>
            }
        });
        view! { <ol class=class aria-label=t().stage_path()>{items.collect_view()}</ol> }
    }
}
