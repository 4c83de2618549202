//! The pictures of users themselves; that there is one, and which, is a field of the user.

use crate::error::Result;
use crate::sql::Sql;
use crate::tx::Tx;
use domain::Id;
use domain::policy::{Permit, Scope};
use domain::value::{Storage, Val};

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
