//! Signing in and staying so. The access token lives in memory only; the refresh token is the browser's, in a cookie no
//! script can read. Tabs take turns at refreshing by a Web Lock, since each refresh replaces the cookie of all.

use super::{Outcome, Problem, get, patch, post};
use crate::{
    avatar, dom,
    i18n::{self, Locale},
    start,
    state::{Session, me, state},
};
use leptos::prelude::*;
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::{JsFuture, future_to_promise};

thread_local! { static TOKEN: RefCell<String> = RefCell::default(); }

pub(super) fn token() -> String {
    TOKEN.with_borrow(Clone::clone)
}

/// Who is signed in.
#[derive(Clone, PartialEq, Debug)]
pub struct Me {
    pub id: String,
    pub version: i64,
    pub name: String,
    pub email: String,
    pub time_zone: String,
    /// That of the profile, if it has one.
    pub locale: Option<Locale>,
    pub workspace: String,
    pub currency: String,
    /// The month in which the fiscal year begins.
    pub fiscal_start: i64,
    /// May change the settings of the workspace.
    pub configures: bool,
    pub roles: Vec<String>,
    rights: Value,
}

impl Me {
    pub fn read(body: &Value) -> Self {
        let user = &body["user"];
        let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
        Self {
            id: text(&user["id"]),
            version: user["version"].as_i64().unwrap_or(1),
            name: text(&user["name"]),
            email: text(&user["email"]),
            time_zone: user["time_zone"]
                .as_str()
                .map_or_else(|| text(&body["workspace"]["time_zone"]), str::to_owned),
            locale: user["locale"].as_str().and_then(Locale::from_tag),
            workspace: text(&body["workspace"]["name"]),
            currency: body["workspace"]["currency"].as_str().unwrap_or("CNY").to_owned(),
            fiscal_start: body["workspace"]["fiscal_year_start"].as_i64().unwrap_or(1),
            configures: body["workspace"]["configure"] == true,
            roles: body["roles"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|r| text(if r.is_string() { r } else { &r["name"] }))
                .collect(),
            rights: body["rights"].clone(),
        }
    }

    /// Whether an action on a kind is allowed at any reach, read as the server does: an entry for a kind is all there
    /// is to say about it, `*` stands for the rest. Where nothing is said, the server decides anyway.
    pub fn may(&self, kind: &str, action: &str) -> bool {
        !self.rights.is_object() || self.reach(kind, action) != "none"
    }

    /// How far that reaches.
    pub fn reach(&self, kind: &str, action: &str) -> &str {
        let actions = if self.rights[kind].is_object() {
            &self.rights[kind]
        } else {
            &self.rights["*"]
        };
        let reach = if actions[action].is_null() {
            &actions["*"]
        } else {
            &actions[action]
        };
        reach.as_str().unwrap_or("none")
    }
}

async fn take(body: &Value) -> Outcome<()> {
    TOKEN.set(body["access_token"].as_str().unwrap_or_default().to_owned());
    dom::store("session", "1");
    speak_as(body);
    start::load().await
}

/// Stores the language in one's profile, whatever else has just been changed there.
pub async fn speak(locale: Locale) -> Outcome<()> {
    let send = async |version: i64| {
        patch("/auth/me", version, json!({ "locale": locale.tag() }))
            .send()
            .await
    };
    let known = me().map_or(1, |m| m.version);
    let stored = match send(known).await {
        Err(problem) if problem.stale() => {
            let user = get("/auth/me").send().await?.body;
            send(user["user"]["version"].as_i64().unwrap_or(known)).await?
        }
        outcome => outcome?,
    };
    // Also where the answer in the new language does not come: the next choice is made on this.
    if let Some(version) = stored.body["version"].as_i64() {
        state().session.update_untracked(|session| {
            if let Session::SignedIn(me) = session {
                me.version = version;
            }
        });
    }
    Ok(())
}

/// `code` is that of the second factor, empty where none was asked for.
pub async fn sign_in(email: &str, password: &str, code: &str) -> Outcome<()> {
    let mut body = json!({ "email": email, "password": password });
    if !code.is_empty() {
        body["code"] = json!(code);
    }
    let reply = post("/auth/login", body).send().await?;
    take(&reply.body).await
}

/// Sets a password through a one-time link; answers with the address it signs in.
pub async fn accept(token: &str, password: &str) -> Outcome<String> {
    let reply = post("/auth/invitation", json!({ "token": token, "password": password }))
        .send()
        .await?;
    Ok(reply.body["email"].as_str().unwrap_or_default().to_owned())
}

/// First start: makes the workspace and its owner, and signs the owner in.
pub async fn set_up(body: Value) -> Outcome<()> {
    let reply = post("/auth/setup", body.clone()).send().await?;
    if reply.body["access_token"].is_string() {
        return take(&reply.body).await;
    }
    sign_in(
        body["email"].as_str().unwrap_or_default(),
        body["password"].as_str().unwrap_or_default(),
        "",
    )
    .await
}

/// Whoever signs in next is to find nothing here of who was before.
fn forget() {
    TOKEN.take();
    start::forget();
    avatar::forget();
    dom::forget("recent");
}

pub async fn sign_out() {
    let _ = post("/auth/logout", Value::Null).send().await;
    forget();
    // Whose session ends under way finds them again.
    dom::forget("draft");
    dom::store("session", "");
    state().session.set(Session::SignedOut(false));
    crate::route::go("/");
}

pub(super) fn end() {
    forget();
    state().session.set(Session::SignedOut(true));
}

thread_local! { static RESUMING: Cell<u32> = const { Cell::new(0) }; }

/// At the start of the page: is there a session to go on with?
pub async fn resume() {
    // Who never signed in here need not ask: the cookie itself no script can see.
    if dom::stored("session").as_deref() != Some("1") {
        return state().session.set(Session::SignedOut(false));
    }
    let turn = RESUMING.get().wrapping_add(1);
    RESUMING.set(turn);
    loop {
        let resumed = async {
            renew("").await?;
            start::load().await
        };
        let outcome = resumed.await;
        // Somebody has asked to try again meanwhile, and is answered by that.
        if RESUMING.get() != turn {
            return;
        }
        let Err(problem) = outcome else { return };
        if matches!(problem.status, 401 | 403) {
            TOKEN.take();
            return state().session.set(Session::SignedOut(false));
        }
        // Away, not refused: the session may well be good, so wait for the server.
        let away = matches!(problem.status, 0 | 503);
        if !problem.aborted() {
            state().session.set(Session::Failed(problem));
        }
        if !away {
            return;
        }
        dom::sleep(3000).await;
        if RESUMING.get() != turn {
            return;
        }
    }
}

/// The language of whoever has come in, where none was chosen in this browser: before anything is asked for in one.
fn speak_as(body: &Value) {
    let theirs = body["user"]["locale"].as_str().and_then(Locale::from_tag);
    if let Some(locale) = theirs.filter(|l| dom::stored("locale").is_none() && *l != i18n::locale()) {
        state().locale.set(locale);
    }
}

/// Renews the access token, unless another request did so since `used` was read.
pub(super) async fn renew(used: &str) -> Outcome<()> {
    let used = used.to_owned();
    let done = std::rc::Rc::new(RefCell::new(None));
    let result = done.clone();
    let work = async move {
        if !used.is_empty() && token() != used {
            *result.borrow_mut() = Some(Ok(()));
            return;
        }
        let outcome = post("/auth/refresh", Value::Null).send_quietly().await;
        let outcome = outcome.and_then(|body| {
            if me().is_some_and(|me| body["user"]["id"] != me.id.as_str()) {
                // Somebody else has signed in by another tab: nothing goes on here in their name.
                start_anew();
                return Err(Problem::superseded());
            }
            TOKEN.set(body["access_token"].as_str().unwrap_or_default().to_owned());
            match me() {
                // Rights may have changed in the quarter of an hour since the last token.
                Some(_) => start::again(),
                None => speak_as(&body),
            }
            Ok(())
        });
        *result.borrow_mut() = Some(outcome);
    };
    locked(work).await;
    let outcome = done.borrow_mut().take().unwrap_or_else(|| Err(Problem::default()));
    if outcome.as_ref().is_err_and(|p| p.status == 401)
        && state().session.with_untracked(|s| matches!(s, Session::SignedIn(_)))
    {
        end();
    }
    outcome
}

/// Loads the app for whoever is signed in now.
fn start_anew() {
    forget();
    state().unsaved.give_up();
    let _ = window().location().assign(&crate::route::outer("/"));
}

/// Runs while holding the lock that all tabs of the app share; without one where the browser has no locks.
async fn locked(work: impl Future<Output = ()> + 'static) {
    let locks = dom::get(&window().navigator(), "locks");
    let Ok(request) = dom::get(&locks, "request").dyn_into::<js_sys::Function>() else {
        return work.await;
    };
    let held = Closure::once_into_js(move |_: JsValue| {
        future_to_promise(async move {
            work.await;
            Ok(JsValue::UNDEFINED)
        })
    });
    if let Ok(promise) = request.call2(&locks, &"guanxi-refresh".into(), &held) {
        let _ = JsFuture::from(promise.unchecked_into::<js_sys::Promise>()).await;
    }
}
