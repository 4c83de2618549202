//! Where PostgreSQL's counters are moved on: beside the transactions that need numbers. A counter that moves in such a
//! transaction is held until its commit has reached the disk, and all who create the same kind wait for each other.

use crate::backend;
use crate::error::{Error, Result};
use crate::numbering_rule::{Counter, moved_on};
use diesel::connection::SimpleConnection;
use diesel::{Connection as _, PgConnection};
use domain::value::{Storage, Val};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The commit of a counter may stay in memory: that of the record it numbers comes after it in the same log.
const SETUP: &str = "SET synchronous_commit = off; SET statement_timeout = 5000; SET client_min_messages = warning";

/// A connection of its own, and the numbers that transactions drew and did not use.
pub struct Numbers {
    url: String,
    conn: Mutex<Option<PgConnection>>,
    unused: Mutex<HashMap<Counter, BTreeSet<i64>>>,
}

impl Numbers {
    pub fn new(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            conn: Mutex::new(None),
            unused: Mutex::new(HashMap::new()),
        }
    }

    /// So many numbers in their order; none of a workspace that is not committed yet.
    pub fn draw(&self, counter: &Counter, count: usize) -> Result<Option<Vec<i64>>> {
        let mut numbers = self.take_unused(counter, count);
        let missing = i64::try_from(count - numbers.len()).map_err(Error::internal)?;
        if missing > 0 {
            match self.move_on(counter, missing) {
                Ok(Some(last)) => numbers.extend(last - missing + 1..=last),
                other => {
                    self.give_back(counter, &numbers);
                    return other.map(|_| None);
                }
            }
        }
        Ok(Some(numbers))
    }

    fn take_unused(&self, counter: &Counter, count: usize) -> Vec<i64> {
        let mut unused = self.unused();
        let Some(left) = unused.get_mut(counter) else {
            return Vec::new();
        };
        let numbers: Vec<i64> = left.iter().copied().take(count).collect();
        numbers.iter().for_each(|n| {
            left.remove(n);
        });
        if left.is_empty() {
            unused.remove(counter);
        }
        numbers
    }

    fn move_on(&self, counter: &Counter, by: i64) -> Result<Option<i64>> {
        let mut held = self.conn.lock().unwrap_or_else(PoisonError::into_inner);
        let found = match held.as_mut().map(|conn| run(conn, counter, by)) {
            Some(Ok(found)) => found,
            // The server may have been started anew since. A number that was drawn and not heard of is a gap.
            Some(Err(_)) | None => {
                *held = None;
                let mut conn = PgConnection::establish(&self.url).map_err(|e| Error::Unavailable(e.to_string()))?;
                conn.batch_execute(SETUP)?;
                let found = run(&mut conn, counter, by)?;
                *held = Some(conn);
                found
            }
        };
        Ok(found)
    }

    /// For the next who ask: a transaction that failed leaves no gap.
    pub fn give_back(&self, counter: &Counter, numbers: &[i64]) {
        if !numbers.is_empty() {
            self.unused().entry(counter.clone()).or_default().extend(numbers);
        }
    }

    /// The number that would be given before the counter moves on.
    pub fn next_unused(&self, counter: &Counter) -> Option<i64> {
        self.unused().get(counter)?.first().copied()
    }

    fn unused(&self) -> MutexGuard<'_, HashMap<Counter, BTreeSet<i64>>> {
        self.unused.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn run(conn: &mut PgConnection, counter: &Counter, by: i64) -> Result<Option<i64>> {
    let rows = backend::pg_rows(conn, &moved_on(counter, by), &[Storage::Int])?;
    Ok(match rows.first().and_then(|row| row.first()) {
        Some(Val::Int(last)) => Some(*last),
        _ => None,
    })
}
