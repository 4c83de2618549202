//! What was changed together: who did it and what it touched, and the way back from it. Each undo is a job with the change set's
//! own id: a small one has ended when it is answered.

mod long;
mod undo;

use crate::audit;
use crate::call::Call;
use crate::caller::Caller;
use crate::describe::common::or_null;
use crate::describe::{Doc, Routes, boolean, formatted, id, integer, made_of, maybe_text, named, text};
use crate::error::Problem;
use crate::job;
use crate::request;
use crate::state::State;
use actix_web::HttpResponse;
use actix_web::http::{Method, StatusCode};
use actix_web::web::{Data, Path};
use domain::change::ChangeAction;
use domain::import::Import;
use domain::job::{Job, Work};
use domain::policy::{Action, Actor};
use domain::undo::can_be_undone;
use domain::{Error, Id, Instant, Issue, Record};
use persistence::change::{self as log, Way};
use persistence::{Tx, engine};
use serde::Deserialize;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, HashMap, HashSet};
use utoipa::ToSchema;
use utoipa::openapi::{Array, KnownFormat, Type};
use validator::Validate;

pub use long::run;

/// What it is called where it is not there.
const NAME: &str = "change_set";
/// More records than these are taken back by a job.
const AT_ONCE: i64 = 100;
/// Changes looked at together.
const PAGE: usize = 500;

fn not_found(set: Id) -> Error {
    Error::NotFound {
        kind: NAME,
        id: Some(set),
    }
}

/// How many records of a kind, by what became of them.
#[derive(Default)]
struct Counts {
    created: HashSet<Id>,
    changed: HashSet<Id>,
    deleted: HashSet<Id>,
    restored: HashSet<Id>,
}

impl Counts {
    fn add(&mut self, action: ChangeAction, id: Id) {
        match action {
            ChangeAction::Create => self.created.insert(id),
            ChangeAction::Delete => self.deleted.insert(id),
            ChangeAction::Restore => self.restored.insert(id),
            ChangeAction::Update if !self.created.contains(&id) => self.changed.insert(id),
            ChangeAction::Update | ChangeAction::Derive => false,
        };
    }
}

/// What began it: a job tells; else it was one request.
fn cause(tx: &mut Tx, by: &Caller, set: Id) -> persistence::Result<(String, Option<Id>)> {
    let system = Actor::system(by.identity.workspace.clone());
    if let Some(job) = engine::find_many::<Job>(tx, &system.scope(Job::KIND)?, &[set])?
        .into_iter()
        .next()
    {
        let of = job.subject_id.filter(|_| job.work == Work::Undo);
        return Ok((job.work.key().to_owned(), of));
    }
    let import = engine::find_many::<Import>(tx, &system.scope(Import::KIND)?, &[set])?;
    Ok((
        if import.is_empty() {
            "request"
        } else {
            Work::Import.key()
        }
        .to_owned(),
        None,
    ))
}

fn told(tx: &mut Tx, by: &Caller, set: Id) -> persistence::Result<Json> {
    let scope = by.feed_scope();
    let mut counts: BTreeMap<String, Counts> = BTreeMap::new();
    let mut first: Option<(Option<Id>, Instant)> = None;
    let (mut last, mut beyond) = (None, None);
    loop {
        let page = log::of_set(tx, &scope, set, Way::Forward, beyond, PAGE)?;
        let mut by_kind: HashMap<&str, Vec<Id>> = HashMap::new();
        for (_, change) in &page {
            by_kind.entry(&change.kind).or_default().push(change.record_id);
        }
        let mut in_sight: HashSet<(&str, Id)> = HashSet::new();
        for (name, ids) in by_kind {
            let Some(kind) = undo::kind_in_sight(by, name) else {
                // What is no record is for who may view the audit log.
                if by.kinds().named(name).is_none() && by.identity.may(audit::AREA, Action::View) {
                    in_sight.extend(ids.into_iter().map(|id| (name, id)));
                }
                continue;
            };
            let scope = by.scope(kind)?;
            let live = engine::ids_visible(tx, &scope, kind, &ids)?;
            let deleted = engine::titles_deleted(tx, &scope, kind, &ids)?;
            in_sight.extend(live.into_iter().chain(deleted.into_keys()).map(|id| (name, id)));
        }
        for (_, change) in &page {
            if !in_sight.contains(&(change.kind.as_str(), change.record_id)) {
                continue;
            }
            first.get_or_insert((change.actor_id, change.at));
            last = Some(change.at);
            // The job that did it is told of as the cause.
            if by.kinds().named(&change.kind).is_none_or(|kind| !kind.work) {
                counts
                    .entry(change.kind.clone())
                    .or_default()
                    .add(change.action, change.record_id);
            }
        }
        beyond = page.last().map(|(seq, _)| *seq).filter(|_| page.len() == PAGE);
        if beyond.is_none() {
            break;
        }
    }
    let (actor, at) = first.ok_or_else(|| not_found(set))?;
    let (cause, undo_of) = cause(tx, by, set)?;
    let undoable = counts
        .keys()
        .any(|name| by.kinds().named(name).is_some_and(can_be_undone));
    let records: Vec<Json> = counts
        .iter()
        .map(|(kind, n)| {
            json!({ "kind": kind, "created": n.created.len(), "changed": n.changed.len(), "deleted": n.deleted.len(),
                "restored": n.restored.len() })
        })
        .collect();
    Ok(
        json!({ "id": set, "actor_id": actor, "at": at, "last_at": last, "cause": cause, "undo_of": undo_of,
        "can_be_undone": undoable, "records": records }),
    )
}

/// `GET /change-sets/{id}`
async fn get(caller: Caller, state: Data<State>, path: Path<String>) -> Result<HttpResponse, Problem> {
    let set = request::id(&path, NAME)?;
    let told = state.store.read_sealed(move |tx| told(tx, &caller, set)).await?;
    Ok(HttpResponse::Ok().json(told))
}

/// How a change set is taken back.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Undo)]
struct Undo {
    /// Whether to do what can be done where something stands in the way.
    #[serde(default)]
    #[schema(default = false)]
    partly: bool,
}

/// Refuses where something of the set stays as it is.
fn whole(by: &Caller, outcome: &undo::Outcome) -> Result<(), Error> {
    if outcome.left_total == 0 {
        return Ok(());
    }
    let issue = Issue::new("", "undo_conflicts").with("count", outcome.left_total);
    Err(Error::Clash(issue, Box::new(json!({ "left": outcome.list(by) }))))
}

/// `POST /change-sets/{id}/undo`
async fn take_back(call: Call) -> Result<HttpResponse, Problem> {
    let set = call.named(NAME, "id")?;
    job::may_begin(call.caller())?;
    let Undo { partly } = call.optional_body()?;
    let by = call.caller().clone();
    // What others have logged by now is looked at as well.
    let seen = call.state.store.read(move |tx| {
        let records = log::records_of_set(tx, &by.feed_scope(), set, AT_ONCE + 1)?;
        if records <= AT_ONCE {
            return Ok(false);
        }
        let (outcome, anything) = undo::look(tx, &by, set)?;
        begun(set, &outcome, anything)?;
        if !partly {
            whole(&by, &outcome)?;
        }
        Ok(true)
    });
    if seen.await? {
        let response = call.idempotent(move |tx, by| long::begin(tx, by, set, partly)).await?;
        call.state.jobs.wake();
        return Ok(response);
    }
    call.idempotent(move |tx, by| {
        let outcome = undo::all(tx, by, set)?;
        begun(
            set,
            &outcome,
            outcome.undone > 0 || outcome.left.iter().any(undo::Left::can_be_undone),
        )?;
        if !partly {
            whole(by, &outcome)?;
        }
        let body = json!({ "change_set": by.change_set, "undone": outcome.undone, "left": outcome.list(by) });
        if outcome.undone > 0 {
            long::note(tx, by, set, &outcome)?;
        }
        request::json(StatusCode::OK, &body)
    })
    .await
}

/// That there is such a set, and something about it that can be taken back.
fn begun(set: Id, outcome: &undo::Outcome, anything: bool) -> Result<(), Error> {
    if outcome.seen == 0 {
        return Err(not_found(set));
    }
    if !anything && outcome.left_total > 0 {
        return Err(Error::Conflict(Issue::new("", "change_set_not_undoable")));
    }
    Ok(())
}

pub fn routes(routes: &mut Routes) {
    let moment = || formatted(KnownFormat::DateTime);
    let or_none = |told: &str| {
        or_null(Type::String)
            .format(Some(utoipa::openapi::SchemaFormat::KnownFormat(KnownFormat::Uuid)))
            .description(Some(told.to_owned()))
    };
    let count = || integer();
    let of_kind = made_of([
        ("kind", text().into()),
        ("created", count().into()),
        ("changed", count().into()),
        ("deleted", count().into()),
        ("restored", count().into()),
    ]);
    let told = made_of([
        ("id", id().into()),
        ("actor_id", or_none("Who did it; null for the system.").into()),
        ("at", moment().into()),
        ("last_at", moment().into()),
        (
            "cause",
            text()
                .description(Some(
                    "`request`, or the work of the job that did it: `import`, `undo` …",
                ))
                .into(),
        ),
        (
            "undo_of",
            or_none("The change set that this one has taken back.").into(),
        ),
        ("can_be_undone", boolean().into()),
        ("records", Array::new(of_kind).into()),
    ]);
    let doc = Doc::new("get_change_set", "changes", "What was changed together")
        .about("Who did it, when, why, and how many records of which kinds; of records in sight only.")
        .schema("ChangeSet", told)
        .ok(200, named("ChangeSet"));
    routes.add(Method::GET, "/change-sets/{id}", doc, get);
    let any = || utoipa::openapi::ObjectBuilder::new().schema_type(utoipa::openapi::schema::SchemaType::AnyValue);
    let left = made_of([
        ("kind", text().into()),
        ("record_id", id().into()),
        ("title", maybe_text().into()),
        (
            "field",
            maybe_text()
                .description(Some("Null where the record as a whole stays as it is."))
                .into(),
        ),
        (
            "then",
            any().description(Some("What the change set made of it.")).into(),
        ),
        ("now", any().description(Some("What it is now.")).into()),
        ("changed_by", or_none("Who changed it since.").into()),
        (
            "changed_at",
            or_null(Type::String)
                .format(Some(utoipa::openapi::SchemaFormat::KnownFormat(KnownFormat::DateTime)))
                .into(),
        ),
        ("code", named("ProblemCode")),
        ("detail", text().into()),
    ]);
    let list = made_of([
        ("data", Array::new(named("UndoLeft")).into()),
        (
            "total",
            integer()
                .description(Some("How many there are; at most 100 are told."))
                .into(),
        ),
    ]);
    let done = made_of([
        (
            "change_set",
            id().description(Some("This undo, which can be undone as well.")).into(),
        ),
        (
            "undone",
            integer().description(Some("How many records were taken back.")).into(),
        ),
        ("left", named("UndoLeftList")),
    ]);
    let doc = Doc::new("undo_change_set", "changes", "Undo a change set")
        .about(
            "Puts back field by field what the set has changed: what it made goes to the recycle bin, what it deleted comes back. \
             Where somebody has changed the same field since, or deleted the record, or a rule or the caller's rights do not allow it, \
             nothing is done, and 409 `undo_conflicts` lists it (`left`); with `partly` the rest is done, and the answer lists it. Sets of more \
             than 100 records are taken back by a job. Sign-ins, rights, kinds and fields, and amounts valued anew are not undone; \
             records out of sight stay as they are.",
        )
        .in_language()
        .may_take::<Undo>()
        .schema("UndoLeft", left)
        .schema("UndoLeftList", list)
        .schema("Undone", done)
        .ok(200, named("Undone"))
        .ok(202, named("Job"))
        .scopes(["*:write"]);
    routes.add(Method::POST, "/change-sets/{id}/undo", doc, take_back);
}
