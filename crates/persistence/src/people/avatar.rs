//! The pictures of users themselves; that there is one, and which, is a field of the user.

use crate::error::Result;
use crate::filter;
use crate::sql::Sql;
use crate::tx::Tx;
use domain::Id;
use domain::policy::{Permit, Scope};
use domain::value::{Storage, Val};
use std::collections::HashMap;

/// The picture of a user that the scope has let see.
pub fn find(tx: &mut Tx, scope: &Scope, user: Id) -> Result<Option<Vec<u8>>> {
    let sql = Sql::new("SELECT content FROM avatars").of_user(scope.workspace(), user);
    let found = tx
        .row(&sql, &[Storage::Bytes])?
        .map(|mut row| row.value())
        .transpose()?;
    Ok(match found {
        Some(Val::Bytes(content)) => Some(content),
        _ => None,
    })
}

/// What the pictures of those users are known by whom the scope lets see; who has none is left out.
pub fn named(tx: &mut Tx, scope: &Scope, users: &[Id]) -> Result<HashMap<Id, String>> {
    if users.is_empty() {
        return Ok(HashMap::new());
    }
    let dialect = tx.dialect();
    let mut sql = Sql::new("SELECT t.id, t.avatar FROM users t WHERE ");
    filter::scope(&mut sql, dialect, scope);
    sql.push(" AND t.avatar IS NOT NULL AND t.id");
    filter::one_of_ids(&mut sql, dialect, users);
    let found: Vec<(Id, String)> = tx.all(&sql, &[Storage::Id, Storage::Text], |row| Ok((row.get()?, row.get()?)))?;
    Ok(found.into_iter().collect())
}

/// Keeps a picture in place of any earlier one, or none.
pub fn set(tx: &mut Tx, permit: &Permit, user: Id, content: Option<&[u8]>) -> Result<()> {
    tx.execute(&Sql::new("DELETE FROM avatars").of_user(permit.workspace(), user))?;
    if let Some(content) = content {
        let sql = Sql::new("INSERT INTO avatars (workspace_id, user_id, content) VALUES (")
            .value(permit.workspace())
            .text(", ")
            .value(user)
            .text(", ")
            .value(content.to_vec())
            .text(")");
        tx.execute(&sql)?;
    }
    Ok(())
}
