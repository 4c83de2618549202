//! What every request can reach: the store, the signing keys, the identities met lately.

use crate::auth::throttle::Throttle;
use crate::config::Config;
use crate::job;
use crate::mail;
use crate::reindex;
use crate::subscribers::Subscribers;
use crate::sweep;
use crate::token::Tokens;
use crate::worker::Worker;
use domain::Id;
use domain::policy::Identity;
use persistence::{Error, Store, api_key, workspace};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Another process (`guanxi user …`) may change users in the same file; this one sees it after at most this long.
const TRUST: Duration = Duration::from_secs(1);
/// Where nodes tell each other what changes, they look again only to be sure.
const TRUST_TOLD: Duration = Duration::from_secs(60);
const MOST_IDENTITIES: usize = 10_000;
const SOUGHT: Duration = Duration::from_secs(1);

pub struct State {
    pub store: Store,
    pub config: Config,
    pub tokens: Tokens,
    pub jobs: Worker,
    pub subscribers: Subscribers,
    /// None where no mail server is named.
    pub mail: Option<Worker>,
    _sweeper: Worker,
    _texts: Worker,
    pub throttle: Throttle,
    /// For who asks for a new password.
    pub forgot_throttle: Throttle,
    identities: Mutex<HashMap<IdentityKey, CachedIdentity>>,
    generation: AtomicU64,
    /// When the use of an API key was last noted by this node.
    keys_used: Mutex<HashMap<Id, Instant>>,
    keys_renewed: Mutex<Instant>,
    /// When another node's signing key was last looked for.
    keys_sought: Mutex<Option<Instant>>,
}

/// What an identity is known by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum IdentityKey {
    Session(Id),
    /// The hash of an API key.
    Key(Arc<str>),
}

struct CachedIdentity {
    identity: Arc<Identity>,
    since: Instant,
    generation: u64,
    /// The end of the session.
    ends_at: Option<domain::Instant>,
}

impl State {
    pub fn new(store: Store, config: Config) -> persistence::Result<Self> {
        let keys = match store.write_here(workspace::renew_signing_keys) {
            // Those that are there sign on: who is signed in can read.
            Err(Error::Full(cause)) => {
                tracing::warn!(cause, "the signing keys could not be renewed");
                store.read_here(workspace::signing_keys)?
            }
            keys => keys?,
        };
        Ok(Self {
            tokens: Tokens::new(&keys),
            jobs: job::worker::start(store.clone()).map_err(Error::internal)?,
            subscribers: Subscribers::start(store.clone()).map_err(Error::internal)?,
            mail: mail::start(&store, &config)?,
            _sweeper: sweep::start(store.clone()).map_err(Error::internal)?,
            _texts: reindex::start(store.clone()).map_err(Error::internal)?,
            throttle: Throttle::new(config.sign_in_limit),
            forgot_throttle: Throttle::new(config.sign_in_limit),
            store,
            config,
            identities: Mutex::default(),
            generation: AtomicU64::new(0),
            keys_used: Mutex::default(),
            keys_renewed: Mutex::new(Instant::now()),
            keys_sought: Mutex::default(),
        })
    }

    /// Before a token is signed: from time to time the keys are read again, and a new one is made where the newest is old.
    /// Without the database the keys at hand go on signing.
    pub async fn renew_keys(&self) {
        {
            let mut renewed = self.keys_renewed.lock().unwrap_or_else(PoisonError::into_inner);
            if renewed.elapsed() < workspace::KEYS_READ {
                return;
            }
            *renewed = Instant::now();
        }
        match self.store.write(workspace::renew_signing_keys).await {
            Ok(keys) => self.tokens.replace(&keys),
            Err(error) => tracing::warn!(%error, "the signing keys could not be read again"),
        }
    }

    /// For a token with a key that is not known here: another node may have made it. Made-up keys cost one read a second
    /// altogether.
    pub async fn seek_keys(&self) {
        {
            let mut sought = self.keys_sought.lock().unwrap_or_else(PoisonError::into_inner);
            if sought.is_some_and(|at| at.elapsed() < SOUGHT) {
                return;
            }
            *sought = Some(Instant::now());
        }
        match self.store.read_quick(workspace::signing_keys).await {
            Ok(keys) => self.tokens.replace(&keys),
            Err(error) => tracing::warn!(%error, "the signing keys could not be read"),
        }
    }

    /// The identity behind a session or key, unless it has to be read again.
    pub fn known(&self, who: &IdentityKey) -> Option<Arc<Identity>> {
        let generation = self.generation();
        let identities = self.identities.lock().unwrap_or_else(PoisonError::into_inner);
        let known = identities.get(who)?;
        let fresh = known.generation == generation && known.since.elapsed() < self.trust();
        let limits = known.identity.limits.as_ref();
        let ends = [known.ends_at, limits.and_then(|l| l.ends_at)];
        let over = || ends.into_iter().flatten().any(|end| end <= domain::Instant::now());
        (fresh && !over()).then(|| known.identity.clone())
    }

    /// How long an identity is good for; not at all while what other nodes change is not heard.
    fn trust(&self) -> Duration {
        match self.store.announcements() {
            None => TRUST,
            Some(others) if others.is_listening() => TRUST_TOLD,
            Some(_) => Duration::ZERO,
        }
    }

    /// The key with this hash, if it was a good one when it last came here.
    pub fn key_met(&self, hash: &Arc<str>) -> Option<Id> {
        let identity = self.met(&IdentityKey::Key(hash.clone()))?;
        identity.limits.as_ref().map(|l| l.key)
    }

    /// The user whose key it is, if it was a good one when it last came here.
    pub fn key_of(&self, hash: &Arc<str>) -> Option<Id> {
        self.met(&IdentityKey::Key(hash.clone()))?.user
    }

    /// The identity as it was when it last came here: for what does not decide about rights.
    pub fn met(&self, who: &IdentityKey) -> Option<Arc<Identity>> {
        let identities = self.identities.lock().unwrap_or_else(PoisonError::into_inner);
        let known = identities.get(who)?;
        Some(known.identity.clone())
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
        self.generation.load(Ordering::Acquire) + self.store.rights_changes()
    }

    pub fn remember(
        &self,
        who: IdentityKey,
        identity: Arc<Identity>,
        generation: u64,
        ends_at: Option<domain::Instant>,
    ) {
        let mut identities = self.identities.lock().unwrap_or_else(PoisonError::into_inner);
        if identities.len() >= MOST_IDENTITIES {
            let trust = self.trust();
            identities.retain(|_, known| known.generation == generation && known.since.elapsed() < trust);
            // As many as that are signed in at once: the next moments find out who still is.
            if identities.len() >= MOST_IDENTITIES {
                identities.clear();
            }
        }
        identities.insert(
            who,
            CachedIdentity {
                identity,
                since: Instant::now(),
                generation,
                ends_at,
            },
        );
    }

    /// Everybody is looked up again. What the change log tells of rights needs no such word: the store has seen it.
    pub fn forget_identities(&self) {
        self.generation.fetch_add(1, Ordering::AcqRel);
    }
}
