//! The recycle bin: what was deleted, and the way back.

use super::any::Hold;
use super::any::{at_version, changed, one, referred, stale};
use super::{Layout, Page, layout, page, referrers, wire};
use crate::change::{self, Entry};
use crate::error::Result;
use crate::sql::Sql;
use crate::tx::{Dialect, Tx};
use crate::{custom, duplicate, filter, merge, search};
use domain::change::ChangeAction;
use domain::policy::{Permit, Scope};
use domain::query::Cursor;
use domain::record::OnDelete;
use domain::value::{Row, Storage, Val};
use domain::{AnyRecord, Id, Instant, Issue, Issues, Kind};
use serde_json::json;

/// Cursors of the bin fit no other list.
const FINGERPRINT: u64 = 0xb1_0000_0001;

/// A record in the recycle bin.
#[derive(Debug, Clone, PartialEq)]
pub struct Deleted<T> {
    pub record: T,
    pub at: Instant,
}

/// One deleted record that the scope lets see.
pub fn find_deleted(tx: &mut Tx, scope: &Scope, kind: &'static Kind, id: Id) -> Result<AnyRecord> {
    one(tx, scope, kind, filter::scope_deleted, id, Hold::No)
}

/// A page of the bin, last deleted first.
pub fn list_deleted(
    tx: &mut Tx,
    scope: &Scope,
    kind: &'static Kind,
    limit: u32,
    cursor: Option<&str>,
) -> Result<Page<Deleted<AnyRecord>>> {
    let layout = layout(kind);
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
    let mut rows: Vec<Deleted<AnyRecord>> = Vec::new();
    for row in layout.read(tx, &sql, &[Storage::Instant])? {
        let mut row = Row::new(row);
        let record = AnyRecord::take(kind, &mut row)?;
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
pub fn restore(tx: &mut Tx, permit: &Permit, old: &AnyRecord) -> Result<AnyRecord> {
    let kind = permit.kinds().like(old.kind());
    let layout = layout(kind);
    let now = Instant::now();
    let since = referrers::gone_since(tx, permit, kind, old.id())?;
    let mut sql = Sql::new(format!(
        "UPDATE {} SET version = version + 1, deleted_at = NULL, updated_at = ",
        kind.table
    ))
    .value(now);
    let led = merge::led(tx, permit, kind, old)?;
    let mut new = without_gone(tx, permit, kind, &led)?;
    layout.set(&mut sql, new.values(), &changed(old, &new));
    new.written(old.version() + 1, now);
    if let Some(text) = wire::of(layout, &new)? {
        sql.push(", wire = ").bind(text);
    }
    at_version(&mut sql, permit, old, "IS NOT NULL");
    if tx.execute(&sql)? == 0 {
        return Err(stale(tx, permit, old, "IS NOT NULL")?);
    }
    check_settings(tx, permit, layout, old.values())?;
    if tx.dialect() == Dialect::Sqlite && layout.searchable {
        search::store_terms(tx, kind, permit.workspace(), old.id(), &layout.tokens(old.values()))?;
    }
    custom::add(tx, permit, kind, std::iter::once(&new))?;
    duplicate::add(tx, permit.workspace(), kind, std::iter::once(&new))?;
    if !kind.alike.is_empty() {
        merge::part(tx, permit, new.id())?;
    }
    let entry = Entry {
        kind: kind.name,
        record: old.id(),
        version: new.version(),
        action: ChangeAction::Restore,
        fields: AnyRecord::differences(None, Some(&new))?,
        at: now,
    };
    change::append(tx, permit, entry)?;
    if let Some(since) = since {
        referrers::come_back(tx, permit, kind, old.id(), since, now)?;
    }
    Ok(new)
}

/// The record without what its custom fields refer to that was deleted meanwhile: those that live have let go of it.
fn without_gone(tx: &mut Tx, permit: &Permit, kind: &'static Kind, old: &AnyRecord) -> Result<AnyRecord> {
    let mut new = old.clone();
    let mut values = old.custom().clone();
    for (field, custom) in kind.custom() {
        let (Some(target), Some(value)) = (field.refers, old.custom().get(custom.key)) else {
            continue;
        };
        let ids = custom.stored(value).map(|value| referred(&value)).unwrap_or_default();
        let there = match permit.kinds().named(target) {
            Some(target) => page::ids_referable(tx, &permit.scope(), target, &ids)?,
            None => Vec::new(),
        };
        let left: Vec<&Id> = ids.iter().filter(|id| there.contains(id)).collect();
        if left.len() == ids.len() {
            continue;
        }
        match (left.is_empty(), values.as_object_mut()) {
            (true, Some(values)) => drop(values.remove(custom.key)),
            _ => values[custom.key] = json!(left),
        }
    }
    new.put(domain::custom::ALL, values);
    Ok(new)
}

/// A deal cannot come back into a stage that is gone: what belongs to the workspace must be there.
fn check_settings(tx: &mut Tx, permit: &Permit, layout: &Layout, row: &[Val]) -> Result<()> {
    let mut issues = Issues::default();
    for (i, field) in &layout.references {
        let Some(target) = field.refers.and_then(|name| permit.kinds().named(name)) else {
            continue;
        };
        // What was deleted may be told of, or is not referred to any more.
        if matches!(field.on_delete, OnDelete::Keep | OnDelete::Clear) {
            continue;
        }
        let ids = referred(&layout.value(*i, row));
        let there = page::ids_referable(tx, &permit.scope(), target, &ids)?;
        if ids.iter().any(|id| !there.contains(id)) {
            issues.add(Issue::at(field.name, "reference_in_bin"));
        }
    }
    Ok(issues.or(())?)
}
