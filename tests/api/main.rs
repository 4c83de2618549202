//! The API suite: every test over real HTTP, on SQLite and on PostgreSQL.

mod activity;
mod auth;
mod change;
mod customer;
mod description;
mod exchange_rate;
mod import;
mod lead;
mod numbering_rule;
mod opportunity;
mod pipeline;
mod policy;
mod races;
mod report;
mod request;
mod role;
mod security;
mod transfer;
mod user;
mod workspace;
