//! What the API tells of a record, kept as one text beside its columns: reading one copies it instead of putting it together
//! from thirty values.
//!
//! It is told only to who sees all of a record (`Fields::shows_all`), and only where it is of the row's version and of the
//! fields that the kind has by now; whatever else stands in the column counts as nothing, and the columns are read. So a
//! statement that writes rows without it does no harm, and neither does a release with other fields.

use super::{Layout, layout};
use crate::error::{Error, Result};
use crate::filter;
use crate::sql::Sql;
use crate::tx::Tx;
use domain::policy::{Fields, Scope};
use domain::value::{Storage, Val};
use domain::{AnyRecord, Id, Kind};
use sha2::{Digest, Sha256};

/// Raise it when a value is told in another way than before: what is kept is then made anew.
const RULES: &str = "1";
/// How many signs the mark before a text has.
const MARK: usize = 8;
/// Rows of one UPDATE.
const ROWS: usize = 500;

/// A record as it is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub id: Id,
    pub version: i64,
    pub json: String,
}

/// The columns that `read` takes.
pub(super) const COLUMNS: &str = "t.id, t.version, t.wire";
pub(super) const STORAGE: [Storage; 3] = [Storage::Id, Storage::Int, Storage::Text];

/// The sign of the fields that a kind has, those of the firm aside, which stand in a record as they are stored.
pub(super) fn mark(kind: &Kind) -> String {
    let mut hash = Sha256::new();
    hash.update(RULES);
    for field in kind.declared() {
        hash.update(format!("{} {:?};", field.name, field.columns()));
    }
    hash.finalize()
        .iter()
        .take(MARK / 2)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// What is kept of a record, which has the version that is stored with it; none where the kind keeps nothing.
pub(super) fn of(layout: &Layout, record: &AnyRecord) -> Result<Option<Val>> {
    let Some(mark) = &layout.mark else { return Ok(None) };
    let mut text = mark.clone().into_bytes();
    record.write(&Fields::open(record.kind()), &mut text)?;
    Ok(Some(String::from_utf8(text).map_err(Error::internal)?.into()))
}

/// The record that a row of `COLUMNS` tells; none where it has to be put together.
pub(super) fn read(layout: &Layout, row: Vec<Val>) -> Option<Told> {
    let Ok([Val::Id(id), Val::Int(version), Val::Text(mut json)]) = <[Val; 3]>::try_from(row) else {
        return None;
    };
    let mark = layout.mark.as_deref()?;
    let begins = format!("{{\"id\":\"{id}\",\"version\":{version},");
    if !json.strip_prefix(mark)?.starts_with(&begins) {
        return None;
    }
    json.drain(..MARK);
    Some(Told { id, version, json })
}

/// After rows were written by a statement that knows nothing of it.
pub(crate) fn renew(tx: &mut Tx, workspace: Id, kind: &'static Kind, ids: &[Id]) -> Result<()> {
    let layout = layout(kind);
    if layout.mark.is_none() {
        return Ok(());
    }
    for some in ids.chunks(ROWS) {
        let mut sql = Sql::new(layout.select.as_str());
        sql.push("t.workspace_id = ").bind(workspace).push(" AND t.id");
        filter::one_of_ids(&mut sql, tx.dialect(), some);
        let rows = layout.read(tx, &sql, &[])?;
        let records: Vec<AnyRecord> = rows.into_iter().map(|values| AnyRecord::new(kind, values)).collect();
        let set = Sql::new(format!("UPDATE {} AS t SET wire = w.column2", kind.table)).ad_hoc();
        write(tx, layout, set, workspace, records.iter())?;
    }
    Ok(())
}

/// Runs an UPDATE of rows `t`, each of which is in `records` as it shall be told, as `column2` of its row in `w`. Returns how
/// many were there.
pub(super) fn write<'a>(
    tx: &mut Tx,
    layout: &Layout,
    mut sql: Sql,
    workspace: Id,
    records: impl Iterator<Item = &'a AnyRecord>,
) -> Result<usize> {
    let mut first = true;
    for record in records {
        sql.push(if first { " FROM (VALUES (" } else { ", (" })
            .bind(record.id());
        let text = of(layout, record)?.unwrap_or(Val::Null(Storage::Text));
        sql.push(", ").bind(text).push(")");
        first = false;
    }
    if first {
        return Ok(0);
    }
    sql.push(") AS w WHERE t.workspace_id = ").bind(workspace);
    sql.push(" AND t.id = w.column1");
    tx.execute(&sql)
}

/// In builds for tests, whatever is told is compared with what the columns say: so every test of the API looks for statements
/// that write one without the other.
pub(super) fn compare(tx: &mut Tx, scope: &Scope, kind: &'static Kind, told: &[Told]) -> Result<()> {
    if !cfg!(debug_assertions) || told.is_empty() {
        return Ok(());
    }
    let ids: Vec<Id> = told.iter().map(|told| told.id).collect();
    let layout = layout(kind);
    let mut sql = Sql::new(layout.select.as_str());
    sql.push("t.workspace_id = ").bind(scope.workspace()).push(" AND t.id");
    filter::one_of_ids(&mut sql, tx.dialect(), &ids);
    for values in tx.rows_untold(&sql, &layout.storage)? {
        let record = AnyRecord::new(kind, values);
        let mut text = Vec::new();
        record.write(&Fields::open(kind), &mut text)?;
        let same = |told: &&Told| told.id == record.id() && told.version == record.version();
        if let Some(told) = told.iter().find(same)
            && told.json.as_bytes() != text
        {
            return Err(Error::Internal(format!(
                "kept of a {}: {}\nits columns: {}",
                kind.name,
                told.json,
                String::from_utf8_lossy(&text)
            )));
        }
    }
    Ok(())
}
