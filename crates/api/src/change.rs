//! The change feed.

use crate::caller::Caller;
use crate::describe::{Doc, Routes, reference};
use crate::error::Problem;
use crate::state::State;
use crate::{listing, request};
use actix_web::http::Method;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use domain::change::Change;
use domain::{Id, Kind};
use persistence::{Tx, engine};
use serde_json::{Value as Json, json};
use std::collections::{HashMap, HashSet};

/// Changes after a position. What the caller may not see (any more), or is deleted, is told by a tombstone only.
async fn changes(caller: Caller, state: Data<State>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let (after, limit) = listing::position_and_limit(&request::query_pairs(&request)?, "after")?;
    let after = after.unwrap_or(0);
    let scope = caller.feed_scope();
    let store = state.store.clone();
    let body = state
        .store
        .read(move |tx| {
            store.seal_here()?;
            let mut changes = persistence::change::after(tx, &scope, after, limit + 1)?;
            let more = changes.len() > limit as usize;
            changes.truncate(limit as usize);
            let next = changes.last().map_or(after, |c| c.position);
            let visible = visible(tx, &caller, &changes)?;
            let data: Vec<Json> = changes
                .iter()
                .map(|change| {
                    if visible.contains(&change.record_id) {
                        change.shown(&caller)
                    } else {
                        json!({ "position": change.position, "kind": change.kind, "record_id": change.record_id, "action": "gone" })
                    }
                })
                .collect();
            Ok(json!({ "data": data, "page": { "next_cursor": next.to_string(), "has_more": more } }))
        })
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

fn visible(tx: &mut Tx, caller: &Caller, changes: &[Change]) -> persistence::Result<HashSet<Id>> {
    let mut by_kind: HashMap<&str, Vec<Id>> = HashMap::new();
    for change in changes {
        by_kind.entry(change.kind.as_str()).or_default().push(change.record_id);
    }
    let mut visible = HashSet::new();
    for (kind, mut ids) in by_kind {
        ids.sort_unstable();
        ids.dedup();
        let kind: Option<&'static Kind> = domain::kind(kind);
        let Some(kind) = kind else { continue };
        if let Ok(scope) = caller.scope(kind) {
            visible.extend(engine::ids_visible(tx, &scope, kind, &ids)?);
        }
    }
    Ok(visible)
}

pub fn routes(routes: &mut Routes) {
    let doc = Doc::new("list_changes", "changes", "Changes since a position")
        .about(
            "Every change of every record in the order it was sealed: nothing is skipped, and the versions of a record come in order. \
             Give `next_cursor` as `after` of the next call; it also stands in an empty answer. A record that is deleted, or that the \
             caller may not see, is told by action `gone`, without its contents.",
        )
        .query("after", json!({ "type": "string", "pattern": "^[0-9]{1,18}$" }), "The position to go on from; from the beginning where absent")
        .query("limit", json!({ "type": "integer", "minimum": 1, "maximum": 200 }), "Changes in the answer")
        .ok(200, json!({ "type": "object", "required": ["data", "page"], "properties": {
            "data": { "type": "array", "items": reference("Change") }, "page": reference("Page") } }));
    routes.add(Method::GET, "/changes", doc, changes);
}
