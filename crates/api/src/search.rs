//! Search over all kinds.

use crate::caller::Caller;
use crate::describe::{Doc, Routes};
use crate::error::Problem;
use crate::request;
use crate::state::State;
use actix_web::http::Method;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use domain::{Error, Issue};
use serde_json::{Value as Json, json};

/// The kinds that are searched, in the order their hits are shown.
const SEARCHED: &[&str] = &[
    "customer",
    "contact",
    "lead",
    "opportunity",
    "task",
    "activity",
    "product",
    "user",
];

async fn search(caller: Caller, state: Data<State>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let (mut q, mut limit, mut kinds) = (None, 5u32, SEARCHED.to_vec());
    for (name, value) in request::query_pairs(&request)? {
        let bad = |code| Error::BadQuery(Issue::new(name.as_str(), code));
        match name.as_str() {
            "q" if value.chars().count() <= 200 && !value.contains('\0') => q = Some(value),
            "q" => return Err(bad("too_long").into()),
            "limit" => {
                limit = value
                    .parse()
                    .ok()
                    .filter(|n| (1..=50).contains(n))
                    .ok_or_else(|| bad("invalid_operand"))?
            }
            "kinds" => {
                kinds = SEARCHED
                    .iter()
                    .copied()
                    .filter(|k| value.split(',').any(|v| v == *k))
                    .collect();
            }
            _ => {
                return Err(
                    Error::BadQuery(Issue::new(name.as_str(), "unknown_parameter").with("parameter", &name)).into(),
                );
            }
        }
    }
    let q = q.ok_or_else(|| Error::BadQuery(Issue::new("q", "required")))?;
    let data = state
        .store
        .read(move |tx| {
            let mut data: Vec<Json> = Vec::new();
            for kind in kinds.into_iter().filter_map(domain::kind) {
                let Ok(scope) = caller.scope(kind) else { continue };
                for hit in persistence::search::hits(tx, &scope, kind, &q, limit)? {
                    data.push(json!({ "kind": hit.kind, "id": hit.id, "title": hit.title,
                        "url": format!("/api/v1/{}/{}", kind.path(), hit.id) }));
                }
            }
            Ok(data)
        })
        .await?;
    Ok(HttpResponse::Ok().json(json!({ "data": data })))
}

pub fn routes(routes: &mut Routes) {
    let hit = json!({ "type": "object", "required": ["kind", "id", "title", "url"], "properties": {
        "kind": { "type": "string" }, "id": { "type": "string", "format": "uuid" }, "title": { "type": ["string", "null"] }, "url": { "type": "string" } } });
    let doc = Doc::new("search", "search", "Search everything")
        .about("The latest hits of each kind. Two Chinese characters, pinyin or its initials, words, parts of a phone number or e-mail address.")
        .query("q", json!({ "type": "string", "maxLength": 200 }), "What to search for")
        .query("kinds", json!({ "type": "string" }), "Kinds to search, separated by commas")
        .query("limit", json!({ "type": "integer", "minimum": 1, "maximum": 50 }), "Hits of each kind")
        .ok(200, json!({ "type": "object", "required": ["data"], "properties": { "data": { "type": "array", "items": hit } } }));
    routes.add(Method::GET, "/search", doc, search);
}
