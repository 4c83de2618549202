//! Who a record is shared with, and what that lets them do.

use crate::change::{self, Entry};
use crate::error::Result;
use crate::sql::Sql;
use crate::tx::Tx;
use domain::change::ChangeAction;
use domain::policy::{Action, Actor, Permit, Scope, Shared};
use domain::sharing::{Member, Share};
use domain::value::{Row, Storage};
use domain::workspace::Workspace;
use domain::{AnyRecord, Id, Instant, Kind};
use serde_json::{Value as Json, json};

/// Whom a record is shared with, the latest first; the scope has let see the record.
pub fn members(tx: &mut Tx, scope: &Scope, kind: &Kind, record: Id) -> Result<Vec<Member>> {
    let sql = of_record(scope.workspace(), kind, record).text(" ORDER BY created_at DESC, user_id");
    tx.all(&sql, &COLUMNS, take)
}

const COLUMNS: [Storage; 3] = [Storage::Id, Storage::Text, Storage::Instant];

fn of_record(workspace: Id, kind: &Kind, record: Id) -> Sql {
    Sql::new("SELECT user_id, access, expires_at FROM record_members WHERE workspace_id = ")
        .value(workspace)
        .text(" AND kind = ")
        .value(kind.name)
        .text(" AND record_id = ")
        .value(record)
}

fn take(row: &mut Row) -> Result<Member> {
    Ok(Member {
        user: row.get()?,
        access: row.get::<Share>()?,
        expires_at: row.get()?,
    })
}

/// How a record is shared with one user, if it is.
pub fn member(tx: &mut Tx, workspace: Id, kind: &Kind, record: Id, user: Id) -> Result<Option<Member>> {
    let sql = of_record(workspace, kind, record).text(" AND user_id = ").value(user);
    tx.row(&sql, &COLUMNS)?.as_mut().map(take).transpose()
}

/// The kinds of which records are shared with a user.
pub fn kinds(tx: &mut Tx, workspace: &Workspace, user: Id) -> Result<Vec<&'static str>> {
    let sql = Sql::new("SELECT DISTINCT kind FROM record_members WHERE workspace_id = ")
        .value(workspace.id)
        .text(" AND user_id = ")
        .value(user);
    let names: Vec<String> = tx.all(&sql, &[Storage::Text], |row| Ok(row.get()?))?;
    Ok(names
        .iter()
        .filter_map(|n| workspace.kinds.named(n))
        .map(|k| k.name)
        .collect())
}

/// The ticket to do something to a record: as its owner lets, or as it is shared.
pub fn authorize(tx: &mut Tx, actor: &Actor, action: Action, record: &AnyRecord) -> Result<Permit> {
    let kind = record.kind();
    let refused = match actor.authorize(action, kind, record.owner_id()) {
        Ok(permit) => return Ok(permit),
        Err(refused) => refused,
    };
    let Some(user) = actor.user().filter(|_| actor.identity.shared.contains(&kind.name)) else {
        return Err(refused.into());
    };
    let member = member(tx, actor.workspace().id, kind, record.id(), user)?;
    match member {
        Some(member) => Ok(actor.authorize_member(action, kind, &member)?),
        None => Err(refused.into()),
    }
}

fn told(member: &Member) -> Json {
    json!({ "user_id": member.user, "access": member.access, "expires_at": member.expires_at })
}

fn log(
    tx: &mut Tx,
    permit: &Permit,
    kind: &Kind,
    record: (Id, i64),
    old: Option<&Member>,
    new: Option<&Member>,
) -> Result<()> {
    let entry = Entry {
        kind: kind.name,
        record: record.0,
        version: record.1,
        action: ChangeAction::Update,
        fields: json!({ "shared_with": [old.map(told), new.map(told)] }),
        at: Instant::now(),
    };
    change::append(tx, permit, entry)
}

/// Shares a record, or shares it otherwise. The record keeps its version. Returns whether it was not shared with them
/// before.
pub fn put(tx: &mut Tx, permit: &Permit, kind: &Kind, record: (Id, i64), member: &Member) -> Result<bool> {
    let old = self::member(tx, permit.workspace(), kind, record.0, member.user)?;
    if old.as_ref() == Some(member) {
        return Ok(false);
    }
    let sql = Sql::new(
        "INSERT INTO record_members (workspace_id, kind, record_id, user_id, access, expires_at, created_at, created_by) VALUES (",
    )
    .value(permit.workspace())
    .text(", ")
    .value(kind.name)
    .text(", ")
    .value(record.0)
    .text(", ")
    .value(member.user)
    .text(", ")
    .value(member.access.key())
    .text(", ")
    .value(member.expires_at)
    .text(", ")
    .value(Instant::now())
    .text(", ")
    .value(permit.actor())
    .text(
        ") ON CONFLICT (workspace_id, kind, record_id, user_id) DO UPDATE SET access = excluded.access, \
         expires_at = excluded.expires_at",
    );
    tx.execute(&sql)?;
    log(tx, permit, kind, record, old.as_ref(), Some(member))?;
    Ok(old.is_none())
}

/// Ends the sharing with one user. Returns whether there was any.
pub fn remove(tx: &mut Tx, permit: &Permit, kind: &Kind, record: (Id, i64), user: Id) -> Result<bool> {
    let Some(old) = member(tx, permit.workspace(), kind, record.0, user)? else {
        return Ok(false);
    };
    let sql = Sql::new("DELETE FROM record_members WHERE workspace_id = ")
        .value(permit.workspace())
        .text(" AND kind = ")
        .value(kind.name)
        .text(" AND record_id = ")
        .value(record.0)
        .text(" AND user_id = ")
        .value(user);
    tx.execute(&sql)?;
    log(tx, permit, kind, record, Some(&old), None)?;
    Ok(true)
}

/// ` IN` the records of a kind that are shared with the user.
pub(crate) fn shared_with(sql: &mut Sql, workspace: Id, shared: Shared) {
    sql.push(" IN (SELECT s.record_id FROM record_members s WHERE s.workspace_id = ")
        .bind(workspace)
        .push(" AND s.user_id = ")
        .bind(shared.user)
        .push(" AND s.kind = ")
        .bind(shared.kind)
        .push(" AND (s.expires_at IS NULL OR s.expires_at > ")
        .bind(Instant::now())
        .push("))");
}
