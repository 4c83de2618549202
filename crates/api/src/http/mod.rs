//! HTTP: what comes in, who calls, how it is answered, and what the server does beside.

pub mod assets;
pub mod body;
pub mod call;
pub mod caller;
pub mod config;
pub mod cors;
pub mod error;
pub mod error_page;
pub mod forwarded;
pub mod gate;
pub mod guide;
pub mod health;
pub mod json;
pub mod metrics;
pub mod prefix;
pub mod query;
pub mod reindex;
pub mod request;
pub mod state;
pub mod subscribers;
pub mod sweep;
pub mod token;
pub mod typed;
pub mod worker;
