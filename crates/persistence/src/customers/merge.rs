//! Records that were merged into others: what referred to them refers to the kept one, and their ids lead to it.

use crate::change;
use crate::engine::{any, referrers};
use crate::error::Result;
use crate::filter;
use crate::sharing;
use crate::sql::Sql;
use crate::tx::Tx;
use domain::policy::Permit;
use domain::value::{Storage, Val, parse_id};
use domain::{AnyRecord, Field, Id, Issue, Kind, custom};
use serde_json::{Value as Json, json};

/// Records that may refer to those of one merge; more would keep other writers waiting.
const MOST: usize = 10_000;
/// Records read and written together.
const AT_ONCE: usize = 500;

/// Whatever live record refers to one of these, in declared and in custom fields, refers to the kept one. What lies in the bin
/// is led there when it comes out.
pub fn repoint(tx: &mut Tx, permit: &Permit, kind: &'static Kind, from: &[Id], into: Id) -> Result<()> {
    let mut left = MOST;
    for other in permit.kinds().iter() {
        for field in other.fields.iter().filter(|field| field.refers == Some(kind.name)) {
            for id in from {
                let ids = referrers::live(tx, permit, other, field, *id)?;
                let many = || domain::Error::Conflict(Issue::new("/from", "too_many_to_move").with("max", MOST));
                left = left.checked_sub(ids.len()).ok_or_else(many)?;
                for some in ids.chunks(AT_ONCE) {
                    let olds = any::find_many_held(tx, &permit.scope(), other, some)?;
                    let changes = olds.into_iter().map(|old| {
                        let new = referring(&old, field, *id, into);
                        (old, new)
                    });
                    any::update_all(tx, permit, other, changes.collect(), None)?;
                }
            }
        }
    }
    Ok(())
}

/// A record that refers to another in a field, with that one instead. Nothing refers to itself.
fn referring(old: &AnyRecord, field: &Field, from: Id, into: Id) -> AnyRecord {
    let mut new = old.clone();
    let instead = (old.id() != into).then_some(into);
    let several = |ids: Vec<String>| -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        for id in ids {
            let id = match id == from.to_string() {
                true => instead.map(|into| into.to_string()),
                false => Some(id),
            };
            all.extend(id.filter(|id| !all.contains(id)));
        }
        all
    };
    match custom::key(field.name) {
        Some(key) => {
            let mut own = old.custom().clone();
            let is = match own.get(key) {
                Some(Json::Array(ids)) => {
                    let ids = ids.iter().filter_map(|id| id.as_str().map(str::to_owned)).collect();
                    json!(several(ids))
                }
                _ => json!(instead),
            };
            match (is.is_null(), own.as_object_mut()) {
                (true, Some(own)) => drop(own.remove(key)),
                _ => own[key] = is,
            }
            new.put(custom::ALL, own);
        }
        None => match old.value(field.name) {
            Some(Val::Texts(ids)) => new.put(field.name, Val::Texts(several(ids.clone()))),
            _ => new.put(field.name, instead),
        },
    }
    new
}

/// Whoever one of these is shared with sees the kept one.
pub fn share(tx: &mut Tx, permit: &Permit, kind: &Kind, from: &[Id], into: (Id, i64)) -> Result<()> {
    for id in from {
        for member in sharing::members(tx, &permit.scope(), kind, *id)? {
            let there = sharing::member(tx, permit.workspace(), kind, into.0, member.user)?;
            let together = there.map_or(member, |there| there.with(member));
            sharing::put(tx, permit, kind, into, &together)?;
        }
    }
    Ok(())
}

/// A record that comes out of the bin, referring to those that what it referred to was merged into meanwhile.
pub(crate) fn led(tx: &mut Tx, permit: &Permit, kind: &'static Kind, old: &AnyRecord) -> Result<AnyRecord> {
    let mut new = old.clone();
    for field in kind.fields {
        let target = field.refers.and_then(|name| permit.kinds().named(name));
        if target.is_none_or(|target| target.alike.is_empty()) {
            continue;
        }
        let known = new.json(field.name)?;
        let ids: Vec<Id> = match &known {
            Json::Array(ids) => ids.iter().filter_map(Json::as_str).filter_map(parse_id).collect(),
            Json::String(id) => parse_id(id).into_iter().collect(),
            _ => Vec::new(),
        };
        for id in ids {
            if let Some(into) = led_to(tx, permit.workspace(), id)? {
                new = referring(&new, field, id, into);
            }
        }
    }
    Ok(new)
}

/// From now on the ids of these lead to the kept one.
pub fn lead(tx: &mut Tx, permit: &Permit, from: &[Id], into: Id) -> Result<()> {
    for id in from {
        let sql = Sql::new("INSERT INTO merged_records (workspace_id, record_id, into_id) VALUES (")
            .value(permit.workspace())
            .text(", ")
            .value(*id)
            .text(", ")
            .value(into)
            .text(") ON CONFLICT (workspace_id, record_id) DO UPDATE SET into_id = excluded.into_id");
        tx.execute(&sql)?;
    }
    Ok(())
}

/// A record that comes out of the bin is itself again.
pub(crate) fn part(tx: &mut Tx, permit: &Permit, id: Id) -> Result<()> {
    let sql = Sql::new("DELETE FROM merged_records WHERE workspace_id = ")
        .value(permit.workspace())
        .text(" AND record_id = ")
        .value(id);
    tx.execute(&sql)?;
    Ok(())
}

/// Where an id leads, through as many merges as there were.
pub fn led_to(tx: &mut Tx, workspace: Id, id: Id) -> Result<Option<Id>> {
    let mut met = vec![id];
    loop {
        let sql = Sql::new("SELECT into_id FROM merged_records WHERE workspace_id = ")
            .value(workspace)
            .text(" AND record_id = ")
            .value(met[met.len() - 1]);
        match tx.value::<Id>(&sql)? {
            Some(next) if !met.contains(&next) => met.push(next),
            _ => return Ok(met.get(1).and(met.last()).copied()),
        }
    }
}

/// A record and all that were merged into it: their histories are told as one.
pub fn together(tx: &mut Tx, workspace: Id, id: Id) -> Result<Vec<Id>> {
    let mut all = vec![id];
    let mut latest = all.clone();
    while !latest.is_empty() {
        let mut sql = Sql::new("SELECT record_id FROM merged_records WHERE workspace_id = ").value(workspace);
        sql.push(" AND into_id");
        filter::one_of_ids(&mut sql, tx.dialect(), &latest);
        let found: Vec<Id> = tx.all(&sql, &[Storage::Id], |row| Ok(row.get()?))?;
        latest = found.into_iter().filter(|id| !all.contains(id)).collect();
        all.extend(&latest);
    }
    Ok(all)
}

/// What people did with a record and with those merged into it, newest first, before a position.
pub fn history(
    tx: &mut Tx,
    scope: &domain::policy::Scope,
    kind: &Kind,
    id: Id,
    before: Option<i64>,
    limit: u32,
) -> Result<Vec<domain::change::Change>> {
    let all = together(tx, scope.workspace(), id)?;
    change::of_these(tx, scope, kind, &all, before, limit)
}
