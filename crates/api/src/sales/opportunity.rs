//! Routes of opportunities: records, and their way through the pipeline.

use crate::call::Call;
use crate::crud::{about, crud};
use crate::describe::{Doc, Routes, named};
use crate::error::Problem;
use crate::noun::{self, Noun};
use crate::write::{Cause, Change, Writing, write_one};
use crate::{pipeline, request, schema, typed};
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
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};
use validator::Validate;

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
            // What was agreed upon comes back with the lines it was agreed upon for.
            new.follow_lines(writing.says("amount") || writing.cause == Cause::Undone);
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
    Ok(found.with_visible_requirements(&writing.fields(Opportunity::KIND)))
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
    call.idempotent(move |tx, by| {
        let (old, permit) = about(tx, by, Opportunity::KIND, id, Action::Edit, &expected)?;
        by.fields(Opportunity::KIND).must_set(&sets)?;
        let mut writing = Writing::new(by, Cause::Action);
        let new = AnyRecord::of(&rule(tx, &mut writing, &old.read()?)?);
        let hooks = noun::hooks::<Opportunity>();
        let stored = write_one(tx, &mut writing, &permit, hooks, Change::new(Some(old), new))?;
        request::shown(StatusCode::OK, by, &stored)
    })
    .await
}

/// The stage to go to.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct Move {
    #[serde(deserialize_with = "typed::an_id")]
    #[schema(value_type = uuid::Uuid)]
    stage_id: Id,
}

async fn move_to(call: Call) -> Result<HttpResponse, Problem> {
    let Move { stage_id } = call.body()?;
    change(call, vec!["stage_id"], move |tx, writing, old| {
        Ok(old.moved(&stage(tx, writing, stage_id)?, Instant::now())?)
    })
    .await
}

async fn win(call: Call) -> Result<HttpResponse, Problem> {
    call.nothing()?;
    change(call, Vec::new(), |_, _, old| Ok(old.won(Instant::now())?)).await
}

/// Why a deal was lost.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct Lose {
    // As the record calls it, it was once described as well, and is still taken.
    #[serde(default, alias = "loss_reason", deserialize_with = "typed::words")]
    #[validate(length(max = 200))]
    #[schema(required = true, value_type = String, min_length = 1, max_length = 200)]
    reason: Option<String>,
}

async fn lose(call: Call) -> Result<HttpResponse, Problem> {
    let mut map = call.object()?;
    let asked: Vec<&str> = Opportunity::KIND.asked_when("lost").map(|f| f.name).collect();
    let also = asked.iter().filter_map(|name| map.remove_entry(*name));
    // Who does not say who won the deal leaves what is known of that.
    let also: Map<String, Json> = also.filter(|(_, value)| !value.is_null()).collect();
    let mut sets = vec!["loss_reason"];
    sets.extend(asked.into_iter().filter(|name| also.contains_key(*name)));
    let (said, patch) = typed::both(typed::read::<Lose>(map), OpportunityPatch::parse(also, false))?;
    let reason = said.reason.ok_or_else(|| Issue::at("reason", "reason_required"))?;
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

/// What is read as `Lose`, and the fields that are asked for when a deal is lost, which are read as those of a patch.
fn lose_body() -> RefOr<Schema> {
    let mut body = Lose::schema();
    if let RefOr::T(Schema::Object(object)) = &mut body {
        let asked = Opportunity::KIND.asked_when("lost");
        object
            .properties
            .extend(asked.map(|f| (f.name.to_owned(), schema::described(f))));
    }
    body
}

pub fn routes(routes: &mut Routes) {
    crud::<Opportunity>(routes);
    let action = |id: &str, summary: &str| {
        Doc::new(id, "opportunities", summary)
            .versioned()
            .ok(200, named("Opportunity"))
            .etag()
    };
    let doc = action("move_opportunity", "Move an opportunity to another stage")
        .about("Refused where the stage may not be entered from here, or needs fields that are empty.")
        .takes::<Move>();
    routes.add(Method::POST, "/opportunities/{id}/move", doc, move_to);
    let doc = action("win_opportunity", "Mark an opportunity as won")
        .about("Closes it: its amount keeps the exchange rate of this day.");
    routes.add(Method::POST, "/opportunities/{id}/win", doc, win);
    let doc = action("lose_opportunity", "Mark an opportunity as lost")
        .about("Asks for the reason.")
        .body(named("Lose"))
        .schema("Lose", lose_body());
    routes.add(Method::POST, "/opportunities/{id}/lose", doc, lose);
    let doc =
        action("reopen_opportunity", "Reopen a closed opportunity").about("It goes on in the stage it was closed in.");
    routes.add(Method::POST, "/opportunities/{id}/reopen", doc, reopen);
}
