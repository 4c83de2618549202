//! SQLite: a pool of readers, and one thread that writes.
//!
//! Use cases that arrive while a commit is under way share the next one: a savepoint each, one COMMIT (and one fsync) for
//! all, the replies after it. So `synchronous=FULL` stays fast, and nobody waits for a lock.

use super::clock::{self, Limit};
use super::queue::{Most, Queue, Refused};
use super::turns::requester;
use super::{Options, Pace};
use crate::error::{Error, Result};
use crate::sql::Rid;
use crate::tx::Tx;
use crate::{backend, change, migrations, seal};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use r2d2::{ManageConnection, Pool};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Use cases waiting for the writer; past that the server says it is busy, to one who has so many waiting before others.
const QUEUE: Most = Most { all: 4096, each: 1024 };
/// Use cases that share one commit at most.
const GROUP: usize = 256;
/// When it has run this long, a group is committed: those in it wait for no more.
const GROUP_TIME: Duration = Duration::from_millis(10);
const ATTEMPTS: u64 = 20;

/// What folds a text in a statement as the search does.
pub const FOLD: &str = "guanxi_fold";

diesel::define_sql_function! {
    fn guanxi_fold(text: diesel::sql_types::Nullable<diesel::sql_types::Text>) -> diesel::sql_types::Nullable<diesel::sql_types::Text>;
}

fn with_fold(conn: &mut SqliteConnection) -> QueryResult<()> {
    guanxi_fold_utils::register_impl(conn, |text: Option<String>| text.map(|text| domain::text::fold(&text)))
}

const WRITER: &str = "PRAGMA busy_timeout=10000; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; \
    PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-16000; \
    PRAGMA wal_autocheckpoint=4000; PRAGMA journal_size_limit=67108864;";
const READER: &str = "PRAGMA busy_timeout=10000; PRAGMA query_only=ON; PRAGMA temp_store=MEMORY; \
    PRAGMA cache_size=-4000; PRAGMA mmap_size=268435456;";

/// What the planner has seen of the tables is forgotten where it does harm: small tables grow, and a plan for two rows
/// then reads a hundred thousand; FTS5 looks its own tables up by key, and with figures from when they were empty each
/// new row took 150 times as long.
const FORGET: &str = "DELETE FROM sqlite_stat1 WHERE tbl GLOB '*_fts_*' OR CAST(stat AS INTEGER) < 1000;";
/// Takes the figures over that another connection has written.
pub const RELOAD: &str = "ANALYZE sqlite_schema";

/// A connection that reads.
struct Reader {
    conn: SqliteConnection,
    rid: Rid,
}

impl Reader {
    fn run<T>(&mut self, limit: Limit, work: impl FnOnce(&mut Tx) -> Result<T>) -> Result<T> {
        if self.rid.is_due() {
            backend::sqlite_rid(&mut self.conn);
        }
        clock::limited(limit, || work(&mut Tx::Sqlite(&mut self.conn)))
    }
}

struct Manager(PathBuf);

impl ManageConnection for Manager {
    type Connection = Reader;
    type Error = Error;

    fn connect(&self) -> Result<Reader> {
        let conn = connect_as(&self.0, READER)?;
        let rid = Rid::default();
        Ok(Reader { conn, rid })
    }

    fn is_valid(&self, _: &mut Reader) -> Result<()> {
        Ok(())
    }

    fn has_broken(&self, _: &mut Reader) -> bool {
        false
    }
}

/// A use case that waits for the writer thread, whatever it returns.
trait QueuedWrite: Send {
    /// Does the work in the savepoint it is given, and says whether to keep it.
    fn run(&mut self, tx: &mut Tx) -> Outcome;
    /// Tells the caller, after the commit, with what went wrong with it for all.
    fn answer(self: Box<Self>, commit: Option<&Error>);
}

enum Outcome {
    Keep,
    /// With the error again for those who share the transaction, should it have ended that as well.
    Undo(Error),
}

struct UseCase<T, W, R> {
    work: W,
    reply: R,
    result: Option<Result<T>>,
}

impl<T, W, R> QueuedWrite for UseCase<T, W, R>
where
    T: Send,
    W: Fn(&mut Tx) -> Result<T> + Send,
    R: FnOnce(Result<T>) + Send,
{
    fn run(&mut self, tx: &mut Tx) -> Outcome {
        // A panic is the end of one request, not of the writer that all share; the savepoint undoes what it left.
        let result = super::caught(|| (self.work)(tx));
        let outcome = match &result {
            Ok(_) => Outcome::Keep,
            Err(error) => Outcome::Undo(again(error)),
        };
        self.result = Some(result);
        outcome
    }

    fn answer(self: Box<Self>, commit: Option<&Error>) {
        (self.reply)(match (self.result, commit) {
            (Some(Err(own)), _) => Err(own),
            (_, Some(error)) => Err(again(error)),
            (Some(done), None) => done,
            (None, None) => Err(Error::internal("a use case was not run")),
        });
    }
}

pub struct SqliteStore {
    path: PathBuf,
    readers: Pool<Manager>,
    writes: Arc<Writes>,
    thread: Option<JoinHandle<()>>,
    /// Rises with every commit that changes rights.
    changes: Arc<AtomicU64>,
    options: Options,
}

type Writes = Queue<Box<dyn QueuedWrite>>;

/// Lets the writer finish, and leaves everything in the one file: who copies it has it all.
impl Drop for SqliteStore {
    fn drop(&mut self) {
        self.writes.close();
        let me = std::thread::current().id();
        if let Some(thread) = self.thread.take().filter(|t| t.thread().id() != me) {
            let _ = thread.join();
        }
        let emptied = connect(&self.path).and_then(|mut conn| {
            conn.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)")?;
            Ok(())
        });
        if let Err(error) = emptied {
            tracing::warn!(%error, "the write-ahead log stays beside the database");
        }
    }
}

pub fn connect(path: &Path) -> Result<SqliteConnection> {
    connect_as(path, WRITER)
}

/// Reads a file that is there: SQLite would make one that is not.
pub fn open_as_it_is<T>(path: &Path, work: impl FnOnce(&mut Tx) -> Result<T>) -> Result<T> {
    if !path.is_file() {
        return Err(Error::Unavailable(format!("{}: there is no such file", path.display())));
    }
    work(&mut Tx::Sqlite(&mut connect_as(path, READER)?))
}

fn connect_as(path: &Path, setup: &str) -> Result<SqliteConnection> {
    let name = path
        .to_str()
        .ok_or_else(|| Error::internal("the path of the database is not UTF-8"))?;
    let failed = |e: &dyn std::fmt::Display| Error::Unavailable(format!("{name}: {e}"));
    let mut conn = SqliteConnection::establish(name).map_err(|e| failed(&e))?;
    conn.batch_execute(setup).map_err(|e| failed(&e))?;
    with_fold(&mut conn).map_err(|e| failed(&e))?;
    Ok(conn)
}

/// Two processes that make the same new file get in each other's way past the help of the busy time-out.
fn open_migrated(path: &Path) -> Result<SqliteConnection> {
    let mut attempt = 1;
    loop {
        let opened = connect(path).and_then(|mut conn| migrations::run_sqlite(&mut conn).map(|()| conn));
        match opened {
            // Another process makes the same file, and holds the lock.
            Err(error) if attempt < ATTEMPTS && error.to_string().contains("locked") => {
                super::pause(Duration::from_millis(50 * attempt));
                attempt += 1;
            }
            opened => return opened,
        }
    }
}

/// Looks at the tables, on a connection that ends with it: the size a table had then stays in a connection's memory,
/// whatever is forgotten in the file, and FTS5 would go on reading whole tables for want of it.
fn analyze(path: &Path, how: &str) -> Result<()> {
    let mut conn = connect(path)?;
    conn.batch_execute("PRAGMA cache_size=-2000")?;
    conn.batch_execute(how)?;
    Ok(conn.batch_execute(FORGET)?)
}

impl SqliteStore {
    pub fn open(path: &Path, options: Options) -> Result<Self> {
        sqlite_watch::watch(clock::goes_on);
        let mut conn = open_migrated(path)?;
        match analyze(path, "PRAGMA optimize=0x10002") {
            // What is there can be read, and plans are as good as they were.
            Err(Error::Full(cause)) => tracing::warn!(cause, "the planner's figures stay as they are"),
            looked => looked?,
        }
        conn.batch_execute(RELOAD)?;
        let writes = Arc::new(Queue::new(QUEUE));
        let changes = Arc::new(AtomicU64::new(0));
        let (taken, counted) = (writes.clone(), changes.clone());
        let thread = std::thread::Builder::new()
            .name("writer".into())
            .spawn(move || write_all(conn, &Taken(taken).0, &counted, Limit::Whole(options.query_limit)))
            .map_err(Error::internal)?;
        let readers = Pool::builder()
            .max_size(options.connections)
            .min_idle(Some(1))
            .connection_timeout(Duration::from_secs(3))
            .test_on_check_out(false)
            .build(Manager(path.to_owned()))
            .map_err(|e| Error::Unavailable(e.to_string()))?;
        Ok(Self {
            path: path.to_owned(),
            readers,
            writes,
            thread: Some(thread),
            changes,
            options,
        })
    }

    pub fn changes(&self) -> u64 {
        self.changes.load(Ordering::Acquire)
    }

    /// Refreshes what the planner knows.
    pub fn analyze(&self) -> Result<()> {
        analyze(&self.path, "ANALYZE")
    }

    pub fn read<T>(&self, pace: Pace, work: impl FnOnce(&mut Tx) -> Result<T>) -> Result<T> {
        let mut conn = self.readers.get().map_err(|e| Error::Unavailable(e.to_string()))?;
        let limit = match pace {
            Pace::Quick => Limit::Quick(self.options.quick),
            Pace::Whole | Pace::Again => Limit::Whole(self.options.query_limit),
        };
        conn.run(limit, work)
    }

    /// None where no connection lies ready: then nothing was done.
    pub fn read_at_once<T>(&self, work: impl FnOnce(&mut Tx) -> Result<T>) -> Option<Result<T>> {
        let mut conn = self.readers.try_get()?;
        Some(super::caught(|| conn.run(Limit::AtOnce, work)))
    }

    pub fn submit<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Tx) -> Result<T> + Send + 'static,
        reply: impl FnOnce(Result<T>) + Send + 'static,
    ) -> Result<()> {
        let job = Box::new(UseCase {
            work,
            reply,
            result: None,
        });
        self.writes.put(requester(), job).map_err(|refused| {
            Error::Unavailable(match refused {
                Refused::Full => "too many writes are waiting".into(),
                Refused::Closed => "the writer has stopped".into(),
            })
        })
    }
}

/// Should the writer's thread end, nobody waits for it.
struct Taken(Arc<Writes>);

impl Drop for Taken {
    fn drop(&mut self) {
        self.0.close();
        while self.0.take_now().is_some() {}
    }
}

/// One failed commit is reported to every use case that shared it.
fn again(error: &Error) -> Error {
    match error {
        Error::Full(m) => Error::Full(m.clone()),
        Error::Unavailable(m) | Error::Retry(m) => Error::Unavailable(m.clone()),
        Error::TooSlow => Error::Unavailable("a write that shared the transaction took too long".into()),
        other => Error::Internal(other.to_string()),
    }
}

fn write_all(mut conn: SqliteConnection, writes: &Writes, changes: &AtomicU64, limit: Limit) {
    let mut rid = Rid::default();
    while let Some(first) = writes.take() {
        if rid.is_due() {
            backend::sqlite_rid(&mut conn);
        }
        let mut group = vec![first];
        let outcome = commit(&mut conn, &mut group, writes, limit);
        if let Err(error) = &outcome {
            tracing::error!(%error, shared_by = group.len(), "a commit failed");
            // Nothing to undo where SQLite has ended the transaction by itself, or never begun it.
            let _ = conn.batch_execute("ROLLBACK");
        }
        if change::rights_changed() {
            changes.fetch_add(1, Ordering::AcqRel);
        }
        for job in group {
            job.answer(outcome.as_ref().err());
        }
    }
}

/// Runs the first use case of the group and those that wait by then, and commits what they did.
fn commit(
    conn: &mut SqliteConnection,
    group: &mut Vec<Box<dyn QueuedWrite>>,
    writes: &Writes,
    limit: Limit,
) -> Result<()> {
    let began = Instant::now();
    let mut tx = Tx::Sqlite(conn);
    tx.batch("BEGIN IMMEDIATE")?;
    while let Some(job) = group.last_mut() {
        tx.batch("SAVEPOINT use_case")?;
        match clock::limited(limit, || job.run(&mut tx)) {
            Outcome::Keep => tx.batch("RELEASE SAVEPOINT use_case")?,
            Outcome::Undo(cause) => {
                // Where SQLite has undone everything (a full disk), those who shared the transaction learn the cause.
                tx.batch("ROLLBACK TO SAVEPOINT use_case; RELEASE SAVEPOINT use_case")
                    .map_err(|_| cause)?;
            }
        }
        if group.len() == GROUP || began.elapsed() > GROUP_TIME {
            break;
        }
        match writes.take_now() {
            Some(next) => group.push(next),
            None => break,
        }
    }
    seal::seal_batch(&mut tx, usize::MAX)?;
    tx.batch("COMMIT")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::Sql;

    #[test]
    fn a_closed_store_is_one_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.db");
        let store = SqliteStore::open(&path, Options::default()).expect("opens");
        let (sent, done) = std::sync::mpsc::channel();
        let work = |tx: &mut Tx| tx.batch("CREATE TABLE kept (n INTEGER) STRICT; INSERT INTO kept VALUES (7)");
        store
            .submit(work, move |result| sent.send(result).expect("waits"))
            .expect("takes it");
        done.recv().expect("answers").expect("writes");
        drop(store);
        let copy = folder.path().join("b.db");
        std::fs::copy(&path, &copy).expect("copies");
        let mut conn = connect(&copy).expect("connects");
        let kept = Tx::Sqlite(&mut conn).value::<i64>(&Sql::new("SELECT n FROM kept"));
        assert_eq!(kept.expect("reads"), Some(7));
    }

    /// With what was seen of a new database, each row of a large one took 150 times as long to index.
    #[test]
    fn the_planner_remembers_nothing_of_small_tables_and_of_the_search_index() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.db");
        for _ in 0..2 {
            drop(SqliteStore::open(&path, Options::default()).expect("opens"));
        }
        let mut conn = connect(&path).expect("connects");
        conn.batch_execute("ANALYZE").expect("looks at all");
        let seen = |conn: &mut SqliteConnection| {
            let count = Sql::new("SELECT count(*) FROM sqlite_stat1");
            Tx::Sqlite(conn).value::<i64>(&count).expect("reads")
        };
        assert_ne!(seen(&mut conn), Some(0));
        conn.batch_execute(FORGET).expect("forgets");
        assert_eq!(seen(&mut conn), Some(0));
        conn.batch_execute("DELETE FROM sqlite_stat1; INSERT INTO sqlite_stat1 VALUES ('customers', NULL, '100000')")
            .expect("learns");
        conn.batch_execute(FORGET).expect("forgets");
        assert_eq!(seen(&mut conn), Some(1));
    }
}
