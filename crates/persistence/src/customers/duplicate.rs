//! The keys of live records by which those like them are found. The engine keeps them wherever it inserts, updates, deletes and
//! restores; a key that is left over leads to a record that is looked at and found not to be alike.

use crate::error::Result;
use crate::sql::Sql;
use crate::tx::Tx;
use domain::duplicate::Traits;
use domain::policy::Permit;
use domain::value::Storage;
use domain::{AnyRecord, Id, Kind};
use std::collections::{BTreeMap, BTreeSet};

/// Rows of one INSERT.
const ROWS: usize = 100;

fn keys(record: &AnyRecord) -> BTreeSet<String> {
    Traits::of(record, |_| true).keys()
}

/// Records live from now on.
pub(crate) fn add<'a>(
    tx: &mut Tx,
    workspace: Id,
    kind: &'static Kind,
    records: impl Iterator<Item = &'a AnyRecord>,
) -> Result<()> {
    if kind.alike.is_empty() {
        return Ok(());
    }
    let of = |record: &AnyRecord| {
        let id = record.id();
        keys(record).into_iter().map(move |key| (key, id))
    };
    store(tx, workspace, kind, records.flat_map(of).collect())
}

fn store(tx: &mut Tx, workspace: Id, kind: &Kind, mut keys: Vec<(String, Id)>) -> Result<()> {
    // In the order of the index.
    keys.sort_unstable();
    for some in keys.chunks(ROWS) {
        let mut sql = Sql::new("INSERT INTO duplicate_keys (workspace_id, key, record_id, kind) VALUES ").ad_hoc();
        for (n, (key, id)) in some.iter().enumerate() {
            sql.push(if n > 0 { ", (" } else { "(" }).bind(workspace);
            sql.push(", ").bind(key.as_str()).push(", ").bind(*id);
            sql.push(", ").bind(kind.name).push(")");
        }
        sql.push(" ON CONFLICT DO NOTHING");
        tx.execute(&sql)?;
    }
    Ok(())
}

/// A record has other values now.
pub(crate) fn change(
    tx: &mut Tx,
    permit: &Permit,
    kind: &'static Kind,
    old: &AnyRecord,
    new: &AnyRecord,
) -> Result<()> {
    if kind.alike.is_empty() {
        return Ok(());
    }
    let (was, is) = (keys(&old.clone().as_of(kind)), keys(&new.clone().as_of(kind)));
    forget(tx, permit.workspace(), old.id(), was.difference(&is))?;
    let fresh = is.difference(&was).map(|key| (key.clone(), new.id())).collect();
    store(tx, permit.workspace(), kind, fresh)
}

/// A record goes to the bin.
pub(crate) fn remove(tx: &mut Tx, permit: &Permit, kind: &'static Kind, old: &AnyRecord) -> Result<()> {
    if kind.alike.is_empty() {
        return Ok(());
    }
    forget(tx, permit.workspace(), old.id(), keys(&old.clone().as_of(kind)).iter())
}

fn forget<'a>(tx: &mut Tx, workspace: Id, record: Id, keys: impl Iterator<Item = &'a String>) -> Result<()> {
    for key in keys {
        let sql = Sql::new("DELETE FROM duplicate_keys WHERE workspace_id = ")
            .value(workspace)
            .text(" AND key = ")
            .value(key.as_str())
            .text(" AND record_id = ")
            .value(record);
        tx.execute(&sql)?;
    }
    Ok(())
}

/// Records under one key that are looked at, and under all of them. What so many have tells little of each.
const UNDER_ONE: i64 = 100;
const UNDER_ALL: usize = 300;

/// Where those may be that are like this, of some kinds: the surest keys first, and no more than can be looked at while somebody types.
pub fn perhaps(
    tx: &mut Tx,
    workspace: Id,
    kinds: &[&'static Kind],
    traits: &Traits,
) -> Result<BTreeMap<&'static str, Vec<Id>>> {
    let keys = traits.looked_up();
    let mut found: BTreeMap<&'static str, Vec<Id>> = BTreeMap::new();
    if keys.is_empty() || kinds.is_empty() {
        return Ok(found);
    }
    let mut sql = Sql::new("").ad_hoc();
    for (n, key) in keys.iter().enumerate() {
        sql.push(if n > 0 {
            " UNION ALL SELECT * FROM ("
        } else {
            "SELECT * FROM ("
        });
        sql.push("SELECT kind, record_id FROM duplicate_keys WHERE workspace_id = ")
            .bind(workspace);
        sql.push(" AND key = ")
            .bind(key.as_str())
            .push(" LIMIT ")
            .bind(UNDER_ONE)
            .push(") k");
        sql.push(n.to_string());
    }
    let mut count = 0;
    for (name, id) in
        tx.all::<(String, Id), Vec<_>>(&sql, &[Storage::Text, Storage::Id], |row| Ok((row.get()?, row.get()?)))?
    {
        let Some(kind) = kinds.iter().find(|kind| kind.name == name) else {
            continue;
        };
        let of_kind = found.entry(kind.name).or_default();
        if count < UNDER_ALL && !of_kind.contains(&id) {
            of_kind.push(id);
            count += 1;
        }
    }
    Ok(found)
}
