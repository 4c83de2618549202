//! Pipelines and their stages: names, order, probabilities.

use crate::{
    api,
    i18n::{fill, noun, t},
    kinds,
    record::{detail::Panel, form::CreateDialog, form::Preset, list::Pages, row::Row},
    route,
    state::{self, state},
    ui::{self, icon},
};
use leptos::prelude::*;
use serde_json::{Value, json};

#[component]
pub fn Pipelines() -> impl IntoView {
    let (pipelines, stages) = (Pages::new(), Pages::new());
    let load = move || {
        pipelines.load("/pipelines?limit=100&sort=position".to_owned());
        stages.load("/stages?limit=200&sort=position".to_owned());
    };
    load();
    Effect::new(move |_| {
        if state()
            .change
            .get()
            .is_some_and(|c| matches!(c.kind, "pipelines" | "stages"))
        {
            load();
        }
    });
    let creating = RwSignal::new(None::<(&'static kinds::Kind, Preset)>);
    let opened = Memo::new(move |_| state().address.with(|a| a.get("stage").map(str::to_owned)));
    let swap = move |a: Row, b: Row| {
        let step = |row: &Row, position: &Value| json!({ "method": "update", "id": row.id(), "version": row.version(), "body": { "position": position } });
        let body = json!({ "operations": [step(&a, b.get("position")), step(&b, a.get("position"))] });
        // Both or none: with one alone, two stages would stand in one place.
        leptos::task::spawn_local(async move {
            match api::post("/stages/batch", body).send().await {
                Ok(_) => load(),
                Err(problem) if problem.stale() => {
                    load();
                    ui::toast::say(t().changed_look_again());
                }
                Err(problem) => ui::toast::complain(&problem),
            }
        });
    };
    let (may_create, may_edit) = (state::may("stage", "create"), state::may("stage", "edit"));
    let block = move |pipeline: Row| {
        let id = pipeline.id().to_owned();
        let name = pipeline.text("name").to_owned();
        let mine = {
            let id = id.clone();
            Memo::new(move |_| {
                stages.rows.with(|s| {
                    s.iter()
                        .filter(|s| s.text("pipeline_id") == id)
                        .cloned()
                        .collect::<Vec<_>>()
                })
            })
        };
        let preset = {
            let name = name.clone();
            move || -> Preset {
                let next = mine.with_untracked(|m| m.last().and_then(|s| s.get("position").as_i64()).unwrap_or(0)) + 1;
                vec![
                    ("pipeline_id", json!(id), name.clone()),
                    ("position", json!(next), String::new()),
                ]
            }
        };
        let rows = move || {
            let list = mine.get();
            let count = list.len();
            list.iter()
                .enumerate()
                .map(|(i, stage)| {
                    let (stage_id, above, below) = (stage.id().to_owned(), (i > 0).then(|| list[i - 1].clone()), (i + 1 < count).then(|| list[i + 1].clone()));
                    let (me, me_too) = (stage.clone(), stage.clone());
                    view! {
                        <li class="line">
                            <button type="button" class="link line-name" on:click=move |_| route::set("stage", &stage_id)>{stage.text("name").to_owned()}</button>
                            <span class="muted num">{stage.get("probability").as_i64().map(|p| format!("{p}%"))}</span>
                            {may_edit.then(|| view! {
                                <button type="button" class="btn quiet square small" aria-label=t().move_up() title=t().move_up() disabled=above.is_none() on:click=move |_| if let Some(other) = above.clone() { swap(me.clone(), other) }>{icon("up")}</button>
                                <button type="button" class="btn quiet square small" aria-label=t().move_down() title=t().move_down() disabled=below.is_none() on:click=move |_| if let Some(other) = below.clone() { swap(me_too.clone(), other) }>{icon("down")}</button>
                            })}
                        </li>
                    }
                })
                .collect_view()
        };
        view! {
            <section class="box">
                <div class="group-head"><h2>{name}</h2>
                    {may_create.then(|| view! { <button type="button" class="btn small" on:click=move |_| creating.set(Some((kinds::of("stage"), preset())))>{icon("plus")}{fill(t().new_of(), &[&noun(kinds::of("stage").label)])}</button> })}
                </div>
                <ol class="plain">{rows}</ol>
            </section>
        }
    };
    let none = move || {
        !pipelines.loading.get() && pipelines.problem.with(Option::is_none) && pipelines.rows.with(Vec::is_empty)
    };
    view! {
        <div class="list-page" class:with-panel=move || opened.get().is_some()>
            <div class="list-main scroll">
                <div class="page narrow-page">
                    <header class="page-head"><h1>{t().pipelines_stages()}</h1>
                        <div class="page-actions">{state::may("pipeline", "create").then(|| view! { <button type="button" class="btn primary" on:click=move |_| creating.set(Some((kinds::of("pipeline"), Vec::new())))>{icon("plus")}{fill(t().new_of(), &[&noun(kinds::of("pipeline").label)])}</button> })}</div>
                    </header>
                    {move || pipelines.problem.get().map(|p| ui::problem(&p, Callback::new(move |()| load())))}
                    {move || (pipelines.loading.get() && pipelines.rows.with(Vec::is_empty)).then(|| ui::skeleton(6))}
                    {move || none().then(|| ui::empty("pipeline", t().no_pipeline(), t().no_pipeline_here(), ().into_any()))}
                    <For each=move || pipelines.rows.get() key=|p| (p.id().to_owned(), p.version()) children=block/>
                </div>
            </div>
            {move || opened.get().map(|id| view! { <Panel kind=kinds::of("stage") id close=Callback::new(|()| route::set("stage", ""))/> })}
            {move || creating.get().map(|(kind, preset)| view! { <CreateDialog kind preset close=Callback::new(move |()| creating.set(None))/> })}
        </div>
    }
    .into_any()
}
