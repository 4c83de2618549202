//! API keys: kept by the hash of their secret, found by it at each call.

use crate::change::{self, Entry};
use crate::error::Result;
use crate::sql::Sql;
use crate::tx::Tx;
use domain::api_key::{ApiKey, Limits, Scopes};
use domain::change::ChangeAction;
use domain::policy::Permit;
use domain::value::{Row, Storage, Val};
use domain::{Error, Id, Instant};
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// What the change log calls a key.
const KIND: &str = "api_key";
/// Using a key is noted at most this often.
pub const NOTED_SECONDS: i64 = 60;

const COLUMNS: &str = "id, user_id, name, prefix, scopes, created_at, expires_at, rotated_at, old_until, revoked_at, \
                       last_used_at, last_used_from, version";
const STORED: [Storage; 13] = [
    Storage::Id,
    Storage::Id,
    Storage::Text,
    Storage::Text,
    Storage::Texts,
    Storage::Instant,
    Storage::Instant,
    Storage::Instant,
    Storage::Instant,
    Storage::Instant,
    Storage::Instant,
    Storage::Text,
    Storage::Int,
];

fn take(row: &mut Row) -> Result<ApiKey> {
    Ok(ApiKey {
        id: row.get()?,
        user_id: row.get()?,
        name: row.get()?,
        prefix: row.get()?,
        scopes: row.get()?,
        created_at: row.get()?,
        expires_at: row.get()?,
        rotated_at: row.get()?,
        old_until: row.get()?,
        revoked_at: row.get()?,
        last_used_at: row.get()?,
        last_used_from: row.get()?,
        version: row.get()?,
    })
}

fn of_workspace(workspace: Id) -> Sql {
    Sql::new(format!("SELECT {COLUMNS} FROM api_keys WHERE workspace_id = ")).value(workspace)
}

/// A key of the workspace; of one user, where one is named.
pub fn find(tx: &mut Tx, workspace: Id, user: Option<Id>, id: Id) -> Result<ApiKey> {
    let mut sql = of_workspace(workspace).text(" AND id = ").value(id);
    if let Some(user) = user {
        sql = sql.text(" AND user_id = ").value(user);
    }
    let found = tx.row(&sql, &STORED)?;
    let absent = Error::NotFound {
        kind: KIND,
        id: Some(id),
    };
    take(&mut found.ok_or(absent)?)
}

/// Keys of the workspace or of one user, newest first, before the key `before`.
pub fn page(tx: &mut Tx, workspace: Id, user: Option<Id>, before: Option<Id>, limit: u32) -> Result<Vec<ApiKey>> {
    let mut sql = of_workspace(workspace);
    if let Some(user) = user {
        sql = sql.text(" AND user_id = ").value(user);
    }
    if let Some(before) = before {
        sql = sql.text(" AND id < ").value(before);
    }
    let sql = sql.text(" ORDER BY id DESC LIMIT ").value(i64::from(limit));
    tx.all(&sql, &STORED, take)
}

/// How many keys of a user work.
pub fn count_active(tx: &mut Tx, workspace: Id, user: Id) -> Result<i64> {
    let sql = Sql::new("SELECT count(*) FROM api_keys")
        .of_user(workspace, user)
        .text(" AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ")
        .value(Instant::now())
        .text(")");
    Ok(tx.value(&sql)?.unwrap_or_default())
}

pub fn insert(tx: &mut Tx, permit: &Permit, key: &ApiKey, secret_hash: &str) -> Result<()> {
    let mut sql = Sql::new(
        "INSERT INTO api_keys (workspace_id, id, user_id, name, prefix, scopes, secret_hash, created_at, expires_at, \
         version) VALUES (",
    )
    .value(permit.workspace());
    let values: [Val; 9] = [
        key.id.into(),
        key.user_id.into(),
        key.name.as_str().into(),
        key.prefix.as_str().into(),
        key.scopes.clone().into(),
        secret_hash.into(),
        key.created_at.into(),
        key.expires_at.into(),
        key.version.into(),
    ];
    for value in values {
        sql.push(", ").bind(value);
    }
    tx.execute(&sql.text(")"))?;
    let told = json!({ "user_id": [null, key.user_id], "name": [null, key.name], "prefix": [null, key.prefix],
        "scopes": [null, key.scopes], "expires_at": [null, key.expires_at] });
    log(tx, permit, key, ChangeAction::Create, told)
}

fn log(tx: &mut Tx, permit: &Permit, key: &ApiKey, action: ChangeAction, fields: Json) -> Result<()> {
    let entry = Entry {
        kind: KIND,
        record: key.id,
        version: key.version,
        action,
        fields,
        at: Instant::now(),
    };
    change::append(tx, permit, entry)
}

/// Writes what `set` says, unless the key has another version by now.
fn update(tx: &mut Tx, permit: &Permit, old: &ApiKey, set: Sql) -> Result<()> {
    let sql = set
        .text(", version = version + 1 WHERE workspace_id = ")
        .value(permit.workspace())
        .text(" AND id = ")
        .value(old.id)
        .text(" AND version = ")
        .value(old.version);
    if tx.execute(&sql)? == 1 {
        return Ok(());
    }
    let current = find(tx, permit.workspace(), None, old.id)?.version;
    Err(Error::Stale { current }.into())
}

pub fn rename(tx: &mut Tx, permit: &Permit, old: &ApiKey, name: &str) -> Result<ApiKey> {
    if old.name == name {
        return Ok(old.clone());
    }
    update(tx, permit, old, Sql::new("UPDATE api_keys SET name = ").value(name))?;
    let new = find(tx, permit.workspace(), None, old.id)?;
    let told = json!({ "name": [old.name, new.name] });
    log(tx, permit, &new, ChangeAction::Update, told)?;
    Ok(new)
}

/// A secret in place of another.
pub struct Rotation<'a> {
    pub prefix: &'a str,
    pub secret_hash: &'a str,
    /// The one before works until then as well.
    pub old_until: Option<Instant>,
    pub expires_at: Option<Instant>,
}

pub fn rotate(tx: &mut Tx, permit: &Permit, old: &ApiKey, rotation: &Rotation) -> Result<ApiKey> {
    let kept = if rotation.old_until.is_some() {
        "secret_hash"
    } else {
        "NULL"
    };
    let set = Sql::new(format!("UPDATE api_keys SET old_hash = {kept}, old_until = "))
        .value(rotation.old_until)
        .text(", secret_hash = ")
        .value(rotation.secret_hash)
        .text(", prefix = ")
        .value(rotation.prefix)
        .text(", expires_at = ")
        .value(rotation.expires_at)
        .text(", rotated_at = ")
        .value(Instant::now());
    update(tx, permit, old, set)?;
    let new = find(tx, permit.workspace(), None, old.id)?;
    let mut told = json!({ "prefix": [old.prefix, new.prefix], "rotated_at": [old.rotated_at, new.rotated_at] });
    if old.old_until != new.old_until {
        told["old_until"] = json!([old.old_until, new.old_until]);
    }
    if old.expires_at != new.expires_at {
        told["expires_at"] = json!([old.expires_at, new.expires_at]);
    }
    log(tx, permit, &new, ChangeAction::Update, told)?;
    Ok(new)
}

/// Ends a key for good.
pub fn revoke(tx: &mut Tx, permit: &Permit, old: &ApiKey) -> Result<()> {
    let now = Instant::now();
    let set = Sql::new("UPDATE api_keys SET old_hash = NULL, old_until = NULL, revoked_at = ").value(now);
    update(tx, permit, old, set)?;
    let ended = ApiKey {
        version: old.version + 1,
        ..old.clone()
    };
    let told = json!({ "name": [old.name, null], "prefix": [old.prefix, null], "revoked_at": [null, now] });
    log(tx, permit, &ended, ChangeAction::Delete, told)
}

/// Ends every key of a user.
pub fn revoke_all(tx: &mut Tx, permit: &Permit, user: Id) -> Result<()> {
    let sql = of_workspace(permit.workspace())
        .text(" AND user_id = ")
        .value(user)
        .text(" AND revoked_at IS NULL");
    let keys: Vec<ApiKey> = tx.all(&sql, &STORED, take)?;
    keys.iter().try_for_each(|key| revoke(tx, permit, key))
}

/// Whose key it is, and what it leaves of that user's rights.
pub struct Holder {
    pub workspace: Id,
    pub user: Id,
    pub limits: Arc<Limits>,
}

/// The key with this secret, unless it was revoked. It may have ended.
pub fn holder(tx: &mut Tx, secret_hash: &str) -> Result<Option<Holder>> {
    let sql = Sql::new(
        "SELECT workspace_id, user_id, id, scopes, expires_at, old_until, secret_hash FROM api_keys \
         WHERE revoked_at IS NULL AND (secret_hash = ",
    )
    .value(secret_hash)
    .text(" OR old_hash = ")
    .value(secret_hash)
    .text(")");
    let stored = [
        Storage::Id,
        Storage::Id,
        Storage::Id,
        Storage::Texts,
        Storage::Instant,
        Storage::Instant,
        Storage::Text,
    ];
    let Some(mut row) = tx.row(&sql, &stored)? else {
        return Ok(None);
    };
    let (workspace, user, key): (Id, Id, Id) = (row.get()?, row.get()?, row.get()?);
    let scopes: Vec<String> = row.get()?;
    let (expires_at, old_until): (Option<Instant>, Option<Instant>) = (row.get()?, row.get()?);
    let ends_at = if row.get::<String>()? == secret_hash {
        expires_at
    } else {
        expires_at.into_iter().chain(old_until).min()
    };
    let scopes = Scopes::stored(&scopes);
    let limits = Arc::new(Limits { key, scopes, ends_at });
    Ok(Some(Holder {
        workspace,
        user,
        limits,
    }))
}

/// Notes that a key was used, unless that was noted a moment ago. It is no change of the key.
pub fn used(tx: &mut Tx, workspace: Id, key: Id, address: &str) -> Result<()> {
    let now = Instant::now();
    let sql = Sql::new("UPDATE api_keys SET last_used_at = ")
        .value(now)
        .text(", last_used_from = ")
        .value(address)
        .text(" WHERE workspace_id = ")
        .value(workspace)
        .text(" AND id = ")
        .value(key)
        .text(" AND (last_used_at IS NULL OR last_used_at < ")
        .value(now.plus_seconds(-NOTED_SECONDS))
        .text(")");
    tx.execute(&sql)?;
    Ok(())
}
