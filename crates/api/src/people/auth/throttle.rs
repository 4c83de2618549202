//! How fast sign-ins may be tried.
//!
//! Failures are counted for an account from one address, for an address, and for an account from anywhere. The last two
//! do not hold for an address the account has signed in from before: who attacks locks nobody out who works there. Of
//! IPv6 addresses their network is counted.

use crate::error::Problem;
use crate::forwarded::network;
use actix_web::http::StatusCode;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Failures are forgotten after this long without another.
const FORGOTTEN: Duration = Duration::from_secs(30 * 60);
const LONGEST_WAIT: u64 = 15 * 60;
const MOST_COUNTS: usize = 100_000;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Pair(String, IpAddr),
    Account(String),
    Address(IpAddr),
}

impl Key {
    /// How many times as many failures are free as for one account from one address.
    fn patience(&self) -> u32 {
        match self {
            Self::Pair(..) => 1,
            Self::Account(_) => 4,
            Self::Address(_) => 10,
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Failures {
    count: u32,
    last: Instant,
}

pub struct Throttle {
    /// Failures without a wait; 0 for no throttle.
    free: u32,
    counts: Mutex<Counts>,
}

struct Counts {
    failures: HashMap<Key, Failures>,
    /// With so many, those that no longer count are dropped.
    sweep_at: usize,
}

impl Counts {
    /// Each sweep is paid for by as many new counts as it leaves.
    fn sweep(&mut self, now: Instant) {
        if self.failures.len() < self.sweep_at {
            return;
        }
        self.failures.retain(|_, f| now.duration_since(f.last) < FORGOTTEN);
        if self.failures.len() >= MOST_COUNTS {
            self.failures.retain(|_, f| f.count > 1);
        }
        self.sweep_at = MOST_COUNTS.max(2 * self.failures.len());
    }
}

/// A sign-in under way. It counts as failed until it is said to be right, so that many at once are counted as well.
#[derive(Debug)]
pub struct Attempt {
    counted: Vec<Key>,
}

impl Throttle {
    pub fn new(free: u32) -> Self {
        Self {
            free,
            counts: Mutex::new(Counts {
                failures: HashMap::new(),
                sweep_at: MOST_COUNTS,
            }),
        }
    }

    /// Begins an attempt, or tells how long to wait. `known`: the account has signed in from there before.
    pub fn begin(&self, account: &str, address: IpAddr, known: bool) -> Result<Attempt, Problem> {
        let (account, network) = (named(account), network(address));
        let mut counted = vec![Key::Pair(account.clone(), network)];
        if !known {
            counted.extend([Key::Address(network), Key::Account(account)]);
        }
        self.attempt(counted)
    }

    /// Begins with something secret that names no account, such as the token of a link.
    pub fn guess(&self, address: IpAddr) -> Result<Attempt, Problem> {
        self.attempt(vec![Key::Address(network(address))])
    }

    fn attempt(&self, counted: Vec<Key>) -> Result<Attempt, Problem> {
        self.count(&counted, Instant::now())?;
        Ok(Attempt { counted })
    }

    /// Counts something that is no sign-in and has neither success nor failure, or tells how long to wait. An account from
    /// anywhere is not counted: that would let others keep its owner waiting.
    pub fn ask(&self, account: &str, address: IpAddr) -> Result<(), Problem> {
        let network = network(address);
        let keys = [Key::Pair(named(account), network), Key::Address(network)];
        self.count(&keys, Instant::now())
    }

    /// The attempt was no failure, and no success either.
    pub fn undo(&self, attempt: &Attempt) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        for key in &attempt.counted {
            if let Some(counted) = counts.failures.get_mut(key) {
                counted.count = counted.count.saturating_sub(1);
            }
        }
    }

    /// The attempt was right: failures before it were somebody mistyping.
    pub fn succeeded(&self, attempt: &Attempt) {
        self.undo(attempt);
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        for pair in attempt.counted.iter().filter(|key| matches!(key, Key::Pair(..))) {
            counts.failures.remove(pair);
        }
    }

    /// Counts one more for each key, or tells the longest wait among them and counts nothing.
    fn count(&self, keys: &[Key], now: Instant) -> Result<(), Problem> {
        if self.free == 0 {
            return Ok(());
        }
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.sweep(now);
        let failures = &mut counts.failures;
        let waits = keys.iter().filter_map(|key| {
            let counted = failures.get(key)?;
            let over = counted.count.checked_sub(self.free * key.patience())?;
            let wait = Duration::from_secs(2u64.saturating_pow(over).min(LONGEST_WAIT));
            let left = wait.checked_sub(now.duration_since(counted.last))?;
            Some(left.as_secs() + 1)
        });
        if let Some(seconds) = waits.max() {
            return Err(Problem::request(StatusCode::TOO_MANY_REQUESTS, "sign_in_throttled").with("seconds", seconds));
        }
        for key in keys {
            let counted = failures.entry(key.clone()).or_insert(Failures { count: 0, last: now });
            if now.duration_since(counted.last) >= FORGOTTEN {
                counted.count = 0;
            }
            counted.count = counted.count.saturating_add(1);
            counted.last = now;
        }
        Ok(())
    }
}

fn named(account: &str) -> String {
    domain::value::address(account).chars().take(254).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    fn fails(throttle: &Throttle, account: &str, address: IpAddr, at: Instant) -> bool {
        throttle
            .count(&[Key::Pair(account.to_owned(), address), Key::Address(address)], at)
            .is_ok()
    }

    #[test]
    fn waits_double_and_end() {
        let throttle = Throttle::new(3);
        let start = Instant::now();
        for _ in 0..3 {
            assert!(fails(&throttle, "a", from(1), start));
        }
        assert!(!fails(&throttle, "a", from(1), start));
        let after = |seconds| start + Duration::from_secs(seconds);
        assert!(fails(&throttle, "a", from(1), after(2)));
        assert!(!fails(&throttle, "a", from(1), after(3)), "two seconds by now");
        assert!(fails(&throttle, "a", from(1), after(5)));
        assert!(fails(&throttle, "b", from(1), start), "another account");
        assert!(fails(&throttle, "a", from(2), start), "another address");
        let later = after(FORGOTTEN.as_secs() * 2);
        for _ in 0..3 {
            assert!(fails(&throttle, "a", from(1), later));
        }
    }

    #[test]
    fn an_address_that_tries_many_accounts_waits() {
        let throttle = Throttle::new(3);
        let now = Instant::now();
        let tried = (0..100).take_while(|n| fails(&throttle, &format!("user{n}"), from(1), now));
        assert_eq!(tried.count(), 30);
    }

    #[test]
    fn an_attack_from_everywhere_slows_the_account_but_not_its_own_address() {
        let throttle = Throttle::new(3);
        for n in 0..12 {
            throttle
                .begin("A@x.example", from(n), false)
                .expect("each address is new");
        }
        assert!(throttle.begin(" a@x.example", from(99), false).is_err());
        // Who has signed in from here before is not asked.
        throttle.succeeded(&throttle.begin("a@x.example", from(100), true).expect("a known address"));
    }

    #[test]
    fn many_at_once_are_counted_before_they_end() {
        let throttle = Throttle::new(3);
        let begun: Vec<Attempt> = (0..10)
            .filter_map(|_| throttle.begin("a", from(1), true).ok())
            .collect();
        assert_eq!(begun.len(), 3);
        throttle.succeeded(&begun[0]);
        assert!(throttle.begin("a", from(1), true).is_ok());
    }

    #[test]
    fn who_has_a_network_is_one_who_tries() {
        let throttle = Throttle::new(3);
        let of = |network: u16, host: u16| IpAddr::from([0x2001, 0xdb8, 0, network, 0, 0, 0, host]);
        let tried = (0..100).take_while(|n| throttle.begin("a", of(1, *n), true).is_ok());
        assert_eq!(tried.count(), 3);
        assert!(throttle.begin("a", of(2, 0), true).is_ok(), "somebody else");
        let guessed = (0..100).take_while(|n| throttle.guess(of(3, *n)).is_ok());
        assert_eq!(guessed.count(), 30);
    }

    #[test]
    fn who_has_to_wait_leaves_nothing_behind() {
        let throttle = Throttle::new(3);
        for n in 0..500 {
            let _ = throttle.begin(&format!("user{n}"), from(1), false);
        }
        let counts = throttle.counts.lock().expect("counts");
        assert_eq!(counts.failures.len(), 1 + 2 * 30);
    }
}
