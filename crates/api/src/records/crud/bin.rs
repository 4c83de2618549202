//! The recycle bin of a kind: what is in it, and how a record comes back.

use super::{Noun, keeps_reach};
use crate::call::Call;
use crate::caller::Caller;
use crate::describe::{Doc, Routes, reference};
use crate::error::Problem;
use crate::schema::type_name;
use crate::state::State;
use crate::{listing, request};
use actix_web::http::{Method, StatusCode};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use domain::policy::Action;
use persistence::engine;
use serde_json::{Value as Json, json};

/// The recycle bin of a kind, last deleted first.
async fn deleted<T: Noun>(caller: Caller, state: Data<State>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let (cursor, limit) = listing::cursor_and_limit(&request::query_pairs(&request)?)?;
    let scope = caller.scope(T::KIND)?;
    let page = state
        .store
        .read(move |tx| engine::list_deleted::<T>(tx, &scope, limit, cursor.as_deref()))
        .await?;
    let data: Vec<Json> = page
        .rows
        .iter()
        .map(|row| json!({ "deleted_at": row.at, "record": caller.show(&row.record) }))
        .collect();
    let info = json!({ "next_cursor": page.next, "has_more": page.next.is_some() });
    Ok(HttpResponse::Ok().json(json!({ "data": data, "page": info })))
}

/// Takes a record out of the recycle bin.
async fn restore<T: Noun>(call: Call) -> Result<HttpResponse, Problem> {
    let id = call.id(T::KIND)?;
    let expected = call.expected()?;
    call.nothing()?;
    call.once(move |tx, by| {
        let by = &*by.in_turn(tx, T::KIND)?;
        let old: T = engine::find_deleted(tx, &by.scope(T::KIND)?, id)?;
        let permit = by.authorize(Action::Delete, T::KIND, old.owner_id())?;
        expected.check(old.version())?;
        T::before_restore(tx, by, &old)?;
        let stored = engine::restore(tx, &permit, &old)?;
        keeps_reach::<T>(tx, by, &[])?;
        request::shown(StatusCode::OK, by, &stored)
    })
    .await
}

pub fn routes<T: Noun>(routes: &mut Routes) {
    let kind = T::KIND;
    let path = format!("/{}", kind.path());
    let tag = kind.path();
    let (one, many) = (kind.label.en.to_lowercase(), kind.plural.replace('_', " "));
    let schema = |suffix: &str| reference(&format!("{}{suffix}", type_name(kind)));
    let doc = Doc::new(format!("deleted_{}", kind.plural), &tag, format!("Recycle bin of {many}"))
        .about("Last deleted first.")
        .query("cursor", json!({ "type": "string" }), "Where the page before ended")
        .query("limit", json!({ "type": "integer", "minimum": 1, "maximum": 200 }), "Rows of a page")
        .ok(200, json!({ "type": "object", "required": ["data", "page"], "properties": {
            "data": { "type": "array", "items": { "type": "object", "required": ["deleted_at", "record"], "properties": {
                "deleted_at": { "type": "string", "format": "date-time" }, "record": schema("") } } }, "page": reference("Page") } }));
    routes.add(Method::GET, format!("{path}/deleted"), doc, deleted::<T>);
    let doc = Doc::new(
        format!("restore_{}", kind.name),
        &tag,
        format!("Take {one} out of the recycle bin"),
    )
    .optional_body(json!({ "type": "object", "additionalProperties": false }))
    .versioned()
    .ok(200, schema(""));
    routes.add(Method::POST, format!("{path}/{{id}}/restore"), doc, restore::<T>);
}
