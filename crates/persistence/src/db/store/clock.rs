//! How long a statement on SQLite may run: it is asked on the way, on the thread that runs it.

use sqlite_watch::STEPS;
use std::cell::Cell;
use std::time::{Duration, Instant};

/// What takes no more steps than this is waiting for the processor rather than at work.
const FEW: u32 = 50_000 / STEPS.unsigned_abs();

/// What takes no more is done before another thread could have taken it over: one or two milliseconds.
const AT_ONCE: u32 = 60_000 / STEPS.unsigned_abs();

/// After what a statement is ended.
#[derive(Debug, Clone, Copy)]
pub enum Limit {
    /// When it has done some work.
    AtOnce,
    /// When it has run so long, and done some work.
    Quick(Duration),
    /// When it has run so long.
    Whole(Duration),
}

#[derive(Clone, Copy)]
struct Clock {
    limit: Limit,
    since: Instant,
    asked: u32,
}

thread_local! {
    static CLOCK: Cell<Option<Clock>> = const { Cell::new(None) };
}

/// Puts back what held before.
struct Before(Option<Clock>);

impl Drop for Before {
    fn drop(&mut self) {
        CLOCK.set(self.0);
    }
}

/// Every statement that `work` runs on this thread has so long.
pub fn limited<T>(limit: Limit, work: impl FnOnce() -> T) -> T {
    let _before = Before(CLOCK.get());
    CLOCK.set(Some(Clock {
        limit,
        since: Instant::now(),
        asked: 0,
    }));
    work()
}

/// A statement begins.
pub fn begin() {
    if let Some(clock) = CLOCK.get() {
        CLOCK.set(Some(Clock {
            since: Instant::now(),
            asked: 0,
            ..clock
        }));
    }
}

/// Whether the statement on this thread goes on.
pub fn goes_on() -> bool {
    let Some(mut clock) = CLOCK.get() else { return true };
    clock.asked += 1;
    CLOCK.set(Some(clock));
    match clock.limit {
        Limit::AtOnce => clock.asked <= AT_ONCE,
        Limit::Quick(time) => clock.asked <= FEW || clock.since.elapsed() < time,
        Limit::Whole(time) => clock.since.elapsed() < time,
    }
}
