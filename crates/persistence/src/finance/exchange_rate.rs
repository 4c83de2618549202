//! Exchange rates by day, and the records whose amounts hang on them.

use crate::error::Result;
use crate::filter;
use crate::sql::Sql;
use crate::tx::Tx;
use domain::money::{Currency, Rate};
use domain::policy::Scope;
use domain::value::{Storage, Type};
use domain::{Day, Id, Kind};

/// The rate of a currency on a day: the last one that had begun.
pub fn on(tx: &mut Tx, scope: &Scope, currency: Currency, day: Day) -> Result<Option<Rate>> {
    let mut sql = Sql::new("SELECT t.rate FROM exchange_rates t WHERE ");
    filter::scope(&mut sql, tx.dialect(), scope);
    sql.push(" AND t.currency = ")
        .bind(currency.code())
        .push(" AND t.valid_from <= ")
        .bind(day)
        .push(" ORDER BY t.valid_from DESC LIMIT 1");
    tx.value(&sql)
}

/// Records with an amount in another currency than the base, in the order of their ids. Deals that are closed keep what
/// they were worth, and are left out.
pub fn foreign(
    tx: &mut Tx,
    scope: &Scope,
    kind: &Kind,
    base: Currency,
    after: Option<Id>,
    limit: i64,
) -> Result<Vec<Id>> {
    let mut sql = Sql::new(format!("SELECT t.id FROM {} t WHERE ", kind.plural));
    filter::scope(&mut sql, tx.dialect(), scope);
    let amounts = kind.fields.iter().filter(|f| f.ty == Type::Money);
    for (n, field) in amounts.enumerate() {
        sql.push(if n > 0 { " OR " } else { " AND (" })
            .push(format!("t.{}_currency <> ", field.name))
            .bind(base.code());
    }
    sql.push(")");
    if kind.field("closed_at").is_some() {
        sql.push(" AND t.closed_at IS NULL");
    }
    if let Some(after) = after {
        sql.push(" AND t.id > ").bind(after);
    }
    sql.push(" ORDER BY t.id LIMIT ").bind(limit);
    tx.all(&sql, &[Storage::Id], |row| Ok(row.get()?))
}
