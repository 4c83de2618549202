//! Pictures of people. Whose are shown is asked for once, all of a screen together, and kept while the page lives; where
//! there is none, initials stand.

use crate::{
    api, dom, kinds,
    record::row::Row,
    state::{self, state},
};
use domain::policy::Access;
use leptos::{prelude::*, task::spawn_local};
use serde_json::Value;
use std::cell::RefCell;
use std::collections::HashMap;

/// People in one question.
const AT_ONCE: usize = 100;

/// What is known holds for so long, in milliseconds: then who is shown is asked for again.
const FRESH: f64 = 600_000.0;

/// What is known of somebody's picture: which it is, empty for none, when that was asked, and where the browser has it.
#[derive(Default)]
struct Face {
    avatar: String,
    asked: f64,
    url: ArcRwSignal<Option<String>>,
}

thread_local! {
    static FACES: RefCell<HashMap<String, Face>> = RefCell::default();
    static WANTED: RefCell<Vec<String>> = RefCell::default();
}

/// A person as a disc with their picture or initials; the name stands beside it for who cannot see it.
pub fn avatar(id: &str, name: &str) -> AnyView {
    let hue = name
        .chars()
        .fold(0u32, |h, c| h.wrapping_mul(31).wrapping_add(c as u32))
        % 6;
    let class = format!("avatar hue{hue}");
    let url = (!id.is_empty()).then(|| url_of(id));
    let picture = move || {
        url.as_ref()
            .and_then(ArcRwSignal::get)
            .map(|url| view! { <img src=url alt=""/> })
    };
    view! { <span class=class aria-hidden="true">{initials(name)}{picture}</span> }.into_any()
}

/// The last two characters of a Chinese name, the first letters of others.
fn initials(name: &str) -> String {
    let name = name.trim();
    if name.chars().next().is_some_and(|c| c as u32 >= 0x2E80) {
        let chars: Vec<char> = name.chars().collect();
        return chars[chars.len().saturating_sub(2)..].iter().collect();
    }
    let mut words = name.split_whitespace().filter_map(|w| w.chars().next());
    let first = words.next();
    let last = words.next_back();
    first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
}

fn url_of(id: &str) -> ArcRwSignal<Option<String>> {
    let now = js_sys::Date::now();
    let (url, known) = FACES.with_borrow_mut(|faces| {
        let face = faces.entry(id.to_owned()).or_default();
        let known = now - face.asked < FRESH;
        if !known {
            face.asked = now;
        }
        (face.url.clone(), known)
    });
    if known {
        return url;
    }
    let first = WANTED.with_borrow_mut(|wanted| {
        wanted.push(id.to_owned());
        wanted.len() == 1
    });
    if first {
        // Once the rest of the screen has been drawn.
        dom::after(20, || spawn_local(ask()));
    }
    url
}

/// Asks which of the people on the screen have a picture.
async fn ask() {
    let wanted = WANTED.take();
    let sees = state::me().is_some_and(|me| me.may("user", "view"));
    if !sees || state::access("user", "avatar") >= Access::Masked {
        return;
    }
    for some in wanted.chunks(AT_ONCE) {
        let path = format!(
            "/{}?limit={AT_ONCE}&fields=id,avatar&filter[id][in]={}",
            kinds::of("user").path(),
            some.join(",")
        );
        match api::get(path).send_aside().await {
            Ok(reply) => {
                for user in reply.body["data"].as_array().into_iter().flatten() {
                    learn(user["id"].as_str().unwrap_or_default(), user["avatar"].as_str());
                }
            }
            // Asked again when they are next drawn.
            Err(_) => FACES.with_borrow_mut(|faces| {
                let unknown = |id: &String| faces.get(id).is_some_and(|face| face.avatar.is_empty());
                let unknown: Vec<&String> = some.iter().filter(|id| unknown(id)).collect();
                for id in unknown {
                    faces.remove(id);
                }
            }),
        }
    }
}

/// The row of a user tells which picture is theirs by now.
pub fn follow() {
    Effect::new(|_| {
        state().change.with(|change| {
            let row = change
                .as_ref()
                .filter(|c| c.kind == kinds::of("user").plural)?
                .row
                .as_ref()?;
            seen(row);
            Some(())
        });
    });
}

/// Takes note of the picture in a user's row, where the row has it.
pub fn seen(user: &Row) {
    if state::access("user", "avatar") < Access::Masked && user.has("avatar") {
        learn(user.id(), Some(user.text("avatar")));
    }
}

/// Takes note of the pictures of those whom an answer mentions.
pub fn heard(answer: &Value) {
    if state::access("user", "avatar") < Access::Masked {
        note(answer);
    }
}

fn note(value: &Value) {
    match value {
        Value::Array(items) => items.iter().for_each(note),
        Value::Object(map) => {
            if let (Some(id), Some(avatar)) = (map.get("id").and_then(Value::as_str), map.get("avatar")) {
                learn(id, avatar.as_str());
            }
            map.values().for_each(note);
        }
        _ => {}
    }
}

/// Takes note of which picture somebody has, and fetches it where it is another than before.
pub fn learn(id: &str, avatar: Option<&str>) {
    let avatar = avatar.unwrap_or_default();
    let url = FACES.with_borrow_mut(|faces| {
        let face = faces.entry(id.to_owned()).or_default();
        face.asked = js_sys::Date::now();
        (face.avatar != avatar).then(|| {
            avatar.clone_into(&mut face.avatar);
            face.url.clone()
        })
    });
    let Some(url) = url else { return };
    if avatar.is_empty() {
        return put(&url, None);
    }
    let (id, avatar) = (id.to_owned(), avatar.to_owned());
    spawn_local(async move {
        let picture = api::get(format!("/users/{id}/avatar")).file().await;
        // Changed again meanwhile, or signed out.
        let wanted = FACES.with_borrow(|faces| faces.get(&id).is_some_and(|face| face.avatar == avatar));
        let Ok(picture) = picture else {
            if wanted {
                FACES.with_borrow_mut(|faces| faces.remove(&id));
            }
            return;
        };
        if wanted {
            put(&url, Some(picture));
        } else {
            let _ = web_sys::Url::revoke_object_url(&picture);
        }
    });
}

fn put(url: &ArcRwSignal<Option<String>>, picture: Option<String>) {
    if let Some(Some(old)) = url.try_update(|url| std::mem::replace(url, picture)) {
        let _ = web_sys::Url::revoke_object_url(&old);
    }
}

/// Whoever signs in next has pictures of their own to see.
pub fn forget() {
    for face in FACES.take().into_values() {
        put(&face.url, None);
    }
}
