//! Getting in: signing in, and setting up the first workspace.

use crate::{
    api::{Problem, session},
    i18n::{self, Locale, t},
    state::state,
    ui::{icon, states::form_error},
};
use leptos::{prelude::*, task::spawn_local};
use serde_json::json;

#[component]
fn Card(#[prop(into)] title: String, children: Children) -> impl IntoView {
    let other = |locale: Locale, name: &'static str| {
        let on = i18n::locale() == locale;
        view! { <button type="button" class="btn quiet small" aria-pressed=on.to_string() on:click=move |_| i18n::choose(locale)>{name}</button> }
    };
    document().set_title(&format!("{title} · Guanxi"));
    view! {
        <main class="gate" id="main">
            <div class="gate-card">
                <p class="brand"><span class="brand-mark"></span>{t().product}</p>
                <h1>{title}</h1>
                {children()}
            </div>
            <div class="gate-foot">{other(Locale::Zh, "简体中文")}{other(Locale::En, "English")}</div>
        </main>
    }
    .into_any()
}

fn input(
    id: &'static str,
    label: &'static str,
    kind: &'static str,
    complete: &'static str,
    value: RwSignal<String>,
    problem: RwSignal<Option<Problem>>,
) -> AnyView {
    let error = move || problem.with(|p| p.as_ref().and_then(|p| p.field(id).map(str::to_owned)));
    view! {
        <div class="form-field wide">
            <label for=id>{label}</label>
            <input class="input" id=id name=id type=kind autocomplete=complete required=true prop:value=value on:input=move |e| value.set(event_target_value(&e))/>
            {move || error().map(|m| view! { <p class="field-error">{m}</p> })}
        </div>
    }
    .into_any()
}

#[component]
pub fn SignIn(ended: bool) -> impl IntoView {
    let email = RwSignal::new(String::new());
    let password = RwSignal::new(String::new());
    let problem = RwSignal::new(None::<Problem>);
    let sending = RwSignal::new(false);
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if sending.get_untracked() {
            return;
        }
        sending.set(true);
        problem.set(None);
        spawn_local(async move {
            let outcome = session::sign_in(email.get_untracked().trim(), &password.get_untracked()).await;
            sending.try_set(false);
            if let Err(error) = outcome {
                problem.try_set(Some(error));
                crate::dom::focus_soon("#password".into());
            }
        });
    };
    crate::dom::focus_soon("#email".into());
    view! {
        <Card title=t().sign_in>
            {ended.then(|| view! { <p class="notice">{icon("lock")}{t().session_ended}</p> })}
            <form on:submit=submit novalidate=true>
                {input("email", t().email, "email", "username", email, problem)}
                {input("password", t().password, "password", "current-password", password, problem)}
                {form_error(problem)}
                <button type="submit" class="btn primary large" class:loading=sending>{t().sign_in}</button>
            </form>
        </Card>
    }
    .into_any()
}

/// First start: the one-time link leads here.
#[component]
pub fn SetUp() -> impl IntoView {
    let token = state()
        .address
        .with_untracked(|a| a.get("token").unwrap_or_default().to_owned());
    let fields: [RwSignal<String>; 4] = std::array::from_fn(|_| RwSignal::new(String::new()));
    let [workspace, name, email, password] = fields;
    let problem = RwSignal::new(None::<Problem>);
    let sending = RwSignal::new(false);
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if sending.get_untracked() {
            return;
        }
        sending.set(true);
        problem.set(None);
        let body = json!({
            "token": token,
            "workspace_name": workspace.get_untracked(),
            "name": name.get_untracked(),
            "email": email.get_untracked().trim(),
            "password": password.get_untracked(),
            "locale": i18n::locale().tag(),
        });
        spawn_local(async move {
            let outcome = session::set_up(body).await;
            sending.try_set(false);
            match outcome {
                Ok(()) => crate::route::replace("/"),
                Err(error) => {
                    problem.try_set(Some(error));
                }
            }
        });
    };
    view! {
        <Card title=t().set_up>
            <p class="muted">{t().set_up_text}</p>
            <form on:submit=submit novalidate=true>
                {input("workspace_name", t().workspace_name, "text", "organization", workspace, problem)}
                {input("name", t().your_name, "text", "name", name, problem)}
                {input("email", t().email, "email", "username", email, problem)}
                {input("password", t().password, "password", "new-password", password, problem)}
                <p class="hint">{t().password_hint}</p>
                {form_error(problem)}
                <button type="submit" class="btn primary large" class:loading=sending>{t().create_workspace}</button>
            </form>
        </Card>
    }
    .into_any()
}
