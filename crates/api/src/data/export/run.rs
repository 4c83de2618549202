//! How the server makes the file of an export: all pages of the list as they are at one moment, into a file beside, and that
//! into the database once it is whole. A job that was killed begins anew, and so does one whose owner's rights change on the way.

use super::asked::Asked;
use super::sign;
use super::write::{Listed, Written};
use crate::caller::Caller;
use crate::job::worker::{release, system};
use crate::job::{self, acting_owner};
use crate::worker::Shared;
use domain::job::{Job, JobStatus};
use domain::policy::Actor;
use domain::{Error, Id, Instant, Issue, Kind, Locale};
use persistence::import::CHUNK;
use persistence::job::{self as queue, QueuedJob};
use persistence::{Store, Tx, engine, export as store};
use serde_json::json;
use std::fs::File;
use std::io::{Read, Seek};
use std::time::{Duration, Instant as Clock};
use tempfile::NamedTempFile;

/// How often the database hears how far an export is, and its owner's rights are looked at.
const TELL: Duration = Duration::from_millis(500);
/// Rights that change more often than this while one file is made are not waited for.
const ATTEMPTS: usize = 10;

/// Why a file did not come to its end.
enum Stop {
    /// The server stops: another goes on.
    Server,
    Cancelled,
    /// The owner may see more or less than when it began.
    Rights,
    Failed(persistence::Error),
}

impl From<persistence::Error> for Stop {
    fn from(error: persistence::Error) -> Self {
        Self::Failed(error)
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error.into())
    }
}

fn io(error: std::io::Error) -> persistence::Error {
    persistence::Error::internal(error)
}

pub fn run(db: &Store, waiting: QueuedJob, stop: &Shared) -> persistence::Result<()> {
    for _ in 0..ATTEMPTS {
        let Some(system) = system(db, waiting.workspace)? else {
            return Ok(());
        };
        let permit = job::permit(&system, job::KIND)?;
        let job = db.write_here(move |tx| {
            let job = job::started(tx, &permit, waiting.job)?;
            super::follow(tx, &permit, &job)?;
            store::drop_chunks(tx, &permit, waiting.job)?;
            Ok(job)
        })?;
        match attempt(db, &system, &job, waiting.locale, stop) {
            Ok(()) | Err(Stop::Cancelled) => return Ok(()),
            Err(Stop::Server) => return release(db, waiting),
            Err(Stop::Failed(error)) => return Err(error),
            Err(Stop::Rights) => {}
        }
    }
    Err(Error::Conflict(Issue::new("", "export_rights_changed")).into())
}

/// An export on its way.
struct Run<'a> {
    db: &'a Store,
    system: &'a Actor,
    owner: Option<Id>,
    id: Id,
    kind: &'static Kind,
    /// The sign of the rights that it was begun with.
    rights: String,
    stop: &'a Shared,
    told: Option<Clock>,
    rows: i64,
    total: i64,
}

fn attempt(db: &Store, system: &Actor, job: &Job, locale: Locale, stop: &Shared) -> Result<(), Stop> {
    let asked: Asked = serde_json::from_value(job.wanted.clone()).map_err(persistence::Error::internal)?;
    let (space, owner) = (&system.identity.workspace, job.owner_id);
    let actor = db.read_here(|tx| acting_owner(tx, space, owner, job.id))?;
    let caller = Caller::new(actor, None, locale);
    let wanted = db.read_here(|tx| asked.wanted(tx, &caller))?;
    let scope = caller.export_scope(wanted.kind)?;
    let mut run = Run {
        db,
        system,
        id: job.id,
        rights: sign(&caller, wanted.kind)?,
        owner,
        kind: wanted.kind,
        stop,
        told: None,
        rows: 0,
        total: 0,
    };
    let file = NamedTempFile::new().map_err(io)?;
    let out = file.reopen().map_err(io)?;
    let list = Listed {
        caller: &caller,
        asked: &asked,
        wanted: &wanted,
        scope: &scope,
    };
    let written = db.snapshot_here(|tx| Ok(list.write(tx, out, |rows, total| run.turn(rows, total))))??;
    let size = run.keep(file.as_file())?;
    run.end(size, written)
}

impl Run<'_> {
    /// Hears of the rows that are written.
    fn turn(&mut self, rows: i64, total: i64) -> Result<(), Stop> {
        (self.rows, self.total) = (rows, total);
        if self.told.is_none_or(|at| at.elapsed() >= TELL) {
            self.told = Some(Clock::now());
            self.tell()?;
        }
        Ok(())
    }

    /// Says how far it is, and hears whether it is still wanted, and by somebody with the same rights.
    fn tell(&self) -> Result<(), Stop> {
        if self.stop.stopped() {
            return Err(Stop::Server);
        }
        let progress = json!({ "rows": self.rows, "total": self.total });
        let (id, permit) = (self.id, job::permit(self.system, job::KIND)?);
        let alive = self.db.write_here(move |tx| {
            queue::note_progress(tx, &permit, id, &progress)?;
            queue::is_alive(tx, &permit, id)
        })?;
        if !alive {
            return Err(Stop::Cancelled);
        }
        let same = self.db.read_here(|tx| self.same_rights(tx))?;
        if same { Ok(()) } else { Err(Stop::Rights) }
    }

    fn same_rights(&self, tx: &mut Tx) -> persistence::Result<bool> {
        let space = &self.system.identity.workspace;
        let actor = acting_owner(tx, space, self.owner, self.id)?;
        Ok(sign(&actor, self.kind)? == self.rights)
    }

    /// Puts the file into the database, piece by piece.
    fn keep(&mut self, file: &File) -> Result<i64, Stop> {
        let permit = job::permit(self.system, job::KIND)?;
        let (mut file, mut size, id) = (file, 0i64, self.id);
        file.rewind().map_err(io)?;
        for position in 0.. {
            let mut data = Vec::new();
            file.take(CHUNK as u64).read_to_end(&mut data).map_err(io)?;
            if data.is_empty() {
                break;
            }
            size += i64::try_from(data.len()).unwrap_or_default();
            let permit = permit.clone();
            self.db
                .write_here(move |tx| store::put_chunk(tx, &permit, id, position, &data))?;
            if self.told.is_none_or(|at| at.elapsed() >= TELL) {
                self.told = Some(Clock::now());
                self.tell()?;
            }
        }
        Ok(size)
    }

    /// The file is whole: it is one from now on, if the owner still has the rights that it was made with.
    fn end(self, size: i64, written: Written) -> Result<(), Stop> {
        let permit = job::permit(self.system, job::KIND)?;
        let (id, rows, rights) = (self.id, self.rows, self.rights.clone());
        let (space, owner, kind) = (self.system.identity.workspace.clone(), self.owner, self.kind);
        let same = self.db.write_here(move |tx| {
            let actor = acting_owner(tx, &space, owner, id)?;
            if sign(&actor, kind)? != rights {
                return Ok(false);
            }
            if !queue::dequeue(tx, &permit, id)? {
                store::drop_chunks(tx, &permit, id)?;
                return Ok(true);
            }
            store::finish(tx, &permit, id, &rights)?;
            let old = queue::current(tx, &permit, id)?;
            let new = Job {
                status: JobStatus::Done,
                progress: json!({ "rows": rows, "total": rows }),
                finished_at: Some(Instant::now()),
                ..old.clone()
            };
            let job = engine::update(tx, &permit, &old, &new)?;
            super::change(tx, &permit, id, |export| {
                export.status = job.status;
                export.finished_at = job.finished_at;
                (export.rows, export.size) = (Some(rows), Some(size));
                let told = |count: i64| (count > 0).then_some(count);
                (export.replaced, export.doubtful) = (told(written.replaced), told(written.doubtful));
            })?;
            Ok(true)
        })?;
        if same { Ok(()) } else { Err(Stop::Rights) }
    }
}
