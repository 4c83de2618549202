//! Shared by the tests of the store: a database of one's own on either engine, actors, and records of any kind.
#![allow(dead_code)]

mod clone;

use clone::Database;
use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, RunQueryDsl};
use domain::policy::{Action, Actor, Grants, Identity, Permit, Scope};
use domain::value::{Row, Storage, Type, Val};
use domain::workspace::Workspace;
use domain::{Field, Id, Instant, Kind, Locale, Record};
use persistence::change::{self, Fault};
use persistence::{DatabaseUrl, Options, Result, Store, Tx, engine, workspace};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Pg,
}

/// A database that is gone with the value, and a workspace in it.
pub struct Db {
    pub engine: Engine,
    pub url: DatabaseUrl,
    pub store: Store,
    pub workspace: Arc<Workspace>,
    _place: Place,
}

/// Where a database is; removed when dropped.
pub enum Place {
    Folder(#[allow(dead_code)] tempfile::TempDir),
    Database(#[allow(dead_code)] Database),
}

/// A new database; on PostgreSQL a clone of the migrated one unless `empty`.
pub fn place(engine: Engine, empty: bool) -> (DatabaseUrl, Place) {
    match engine {
        Engine::Sqlite => {
            let dir = tempfile::tempdir().expect("a folder");
            (DatabaseUrl::Sqlite(dir.path().join("test.db")), Place::Folder(dir))
        }
        Engine::Pg => {
            let database = if empty { Database::empty() } else { Database::new() };
            (DatabaseUrl::Pg(database.url()), Place::Database(database))
        }
    }
}

/// Runs a test on both engines, and says on which it failed.
pub fn both(test: impl Fn(&Db)) {
    for engine in [Engine::Sqlite, Engine::Pg] {
        let db = Db::new(engine);
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| test(&db)));
        if let Err(panic) = outcome {
            eprintln!("on {engine:?}");
            std::panic::resume_unwind(panic);
        }
    }
}

impl Db {
    pub fn new(engine: Engine) -> Self {
        let (url, place) = place(engine, false);
        let options = Options {
            connections: 6,
            ..Options::default()
        };
        let store = Store::open(&url, options).expect("opens");
        let workspace = new_workspace(&store, "Ours");
        Self {
            engine,
            url,
            store,
            workspace,
            _place: place,
        }
    }

    /// The system, acting in the workspace.
    pub fn actor(&self) -> Actor {
        Actor::system(self.workspace.clone())
    }

    pub fn read<T>(&self, work: impl FnOnce(&mut Tx) -> Result<T>) -> T {
        self.store.read_here(work).expect("reads")
    }

    pub fn write<T: Send + 'static>(&self, work: impl Fn(&mut Tx) -> Result<T> + Send + 'static) -> T {
        self.store.write_here(work).expect("writes")
    }

    pub fn insert<T: Record>(&self, records: &[T]) {
        let (permit, records) = (permit::<T>(&self.actor()), records.to_vec());
        self.write(move |tx| engine::insert(tx, &permit, &records));
    }

    pub fn find<T: Record>(&self, id: Id) -> T {
        let scope = scope::<T>(&self.actor());
        self.read(|tx| engine::find(tx, &scope, id))
    }

    /// The number of entries in the chain, or what is wrong with it and where.
    pub fn verify(&self) -> std::result::Result<i64, (Fault, i64)> {
        verify(&self.store, self.workspace.id)
    }

    /// SQL of the test's own, past the store.
    pub fn sql(&self, sql: &str) {
        match &self.url {
            DatabaseUrl::Pg(url) => {
                let mut conn = PgConnection::establish(url).expect("connects");
                conn.batch_execute(sql).expect("runs");
            }
            DatabaseUrl::Sqlite(path) => {
                let mut conn = diesel::SqliteConnection::establish(path.to_str().expect("UTF-8")).expect("opens");
                conn.batch_execute(&format!("PRAGMA busy_timeout = 10000; {sql}"))
                    .expect("runs");
            }
        }
    }

    /// Texts from one column, by SQL of the test's own.
    pub fn texts(&self, sql: &str) -> Vec<String> {
        use diesel::sql_types::Text;
        #[derive(diesel::QueryableByName)]
        struct Line {
            #[diesel(sql_type = Text)]
            line: String,
        }
        let query = diesel::sql_query(sql);
        let lines: Vec<Line> = match &self.url {
            DatabaseUrl::Pg(url) => query.load(&mut PgConnection::establish(url).expect("connects")),
            DatabaseUrl::Sqlite(path) => {
                query.load(&mut diesel::SqliteConnection::establish(path.to_str().expect("UTF-8")).expect("opens"))
            }
        }
        .expect("reads");
        lines.into_iter().map(|l| l.line).collect()
    }

    /// An id as a literal of the engine's SQL.
    pub fn literal(&self, id: Id) -> String {
        match self.engine {
            Engine::Sqlite => format!("x'{}'", id.simple()),
            Engine::Pg => format!("'{id}'"),
        }
    }
}

/// Asks again and again until it holds; what never does is a failure.
pub fn until(mut holds: impl FnMut() -> bool) {
    for _ in 0..2000 {
        if holds() {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("it never holds");
}

/// Whether a transaction on this database waits for another (PostgreSQL).
pub fn waits_for_a_lock(url: &DatabaseUrl) -> bool {
    use diesel::sql_types::Bool;
    let DatabaseUrl::Pg(url) = url else { return false };
    let mut conn = PgConnection::establish(url).expect("connects");
    let waits = "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')";
    diesel::select(diesel::dsl::sql::<Bool>(&format!("({waits})")))
        .get_result(&mut conn)
        .expect("reads")
}

pub fn verify(store: &Store, workspace: Id) -> std::result::Result<i64, (Fault, i64)> {
    let told = store.read_here(|tx| change::verify(tx, workspace, |_| {}));
    told.expect("reads")
        .map(|end| end.position)
        .map_err(|broken| (broken.fault, broken.position))
}

pub fn new_workspace(store: &Store, name: &str) -> Arc<Workspace> {
    let workspace = Workspace::new(name, Locale::Zh);
    let new = workspace.clone();
    store
        .write_here(move |tx| workspace::create(tx, &new))
        .expect("creates");
    Arc::new(workspace)
}

pub fn permit<T: Record>(actor: &Actor) -> Permit {
    actor.authorize(Action::Create, T::KIND, actor.user()).expect("may")
}

pub fn scope<T: Record>(actor: &Actor) -> Scope {
    actor.scope(T::KIND).expect("sees")
}

/// Somebody with the rights of a built-in role.
pub fn somebody(workspace: &Arc<Workspace>, role: &str, me: Id, mates: &[Id]) -> Actor {
    let grants: Grants = domain::policy::builtin_roles()
        .into_iter()
        .find(|r| r.0 == role)
        .expect("built in")
        .1;
    let identity = Identity {
        workspace: workspace.clone(),
        user: Some(me),
        roles: vec![role.to_owned()],
        grants: vec![grants],
        closed: domain::policy::FieldRights::default(),
        team_mates: mates.iter().copied().collect(),
        team_mates_below: mates.iter().copied().collect(),
        teams: Arc::from([]),
        fellows: Arc::from([]),
        time_zone: workspace.time_zone.clone(),
        limits: None,
        shared: Vec::new(),
    };
    Actor::new(Arc::new(identity), "test")
}

/// The ids that references point to, by kind.
pub type References = HashMap<&'static str, Id>;

/// A record of any kind, with every field filled or with none that may stay empty.
pub fn sample<T: Record>(full: bool, refs: &References, n: i64) -> T {
    let mut row = Vec::new();
    for field in T::KIND.fields {
        let filled = full || !field.nullable;
        for (suffix, storage) in field.columns() {
            row.push(match (filled, field.name) {
                (false, _) => Val::Null(*storage),
                (_, "id") => Val::Id(Id::now_v7()),
                (_, "version") => Val::Int(1),
                _ => value(T::KIND, field, suffix, *storage, full, refs, n),
            });
        }
    }
    T::take(&mut Row::new(row)).expect("a row that fits")
}

fn value(kind: &Kind, field: &Field, suffix: &str, storage: Storage, full: bool, refs: &References, n: i64) -> Val {
    let number = field.limit.min(90).max(field.min) - n % 7;
    match storage {
        Storage::Text if suffix == "_currency" => Val::Text("USD".into()),
        Storage::Text => match field.ty {
            Type::Choice(choices) => Val::Text(choices[if full { choices.len() - 1 } else { 0 }].key.into()),
            Type::Email => Val::Text(format!("li.lei{n}@例子.cn")),
            Type::Phone => Val::Text(format!("+86 138 0013 {:04}", n % 10_000)),
            _ => Val::Text(format!("{} 北京 O'Neil {n} “%_\\”", field.name)),
        },
        Storage::Int => Val::Int(number * 100 + i64::from(suffix == "_base")),
        Storage::Bool => Val::Bool(full),
        // What a job is about may be of any kind.
        Storage::Id if field.refers.is_none() => Val::Id(Id::now_v7()),
        Storage::Id => field
            .refers
            .and_then(|to| refs.get(to))
            .map_or(Val::Null(storage), |id| Val::Id(*id)),
        Storage::Instant => Val::Instant(Instant::from_micros(1_700_000_000_123_456 + n).expect("in range")),
        Storage::Day => {
            let days = chrono::Days::new(n.unsigned_abs());
            Val::Day(domain::value::parse_day("1987-02-28").expect("a day") + days)
        }
        Storage::Texts if field.is_several() => {
            let one = field.refers.and_then(|to| refs.get(to)).filter(|_| full);
            Val::Texts(one.map(Id::to_string).into_iter().collect())
        }
        Storage::Texts if full => Val::Texts(vec!["重点".into(), "a\"b,{c}".into(), r"\".into()]),
        Storage::Texts => Val::Texts(Vec::new()),
        Storage::Json => Val::Json(match field.name {
            "lines" if full => serde_json::json!([{ "product_id": refs["product"], "quantity": "1.5",
                "price": { "amount": "12.50", "currency": "CNY" }, "discount": 10 }]),
            "choices" if full => serde_json::json!([{ "value": "a", "label": { "zh-CN": "甲" } }]),
            "options" if full => serde_json::json!([{ "value": "a", "retired": true }]),
            "filter" if full => {
                serde_json::json!({ "and": [{ "field": "name", "op": "contains", "value": "O'Neil" }] })
            }
            "columns" if full => serde_json::json!(["name", "custom_fields.size"]),
            "widths" if full => serde_json::json!({ "name": 240 }),
            "groups" if full => serde_json::json!([{ "key": "basics", "label": { "zh-CN": "甲" } }]),
            "fields" if full => {
                serde_json::json!([{ "field": "name", "group": "basics", "in_form": true, "hidden": false,
                "shown_when": null, "required_when": { "field": "name", "value": "O'Neil" } }])
            }
            "lines" | "options" | "choices" | "samples" | "guesses" | "columns" | "groups" | "fields" => {
                serde_json::json!([])
            }
            "grants" if full => serde_json::json!({ "lead": { "view": "own" } }),
            "custom_fields" if full => serde_json::json!({ "size": 3, "name": "é\u{1F600}", "in": [null, 1.5] }),
            _ => serde_json::json!({}),
        }),
        #[allow(unreachable_patterns)]
        _ => unreachable!("{}.{}", kind.name, field.name),
    }
}

/// Runs `$body` for every record kind as the type `$t`.
#[macro_export]
macro_rules! for_each_kind {
    ($t:ident => $body:expr) => {
        domain::kinds!(for_each_kind, $t => $body)
    };
    ([$t:ident => $body:expr] $($how:ident $noun:ident::$type:ident;)*) => {{
        $({
            type $t = domain::$noun::$type;
            $body;
        })*
    }};
}

/// One bare record of each kind, for others to refer to.
pub fn one_of_each(db: &Db) -> References {
    let mut refs = References::new();
    for_each_kind!(T => {
        let record: T = sample(false, &refs, 0);
        db.insert(std::slice::from_ref(&record));
        refs.insert(T::KIND.name, record.id());
    });
    // Nobody joins a team twice: records made later are about somebody else.
    let another: domain::user::User = sample(false, &refs, 1);
    db.insert(std::slice::from_ref(&another));
    refs.insert("user", another.id);
    refs
}
