//! Imports beyond their records: the files in the database, the queue, and how far a running one is.

use crate::engine;
use crate::error::Result;
use crate::sql::Sql;
use crate::tx::{Dialect, Tx};
use domain::import::Import;
use domain::policy::{Permit, Scope};
use domain::value::{Row, Storage};
use domain::{Id, Instant, Locale};
use serde_json::Value as Json;

/// A file is kept in pieces of this size.
pub const CHUNK: usize = 1 << 20;
/// What runs says so more often than this; a job that is silent for longer was left behind by a server that stopped.
const SILENT_SECONDS: i64 = 60;
/// How long a file is kept for another run.
const KEEP_SECONDS: i64 = 24 * 3600;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The file as it was handed in.
    File,
    /// The rows that were not taken.
    Errors,
}

impl Part {
    fn key(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Errors => "errors",
        }
    }
}

/// Keeps one piece of a file.
pub fn put_chunk(tx: &mut Tx, permit: &Permit, import: Id, part: Part, position: i64, data: &[u8]) -> Result<()> {
    let sql = Sql::new("INSERT INTO import_chunks (workspace_id, import_id, part, position, data) VALUES (")
        .value(permit.workspace())
        .text(", ")
        .value(import)
        .text(", ")
        .value(part.key())
        .text(", ")
        .value(position)
        .text(", ")
        .value(data.to_vec())
        .text(")");
    tx.execute(&sql)?;
    Ok(())
}

/// One piece of a file; none past its end. The scope must have let find the import.
pub fn chunk(tx: &mut Tx, scope: &Scope, import: Id, part: Part, position: i64) -> Result<Option<Vec<u8>>> {
    let sql = Sql::new("SELECT data FROM import_chunks WHERE workspace_id = ")
        .value(scope.workspace())
        .text(" AND import_id = ")
        .value(import)
        .text(" AND part = ")
        .value(part.key())
        .text(" AND position = ")
        .value(position);
    let row = tx.rows(&sql, &[Storage::Bytes])?.into_iter().next();
    Ok(row.and_then(|mut row| match row.pop() {
        Some(domain::value::Val::Bytes(data)) => Some(data),
        _ => None,
    }))
}

pub fn drop_chunks(tx: &mut Tx, permit: &Permit, import: Id, part: Part) -> Result<()> {
    let sql = Sql::new("DELETE FROM import_chunks WHERE workspace_id = ")
        .value(permit.workspace())
        .text(" AND import_id = ")
        .value(import)
        .text(" AND part = ")
        .value(part.key());
    tx.execute(&sql)?;
    Ok(())
}

/// Lets an import wait for its turn, or, with `running`, marks it as under way at once.
pub fn enqueue(tx: &mut Tx, permit: &Permit, import: Id, locale: Locale, running: bool) -> Result<()> {
    let now = Instant::now();
    let sql = Sql::new("INSERT INTO import_queue (workspace_id, import_id, locale, queued_at, alive_at) VALUES (")
        .value(permit.workspace())
        .text(", ")
        .value(import)
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

/// Takes an import out of the queue. False where it is not in it (any more).
pub fn dequeue(tx: &mut Tx, permit: &Permit, import: Id) -> Result<bool> {
    let sql = Sql::new("DELETE FROM import_queue WHERE workspace_id = ")
        .value(permit.workspace())
        .text(" AND import_id = ")
        .value(import);
    Ok(tx.execute(&sql)? == 1)
}

/// An import in the queue. Its reasons are written in the language of who asked for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    pub workspace: Id,
    pub import: Id,
    pub locale: Locale,
}

/// Whether any import waits: a quick look, before one is claimed.
pub fn anything_waits(tx: &mut Tx) -> Result<bool> {
    let sql = Sql::new("SELECT import_id FROM import_queue WHERE alive_at IS NULL LIMIT 1");
    Ok(!tx.rows(&sql, &[Storage::Id])?.is_empty())
}

/// Takes the import that has waited longest, of whichever workspace: for the server's own thread that runs them.
pub fn claim(tx: &mut Tx) -> Result<Option<Waiting>> {
    let lock = match tx.dialect() {
        Dialect::Pg => " FOR UPDATE SKIP LOCKED",
        Dialect::Sqlite => "",
    };
    let next = Sql::new(format!(
        "SELECT workspace_id, import_id, locale FROM import_queue WHERE alive_at IS NULL ORDER BY queued_at LIMIT 1{lock}"
    ));
    let Some(mut row) = tx.row(&next, &[Storage::Id, Storage::Id, Storage::Text])? else {
        return Ok(None);
    };
    let waiting = Waiting {
        workspace: row.get()?,
        import: row.get()?,
        locale: Locale::from_tag(&row.get::<String>()?).unwrap_or_default(),
    };
    let sql = Sql::new("UPDATE import_queue SET alive_at = ")
        .value(Instant::now())
        .text(" WHERE workspace_id = ")
        .value(waiting.workspace)
        .text(" AND import_id = ")
        .value(waiting.import);
    tx.execute(&sql)?;
    Ok(Some(waiting))
}

/// Says that an import is still under way, and how far. False where it is to stop. Progress is derived: no new version.
pub fn report_progress(tx: &mut Tx, permit: &Permit, import: Id, progress: &Json) -> Result<bool> {
    let sql = Sql::new("UPDATE import_queue SET alive_at = ")
        .value(Instant::now())
        .text(" WHERE workspace_id = ")
        .value(permit.workspace())
        .text(" AND import_id = ")
        .value(import);
    if tx.execute(&sql)? == 0 {
        return Ok(false);
    }
    let sql = Sql::new("UPDATE imports SET progress = ")
        .value(progress.clone())
        .text(" WHERE workspace_id = ")
        .value(permit.workspace())
        .text(" AND id = ")
        .value(import);
    tx.execute(&sql)?;
    Ok(true)
}

/// Imports that claim to run and have been silent for long: the server that ran them has stopped.
pub fn left_behind(tx: &mut Tx) -> Result<Vec<(Id, Id)>> {
    let sql = Sql::new("SELECT workspace_id, import_id FROM import_queue WHERE alive_at < ")
        .value(Instant::now().plus_seconds(-SILENT_SECONDS));
    tx.rows(&sql, &[Storage::Id, Storage::Id])?
        .into_iter()
        .map(|row| {
            let mut row = Row::new(row);
            Ok((row.get()?, row.get()?))
        })
        .collect()
}

/// Drops files that nobody will run again. The rows in error stay with the import.
pub fn drop_old_files(tx: &mut Tx) -> Result<usize> {
    let sql = Sql::new(
        "DELETE FROM import_chunks WHERE part = 'file' AND EXISTS (SELECT 1 FROM imports i \
         WHERE i.workspace_id = import_chunks.workspace_id AND i.id = import_chunks.import_id AND i.updated_at < ",
    )
    .value(Instant::now().plus_seconds(-KEEP_SECONDS))
    .text(
        " AND NOT EXISTS (SELECT 1 FROM import_queue q WHERE q.workspace_id = i.workspace_id AND q.import_id = i.id))",
    );
    tx.execute(&sql)
}

/// The import as it is now, whatever its version: for the one who runs it.
pub fn current(tx: &mut Tx, permit: &Permit, import: Id) -> Result<Import> {
    engine::find(tx, &permit.scope(), import)
}
