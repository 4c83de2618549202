//! Routes of opportunities: records, and their way through the pipeline.

use crate::call::Call;
use crate::crud::{about, crud};
use crate::describe::{Doc, Routes, reference};
use crate::error::Problem;
use crate::noun::{self, Noun};
use crate::write::{Cause, Change, Writing, write_one};
use crate::{pipeline, request, schema};
use actix_web::HttpResponse;
use actix_web::http::{Method, StatusCode};
use domain::opportunity::{Opportunity, OpportunityPatch, OpportunityStatus};
use domain::policy::{Action, Permit};
use domain::product::Product;
use domain::record::Patch;
use domain::stage::Stage;
use domain::value::parse_id;
use domain::{AnyRecord, Id, Instant, Issue, Kind, Record};
use persistence::{Tx, opportunity};
use serde_json::{Map, Value as Json, json};

impl Noun for Opportunity {
    /// Without a pipeline the first one is meant, without a stage its first.
    fn defaults(tx: &mut Tx, writing: &mut Writing, map: &mut Map<String, Json>) -> persistence::Result<()> {
        let given = |map: &Map<String, Json>, name: &str| map.get(name).is_some_and(|v| !v.is_null());
        if !given(map, "pipeline_id") {
            let stage = map.get("stage_id").and_then(Json::as_str).and_then(parse_id);
            let found = match stage {
                Some(stage) => writing.find::<Stage>(tx, stage)?.map(|s| s.pipeline_id),
                None => pipeline::first(tx, writing)?.map(|p| p.id),
            };
            if let Some(pipeline) = found {
                map.insert("pipeline_id".into(), json!(pipeline));
            }
        }
        if !given(map, "stage_id")
            && let Some(id) = map.get("pipeline_id").and_then(Json::as_str).and_then(parse_id)
        {
            let stages = pipeline::stages(tx, writing, id)?;
            let first = stages
                .first()
                .ok_or_else(|| Issue::at("pipeline_id", "pipeline_without_stages"));
            map.insert("stage_id".into(), json!(first.map_err(persistence::Error::from)?.id));
        }
        Ok(())
    }

    fn before(tx: &mut Tx, writing: &mut Writing, old: Option<&Self>, new: &mut Self) -> persistence::Result<()> {
        if old.is_none_or(|old| old.lines != new.lines) {
            new.follow_lines(writing.says("amount"));
        }
        new.check_currency()?;
        if old.is_some_and(|old| old.stage_id == new.stage_id) {
            return Ok(());
        }
        let to = stage(tx, writing, new.stage_id)?;
        // What is over may stand anywhere, as files bring it.
        if new.status == OpportunityStatus::Open {
            let mut before = new.clone();
            before.stage_id = old.map_or(new.stage_id, |old| old.stage_id);
            to.check_entry(&before)?;
        }
        // A stage set by PATCH is a move; an action has said when it was entered.
        if old.is_none_or(|old| old.stage_entered_at == new.stage_entered_at) {
            new.stage_entered_at = Some(old.map_or(new.created_at, |_| Instant::now()));
        }
        Ok(())
    }

    /// The products of its lines.
    fn refers(old: Option<&Self>, new: &Self) -> Vec<(String, &'static Kind, Id)> {
        if old.is_some_and(|old| old.lines == new.lines) {
            return Vec::new();
        }
        let lines = new.lines.0.iter().enumerate();
        lines
            .map(|(i, line)| (format!("/lines/{i}/product_id"), Product::KIND, line.product_id))
            .collect()
    }

    fn after(tx: &mut Tx, _: &Writing, permit: &Permit, old: Option<&Self>, new: &Self) -> persistence::Result<()> {
        if old.map_or(!new.lines.0.is_empty(), |o| o.lines != new.lines) {
            opportunity::write_lines(tx, permit, new)?;
        }
        Ok(())
    }
}

/// The stage as the caller meets it.
fn stage(tx: &mut Tx, writing: &mut Writing, id: Id) -> persistence::Result<Stage> {
    let found = writing.find::<Stage>(tx, id)?;
    let found = found.ok_or_else(|| Issue::at("stage_id", "reference_not_found"))?;
    Ok(found.as_met_by(&writing.fields(Opportunity::KIND)))
}

/// Changes one opportunity by a rule of the domain that sets these fields, under the caller's rights and the version that
/// was seen.
async fn change(
    call: Call,
    sets: Vec<&'static str>,
    rule: impl Fn(&mut Tx, &mut Writing, &Opportunity) -> persistence::Result<Opportunity> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let id = call.id(Opportunity::KIND)?;
    let expected = call.expected()?;
    call.once(move |tx, by| {
        let (old, permit) = about(tx, by, Opportunity::KIND, id, Action::Edit, expected)?;
        by.fields(Opportunity::KIND).must_set(&sets)?;
        let mut writing = Writing::new(by, Cause::Action);
        let new = AnyRecord::of(&rule(tx, &mut writing, &old.read()?)?);
        let hooks = noun::hooks::<Opportunity>();
        let stored = write_one(tx, &mut writing, &permit, hooks, Change::new(Some(old), new))?;
        request::shown(StatusCode::OK, by, &stored)
    })
    .await
}

async fn move_to(call: Call) -> Result<HttpResponse, Problem> {
    let mut map = call.object()?;
    let id = map
        .remove("stage_id")
        .and_then(|v| parse_id(v.as_str()?))
        .ok_or_else(|| Issue::at("stage_id", "required"))?;
    request::nothing_else(&map)?;
    change(call, vec!["stage_id"], move |tx, writing, old| {
        Ok(old.moved(&stage(tx, writing, id)?, Instant::now())?)
    })
    .await
}

async fn win(call: Call) -> Result<HttpResponse, Problem> {
    call.nothing()?;
    change(call, Vec::new(), |_, _, old| Ok(old.won(Instant::now())?)).await
}

async fn lose(call: Call) -> Result<HttpResponse, Problem> {
    let mut map = call.object()?;
    let reason = request::optional_text(&mut map, "reason", 200)?;
    let reason = match reason {
        Some(reason) => reason,
        None => request::optional_text(&mut map, "loss_reason", 200)?
            .ok_or_else(|| Issue::at("reason", "reason_required"))?,
    };
    // Who does not say who won the deal leaves what is known of that.
    map.retain(|_, value| !value.is_null());
    let asked = Opportunity::KIND.asked_when("lost");
    let also: Map<String, Json> = asked.filter_map(|f| map.remove_entry(f.name)).collect();
    request::nothing_else(&map)?;
    let mut sets = vec!["loss_reason"];
    sets.extend(
        Opportunity::KIND
            .asked_when("lost")
            .map(|f| f.name)
            .filter(|name| also.contains_key(*name)),
    );
    let patch = OpportunityPatch::parse(also, false)?;
    change(call, sets, move |_, _, old| {
        let now = Instant::now();
        Ok(old.lost(reason.clone(), now)?.apply(patch.clone(), now)?)
    })
    .await
}

async fn reopen(call: Call) -> Result<HttpResponse, Problem> {
    call.nothing()?;
    change(call, Vec::new(), |_, _, old| Ok(old.reopened(Instant::now())?)).await
}

pub fn routes(routes: &mut Routes) {
    crud::<Opportunity>(routes);
    let action = |id: &str, summary: &str| {
        Doc::new(id, "opportunities", summary)
            .versioned()
            .ok(200, reference("Opportunity"))
    };
    let nothing = || json!({ "type": "object", "additionalProperties": false });
    let doc = action("move_opportunity", "Move an opportunity to another stage")
        .about("Refused where the stage may not be entered from here, or needs fields that are empty.")
        .body(json!({ "type": "object", "required": ["stage_id"], "additionalProperties": false, "properties": { "stage_id": { "type": "string", "format": "uuid" } } }));
    routes.add(Method::POST, "/opportunities/{id}/move", doc, move_to);
    let doc = action("win_opportunity", "Mark an opportunity as won").optional_body(nothing());
    routes.add(Method::POST, "/opportunities/{id}/win", doc, win);
    let mut asked = json!({ "reason": { "type": "string", "maxLength": 200, "minLength": 1 },
        "loss_reason": { "type": "string", "maxLength": 200 } });
    for field in Opportunity::KIND.asked_when("lost") {
        asked[field.name] = schema::described(field);
    }
    let body = json!({ "type": "object", "additionalProperties": false, "properties": asked });
    let doc = action("lose_opportunity", "Mark an opportunity as lost").body(body);
    routes.add(Method::POST, "/opportunities/{id}/lose", doc, lose);
    let doc = action("reopen_opportunity", "Reopen a closed opportunity").optional_body(nothing());
    routes.add(Method::POST, "/opportunities/{id}/reopen", doc, reopen);
}
