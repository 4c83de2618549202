//! What becomes of tasks when the customer they are about is deleted, were it said of that reference.

use super::common::{Db, both, one_of_each, permit, sample};
use crate::engine::{self, referrers};
use domain::customer::Customer;
use domain::policy::Permit;
use domain::task::Task;
use domain::{Field, Id, Instant, Record};

fn reference() -> &'static Field {
    Task::KIND.field("customer_id").expect("a field")
}

/// Two tasks of a customer, and one of nobody.
fn tasks(db: &Db) -> (Id, Vec<Id>, Permit) {
    let refs = one_of_each(db);
    let of: Vec<Task> = (1..=2).map(|n| sample(true, &refs, n)).collect();
    let mut none: Task = sample(true, &refs, 3);
    none.customer_id = None;
    db.insert(&of);
    db.insert(&[none]);
    (
        refs[Customer::KIND.name],
        of.iter().map(Record::id).collect(),
        permit::<Task>(&db.actor()),
    )
}

fn last(db: &Db, id: Id) -> String {
    let id = db.literal(id);
    let sql = format!(
        "SELECT action || ' ' || version || ' ' || fields AS line FROM change_log WHERE record_id = {id} ORDER BY version DESC LIMIT 1"
    );
    db.texts(&sql).concat()
}

#[test]
fn what_is_cleared_refers_to_nothing_and_says_so_in_its_history() {
    both(|db| {
        let (customer, of, permit) = tasks(db);
        let binned: Task = db.find(of[1]);
        let by = permit.clone();
        db.write(move |tx| engine::delete(tx, &by, &binned));
        db.write(move |tx| referrers::clear(tx, &permit, Task::KIND, reference(), customer, Instant::now()));
        let cleared: Task = db.find(of[0]);
        assert_eq!((cleared.customer_id, cleared.version), (None, 2));
        assert_eq!(
            last(db, of[0]).replace(": ", ":"),
            format!("update 2 {{\"customer_id\":[\"{customer}\",null]}}").replace(", ", ",")
        );
        // In the bin too: what comes out of it refers to what is there.
        assert!(last(db, of[1]).starts_with("update 3 "));
    });
}

#[test]
fn what_goes_along_comes_back_with_it_and_with_nothing_else() {
    both(|db| {
        let (customer, of, permit) = tasks(db);
        let first: Task = db.find(of[0]);
        let by = permit.clone();
        db.write(move |tx| engine::delete(tx, &by, &first));
        let (by, at) = (permit.clone(), Instant::now());
        db.write(move |tx| referrers::take_along(tx, &by, Task::KIND, reference(), customer, at));
        assert!(last(db, of[1]).starts_with("delete 2 "));
        let gone = db
            .store
            .read_here(|tx| engine::find::<Task>(tx, &permit.scope(), of[1]));
        assert!(gone.is_err());
        let by = permit.clone();
        db.write(move |tx| referrers::bring_back(tx, &by, Task::KIND, reference(), customer, at, Instant::now()));
        let back: Task = db.find(of[1]);
        assert_eq!(back.version, 3);
        assert!(last(db, of[1]).starts_with("restore 3 "));
        // Deleted by itself before, it stays in the bin.
        let left = db
            .store
            .read_here(|tx| engine::find::<Task>(tx, &permit.scope(), of[0]));
        assert!(left.is_err());
        let found = db.read(|tx| crate::search::hits(tx, &permit.scope(), Task::KIND, &[], "北京", 10));
        assert_eq!(found.iter().filter(|hit| of.contains(&hit.id)).count(), 1, "{found:?}");
    });
}
