//! Records that many tests need, made through the API.

use crate::client::{Answer, Client};
use reqwest::blocking::multipart::{Form, Part};
use serde_json::{Value as Json, json};

/// A new record of the kind at this path, with nothing but what it must have.
pub fn plain(client: &Client, path: &str) -> Answer {
    match path {
        "/imports" => import(client),
        "/jobs" => job(client),
        "/change-sets" => change_set(client),
        "/exports" => export(client),
        _ => client.create(path, minimal(client, path)),
    }
}

/// Today where the firm is, in China. Just before midnight it waits: what a test makes and asks for is of one day.
pub fn today() -> chrono::NaiveDate {
    let china = chrono::FixedOffset::east_opt(8 * 3600).expect("an offset");
    let now = || chrono::Utc::now().with_timezone(&china);
    while (now() + chrono::Duration::seconds(60)).date_naive() != now().date_naive() {
        std::thread::sleep(std::time::Duration::from_secs(1));
    }
    now().date_naive()
}

/// A trial import that keeps the queue of jobs busy until it is cancelled.
pub fn long_import(client: &Client) -> Answer {
    let rows: String = (0..500_000).map(|n| format!("n{n}\n")).collect();
    let file = Part::bytes(format!("name\n{rows}").into_bytes()).file_name("long.csv");
    let form = Form::new()
        .part("file", file)
        .text("kind", "customers")
        .text("dry_run", "true");
    client.call("POST", "/imports").form(form).expect(202)
}

/// A file with one good row and one in error.
pub fn import_form() -> Form {
    let file = Part::bytes(&b"name,email\nGood,good@example.com\nBad,nobody\n"[..]).file_name("two.csv");
    Form::new()
        .part("file", file)
        .text("kind", "customers")
        .text("dry_run", "true")
}

/// The dry run of an import, when it is over.
pub fn import(client: &Client) -> Answer {
    let made = client.call("POST", "/imports").form(import_form()).expect(202);
    finished(client, &made.id())
}

/// An import when it is over.
pub fn finished(client: &Client, id: &str) -> Answer {
    ended(client, &format!("/imports/{id}"))
}

/// A job of any kind when it is over.
pub fn ended(client: &Client, path: &str) -> Answer {
    for _ in 0..12_000 {
        let now = client.get(path).expect(200);
        if !now["finished_at"].is_null() {
            return now;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("{path} does not end")
}

/// An export, when it is over.
pub fn export(client: &Client) -> Answer {
    let made = client.post("/exports", minimal(client, "/exports")).expect(202);
    ended(client, &format!("/exports/{}", made.id()))
}

/// The hand-over of somebody new who has nothing, when it is over.
pub fn job(client: &Client) -> Answer {
    let [leaver, receiver] = [(); 2].map(|()| plain(client, "/users").id());
    let body = json!({ "to": receiver });
    let made = client.post(&format!("/users/{leaver}/hand-over"), body).expect(202);
    ended(client, &format!("/jobs/{}", made.id()))
}

/// What made a customer.
pub fn change_set(client: &Client) -> Answer {
    let made = plain(client, "/customers");
    client
        .get(&format!("/change-sets/{}", made.header("Change-Set")))
        .expect(200)
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
        "/currencies" => json!({ "code": free_currency(client) }),
        "/exchange-rates" => json!({ "currency": "USD", "valid_from": day(n), "rate": "7.1" }),
        "/team-members" => json!({ "team_id": plain(client, "/teams").id(), "user_id": plain(client, "/users").id() }),
        "/numbering-rules" => {
            // A kind has one rule.
            let there = client.get("/numbering-rules?filter[kind]=lead").expect(200);
            for rule in there.rows() {
                let path = format!("/numbering-rules/{}", rule["id"].as_str().expect("an id"));
                client
                    .delete(&path, rule["version"].as_i64().expect("a version"))
                    .expect(204);
            }
            json!({ "kind": "lead", "pattern": "L{00}" })
        }
        "/kinds" => json!({ "key": format!("kind_{n}"), "label": { "en": format!("Kind {n}") } }),
        "/fields" => {
            json!({ "kind": "product", "key": format!("field_{n}"), "label": { "en": format!("Field {n}") }, "type": "text" })
        }
        "/layouts" => {
            // A kind has one layout.
            for layout in client.get("/layouts?filter[kind]=product").expect(200).rows() {
                let path = format!("/layouts/{}", layout["id"].as_str().expect("an id"));
                client
                    .delete(&path, layout["version"].as_i64().expect("a version"))
                    .expect(204);
            }
            json!({ "kind": "product" })
        }
        "/exports" => json!({ "kind": "task", "format": "csv" }),
        "/views" => json!({ "kind": "customer", "name": format!("View {n}") }),
        "/holidays" => json!({ "day": day(n), "name": "Holiday" }),
        "/users" => json!({ "name": format!("User {n}"), "roles": ["sales"] }),
        _ => json!({ "name": format!("Name {n}") }),
    }
}

/// Each number its day.
fn day(n: u32) -> String {
    format!("{}-{:02}-{:02}", 1900 + n / 336, n / 28 % 12 + 1, n % 28 + 1)
}

/// A currency that is not in use. There are not endlessly many: the oldest makes room.
fn free_currency(client: &Client) -> String {
    const CODES: [&str; 8] = ["GBP", "JPY", "HKD", "TWD", "KRW", "SGD", "AUD", "CHF"];
    let used = client.get("/currencies?limit=200&sort=created_at").expect(200);
    let code = |row: &Json| row["code"].as_str().unwrap_or_default().to_owned();
    let taken: Vec<String> = used.rows().iter().map(code).collect();
    if let Some(free) = CODES.iter().find(|c| !taken.iter().any(|t| t == *c)) {
        return (*free).to_owned();
    }
    let oldest = &used.rows()[0];
    let path = format!("/currencies/{}", oldest["id"].as_str().expect("an id"));
    client
        .delete(&path, oldest["version"].as_i64().expect("a version"))
        .expect(204);
    code(oldest)
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
