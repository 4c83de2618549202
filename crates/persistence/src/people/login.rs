//! Sign-ins: the address and password of a user, and the links to set a password with.

use crate::change::{self, Entry};
use crate::error::Result;
use crate::sql::Sql;
use crate::tx::{Dialect, Tx};
use domain::change::ChangeAction;
use domain::policy::Permit;
use domain::value::Storage;
use domain::{Error, Id, Instant, Issue};
use serde_json::json;

/// How somebody signs in. The address is unique among all workspaces, since it is all a sign-in tells.
#[derive(Debug, Clone)]
pub struct Login {
    pub workspace: Id,
    pub user: Id,
    pub password_hash: String,
}

fn key(email: &str) -> String {
    domain::value::address(email)
}

pub fn find(tx: &mut Tx, email: &str) -> Result<Option<Login>> {
    let sql = Sql::new("SELECT workspace_id, user_id, password_hash FROM logins WHERE email = ").value(key(email));
    tx.row(&sql, &[Storage::Id, Storage::Id, Storage::Text])?
        .map(|mut row| {
            Ok(Login {
                workspace: row.get()?,
                user: row.get()?,
                password_hash: row.get()?,
            })
        })
        .transpose()
}

/// The hash of a user's password; none for who cannot sign in.
pub fn password_hash(tx: &mut Tx, workspace: Id, user: Id) -> Result<Option<String>> {
    tx.value(&Sql::new("SELECT password_hash FROM logins").of_user(workspace, user))
}

/// Until the transaction ends nobody else disables the user, sets their password or signs them in: each of these sees what
/// came before it.
pub fn hold(tx: &mut Tx, workspace: Id, user: Id) -> Result<()> {
    if tx.dialect() == Dialect::Pg {
        let sql = Sql::new("SELECT id FROM users WHERE workspace_id = ")
            .value(workspace)
            .text(" AND id = ")
            .value(user)
            .text(" FOR NO KEY UPDATE");
        tx.rows(&sql, &[Storage::Id])?;
    }
    Ok(())
}

/// Whether the password that was verified before the transaction began is still the user's. Holds the user.
pub fn still(tx: &mut Tx, workspace: Id, user: Id, verified: &str) -> Result<bool> {
    hold(tx, workspace, user)?;
    Ok(password_hash(tx, workspace, user)?.as_deref() == Some(verified))
}

/// Lets a user sign in with this address and password, in place of any earlier ones.
pub fn set(tx: &mut Tx, permit: &Permit, user: Id, email: &str, password_hash: &str) -> Result<()> {
    free_for(tx, user, email)?;
    remove(tx, permit, user)?;
    let sql = Sql::new("INSERT INTO logins (email, workspace_id, user_id, password_hash, changed_at) VALUES (")
        .value(key(email))
        .text(", ")
        .value(permit.workspace())
        .text(", ")
        .value(user)
        .text(", ")
        .value(password_hash)
        .text(", ")
        .value(Instant::now())
        .text(")");
    tx.execute(&sql)?;
    Ok(())
}

/// Nobody else signs in with this address.
pub fn free_for(tx: &mut Tx, user: Id, email: &str) -> Result<()> {
    if find(tx, email)?.is_some_and(|l| l.user != user) {
        return Err(Error::Conflict(Issue::at("email", "email_taken")).into());
    }
    Ok(())
}

/// Replaces the password of a user who has one.
pub fn set_password(tx: &mut Tx, permit: &Permit, user: Id, password_hash: &str) -> Result<()> {
    let sql = Sql::new("UPDATE logins SET password_hash = ")
        .value(password_hash)
        .text(", changed_at = ")
        .value(Instant::now())
        .of_user(permit.workspace(), user);
    tx.execute(&sql)?;
    Ok(())
}

/// The sign-in address follows the user's e-mail address. A link that went to the old one ends.
pub fn rename(tx: &mut Tx, permit: &Permit, user: Id, email: &str) -> Result<()> {
    free_for(tx, user, email)?;
    withdraw_link(tx, permit, user)?;
    let sql = Sql::new("UPDATE logins SET email = ")
        .value(key(email))
        .of_user(permit.workspace(), user);
    tx.execute(&sql)?;
    Ok(())
}

/// The user cannot sign in any more, nor through a link.
pub fn remove(tx: &mut Tx, permit: &Permit, user: Id) -> Result<()> {
    withdraw_link(tx, permit, user)?;
    tx.execute(&Sql::new("DELETE FROM logins").of_user(permit.workspace(), user))?;
    Ok(())
}

/// Whether anybody can sign in at all: if not, the server offers its set-up link.
pub fn anybody(tx: &mut Tx) -> Result<bool> {
    Ok(!tx
        .rows(&Sql::new("SELECT user_id FROM logins LIMIT 1"), &[Storage::Id])?
        .is_empty())
}

/// Offers a link that sets the user's password, in place of any earlier one.
pub fn offer_link(tx: &mut Tx, permit: &Permit, user: Id, token_hash: &str, expires_at: Instant) -> Result<()> {
    withdraw_link(tx, permit, user)?;
    add_link(tx, permit, user, token_hash, expires_at, false)
}

/// The same for who has forgotten the password, which anybody can say: it takes the place of an earlier link of its kind,
/// and leaves one that an administrator has given.
pub fn offer_asked_link(tx: &mut Tx, permit: &Permit, user: Id, token_hash: &str, expires_at: Instant) -> Result<()> {
    let earlier = Sql::new("DELETE FROM password_links").of_user(permit.workspace(), user);
    tx.execute(&earlier.text(" AND asked = ").value(true))?;
    add_link(tx, permit, user, token_hash, expires_at, true)
}

fn add_link(tx: &mut Tx, permit: &Permit, user: Id, hash: &str, expires_at: Instant, asked: bool) -> Result<()> {
    let sql = Sql::new(
        "INSERT INTO password_links (token_hash, workspace_id, user_id, created_at, expires_at, asked) VALUES (",
    )
    .value(hash)
    .text(", ")
    .value(permit.workspace())
    .text(", ")
    .value(user)
    .text(", ")
    .value(Instant::now())
    .text(", ")
    .value(expires_at)
    .text(", ")
    .value(asked)
    .text(")");
    tx.execute(&sql)?;
    Ok(())
}

/// Drops links whose time is over.
pub fn forget_old_links(tx: &mut Tx) -> Result<usize> {
    tx.execute(&Sql::new("DELETE FROM password_links WHERE expires_at < ").value(Instant::now()))
}

/// Tells the change log that a link was made for who has forgotten the password.
pub fn log_forgotten(tx: &mut Tx, permit: &Permit, user: Id) -> Result<()> {
    let entry = Entry {
        kind: "password_link",
        record: user,
        version: 1,
        action: ChangeAction::Create,
        fields: json!({ "user_id": [null, user] }),
        at: Instant::now(),
    };
    change::append(tx, permit, entry)
}

pub fn withdraw_link(tx: &mut Tx, permit: &Permit, user: Id) -> Result<()> {
    tx.execute(&Sql::new("DELETE FROM password_links").of_user(permit.workspace(), user))?;
    Ok(())
}

/// Workspace and user of a link that still holds.
pub fn linked(tx: &mut Tx, token_hash: &str) -> Result<Option<(Id, Id)>> {
    let sql = Sql::new("SELECT workspace_id, user_id FROM password_links WHERE token_hash = ")
        .value(token_hash)
        .text(" AND expires_at > ")
        .value(Instant::now());
    tx.row(&sql, &[Storage::Id, Storage::Id])?
        .map(|mut row| Ok((row.get()?, row.get()?)))
        .transpose()
}

/// Uses a link up. False where somebody else was faster.
pub fn take_link(tx: &mut Tx, token_hash: &str) -> Result<bool> {
    let sql = Sql::new("DELETE FROM password_links WHERE token_hash = ").value(token_hash);
    Ok(tx.execute(&sql)? == 1)
}
