//! What every request can reach: the store, the signing keys, the identities met lately.

use crate::auth::throttle::Throttle;
use crate::config::Config;
use crate::import::worker::Worker;
use crate::token::Tokens;
use domain::Id;
use domain::policy::Identity;
use persistence::{Store, api_key};
use std::collections::HashMap;
use std::net::IpAddr;
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
    pub imports: Worker,
    pub throttle: Throttle,
    identities: Mutex<HashMap<Who, Known>>,
    generation: AtomicU64,
    /// When the use of an API key was last noted by this node.
    keys_used: Mutex<HashMap<Id, Instant>>,
}

/// What an identity is known by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Who {
    Session(Id),
    /// The hash of an API key.
    Key(Arc<str>),
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
            imports: Worker::start(store.clone()).map_err(persistence::Error::internal)?,
            throttle: Throttle::new(config.sign_in_limit),
            store,
            config,
            identities: Mutex::default(),
            generation: AtomicU64::new(0),
            keys_used: Mutex::default(),
        })
    }

    /// The identity behind a session or key, unless it has to be read again.
    pub fn known(&self, who: &Who) -> Option<Arc<Identity>> {
        let generation = self.generation.load(Ordering::Acquire);
        let identities = self.identities.lock().unwrap_or_else(PoisonError::into_inner);
        let known = identities.get(who)?;
        let fresh = known.generation == generation && known.since.elapsed() < TRUST;
        let limits = known.identity.limits.as_ref();
        let over = limits
            .and_then(|l| l.ends_at)
            .is_some_and(|end| end <= domain::Instant::now());
        (fresh && !over).then(|| known.identity.clone())
    }

    /// The key with this hash, if it was a good one when it last came here.
    pub fn key_met(&self, hash: &Arc<str>) -> Option<Id> {
        let identities = self.identities.lock().unwrap_or_else(PoisonError::into_inner);
        let known = identities.get(&Who::Key(hash.clone()))?;
        known.identity.limits.as_ref().map(|l| l.key)
    }

    /// Has it noted that a key was used, beside the request.
    pub fn key_used(&self, workspace: Id, key: Id, address: IpAddr) {
        let noted = Duration::from_secs(api_key::NOTED_SECONDS.unsigned_abs());
        {
            let mut used = self.keys_used.lock().unwrap_or_else(PoisonError::into_inner);
            if used.get(&key).is_some_and(|at| at.elapsed() < noted) {
                return;
            }
            if used.len() >= MOST_IDENTITIES {
                used.retain(|_, at| at.elapsed() < noted);
            }
            used.insert(key, Instant::now());
        }
        let (store, address) = (self.store.clone(), address.to_string());
        actix_web::rt::spawn(async move {
            let written = store.write(move |tx| api_key::used(tx, workspace, key, &address)).await;
            if let Err(error) = written {
                tracing::warn!(%error, %key, "the use of an API key could not be noted");
            }
        });
    }

    /// To be asked before reading, so that what changes meanwhile is not overlooked.
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    pub fn remember(&self, who: Who, identity: Arc<Identity>, generation: u64) {
        let mut identities = self.identities.lock().unwrap_or_else(PoisonError::into_inner);
        if identities.len() >= MOST_IDENTITIES {
            identities.retain(|_, known| known.since.elapsed() < TRUST);
        }
        identities.insert(
            who,
            Known {
                identity,
                since: Instant::now(),
                generation,
            },
        );
    }

    /// Users, roles, teams, sessions or keys have changed: everybody is looked up again.
    pub fn forget_identities(&self) {
        self.generation.fetch_add(1, Ordering::AcqRel);
    }
}
