//! The record engine: find, list, insert, update, delete and restore, the same for every kind.
//!
//! Nothing here is generic over the kind but the decoding of rows, so that sixty kinds cost one compilation.
//!
//! # Security requirement 6: nothing is read without a scope, nothing written without a permit
//!
//! The types demand both, and only `domain::policy` makes them, out of what an actor may do:
//!
//! ```no_run
//! use domain::policy::{Action, Actor, Permit, Scope};
//! use domain::{Id, Record, lead::Lead};
//! use persistence::{Result, Tx, engine};
//!
//! fn read(tx: &mut Tx, actor: &Actor, id: Id) -> Result<Lead> {
//!     let scope: Scope = actor.scope(Lead::KIND)?;
//!     engine::find(tx, &scope, id)
//! }
//!
//! fn write(tx: &mut Tx, actor: &Actor, old: &Lead, new: &Lead) -> Result<Lead> {
//!     let permit: Permit = actor.authorize(Action::Edit, Lead::KIND, old.owner_id)?;
//!     engine::update(tx, &permit, old, new)
//! }
//! ```
//!
//! Without a scope nothing is read:
//!
//! ```compile_fail,E0061
//! use domain::{Id, lead::Lead};
//! use persistence::{Result, Tx, engine};
//!
//! fn read(tx: &mut Tx, id: Id) -> Result<Lead> {
//!     engine::find(tx, id)
//! }
//! ```
//!
//! Who may read may not write for it:
//!
//! ```compile_fail,E0308
//! use domain::policy::Scope;
//! use domain::lead::Lead;
//! use persistence::{Result, Tx, engine};
//!
//! fn write(tx: &mut Tx, scope: &Scope, old: &Lead, new: &Lead) -> Result<Lead> {
//!     engine::update(tx, scope, old, new)
//! }
//! ```
//!
//! Nobody makes a scope, nor a permit, of their own:
//!
//! ```compile_fail,E0451
//! use domain::Id;
//! use domain::policy::Scope;
//!
//! fn other(scope: Scope, workspace: Id) -> Scope {
//!     Scope { workspace, ..scope }
//! }
//! ```
//!
//! ```compile_fail,E0451
//! use domain::Id;
//! use domain::policy::Permit;
//!
//! fn other(permit: Permit, workspace: Id) -> Permit {
//!     Permit { workspace, ..permit }
//! }
//! ```
//!
//! ```compile_fail,E0599
//! let permit = domain::policy::Permit::default();
//! ```
//!
//! And a record that was read becomes JSON only through what its reader may see of it:
//!
//! ```no_run
//! use domain::lead::Lead;
//! use domain::policy::Actor;
//!
//! fn shown(actor: &Actor, lead: &Lead) -> serde_json::Result<String> {
//!     serde_json::to_string(&actor.show(lead))
//! }
//! ```
//!
//! ```compile_fail,E0277
//! use domain::lead::Lead;
//!
//! fn shown(lead: &Lead) -> serde_json::Result<String> {
//!     serde_json::to_string(lead)
//! }
//! ```

mod bin;
mod bulk;
mod derive;
mod layout;
mod page;

pub use bin::{Deleted, find_deleted, list_deleted, restore};
pub use bulk::{Name, find_named, find_with, named, named_by, names_near};
pub(crate) use derive::{Derived, derive};
pub use page::{Page, count, hold_all, ids_referable, ids_visible, list, list_by, titles, titles_deleted};

use crate::change::{self, Entry};
use crate::error::{Error, Result};
use crate::sql::Sql;
use crate::tx::{Dialect, Tx};
use crate::{filter, search};
use domain::change::{ChangeAction, diff};
use domain::policy::{Actor, Permit, Scope};
use domain::value::{Row, Storage, Val};
use domain::{Id, Instant, Issue, Issues, Kind, Record};
pub(crate) use layout::{Layout, layout};
use std::collections::HashMap;

/// Rows of one INSERT: enough to be quick, few enough for the limit on bound values of either database.
pub(crate) const ROWS_AT_ONCE: usize = 50;

fn not_found(kind: &Kind, id: Id) -> Error {
    Error::Domain(domain::Error::NotFound {
        kind: kind.name,
        id: Some(id),
    })
}

/// One record that the scope lets see.
pub fn find<T: Record>(tx: &mut Tx, scope: &Scope, id: Id) -> Result<T> {
    one(tx, scope, filter::scope, id, "")
}

/// The same, which nobody else changes until the transaction ends: for a change that is to be made whatever the version.
pub fn find_held<T: Record>(tx: &mut Tx, scope: &Scope, id: Id) -> Result<T> {
    let held = match tx.dialect() {
        Dialect::Pg => " FOR NO KEY UPDATE OF t",
        Dialect::Sqlite => "",
    };
    one(tx, scope, filter::scope, id, held)
}

fn one<T: Record>(
    tx: &mut Tx,
    scope: &Scope,
    within: fn(&mut Sql, Dialect, &Scope),
    id: Id,
    held: &'static str,
) -> Result<T> {
    let layout = layout(T::KIND);
    let mut sql = Sql::new(layout.select.as_str());
    within(&mut sql, tx.dialect(), scope);
    sql.push(" AND t.id = ").bind(id).push(held);
    let row = tx.row(&sql, &layout.storage)?;
    row.map(|mut row| T::take(&mut row))
        .transpose()?
        .ok_or_else(|| not_found(T::KIND, id))
}

/// The record with this value in a field that is unique in the workspace, such as `external_id`.
pub fn find_by<T: Record>(tx: &mut Tx, scope: &Scope, field: &str, value: impl Into<Val>) -> Result<Option<T>> {
    let field = T::KIND.field(field).ok_or_else(|| Error::internal("no such field"))?;
    let layout = layout(T::KIND);
    let mut sql = Sql::new(layout.select.as_str());
    filter::scope(&mut sql, tx.dialect(), scope);
    sql.push(format!(" AND t.{} = ", field.filter_column().0))
        .bind(value)
        .push(" ORDER BY t.id LIMIT 1");
    Ok(tx
        .row(&sql, &layout.storage)?
        .map(|mut row| T::take(&mut row))
        .transpose()?)
}

/// Records by their ids, in no order; those out of scope are left out.
pub fn find_many<T: Record>(tx: &mut Tx, scope: &Scope, ids: &[Id]) -> Result<Vec<T>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let layout = layout(T::KIND);
    let mut sql = Sql::new(layout.select.as_str());
    let dialect = tx.dialect();
    filter::scope(&mut sql, dialect, scope);
    sql.push(" AND t.id");
    filter::one_of_ids(&mut sql, dialect, ids);
    tx.all(&sql, &layout.storage, |row| Ok(T::take(row)?))
}

/// Stores new records with their search terms and change-log entries.
pub fn insert<T: Record>(tx: &mut Tx, permit: &Permit, records: &[T]) -> Result<()> {
    let layout = layout(T::KIND);
    let mut terms = Vec::new();
    for chunk in records.chunks(ROWS_AT_ONCE) {
        let rows: Vec<Vec<Val>> = chunk.iter().map(Record::put).collect();
        terms.extend(insert_rows(tx, permit, layout, &rows)?);
        let entries = chunk.iter().map(|record| {
            let new = serde_json::to_value(record.whole()).map_err(Error::internal)?;
            Ok(Entry {
                kind: T::KIND.name,
                record: record.id(),
                version: record.version(),
                action: ChangeAction::Create,
                fields: diff(None, Some(&new)),
                at: Instant::now(),
            })
        });
        change::append_all(tx, permit, &entries.collect::<Result<Vec<_>>>()?)?;
    }
    // Last, and one by one with VALUES: whatever else writes several rows opens a savepoint, and at each one FTS5 writes
    // out what it has.
    for (rid, tokens) in terms {
        let sql = Sql::new(layout.index_terms.as_str())
            .value(rid)
            .text(", ")
            .value(tokens)
            .text(")");
        tx.execute(&sql)?;
    }
    Ok(())
}

/// Stores the rows. Returns what SQLite has still to index: the number of each row and its terms.
fn insert_rows(tx: &mut Tx, permit: &Permit, layout: &'static Layout, rows: &[Vec<Val>]) -> Result<Vec<(i64, String)>> {
    let dialect = tx.dialect();
    let mut sql = Sql::new(match dialect {
        Dialect::Pg => layout.insert_pg.as_str(),
        Dialect::Sqlite => layout.insert_sqlite.as_str(),
    });
    if rows.len() > 1 && rows.len() < ROWS_AT_ONCE {
        sql = sql.once();
    }
    for (n, row) in rows.iter().enumerate() {
        sql.push(if n > 0 { ", (" } else { "(" }).bind(permit.workspace());
        for value in row {
            sql.push(", ").bind(value.clone());
        }
        for key in layout.sort_keys(row) {
            sql.push(", ").bind(key);
        }
        if layout.searchable && dialect == Dialect::Pg {
            sql.push(", array_to_tsvector(")
                .bind(Val::Texts(layout.tokens(row)))
                .push(")");
        }
        sql.push(")");
    }
    if !layout.searchable || dialect == Dialect::Pg {
        tx.execute(&sql)?;
        return Ok(Vec::new());
    }
    sql.push(" RETURNING id, rid");
    let stored = tx.rows(&sql, &[Storage::Id, Storage::Int])?;
    let rids = stored.into_iter().map(|row| {
        let mut row = Row::new(row);
        Ok((row.get()?, row.get()?))
    });
    let rids: HashMap<Id, i64> = rids.collect::<Result<_>>()?;
    let terms = rows.iter().map(|row| {
        let rid = match &row[0] {
            Val::Id(id) => rids.get(id),
            _ => None,
        };
        let rid = *rid.ok_or_else(|| Error::internal("a row was not stored"))?;
        Ok((rid, layout.tokens(row).join(" ")))
    });
    terms.collect()
}

/// Stores `new` over `old` and returns what is then stored. Nothing changed: nothing written. Somebody else was faster:
/// `Stale`.
pub fn update<T: Record>(tx: &mut Tx, permit: &Permit, old: &T, new: &T) -> Result<T> {
    let layout = layout(T::KIND);
    let (was, is) = (old.put(), new.put());
    let changed: Vec<usize> = (layout::FIRST_OWN..is.len()).filter(|i| was[*i] != is[*i]).collect();
    if changed.is_empty() {
        return Ok(old.clone());
    }
    let dialect = tx.dialect();
    let now = Instant::now();
    // There are as many statements as sets of changed fields.
    let mut sql = Sql::new(format!(
        "UPDATE {} SET version = version + 1, updated_at = ",
        T::KIND.plural
    ))
    .once()
    .value(now);
    for i in &changed {
        sql.push(format!(", {} = ", layout.columns[*i])).bind(is[*i].clone());
    }
    for (position, key) in layout.sort_keys(&is).enumerate() {
        let (column, source) = &layout.sorted[position];
        if changed.contains(source) {
            sql.push(format!(", {column} = ")).bind(key);
        }
    }
    let reindex = layout.searched.iter().any(|(source, ..)| changed.contains(source));
    if reindex && dialect == Dialect::Pg {
        sql.push(", search = array_to_tsvector(")
            .bind(Val::Texts(layout.tokens(&is)))
            .push(")");
    }
    at_version(&mut sql, permit, old, "IS NULL");
    if tx.execute(&sql)? == 0 {
        return Err(stale(tx, permit, old, "IS NULL")?);
    }
    if reindex && dialect == Dialect::Sqlite {
        search::store_terms(tx, T::KIND, permit.workspace(), new.id(), &layout.tokens(&is))?;
    }
    let mut stored = new.clone();
    stored.written(old.version() + 1, now);
    let before = serde_json::to_value(old.whole()).map_err(Error::internal)?;
    let after = serde_json::to_value(stored.whole()).map_err(Error::internal)?;
    let entry = Entry {
        kind: T::KIND.name,
        record: old.id(),
        version: stored.version(),
        action: ChangeAction::Update,
        fields: diff(Some(&before), Some(&after)),
        at: now,
    };
    change::append(tx, permit, entry)?;
    Ok(stored)
}

/// The row as it was read; `deleted` says `IS NULL`, or `IS NOT NULL` for one in the bin.
fn at_version<T: Record>(sql: &mut Sql, permit: &Permit, old: &T, deleted: &'static str) {
    sql.push(" WHERE workspace_id = ")
        .bind(permit.workspace())
        .push(" AND id = ")
        .bind(old.id());
    sql.push(" AND version = ")
        .bind(old.version())
        .push(" AND deleted_at ")
        .push(deleted);
}

/// Why nothing was written: the record has another version by now, or is gone.
fn stale<T: Record>(tx: &mut Tx, permit: &Permit, old: &T, deleted: &'static str) -> Result<Error> {
    let sql = Sql::new(format!("SELECT version FROM {} WHERE workspace_id = ", T::KIND.plural))
        .value(permit.workspace())
        .text(" AND id = ")
        .value(old.id())
        .text(" AND deleted_at ")
        .text(deleted);
    Ok(match tx.value::<i64>(&sql)? {
        Some(current) => Error::Domain(domain::Error::Stale { current }),
        None => not_found(T::KIND, old.id()),
    })
}

/// Moves a record to the recycle bin.
pub fn delete<T: Record>(tx: &mut Tx, permit: &Permit, old: &T) -> Result<()> {
    if let Some(referrer) = referrer(tx, permit, T::KIND, old.id())? {
        return Err(Error::Domain(domain::Error::Conflict(
            Issue::new("", "still_referenced").with("kind", referrer),
        )));
    }
    let now = Instant::now();
    let mut sql = Sql::new(format!(
        "UPDATE {} SET version = version + 1, deleted_at = ",
        T::KIND.plural
    ))
    .value(now);
    at_version(&mut sql, permit, old, "IS NULL");
    if tx.execute(&sql)? == 0 {
        return Err(stale(tx, permit, old, "IS NULL")?);
    }
    if tx.dialect() == Dialect::Sqlite && layout(T::KIND).searchable {
        search::store_terms(tx, T::KIND, permit.workspace(), old.id(), &[])?;
    }
    let before = serde_json::to_value(old.whole()).map_err(Error::internal)?;
    let entry = Entry {
        kind: T::KIND.name,
        record: old.id(),
        version: old.version() + 1,
        action: ChangeAction::Delete,
        fields: diff(Some(&before), None),
        at: now,
    };
    change::append(tx, permit, entry)
}

/// A kind with a live record that refers to this one. Only what belongs to the workspace (stages, products, users) is
/// held by its references: a deleted customer leaves its history behind.
fn referrer(tx: &mut Tx, permit: &Permit, kind: &Kind, id: Id) -> Result<Option<&'static str>> {
    if kind.ownership == domain::record::Ownership::Owned {
        return Ok(None);
    }
    if tx.dialect() == Dialect::Pg {
        // Who is about to refer to it waits until this transaction ends, and then does not find it.
        let sql = Sql::new(format!("SELECT id FROM {} WHERE workspace_id = ", kind.plural))
            .value(permit.workspace())
            .text(" AND id = ")
            .value(id)
            .text(" FOR UPDATE");
        tx.row(&sql, &[Storage::Id])?;
    }
    let mut places: Vec<(&'static str, &str, &str)> = Vec::new();
    for other in domain::KINDS {
        let refers = other
            .fields
            .iter()
            .filter(|f| f.refers == Some(kind.name) && f.name != "created_by");
        places.extend(refers.map(|f| (other.name, other.plural, f.name)));
    }
    if kind.name == "product" {
        places.push(("opportunity", "opportunity_lines", "product_id"));
    }
    for (name, table, column) in places {
        let alive = if table == "opportunity_lines" {
            ""
        } else {
            " AND deleted_at IS NULL"
        };
        let sql = Sql::new(format!("SELECT workspace_id FROM {table} WHERE {column} = "))
            .value(id)
            .text(" AND workspace_id = ")
            .value(permit.workspace())
            .text(format!("{alive} LIMIT 1"));
        if !tx.rows(&sql, &[Storage::Id])?.is_empty() {
            return Ok(Some(name));
        }
    }
    Ok(None)
}

/// Every record that `new` newly refers to must be there and visible to the actor.
pub fn check_references<T: Record>(tx: &mut Tx, actor: &Actor, old: Option<&T>, new: &T) -> Result<()> {
    let layout = layout(T::KIND);
    let (was, is) = (old.map(Record::put), new.put());
    let mut issues = Issues::default();
    for (i, field) in &layout.references {
        let Val::Id(id) = is[*i] else { continue };
        let unchanged = was.as_ref().is_some_and(|was| was[*i] == is[*i]);
        let myself = field.refers == Some("user") && actor.user() == Some(id);
        if unchanged || field.name == "created_by" {
            continue;
        }
        if myself {
            if !crate::user::stays(tx, actor, id)? {
                issues.add(Issue::at(field.name, "reference_not_found"));
            }
            continue;
        }
        let target = field
            .refers
            .and_then(domain::kind)
            .ok_or_else(|| Error::internal("refers to no kind"))?;
        if let Some(code) = unfit(tx, actor, target, id, field.name == "owner_id")? {
            issues.add(Issue::at(field.name, code));
        }
    }
    Ok(issues.or(())?)
}

/// Why a record cannot be referred to: it is not there for the actor, or is to own something and is disabled.
fn unfit(tx: &mut Tx, actor: &Actor, kind: &'static Kind, id: Id, owner: bool) -> Result<Option<&'static str>> {
    let visible = match actor.scope(kind) {
        Ok(scope) => !ids_referable(tx, &scope, kind, &[id])?.is_empty(),
        Err(_) => false,
    };
    Ok(match visible {
        false => Some("reference_not_found"),
        true if owner && !crate::user::is_enabled(tx, actor, id)? => Some("owner_disabled"),
        true => None,
    })
}

/// Who is to own records from now on must be there, visible to the actor, and enabled.
pub fn check_owner(tx: &mut Tx, actor: &Actor, id: Id) -> Result<()> {
    if actor.user() == Some(id) && crate::user::stays(tx, actor, id)? {
        return Ok(());
    }
    match unfit(tx, actor, domain::user::User::KIND, id, true)? {
        Some(code) => Err(Issue::at("owner_id", code).into()),
        None => Ok(()),
    }
}
