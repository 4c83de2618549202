//! Reports over the pipeline. Sums are in the workspace's base currency.

use crate::error::Result;
use crate::filter;
use crate::sql::Sql;
use crate::sum;
use crate::tx::{Dialect, Tx};
use domain::Id;
use domain::policy::Scope;
use domain::value::Storage;

/// Open deals of one stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageSum {
    pub stage: Id,
    pub count: i64,
    pub sum: i128,
}

pub fn open_by_stage(tx: &mut Tx, scope: &Scope) -> Result<Vec<StageSum>> {
    let mut sql = Sql::new(format!(
        "SELECT t.stage_id, count(*), {} FROM opportunities t WHERE ",
        sum::columns("t.amount_base")
    ));
    filter::scope_of_all(&mut sql, tx.dialect(), scope);
    sql.push(" AND t.status = 'open' GROUP BY t.stage_id");
    let [upper, lower] = sum::STORAGE;
    tx.all(&sql, &[Storage::Id, Storage::Int, upper, lower], |row| {
        Ok(StageSum {
            stage: row.get()?,
            count: row.get()?,
            sum: sum::take(row)?,
        })
    })
}

/// Deals of one status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusSum {
    pub status: String,
    pub count: i64,
    pub sum: i128,
}

pub fn by_status(tx: &mut Tx, scope: &Scope) -> Result<Vec<StatusSum>> {
    let mut sql = Sql::new(format!(
        "SELECT t.status, count(*), {} FROM opportunities t WHERE ",
        sum::columns("t.amount_base")
    ));
    filter::scope_of_all(&mut sql, tx.dialect(), scope);
    sql.push(" GROUP BY t.status ORDER BY t.status");
    let [upper, lower] = sum::STORAGE;
    tx.all(&sql, &[Storage::Text, Storage::Int, upper, lower], |row| {
        Ok(StatusSum {
            status: row.get()?,
            count: row.get()?,
            sum: sum::take(row)?,
        })
    })
}

/// Won deals of one month in the time zone whose offset was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WonMonth {
    /// `YYYY-MM`.
    pub month: String,
    pub count: i64,
    pub sum: i128,
}

pub fn won_by_month(tx: &mut Tx, scope: &Scope, offset_minutes: i64) -> Result<Vec<WonMonth>> {
    let month = match tx.dialect() {
        Dialect::Pg => format!("to_char(t.closed_at + interval '{offset_minutes} minutes', 'YYYY-MM')"),
        Dialect::Sqlite => format!("strftime('%Y-%m', t.closed_at / 1000000 + {offset_minutes} * 60, 'unixepoch')"),
    };
    let mut sql = Sql::new(format!(
        "SELECT {month} AS month, count(*), {} FROM opportunities t WHERE ",
        sum::columns("t.amount_base")
    ));
    filter::scope_of_all(&mut sql, tx.dialect(), scope);
    sql.push(" AND t.status = 'won' AND t.closed_at IS NOT NULL GROUP BY 1 ORDER BY 1");
    let [upper, lower] = sum::STORAGE;
    tx.all(&sql, &[Storage::Text, Storage::Int, upper, lower], |row| {
        Ok(WonMonth {
            month: row.get()?,
            count: row.get()?,
            sum: sum::take(row)?,
        })
    })
}

/// What one owner has won and has open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnerSum {
    pub owner: Option<Id>,
    pub won_count: i64,
    pub won_sum: i128,
    pub lost_count: i64,
    pub open_count: i64,
    pub open_sum: i128,
}

/// By owner, best first.
pub fn by_owner(tx: &mut Tx, scope: &Scope) -> Result<Vec<OwnerSum>> {
    let count = |status: &str| format!("count(CASE WHEN t.status = '{status}' THEN 1 END)");
    let worth = |status: &str| sum::columns(&format!("CASE WHEN t.status = '{status}' THEN t.amount_base END"));
    let mut sql = Sql::new(format!(
        "SELECT t.owner_id, {}, {}, {}, {}, {} FROM opportunities t WHERE ",
        count("won"),
        worth("won"),
        count("lost"),
        count("open"),
        worth("open"),
    ));
    filter::scope_of_all(&mut sql, tx.dialect(), scope);
    sql.push(" GROUP BY t.owner_id");
    let columns = [
        &[Storage::Id, Storage::Int][..],
        &sum::STORAGE,
        &[Storage::Int, Storage::Int],
        &sum::STORAGE,
    ];
    let mut owners: Vec<OwnerSum> = tx.all(&sql, &columns.concat(), |row| {
        Ok(OwnerSum {
            owner: row.get()?,
            won_count: row.get()?,
            won_sum: sum::take(row)?,
            lost_count: row.get()?,
            open_count: row.get()?,
            open_sum: sum::take(row)?,
        })
    })?;
    // What belongs to nobody comes last among equals.
    owners.sort_by_key(|o| (std::cmp::Reverse(o.won_sum), o.owner.is_none(), o.owner));
    Ok(owners)
}
