//! Workspaces, and what the whole server keeps: signing keys and the one-time set-up link.

use crate::error::{Error, Result};
use crate::seal::hex;
use crate::sql::Sql;
use crate::tx::Tx;
use domain::value::{Row, Storage};
use domain::workspace::Workspace;
use domain::{Currency, Id, Instant, Locale};

const COLUMNS: &str = "SELECT id, name, currency, locale, time_zone FROM workspaces";
const STORED: [Storage; 5] = [Storage::Id, Storage::Text, Storage::Text, Storage::Text, Storage::Text];

fn take(row: &mut Row) -> Result<Workspace> {
    Ok(Workspace {
        id: row.get()?,
        name: row.get()?,
        currency: Currency::from_code(&row.get::<String>()?).ok_or_else(|| Error::internal("currency"))?,
        locale: Locale::from_tag(&row.get::<String>()?).unwrap_or_default(),
        time_zone: row.get()?,
    })
}

pub fn create(tx: &mut Tx, workspace: &Workspace) -> Result<()> {
    let sql = Sql::new("INSERT INTO workspaces (id, name, currency, locale, time_zone, created_at) VALUES (")
        .value(workspace.id)
        .text(", ")
        .value(workspace.name.as_str())
        .text(", ")
        .value(workspace.currency.code())
        .text(", ")
        .value(workspace.locale.tag())
        .text(", ")
        .value(workspace.time_zone.as_str())
        .text(", ")
        .value(Instant::now())
        .text(")");
    tx.execute(&sql)?;
    Ok(())
}

pub fn find(tx: &mut Tx, id: Id) -> Result<Option<Workspace>> {
    let sql = Sql::new(format!("{COLUMNS} WHERE id = ")).value(id);
    tx.row(&sql, &STORED)?.map(|mut row| take(&mut row)).transpose()
}

/// All workspaces, oldest first: for the command line, which acts before anybody has signed in.
pub fn all(tx: &mut Tx) -> Result<Vec<Workspace>> {
    let rows = tx.rows(&Sql::new(format!("{COLUMNS} ORDER BY created_at, id")), &STORED)?;
    rows.into_iter().map(|row| take(&mut Row::new(row))).collect()
}

/// A key that signs access tokens.
#[derive(Clone)]
pub struct SigningKey {
    pub id: String,
    pub secret: String,
}

/// The keys that are accepted, newest first; the newest signs. Makes the first one.
pub fn signing_keys(tx: &mut Tx) -> Result<Vec<SigningKey>> {
    let sql = Sql::new("SELECT id, secret FROM signing_keys WHERE retired_at IS NULL ORDER BY created_at DESC, id");
    let read = |tx: &mut Tx| -> Result<Vec<SigningKey>> {
        let rows = tx.rows(&sql, &[Storage::Text, Storage::Text])?;
        rows.into_iter()
            .map(|row| {
                let mut row = Row::new(row);
                Ok(SigningKey {
                    id: row.get()?,
                    secret: row.get()?,
                })
            })
            .collect()
    };
    let keys = read(tx)?;
    if !keys.is_empty() {
        return Ok(keys);
    }
    let mut secret = [0u8; 32];
    getrandom::fill(&mut secret).map_err(Error::internal)?;
    let insert = Sql::new("INSERT INTO signing_keys (id, secret, created_at) VALUES (")
        .value(Id::now_v7().simple().to_string())
        .text(", ")
        .value(hex(&secret))
        .text(", ")
        .value(Instant::now())
        .text(")");
    tx.execute(&insert)?;
    read(tx)
}

/// Keeps the hash of a set-up token in place of any earlier one.
pub fn offer_setup(tx: &mut Tx, token_hash: &str) -> Result<()> {
    tx.execute(&Sql::new("DELETE FROM setup_tokens"))?;
    let sql = Sql::new("INSERT INTO setup_tokens (token_hash, created_at) VALUES (")
        .value(token_hash)
        .text(", ")
        .value(Instant::now())
        .text(")");
    tx.execute(&sql)?;
    Ok(())
}

/// Uses the set-up token up. False where it is not the one on offer.
pub fn take_setup(tx: &mut Tx, token_hash: &str) -> Result<bool> {
    let sql = Sql::new("DELETE FROM setup_tokens WHERE token_hash = ").value(token_hash);
    Ok(tx.execute(&sql)? == 1)
}
