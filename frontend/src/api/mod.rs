//! The typed client of the HTTP API: one non-generic way out (so that the wasm stays small), problems as values, the
//! session kept fresh.

pub mod problem;
pub mod session;

pub use problem::Problem;
pub use session::Me;

use crate::{avatar, dom, record::row, route, start, state::state};
use js_sys::JsString;
use leptos::prelude::*;
use serde_json::Value;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, AbortSignal, Headers, RequestInit, Response};

pub type Outcome<T> = Result<T, Problem>;

pub enum Body {
    None,
    Json(Value),
    Form(web_sys::FormData),
    File(web_sys::File),
}

/// A request to be sent.
pub struct Call {
    method: &'static str,
    path: String,
    body: Body,
    version: Option<i64>,
    signal: Option<AbortSignal>,
    key: Option<String>,
    /// The ETag of what is held already.
    known: Option<String>,
    /// The answer is a file, kept by the browser.
    file: bool,
}

/// What came back, when it is no problem.
pub struct Reply {
    pub body: Value,
    pub etag: Option<String>,
    /// What the answer's changes are known by.
    pub change_set: Option<String>,
    /// What is held already still holds; there is no body.
    pub unchanged: bool,
}

fn call(method: &'static str, path: impl Into<String>) -> Call {
    Call {
        method,
        path: path.into(),
        body: Body::None,
        version: None,
        signal: None,
        key: None,
        known: None,
        file: false,
    }
}

pub fn get(path: impl Into<String>) -> Call {
    call("GET", path)
}

/// A POST carries an idempotency key, so that a repeat after a lost answer does nothing twice.
/// The records of all pages of a short list: what a screen needs whole.
pub async fn all(path: &str) -> Outcome<Vec<Value>> {
    let (mut all, mut next) = (Vec::new(), path.to_owned());
    loop {
        let mut body = get(next).send().await?.body;
        if let Some(rows) = body["data"].as_array_mut() {
            all.append(rows);
        }
        match body["page"]["next_cursor"].as_str() {
            Some(cursor) => next = format!("{path}&cursor={}", route::encode(cursor)),
            None => return Ok(all),
        }
    }
}

pub fn post(path: impl Into<String>, body: Value) -> Call {
    let mut call = call("POST", path);
    if !call.path.starts_with("/auth/") {
        call.key = Some(uuid::Uuid::new_v4().to_string());
    }
    call.body = Body::Json(body);
    call
}

/// Asks for a list in a body: nothing is done that could be done twice.
pub fn search(path: impl Into<String>, body: Value) -> Call {
    let mut call = call("POST", path);
    call.body = Body::Json(body);
    call
}

pub fn post_form(path: impl Into<String>, form: web_sys::FormData) -> Call {
    let mut call = post(path, Value::Null);
    call.body = Body::Form(form);
    call
}

/// A PUT may be repeated by itself.
pub fn put(path: impl Into<String>, body: Value) -> Call {
    let mut call = call("PUT", path);
    call.body = Body::Json(body);
    call
}

/// The file says itself what it is; its name is not sent.
pub fn put_file(path: impl Into<String>, file: web_sys::File) -> Call {
    let mut call = call("PUT", path);
    call.body = Body::File(file);
    call
}

pub fn patch(path: impl Into<String>, version: i64, body: Value) -> Call {
    let mut call = call("PATCH", path);
    call.body = Body::Json(body);
    call.version(version)
}

pub fn delete(path: impl Into<String>, version: i64) -> Call {
    call("DELETE", path).version(version)
}

/// Takes away what has no versions.
pub fn delete_any(path: impl Into<String>) -> Call {
    call("DELETE", path)
}

impl Call {
    pub fn version(mut self, version: i64) -> Self {
        self.version = Some(version);
        self
    }

    /// Unless what is held still holds.
    pub fn unless(mut self, known: Option<String>) -> Self {
        self.known = known;
        self
    }

    /// Supersedes the request that went this way before.
    pub fn latest(mut self, latest: Latest) -> Self {
        self.signal = latest.next();
        self
    }

    /// The answer's body as plain text: a file.
    pub async fn text(self) -> Outcome<String> {
        let reply = self.send().await?;
        Ok(reply
            .body
            .as_str()
            .map_or_else(|| reply.body.to_string(), str::to_owned))
    }

    /// The answer as a file that the browser keeps: its address within this page.
    pub async fn file(mut self) -> Outcome<String> {
        self.file = true;
        let reply = self.send_aside().await?;
        Ok(reply.body.as_str().unwrap_or_default().to_owned())
    }

    /// As `send`, for what nobody waits for: the line that tells of requests under way stays away.
    pub async fn send_aside(self) -> Outcome<Reply> {
        self.send_fresh().await
    }

    pub async fn send(self) -> Outcome<Reply> {
        let busy = state().busy;
        busy.update(|n| *n += 1);
        let outcome = self.send_fresh().await;
        busy.update(|n| *n = n.saturating_sub(1));
        outcome
    }

    /// As `send`, without renewing the session: it is how the session is renewed.
    async fn send_quietly(&self) -> Outcome<Value> {
        Ok(self.send_once("").await?.body)
    }

    /// Sends; an access token that has run out is renewed once.
    async fn send_fresh(&self) -> Outcome<Reply> {
        let used = session::token();
        match self.send_once(&used).await {
            Err(problem)
                if problem.status == 401
                    && !self.path.starts_with("/auth/login")
                    && !self.path.starts_with("/auth/refresh") =>
            {
                session::renew(&used).await?;
                let outcome = self.send_once(&session::token()).await;
                if outcome.as_ref().is_err_and(|p| p.status == 401) {
                    session::end();
                }
                outcome
            }
            outcome => {
                // Rights may have changed since they were read; what is offered follows.
                if outcome.as_ref().is_err_and(|p| p.status == 403) && !self.path.starts_with("/start") {
                    start::again();
                }
                outcome
            }
        }
    }

    async fn send_once(&self, token: &str) -> Outcome<Reply> {
        let headers = Headers::new().map_err(Problem::network)?;
        let set = |name: &str, value: &str| {
            let _ = headers.set(name, value);
        };
        set("Accept", "application/json, application/problem+json");
        set("Accept-Language", state().locale.get_untracked().tag());
        if !token.is_empty() {
            set("Authorization", &format!("Bearer {token}"));
        }
        if self.path.starts_with("/auth/") {
            set("X-Guanxi-App", "1");
        }
        if let Some(version) = self.version {
            set("If-Match", &format!("\"{version}\""));
        }
        if let Some(key) = &self.key {
            set("Idempotency-Key", key);
        }
        if let Some(known) = &self.known {
            set("If-None-Match", known);
        }
        let init = RequestInit::new();
        init.set_method(self.method);
        match &self.body {
            Body::None => {}
            Body::Json(Value::Null) => {}
            Body::Json(body) => {
                set("Content-Type", "application/json");
                let mut body = body.clone();
                row::nested(&mut body);
                init.set_body(&JsValue::from_str(&body.to_string()));
            }
            Body::Form(form) => init.set_body(form),
            Body::File(file) => init.set_body(file),
        }
        init.set_headers(&headers);
        init.set_signal(self.signal.as_ref());
        let url = route::outer("/api/v1") + &self.path;
        let response = JsFuture::from(window().fetch_with_str_and_init(&url, &init)).await;
        let response: Response = match response {
            Ok(response) => response.unchecked_into(),
            Err(error) => {
                let problem = Problem::network(error);
                if !problem.aborted() {
                    state().online.set(false);
                    watch_for_return();
                }
                return Err(problem);
            }
        };
        if !state().online.get_untracked() {
            state().online.set(true);
        }
        if self.file && response.ok() {
            let blob = JsFuture::from(response.blob().map_err(Problem::network)?).await;
            let blob = blob.map_err(Problem::network)?.unchecked_into();
            let url = web_sys::Url::create_object_url_with_blob(&blob).map_err(Problem::network)?;
            return Ok(Reply {
                body: Value::String(url),
                etag: None,
                change_set: None,
                unchanged: false,
            });
        }
        let text = match response.text() {
            Ok(promise) => JsFuture::from(promise).await.map_err(Problem::network)?,
            Err(error) => return Err(Problem::network(error)),
        };
        let text: String = text.dyn_into::<JsString>().map(String::from).unwrap_or_default();
        // Everything is JSON but files, which are kept as they are.
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        let header = |name: &str| response.headers().get(name).ok().flatten();
        let unchanged = response.status() == 304;
        if !response.ok() && !unchanged {
            return Err(Problem::read(response.status(), body, header("Retry-After")));
        }
        avatar::heard(&body);
        Ok(Reply {
            body,
            etag: header("ETag"),
            change_set: header("Change-Set"),
            unchanged,
        })
    }
}

thread_local! { static WATCHING: std::cell::Cell<bool> = const { std::cell::Cell::new(false) }; }

/// Asks every few seconds whether the server is back, and takes the notice away when it is.
fn watch_for_return() {
    if WATCHING.replace(true) {
        return;
    }
    leptos::task::spawn_local(async {
        while !state().online.get_untracked() {
            dom::sleep(4000).await;
            if let Ok(response) = JsFuture::from(window().fetch_with_str(&route::outer("/healthz"))).await {
                state().online.set(response.unchecked_into::<Response>().status() < 500);
            }
        }
        WATCHING.set(false);
    });
}

/// A place where only what was begun last counts: for work of several requests, which is not called off by one signal.
#[derive(Clone, Copy)]
pub struct Turn(StoredValue<u32>);

impl Turn {
    pub fn new() -> Self {
        Self(StoredValue::new(0))
    }

    /// Begins; what is given back tells whether it is still the last, and the place still there.
    pub fn take(self) -> impl Fn() -> bool + Copy {
        self.0.update_value(|n| *n = n.wrapping_add(1));
        let mine = self.0.get_value();
        move || self.0.try_get_value() == Some(mine)
    }
}

/// A place from which only the newest request counts: an older one under way is called off.
#[derive(Clone, Copy)]
pub struct Latest(StoredValue<Option<AbortController>, LocalStorage>);

impl Latest {
    pub fn new() -> Self {
        let latest = Self(StoredValue::new_local(None));
        on_cleanup(move || latest.abort());
        latest
    }

    pub fn abort(self) {
        if let Some(Some(old)) = self.0.try_update_value(Option::take) {
            old.abort();
        }
    }

    fn next(self) -> Option<AbortSignal> {
        self.abort();
        let controller = AbortController::new().ok()?;
        let signal = controller.signal();
        self.0.try_update_value(|v| *v = Some(controller));
        Some(signal)
    }
}
