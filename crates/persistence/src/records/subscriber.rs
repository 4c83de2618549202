//! Subscribers of the change log: what follows from a change is done here, never in the request that made it.
//!
//! Each takes the sealed changes of a workspace in the order of their positions and notes how far it is in the transaction
//! of what it does with them. So nothing is missed and nothing done twice, whoever is killed when; and one node at a time
//! does it.

use crate::error::Result;
use crate::sql::Sql;
use crate::tx::{Dialect, Tx};
use crate::{activity, change, seal};
use domain::Id;
use domain::change::{Change, ChangeAction};
use domain::policy::Actor;
use domain::value::Storage;

/// Changes of one transaction.
const AT_ONCE: i64 = 200;

pub struct Subscriber {
    /// Names its position in the database: it never changes.
    pub name: &'static str,
    /// The kinds whose changes it takes, and which; none: all.
    pub wants: &'static [(&'static str, Option<ChangeAction>)],
    take: fn(&mut Tx, &Actor, &[Change]) -> Result<()>,
}

impl Subscriber {
    pub(crate) const fn new(
        name: &'static str,
        wants: &'static [(&'static str, Option<ChangeAction>)],
        take: fn(&mut Tx, &Actor, &[Change]) -> Result<()>,
    ) -> Self {
        Self { name, wants, take }
    }
}

pub const SUBSCRIBERS: &[Subscriber] = &[activity::LAST_ACTIVITY];

/// Whether some subscriber takes such a change.
pub(crate) fn is_wanted(kind: &str, action: ChangeAction) -> bool {
    let mut wants = SUBSCRIBERS.iter().flat_map(|subscriber| subscriber.wants);
    wants.any(|(wanted, only)| *wanted == kind && only.is_none_or(|only| only == action))
}

/// The workspaces with changes that a subscriber has not met.
pub fn behind(tx: &mut Tx, subscriber: &Subscriber) -> Result<Vec<Id>> {
    let sql = Sql::new(
        "SELECT h.workspace_id FROM change_heads h LEFT JOIN subscribers s ON s.workspace_id = h.workspace_id AND s.name = ",
    )
    .value(subscriber.name)
    .text(" WHERE h.position > coalesce(s.position, 0)");
    tx.all(&sql, &[Storage::Id], |row| Ok(row.get()?))
}

/// How a subscriber got on in a workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// There may be more.
    Further,
    /// It has met all that is sealed.
    There,
    /// Another node is at it.
    Busy,
}

/// Lets a subscriber take the next changes of the actor's workspace, in this transaction.
pub fn step(tx: &mut Tx, actor: &Actor, subscriber: &Subscriber) -> Result<Step> {
    let permit = actor.own_permit();
    let workspace = permit.workspace();
    let Some(position) = position(tx, workspace, subscriber)? else {
        return Ok(Step::Busy);
    };
    let head = seal::head(tx, workspace)?.position;
    if position >= head {
        return Ok(Step::There);
    }
    let changes = change::wanted(tx, &permit.scope(), position, head, subscriber.wants, AT_ONCE)?;
    let more = i64::try_from(changes.len()).is_ok_and(|n| n == AT_ONCE);
    let reached = changes.last().filter(|_| more).map_or(head, |last| last.position);
    if !changes.is_empty() {
        (subscriber.take)(tx, actor, &changes)?;
    }
    let sql = of(
        Sql::new("UPDATE subscribers SET position = ").value(reached),
        workspace,
        subscriber,
    );
    tx.execute(&sql)?;
    Ok(if more { Step::Further } else { Step::There })
}

/// How far it is, held until the transaction ends; none while another node holds it.
fn position(tx: &mut Tx, workspace: Id, subscriber: &Subscriber) -> Result<Option<i64>> {
    let sql = Sql::new("INSERT INTO subscribers (workspace_id, name, position) VALUES (")
        .value(workspace)
        .text(", ")
        .value(subscriber.name)
        .text(", 0) ON CONFLICT (workspace_id, name) DO NOTHING");
    let held = match tx.dialect() {
        Dialect::Pg => " FOR UPDATE SKIP LOCKED",
        Dialect::Sqlite => "",
    };
    let read = of(Sql::new("SELECT position FROM subscribers"), workspace, subscriber);
    if tx.value::<i64>(&read)?.is_none() {
        tx.execute(&sql)?;
    }
    tx.value(&read.text(held))
}

fn of(sql: Sql, workspace: Id, subscriber: &Subscriber) -> Sql {
    sql.text(" WHERE workspace_id = ")
        .value(workspace)
        .text(" AND name = ")
        .value(subscriber.name)
}
