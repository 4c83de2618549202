//! What the explanation of a right needs to know of a record, and of the roles somebody has.

use crate::engine::source;
use crate::error::{Error, Result};
use crate::sql::Sql;
use crate::tx::Tx;
use crate::{engine, filter, sharing};
use domain::policy::Scope;
use domain::policy::explain::{About, HeldRole};
use domain::role::Role;
use domain::user::User;
use domain::value::{Row, Storage};
use domain::view::Audience;
use domain::{Id, Kind, Record};
use std::slice;

/// A record that the scope lets see, as far as `user` is concerned, and what it belongs to. `people` tells owners' names.
pub fn about(
    tx: &mut Tx,
    scope: &Scope,
    people: &Scope,
    kind: &'static Kind,
    id: Id,
    user: Id,
) -> Result<(About, Vec<(&'static Kind, Id)>)> {
    let parents: Vec<(&'static str, &'static Kind)> = kind
        .parents()
        .filter_map(|(column, parent)| Some((column, domain::kind(parent)?)))
        .collect();
    let mut sql = Sql::new(format!("SELECT coalesce(t.{}, ''), t.owner_id", kind.title));
    let mut columns = vec![Storage::Text, Storage::Id];
    for (column, _) in &parents {
        sql.push(format!(", t.{column}"));
        columns.push(Storage::Id);
    }
    let opened_by = kind.opened_by.and_then(|name| kind.field(name));
    if let Some(field) = opened_by {
        sql.push(format!(", t.{}, t.team_id", field.stored_as()));
        columns.extend([Storage::Text, Storage::Id]);
    }
    sql.push(format!(" FROM {} t WHERE ", source(kind)));
    filter::scope(&mut sql, tx.dialect(), scope);
    sql.push(" AND t.id = ").bind(id);
    let found = tx.rows(&sql, &columns)?.into_iter().next();
    let mut row = Row::new(found.ok_or(Error::Domain(domain::Error::NotFound {
        kind: kind.name,
        id: Some(id),
    }))?);
    let (title, owner): (Option<String>, Option<Id>) = (row.get()?, row.get()?);
    let mut above = Vec::new();
    for (_, parent) in parents {
        if let Some(id) = row.get::<Option<Id>>()? {
            above.push((parent, id));
        }
    }
    let opened = match opened_by {
        Some(_) => Some((row.get::<Audience>()?, row.get::<Option<Id>>()?)),
        None => None,
    };
    let owner_name = match owner {
        Some(owner) => engine::titles(tx, people, User::KIND, slice::from_ref(&owner))?.remove(&owner),
        None => None,
    };
    let about = About {
        kind,
        title,
        owner,
        owner_name,
        member: sharing::member(tx, scope.workspace(), kind, id, user)?,
        opened,
        parents: Vec::new(),
    };
    Ok((about, above))
}

/// The roles of a user.
pub fn roles(tx: &mut Tx, scope: &Scope, user: &User) -> Result<Vec<HeldRole>> {
    let mut held = Vec::new();
    for key in &user.roles {
        let role: Option<Role> = engine::find_by(tx, scope, "key", key.as_str())?;
        held.extend(role.map(|role| HeldRole {
            key: role.key,
            name: role.name,
            grants: role.grants,
            field_rights: role.field_rights,
        }));
    }
    Ok(held)
}
