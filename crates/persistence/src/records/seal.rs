//! The sealer: numbers committed changes and chains them, one chain a workspace.
//!
//! A sequence drawn inside a transaction is not the order of commits, so readers go by `position`, which is given here to
//! rows that are already committed (PostgreSQL), or by the one writer as part of its commit (SQLite).

use crate::error::{Error, Result};
use crate::sql::Sql;
use crate::tx::{Dialect, Tx};
use domain::Id;
use domain::value::{Row, Storage};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fmt::{Display, Formatter};
use std::str::FromStr;

pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, b| {
        let _ = write!(out, "{b:02x}");
        out
    })
}

/// The next link: what came before, and the hash of the entry.
pub fn link(chain: &str, entry_hash: &str) -> String {
    hex(&Sha256::new().chain_update(chain).chain_update(entry_hash).finalize())
}

/// Where a chain ends: the position of its last entry, and the link there. Both are empty before the first entry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Head {
    pub position: i64,
    pub chain: String,
}

impl Display for Head {
    fn fmt(&self, f: &mut Formatter) -> std::fmt::Result {
        write!(f, "{}:{}", self.position, self.chain)
    }
}

impl FromStr for Head {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let parts = text
            .split_once(':')
            .and_then(|(n, chain)| Some((n.parse().ok()?, chain)));
        match parts {
            Some((position, chain)) if position > 0 && chain.len() == 64 => Ok(Self {
                position,
                chain: chain.to_owned(),
            }),
            _ => Err("an end is POSITION:CHAIN, as `audit verify` prints it".to_owned()),
        }
    }
}

/// Seals up to `limit` entries in the order they were drawn; returns how many. The caller sees to it that nobody else
/// seals at the same time.
pub fn seal_batch(tx: &mut Tx, limit: usize) -> Result<usize> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let open =
        Sql::new("SELECT seq, workspace_id, entry_hash FROM change_log WHERE position IS NULL ORDER BY seq LIMIT ")
            .value(limit);
    let rows = tx.rows(&open, &[Storage::Int, Storage::Id, Storage::Text])?;
    let mut heads: HashMap<Id, Head> = HashMap::new();
    let mut numbered: Vec<(i64, i64, String)> = Vec::with_capacity(rows.len());
    for row in rows {
        let mut row = Row::new(row);
        let (seq, workspace, entry_hash): (i64, Id, String) = (row.get()?, row.get()?, row.get()?);
        let head = match heads.entry(workspace) {
            std::collections::hash_map::Entry::Occupied(e) => e.into_mut(),
            std::collections::hash_map::Entry::Vacant(e) => e.insert(head(tx, workspace)?),
        };
        head.position += 1;
        head.chain = link(&head.chain, &entry_hash);
        numbered.push((seq, head.position, head.chain.clone()));
    }
    if numbered.is_empty() {
        return Ok(0);
    }
    tx.execute(&number(tx.dialect(), &numbered)?)?;
    for (workspace, head) in heads {
        let save = Sql::new("INSERT INTO change_heads (workspace_id, position, chain) VALUES (")
            .value(workspace)
            .text(", ")
            .value(head.position)
            .text(", ")
            .value(head.chain)
            .text(") ON CONFLICT (workspace_id) DO UPDATE SET position = excluded.position, chain = excluded.chain");
        tx.execute(&save)?;
    }
    Ok(numbered.len())
}

/// One statement for any number of entries: sequence, position, link.
fn number(dialect: Dialect, numbered: &[(i64, i64, String)]) -> Result<Sql> {
    let update = Sql::new("UPDATE change_log SET position = sealed.position, chain = sealed.chain FROM ");
    let list = serde_json::to_string(numbered).map_err(Error::internal)?;
    Ok(match dialect {
        Dialect::Sqlite => update
            .text("(SELECT value ->> 0 AS seq, value ->> 1 AS position, value ->> 2 AS chain FROM json_each(")
            .value(list)
            .text("))"),
        Dialect::Pg => update
            .text("(SELECT (value ->> 0)::bigint AS seq, (value ->> 1)::bigint AS position, value ->> 2 AS chain FROM jsonb_array_elements(")
            .value(list)
            .text("::jsonb))"),
    }
    .text(" AS sealed WHERE change_log.seq = sealed.seq"))
}

/// The end as it is noted.
pub fn head(tx: &mut Tx, workspace: Id) -> Result<Head> {
    let sql = Sql::new("SELECT position, chain FROM change_heads WHERE workspace_id = ").value(workspace);
    Ok(match tx.row(&sql, &[Storage::Int, Storage::Text])? {
        Some(mut row) => Head {
            position: row.get()?,
            chain: row.get()?,
        },
        None => Head::default(),
    })
}
