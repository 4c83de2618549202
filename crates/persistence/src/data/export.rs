//! Exports beyond their records: the files in the database, and the rights they were made with.

use crate::error::Result;
use crate::sql::Sql;
use crate::tx::Tx;
use domain::export::KEEP_SECONDS;
use domain::policy::{Permit, Scope};
use domain::value::{Storage, Val};
use domain::{Id, Instant};

/// Pieces that are dropped in one step.
const AT_ONCE: i64 = 50;

fn of_export(sql: Sql, workspace: Id, export: Id) -> Sql {
    sql.text(" WHERE workspace_id = ")
        .value(workspace)
        .text(" AND export_id = ")
        .value(export)
}

/// Keeps one piece of a file. It is no file yet before `finish` is called.
pub fn put_chunk(tx: &mut Tx, permit: &Permit, export: Id, position: i64, data: &[u8]) -> Result<()> {
    let sql = Sql::new("INSERT INTO export_chunks (workspace_id, export_id, position, data) VALUES (")
        .value(permit.workspace())
        .text(", ")
        .value(export)
        .text(", ")
        .value(position)
        .text(", ")
        .value(data.to_vec())
        .text(")");
    tx.execute(&sql)?;
    Ok(())
}

/// All pieces are there: from now on it is a file, made with rights of this sign.
pub fn finish(tx: &mut Tx, permit: &Permit, export: Id, rights: &str) -> Result<()> {
    let sql = Sql::new("INSERT INTO export_files (workspace_id, export_id, rights, made_at) VALUES (")
        .value(permit.workspace())
        .text(", ")
        .value(export)
        .text(", ")
        .value(rights)
        .text(", ")
        .value(Instant::now())
        .text(")");
    tx.execute(&sql)?;
    Ok(())
}

/// The sign of the rights that a file was made with; none where there is no file, or its time is over.
pub fn rights(tx: &mut Tx, scope: &Scope, export: Id) -> Result<Option<String>> {
    let sql = of_export(Sql::new("SELECT rights FROM export_files"), scope.workspace(), export)
        .text(" AND made_at >= ")
        .value(Instant::now().plus_seconds(-KEEP_SECONDS));
    tx.value(&sql)
}

/// One piece of a file; none past its end. The scope must have let find the export.
pub fn chunk(tx: &mut Tx, scope: &Scope, export: Id, position: i64) -> Result<Option<Vec<u8>>> {
    let sql = of_export(Sql::new("SELECT data FROM export_chunks"), scope.workspace(), export)
        .text(" AND position = ")
        .value(position);
    let row = tx.rows(&sql, &[Storage::Bytes])?.into_iter().next();
    Ok(row.and_then(|mut row| match row.pop() {
        Some(Val::Bytes(data)) => Some(data),
        _ => None,
    }))
}

/// What an attempt before this one has left.
pub fn drop_chunks(tx: &mut Tx, permit: &Permit, export: Id) -> Result<()> {
    for table in ["export_chunks", "export_files"] {
        tx.execute(&of_export(
            Sql::new(format!("DELETE FROM {table}")),
            permit.workspace(),
            export,
        ))?;
    }
    Ok(())
}

/// Drops files that are past their time, a piece after the other, and what is left of exports that did not end.
pub fn drop_old_files(tx: &mut Tx) -> Result<usize> {
    let before = Instant::now().plus_seconds(-KEEP_SECONDS);
    let sql = Sql::new(
        "DELETE FROM export_chunks WHERE (workspace_id, export_id, position) IN (SELECT c.workspace_id, c.export_id, c.position \
         FROM export_chunks c JOIN exports e ON e.workspace_id = c.workspace_id AND e.id = c.export_id WHERE e.updated_at < ",
    )
    .value(before)
    .text(" AND NOT EXISTS (SELECT 1 FROM job_queue q WHERE q.workspace_id = e.workspace_id AND q.job_id = e.id) LIMIT ")
    .value(AT_ONCE)
    .text(")");
    let dropped = tx.execute(&sql)?;
    if dropped == 0 {
        tx.execute(&Sql::new("DELETE FROM export_files WHERE made_at < ").value(before))?;
    }
    Ok(dropped)
}
