//! The only code that knows a database connection: binding, reading rows, opening.

use crate::error::{Error, Result};
use crate::sql::{At, Date, Doc, Guid, Sql, Texts, types};
use diesel::connection::{CacheSize, DefaultLoadingMode, LoadConnection, SimpleConnection};
use diesel::deserialize::FromSql;
use diesel::prelude::*;
use diesel::row::{Field as _, Row as _};
use diesel::sql_types::{BigInt, Binary, Bool, Text};
use domain::value::{Storage, Val};

macro_rules! backend {
    ($conn:ty, $db:ty, $rows:ident, $execute:ident) => {
        pub fn $rows(conn: &mut $conn, sql: &Sql, columns: &[Storage]) -> Result<Vec<Vec<Val>>> {
            let cursor = LoadConnection::<DefaultLoadingMode>::load(conn, sql)?;
            let mut rows = Vec::new();
            for row in cursor {
                let row = row?;
                let mut values = Vec::with_capacity(columns.len());
                for (i, storage) in columns.iter().enumerate() {
                    let field = row.get(i).ok_or_else(|| Error::internal("a column is missing"))?;
                    let Some(raw) = field.value() else {
                        values.push(Val::Null(*storage));
                        continue;
                    };
                    let value = match storage {
                        Storage::Text => <String as FromSql<Text, $db>>::from_sql(raw).map(Val::Text),
                        Storage::Int => <i64 as FromSql<BigInt, $db>>::from_sql(raw).map(Val::Int),
                        Storage::Bool => <bool as FromSql<Bool, $db>>::from_sql(raw).map(Val::Bool),
                        Storage::Id => <Guid as FromSql<types::Guid, $db>>::from_sql(raw).map(|v| Val::Id(v.0)),
                        Storage::Instant => <At as FromSql<types::At, $db>>::from_sql(raw).map(|v| Val::Instant(v.0)),
                        Storage::Day => <Date as FromSql<types::Date, $db>>::from_sql(raw).map(|v| Val::Day(v.0)),
                        Storage::Json => <Doc as FromSql<types::Doc, $db>>::from_sql(raw).map(|v| Val::Json(v.0)),
                        Storage::Bytes => <Vec<u8> as FromSql<Binary, $db>>::from_sql(raw).map(Val::Bytes),
                        Storage::Texts => <Texts as FromSql<types::Texts, $db>>::from_sql(raw).map(|v| Val::Texts(v.0)),
                    };
                    values.push(value.map_err(Error::internal)?);
                }
                rows.push(values);
            }
            Ok(rows)
        }

        pub fn $execute(conn: &mut $conn, sql: &Sql) -> Result<usize> {
            Ok(diesel::query_dsl::methods::ExecuteDsl::execute(sql, conn)?)
        }
    };
}

/// Takes the prepared statements from a connection; diesel forgets them one by one or not at all.
pub fn pg_rid(conn: &mut PgConnection) -> Result<()> {
    conn.set_prepared_statement_cache_size(CacheSize::Disabled);
    conn.set_prepared_statement_cache_size(CacheSize::Unbounded);
    // diesel counts its names anew, and the server still knows the old ones.
    Ok(conn.batch_execute("DEALLOCATE ALL")?)
}

pub fn sqlite_rid(conn: &mut SqliteConnection) {
    conn.set_prepared_statement_cache_size(CacheSize::Disabled);
    conn.set_prepared_statement_cache_size(CacheSize::Unbounded);
}

backend!(PgConnection, diesel::pg::Pg, pg_rows, pg_execute);
backend!(SqliteConnection, diesel::sqlite::Sqlite, sqlite_rows, sqlite_execute);
