//! The thread that brings texts up to the rules of this release after an upgrade, beside the requests.

use crate::worker::Worker;
use persistence::{Store, reindex};
use std::time::{Duration, Instant};

/// After something went wrong.
const REST: Duration = Duration::from_secs(5);
/// So many times as long as a step took, others write undisturbed.
const SHARE: u32 = 3;

pub fn start(db: Store) -> std::io::Result<Worker> {
    Worker::start("texts", move |shared| {
        let (mut told, mut order) = (false, None);
        while !shared.stopped() {
            let due = db.read_here(reindex::is_due);
            match due.and_then(|due| {
                if !due {
                    return Ok(None);
                }
                let (known, start) = (order.clone(), Instant::now());
                let (more, listed) = db.write_here(move |tx| reindex::step(tx, known.as_ref()))?;
                order = Some(listed);
                if more {
                    shared.wait(start.elapsed() * SHARE);
                }
                Ok(Some(more))
            }) {
                Ok(Some(true)) if !told => {
                    tracing::info!("sort keys, search terms and addresses are brought up to the rules of this release");
                    told = true;
                }
                Ok(Some(true)) => {}
                Ok(Some(false)) if told => {
                    return tracing::info!("sort keys, search terms and addresses are up to date");
                }
                Ok(_) => return,
                Err(error) => {
                    tracing::error!(%error, "texts could not be brought up to date; it is tried again");
                    shared.wait(REST);
                }
            }
        }
    })
}
