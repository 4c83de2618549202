//! Sessions, refresh tokens, passwords and signing keys on both engines.

#[macro_use]
mod common;

use common::{Db, Engine, both, sample};
use domain::user::User;
use domain::{Id, Instant};
use persistence::session::{self, Rotation};
use persistence::{DatabaseUrl, login, workspace};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Barrier};

/// A token of the one family there is here.
fn token(own: &str) -> session::Token {
    session::Token {
        family: "family".into(),
        own: own.into(),
    }
}

fn origin() -> session::Origin {
    session::Origin {
        address: "192.0.2.1".into(),
        network: "192.0.2.1".into(),
        user_agent: "Firefox\u{0}\u{7}".into(),
    }
}

/// A signed-in user, with `t0` as the hash of the first refresh token.
fn signed_in(db: &Db) -> session::Session {
    let user: User = sample(false, &HashMap::new(), 1);
    db.insert(std::slice::from_ref(&user));
    let new = session::Session {
        id: Id::now_v7(),
        workspace: db.workspace.id,
        user: user.id,
        expires_at: Instant::now().plus_seconds(3600),
    };
    let opened = new.clone();
    let permit = db.actor().own_permit();
    db.write(move |tx| session::open(tx, &permit, &opened, &token("t0"), &origin()));
    new
}

fn rotate(db: &Db, id: Id, old: &'static str, new: &'static str) -> Option<session::Session> {
    rotate_at(db, id, token(old), new, Instant::now())
}

fn rotate_at(db: &Db, id: Id, old: session::Token, new: &'static str, now: Instant) -> Option<session::Session> {
    let permit = db.actor().own_permit();
    db.write(move |tx| match session::rotate(tx, id, &old, new, now)? {
        Rotation::Done(session) => Ok(Some(session)),
        Rotation::Reused(session) => session::end(tx, &permit, session.user, session.id).map(|_| None),
        Rotation::Refused => Ok(None),
    })
}

fn alive(db: &Db, id: Id) -> bool {
    db.read(|tx| session::find(tx, id)).is_some()
}

/// Lets time pass for the tokens of a session.
fn eleven_seconds_later(db: &Db) {
    let ago = match db.engine {
        Engine::Sqlite => "11000000",
        Engine::Pg => "interval '11 seconds'",
    };
    db.sql(&format!(
        "UPDATE refresh_tokens SET replaced_at = replaced_at - {ago}, made_at = made_at - {ago}"
    ));
}

#[test]
fn a_refresh_token_is_replaced_at_each_use() {
    both(|db| {
        let one = signed_in(db);
        assert_eq!(
            rotate(db, one.id, "t0", "t1"),
            Some(one.clone()),
            "its end does not move"
        );
        eleven_seconds_later(db);
        assert_eq!(rotate(db, one.id, "t1", "t2"), Some(one.clone()));
        eleven_seconds_later(db);
        // Somebody has a copy of a token used before: nobody goes on with this session.
        assert_eq!(rotate(db, one.id, "t1", "t3"), None);
        assert!(!alive(db, one.id));
        assert_eq!(rotate(db, one.id, "t2", "t4"), None);
    });
}

#[test]
fn two_tabs_and_a_lost_answer_end_no_session() {
    both(|db| {
        let one = signed_in(db);
        // Three tabs come with the same token; whichever answer the browser keeps is good.
        for (old, new) in [("t0", "a"), ("t0", "b"), ("t0", "c")] {
            assert!(rotate(db, one.id, old, new).is_some(), "{new}");
        }
        eleven_seconds_later(db);
        assert!(rotate(db, one.id, "b", "b2").is_some());
        assert!(alive(db, one.id));
        eleven_seconds_later(db);
        assert!(rotate(db, one.id, "t0", "x").is_none(), "its ten seconds are over");
        assert!(!alive(db, one.id));
    });
}

#[test]
fn of_two_who_go_on_from_one_token_the_second_is_found_out() {
    both(|db| {
        for (first, second) in [("a", "b"), ("b", "a")] {
            let one = signed_in(db);
            let start = Instant::now();
            let at = |seconds| start.plus_seconds(seconds);
            assert!(rotate_at(db, one.id, token("t0"), "a", at(0)).is_some());
            assert!(rotate_at(db, one.id, token("t0"), "b", at(9)).is_some());
            // Within the moment either goes on, later only one does.
            assert!(rotate_at(db, one.id, token(first), "c", at(20)).is_some());
            assert!(rotate_at(db, one.id, token(second), "d", at(900)).is_none());
            assert!(!alive(db, one.id), "{first} before {second}");
        }
        // Nor do both go on by hurrying: what was made in the same moment is spent at the next use.
        let one = signed_in(db);
        let start = Instant::now();
        for (old, new, seconds) in [
            ("t0", "a", 0),
            ("t0", "b", 1),
            ("a", "a2", 2),
            ("b", "b2", 3),
            ("a2", "a3", 900),
        ] {
            assert!(
                rotate_at(db, one.id, token(old), new, start.plus_seconds(seconds)).is_some(),
                "{old}"
            );
        }
        assert!(rotate_at(db, one.id, token("b2"), "x", start.plus_seconds(901)).is_none());
        assert!(!alive(db, one.id));
    });
}

#[test]
fn a_made_up_token_ends_nothing() {
    both(|db| {
        let one = signed_in(db);
        for own in ["t0", "guessed"] {
            let made_up = session::Token {
                family: "guessed".into(),
                own: own.to_owned() + "x",
            };
            assert!(rotate_at(db, one.id, made_up, "x", Instant::now()).is_none());
            assert!(alive(db, one.id));
        }
        assert!(rotate(db, one.id, "t0", "t1").is_some());
        // Sessions opened before there were families have none that anybody could name.
        db.sql("UPDATE sessions SET family_hash = ''");
        assert!(rotate(db, one.id, "guessed", "x").is_none());
        assert!(alive(db, one.id));
        assert!(rotate(db, one.id, "t1", "t2").is_some());
    });
}

/// Whoever signs in while all sessions are ended comes before, and is ended, or after, and is refused.
#[test]
fn who_signs_in_at_the_moment_sessions_end_does_not_stay() {
    both(|db| {
        let person = signed_in(db);
        let (workspace, user) = (person.workspace, person.user);
        let permit = db.actor().own_permit();
        let set = permit.clone();
        db.write(move |tx| login::set(tx, &set, user, "somebody@example.com", "old hash"));
        let late = session::Session {
            id: Id::now_v7(),
            ..person.clone()
        };
        let (opened, by, (tell, told)) = (late.clone(), permit.clone(), channel());
        let (store, url) = (db.store.clone(), db.url.clone());
        let ending = Arc::new(AtomicBool::new(false));
        let begun = ending.clone();
        let opening = std::thread::spawn(move || {
            store.write_here(move |tx| {
                let still = login::still(tx, workspace, user, "old hash")?;
                let _ = tell.send(());
                // Until the other waits for this one; SQLite's single writer keeps it in a queue that nobody sees.
                common::until(|| match url {
                    DatabaseUrl::Sqlite(_) => begun.load(Ordering::SeqCst),
                    DatabaseUrl::Pg(_) => common::waits_for_a_lock(&url),
                });
                session::open(tx, &by, &opened, &token("late"), &origin())?;
                Ok(still)
            })
        });
        told.recv().expect("began");
        let by = permit.clone();
        ending.store(true, Ordering::SeqCst);
        db.write(move |tx| {
            session::end_all(tx, &by, user)?;
            login::set_password(tx, &by, user, "new hash")
        });
        assert!(opening.join().expect("ends").expect("writes"), "it came first");
        assert!(!alive(db, late.id), "and was ended");
        assert!(!db.write(move |tx| login::still(tx, workspace, user, "old hash")));
        assert!(db.write(move |tx| login::still(tx, workspace, user, "new hash")));
        db.write(move |tx| login::remove(tx, &permit, user));
        assert!(!db.write(move |tx| login::still(tx, workspace, user, "new hash")));
    });
}

#[test]
fn what_is_long_over_is_forgotten() {
    both(|db| {
        let (now, old, over) = (signed_in(db), signed_in(db), signed_in(db));
        let (long_ago, just_now) = match db.engine {
            Engine::Sqlite => ("created_at - 61 * 86400000000", "1"),
            Engine::Pg => ("created_at - interval '61 days'", "to_timestamp(1)"),
        };
        let named = |id: Id| db.literal(id);
        db.sql(&format!(
            "UPDATE sessions SET created_at = {long_ago}, expires_at = {just_now} WHERE id = {}",
            named(old.id)
        ));
        let (permit, gone) = (db.actor().own_permit(), over.clone());
        db.write(move |tx| session::end(tx, &permit, gone.user, gone.id));
        db.write(session::forget_old);
        let count = |table: &str, id: Id| {
            let column = if table == "sessions" { "id" } else { "session_id" };
            let sql = format!(
                "SELECT CAST(count(*) AS TEXT) AS line FROM {table} WHERE {column} = {}",
                named(id)
            );
            db.texts(&sql).remove(0)
        };
        let left = |id: Id| (count("sessions", id), count("refresh_tokens", id));
        let both = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(left(now.id), both("1", "1"));
        assert_eq!(left(old.id), both("0", "0"));
        assert_eq!(
            left(over.id),
            both("1", "0"),
            "where it was opened is known for a while"
        );
    });
}

#[test]
fn signing_keys_are_made_once_and_replaced_when_they_are_old() {
    for (engine, nodes) in [(Engine::Sqlite, 1), (Engine::Pg, 4)] {
        let db = Db::new(engine);
        let barrier = Arc::new(Barrier::new(nodes));
        let threads: Vec<_> = (0..nodes)
            .map(|_| {
                let (store, barrier) = (db.store.clone(), barrier.clone());
                std::thread::spawn(move || {
                    barrier.wait();
                    store.write_here(workspace::renew_signing_keys).expect("keys")[0]
                        .id
                        .clone()
                })
            })
            .collect();
        let ids: Vec<String> = threads.into_iter().map(|t| t.join().expect("ends")).collect();
        assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
        let ids = |db: &Db| -> Vec<String> {
            let keys = db.read(workspace::signing_keys);
            keys.into_iter().map(|k| k.id).collect()
        };
        let first = ids(&db);
        assert_eq!(first.len(), 1);
        let days = |db: &Db, column: &str, days: f64| {
            let ago = match db.engine {
                Engine::Sqlite => format!("{column} - {}", (days * 86_400_000_000.0) as i64),
                Engine::Pg => format!("{column} - interval '{days} days'"),
            };
            db.sql(&format!("UPDATE signing_keys SET {column} = {ago}"));
        };
        days(&db, "created_at", 89.0);
        db.write(workspace::renew_signing_keys);
        assert_eq!(ids(&db), first);
        days(&db, "created_at", 2.0);
        db.write(workspace::renew_signing_keys);
        let both = ids(&db);
        assert!(
            both.len() == 2 && both[1] == first[0],
            "the new one signs, the old one is good for a while: {both:?}"
        );
        days(&db, "retired_at", 0.1);
        assert_eq!(ids(&db), both[..1]);
    }
}

#[test]
fn the_end_of_time_ends_it() {
    both(|db| {
        let one = signed_in(db);
        let two = {
            let mut user = one.clone();
            user.id = Id::now_v7();
            user.expires_at = Instant::now().plus_seconds(-1);
            let late = user.clone();
            let permit = db.actor().own_permit();
            db.write(move |tx| session::open(tx, &permit, &late, &token("l0"), &origin()));
            user
        };
        assert!(!alive(db, two.id));
        assert!(rotate(db, two.id, "l0", "l1").is_none());
        // All sessions of a user end together, and nobody else's.
        let (mine, other) = (signed_in(db), signed_in(db));
        let (permit, user) = (db.actor().own_permit(), mine.user);
        db.write(move |tx| session::end_all(tx, &permit, user));
        assert_eq!((alive(db, mine.id), alive(db, other.id)), (false, true));
    });
}

#[test]
fn one_token_at_once_from_many_threads_gives_each_a_good_one() {
    both(|db| {
        let one = signed_in(db);
        let threads: Vec<_> = (0..8)
            .map(|n| {
                let (store, id) = (db.store.clone(), one.id);
                std::thread::spawn(move || {
                    store.write_here(move |tx| session::rotate(tx, id, &token("t0"), &format!("n{n}"), Instant::now()))
                })
            })
            .collect();
        for thread in threads {
            let rotated = thread.join().expect("ends").expect("writes");
            assert!(matches!(rotated, Rotation::Done(_)));
        }
        for n in 0..8 {
            let id = one.id;
            let next =
                db.write(move |tx| session::rotate(tx, id, &token(&format!("n{n}")), &format!("m{n}"), Instant::now()));
            assert!(matches!(next, Rotation::Done(_)), "n{n}");
        }
    });
}
