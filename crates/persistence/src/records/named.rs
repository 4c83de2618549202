//! Texts that have become references: a migration leaves them in `named_references`, and at the first start after it each
//! record refers to the one of that name, made where there is none. So they are written as anything is, with sort keys,
//! search terms and a history, which SQL alone could not give them.

use crate::engine;
use crate::error::{Error, Result};
use crate::sql::Sql;
use crate::store::Store;
use crate::tx::Tx;
use crate::workspace;
use domain::policy::{Action, Actor};
use domain::record::{Birth, Patch};
use domain::value::{Row, Storage};
use domain::{Field, Id, Instant, Kind, Record};
use serde_json::{Map, Value as Json, json};
use std::sync::Arc;

/// Texts of one transaction.
const AT_ONCE: i64 = 500;

/// What stood in a record before its field referred to records.
struct Named {
    workspace: Id,
    kind: &'static Kind,
    record: Id,
    field: &'static Field,
    name: String,
}

/// Takes up all that a migration has left.
pub fn take_up(store: &Store) -> Result<()> {
    while store.write_here(some)? > 0 {}
    Ok(())
}

fn some(tx: &mut Tx) -> Result<usize> {
    // One node after another.
    tx.hold("named_references".to_owned())?;
    let sql = Sql::new("SELECT workspace_id, kind, record_id, field, name FROM named_references ORDER BY workspace_id, kind, record_id LIMIT ")
        .value(AT_ONCE);
    let columns = [Storage::Id, Storage::Text, Storage::Id, Storage::Text, Storage::Text];
    let found: Vec<Named> = tx.all(&sql, &columns, |row: &mut Row| -> Result<Named> {
        let (workspace, kind, record): (Id, String, Id) = (row.get()?, row.get()?, row.get()?);
        let (field, name): (String, String) = (row.get()?, row.get()?);
        let kind = domain::kind(&kind).ok_or_else(|| Error::internal("a text of no kind"))?;
        let field = kind
            .field(&field)
            .ok_or_else(|| Error::internal("a text of no field"))?;
        Ok(Named {
            workspace,
            kind,
            record,
            field,
            name,
        })
    })?;
    let mut actor: Option<Actor> = None;
    for named in &found {
        let here = actor.take().filter(|actor| actor.workspace().id == named.workspace);
        let here = match here {
            Some(actor) => actor,
            None => {
                let space = workspace::find(tx, named.workspace)?;
                Actor::system(Arc::new(
                    space.ok_or_else(|| Error::internal("a text of no workspace"))?,
                ))
            }
        };
        let target = named.field.refers.and_then(domain::kind);
        let target = target.ok_or_else(|| Error::internal("refers to no kind"))?;
        match called(tx, &here, target, &named.name).and_then(|id| refer(tx, &here, named, id)) {
            // A text that no record may be called by keeps no server from starting.
            Err(Error::Domain(error)) => tracing::warn!(
                kind = named.kind.name, record = %named.record, field = named.field.name, name = named.name, ?error,
                "a text was left out that no record may be called by"
            ),
            done => done?,
        }
        let sql = Sql::new("DELETE FROM named_references WHERE workspace_id = ")
            .value(named.workspace)
            .text(" AND kind = ")
            .value(named.kind.name)
            .text(" AND record_id = ")
            .value(named.record)
            .text(" AND field = ")
            .value(named.field.name)
            .text(" AND name = ")
            .value(named.name.as_str());
        tx.execute(&sql)?;
        actor = Some(here);
    }
    Ok(found.len())
}

/// Calls a function of records for a kind.
macro_rules! of_kind {
    ([$kind:expr, $call:ident $args:tt] $($how:ident $noun:ident::$type:ident;)*) => {{
        $(if $kind.name == domain::$noun::$type::KIND.name {
            return $call::<domain::$noun::$type> $args;
        })*
        Err(Error::internal("no such kind"))
    }};
}

/// The record of a name.
fn called(tx: &mut Tx, actor: &Actor, kind: &Kind, name: &str) -> Result<Id> {
    domain::kinds!(of_kind, kind, called_of(tx, actor, name))
}

fn called_of<T: Record>(tx: &mut Tx, actor: &Actor, name: &str) -> Result<Id> {
    let found: Option<T> = engine::find_by(tx, &actor.scope(T::KIND)?, T::KIND.title, name)?;
    if let Some(found) = found {
        return Ok(found.id());
    }
    let map: Map<String, Json> = [(T::KIND.title.to_owned(), json!(name))].into_iter().collect();
    let new = T::create(T::Patch::parse(map, true)?, Birth::new(None))?;
    let permit = actor.authorize(Action::Create, T::KIND, None)?;
    engine::insert(tx, &permit, std::slice::from_ref(&new))?;
    Ok(new.id())
}

fn refer(tx: &mut Tx, actor: &Actor, named: &Named, id: Id) -> Result<()> {
    domain::kinds!(of_kind, named.kind, refer_of(tx, actor, named, id))
}

fn refer_of<T: Record>(tx: &mut Tx, actor: &Actor, named: &Named, id: Id) -> Result<()> {
    let scope = actor.scope(T::KIND)?;
    let permit = actor.authorize(Action::Edit, T::KIND, None)?;
    let found: Result<T> = engine::find_held(tx, &scope, named.record);
    let (old, binned) = match found {
        Err(Error::Domain(domain::Error::NotFound { .. })) => (engine::find_deleted(tx, &scope, named.record)?, true),
        found => (found?, false),
    };
    let before = serde_json::to_value(old.whole()).map_err(Error::internal)?;
    let value = match &before[named.field.name] {
        Json::Array(ids) => ids.iter().cloned().chain([json!(id)]).collect(),
        _ => json!(id),
    };
    let patch = [(named.field.name.to_owned(), value)].into_iter().collect();
    let new = old.apply(T::Patch::parse(patch, false)?, Instant::now())?;
    if binned {
        // Its history goes on when it comes out of the bin, and tells then what it holds.
        let value = new
            .put()
            .into_iter()
            .nth(T::KIND.place_of(named.field.name))
            .ok_or_else(|| Error::internal("no value"))?;
        let sql = Sql::new(format!("UPDATE {} SET {} = ", T::KIND.plural, named.field.name))
            .value(value)
            .text(" WHERE workspace_id = ")
            .value(named.workspace)
            .text(" AND id = ")
            .value(named.record);
        tx.execute(&sql)?;
        return Ok(());
    }
    engine::update(tx, &permit, &old, &new)?;
    Ok(())
}
