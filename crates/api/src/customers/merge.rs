//! Merging records that are one: what the kept one lacks comes from the others, what referred to these refers to it, and their
//! ids lead to it. All of it is one change set.

use crate::call::Call;
use crate::caller::Caller;
use crate::describe::common::anything;
use crate::describe::{BASE, Doc, Routes, named};
use crate::error::Problem;
use crate::noun;
use crate::request;
use crate::schema::type_name;
use crate::state::State;
use crate::typed;
use crate::write::{self, Cause, Change, Writing, write_one};
use actix_web::http::header::LOCATION;
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse};
use domain::lead::{Lead, LeadStatus};
use domain::merge::{MOST, combined};
use domain::policy::{Action, Permit};
use domain::{AnyRecord, Error, Id, Instant, Issue, Kind, Record, custom};
use persistence::{Tx, engine, merge, sharing};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use utoipa::ToSchema;
use utoipa::openapi::ObjectBuilder;
use validator::Validate;

/// Records that are one, and what the kept one shall be.
#[derive(Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Merge)]
struct Wanted {
    /// The record that is kept.
    into: Merged,
    /// Those that become part of it.
    #[validate(length(min = 1, max = 9), nested)]
    #[schema(min_items = 1, max_items = 9)]
    from: Vec<Merged>,
    /// Fields of the kept record, as in a change of it. What is not named stays as it is, or comes from the first of the others
    /// that has it.
    #[serde(default)]
    #[schema(schema_with = fields, required = false)]
    fields: Map<String, Json>,
}

fn fields() -> ObjectBuilder {
    anything().description(Some(
        "Fields of the kept record, as in a change of it. What is not named stays as it is, or comes from the first of the others that has it.",
    ))
}

/// A record, and the version of it that was seen.
#[derive(Clone, Deserialize, Serialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct Merged {
    #[serde(deserialize_with = "typed::an_id")]
    #[schema(value_type = uuid::Uuid)]
    id: Id,
    version: i64,
}

/// The record that stands at a place in what was asked, as it was when it was seen, and the right to merge it.
fn found(
    tx: &mut Tx,
    by: &Caller,
    kind: &'static Kind,
    held: &[AnyRecord],
    (place, wanted): (&str, &Merged),
) -> persistence::Result<(AnyRecord, Permit)> {
    let record = held
        .iter()
        .find(|record| record.id() == wanted.id)
        .ok_or(Error::NotFound {
            kind: kind.name,
            id: Some(wanted.id),
        })?;
    let permit = sharing::authorize(tx, by, Action::Merge, record)?;
    let still =
        request::Expected::version(wanted.version).still(tx, &by.scope(kind)?, kind, wanted.id, record.version());
    match still {
        Err(persistence::Error::Domain(Error::Stale { current })) => {
            let issue = Issue::new(format!("{place}/version"), "changed_since").with("current", current);
            Err(Error::Conflict(issue).into())
        }
        still => still.map(|()| (record.clone(), permit)),
    }
}

fn merge_in(tx: &mut Tx, by: &Caller, kind: &'static Kind, wanted: Wanted) -> persistence::Result<AnyRecord> {
    let hooks = noun::of(kind)?.within(by.kinds());
    let kind = hooks.kind();
    let scope = by.scope(kind)?;
    let mut ids: Vec<Id> = wanted.from.iter().map(|one| one.id).collect();
    let from = ids.clone();
    ids.push(wanted.into.id);
    // In the order of their ids, whatever order they are named in: of two who merge the same, one waits.
    let held = engine::any::find_many_held(tx, &scope, kind, &ids)?;
    let (into, permit) = found(tx, by, kind, &held, ("/into", &wanted.into))?;
    let mut others = Vec::with_capacity(from.len());
    for (at, one) in wanted.from.iter().enumerate() {
        let place = format!("/from/{at}");
        let (record, permit) = found(tx, by, kind, &held, (&place, one))?;
        // What it became is not what the kept one becomes.
        if kind.name == Lead::KIND.name && record.text("status") == Some(LeadStatus::Converted.key()) {
            return Err(Error::Conflict(Issue::new(place, "already_converted")).into());
        }
        others.push((record, permit));
    }
    by.fields(kind).must_set(custom::names(&wanted.fields))?;

    let combined = combined(
        &into,
        &others.iter().map(|(record, _)| record.clone()).collect::<Vec<_>>(),
    );
    merge::repoint(tx, &permit, kind, &from, into.id())?;
    let mut writing = Writing::new(by, Cause::Action);
    let records = engine::any::find_many(tx, &permit.scope(), kind, &ids)?;
    let again = |id: Id| {
        let found = records.iter().find(|record| record.id() == id);
        found
            .cloned()
            .ok_or_else(|| persistence::Error::internal("a record that is held was not there"))
    };
    for (other, permit) in &others {
        // Before the kept one takes what there may be once.
        write::delete(tx, &writing, permit, hooks, &again(other.id())?)?;
    }
    merge::lead(tx, &permit, &from, into.id())?;
    let old = again(into.id())?;
    let mut new = combined;
    new.written(old.version(), Instant::now());
    let said = custom::names(&wanted.fields).collect();
    let new = hooks
        .apply(&new, wanted.fields, Instant::now())
        .map_err(|error| error.within("/fields"))?;
    let kept = write_one(
        tx,
        &mut writing,
        &permit,
        hooks,
        Change {
            old: Some(old),
            new,
            said,
        },
    )
    .map_err(|error| error.within("/fields"))?;
    merge::share(tx, &permit, kind, &from, (kept.id(), kept.version()))?;
    Ok(kept)
}

/// `POST /customers/merge`
async fn merge_records(kind: &'static Kind, call: Call) -> Result<HttpResponse, Problem> {
    let wanted: Wanted = call.body()?;
    let mut known = vec![wanted.into.id];
    for (at, one) in wanted.from.iter().enumerate() {
        if known.contains(&one.id) {
            return Err(Issue::new(format!("/from/{at}/id"), "duplicate_value")
                .with("value", one.id)
                .into());
        }
        known.push(one.id);
    }
    call.idempotent(move |tx, by| {
        let kept = merge_in(tx, by, kind, wanted.clone())?;
        request::shown(StatusCode::OK, by, &kept)
    })
    .await
}

/// Where a record is told to have gone, for who asks for one that was merged into another and sees that.
pub async fn led(
    kind: &'static Kind,
    caller: Caller,
    state: &State,
    request: &HttpRequest,
    id: Id,
) -> Result<Option<HttpResponse>, Problem> {
    let kind = caller.kinds().like(kind);
    if kind.alike.is_empty() {
        return Ok(None);
    }
    let scope = caller.scope(kind)?;
    let workspace = caller.workspace().id;
    let found = state.store.read_quick(move |tx| {
        let into = merge::led_to(tx, workspace, id)?;
        let into: Vec<Id> = into.into_iter().collect();
        Ok(engine::ids_visible(tx, &scope, kind, &into)?.into_iter().next())
    });
    Ok(found.await?.map(|into| {
        let asked = request.query_string();
        let (mark, prefix) = (if asked.is_empty() { "" } else { "?" }, state.config.prefix());
        let place = format!("{prefix}{BASE}/{}/{into}{mark}{asked}", kind.path());
        HttpResponse::MovedPermanently()
            .insert_header((LOCATION, place))
            .finish()
    }))
}

/// Registers the merge of a kind's records.
pub fn route(routes: &mut Routes, kind: &'static Kind) {
    let many = kind.plural.replace('_', " ");
    let doc = Doc::new(format!("merge_{}", kind.plural), kind.path(), format!("Merge {many}"))
        .about(format!(
            "Up to {MOST} records become one. The kept one gets what it lacks from the others, in their order; lists are united, and who is \
             not to be contacted stays so. Whatever referred to the others refers to it, also what the caller does not see; these go to the recycle bin, \
             their changes are told with those of the kept one, and whoever asks for one of them is led to it. Asks for the right `merge` over \
             each. A record that was changed since is named, and nothing is done. All of it is one change set, which can be undone."
        ))
        .takes::<Wanted>()
        .with::<Merged>()
        .ok(200, named(&type_name(kind)))
        .etag()
        .also(&[404]);
    routes.add(
        Method::POST,
        format!("/{}/merge", kind.path()),
        doc,
        move |call: Call| merge_records(kind, call),
    );
}
