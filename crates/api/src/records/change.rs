//! The change feed.

use crate::audit;
use crate::caller::Caller;
use crate::describe::{Doc, Routes, named, text};
use crate::error::Problem;
use crate::http::query;
use crate::state::State;
use actix_web::http::Method;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use domain::change::{self, Change};
use domain::policy::Action;
use domain::query::MAX_LIMIT;
use domain::{Error, Id, Issue};
use persistence::change::{self as log, Place};
use persistence::{Tx, engine};
use serde::{Deserialize, Deserializer};
use serde_json::{Value as Json, json};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use utoipa::openapi::ArrayBuilder;
use validator::Validate;

/// What part of the feed is asked for.
#[derive(Deserialize, Validate)]
#[serde(deny_unknown_fields)]
struct FeedAsked {
    #[serde(default, deserialize_with = "after")]
    after: After,
    #[serde(default)]
    kind: Vec<String>,
    #[serde(default = "query::default_limit")]
    #[validate(range(min = 1, max = MAX_LIMIT))]
    limit: u32,
}

/// Where the feed goes on.
#[derive(Clone)]
enum After {
    Place(Place),
    /// From now on.
    Latest,
}

impl Default for After {
    fn default() -> Self {
        Self::Place(Place::default())
    }
}

fn after<'de, D: Deserializer<'de>>(from: D) -> Result<After, D::Error> {
    let text = Cow::<'de, str>::deserialize(from)?;
    let place = match &*text {
        "latest" => Ok(After::Latest),
        text => text.parse().map(After::Place),
    };
    place.map_err(|()| serde::de::Error::custom("invalid_cursor"))
}

/// Changes after a position. What the caller may not see (any more), or is deleted, is told by a tombstone only; of kinds
/// that the caller sees nothing of, nothing is told.
async fn changes(caller: Caller, state: Data<State>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let FeedAsked { after, kind, limit } = query::read(&request)?;
    if let Some(unknown) = kind.iter().find(|kind| change::label(caller.kinds(), kind).is_none()) {
        return Err(Error::BadQuery(Issue::new("kind", "unknown_kind").with("kind", unknown)).into());
    }
    let scope = caller.feed_scope();
    let body = state
        .store
        .read_sealed(move |tx| {
            // Before the changes: what comes in between is told by the next page.
            let end = log::end(tx, &scope)?;
            let from = match after.clone() {
                After::Place(place) => place,
                After::Latest => end.clone(),
            };
            log::must_be_there(tx, &scope, &from)?;
            let mut changes = log::after(tx, &scope, from.position, &kind, limit + 1)?;
            let more = changes.len() > limit as usize;
            changes.truncate(limit as usize);
            // At the end, what other kinds have meanwhile is not looked through again.
            let next = match changes.last() {
                Some(last) if more || last.position > end.position => log::place(tx, &scope, last.position)?,
                _ => end,
            };
            let in_sight = in_sight(tx, &caller, &changes)?;
            let data: Vec<Json> = changes
                .iter()
                .filter_map(|change| {
                    let records = in_sight.get(change.kind.as_str())?;
                    Some(if records.contains(&change.record_id) {
                        change.shown(&caller)
                    } else {
                        json!({ "position": change.position, "kind": change.kind, "record_id": change.record_id, "action": "gone" })
                    })
                })
                .collect();
            Ok(json!({ "data": data, "page": { "next_cursor": next.to_string(), "has_more": more } }))
        })
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

/// The records of these changes that the caller sees, for each kind that the caller may know of. What is no record, such as
/// a session, is for who may view the audit log, and its contents stand there only.
fn in_sight<'a>(
    tx: &mut Tx,
    caller: &Caller,
    changes: &'a [Change],
) -> persistence::Result<HashMap<&'a str, HashSet<Id>>> {
    let mut by_kind: HashMap<&str, HashSet<Id>> = HashMap::new();
    for change in changes {
        by_kind.entry(&change.kind).or_default().insert(change.record_id);
    }
    let mut in_sight = HashMap::new();
    for (name, ids) in by_kind {
        let records = match caller.kinds().named(name) {
            Some(kind) => match caller.scope(kind) {
                Ok(scope) => engine::ids_visible(tx, &scope, kind, &Vec::from_iter(ids))?,
                Err(_) => continue,
            },
            None if caller.identity.may(audit::AREA, Action::View) => Vec::new(),
            None => continue,
        };
        in_sight.insert(name, HashSet::from_iter(records));
    }
    Ok(in_sight)
}

pub fn routes(routes: &mut Routes) {
    let doc = Doc::new("list_changes", "changes", "Changes since a position")
        .about(
            "Every change of the kinds of records that the caller has the right to view, in the order it was sealed: nothing is \
             skipped, and the versions of a record come in order. Give `next_cursor` as `after` of the next call, as long as \
             `has_more` is true; it also stands in an empty answer. A page may hold less than `limit`. A record that is deleted, \
             or that the caller may not see, is told by action `gone`, without its contents. A position that this log does not have, \
             as after a restore from a backup, is 410: note a new one with `after=latest`, read all records again, and go on from there.",
        )
        .query("after", text().pattern(Some("^([0-9]{1,18}(-[0-9a-f]{8})?|latest)$")),
            "The position to go on from: a `next_cursor`, or that of a change; `latest` for what comes from now on; from the beginning where absent")
        .query("kind", ArrayBuilder::new().min_items(Some(1)).items(text()), "Only of these kinds, by their names such as `customer`")
        .shared("limit")
        .also(&[410])
        .ok(200, named("ChangePage"));
    routes.add(Method::GET, "/changes", doc, changes);
}
