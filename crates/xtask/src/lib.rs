//! The part of xtask that tests use as well.

pub use pgtest as postgres;
