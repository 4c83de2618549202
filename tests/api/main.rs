//! The API suite: every test over real HTTP, on SQLite and on PostgreSQL.

mod access;
mod activity;
mod audit;
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
mod sharing;
mod transfer;
mod user;
mod workspace;
