//! Search over all kinds.

use crate::caller::Caller;
use crate::describe::{Doc, Routes, id, integer, made_of, maybe_text, nullable, text};
use crate::error::Problem;
use crate::http::query;
use crate::state::State;
use actix_web::http::Method;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use domain::Kinds;
use domain::{Error, Id, Issue, Kind};
use persistence::search::Hit;
use persistence::{Tx, engine};
use serde::Deserialize;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, HashMap};
use utoipa::openapi::{Array, ArrayBuilder};
use validator::Validate;

/// The kinds that are searched, in the order their hits are shown.
fn searched(kinds: Kinds) -> Vec<&'static Kind> {
    let mut kinds: Vec<&Kind> = kinds.iter().filter(|k| k.searched.is_some()).collect();
    kinds.sort_by_key(|kind| kind.searched);
    kinds
}

/// What is searched for.
#[derive(Deserialize, Validate)]
#[serde(deny_unknown_fields)]
struct Asked {
    #[validate(length(max = 200))]
    q: String,
    #[serde(default = "few")]
    #[validate(range(min = 1, max = 50))]
    limit: u32,
    kinds: Option<Vec<String>>,
}

fn few() -> u32 {
    5
}

async fn search(caller: Caller, state: Data<State>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let Asked { q, limit, kinds: named } = query::read(&request)?;
    let mut kinds = searched(caller.kinds());
    if let Some(named) = named {
        if let Some(unknown) = named.iter().find(|name| kinds.iter().all(|kind| kind.name != **name)) {
            return Err(Error::BadQuery(Issue::new("kinds", "unknown_kind").with("kind", unknown)).into());
        }
        kinds.retain(|kind| named.iter().any(|name| name == kind.name));
    }
    let data = state
        .store
        .read(move |tx| {
            let mut data: Vec<Json> = Vec::new();
            for kind in kinds.iter().copied() {
                let Ok(scope) = caller.scope(kind) else { continue };
                // The nearest is declared last: a deal before its customer.
                let fields = caller.fields(kind);
                let mut parents: Vec<_> = kind.parents().filter(|(field, _)| fields.reads(field)).collect();
                parents.reverse();
                let hits = persistence::search::hits(tx, &scope, kind, &parents, &q, limit)?;
                let names = parent_names(tx, &caller, &hits)?;
                for hit in hits {
                    let parent = hit.parents.iter().find_map(|(kind, id)| {
                        let title = names.get(id)?;
                        Some(json!({ "kind": kind, "id": id, "title": title }))
                    });
                    data.push(
                        json!({ "kind": hit.kind, "id": hit.id, "title": hit.title, "parent": parent,
                        "url": format!("/api/v1/{}/{}", kind.path(), hit.id) }),
                    );
                }
            }
            Ok(data)
        })
        .await?;
    Ok(HttpResponse::Ok().json(json!({ "data": data })))
}

/// The names of what the hits belong to, as far as the caller sees it.
fn parent_names(tx: &mut Tx, caller: &Caller, hits: &[Hit]) -> persistence::Result<HashMap<Id, String>> {
    let mut wanted: BTreeMap<&str, Vec<Id>> = BTreeMap::new();
    for (kind, id) in hits.iter().flat_map(|hit| &hit.parents) {
        wanted.entry(kind).or_default().push(*id);
    }
    let mut names = HashMap::new();
    for (kind, ids) in wanted {
        if let Some(kind) = caller.kinds().named(kind)
            && let Ok(scope) = caller.scope(kind)
        {
            names.extend(engine::titles(tx, &scope, kind, &ids)?);
        }
    }
    Ok(names)
}

pub fn routes(routes: &mut Routes) {
    let parent = made_of([("kind", text().into()), ("id", id().into()), ("title", text().into())]);
    let parent = nullable(parent).description(Some(
        "What it belongs to, as far as the caller sees it; the nearest where there are several",
    ));
    let kind = || text().enum_values(Some(searched(routes.kinds).into_iter().map(|kind| kind.name)));
    let hit = made_of([
        ("kind", kind().into()),
        ("id", id().into()),
        ("title", maybe_text().into()),
        ("parent", parent.into()),
        ("url", text().into()),
    ]);
    let doc = Doc::new("search", "search", "Search everything")
        .about("The latest hits of each kind. Two Chinese characters, pinyin or its initials, words, parts of a phone number or e-mail address.")
        .required_query("q", text().min_length(Some(1)).max_length(Some(200)), "What to search for")
        .query("kinds", ArrayBuilder::new().items(kind()).min_items(Some(1)), "Kinds to search, separated by commas")
        .query("limit", integer().minimum(Some(1)).maximum(Some(50)).default(Some(few().into())), "Hits of each kind")
        .ok(200, made_of([("data", Array::new(hit).into())]));
    routes.add(Method::GET, "/search", doc, search);
}
