//! What deleting a record does to the records that refer to it: it is held by them, or they let go of it, or go with it, as
//! each reference says (`Field::on_delete`). Works on kinds and rows, not on records.

use super::source;
use super::{ROWS_AT_ONCE, layout, wire};
use crate::change::{self, Entry};
use crate::custom;
use crate::duplicate;
use crate::error::{Error, Result};
use crate::filter;
use crate::search;
use crate::sql::Sql;
use crate::tx::{Dialect, Tx};
use domain::change::ChangeAction;
use domain::policy::Permit;
use domain::record::{InBin, OnDelete};
use domain::value::{Storage, Val};
use domain::{AnyRecord, Field, Id, Instant, Issue, Kind, Kinds};
use serde_json::{Value as Json, json};

/// The references to a kind that say so of deleting.
fn places(kinds: Kinds, kind: &Kind, on_delete: OnDelete) -> impl Iterator<Item = (&'static Kind, &'static Field)> {
    let name = kind.name;
    kinds.iter().flat_map(move |other| {
        let held = move |f: &&Field| f.refers == Some(name) && f.on_delete == on_delete;
        other.fields.iter().filter(held).map(move |field| (other, field))
    })
}

/// ` FROM … t WHERE` a row of the kind refers to the record.
fn referring(tx: &Tx, permit: &Permit, columns: &str, kind: &Kind, field: &Field, id: Id) -> Sql {
    let mut sql = Sql::new(format!(
        "SELECT {columns} FROM {} t WHERE t.workspace_id = ",
        source(kind)
    ));
    sql.bind(permit.workspace()).push(" AND ");
    filter::refers(&mut sql, tx.dialect(), field, id);
    sql
}

/// Refuses to delete a record that others need: live ones that refer to it, and those in the bin that could not come back
/// without it.
pub fn check(tx: &mut Tx, permit: &Permit, kind: &Kind, id: Id) -> Result<()> {
    let lines = permit.kinds().iter().filter_map(|other| Some((other, other.lines?)));
    let lines = lines.flat_map(|(other, lines)| {
        let refers = lines.refers.iter();
        refers.map(move |(column, to)| (other, lines.table, *column, *to))
    });
    let lines: Vec<_> = lines.filter(|(.., to)| *to == kind.name).collect();
    let refused = |code, by: &Kind| Err(domain::Error::Conflict(Issue::new("", code).with("kind", by.name)).into());
    if tx.dialect() == Dialect::Pg && (!lines.is_empty() || permit.kinds().iter().any(|k| refers_to(k, kind))) {
        // Who is about to refer to it waits until this transaction ends, and then does not find it.
        let sql = Sql::new(format!("SELECT id FROM {} WHERE workspace_id = ", kind.table))
            .value(permit.workspace())
            .text(" AND id = ")
            .value(id)
            .text(" FOR UPDATE");
        tx.row(&sql, &[Storage::Id])?;
    }
    // Those that live first: they are what people see.
    for (alive, code) in [("IS NULL", "still_referenced"), ("IS NOT NULL", "referenced_from_bin")] {
        for (other, field) in places(permit.kinds(), kind, OnDelete::Restrict) {
            if alive == "IS NOT NULL" && field.held_in_bin() != InBin::Holds {
                continue;
            }
            let mut sql = referring(tx, permit, "t.id", other, field, id);
            sql.push(format!(" AND t.deleted_at {alive} LIMIT 1"));
            if !tx.rows(&sql, &[Storage::Id])?.is_empty() {
                return refused(code, other);
            }
        }
        // What is part of a record is there as long as the record, and in the bin with it.
        for (other, table, column, _) in &lines {
            let sql = Sql::new(format!(
                "SELECT t.id FROM {table} l JOIN {} t ON t.workspace_id = l.workspace_id AND t.id = l.{}_id \
                 WHERE t.deleted_at {alive} AND l.{column} = ",
                other.plural, other.name
            ))
            .value(id)
            .text(" AND l.workspace_id = ")
            .value(permit.workspace())
            .text(" LIMIT 1");
            if !tx.rows(&sql, &[Storage::Id])?.is_empty() {
                return refused(code, other);
            }
        }
    }
    Ok(())
}

/// Whether records of `other` refer to those of `kind` in a way that deleting has to know of.
fn refers_to(other: &Kind, kind: &Kind) -> bool {
    let told = |f: &Field| f.refers == Some(kind.name) && f.on_delete != OnDelete::Keep;
    other.fields.iter().any(told)
}

/// After a record has gone to the bin: what refers to it refers to it no more, or goes with it.
pub fn let_go(tx: &mut Tx, permit: &Permit, kind: &Kind, id: Id, at: Instant) -> Result<()> {
    let in_bin =
        places(permit.kinds(), kind, OnDelete::Restrict).filter(|(_, field)| field.held_in_bin() == InBin::LetsGo);
    for (other, field) in places(permit.kinds(), kind, OnDelete::Clear).chain(in_bin) {
        clear(tx, permit, other, field, id, at)?;
    }
    for (other, field) in places(permit.kinds(), kind, OnDelete::Cascade) {
        take_along(tx, permit, other, field, id, at)?;
    }
    Ok(())
}

/// A record that refers to another: its id, its version, and what stands in the reference.
type Referrer = (Id, i64, Val);

/// The rows that refer to a record, as far as `narrowed` leaves them, locked.
fn referrers(
    tx: &mut Tx,
    permit: &Permit,
    (kind, field): (&Kind, &Field),
    id: Id,
    narrowed: impl FnOnce(&mut Sql),
) -> Result<Vec<Referrer>> {
    // That of a custom field stands among others.
    let (column, storage) = match field.custom {
        Some(_) => (domain::custom::ALL, Storage::Json),
        None => (field.stored_as(), field.filter_column().1),
    };
    let columns = format!("t.id, t.version, t.{column}");
    let mut sql = referring(tx, permit, &columns, kind, field, id);
    narrowed(&mut sql);
    filter::lock_in_order(&mut sql, tx.dialect());
    tx.all(&sql, &[Storage::Id, Storage::Int, storage], |row| {
        Ok((row.get()?, row.get()?, row.value()?))
    })
}

/// The live records that refer to one.
pub(crate) fn live(tx: &mut Tx, permit: &Permit, kind: &'static Kind, field: &Field, id: Id) -> Result<Vec<Id>> {
    let mut sql = referring(tx, permit, "t.id", kind, field, id);
    sql.push(" AND t.deleted_at IS NULL ORDER BY t.id");
    tx.all(&sql, &[Storage::Id], |row| Ok(row.get()?))
}

/// Writes a column of some rows; `value` follows `SET … = `.
fn set(
    tx: &mut Tx,
    permit: &Permit,
    kind: &'static Kind,
    at: Instant,
    rows: &[Referrer],
    value: impl FnOnce(&mut Sql),
) -> Result<()> {
    let ids: Vec<Id> = rows.iter().map(|(id, ..)| *id).collect();
    let mut sql = Sql::new(format!(
        "UPDATE {} SET version = version + 1, updated_at = ",
        kind.table
    ));
    sql.bind(at).push(", ");
    value(&mut sql);
    sql.push(" WHERE workspace_id = ")
        .bind(permit.workspace())
        .push(" AND id");
    filter::one_of_ids(&mut sql, tx.dialect(), &ids);
    if tx.execute(&sql)? != rows.len() {
        return Err(Error::internal("a record that refers to another was not there"));
    }
    wire::renew(tx, permit.workspace(), kind, &ids)
}

fn tell(
    tx: &mut Tx,
    permit: &Permit,
    kind: &Kind,
    action: ChangeAction,
    at: Instant,
    rows: &[Referrer],
    fields: impl Fn(&Val) -> Json,
) -> Result<()> {
    for part in rows.chunks(ROWS_AT_ONCE) {
        let entries: Vec<Entry> = part
            .iter()
            .map(|(record, version, value)| Entry {
                kind: kind.name,
                record: *record,
                version: version + 1,
                action,
                fields: fields(value),
                at,
            })
            .collect();
        change::append_all(tx, permit, &entries)?;
    }
    Ok(())
}

/// Those in the bin too, so that nothing comes out of it that refers to what is gone.
pub(crate) fn clear(
    tx: &mut Tx,
    permit: &Permit,
    kind: &'static Kind,
    field: &Field,
    id: Id,
    at: Instant,
) -> Result<()> {
    if field.custom.is_some() {
        return clear_custom(tx, permit, kind, field, id, at);
    }
    let (name, dialect) = (field.stored_as(), tx.dialect());
    let rows = referrers(tx, permit, (kind, field), id, |_| {})?;
    if rows.is_empty() {
        return Ok(());
    }
    set(tx, permit, kind, at, &rows, |sql| match (field.is_several(), dialect) {
        (false, _) => {
            sql.push(format!("{name} = NULL"));
        }
        (true, Dialect::Pg) => {
            sql.push(format!("{name} = array_remove({name}, "))
                .bind(id.to_string())
                .push("::text)");
        }
        (true, Dialect::Sqlite) => {
            sql.push(format!(
                "{name} = (SELECT json_group_array(value) FROM json_each({name}) WHERE value <> "
            ))
            .bind(id.to_string())
            .push(")");
        }
    })?;
    tell(tx, permit, kind, ChangeAction::Update, at, &rows, |value| match value {
        Val::Texts(ids) => {
            let left: Vec<&String> = ids.iter().filter(|other| **other != id.to_string()).collect();
            json!({ name: [ids, left] })
        }
        _ => json!({ name: [id, null] }),
    })
}

/// The same of a custom field, whose value stands among others. Those in the bin are not in the index: what they refer to is
/// looked at when they come out of it.
fn clear_custom(tx: &mut Tx, permit: &Permit, kind: &'static Kind, field: &Field, id: Id, at: Instant) -> Result<()> {
    let Some(key) = domain::custom::key(field.name) else {
        return Ok(());
    };
    for (record, version, values) in referrers(tx, permit, (kind, field), id, |_| {})? {
        let Val::Json(old) = values else { continue };
        let left = match old.get(key) {
            Some(Json::Array(ids)) => ids.iter().filter(|other| **other != json!(id)).cloned().collect(),
            _ => Vec::new(),
        };
        let mut new = old.clone();
        match (left.is_empty(), new.as_object_mut()) {
            (true, Some(values)) => drop(values.remove(key)),
            _ => new[key] = json!(left),
        }
        let is = new.get(key).cloned().unwrap_or_default();
        let was = old.get(key).cloned().unwrap_or_default();
        let rows = [(record, version, Val::Json(old))];
        set(tx, permit, kind, at, &rows, |sql| {
            sql.push("custom_fields = ").bind(Val::Json(new));
        })?;
        custom::forget(tx, permit, field, record, id)?;
        tell(
            tx,
            permit,
            kind,
            ChangeAction::Update,
            at,
            &rows,
            |_| json!({ field.name: [was, is] }),
        )?;
    }
    Ok(())
}

/// Those that go to the bin with the record; they come back with it (`bring_back`).
pub(crate) fn take_along(
    tx: &mut Tx,
    permit: &Permit,
    kind: &'static Kind,
    field: &Field,
    id: Id,
    at: Instant,
) -> Result<()> {
    let rows = referrers(tx, permit, (kind, field), id, |sql| {
        sql.push(" AND t.deleted_at IS NULL");
    })?;
    for (one, ..) in &rows {
        check(tx, permit, kind, *one)?;
    }
    if rows.is_empty() {
        return Ok(());
    }
    set(tx, permit, kind, at, &rows, |sql| {
        sql.push("deleted_at = ").bind(at);
    })?;
    tell(
        tx,
        permit,
        kind,
        ChangeAction::Delete,
        at,
        &rows,
        |_| json!({ field.name: [id, null] }),
    )?;
    for (one, ..) in &rows {
        if tx.dialect() == Dialect::Sqlite && layout(kind).searchable {
            search::store_terms(tx, kind, permit.workspace(), *one, &[])?;
        }
        custom::remove(tx, permit, kind, &[*one])?;
        let_go(tx, permit, kind, *one, at)?;
    }
    Ok(())
}

/// When a record was deleted, for a kind that others go with.
pub fn gone_since(tx: &mut Tx, permit: &Permit, kind: &Kind, id: Id) -> Result<Option<Instant>> {
    if places(permit.kinds(), kind, OnDelete::Cascade).next().is_none() {
        return Ok(None);
    }
    deleted_at(tx, permit, kind, id)
}

pub(crate) fn deleted_at(tx: &mut Tx, permit: &Permit, kind: &Kind, id: Id) -> Result<Option<Instant>> {
    let sql = Sql::new(format!("SELECT deleted_at FROM {} WHERE workspace_id = ", kind.table))
        .value(permit.workspace())
        .text(" AND id = ")
        .value(id);
    tx.value(&sql)
}

/// What went to the bin with a record comes back with it.
pub fn come_back(tx: &mut Tx, permit: &Permit, kind: &Kind, id: Id, since: Instant, at: Instant) -> Result<()> {
    for (other, field) in places(permit.kinds(), kind, OnDelete::Cascade) {
        bring_back(tx, permit, other, field, id, since, at)?;
    }
    Ok(())
}

pub(crate) fn bring_back(
    tx: &mut Tx,
    permit: &Permit,
    kind: &'static Kind,
    field: &Field,
    id: Id,
    since: Instant,
    at: Instant,
) -> Result<()> {
    let rows = referrers(tx, permit, (kind, field), id, |sql| {
        sql.push(" AND t.deleted_at = ").bind(since);
    })?;
    if rows.is_empty() {
        return Ok(());
    }
    set(tx, permit, kind, at, &rows, |sql| {
        sql.push("deleted_at = NULL");
    })?;
    tell(
        tx,
        permit,
        kind,
        ChangeAction::Restore,
        at,
        &rows,
        |_| json!({ field.name: [null, id] }),
    )?;
    let layout = layout(kind);
    let terms = tx.dialect() == Dialect::Sqlite && layout.searchable;
    for (one, ..) in &rows {
        if terms || kind.custom().next().is_some() || !kind.alike.is_empty() {
            let mut sql = Sql::new(layout.select.as_str());
            sql.push("t.workspace_id = ")
                .bind(permit.workspace())
                .push(" AND t.id = ")
                .bind(*one);
            let stored = layout.read(tx, &sql, &[])?.pop().unwrap_or_default();
            if terms {
                search::store_terms(tx, kind, permit.workspace(), *one, &layout.tokens(&stored))?;
            }
            let back = AnyRecord::new(kind, stored);
            custom::add(tx, permit, kind, std::iter::once(&back))?;
            duplicate::add(tx, permit.workspace(), kind, std::iter::once(&back))?;
        }
        come_back(tx, permit, kind, *one, since, at)?;
    }
    Ok(())
}
