//! The API suite: every test over real HTTP, on SQLite and on PostgreSQL.

mod customer;
mod import;
