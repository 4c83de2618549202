//! Searching the change log: who did what to which record, and when; newest first.

use crate::change::{COLUMNS, STORED, take};
use crate::error::Result;
use crate::sql::Sql;
use crate::tx::{Dialect, Tx};
use domain::change::{Change, ChangeAction};
use domain::policy::Scope;
use domain::value::Storage;
use domain::{Id, Instant};

/// What is asked for; all of it must hold.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// The inner none is the system.
    pub actor: Option<Option<Id>>,
    pub kind: Option<String>,
    pub record: Option<Id>,
    pub action: Option<ChangeAction>,
    /// A field that was changed.
    pub field: Option<String>,
    pub request: Option<String>,
    pub from: Option<Instant>,
    /// The first moment past the time asked for.
    pub until: Option<Instant>,
}

/// Where an entry stands. Entries of one moment follow the order in which they were drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntryPosition {
    pub at: Instant,
    pub seq: i64,
}

/// Entries with their places, newest first. The scope only tells the workspace: what of an entry the caller may see is
/// decided by the caller's rights on its record.
pub fn search(
    tx: &mut Tx,
    scope: &Scope,
    wanted: &Search,
    before: Option<EntryPosition>,
    limit: u32,
) -> Result<Vec<(EntryPosition, Change)>> {
    let mut sql = Sql::new(format!(
        "SELECT {COLUMNS}, seq FROM change_log WHERE position IS NOT NULL AND workspace_id = "
    ))
    .value(scope.workspace());
    match wanted.actor {
        None => {}
        Some(None) => {
            sql.push(" AND actor_id IS NULL");
        }
        Some(Some(user)) => {
            sql.push(" AND actor_id = ").bind(user);
        }
    }
    if let Some(kind) = &wanted.kind {
        sql.push(" AND kind = ").bind(kind.as_str());
    }
    if let Some(record) = wanted.record {
        sql.push(" AND record_id = ").bind(record);
    }
    if let Some(action) = wanted.action {
        sql.push(" AND action = ").bind(action.key());
    }
    if let Some(request) = &wanted.request {
        sql.push(" AND request_id = ").bind(request.as_str());
    }
    if let Some(from) = wanted.from {
        sql.push(" AND at >= ").bind(from);
    }
    if let Some(until) = wanted.until {
        sql.push(" AND at < ").bind(until);
    }
    if let Some(field) = &wanted.field {
        changed(&mut sql, tx.dialect(), field);
    }
    if let Some(place) = before {
        sql.push(" AND (at, seq) < (").bind(place.at);
        sql.push(", ").bind(place.seq).push(")");
    }
    // What happened to one record is little: found by its index and sorted, not met along the index of all by time.
    let by_record = wanted.record.is_some() && tx.dialect() == Dialect::Sqlite;
    sql.push(if by_record {
        " ORDER BY +at DESC"
    } else {
        " ORDER BY at DESC"
    })
    .push(", seq DESC LIMIT ")
    .bind(i64::from(limit));
    let mut columns = STORED.to_vec();
    columns.push(Storage::Int);
    tx.all(&sql, &columns, |row| {
        let change = take(row)?;
        let place = EntryPosition {
            at: change.at,
            seq: row.get()?,
        };
        Ok((place, change))
    })
}

/// Entries that changed a field. The text is looked at first, since that is quick, and a name within quotes is only found
/// where it is a key; that it is one of the record's own is asked of what is left.
fn changed(sql: &mut Sql, dialect: Dialect, field: &str) {
    let key = format!("{}:[", serde_json::json!(field));
    match dialect {
        Dialect::Pg => {
            sql.push(" AND position(")
                .bind(key)
                .push(" in fields) > 0 AND jsonb_exists(fields::jsonb, ");
            sql.bind(field).push(")");
        }
        Dialect::Sqlite => {
            sql.push(" AND instr(fields, ")
                .bind(key)
                .push(") > 0 AND EXISTS (SELECT 1 FROM json_each(fields) f WHERE f.key = ");
            sql.bind(field).push(")");
        }
    }
}
