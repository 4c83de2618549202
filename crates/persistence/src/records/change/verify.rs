//! Recomputing the chain of a workspace: whether the log is as it was written, and if not, where it first is not.

use super::{COLUMNS, STORED, entry_hash};
use crate::error::{Error, Result};
use crate::seal::{Head, head, link};
use crate::sql::Sql;
use crate::tx::Tx;
use domain::kind::MADE;
use domain::value::{Row, Storage};
use domain::{Id, Instant};

const AT_ONCE: i64 = 1000;

/// What an entry is about, as it stands in the log: where the entry was altered, this may be what was altered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub position: i64,
    pub kind: String,
    pub record: Id,
    pub action: String,
    pub at: Instant,
}

/// The first thing wrong with a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    pub position: i64,
    pub fault: Fault,
    /// The entry where it was noticed.
    pub entry: Option<Found>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// No entry stands at the position; the one where it was noticed is the next.
    Missing,
    /// The entry was changed after it was sealed.
    Altered,
    /// What stands there is no entry.
    Unreadable,
    /// The last entries are gone.
    Cut { until: i64 },
    /// The end that is noted is not where the entries end.
    End,
    /// There are records, and no entry at all.
    Gone,
}

struct Sealed {
    found: Found,
    set: Id,
    request: String,
    actor: Option<Id>,
    version: i64,
    fields: String,
    salt: Option<String>,
    hash: String,
    chain: Option<String>,
}

fn take(row: &mut Row) -> Result<Sealed> {
    let position = row.get()?;
    let (set, request, actor) = (row.get()?, row.get()?, row.get()?);
    let (kind, record, version) = (row.get()?, row.get()?, row.get()?);
    let (action, fields, at) = (row.get()?, row.get()?, row.get()?);
    Ok(Sealed {
        found: Found {
            position,
            kind,
            record,
            action,
            at,
        },
        set,
        request,
        actor,
        version,
        fields,
        salt: row.get()?,
        hash: row.get()?,
        chain: row.get()?,
    })
}

impl Sealed {
    /// Whether it says what it said when it was written. Nothing erases a salt: an entry without one was tampered with.
    fn genuine(&self, workspace: Id) -> bool {
        let Some(salt) = &self.salt else { return false };
        let parts = [
            &workspace.to_string(),
            &self.set.to_string(),
            &self.request,
            &self.actor.map(|a| a.to_string()).unwrap_or_default(),
            &self.found.kind,
            &self.found.record.to_string(),
            &self.version.to_string(),
            &self.found.action,
            &self.fields,
            &self.found.at.micros().to_string(),
        ];
        self.hash == entry_hash(salt, &parts.map(String::as_str))
    }
}

fn page(tx: &mut Tx, workspace: Id, after: i64, limit: i64) -> Result<Vec<Sealed>> {
    let sql = Sql::new(format!(
        "SELECT {COLUMNS}, salt, entry_hash, chain FROM change_log WHERE workspace_id = "
    ))
    .value(workspace)
    .text(" AND position > ")
    .value(after)
    .text(" ORDER BY position LIMIT ")
    .value(limit);
    let mut columns = STORED.to_vec();
    columns.extend([Storage::Text; 3]);
    tx.all(&sql, &columns, take)
}

/// Id and name of every workspace, oldest first, whatever release the database is of.
pub fn workspaces(tx: &mut Tx) -> Result<Vec<(Id, String)>> {
    let sql = Sql::new("SELECT id, name FROM workspaces ORDER BY created_at, id");
    tx.all(&sql, &[Storage::Id, Storage::Text], |row| Ok((row.get()?, row.get()?)))
}

/// Reads a whole chain and recomputes it. Returns where it ends, or what is wrong first; `passes` is told each link that
/// holds. A chain proves itself only up to an end that is known from elsewhere: who can cut it can note another end.
pub fn verify(tx: &mut Tx, workspace: Id, mut passes: impl FnMut(&Head)) -> Result<std::result::Result<Head, Broken>> {
    // Read first: what is sealed meanwhile is checked as well, and must not look as if something were cut.
    let noted = head(tx, workspace)?;
    let mut end = Head::default();
    let broken = |position, fault, entry| Ok(Err(Broken { position, fault, entry }));
    let (mut after, mut step) = (i64::MIN, AT_ONCE);
    loop {
        let entries = match page(tx, workspace, after, step) {
            Ok(entries) => entries,
            // Something in it cannot be read: one by one it is found.
            Err(Error::Internal(_)) if step > 1 => {
                step = 1;
                continue;
            }
            Err(Error::Internal(_)) => return broken(end.position + 1, Fault::Unreadable, None),
            Err(error) => return Err(error),
        };
        if entries.is_empty() {
            break;
        }
        for entry in entries {
            let (position, expected) = (entry.found.position, end.position + 1);
            if position > expected {
                return broken(expected, Fault::Missing, Some(entry.found));
            }
            end.chain = link(&end.chain, &entry.hash);
            if position < expected || !entry.genuine(workspace) || entry.chain.as_ref() != Some(&end.chain) {
                return broken(position, Fault::Altered, Some(entry.found));
            }
            end.position = position;
            if position == noted.position && end.chain != noted.chain {
                return broken(position, Fault::End, Some(entry.found));
            }
            passes(&end);
            after = position;
        }
    }
    if end.position < noted.position {
        let until = noted.position;
        return broken(end.position + 1, Fault::Cut { until }, None);
    }
    if end.position == 0 && any_record(tx, workspace)? {
        return broken(1, Fault::Gone, None);
    }
    // What was sealed while we read has moved the head along; what nobody sealed has not.
    let sealed = head(tx, workspace)?.position;
    if end.position > sealed {
        return broken(sealed + 1, Fault::End, None);
    }
    Ok(Ok(end))
}

fn any_record(tx: &mut Tx, workspace: Id) -> Result<bool> {
    for table in domain::KINDS.iter().map(|kind| kind.plural).chain([MADE]) {
        let sql = Sql::new(format!("SELECT id FROM {table} WHERE workspace_id = "))
            .value(workspace)
            .text(" LIMIT 1");
        if tx.row(&sql, &[Storage::Id])?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}
