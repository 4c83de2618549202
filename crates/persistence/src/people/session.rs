//! Sessions: a sign-in on one device, with a refresh token that is replaced at each use.

use crate::change::{self, Entry};
use crate::error::Result;
use crate::login;
use crate::sql::Sql;
use crate::tx::{Dialect, Tx};
use domain::change::ChangeAction;
use domain::policy::Permit;
use domain::value::{Row, Storage};
use domain::{Id, Instant};
use serde::Serialize;
use serde_json::{Value as Json, json};

/// What the change log calls a session.
const KIND: &str = "session";

/// How long after its replacement the last refresh token still counts: for two tabs, or an answer that was lost.
const FORGIVEN_SECONDS: i64 = 10;

/// How long it is known where somebody signed in: twice as long as a session lasts.
const KEPT_SECONDS: i64 = 60 * 24 * 3600;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub id: Id,
    pub workspace: Id,
    pub user: Id,
    /// Whatever is refreshed, the session ends then.
    pub expires_at: Instant,
}

/// The hashes of a refresh token: of what all tokens of its session have in common, and of its own part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub family: String,
    pub own: String,
}

/// Where somebody signs in from.
#[derive(Debug, Clone)]
pub struct Origin {
    pub address: String,
    /// What the address is one of, as far as it is counted.
    pub network: String,
    pub user_agent: String,
}

/// Opens a session with its first refresh token.
pub fn open(tx: &mut Tx, permit: &Permit, session: &Session, token: &Token, origin: &Origin) -> Result<()> {
    let now = Instant::now();
    let agent: String = origin
        .user_agent
        .chars()
        .filter(|c| !c.is_control())
        .take(200)
        .collect();
    let sql = Sql::new(
        "INSERT INTO sessions (id, workspace_id, user_id, created_at, seen_at, expires_at, family_hash, address, network, user_agent) \
         VALUES (",
    )
    .value(session.id)
    .text(", ")
    .value(session.workspace)
    .text(", ")
    .value(session.user)
    .text(", ")
    .value(now)
    .text(", ")
    .value(now)
    .text(", ")
    .value(session.expires_at)
    .text(", ")
    .value(token.family.as_str())
    .text(", ")
    .value(origin.address.as_str())
    .text(", ")
    .value(origin.network.as_str())
    .text(", ")
    .value(agent.as_str())
    .text(")");
    tx.execute(&sql)?;
    let sql = Sql::new("UPDATE users SET signed_in_at = ")
        .value(now)
        .text(" WHERE workspace_id = ")
        .value(session.workspace)
        .text(" AND id = ")
        .value(session.user);
    tx.execute(&sql)?;
    add_token(tx, session.id, &token.own, None, now)?;
    let told =
        json!({ "user_id": [null, session.user], "address": [null, origin.address], "user_agent": [null, agent] });
    log(tx, permit, session.id, ChangeAction::Create, told)
}

/// Sessions are no records, but the log tells who signed in and out, and from where.
fn log(tx: &mut Tx, permit: &Permit, id: Id, action: ChangeAction, fields: Json) -> Result<()> {
    let entry = Entry {
        kind: KIND,
        record: id,
        version: if action == ChangeAction::Create { 1 } else { 2 },
        action,
        fields,
        at: Instant::now(),
    };
    change::append(tx, permit, entry)
}

/// A session as its owner sees it.
#[derive(Debug, Clone, Serialize)]
pub struct Device {
    pub id: Id,
    pub created_at: Instant,
    /// When it was last given an access token.
    pub seen_at: Instant,
    pub expires_at: Instant,
    pub address: String,
    pub user_agent: String,
}

/// The sessions of a user that are alive, last seen first.
pub fn list(tx: &mut Tx, workspace: Id, user: Id) -> Result<Vec<Device>> {
    let sql = Sql::new(
        "SELECT id, created_at, coalesce(seen_at, created_at), expires_at, address, user_agent FROM sessions \
         WHERE ended_at IS NULL AND workspace_id = ",
    )
    .value(workspace)
    .text(" AND user_id = ")
    .value(user)
    .text(" AND expires_at > ")
    .value(Instant::now())
    .text(" ORDER BY 3 DESC, id DESC LIMIT 200");
    let stored = [
        Storage::Id,
        Storage::Instant,
        Storage::Instant,
        Storage::Instant,
        Storage::Text,
        Storage::Text,
    ];
    tx.all(&sql, &stored, |row| {
        Ok(Device {
            id: row.get()?,
            created_at: row.get()?,
            seen_at: row.get()?,
            expires_at: row.get()?,
            address: row.get()?,
            user_agent: row.get()?,
        })
    })
}

/// Whether the user has signed in from this network lately.
pub fn came_from(tx: &mut Tx, workspace: Id, user: Id, network: &str) -> Result<bool> {
    let sql = Sql::new("SELECT id FROM sessions WHERE workspace_id = ")
        .value(workspace)
        .text(" AND user_id = ")
        .value(user)
        .text(" AND network = ")
        .value(network)
        .text(" AND created_at > ")
        .value(Instant::now().plus_seconds(-KEPT_SECONDS))
        .text(" LIMIT 1");
    Ok(tx.row(&sql, &[Storage::Id])?.is_some())
}

fn add_token(tx: &mut Tx, session: Id, hash: &str, follows: Option<&str>, at: Instant) -> Result<()> {
    let sql = Sql::new("INSERT INTO refresh_tokens (session_id, hash, follows, made_at) VALUES (")
        .value(session)
        .text(", ")
        .value(hash)
        .text(", ")
        .value(follows.map(str::to_owned))
        .text(", ")
        .value(at)
        .text(")");
    tx.execute(&sql)?;
    Ok(())
}

/// The session if it is alive.
pub fn find(tx: &mut Tx, id: Id) -> Result<Option<Session>> {
    let sql =
        Sql::new("SELECT id, workspace_id, user_id, expires_at FROM sessions WHERE ended_at IS NULL AND expires_at > ")
            .value(Instant::now())
            .text(" AND id = ")
            .value(id);
    tx.row(&sql, &[Storage::Id, Storage::Id, Storage::Id, Storage::Instant])?
        .map(|mut row| {
            Ok(Session {
                id: row.get()?,
                workspace: row.get()?,
                user: row.get()?,
                expires_at: row.get()?,
            })
        })
        .transpose()
}

/// What became of a refresh token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rotation {
    Done(Session),
    /// It is an old one, so somebody else has used it: the session has to end.
    Reused(Session),
    /// The session is over, or the token was never one of its: whoever made it up ends nothing.
    Refused,
}

/// Replaces a refresh token by one with the same family. Tabs that come with the same one within a moment each get a good
/// one, since nobody knows whose answer the browser keeps.
pub fn rotate(tx: &mut Tx, id: Id, presented: &Token, next: &str, now: Instant) -> Result<Rotation> {
    if tx.dialect() == Dialect::Pg {
        // Tokens of one session are judged one after the other.
        let lock = Sql::new("SELECT id FROM sessions WHERE id = ").value(id);
        tx.rows(&lock.text(" FOR NO KEY UPDATE"), &[Storage::Id])?;
    }
    let Some(session) = find(tx, id)? else {
        return Ok(Rotation::Refused);
    };
    let forgiven = now.plus_seconds(-FORGIVEN_SECONDS);
    let sql = Sql::new("UPDATE refresh_tokens SET replaced_at = coalesce(replaced_at, ")
        .value(now)
        .text(") WHERE session_id = ")
        .value(id)
        .text(" AND hash = ")
        .value(presented.own.as_str())
        .text(" AND (replaced_at IS NULL OR replaced_at > ")
        .value(forgiven)
        .text(")");
    if tx.execute(&sql)? == 0 {
        let family = Sql::new("SELECT family_hash FROM sessions WHERE id = ").value(id);
        let of_family = tx.value::<String>(&family)?.as_ref() == Some(&presented.family);
        return Ok(if of_family {
            Rotation::Reused(session)
        } else {
            Rotation::Refused
        });
    }
    // What is spent is dropped, and known by its family alone: the token before the one just used, since only the immediate
    // predecessor is forgiven, and whatever was made more than a moment ago, used or not. Of two who got one each for the
    // same token, the second to come back is found out.
    let sql = Sql::new("DELETE FROM refresh_tokens WHERE session_id = ")
        .value(id)
        .text(" AND hash <> ")
        .value(presented.own.as_str())
        .text(" AND (made_at <= ")
        .value(forgiven)
        .text(" OR hash = (SELECT used.follows FROM refresh_tokens used WHERE used.session_id = ")
        .value(id)
        .text(" AND used.hash = ")
        .value(presented.own.as_str())
        .text("))");
    tx.execute(&sql)?;
    add_token(tx, id, next, Some(&presented.own), now)?;
    let sql = Sql::new("UPDATE sessions SET seen_at = ")
        .value(now)
        .text(" WHERE id = ")
        .value(id);
    tx.execute(&sql)?;
    Ok(Rotation::Done(session))
}

/// Forgets sessions that are long over, and the tokens of those that are over.
pub fn forget_old(tx: &mut Tx) -> Result<usize> {
    let now = Instant::now();
    let tokens = Sql::new(
        "DELETE FROM refresh_tokens WHERE session_id IN (SELECT id FROM sessions WHERE ended_at IS NOT NULL OR expires_at < ",
    )
    .value(now)
    .text(")");
    let sessions = Sql::new("DELETE FROM sessions WHERE created_at < ")
        .value(now.plus_seconds(-KEPT_SECONDS))
        .text(" AND expires_at < ")
        .value(now);
    Ok(tx.execute(&tokens)? + tx.execute(&sessions)?)
}

/// Ends one of a user's sessions. False where there is no such one.
pub fn end(tx: &mut Tx, permit: &Permit, user: Id, id: Id) -> Result<bool> {
    end_those(tx, permit, user, |session| session == id).map(|ended| ended > 0)
}

/// Ends every session of a user. One that is about to be opened comes before, or finds what ends them.
pub fn end_all(tx: &mut Tx, permit: &Permit, user: Id) -> Result<()> {
    login::hold(tx, permit.workspace(), user)?;
    end_those(tx, permit, user, |_| true).map(drop)
}

/// Ends every session of a user but one.
pub fn end_others(tx: &mut Tx, permit: &Permit, user: Id, kept: Id) -> Result<()> {
    login::hold(tx, permit.workspace(), user)?;
    end_those(tx, permit, user, |session| session != kept).map(drop)
}

fn end_those(tx: &mut Tx, permit: &Permit, user: Id, which: impl Fn(Id) -> bool) -> Result<usize> {
    let alive = Sql::new("SELECT id FROM sessions")
        .of_user(permit.workspace(), user)
        .text(" AND ended_at IS NULL AND expires_at > ")
        .value(Instant::now());
    let rows = tx.rows(&alive, &[Storage::Id])?;
    let mut ended = 0;
    for row in rows {
        let id = Row::new(row).get()?;
        if !which(id) {
            continue;
        }
        let end = Sql::new("UPDATE sessions SET ended_at = ")
            .value(Instant::now())
            .text(" WHERE ended_at IS NULL AND id = ")
            .value(id);
        if tx.execute(&end)? == 1 {
            ended += 1;
            let told = json!({ "user_id": [user, null] });
            log(tx, permit, id, ChangeAction::Delete, told)?;
        }
    }
    Ok(ended)
}
