//! A connection in use: what every function of this crate runs its SQL on.

use crate::backend;
use crate::error::{Error, Result};
use crate::numbering_rule::Counter;
use crate::plan;
use crate::sql::Sql;
use crate::store::{PgClient, statement_begins};
use diesel::SqliteConnection;
use diesel::connection::SimpleConnection;
use domain::value::{FieldType, Row, Storage, Val};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    Pg,
    Sqlite,
}

/// A transaction, or a connection for reading.
pub enum Tx<'a> {
    Pg(&'a mut PgClient),
    Sqlite(&'a mut SqliteConnection),
}

impl Tx<'_> {
    pub fn dialect(&self) -> Dialect {
        match self {
            Self::Pg(_) => Dialect::Pg,
            Self::Sqlite(_) => Dialect::Sqlite,
        }
    }

    pub(crate) fn rows(&mut self, sql: &Sql, columns: &[Storage]) -> Result<Vec<Vec<Val>>> {
        plan::tell(self, sql);
        #[cfg(test)]
        crate::tests::note_plan(self, sql);
        self.rows_untold(sql, columns)
    }

    /// The same, for looking at oneself: the log of statements is about what was asked.
    pub(crate) fn rows_untold(&mut self, sql: &Sql, columns: &[Storage]) -> Result<Vec<Vec<Val>>> {
        match self {
            Self::Pg(held) => backend::pg_rows(&mut held.conn, sql, columns),
            Self::Sqlite(conn) => {
                statement_begins();
                backend::sqlite_rows(conn, sql, columns)
            }
        }
    }

    /// Every row, as `take` reads it.
    pub(crate) fn all<T, All: FromIterator<T>>(
        &mut self,
        sql: &Sql,
        columns: &[Storage],
        take: impl Fn(&mut Row) -> Result<T>,
    ) -> Result<All> {
        let rows = self.rows(sql, columns)?;
        rows.into_iter().map(|row| take(&mut Row::new(row))).collect()
    }

    pub(crate) fn row(&mut self, sql: &Sql, columns: &[Storage]) -> Result<Option<Row>> {
        Ok(self.rows(sql, columns)?.into_iter().next().map(Row::new))
    }

    /// The first column of the first row.
    pub(crate) fn value<T: FieldType>(&mut self, sql: &Sql) -> Result<Option<T>> {
        let storage = T::COLUMNS[0].1;
        self.row(sql, &[storage])?
            .map(|mut row| row.get())
            .transpose()
            .map_err(Error::from)
    }

    /// Number of rows changed.
    pub(crate) fn execute(&mut self, sql: &Sql) -> Result<usize> {
        match self {
            Self::Pg(held) => backend::pg_execute(&mut held.conn, sql),
            Self::Sqlite(conn) => {
                statement_begins();
                backend::sqlite_execute(conn, sql)
            }
        }
    }

    pub(crate) fn batch(&mut self, sql: &str) -> Result<()> {
        match self {
            Self::Pg(held) => held.conn.batch_execute(sql)?,
            Self::Sqlite(conn) => {
                statement_begins();
                conn.batch_execute(sql)?;
            }
        }
        Ok(())
    }

    /// Until the transaction ends, whoever else asks for the name waits. SQLite has one writer, who need not.
    pub fn hold(&mut self, name: String) -> Result<()> {
        self.lock("pg_advisory_xact_lock", name)
    }

    /// The same, beside others who hold it so.
    pub fn hold_shared(&mut self, name: String) -> Result<()> {
        self.lock("pg_advisory_xact_lock_shared", name)
    }

    fn lock(&mut self, function: &str, name: String) -> Result<()> {
        if self.dialect() == Dialect::Pg {
            let sql = Sql::new(format!("SELECT {function}(hashtextextended("));
            self.execute(&sql.value(name).text(", 0))"))?;
        }
        Ok(())
    }

    /// Runs `work` so that an error undoes only what `work` did.
    pub fn savepoint<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.batch("SAVEPOINT step")?;
        let drawn = self.numbers_drawn();
        match work(self) {
            Ok(value) => {
                self.batch("RELEASE SAVEPOINT step")?;
                Ok(value)
            }
            Err(error) => {
                self.batch("ROLLBACK TO SAVEPOINT step; RELEASE SAVEPOINT step")?;
                if let Self::Pg(held) = self {
                    held.give_back(drawn);
                }
                Err(error)
            }
        }
    }

    /// Numbers from a counter that moves beside the transaction; none where it has to move within it.
    pub(crate) fn draw_beside(&mut self, counter: &Counter, count: usize) -> Result<Option<Vec<i64>>> {
        match self {
            Self::Pg(held) => held.draw(counter, count),
            Self::Sqlite(_) => Ok(None),
        }
    }

    pub(crate) fn next_unused(&self, counter: &Counter) -> Option<i64> {
        match self {
            Self::Pg(held) => held.numbers.next_unused(counter),
            Self::Sqlite(_) => None,
        }
    }

    /// Whether what is read was tried before and took too long; then it is worth coming to it in another way.
    pub(crate) fn is_again(&self) -> bool {
        match self {
            Self::Pg(held) => held.is_again(),
            Self::Sqlite(_) => false,
        }
    }

    fn numbers_drawn(&self) -> usize {
        match self {
            Self::Pg(held) => held.drawn.len(),
            Self::Sqlite(_) => 0,
        }
    }
}
