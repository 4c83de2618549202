//! The recycle bin: what was deleted, and the way back.

use super::{Page, at_version, layout, one, stale};
use crate::change::{self, Entry};
use crate::error::{Error, Result};
use crate::sql::Sql;
use crate::tx::{Dialect, Tx};
use crate::{filter, search};
use domain::change::{ChangeAction, diff};
use domain::policy::{Permit, Scope};
use domain::query::Cursor;
use domain::record::Ownership;
use domain::value::{Row, Storage, Val};
use domain::{Id, Instant, Issue, Issues, Record};

/// Cursors of the bin fit no other list.
const FINGERPRINT: u64 = 0xb1_0000_0001;

/// A record in the recycle bin.
#[derive(Debug, Clone, PartialEq)]
pub struct Deleted<T> {
    pub record: T,
    pub at: Instant,
}

/// One deleted record that the scope lets see.
pub fn find_deleted<T: Record>(tx: &mut Tx, scope: &Scope, id: Id) -> Result<T> {
    one(tx, scope, filter::scope_deleted, id, "")
}

/// A page of the bin, last deleted first.
pub fn list_deleted<T: Record>(
    tx: &mut Tx,
    scope: &Scope,
    limit: u32,
    cursor: Option<&str>,
) -> Result<Page<Deleted<T>>> {
    let layout = layout(T::KIND);
    let mut sql = Sql::new(layout.select_with("deleted_at"));
    filter::scope_deleted(&mut sql, tx.dialect(), scope);
    if let Some(text) = cursor {
        let after = Cursor::decode(text, FINGERPRINT, Storage::Instant)
            .filter(|c| !c.key.is_null())
            .ok_or_else(|| domain::Error::BadQuery(Issue::new("cursor", "invalid_cursor")))?;
        sql.push(" AND (t.deleted_at, t.id) < (").bind(after.key);
        sql.push(", ").bind(after.id).push(")");
    }
    sql.push(" ORDER BY t.deleted_at DESC, t.id DESC LIMIT ")
        .bind(i64::from(limit) + 1);
    let mut columns = layout.storage.clone();
    columns.push(Storage::Instant);
    let mut rows: Vec<Deleted<T>> = Vec::new();
    for row in tx.rows(&sql, &columns)? {
        let mut row = Row::new(row);
        let record = T::take(&mut row)?;
        rows.push(Deleted { record, at: row.get()? });
    }
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next = rows.last().filter(|_| more).map(|last| {
        Cursor {
            key: Val::Instant(last.at),
            id: last.record.id(),
        }
        .encode(FINGERPRINT)
    });
    Ok(Page {
        rows,
        next,
        count: None,
    })
}

/// Takes a record out of the bin, as `find_deleted` gave it. Refused where what it needs is deleted itself, or another
/// record has taken its place (`external_id`, a user's address).
pub fn restore<T: Record>(tx: &mut Tx, permit: &Permit, old: &T) -> Result<T> {
    let layout = layout(T::KIND);
    let row = old.put();
    let now = Instant::now();
    let mut sql = Sql::new(format!(
        "UPDATE {} SET version = version + 1, deleted_at = NULL, updated_at = ",
        T::KIND.plural
    ))
    .value(now);
    at_version(&mut sql, permit, old, "IS NOT NULL");
    if tx.execute(&sql)? == 0 {
        return Err(stale(tx, permit, old, "IS NOT NULL")?);
    }
    check_settings(tx, permit, layout, &row)?;
    if tx.dialect() == Dialect::Sqlite && layout.searchable {
        search::store_terms(tx, T::KIND, permit.workspace(), old.id(), &layout.tokens(&row))?;
    }
    let mut stored = old.clone();
    stored.written(old.version() + 1, now);
    let after = serde_json::to_value(stored.whole()).map_err(Error::internal)?;
    let entry = Entry {
        kind: T::KIND.name,
        record: old.id(),
        version: stored.version(),
        action: ChangeAction::Restore,
        fields: diff(None, Some(&after)),
        at: now,
    };
    change::append(tx, permit, entry)?;
    Ok(stored)
}

/// A deal cannot come back into a stage that is gone: what belongs to the workspace must be there.
fn check_settings(tx: &mut Tx, permit: &Permit, layout: &super::Layout, row: &[Val]) -> Result<()> {
    let mut issues = Issues::default();
    for (i, field) in &layout.references {
        let Some(target) = field.refers.and_then(domain::kind) else {
            continue;
        };
        let Val::Id(id) = row[*i] else { continue };
        let settled = target.ownership == Ownership::Owned || field.name == "created_by";
        if !settled && super::ids_referable(tx, &permit.scope(), target, &[id])?.is_empty() {
            issues.add(Issue::at(field.name, "reference_not_found"));
        }
    }
    Ok(issues.or(())?)
}
