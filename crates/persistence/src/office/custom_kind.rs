//! The kinds that a firm has made, as its workspace knows them.

use crate::engine::layout;
use crate::error::Result;
use crate::sql::Sql;
use crate::tx::Tx;
use domain::custom_field::CustomField;
use domain::custom_kind::CustomKind;
use domain::made::Said;
use domain::value::Storage;
use domain::{AnyRecord, Currency, Id, Kinds, Record};

/// The kinds of a workspace. Fields stand in their order, those without a place last.
pub fn of(tx: &mut Tx, workspace: Id, base: Currency) -> Result<Kinds> {
    Ok(Kinds::of(&said(tx, workspace, base)?))
}

/// What the firm says of its kinds and fields.
pub fn said(tx: &mut Tx, workspace: Id, base: Currency) -> Result<Said> {
    let made: Vec<CustomKind> = all(tx, workspace, "t.key")?;
    let fields: Vec<CustomField> = all(tx, workspace, "t.position IS NULL, t.position, t.id")?;
    let withdrawn = Sql::new("SELECT DISTINCT kind FROM fields WHERE deleted_at IS NOT NULL AND workspace_id = ")
        .value(workspace)
        .text(" ORDER BY kind");
    Ok(Said {
        base,
        made: made.iter().map(CustomKind::made).collect(),
        fields: fields.iter().map(CustomField::made).collect(),
        withdrawn: tx.all(&withdrawn, &[Storage::Text], |row| Ok(row.get()?))?,
    })
}

/// All live ones. They make the kinds that scopes are for, and so are read without one.
fn all<T: Record>(tx: &mut Tx, workspace: Id, order: &'static str) -> Result<Vec<T>> {
    let layout = layout(T::KIND);
    let sql = Sql::new(layout.select.as_str())
        .text("t.workspace_id = ")
        .value(workspace)
        .text(" AND t.deleted_at IS NULL ORDER BY ")
        .text(order);
    let rows = layout.read(tx, &sql, &[])?;
    let read = |values| Ok(AnyRecord::new(T::KIND, values).into_record()?);
    rows.into_iter().map(read).collect()
}
