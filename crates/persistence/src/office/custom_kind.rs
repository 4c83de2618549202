//! The kinds that a firm has made, as its workspace knows them; and what becomes of kinds and fields that were taken away.

use crate::engine;
use crate::error::Result;
use crate::filter;
use crate::sql::Sql;
use crate::tx::{Dialect, Tx};
use domain::custom_field::CustomField;
use domain::custom_kind::CustomKind;
use domain::kind::MADE;
use domain::layout::Layout;
use domain::made::Said;
use domain::policy::Permit;
use domain::value::{Row, Storage};
use domain::{Currency, Id, Instant, Kinds};

/// For so many days what was taken away can be brought back.
pub const KEPT_DAYS: i64 = 30;

/// The kinds of a workspace. Fields stand in their order, those without a place last.
pub fn of(tx: &mut Tx, workspace: Id, base: Currency) -> Result<Kinds> {
    Ok(Kinds::of(&said(tx, workspace, base)?))
}

/// What the firm says of its kinds and fields, and of how they are laid out.
pub fn said(tx: &mut Tx, workspace: Id, base: Currency) -> Result<Said> {
    let made: Vec<CustomKind> = engine::all_of(tx, workspace, "t.key")?;
    let fields: Vec<CustomField> = engine::all_of(tx, workspace, "t.position IS NULL, t.position, t.id")?;
    let layouts: Vec<Layout> = engine::all_of(tx, workspace, "t.kind")?;
    let withdrawn = Sql::new("SELECT DISTINCT kind FROM fields WHERE deleted_at IS NOT NULL AND workspace_id = ")
        .value(workspace)
        .text(" ORDER BY kind");
    Ok(Said {
        base,
        made: made.iter().map(CustomKind::made).collect(),
        fields: fields.iter().map(CustomField::made).collect(),
        layouts: layouts.iter().map(Layout::made).collect(),
        withdrawn: tx.all(&withdrawn, &[Storage::Text], |row| Ok(row.get()?))?,
    })
}

/// Whether another field of the same kind and key has been taken away and is still kept.
pub fn field_in_bin(tx: &mut Tx, permit: &Permit, field: &CustomField) -> Result<bool> {
    let sql = Sql::new("SELECT count(*) FROM fields t WHERE t.deleted_at IS NOT NULL AND t.workspace_id = ")
        .value(permit.workspace())
        .text(" AND t.kind = ")
        .value(field.kind.as_str())
        .text(" AND t.key = ")
        .value(field.key.as_str())
        .text(" AND t.id <> ")
        .value(field.id);
    Ok(tx.value::<i64>(&sql)?.unwrap_or_default() > 0)
}

/// The same of a kind.
pub fn kind_in_bin(tx: &mut Tx, permit: &Permit, kind: &CustomKind) -> Result<bool> {
    let sql = Sql::new("SELECT count(*) FROM kinds t WHERE t.deleted_at IS NOT NULL AND t.workspace_id = ")
        .value(permit.workspace())
        .text(" AND t.key = ")
        .value(kind.key.as_str())
        .text(" AND t.id <> ")
        .value(kind.id);
    Ok(tx.value::<i64>(&sql)?.unwrap_or_default() > 0)
}

/// The records of a kind that the firm has made: live ones, or all.
pub fn count(tx: &mut Tx, permit: &Permit, kind: &str, in_bin_too: bool) -> Result<i64> {
    let sql = Sql::new(format!("SELECT count(*) FROM {MADE} t WHERE t.workspace_id = "))
        .value(permit.workspace())
        .text(" AND t.kind = ")
        .value(kind)
        .text(if in_bin_too { "" } else { " AND t.deleted_at IS NULL" });
    Ok(tx.value(&sql)?.unwrap_or_default())
}

/// Rows of one step.
const STEP: i64 = 1_000;

/// Drops for good what was taken away longer ago than it is kept: a part of the values of one field, or of the records of one
/// kind, and in the end the field or kind itself. Returns how much that was.
pub fn purge(tx: &mut Tx) -> Result<usize> {
    let since = Instant::now().plus_seconds(-KEPT_DAYS * 86_400);
    let old = |table: &str, columns: &str| {
        Sql::new(format!(
            "SELECT workspace_id, id, {columns} FROM {table} WHERE deleted_at < "
        ))
        .value(since)
        .text(" ORDER BY deleted_at LIMIT 1")
    };
    let four = [Storage::Id, Storage::Id, Storage::Text, Storage::Text];
    if let Some(mut row) = tx.row(&old("fields", "kind, key"), &four)? {
        let (workspace, id): (Id, Id) = (row.get()?, row.get()?);
        let (kind, key): (String, String) = (row.get()?, row.get()?);
        return purge_field(tx, workspace, id, &kind, &key);
    }
    match tx.row(&old("kinds", "key"), &four[..3])? {
        Some(mut row) => {
            let (workspace, id, key): (Id, Id, String) = (row.get()?, row.get()?, row.get()?);
            purge_kind(tx, workspace, id, &key)
        }
        None => Ok(0),
    }
}

fn purge_field(tx: &mut Tx, workspace: Id, id: Id, kind: &str, key: &str) -> Result<usize> {
    // Another of this name may live by now, and what is there is then its own.
    let same = Sql::new("SELECT count(*) FROM fields WHERE deleted_at IS NULL AND workspace_id = ")
        .value(workspace)
        .text(" AND kind = ")
        .value(kind)
        .text(" AND key = ")
        .value(key);
    if tx.value::<i64>(&same)?.unwrap_or_default() == 0 {
        let stripped = strip(tx, workspace, kind, key)?;
        if stripped > 0 {
            return Ok(stripped);
        }
    }
    drop_rows(tx, "custom_values", "field_id", workspace, &[id])?;
    let counter = Sql::new("DELETE FROM number_counters WHERE kind = 'field' AND workspace_id = ")
        .value(workspace)
        .text(" AND period = ")
        .value(id.to_string());
    tx.execute(&counter)?;
    drop_records(tx, "fields", workspace, &[id])
}

/// Takes what stands under a key out of some records. It was shown to nobody, so they stay as they are to those who read them.
fn strip(tx: &mut Tx, workspace: Id, kind: &str, key: &str) -> Result<usize> {
    let declared = domain::kind(kind);
    let table = declared.map_or(MADE, |kind| kind.table);
    let has = match tx.dialect() {
        Dialect::Pg => "jsonb_exists(custom_fields, ",
        Dialect::Sqlite => "EXISTS (SELECT 1 FROM json_each(custom_fields) v WHERE v.key = ",
    };
    let mut sql = Sql::new(format!("UPDATE {table} SET custom_fields = "));
    match tx.dialect() {
        Dialect::Pg => sql.push("custom_fields - CAST(").bind(key).push(" AS text)"),
        Dialect::Sqlite => sql
            .push("json_remove(custom_fields, ")
            .bind(format!("$.{key}"))
            .push(")"),
    };
    // What is told of a row from beside its columns has it as well.
    if declared.is_none_or(|kind| kind.wire) {
        sql.push(", wire = NULL");
    }
    sql.push(" WHERE workspace_id = ").bind(workspace);
    sql.push(format!(" AND id IN (SELECT id FROM {table} WHERE workspace_id = "))
        .bind(workspace);
    if declared.is_none() {
        sql.push(" AND kind = ").bind(kind);
    }
    sql.push(" AND ")
        .push(has)
        .bind(key)
        .push(") LIMIT ")
        .bind(STEP)
        .push(")");
    tx.execute(&sql)
}

fn purge_kind(tx: &mut Tx, workspace: Id, id: Id, key: &str) -> Result<usize> {
    let same = Sql::new("SELECT count(*) FROM kinds WHERE deleted_at IS NULL AND workspace_id = ")
        .value(workspace)
        .text(" AND key = ")
        .value(key);
    if tx.value::<i64>(&same)?.unwrap_or_default() == 0 {
        let some = Sql::new(format!("SELECT id FROM {MADE} WHERE workspace_id = "))
            .value(workspace)
            .text(" AND kind = ")
            .value(key)
            .text(" LIMIT ")
            .value(STEP);
        let id_of = |row: &mut Row| Ok(row.get()?);
        let records: Vec<Id> = tx.all(&some, &[Storage::Id], id_of)?;
        if !records.is_empty() {
            drop_rows(tx, "custom_values", "record_id", workspace, &records)?;
            drop_rows(tx, "record_members", "record_id", workspace, &records)?;
            return drop_records(tx, MADE, workspace, &records);
        }
        let fields = Sql::new("SELECT id FROM fields WHERE workspace_id = ")
            .value(workspace)
            .text(" AND kind = ")
            .value(key);
        let fields: Vec<Id> = tx.all(&fields, &[Storage::Id], id_of)?;
        if !fields.is_empty() {
            return drop_records(tx, "fields", workspace, &fields);
        }
        // Its layout would be that of another kind that comes to be called so.
        let mut layout = Sql::new("DELETE FROM layouts WHERE workspace_id = ");
        layout.bind(workspace).push(" AND kind = ").bind(key);
        tx.execute(&layout)?;
    }
    drop_records(tx, "kinds", workspace, &[id])
}

/// Drops rows with what SQLite keeps of their words.
fn drop_records(tx: &mut Tx, table: &str, workspace: Id, ids: &[Id]) -> Result<usize> {
    let dialect = tx.dialect();
    if dialect == Dialect::Sqlite {
        let mut words = Sql::new(format!(
            "DELETE FROM {table}_fts WHERE rowid IN (SELECT rid FROM {table} WHERE workspace_id = "
        ))
        .ad_hoc();
        words.bind(workspace).push(" AND id");
        filter::one_of_ids(&mut words, dialect, ids);
        words.push(")");
        tx.execute(&words)?;
    }
    drop_rows(tx, table, "id", workspace, ids)
}

fn drop_rows(tx: &mut Tx, table: &str, column: &str, workspace: Id, ids: &[Id]) -> Result<usize> {
    let mut sql = Sql::new(format!("DELETE FROM {table} WHERE workspace_id = ")).ad_hoc();
    sql.bind(workspace).push(format!(" AND {column}"));
    filter::one_of_ids(&mut sql, tx.dialect(), ids);
    tx.execute(&sql)
}
