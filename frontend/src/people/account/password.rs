//! Changing one's password.

use crate::{
    api,
    i18n::t,
    state::{self, announce},
    ui::{Sending, secret::password, sending::submit, toast},
};
use leptos::prelude::*;
use serde_json::json;

#[component]
pub fn Password() -> impl IntoView {
    let old = RwSignal::new(String::new());
    let new = RwSignal::new(String::new());
    let sending = Sending::new();
    let change = move || {
        let body = json!({ "password": old.get_untracked(), "new_password": new.get_untracked() });
        sending.send(api::post("/auth/password", body), move |_| {
            old.try_set(String::new());
            new.try_set(String::new());
            toast::say(t().password_changed());
            announce(super::sessions::CHANGED, "", None);
        });
    };
    let email = state::me().map(|m| m.email).unwrap_or_default();
    view! {
        <form class="box" on:submit=submit(change) novalidate=true>
            <h2>{t().change_password()}</h2>
            // For those who keep passwords: whose it is.
            <input type="hidden" name="username" autocomplete="username" value=email/>
            <p class="muted">{t().password_text()}</p>
            <div class="form-grid">
                {password("password", t().current_password(), "current-password", old, sending)}
                {password("new_password", t().new_password(), "new-password", new, sending)}
            </div>
            {sending.alert()}
            <div class="form-foot"><button type="submit" class="btn" class:loading=sending.busy disabled=move || old.with(String::is_empty) || new.with(String::is_empty)><span>{t().change_password()}</span></button></div>
        </form>
    }
    .into_any()
}
