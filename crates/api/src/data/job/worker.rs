//! The thread that runs jobs, one after the other. The queue is in the database, so that any server may run what another
//! took, and a job that waits outlives a restart.

use crate::worker::{Shared, Worker};
use crate::{bulk, change_set, custom_field, export, hand_over, import};
use domain::Id;
use domain::import::Problem;
use domain::import::problem::code;
use domain::job::Work;
use domain::policy::Actor;
use persistence::job::{self as queue, QueuedJob};
use persistence::{Error, Store, workspace};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant as Clock};

/// Another server may have queued something, or died.
const LOOK: Duration = Duration::from_secs(2);
const SWEEP: Duration = Duration::from_secs(30);

/// Runs until it is dropped; what it is at then is let go.
pub fn start(db: Store) -> std::io::Result<Worker> {
    Worker::start("jobs", move |stop| work(&db, stop))
}

fn work(db: &Store, stop: &Shared) {
    let mut swept: Option<Clock> = None;
    while !stop.stopped() {
        if swept.is_none_or(|at| at.elapsed() > SWEEP) {
            swept = Some(Clock::now());
            if let Err(error) = sweep(db) {
                tracing::warn!(%error, "jobs left behind could not be looked for");
            }
        }
        match next(db) {
            Ok(Some(waiting)) => {
                let ran = catch_unwind(AssertUnwindSafe(|| run(db, waiting, stop)));
                let error = match ran {
                    Ok(Ok(())) => continue,
                    Ok(Err(error)) => error,
                    Err(_) => Error::internal("a panic"),
                };
                tracing::error!(%error, job = %waiting.job, work = waiting.work.key(), "a job broke off");
                if let Err(error) = broke_off(db, waiting, &error) {
                    tracing::error!(%error, job = %waiting.job, "and that could not be noted");
                }
            }
            Ok(None) => stop.wait(LOOK),
            Err(error) => {
                tracing::warn!(%error, "the queue of jobs cannot be read");
                stop.wait(LOOK);
            }
        }
    }
}

fn next(db: &Store) -> persistence::Result<Option<QueuedJob>> {
    if db.read_here(queue::anything_waits)? {
        db.write_here(queue::claim)
    } else {
        Ok(None)
    }
}

fn run(db: &Store, waiting: QueuedJob, stop: &Shared) -> persistence::Result<()> {
    match waiting.work {
        Work::Import => import::worker::run(db, waiting, stop),
        Work::Export => export::run::run(db, waiting, stop),
        Work::HandOver => hand_over::run(db, waiting, stop),
        Work::Fill => custom_field::fill::run(db, waiting, stop),
        Work::Bulk => bulk::run(db, waiting, stop),
        Work::Undo => change_set::run(db, waiting, stop),
    }
}

/// What becomes of a job that could not go on.
fn broke_off(db: &Store, waiting: QueuedJob, error: &Error) -> persistence::Result<()> {
    match (waiting.work, error) {
        (Work::Import, _) => {
            let problem = Problem::new(code::IMPORT_BROKE_OFF);
            import::worker::fail(db, waiting.workspace, waiting.job, &problem)
        }
        // Another try would take as long.
        (Work::Export, Error::TooSlow) => super::end(db, waiting, Some(error)),
        // The database may be back soon: the silent job is found and goes on.
        (_, Error::Unavailable(_) | Error::Retry(_) | Error::TooSlow | Error::Full(_)) => Ok(()),
        _ => super::end(db, waiting, Some(error)),
    }
}

/// Sees to what a stopped server left behind.
fn sweep(db: &Store) -> persistence::Result<()> {
    for waiting in db.read_here(queue::left_behind)? {
        if waiting.work.resumes() {
            release(db, waiting)?;
        } else {
            let problem = Problem::new(code::INTERRUPTED);
            import::worker::fail(db, waiting.workspace, waiting.job, &problem)?;
        }
    }
    Ok(())
}

/// Lets a job wait for a server that goes on with it.
pub fn release(db: &Store, waiting: QueuedJob) -> persistence::Result<()> {
    let Some(actor) = system(db, waiting.workspace)? else {
        return Ok(());
    };
    let permit = super::permit(&actor, super::KIND)?;
    db.write_here(move |tx| queue::release(tx, &permit, waiting.job))
}

/// The server itself in a workspace.
pub fn system(db: &Store, workspace: Id) -> persistence::Result<Option<Actor>> {
    let found = db.read_here(|tx| workspace::find(tx, workspace))?;
    Ok(found.map(|space| Actor::system(Arc::new(space))))
}
