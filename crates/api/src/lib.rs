//! The HTTP API of Guanxi, and what its binary does.

pub mod app;
pub mod assets;
mod auth;
mod bench;
mod caller;
mod change;
pub mod cli;
pub mod config;
mod crud;
pub mod demo;
pub mod describe;
mod error;
mod gate;
mod health;
pub mod import;
mod listing;
mod metrics;
mod password;
mod report;
mod request;
mod schema;
mod search;
mod state;
#[doc(hidden)]
pub mod testing;
mod token;

mod activity;
mod contact;
mod currency;
mod customer;
mod exchange_rate;
mod holiday;
mod lead;
mod numbering_rule;
mod opportunity;
mod picklist;
mod pipeline;
mod product;
mod role;
mod stage;
mod tag;
mod task;
mod team;
mod user;
mod working_time;
mod workspace;
