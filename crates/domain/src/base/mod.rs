//! What everything else is said in: errors, texts, values, money, and what a record is.

#[macro_use]
mod macros;

mod address;
pub mod any;
pub mod change;
pub mod custom;
pub mod error;
pub mod formula;
pub mod instant;
pub mod kind;
pub mod kinds;
pub mod label;
pub mod made;
pub mod messages;
pub mod money;
pub mod record;
mod reserved;
pub mod retype;
pub mod undo;
pub mod value;
#[cfg(feature = "zones")]
pub mod zone;
