//! The thread that lets subscribers take what the change log tells, and requests wait a moment for it.

use crate::worker::Worker;
use domain::Id;
use domain::policy::Actor;
use persistence::subscriber::{SUBSCRIBERS, Step, Subscriber, behind, step};
use persistence::{Store, workspace};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::watch;

/// Jobs and other nodes write too, and nobody says so.
const LOOK: Duration = Duration::from_millis(500);
/// After something went wrong.
const REST: Duration = Duration::from_secs(5);
/// Another node is at it: it needs no longer than this for some of it.
const TURN: Duration = Duration::from_millis(10);
/// An answer waits so long for what follows from it, and no longer.
const PATIENCE: Duration = Duration::from_millis(200);

/// Runs until it is dropped.
pub struct Subscribers {
    worker: Worker,
    asked: Arc<AtomicU64>,
    done: watch::Receiver<u64>,
}

impl Subscribers {
    pub fn start(db: Store) -> std::io::Result<Self> {
        let asked = Arc::new(AtomicU64::new(0));
        let (tell, done) = watch::channel(0);
        let heard = asked.clone();
        let worker = Worker::start("subscribers", move |shared| {
            while !shared.stopped() {
                // Whoever asked before this round finds in it what they wrote.
                let asked = heard.load(Ordering::Acquire);
                match round(&db, || shared.stopped()) {
                    Ok(true) => {
                        tell.send_replace(asked);
                        shared.wait(LOOK);
                    }
                    Ok(false) => shared.wait(TURN),
                    Err(error) => {
                        tracing::error!(%error, "what follows from changes could not be written; it is tried again");
                        shared.wait(REST);
                    }
                }
            }
        })?;
        Ok(Self { worker, asked, done })
    }

    /// Until what follows from all that is committed by now is written too, but not for long: the next read of who wrote
    /// something shows it.
    pub async fn caught_up(&self) {
        let mine = self.asked.fetch_add(1, Ordering::AcqRel) + 1;
        self.worker.wake();
        let mut done = self.done.clone();
        let _ = tokio::time::timeout(PATIENCE, done.wait_for(|done| *done >= mine)).await;
    }
}

/// Lets every subscriber take all there is. False where another node is at a part of it.
fn round(db: &Store, stop: impl Fn() -> bool) -> persistence::Result<bool> {
    db.seal_here()?;
    let mut all = true;
    for subscriber in SUBSCRIBERS {
        for workspace in db.read_here(|tx| behind(tx, subscriber))? {
            all &= catch_up(db, workspace, subscriber, &stop)?;
        }
    }
    Ok(all)
}

fn catch_up(
    db: &Store,
    id: Id,
    subscriber: &'static Subscriber,
    stop: &impl Fn() -> bool,
) -> persistence::Result<bool> {
    let Some(space) = db.read_here(|tx| workspace::find(tx, id))? else {
        return Ok(true);
    };
    let space = Arc::new(space);
    while !stop() {
        let actor = Actor::system(space.clone());
        match db.write_here(move |tx| step(tx, &actor, subscriber))? {
            Step::Further => {}
            Step::There => return Ok(true),
            Step::Busy => return Ok(false),
        }
    }
    Ok(false)
}

/// For the command line, after it has written: what the next server would do first.
pub fn run_once(db: &Store) -> persistence::Result<()> {
    round(db, || false).map(|_| ())
}
