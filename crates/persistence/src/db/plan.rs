//! How a database goes about the statements that read: told to the log (`GUANXI_LOG=info,sql=trace`) for who looks into a
//! slow list.

use crate::backend;
use crate::error::Result;
use crate::sql::Sql;
use crate::tx::Tx;
use domain::value::{Storage, Val};
use tracing::Level;

/// Tells the log which statement runs, and its plan. No values: they are people's data.
pub fn tell(tx: &mut Tx, sql: &Sql) {
    if !tracing::enabled!(target: "sql", Level::TRACE) {
        return;
    }
    match of(tx, sql) {
        Ok(plan) => tracing::trace!(target: "sql", statement = sql.words(), plan = plan.join("\n")),
        Err(error) => tracing::trace!(target: "sql", statement = sql.words(), %error, "no plan"),
    }
}

/// The steps of a plan, a line each.
pub fn of(tx: &mut Tx, sql: &Sql) -> Result<Vec<String>> {
    let rows = match tx {
        Tx::Sqlite(conn) => {
            let columns = [Storage::Int, Storage::Int, Storage::Int, Storage::Text];
            backend::sqlite_rows(conn, &sql.explained("EXPLAIN QUERY PLAN "), &columns)?
        }
        Tx::Pg(held) => backend::pg_rows(&mut held.conn, &sql.explained("EXPLAIN "), &[Storage::Text])?,
    };
    let lines = rows.into_iter().filter_map(|row| match row.into_iter().next_back() {
        Some(Val::Text(line)) => Some(line),
        _ => None,
    });
    // PostgreSQL's conditions hold the values.
    let pg = matches!(tx, Tx::Pg(_));
    Ok(lines.filter(|line| !pg || line.contains("(cost=")).collect())
}
