//! What the app begins with, in one request: who is signed in, the kinds of records, the values of lists, currencies, roles and
//! stages, in one language. Asked for again when the language, a right or one of these has changed; who has it already is sent
//! nothing.

use crate::{
    api::{self, Me, Outcome, Problem},
    avatar, currency, dom,
    i18n::{self, Locale},
    opportunity, picklist, role, schema,
    state::{Session, state},
};
use leptos::{prelude::*, task::spawn_local};
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};

thread_local! {
    /// The ETag of what is held.
    static HELD: RefCell<Option<String>> = RefCell::default();
    /// How often it was asked for: of several answers only that to the last question counts.
    static ASKED: Cell<u32> = const { Cell::new(0) };
    /// The language of the last question, while it has no answer.
    static WANTED: Cell<Option<Locale>> = const { Cell::new(None) };
}

/// Whoever signs in next begins anew.
pub fn forget() {
    HELD.take();
    WANTED.set(None);
    ASKED.set(ASKED.get().wrapping_add(1));
}

/// Asks in the present language; in that of the person's profile where none was chosen in this browser.
pub async fn load() -> Outcome<()> {
    load_in(WANTED.get().unwrap_or_else(i18n::locale)).await?;
    let profile = state().session.with_untracked(|s| match s {
        Session::SignedIn(me) => me.locale,
        _ => None,
    });
    match profile.filter(|l| dom::stored("locale").is_none() && *l != i18n::locale()) {
        Some(locale) => load_in(locale).await,
        None => Ok(()),
    }
}

/// Asks in a language, which is that of the app from then on: labels and texts change at once.
pub async fn load_in(locale: Locale) -> Outcome<()> {
    let turn = ASKED.get().wrapping_add(1);
    ASKED.set(turn);
    WANTED.set(Some(locale));
    let known = HELD.with_borrow(Clone::clone);
    let call = api::get(format!("/start?language={}", locale.tag())).unless(known);
    let outcome = call.send().await;
    if ASKED.get() != turn {
        return outcome.map(drop);
    }
    WANTED.set(None);
    let reply = outcome?;
    let state = state();
    if !reply.unchanged {
        let body = &reply.body;
        let user = &body["me"]["user"];
        schema::learn(&body["kinds"], &body["subjects"]);
        avatar::learn(user["id"].as_str().unwrap_or_default(), user["avatar"].as_str());
        state.picklists.set(picklist::read(&body["picklists"]));
        state.roles.set(role::read(&body["roles"]));
        state.stages.set(opportunity::read_stages(&body["pipelines"]));
        state.views.set(views(body));
        state.currencies.set(currency::read(&body["currencies"]));
        HELD.set(reply.etag);
        state.session.set(Session::SignedIn(Box::new(Me::read(&body["me"]))));
    }
    if locale != i18n::locale() {
        state.locale.set(locale);
    }
    Ok(())
}

/// The views of all lists, as they are told.
fn views(body: &Value) -> Value {
    let kinds = body["kinds"].as_array().into_iter().flatten();
    let product = kinds.filter_map(|kind| Some((kind["kind"].as_str()?.to_owned(), kind["views"].clone())));
    json!({ "saved": body["views"], "marks": body["view_marks"], "product": Value::Object(product.collect()) })
}

/// The same where nobody waits for it.
pub fn again() {
    spawn_local(async {
        let _ = load().await;
    });
}

/// What is written here may be part of it.
pub fn follow() {
    let parts = [
        "picklists",
        "roles",
        "currencies",
        "pipelines",
        "stages",
        "kinds",
        "fields",
        "layouts",
        "views",
    ];
    Effect::new(move |_| {
        if state()
            .change
            .with(|c| c.as_ref().is_some_and(|c| parts.contains(&c.kind)))
        {
            again();
        }
    });
}

/// The server is there, and does not answer as it should; or it is away.
pub fn failed(problem: &Problem) -> AnyView {
    let retry = Callback::new(|()| {
        state().session.set(Session::Starting);
        spawn_local(api::session::resume());
    });
    view! { <main class="failed" id="main">{crate::ui::problem(problem, retry)}</main> }.into_any()
}
