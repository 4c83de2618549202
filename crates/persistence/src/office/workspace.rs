//! Workspaces, and what the whole server keeps: signing keys and the one-time set-up link.

use crate::change::{self, Entry};
use crate::custom_kind;
use crate::engine;
use crate::error::{Error, Result};
use crate::numbering_rule;
use crate::seal::hex;
use crate::sql::Sql;
use crate::tx::{Dialect, Tx};
use domain::change::{ChangeAction, diff};
use domain::picklist::Picklist;
use domain::policy::Permit;
use domain::value::{Row, Storage, Val};
use domain::workspace::{KIND, Settings, Workspace};
use domain::{Currency, Id, Instant, Kinds, Locale};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError, Weak};
use std::time::Duration;

const COLUMNS: &str =
    "SELECT id, version, name, currency, locale, time_zone, fiscal_year_start, working_hours FROM workspaces";
const STORED: [Storage; 8] = [
    Storage::Id,
    Storage::Int,
    Storage::Text,
    Storage::Text,
    Storage::Text,
    Storage::Text,
    Storage::Int,
    Storage::Json,
];

fn take(row: &mut Row) -> Result<Workspace> {
    Ok(Workspace {
        id: row.get()?,
        version: row.get()?,
        name: row.get()?,
        currency: Currency::from_code(&row.get::<String>()?).ok_or_else(|| Error::internal("currency"))?,
        locale: Locale::from_tag(&row.get::<String>()?).unwrap_or_default(),
        time_zone: row.get()?,
        fiscal_year_start: row.get()?,
        working_hours: row.get()?,
        kinds: Kinds::DECLARED,
        settings: Arc::default(),
    })
}

/// What a workspace keeps that can be changed, in the order of its columns.
fn put(workspace: &Workspace) -> Vec<(&'static str, Val)> {
    let hours = serde_json::to_value(&workspace.working_hours).unwrap_or_default();
    vec![
        ("name", workspace.name.as_str().into()),
        ("currency", workspace.currency.code().into()),
        ("locale", workspace.locale.tag().into()),
        ("time_zone", workspace.time_zone.as_str().into()),
        ("fiscal_year_start", workspace.fiscal_year_start.into()),
        ("working_hours", hours.into()),
    ]
}

pub fn create(tx: &mut Tx, workspace: &Workspace) -> Result<()> {
    let (columns, values): (Vec<_>, Vec<_>) = put(workspace).into_iter().unzip();
    let mut sql = Sql::new(format!(
        "INSERT INTO workspaces (id, version, created_at, {}) VALUES (",
        columns.join(", ")
    ));
    sql.bind(workspace.id).push(", ").bind(workspace.version);
    sql.push(", ").bind(Instant::now());
    for value in values {
        sql.push(", ").bind(value);
    }
    sql.push(")");
    tx.execute(&sql)?;
    Ok(())
}

/// Stores changed settings and returns what is then stored. Nothing changed: nothing written.
pub fn update(tx: &mut Tx, permit: &Permit, old: &Workspace, new: &Workspace) -> Result<Workspace> {
    let before = serde_json::to_value(old).map_err(Error::internal)?;
    let after = serde_json::to_value(new).map_err(Error::internal)?;
    let fields = diff(Some(&before), Some(&after));
    if fields.as_object().is_none_or(serde_json::Map::is_empty) {
        return Ok(old.clone());
    }
    let mut sql = Sql::new("UPDATE workspaces SET version = version + 1");
    for (column, value) in put(new) {
        sql.push(format!(", {column} = ")).bind(value);
    }
    sql.push(" WHERE id = ").bind(permit.workspace());
    sql.push(" AND version = ").bind(old.version);
    if tx.execute(&sql)? == 0 {
        let current = find(tx, permit.workspace())?.map_or(old.version, |w| w.version);
        return Err(domain::Error::Stale { current }.into());
    }
    let stored = Workspace {
        version: old.version + 1,
        ..new.clone()
    };
    let entry = Entry {
        kind: KIND.name,
        record: stored.id,
        version: stored.version,
        action: ChangeAction::Update,
        fields,
        at: Instant::now(),
    };
    change::append(tx, permit, entry)?;
    Ok(stored)
}

pub fn find(tx: &mut Tx, id: Id) -> Result<Option<Workspace>> {
    let sql = Sql::new(format!("{COLUMNS} WHERE id = ")).value(id);
    let found = tx.row(&sql, &STORED)?.map(|mut row| take(&mut row)).transpose()?;
    found.map(|workspace| whole(tx, workspace)).transpose()
}

fn whole(tx: &mut Tx, workspace: Workspace) -> Result<Workspace> {
    let kinds = custom_kind::of(tx, workspace.id, workspace.currency)?;
    let settings = Settings {
        numbering: numbering_rule::all(tx, workspace.id)?,
        picklists: engine::all_of::<Picklist>(tx, workspace.id, "t.key")?,
    };
    Ok(Workspace {
        kinds,
        settings: shared(workspace.id, settings),
        ..workspace
    })
}

/// The same settings once, however many identities know them.
fn shared(workspace: Id, read: Settings) -> Arc<Settings> {
    static KNOWN: LazyLock<Mutex<HashMap<Id, Weak<Settings>>>> = LazyLock::new(Mutex::default);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    known.retain(|id, settings| *id == workspace || settings.strong_count() > 0);
    if let Some(same) = known
        .get(&workspace)
        .and_then(Weak::upgrade)
        .filter(|known| **known == read)
    {
        return same;
    }
    let settings = Arc::new(read);
    known.insert(workspace, Arc::downgrade(&settings));
    settings
}

/// All workspaces, oldest first: for the command line, which acts before anybody has signed in.
pub fn all(tx: &mut Tx) -> Result<Vec<Workspace>> {
    let rows = tx.rows(&Sql::new(format!("{COLUMNS} ORDER BY created_at, id")), &STORED)?;
    let found = rows.into_iter().map(|row| whole(tx, take(&mut Row::new(row))?));
    found.collect()
}

/// A key that signs access tokens.
#[derive(Clone)]
pub struct SigningKey {
    pub id: String,
    pub secret: String,
    created_at: Instant,
}

/// A key signs for so long.
const KEY_SIGNS_SECONDS: i64 = 90 * 24 * 3600;
/// How often whoever signs reads the keys.
pub const KEYS_READ: Duration = Duration::from_secs(3600);
/// A key is good for so long after it was retired: other nodes sign with it until they read the keys again, and what they
/// sign lives for a quarter of an hour.
const KEY_RETIRES_SECONDS: i64 = 2 * 3600;

/// The keys that are accepted, newest first; the newest signs.
pub fn signing_keys(tx: &mut Tx) -> Result<Vec<SigningKey>> {
    let sql = Sql::new("SELECT id, secret, created_at FROM signing_keys WHERE retired_at IS NULL OR retired_at > ")
        .value(Instant::now().plus_seconds(-KEY_RETIRES_SECONDS))
        .text(" ORDER BY created_at DESC, id");
    tx.all(&sql, &[Storage::Text, Storage::Text, Storage::Instant], |row| {
        Ok(SigningKey {
            id: row.get()?,
            secret: row.get()?,
            created_at: row.get()?,
        })
    })
}

/// The same, with a new one where there is none or the newest has signed for long. Nodes make it one after the other.
pub fn renew_signing_keys(tx: &mut Tx) -> Result<Vec<SigningKey>> {
    if tx.dialect() == Dialect::Pg {
        tx.batch("SELECT pg_advisory_xact_lock(7234073)")?;
    }
    let now = Instant::now();
    let keys = signing_keys(tx)?;
    let oldest = now.plus_seconds(-KEY_SIGNS_SECONDS);
    if keys.first().is_some_and(|newest| newest.created_at > oldest) {
        return Ok(keys);
    }
    let retired = now.plus_seconds(-KEY_RETIRES_SECONDS);
    tx.execute(&Sql::new("DELETE FROM signing_keys WHERE retired_at <= ").value(retired))?;
    let retire = Sql::new("UPDATE signing_keys SET retired_at = ").value(now);
    tx.execute(&retire.text(" WHERE retired_at IS NULL"))?;
    let mut secret = [0u8; 32];
    getrandom::fill(&mut secret).map_err(Error::internal)?;
    let insert = Sql::new("INSERT INTO signing_keys (id, secret, created_at) VALUES (")
        .value(Id::now_v7().simple().to_string())
        .text(", ")
        .value(hex(&secret))
        .text(", ")
        .value(now)
        .text(")");
    tx.execute(&insert)?;
    signing_keys(tx)
}

/// Keeps the hash of a set-up token in place of any earlier one.
pub fn offer_setup(tx: &mut Tx, token_hash: &str) -> Result<()> {
    withdraw_setup(tx)?;
    let sql = Sql::new("INSERT INTO setup_tokens (token_hash, created_at) VALUES (")
        .value(token_hash)
        .text(", ")
        .value(Instant::now())
        .text(")");
    tx.execute(&sql)?;
    Ok(())
}

/// Whether this is the set-up token on offer.
pub fn offers_setup(tx: &mut Tx, token_hash: &str) -> Result<bool> {
    let sql = Sql::new("SELECT token_hash FROM setup_tokens WHERE token_hash = ").value(token_hash);
    Ok(tx.row(&sql, &[Storage::Text])?.is_some())
}

/// Somebody can sign in: nobody sets the server up any more.
pub fn withdraw_setup(tx: &mut Tx) -> Result<()> {
    tx.execute(&Sql::new("DELETE FROM setup_tokens"))?;
    Ok(())
}

/// Uses the set-up token up. False where it is not the one on offer.
pub fn take_setup(tx: &mut Tx, token_hash: &str) -> Result<bool> {
    let sql = Sql::new("DELETE FROM setup_tokens WHERE token_hash = ").value(token_hash);
    Ok(tx.execute(&sql)? == 1)
}
