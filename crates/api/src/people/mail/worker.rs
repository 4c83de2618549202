//! The thread that sends letters: one after the other, each by one server only, again and again until a day is over.

use super::letter::{Facts, Kind, write};
use super::{Post, Unsent};
use crate::token;
use crate::worker::{Shared, Worker};
use domain::policy::Actor;
use domain::{Instant, Locale};
use persistence::outbox::{self, Letter};
use persistence::{Store, login, user, workspace};
use std::sync::Arc;
use std::time::Duration;

/// Another server may have put something there, or died at it.
const LOOK: Duration = Duration::from_secs(5);
/// The first wait after a failure; each further one is four times as long.
const FIRST_WAIT: i64 = 10;
const LONGEST_WAIT: i64 = 3600;

/// Somebody asks for a new password, and whose address it is has yet to be looked up.
pub const FORGOT: &str = "forgot";
/// A link for a forgotten password holds for so long.
pub const RESET_SECONDS: i64 = 3600;
/// Letters with such a link that one account is sent in an hour: more only fill a mailbox.
const MOST_RESETS: i64 = 5;

pub fn start(db: Store, post: Post, public_url: String) -> std::io::Result<Worker> {
    Worker::start("mail", move |shared| work(&db, &post, &public_url, shared))
}

fn work(db: &Store, post: &Post, public_url: &str, shared: &Shared) {
    while !shared.stopped() {
        match next(db).and_then(|letter| letter.map(|letter| one(db, post, public_url, &letter)).transpose()) {
            Ok(Some(())) => {}
            Ok(None) => shared.wait(LOOK),
            Err(error) => {
                tracing::warn!(%error, "the outbox cannot be worked on");
                shared.wait(LOOK);
            }
        }
    }
}

fn next(db: &Store) -> persistence::Result<Option<Letter>> {
    if db.read_here(outbox::anything_due)? {
        db.write_here(outbox::take)
    } else {
        Ok(None)
    }
}

fn one(db: &Store, post: &Post, public_url: &str, letter: &Letter) -> persistence::Result<()> {
    if letter.give_up_at <= Instant::now() {
        return too_late(db, letter);
    }
    if letter.kind == FORGOT {
        return look_up(db, public_url, letter);
    }
    let outcome = send(post, letter);
    let (id, tries, letter) = (letter.id, letter.tries, letter.clone());
    let Err(unsent) = outcome else {
        tracing::debug!(%id, kind = letter.kind, "a letter was sent");
        return db.write_here(move |tx| outbox::sent(tx, &letter));
    };
    let wait = FIRST_WAIT.saturating_mul(4i64.saturating_pow(u32::try_from(tries - 1).unwrap_or(u32::MAX)));
    let again = Instant::now().plus_seconds(wait.min(LONGEST_WAIT));
    let over = unsent.for_good || again > letter.give_up_at;
    let (kind, cause) = (letter.kind.as_str(), unsent.cause.as_str());
    if over {
        tracing::error!(%id, kind, tries, cause, "a letter could not be sent and is given up");
    } else {
        tracing::warn!(%id, kind, tries, cause, "a letter could not be sent yet");
    }
    db.write_here(move |tx| {
        if over {
            outbox::failed(tx, &letter, &unsent.cause)
        } else {
            outbox::later(tx, &letter, again, &unsent.cause)
        }
    })
}

/// The server was off for long: what the letter offers is over, and whoever asked waits no more.
fn too_late(db: &Store, letter: &Letter) -> persistence::Result<()> {
    let (id, kind, letter) = (letter.id, letter.kind.clone(), letter.clone());
    tracing::warn!(%id, kind, "a letter is too late and is given up");
    db.write_here(move |tx| {
        if letter.kind == FORGOT {
            outbox::drop(tx, &letter)
        } else {
            outbox::failed(tx, &letter, "too late")
        }
    })
}

fn send(post: &Post, letter: &Letter) -> Result<(), Unsent> {
    let kind = Kind::from_key(&letter.kind).ok_or_else(|| Unsent::for_good("no such kind of letter"))?;
    let facts: Facts = serde_json::from_value(letter.facts.clone()).map_err(Unsent::for_good)?;
    post.send(&facts.name, &letter.address, &write(kind, &facts))
}

/// Makes the link for a forgotten password, and the letter with it in place of the question. An address that is nobody's,
/// or whose user may not come in, leaves nothing.
fn look_up(db: &Store, public_url: &str, letter: &Letter) -> persistence::Result<()> {
    let secret = token::secret().map_err(persistence::Error::internal)?;
    let url = format!("{}/reset?token={secret}", public_url.trim_end_matches('/'));
    let asked = letter.clone();
    db.write_here(move |tx| {
        outbox::drop(tx, &asked)?;
        let Some(login) = login::find(tx, &asked.address)? else {
            return Ok(());
        };
        let (space, id) = (login.workspace, login.user);
        let hour_ago = Instant::now().plus_seconds(-3600);
        if outbox::count(tx, space, id, Kind::Reset.key(), hour_ago)? >= MOST_RESETS {
            return Ok(());
        }
        let Some(space) = workspace::find(tx, space)?.map(Arc::new) else {
            return Ok(());
        };
        let Some(person) = user::enabled(tx, space.clone(), id)? else {
            return Ok(());
        };
        // The address as it is kept: what was typed may only look like it.
        let Some(email) = &person.email else {
            return Ok(());
        };
        let permit = Actor::system(space.clone()).own_permit();
        let expires_at = Instant::now().plus_seconds(RESET_SECONDS);
        login::offer_asked_link(tx, &permit, id, &token::hash(&secret), expires_at)?;
        login::log_forgotten(tx, &permit, id)?;
        let facts = Facts {
            locale: person
                .locale
                .as_deref()
                .and_then(Locale::from_tag)
                .unwrap_or(space.locale),
            name: person.name.clone(),
            workspace: space.name.clone(),
            by: String::new(),
            url: url.clone(),
        };
        let reset = Letter {
            to: Some((space.id, id)),
            facts: serde_json::to_value(facts).map_err(persistence::Error::internal)?,
            ..Letter::new(Kind::Reset.key(), email.as_str(), expires_at)
        };
        outbox::put(tx, &reset)
    })
}
