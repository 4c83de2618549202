//! How fast sign-ins may be tried.
//!
//! Failures are counted for an account from one address, for an address, and for an account from anywhere. The last two
//! do not hold for an address the account has signed in from before: who attacks locks nobody out who works there.

use crate::error::Problem;
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
    failures: Mutex<HashMap<Key, Failures>>,
}

/// A sign-in under way. It counts as failed until it is said to be right, so that many at once are counted as well.
#[derive(Debug)]
pub struct Attempt {
    account: String,
    address: IpAddr,
    counted: Vec<Key>,
}

impl Throttle {
    pub fn new(free: u32) -> Self {
        Self {
            free,
            failures: Mutex::default(),
        }
    }

    /// Begins an attempt, or tells how long to wait.
    pub fn begin(&self, account: &str, address: IpAddr) -> Result<Attempt, Problem> {
        let account: String = account.trim().to_lowercase().chars().take(254).collect();
        let counted = vec![Key::Pair(account.clone(), address)];
        self.count(&counted, Instant::now())?;
        Ok(Attempt {
            account,
            address,
            counted,
        })
    }

    /// Counts something that is no sign-in and has neither success nor failure, or tells how long to wait. An account from
    /// anywhere is not counted: that would let others keep its owner waiting.
    pub fn ask(&self, account: &str, address: IpAddr) -> Result<(), Problem> {
        let account = account.trim().to_lowercase().chars().take(254).collect();
        self.count(&[Key::Pair(account, address), Key::Address(address)], Instant::now())
    }

    /// The counts for the address, and for the account from anywhere: for an address the account has not signed in from.
    pub fn count_from_anywhere(&self, attempt: &mut Attempt) -> Result<(), Problem> {
        let keys = [Key::Address(attempt.address), Key::Account(attempt.account.clone())];
        self.count(&keys, Instant::now())?;
        attempt.counted.extend(keys);
        Ok(())
    }

    /// The attempt was no failure, and no success either.
    pub fn undo(&self, attempt: &Attempt) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        for key in &attempt.counted {
            if let Some(counted) = failures.get_mut(key) {
                counted.count = counted.count.saturating_sub(1);
            }
        }
    }

    /// The attempt was right: failures before it were somebody mistyping.
    pub fn succeeded(&self, attempt: &Attempt) {
        self.undo(attempt);
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        failures.remove(&Key::Pair(attempt.account.clone(), attempt.address));
    }

    /// Counts one more for each key, or tells the longest wait among them and counts nothing.
    fn count(&self, keys: &[Key], now: Instant) -> Result<(), Problem> {
        if self.free == 0 {
            return Ok(());
        }
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() >= MOST_COUNTS {
            failures.retain(|_, f| now.duration_since(f.last) < FORGOTTEN);
        }
        if failures.len() >= MOST_COUNTS {
            failures.retain(|_, f| f.count > 1);
        }
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
            let mut attempt = throttle.begin("A@x.example", from(n)).expect("each address is new");
            throttle.count_from_anywhere(&mut attempt).expect("free");
        }
        let mut attempt = throttle.begin(" a@x.example", from(99)).expect("a new address");
        assert!(throttle.count_from_anywhere(&mut attempt).is_err());
        // Who has signed in from here before is not asked.
        throttle.succeeded(&throttle.begin("a@x.example", from(100)).expect("a new address"));
    }

    #[test]
    fn many_at_once_are_counted_before_they_end() {
        let throttle = Throttle::new(3);
        let begun: Vec<Attempt> = (0..10).filter_map(|_| throttle.begin("a", from(1)).ok()).collect();
        assert_eq!(begun.len(), 3);
        throttle.succeeded(&begun[0]);
        assert!(throttle.begin("a", from(1)).is_ok());
    }
}
