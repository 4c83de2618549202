//! Routes of the kinds that firms make.

use crate::caller::Caller;
use crate::crud::crud;
use crate::describe::{Doc, Routes, integer, made_of};
use crate::error::Problem;
use crate::noun::Noun;
use crate::request;
use crate::state::State;
use crate::write::Writing;
use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::{Data, Path};
use domain::custom_kind::CustomKind;
use domain::policy::{Action, Actor};
use domain::{Error, Issue, Record};
use persistence::{Tx, custom_kind, engine};
use serde_json::{Map, Value as Json, json};
use utoipa::openapi::ObjectBuilder;

/// Kinds of one firm.
const MOST: usize = 50;

impl Noun for CustomKind {
    fn defaults(_: &mut Tx, _: &mut Writing, map: &mut Map<String, Json>) -> persistence::Result<()> {
        map.entry("owned").or_insert(json!(true));
        if let Some(key) = map.get("key").and_then(Json::as_str)
            && !map.contains_key("plural")
        {
            let plural = format!("{key}s");
            map.insert("plural".into(), json!(plural));
        }
        Ok(())
    }

    fn before(tx: &mut Tx, writing: &mut Writing, old: Option<&Self>, new: &mut Self) -> persistence::Result<()> {
        match old {
            Some(_) => Ok(()),
            None => check(tx, writing, new),
        }
    }

    fn before_restore(tx: &mut Tx, writing: &Writing, old: &Self) -> persistence::Result<()> {
        check(tx, writing, old)
    }
}

/// There is room for it, what it belongs to is there, and its names are free.
fn check(tx: &mut Tx, writing: &Writing, new: &CustomKind) -> persistence::Result<()> {
    tx.hold(format!("{}:kinds", writing.workspace().id))?;
    let kinds = custom_kind::of(tx, writing.workspace().id, writing.workspace().currency)?;
    if kinds.made().len() >= MOST {
        return Err(Error::from(Issue::new("", "too_many_kinds").with("max", MOST)).into());
    }
    if let Some(parent) = &new.parent
        // Records belong to what people work with, and not to settings.
        && !kinds.named(parent).is_some_and(|kind| kind.page)
    {
        return Err(Error::from(Issue::at("parent", "unknown_kind").with("kind", parent)).into());
    }
    let system = Actor::system(writing.by.identity.workspace.clone());
    let permit = system.authorize(Action::Edit, CustomKind::KIND, None)?;
    // Its records would be those of this one.
    if custom_kind::kind_in_bin(tx, &permit, new)? && custom_kind::count(tx, &permit, &new.key, true)? > 0 {
        return Err(Error::Conflict(Issue::at("key", "key_in_bin").with("key", &new.key)).into());
    }
    for (field, name) in [("key", &new.key), ("plural", &new.plural)] {
        let taken = |kind: &&&domain::Kind| kind.name == name || kind.plural == name;
        if let Some(kind) = kinds.made().iter().find(taken) {
            let issue = Issue::at(field, "key_taken").with("key", name).with("by", kind.name);
            return Err(Error::from(issue).into());
        }
    }
    Ok(())
}

/// How many records go, and for how long they are kept.
pub fn used_by(records: i64) -> HttpResponse {
    HttpResponse::Ok().json(json!({ "records": records, "kept_days": custom_kind::KEPT_DAYS }))
}

/// The same as it is described.
pub fn usage_told() -> ObjectBuilder {
    made_of([("records", integer().into()), ("kept_days", integer().into())])
}

/// `GET /kinds/{id}/usage`
async fn usage(caller: Caller, state: Data<State>, path: Path<String>) -> Result<HttpResponse, Problem> {
    let id = request::id(&path, CustomKind::KIND.name)?;
    let permit = caller.authorize(Action::Delete, CustomKind::KIND, None)?;
    let used = state.store.read(move |tx| {
        let kind: CustomKind = engine::find(tx, &permit.scope(), id)?;
        custom_kind::count(tx, &permit, &kind.key, false)
    });
    Ok(used_by(used.await?))
}

pub fn routes(routes: &mut Routes) {
    let doc = Doc::new("kind_usage", "kinds", "What a custom kind holds")
        .about(
            "How many live records there are of it: what is hidden where it is taken away, and kept for so many days.",
        )
        .ok(200, usage_told())
        .scopes(["kinds:write"]);
    routes.add(Method::GET, "/kinds/{id}/usage", doc, usage);
    crud::<CustomKind>(routes);
}
