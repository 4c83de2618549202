//! What every request can reach: the store, the signing keys, the identities met lately.

use crate::auth::throttle::Throttle;
use crate::config::Config;
use crate::job::worker::Worker;
use crate::token::Tokens;
use domain::Id;
use domain::policy::Identity;
use persistence::Store;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Another process may change users and roles; this node sees it after at most this long.
const TRUST: Duration = Duration::from_secs(1);
const MOST_IDENTITIES: usize = 10_000;

pub struct State {
    pub store: Store,
    pub config: Config,
    pub tokens: Tokens,
    pub jobs: Worker,
    pub throttle: Throttle,
    identities: Mutex<HashMap<Id, Known>>,
    generation: AtomicU64,
}

struct Known {
    identity: Arc<Identity>,
    since: Instant,
    generation: u64,
}

impl State {
    pub fn new(store: Store, config: Config) -> persistence::Result<Self> {
        let keys = store.write_here(persistence::workspace::signing_keys)?;
        Ok(Self {
            tokens: Tokens::new(&keys),
            jobs: Worker::start(store.clone()).map_err(persistence::Error::internal)?,
            throttle: Throttle::new(config.sign_in_limit),
            store,
            config,
            identities: Mutex::default(),
            generation: AtomicU64::new(0),
        })
    }

    /// The identity behind a session, unless it has to be read again.
    pub fn known(&self, session: Id) -> Option<Arc<Identity>> {
        let generation = self.generation.load(Ordering::Acquire);
        let identities = self.identities.lock().unwrap_or_else(PoisonError::into_inner);
        let known = identities.get(&session)?;
        (known.generation == generation && known.since.elapsed() < TRUST).then(|| known.identity.clone())
    }

    /// To be asked before reading, so that what changes meanwhile is not overlooked.
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    pub fn remember(&self, session: Id, identity: Arc<Identity>, generation: u64) {
        let mut identities = self.identities.lock().unwrap_or_else(PoisonError::into_inner);
        if identities.len() >= MOST_IDENTITIES {
            identities.retain(|_, known| known.since.elapsed() < TRUST);
        }
        identities.insert(
            session,
            Known {
                identity,
                since: Instant::now(),
                generation,
            },
        );
    }

    /// Users, roles, teams or sessions have changed: everybody is looked up again.
    pub fn forget_identities(&self) {
        self.generation.fetch_add(1, Ordering::AcqRel);
    }
}
