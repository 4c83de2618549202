//! Users beyond their records: what they may do.

use crate::engine;
use crate::error::Result;
use crate::sql::Sql;
use crate::tx::{Dialect, Tx};
use domain::policy::{Grants, Identity, Permit};
use domain::role::Role;
use domain::user::User;
use domain::value::{Row, Storage};
use domain::workspace::Workspace;
use domain::{Error, Id, Record};
use std::sync::Arc;

/// Everything decisions about a user need. None where the user is gone or disabled.
pub fn identity(tx: &mut Tx, workspace: Arc<Workspace>, user: Id) -> Result<Option<Identity>> {
    let system = domain::policy::Actor::system(workspace.clone());
    let scope = system.scope(User::KIND)?;
    let found = match engine::find::<User>(tx, &scope, user) {
        Ok(found) if !found.disabled => found,
        Ok(_) | Err(crate::Error::Domain(Error::NotFound { .. })) => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut grants: Vec<Grants> = Vec::with_capacity(found.roles.len());
    for key in &found.roles {
        let role: Option<Role> = engine::find_by(tx, &system.scope(Role::KIND)?, "key", key.as_str())?;
        grants.extend(role.map(|r| r.grants));
    }
    let mates = Sql::new("SELECT u.id FROM users u WHERE u.deleted_at IS NULL AND u.workspace_id = ")
        .value(workspace.id)
        .text(" AND (u.id = ")
        .value(user)
        .text(" OR u.team_id = ")
        .value(found.team_id)
        .text(" OR u.team_id IN (SELECT m.id FROM teams m WHERE m.deleted_at IS NULL AND m.workspace_id = u.workspace_id AND m.manager_id = ")
        .value(user)
        .text("))");
    let team_mates = tx
        .rows(&mates, &[Storage::Id])?
        .into_iter()
        .map(|row| Ok(Row::new(row).get()?))
        .collect::<Result<Vec<Id>>>()?;
    let time_zone = found.time_zone.unwrap_or_else(|| workspace.time_zone.clone());
    Ok(Some(Identity {
        workspace,
        user: Some(user),
        time_zone,
        roles: found.roles,
        grants,
        team_mates: team_mates.into(),
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
