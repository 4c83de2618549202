//! The recycle bin of a kind: what is in it, and how a record comes back.

use crate::call::Call;
use crate::caller::Caller;
use crate::describe::shared::page_of;
use crate::describe::{Doc, Routes, formatted, named, object};
use crate::error::Problem;
use crate::listing::PageAsked;
use crate::noun::Hooks;
use crate::schema::type_name;
use crate::state::State;
use crate::write::{Cause, Change, Writing, write_one};
use crate::{http, request};
use actix_web::http::{Method, StatusCode};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use domain::Kind;
use domain::policy::Action;
use persistence::engine;
use serde_json::{Value as Json, json};
use utoipa::openapi::KnownFormat;

/// The recycle bin of a kind, last deleted first.
async fn deleted(
    kind: &'static Kind,
    caller: Caller,
    state: Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let PageAsked { cursor, limit } = http::query::read(&request)?;
    let scope = caller.scope(kind)?;
    let page = state
        .store
        .read(move |tx| engine::any::list_deleted(tx, &scope, kind, limit, cursor.as_deref()))
        .await?;
    let data: Vec<Json> = page
        .rows
        .iter()
        .map(|row| json!({ "deleted_at": row.at, "record": caller.show_any(&row.record) }))
        .collect();
    let info = json!({ "next_cursor": page.next, "has_more": page.next.is_some() });
    Ok(HttpResponse::Ok().json(json!({ "data": data, "page": info })))
}

/// Takes a record out of the recycle bin.
async fn restore(hooks: Hooks, call: Call) -> Result<HttpResponse, Problem> {
    let kind = hooks.kind();
    let id = call.id(kind)?;
    let expected = call.expected()?;
    call.nothing()?;
    call.idempotent(move |tx, by| {
        let by = &*by.in_turn(tx, kind)?;
        let old = engine::any::find_deleted(tx, &by.scope(kind)?, kind, id)?;
        let permit = by.authorize(Action::Delete, kind, old.owner_id())?;
        expected.check(old.version())?;
        let change = Change::new(Some(old.clone()), old);
        let stored = write_one(tx, &mut Writing::new(by, Cause::Restored), &permit, hooks, change)?;
        request::shown(StatusCode::OK, by, &stored)
    })
    .await
}

pub fn routes(routes: &mut Routes, hooks: Hooks) {
    let kind = hooks.kind();
    let path = format!("/{}", kind.path());
    let tag = kind.path();
    let (one, many) = (kind.label.en.to_lowercase(), kind.plural.replace('_', " "));
    let name = type_name(kind);
    let deleted_at = formatted(KnownFormat::DateTime);
    let row = object()
        .property("deleted_at", deleted_at)
        .property("record", named(&name))
        .required("deleted_at")
        .required("record");
    let doc = Doc::new(
        format!("deleted_{}", kind.plural),
        &tag,
        format!("Recycle bin of {many}"),
    )
    .about("Last deleted first.")
    .shared("cursor")
    .shared("limit")
    .ok(200, page_of(row));
    routes.add(
        Method::GET,
        format!("{path}/deleted"),
        doc,
        move |caller: Caller, state: Data<State>, request: HttpRequest| deleted(kind, caller, state, request),
    );
    let doc = Doc::new(
        format!("restore_{}", kind.name),
        &tag,
        format!("Take {one} out of the recycle bin"),
    )
    .about("Refused where something else has taken its place meanwhile, such as its external id.")
    .versioned()
    .ok(200, named(&name))
    .etag();
    routes.add(
        Method::POST,
        format!("{path}/{{id}}/restore"),
        doc,
        move |call: Call| restore(hooks, call),
    );
}
