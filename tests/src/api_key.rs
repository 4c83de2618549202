//! API keys in tests: made by somebody, used by a client.

use crate::client::{Answer, Client};
use serde_json::json;

/// A new key of somebody.
pub fn made(by: &Client, scopes: &[&str]) -> Answer {
    by.create("/api-keys", json!({ "name": "A program", "scopes": scopes }))
}

/// Who calls with the key in this answer.
pub fn with(given: &Answer) -> Client {
    Client::new(given.base(), given["secret"].as_str().map(str::to_owned))
}

/// A program that acts for somebody within scopes.
pub fn program(by: &Client, scopes: &[&str]) -> Client {
    with(&made(by, scopes))
}
