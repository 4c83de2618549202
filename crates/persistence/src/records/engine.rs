//! The record engine: find, list, insert, update, delete and restore, the same for every kind.
//!
//! Nothing here is generic over the kind but the decoding of rows, so that sixty kinds cost one compilation.
//!
//! # Security requirement 6: nothing is read without a scope, nothing written without a permit
//!
//! The types demand both, and only `domain::policy` makes them, out of what an actor may do:
//!
//! ```no_run
//! use domain::policy::{Action, Actor, Permit, Scope};
//! use domain::{Id, Record, lead::Lead};
//! use persistence::{Result, Tx, engine};
//!
//! fn read(tx: &mut Tx, actor: &Actor, id: Id) -> Result<Lead> {
//!     let scope: Scope = actor.scope(Lead::KIND)?;
//!     engine::find(tx, &scope, id)
//! }
//!
//! fn write(tx: &mut Tx, actor: &Actor, old: &Lead, new: &Lead) -> Result<Lead> {
//!     let permit: Permit = actor.authorize(Action::Edit, Lead::KIND, old.owner_id)?;
//!     engine::update(tx, &permit, old, new)
//! }
//! ```
//!
//! Without a scope nothing is read:
//!
//! ```compile_fail,E0061
//! use domain::{Id, lead::Lead};
//! use persistence::{Result, Tx, engine};
//!
//! fn read(tx: &mut Tx, id: Id) -> Result<Lead> {
//!     engine::find(tx, id)
//! }
//! ```
//!
//! Who may read may not write for it:
//!
//! ```compile_fail,E0308
//! use domain::policy::Scope;
//! use domain::lead::Lead;
//! use persistence::{Result, Tx, engine};
//!
//! fn write(tx: &mut Tx, scope: &Scope, old: &Lead, new: &Lead) -> Result<Lead> {
//!     engine::update(tx, scope, old, new)
//! }
//! ```
//!
//! Nobody makes a scope, nor a permit, of their own:
//!
//! ```compile_fail,E0451
//! use domain::Id;
//! use domain::policy::Scope;
//!
//! fn other(scope: Scope, workspace: Id) -> Scope {
//!     Scope { workspace, ..scope }
//! }
//! ```
//!
//! ```compile_fail,E0451
//! use domain::Id;
//! use domain::policy::Permit;
//!
//! fn other(permit: Permit, workspace: Id) -> Permit {
//!     Permit { workspace, ..permit }
//! }
//! ```
//!
//! ```compile_fail,E0599
//! let permit = domain::policy::Permit::default();
//! ```
//!
//! And a record that was read becomes JSON only through what its reader may see of it:
//!
//! ```no_run
//! use domain::lead::Lead;
//! use domain::policy::Actor;
//!
//! fn shown(actor: &Actor, lead: &Lead) -> serde_json::Result<String> {
//!     serde_json::to_string(&actor.show(lead))
//! }
//! ```
//!
//! ```compile_fail,E0277
//! use domain::lead::Lead;
//!
//! fn shown(lead: &Lead) -> serde_json::Result<String> {
//!     serde_json::to_string(lead)
//! }
//! ```

pub mod any;
mod bin;
mod bulk;
mod derive;
mod layout;
mod page;
pub(crate) mod referrers;
pub(crate) mod wire;

pub use any::Hold;
pub use bin::Deleted;
pub use bulk::{Name, named, named_by, names_near};
pub(crate) use derive::{Derived, derive};
pub(crate) use page::from_list;
pub use page::{Page, count, groups, hold_all, ids_referable, ids_visible, titles, titles_deleted};
pub use wire::Told;

use crate::error::Result;
use crate::filter::Rows;
use crate::sql::Sql;
use crate::tx::Tx;
use any::{read, read_all};
use domain::policy::{Actor, Permit, Scope};
use domain::query::List;
use domain::value::Val;
use domain::{AnyRecord, Id, Issue, Record};
pub(crate) use layout::{Layout, Source, layout, source};

/// Rows of one INSERT: enough to be quick, few enough for the limit on bound values of either database.
pub(crate) const ROWS_AT_ONCE: usize = 50;

/// All live ones, of kinds that a workspace is read with. They make what scopes are for, and so are read without one.
pub(crate) fn all_of<T: Record>(tx: &mut Tx, workspace: Id, order: &'static str) -> Result<Vec<T>> {
    let layout = layout(T::KIND);
    let sql = Sql::new(layout.select.as_str())
        .text("t.workspace_id = ")
        .value(workspace)
        .text(" AND t.deleted_at IS NULL ORDER BY ")
        .text(order);
    let rows = layout.read(tx, &sql, &[])?;
    read_all(rows.into_iter().map(|values| AnyRecord::new(T::KIND, values)).collect())
}

/// One record that the scope lets see.
pub fn find<T: Record>(tx: &mut Tx, scope: &Scope, id: Id) -> Result<T> {
    read(any::find(tx, scope, T::KIND, id)?)
}

/// The same, which nobody else changes until the transaction ends: for a change that is to be made whatever the version.
pub fn find_held<T: Record>(tx: &mut Tx, scope: &Scope, id: Id) -> Result<T> {
    read(any::find_held(tx, scope, T::KIND, id)?)
}

/// The record with this value in a field that is unique in the workspace, such as `external_id`.
pub fn find_by<T: Record>(tx: &mut Tx, scope: &Scope, field: &str, value: impl Into<Val>) -> Result<Option<T>> {
    any::find_by(tx, scope, T::KIND, field, value.into())?
        .map(read)
        .transpose()
}

/// Records by their ids, in no order; those out of scope are left out.
pub fn find_many<T: Record>(tx: &mut Tx, scope: &Scope, ids: &[Id]) -> Result<Vec<T>> {
    read_all(any::find_many(tx, scope, T::KIND, ids)?)
}

/// Stores new records with their search terms and change-log entries.
pub fn insert<T: Record>(tx: &mut Tx, permit: &Permit, records: &[T]) -> Result<()> {
    let records: Vec<AnyRecord> = records.iter().map(AnyRecord::of).collect();
    any::insert(tx, permit, T::KIND, &records)
}

/// Stores `new` over `old` and returns what is then stored. Nothing changed: nothing written. Somebody else was faster:
/// `Stale`.
pub fn update<T: Record>(tx: &mut Tx, permit: &Permit, old: &T, new: &T) -> Result<T> {
    read(any::update(tx, permit, &AnyRecord::of(old), AnyRecord::of(new))?)
}

/// Moves a record to the recycle bin.
pub fn delete<T: Record>(tx: &mut Tx, permit: &Permit, old: &T) -> Result<()> {
    any::delete(tx, permit, &AnyRecord::of(old))
}

/// One deleted record that the scope lets see.
pub fn find_deleted<T: Record>(tx: &mut Tx, scope: &Scope, id: Id) -> Result<T> {
    read(any::find_deleted(tx, scope, T::KIND, id)?)
}

/// A page of the bin, last deleted first.
pub fn list_deleted<T: Record>(
    tx: &mut Tx,
    scope: &Scope,
    limit: u32,
    cursor: Option<&str>,
) -> Result<Page<Deleted<T>>> {
    let page = any::list_deleted(tx, scope, T::KIND, limit, cursor)?;
    let typed = |row: Deleted<AnyRecord>| {
        let (record, at) = (read(row.record)?, row.at);
        Ok(Deleted { record, at })
    };
    Ok(Page {
        rows: page.rows.into_iter().map(typed).collect::<Result<_>>()?,
        next: page.next,
        count: page.count,
    })
}

/// Takes a record out of the bin.
pub fn restore<T: Record>(tx: &mut Tx, permit: &Permit, old: &T) -> Result<T> {
    read(any::restore(tx, permit, &AnyRecord::of(old))?)
}

/// A page of records that the scope lets see.
pub fn list<T: Record>(tx: &mut Tx, scope: &Scope, list: &List) -> Result<Page<T>> {
    typed(any::list(tx, scope, T::KIND, list)?)
}

/// As `list`, where it is known how to come to the rows.
pub(crate) fn list_by<T: Record>(tx: &mut Tx, scope: &Scope, list: &List, rows: Rows) -> Result<Page<T>> {
    typed(any::list_by(tx, scope, T::KIND, list, rows)?)
}

fn typed<T: Record>(page: Page<AnyRecord>) -> Result<Page<T>> {
    Ok(Page {
        rows: read_all(page.rows)?,
        next: page.next,
        count: page.count,
    })
}

/// Every record that `new` newly refers to must be there and visible to the actor.
pub fn check_references<T: Record>(tx: &mut Tx, actor: &Actor, old: Option<&T>, new: &T) -> Result<()> {
    let (old, new) = (old.map(AnyRecord::of), AnyRecord::of(new));
    let refused = any::check_references(tx, actor, T::KIND, &[(old.as_ref(), &new, &[])], &|_, _| false)?;
    Ok(refused.into_iter().next().unwrap_or_default().or(())?)
}

/// Who is to own records from now on must be there, visible to the actor, and enabled.
pub fn check_owner(tx: &mut Tx, actor: &Actor, id: Id) -> Result<()> {
    if actor.user() == Some(id) && crate::user::stays(tx, actor, id)? {
        return Ok(());
    }
    let user = domain::user::User::KIND;
    match any::not_referable(tx, actor, user, &[id], &[id])?.remove(&id) {
        Some(code) => Err(Issue::at("owner_id", code).into()),
        None => Ok(()),
    }
}
