//! PostgreSQL: a pool, transactions that are tried again, a sealer for the change log, a listener for what other nodes tell.

use super::announcements::{Announcements, keep_listening};
use super::numbers::Numbers;
use super::{Options, Pace};
use crate::error::{Error, Result};
use crate::numbering_rule::Counter;
use crate::sql::Rid;
use crate::tx::Tx;
use crate::{backend, change, migrations, seal};
use diesel::connection::SimpleConnection;
use diesel::{Connection as _, ConnectionError, PgConnection};
use r2d2::{ManageConnection, Pool, PooledConnection};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{Duration, Instant};

const ATTEMPTS: u32 = 5;
const SEAL_EVERY: Duration = Duration::from_millis(500);
/// A connection that was good this recently is taken without asking.
const TRUSTED: Duration = Duration::from_secs(1);
const SEAL_AT_ONCE: usize = 2000;
/// After a commit the sealer waits so long for more: who reads the log seals before, so nobody waits for it.
const SEAL_GATHERS: Duration = Duration::from_millis(20);

/// A connection with what its transaction needs beside it: whether it still works, and which numbers were drawn on it, so
/// that those of a failed transaction are given back.
pub struct PgClient {
    pub(crate) conn: PgConnection,
    pub(crate) numbers: Arc<Numbers>,
    pub(crate) drawn: Vec<(Counter, Vec<i64>)>,
    /// How long its statements have.
    pace: Pace,
    rid: Rid,
    broken: bool,
    used: Instant,
}

impl PgClient {
    fn new(conn: PgConnection, numbers: Arc<Numbers>) -> Self {
        Self {
            conn,
            numbers,
            drawn: Vec::new(),
            pace: Pace::Quick,
            rid: Rid::default(),
            broken: false,
            used: Instant::now(),
        }
    }

    /// Whether what is read was tried before and took too long.
    pub(crate) fn is_again(&self) -> bool {
        self.pace == Pace::Again
    }

    pub(crate) fn draw(&mut self, counter: &Counter, count: usize) -> Result<Option<Vec<i64>>> {
        let numbers = self.numbers.draw(counter, count)?;
        self.drawn
            .extend(numbers.iter().map(|numbers| (counter.clone(), numbers.clone())));
        Ok(numbers)
    }

    /// What was drawn after the first so many draws is undone.
    pub(crate) fn give_back(&mut self, first: usize) {
        for (counter, numbers) in self.drawn.drain(first..) {
            self.numbers.give_back(&counter, &numbers);
        }
    }
}

/// A connection of its own, beside any pool.
pub(crate) fn connect(url: &str) -> Result<PgClient> {
    let conn = PgConnection::establish(url).map_err(|e| Error::Unavailable(e.to_string()))?;
    Ok(PgClient::new(conn, Arc::new(Numbers::new(url))))
}

struct Manager {
    url: String,
    setup: String,
    numbers: Arc<Numbers>,
}

impl ManageConnection for Manager {
    type Connection = PgClient;
    type Error = ConnectionError;

    fn connect(&self) -> std::result::Result<PgClient, ConnectionError> {
        let mut conn = PgConnection::establish(&self.url)?;
        conn.batch_execute(&self.setup)
            .map_err(ConnectionError::CouldntSetupConfiguration)?;
        // A deadlock or a time-out is known by its English words. Only who may set this can; elsewhere the server's own
        // language stays.
        let _ = conn.batch_execute("SET lc_messages = 'C'");
        Ok(PgClient::new(conn, self.numbers.clone()))
    }

    fn is_valid(&self, conn: &mut PgClient) -> std::result::Result<(), ConnectionError> {
        conn.conn
            .batch_execute("")
            .map_err(ConnectionError::CouldntSetupConfiguration)
    }

    fn has_broken(&self, conn: &mut PgClient) -> bool {
        conn.broken
    }
}

/// The pool's own complaints go to the log, not to standard error.
#[derive(Debug)]
struct Log;

impl r2d2::HandleError<ConnectionError> for Log {
    fn handle_error(&self, error: ConnectionError) {
        tracing::warn!(%error, "no connection to the database");
    }
}

pub struct PgStore {
    pool: Arc<Pool<Manager>>,
    wake: SyncSender<()>,
    announcements: Arc<Announcements>,
    options: Options,
}

impl PgStore {
    pub fn open(url: &str, options: Options) -> Result<Self> {
        let mut conn = PgConnection::establish(url).map_err(|e| Error::Unavailable(e.to_string()))?;
        migrations::run_pg(&mut conn)?;
        // One query, one processor: to start workers takes longer than most queries, and they are taken from everybody else.
        let setup = format!(
            "SET TIME ZONE 'UTC'; SET statement_timeout = {}; SET idle_in_transaction_session_timeout = 60000; \
             SET client_min_messages = warning; SET max_parallel_workers_per_gather = 0",
            milliseconds(options.quick)
        );
        let pool = Pool::builder()
            .max_size(options.connections)
            .min_idle(Some(1))
            .test_on_check_out(false)
            .connection_timeout(Duration::from_secs(3))
            .error_handler(Box::new(Log))
            .build_unchecked(Manager {
                url: url.to_owned(),
                setup,
                numbers: Arc::new(Numbers::new(url)),
            });
        let pool = Arc::new(pool);
        let (wake, woken) = sync_channel(1);
        let weak = Arc::downgrade(&pool);
        std::thread::Builder::new()
            .name("sealer".into())
            .spawn(move || keep_sealing(&weak, &woken, options))
            .map_err(Error::internal)?;
        let announcements = Arc::new(Announcements::new());
        let (url, listener) = (url.to_owned(), Arc::downgrade(&announcements));
        std::thread::Builder::new()
            .name("listener".into())
            .spawn(move || keep_listening(&url, &listener))
            .map_err(Error::internal)?;
        Ok(Self {
            pool,
            wake,
            announcements,
            options,
        })
    }

    pub fn announcements(&self) -> &Announcements {
        &self.announcements
    }

    pub fn read<T>(&self, pace: Pace, work: impl FnOnce(&mut Tx) -> Result<T>) -> Result<T> {
        with(&self.pool, |tx| {
            self.paced(tx, pace)?;
            work(tx)
        })
    }

    /// The connection keeps its pace until another is asked for.
    fn paced(&self, tx: &mut Tx, pace: Pace) -> Result<()> {
        let Tx::Pg(held) = tx else { return Ok(()) };
        if held.pace != pace {
            let limit = match pace {
                Pace::Quick => self.options.quick,
                Pace::Whole | Pace::Again => self.options.query_limit,
            };
            held.conn
                .batch_execute(&format!("SET statement_timeout = {}", milliseconds(limit)))?;
            held.pace = pace;
        }
        Ok(())
    }

    pub fn write<T>(&self, work: impl Fn(&mut Tx) -> Result<T>) -> Result<T> {
        let mut attempt = 1;
        loop {
            match super::caught(|| with(&self.pool, |tx| transaction(tx, self.options, &work))) {
                Err(Error::Retry(cause)) if attempt < ATTEMPTS => {
                    tracing::debug!(cause, attempt, "trying a transaction again");
                    super::pause(Duration::from_millis(u64::from(5 * attempt)));
                    attempt += 1;
                }
                Err(Error::Retry(cause)) => return Err(Error::Unavailable(cause)),
                result => {
                    if result.is_ok() {
                        // Not only when the announcement comes back: the caller's next request counts on it.
                        if change::rights_changed() {
                            self.announcements.changed();
                        }
                        let _ = self.wake.try_send(());
                    }
                    return result;
                }
            }
        }
    }

    /// On one connection: who held one while waiting for another would wait for ever, with as many others as there are.
    pub fn read_sealed<T>(&self, pace: Pace, work: impl FnOnce(&mut Tx) -> Result<T>) -> Result<T> {
        with(&self.pool, |tx| {
            seal_all(tx, self.options)?;
            self.paced(tx, pace)?;
            work(tx)
        })
    }
}

/// On a connection of its own, to a database that nobody else need have opened.
pub fn open_as_it_is<T>(url: &str, work: impl FnOnce(&mut Tx) -> Result<T>) -> Result<T> {
    let mut held = connect(url)?;
    held.conn
        .batch_execute("SET TIME ZONE 'UTC'; SET client_min_messages = warning")?;
    let mut tx = Tx::Pg(&mut held);
    seal_all(&mut tx, Options::default())?;
    work(&mut tx)
}

fn with<T>(pool: &Pool<Manager>, work: impl FnOnce(&mut Tx) -> Result<T>) -> Result<T> {
    let mut held = take(pool)?;
    if held.rid.is_due() {
        backend::pg_rid(&mut held.conn)?;
    }
    // Stays so if the work panics: nobody shall get its open transaction.
    held.broken = true;
    let result = work(&mut Tx::Pg(&mut held));
    held.used = Instant::now();
    match result {
        // Servers complain in many languages; whether this one still answers tells more than its words.
        Err(Error::Internal(cause)) if held.conn.batch_execute("SELECT 1").is_err() => Err(Error::Unavailable(cause)),
        result => {
            held.broken = matches!(result, Err(Error::Unavailable(_)));
            result
        }
    }
}

/// A connection that has not died while it lay idle.
fn take(pool: &Pool<Manager>) -> Result<PooledConnection<Manager>> {
    loop {
        let mut held = pool.get().map_err(|e| Error::Unavailable(e.to_string()))?;
        if held.used.elapsed() < TRUSTED || held.conn.batch_execute("SELECT 1").is_ok() {
            return Ok(held);
        }
        held.broken = true;
    }
}

fn milliseconds(limit: Duration) -> u128 {
    // 0 would be no limit.
    limit.as_millis().max(1)
}

fn transaction<T>(tx: &mut Tx, options: Options, work: impl Fn(&mut Tx) -> Result<T>) -> Result<T> {
    let limit = milliseconds(options.query_limit);
    tx.batch(&format!("BEGIN; SET LOCAL statement_timeout = {limit}"))?;
    if let Tx::Pg(held) = tx {
        held.drawn.clear();
    }
    match work(tx).and_then(|value| tx.batch("COMMIT").map(|()| value)) {
        Ok(value) => Ok(value),
        Err(error) => {
            if let Err(lost) = tx.batch("ROLLBACK") {
                tracing::debug!(%lost, "the transaction ended with its connection");
                return Err(Error::Unavailable(error.to_string()));
            }
            if let Tx::Pg(held) = tx {
                held.give_back(0);
            }
            Err(error)
        }
    }
}

/// Seals until nothing is left. Whoever else seals holds the lock until its batch is committed.
fn seal_all(tx: &mut Tx, options: Options) -> Result<()> {
    loop {
        let sealed = transaction(tx, options, |tx| {
            tx.batch("SELECT pg_advisory_xact_lock(7234071)")?;
            seal::seal_batch(tx, SEAL_AT_ONCE)
        })?;
        if sealed < SEAL_AT_ONCE {
            return Ok(());
        }
    }
}

fn keep_sealing(pool: &std::sync::Weak<Pool<Manager>>, woken: &Receiver<()>, options: Options) {
    loop {
        let woken = woken.recv_timeout(SEAL_EVERY);
        let stop = matches!(woken, Err(std::sync::mpsc::RecvTimeoutError::Disconnected));
        if woken.is_ok() {
            super::pause(SEAL_GATHERS);
        }
        let Some(pool) = pool.upgrade() else { return };
        if let Err(error) = with(&pool, |tx| seal_all(tx, options)) {
            tracing::warn!(%error, "changes wait to be sealed");
        }
        if stop {
            return;
        }
    }
}
