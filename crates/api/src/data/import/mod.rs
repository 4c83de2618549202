//! Import: reading tables in any encoding, taking their rows as records, and writing down the rows that failed.

pub mod command;
pub mod decode;
pub mod delimiter;
mod draft;
pub mod error_file;
mod existing;
mod firms;
mod judge;
mod kinds;
pub mod lookup;
mod opportunity;
pub mod plan;
pub mod reader;
mod record;
mod reference_data;
pub mod routes;
pub mod run;
mod source;
mod take;
mod user;
mod vcard;
mod workbook;
pub mod worker;

pub use error_file::ErrorFile;
pub use kinds::importable;
pub use reader::{Options, ReadError, Reader, Row};
pub use routes::routes;
