//! A forgotten password: a link to set a new one is sent to the address, where the server sends mail.

use super::{Card, input};
use crate::{
    api::{self, Problem},
    i18n::{fill, t},
    ui::{icon, states::form_error},
};
use leptos::{prelude::*, task::spawn_local};
use serde_json::json;

/// The way here, where there is one.
pub fn way() -> AnyView {
    let offered = RwSignal::new(false);
    spawn_local(async move {
        // Without an answer there is nothing to offer, and signing in says what is wrong.
        if let Ok(reply) = api::get("/auth/options").send().await {
            offered.try_set(reply.body["forgot"] == true);
        }
    });
    (move || {
        offered
            .get()
            .then(|| view! { <p class="gate-way"><a href="/forgot">{t().forgot}</a></p> })
    })
    .into_any()
}

#[component]
pub fn Forgot() -> impl IntoView {
    let email = RwSignal::new(String::new());
    let problem = RwSignal::new(None::<Problem>);
    let sending = RwSignal::new(false);
    let sent = RwSignal::new(None::<String>);
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if sending.get_untracked() {
            return;
        }
        sending.set(true);
        problem.set(None);
        let address = email.get_untracked().trim().to_owned();
        spawn_local(async move {
            let outcome = api::post("/auth/forgot", json!({ "email": address })).send().await;
            sending.try_set(false);
            match outcome {
                Ok(_) => {
                    sent.try_set(Some(address));
                    crate::dom::focus_soon("a.btn.large".into());
                }
                Err(error) => {
                    problem.try_set(Some(error));
                    crate::dom::focus_soon("#email".into());
                }
            }
        });
    };
    crate::dom::focus_soon("#email".into());
    move || {
        match sent.get() {
        Some(address) => view! {
            <Card title=t().forgot_sent>
                <p class="notice" role="status">{icon("email")}<span>{fill(t().forgot_sent_text, &[&address])}</span></p>
                <a class="btn large gate-back" href="/">{t().to_sign_in}</a>
            </Card>
        }
        .into_any(),
        None => view! {
            <Card title=t().forgot_title>
                <p class="muted">{t().forgot_text}</p>
                <form on:submit=submit novalidate=true>
                    {input("email", t().email, "email", "username", email, problem)}
                    {form_error(problem)}
                    <button type="submit" class="btn primary large" class:loading=sending>{t().send_link}</button>
                </form>
                <p class="gate-way"><a href="/">{t().to_sign_in}</a></p>
            </Card>
        }
        .into_any(),
    }
    }
}
