//! Where the data is: opening a database, reading it, and one transaction for each use case that writes.

mod heard;
mod numbers;
mod pg;
mod sqlite;

pub(crate) use heard::CHANNEL;
pub use heard::Heard;
pub use pg::Held;
pub(crate) use pg::connect as connect_pg;
pub use sqlite::connect as connect_sqlite;

use crate::error::{Error, Result};
use crate::tx::{Dialect, Tx};
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

/// Where a database is. Anything that is not plainly one of the two forms is refused, so that a mistyped address never
/// becomes the name of a new file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    Sqlite(PathBuf),
    Pg(String),
}

impl FromStr for DatabaseUrl {
    type Err = String;

    fn from_str(url: &str) -> std::result::Result<Self, String> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Pg(url.to_owned()));
        }
        let path = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:"));
        match path {
            Some(path) if !path.is_empty() && !path.contains(['?', '#', '\0']) => Ok(Self::Sqlite(PathBuf::from(path))),
            Some(_) => Err(format!(
                "“{url}” names no file; write sqlite:PATH, such as sqlite:guanxi.db"
            )),
            None => Err("a database is sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME".to_owned()),
        }
    }
}

#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Connections that read (SQLite), or all connections (PostgreSQL).
    pub connections: u32,
    /// After this a query is ended.
    pub query_limit: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            connections: 8,
            query_limit: Duration::from_secs(30),
        }
    }
}

/// A handle on the database; cheap to clone.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

enum Inner {
    Sqlite(sqlite::SqliteStore),
    Pg(pg::PgStore),
}

impl Store {
    /// Opens, migrates, and starts what runs beside: the writer on SQLite, the sealer on PostgreSQL.
    pub fn open(url: &DatabaseUrl, options: Options) -> Result<Self> {
        let inner = match url {
            DatabaseUrl::Sqlite(path) => Inner::Sqlite(sqlite::SqliteStore::open(path, options)?),
            DatabaseUrl::Pg(url) => Inner::Pg(pg::PgStore::open(url, options)?),
        };
        Ok(Self(Arc::new(inner)))
    }

    /// Looks at a database as it is: it is neither made nor brought up to date. Only what is committed is sealed before.
    pub fn look<T>(url: &DatabaseUrl, work: impl FnOnce(&mut Tx) -> Result<T>) -> Result<T> {
        match url {
            DatabaseUrl::Sqlite(path) => sqlite::look(path, work),
            DatabaseUrl::Pg(url) => pg::look(url, work),
        }
    }

    pub fn is_sqlite(&self) -> bool {
        matches!(*self.0, Inner::Sqlite(_))
    }

    /// What other nodes have told of changed rights. None where a node is alone with its file.
    pub fn heard(&self) -> Option<&Heard> {
        match &*self.0 {
            Inner::Sqlite(_) => None,
            Inner::Pg(store) => Some(store.heard()),
        }
    }

    /// Rises with every change of rights that this store has committed, or heard of.
    pub fn rights_changes(&self) -> u64 {
        match &*self.0 {
            Inner::Sqlite(store) => store.changes(),
            Inner::Pg(store) => store.heard().changes(),
        }
    }

    /// Reads on this thread: for the command line, and for reads of a few indexed rows on SQLite, where handing over to
    /// another thread costs more than the read.
    pub fn read_here<T>(&self, work: impl FnOnce(&mut Tx) -> Result<T>) -> Result<T> {
        match &*self.0 {
            Inner::Sqlite(store) => store.read(work),
            Inner::Pg(store) => store.read(work),
        }
    }

    /// A short read: on SQLite at once, on PostgreSQL on a thread that may wait.
    pub async fn read_quick<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Tx) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        if self.is_sqlite() {
            self.read_here(work)
        } else {
            self.read(work).await
        }
    }

    /// Reads on a thread that may wait.
    pub async fn read<T: Send + 'static>(&self, work: impl FnOnce(&mut Tx) -> Result<T> + Send + 'static) -> Result<T> {
        let store = self.clone();
        tokio::task::spawn_blocking(move || store.read_here(work))
            .await
            .map_err(Error::internal)?
    }

    /// Reads on a thread that may wait, with every change numbered and chained that is committed by now: for who reads the
    /// change log, and shall find their own writes in it.
    pub async fn read_sealed<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Tx) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let store = self.clone();
        tokio::task::spawn_blocking(move || match &*store.0 {
            // The writer seals each commit as part of it.
            Inner::Sqlite(store) => store.read(work),
            Inner::Pg(store) => store.read_sealed(work),
        })
        .await
        .map_err(Error::internal)?
    }

    /// One use case in one transaction. An error undoes all of it. The work may be run again when another transaction got
    /// in its way, so it must do nothing but use the transaction.
    pub async fn write<T: Send + 'static>(&self, work: impl Fn(&mut Tx) -> Result<T> + Send + 'static) -> Result<T> {
        match &*self.0 {
            Inner::Sqlite(store) => {
                let (reply, answer) = tokio::sync::oneshot::channel();
                store.submit(work, move |result| {
                    // The caller may have gone; what is written is written.
                    let _ = reply.send(result);
                })?;
                answer
                    .await
                    .map_err(|_| Error::Unavailable("the writer has stopped".into()))?
            }
            Inner::Pg(_) => {
                let store = self.clone();
                tokio::task::spawn_blocking(move || store.write_here(work))
                    .await
                    .map_err(Error::internal)?
            }
        }
    }

    /// The same, waiting on this thread: for the command line and for jobs.
    pub fn write_here<T: Send + 'static>(&self, work: impl Fn(&mut Tx) -> Result<T> + Send + 'static) -> Result<T> {
        match &*self.0 {
            Inner::Sqlite(store) => {
                let (reply, answer) = std::sync::mpsc::sync_channel(1);
                store.submit(work, move |result| {
                    let _ = reply.send(result);
                })?;
                answer
                    .recv()
                    .map_err(|_| Error::Unavailable("the writer has stopped".into()))?
            }
            Inner::Pg(store) => store.write(work),
        }
    }

    /// Numbers and chains every change that is committed by now, so that a reader of the change log sees it.
    pub fn seal_here(&self) -> Result<()> {
        match &*self.0 {
            Inner::Sqlite(_) => Ok(()),
            Inner::Pg(store) => store.read_sealed(|_| Ok(())),
        }
    }

    /// Refreshes what the query planner knows; worth it after a large import.
    pub fn analyze_here(&self) -> Result<()> {
        if let Inner::Sqlite(store) = &*self.0 {
            store.analyze()?;
        }
        self.write_here(|tx| match tx.dialect() {
            Dialect::Pg => tx.batch("ANALYZE"),
            Dialect::Sqlite => tx.batch(sqlite::RELOAD),
        })
    }
}

/// A panic in a use case is the end of that use case alone.
fn caught<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<&str>().copied();
        let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        Err(Error::Internal(format!(
            "a use case panicked: {}",
            text.unwrap_or("without a word")
        )))
    })
}

/// Waits before another attempt. Only the store's own threads come here, and those that may wait.
#[allow(clippy::disallowed_methods)]
fn pause(time: Duration) {
    std::thread::sleep(time);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_addresses_are_databases() {
        assert_eq!("sqlite:a.db".parse(), Ok(DatabaseUrl::Sqlite("a.db".into())));
        assert_eq!(
            "sqlite:///var/a.db".parse(),
            Ok(DatabaseUrl::Sqlite("/var/a.db".into()))
        );
        assert!(matches!("postgres://u@h/d".parse(), Ok(DatabaseUrl::Pg(_))));
        for wrong in [
            "",
            "guanxi.db",
            "sqlite:",
            "sqlit:a.db",
            "postgers://u@h/d",
            "mysql://h/d",
            "sqlite:a.db?mode=ro",
        ] {
            assert!(wrong.parse::<DatabaseUrl>().is_err(), "{wrong}");
        }
    }
}
