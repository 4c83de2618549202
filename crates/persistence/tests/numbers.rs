//! Numbers of new records: who fails leaves no gap, and on PostgreSQL nobody waits for another's transaction.

mod common;

use common::{Db, Engine, both, permit, scope};
use domain::customer::{Customer, CustomerPatch};
use domain::numbering_rule::{NumberingRule, NumberingRulePatch};
use domain::record::Birth;
use domain::{Day, Error, Issue, Record};
use persistence::{Result, Tx, engine, numbering_rule};
use std::sync::mpsc::channel;
use std::time::Duration;

const DAY: Day = Day::from_ymd_opt(2026, 1, 31).expect("a day");

fn counting(db: &Db) {
    let patch = NumberingRulePatch {
        kind: Some("customer".into()),
        pattern: Some("C-{0000}".into()),
        ..Default::default()
    };
    db.insert(&[NumberingRule::create(patch, Birth::new(None)).expect("valid")]);
}

/// Makes a customer with the next number, in a transaction.
fn numbered(db: &Db) -> impl Fn(&mut Tx) -> Result<String> + Send + Clone + use<> {
    let permit = permit::<Customer>(&db.actor());
    move |tx| {
        let patch = CustomerPatch {
            name: Some("x".into()),
            ..Default::default()
        };
        let mut new = [Customer::create(patch, Birth::new(None)).expect("valid")];
        numbering_rule::assign(tx, &permit, DAY, &mut new)?;
        engine::insert(tx, &permit, &new)?;
        Ok(new[0].number.clone().expect("a number"))
    }
}

fn refused() -> persistence::Error {
    Error::Conflict(Issue::new("", "duplicate")).into()
}

fn next(db: &Db) -> i64 {
    let scope = scope::<Customer>(&db.actor());
    db.store
        .read_here(move |tx| numbering_rule::next(tx, &scope, "customer", (String::new(), 0)))
        .expect("reads")
}

#[test]
fn what_fails_leaves_no_gap() {
    both(|db| {
        counting(db);
        let make = numbered(db);
        assert_eq!(db.store.write_here(make.clone()).expect("made"), "C-0001");
        let fails = make.clone();
        let failed = db.store.write_here(move |tx| {
            assert_eq!((fails(tx)?, fails(tx)?), ("C-0002".to_owned(), "C-0003".to_owned()));
            Err::<(), _>(refused())
        });
        assert!(failed.is_err());
        assert_eq!(next(db), 2);
        let (inner, outer) = (make.clone(), make.clone());
        let step = db.store.write_here(move |tx| {
            let undone = tx.savepoint(|tx| inner(tx).and_then(|_| Err::<(), _>(refused())));
            assert!(undone.is_err());
            outer(tx)
        });
        assert_eq!(step.expect("made"), "C-0002");
        assert_eq!(db.store.write_here(make).expect("made"), "C-0003");
        assert_eq!(next(db), 4);
    });
}

#[test]
fn on_postgresql_nobody_waits_for_anothers_transaction() {
    let db = Db::new(Engine::Pg);
    counting(&db);
    let (make, store) = (numbered(&db), db.store.clone());
    let numbers = db.store.write_here(move |tx| {
        let mine = make(tx)?;
        let (told, heard) = channel();
        let (store, make) = (store.clone(), make.clone());
        std::thread::spawn(move || told.send(store.write_here(make).expect("made")));
        Ok((mine, heard.recv_timeout(Duration::from_secs(20)).ok()))
    });
    assert_eq!(numbers.expect("made"), ("C-0001".to_owned(), Some("C-0002".to_owned())));
}
