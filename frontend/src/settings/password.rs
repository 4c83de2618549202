//! Changing one's password.

use crate::{
    api::{self, Problem},
    i18n::t,
    state::{self, announce},
    ui::{secret::password, states::form_error, toast},
};
use leptos::{prelude::*, task::spawn_local};
use serde_json::json;

#[component]
pub fn Password() -> impl IntoView {
    let old = RwSignal::new(String::new());
    let new = RwSignal::new(String::new());
    let problem = RwSignal::new(None::<Problem>);
    let sending = RwSignal::new(false);
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if sending.get_untracked() {
            return;
        }
        sending.set(true);
        problem.set(None);
        let body = json!({ "password": old.get_untracked(), "new_password": new.get_untracked() });
        spawn_local(async move {
            let outcome = api::post("/auth/password", body).send().await;
            sending.try_set(false);
            match outcome {
                Ok(_) => {
                    old.try_set(String::new());
                    new.try_set(String::new());
                    toast::say(t().password_changed);
                    announce(super::sessions::KIND, "", None);
                }
                Err(error) => {
                    problem.try_set(Some(error));
                }
            }
        });
    };
    let email = state::me().map(|m| m.email).unwrap_or_default();
    view! {
        <form class="box" on:submit=submit novalidate=true>
            // For those who keep passwords: whose it is.
            <input type="hidden" name="username" autocomplete="username" value=email/>
            <h2>{t().change_password}</h2>
            <p class="muted">{t().password_text}</p>
            <div class="form-grid">
                {password("password", t().current_password, "current-password", old, problem)}
                {password("new_password", t().new_password, "new-password", new, problem)}
            </div>
            {form_error(problem)}
            <div class="form-foot"><button type="submit" class="btn" class:loading=sending disabled=move || old.with(String::is_empty) || new.with(String::is_empty)><span>{t().change_password}</span></button></div>
        </form>
    }
    .into_any()
}
