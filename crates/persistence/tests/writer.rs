//! The writer thread of SQLite under load and in trouble, and a PostgreSQL that goes away.

mod common;

use common::{Db, Engine, permit, place, scope, verify};
use diesel::Connection;
use diesel::connection::SimpleConnection;
use domain::Record;
use domain::customer::Customer;
use domain::record::Birth;
use persistence::{DatabaseUrl, Error, Options, Result, Store, Tx, change, engine};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Barrier, Mutex};
use std::time::{Duration, Instant};

fn customer(name: &str) -> Customer {
    let patch = domain::customer::CustomerPatch {
        name: Some(name.to_owned()),
        ..Default::default()
    };
    Customer::create(patch, Birth::new(None)).expect("valid")
}

fn names(db: &Db) -> Vec<String> {
    db.texts("SELECT name AS line FROM customers ORDER BY name")
}

/// Adds a customer of this name.
fn adding(db: &Db, name: &str) -> impl Fn(&mut Tx) -> Result<()> + Send + Clone + use<> {
    let (permit, name) = (permit::<Customer>(&db.actor()), name.to_owned());
    move |tx| engine::insert(tx, &permit, &[customer(&name)])
}

/// Holds the writer until told, so that what is sent meanwhile shares one commit.
fn hold(db: &Db) -> Sender<()> {
    let (release, released) = channel::<()>();
    let (holding, held) = channel::<()>();
    let (released, holding): (Mutex<Receiver<()>>, _) = (Mutex::new(released), Mutex::new(holding));
    let store = db.store.clone();
    std::thread::spawn(move || {
        store.write_here(move |_| {
            let _ = holding.lock().expect("free").send(());
            let _ = released.lock().expect("free").recv();
            Ok(())
        })
    });
    held.recv().expect("the writer is held");
    release
}

type Case<T> = Box<dyn Fn(&mut Tx) -> Result<T> + Send>;

/// Sends use cases that will share a commit, and returns their results in order.
fn together<T: Send + 'static>(db: &Db, cases: Vec<Case<T>>) -> Vec<Result<T>> {
    let release = hold(db);
    let waiting: Vec<_> = cases
        .into_iter()
        .map(|case| {
            let (store, (sent, is_sent)) = (db.store.clone(), channel());
            let thread = std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .build()
                    .expect("a runtime");
                runtime.block_on(async {
                    // The first poll queues it.
                    use std::future::Future;
                    let mut write = std::pin::pin!(store.write(case));
                    let queued = std::future::poll_fn(|cx| std::task::Poll::Ready(write.as_mut().poll(cx))).await;
                    sent.send(()).expect("heard");
                    match queued {
                        std::task::Poll::Ready(done) => done,
                        std::task::Poll::Pending => write.await,
                    }
                })
            });
            is_sent.recv().expect("queued");
            thread
        })
        .collect();
    release.send(()).expect("the writer waits");
    waiting.into_iter().map(|t| t.join().expect("ends")).collect()
}

#[test]
fn thirty_two_threads_never_see_a_lock() {
    let db = Db::new(Engine::Sqlite);
    let start = Arc::new(Barrier::new(32));
    let threads: Vec<_> = (0..32)
        .map(|t| {
            let (store, start) = (db.store.clone(), start.clone());
            let write: Vec<_> = (0..100).map(|n| adding(&db, &format!("{t}-{n}"))).collect();
            let scope = scope::<Customer>(&db.actor());
            std::thread::spawn(move || {
                start.wait();
                for one in write {
                    store.write_here(one).expect("no lock");
                    store
                        .read_here(|tx| change::after(tx, &scope, 0, &[], 1))
                        .expect("reads go on");
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|t| t.join().expect("ends"));
    assert_eq!(names(&db).len(), 3200);
    assert_eq!(db.verify(), Ok(3200));
}

#[test]
fn a_failing_use_case_undoes_only_itself() {
    let db = Db::new(Engine::Sqlite);
    let bad = adding(&db, "b");
    let worse = adding(&db, "c");
    let results = together::<()>(
        &db,
        vec![
            Box::new(adding(&db, "a")),
            Box::new(move |tx| bad(tx).and(Err(Error::internal("refused")))),
            Box::new(move |tx| {
                worse(tx)?;
                panic!("as a test")
            }),
            Box::new(adding(&db, "d")),
        ],
    );
    let told: Vec<String> = results
        .iter()
        .map(|r| r.as_ref().err().map(ToString::to_string).unwrap_or_default())
        .collect();
    assert_eq!(told, ["", "refused", "a use case panicked: as a test", ""]);
    assert_eq!(names(&db), ["a", "d"]);
    db.store.write_here(adding(&db, "e")).expect("the writer lives");
    assert_eq!(db.verify(), Ok(3));
}

#[test]
fn a_use_case_that_wrecks_its_transaction_wrecks_no_other() {
    let db = Db::new(Engine::Sqlite);
    let results = together::<()>(
        &db,
        vec![
            Box::new(adding(&db, "a")),
            Box::new(|tx| {
                tx.savepoint(|_| Err::<(), _>(Error::internal("inner"))).ok();
                tx.savepoint(|tx| tx.savepoint(|_| Ok(())))
            }),
            Box::new(adding(&db, "b")),
        ],
    );
    assert!(results.iter().all(Result::is_ok), "{results:?}");
    assert_eq!(names(&db), ["a", "b"]);
}

/// Runs SQL on the writer's own connection.
fn on_writer(db: &Db, sql: String) {
    db.write(move |tx| match tx {
        Tx::Sqlite(conn) => Ok(conn.batch_execute(&sql)?),
        Tx::Pg(_) => unreachable!("PostgreSQL has no writer"),
    });
}

/// The most pages the writer's connection lets the file have.
fn limit_pages(db: &Db, pages: Option<u32>) {
    let pages = pages.map_or("4294967294".to_owned(), |n| n.to_string());
    on_writer(db, format!("PRAGMA max_page_count = {pages}"));
}

#[test]
fn a_full_disk_is_told_to_all_it_concerns_and_passes() {
    let db = Db::new(Engine::Sqlite);
    db.store.write_here(adding(&db, "before")).expect("writes");
    limit_pages(&db, Some(1));
    let big = |name: &str| {
        let (permit, name) = (permit::<Customer>(&db.actor()), name.to_owned());
        move |tx: &mut Tx| {
            let many: Vec<Customer> = (0..400).map(|i| customer(&format!("{name} {i:0150}"))).collect();
            engine::insert(tx, &permit, &many)
        }
    };
    let results = together::<()>(&db, vec![Box::new(big("x")), Box::new(big("y")), Box::new(big("z"))]);
    for result in &results {
        assert!(matches!(result, Err(Error::Full(_))), "{result:?}");
    }
    assert_eq!(names(&db), ["before"], "and reads go on");
    limit_pages(&db, None);
    db.store.write_here(adding(&db, "later")).expect("writes again");
    assert_eq!(names(&db), ["before", "later"]);
    assert_eq!(
        db.texts("SELECT integrity_check AS line FROM pragma_integrity_check"),
        ["ok"]
    );
}

#[test]
fn a_writer_that_cannot_begin_says_so() {
    let db = Db::new(Engine::Sqlite);
    on_writer(&db, "PRAGMA busy_timeout = 50".into());
    let DatabaseUrl::Sqlite(path) = &db.url else {
        unreachable!()
    };
    let mut other = diesel::SqliteConnection::establish(path.to_str().expect("UTF-8")).expect("opens");
    other.batch_execute("BEGIN IMMEDIATE").expect("holds the file");
    let refused = db.store.write_here(adding(&db, "a"));
    assert!(matches!(refused, Err(Error::Unavailable(_))), "{refused:?}");
    other.batch_execute("ROLLBACK").expect("lets go");
    db.store.write_here(adding(&db, "b")).expect("writes");
    assert_eq!(names(&db), ["b"]);
}

#[test]
fn two_processes_share_a_file() {
    let (url, _place) = place(Engine::Sqlite, true);
    let start = Arc::new(Barrier::new(2));
    // Both make the new file, at the same moment, and then both write.
    let openers: Vec<_> = (0..2)
        .map(|_| {
            let (url, start) = (url.clone(), start.clone());
            std::thread::spawn(move || {
                start.wait();
                Store::open(&url, Options::default()).expect("opens")
            })
        })
        .collect();
    let stores: Vec<Store> = openers.into_iter().map(|t| t.join().expect("ends")).collect();
    let workspace = common::new_workspace(&stores[0], "w");
    let actor = domain::policy::Actor::system(workspace);
    let writers: Vec<_> = stores
        .iter()
        .cloned()
        .map(|store| {
            let permit = permit::<Customer>(&actor);
            std::thread::spawn(move || {
                for _ in 0..150 {
                    let permit = permit.clone();
                    store
                        .write_here(move |tx| engine::insert(tx, &permit, &[customer("x")]))
                        .expect("no lock");
                }
            })
        })
        .collect();
    writers.into_iter().for_each(|t| t.join().expect("ends"));
    let (scope, id) = (actor.scope(Customer::KIND).expect("sees"), actor.workspace().id);
    for store in &stores {
        let log = store
            .read_here(|tx| change::after(tx, &scope, 0, &[], 1000))
            .expect("reads");
        assert_eq!(log.len(), 300);
        assert_eq!(verify(store, id), Ok(300));
    }
}

#[test]
fn a_server_that_goes_away_comes_back_without_us_restarting() {
    let server = pgtest::Server::start(pgtest::Durability::Relaxed).expect("starts");
    let url = DatabaseUrl::Pg(server.url().to_owned());
    let store = Store::open(&url, Options::default()).expect("opens");
    let workspace = common::new_workspace(&store, "w");
    let actor = domain::policy::Actor::system(workspace);
    let permit = permit::<Customer>(&actor);
    let write = |store: &Store| {
        let permit = permit.clone();
        store.write_here(move |tx| engine::insert(tx, &permit, &[customer("x")]))
    };
    let read = |store: &Store| {
        let scope = actor.scope(Customer::KIND).expect("sees");
        store.read_here(|tx| change::after(tx, &scope, 0, &[], 10)).map(|_| ())
    };
    write(&store).expect("writes");
    for how in [pgtest::Shutdown::Fast, pgtest::Shutdown::Immediate] {
        server.stop(how).expect("stops");
        for _ in 0..2 {
            let (read, write) = (read(&store), write(&store));
            assert!(matches!(read, Err(Error::Unavailable(_))), "{read:?}");
            assert!(matches!(write, Err(Error::Unavailable(_))), "{write:?}");
        }
        server.start_again().expect("starts");
        let since = Instant::now();
        while write(&store).is_err() {
            assert!(since.elapsed() < Duration::from_secs(5), "back within five seconds");
        }
        read(&store).expect("reads");
        // Idle connections that a restart has killed are nobody's trouble.
        std::thread::scope(|s| {
            let all: Vec<_> = (0..6).map(|_| s.spawn(|| write(&store).expect("writes"))).collect();
            all.into_iter().for_each(|t| t.join().expect("ends"));
        });
        wait(Duration::from_millis(1100));
        server.restart(how).expect("restarts");
        // One that was in use a moment ago is found out by its failure, and each only once.
        // The pool has some more than there are turns: for what is slow, and for the sealer.
        let slow = std::thread::available_parallelism().map_or(1, usize::from) / 2;
        let connections = Options::default().connections as usize + slow.max(2) + 1;
        let failed = (0..2 * connections)
            .filter(|_| read(&store).is_err() || write(&store).is_err())
            .count();
        assert!(failed <= connections, "{failed}");
        read(&store).expect("reads");
        write(&store).expect("writes");
    }
}

#[allow(clippy::disallowed_methods)]
fn wait(time: Duration) {
    std::thread::sleep(time);
}
