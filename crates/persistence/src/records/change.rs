//! The change log: written with every change, read by position.

mod place;
mod verify;

pub use crate::seal::Head;
pub use place::{Place, end, must_be_there, place};
pub use verify::{Broken, Fault, Found, verify, workspaces};

use crate::engine::ROWS_AT_ONCE;
use crate::error::{Error, Result};
use crate::filter;
use crate::seal::hex;
use crate::sql::Sql;
use crate::store::CHANNEL;
use crate::subscriber;
use crate::tx::{Dialect, Tx};
use domain::change::{Change, ChangeAction};
use domain::policy::{Permit, Scope};
use domain::value::{Row, Storage, Val};
use domain::{Id, Instant, Kind};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use std::cell::Cell;

/// One change of one record, about to be logged.
pub(crate) struct Entry<'a> {
    pub kind: &'a str,
    pub record: Id,
    pub version: i64,
    pub action: ChangeAction,
    pub fields: Json,
    pub at: Instant,
}

pub(crate) fn append(tx: &mut Tx, permit: &Permit, entry: Entry) -> Result<()> {
    append_all(tx, permit, &[entry])
}

/// `INSERT INTO change_log …`: what follows are rows.
const LOG: &str = "INSERT INTO change_log (workspace_id, change_set, request_id, actor_id, kind, record_id, version, \
                   action, fields, at, salt, entry_hash) ";

/// As `append`, in one statement.
pub(crate) fn append_all(tx: &mut Tx, permit: &Permit, entries: &[Entry]) -> Result<()> {
    let mut sql = Sql::new(LOG);
    if !matches!(entries.len(), 1 | ROWS_AT_ONCE) {
        sql = sql.ad_hoc();
    }
    rows(&mut sql, permit, entries)?;
    tx.execute(&sql)?;
    appended(tx, entries)
}

/// Runs an UPDATE of one row and logs it; neither where the row is not there. PostgreSQL does both in one statement, which saves
/// one way there and back.
pub(crate) fn update(tx: &mut Tx, permit: &Permit, mut sql: Sql, entry: Entry) -> Result<bool> {
    let done = match tx.dialect() {
        Dialect::Pg => {
            sql.begin_with("WITH written AS (");
            sql.push(" RETURNING 1) ").push(LOG).push("SELECT ");
            put(&mut sql, permit, &entry)?;
            sql.push(" FROM written");
            tx.execute(&sql)? > 0
        }
        Dialect::Sqlite if tx.execute(&sql)? == 0 => false,
        Dialect::Sqlite => return append(tx, permit, entry).map(|()| true),
    };
    if done {
        appended(tx, &[entry])?;
    }
    Ok(done)
}

/// The same with an INSERT of as many rows as there are entries.
pub(crate) fn insert(tx: &mut Tx, permit: &Permit, mut sql: Sql, entries: &[Entry]) -> Result<()> {
    if tx.dialect() == Dialect::Sqlite {
        tx.execute(&sql)?;
        return append_all(tx, permit, entries);
    }
    sql.begin_with("WITH written AS (");
    sql.push(") ").push(LOG);
    rows(&mut sql, permit, entries)?;
    tx.execute(&sql)?;
    appended(tx, entries)
}

fn rows(sql: &mut Sql, permit: &Permit, entries: &[Entry]) -> Result<()> {
    for (n, entry) in entries.iter().enumerate() {
        sql.push(if n > 0 { ", (" } else { "VALUES (" });
        put(sql, permit, entry)?;
        sql.push(")");
    }
    Ok(())
}

fn appended(tx: &mut Tx, entries: &[Entry]) -> Result<()> {
    LOGGED.set(true);
    if entries
        .iter()
        .any(|entry| subscriber::is_wanted(entry.kind, entry.action))
    {
        WANTED.set(true);
    }
    if entries.iter().any(changes_rights) {
        RIGHTS.set(true);
        if tx.dialect() == Dialect::Pg {
            // Sent when the transaction commits, once however often it is said.
            tx.batch(&format!("NOTIFY {CHANNEL}"))?;
        }
    }
    Ok(())
}

thread_local! {
    /// Whether this thread has logged a change of rights. A transaction stays on its thread.
    static RIGHTS: Cell<bool> = const { Cell::new(false) };
    /// Whether it has logged what a subscriber waits for.
    static WANTED: Cell<bool> = const { Cell::new(false) };
    /// Whether it has logged anything.
    static LOGGED: Cell<bool> = const { Cell::new(false) };
}

/// Within a use case, at its end: whether it has logged what a subscriber waits for, since this was last asked here.
pub fn is_wanted() -> bool {
    WANTED.take()
}

/// Within a use case: whether it has logged anything, since it was last said here that nothing was.
pub fn is_logged() -> bool {
    LOGGED.get()
}

pub fn nothing_logged() {
    LOGGED.set(false);
}

/// For the store, when it has committed: whether rights may have changed since it last asked on this thread.
pub(crate) fn rights_changed() -> bool {
    RIGHTS.take()
}

/// Whether identities that are known say something else by now, be it what somebody may do. Who signs in anew is known to nobody yet.
fn changes_rights(entry: &Entry) -> bool {
    match entry.kind {
        "session" => entry.action != ChangeAction::Create,
        kind => is_about_rights(kind) || is_kept_along(kind) || entry.fields.get("shared_with").is_some(),
    }
}

fn is_kept_along(kind: &str) -> bool {
    domain::kind(kind).is_some_and(|k| k.kept_along)
}

/// Whether what is written of this kind may change what somebody may do.
pub fn is_about_rights(kind: &str) -> bool {
    let declared = || domain::kind(kind).is_some_and(|k| k.about_rights);
    matches!(kind, "api_key" | "workspace") || declared()
}

fn put(sql: &mut Sql, permit: &Permit, entry: &Entry) -> Result<()> {
    let mut salt = [0u8; 16];
    getrandom::fill(&mut salt).map_err(Error::internal)?;
    let salt = hex(&salt);
    let fields = entry.fields.to_string();
    let hash = entry_hash(
        &salt,
        &[
            &permit.workspace().to_string(),
            &permit.change_set().to_string(),
            permit.request_id(),
            &permit.actor().map(|a| a.to_string()).unwrap_or_default(),
            entry.kind,
            &entry.record.to_string(),
            &entry.version.to_string(),
            entry.action.key(),
            &fields,
            &entry.at.micros().to_string(),
        ],
    );
    sql.bind(permit.workspace());
    let values: [Val; 11] = [
        permit.change_set().into(),
        permit.request_id().into(),
        permit.actor().into(),
        entry.kind.into(),
        entry.record.into(),
        entry.version.into(),
        entry.action.key().into(),
        fields.into(),
        entry.at.into(),
        salt.into(),
        hash.into(),
    ];
    for value in values {
        sql.push(", ").bind(value);
    }
    Ok(())
}

/// Lengths are hashed too, so that text cannot move from one part to the next.
fn entry_hash(salt: &str, parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    hash.update(salt);
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hex(&hash.finalize())
}

pub(crate) const COLUMNS: &str =
    "position, change_set, request_id, actor_id, kind, record_id, version, action, fields, at";
pub(crate) const STORED: [Storage; 10] = [
    Storage::Int,
    Storage::Id,
    Storage::Text,
    Storage::Id,
    Storage::Text,
    Storage::Id,
    Storage::Int,
    Storage::Text,
    Storage::Text,
    Storage::Instant,
];

pub(crate) fn take(row: &mut Row) -> Result<Change> {
    Ok(Change {
        position: row.get()?,
        change_set: row.get()?,
        request_id: row.get()?,
        actor_id: row.get()?,
        kind: row.get()?,
        record_id: row.get()?,
        version: row.get()?,
        action: row.get()?,
        fields: serde_json::from_str(&row.get::<String>()?).map_err(Error::internal)?,
        at: row.get()?,
    })
}

/// Sealed changes of a workspace after a position, oldest first, of some kinds or of all. The scope only tells the workspace: what of each change
/// the caller may see is decided by the caller's rights on its record.
pub fn after(tx: &mut Tx, scope: &Scope, position: i64, kinds: &[String], limit: u32) -> Result<Vec<Change>> {
    let mut sql = Sql::new(format!("SELECT {COLUMNS} FROM change_log WHERE workspace_id = "))
        .value(scope.workspace())
        .text(" AND position > ")
        .value(position);
    for (n, kind) in kinds.iter().enumerate() {
        sql.push(if n == 0 { " AND kind IN (" } else { ", " })
            .bind(kind.as_str());
    }
    if !kinds.is_empty() {
        sql.push(")");
    }
    let sql = sql.text(" ORDER BY position LIMIT ").value(i64::from(limit));
    tx.all(&sql, &STORED, take)
}

/// The changes of a workspace that a subscriber wants, after a position and up to another, oldest first.
pub(crate) fn wanted(
    tx: &mut Tx,
    scope: &Scope,
    after: i64,
    to: i64,
    wants: &[(&'static str, Option<ChangeAction>)],
    limit: i64,
) -> Result<Vec<Change>> {
    let mut sql = Sql::new(format!("SELECT {COLUMNS} FROM change_log WHERE workspace_id = "))
        .value(scope.workspace())
        .text(" AND position > ")
        .value(after)
        .text(" AND position <= ")
        .value(to);
    for (n, (kind, action)) in wants.iter().enumerate() {
        sql.push(if n == 0 { " AND (kind = " } else { " OR kind = " })
            .bind(*kind);
        if let Some(action) = action {
            sql.push(" AND action = ").bind(action.key());
        }
    }
    sql.push(") ORDER BY position LIMIT ").bind(limit);
    tx.all(&sql, &STORED, take)
}

/// Whether a record has changed since a version only by what follows from other records: who saw that version has seen all
/// that a person wrote.
pub fn only_derived_since(tx: &mut Tx, scope: &Scope, kind: &Kind, id: Id, version: i64) -> Result<bool> {
    let sql = Sql::new("SELECT version FROM change_log WHERE workspace_id = ")
        .value(scope.workspace())
        .text(" AND record_id = ")
        .value(id)
        .text(" AND kind = ")
        .value(kind.name)
        .text(" AND version > ")
        .value(version)
        .text(" AND action <> ")
        .value(ChangeAction::Derive.key())
        .text(" LIMIT 1");
    Ok(tx.value::<i64>(&sql)?.is_none())
}

/// Where an entry stands in the order in which entries were written. Within a set, and for one record, that is the order of what
/// happened; unlike a position it is there before the sealer has come by.
pub type Seq = i64;

fn sealed_or_not() -> Sql {
    let columns = COLUMNS.replacen("position", "COALESCE(position, 0)", 1);
    Sql::new(format!("SELECT {columns}, seq FROM change_log WHERE workspace_id = "))
}

fn numbered(tx: &mut Tx, sql: &Sql) -> Result<Vec<(Seq, Change)>> {
    let mut columns = STORED.to_vec();
    columns.push(Storage::Int);
    tx.all(sql, &columns, |row| {
        let change = take(row)?;
        Ok((row.get()?, change))
    })
}

/// Which way one goes through a change set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Forward,
    Back,
}

/// Some changes of a set beyond a place in it.
pub fn of_set(
    tx: &mut Tx,
    scope: &Scope,
    set: Id,
    way: Way,
    beyond: Option<Seq>,
    limit: usize,
) -> Result<Vec<(Seq, Change)>> {
    let (test, order) = match way {
        Way::Forward => (" AND seq > ", " ORDER BY seq LIMIT "),
        Way::Back => (" AND seq < ", " ORDER BY seq DESC LIMIT "),
    };
    let mut sql = sealed_or_not().value(scope.workspace());
    sql.push(" AND change_set = ").bind(set);
    if let Some(beyond) = beyond {
        sql.push(test).bind(beyond);
    }
    sql.push(order).bind(i64::try_from(limit).unwrap_or(i64::MAX));
    numbered(tx, &sql)
}

/// How many records a set has changed, up to a limit.
pub fn records_of_set(tx: &mut Tx, scope: &Scope, set: Id, limit: i64) -> Result<i64> {
    let sql = Sql::new("SELECT COUNT(*) FROM (SELECT DISTINCT kind, record_id FROM change_log WHERE workspace_id = ")
        .value(scope.workspace())
        .text(" AND change_set = ")
        .value(set)
        .text(" LIMIT ")
        .value(limit)
        .text(") changed");
    Ok(tx.value::<i64>(&sql)?.unwrap_or_default())
}

/// All that happened to these records in a set, or outside it but for what was derived; oldest first.
pub fn of_records(tx: &mut Tx, scope: &Scope, set: Id, within: bool, ids: &[Id]) -> Result<Vec<(Seq, Change)>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = sealed_or_not().value(scope.workspace());
    sql.push(" AND record_id");
    filter::one_of_ids(&mut sql, tx.dialect(), ids);
    sql.push(if within {
        " AND change_set = "
    } else {
        " AND change_set <> "
    })
    .bind(set)
    .push(" AND action <> ")
    .bind(ChangeAction::Derive.key());
    if !within {
        // Nothing that came before the set matters.
        sql.push(" AND seq > (SELECT MIN(seq) FROM change_log WHERE workspace_id = ")
            .bind(scope.workspace())
            .push(" AND change_set = ")
            .bind(set)
            .push(")");
    }
    sql.push(" ORDER BY seq");
    numbered(tx, &sql)
}

/// What people did with one record, newest first, before a position. What was derived is in the feed.
pub fn of_record(
    tx: &mut Tx,
    scope: &Scope,
    kind: &Kind,
    id: Id,
    before: Option<i64>,
    limit: u32,
) -> Result<Vec<Change>> {
    of_these(tx, scope, kind, &[id], before, limit)
}

/// The same of several records of a kind, as one.
pub fn of_these(
    tx: &mut Tx,
    scope: &Scope,
    kind: &Kind,
    ids: &[Id],
    before: Option<i64>,
    limit: u32,
) -> Result<Vec<Change>> {
    let mut sql = Sql::new(format!("SELECT {COLUMNS} FROM change_log WHERE workspace_id = ")).value(scope.workspace());
    match ids {
        [id] => {
            sql.push(" AND record_id = ").bind(*id);
        }
        ids => {
            sql.push(" AND record_id");
            filter::one_of_ids(&mut sql, tx.dialect(), ids);
        }
    }
    let sql = sql
        .text(" AND kind = ")
        .value(kind.name)
        .text(" AND action <> ")
        .value(ChangeAction::Derive.key())
        .text(" AND position < ")
        .value(before.unwrap_or(i64::MAX))
        .text(" ORDER BY position DESC LIMIT ")
        .value(i64::from(limit));
    tx.all(&sql, &STORED, take)
}
