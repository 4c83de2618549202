//! Sessions: a sign-in on one device, with a refresh token that is replaced at each use.

use crate::error::Result;
use crate::sql::Sql;
use crate::tx::Tx;
use domain::value::Storage;
use domain::{Id, Instant};

/// How long after its replacement the last refresh token still counts: for two tabs, or an answer that was lost.
const FORGIVEN_SECONDS: i64 = 10;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub id: Id,
    pub workspace: Id,
    pub user: Id,
    /// Whatever is refreshed, the session ends then.
    pub expires_at: Instant,
}

/// Opens a session, with the hash of its first refresh token.
pub fn open(tx: &mut Tx, session: &Session, refresh_hash: &str, user_agent: &str) -> Result<()> {
    let sql = Sql::new("INSERT INTO sessions (id, workspace_id, user_id, created_at, expires_at, user_agent) VALUES (")
        .value(session.id)
        .text(", ")
        .value(session.workspace)
        .text(", ")
        .value(session.user)
        .text(", ")
        .value(Instant::now())
        .text(", ")
        .value(session.expires_at)
        .text(", ")
        .value(
            user_agent
                .chars()
                .filter(|c| !c.is_control())
                .take(200)
                .collect::<String>(),
        )
        .text(")");
    tx.execute(&sql)?;
    add_token(tx, session.id, refresh_hash, None)
}

fn add_token(tx: &mut Tx, session: Id, hash: &str, follows: Option<&str>) -> Result<()> {
    let sql = Sql::new("INSERT INTO refresh_tokens (session_id, hash, follows) VALUES (")
        .value(session)
        .text(", ")
        .value(hash)
        .text(", ")
        .value(follows.map(str::to_owned))
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

/// Replaces a refresh token. Tabs that come with the same one within a moment each get a good one, since nobody knows
/// whose answer the browser keeps. None where the session is over, or the token is an old one: then somebody else has
/// used it, and the session is ended.
pub fn rotate(tx: &mut Tx, id: Id, presented_hash: &str, next_hash: &str) -> Result<Option<Session>> {
    let Some(session) = find(tx, id)? else { return Ok(None) };
    let now = Instant::now();
    let forgiven = now.plus_seconds(-FORGIVEN_SECONDS);
    let sql = Sql::new("UPDATE refresh_tokens SET replaced_at = coalesce(replaced_at, ")
        .value(now)
        .text(") WHERE session_id = ")
        .value(id)
        .text(" AND hash = ")
        .value(presented_hash)
        .text(" AND (replaced_at IS NULL OR replaced_at > ")
        .value(forgiven)
        .text(")");
    if tx.execute(&sql)? == 0 {
        end(tx, id)?;
        return Ok(None);
    }
    // A token that is past forgiving and one that never was are the same from here on. Past forgiving is what is too old,
    // and what comes before the token just used: only the immediate predecessor is forgiven.
    let sql = Sql::new("DELETE FROM refresh_tokens WHERE session_id = ")
        .value(id)
        .text(" AND (replaced_at <= ")
        .value(forgiven)
        .text(" OR hash = (SELECT used.follows FROM refresh_tokens used WHERE used.session_id = ")
        .value(id)
        .text(" AND used.hash = ")
        .value(presented_hash)
        .text("))");
    tx.execute(&sql)?;
    add_token(tx, id, next_hash, Some(presented_hash))?;
    Ok(Some(session))
}

pub fn end(tx: &mut Tx, id: Id) -> Result<()> {
    let sql = Sql::new("UPDATE sessions SET ended_at = ")
        .value(Instant::now())
        .text(" WHERE ended_at IS NULL AND id = ")
        .value(id);
    tx.execute(&sql)?;
    Ok(())
}

/// Ends every session of a user.
pub fn end_all(tx: &mut Tx, workspace: Id, user: Id) -> Result<()> {
    let sql = Sql::new("UPDATE sessions SET ended_at = ")
        .value(Instant::now())
        .text(" WHERE ended_at IS NULL AND workspace_id = ")
        .value(workspace)
        .text(" AND user_id = ")
        .value(user);
    tx.execute(&sql)?;
    Ok(())
}
