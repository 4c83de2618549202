//! Databases of PostgreSQL for tests, cloned from one that is migrated once for all test processes on a server.

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, RunQueryDsl};
use domain::Id;
use persistence::{DatabaseUrl, migrations};
use std::hash::{DefaultHasher, Hasher};
use std::path::Path;

/// Gone when dropped.
pub struct Database {
    name: String,
}

impl Database {
    /// Migrated.
    pub fn new() -> Self {
        Self::from(&template())
    }

    /// With nothing in it. (Not all who take this file in need one.)
    #[allow(dead_code)]
    pub fn empty() -> Self {
        Self::from("template0")
    }

    fn from(template: &str) -> Self {
        let name = unique("test");
        run(&format!("CREATE DATABASE {name} TEMPLATE {template}"));
        Self { name }
    }

    pub fn url(&self) -> String {
        url_of(&self.name)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Ok(mut conn) = PgConnection::establish(server()) {
            let _ = conn.batch_execute(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
        }
    }
}

fn server() -> &'static str {
    pgtest::shared_url().expect("a PostgreSQL to test with")
}

fn connect() -> PgConnection {
    PgConnection::establish(server()).expect("connects")
}

fn run(sql: &str) {
    connect().batch_execute(sql).expect("runs");
}

/// Never one that a process before left behind, whose number this one may have again.
fn unique(what: &str) -> String {
    format!("guanxi_{what}_{}", Id::now_v7().simple())
}

fn url_of(database: &str) -> String {
    let (address, query) = match server().split_once('?') {
        Some((address, query)) => (address, format!("?{query}")),
        None => (server(), String::new()),
    };
    let (address, _) = address.rsplit_once('/').expect("a URL with a database");
    format!("{address}/{database}{query}")
}

/// Named after the migrations, so that one that was edited makes another.
fn template() -> String {
    let mut hash = DefaultHasher::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let up = folder.ancestors().map(|folder| folder.join("migrations/postgres"));
    let up = up.into_iter().find(|folder| folder.exists()).expect("the migrations");
    let mut files: Vec<_> = up.read_dir().expect("a folder").flatten().map(|e| e.path()).collect();
    files.sort();
    for file in files {
        hash.write(&std::fs::read(file.join("up.sql")).expect("a way up"));
    }
    let name = format!("guanxi_template_{:x}", hash.finish());
    let mut conn = connect();
    let there = |conn: &mut PgConnection| {
        let sql = format!("SELECT 1 FROM pg_database WHERE datname = '{name}'");
        diesel::sql_query(sql).execute(conn).expect("looks") > 0
    };
    if there(&mut conn) {
        return name;
    }
    // Ends with the connection, however this goes.
    conn.batch_execute("SELECT pg_advisory_lock(7234072)").expect("locks");
    if !there(&mut conn) {
        let draft = unique("draft");
        conn.batch_execute(&format!("CREATE DATABASE {draft} TEMPLATE template0"))
            .expect("creates");
        migrations::migrate(&DatabaseUrl::Pg(url_of(&draft)), false).expect("migrates");
        conn.batch_execute(&format!("ALTER DATABASE {draft} RENAME TO {name}"))
            .expect("renames");
    }
    name
}
