//! Reports over the pipeline. Sums are in the workspace's base currency.

use crate::error::Result;
use crate::filter;
use crate::sql::Sql;
use crate::tx::{Dialect, Tx};
use domain::Id;
use domain::policy::Scope;
use domain::value::Storage;

/// Open deals of one stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageSum {
    pub stage: Id,
    pub count: i64,
    pub sum: i64,
}

pub fn open_by_stage(tx: &mut Tx, scope: &Scope) -> Result<Vec<StageSum>> {
    let mut sql = Sql::new(
        "SELECT t.stage_id, count(*), CAST(coalesce(sum(t.amount_base), 0) AS BIGINT) FROM opportunities t WHERE ",
    );
    filter::scope_of_all(&mut sql, tx.dialect(), scope);
    sql.push(" AND t.status = 'open' GROUP BY t.stage_id");
    tx.all(&sql, &[Storage::Id, Storage::Int, Storage::Int], |row| {
        Ok(StageSum {
            stage: row.get()?,
            count: row.get()?,
            sum: row.get()?,
        })
    })
}

/// Deals of one status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusSum {
    pub status: String,
    pub count: i64,
    pub sum: i64,
}

pub fn by_status(tx: &mut Tx, scope: &Scope) -> Result<Vec<StatusSum>> {
    let mut sql = Sql::new(
        "SELECT t.status, count(*), CAST(coalesce(sum(t.amount_base), 0) AS BIGINT) FROM opportunities t WHERE ",
    );
    filter::scope_of_all(&mut sql, tx.dialect(), scope);
    sql.push(" GROUP BY t.status ORDER BY t.status");
    tx.all(&sql, &[Storage::Text, Storage::Int, Storage::Int], |row| {
        Ok(StatusSum {
            status: row.get()?,
            count: row.get()?,
            sum: row.get()?,
        })
    })
}

/// Won deals of one month in the time zone whose offset was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WonMonth {
    /// `YYYY-MM`.
    pub month: String,
    pub count: i64,
    pub sum: i64,
}

pub fn won_by_month(tx: &mut Tx, scope: &Scope, offset_minutes: i64) -> Result<Vec<WonMonth>> {
    let month = match tx.dialect() {
        Dialect::Pg => format!("to_char(t.closed_at + interval '{offset_minutes} minutes', 'YYYY-MM')"),
        Dialect::Sqlite => format!("strftime('%Y-%m', t.closed_at / 1000000 + {offset_minutes} * 60, 'unixepoch')"),
    };
    let mut sql = Sql::new(format!(
        "SELECT {month} AS month, count(*), CAST(coalesce(sum(t.amount_base), 0) AS BIGINT) FROM opportunities t WHERE "
    ));
    filter::scope_of_all(&mut sql, tx.dialect(), scope);
    sql.push(" AND t.status = 'won' AND t.closed_at IS NOT NULL GROUP BY 1 ORDER BY 1");
    tx.all(&sql, &[Storage::Text, Storage::Int, Storage::Int], |row| {
        Ok(WonMonth {
            month: row.get()?,
            count: row.get()?,
            sum: row.get()?,
        })
    })
}

/// What one owner has won and has open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnerSum {
    pub owner: Option<Id>,
    pub won_count: i64,
    pub won_sum: i64,
    pub lost_count: i64,
    pub open_count: i64,
    pub open_sum: i64,
}

/// By owner, best first.
pub fn by_owner(tx: &mut Tx, scope: &Scope) -> Result<Vec<OwnerSum>> {
    let of = |status: &str, what: &str| {
        format!("CAST(coalesce(sum(CASE WHEN t.status = '{status}' THEN {what} END), 0) AS BIGINT)")
    };
    let mut sql = Sql::new(format!(
        "SELECT t.owner_id, {}, {} AS won_sum, {}, {}, {} FROM opportunities t WHERE ",
        of("won", "1"),
        of("won", "t.amount_base"),
        of("lost", "1"),
        of("open", "1"),
        of("open", "t.amount_base"),
    ));
    filter::scope_of_all(&mut sql, tx.dialect(), scope);
    sql.push(" GROUP BY t.owner_id ORDER BY won_sum DESC, t.owner_id");
    let columns = [
        Storage::Id,
        Storage::Int,
        Storage::Int,
        Storage::Int,
        Storage::Int,
        Storage::Int,
    ];
    tx.all(&sql, &columns, |row| {
        Ok(OwnerSum {
            owner: row.get()?,
            won_count: row.get()?,
            won_sum: row.get()?,
            lost_count: row.get()?,
            open_count: row.get()?,
            open_sum: row.get()?,
        })
    })
}
