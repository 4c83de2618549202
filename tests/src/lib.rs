//! The harness of the API tests: real servers on both engines, a firm with people in it, and a client that checks every
//! answer against the description of the API.

pub mod api_key;
pub mod client;
pub mod description;
pub mod disk;
pub mod engine;
pub mod firm;
pub mod pictures;
pub mod program;
pub mod seed;
pub mod sign_in;
pub mod smtp;

pub use client::{Answer, Client, encoded, told_with_words};
pub use engine::{Engine, Running};
pub use firm::{Firm, Person, T};
pub use serde_json::{Value as Json, json};

/// Each test once on SQLite and once on PostgreSQL, in a workspace of its own.
#[macro_export]
macro_rules! both {
    ($($(#[$meta:meta])* fn $name:ident($t:ident) $body:block)*) => {
        $(mod $name {
            #[allow(unused_imports)]
            use super::*;

            $(#[$meta])*
            fn run($t: &$crate::T) $body

            #[test]
            fn on_sqlite() {
                run(&$crate::T::new($crate::Engine::Sqlite));
            }

            #[test]
            fn on_postgres() {
                run(&$crate::T::new($crate::Engine::Postgres));
            }
        })*
    };
}
