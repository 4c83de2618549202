//! Roles: their names, as the app begins with them, the boxes to give them to a user, and the editor.

mod draft;
pub mod editor;
mod fields;
pub mod list;
mod matrix;
mod words;

use crate::{
    i18n::{label, locale},
    state::state,
};
use leptos::prelude::*;
use serde_json::{Value, json};

/// Key and name, in the order of the names.
pub type Roles = Vec<(String, String)>;

/// Where a role has its page.
pub fn page(id: &str) -> String {
    format!("/settings/roles/{id}")
}

/// What changed in the grants or the field rights of a role: the place, the old and the new.
pub fn differences(field: &str, old: &Value, new: &Value) -> Vec<(String, String, String)> {
    if field == "field_rights" {
        return fields::differences(old, new);
    }
    let told = draft::differences(old, new).into_iter().map(|d| {
        let name = format!("{} · {}", d.subject.label(), label(words::action(d.action)));
        let [old, new] = [d.old, d.new].map(|reach| label(words::reach(reach)).to_owned());
        (name, old, new)
    });
    told.collect()
}

/// As the server tells them, by the names of the present language.
pub fn read(roles: &Value) -> Roles {
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    let roles = roles.as_array().into_iter().flatten();
    roles.map(|r| (text(&r["key"]), text(&r["name"]))).collect()
}

/// What a role is called in the present language. Tracked: the names may arrive after the user who has it.
pub fn name(key: &str) -> String {
    let known = state()
        .roles
        .with(|roles| roles.iter().find(|r| r.0 == key).map(|r| r.1.clone()));
    match (known, domain::role::builtin_name(key)) {
        (Some(name), _) => domain::role::shown(key, &name, locale()).to_owned(),
        (None, Some(label)) => label.get(locale()).to_owned(),
        (None, None) => key.to_owned(),
    }
}

/// The roles the workspace has, to tick.
#[component]
pub fn RoleBoxes(value: RwSignal<Value>, id: String) -> impl IntoView {
    let has = move |key: &str| value.with(|v| v.as_array().is_some_and(|a| a.iter().any(|r| r == key)));
    let set = move |key: &str, on: bool| {
        value.update(|v| {
            let mut keys: Vec<Value> = v.as_array().cloned().unwrap_or_default();
            keys.retain(|r| r != key);
            if on {
                keys.push(json!(key));
            }
            *v = Value::Array(keys);
        });
    };
    move || {
        let boxes = state().roles.get().into_iter().enumerate().map(|(i, (key, _))| {
            let (shown, name) = (key.clone(), name(&key));
            // The first box is where the field's label leads.
            let id = (i == 0).then(|| id.clone());
            view! { <label class="choice"><input type="checkbox" id=id prop:checked=move || has(&shown) on:change=move |e| set(&key, event_target_checked(&e))/><span>{name}</span></label> }
        });
        view! { <div>{boxes.collect_view()}</div> }
    }
}
