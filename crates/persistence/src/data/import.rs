//! Imports beyond their records: the files in the database, and how far a running one is.

use crate::error::Result;
use crate::sql::Sql;
use crate::tx::Tx;
use crate::{engine, job};
use domain::import::Import;
use domain::policy::{Permit, Scope};
use domain::value::Storage;
use domain::{Id, Instant};
use serde_json::Value as Json;

/// A file is kept in pieces of this size.
pub const CHUNK: usize = 1 << 20;
/// How long a file is kept for another run.
const KEEP_SECONDS: i64 = 24 * 3600;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilePart {
    /// The file as it was handed in.
    File,
    /// The rows that were not taken.
    Errors,
}

impl FilePart {
    fn key(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Errors => "errors",
        }
    }
}

/// Keeps one piece of a file.
pub fn put_chunk(tx: &mut Tx, permit: &Permit, import: Id, part: FilePart, position: i64, data: &[u8]) -> Result<()> {
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
pub fn chunk(tx: &mut Tx, scope: &Scope, import: Id, part: FilePart, position: i64) -> Result<Option<Vec<u8>>> {
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

pub fn drop_chunks(tx: &mut Tx, permit: &Permit, import: Id, part: FilePart) -> Result<()> {
    let sql = Sql::new("DELETE FROM import_chunks WHERE workspace_id = ")
        .value(permit.workspace())
        .text(" AND import_id = ")
        .value(import)
        .text(" AND part = ")
        .value(part.key());
    tx.execute(&sql)?;
    Ok(())
}

/// Says that an import is still under way, and how far. False where it is to stop. Progress is derived: no new version.
pub fn report_progress(tx: &mut Tx, permit: &Permit, import: Id, progress: &Json) -> Result<bool> {
    if !job::is_alive(tx, permit, import)? {
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

/// Drops files that nobody will run again. The rows in error stay with the import.
pub fn drop_old_files(tx: &mut Tx) -> Result<usize> {
    let sql = Sql::new(
        "DELETE FROM import_chunks WHERE part = 'file' AND EXISTS (SELECT 1 FROM imports i \
         WHERE i.workspace_id = import_chunks.workspace_id AND i.id = import_chunks.import_id AND i.updated_at < ",
    )
    .value(Instant::now().plus_seconds(-KEEP_SECONDS))
    .text(" AND NOT EXISTS (SELECT 1 FROM job_queue q WHERE q.workspace_id = i.workspace_id AND q.job_id = i.id))");
    tx.execute(&sql)
}

/// The import as it is now, whatever its version: for the one who runs it.
pub fn current(tx: &mut Tx, permit: &Permit, import: Id) -> Result<Import> {
    engine::find(tx, &permit.scope(), import)
}
