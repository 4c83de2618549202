//! What is kept for a time only: every node looks now and then whether it is over, and drops it.

use crate::worker::{Shared, Worker};
use persistence::{Store, Tx, custom_kind, export, idempotency, import, login, outbox, session};
use std::time::Duration;

const EVERY: Duration = Duration::from_secs(3600);

/// Drops what is past its time, or a part of it, and says how much; it is called until nothing is left.
type Sweep = fn(&mut Tx) -> persistence::Result<usize>;

const SWEEPS: [(&str, Sweep); 7] = [
    ("answers kept for their keys", idempotency::forget_old),
    ("letters", outbox::sweep),
    ("files of imports", import::drop_old_files),
    ("files of exports", export::drop_old_files),
    ("sessions", session::forget_old),
    ("links for passwords", login::forget_old_links),
    ("kinds and fields taken away", custom_kind::purge),
];

pub fn start(db: Store) -> std::io::Result<Worker> {
    Worker::start("sweeper", move |shared| {
        while !shared.stopped() {
            for (what, sweep) in SWEEPS {
                if let Err(error) = repeat(&db, shared, sweep) {
                    tracing::warn!(%error, what, "what is past its time could not be dropped");
                }
            }
            shared.wait(EVERY);
        }
    })
}

fn repeat(db: &Store, shared: &Shared, sweep: Sweep) -> persistence::Result<()> {
    while !shared.stopped() && db.write_here(sweep)? > 0 {}
    Ok(())
}
