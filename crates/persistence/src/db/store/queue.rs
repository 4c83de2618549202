//! Who writes next on SQLite, where one thread writes for all: those who wait take turns, so that who asks for much at once waits
//! behind others who ask for little.

use super::turns::Requester;
use std::collections::{HashMap, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

pub struct Queue<J> {
    most: Most,
    state: Mutex<State<J>>,
    some: Condvar,
}

/// How many may wait.
#[derive(Debug, Clone, Copy)]
pub struct Most {
    pub all: usize,
    /// Of one who asks.
    pub each: usize,
}

/// Why something may not even wait.
#[derive(Debug, PartialEq, Eq)]
pub enum Refused {
    Full,
    Closed,
}

struct State<J> {
    each: HashMap<Requester, VecDeque<J>>,
    /// Each who waits, once.
    turns: VecDeque<Requester>,
    all: usize,
    closed: bool,
}

impl<J> State<J> {
    /// The oldest of what the next one asked for.
    fn next(&mut self) -> Option<J> {
        let who = self.turns.pop_front()?;
        let mine = self.each.get_mut(&who)?;
        let job = mine.pop_front()?;
        self.all -= 1;
        if mine.is_empty() {
            self.each.remove(&who);
        } else {
            self.turns.push_back(who);
        }
        Some(job)
    }
}

impl<J> Queue<J> {
    pub fn new(most: Most) -> Self {
        Self {
            most,
            state: Mutex::new(State {
                each: HashMap::new(),
                turns: VecDeque::new(),
                all: 0,
                closed: false,
            }),
            some: Condvar::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State<J>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn put(&self, who: Requester, job: J) -> Result<(), Refused> {
        let mut state = self.state();
        if state.closed {
            return Err(Refused::Closed);
        }
        let waits = state.each.get(&who).map_or(0, VecDeque::len);
        if state.all >= self.most.all || waits >= self.most.each {
            return Err(Refused::Full);
        }
        if waits == 0 {
            state.turns.push_back(who.clone());
        }
        state.each.entry(who).or_default().push_back(job);
        state.all += 1;
        self.some.notify_one();
        Ok(())
    }

    /// Waits until there is one; none when the queue is closed and empty.
    pub fn take(&self) -> Option<J> {
        let empty = |state: &mut State<J>| state.all == 0 && !state.closed;
        let waited = self.some.wait_while(self.state(), empty);
        waited.unwrap_or_else(PoisonError::into_inner).next()
    }

    /// One that waits already.
    pub fn take_now(&self) -> Option<J> {
        self.state().next()
    }

    /// What waits is still taken, nothing more comes.
    pub fn close(&self) {
        self.state().closed = true;
        self.some.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOST: Most = Most { all: 8, each: 5 };

    fn who(name: &str) -> Requester {
        Some(name.into())
    }

    #[test]
    fn who_asks_for_much_waits_behind_who_asks_for_little() {
        let queue = Queue::new(MOST);
        for n in 0..4 {
            queue.put(who("greedy"), ("greedy", n)).expect("room");
        }
        for n in 0..2 {
            queue.put(who("other"), ("other", n)).expect("room");
        }
        queue.put(None, ("server", 0)).expect("room");
        queue.close();
        let order: Vec<_> = std::iter::from_fn(|| queue.take()).collect();
        let expected = [
            ("greedy", 0),
            ("other", 0),
            ("server", 0),
            ("greedy", 1),
            ("other", 1),
            ("greedy", 2),
            ("greedy", 3),
        ];
        assert_eq!(order, expected);
    }

    #[test]
    fn nobody_fills_it_for_others() {
        let queue = Queue::new(MOST);
        for n in 0..5 {
            queue.put(who("greedy"), n).expect("room");
        }
        assert_eq!(queue.put(who("greedy"), 5), Err(Refused::Full));
        for n in 0..3 {
            queue.put(who("other"), n).expect("room");
        }
        assert_eq!(queue.put(who("third"), 0), Err(Refused::Full));
        assert!(queue.take_now().is_some());
        queue.put(who("third"), 0).expect("room again");
        queue.close();
        assert_eq!(queue.put(who("third"), 1), Err(Refused::Closed));
        assert_eq!(std::iter::from_fn(|| queue.take()).count(), 8);
        assert_eq!(queue.take_now(), None);
    }

    #[test]
    fn who_takes_waits_until_there_is_something() {
        let queue = std::sync::Arc::new(Queue::new(MOST));
        let taker = std::thread::spawn({
            let queue = queue.clone();
            move || [queue.take(), queue.take()]
        });
        queue.put(None, 1).expect("room");
        queue.close();
        assert_eq!(taker.join().expect("ends"), [Some(1), None]);
    }
}
