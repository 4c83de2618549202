//! The change log and idempotency keys on both engines.

#[macro_use]
mod common;

use common::{Db, Engine, both, new_workspace, permit, place, scope, verify};
use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use domain::customer::Customer;
use domain::policy::{Action, Actor};
use domain::record::Birth;
use domain::{Id, Record};
use persistence::change::{self, Fault};
use persistence::idempotency::{self, Answer, Key};
use persistence::{DatabaseUrl, Error, Store, engine};
use std::collections::HashMap;
use std::sync::mpsc::channel;
use std::sync::{Arc, Barrier};

fn customer(name: &str) -> Customer {
    let patch = domain::customer::CustomerPatch {
        name: Some(name.to_owned()),
        ..Default::default()
    };
    Customer::create(patch, Birth::new(None)).expect("valid")
}

/// All sealed changes after a position.
fn after(db: &Db, position: i64) -> Vec<domain::change::Change> {
    let scope = scope::<Customer>(&db.actor());
    db.read(|tx| change::after(tx, &scope, position, &[], 10_000))
}

#[test]
fn a_use_case_is_one_change_set_with_an_entry_for_each_record() {
    both(|db| {
        let actor = db.actor();
        let (a, b) = (customer("甲"), customer("乙"));
        let (one, two) = (a.clone(), b.clone());
        let permit = permit::<Customer>(&actor);
        db.write(move |tx| {
            engine::insert(tx, &permit, &[one.clone(), two.clone()])?;
            let mut new = one.clone();
            new.industry = Some("IT".into());
            let stored = engine::update(tx, &permit, &one, &new)?;
            engine::update(tx, &permit, &stored, &stored)?;
            engine::delete(tx, &permit, &two)
        });
        if db.engine == Engine::Pg {
            db.store.seal_here().expect("seals");
        }
        let log = after(db, 0);
        let told: Vec<_> = log
            .iter()
            .map(|c| (c.position, c.record_id, c.version, c.action.key()))
            .collect();
        assert_eq!(
            told,
            [
                (1, a.id, 1, "create"),
                (2, b.id, 1, "create"),
                (3, a.id, 2, "update"),
                (4, b.id, 2, "delete")
            ]
        );
        assert!(
            log.iter()
                .all(|c| c.change_set == actor.change_set && c.kind == "customer")
        );
        assert_eq!(log[2].fields, serde_json::json!({ "industry": [null, "IT"] }));
        assert_eq!(db.verify(), Ok(4));
    });
}

#[test]
fn what_is_undone_leaves_nothing_in_the_log() {
    both(|db| {
        let permit = permit::<Customer>(&db.actor());
        let one = customer("x");
        let failed = db.store.write_here(move |tx| {
            engine::insert(tx, &permit, std::slice::from_ref(&one))?;
            Err::<(), _>(Error::internal("no"))
        });
        assert!(failed.is_err());
        db.store.seal_here().expect("seals");
        assert!(after(db, 0).is_empty());
    });
}

#[test]
fn sqlite_seals_in_the_commit() {
    let db = Db::new(Engine::Sqlite);
    for n in 1..=5 {
        db.insert(&[customer("x")]);
        assert_eq!(after(&db, 0).len(), n);
    }
    assert_eq!(
        db.texts("SELECT 'x' AS line FROM change_log WHERE position IS NULL")
            .len(),
        0
    );
}

#[test]
fn a_sequence_drawn_first_and_committed_last_is_not_missed() {
    let db = Db::new(Engine::Pg);
    // A draws its numbers, then waits for B to commit.
    let (drawn, has_drawn) = channel();
    let (go, may_go) = channel::<()>();
    let (first, second) = (customer("A"), customer("B"));
    let (permit, one, store) = (permit::<Customer>(&db.actor()), first.clone(), db.store.clone());
    let (drawn, may_go) = (std::sync::Mutex::new(drawn), std::sync::Mutex::new(may_go));
    let a = std::thread::spawn(move || {
        store.write_here(move |tx| {
            engine::insert(tx, &permit, std::slice::from_ref(&one))?;
            drawn.lock().expect("free").send(()).expect("heard");
            may_go.lock().expect("free").recv().expect("told");
            Ok(())
        })
    });
    has_drawn.recv().expect("A has drawn");
    db.insert(std::slice::from_ref(&second));
    db.store.seal_here().expect("seals");
    let seen = after(&db, 0);
    assert_eq!(seen.iter().map(|c| c.record_id).collect::<Vec<_>>(), [second.id]);
    go.send(()).expect("heard");
    a.join().expect("ends").expect("writes");
    db.store.seal_here().expect("seals");
    let later = after(&db, seen[0].position);
    assert_eq!(later.iter().map(|c| c.record_id).collect::<Vec<_>>(), [first.id]);
    let seqs = db.texts("SELECT seq::text AS line FROM change_log ORDER BY position");
    let seqs: Vec<i64> = seqs.iter().map(|s| s.parse().expect("a number")).collect();
    assert!(
        seqs[0] > seqs[1],
        "the later number was committed first, else this shows nothing: {seqs:?}"
    );
    assert_eq!(db.verify(), Ok(2));
}

#[test]
fn a_reader_following_the_log_misses_nothing_while_many_write_and_two_seal() {
    both(|db| {
        let records: Vec<Customer> = (0..6).map(|i| customer(&format!("c{i}"))).collect();
        db.insert(&records);
        const WRITERS: i64 = 6;
        const EACH: i64 = 30;
        let sealers: Vec<_> = (0..2)
            .map(|_| {
                let store = db.store.clone();
                std::thread::spawn(move || (0..60).for_each(|_| store.seal_here().expect("seals")))
            })
            .collect();
        let writers: Vec<_> = (0..WRITERS)
            .map(|w| {
                let (store, workspace) = (db.store.clone(), db.workspace.clone());
                let ids: Vec<Id> = records.iter().map(|r| r.id).collect();
                std::thread::spawn(move || {
                    let mut done = 0;
                    for n in 0..EACH {
                        let actor = Actor::system(workspace.clone());
                        let (permit, scope) = (permit::<Customer>(&actor), scope::<Customer>(&actor));
                        let id = ids[((w + n) % 6) as usize];
                        let result = store.write_here(move |tx| {
                            let old: Customer = engine::find(tx, &scope, id)?;
                            let mut new = old.clone();
                            new.description = Some(format!("{w}-{n}"));
                            engine::update(tx, &permit, &old, &new)
                        });
                        match result {
                            Ok(_) => done += 1,
                            Err(Error::Domain(domain::Error::Stale { .. })) => {}
                            Err(error) => panic!("{error}"),
                        }
                    }
                    done
                })
            })
            .collect();
        // The reader never looks back.
        let (mut position, mut versions) = (0, HashMap::<Id, i64>::new());
        let mut follow = |db: &Db| {
            for change in after(db, position) {
                assert_eq!(change.position, position + 1, "no gaps");
                position = change.position;
                let last = versions.insert(change.record_id, change.version).unwrap_or(0);
                assert_eq!(
                    change.version,
                    last + 1,
                    "versions of a record come in order, none missing"
                );
            }
            position
        };
        while writers.iter().any(|w| !w.is_finished()) {
            follow(db);
        }
        let written: i64 = writers.into_iter().map(|w| w.join().expect("ends")).sum();
        sealers.into_iter().for_each(|s| s.join().expect("ends"));
        db.store.seal_here().expect("seals");
        assert_eq!(follow(db), written + 6);
        assert!(written >= EACH, "most got through: {written}");
        for record in &records {
            let now: Customer = db.find(record.id);
            assert_eq!(versions[&record.id], now.version);
        }
        assert_eq!(db.verify(), Ok(written + 6));
    });
}

#[test]
fn the_chain_tells_what_was_done_to_it() {
    both(|db| {
        (0..5).for_each(|i| db.insert(&[customer(&format!("c{i}"))]));
        // Another workspace has a chain of its own.
        let other = new_workspace(&db.store, "Other");
        let actor = Actor::system(other.clone());
        let permit = actor.authorize(Action::Create, Customer::KIND, None).expect("may");
        db.write(move |tx| engine::insert(tx, &permit, &[customer("o")]));
        db.store.seal_here().expect("seals");
        assert_eq!(verify(&db.store, other.id), Ok(1));
        assert_eq!(db.verify(), Ok(5));

        let ours = format!("workspace_id = {}", db.literal(db.workspace.id));
        let mut edits = vec![
            ("fields", "replace(fields, 'c2', 'c9')", Fault::Altered),
            ("version", "7", Fault::Altered),
            ("request_id", "'another'", Fault::Altered),
            ("actor_id", "record_id", Fault::Altered),
            ("kind", "'lead'", Fault::Altered),
            ("action", "'delete'", Fault::Altered),
            ("salt", "NULL", Fault::Altered),
            ("salt", "''", Fault::Altered),
            ("chain", "NULL", Fault::Altered),
            ("position", "-position", Fault::Altered),
        ];
        if db.engine == Engine::Sqlite {
            edits.push(("actor_id", "x'00'", Fault::Unreadable));
        } else {
            edits.push(("at", "'infinity'", Fault::Unreadable));
        }
        for (column, value, fault) in edits {
            db.sql(&format!(
                "CREATE TABLE kept AS SELECT * FROM change_log; UPDATE change_log SET {column} = {value} WHERE position = 3 AND {ours}"
            ));
            let place = if value == "-position" { -3 } else { 3 };
            assert_eq!(db.verify(), Err((fault, place)), "{column} = {value}");
            assert_eq!(verify(&db.store, other.id), Ok(1));
            db.sql(&format!(
                "UPDATE change_log SET {column} = (SELECT {column} FROM kept WHERE kept.seq = change_log.seq); DROP TABLE kept"
            ));
            assert_eq!(db.verify(), Ok(5));
        }
        // Altered with its own hash made anew, which needs the salt; the links give it away.
        db.sql(&format!(
            "UPDATE change_log SET entry_hash = replace(entry_hash, substr(entry_hash, 1, 1), 'z') WHERE position = 4 AND {ours}"
        ));
        assert_eq!(db.verify(), Err((Fault::Altered, 4)));
        db.sql(&format!("DELETE FROM change_log WHERE position = 3 AND {ours}"));
        assert_eq!(db.verify(), Err((Fault::Missing, 3)));
        db.sql(&format!("DELETE FROM change_log WHERE position >= 2 AND {ours}"));
        assert_eq!(db.verify(), Err((Fault::Cut { until: 5 }, 2)));
        // An end that nobody sealed is no end.
        let noted = |position: i64, chain: &str| {
            db.sql(&format!(
                "UPDATE change_heads SET position = {position}, chain = {chain} WHERE {ours}"
            ));
        };
        noted(0, "''");
        assert_eq!(db.verify(), Err((Fault::End, 1)));
        noted(1, "'made up'");
        assert_eq!(db.verify(), Err((Fault::End, 1)));
        // Cut with its end is a shorter chain, which only an end kept elsewhere tells from the whole.
        let first = format!("(SELECT chain FROM change_log WHERE {ours})");
        noted(1, &first);
        assert_eq!(db.verify(), Ok(1));
        db.sql(&format!(
            "DELETE FROM change_log WHERE {ours}; DELETE FROM change_heads WHERE {ours}"
        ));
        assert_eq!(db.verify(), Err((Fault::Gone, 1)));
        let empty = new_workspace(&db.store, "Empty");
        assert_eq!(verify(&db.store, empty.id), Ok(0));
    });
}

#[test]
fn a_look_at_a_database_neither_makes_nor_migrates_it() {
    for engine in [Engine::Sqlite, Engine::Pg] {
        let (url, _place) = place(engine, true);
        assert!(Store::open_as_it_is(&url, change::workspaces).is_err());
        if let DatabaseUrl::Sqlite(path) = &url {
            assert!(!path.exists());
            std::fs::write(path, "").expect("writes");
            assert!(Store::open_as_it_is(&url, change::workspaces).is_err());
            assert_eq!(std::fs::read(path).expect("reads").len(), 0);
        }
    }
}

fn key(db: &Db, key: &str, body: &str) -> Key {
    Key {
        workspace: db.workspace.id,
        sender: None,
        key: key.into(),
        request_hash: body.into(),
    }
}

fn answer(text: &str) -> Answer {
    Answer {
        change_set: None,
        status: 201,
        etag: Some("\"1\"".into()),
        location: None,
        body: text.into(),
        shows: Default::default(),
        replayed: false,
    }
}

#[test]
fn a_key_repeats_its_answer_and_refuses_another_body() {
    both(|db| {
        let first = key(db, "k", "body");
        let (actor, kept) = (db.actor(), first.clone());
        db.write(move |tx| {
            assert_eq!(idempotency::begin(tx, &actor, &kept)?, None);
            idempotency::finish(tx, &actor, &kept, &answer("done"))
        });
        let begin = |key: Key| {
            let actor = db.actor();
            db.store.write_here(move |tx| idempotency::begin(tx, &actor, &key))
        };
        let kept = Answer {
            replayed: true,
            ..answer("done")
        };
        assert_eq!(begin(first.clone()).expect("kept"), Some(kept));
        let refused = begin(key(db, "k", "other"));
        assert!(
            matches!(&refused, Err(Error::Domain(domain::Error::Invalid(i))) if i[0].code == "idempotency_key_reused"),
            "{refused:?}"
        );
        // The same word from another sender, or in another workspace, is another key.
        let neighbour = Key {
            sender: Some(Id::now_v7()),
            ..first.clone()
        };
        assert_eq!(begin(neighbour).expect("none"), None);
        let elsewhere = Key {
            workspace: Id::now_v7(),
            ..first.clone()
        };
        assert_eq!(begin(elsewhere).expect("none"), None);
        // A failed effect keeps no answer.
        let failing = key(db, "f", "body");
        let (actor, tried) = (db.actor(), failing.clone());
        let failed = db.store.write_here(move |tx| {
            idempotency::begin(tx, &actor, &tried)?;
            idempotency::finish(tx, &actor, &tried, &answer("never"))?;
            Err::<(), _>(Error::internal("no"))
        });
        assert!(failed.is_err());
        assert_eq!(begin(failing).expect("none"), None);
        // After a day it is forgotten.
        let old = match db.engine {
            Engine::Sqlite => "created_at - 90000000000",
            Engine::Pg => "created_at - interval '25 hours'",
        };
        db.sql(&format!("UPDATE idempotency_keys SET created_at = {old}"));
        assert_eq!(begin(first.clone()).expect("none"), None);
        let (actor, fresh) = (db.actor(), key(db, "fresh", "body"));
        db.write(move |tx| idempotency::finish(tx, &actor, &fresh, &answer("new")));
        assert_eq!(db.write(idempotency::forget_old), 1);
        assert_eq!(db.write(idempotency::forget_old), 0);
        assert!(begin(key(db, "fresh", "body")).expect("kept").is_some());
    });
}

#[test]
fn requests_with_one_key_at_once_have_one_effect() {
    both(|db| {
        let start = Arc::new(Barrier::new(16));
        let requests: Vec<_> = (0..16)
            .map(|_| {
                let (store, key, start) = (db.store.clone(), key(db, "once", "b"), start.clone());
                let actor = db.actor();
                let permit = permit::<Customer>(&actor);
                std::thread::spawn(move || {
                    start.wait();
                    store.write_here(move |tx| {
                        if let Some(answer) = idempotency::begin(tx, &actor, &key)? {
                            return Ok(answer);
                        }
                        let new = customer("once");
                        engine::insert(tx, &permit, std::slice::from_ref(&new))?;
                        let answer = answer(&new.id.to_string());
                        idempotency::finish(tx, &actor, &key, &answer)?;
                        Ok(answer)
                    })
                })
            })
            .collect();
        let mut bodies = Vec::new();
        for request in requests {
            match request.join().expect("ends") {
                Ok(answer) => bodies.push(answer.body),
                Err(Error::Domain(domain::Error::Conflict(i))) if i.code == "idempotency_key_running" => {}
                Err(error) => panic!("{error}"),
            }
        }
        bodies.dedup();
        assert_eq!(bodies.len(), 1, "one answer for all: {bodies:?}");
        assert_eq!(db.texts("SELECT name AS line FROM customers"), ["once"]);
    });
}

#[test]
fn a_panic_on_postgresql_leaves_no_open_transaction_behind() {
    let db = Db::new(Engine::Pg);
    let DatabaseUrl::Pg(url) = &db.url else { unreachable!() };
    for _ in 0..8 {
        let permit = permit::<Customer>(&db.actor());
        let result = db.store.write_here(move |tx| -> persistence::Result<()> {
            engine::insert(tx, &permit, &[customer("never")])?;
            panic!("as a test")
        });
        assert!(matches!(result, Err(Error::Internal(_))), "{result:?}");
    }
    db.insert(&[customer("after")]);
    assert_eq!(db.texts("SELECT name AS line FROM customers"), ["after"]);
    let mut conn = PgConnection::establish(url).expect("connects");
    // Would wait for the locks of a transaction left open.
    conn.batch_execute("SET lock_timeout = '2s'").expect("sets");
    conn.batch_execute("BEGIN; LOCK TABLE customers; COMMIT")
        .expect("nobody holds it");
}
