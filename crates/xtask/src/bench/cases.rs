//! What is measured on a firm where one sees everything and another their own records.

use super::{CONNECTIONS, Client, expect};
use crate::bench::load::{Connection, Worker, request};
use anyhow::{Context, Result};
use serde_json::Value as Json;
use std::sync::atomic::{AtomicU64, Ordering};

/// What is measured, and who calls.
pub type Case = (String, Vec<Worker>);

pub fn all(owner: &Client, sales: &Client) -> Result<Vec<Case>> {
    let known = customers(owner)?;
    let users = owner.get("/users?limit=50")?;
    let pipeline = texts(&owner.get("/pipelines")?, "id")
        .first()
        .context("a pipeline")?
        .clone();
    let mine = texts(&sales.get("/customers?limit=200")?, "id");
    let reads =
        |client: &Client, paths: Vec<String>| -> Vec<Vec<u8>> { paths.iter().map(|p| client.request(p)).collect() };
    let ids = |ids: &mut dyn Iterator<Item = &String>| ids.map(|id| format!("/customers/{id}")).collect::<Vec<_>>();
    let finding = |words: &[&str]| {
        words
            .iter()
            .map(|w| format!("/customers?q={}&limit=50", encoded(w)))
            .collect::<Vec<_>>()
    };
    let by_owner = texts(&users, "id")
        .iter()
        .map(|id| format!("/customers?filter[owner_id]={id}&sort=name&limit=50"))
        .collect();
    let newest = || vec!["/customers?limit=50".to_owned()];

    let board = format!("/pipelines/{pipeline}/board");
    let cases = vec![
        (
            "get by id",
            owner.reading(&reads(owner, ids(&mut known.iter().map(|(id, _)| id))), CONNECTIONS)?,
        ),
        (
            "get by id, own records only",
            sales.reading(&reads(sales, ids(&mut mine.iter())), CONNECTIONS)?,
        ),
        ("list 50 newest", owner.reading(&reads(owner, newest()), CONNECTIONS)?),
        (
            "list 50 newest, own records only",
            sales.reading(&reads(sales, newest()), CONNECTIONS)?,
        ),
        (
            "list 50 by owner, sorted by name",
            owner.reading(&reads(owner, by_owner), CONNECTIONS)?,
        ),
        (
            "search, two characters, few hits",
            owner.reading(
                &reads(owner, finding(&["恒瑞", "海诺", "景程", "博远", "天泽", "润信"])),
                CONNECTIONS,
            )?,
        ),
        (
            "search, two characters, many hits",
            owner.reading(&reads(owner, finding(&["苏州", "精密", "商贸", "电子"])), CONNECTIONS)?,
        ),
        (
            "board, one at a time",
            owner.reading(&reads(owner, vec![board.clone()]), 1)?,
        ),
        ("board, own records only", sales.reading(&reads(sales, vec![board]), 1)?),
        ("create", creating(owner)?),
        ("patch", patching(owner, &known)?),
    ];
    Ok(cases
        .into_iter()
        .map(|(name, workers)| (name.to_owned(), workers))
        .collect())
}

fn texts(page: &Json, name: &str) -> Vec<String> {
    let rows = page["data"].as_array().into_iter().flatten();
    rows.filter_map(|row| row[name].as_str().map(str::to_owned)).collect()
}

/// Customers from all over the table, with their versions: every 200th of the names, so to speak.
fn customers(client: &Client) -> Result<Vec<(String, i64)>> {
    let mut found = Vec::new();
    let mut path = "/customers?limit=200&sort=name&fields=id".to_owned();
    while found.len() < 4000 {
        let page = client.get(&path)?;
        for row in page["data"].as_array().context("rows")? {
            let id = row["id"].as_str().context("an id")?.to_owned();
            found.push((id, row["version"].as_i64().context("a version")?));
        }
        let Some(next) = page["page"]["next_cursor"].as_str() else {
            break;
        };
        path = format!("/customers?limit=200&sort=name&fields=id&cursor={next}");
    }
    Ok(found)
}

fn encoded(text: &str) -> String {
    text.bytes().map(|b| format!("%{b:02X}")).collect()
}

fn creating(client: &Client) -> Result<Vec<Worker>> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    (0..CONNECTIONS)
        .map(|_| {
            let token = client.token.clone();
            let call = move |connection: &mut Connection| {
                let n = COUNT.fetch_add(1, Ordering::Relaxed);
                let body = format!(
                    r#"{{"name":"苏州新客户{n}精密机械有限公司","industry":"制造","phone":"0512-{n:08}","email":"new{n}@bench.example","tags":["展会"]}}"#
                );
                expect(connection, &request("POST", "/api/v1/customers", Some(&token), "", &body), 201)
            };
            Ok((Connection::to(&client.address), Box::new(call) as _))
        })
        .collect()
}

/// Each worker changes customers of its own, at the version it knows.
fn patching(client: &Client, customers: &[(String, i64)]) -> Result<Vec<Worker>> {
    customers
        .chunks(customers.len().div_ceil(CONNECTIONS))
        .map(|mine| {
            let (token, mut mine, mut next) = (client.token.clone(), mine.to_vec(), 0);
            let call = move |connection: &mut Connection| {
                next = (next + 1) % mine.len();
                let (id, version) = &mut mine[next];
                let headers = format!("if-match: \"{version}\"\r\n");
                let body = format!(r#"{{"employees":{},"level":"B"}}"#, *version + 7);
                let path = format!("/api/v1/customers/{id}");
                *version += 1;
                expect(connection, &request("PATCH", &path, Some(&token), &headers, &body), 200)
            };
            Ok((Connection::to(&client.address), Box::new(call) as _))
        })
        .collect()
}
