//! Which statements of endlessly many shapes are worth keeping prepared.
//!
//! diesel keeps every statement it is told to, for ever and on each connection. A filter that comes again and again is
//! kept; what somebody tries out once is not. The one that was not used for longest makes room, and a connection that
//! still holds many of those begins anew.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{LazyLock, Mutex, PoisonError};

/// Shapes kept at most.
const KEPT: usize = 256;
/// How often a shape must have come.
const OFTEN: u32 = 3;
/// Shapes counted at a time; past that the counting begins anew.
const COUNTED: usize = 1024;

/// Shapes that have made room for others.
static GONE: AtomicU64 = AtomicU64::new(0);

#[derive(Default)]
struct Shapes {
    /// With the time of its last use.
    kept: HashMap<u64, u64>,
    counted: HashMap<u64, u32>,
    time: u64,
}

pub fn is_familiar(shape: u64) -> bool {
    static SHAPES: LazyLock<Mutex<Shapes>> = LazyLock::new(Mutex::default);
    let (familiar, gone) = SHAPES.lock().unwrap_or_else(PoisonError::into_inner).meet(shape);
    GONE.fetch_add(gone, Ordering::Relaxed);
    familiar
}

impl Shapes {
    /// Whether it is one to keep, and how many made room for it.
    fn meet(&mut self, shape: u64) -> (bool, u64) {
        self.time += 1;
        if let Some(used) = self.kept.get_mut(&shape) {
            *used = self.time;
            return (true, 0);
        }
        if self.counted.len() == COUNTED {
            self.counted.clear();
        }
        let count = self.counted.entry(shape).or_default();
        *count += 1;
        if *count < OFTEN {
            return (false, 0);
        }
        self.counted.remove(&shape);
        let oldest = self.kept.iter().min_by_key(|(_, used)| **used).map(|(shape, _)| *shape);
        let full = oldest.filter(|_| self.kept.len() == KEPT);
        let gone = full.and_then(|oldest| self.kept.remove(&oldest));
        self.kept.insert(shape, self.time);
        (true, u64::from(gone.is_some()))
    }
}

/// How many shapes were gone when a connection was last rid of its statements.
#[derive(Debug)]
pub struct Rid(u64);

impl Default for Rid {
    fn default() -> Self {
        Self(GONE.load(Ordering::Relaxed))
    }
}

impl Rid {
    /// Whether the connection may hold so many that nobody uses that it is to be rid of all.
    pub fn is_due(&mut self) -> bool {
        self.after(GONE.load(Ordering::Relaxed))
    }

    fn after(&mut self, gone: u64) -> bool {
        let due = gone - self.0 >= KEPT as u64;
        if due {
            self.0 = gone;
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_comes_again_is_kept_and_never_too_much() {
        let mut shapes = Shapes::default();
        assert_eq!(
            [shapes.meet(7), shapes.meet(7), shapes.meet(7)],
            [(false, 0), (false, 0), (true, 0)]
        );
        for shape in 100..10_000 {
            assert_eq!(shapes.meet(shape), (false, 0));
        }
        assert!(shapes.counted.len() <= COUNTED && shapes.meet(7).0);
        let mut gone = 0;
        for shape in 20_000..21_000 {
            for _ in 0..OFTEN {
                gone += shapes.meet(shape).1;
            }
            // What is in use stays.
            assert!(shapes.meet(7).0);
        }
        assert_eq!((shapes.kept.len(), gone), (KEPT, 1001 - KEPT as u64));
        assert!(shapes.meet(20_999).0 && !shapes.meet(20_000).0);
    }

    #[test]
    fn a_connection_begins_anew_when_many_are_gone() {
        let mut rid = Rid(10);
        let due = [10, 265, 266, 267, 521, 522].map(|gone| rid.after(gone));
        assert_eq!(due, [false, false, true, false, false, true]);
    }
}
