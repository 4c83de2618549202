//! The record engine itself: records as values of some kind. What is typed beside it only decodes.

use super::{Layout, Told, layout, page, referrers, wire};
use super::{ROWS_AT_ONCE, layout::FIRST_OWN};
use crate::change::{self, Entry};
use crate::error::{Error, Result};
use crate::sql::Sql;
use crate::tx::{Dialect, Tx};
use crate::{custom, duplicate, filter, search};
use domain::change::ChangeAction;
use domain::policy::{Actor, Fields, Permit, Scope};
use domain::user::User;
use domain::value::{Row, Storage, Val};
use domain::{AnyRecord, Id, Instant, Issue, Issues, Kind, Record};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet, HashMap};

pub use super::bin::{find_deleted, list_deleted, restore};
pub use super::bulk::{find_named, find_with};
pub use super::page::{list, list_by, list_columns, list_told, way_to};

fn not_found(kind: &Kind, id: Id) -> Error {
    Error::Domain(domain::Error::NotFound {
        kind: kind.name,
        id: Some(id),
    })
}

pub(super) fn read<T: Record>(record: AnyRecord) -> Result<T> {
    Ok(record.into_record()?)
}

pub(super) fn read_all<T: Record>(records: Vec<AnyRecord>) -> Result<Vec<T>> {
    records.into_iter().map(read).collect()
}

/// Whether nobody else changes the rows until the transaction ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    No,
    /// In the order of their ids: of two who hold the same rows, one waits for the other and not both for ever.
    Yes,
}

impl Hold {
    pub(super) fn write(self, sql: &mut Sql, dialect: Dialect) {
        if self == Self::Yes && dialect == Dialect::Pg {
            sql.push(" ORDER BY t.id FOR NO KEY UPDATE OF t");
        }
    }
}

pub fn find(tx: &mut Tx, scope: &Scope, kind: &'static Kind, id: Id) -> Result<AnyRecord> {
    one(tx, scope, kind, filter::scope, id, Hold::No)
}

/// The same as it is told, for who sees all of it; none where it has to be put together.
pub fn find_told(tx: &mut Tx, scope: &Scope, fields: &Fields, id: Id) -> Result<Option<Told>> {
    let kind = fields.kind();
    let layout = layout(kind);
    if layout.mark.is_none() || !fields.shows_all() {
        return Ok(None);
    }
    let mut sql = Sql::new(layout.select_wire.as_str());
    filter::scope(&mut sql, tx.dialect(), scope);
    sql.push(" AND t.id = ").bind(id);
    let row = tx.rows(&sql, &wire::STORAGE)?.into_iter().next();
    let told = wire::read(layout, row.ok_or_else(|| not_found(kind, id))?);
    wire::compare(tx, scope, kind, told.as_slice())?;
    Ok(told)
}

pub fn find_held(tx: &mut Tx, scope: &Scope, kind: &'static Kind, id: Id) -> Result<AnyRecord> {
    one(tx, scope, kind, filter::scope, id, Hold::Yes)
}

pub(super) fn one(
    tx: &mut Tx,
    scope: &Scope,
    kind: &'static Kind,
    within: fn(&mut Sql, Dialect, &Scope),
    id: Id,
    hold: Hold,
) -> Result<AnyRecord> {
    let layout = layout(kind);
    let mut sql = Sql::new(layout.select.as_str());
    within(&mut sql, tx.dialect(), scope);
    sql.push(" AND t.id = ").bind(id);
    hold.write(&mut sql, tx.dialect());
    let row = layout.read(tx, &sql, &[])?.into_iter().next();
    row.map(|values| AnyRecord::new(kind, values))
        .ok_or_else(|| not_found(kind, id))
}

pub fn find_by(tx: &mut Tx, scope: &Scope, kind: &'static Kind, field: &str, value: Val) -> Result<Option<AnyRecord>> {
    let field = kind.field(field).ok_or_else(|| Error::internal("no such field"))?;
    let layout = layout(kind);
    let mut sql = Sql::new(layout.select.as_str());
    filter::scope(&mut sql, tx.dialect(), scope);
    sql.push(format!(" AND t.{} = ", field.filter_column().0))
        .bind(value)
        .push(" ORDER BY t.id LIMIT 1");
    let row = layout.read(tx, &sql, &[])?.into_iter().next();
    Ok(row.map(|values| AnyRecord::new(kind, values)))
}

pub fn find_many(tx: &mut Tx, scope: &Scope, kind: &'static Kind, ids: &[Id]) -> Result<Vec<AnyRecord>> {
    many(tx, scope, kind, ids, Hold::No)
}

/// As `find_many`, which nobody else changes until the transaction ends.
pub fn find_many_held(tx: &mut Tx, scope: &Scope, kind: &'static Kind, ids: &[Id]) -> Result<Vec<AnyRecord>> {
    many(tx, scope, kind, ids, Hold::Yes)
}

fn many(tx: &mut Tx, scope: &Scope, kind: &'static Kind, ids: &[Id], hold: Hold) -> Result<Vec<AnyRecord>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let layout = layout(kind);
    let mut sql = Sql::new(layout.select.as_str());
    let dialect = tx.dialect();
    filter::scope(&mut sql, dialect, scope);
    sql.push(" AND t.id");
    filter::one_of_ids(&mut sql, dialect, ids);
    hold.write(&mut sql, dialect);
    let rows = layout.read(tx, &sql, &[])?;
    Ok(rows.into_iter().map(|values| AnyRecord::new(kind, values)).collect())
}

pub fn insert(tx: &mut Tx, permit: &Permit, kind: &'static Kind, records: &[AnyRecord]) -> Result<()> {
    let kind = permit.kinds().like(kind);
    let layout = layout(kind);
    let mut terms = Vec::new();
    for chunk in records.chunks(ROWS_AT_ONCE) {
        let entries = chunk.iter().map(|record| {
            Ok(Entry {
                kind: kind.name,
                record: record.id(),
                version: record.version(),
                action: ChangeAction::Create,
                fields: AnyRecord::differences(None, Some(record))?,
                at: Instant::now(),
            })
        });
        let entries = entries.collect::<Result<Vec<_>>>()?;
        terms.extend(insert_rows(tx, permit, layout, chunk, &entries)?);
        custom::add(tx, permit, kind, chunk.iter())?;
        duplicate::add(tx, permit.workspace(), kind, chunk.iter())?;
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

/// Stores and logs the rows. Returns what SQLite has still to index: the number of each row and its terms.
fn insert_rows(
    tx: &mut Tx,
    permit: &Permit,
    layout: &'static Layout,
    records: &[AnyRecord],
    entries: &[Entry],
) -> Result<Vec<(i64, String)>> {
    let rows: Vec<&[Val]> = records.iter().map(AnyRecord::values).collect();
    let dialect = tx.dialect();
    let mut sql = Sql::new(match dialect {
        Dialect::Pg => layout.insert_pg.as_str(),
        Dialect::Sqlite => layout.insert_sqlite.as_str(),
    });
    if rows.len() > 1 && rows.len() < ROWS_AT_ONCE {
        sql = sql.ad_hoc();
    }
    for (n, row) in rows.iter().enumerate() {
        sql.push(if n > 0 { ", (" } else { "(" }).bind(permit.workspace());
        for value in layout.stored(row) {
            sql.push(", ").bind(value);
        }
        for key in layout.sort_keys(row) {
            sql.push(", ").bind(key);
        }
        if let Some(text) = wire::of(layout, &records[n])? {
            sql.push(", ").bind(text);
        }
        if layout.searchable && dialect == Dialect::Pg {
            sql.push(", array_to_tsvector(")
                .bind(Val::Texts(layout.tokens(row)))
                .push(")");
        }
        sql.push(")");
    }
    if !layout.searchable || dialect == Dialect::Pg {
        change::insert(tx, permit, sql, entries)?;
        return Ok(Vec::new());
    }
    sql.push(" RETURNING id, rid");
    let stored = tx.rows(&sql, &[Storage::Id, Storage::Int])?;
    change::append_all(tx, permit, entries)?;
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

/// As the typed `update`; `new` is what is to be stored, but for version and time.
pub fn update(tx: &mut Tx, permit: &Permit, old: &AnyRecord, new: AnyRecord) -> Result<AnyRecord> {
    let changed = changed(old, &new);
    if changed.is_empty() {
        return Ok(old.clone());
    }
    update_one(tx, permit, old, new, &changed)
}

/// The columns that differ, but for those that the engine keeps.
pub(super) fn changed(old: &AnyRecord, new: &AnyRecord) -> Vec<usize> {
    let (was, is) = (old.values(), new.values());
    (FIRST_OWN..is.len()).filter(|i| was[*i] != is[*i]).collect()
}

fn update_one(
    tx: &mut Tx,
    permit: &Permit,
    old: &AnyRecord,
    mut new: AnyRecord,
    changed: &[usize],
) -> Result<AnyRecord> {
    let kind = permit.kinds().like(old.kind());
    let layout = layout(kind);
    let dialect = tx.dialect();
    let now = Instant::now();
    new.written(old.version() + 1, now);
    let is = new.values();
    let mut sql = Sql::new(format!(
        "UPDATE {} SET version = version + 1, updated_at = ",
        kind.table
    ));
    let set = match dialect {
        // PostgreSQL writes the whole row anyway and looks which of the values differ: so there is one statement for all
        // changes, which it plans once.
        Dialect::Pg => (FIRST_OWN..is.len()).collect(),
        // SQLite writes the index of each column that is named; there are as many statements as sets of changed fields.
        Dialect::Sqlite => {
            sql = sql.ad_hoc();
            changed.to_vec()
        }
    };
    sql.bind(now);
    layout.set(&mut sql, is, &set);
    if let Some(text) = wire::of(layout, &new)? {
        sql.push(", wire = ").bind(text);
    }
    for (position, key) in layout.sort_keys(is).enumerate() {
        let (column, source) = &layout.sorted[position];
        if set.contains(source) {
            sql.push(format!(", {column} = ")).bind(key);
        }
    }
    let reindex = layout
        .searched
        .iter()
        .any(|(source, ..)| source.is_among(changed, layout.custom));
    if reindex && dialect == Dialect::Pg {
        sql.push(", search = array_to_tsvector(")
            .bind(Val::Texts(layout.tokens(is)))
            .push(")");
    }
    at_version(&mut sql, permit, old, "IS NULL");
    let entry = Entry {
        kind: kind.name,
        record: old.id(),
        version: new.version(),
        action: ChangeAction::Update,
        fields: AnyRecord::differences(Some(old), Some(&new))?,
        at: now,
    };
    if !change::update(tx, permit, sql, entry)? {
        return Err(stale(tx, permit, old, "IS NULL")?);
    }
    if reindex && dialect == Dialect::Sqlite {
        search::store_terms(tx, kind, permit.workspace(), new.id(), &layout.tokens(is))?;
    }
    if changed.contains(&layout.custom) {
        custom::change(tx, permit, kind, old, &new)?;
    }
    if reindex || changed.contains(&layout.custom) {
        duplicate::change(tx, permit, kind, old, &new)?;
    }
    Ok(new)
}

/// Rows of one UPDATE.
const ROWS: usize = 500;

/// Stores many records that somebody else may also be about to write: all rows are held first, in the order of their ids,
/// and those that change alike are written together. A `reason` stands in the change log beside what changed. Records in
/// the recycle bin may be among them, as long as nothing changes that is searched or sorted by.
pub fn update_all(
    tx: &mut Tx,
    permit: &Permit,
    kind: &'static Kind,
    changes: Vec<(AnyRecord, AnyRecord)>,
    reason: Option<&str>,
) -> Result<Vec<AnyRecord>> {
    let kind = permit.kinds().like(kind);
    let layout = layout(kind);
    hold(tx, permit, kind, &changes)?;
    let now = Instant::now();
    let mut stored: Vec<AnyRecord> = Vec::with_capacity(changes.len());
    // What is set, and the places of those in which it is.
    let mut alike: Vec<(Vec<usize>, Vec<Val>, Vec<usize>)> = Vec::new();
    for (place, (old, new)) in changes.iter().enumerate() {
        let changed = changed(old, new);
        stored.push(if changed.is_empty() { old.clone() } else { new.clone() });
        if changed.is_empty() {
            continue;
        }
        let values: Vec<Val> = changed.iter().map(|i| new.values()[*i].clone()).collect();
        match alike.iter_mut().find(|(c, v, _)| *c == changed && *v == values) {
            Some((_, _, places)) => places.push(place),
            None => alike.push((changed, values, vec![place])),
        }
    }
    for (changed, _, places) in alike {
        let indexed = changed.contains(&layout.custom)
            || layout
                .searched
                .iter()
                .any(|(at, ..)| at.is_among(&changed, layout.custom));
        let sorted = layout.sorted.iter().any(|(_, at)| changed.contains(at));
        if indexed || sorted {
            for place in places {
                let (old, new) = &changes[place];
                stored[place] = update_one(tx, permit, old, new.clone(), &changed)?;
            }
            continue;
        }
        for some in places.chunks(ROWS) {
            for place in some {
                stored[*place].written(changes[*place].0.version() + 1, now);
            }
            let mut sql = Sql::new(format!(
                "UPDATE {} AS t SET version = version + 1, updated_at = ",
                kind.table
            ))
            .ad_hoc()
            .value(now);
            layout.set(&mut sql, changes[some[0]].1.values(), &changed);
            if layout.mark.is_some() {
                sql.push(", wire = w.column2");
            }
            let records = some.iter().map(|place| &stored[*place]);
            if wire::write(tx, layout, sql, permit.workspace(), records)? != some.len() {
                return Err(Error::internal("a record to be changed was not there"));
            }
            for part in some.chunks(ROWS_AT_ONCE) {
                let mut entries = Vec::with_capacity(part.len());
                for place in part {
                    let (old, new) = (&changes[*place].0, &stored[*place]);
                    let mut fields = AnyRecord::differences(Some(old), Some(new))?;
                    if let Some(reason) = reason {
                        fields["reason"] = json!([null, reason]);
                    }
                    entries.push(Entry {
                        kind: kind.name,
                        record: old.id(),
                        version: new.version(),
                        action: ChangeAction::Update,
                        fields,
                        at: now,
                    });
                }
                change::append_all(tx, permit, &entries)?;
            }
        }
    }
    Ok(stored)
}

/// Until the transaction ends, nobody else changes the rows, which are as they were read.
fn hold(tx: &mut Tx, permit: &Permit, kind: &'static Kind, changes: &[(AnyRecord, AnyRecord)]) -> Result<()> {
    let dialect = tx.dialect();
    let mut ids: Vec<Id> = changes.iter().map(|(old, _)| old.id()).collect();
    ids.sort_unstable();
    let mut versions: HashMap<Id, i64> = HashMap::new();
    for some in ids.chunks(ROWS) {
        let mut sql = Sql::new(format!(
            "SELECT t.id, t.version FROM {} t WHERE t.workspace_id = ",
            kind.table
        ));
        sql.bind(permit.workspace()).push(" AND t.id");
        filter::one_of_ids(&mut sql, dialect, some);
        Hold::Yes.write(&mut sql, dialect);
        let found: Vec<(Id, i64)> = tx.all(&sql, &[Storage::Id, Storage::Int], |row| Ok((row.get()?, row.get()?)))?;
        versions.extend(found);
    }
    for (old, _) in changes {
        match versions.get(&old.id()) {
            Some(version) if *version == old.version() => {}
            Some(current) => return Err(domain::Error::Stale { current: *current }.into()),
            None => return Err(not_found(kind, old.id())),
        }
    }
    Ok(())
}

/// The row as it was read; `deleted` says `IS NULL`, or `IS NOT NULL` for one in the bin.
pub(crate) fn at_version(sql: &mut Sql, permit: &Permit, old: &AnyRecord, deleted: &'static str) {
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
pub(crate) fn stale(tx: &mut Tx, permit: &Permit, old: &AnyRecord, deleted: &'static str) -> Result<Error> {
    let sql = Sql::new(format!(
        "SELECT version FROM {} WHERE workspace_id = ",
        old.kind().table
    ))
    .value(permit.workspace())
    .text(" AND id = ")
    .value(old.id())
    .text(" AND deleted_at ")
    .text(deleted);
    Ok(match tx.value::<i64>(&sql)? {
        Some(current) => Error::Domain(domain::Error::Stale { current }),
        None => not_found(old.kind(), old.id()),
    })
}

pub fn delete(tx: &mut Tx, permit: &Permit, old: &AnyRecord) -> Result<()> {
    let kind = permit.kinds().like(old.kind());
    referrers::check(tx, permit, kind, old.id())?;
    let now = Instant::now();
    let mut sql = Sql::new(format!(
        "UPDATE {} SET version = version + 1, deleted_at = ",
        old.kind().table
    ))
    .value(now);
    at_version(&mut sql, permit, old, "IS NULL");
    if tx.execute(&sql)? == 0 {
        return Err(stale(tx, permit, old, "IS NULL")?);
    }
    if tx.dialect() == Dialect::Sqlite && layout(kind).searchable {
        search::store_terms(tx, kind, permit.workspace(), old.id(), &[])?;
    }
    custom::remove(tx, permit, kind, &[old.id()])?;
    duplicate::remove(tx, permit, kind, old)?;
    let entry = Entry {
        kind: kind.name,
        record: old.id(),
        version: old.version() + 1,
        action: ChangeAction::Delete,
        fields: AnyRecord::differences(Some(old), None)?,
        at: now,
    };
    change::append(tx, permit, entry)?;
    referrers::let_go(tx, permit, kind, old.id(), now)
}

/// The records that a value of a reference names.
pub(super) fn referred(value: &Val) -> Vec<Id> {
    match value {
        Val::Id(id) => vec![*id],
        Val::Texts(ids) => ids.iter().filter_map(|id| domain::value::parse_id(id)).collect(),
        _ => Vec::new(),
    }
}

/// A record that is to be written: as it was, as it shall be, and what it refers to beside its own fields, each with
/// the pointer to it.
pub type Referring<'a> = (Option<&'a AnyRecord>, &'a AnyRecord, &'a [(String, &'static Kind, Id)]);

/// Every record that `new` newly refers to must be there and visible to the actor; all are looked up together, but for those that are
/// `coming` in the same transaction. Returns what is wrong with each.
pub fn check_references(
    tx: &mut Tx,
    actor: &Actor,
    kind: &'static Kind,
    records: &[Referring],
    coming: &dyn Fn(&'static Kind, Id) -> bool,
) -> Result<Vec<Issues>> {
    let kind = actor.kinds().like(kind);
    let layout = layout(kind);
    let mut wanted: BTreeMap<&'static str, (&'static Kind, BTreeSet<Id>)> = BTreeMap::new();
    let mut owners: BTreeSet<Id> = BTreeSet::new();
    let mut refers: Vec<Vec<(String, &'static Kind, Id, bool)>> = Vec::with_capacity(records.len());
    let mut here = None;
    let mut wrong: HashMap<(&'static str, Id), &'static str> = HashMap::new();
    for (old, new, beside) in records {
        let (mut found, mut missing) = (Vec::new(), Vec::new());
        for (i, field) in &layout.references {
            if field.name == "created_by" {
                continue;
            }
            let known = old
                .map(|old| referred(&layout.value(*i, old.values())))
                .unwrap_or_default();
            for id in referred(&layout.value(*i, new.values()))
                .into_iter()
                .filter(|id| !known.contains(id))
            {
                let at = domain::pointer(field.name);
                if field.refers == Some(User::KIND.name) && actor.user() == Some(id) {
                    // Who writes may have been deleted since they were recognized.
                    if here.is_none() {
                        here = Some(crate::user::stays(tx, actor, id)?);
                    }
                    if here == Some(false) {
                        missing.push((at, User::KIND, id, false));
                    }
                    continue;
                }
                // What it names may have been taken away; then nothing can be referred to.
                let Some(target) = field.refers.and_then(|name| actor.kinds().named(name)) else {
                    missing.push((at, kind, id, false));
                    wrong.insert((kind.name, id), "reference_not_found");
                    continue;
                };
                found.push((at, target, id, field.name == "owner_id"));
            }
        }
        found.extend(beside.iter().map(|(at, kind, id)| (at.clone(), *kind, *id, false)));
        found.retain(|(_, target, id, _)| !coming(target, *id));
        for (_, target, id, owner) in &found {
            wanted
                .entry(target.name)
                .or_insert((target, BTreeSet::new()))
                .1
                .insert(*id);
            if *owner {
                owners.insert(*id);
            }
        }
        found.extend(missing);
        refers.push(found);
    }
    let owners: Vec<Id> = owners.into_iter().collect();
    if let Some((false, me)) = here.zip(actor.user()) {
        wrong.insert((User::KIND.name, me), "reference_not_found");
    }
    for (target, ids) in wanted.into_values() {
        let ids: Vec<Id> = ids.into_iter().collect();
        let owners = if target.name == User::KIND.name {
            &owners[..]
        } else {
            &[]
        };
        let found = not_referable(tx, actor, target, &ids, owners)?;
        wrong.extend(found.into_iter().map(|(id, code)| ((target.name, id), code)));
    }
    let told = refers.into_iter().map(|found| {
        let mut issues = Issues::default();
        for (at, target, id, owner) in found {
            match wrong.get(&(target.name, id)) {
                // Who is not enabled owns nothing new, and may be named elsewhere.
                Some(&"owner_disabled") if !owner => {}
                Some(code) => issues.add(Issue::new(at, code)),
                None => {}
            }
        }
        issues
    });
    Ok(told.collect())
}

/// Which records cannot be referred to, and why: they are not there for the actor, or are to own something and are
/// disabled.
pub(super) fn not_referable(
    tx: &mut Tx,
    actor: &Actor,
    kind: &'static Kind,
    ids: &[Id],
    owners: &[Id],
) -> Result<HashMap<Id, &'static str>> {
    let visible = match actor.scope(kind) {
        Ok(scope) => page::ids_referable(tx, &scope, kind, ids)?,
        Err(_) => Vec::new(),
    };
    let enabled = crate::user::those_enabled(tx, actor, owners)?;
    let told = ids.iter().filter_map(|id| match visible.contains(id) {
        false => Some((*id, "reference_not_found")),
        true if owners.contains(id) && !enabled.contains(id) => Some((*id, "owner_disabled")),
        true => None,
    });
    Ok(told.collect())
}
