//! Tests of the area people.

pub mod access;
pub mod auth;
pub mod role;
pub mod sharing;
pub mod transfer;
pub mod user;
