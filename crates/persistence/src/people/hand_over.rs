//! What somebody holds who leaves: how much of it there is, and the next of it to go.

use crate::error::Result;
use crate::sql::Sql;
use crate::transfer::{Held, put};
use crate::tx::{Dialect, Tx};
use domain::policy::Permit;
use domain::value::Storage;
use domain::{Field, Id, Kind};

const ALIVE: [&str; 2] = [" AND t.deleted_at IS NULL", " AND t.deleted_at IS NOT NULL"];

fn of_user(what: &str, permit: &Permit, kind: &Kind, field: &Field, user: Id, alive: &'static str) -> Sql {
    Sql::new(format!("SELECT {what} FROM {} t WHERE t.workspace_id = ", kind.plural))
        .value(permit.workspace())
        .text(format!(" AND t.{} = ", field.name))
        .value(user)
        .text(alive)
}

/// How many records hold the user in this field: live ones, and those in the recycle bin.
pub fn count(tx: &mut Tx, permit: &Permit, kind: &Kind, field: &Field, user: Id) -> Result<[u64; 2]> {
    let mut counts = [0; 2];
    for (count, alive) in counts.iter_mut().zip(ALIVE) {
        let found: Option<i64> = tx.value(&of_user("count(*)", permit, kind, field, user, alive))?;
        *count = found.and_then(|n| u64::try_from(n).ok()).unwrap_or_default();
    }
    Ok(counts)
}

/// Puts another in the user's place in the next few records. Returns how many there were: none, and all is done.
pub fn step(
    tx: &mut Tx,
    permit: &Permit,
    (kind, field): (&Kind, &'static Field),
    user: Id,
    to: Id,
    most: i64,
) -> Result<usize> {
    for alive in ALIVE {
        let what = format!("t.id, t.version, t.{}", field.name);
        let mut sql = of_user(&what, permit, kind, field, user, alive);
        if tx.dialect() == Dialect::Pg {
            // In the order in which transfers lock, so that neither waits for the other.
            sql.push(" ORDER BY t.id");
        }
        sql.push(" LIMIT ").bind(most);
        if tx.dialect() == Dialect::Pg {
            sql.push(" FOR UPDATE OF t");
        }
        let records: Vec<Held> = tx.all(&sql, &[Storage::Id, Storage::Int, Storage::Id], Held::take)?;
        if !records.is_empty() {
            return put(tx, permit, kind, field.name, &records, to, None);
        }
    }
    Ok(0)
}
