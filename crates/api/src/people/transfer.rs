//! Giving records to another owner, with what belongs to them: all of it or nothing, in one change set.

use crate::call::Call;
use crate::caller::Caller;
use crate::describe::common::map_of;
use crate::describe::{Doc, Routes, boolean, integer, named, object};
use crate::error::Problem;
use crate::noun;
use crate::request::{self, Expected};
use crate::typed;
use crate::write::{Cause, Change, Writing, write_all};
use actix_web::HttpResponse;
use actix_web::http::{Method, StatusCode};
use domain::policy::{Action, Actor, Permit};
use domain::transfer::dependants;
use domain::{Error, Id, Issue, Kind};
use persistence::transfer::{Along, Lock, OwnedRecord, along, owned};
use persistence::{Tx, engine};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeSet;
use utoipa::ToSchema;
use validator::Validate;

const MOST_RECORDS: u64 = 200;
const LONGEST_REASON: u64 = 500;
/// Records read and written together.
const AT_ONCE: usize = 500;

/// What a request asks for.
#[derive(Clone)]
struct Wanted {
    records: Vec<(Id, Expected)>,
    /// None in a trial that only counts.
    to: Option<Id>,
    with: Vec<&'static Kind>,
    along: Along,
    reason: Option<String>,
    dry_run: bool,
}

/// Records, and who they go to.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct Transfer {
    #[validate(length(min = 1, max = MOST_RECORDS), nested)]
    #[schema(min_items = 1, max_items = 200)]
    records: Vec<Named>,
    /// The new owner; may be absent in a trial.
    #[serde(default, deserialize_with = "typed::id_not_null")]
    #[schema(value_type = uuid::Uuid, required = false)]
    owner_id: Option<Id>,
    /// What goes along of the records that belong to these, directly or through another.
    #[serde(default)]
    with: Vec<String>,
    /// Whether what somebody else owns stays with them.
    #[serde(default = "typed::yes")]
    #[schema(default = true)]
    only_owned_by_previous: bool,
    /// Whether deals that are won or lost and tasks that are done go along too.
    #[serde(default)]
    #[schema(default = false)]
    closed: bool,
    #[serde(default, deserialize_with = "typed::words")]
    #[validate(length(max = LONGEST_REASON))]
    #[schema(max_length = 500)]
    reason: Option<String>,
    /// Only tells what would change hands.
    #[serde(default)]
    #[schema(default = false)]
    dry_run: bool,
}

/// A record, and the version of it that was seen.
#[derive(Deserialize, Serialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Transferred)]
struct Named {
    #[serde(deserialize_with = "typed::an_id")]
    #[schema(value_type = uuid::Uuid)]
    id: Id,
    #[serde(default, deserialize_with = "typed::not_null")]
    #[schema(value_type = i64, required = false)]
    version: Option<i64>,
}

impl Wanted {
    fn read(kind: &Kind, said: Transfer) -> Result<Self, Issue> {
        if said.owner_id.is_none() && !said.dry_run {
            return Err(Issue::at("owner_id", "required"));
        }
        let known = dependants(kind);
        let one = |(i, name): (usize, &String)| {
            let found = known.iter().find(|k| name == k.plural).copied();
            let choices = || known.iter().map(|k| k.plural).collect::<Vec<_>>().join(", ");
            found.ok_or_else(|| Issue::new(format!("/with/{i}"), "unknown_choice").with("choices", choices()))
        };
        let with = said.with.iter().enumerate().map(one).collect::<Result<_, _>>()?;
        let records = said
            .records
            .iter()
            .map(|r| (r.id, r.version.map_or(Expected::Any, Expected::version)));
        Ok(Self {
            records: records.collect(),
            to: said.owner_id,
            with,
            along: Along {
                others: !said.only_owned_by_previous,
                closed: said.closed,
            },
            reason: said.reason,
            dry_run: said.dry_run,
        })
    }
}

/// The right to give records of a kind away: over whom they are taken from, and over whom they are given to, if anybody.
pub fn may_give(
    actor: &Actor,
    kind: &'static Kind,
    from: impl IntoIterator<Item = Option<Id>>,
    to: Option<Id>,
) -> Result<Permit, Error> {
    let owners: BTreeSet<Option<Id>> = from.into_iter().chain(to.map(Some)).collect();
    let mut permit = None;
    for owner in owners {
        permit = Some(actor.authorize(Action::Assign, kind, owner)?);
    }
    permit.map_or_else(|| actor.authorize(Action::Assign, kind, actor.user()), Ok)
}

/// How many records belong to others, and how many of them are open, tells what stands in the fields that say so. Who may
/// not read these is refused whatever is in them.
/// Returns the kinds that may be looked through.
fn countable(caller: &Caller, kind: &'static Kind, wanted: &Wanted) -> Result<Vec<&'static str>, Error> {
    let among = |kind: &Kind| wanted.with.iter().position(|k| k.name == kind.name);
    let mut above = vec![kind.name];
    for child in dependants(kind) {
        let fields = caller.fields(child);
        let mut references = child.parents().filter(|(_, parent)| above.contains(parent));
        if let Some(hidden) = references.find(|(name, _)| !fields.reads(name)) {
            if let Some(at) = among(child) {
                let issue = Issue::new(format!("/with/{at}"), "field_hidden").with("field", hidden.0);
                return Err(issue.into());
            }
            // Nothing is found through it either.
            continue;
        }
        let status = child
            .status()
            .filter(|_| among(child).is_some() && !wanted.along.closed);
        if let Some(status) = status.filter(|status| !fields.reads(status.name)) {
            return Err(Issue::at("closed", "field_hidden").with("field", status.name).into());
        }
        above.push(child.name);
    }
    Ok(above)
}

type Moving = Vec<(&'static Kind, Permit, Vec<OwnedRecord>)>;

/// Everything that changes hands, looked at and allowed.
fn moving(
    tx: &mut Tx,
    caller: &Caller,
    kind: &'static Kind,
    wanted: &Wanted,
    lock: Lock,
) -> persistence::Result<Moving> {
    let ids: Vec<Id> = wanted.records.iter().map(|r| r.0).collect();
    let scope = caller.scope(kind)?;
    let records = owned(tx, &scope, kind, &ids, lock)?;
    for (id, expected) in &wanted.records {
        let found = records.iter().find(|r| r.id == *id);
        let found = found.ok_or(Error::NotFound {
            kind: kind.name,
            id: Some(*id),
        })?;
        expected.still(tx, &scope, kind, *id, found.version)?;
    }
    let permit = may_give(caller, kind, records.iter().map(|r| r.owner), wanted.to)?;
    if let Some(to) = wanted.to {
        engine::check_owner(tx, caller, to)?;
    }
    let mut all = Moving::new();
    if !wanted.with.is_empty() {
        let countable = countable(caller, kind, wanted)?;
        let scope = |kind: &'static Kind| caller.scope(kind).ok().filter(|_| countable.contains(&kind.name));
        for (child, found) in along(tx, &scope, kind, &records, wanted.along, lock)? {
            if wanted.with.iter().any(|k| k.name == child.name) {
                let permit = may_give(caller, child, found.iter().map(|r| r.owner), wanted.to)?;
                all.push((child, permit, found));
            }
        }
    }
    all.insert(0, (kind, permit, records));
    Ok(all)
}

/// Gives records, as they were locked, to another owner. Those that have this owner already stay as they are. Returns how
/// many changed hands.
fn give(
    tx: &mut Tx,
    by: &Caller,
    permit: &Permit,
    kind: &'static Kind,
    records: &[OwnedRecord],
    to: Id,
    reason: Option<String>,
) -> persistence::Result<usize> {
    let moving = records.iter().filter(|r| r.owner != Some(to));
    let ids: Vec<Id> = moving.map(|r| r.id).collect();
    let mut writing = Writing::new(by, Cause::Transferred(reason));
    let (hooks, scope) = (noun::of(kind)?, permit.scope());
    for some in ids.chunks(AT_ONCE) {
        let olds = engine::any::find_many(tx, &scope, kind, some)?;
        let changes = olds.into_iter().map(|old| {
            let mut new = old.clone();
            new.put("owner_id", to);
            Change::new(Some(old), new)
        });
        write_all(tx, &mut writing, permit, hooks, changes.collect())?;
    }
    Ok(ids.len())
}

/// `POST /customers/transfer`
async fn transfer(kind: &'static Kind, call: Call) -> Result<HttpResponse, Problem> {
    let wanted = Wanted::read(kind, call.body()?)?;
    if wanted.dry_run {
        let caller = call.by;
        let counts = call.state.store.read(move |tx| {
            let all = moving(tx, &caller, kind, &wanted, Lock::Read)?;
            let changes = |records: &[OwnedRecord]| {
                records
                    .iter()
                    .filter(|r| wanted.to.is_none() || r.owner != wanted.to)
                    .count()
            };
            Ok(all
                .iter()
                .map(|(kind, _, records)| (kind.plural.to_owned(), json!(changes(records))))
                .collect())
        });
        let counts: Map<String, Json> = counts.await?;
        return Ok(HttpResponse::Ok().json(json!({ "dry_run": true, "moved": counts })));
    }
    call.idempotent(move |tx, by| {
        let to = wanted.to.ok_or_else(|| Issue::at("owner_id", "required"))?;
        let mut counts = Map::new();
        for (kind, permit, records) in moving(tx, by, kind, &wanted, Lock::Write)? {
            let moved = give(tx, by, &permit, kind, &records, to, wanted.reason.clone())?;
            counts.insert(kind.plural.to_owned(), json!(moved));
        }
        request::json(StatusCode::OK, &json!({ "dry_run": false, "moved": counts }))
    })
    .await
}

/// Registers the transfer of a kind's records.
pub fn route(routes: &mut Routes, kind: &'static Kind) {
    let many = kind.plural.replace('_', " ");
    let names: Vec<&str> = dependants(kind).iter().map(|k| k.plural).collect();
    let along = match names.is_empty() {
        true => "Nothing belongs to records of this kind, so nothing can go along `with` them.".to_owned(),
        false => format!("`with` may name `{}`.", names.join("`, `")),
    };
    let counts = object()
        .property("dry_run", boolean())
        .property("moved", map_of(integer()).description(Some("How many of each kind.")))
        .required("dry_run")
        .required("moved");
    let doc = Doc::new(format!("transfer_{}", kind.plural), kind.path(), format!("Give {many} to another owner"))
        .about(format!(
            "All or nothing, in one change set. Asks for the right `assign` over who has each record and over who gets it; the \
             new owner must be enabled. The reason stands in the change log beside the owners. With `dry_run` nothing is \
             written, and the answer tells what would change hands. {along}"
        ))
        .takes::<Transfer>()
        // A name that is not that of a member as well: what openapi-python-client makes of that passes no check of types.
        .schema("TransferDone", counts)
        .ok(200, named("TransferDone"))
        .also(&[404, 412]);
    routes.add(
        Method::POST,
        format!("/{}/transfer", kind.path()),
        doc,
        move |call: Call| transfer(kind, call),
    );
}
