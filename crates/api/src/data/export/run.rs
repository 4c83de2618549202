//! How the server makes the file of an export: all pages of the list as they are at one moment, into a file beside, and that
//! into the database once it is whole. A job that was killed begins anew, and so does one whose owner's rights change on the way.

use super::asked::{Asked, Wanted};
use super::csv::CsvFile;
use super::jsonl;
use super::sign;
use super::table::Table;
use super::xlsx::XlsxFile;
use crate::caller::Caller;
use crate::job::worker::{release, system};
use crate::job::{self, acting_owner};
use crate::worker::Shared;
use domain::export::ExportFormat;
use domain::job::{Job, JobStatus};
use domain::policy::{Actor, Scope};
use domain::query::{Count, Cursor, List};
use domain::{Error, Id, Instant, Issue, Locale};
use persistence::import::CHUNK;
use persistence::job::{self as queue, QueuedJob};
use persistence::{Store, Tx, engine, export as store};
use serde_json::json;
use std::fs::File;
use std::io::{BufWriter, Read, Seek, Write};
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
    caller: Caller,
    id: Id,
    wanted: Wanted,
    scope: Scope,
    /// The sign of the rights that it was begun with.
    rights: String,
    stop: &'a Shared,
    told: Option<Clock>,
    rows: i64,
    total: i64,
}

/// What came of the rows.
#[derive(Clone, Copy, Default)]
struct Written {
    replaced: i64,
    doubtful: i64,
}

fn attempt(db: &Store, system: &Actor, job: &Job, locale: Locale, stop: &Shared) -> Result<(), Stop> {
    let asked: Asked = serde_json::from_value(job.wanted.clone()).map_err(persistence::Error::internal)?;
    let (space, owner) = (&system.identity.workspace, job.owner_id);
    let actor = db.read_here(|tx| acting_owner(tx, space, owner, job.id))?;
    let caller = Caller::new(actor, None, locale);
    let wanted = db.read_here(|tx| asked.wanted(tx, &caller))?;
    let mut run = Run {
        db,
        system,
        id: job.id,
        scope: caller.export_scope(wanted.kind)?,
        rights: sign(&caller, wanted.kind)?,
        caller,
        wanted,
        stop,
        told: None,
        rows: 0,
        total: 0,
    };
    let file = NamedTempFile::new().map_err(io)?;
    let out = file.reopen().map_err(io)?;
    let written = db.snapshot_here(|tx| Ok(run.write(tx, &asked, out)))??;
    if run.rows != run.total {
        return Err(Error::Conflict(Issue::new("", "export_short")).into());
    }
    let size = run.keep(file.as_file())?;
    run.end(size, written)
}

impl Run<'_> {
    /// All rows, as they are at this moment.
    fn write(&mut self, tx: &mut Tx, asked: &Asked, out: File) -> Result<Written, Stop> {
        let mut list = self.wanted.list.clone();
        self.total = engine::count(tx, &self.scope, self.wanted.kind, &list, Count::Exact)?;
        asked.must_hold(self.total)?;
        let mut out = BufWriter::with_capacity(1 << 20, out);
        if asked.format == ExportFormat::Jsonl {
            loop {
                let (rows, next) = jsonl::page(tx, &self.caller, &self.scope, &self.wanted, &list, &mut out)?;
                if !self.turn(rows, next, &mut list)? {
                    break;
                }
            }
            out.flush().map_err(io)?;
            return Ok(Written::default());
        }
        let caller = self.caller.clone();
        let seen = caller.fields(self.wanted.kind);
        let mut table = Table::new(&caller, &self.wanted);
        if asked.format == ExportFormat::Xlsx {
            let mut book = XlsxFile::new(self.wanted.kind.label.get(caller.locale), &table)?;
            self.pages(tx, &mut list, &mut table, |table, rows| book.rows(table, &seen, rows))?;
            let mut out = out.into_inner().map_err(|error| io(error.into_error()))?;
            book.finish(&mut out)?;
            return Ok(Written::default());
        }
        let mut file = CsvFile::new(out, asked.is_gb18030(), &table)?;
        self.pages(tx, &mut list, &mut table, |table, rows| file.rows(table, &seen, rows))?;
        let file = file.finish()?;
        Ok(Written {
            replaced: file.replaced,
            doubtful: file.doubtful,
        })
    }

    fn pages(
        &mut self,
        tx: &mut Tx,
        list: &mut List,
        table: &mut Table,
        mut write: impl FnMut(&Table, &[Vec<domain::value::Val>]) -> persistence::Result<()>,
    ) -> Result<(), Stop> {
        let kind = self.wanted.kind;
        let caller = self.caller.clone();
        let seen = caller.fields(kind);
        let way = engine::any::way_to(tx, &self.scope, kind)?;
        loop {
            let page = engine::any::list_columns(tx, &self.scope, kind, list, &table.read, way)?;
            table.learn(tx, &caller, &seen, &page.rows)?;
            write(table, &page.rows)?;
            if !self.turn(page.rows.len(), page.next, list)? {
                return Ok(());
            }
        }
    }

    /// Turns to the next page, if there is one.
    fn turn(&mut self, rows: usize, next: Option<String>, list: &mut List) -> Result<bool, Stop> {
        self.rows += i64::try_from(rows).unwrap_or_default();
        if self.told.is_none_or(|at| at.elapsed() >= TELL) {
            self.told = Some(Clock::now());
            self.tell()?;
        }
        let Some(next) = next else { return Ok(false) };
        let (_, storage) = list.sort.field.sort_column();
        list.after = Cursor::decode(&next, list.fingerprint, storage);
        match list.after {
            Some(_) => Ok(true),
            None => Err(persistence::Error::internal("a page has no next").into()),
        }
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
        let actor = acting_owner(tx, space, self.caller.user(), self.id)?;
        Ok(sign(&actor, self.wanted.kind)? == self.rights)
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
        let (space, owner, kind) = (
            self.system.identity.workspace.clone(),
            self.caller.user(),
            self.wanted.kind,
        );
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
