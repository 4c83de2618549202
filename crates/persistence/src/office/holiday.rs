//! The days of a calendar that are not what their weekday says.

use crate::error::Result;
use crate::filter;
use crate::sql::Sql;
use crate::tx::Tx;
use domain::Day;
use domain::holiday::DayKind;
use domain::policy::Scope;
use domain::value::{Row, Storage};
use std::collections::BTreeMap;

/// Those from a day up to another, both included.
pub fn between(tx: &mut Tx, scope: &Scope, from: Day, to: Day) -> Result<BTreeMap<Day, DayKind>> {
    let mut sql = Sql::new("SELECT t.day, t.kind FROM holidays t WHERE ");
    filter::scope(&mut sql, tx.dialect(), scope);
    sql.push(" AND t.day >= ").bind(from).push(" AND t.day <= ").bind(to);
    let rows = tx.rows(&sql, &[Storage::Day, Storage::Text])?;
    let pairs = rows.into_iter().map(|row| {
        let mut row = Row::new(row);
        Ok((row.get()?, row.get()?))
    });
    pairs.collect()
}
