//! Opportunities beyond their records: product lines for reports, and the board.

use crate::engine;
use crate::error::Result;
use crate::filter::{self, Rows};
use crate::search;
use crate::sql::Sql;
use crate::sum;
use crate::tx::Tx;
use domain::opportunity::Opportunity;
use domain::policy::{Permit, Scope};
use domain::query::List;
use domain::value::Storage;
use domain::{Id, Record};

/// The lines as rows, so that reports can join products. They follow the record in the same transaction.
pub fn write_lines(tx: &mut Tx, permit: &Permit, opportunity: &Opportunity) -> Result<()> {
    let delete = Sql::new("DELETE FROM opportunity_lines WHERE workspace_id = ")
        .value(permit.workspace())
        .text(" AND opportunity_id = ")
        .value(opportunity.id);
    tx.execute(&delete)?;
    for (position, line) in opportunity.lines.0.iter().enumerate() {
        let insert = Sql::new(
            "INSERT INTO opportunity_lines (workspace_id, opportunity_id, position, product_id, quantity, price, discount, total) VALUES (",
        )
        .value(permit.workspace())
        .text(", ")
        .value(opportunity.id)
        .text(", ")
        .value(i64::try_from(position).unwrap_or(i64::MAX))
        .text(", ")
        .value(line.product_id)
        .text(", ")
        .value(line.quantity)
        .text(", ")
        .value(line.price.minor)
        .text(", ")
        .value(line.discount)
        .text(", ")
        .value(line.total().unwrap_or(i64::MAX))
        .text(")");
        tx.execute(&insert)?;
    }
    Ok(())
}

/// How many open deals stand in a stage, and what they are worth in the base currency.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StageTotal {
    pub stage: Id,
    pub count: i64,
    pub sum: i128,
}

/// Count and value of the open deals in each stage of a pipeline, as far as the scope, the filter and the search let
/// see: one pass over an index that holds all it needs.
pub fn stage_totals(tx: &mut Tx, scope: &Scope, pipeline: Id, list: &List) -> Result<Vec<StageTotal>> {
    let Some(plan) = search::plan(tx, scope, Opportunity::KIND, list.q.as_deref())? else {
        return Ok(Vec::new());
    };
    let dialect = tx.dialect();
    let mut sql = Sql::new(format!(
        "SELECT t.stage_id, count(*), {} FROM opportunities t WHERE ",
        sum::columns("t.amount_base")
    ));
    if list.filter.is_some() || list.q.is_some() {
        sql = sql.ad_hoc();
    }
    filter::scope_of_all(&mut sql, dialect, scope);
    sql.push(" AND t.pipeline_id = ")
        .bind(pipeline)
        .push(" AND t.status = 'open'");
    plan.condition(&mut sql, dialect, Opportunity::KIND);
    if let Some(tree) = &list.filter {
        sql.push(" AND ");
        filter::filter(&mut sql, dialect, tree);
    }
    sql.push(" GROUP BY t.stage_id");
    let [upper, lower] = sum::STORAGE;
    tx.all(&sql, &[Storage::Id, Storage::Int, upper, lower], |row| {
        Ok(StageTotal {
            stage: row.get()?,
            count: row.get()?,
            sum: sum::take(row)?,
        })
    })
}

/// The first cards of a stage: those whose expected close comes first, then those without one.
pub fn stage_cards(tx: &mut Tx, scope: &Scope, stage: Id, list: &List) -> Result<engine::Page<Opportunity>> {
    use domain::query::{Filter, Leaf, Test};
    let leaf = |column: &str, storage, value| {
        Filter::Leaf(Leaf {
            column: column.to_owned(),
            storage,
            custom: None,
            test: Test::Eq(value),
        })
    };
    let mut parts = vec![
        leaf("stage_id", Storage::Id, stage.into()),
        leaf("status", Storage::Text, "open".into()),
    ];
    parts.extend(list.filter.clone());
    let list = List {
        filter: Some(Filter::And(parts)),
        ..list.clone()
    };
    // An index has the cards of a stage in this order. Asking first how many are seen, through customers too, takes longer.
    engine::list_by(tx, scope, &list, Rows::Any)
}
