//! Several operations on records of a kind at once: all or nothing, or each for itself.

use super::{create_in, delete_in, hold_key, patch_in};
use crate::call::Call;
use crate::caller::Caller;
use crate::describe::common::closed;
use crate::describe::{Doc, Routes, boolean, id, integer, named, object, text};
use crate::error::Problem;
use crate::noun::Hooks;
use crate::request::{self, Expected};
use crate::schema::type_name;
use crate::typed;
use actix_web::HttpResponse;
use actix_web::http::{Method, StatusCode};
use domain::{AnyRecord, Id, Issue, Kind};
use persistence::{Tx, engine};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeSet;
use utoipa::ToSchema;
use utoipa::openapi::ArrayBuilder;
use utoipa::openapi::schema::AnyOfBuilder;
use validator::Validate;

/// One operation of a batch.
#[derive(Clone)]
enum Step {
    Create(Map<String, Json>),
    Update(Id, Expected, Map<String, Json>),
    Delete(Id, Expected),
}

impl Step {
    /// Where that stands in the body of a batch which is told of as if it were the whole.
    fn place(&self, index: usize) -> String {
        match self {
            Self::Create(_) | Self::Update(..) => format!("/operations/{index}/body"),
            Self::Delete(..) => format!("/operations/{index}"),
        }
    }
}

const MOST_STEPS: u64 = 100;

/// Operations on records of a kind.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct Batch {
    #[serde(default = "typed::yes")]
    atomic: bool,
    #[validate(length(min = 1, max = MOST_STEPS))]
    operations: Vec<Operation>,
}

#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Operation {
    method: BatchMethod,
    #[serde(default, deserialize_with = "typed::id_not_null")]
    #[schema(value_type = uuid::Uuid, required = false)]
    id: Option<Id>,
    #[serde(default, deserialize_with = "typed::not_null")]
    version: Option<i64>,
    #[serde(default)]
    #[schema(value_type = Object)]
    body: Map<String, Json>,
}

#[derive(Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum BatchMethod {
    Create,
    Update,
    Delete,
}

fn step((index, said): (usize, Operation)) -> Result<Step, Issue> {
    let missing = |name: &str, code| Issue::new(format!("/operations/{index}/{name}"), code);
    let target = || -> Result<(Id, Expected), Issue> {
        let id = said.id.ok_or_else(|| missing("id", "required"))?;
        let version = said
            .version
            .ok_or_else(|| missing("version", "precondition_required"))?;
        Ok((id, Expected::version(version)))
    };
    match said.method {
        BatchMethod::Create => Ok(Step::Create(said.body)),
        BatchMethod::Update => target().map(|(id, expected)| Step::Update(id, expected, said.body.clone())),
        BatchMethod::Delete => target().map(|(id, expected)| Step::Delete(id, expected)),
    }
}

/// The record as it is after one operation, where it is left, and the operation's status.
fn run_step(tx: &mut Tx, by: &Caller, hooks: Hooks, step: &Step) -> persistence::Result<(u16, Option<AnyRecord>)> {
    Ok(match step {
        Step::Create(body) => (201, Some(create_in(tx, by, hooks, body.clone())?)),
        Step::Update(id, expected, body) => (200, Some(patch_in(tx, by, hooks, *id, expected, body.clone())?)),
        Step::Delete(id, expected) => {
            delete_in(tx, by, hooks, *id, expected)?;
            (204, None)
        }
    })
}

/// Two batches over the same records wait for one another and not both for ever, in whatever order they name them.
fn hold(tx: &mut Tx, caller: &Caller, kind: &'static Kind, steps: &[Step]) -> persistence::Result<()> {
    let named = steps.iter().filter_map(|step| match step {
        Step::Create(_) => None,
        Step::Update(id, ..) | Step::Delete(id, _) => Some(*id),
    });
    if let Ok(scope) = caller.scope(kind) {
        engine::hold_all(tx, &scope, kind, &named.collect::<Vec<_>>())?;
    }
    let keys = steps.iter().filter_map(|step| match step {
        Step::Create(body) | Step::Update(_, _, body) => body.get("external_id")?.as_str(),
        Step::Delete(..) => None,
    });
    for key in keys.collect::<BTreeSet<_>>() {
        hold_key(tx, caller, kind, key)?;
    }
    Ok(())
}

async fn batch(hooks: Hooks, call: Call) -> Result<HttpResponse, Problem> {
    let Batch { atomic, operations } = call.body()?;
    let steps = operations
        .into_iter()
        .enumerate()
        .map(step)
        .collect::<Result<Vec<_>, _>>()?;
    let kind = hooks.kind();
    let prefix = call.state.config.prefix().to_owned();
    call.idempotent(move |tx, by| {
        let by = &*by.in_turn(tx, kind)?;
        hold(tx, by, kind, &steps)?;
        let (mut results, mut shown) = (Vec::with_capacity(steps.len()), Vec::new());
        for (index, step) in steps.iter().enumerate() {
            let done = if atomic {
                Ok(run_step(tx, by, hooks, step).map_err(|e| e.within(&step.place(index)))?)
            } else {
                tx.savepoint(|tx| run_step(tx, by, hooks, step))
            };
            results.push(match done {
                Ok((status, record)) => {
                    shown.extend(record.as_ref().map(AnyRecord::id));
                    json!({ "status": status, "body": record.as_ref().map(|record| by.show_any(record)) })
                }
                Err(error @ persistence::Error::Domain(_)) => {
                    let problem = Problem::from(error);
                    let status = actix_web::ResponseError::status_code(&problem).as_u16();
                    json!({ "status": status, "body": problem.body(by.locale, &by.request_id, &prefix) })
                }
                Err(error) => return Err(error),
            });
        }
        let status = if atomic {
            StatusCode::OK
        } else {
            StatusCode::MULTI_STATUS
        };
        let answer = request::json(status, &json!({ "results": results }))?;
        Ok(shown.into_iter().fold(answer, |answer, id| answer.of(hooks.kind(), id)))
    })
    .await
}

pub fn route(routes: &mut Routes, hooks: Hooks) {
    let kind = hooks.kind();
    let path = format!("/{}", kind.path());
    let tag = kind.path();
    let many = kind.plural.replace('_', " ");
    let name = type_name(kind);
    let body = AnyOfBuilder::new()
        .item(named(&format!("{name}Create")))
        .item(named(&format!("{name}Patch")));
    let operation = closed(object())
        .property("method", text().enum_values(Some(["create", "update", "delete"])))
        .property("id", id())
        .property("version", integer())
        .property("body", body)
        .required("method");
    let most = ArrayBuilder::new()
        .min_items(Some(1))
        .max_items(Some(MOST_STEPS as usize))
        .items(operation);
    let operations = closed(object())
        .property("atomic", boolean().default(Some(true.into())))
        .property("operations", most)
        .required("operations");
    let doc = Doc::new(
        format!("batch_{}", kind.plural),
        &tag,
        format!("Create, change and delete {many} together"),
    )
    .in_language()
    .about("Up to 100 operations in one change set: all or nothing, or with `\"atomic\": false` each for itself (207). What changes or deletes a record names its `id`, and the `version` that was seen.")
    .body(operations)
    .ok(200, named("BatchResults"))
    .ok(207, named("BatchResults"))
    .also(&[404, 412]);
    routes.add(Method::POST, format!("{path}/batch"), doc, move |call: Call| {
        batch(hooks, call)
    });
}
