//! How the server runs an import that was handed in over HTTP: its file comes from the database, so that any server may run
//! what another took.

use std::io::{BufWriter, Read, Seek, Write};

use domain::Kinds;
use domain::import::problem::code;
use domain::import::{Import, Problem, closed};
use domain::job::JobStatus;
use domain::policy::{Actor, Permit};
use domain::{Error, Id, Instant};
use persistence::import::{self as store, CHUNK, FilePart};
use persistence::job::{self as queue, QueuedJob};
use persistence::{Store, engine};
use serde_json::json;

use crate::job::acting_owner;
use crate::job::worker::system;
use crate::worker::Shared;

use super::importable;
use super::plan::{Mapping, Plan, Settings, Values};
use super::reader::Options;
use super::record::{self, ImportWatch};
use super::run::{self, Done, Failure, Path, Progress, Watch};

/// Ends an import that cannot go on.
pub fn fail(db: &Store, workspace: Id, import: Id, problem: &Problem) -> persistence::Result<()> {
    let Some(actor) = system(db, workspace)? else {
        return Ok(());
    };
    let problem = problem.clone();
    db.write_here(move |tx| {
        let permit = record::permit(&actor)?;
        // Somebody else may have seen it as well.
        if !queue::dequeue(tx, &permit, import)? {
            return Ok(());
        }
        let old = store::current(tx, &permit, import)?;
        let new = Import {
            status: JobStatus::Failed,
            error: Some(json!(problem)),
            finished_at: Some(Instant::now()),
            ..old.clone()
        };
        engine::update(tx, &permit, &old, &new)?;
        Ok(())
    })
}

/// How an import is to be read, as its job says.
fn settings(kinds: Kinds, import: &Import) -> Option<Settings> {
    let encoding = import.encoding.as_deref().and_then(Options::encoding_of);
    let delimiter = import.delimiter.as_deref().and_then(|d| d.bytes().next());
    let mapping = match &import.mapping {
        serde_json::Value::Object(map) if !map.is_empty() => {
            Mapping::Exactly(serde_json::from_value(import.mapping.clone()).ok()?)
        }
        _ => Mapping::Guess,
    };
    Some(Settings {
        kind: importable(kinds, &import.kind)?,
        mapping,
        values: serde_json::from_value::<Values>(import.value_map.clone()).ok()?,
        options: Options {
            encoding,
            delimiter,
            sheet: None,
        },
        dry_run: import.dry_run,
        closed: Vec::new(),
    })
}

/// As a job is watched, and stopped with the server.
struct Stoppable<'a> {
    job: ImportWatch<'a>,
    stop: &'a Shared,
}

impl Watch for Stoppable<'_> {
    fn planned(&mut self, plan: &Plan) -> bool {
        self.job.planned(plan)
    }

    fn progress(&mut self, progress: Progress) -> bool {
        self.job.progress(progress) && !self.stop.stopped()
    }
}

pub fn run(db: &Store, waiting: QueuedJob, stop: &Shared) -> persistence::Result<()> {
    let id = waiting.job;
    let Some(system) = system(db, waiting.workspace)? else {
        return Ok(());
    };
    let permit = record::permit(&system)?;
    let import = db.read_here(|tx| store::current(tx, &permit, id))?;
    let space = &system.identity.workspace;
    let actor = match db.read_here(|tx| acting_owner(tx, space, import.owner_id, id)) {
        Err(persistence::Error::Domain(Error::Unauthenticated(gone))) => {
            return fail(db, waiting.workspace, id, &Problem::new(gone));
        }
        found => found?,
    };
    let Some(mut settings) = settings(actor.kinds(), &import) else {
        return fail(db, waiting.workspace, id, &Problem::new(code::UNREADABLE));
    };
    settings.closed = closed(settings.kind, &actor.fields(settings.kind));
    let broken = |e: std::io::Error| persistence::Error::internal(e);
    let mut file = tempfile::NamedTempFile::new().map_err(broken)?;
    let size = copy_out(db, &permit, id, file.as_file_mut())?;
    if size == 0 && import.size > 0 {
        return fail(db, waiting.workspace, id, &Problem::new(code::FILE_GONE));
    }
    let errors = tempfile::NamedTempFile::new().map_err(broken)?;
    let open = || Ok(BufWriter::new(errors.reopen()?));
    let mut watch = Stoppable {
        job: ImportWatch::new(db, &actor, id),
        stop,
    };
    let table = match Path::new(file.path().to_owned(), None) {
        Ok(table) => table,
        Err(problem) => return fail(db, waiting.workspace, id, &problem),
    };
    let result = run::run(db, &actor, waiting.locale, &table, &settings, &mut watch, open);
    let result = match result {
        Ok(Done {
            stopped: true, report, ..
        }) if stop.stopped() => Ok(Done {
            report,
            stopped: true,
            failure: Some(Failure::File(Problem::new(code::INTERRUPTED))),
        }),
        other => other,
    };
    let failure = result.as_ref().map_or_else(Some, |done| done.failure.as_ref());
    if let Some(Failure::Store(error @ (persistence::Error::Internal(_) | persistence::Error::Unavailable(_)))) =
        failure
    {
        tracing::error!(%error, import = %id, "an import broke off");
    }
    let has_errors = copy_in(db, &actor, id, FilePart::Errors, errors.path())? > 0;
    let taken = result
        .as_ref()
        .map_or(0, |done| done.report.created + done.report.updated);
    record::end(db, &actor, id, &result, has_errors)?;
    if taken >= WORTH_ANALYZING && !settings.dry_run {
        db.analyze_here()?;
    }
    Ok(())
}

/// Rows after which the database should count its rows anew.
const WORTH_ANALYZING: u64 = 5_000;

fn copy_out(db: &Store, permit: &Permit, id: Id, out: &mut std::fs::File) -> persistence::Result<u64> {
    let mut size = 0;
    let scope = permit.scope();
    for position in 0.. {
        let Some(data) = db.read_here(|tx| store::chunk(tx, &scope, id, FilePart::File, position))? else {
            break;
        };
        out.write_all(&data).map_err(persistence::Error::internal)?;
        size += data.len() as u64;
    }
    out.rewind().map_err(persistence::Error::internal)?;
    Ok(size)
}

/// Keeps a file with the import, in place of an earlier one. Returns its size.
fn copy_in(db: &Store, actor: &Actor, id: Id, part: FilePart, path: &std::path::Path) -> persistence::Result<u64> {
    let permit = record::permit(actor)?;
    let file = std::fs::File::open(path).map_err(persistence::Error::internal)?;
    let mut size = 0;
    for position in 0.. {
        let data = piece(&file)?;
        size += data.len() as u64;
        let permit = permit.clone();
        let last = data.is_empty();
        db.write_here(move |tx| {
            if position == 0 {
                store::drop_chunks(tx, &permit, id, part)?;
            }
            if data.is_empty() {
                return Ok(());
            }
            store::put_chunk(tx, &permit, id, part, position, &data)
        })?;
        if last {
            break;
        }
    }
    Ok(size)
}

/// The next piece of a file; empty at its end.
pub fn piece(file: &std::fs::File) -> persistence::Result<Vec<u8>> {
    let mut data = Vec::new();
    let read = file.take(CHUNK as u64).read_to_end(&mut data);
    read.map_err(persistence::Error::internal)?;
    Ok(data)
}
