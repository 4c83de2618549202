//! Letters to be sent: put here in the transaction they belong to, taken by the thread that sends them, on one node each.

use crate::error::{Error, Result};
use crate::sql::Sql;
use crate::tx::{Dialect, Tx};
use domain::value::{Storage, Val};
use domain::{Id, Instant};
use serde_json::Value as Json;

/// How long a letter is held by whoever took it: longer than any sending takes, so that nobody else sends it as well.
const HELD_SECONDS: i64 = 10 * 60;
/// How long it is told what became of a letter.
const KEPT_SECONDS: i64 = 30 * 24 * 3600;

const WAITS: &str = "sent_at IS NULL AND failed_at IS NULL";

#[derive(Debug, Clone, PartialEq)]
pub struct Letter {
    pub id: Id,
    /// Workspace and user it goes to, once they are known.
    pub to: Option<(Id, Id)>,
    pub kind: String,
    pub address: String,
    /// What it tells.
    pub facts: Json,
    /// After that it is worth nothing any more.
    pub give_up_at: Instant,
    /// How often it was taken to be sent.
    pub tries: i64,
}

impl Letter {
    pub fn new(kind: &str, address: &str, give_up_at: Instant) -> Self {
        Self {
            id: Id::now_v7(),
            to: None,
            kind: kind.to_owned(),
            address: address.to_owned(),
            facts: Json::Null,
            give_up_at,
            tries: 0,
        }
    }
}

pub fn put(tx: &mut Tx, letter: &Letter) -> Result<()> {
    let now = Instant::now();
    let mut sql = Sql::new(
        "INSERT INTO outbox (id, workspace_id, user_id, kind, address, facts, created_at, next_try_at, give_up_at, tries) \
         VALUES (",
    )
    .value(letter.id);
    let values: [Val; 9] = [
        letter.to.map(|to| to.0).into(),
        letter.to.map(|to| to.1).into(),
        letter.kind.as_str().into(),
        letter.address.as_str().into(),
        letter.facts.clone().into(),
        now.into(),
        now.into(),
        letter.give_up_at.into(),
        letter.tries.into(),
    ];
    for value in values {
        sql.push(", ").bind(value);
    }
    tx.execute(&sql.text(")"))?;
    Ok(())
}

/// Whether any letter is due: a quick look, before one is taken.
pub fn anything_due(tx: &mut Tx) -> Result<bool> {
    let sql = Sql::new(format!("SELECT id FROM outbox WHERE {WAITS} AND next_try_at <= "))
        .value(Instant::now())
        .text(" LIMIT 1");
    Ok(tx.row(&sql, &[Storage::Id])?.is_some())
}

/// Takes the letter that is due longest, and holds it for a while.
pub fn take(tx: &mut Tx) -> Result<Option<Letter>> {
    let now = Instant::now();
    let lock = match tx.dialect() {
        Dialect::Pg => " FOR UPDATE SKIP LOCKED",
        Dialect::Sqlite => "",
    };
    let next = Sql::new(format!(
        "SELECT id, workspace_id, user_id, kind, address, facts, give_up_at, tries FROM outbox WHERE {WAITS} AND next_try_at <= "
    ))
    .value(now)
    .text(" ORDER BY next_try_at LIMIT 1")
    .text(lock);
    let stored = [
        Storage::Id,
        Storage::Id,
        Storage::Id,
        Storage::Text,
        Storage::Text,
        Storage::Json,
        Storage::Instant,
        Storage::Int,
    ];
    let Some(mut row) = tx.row(&next, &stored)? else {
        return Ok(None);
    };
    let id: Id = row.get()?;
    let to: (Option<Id>, Option<Id>) = (row.get()?, row.get()?);
    let letter = Letter {
        id,
        to: to.0.zip(to.1),
        kind: row.get()?,
        address: row.get()?,
        facts: row.get::<Option<Json>>()?.unwrap_or_default(),
        give_up_at: row.get()?,
        tries: row.get::<i64>()? + 1,
    };
    let sql = Sql::new("UPDATE outbox SET tries = ")
        .value(letter.tries)
        .text(", next_try_at = ")
        .value(now.plus_seconds(HELD_SECONDS))
        .text(" WHERE id = ")
        .value(id);
    tx.execute(&sql)?;
    Ok(Some(letter))
}

/// What became of a letter that was taken. Who took it in between, since this came too late, is not disturbed.
fn end(tx: &mut Tx, letter: &Letter, set: Sql) -> Result<()> {
    let sql = set
        .text(" WHERE id = ")
        .value(letter.id)
        .text(" AND tries = ")
        .value(letter.tries);
    tx.execute(&sql)?;
    Ok(())
}

pub fn sent(tx: &mut Tx, letter: &Letter) -> Result<()> {
    let set = Sql::new("UPDATE outbox SET facts = NULL, error = NULL, sent_at = ").value(Instant::now());
    end(tx, letter, set)
}

pub fn failed(tx: &mut Tx, letter: &Letter, error: &str) -> Result<()> {
    let set = Sql::new("UPDATE outbox SET facts = NULL, failed_at = ")
        .value(Instant::now())
        .text(", error = ")
        .value(error);
    end(tx, letter, set)
}

pub fn later(tx: &mut Tx, letter: &Letter, at: Instant, error: &str) -> Result<()> {
    let set = Sql::new("UPDATE outbox SET next_try_at = ")
        .value(at)
        .text(", error = ")
        .value(error);
    end(tx, letter, set)
}

/// As if it had never been there.
pub fn drop(tx: &mut Tx, letter: &Letter) -> Result<()> {
    tx.execute(&Sql::new("DELETE FROM outbox WHERE id = ").value(letter.id))?;
    Ok(())
}

/// How many letters of a kind a user was sent, or is about to be, since.
pub fn count(tx: &mut Tx, workspace: Id, user: Id, kind: &str, since: Instant) -> Result<i64> {
    let sql = Sql::new("SELECT count(*) FROM outbox")
        .of_user(workspace, user)
        .text(" AND kind = ")
        .value(kind)
        .text(" AND created_at > ")
        .value(since);
    tx.value(&sql)?.ok_or_else(|| Error::internal("no count"))
}

/// Drops what nobody asks about any more.
pub fn sweep(tx: &mut Tx) -> Result<usize> {
    let old = Instant::now().plus_seconds(-KEPT_SECONDS);
    tx.execute(&Sql::new("DELETE FROM outbox WHERE created_at < ").value(old))
}
