//! The queue of jobs: who waits, who runs, who has fallen silent; and what a job is at.

use crate::engine;
use crate::error::{Error, Result};
use crate::sql::Sql;
use crate::tx::{Dialect, Tx};
use domain::job::{Job, Work};
use domain::policy::Permit;
use domain::value::{Row, Storage};
use domain::{Id, Instant, Locale};
use serde_json::Value as Json;

/// What runs says so more often than this; a job that is silent for longer was left behind by a server that stopped.
const SILENT_SECONDS: i64 = 60;

/// Lets a job wait for its turn, or, with `running`, marks it as under way at once.
pub fn enqueue(tx: &mut Tx, permit: &Permit, work: Work, job: Id, locale: Locale, running: bool) -> Result<()> {
    let now = Instant::now();
    let sql = Sql::new("INSERT INTO job_queue (workspace_id, job_id, work, locale, queued_at, alive_at) VALUES (")
        .value(permit.workspace())
        .text(", ")
        .value(job)
        .text(", ")
        .value(work.key())
        .text(", ")
        .value(locale.tag())
        .text(", ")
        .value(now)
        .text(", ")
        .value(running.then_some(now))
        .text(")");
    tx.execute(&sql)?;
    Ok(())
}

fn of_job(sql: Sql, workspace: Id, job: Id) -> Sql {
    sql.text(" WHERE workspace_id = ")
        .value(workspace)
        .text(" AND job_id = ")
        .value(job)
}

/// Takes a job out of the queue. False where it is not in it (any more).
pub fn dequeue(tx: &mut Tx, permit: &Permit, job: Id) -> Result<bool> {
    let sql = of_job(Sql::new("DELETE FROM job_queue"), permit.workspace(), job);
    Ok(tx.execute(&sql)? == 1)
}

/// A job in the queue. What it tells is told in the language of who asked for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueuedJob {
    pub workspace: Id,
    pub job: Id,
    pub work: Work,
    pub locale: Locale,
}

const WAITING: &str = "SELECT workspace_id, job_id, work, locale FROM job_queue WHERE alive_at";
const COLUMNS: [Storage; 4] = [Storage::Id, Storage::Id, Storage::Text, Storage::Text];

fn take(row: &mut Row) -> Result<QueuedJob> {
    let (workspace, job, work, locale): (Id, Id, String, String) = (row.get()?, row.get()?, row.get()?, row.get()?);
    Ok(QueuedJob {
        workspace,
        job,
        work: Work::from_key(&work).ok_or_else(|| Error::internal(format!("no such work: {work}")))?,
        locale: Locale::from_tag(&locale).unwrap_or_default(),
    })
}

/// Whether any job waits: a quick look, before one is claimed.
pub fn anything_waits(tx: &mut Tx) -> Result<bool> {
    let sql = Sql::new(format!("{WAITING} IS NULL LIMIT 1"));
    Ok(!tx.rows(&sql, &COLUMNS)?.is_empty())
}

/// Takes the job that has waited longest, of whichever workspace: for the server's own thread that runs them.
pub fn claim(tx: &mut Tx) -> Result<Option<QueuedJob>> {
    let lock = match tx.dialect() {
        Dialect::Pg => " FOR UPDATE SKIP LOCKED",
        Dialect::Sqlite => "",
    };
    let next = Sql::new(format!("{WAITING} IS NULL ORDER BY queued_at LIMIT 1{lock}"));
    let Some(mut row) = tx.row(&next, &COLUMNS)? else {
        return Ok(None);
    };
    let waiting = take(&mut row)?;
    let sql = Sql::new("UPDATE job_queue SET alive_at = ").value(Instant::now());
    tx.execute(&of_job(sql, waiting.workspace, waiting.job))?;
    Ok(Some(waiting))
}

/// Says that a job is still under way. False where it is to stop.
pub fn is_alive(tx: &mut Tx, permit: &Permit, job: Id) -> Result<bool> {
    let sql = Sql::new("UPDATE job_queue SET alive_at = ").value(Instant::now());
    Ok(tx.execute(&of_job(sql, permit.workspace(), job))? == 1)
}

/// Jobs that claim to run and have been silent for long: the server that ran them has stopped.
pub fn left_behind(tx: &mut Tx) -> Result<Vec<QueuedJob>> {
    let sql = Sql::new(format!("{WAITING} < ")).value(Instant::now().plus_seconds(-SILENT_SECONDS));
    tx.all(&sql, &COLUMNS, take)
}

/// Lets a job wait again: one that its server lets go of, or has left behind.
pub fn release(tx: &mut Tx, permit: &Permit, job: Id) -> Result<()> {
    tx.execute(&of_job(
        Sql::new("UPDATE job_queue SET alive_at = NULL"),
        permit.workspace(),
        job,
    ))?;
    Ok(())
}

/// Notes how far a job is. Progress is derived: no new version.
pub fn note_progress(tx: &mut Tx, permit: &Permit, job: Id, progress: &Json) -> Result<()> {
    let sql = Sql::new("UPDATE jobs SET progress = ").value(progress.clone());
    let sql = sql.text(" WHERE workspace_id = ").value(permit.workspace());
    tx.execute(&sql.text(" AND id = ").value(job))?;
    Ok(())
}

/// The job under way about this, if there is one.
pub fn under_way(tx: &mut Tx, permit: &Permit, work: Work, subject: Id) -> Result<Option<Id>> {
    let sql = Sql::new("SELECT id FROM jobs WHERE finished_at IS NULL AND workspace_id = ")
        .value(permit.workspace())
        .text(" AND work = ")
        .value(work.key())
        .text(" AND subject_id = ")
        .value(subject);
    tx.value(&sql)
}

/// The job as it is now, whatever its version: for the one who runs it.
pub fn current(tx: &mut Tx, permit: &Permit, job: Id) -> Result<Job> {
    engine::find(tx, &permit.scope(), job)
}
