//! Databases and servers for tests: migrated once, shared by the tests of a process, gone when the last of them ends.

#[path = "../../crates/persistence/tests/common/clone.rs"]
mod clone;

use anyhow::Result;
use api::config::Config;
use api::testing::Server;
use clone::Database;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use persistence::{DatabaseUrl, Options, Store};
use std::sync::{Arc, Mutex, PoisonError, Weak};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// A migrated database of one's own; removed when dropped.
pub struct Place {
    pub url: DatabaseUrl,
    _kept: Kept,
}

enum Kept {
    Folder(#[allow(dead_code)] tempfile::TempDir),
    Database(#[allow(dead_code)] Database),
}

impl Place {
    pub fn new(engine: Engine) -> Result<Self> {
        match engine {
            Engine::Sqlite => {
                let dir = tempfile::tempdir()?;
                Ok(Self {
                    url: DatabaseUrl::Sqlite(dir.path().join("guanxi.db")),
                    _kept: Kept::Folder(dir),
                })
            }
            Engine::Postgres => {
                let database = Database::new();
                Ok(Self {
                    url: DatabaseUrl::Pg(database.url()),
                    _kept: Kept::Database(database),
                })
            }
        }
    }

    /// As `--database` takes it.
    pub fn argument(&self) -> String {
        match &self.url {
            DatabaseUrl::Sqlite(path) => format!("sqlite:{}", path.display()),
            DatabaseUrl::Pg(url) => url.clone(),
        }
    }
}

/// One text of a row.
#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = diesel::sql_types::Text)]
    text: String,
}

impl Place {
    /// What stands in the database, read past the server: a query for a column `text`.
    pub fn texts(&self, sql: &str) -> Vec<String> {
        let query = diesel::sql_query(sql);
        let rows: Vec<Row> = match &self.url {
            DatabaseUrl::Sqlite(path) => {
                let mut conn = SqliteConnection::establish(&path.display().to_string()).expect("opens");
                query.load(&mut conn).expect("reads")
            }
            DatabaseUrl::Pg(url) => query
                .load(&mut PgConnection::establish(url).expect("connects"))
                .expect("reads"),
        };
        rows.into_iter().map(|row| row.text).collect()
    }

    /// Does something to the database past the server.
    pub fn run(&self, sql: &str) {
        match &self.url {
            DatabaseUrl::Sqlite(path) => {
                let mut conn = SqliteConnection::establish(&path.display().to_string()).expect("opens");
                conn.batch_execute("PRAGMA busy_timeout = 10000").expect("waits");
                conn.batch_execute(sql)
            }
            DatabaseUrl::Pg(url) => PgConnection::establish(url).expect("connects").batch_execute(sql),
        }
        .expect("runs");
    }

    /// So long before what stands in a column.
    pub fn before(&self, column: &str, seconds: i64) -> String {
        match &self.url {
            DatabaseUrl::Sqlite(_) => format!("{column} - {}", seconds * 1_000_000),
            DatabaseUrl::Pg(_) => format!("{column} - interval '{seconds} s'"),
        }
    }
}

/// Keeps every transaction that changes a record from committing, until it is dropped: so two that run beside each other
/// have both done all they do when the first of them is committed. On PostgreSQL; SQLite has one writer.
pub struct Commits(Option<PgConnection>);

impl Place {
    pub fn hold_commits(&self) -> Commits {
        let DatabaseUrl::Pg(url) = &self.url else {
            return Commits(None);
        };
        let mut conn = PgConnection::establish(url).expect("connects");
        conn.batch_execute(
            "CREATE OR REPLACE FUNCTION gate() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN PERFORM pg_advisory_xact_lock_shared(7234099); RETURN NULL; END $$; \
             DROP TRIGGER IF EXISTS gate ON change_log; \
             CREATE CONSTRAINT TRIGGER gate AFTER INSERT ON change_log DEFERRABLE INITIALLY DEFERRED \
             FOR EACH ROW EXECUTE FUNCTION gate(); SELECT pg_advisory_lock(7234099)",
        )
        .expect("holds");
        Commits(Some(conn))
    }
}

impl Commits {
    /// Returns when enough transactions wait, for the gate or for one another: `enough` is told how many do.
    pub fn until(&mut self, enough: impl Fn(usize) -> bool) {
        let Some(conn) = &mut self.0 else { return };
        let waiting = "SELECT count(*)::text AS text FROM pg_stat_activity \
                       WHERE datname = current_database() AND wait_event_type = 'Lock'";
        loop {
            let found: Vec<Row> = diesel::sql_query(waiting).load(conn).expect("reads");
            if enough(found[0].text.parse().expect("a number")) {
                return;
            }
            std::thread::yield_now();
        }
    }
}

/// A running server with its database.
pub struct Running {
    pub engine: Engine,
    // In this order: the server lets go of the database before the database goes.
    pub server: Server,
    pub place: Place,
}

pub const PUBLIC_URL: &str = "https://crm.test";

/// Serves a database with the settings of tests, changed as one likes.
pub fn serve(database: &DatabaseUrl, settings: impl FnOnce(&mut Config)) -> Result<Server> {
    let store = Store::open(database, Options::default())?;
    let mut config = Config {
        metrics_listen: None,
        public_url: PUBLIC_URL.into(),
        allowed_origins: Vec::new(),
        rate_limit: 0,
        sign_in_limit: 0,
        workers: 2,
        mail: None,
        trusted_proxies: Vec::new(),
    };
    settings(&mut config);
    Server::start(store, config)
}

impl Running {
    /// A server with settings of its own.
    pub fn start(engine: Engine, settings: impl FnOnce(&mut Config)) -> Result<Self> {
        let place = Place::new(engine)?;
        Ok(Self {
            engine,
            server: serve(&place.url, settings)?,
            place,
        })
    }

    /// The server that the tests of this process share.
    pub fn shared(engine: Engine) -> Result<Arc<Self>> {
        static SHARED: [Mutex<Weak<Running>>; 2] = [const { Mutex::new(Weak::new()) }; 2];
        let mut shared = SHARED[engine as usize].lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = shared.upgrade() {
            return Ok(running);
        }
        let running = Arc::new(Self::start(engine, |_| {})?);
        *shared = Arc::downgrade(&running);
        Ok(running)
    }
}
