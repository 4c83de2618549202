//! The pure half of import: which column means which field, what a cell says, and what is reported afterwards.
//! Nothing here opens a file or asks a database; the reader lives in the API, the writing in the store.

pub mod cell;
pub mod closest;
pub mod date;
pub mod field;
pub mod mapping;
pub mod number;
pub mod phone;
pub mod problem;
pub mod record;
pub mod report;
mod synonyms;

pub use closest::closest;
pub use field::{Context, Scan, Style, Value, closed, guess_for, targets, value};
pub use mapping::{Certainty, FieldHint, Guess, distinct_headers, guess};
pub use problem::{Problem, reason};
pub use record::{Import, ImportPatch};
pub use report::{Cause, NewValue, Outcome, Report, Tally};
