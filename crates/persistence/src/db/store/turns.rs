//! Whose turn it is: connections are few, and nobody takes so many that others have to wait for theirs.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::Duration;
use tokio::sync::oneshot;

/// For whom something is done; none for the server itself and its jobs.
pub type Requester = Option<Arc<str>>;

tokio::task_local! {
    static WHO: Requester;
}

/// Whatever `work` asks of a store is asked for `who`.
pub async fn on_behalf_of<F: Future>(who: Arc<str>, work: F) -> F::Output {
    WHO.scope(Some(who), work).await
}

pub fn requester() -> Requester {
    WHO.try_with(Clone::clone).unwrap_or_default()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    Read,
    Write,
}

/// How many turns there are at a time.
#[derive(Debug, Clone, Copy)]
pub struct Most {
    pub all: usize,
    /// Of these, for writing.
    pub writes: usize,
    /// For one who asks.
    pub each: usize,
}

pub struct Turns {
    most: Most,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    all: usize,
    writes: usize,
    each: HashMap<Requester, usize>,
    /// In the order in which they came.
    waiting: Vec<Waiting>,
}

struct Waiting {
    who: Requester,
    wanted: Use,
    reply: Reply,
}

enum Reply {
    /// To somebody who may have given up.
    Task(oneshot::Sender<Turn>),
    Thread(mpsc::Sender<Turn>),
}

/// Ends when dropped.
pub struct Turn {
    turns: Arc<Turns>,
    who: Requester,
    wanted: Use,
}

impl Drop for Turn {
    fn drop(&mut self) {
        {
            let mut state = self.turns.state();
            state.all -= 1;
            if self.wanted == Use::Write {
                state.writes -= 1;
            }
            if let Some(held) = state.each.get_mut(&self.who) {
                *held -= 1;
                if *held == 0 {
                    state.each.remove(&self.who);
                }
            }
        }
        self.turns.hand_on();
    }
}

impl State {
    fn held(&self, who: &Requester) -> usize {
        self.each.get(who).copied().unwrap_or_default()
    }

    fn has(&self, most: Most, who: &Requester, wanted: Use) -> bool {
        self.all < most.all && (wanted == Use::Read || self.writes < most.writes) && self.held(who) < most.each
    }

    fn give(&mut self, turns: &Arc<Turns>, who: Requester, wanted: Use) -> Turn {
        self.all += 1;
        if wanted == Use::Write {
            self.writes += 1;
        }
        *self.each.entry(who.clone()).or_default() += 1;
        Turn {
            turns: turns.clone(),
            who,
            wanted,
        }
    }
}

impl Turns {
    pub fn new(most: Most) -> Arc<Self> {
        Arc::new(Self {
            most,
            state: Mutex::default(),
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A turn at once, if there is one.
    pub fn take(self: &Arc<Self>, wanted: Use) -> Option<Turn> {
        let (who, mut state) = (requester(), self.state());
        // Nobody who waits could have it: they wait for writing, or hold as many as one may.
        let free = state.has(self.most, &who, wanted);
        free.then(|| state.give(self, who, wanted))
    }

    /// A turn at once, or a place among those who wait.
    fn take_or_wait<R>(self: &Arc<Self>, wanted: Use, place: impl FnOnce() -> (Reply, R)) -> Result<Turn, R> {
        let (who, mut state) = (requester(), self.state());
        if state.has(self.most, &who, wanted) {
            return Ok(state.give(self, who, wanted));
        }
        let (reply, answer) = place();
        state.waiting.push(Waiting { who, wanted, reply });
        Err(answer)
    }

    /// None where it took too long to come.
    pub async fn wait(self: &Arc<Self>, wanted: Use, patience: Duration) -> Option<Turn> {
        let place = || {
            let (sender, answer) = oneshot::channel();
            (Reply::Task(sender), answer)
        };
        match self.take_or_wait(wanted, place) {
            Ok(turn) => Some(turn),
            Err(answer) => tokio::time::timeout(patience, answer).await.ok()?.ok(),
        }
    }

    /// For a thread that may wait.
    pub fn wait_here(self: &Arc<Self>, wanted: Use) -> Option<Turn> {
        let place = || {
            let (sender, answer) = mpsc::channel();
            (Reply::Thread(sender), answer)
        };
        match self.take_or_wait(wanted, place) {
            Ok(turn) => Some(turn),
            Err(answer) => answer.recv().ok(),
        }
    }

    /// Gives what is free to those who wait: first to who holds least, then to who came first.
    fn hand_on(self: &Arc<Self>) {
        loop {
            let (turn, reply) = {
                let mut state = self.state();
                state
                    .waiting
                    .retain(|w| !matches!(&w.reply, Reply::Task(sender) if sender.is_closed()));
                let able = state.waiting.iter().enumerate();
                let able = able.filter(|(_, w)| state.has(self.most, &w.who, w.wanted));
                let Some((next, _)) = able.min_by_key(|(_, w)| state.held(&w.who)) else {
                    return;
                };
                let waiting = state.waiting.remove(next);
                (state.give(self, waiting.who, waiting.wanted), waiting.reply)
            };
            // Where nobody takes it, it ends here and goes to the next.
            match reply {
                Reply::Task(sender) => drop(sender.send(turn)),
                Reply::Thread(sender) => drop(sender.send(turn)),
            }
        }
    }

    /// How many wait, so that a test need not guess when they do.
    #[cfg(test)]
    pub fn waiting(&self) -> usize {
        self.state().waiting.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    const MOST: Most = Most {
        all: 6,
        writes: 4,
        each: 3,
    };
    const LONG: Duration = Duration::from_secs(3600);

    fn polled<F: Future>(work: std::pin::Pin<&mut F>) -> Option<F::Output> {
        match work.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(done) => Some(done),
            Poll::Pending => None,
        }
    }

    fn now<F: Future>(work: F) -> Option<F::Output> {
        polled(pin!(work))
    }

    fn take(turns: &Arc<Turns>, who: &str, wanted: Use) -> Option<Turn> {
        now(on_behalf_of(who.into(), async { turns.take(wanted) })).flatten()
    }

    #[test]
    fn one_leaves_some_to_others_and_writers_leave_some_to_readers() {
        let turns = Turns::new(MOST);
        let greedy: Vec<_> = (0..5).filter_map(|_| take(&turns, "greedy", Use::Write)).collect();
        assert_eq!(greedy.len(), 3);
        let other = take(&turns, "other", Use::Write);
        assert!(other.is_some());
        assert!(take(&turns, "third", Use::Write).is_none());
        let reading: Vec<_> = (0..2).filter_map(|_| take(&turns, "third", Use::Read)).collect();
        assert_eq!(reading.len(), 2);
        assert!(take(&turns, "third", Use::Read).is_none());
        drop(reading);
        assert!(take(&turns, "greedy", Use::Read).is_none());
        drop((greedy, other));
        let left = turns.state();
        assert_eq!((left.all, left.each.len()), (0, 0));
    }

    #[tokio::test]
    async fn who_holds_least_comes_before_who_has_waited_longer() {
        let turns = Turns::new(MOST);
        let mut held: Vec<_> = (0..3).filter_map(|_| take(&turns, "greedy", Use::Write)).collect();
        let one = take(&turns, "one", Use::Write);
        let mut greedy = pin!(on_behalf_of("greedy".into(), turns.wait(Use::Write, LONG)));
        let mut another = pin!(on_behalf_of("another".into(), turns.wait(Use::Write, LONG)));
        assert!(polled(greedy.as_mut()).is_none() && polled(another.as_mut()).is_none());
        assert_eq!(turns.waiting(), 2);
        held.pop();
        assert!(polled(greedy.as_mut()).is_none());
        let got = polled(another.as_mut()).flatten();
        assert!(got.is_some());
        drop(one);
        assert!(polled(greedy.as_mut()).flatten().is_some());
    }

    #[tokio::test]
    async fn a_turn_for_who_has_left_goes_to_the_next() {
        let turns = Turns::new(Most { all: 1, ..MOST });
        let held = take(&turns, "one", Use::Read);
        let mut next = pin!(on_behalf_of("next".into(), turns.wait(Use::Read, LONG)));
        {
            let mut left = pin!(on_behalf_of("left".into(), turns.wait(Use::Read, LONG)));
            assert!(polled(left.as_mut()).is_none() && polled(next.as_mut()).is_none());
        }
        drop(held);
        assert!(polled(next.as_mut()).flatten().is_some());
        let last = std::thread::spawn({
            let turns = turns.clone();
            move || turns.wait_here(Use::Read).is_some()
        });
        assert!(last.join().expect("ends"));
    }
}
