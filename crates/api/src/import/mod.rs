//! Import, the part that touches files: reading tables in any encoding, and writing the rows that failed.

pub mod decode;
pub mod delimiter;
pub mod error_file;
pub mod reader;
mod source;

pub use error_file::ErrorFile;
pub use reader::{Options, ReadError, Reader, Row};
