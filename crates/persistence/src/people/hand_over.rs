//! What somebody holds who leaves: how much of it there is, and the next of it to go.

use crate::engine::layout;
use crate::engine::source;
use crate::error::Result;
use crate::filter;
use crate::sql::Sql;
use crate::tx::{Dialect, Tx};
use domain::policy::Permit;
use domain::{AnyRecord, Field, Id, Kind};

const ALIVE: [&str; 2] = [" AND t.deleted_at IS NULL", " AND t.deleted_at IS NOT NULL"];

fn of_user(sql: &mut Sql, dialect: Dialect, permit: &Permit, field: &Field, user: Id, alive: &'static str) {
    sql.push("t.workspace_id = ").bind(permit.workspace()).push(" AND ");
    filter::refers(sql, dialect, field, user);
    sql.push(alive);
}

/// How many records hold the user in this field: live ones, and those in the recycle bin.
pub fn count(tx: &mut Tx, permit: &Permit, kind: &Kind, field: &Field, user: Id) -> Result<[u64; 2]> {
    let mut counts = [0; 2];
    for (count, alive) in counts.iter_mut().zip(ALIVE) {
        let mut sql = Sql::new(format!("SELECT count(*) FROM {} t WHERE ", source(kind)));
        of_user(&mut sql, tx.dialect(), permit, field, user, alive);
        let found: Option<i64> = tx.value(&sql)?;
        *count = found.and_then(|n| u64::try_from(n).ok()).unwrap_or_default();
    }
    Ok(counts)
}

/// The next few records that hold the user in this field, as they stay until the transaction ends: live ones first, then
/// those in the recycle bin. None: all is done.
pub fn next(
    tx: &mut Tx,
    permit: &Permit,
    (kind, field): (&'static Kind, &'static Field),
    user: Id,
    most: i64,
) -> Result<Vec<AnyRecord>> {
    for alive in ALIVE {
        let layout = layout(kind);
        let mut sql = Sql::new(layout.select.as_str());
        of_user(&mut sql, tx.dialect(), permit, field, user, alive);
        if tx.dialect() == Dialect::Pg {
            // In the order in which transfers lock, so that neither waits for the other.
            sql.push(" ORDER BY t.id");
        }
        sql.push(" LIMIT ").bind(most);
        if tx.dialect() == Dialect::Pg {
            sql.push(" FOR UPDATE OF t");
        }
        let rows = layout.read(tx, &sql, &[])?;
        if !rows.is_empty() {
            return Ok(rows.into_iter().map(|values| AnyRecord::new(kind, values)).collect());
        }
    }
    Ok(Vec::new())
}
