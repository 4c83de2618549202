//! Files out: the record of an export, which kinds may be exported, and what a value becomes in a cell.
//! Pure: the rows are read by the store, the files are written in the API.

pub mod cell;
pub mod column;
mod record;
pub mod vcard;

pub use cell::Cell;
pub use column::{Column, columns};
pub use record::{Export, ExportFormat, ExportPatch};

use crate::policy::Action;
use crate::{Kind, Kinds, role};

/// How long a file is kept.
pub const KEEP_SECONDS: i64 = 24 * 3600;

/// The kinds whose records may be exported: those that roles give the right for. What records say of other kinds' fields
/// (views) is no table of values.
pub fn exportable(kinds: Kinds) -> impl Iterator<Item = &'static Kind> {
    let given =
        move |kind: &&Kind| kind.tells_of.is_none() && role::actions(kinds, kind.name).contains(&Action::Export);
    kinds.iter().filter(given)
}
