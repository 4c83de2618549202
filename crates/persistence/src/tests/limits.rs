//! What takes long, and who takes much: it ends, and keeps nobody else waiting.

use super::common::{Db, Engine, both, permit, place};
use crate::sql::Sql;
use crate::{Error, Options, Result, Store, Tx, on_behalf_of};
use domain::Record;
use domain::customer::{Customer, CustomerPatch};
use domain::record::Birth;
use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

const LONG: Duration = Duration::from_secs(3600);

/// Counts for ever.
fn endless(tx: &mut Tx) -> Result<Option<i64>> {
    tx.value(&Sql::new(
        "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n",
    ))
}

fn one(tx: &mut Tx) -> Result<Option<i64>> {
    tx.value(&Sql::new("SELECT CAST(1 AS BIGINT)"))
}

fn with(options: Options, test: impl Fn(&Store)) {
    for engine in [Engine::Sqlite, Engine::Pg] {
        let (url, _place) = place(engine, false);
        test(&Store::open(&url, options).expect("opens"));
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
}

/// Keeps those who come until it is opened.
#[derive(Default)]
struct Door {
    open: Mutex<bool>,
    opened: Condvar,
    waiting: AtomicUsize,
}

impl Door {
    fn pass(&self) {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let open = self.open.lock().expect("free");
        drop(self.opened.wait_while(open, |open| !*open).expect("free"));
    }

    fn open(&self) {
        *self.open.lock().expect("free") = true;
        self.opened.notify_all();
    }

    fn waiting(&self) -> usize {
        self.waiting.load(Ordering::SeqCst)
    }
}

/// Lets everything go on until it is so.
fn until(runtime: &tokio::runtime::Runtime, so: impl Fn() -> bool) {
    runtime.block_on(async {
        while !so() {
            tokio::task::yield_now().await;
        }
    });
}

#[test]
fn what_takes_too_long_is_ended_and_its_connection_goes_on() {
    let options = Options {
        query_limit: Duration::from_millis(300),
        quick: Duration::from_millis(20),
        ..Options::default()
    };
    with(options, |store| {
        let runtime = runtime();
        assert!(matches!(store.read_here(endless), Err(Error::TooSlow)));
        assert!(matches!(runtime.block_on(store.read(endless)), Err(Error::TooSlow)));
        assert!(matches!(
            runtime.block_on(store.read_quick(endless)),
            Err(Error::TooSlow)
        ));
        assert!(matches!(
            runtime.block_on(store.read_sealed(endless)),
            Err(Error::TooSlow)
        ));
        assert!(matches!(runtime.block_on(store.write(endless)), Err(Error::TooSlow)));
        assert_eq!(store.read_here(one).expect("reads"), Some(1));
        assert_eq!(runtime.block_on(store.read(one)).expect("reads"), Some(1));
        assert_eq!(runtime.block_on(store.write(one)).expect("writes"), Some(1));
    });
}

#[test]
fn a_write_that_took_too_long_leaves_nothing_behind() {
    both(|db: &Db| {
        let options = Options {
            query_limit: Duration::from_millis(300),
            ..Options::default()
        };
        let store = Store::open(&db.url, options).expect("opens");
        let permit = permit::<Customer>(&db.actor());
        let patch = CustomerPatch {
            name: Some("Half".to_owned()),
            ..Default::default()
        };
        let half = Customer::create(patch, Birth::new(None)).expect("valid");
        let result = store.write_here(move |tx| {
            crate::engine::insert(tx, &permit, std::slice::from_ref(&half))?;
            let slow = "INSERT INTO tags (id) WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) \
                        SELECT NULL FROM n WHERE x < 0";
            tx.execute(&Sql::new(slow))
        });
        assert!(matches!(result, Err(Error::TooSlow)), "{result:?}");
        assert!(db.texts("SELECT name AS line FROM customers").is_empty());
        assert_eq!(store.write_here(one).expect("writes"), Some(1));
    });
}

/// Eight at once that are not done soon, of as many people: there are fewer connections than that.
#[test]
fn the_slow_leave_connections_to_the_quick() {
    let options = Options {
        connections: 3,
        query_limit: LONG,
        quick: LONG,
    };
    with(options, |store| {
        let runtime = runtime();
        let door = Arc::new(Door::default());
        let slow: Vec<_> = (0..8)
            .map(|n: usize| {
                let (store, door, again) = (store.clone(), door.clone(), AtomicBool::new(false));
                runtime.spawn(on_behalf_of(n.to_string().into(), async move {
                    let work = move |tx: &mut Tx| {
                        if !again.swap(true, Ordering::SeqCst) {
                            return Err(Error::TooSlow);
                        }
                        door.pass();
                        one(tx)
                    };
                    store.read(work).await
                }))
            })
            .collect();
        let most = super::super::store::slow_at_a_time();
        until(&runtime, || door.waiting() == most && store.slow_waiting() == 8 - most);
        for _ in 0..20 {
            assert_eq!(runtime.block_on(store.read(one)).expect("reads"), Some(1));
            assert_eq!(runtime.block_on(store.read_quick(one)).expect("reads"), Some(1));
        }
        assert_eq!(door.waiting(), most, "no more run than may");
        door.open();
        for task in slow {
            assert_eq!(runtime.block_on(task).expect("ends").expect("reads"), Some(1));
        }
    });
}

/// On the thread of a web server, waiting means that all its other requests wait too.
#[test]
fn a_quick_read_never_keeps_its_thread_waiting_for_a_connection() {
    let options = Options {
        connections: 2,
        ..Options::default()
    };
    with(options, |store| {
        let runtime = runtime();
        let door = Arc::new(Door::default());
        let held: Vec<_> = (0..2)
            .map(|n: usize| {
                let (store, door) = (store.clone(), door.clone());
                runtime.spawn(on_behalf_of(n.to_string().into(), async move {
                    let work = move |tx: &mut Tx| {
                        door.pass();
                        one(tx)
                    };
                    store.read(work).await
                }))
            })
            .collect();
        until(&runtime, || door.waiting() == 2);
        runtime.block_on(async {
            let mut read = pin!(store.read_quick(one));
            let first = std::future::poll_fn(|context: &mut Context| Poll::Ready(read.as_mut().poll(context))).await;
            assert!(first.is_pending(), "it waits, and its thread does not");
            door.open();
            assert_eq!(read.await.expect("reads"), Some(1));
        });
        for task in held {
            runtime.block_on(task).expect("ends").expect("reads");
        }
    });
}

/// One user's writes hang on one another; others read and write.
#[test]
fn one_user_leaves_connections_to_others() {
    let db = Db::new(Engine::Pg);
    let options = Options {
        connections: 6,
        ..Options::default()
    };
    let store = Store::open(&db.url, options).expect("opens");
    let runtime = runtime();
    let door = Arc::new(Door::default());
    let greedy: Vec<_> = (0..16)
        .map(|_| {
            let (store, door) = (store.clone(), door.clone());
            runtime.spawn(on_behalf_of("greedy".into(), async move {
                let work = move |tx: &mut Tx| {
                    door.pass();
                    one(tx)
                };
                store.write(work).await
            }))
        })
        .collect();
    until(&runtime, || door.waiting() == 4);
    for _ in 0..20 {
        let others = on_behalf_of("other".into(), async {
            (store.read(one).await, store.write(one).await)
        });
        let (read, written) = runtime.block_on(others);
        assert_eq!((read.expect("reads"), written.expect("writes")), (Some(1), Some(1)));
    }
    assert_eq!(door.waiting(), 4, "no more than one may");
    door.open();
    for task in greedy {
        assert_eq!(runtime.block_on(task).expect("ends").expect("writes"), Some(1));
    }
}
