//! Second factors: the secret that makes a user's one-time codes, and the recovery codes that are left.

use crate::error::Result;
use crate::sql::Sql;
use crate::tx::Tx;
use domain::policy::Permit;
use domain::value::Storage;
use domain::{Id, Instant};

#[derive(Debug, Clone)]
pub struct SecondFactor {
    /// Base32, as authenticator apps take it.
    pub secret: String,
    /// The time step of the last code that was taken.
    pub step: i64,
    /// Hashes of the recovery codes that are left.
    pub recovery: Vec<String>,
}

pub fn find(tx: &mut Tx, workspace: Id, user: Id) -> Result<Option<SecondFactor>> {
    let sql = Sql::new("SELECT secret, step, recovery FROM second_factors").of_user(workspace, user);
    tx.row(&sql, &[Storage::Text, Storage::Int, Storage::Texts])?
        .map(|mut row| {
            Ok(SecondFactor {
                secret: row.get()?,
                step: row.get()?,
                recovery: row.get()?,
            })
        })
        .transpose()
}

/// From now on signing in asks for codes. `step` is that of the code that proved the secret.
pub fn turn_on(tx: &mut Tx, permit: &Permit, user: Id, factor: &SecondFactor) -> Result<()> {
    let sql =
        Sql::new("INSERT INTO second_factors (workspace_id, user_id, secret, step, recovery, created_at) VALUES (")
            .value(permit.workspace())
            .text(", ")
            .value(user)
            .text(", ")
            .value(factor.secret.as_str())
            .text(", ")
            .value(factor.step)
            .text(", ")
            .value(factor.recovery.clone())
            .text(", ")
            .value(Instant::now())
            .text(")");
    tx.execute(&sql)?;
    Ok(())
}

/// Uses up the code of a time step, and all before it. False where that has been done.
pub fn take_step(tx: &mut Tx, workspace: Id, user: Id, step: i64) -> Result<bool> {
    let sql = Sql::new("UPDATE second_factors SET step = ").value(step);
    let sql = sql.of_user(workspace, user).text(" AND step < ").value(step);
    Ok(tx.execute(&sql)? == 1)
}

/// Uses a recovery code up. False where it is none, or somebody else was faster.
pub fn take_recovery(tx: &mut Tx, workspace: Id, user: Id, hash: &str) -> Result<bool> {
    let Some(factor) = find(tx, workspace, user)? else {
        return Ok(false);
    };
    let left: Vec<String> = factor.recovery.iter().filter(|h| *h != hash).cloned().collect();
    if left.len() == factor.recovery.len() {
        return Ok(false);
    }
    let sql = Sql::new("UPDATE second_factors SET recovery = ").value(left);
    let sql = sql
        .of_user(workspace, user)
        .text(" AND recovery = ")
        .value(factor.recovery);
    Ok(tx.execute(&sql)? == 1)
}

/// From now on the password is enough.
pub fn turn_off(tx: &mut Tx, permit: &Permit, user: Id) -> Result<()> {
    tx.execute(&Sql::new("DELETE FROM second_factors").of_user(permit.workspace(), user))?;
    Ok(())
}
