//! A forgotten password: a link to set a new one is sent to the address, where the server sends mail.

use super::{Card, input};
use crate::{
    api,
    i18n::{fill, t},
    ui::{Sending, fresh, icon, sending::submit},
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
            .then(|| view! { <p class="gate-way"><a href="/forgot">{t().forgot()}</a></p> })
    })
    .into_any()
}

#[component]
pub fn Forgot() -> impl IntoView {
    let email = RwSignal::new(String::new());
    let sending = Sending::new();
    let sent = RwSignal::new(None::<String>);
    let ask = move || {
        let address = email.get_untracked().trim().to_owned();
        sending.send(api::post("/auth/forgot", json!({ "email": address })), move |_| {
            sent.try_set(Some(address));
            crate::dom::focus_soon("a.btn.large".into());
        });
    };
    crate::dom::focus_soon("#email".into());
    let draw = move |sent: Option<String>| {
        if let Some(address) = sent {
            return view! {
                <Card title=t().forgot_sent()>
                    <p class="notice" role="status">{icon("email")}<span>{fill(t().forgot_sent_text(), &[&address])}</span></p>
                    <a class="btn large gate-back" href="/">{t().to_sign_in()}</a>
                </Card>
            }
            .into_any();
        }
        view! {
            <Card title=t().forgot_title()>
                <p class="muted">{t().forgot_text()}</p>
                <form on:submit=submit(ask) novalidate=true>
                    {input("email", t().email(), "email", "username", email, sending)}
                    {sending.alert()}
                    {sending.button("btn primary large", t().send_link())}
                </form>
                <p class="gate-way"><a href="/">{t().to_sign_in()}</a></p>
            </Card>
        }
        .into_any()
    };
    fresh(move || sent.get(), draw)
}
