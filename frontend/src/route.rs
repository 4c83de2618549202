//! The address: reading it, changing it, following links. Each screen keeps its state here, so that a link shows the
//! same thing to the next person. A signal and a `match` do for some twenty screens what a router would.

use crate::{dom, i18n::t, leave, state::state};
use leptos::prelude::*;
use wasm_bindgen::JsCast;

#[derive(Clone, PartialEq, Default, Debug)]
pub struct Address {
    pub path: String,
    pub query: Vec<(String, String)>,
}

impl Address {
    pub fn parse(url: &str) -> Self {
        let url = url.split('#').next().unwrap_or_default();
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        let query = query
            .split('&')
            .filter(|p| !p.is_empty())
            .map(|p| {
                let (key, value) = p.split_once('=').unwrap_or((p, ""));
                (decode(key), decode(value))
            })
            .collect();
        Self {
            path: path.to_owned(),
            query,
        }
    }

    pub fn get(&self, key: &str) -> Option<&str> {
        self.query.iter().find(|(k, _)| k == key).map(|(_, v)| v.as_str())
    }

    /// Sets a parameter, or takes it away when empty.
    pub fn with(mut self, key: &str, value: &str) -> Self {
        self.query.retain(|(k, _)| k != key);
        if !value.is_empty() {
            self.query.push((key.to_owned(), value.to_owned()));
        }
        self
    }

    pub fn url(&self) -> String {
        let mut url = self.path.clone();
        let query = query_string(&self.query);
        if !query.is_empty() {
            url.push('?');
            // Brackets are legal there in practice, and filters read better with them.
            url.push_str(&query.replace("%5B", "[").replace("%5D", "]"));
        }
        url
    }
}

fn decode(text: &str) -> String {
    let text = text.replace('+', " ");
    js_sys::decode_uri_component(&text).map(String::from).unwrap_or(text)
}

pub fn encode(text: &str) -> String {
    js_sys::encode_uri_component(text).into()
}

pub fn query_string(pairs: &[(String, String)]) -> String {
    pairs
        .iter()
        .map(|(k, v)| format!("{}={}", encode(k), encode(v)))
        .collect::<Vec<_>>()
        .join("&")
}

/// What stands before every path where the server is under a prefix (`/crm`): `boot.js` finds it, and puts it before links.
fn prefix() -> String {
    dom::get(&window(), "under").as_string().unwrap_or_default()
}

/// A path of ours as the browser has it.
pub fn outer(path: &str) -> String {
    prefix() + path
}

pub fn current() -> Address {
    let location = window().location();
    let read = |r: Result<String, _>| r.unwrap_or_default();
    let url = read(location.pathname()) + &read(location.search());
    Address::parse(url.strip_prefix(&prefix()).unwrap_or(&url))
}

/// Has the browser show an address: with a step to go back to, or in place of the one it shows.
fn put(url: &str, step: bool) {
    if let Ok(history) = window().history() {
        let (null, url) = (wasm_bindgen::JsValue::NULL, outer(url));
        let _ = match step {
            true => history.push_state_with_url(&null, "", Some(&url)),
            false => history.replace_state_with_url(&null, "", Some(&url)),
        };
    }
}

/// Opens an address, as a link would.
pub fn go(url: &str) {
    let url = url.to_owned();
    leave::then(move || open(&url));
}

fn open(url: &str) {
    put(url, true);
    let before = state().address.with_untracked(|a| a.path.clone());
    let next = Address::parse(url);
    let moved = before != next.path;
    state().address.set(next);
    if moved {
        dom::focus_soon("#main".into());
    }
}

/// Changes the state of this screen without a step to go back to.
pub fn replace(url: &str) {
    show(url);
    state().address.set(Address::parse(url));
}

/// Has the browser show another address for what stands here, so that a reload or a link leads back to it.
pub fn show(url: &str) {
    put(url, false);
}

/// What the browser calls this page.
pub fn title(name: &str) {
    let product = t().product();
    document().set_title(&if name.is_empty() {
        product.to_owned()
    } else {
        format!("{name} · {product}")
    });
}

/// Sets one parameter of the present address.
pub fn set(key: &str, value: &str) {
    replace(&state().address.get_untracked().with(key, value).url());
}

/// Follows plain clicks on links of our own, and the browser's back and forward.
pub fn listen() {
    window_event_listener(leptos::ev::popstate, |_| {
        let wanted = current();
        if state().unsaved.any() && state().address.with_untracked(|a| a.path != wanted.path) {
            // The browser has gone already: it comes back, and the person is asked.
            put(&state().address.with_untracked(Address::url), true);
            return go(&wanted.url());
        }
        state().address.set(wanted);
    });
    window_event_listener(leptos::ev::click, |event| {
        if event.default_prevented()
            || event.button() != 0
            || event.meta_key()
            || event.ctrl_key()
            || event.shift_key()
            || event.alt_key()
        {
            return;
        }
        let link = event
            .target()
            .and_then(|t| t.dyn_into::<web_sys::Element>().ok())
            .and_then(|e| e.closest("a[href]").ok().flatten());
        let Some(link) = link else { return };
        let href = link.get_attribute("href").unwrap_or_default();
        let Some(href) = href.strip_prefix(&prefix()) else {
            return;
        };
        if href.starts_with('/')
            && !href.starts_with("/api/")
            && href != "/docs"
            && !link.has_attribute("download")
            && !link.has_attribute("target")
        {
            event.prevent_default();
            go(href);
        }
    });
}
