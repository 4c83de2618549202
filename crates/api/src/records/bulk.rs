//! One change of many records: all that a list matches, or those that are named, by a job, batch by batch and in one change set.

use crate::call::Call;
use crate::caller::Caller;
use crate::crud;
use crate::describe::common::{any_value, map_of};
use crate::describe::{Doc, Routes, boolean, integer, made_of, named, nullable};
use crate::error::Problem;
use crate::job::worker::{release, system};
use crate::job::{self, accepted, acting_owner};
use crate::noun::{self, Hooks};
use crate::typed;
use crate::view;
use crate::worker::Shared;
use crate::write::{self, Cause, Change, Writing, write_all, write_one};
use actix_web::HttpResponse;
use actix_web::http::Method;
use domain::job::Work;
use domain::kind::Usual;
use domain::policy::{Action, Permit};
use domain::query::{self, Count, List};
use domain::view::has_views;
use domain::{AnyRecord, Error, Id, Instant, Issue, Kind, custom, messages};
use persistence::idempotency::Answer;
use persistence::job::{self as queue, QueuedJob};
use persistence::{Store, Tx, bulk, engine, sharing};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};
use validator::Validate;

/// Records of one transaction: others get their turn in between.
const BATCH: i64 = 500;
const MOST_NAMED: u64 = 1000;
/// What could not be changed is listed up to here, and counted.
const MOST_TOLD: usize = 100;

fn patch() -> RefOr<Schema> {
    let told = "A merge patch of each record, with the fields of its kind: null clears.";
    map_of(any_value()).description(Some(told)).into()
}

fn filter_or_null() -> RefOr<Schema> {
    nullable(named("Filter")).into()
}

/// Which records, and what becomes of them.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct Bulk {
    /// As of a search; null for all that there are. One of `filter`, `q`, `view` and `ids` is needed.
    #[serde(default, deserialize_with = "typed::nullable")]
    #[schema(schema_with = filter_or_null, required = false)]
    filter: Option<Option<Json>>,
    /// Words to search for.
    #[serde(default, deserialize_with = "typed::not_null")]
    #[validate(length(min = 1, max = 200))]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 200)]
    q: Option<String>,
    /// A saved view, which the filter narrows.
    #[serde(default, deserialize_with = "typed::not_null")]
    #[validate(length(min = 1, max = 60))]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 60)]
    view: Option<String>,
    /// These and no others.
    #[serde(default)]
    #[validate(length(max = MOST_NAMED))]
    #[schema(value_type = Vec<uuid::Uuid>, max_items = 1000)]
    ids: Vec<typed::AnId>,
    /// A merge patch of each record: null clears.
    #[serde(default)]
    #[schema(schema_with = patch, required = false)]
    set: Map<String, Json>,
    #[serde(default)]
    #[validate(length(max = 50))]
    #[schema(max_items = 50)]
    add_tags: Vec<String>,
    #[serde(default)]
    #[validate(length(max = 50))]
    #[schema(max_items = 50)]
    take_tags: Vec<String>,
    /// To the recycle bin.
    #[serde(default)]
    #[schema(default = false)]
    delete: bool,
    /// Out of the recycle bin: `ids` only.
    #[serde(default)]
    #[schema(default = false)]
    restore: bool,
    /// Only tells how many records there are to change.
    #[serde(default)]
    #[schema(default = false)]
    dry_run: bool,
}

/// What the job does to each.
#[derive(Clone, Serialize, Deserialize)]
struct Wanted {
    kind: String,
    #[serde(default)]
    set: Map<String, Json>,
    add_tags: Vec<String>,
    take_tags: Vec<String>,
    delete: bool,
    restore: bool,
}

#[derive(Default, Serialize, Deserialize)]
struct Progress {
    total: u64,
    done: u64,
    changed: u64,
    failed: Failed,
    place: Id,
}

#[derive(Default, Serialize, Deserialize)]
struct Failed {
    data: Vec<Json>,
    total: u64,
}

impl Progress {
    fn fail(&mut self, record: Id, error: Error, to: &Caller) {
        self.failed.total += 1;
        if self.failed.data.len() >= MOST_TOLD {
            return;
        }
        let issue = match error {
            Error::Invalid(issues) => issues.into_iter().next(),
            Error::Conflict(issue) | Error::Clash(issue, _) | Error::BadQuery(issue) => Some(issue),
            Error::Forbidden { .. } => Some(Issue::new("", "change_not_allowed")),
            _ => None,
        };
        let issue = issue.unwrap_or_else(|| Issue::new("", "not_found"));
        let told = json!({ "record_id": record, "pointer": issue.pointer, "code": issue.code, "detail": messages::issue(&issue, to.locale) });
        self.failed.data.push(told);
    }
}

impl Bulk {
    fn wanted(&self, by: &Caller, hooks: Hooks) -> Result<Wanted, Error> {
        let kind = hooks.kind();
        if self.filter.is_none() && self.q.is_none() && self.view.is_none() && self.ids.is_empty() {
            return Err(Issue::at("filter", "required").into());
        }
        if !self.ids.is_empty() && (self.filter.is_some() || self.q.is_some() || self.view.is_some()) {
            return Err(Issue::at("ids", "ids_or_filter").into());
        }
        let changes = !self.set.is_empty() || !self.add_tags.is_empty() || !self.take_tags.is_empty();
        let ways = [self.delete, self.restore, changes]
            .into_iter()
            .filter(|way| *way)
            .count();
        if ways > 1 || (ways == 0 && !self.dry_run) {
            return Err(Issue::new("", "one_bulk_change").into());
        }
        if self.restore && self.ids.is_empty() {
            return Err(Issue::at("ids", "required").into());
        }
        for (name, tags) in [("add_tags", &self.add_tags), ("take_tags", &self.take_tags)] {
            if !tags.is_empty() && (kind.field("tags").is_none() || self.set.contains_key("tags")) {
                return Err(Issue::at(name, "unknown_field").with("field", "tags").into());
            }
        }
        let names = custom::names(&self.set).chain(changes.then(|| "tags".to_owned()).filter(|_| self.set.is_empty()));
        by.fields(kind).must_set(names).map_err(|error| error.within("/set"))?;
        hooks
            .check_fields(self.set.clone(), false)
            .map_err(|error| error.within("/set"))?;
        Ok(Wanted {
            kind: kind.name.to_owned(),
            set: self.set.clone(),
            add_tags: self.add_tags.clone(),
            take_tags: self.take_tags.clone(),
            delete: self.delete,
            restore: self.restore,
        })
    }

    /// The list that the app, or who searches, would be shown.
    fn list(&self) -> Map<String, Json> {
        let mut map = Map::new();
        for (name, value) in [("q", &self.q), (query::VIEW, &self.view)] {
            if let Some(value) = value {
                map.insert(name.to_owned(), json!(value));
            }
        }
        if let Some(Some(filter)) = &self.filter {
            map.insert("filter".to_owned(), filter.clone());
        }
        map
    }
}

/// `POST /customers/bulk`
async fn begin(hooks: Hooks, call: Call) -> Result<HttpResponse, Problem> {
    job::may_begin(call.caller())?;
    let said: Bulk = call.body()?;
    let by = call.caller();
    let hooks = hooks.within(by.kinds());
    let kind = hooks.kind();
    let wanted = said.wanted(by, hooks)?;
    let view = view::asked(&call.state, by, kind, said.view.as_deref()).await?;
    let list = by.view_context(kind, view.as_ref(), |context| query::from_json(said.list(), context))?;
    let ids: Arc<[Id]> = said.ids.iter().map(|id| id.0).collect();
    if said.dry_run {
        let by = by.clone();
        let matching = call.state.store.read(move |tx| {
            let scope = by.scope(kind)?;
            match ids.is_empty() {
                true => engine::count(tx, &scope, kind, &list, Count::Exact),
                false => Ok(engine::ids_visible(tx, &scope, kind, &ids)?.len() as i64),
            }
        });
        return Ok(HttpResponse::Ok().json(json!({ "dry_run": true, "matching": matching.await? })));
    }
    let response = call
        .idempotent(move |tx, by| queued(tx, by, kind, &wanted, &list, &ids))
        .await?;
    call.state.jobs.wake();
    Ok(response)
}

fn queued(
    tx: &mut Tx,
    by: &Caller,
    kind: &'static Kind,
    wanted: &Wanted,
    list: &List,
    ids: &[Id],
) -> persistence::Result<Answer> {
    let scope = by.scope(kind)?;
    let name = kind.label.get(by.locale);
    let mut unique = ids.to_vec();
    unique.sort_unstable();
    unique.dedup();
    // About itself: of two jobs about the same one would be refused while the other runs.
    let id = Id::now_v7();
    let (wanted, progress) = (json!(wanted), json!(Progress::default()));
    let mut job = job::begin_as(tx, by, id, Work::Bulk, (id, name), wanted, progress)?;
    let permit = job::permit(by, job::KIND)?;
    let total = match unique.is_empty() {
        true => bulk::gather(tx, &permit, &scope, kind, list, job.id)?,
        false => {
            bulk::add(tx, &permit, job.id, &unique)?;
            unique.len()
        }
    };
    job.progress = json!(Progress {
        total: total as u64,
        ..Progress::default()
    });
    queue::note_progress(tx, &permit, job.id, &job.progress)?;
    Ok(Answer {
        etag: None,
        ..accepted(&job, by)?
    })
}

/// Runs the job from where it is to its end, or until the server stops.
pub fn run(db: &Store, waiting: QueuedJob, stop: &Shared) -> persistence::Result<()> {
    let Some(system) = system(db, waiting.workspace)? else {
        return Ok(());
    };
    let permit = job::permit(&system, job::KIND)?;
    let job = db.write_here(move |tx| job::started(tx, &permit, waiting.job))?;
    let wanted: Wanted = serde_json::from_value(job.wanted).map_err(persistence::Error::internal)?;
    let wanted = Arc::new(wanted);
    loop {
        if stop.stopped() {
            return release(db, waiting);
        }
        let (space, owner, wanted) = (system.identity.workspace.clone(), job.owner_id, wanted.clone());
        let step = move |tx: &mut Tx| {
            let actor = acting_owner(tx, &space, owner, waiting.job)?;
            let jobs = job::permit(&actor, job::KIND)?;
            if !queue::is_alive(tx, &jobs, waiting.job)? {
                bulk::forget(tx, &jobs, waiting.job)?;
                return Ok(Step::Cancelled);
            }
            let job = queue::current(tx, &jobs, waiting.job)?;
            let mut progress: Progress = serde_json::from_value(job.progress).map_err(persistence::Error::internal)?;
            let ids = bulk::next(tx, &jobs, waiting.job, progress.place, BATCH)?;
            let Some(last) = ids.last().copied() else {
                bulk::forget(tx, &jobs, waiting.job)?;
                return Ok(Step::Done);
            };
            let by = Caller::new(actor, None, waiting.locale);
            batch(tx, &by, &wanted, &ids, &mut progress)?;
            progress.done += ids.len() as u64;
            progress.place = last;
            queue::note_progress(tx, &jobs, waiting.job, &json!(progress))?;
            Ok(Step::On)
        };
        match db.write_here(step)? {
            Step::Cancelled => return Ok(()),
            Step::Done => return job::end(db, waiting, None),
            Step::On => {}
        }
    }
}

enum Step {
    On,
    Cancelled,
    Done,
}

/// What the domain refuses is told of the record, and nothing of it is done; what else goes wrong ends the whole.
fn tried<T>(
    tx: &mut Tx,
    work: impl FnOnce(&mut Tx) -> persistence::Result<T>,
) -> persistence::Result<Result<T, Error>> {
    match tx.savepoint(work) {
        Ok(done) => Ok(Ok(done)),
        Err(persistence::Error::Domain(error)) => Ok(Err(error)),
        Err(error) => Err(error),
    }
}

fn batch(tx: &mut Tx, by: &Caller, wanted: &Wanted, ids: &[Id], progress: &mut Progress) -> persistence::Result<()> {
    let kind = by.kinds().named(&wanted.kind);
    let kind = kind.ok_or(Error::Forbidden {
        action: "edit",
        kind: "job",
    })?;
    let hooks = noun::of(kind)?.within(by.kinds());
    let scope = by.scope(kind)?;
    if wanted.restore {
        for id in ids {
            let one = tried(tx, |tx| {
                let old = engine::any::find_deleted(tx, &scope, kind, *id)?;
                let permit = by.authorize(Action::Delete, kind, old.owner_id())?;
                let change = Change::new(Some(old.clone()), old);
                write_one(tx, &mut Writing::new(by, Cause::Restored), &permit, hooks, change)
            })?;
            match one {
                Ok(_) => progress.changed += 1,
                Err(error) => progress.fail(*id, error, by),
            }
        }
        return Ok(());
    }
    let olds = engine::any::find_many_held(tx, &scope, kind, ids)?;
    // What has gone meanwhile is no failure where it was to go.
    let there: std::collections::HashSet<Id> = olds.iter().map(AnyRecord::id).collect();
    for id in ids.iter().filter(|id| !there.contains(id) && !wanted.delete) {
        progress.fail(
            *id,
            Error::NotFound {
                kind: kind.name,
                id: Some(*id),
            },
            by,
        );
    }
    if wanted.delete {
        for old in olds {
            let one = tried(tx, |tx| {
                let permit = sharing::authorize(tx, by, Action::Delete, &old)?;
                write::delete(tx, &Writing::new(by, Cause::Asked), &permit, hooks, &old)
            })?;
            match one {
                Ok(()) => progress.changed += 1,
                Err(error) => progress.fail(old.id(), error, by),
            }
        }
        return Ok(());
    }
    let mut waiting: Vec<(Change, Permit)> = Vec::with_capacity(olds.len());
    for old in olds {
        match tried_here(change(tx, by, hooks, wanted, &old))? {
            Ok(Some(change)) => waiting.push(change),
            Ok(None) => {}
            Err(error) => progress.fail(old.id(), error, by),
        }
    }
    let Some(permit) = waiting.first().map(|(_, permit)| permit.clone()) else {
        return Ok(());
    };
    let changes: Vec<Change> = waiting.iter().map(|(change, _)| change.clone()).collect();
    let count = changes.len() as u64;
    let together = |tx: &mut Tx| write_all(tx, &mut Writing::new(by, Cause::Asked), &permit, hooks, changes);
    if tried(tx, together)?.is_ok() {
        progress.changed += count;
        return Ok(());
    }
    // One of them was refused: each by itself tells which.
    for (change, permit) in waiting {
        let id = change.new.id();
        let one = |tx: &mut Tx| write_one(tx, &mut Writing::new(by, Cause::Asked), &permit, hooks, change);
        match tried(tx, one)? {
            Ok(_) => progress.changed += 1,
            Err(error) => progress.fail(id, error, by),
        }
    }
    Ok(())
}

fn tried_here<T>(result: persistence::Result<T>) -> persistence::Result<Result<T, Error>> {
    match result {
        Ok(done) => Ok(Ok(done)),
        Err(persistence::Error::Domain(error)) => Ok(Err(error)),
        Err(error) => Err(error),
    }
}

/// The record as it shall be; none where it is so already.
fn change(
    tx: &mut Tx,
    by: &Caller,
    hooks: Hooks,
    wanted: &Wanted,
    old: &AnyRecord,
) -> persistence::Result<Option<(Change, Permit)>> {
    let permit = sharing::authorize(tx, by, Action::Edit, old)?;
    let mut map = wanted.set.clone();
    crud::merge_objects(&mut map, old)?;
    if !wanted.add_tags.is_empty() || !wanted.take_tags.is_empty() {
        let had = old.json("tags")?;
        let mut tags: Vec<String> = serde_json::from_value(had).unwrap_or_default();
        tags.retain(|tag| !wanted.take_tags.contains(tag));
        for tag in &wanted.add_tags {
            if !tags.contains(tag) {
                tags.push(tag.clone());
            }
        }
        map.insert("tags".to_owned(), json!(tags));
    }
    by.fields(old.kind()).must_set(custom::names(&map))?;
    let said = custom::names(&map).collect();
    let new = hooks.apply(old, map, Instant::now())?;
    let old = Some(old.clone());
    Ok((old.as_ref() != Some(&new)).then_some((Change { old, new, said }, permit)))
}

/// Whether many of a kind can be changed at once: of what people work with, and of what has pages.
pub fn allowed(kind: &Kind) -> bool {
    let work = kind.usual == Usual::Work && !kind.work;
    kind.made || (has_views(kind) && (work || kind.page))
}

/// Registers the bulk change of a kind.
pub fn route(routes: &mut Routes, hooks: Hooks) {
    let kind = hooks.kind();
    let many = kind.plural.replace('_', " ");
    let counted = made_of([("dry_run", boolean().into()), ("matching", integer().into())]);
    let doc = Doc::new(format!("bulk_{}", kind.plural), kind.path(), format!("Change many {many} at once"))
        .about(
            "All that a list matches, or those that are named: `set` is a merge patch of each, tags are added or taken, or they go to the \
             recycle bin or come out of it. What matches is fixed when it begins. A job does it in batches, under the caller's rights and \
             the rules for each record; what could not be changed is listed in its progress. All of it is one change set, whose id is that \
             of the job, and can be undone. With `dry_run` nothing is written, and the answer tells how many match.",
        )
        .takes::<Bulk>()
        .schema("BulkCounted", counted)
        .ok(200, named("BulkCounted"))
        .ok(202, named("Job"))
        .also(&[404])
        .scopes(["*:write"]);
    routes.add(
        Method::POST,
        format!("/{}/bulk", kind.path()),
        doc,
        move |call: Call| begin(hooks, call),
    );
}
