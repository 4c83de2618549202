//! What is asked before a key changes, and the one time its secret is shown.

use super::create::{CreateKey, Expiry, expiry_field};
use crate::{
    api,
    dom::Tell,
    i18n::{fill, t},
    record::row::Row,
    ui::{Dialog, Sending, dialog::Confirm, icon, secret, sending::submit, toast},
};
use leptos::{prelude::*, task::spawn_local};
use serde_json::{Value, json};

/// What is to be done, and to which key.
#[derive(Clone)]
pub enum Ask {
    Create,
    Rename(Row),
    Rotate(Row),
    Revoke(Row),
}

/// A secret that was just made.
#[derive(Clone)]
pub struct Given {
    name: String,
    secret: String,
}

impl Given {
    /// Out of the answer, where it holds one: nothing else keeps it.
    pub fn take(answer: &mut Value) -> Option<Self> {
        let Value::String(secret) = answer.get_mut("secret")?.take() else {
            return None;
        };
        let name = answer["name"].as_str().unwrap_or_default().to_owned();
        Some(Self { name, secret })
    }

    pub fn dialog(self, close: Callback<()>) -> AnyView {
        view! {
            <Dialog title=fill(t().key_made(), &[&self.name]) close firm=true>
                <div class="dialog-body stack">
                    <p class="notice warn">{icon("warning")}<span>{t().key_once()}</span></p>
                    {secret::copied("api-key", t().api_key(), self.secret)}
                    <p class="hint">{t().key_use()}<br/><code>"Authorization: Bearer gx_live_…"</code></p>
                </div>
                <footer class="dialog-foot"><button type="button" class="btn primary" on:click=move |_| close.tell(())>{t().key_kept()}</button></footer>
            </Dialog>
        }
        .into_any()
    }
}

impl Ask {
    pub fn dialog(self, close: Callback<()>, done: Callback<Value>) -> AnyView {
        match self {
            Self::Create => view! { <CreateKey close done/> }.into_any(),
            Self::Rename(row) => view! { <Rename row close done/> }.into_any(),
            Self::Rotate(row) => view! { <Rotate row close done/> }.into_any(),
            Self::Revoke(row) => {
                let title = fill(t().revoke_of(), &[row.text("name")]);
                let path = format!("/api-keys/{}", row.id());
                let yes = move |()| {
                    let call = api::delete(path.clone(), row.version());
                    spawn_local(async move {
                        match call.send().await {
                            Ok(_) => toast::say(t().key_revoked()),
                            Err(problem) => toast::complain(&problem),
                        }
                        done.tell(Value::Null);
                        crate::dom::focus_soon("#api-keys".into());
                    });
                };
                view! { <Confirm title text=t().revoke_text() action=t().revoke() close yes=Callback::new(yes)/> }
                    .into_any()
            }
        }
    }
}

/// The box for a key's name.
pub fn name_field(name: RwSignal<String>, sending: Sending) -> AnyView {
    let input = view! {
        <input class="input" id="key-name" maxlength="100" autocomplete="off" placeholder=t().key_name_hint() prop:value=name on:input=move |e| name.set(event_target_value(&e))/>
    };
    sending.wide("name", "key-name", t().key_name(), input.into_any())
}

#[component]
fn Rename(row: Row, close: Callback<()>, done: Callback<Value>) -> impl IntoView {
    let name = RwSignal::new(row.text("name").to_owned());
    let sending = Sending::new();
    let title = fill(t().rename_of(), &[row.text("name")]);
    let rename = move || {
        let body = json!({ "name": name.get_untracked().trim() });
        let call = api::patch(format!("/api-keys/{}", row.id()), row.version(), body);
        sending.send(call, move |body| done.tell(body));
    };
    view! {
        <Dialog title close>
            <form on:submit=submit(rename) novalidate=true>
                <div class="dialog-body stack">{name_field(name, sending)}{sending.alert()}</div>
                {sending.foot(close, t().save(), move || name.with(|n| !n.trim().is_empty()))}
            </form>
        </Dialog>
    }
    .into_any()
}

/// Minutes for which the old secret can be kept.
const KEPT: [i64; 3] = [0, 60, 24 * 60];

#[component]
fn Rotate(row: Row, close: Callback<()>, done: Callback<Value>) -> impl IntoView {
    let keep = RwSignal::new(0i64);
    let sending = Sending::new();
    let title = fill(t().rotate_of(), &[row.text("name")]);
    // One that has run out needs a new end to work again.
    let expired = row.text("state") == "expired";
    let expiry = Expiry::new();
    let rotate = move || {
        let mut body = json!({ "keep_old_minutes": keep.get_untracked() });
        if expired {
            body["expires_at"] = expiry.value();
        }
        let call = api::post(format!("/api-keys/{}/rotate", row.id()), body).version(row.version());
        sending.send(call, move |body| done.tell(body));
    };
    let names = [t().old_ends_now(), t().old_ends_hour(), t().old_ends_day()];
    view! {
        <Dialog title close>
            <form on:submit=submit(rotate) novalidate=true>
                <div class="dialog-body stack">
                    <p>{t().rotate_text()}</p>
                    <div class="form-field wide">
                        <label for="key-keep">{t().old_secret()}</label>
                        <select class="input" id="key-keep" on:change=move |e| keep.set(event_target_value(&e).parse().unwrap_or(0))>
                            {KEPT.into_iter().zip(names).map(|(minutes, name)| view! { <option value=minutes.to_string()>{name}</option> }).collect_view()}
                        </select>
                    </div>
                    {expired.then(|| expiry_field(expiry, sending))}
                    {sending.alert()}
                </div>
                {sending.foot(close, t().rotate(), move || !expired || expiry.given())}
            </form>
        </Dialog>
    }
    .into_any()
}
