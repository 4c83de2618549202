//! Records that many tests need, made through the API.

use crate::client::{Answer, Client};
use serde_json::{Value as Json, json};

/// A new record of the kind at this path, with nothing but what it must have.
pub fn plain(client: &Client, path: &str) -> Answer {
    client.create(path, minimal(client, path))
}

/// What a new record of the kind must have; the number makes names that must be unique so.
pub fn minimal(client: &Client, path: &str) -> Json {
    use std::sync::atomic::{AtomicU32, Ordering};
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let n = COUNT.fetch_add(1, Ordering::Relaxed);
    match path {
        "/activities" => json!({ "subject": format!("Call {n}"), "kind": "call" }),
        "/tasks" => json!({ "subject": format!("Ring {n}") }),
        "/stages" => json!({ "name": format!("Stage {n}"), "pipeline_id": pipeline(client) }),
        "/roles" => json!({ "name": format!("Role {n}"), "key": format!("role_{n}"), "grants": {} }),
        "/picklists" => json!({ "name": format!("List {n}"), "key": format!("list_{n}"), "options": [] }),
        "/users" => json!({ "name": format!("User {n}"), "roles": ["sales"] }),
        _ => json!({ "name": format!("Name {n}") }),
    }
}

/// The pipeline that every workspace begins with.
pub fn pipeline(client: &Client) -> String {
    let page = client.get("/pipelines?sort=position&limit=1").expect(200);
    page.rows()[0]["id"].as_str().expect("an id").to_owned()
}

/// The stages of the first pipeline, in their order.
pub fn stages(client: &Client) -> Vec<String> {
    let of = pipeline(client);
    client.column(&format!("/stages?sort=position&filter[pipeline_id]={of}"), "id")
}

pub fn cny(amount: &str) -> Json {
    json!({ "amount": amount, "currency": "CNY" })
}
