//! A client of the API: short to write, and strict. Every answer must be one that the description allows.

use crate::description::Description;
use reqwest::Method;
use reqwest::blocking::{Client as Http, RequestBuilder};
use reqwest::header::HeaderMap;
use serde_json::Value as Json;
use std::ops::Index;
use std::sync::LazyLock;
use std::time::Duration;

/// Headers that mean something to a client, and so are described wherever they are sent.
const TOLD_BY_HEADERS: [&str; 9] = [
    "change-set",
    "etag",
    "idempotent-replayed",
    "link",
    "location",
    "ratelimit",
    "retry-after",
    "www-authenticate",
    "x-request-id",
];

static HTTP: LazyLock<Http> = LazyLock::new(|| {
    Http::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(60))
        .pool_max_idle_per_host(64)
        // Before the server closes a connection that nobody uses, which it does after five seconds.
        .pool_idle_timeout(Duration::from_secs(3))
        .build()
        .expect("a client")
});

/// Text for a place in a path or query.
pub fn encoded(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.~".contains(&b);
    text.bytes()
        .map(|b| {
            if plain(b) {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect()
}

/// Somebody who calls a server, signed in or not.
#[derive(Clone)]
pub struct Client {
    pub base: String,
    pub token: Option<String>,
}

impl Client {
    pub fn new(base: String, token: Option<String>) -> Self {
        Self { base, token }
    }

    pub fn description(&self) -> &'static Description {
        Description::of(&self.base)
    }

    /// A request to a path under `/api/v1`.
    pub fn call(&self, method: &str, path: &str) -> Request {
        self.call_at(method, &format!("/api/v1{path}"))
    }

    /// A request to a path from the root.
    pub fn call_at(&self, method: &str, path: &str) -> Request {
        let parsed = Method::from_bytes(method.as_bytes()).expect("a method");
        let mut http = HTTP.request(parsed, format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            http = http.bearer_auth(token);
        }
        Request {
            base: self.base.clone(),
            http,
            method: method.to_owned(),
            path: path.split(['?', '#']).next().unwrap_or_default().to_owned(),
            description: Some(self.description()),
        }
    }

    pub fn get(&self, path: &str) -> Request {
        self.call("GET", path)
    }

    pub fn post(&self, path: &str, body: Json) -> Request {
        self.call("POST", path).json(body)
    }

    /// A POST without a body.
    pub fn act(&self, path: &str) -> Request {
        self.call("POST", path)
    }

    pub fn put(&self, path: &str, body: Json) -> Request {
        self.call("PUT", path).json(body)
    }

    pub fn patch(&self, path: &str, version: i64, body: Json) -> Request {
        self.call("PATCH", path).if_match(version).json(body)
    }

    pub fn delete(&self, path: &str, version: i64) -> Request {
        self.call("DELETE", path).if_match(version)
    }

    /// Gives oneself a picture; what kind of file it is, it says itself.
    pub fn set_picture(&self, file: &[u8]) -> Request {
        self.call("PUT", "/auth/me/avatar").bytes("image/png", file.to_vec())
    }

    /// Creates a record and returns it.
    pub fn create(&self, path: &str, body: Json) -> Answer {
        self.post(path, body).expect(201)
    }

    /// The names (or another text field) of a list, in its order.
    pub fn column(&self, path: &str, field: &str) -> Vec<String> {
        let page = self.get(path).expect(200);
        let rows = page["data"].as_array().expect("rows");
        rows.iter().map(|r| plain(&r[field])).collect()
    }

    pub fn names(&self, path: &str) -> Vec<String> {
        self.column(path, "name")
    }
}

fn plain(json: &Json) -> String {
    json.as_str().map_or_else(|| json.to_string(), str::to_owned)
}

pub struct Request {
    base: String,
    http: RequestBuilder,
    method: String,
    path: String,
    description: Option<&'static Description>,
}

impl Request {
    pub fn header(mut self, name: &str, value: impl AsRef<str>) -> Self {
        self.http = self.http.header(name, value.as_ref());
        self
    }

    pub fn if_match(self, version: i64) -> Self {
        self.header("If-Match", format!("\"{version}\""))
    }

    pub fn key(self, key: &str) -> Self {
        self.header("Idempotency-Key", key)
    }

    pub fn language(self, tag: &str) -> Self {
        self.header("Accept-Language", tag)
    }

    pub fn json(self, body: Json) -> Self {
        self.bytes("application/json", body.to_string().into_bytes())
    }

    pub fn bytes(mut self, media: &str, body: Vec<u8>) -> Self {
        self.http = self.http.header("Content-Type", media).body(body);
        self
    }

    pub fn form(mut self, form: reqwest::blocking::multipart::Form) -> Self {
        self.http = self.http.multipart(form);
        self
    }

    /// None where the server hung up.
    pub fn try_send(self) -> Option<Answer> {
        let response = self.http.send().ok()?;
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let bytes = response.bytes().ok()?.to_vec();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let name = format!("{} {}", self.method, self.path);
        if let Some(operation) = self.description.and_then(|d| d.find(&self.method, &self.path)) {
            assert!(
                operation.statuses.contains(&status),
                "{name} answered {status}, which {} does not describe: {text}",
                operation.id
            );
            for told in TOLD_BY_HEADERS.iter().filter(|name| headers.contains_key(**name)) {
                assert!(
                    operation
                        .headers
                        .get(&status)
                        .is_some_and(|known| known.contains(*told)),
                    "{name} answered {status} with the header {told}, which {} does not describe",
                    operation.id
                );
            }
        }
        if status >= 400 && self.path.starts_with("/api/") {
            check_problem(&name, status, &headers, &text);
        }
        Some(Answer {
            base: self.base,
            name,
            status,
            headers,
            body: serde_json::from_str(&text).unwrap_or_default(),
            text,
            bytes,
        })
    }

    pub fn send(self) -> Answer {
        let name = format!("{} {}", self.method, self.path);
        self.try_send().unwrap_or_else(|| panic!("{name}: no answer"))
    }

    pub fn expect(self, status: u16) -> Answer {
        let answer = self.send();
        assert_eq!(answer.status, status, "{}: {}", answer.name, answer.text);
        answer
    }

    /// Expects a problem of this status and code.
    pub fn refused(self, status: u16, code: &str) -> Answer {
        let answer = self.expect(status);
        assert_eq!(answer["code"], code, "{}: {}", answer.name, answer.text);
        answer
    }

    /// Expects 422 and exactly these issues, in any order: `["/email invalid_email"]`.
    pub fn invalid(self, issues: &[&str]) -> Answer {
        let answer = self.expect(422);
        let mut wanted: Vec<String> = issues.iter().map(|i| (*i).to_owned()).collect();
        wanted.sort();
        assert_eq!(answer.issues(), wanted, "{}: {}", answer.name, answer.text);
        answer
    }
}

/// Every refusal is a problem (RFC 9457) that says the same in all its places.
fn check_problem(name: &str, status: u16, headers: &HeaderMap, text: &str) {
    let header = |h: &str| headers.get(h).and_then(|v| v.to_str().ok()).unwrap_or_default();
    assert_eq!(header("content-type"), "application/problem+json", "{name}: {text}");
    let body: Json = serde_json::from_str(text).unwrap_or_else(|e| panic!("{name}: {e}: {text}"));
    assert_eq!(body["status"], status, "{name}: {text}");
    assert_eq!(body["request_id"], header("x-request-id"), "{name}: {text}");
    for member in ["type", "title", "detail", "code"] {
        let said = body[member].as_str().unwrap_or_default();
        assert!(!said.is_empty(), "{name} has no {member}: {text}");
    }
    // Whatever is refused has a code that the description names, and so the documentation.
    let known = |code: &Json| domain::messages::codes().any(|(known, _)| code == known);
    let each = body["errors"].as_array().into_iter().flatten().map(|e| &e["code"]);
    for code in each.chain([&body["code"]]) {
        assert!(known(code), "{name}: no such code: {code}");
    }
    match status {
        429 | 503 => assert!(!header("retry-after").is_empty(), "{name}: no Retry-After: {text}"),
        401 => assert!(header("www-authenticate").starts_with("Bearer"), "{name}"),
        405 => assert!(!header("allow").is_empty(), "{name}: no Allow"),
        412 if body["code"] == "record_missing" => assert_eq!(header("etag"), "", "{name}: {text}"),
        412 => assert_eq!(
            header("etag"),
            format!("\"{}\"", body["current_version"]),
            "{name}: {text}"
        ),
        500 => panic!("{name}: {text}"),
        _ => {}
    }
}

#[derive(Debug, Clone)]
pub struct Answer {
    base: String,
    pub name: String,
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Json,
    pub text: String,
    /// What is no text, such as a picture.
    pub bytes: Vec<u8>,
}

impl Answer {
    /// The address of the server that answered.
    pub fn base(&self) -> String {
        self.base.clone()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
    }

    pub fn id(&self) -> String {
        self["id"]
            .as_str()
            .unwrap_or_else(|| panic!("{}: no id: {}", self.name, self.text))
            .to_owned()
    }

    pub fn version(&self) -> i64 {
        self["version"]
            .as_i64()
            .unwrap_or_else(|| panic!("{}: no version: {}", self.name, self.text))
    }

    pub fn rows(&self) -> &[Json] {
        self["data"]
            .as_array()
            .unwrap_or_else(|| panic!("{}: no data: {}", self.name, self.text))
    }

    pub fn cursor(&self) -> Option<String> {
        self["page"]["next_cursor"].as_str().map(str::to_owned)
    }

    /// What was wrong, sorted: `/email invalid_email`, or of a parameter `limit out_of_range`.
    pub fn issues(&self) -> Vec<String> {
        let issues = self["errors"].as_array().cloned().unwrap_or_default();
        let mut all: Vec<String> = issues
            .iter()
            .map(|i| {
                let place = i.get("pointer").unwrap_or(&i["parameter"]);
                format!("{} {}", plain(place), plain(&i["code"]))
            })
            .collect();
        all.sort();
        all
    }
}

/// What is told of parts of an answer, each with words for people: `/sort unknown_field`.
pub fn told_with_words(parts: &Json) -> Vec<String> {
    let words = |part: &Json| {
        assert!(part["message"].as_str().is_some_and(|text| !text.is_empty()));
        format!(
            "{} {}",
            part["pointer"].as_str().expect("a pointer"),
            part["code"].as_str().expect("a code")
        )
    };
    parts.as_array().expect("a list").iter().map(words).collect()
}

impl Index<&str> for Answer {
    type Output = Json;

    fn index(&self, name: &str) -> &Json {
        &self.body[name]
    }
}
