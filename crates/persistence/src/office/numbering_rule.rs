//! Drawing numbers for new records. A counter is one row. No number is given twice, and those of a transaction that fails
//! are given again: on SQLite the counter moves in the transaction, on PostgreSQL beside it (`store/numbers.rs`).

use crate::engine;
use crate::error::{Error, Result};
use crate::filter;
use crate::sql::Sql;
use crate::tx::Tx;
use domain::custom::Custom;
use domain::custom_field::CustomField;
use domain::numbering_rule::NumberingRule;
use domain::policy::{Permit, Scope};
use domain::value::Storage;
use domain::workspace::Numbering;
use domain::{Day, Id, Kind, Record};
use std::collections::HashSet;

/// The most numbers drawn at once because others were in use.
const MOST_SKIPPED: usize = 10_000;

/// How a workspace numbers its records.
pub(crate) fn all(tx: &mut Tx, workspace: Id) -> Result<Vec<Numbering>> {
    let rules: Vec<NumberingRule> = engine::all_of(tx, workspace, "t.kind")?;
    let earlier =
        Sql::new("SELECT DISTINCT kind FROM numbering_rules WHERE deleted_at IS NOT NULL AND workspace_id = ")
            .value(workspace);
    let earlier: HashSet<String> = tx.all(&earlier, &[Storage::Text], |row| Ok(row.get()?))?;
    let numbering = rules.into_iter().map(|rule| Numbering {
        alone: rule.version == 1 && !earlier.contains(&rule.kind),
        rule,
    });
    Ok(numbering.collect())
}

/// The next so many numbers of a kind, in their order; none if the workspace does not number it.
pub fn draw_all(
    tx: &mut Tx,
    permit: &Permit,
    day: Day,
    kind: &'static Kind,
    numbering: Option<&Numbering>,
    count: usize,
) -> Result<Vec<String>> {
    let Some(Numbering { rule, alone }) = numbering.filter(|n| !n.rule.disabled) else {
        return Ok(Vec::new());
    };
    if count == 0 || kind.field("number").is_none() {
        return Ok(Vec::new());
    }
    let pattern = NumberingRule::read_pattern(&rule.pattern, rule.reset)?;
    let counter = Counter {
        workspace: permit.workspace(),
        kind: kind.name,
        period: rule.reset.period(day),
        floor: rule.floor(),
    };
    let (mut free, mut block) = (Vec::with_capacity(count), count);
    while free.len() < count {
        let drawn = draw(tx, &counter, block)?;
        let numbers: Vec<String> = drawn.into_iter().map(|n| pattern.write(day, n)).collect();
        let taken = match alone {
            true => HashSet::new(),
            // An earlier rule may have given some of them.
            false => taken(tx, permit, kind, &numbers)?,
        };
        free.extend(numbers.into_iter().filter(|n| !taken.contains(n)));
        block = (block * 2).min(MOST_SKIPPED);
    }
    Ok(free)
}

/// The next so many numbers of a custom field. Its pattern stays, so that its counter alone keeps them apart.
pub fn draw_for(tx: &mut Tx, permit: &Permit, day: Day, custom: &Custom, count: usize) -> Result<Vec<String>> {
    let Some(pattern) = custom.numbers else {
        return Ok(Vec::new());
    };
    let counter = Counter {
        workspace: permit.workspace(),
        kind: CustomField::KIND.name,
        period: custom.id.to_string(),
        floor: 0,
    };
    let drawn = draw(tx, &counter, count)?;
    Ok(drawn.into_iter().map(|n| pattern.write(day, n)).collect())
}

/// Gives new records their numbers.
pub fn assign<T: Record>(tx: &mut Tx, permit: &Permit, day: Day, records: &mut [T]) -> Result<()> {
    let all = all(tx, permit.workspace())?;
    let numbering = all.iter().find(|n| n.rule.kind == T::KIND.name);
    let numbers = draw_all(tx, permit, day, T::KIND, numbering, records.len())?;
    for (record, number) in records.iter_mut().zip(numbers) {
        if let Some(place) = record.number() {
            *place = Some(number);
        }
    }
    Ok(())
}

/// What is counted on its own: a kind of a workspace, in a year, month or day where the rule begins again.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Counter {
    pub workspace: Id,
    pub kind: &'static str,
    pub period: String,
    /// Where it stands at least: its next number is above. A counter that has come further goes on from there.
    pub floor: i64,
}

fn draw(tx: &mut Tx, counter: &Counter, count: usize) -> Result<Vec<i64>> {
    if let Some(numbers) = tx.draw_beside(counter, count)? {
        return Ok(numbers);
    }
    let by = i64::try_from(count).map_err(Error::internal)?;
    let last: i64 = tx
        .value(&moved_on(counter, by))?
        .ok_or_else(|| Error::internal("a counter gave no number"))?;
    Ok((last - by + 1..=last).collect())
}

/// Moves a counter on and gives where it then stands; gives nothing where there is no such workspace.
pub(crate) fn moved_on(counter: &Counter, by: i64) -> Sql {
    Sql::new("INSERT INTO number_counters (workspace_id, kind, period, value) SELECT w.id, ")
        .value(counter.kind)
        .text(", ")
        .value(counter.period.as_str())
        .text(", ")
        .value(counter.floor + by)
        .text(" FROM workspaces w WHERE w.id = ")
        .value(counter.workspace)
        .text(" ON CONFLICT (workspace_id, kind, period) DO UPDATE SET value = CASE WHEN number_counters.value < ")
        .value(counter.floor)
        .text(" THEN excluded.value ELSE number_counters.value + ")
        .value(by)
        .text(" END RETURNING value")
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

/// The number that a rule would draw next of a kind.
pub fn next(tx: &mut Tx, scope: &Scope, kind: &'static str, (period, floor): (String, i64)) -> Result<i64> {
    let counter = Counter {
        workspace: scope.workspace(),
        kind,
        period,
        floor,
    };
    if let Some(number) = tx.next_unused(&counter) {
        return Ok(number);
    }
    let sql = Sql::new("SELECT value FROM number_counters WHERE workspace_id = ")
        .value(counter.workspace)
        .text(" AND kind = ")
        .value(counter.kind)
        .text(" AND period = ")
        .value(counter.period.as_str());
    Ok(tx.value(&sql)?.unwrap_or(0).max(counter.floor) + 1)
}
