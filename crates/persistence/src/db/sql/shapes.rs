//! Which statements of endlessly many shapes are worth keeping prepared.
//!
//! diesel keeps every statement it is told to, for ever and on each connection. A filter that comes again and again is
//! kept; what somebody tries out once is not.

use std::collections::{HashMap, HashSet};
use std::sync::{LazyLock, Mutex, PoisonError};

/// Shapes kept at most, on each connection.
const KEPT: usize = 256;
/// How often a shape must have come.
const OFTEN: u32 = 3;
/// Shapes counted at a time; past that the counting begins anew.
const COUNTED: usize = 1024;

#[derive(Default)]
struct Shapes {
    kept: HashSet<u64>,
    counted: HashMap<u64, u32>,
}

pub fn is_familiar(shape: u64) -> bool {
    static SHAPES: LazyLock<Mutex<Shapes>> = LazyLock::new(Mutex::default);
    SHAPES.lock().unwrap_or_else(PoisonError::into_inner).meet(shape)
}

impl Shapes {
    fn meet(&mut self, shape: u64) -> bool {
        if self.kept.contains(&shape) {
            return true;
        }
        if self.kept.len() == KEPT {
            return false;
        }
        if self.counted.len() == COUNTED {
            self.counted.clear();
        }
        let count = self.counted.entry(shape).or_default();
        *count += 1;
        *count >= OFTEN && self.kept.insert(shape)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_comes_again_is_kept_and_never_too_much() {
        let mut shapes = Shapes::default();
        assert_eq!([shapes.meet(7), shapes.meet(7), shapes.meet(7)], [false, false, true]);
        for shape in 100..10_000 {
            assert!(!shapes.meet(shape));
        }
        assert!(shapes.counted.len() <= COUNTED && shapes.meet(7));
        for shape in 20_000..21_000 {
            for _ in 0..OFTEN {
                shapes.meet(shape);
            }
        }
        assert_eq!(shapes.kept.len(), KEPT);
    }
}
