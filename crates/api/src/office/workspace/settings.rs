//! Routes of the workspace's own settings.

use crate::call::Call;
use crate::caller::Caller;
use crate::crud;
use crate::describe::{Doc, Routes, reference};
use crate::error::Problem;
use crate::request;
use crate::state::State;
use actix_web::HttpResponse;
use actix_web::http::{Method, StatusCode};
use actix_web::web::Data;
use chrono_tz::Tz;
use domain::policy::Action;
use domain::working_time::WorkingHours;
use domain::workspace::{KIND, Workspace};
use domain::{Error, Issue};
use persistence::{Tx, workspace};
use serde_json::{Map, Value as Json, json};

fn stored(tx: &mut Tx, caller: &Caller) -> persistence::Result<Workspace> {
    let gone = || Error::NotFound {
        kind: KIND.name,
        id: None,
    };
    Ok(workspace::find(tx, caller.workspace().id)?.ok_or_else(gone)?)
}

async fn show(caller: Caller, state: Data<State>) -> Result<HttpResponse, Problem> {
    caller.scope(KIND)?;
    let answer = state
        .store
        .read_quick(move |tx| {
            let space = stored(tx, &caller)?;
            request::record(StatusCode::OK, &space, space.version)
        })
        .await?;
    Ok(request::respond(answer))
}

async fn change(call: Call) -> Result<HttpResponse, Problem> {
    let expected = call.expected()?;
    let map = call.object()?;
    let permit = call.by.authorize(Action::Configure, KIND, None)?;
    let answer = call
        .write(move |tx, by| {
            let old = stored(tx, by)?;
            expected.check(old.version)?;
            let mut map = map.clone();
            // The hours of one weekday leave those of the others.
            if let Some(given) = map.get_mut("working_hours").filter(|h| h.is_object()) {
                let mut hours = json!(old.working_hours);
                crud::merge(&mut hours, given.take());
                *given = hours;
            }
            let new = old.apply(map)?;
            if new.time_zone.parse::<Tz>().is_err() {
                return Err(Issue::at("time_zone", "invalid_time_zone")
                    .with("value", &new.time_zone)
                    .into());
            }
            let stored = workspace::update(tx, &permit, &old, &new)?;
            request::record(StatusCode::OK, &stored, stored.version)
        })
        .await?;
    // Everybody carries the workspace with them.
    call.state.forget_identities();
    Ok(request::respond(answer))
}

pub fn routes(routes: &mut Routes) {
    let clock = json!({ "type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$" });
    let span = json!({ "type": "object", "required": ["from", "to"], "additionalProperties": false,
        "properties": { "from": clock, "to": clock } });
    let spans = json!({ "type": "array", "maxItems": 6, "items": span });
    let days: Map<String, Json> = WorkingHours::WEEK
        .iter()
        .map(|day| ((*day).to_owned(), spans.clone()))
        .collect();
    let mut fields = json!({
        "name": { "type": "string", "minLength": 1, "maxLength": 200, "pattern": "\\S" },
        "locale": { "type": "string", "enum": ["zh-CN", "en"] },
        "time_zone": { "type": "string", "minLength": 1, "maxLength": 60, "examples": ["Asia/Shanghai"] },
        "fiscal_year_start": { "type": "integer", "minimum": 1, "maximum": 12 },
        "working_hours": { "type": "object", "properties": days, "additionalProperties": false } });
    let patch = json!({ "type": "object", "properties": fields, "additionalProperties": false,
        "description": "JSON Merge Patch: a weekday that is named gets these hours, the others keep theirs." });
    routes.schemas.insert("WorkspacePatch".into(), patch);
    fields["id"] = json!({ "type": "string", "format": "uuid" });
    fields["version"] = json!({ "type": "integer" });
    fields["currency"] = json!({ "type": "string", "pattern": "^[A-Z]{3}$", "description": "The base currency." });
    let all: Vec<String> = fields.as_object().into_iter().flat_map(Map::keys).cloned().collect();
    let space = json!({ "type": "object", "properties": fields, "required": all });
    routes.schemas.insert("Workspace".into(), space);
    let doc = Doc::new("get_workspace", "workspace", "The workspace and its settings").ok(200, reference("Workspace"));
    routes.add(Method::GET, "/workspace", doc, show);
    let doc = Doc::new("update_workspace", "workspace", "Change the settings of the workspace")
        .about("Name, default language, time zone, the month in which the fiscal year begins, and working hours.")
        .body(reference("WorkspacePatch"))
        .versioned()
        .ok(200, reference("Workspace"));
    routes.add(Method::PATCH, "/workspace", doc, change);
}
