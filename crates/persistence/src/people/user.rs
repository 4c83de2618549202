//! Users beyond their records: what they may do.

use crate::engine;
use crate::error::Result;
use crate::filter;
use crate::sharing;
use crate::sql::Sql;
use crate::team;
use crate::tx::{Dialect, Tx};
use domain::policy::{Actor, FieldRights, Grants, Identity, Permit, Scope};
use domain::role::Role;
use domain::user::User;
use domain::value::Storage;
use domain::workspace::Workspace;
use domain::{Error, Id, Record};
use std::sync::Arc;

/// A user's record. None where the user is gone or disabled.
pub fn enabled(tx: &mut Tx, workspace: Arc<Workspace>, user: Id) -> Result<Option<User>> {
    match engine::find::<User>(tx, &Actor::system(workspace).scope(User::KIND)?, user) {
        Ok(found) => Ok(Some(found).filter(|found| !found.disabled)),
        Err(crate::Error::Domain(Error::NotFound { .. })) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Everything decisions about a user need. None where the user is gone or disabled.
pub fn identity(tx: &mut Tx, workspace: Arc<Workspace>, user: Id) -> Result<Option<Identity>> {
    let found = enabled(tx, workspace.clone(), user)?;
    found.map(|found| identity_of(tx, workspace, found)).transpose()
}

/// The same of a user who may be disabled: what they would have.
pub fn identity_of(tx: &mut Tx, workspace: Arc<Workspace>, found: User) -> Result<Identity> {
    let user = found.id;
    let system = Actor::system(workspace.clone());
    let mut roles: Vec<(Grants, FieldRights)> = Vec::with_capacity(found.roles.len());
    for key in &found.roles {
        let role: Option<Role> = engine::find_by(tx, &system.scope(Role::KIND)?, "key", key.as_str())?;
        roles.extend(role.map(|r| (r.grants, r.field_rights)));
    }
    let own = team::of_member(tx, workspace.id, user, found.team_id)?;
    let all = team::with_below(tx, workspace.id, &own)?;
    let below: Vec<Id> = all.iter().filter(|t| !own.contains(t)).copied().collect();
    let team_mates = team::members(tx, workspace.id, user, &own, &[])?;
    let team_mates_below = if below.is_empty() {
        team_mates.clone()
    } else {
        team::members(tx, workspace.id, user, &all, &below)?
    };
    let fellows = team::members(tx, workspace.id, user, &own, &own)?;
    let time_zone = found.time_zone.unwrap_or_else(|| workspace.time_zone.clone());
    let kinds = workspace.kinds;
    let shared = sharing::kinds(tx, &workspace, user)?;
    Ok(Identity {
        workspace,
        user: Some(user),
        time_zone,
        roles: found.roles,
        closed: FieldRights::combined(kinds, &roles),
        grants: roles.into_iter().map(|(grants, _)| grants).collect(),
        team_mates,
        team_mates_below,
        limits: None,
        shared,
        teams: own.into(),
        fellows,
    })
}

/// Whether a user is there, and until the transaction ends is not deleted: who writes something of their own may have
/// been deleted since they were recognized, or be about to.
pub fn stays(tx: &mut Tx, actor: &Actor, user: Id) -> Result<bool> {
    let mut sql = Sql::new("SELECT id FROM users WHERE deleted_at IS NULL AND workspace_id = ")
        .value(actor.workspace().id)
        .text(" AND id = ")
        .value(user);
    if tx.dialect() == Dialect::Pg {
        sql.push(" FOR KEY SHARE");
    }
    Ok(!tx.rows(&sql, &[Storage::Id])?.is_empty())
}

/// Changes of rights in a workspace, and of teams and roles that rights follow from, wait for one another until the transaction
/// ends: two at once could each be allowed by what the other takes away.
pub fn hold_rights(tx: &mut Tx, workspace: Id) -> Result<()> {
    tx.hold(format!("{workspace}:rights"))
}

/// Whether a user is there and not disabled.
pub fn is_enabled(tx: &mut Tx, actor: &Actor, user: Id) -> Result<bool> {
    Ok(!those_enabled(tx, actor, &[user])?.is_empty())
}

/// Those of the users who are there and not disabled.
pub(crate) fn those_enabled(tx: &mut Tx, actor: &Actor, users: &[Id]) -> Result<Vec<Id>> {
    if users.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = Sql::new("SELECT id FROM users WHERE deleted_at IS NULL AND workspace_id = ")
        .value(actor.workspace().id)
        .text(" AND disabled = ")
        .value(false)
        .text(" AND id");
    filter::one_of_ids(&mut sql, tx.dialect(), users);
    tx.all(&sql, &[Storage::Id], |row| Ok(row.get()?))
}

/// Until the transaction ends nobody else gives a role, takes it, or counts who holds it, where either of the two means
/// to do it `alone`.
pub fn lock_role(tx: &mut Tx, permit: &Permit, role: &str, alone: bool) -> Result<()> {
    let name = format!("{}:role:{role}", permit.workspace());
    if alone { tx.hold(name) } else { tx.hold_shared(name) }
}

fn held(select: &'static str, dialect: Dialect, workspace: Id, role: &str) -> Sql {
    let sql = Sql::new(select)
        .text(" FROM users u WHERE u.deleted_at IS NULL AND u.workspace_id = ")
        .value(workspace);
    match dialect {
        Dialect::Pg => sql.text(" AND u.roles @> ARRAY[").value(role).text("]::text[]"),
        Dialect::Sqlite => sql
            .text(" AND EXISTS (SELECT 1 FROM json_each(u.roles) WHERE value = ")
            .value(role)
            .text(")"),
    }
}

/// How many users other than one hold a role and can sign in. Until the transaction ends nobody else counts them, so that
/// two who both see the other cannot both go.
pub fn others_with(tx: &mut Tx, permit: &Permit, role: &str, user: Id) -> Result<i64> {
    lock_role(tx, permit, role, true)?;
    let sql = held("SELECT count(*)", tx.dialect(), permit.workspace(), role)
        .text(" AND u.id <> ")
        .value(user)
        .text(" AND u.disabled = ")
        .value(false)
        .text(" AND EXISTS (SELECT 1 FROM logins l WHERE l.workspace_id = u.workspace_id AND l.user_id = u.id)");
    Ok(tx.value(&sql)?.unwrap_or(0))
}

/// How many users hold a role, those who cannot sign in as well. Until the transaction ends nobody gives it to another.
pub fn holders(tx: &mut Tx, permit: &Permit, role: &str) -> Result<i64> {
    lock_role(tx, permit, role, true)?;
    let sql = held("SELECT count(*)", tx.dialect(), permit.workspace(), role);
    Ok(tx.value(&sql)?.unwrap_or(0))
}

/// Each role that somebody holds, by its key, and how many do.
pub fn count_by_role(tx: &mut Tx, scope: &Scope) -> Result<Vec<(String, i64)>> {
    let sql = Sql::new(match tx.dialect() {
        Dialect::Pg => "SELECT r.role, count(*) FROM users u CROSS JOIN unnest(u.roles) AS r (role)",
        Dialect::Sqlite => "SELECT r.value AS role, count(*) FROM users u CROSS JOIN json_each(u.roles) r",
    })
    .text(" WHERE u.deleted_at IS NULL AND u.workspace_id = ")
    .value(scope.workspace())
    .text(" GROUP BY 1 ORDER BY 1");
    tx.all(&sql, &[Storage::Text, Storage::Int], |row| Ok((row.get()?, row.get()?)))
}
