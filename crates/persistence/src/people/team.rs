//! Teams beyond their records: the tree they form, and who is in them.

use crate::error::Result;
use crate::filter::one_of_ids;
use crate::sql::Sql;
use crate::tx::Tx;
use domain::Id;
use domain::policy::Permit;
use domain::value::Storage;
use std::sync::Arc;

fn ids(tx: &mut Tx, sql: &Sql) -> Result<Vec<Id>> {
    tx.all(sql, &[Storage::Id], |row| Ok(row.get()?))
}

/// The teams a user belongs to, at home or besides, or leads.
pub fn of_member(tx: &mut Tx, workspace: Id, user: Id, team: Option<Id>) -> Result<Vec<Id>> {
    let sql = Sql::new("SELECT id FROM teams WHERE deleted_at IS NULL AND workspace_id = ")
        .value(workspace)
        .text(" AND manager_id = ")
        .value(user)
        .text(" UNION SELECT id FROM teams WHERE deleted_at IS NULL AND workspace_id = ")
        .value(workspace)
        .text(" AND id = ")
        .value(team)
        .text(
            " UNION SELECT t.id FROM team_members m JOIN teams t ON t.workspace_id = m.workspace_id AND t.id = m.team_id \
             WHERE m.deleted_at IS NULL AND t.deleted_at IS NULL AND m.workspace_id = ",
        )
        .value(workspace)
        .text(" AND m.user_id = ")
        .value(user);
    ids(tx, &sql)
}

/// The next few records of a user's belonging to teams besides their own.
pub fn memberships(tx: &mut Tx, permit: &Permit, user: Id, most: i64) -> Result<Vec<Id>> {
    let sql = Sql::new("SELECT id FROM team_members WHERE deleted_at IS NULL AND workspace_id = ")
        .value(permit.workspace())
        .text(" AND user_id = ")
        .value(user)
        .text(" LIMIT ")
        .value(most);
    ids(tx, &sql)
}

/// The teams and all below them. A tree that were no tree would end here as well: no team comes twice.
pub fn with_below(tx: &mut Tx, workspace: Id, teams: &[Id]) -> Result<Vec<Id>> {
    if teams.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql =
        Sql::new("WITH RECURSIVE below (id) AS (SELECT id FROM teams WHERE deleted_at IS NULL AND workspace_id = ")
            .value(workspace)
            .text(" AND id");
    one_of_ids(&mut sql, tx.dialect(), teams);
    sql.push(
        " UNION SELECT t.id FROM teams t JOIN below b ON t.parent_id = b.id WHERE t.deleted_at IS NULL AND t.workspace_id = ",
    )
    .bind(workspace)
    .push(") SELECT id FROM below");
    ids(tx, &sql)
}

/// The user, the members of `teams`, also those at home elsewhere, and who leads the teams `led`: a manager need not be a member.
pub fn members(tx: &mut Tx, workspace: Id, user: Id, teams: &[Id], led: &[Id]) -> Result<Arc<[Id]>> {
    if teams.is_empty() {
        return Ok(Arc::from([user]));
    }
    let mut sql = Sql::new("SELECT id FROM users WHERE deleted_at IS NULL AND workspace_id = ")
        .value(workspace)
        .text(" AND team_id");
    one_of_ids(&mut sql, tx.dialect(), teams);
    sql.push(
        " UNION SELECT m.user_id FROM team_members m JOIN users u ON u.workspace_id = m.workspace_id AND u.id = m.user_id \
         WHERE m.deleted_at IS NULL AND u.deleted_at IS NULL AND m.workspace_id = ",
    )
    .bind(workspace)
    .push(" AND m.team_id");
    one_of_ids(&mut sql, tx.dialect(), teams);
    if !led.is_empty() {
        sql.push(" UNION SELECT manager_id FROM teams WHERE manager_id IS NOT NULL AND workspace_id = ")
            .bind(workspace)
            .push(" AND id");
        one_of_ids(&mut sql, tx.dialect(), led);
    }
    let mut found = ids(tx, &sql)?;
    if !found.contains(&user) {
        found.push(user);
    }
    Ok(found.into())
}

/// How many levels a team and what lies below it have together.
pub fn levels(tx: &mut Tx, permit: &Permit, team: Id) -> Result<usize> {
    let sql = Sql::new("WITH RECURSIVE below (id, depth) AS (SELECT id, 1 FROM teams WHERE workspace_id = ")
        .value(permit.workspace())
        .text(" AND id = ")
        .value(team)
        .text(" UNION ALL SELECT t.id, b.depth + 1 FROM teams t JOIN below b ON t.parent_id = b.id WHERE b.depth < 100 AND t.deleted_at IS NULL AND t.workspace_id = ")
        .value(permit.workspace())
        .text(") SELECT CAST(max(depth) AS BIGINT) FROM below");
    // One that is still to be stored has one level.
    let levels: Option<Option<i64>> = tx.value(&sql)?;
    Ok(levels.flatten().and_then(|n| usize::try_from(n).ok()).unwrap_or(1))
}

/// The team and those it lies below, nearest first. Until the transaction ends nobody else moves a team of the
/// workspace, so that two moves that are each fine cannot make a ring together.
pub fn with_above(tx: &mut Tx, permit: &Permit, team: Id) -> Result<Vec<Id>> {
    tx.hold(format!("{}:teams", permit.workspace()))?;
    let sql = Sql::new("WITH RECURSIVE above (id, parent_id, depth) AS (SELECT id, parent_id, 0 FROM teams WHERE workspace_id = ")
        .value(permit.workspace())
        .text(" AND id = ")
        .value(team)
        .text(" UNION ALL SELECT t.id, t.parent_id, a.depth + 1 FROM teams t JOIN above a ON t.id = a.parent_id WHERE a.depth < 100 AND t.workspace_id = ")
        .value(permit.workspace())
        .text(") SELECT id FROM above ORDER BY depth");
    ids(tx, &sql)
}
