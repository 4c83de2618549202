//! The schema's history, embedded: up at every start, down for tests and for going back a release.

use crate::draft::Draft;
use crate::error::{Error, Result};
use crate::store::DatabaseUrl;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

const PG: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");
const SQLITE: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");
/// Nodes that start together take turns.
const LOCK: &str = "SELECT pg_advisory_lock(7234070)";
const UNLOCK: &str = "SELECT pg_advisory_unlock(7234070)";

fn failed(error: impl std::fmt::Display) -> Error {
    Error::Internal(format!("migration: {error}"))
}

pub fn run_pg(conn: &mut PgConnection) -> Result<()> {
    conn.batch_execute(LOCK)?;
    let result = conn.run_pending_migrations(PG).map(|_| ()).map_err(failed);
    conn.batch_execute(UNLOCK)?;
    result
}

/// Each migration runs in a transaction of its own. A second process that opens the file at the same time waits for one and
/// then finds it applied: it goes on with those that are left, as long as there are fewer each time.
pub fn run_sqlite(conn: &mut SqliteConnection) -> Result<()> {
    loop {
        let left = |conn: &mut SqliteConnection| conn.pending_migrations(SQLITE).map(|p| p.len()).map_err(failed);
        let before = left(conn)?;
        let ran = conn.run_pending_migrations(SQLITE).map(|_| ()).map_err(failed);
        if ran.is_ok() || left(conn)? == before {
            return ran;
        }
    }
}

/// Applies every migration, or with `revert` takes all back.
pub fn migrate(url: &DatabaseUrl, revert: bool) -> Result<()> {
    match url {
        DatabaseUrl::Pg(url) => {
            let mut conn = PgConnection::establish(url).map_err(|e| Error::Unavailable(e.to_string()))?;
            if revert {
                conn.revert_all_migrations(PG).map(|_| ()).map_err(failed)
            } else {
                run_pg(&mut conn)
            }
        }
        DatabaseUrl::Sqlite(path) => {
            let mut conn = crate::store::connect_sqlite(path)?;
            if revert {
                conn.revert_all_migrations(SQLITE).map(|_| ()).map_err(failed)
            } else {
                run_sqlite(&mut conn)
            }
        }
    }
}

/// Takes back those after this one, the latest first: the schema is as a release that ended with it left it.
pub fn revert_after(url: &DatabaseUrl, last: &str) -> Result<()> {
    fn are_later<DB: diesel::backend::Backend>(conn: &mut impl MigrationHarness<DB>, last: &str) -> Result<bool> {
        let applied = conn.applied_migrations().map_err(failed)?;
        Ok(applied.iter().any(|version| version.to_string().as_str() > last))
    }
    match url {
        DatabaseUrl::Pg(url) => {
            let mut conn = PgConnection::establish(url).map_err(|e| Error::Unavailable(e.to_string()))?;
            while are_later(&mut conn, last)? {
                conn.revert_last_migration(PG).map_err(failed)?;
            }
        }
        DatabaseUrl::Sqlite(path) => {
            let mut conn = crate::store::connect_sqlite(path)?;
            while are_later(&mut conn, last)? {
                conn.revert_last_migration(SQLITE).map_err(failed)?;
            }
        }
    }
    Ok(())
}

/// The migration that a kind needs beyond those that there are, found by running them in an empty SQLite file; none where
/// table and declaration agree.
pub fn draft(url: &DatabaseUrl, kind: &domain::Kind) -> Result<Option<Draft>> {
    use crate::sql::Sql;
    use crate::tx::Tx;
    use domain::value::{Storage, Val};
    let DatabaseUrl::Sqlite(path) = url else {
        return Err(failed("drafts are made with a SQLite file"));
    };
    migrate(url, false)?;
    let mut conn = crate::store::connect_sqlite(path)?;
    let sql = Sql::new("SELECT name FROM pragma_table_info(")
        .value(kind.plural)
        .text(")");
    let rows = Tx::Sqlite(&mut conn).rows(&sql, &[Storage::Text])?;
    let name = |value| match value {
        Val::Text(name) => Some(name),
        _ => None,
    };
    crate::draft::draft(kind, &rows.into_iter().flatten().filter_map(name).collect())
}

/// The schema as the database tells it, for comparing: one line an object.
pub fn schema(url: &DatabaseUrl) -> Result<String> {
    use crate::sql::Sql;
    use crate::tx::Tx;
    use domain::value::{Storage, Val};
    let lines = match url {
        DatabaseUrl::Sqlite(path) => {
            let mut conn = crate::store::connect_sqlite(path)?;
            let sql = "SELECT coalesce(sql, name) FROM sqlite_master WHERE name NOT LIKE '\\_\\_diesel%' ESCAPE '\\' \
                       AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type, name";
            Tx::Sqlite(&mut conn).rows(&Sql::new(sql), &[Storage::Text])?
        }
        DatabaseUrl::Pg(url) => {
            let mut conn = crate::store::connect_pg(url)?;
            let sql = "SELECT line FROM (\
                SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '') AS line \
                  FROM information_schema.columns WHERE table_schema = current_schema() AND table_name NOT LIKE '\\_\\_diesel%' \
                UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = current_schema() AND tablename NOT LIKE '\\_\\_diesel%' \
                UNION ALL SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint \
                  WHERE connamespace = current_schema()::regnamespace AND conrelid::regclass::text NOT LIKE '\\_\\_diesel%') AS lines ORDER BY line";
            Tx::Pg(&mut conn).rows(&Sql::new(sql), &[Storage::Text])?
        }
    };
    Ok(lines
        .into_iter()
        .flatten()
        .filter_map(|v| {
            if let Val::Text(line) = v {
                Some(line + "\n")
            } else {
                None
            }
        })
        .collect())
}
