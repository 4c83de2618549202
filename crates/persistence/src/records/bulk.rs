//! What a bulk change is about: the ids of its records, noted when it begins.

use crate::engine;
use crate::error::Result;
use crate::sql::Sql;
use crate::tx::Tx;
use domain::policy::{Permit, Scope};
use domain::query::List;
use domain::value::Storage;
use domain::{Id, Kind};

/// Notes all records of a list, in one statement. Returns how many.
pub fn gather(tx: &mut Tx, permit: &Permit, scope: &Scope, kind: &'static Kind, list: &List, job: Id) -> Result<usize> {
    let mut sql = Sql::new("INSERT INTO bulk_rows (workspace_id, job_id, record_id) SELECT ").ad_hoc();
    sql.bind(permit.workspace()).push(", ").bind(job).push(", t.id");
    match engine::from_list(tx, sql, scope, kind, list)? {
        Some(sql) => tx.execute(&sql),
        None => Ok(0),
    }
}

/// Notes these.
pub fn add(tx: &mut Tx, permit: &Permit, job: Id, ids: &[Id]) -> Result<()> {
    let mut sql = Sql::new("INSERT INTO bulk_rows (workspace_id, job_id, record_id) VALUES ").ad_hoc();
    for (n, id) in ids.iter().enumerate() {
        sql.push(if n > 0 { ", (" } else { "(" }).bind(permit.workspace());
        sql.push(", ").bind(job).push(", ").bind(*id).push(")");
    }
    tx.execute(&sql).map(drop)
}

/// Some of them, beyond one.
pub fn next(tx: &mut Tx, permit: &Permit, job: Id, beyond: Id, limit: i64) -> Result<Vec<Id>> {
    let sql = Sql::new("SELECT record_id FROM bulk_rows WHERE workspace_id = ")
        .value(permit.workspace())
        .text(" AND job_id = ")
        .value(job)
        .text(" AND record_id > ")
        .value(beyond)
        .text(" ORDER BY record_id LIMIT ")
        .value(limit);
    tx.all(&sql, &[Storage::Id], |row| Ok(row.get()?))
}

/// The job has ended.
pub fn forget(tx: &mut Tx, permit: &Permit, job: Id) -> Result<()> {
    let sql = Sql::new("DELETE FROM bulk_rows WHERE workspace_id = ")
        .value(permit.workspace())
        .text(" AND job_id = ")
        .value(job);
    tx.execute(&sql).map(drop)
}
