//! The API suite: every test over real HTTP, on SQLite and on PostgreSQL.

mod base;
mod customers;
mod data;
mod finance;
mod office;
mod people;
mod sales;

// Whose helpers others use.
use base::description;
use data::import;
use people::auth;
