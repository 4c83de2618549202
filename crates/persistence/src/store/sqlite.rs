//! SQLite: a pool of readers, and one thread that writes.
//!
//! Use cases that arrive while a commit is under way share the next one: a savepoint each, one COMMIT (and one fsync) for
//! all, the replies after it. So `synchronous=FULL` stays fast, and nobody waits for a lock.

use super::Options;
use crate::error::{Error, Result};
use crate::tx::Tx;
use crate::{migrations, seal};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::r2d2::{ConnectionManager, CustomizeConnection, Pool};
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};

/// Use cases waiting for the writer; past that the server says it is busy.
const QUEUE: usize = 4096;
/// Use cases that share one commit at most.
const GROUP: usize = 256;

const WRITER: &str = "PRAGMA busy_timeout=10000; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; \
    PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-16000; PRAGMA journal_size_limit=67108864;";
const READER: &str = "PRAGMA busy_timeout=10000; PRAGMA query_only=ON; PRAGMA temp_store=MEMORY; \
    PRAGMA cache_size=-4000; PRAGMA mmap_size=268435456;";

type Readers = Pool<ConnectionManager<SqliteConnection>>;
/// Runs in the transaction; what it returns is called after the commit, with the commit's error if there was one.
type Job = Box<dyn FnOnce(&mut Tx) -> Reply + Send>;
type Reply = Box<dyn FnOnce(Option<&Error>) + Send>;

pub struct SqliteStore {
    readers: Readers,
    writer: SyncSender<Job>,
}

#[derive(Debug)]
struct Reader;

impl CustomizeConnection<SqliteConnection, diesel::r2d2::Error> for Reader {
    fn on_acquire(&self, conn: &mut SqliteConnection) -> std::result::Result<(), diesel::r2d2::Error> {
        conn.batch_execute(READER).map_err(diesel::r2d2::Error::QueryError)
    }
}

pub fn connect(path: &Path) -> Result<SqliteConnection> {
    let name = path
        .to_str()
        .ok_or_else(|| Error::internal("the path of the database is not UTF-8"))?;
    let failed = |e: &dyn std::fmt::Display| Error::Unavailable(format!("{name}: {e}"));
    let mut conn = SqliteConnection::establish(name).map_err(|e| failed(&e))?;
    conn.batch_execute(WRITER).map_err(|e| failed(&e))?;
    Ok(conn)
}

impl SqliteStore {
    pub fn open(path: &Path, options: Options) -> Result<Self> {
        let mut conn = connect(path)?;
        migrations::run_sqlite(&mut conn)?;
        conn.batch_execute("PRAGMA optimize=0x10002")?;
        let (writer, jobs) = sync_channel(QUEUE);
        std::thread::Builder::new()
            .name("writer".into())
            .spawn(move || write_all(conn, &jobs))
            .map_err(Error::internal)?;
        let readers = Pool::builder()
            .max_size(options.connections)
            .min_idle(Some(1))
            .test_on_check_out(false)
            .connection_customizer(Box::new(Reader))
            .build(ConnectionManager::new(path.to_string_lossy()))
            .map_err(|e| Error::Unavailable(e.to_string()))?;
        Ok(Self { readers, writer })
    }

    pub fn read<T>(&self, work: impl FnOnce(&mut Tx) -> Result<T>) -> Result<T> {
        let mut conn = self.readers.get().map_err(|e| Error::Unavailable(e.to_string()))?;
        work(&mut Tx::Sqlite(&mut conn))
    }

    pub fn submit<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Tx) -> Result<T> + Send + 'static,
        reply: impl FnOnce(Result<T>) + Send + 'static,
    ) -> Result<()> {
        let job: Job = Box::new(move |tx| {
            let result = work(tx);
            let failed = result.as_ref().err().map(|_| ());
            if failed.is_some() {
                // Undone here, so that the use cases sharing the transaction are not touched.
                if let Err(error) = tx.batch("ROLLBACK TO SAVEPOINT use_case") {
                    tracing::error!(%error, "a use case could not be undone");
                }
            }
            Box::new(move |commit: Option<&Error>| {
                reply(match (result, commit) {
                    (Ok(_), Some(error)) => Err(again(error)),
                    (result, _) => result,
                });
            })
        });
        self.writer.try_send(job).map_err(|e| match e {
            TrySendError::Full(_) => Error::Unavailable("too many writes are waiting".into()),
            TrySendError::Disconnected(_) => Error::Unavailable("the writer has stopped".into()),
        })
    }
}

/// One failed commit is reported to every use case that shared it.
fn again(error: &Error) -> Error {
    match error {
        Error::Full(m) => Error::Full(m.clone()),
        Error::Unavailable(m) | Error::Retry(m) => Error::Unavailable(m.clone()),
        other => Error::Internal(other.to_string()),
    }
}

fn write_all(mut conn: SqliteConnection, jobs: &Receiver<Job>) {
    while let Ok(first) = jobs.recv() {
        let mut replies = Vec::new();
        let outcome = commit(&mut conn, first, jobs, &mut replies);
        if let Err(error) = &outcome {
            tracing::error!(%error, shared_by = replies.len(), "a commit failed");
            // Nothing to undo where SQLite has ended the transaction by itself.
            let _ = conn.batch_execute("ROLLBACK");
        }
        for reply in replies {
            reply(outcome.as_ref().err());
        }
    }
}

fn commit(conn: &mut SqliteConnection, first: Job, jobs: &Receiver<Job>, replies: &mut Vec<Reply>) -> Result<()> {
    if let Err(error) = conn.batch_execute("BEGIN IMMEDIATE").map_err(Error::from) {
        replies.push(Box::new(|_| ()));
        // The job has not run: run it nowhere, and let its reply channel close.
        drop(first);
        return Err(error);
    }
    let mut next = Some(first);
    let mut tx = Tx::Sqlite(conn);
    while let Some(job) = next {
        tx.batch("SAVEPOINT use_case")?;
        replies.push(job(&mut tx));
        tx.batch("RELEASE SAVEPOINT use_case")?;
        next = if replies.len() < GROUP {
            jobs.try_recv().ok()
        } else {
            None
        };
    }
    seal::seal_batch(&mut tx, usize::MAX)?;
    tx.batch("COMMIT")
}
