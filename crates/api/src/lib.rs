//! The HTTP API of Guanxi, and what its binary does.

pub mod app;
mod bench;
pub mod cli;
mod customers;
mod data;
pub mod demo;
mod finance;
mod http;
mod office;
mod people;
mod records;
mod sales;
#[doc(hidden)]
pub mod testing;

// A noun is named without its area.
use customers::{activity, duplicate, lead, merge};
pub use data::import;
use data::{export, job, layout, view};
use finance::{currency, exchange_rate};
pub use http::{assets, config, cors, forwarded};
use http::{
    body, call, caller, error, gate, health, metrics, reindex, request, state, subscribers, sweep, token, typed, worker,
};
use office::{custom_field, custom_kind, numbering_rule, working_time, workspace};
use people::{access, api_key, auth, avatar, hand_over, mail, password, role, sharing, team, transfer, user};
pub use records::describe;
use records::{audit, bulk, change, change_set, crud, kinds, listing, made, noun, schema, search, start, write};
use sales::{opportunity, pipeline, report, stage};
