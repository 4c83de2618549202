//! Drawing numbers for new records. A counter is one row, held until the transaction ends: no number is given twice, and
//! those of a transaction that fails are given again.

use crate::engine;
use crate::error::{Error, Result};
use crate::filter;
use crate::sql::Sql;
use crate::tx::Tx;
use domain::numbering_rule::NumberingRule;
use domain::policy::{Permit, Scope};
use domain::value::Storage;
use domain::{Day, Kind, Record};
use std::collections::HashSet;

/// The most numbers drawn at once because others were in use.
const MOST_SKIPPED: usize = 10_000;

/// Gives new records their numbers, in their order, if the workspace numbers the kind.
pub fn assign<T: Record>(tx: &mut Tx, permit: &Permit, day: Day, records: &mut [T]) -> Result<()> {
    if records.is_empty() || T::KIND.field("number").is_none() {
        return Ok(());
    }
    let rule: Option<NumberingRule> = engine::find_by(tx, &permit.scope(), "kind", T::KIND.name)?;
    let Some(rule) = rule.filter(|r| !r.disabled) else {
        return Ok(());
    };
    let pattern = NumberingRule::read_pattern(&rule.pattern, rule.reset)?;
    let period = rule.reset.period(day);
    let (mut free, mut block) = (Vec::with_capacity(records.len()), records.len());
    while free.len() < records.len() {
        let last = draw(tx, permit, T::KIND, &period, block)?;
        let first = last - i64::try_from(block).map_err(Error::internal)? + 1;
        let numbers: Vec<String> = (first..=last).map(|n| pattern.write(day, n)).collect();
        // An earlier rule may have given some of them.
        let taken = taken(tx, permit, T::KIND, &numbers)?;
        free.extend(numbers.into_iter().filter(|n| !taken.contains(n)));
        block = (block * 2).min(MOST_SKIPPED);
    }
    for (record, number) in records.iter_mut().zip(free) {
        if let Some(place) = record.number() {
            *place = Some(number);
        }
    }
    Ok(())
}

/// Moves a counter on, and returns where it then stands.
fn draw(tx: &mut Tx, permit: &Permit, kind: &Kind, period: &str, numbers: usize) -> Result<i64> {
    let sql = Sql::new("INSERT INTO number_counters (workspace_id, kind, period, value) VALUES (")
        .value(permit.workspace())
        .text(", ")
        .value(kind.name)
        .text(", ")
        .value(period)
        .text(", ")
        .value(i64::try_from(numbers).map_err(Error::internal)?)
        .text(
            ") ON CONFLICT (workspace_id, kind, period) DO UPDATE SET value = number_counters.value + excluded.value \
             RETURNING value",
        );
    tx.value(&sql)?
        .ok_or_else(|| Error::internal("a counter gave no number"))
}

fn taken(tx: &mut Tx, permit: &Permit, kind: &Kind, numbers: &[String]) -> Result<HashSet<String>> {
    let mut sql = Sql::new(format!(
        "SELECT t.number FROM {} t WHERE t.workspace_id = ",
        kind.plural
    ));
    sql.bind(permit.workspace())
        .push(" AND t.number IS NOT NULL AND t.number");
    filter::one_of_texts(&mut sql, tx.dialect(), numbers.to_vec());
    tx.all(&sql, &[Storage::Text], |row| Ok(row.get()?))
}

/// Where a counter stands.
pub fn count(tx: &mut Tx, scope: &Scope, kind: &str, period: &str) -> Result<i64> {
    let sql = Sql::new("SELECT value FROM number_counters WHERE workspace_id = ")
        .value(scope.workspace())
        .text(" AND kind = ")
        .value(kind)
        .text(" AND period = ")
        .value(period);
    Ok(tx.value(&sql)?.unwrap_or(0))
}
