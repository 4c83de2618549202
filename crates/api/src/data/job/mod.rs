//! Jobs: what all of them have in common, and the routes to follow and to cancel them.

pub mod worker;

use crate::call::Call;
use crate::caller::Caller;
use crate::crud::{historic, listed};
use crate::describe::{BASE, Doc, Routes, named};
use crate::error::Problem;
use crate::export;
use crate::noun::Noun;
use crate::request;
use crate::state::State;
use actix_web::HttpResponse;
use actix_web::http::{Method, StatusCode};
use actix_web::web::{Data, Path};
use domain::job::{Job, JobPatch, JobStatus, Work};
use domain::policy::{self, Action, Actor, Identity, Permit};
use domain::record::Birth;
use domain::workspace::Workspace;
use domain::{Error, Id, Instant, Issue, Kind, Record, messages};
use persistence::idempotency::Answer;
use persistence::job::{self as queue, QueuedJob};
use persistence::{Store, Tx, engine, user};
use serde_json::{Value as Json, json};
use std::sync::Arc;

impl Noun for Job {}

pub const KIND: &Kind = Job::KIND;

/// The actor of what a job does: its change set is the job, so that it can be followed as a whole.
pub fn actor_of(identity: Arc<Identity>, job: Id) -> Actor {
    Actor {
        change_set: job,
        ..Actor::new(identity, job.to_string())
    }
}

/// A job acts as the user who began it, with the rights they have by now: read in each transaction of the job, since it may
/// go on after they have lost some.
pub fn acting_owner(tx: &mut Tx, space: &Arc<Workspace>, user: Option<Id>, job: Id) -> persistence::Result<Actor> {
    let identity = user::identity(tx, space.clone(), user.unwrap_or_default())?;
    let identity = identity.ok_or(Error::Unauthenticated("job_asker_gone"))?;
    Ok(actor_of(Arc::new(identity), job))
}

/// A job has all the rights of its owner: an API key begins one only if it has them all too.
pub fn may_begin(caller: &Caller) -> Result<(), Error> {
    match &caller.identity.limits {
        Some(limits) if !limits.scopes.all_write() => Err(Error::NotForKey(
            Issue::new("", "api_key_scope").with("scope", "*:write"),
        )),
        _ => Ok(()),
    }
}

/// The permit to write a job's record. Whoever may do the work may have its job written down: it needs no right to jobs.
pub fn permit(actor: &Actor, kind: &'static Kind) -> Result<Permit, Error> {
    let identity = Identity {
        grants: vec![policy::all()],
        limits: None,
        ..(*actor.identity).clone()
    };
    let with_all_rights = Actor {
        identity: Arc::new(identity),
        ..actor.clone()
    };
    with_all_rights.authorize(Action::Edit, kind, actor.user())
}

fn new(caller: &Caller, work: Work, (subject, name): (Id, &str), wanted: Json, progress: Json) -> Result<Job, Error> {
    let patch = JobPatch {
        owner_id: Some(caller.user()),
        name: Some(name.to_owned()),
        work: Some(work),
        subject_id: Some(Some(subject)),
        wanted: Some(wanted),
        progress: Some(progress),
        ..Default::default()
    };
    Job::create(patch, Birth::new(caller.user()))
}

/// Writes down a job that was small enough to be done at once. It is found by its change set as others are.
pub fn done(
    tx: &mut Tx,
    caller: &Caller,
    work: Work,
    about: (Id, &str),
    wanted: Json,
    progress: Json,
) -> persistence::Result<()> {
    let job = Job {
        id: caller.change_set,
        status: JobStatus::Done,
        finished_at: Some(Instant::now()),
        ..new(caller, work, about, wanted, progress)?
    };
    engine::insert(tx, &permit(caller, KIND)?, std::slice::from_ref(&job))
}

/// Writes a job down and lets it wait for its turn.
pub fn begin(
    tx: &mut Tx,
    caller: &Caller,
    work: Work,
    about: (Id, &str),
    wanted: Json,
    progress: Json,
) -> persistence::Result<Job> {
    begin_as(tx, caller, Id::now_v7(), work, about, wanted, progress)
}

/// The same with an id that is known before.
pub fn begin_as(
    tx: &mut Tx,
    caller: &Caller,
    id: Id,
    work: Work,
    about: (Id, &str),
    wanted: Json,
    progress: Json,
) -> persistence::Result<Job> {
    let job = Job {
        id,
        ..new(caller, work, about, wanted, progress)?
    };
    let permit = permit(caller, KIND)?;
    engine::insert(tx, &permit, std::slice::from_ref(&job))?;
    queue::enqueue(tx, &permit, work, job.id, caller.locale, false)?;
    Ok(job)
}

/// Marks a job as under way, if that is news, and returns it.
pub fn started(tx: &mut Tx, permit: &Permit, id: Id) -> persistence::Result<Job> {
    let old = queue::current(tx, permit, id)?;
    if old.status != JobStatus::Queued {
        return Ok(old);
    }
    let new = Job {
        status: JobStatus::Running,
        ..old.clone()
    };
    engine::update(tx, permit, &old, &new)
}

/// Ends a job: done, or failed with an error. One that was cancelled meanwhile stays so.
pub fn end(db: &Store, waiting: QueuedJob, error: Option<&persistence::Error>) -> persistence::Result<()> {
    let Some(system) = worker::system(db, waiting.workspace)? else {
        return Ok(());
    };
    let actor = Actor {
        change_set: waiting.job,
        ..system
    };
    let error = error.map(|error| json!({ "code": told(error) }));
    db.write_here(move |tx| {
        let permit = permit(&actor, KIND)?;
        if !queue::dequeue(tx, &permit, waiting.job)? {
            return Ok(());
        }
        let old = queue::current(tx, &permit, waiting.job)?;
        let status = if error.is_some() {
            JobStatus::Failed
        } else {
            JobStatus::Done
        };
        let new = Job {
            status,
            error: error.clone(),
            finished_at: Some(Instant::now()),
            ..old.clone()
        };
        let ended = engine::update(tx, &permit, &old, &new)?;
        follow(tx, &permit, &ended)
    })
}

/// What has a record of its own beside its job has the job's status.
fn follow(tx: &mut Tx, permit: &Permit, job: &Job) -> persistence::Result<()> {
    match job.work {
        Work::Export => export::follow(tx, permit, job),
        Work::Import | Work::HandOver | Work::Fill | Work::Bulk | Work::Undo => Ok(()),
    }
}

/// The code of what went wrong; a cause inside the server stays in the log.
fn told(error: &persistence::Error) -> &'static str {
    match error {
        persistence::Error::Domain(Error::Invalid(issues)) => issues.first().map_or("invalid", |i| i.code),
        persistence::Error::Domain(Error::Conflict(issue) | Error::Clash(issue, _) | Error::BadQuery(issue)) => {
            issue.code
        }
        persistence::Error::Domain(Error::Forbidden { .. }) => "job_not_allowed",
        persistence::Error::Domain(Error::Unauthenticated(_)) => "job_asker_gone",
        persistence::Error::Domain(Error::NotFound { .. }) => "not_found",
        persistence::Error::TooSlow => "query_too_slow",
        _ => "internal",
    }
}

/// A job as people see it: why it failed in their language.
fn shown(job: &Job, to: &Caller) -> Json {
    let mut body = json!(to.show(job));
    if let Some(code) = job.error.as_ref().and_then(|e| e["code"].as_str()) {
        body["error"]["detail"] = json!(messages::text(code, &[], to.locale));
    }
    body
}

fn answer(status: StatusCode, job: &Job, to: &Caller) -> persistence::Result<Answer> {
    Ok(request::record(status, &shown(job, to), job.version)?.of(KIND, job.id))
}

/// 202, and where to look.
pub fn accepted(job: &Job, to: &Caller) -> persistence::Result<Answer> {
    let mut answer = answer(StatusCode::ACCEPTED, job, to)?;
    answer.location = Some(format!("{BASE}/jobs/{}", job.id));
    // Not what wrote the job down.
    answer.change_set = Some(job.id);
    Ok(answer)
}

/// `GET /jobs/{id}`
async fn get(caller: Caller, state: Data<State>, path: Path<String>) -> Result<HttpResponse, Problem> {
    let id = request::id(&path, KIND.name)?;
    let scope = caller.scope(KIND)?;
    let job: Job = state.store.read_quick(move |tx| engine::find(tx, &scope, id)).await?;
    Ok(request::respond(answer(StatusCode::OK, &job, &caller)?))
}

/// `POST /jobs/{id}/cancel`
async fn cancel(call: Call) -> Result<HttpResponse, Problem> {
    let id = call.id(KIND)?;
    call.idempotent(move |tx, by| {
        let old: Job = engine::find(tx, &by.scope(KIND)?, id)?;
        by.authorize(Action::Edit, KIND, old.owner_id)?;
        let permit = permit(by, KIND)?;
        if !queue::dequeue(tx, &permit, id)? {
            return Err(Error::Conflict(Issue::at("status", "job_over")).into());
        }
        // It may have gone on until it left the queue.
        let old = queue::current(tx, &permit, id)?;
        let new = Job {
            status: JobStatus::Cancelled,
            finished_at: Some(Instant::now()),
            ..old.clone()
        };
        let stored = engine::update(tx, &permit, &old, &new)?;
        follow(tx, &permit, &stored)?;
        answer(StatusCode::OK, &stored, by)
    })
    .await
}

pub fn routes(routes: &mut Routes) {
    listed(routes, Job::KIND);
    let doc = Doc::new("get_job", "jobs", "How a job goes")
        .in_language()
        .about("`progress` while it runs; `finished_at` when it is over, with `error` where it failed.")
        .ok(200, named("Job"))
        .etag();
    routes.add(Method::GET, "/jobs/{id}", doc, get);
    let doc = Doc::new("cancel_job", "jobs", "Cancel a job")
        .in_language()
        .about("What is done so far stays.")
        .ok(200, named("Job"))
        .etag();
    routes.add(Method::POST, "/jobs/{id}/cancel", doc, cancel);
    historic(routes, Job::KIND);
}
