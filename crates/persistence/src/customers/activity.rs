//! Activities beyond their records: what they tell about the records they belong to.

use crate::engine::{Derived, derive};
use crate::error::Result;
use crate::filter::one_of_ids;
use crate::sql::Sql;
use crate::subscriber::Subscriber;
use crate::tx::{Dialect, Tx};
use domain::activity::Activity;
use domain::change::{Change, ChangeAction};
use domain::policy::{Action, Actor};
use domain::value::Storage;
use domain::{Id, Instant, Kind, Record};
use serde_json::json;
use std::collections::BTreeSet;

const FIELD: &str = "last_activity_at";

/// Keeps `last_activity_at` of what activities belong to: the time of the latest that is there, after one is deleted,
/// moved or comes back too. What comes out of the bin has missed those made meanwhile.
pub(crate) const LAST_ACTIVITY: Subscriber = Subscriber::new(
    "last_activity",
    &[
        ("activity", None),
        ("customer", Some(ChangeAction::Restore)),
        ("contact", Some(ChangeAction::Restore)),
        ("lead", Some(ChangeAction::Restore)),
        ("opportunity", Some(ChangeAction::Restore)),
    ],
    refresh,
);

/// The fields of an activity that name a record which keeps the date, with the kind of each.
fn parents() -> impl Iterator<Item = (&'static str, &'static Kind)> {
    let kinds = Activity::KIND.parents();
    let kinds = kinds.filter_map(|(field, kind)| Some((field, domain::kind(kind)?)));
    kinds.filter(|(_, kind)| kind.field(FIELD).is_some())
}

fn refresh(tx: &mut Tx, actor: &Actor, changes: &[Change]) -> Result<()> {
    let of = |kind: &'static Kind| changes.iter().filter(move |change| change.kind == kind.name);
    let activities: Vec<Id> = of(Activity::KIND).map(|change| change.record_id).collect();
    for (field, kind) in parents() {
        let mut records: BTreeSet<Id> = of(kind).map(|change| change.record_id).collect();
        // Where it belonged before, and where after; and where it belongs now, since what changed may be its time alone.
        let told = of(Activity::KIND).filter_map(|change| change.fields.get(field)?.as_array());
        records.extend(told.flatten().filter_map(|id| id.as_str()?.parse::<Id>().ok()));
        records.extend(belongs(tx, actor, field, &activities)?);
        let records: Vec<Id> = records.into_iter().collect();
        let permit = actor.authorize(Action::Edit, kind, None)?;
        let changed = latest(tx, actor, field, kind, &records)?;
        derive(tx, &permit, kind, FIELD, changed)?;
    }
    Ok(())
}

fn belongs(tx: &mut Tx, actor: &Actor, field: &str, activities: &[Id]) -> Result<Vec<Id>> {
    let mut sql = Sql::new(format!(
        "SELECT DISTINCT {field} FROM activities WHERE {field} IS NOT NULL AND workspace_id = "
    ))
    .value(actor.workspace().id)
    .text(" AND id");
    one_of_ids(&mut sql, tx.dialect(), activities);
    tx.all(&sql, &[Storage::Id], |row| Ok(row.get()?))
}

/// Those of the records whose date is no longer right. They are held, in one order, until the transaction ends.
fn latest(tx: &mut Tx, actor: &Actor, field: &str, kind: &Kind, records: &[Id]) -> Result<Vec<Derived>> {
    let mut sql = Sql::new(format!(
        "SELECT t.id, t.version, t.{FIELD}, (SELECT max(a.happened_at) FROM activities a WHERE a.workspace_id = \
         t.workspace_id AND a.{field} = t.id AND a.deleted_at IS NULL) FROM {} t WHERE t.deleted_at IS NULL AND t.workspace_id = ",
        kind.plural
    ))
    .value(actor.workspace().id)
    .text(" AND t.id");
    one_of_ids(&mut sql, tx.dialect(), records);
    sql.push(" ORDER BY t.id");
    if tx.dialect() == Dialect::Pg {
        sql.push(" FOR NO KEY UPDATE OF t");
    }
    let columns = [Storage::Id, Storage::Int, Storage::Instant, Storage::Instant];
    let rows: Vec<(Id, i64, Option<Instant>, Option<Instant>)> = tx.all(&sql, &columns, |row| {
        Ok((row.get()?, row.get()?, row.get()?, row.get()?))
    })?;
    let wrong = rows.into_iter().filter(|(_, _, was, is)| was != is);
    Ok(wrong
        .map(|(record, version, was, is)| Derived {
            record,
            version,
            was: json!(was),
            is: json!(is),
            stored: is.into(),
        })
        .collect())
}
