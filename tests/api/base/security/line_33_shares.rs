//! Line 33. Who asks for as much at once as they can, of what costs most, takes a share: what others ask for is done between, and not
//! behind all of it. Told by the order of the answers, not by a clock. Batches over the same rows in any order are what is asked
//! for, since on PostgreSQL they met in deadlocks, and on SQLite all writes have one thread.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use tests::*;

const ROWS: usize = 10;
const CALLERS: usize = 16;
const TRIES: usize = 5;

/// Changes of all rows, in another order for each round, and as many new ones. All but the first changes are refused, after the
/// rows were held.
fn batch(client: &Client, ids: &[String], round: usize) -> Answer {
    // Any number without a factor in common with theirs goes through all of them.
    let step = [1, 3, 7, 9, 11, 13, 17, 19][round % 8];
    let steps: Vec<Json> = (0..ids.len())
        .map(|n| &ids[(n * step + round) % ids.len()])
        .map(|id| json!({ "method": "update", "id": id, "version": 1, "body": { "employees": round } }))
        .chain((0..ids.len()).map(|_| json!({ "method": "create", "body": { "name": "more" } })))
        .collect();
    client
        .post("/customers/batch", json!({ "operations": steps, "atomic": false }))
        .send()
}

both! {
    fn what_others_ask_for_is_done_between(t) {
        let ids: Vec<String> = (0..ROWS).map(|n| t.sales.create("/customers", json!({ "name": format!("row {n}") })).id()).collect();
        let (stop, done) = (AtomicBool::new(false), AtomicUsize::new(0));
        let mut between: Vec<usize> = thread::scope(|scope| {
            for caller in 0..CALLERS {
                let (greedy, ids, stop, done) = (&t.sales, &ids, &stop, &done);
                scope.spawn(move || {
                    for round in caller.. {
                        if stop.load(Ordering::Relaxed) {
                            break;
                        }
                        let answer = batch(greedy, ids, round);
                        // Who asks for more than their share at once may be told to come back.
                        assert!(matches!(answer.status, 200 | 207 | 503), "{}: {}", answer.status, answer.text);
                        done.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
            let between = (0..TRIES).map(|n| {
                // All of them are at it again.
                let (before, until) = (done.load(Ordering::Relaxed), Instant::now() + Duration::from_secs(60));
                while done.load(Ordering::Relaxed) < before + CALLERS {
                    assert!(Instant::now() < until, "there is load");
                    thread::yield_now();
                }
                let before = done.load(Ordering::Relaxed);
                t.other_sales.create("/customers", json!({ "name": format!("between {n}") }));
                done.load(Ordering::Relaxed) - before
            });
            let between = between.collect();
            stop.store(true, Ordering::Relaxed);
            between
        });
        between.sort_unstable();
        // In the order in which they came, it would be as many as there are callers.
        assert!(between[TRIES / 2] <= CALLERS / 3, "{:?}: {between:?} batches were done first", t.running.engine);
    }
}
