//! The databases: connections, transactions, statements, migrations.

pub mod backend;
pub mod draft;
pub mod error;
pub mod migrations;
pub mod plan;
pub mod sql;
pub mod store;
pub mod tx;
