//! Changing hands: what records are owned by whom, and what belongs to them.

use crate::engine::source;
use crate::error::Result;
use crate::filter;
use crate::sql::Sql;
use crate::tx::{Dialect, Tx};
use domain::policy::Scope;
use domain::transfer::dependants;
use domain::value::{Row, Storage};
use domain::{Id, Issue, Kind};
use std::collections::{BTreeMap, HashMap};

/// Records that one transfer may touch; more would keep other writers waiting.
pub const MOST: usize = 10_000;

/// A record as far as a transfer needs it: its version and its owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnedRecord {
    pub id: Id,
    pub version: i64,
    pub owner: Option<Id>,
}

impl OwnedRecord {
    pub(crate) fn take(row: &mut Row) -> Result<Self> {
        Ok(Self {
            id: row.get()?,
            version: row.get()?,
            owner: row.get()?,
        })
    }
}

/// What of the records that belong to others goes along.
#[derive(Debug, Clone, Copy, Default)]
pub struct Along {
    /// Also what somebody else owns than who had the record it belongs to.
    pub others: bool,
    /// Also deals that are won or lost, and tasks that are done.
    pub closed: bool,
}

/// Whether the rows stay as they are until the transaction ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lock {
    Read,
    Write,
}

fn lock(sql: &mut Sql, dialect: Dialect, lock: Lock) {
    if lock == Lock::Write {
        filter::lock_in_order(sql, dialect);
    }
}

/// Those of the records that the scope lets see, with their owners.
pub fn owned(tx: &mut Tx, scope: &Scope, kind: &Kind, ids: &[Id], locked: Lock) -> Result<Vec<OwnedRecord>> {
    let dialect = tx.dialect();
    let mut sql = Sql::new(format!(
        "SELECT t.id, t.version, t.owner_id FROM {} t WHERE ",
        source(kind)
    ));
    filter::scope(&mut sql, dialect, scope);
    sql.push(" AND t.id");
    filter::one_of_ids(&mut sql, dialect, ids);
    lock(&mut sql, dialect, locked);
    tx.all(&sql, &[Storage::Id, Storage::Int, Storage::Id], OwnedRecord::take)
}

/// What belongs to records and goes along with them, kind by kind. `scope` gives none for kinds that the caller does not
/// see.
pub fn along(
    tx: &mut Tx,
    scope: &dyn Fn(&'static Kind) -> Option<Scope>,
    kind: &Kind,
    records: &[OwnedRecord],
    along: Along,
    locked: Lock,
) -> Result<Vec<(&'static Kind, Vec<OwnedRecord>)>> {
    let mut moving = Vec::new();
    // Every record met, by kind, with who had the records that it belongs to in the end.
    let mut met: HashMap<&str, HashMap<Id, Vec<Option<Id>>>> = HashMap::new();
    met.insert(kind.name, records.iter().map(|r| (r.id, vec![r.owner])).collect());
    let mut count = records.len();
    for child in dependants(kind) {
        let Some(scope) = scope(child) else { continue };
        let mut found: BTreeMap<Id, (OwnedRecord, bool, Vec<Option<Id>>)> = BTreeMap::new();
        // One statement for each reference: an OR over them would use none of their indexes.
        for (column, parent) in child.parents() {
            let Some(parents) = met.get(parent).filter(|p| !p.is_empty()) else {
                continue;
            };
            for (owned, open, of) in below(tx, &scope, child, column, parents, locked)? {
                let had = parents.get(&of).into_iter().flatten();
                found.entry(owned.id).or_insert((owned, open, Vec::new())).2.extend(had);
            }
        }
        count += found.len();
        if count > MOST {
            return Err(domain::Error::Conflict(Issue::new("/records", "too_many_at_once").with("max", MOST)).into());
        }
        let goes = |(owned, open, had): &(OwnedRecord, bool, Vec<Option<Id>>)| {
            (along.closed || *open) && (along.others || had.contains(&owned.owner))
        };
        moving.push((child, found.values().filter(|f| goes(f)).map(|f| f.0).collect()));
        met.insert(
            child.name,
            found.into_iter().map(|(id, (_, _, had))| (id, had)).collect(),
        );
    }
    Ok(moving)
}

/// The records that refer to one of these in a column: each with whether it is open, and the one it refers to.
fn below(
    tx: &mut Tx,
    scope: &Scope,
    kind: &'static Kind,
    column: &str,
    parents: &HashMap<Id, Vec<Option<Id>>>,
    locked: Lock,
) -> Result<Vec<(OwnedRecord, bool, Id)>> {
    let dialect = tx.dialect();
    // A deal that is won or a task that is done stays with who did it.
    let status = kind
        .status()
        .map_or_else(|| "''".to_owned(), |f| format!("t.{}", f.name));
    let mut sql = Sql::new(format!(
        "SELECT t.id, t.version, t.owner_id, t.{column}, {status} FROM {} t WHERE ",
        source(kind)
    ));
    filter::scope(&mut sql, dialect, scope);
    sql.push(format!(" AND t.{column}"));
    let ids: Vec<Id> = parents.keys().copied().collect();
    filter::one_of_ids(&mut sql, dialect, &ids);
    lock(&mut sql, dialect, locked);
    let columns = [Storage::Id, Storage::Int, Storage::Id, Storage::Id, Storage::Text];
    let take = |row: &mut Row| {
        let owned = OwnedRecord::take(row)?;
        let (of, status): (Id, String) = (row.get()?, row.get()?);
        Ok((owned, !kind.closed.contains(&status.as_str()), of))
    };
    tx.all(&sql, &columns, take)
}
