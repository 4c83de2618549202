//! Line 25. A server that is asked to end (SIGTERM) under load: every answer that begins is whole, nothing acknowledged is
//! lost, it is gone within 30 s, and its jobs go on with the next one.

use super::PROGRAM;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use tests::engine::Place;
use tests::program::{Program, founded};
use tests::*;

fn started(place: &Place) -> Program {
    Program::start(PROGRAM, &place.argument(), |command| {
        command.args(["--workers", "2", "--rate-limit", "0"]);
        command.env("GUANXI_LOG", "off");
    })
}

/// One request on a connection of its own, read to its end past any library: the answer's status and body. None where no
/// byte came; an answer that breaks off is the fault we look for.
fn raw(address: &str, token: &str, method: &str, path: &str, body: &str) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a limit");
    let request = format!(
        "{method} /api/v1{path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = Vec::new();
    let end = stream.read_to_end(&mut answer);
    if answer.is_empty() {
        return None;
    }
    let answer = String::from_utf8(answer).expect("text");
    end.expect("an answer that begins is read to its end");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a whole head");
    let length = head.to_ascii_lowercase();
    let length = length.lines().find_map(|line| line.strip_prefix("content-length: "));
    let length: usize = length.expect("a length").parse().expect("a number");
    assert_eq!(body.len(), length, "a truncated answer: {head}");
    let status = head.split(' ').nth(1).and_then(|word| word.parse().ok());
    Some((status.expect("a status"), body.to_owned()))
}

fn ended_under_load(engine: Engine) {
    const RECORDS: usize = 3_000;
    let (place, firm) = founded(engine);
    let process = started(&place);
    let owner = process.client(firm.owner.client.token.clone());
    let sales = process.client(firm.sales.client.token.clone());
    let operations: Vec<Json> = (0..100)
        .map(|n| json!({ "method": "create", "body": { "name": format!("n{n}") } }))
        .collect();
    for _ in 0..RECORDS / 100 {
        let body = json!({ "operations": operations });
        sales.post("/customers/batch", body).expect(200);
    }
    let handed = owner.post(
        &format!("/users/{}/hand-over", firm.sales.id),
        json!({ "to": firm.other_sales.id }),
    );
    let job = format!("/jobs/{}", handed.expect(202).id());

    let address = process.address().to_owned();
    let token = firm.owner.client.token.clone().expect("a token");
    let acknowledged = Mutex::new(Vec::new());
    let answered = AtomicU64::new(0);
    let gone = thread::scope(|scope| {
        for worker in 0..8 {
            let (address, token, acknowledged, answered) = (&address, &token, &acknowledged, &answered);
            scope.spawn(move || {
                // Until nobody answers any more.
                while let Some((status, body)) = match worker % 2 {
                    0 => raw(address, token, "POST", "/customers", r#"{"name":"under load"}"#),
                    _ => raw(address, token, "GET", "/customers?limit=200", ""),
                } {
                    assert!([200, 201, 503].contains(&status), "{status}: {body}");
                    answered.fetch_add(1, Ordering::Relaxed);
                    if status == 201 {
                        let made: Json = serde_json::from_str(&body).expect("JSON");
                        acknowledged.lock().expect("not poisoned").push(made["id"].clone());
                    }
                }
            });
        }
        let until = Instant::now() + Duration::from_secs(60);
        while answered.load(Ordering::Relaxed) < 40 {
            assert!(Instant::now() < until, "there is load");
            thread::yield_now();
        }
        process.end()
    });
    assert!(gone < Duration::from_secs(30), "{engine:?}: gone after {gone:?}");

    let process = started(&place);
    let owner = process.client(firm.owner.client.token);
    for id in acknowledged.into_inner().expect("not poisoned") {
        owner
            .get(&format!("/customers/{}", id.as_str().expect("an id")))
            .expect(200);
    }
    let end = seed::ended(&owner, &job);
    assert_eq!(end["status"], "done");
    assert_eq!(end["progress"]["done"], json!(RECORDS));
}

#[test]
fn a_server_ends_whole_on_sqlite() {
    ended_under_load(Engine::Sqlite);
}

#[test]
fn a_server_ends_whole_on_postgres() {
    ended_under_load(Engine::Postgres);
}
