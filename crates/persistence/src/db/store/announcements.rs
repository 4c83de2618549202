//! What nodes tell each other: a write that changes somebody's rights is announced on a channel of PostgreSQL, in its
//! transaction, and every node listens on a connection of its own.

use crate::error::{Error, Result};
use diesel::connection::SimpleConnection;
use diesel::{Connection as _, PgConnection};
use std::sync::Weak;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

pub const CHANNEL: &str = "guanxi_rights";
/// How often the connection is asked for announcements, and shows that it is alive by answering.
const BEAT: Duration = Duration::from_millis(50);
/// A connection that has been silent for so long may have missed something.
const SILENCE: Duration = Duration::from_millis(500);
/// Before it is tried again.
const PAUSE: Duration = Duration::from_millis(250);
/// Before it is tried again where the connection is good and delivers nothing: that lasts.
const LONG_PAUSE: Duration = Duration::from_secs(10);
/// Longer than this no announcement takes, however busy the server.
const PATIENCE: Duration = Duration::from_secs(5);

/// What other nodes have announced, counted, and whether announcements arrive at all.
pub struct Announcements {
    start: Instant,
    changes: AtomicU64,
    /// Milliseconds from the start to the last sign of life, and one: 0 where nothing arrives.
    alive: AtomicU64,
}

impl Announcements {
    pub(super) fn new() -> Self {
        Self {
            start: Instant::now(),
            changes: AtomicU64::new(0),
            alive: AtomicU64::new(0),
        }
    }

    /// Rises with every announcement, with what this node commits itself, and whenever something may have been missed.
    pub fn changes(&self) -> u64 {
        self.changes.load(Ordering::Acquire)
    }

    /// Whether announcements arrive. What is kept in trust of them must not be used where they do not.
    pub fn is_listening(&self) -> bool {
        let alive = self.alive.load(Ordering::Acquire);
        alive > 0 && self.start.elapsed() < Duration::from_millis(alive - 1) + SILENCE
    }

    pub(super) fn changed(&self) {
        self.changes.fetch_add(1, Ordering::AcqRel);
    }

    fn beat(&self, at: Instant) {
        let since = at.duration_since(self.start).as_millis();
        self.alive
            .store(u64::try_from(since).unwrap_or(u64::MAX - 1) + 1, Ordering::Release);
    }

    fn stop_trusting(&self) {
        self.alive.store(0, Ordering::Release);
        self.changed();
    }
}

/// Listens as long as somebody wants to know.
pub fn keep_listening(url: &str, announcements: &Weak<Announcements>) {
    loop {
        let (cause, pause) = match listen(url, announcements) {
            Ok(Ended::Unwanted) => return,
            Ok(Ended::NothingArrives) => {
                let cause = "nothing announced arrives; a pooler in between must lend out whole sessions";
                (cause.to_owned(), LONG_PAUSE)
            }
            Err(error) => (error.to_string(), PAUSE),
        };
        if let Some(announcements) = announcements.upgrade() {
            tracing::warn!(cause, "not told of changed rights; they are read at each request");
            announcements.stop_trusting();
        }
        super::pause(pause);
    }
}

enum Ended {
    Unwanted,
    NothingArrives,
}

/// Takes what was announced. Whether there was anything.
fn told(conn: &mut PgConnection) -> Result<bool> {
    conn.batch_execute("SELECT 1")?;
    let mut told = false;
    for announcement in conn.notifications_iter() {
        announcement?;
        told = true;
    }
    Ok(told)
}

/// Whether what others announce arrives: a pooler that lends out connections for a transaction takes LISTEN, and then
/// delivers to nobody.
fn announcements_arrive(conn: &mut PgConnection, url: &str, patience: Duration) -> Result<bool> {
    let mut other = PgConnection::establish(url).map_err(|e| Error::Unavailable(e.to_string()))?;
    other.batch_execute(&format!("NOTIFY {CHANNEL}"))?;
    let asked = Instant::now();
    while !told(conn)? {
        if asked.elapsed() > patience {
            return Ok(false);
        }
        super::pause(BEAT);
    }
    Ok(true)
}

fn listen(url: &str, announcements: &Weak<Announcements>) -> Result<Ended> {
    // A node that is being closed need not connect again.
    if announcements.strong_count() == 0 {
        return Ok(Ended::Unwanted);
    }
    let mut conn = PgConnection::establish(url).map_err(|e| Error::Unavailable(e.to_string()))?;
    conn.batch_execute(&format!(
        "SET application_name = '{CHANNEL}'; SET client_min_messages = warning; LISTEN {CHANNEL}"
    ))?;
    if !announcements_arrive(&mut conn, url, PATIENCE)? {
        return Ok(Ended::NothingArrives);
    }
    // Whatever was said before this was not announcements.
    if let Some(announcements) = announcements.upgrade() {
        announcements.changed();
    }
    loop {
        let Some(announcements) = announcements.upgrade() else {
            return Ok(Ended::Unwanted);
        };
        let asked = Instant::now();
        if told(&mut conn)? {
            announcements.changed();
        }
        announcements.beat(asked);
        drop(announcements);
        super::pause(BEAT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_not_trusted() {
        let announcements = Announcements::new();
        assert!(!announcements.is_listening());
        announcements.beat(Instant::now());
        assert!(announcements.is_listening());
        let before = announcements.changes();
        announcements.stop_trusting();
        assert!(!announcements.is_listening() && announcements.changes() > before);
        let old = Announcements {
            start: Instant::now() - SILENCE * 2,
            ..Announcements::new()
        };
        old.beat(Instant::now() - SILENCE);
        assert!(!old.is_listening());
    }

    #[test]
    fn a_connection_that_delivers_nothing_is_not_trusted() {
        let url = pgtest::shared_url().expect("a PostgreSQL to test with");
        let mut conn = PgConnection::establish(url).expect("connects");
        let soon = Duration::from_millis(200);
        assert!(!announcements_arrive(&mut conn, url, soon).expect("asks"));
        conn.batch_execute(&format!("LISTEN {CHANNEL}")).expect("listens");
        assert!(announcements_arrive(&mut conn, url, PATIENCE).expect("asks"));
    }
}
