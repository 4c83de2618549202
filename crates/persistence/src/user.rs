//! Users beyond their records: what they may do.

use crate::engine;
use crate::error::Result;
use crate::sql::Sql;
use crate::team;
use crate::tx::{Dialect, Tx};
use domain::policy::{Actor, Grants, Identity, Permit};
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
    let Some(found) = enabled(tx, workspace.clone(), user)? else {
        return Ok(None);
    };
    let system = Actor::system(workspace.clone());
    let mut grants: Vec<Grants> = Vec::with_capacity(found.roles.len());
    for key in &found.roles {
        let role: Option<Role> = engine::find_by(tx, &system.scope(Role::KIND)?, "key", key.as_str())?;
        grants.extend(role.map(|r| r.grants));
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
    let time_zone = found.time_zone.unwrap_or_else(|| workspace.time_zone.clone());
    Ok(Some(Identity {
        workspace,
        user: Some(user),
        time_zone,
        roles: found.roles,
        grants,
        team_mates,
        team_mates_below,
        limits: None,
    }))
}

/// How many enabled users hold a role. Until the transaction ends nobody else counts them, so that two who both see the
/// other cannot both go.
pub fn holders(tx: &mut Tx, permit: &Permit, role: &str) -> Result<usize> {
    if tx.dialect() == Dialect::Pg {
        let lock = Sql::new("SELECT pg_advisory_xact_lock(hashtextextended(")
            .value(format!("{}:{role}", permit.workspace()))
            .text(", 0))");
        tx.execute(&lock)?;
    }
    let users = Sql::new("SELECT roles FROM users WHERE deleted_at IS NULL AND workspace_id = ")
        .value(permit.workspace())
        .text(" AND disabled = ")
        .value(false);
    let rows = tx.rows(&users, &[Storage::Texts])?;
    let holds = |row: &Vec<domain::value::Val>| matches!(row.first(), Some(domain::value::Val::Texts(roles)) if roles.iter().any(|r| r == role));
    Ok(rows.iter().filter(|row| holds(row)).count())
}
