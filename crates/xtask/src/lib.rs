//! The part of xtask that tests use as well.

pub mod postgres;
