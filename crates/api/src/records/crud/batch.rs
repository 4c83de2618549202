//! Several operations on records of a kind at once: all or nothing, or each for itself.

use super::{create_in, delete_in, hold_key, patch_in};
use crate::call::Call;
use crate::caller::Caller;
use crate::describe::{Doc, Routes};
use crate::error::Problem;
use crate::noun::Hooks;
use crate::request::{self, Expected};
use actix_web::HttpResponse;
use actix_web::http::{Method, StatusCode};
use domain::{AnyRecord, Error, Id, Issue, Kind};
use persistence::{Tx, engine};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeSet;

/// One operation of a batch.
#[derive(Clone)]
enum Step {
    Create(Map<String, Json>),
    Update(Id, Expected, Map<String, Json>),
    Delete(Id, Expected),
}

const MOST_STEPS: usize = 100;

fn step(index: usize, json: Json) -> Result<Step, Issue> {
    let at = |name: &str, code| Issue::new(format!("/operations/{index}/{name}"), code);
    let Json::Object(mut map) = json else {
        return Err(Issue::new(format!("/operations/{index}"), "wrong_type").with("type", "object"));
    };
    let method = map.remove("method");
    let id = map.remove("id").map(|v| {
        v.as_str()
            .and_then(domain::value::parse_id)
            .ok_or_else(|| at("id", "invalid_id"))
    });
    let version = map.remove("version").map(|v| {
        v.as_i64()
            .ok_or_else(|| at("version", "wrong_type").with("type", "integer"))
    });
    let body = match map.remove("body") {
        None => Map::new(),
        Some(Json::Object(body)) => body,
        Some(_) => return Err(at("body", "wrong_type").with("type", "object")),
    };
    if let Some(name) = map.keys().next() {
        return Err(at(name, "unknown_field").with("field", name));
    }
    let target = || -> Result<(Id, Expected), Issue> {
        let id = id.clone().ok_or_else(|| at("id", "required"))??;
        let version = version
            .clone()
            .ok_or_else(|| at("version", "precondition_required"))??;
        Ok((id, Expected::Version(version)))
    };
    match method.as_ref().and_then(Json::as_str) {
        Some("create") => Ok(Step::Create(body)),
        Some("update") => target().map(|(id, expected)| Step::Update(id, expected, body)),
        Some("delete") => target().map(|(id, expected)| Step::Delete(id, expected)),
        _ => Err(at("method", "unknown_choice").with("choices", "create, update, delete")),
    }
}

/// The record as it is after one operation, where it is left, and the operation's status.
fn run_step(tx: &mut Tx, by: &Caller, hooks: Hooks, step: &Step) -> persistence::Result<(u16, Option<AnyRecord>)> {
    Ok(match step.clone() {
        Step::Create(body) => (201, Some(create_in(tx, by, hooks, body)?)),
        Step::Update(id, expected, body) => (200, Some(patch_in(tx, by, hooks, id, expected, body)?)),
        Step::Delete(id, expected) => {
            delete_in(tx, by, hooks, id, expected)?;
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

/// What is wrong with one operation, as part of the whole body.
fn within(index: usize, error: persistence::Error) -> persistence::Error {
    let moved = |issue: Issue| Issue {
        pointer: format!("/operations/{index}{}", issue.pointer),
        ..issue
    };
    match error {
        persistence::Error::Domain(Error::Invalid(issues)) => {
            Error::Invalid(issues.into_iter().map(moved).collect()).into()
        }
        persistence::Error::Domain(Error::Conflict(issue)) => Error::Conflict(moved(issue)).into(),
        other => other,
    }
}

async fn batch(hooks: Hooks, call: Call) -> Result<HttpResponse, Problem> {
    let mut map = call.object()?;
    let atomic = match map.remove("atomic") {
        None => true,
        Some(Json::Bool(atomic)) => atomic,
        Some(_) => return Err(Issue::at("atomic", "wrong_type").with("type", "boolean").into()),
    };
    let Some(Json::Array(operations)) = map.remove("operations") else {
        return Err(Issue::at("operations", "required").into());
    };
    request::nothing_else(&map)?;
    if operations.is_empty() || operations.len() > MOST_STEPS {
        return Err(Issue::at("operations", "out_of_range")
            .with("min", 1)
            .with("max", MOST_STEPS)
            .into());
    }
    let steps = operations
        .into_iter()
        .enumerate()
        .map(|(i, o)| step(i, o))
        .collect::<Result<Vec<_>, _>>()?;
    let kind = hooks.kind();
    call.once(move |tx, by| {
        let by = &*by.in_turn(tx, kind)?;
        hold(tx, by, kind, &steps)?;
        let (mut results, mut shown) = (Vec::with_capacity(steps.len()), Vec::new());
        for (index, step) in steps.iter().enumerate() {
            let done = if atomic {
                Ok(run_step(tx, by, hooks, step).map_err(|e| within(index, e))?)
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
                    json!({ "status": status, "body": problem.body(by.locale, &by.request_id) })
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
    let results = json!({ "type": "object", "required": ["results"], "properties": { "results": { "type": "array", "items": {
        "type": "object", "required": ["status", "body"], "properties": { "status": { "type": "integer" }, "body": { "type": ["object", "null"] } } } } } });
    let operations = json!({ "type": "object", "required": ["operations"], "additionalProperties": false, "properties": {
        "atomic": { "type": "boolean", "default": true },
        "operations": { "type": "array", "minItems": 1, "maxItems": MOST_STEPS, "items": { "type": "object", "required": ["method"],
            "additionalProperties": false, "properties": {
                "method": { "type": "string", "enum": ["create", "update", "delete"] },
                "id": { "type": "string", "format": "uuid" }, "version": { "type": "integer" }, "body": { "type": "object" } } } } } });
    let doc = Doc::new(
        format!("batch_{}", kind.plural),
        &tag,
        format!("Create, change and delete {many} together"),
    )
    .about("Up to 100 operations in one change set: all or nothing, or with `\"atomic\": false` each for itself (207).")
    .body(operations)
    .ok(200, results.clone())
    .ok(207, results)
    .also(&[404, 412]);
    routes.add(Method::POST, format!("{path}/batch"), doc, move |call: Call| {
        batch(hooks, call)
    });
}
