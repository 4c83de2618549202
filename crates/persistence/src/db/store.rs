//! Where the data is: opening a database, reading it, and one transaction for each use case that writes.

mod announcements;
mod clock;
mod numbers;
mod pg;
mod queue;
mod sqlite;
mod turns;

pub use announcements::Announcements;
pub(crate) use announcements::CHANNEL;
pub(crate) use clock::begin as statement_begins;
pub use pg::PgClient;
pub(crate) use pg::connect as connect_pg;
pub(crate) use sqlite::FOLD;
pub use sqlite::connect as connect_sqlite;
pub use turns::on_behalf_of;

use crate::error::{Error, Result};
use crate::named;
use crate::reindex;
use crate::tx::{Dialect, Tx};
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use turns::{Most, Turns, Use};

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
    /// After this a query that reads is ended too, and begun again among the slow ones, of which few run at a time.
    pub quick: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            connections: 12,
            query_limit: Duration::from_secs(30),
            quick: Duration::from_millis(100),
        }
    }
}

impl Options {
    /// Writing leaves a sixth to readers, and one user a third to others.
    fn most(&self) -> Most {
        let all = usize::try_from(self.connections).unwrap_or(usize::MAX).max(2);
        Most {
            all,
            writes: all - all.div_ceil(6),
            each: all - all / 3,
        }
    }
}

/// How long somebody waits for a connection before the server says it is busy.
const PATIENCE: Duration = Duration::from_secs(10);

/// Slow queries at a time: half the processors, but two, so that one user does not keep all others waiting.
pub(crate) fn slow_at_a_time() -> usize {
    (std::thread::available_parallelism().map_or(1, usize::from) / 2).max(2)
}

fn most_slow() -> Most {
    let all = slow_at_a_time();
    Most {
        all,
        writes: 0,
        each: all / 2,
    }
}

/// How long the statements of a read may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    Quick,
    Whole,
    /// As long as `Whole`, after `Quick` was not enough.
    Again,
}

/// A handle on the database; cheap to clone.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    database: Database,
    turns: Arc<Turns>,
    slow: Arc<Turns>,
    limit: Duration,
}

enum Database {
    Sqlite(sqlite::SqliteStore),
    Pg(Arc<pg::PgStore>),
}

fn busy() -> Error {
    Error::Unavailable("too many wait for a connection".into())
}

impl Store {
    /// Opens, migrates, and starts what runs beside: the writer on SQLite, the sealer on PostgreSQL.
    pub fn open(url: &DatabaseUrl, options: Options) -> Result<Self> {
        let most = options.most();
        let slow = most_slow();
        // The sealer takes none of the turns.
        let connections = u32::try_from(most.all + slow.all + 1).unwrap_or(u32::MAX);
        let options = Options { connections, ..options };
        let database = match url {
            DatabaseUrl::Sqlite(path) => Database::Sqlite(sqlite::SqliteStore::open(path, options)?),
            DatabaseUrl::Pg(url) => Database::Pg(Arc::new(pg::PgStore::open(url, options)?)),
        };
        let store = Self(Arc::new(Inner {
            database,
            turns: Turns::new(most),
            slow: Turns::new(slow),
            limit: options.query_limit,
        }));
        named::take_up(&store)?;
        reindex::begin(&store)?;
        Ok(store)
    }

    /// Looks at a database as it is: it is neither made nor brought up to date. Only what is committed is sealed before.
    pub fn open_as_it_is<T>(url: &DatabaseUrl, work: impl FnOnce(&mut Tx) -> Result<T>) -> Result<T> {
        match url {
            DatabaseUrl::Sqlite(path) => sqlite::open_as_it_is(path, work),
            DatabaseUrl::Pg(url) => pg::open_as_it_is(url, work),
        }
    }

    pub fn is_sqlite(&self) -> bool {
        matches!(self.0.database, Database::Sqlite(_))
    }

    /// What other nodes have told of changed rights. None where a node is alone with its file.
    pub fn announcements(&self) -> Option<&Announcements> {
        match &self.0.database {
            Database::Sqlite(_) => None,
            Database::Pg(store) => Some(store.announcements()),
        }
    }

    /// Rises with every change of rights that this store has committed, or heard of.
    pub fn rights_changes(&self) -> u64 {
        match &self.0.database {
            Database::Sqlite(store) => store.changes(),
            Database::Pg(store) => store.announcements().changes(),
        }
    }

    /// Reads on this thread, which may wait: for the command line and for jobs.
    pub fn read_here<T>(&self, work: impl FnOnce(&mut Tx) -> Result<T>) -> Result<T> {
        let _turn = self.0.turns.wait_here(Use::Read).ok_or_else(busy)?;
        self.run(Pace::Whole, work)
    }

    /// The same of one moment, however long it takes: what others write meanwhile is not seen. On SQLite the log of what is
    /// written grows until it is over, on PostgreSQL vacuum waits; nobody else does.
    pub fn snapshot_here<T>(&self, work: impl FnOnce(&mut Tx) -> Result<T>) -> Result<T> {
        self.read_here(|tx| {
            tx.batch(match tx.dialect() {
                Dialect::Sqlite => "BEGIN",
                Dialect::Pg => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            })?;
            let result = caught(|| work(tx));
            let ended = tx.batch("ROLLBACK");
            let value = result?;
            ended.map(|()| value)
        })
    }

    pub(crate) fn run<T>(&self, pace: Pace, work: impl FnOnce(&mut Tx) -> Result<T>) -> Result<T> {
        match &self.0.database {
            Database::Sqlite(store) => store.read(pace, work),
            Database::Pg(store) => store.read(pace, work),
        }
    }

    /// A read of a few indexed rows: on SQLite at once, where handing over to another thread costs more than the read, if
    /// a connection lies ready. This thread must not wait for one, nor for long: what turns out to be more is begun again
    /// among the other reads.
    pub async fn read_quick<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Tx) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        if let Database::Sqlite(store) = &self.0.database
            && let Some(turn) = self.0.turns.take(Use::Read)
            && let Some(result) = store.read_at_once(&work)
        {
            drop(turn);
            if !matches!(result, Err(Error::TooSlow)) {
                return result;
            }
        }
        self.read(work).await
    }

    /// Reads on a thread that may wait. What is not done soon is begun again with more time, when those before it are done:
    /// so the slow keep no connections from the quick, and leave them the processors.
    pub async fn read<T: Send + 'static>(&self, work: impl Fn(&mut Tx) -> Result<T> + Send + 'static) -> Result<T> {
        self.read_beside(work, false).await
    }

    /// The same, with every change numbered and chained that is committed by now: for who reads the change log, and shall
    /// find their own writes in it.
    pub async fn read_sealed<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Tx) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.read_beside(work, true).await
    }

    async fn read_beside<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Tx) -> Result<T> + Send + 'static,
        sealed: bool,
    ) -> Result<T> {
        let began = Instant::now();
        let turn = self.0.turns.wait(Use::Read, PATIENCE).await.ok_or_else(busy)?;
        let store = self.clone();
        let reading = tokio::task::spawn_blocking(move || {
            let result = store.read_now(Pace::Quick, sealed, &work);
            drop(turn);
            (result, work)
        });
        match reading.await.map_err(Error::internal)? {
            (Err(Error::TooSlow), work) => self.read_slowly(began, work, sealed).await,
            (result, _) => result,
        }
    }

    fn read_now<T>(&self, pace: Pace, sealed: bool, work: impl FnOnce(&mut Tx) -> Result<T>) -> Result<T> {
        match &self.0.database {
            Database::Pg(store) if sealed => store.read_sealed(pace, work),
            // The writer of SQLite seals each commit as part of it.
            _ => self.run(pace, work),
        }
    }

    async fn read_slowly<T: Send + 'static>(
        &self,
        began: Instant,
        work: impl Fn(&mut Tx) -> Result<T> + Send + 'static,
        sealed: bool,
    ) -> Result<T> {
        let left = self.0.limit.saturating_sub(began.elapsed());
        let turn = self.0.slow.wait(Use::Read, left).await.ok_or(Error::TooSlow)?;
        let (reply, answer) = tokio::sync::oneshot::channel();
        let store = self.clone();
        std::thread::Builder::new()
            .name("slow".into())
            .spawn(move || {
                step_back();
                let result = caught(|| store.read_now(Pace::Again, sealed, work));
                drop(turn);
                // The caller may have gone.
                let _ = reply.send(result);
            })
            .map_err(|error| Error::Unavailable(error.to_string()))?;
        answer.await.map_err(Error::internal)?
    }

    /// One use case in one transaction. An error undoes all of it. The work may be run again when another transaction got
    /// in its way, so it must do nothing but use the transaction.
    pub async fn write<T: Send + 'static>(&self, work: impl Fn(&mut Tx) -> Result<T> + Send + 'static) -> Result<T> {
        match &self.0.database {
            Database::Sqlite(store) => {
                let (reply, answer) = tokio::sync::oneshot::channel();
                store.submit(work, move |result| {
                    // The caller may have gone; what is written is written.
                    let _ = reply.send(result);
                })?;
                answer
                    .await
                    .map_err(|_| Error::Unavailable("the writer has stopped".into()))?
            }
            Database::Pg(store) => {
                let turn = self.0.turns.wait(Use::Write, PATIENCE).await.ok_or_else(busy)?;
                let store = store.clone();
                tokio::task::spawn_blocking(move || {
                    let _turn = turn;
                    store.write(work)
                })
                .await
                .map_err(Error::internal)?
            }
        }
    }

    /// The same, waiting on this thread: for the command line and for jobs.
    pub fn write_here<T: Send + 'static>(&self, work: impl Fn(&mut Tx) -> Result<T> + Send + 'static) -> Result<T> {
        match &self.0.database {
            Database::Sqlite(store) => {
                let (reply, answer) = std::sync::mpsc::sync_channel(1);
                store.submit(work, move |result| {
                    let _ = reply.send(result);
                })?;
                answer
                    .recv()
                    .map_err(|_| Error::Unavailable("the writer has stopped".into()))?
            }
            Database::Pg(store) => {
                let _turn = self.0.turns.wait_here(Use::Write).ok_or_else(busy)?;
                store.write(work)
            }
        }
    }

    /// How many wait for their turn among the slow, so that a test need not guess when they do.
    #[cfg(test)]
    pub(crate) fn slow_waiting(&self) -> usize {
        self.0.slow.waiting()
    }

    /// Numbers and chains every change that is committed by now, so that a reader of the change log sees it.
    pub fn seal_here(&self) -> Result<()> {
        match &self.0.database {
            Database::Sqlite(_) => Ok(()),
            Database::Pg(store) => store.read_sealed(Pace::Whole, |_| Ok(())),
        }
    }

    /// Refreshes what the query planner knows; worth it after a large import.
    pub fn analyze_here(&self) -> Result<()> {
        if let Database::Sqlite(store) = &self.0.database {
            store.analyze()?;
        }
        self.write_here(|tx| match tx.dialect() {
            Dialect::Pg => tx.batch("ANALYZE"),
            Dialect::Sqlite => tx.batch(sqlite::RELOAD),
        })
    }
}

/// This thread lets those be first who are quickly done.
fn step_back() {
    #[cfg(target_os = "linux")]
    // On Linux this is about the thread, not the process. Where it may not be, the thread is as important as others.
    let _ = rustix::process::setpriority_process(None, 10);
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
