//! Values that follow from other records. A subscriber of the change log writes them, when what they follow from is sealed.

use super::wire;
use crate::change::{self, Entry};
use crate::error::Result;
use crate::sql::Sql;
use crate::tx::Tx;
use domain::change::ChangeAction;
use domain::policy::Permit;
use domain::value::Val;
use domain::{Id, Instant, Kind};
use serde_json::{Value as Json, json};

/// What a field of a record is to be from now on.
pub(crate) struct Derived {
    pub record: Id,
    /// The version that was read, by who holds the row.
    pub version: i64,
    pub was: Json,
    pub is: Json,
    pub stored: Val,
}

/// Stores derived values: each raises the version and is in the log as `derive`. When somebody last changed the record
/// stays as it is.
pub(crate) fn derive(
    tx: &mut Tx,
    permit: &Permit,
    kind: &'static Kind,
    field: &'static str,
    values: Vec<Derived>,
) -> Result<()> {
    let at = Instant::now();
    let mut entries = Vec::with_capacity(values.len());
    for value in values {
        let sql = Sql::new(format!("UPDATE {} SET version = version + 1, {field} = ", kind.table))
            .value(value.stored)
            .text(" WHERE workspace_id = ")
            .value(permit.workspace())
            .text(" AND id = ")
            .value(value.record)
            .text(" AND version = ")
            .value(value.version);
        if tx.execute(&sql)? == 1 {
            entries.push(Entry {
                kind: kind.name,
                record: value.record,
                version: value.version + 1,
                action: ChangeAction::Derive,
                fields: json!({ field: [value.was, value.is] }),
                at,
            });
        }
    }
    if entries.is_empty() {
        return Ok(());
    }
    let ids: Vec<Id> = entries.iter().map(|entry| entry.record).collect();
    wire::renew(tx, permit.workspace(), permit.kinds().like(kind), &ids)?;
    change::append_all(tx, permit, &entries)
}
