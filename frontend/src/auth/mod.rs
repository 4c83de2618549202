//! Getting in: signing in, accepting an invitation, and setting up the first workspace.

pub mod forgot;

use crate::{
    api::{Problem, session},
    i18n::{self, Locale, t},
    route,
    state::state,
    ui::{icon, secret::password, states::form_error},
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
    let entry = Entry::new();
    crate::dom::focus_soon("#email".into());
    let title = move || if entry.asks.get() { t().two_steps } else { t().sign_in };
    move || {
        let notice = ended && !entry.asks.get();
        view! {
            <Card title=title()>
                {notice.then(|| view! { <p class="notice">{icon("lock")}{t().session_ended}</p> })}
                {entry.form()}
                {(!entry.asks.get()).then(forgot::way)}
            </Card>
        }
    }
}

/// What a person types to come in: address and password, and in a second step the code, where one is asked for.
#[derive(Clone, Copy)]
struct Entry {
    email: RwSignal<String>,
    password: RwSignal<String>,
    code: RwSignal<String>,
    /// The password was right, and a code is asked for.
    asks: RwSignal<bool>,
    /// The code is one of those kept for a lost device.
    recovery: RwSignal<bool>,
    problem: RwSignal<Option<Problem>>,
    sending: RwSignal<bool>,
}

impl Entry {
    fn new() -> Self {
        let text = || RwSignal::new(String::new());
        Self {
            email: text(),
            password: text(),
            code: text(),
            asks: RwSignal::new(false),
            recovery: RwSignal::new(false),
            problem: RwSignal::new(None),
            sending: RwSignal::new(false),
        }
    }

    fn submit(self) {
        if self.sending.get_untracked() {
            return;
        }
        self.sending.set(true);
        self.problem.set(None);
        spawn_local(self.try_in());
    }

    async fn try_in(self) {
        let (email, code) = (self.email.get_untracked(), self.code.get_untracked());
        let outcome = session::sign_in(email.trim(), &self.password.get_untracked(), code.trim()).await;
        self.sending.try_set(false);
        match outcome {
            // An invitation's page has done what it was for.
            Ok(()) if matches!(route::current().path.as_str(), "/welcome" | "/reset") => route::replace("/"),
            Ok(()) => {}
            Err(error) if error.code == "second_factor_required" => {
                self.code.try_set(String::new());
                self.asks.try_set(true);
                crate::dom::focus_soon("#code".into());
            }
            Err(error) => {
                // A password that no longer holds is asked for again, not the code.
                if error.code == "invalid_credentials" {
                    self.asks.try_set(false);
                }
                self.problem.try_set(Some(error));
                let asks = self.asks.try_get_untracked().unwrap_or_default();
                crate::dom::focus_soon(if asks { "#code" } else { "#password" }.into());
            }
        }
    }

    fn form(self) -> AnyView {
        let Self { problem, sending, .. } = self;
        let fields = if self.asks.get() {
            self.second_step()
        } else {
            view! {
                {input("email", t().email, "email", "username", self.email, problem)}
                {password("password", t().password, "current-password", self.password, problem)}
            }
            .into_any()
        };
        view! {
            <form on:submit=move |event| { event.prevent_default(); self.submit(); } novalidate=true>
                {fields}
                {form_error(problem)}
                <button type="submit" class="btn primary large" class:loading=sending>{t().sign_in}</button>
                {self.asks.get().then(|| self.ways())}
            </form>
        }
        .into_any()
    }

    fn second_step(self) -> AnyView {
        let set = move |e| self.code.set(event_target_value(&e));
        (move || {
            // A recovery code has letters: its keyboard is another.
            let (label, text, mode, complete) = if self.recovery.get() {
                (t().recovery_code, t().recovery_code_text, "text", "off")
            } else {
                (t().code, t().code_text, "numeric", "one-time-code")
            };
            view! {
                <p class="muted">{text}</p>
                <div class="form-field wide">
                    <label for="code">{label}</label>
                    <input class="input code" id="code" name="code" type="text" inputmode=mode autocomplete=complete autocapitalize="off"
                        spellcheck="false" maxlength="40" prop:value=self.code on:input=set/>
                </div>
            }
            .into_any()
        })
        .into_any()
    }

    /// The other ways on from the second step.
    fn ways(self) -> AnyView {
        let other = move |_| {
            self.problem.set(None);
            self.code.set(String::new());
            self.recovery.update(|r| *r = !*r);
            crate::dom::focus_soon("#code".into());
        };
        let back = move |_| {
            self.problem.set(None);
            self.code.set(String::new());
            self.recovery.set(false);
            self.asks.set(false);
            crate::dom::focus_soon("#password".into());
        };
        let name = move || {
            if self.recovery.get() {
                t().use_app
            } else {
                t().use_recovery
            }
        };
        view! {
            <div class="gate-ways">
                <button type="button" class="btn quiet small" on:click=other>{name}</button>
                <button type="button" class="btn quiet small" on:click=back>{t().other_account}</button>
            </div>
        }
        .into_any()
    }
}

/// The link of an invitation leads here, and that for a forgotten password (`again`): the password is set, and its owner
/// comes in with it.
#[component]
pub fn Welcome(again: bool) -> impl IntoView {
    let token = state()
        .address
        .with_untracked(|a| a.get("token").unwrap_or_default().to_owned());
    let entry = Entry::new();
    let accepted = RwSignal::new(false);
    let used = Problem {
        status: 409,
        code: "invalid_link".into(),
        ..Problem::default()
    };
    let problem = RwSignal::new(token.is_empty().then_some(used));
    let sending = RwSignal::new(false);
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if sending.get_untracked() {
            return;
        }
        sending.set(true);
        problem.set(None);
        let token = token.clone();
        spawn_local(async move {
            let outcome = session::accept(&token, &entry.password.get_untracked()).await;
            match outcome {
                Ok(email) => {
                    entry.email.set(email);
                    entry.try_in().await;
                    // Still here: what is missing is asked for as at any sign-in.
                    accepted.try_set(true);
                }
                Err(error) => {
                    problem.try_set(Some(error));
                    crate::dom::focus_soon("#password".into());
                }
            }
            sending.try_set(false);
        });
    };
    let submit = StoredValue::new(submit);
    crate::dom::focus_soon("#password".into());
    let dead = move || problem.with(|p| p.as_ref().is_some_and(|p| p.code == "invalid_link"));
    move || {
        if accepted.get() {
            return view! { <Card title=t().sign_in>{entry.form()}</Card> }.into_any();
        }
        if dead() {
            return view! {
                <Card title=t().link_dead>
                    <p class="muted" role="alert">{t().link_dead_text}</p>
                    <a class="btn large" href="/">{t().to_sign_in}</a>
                    {forgot::way()}
                </Card>
            }
            .into_any();
        }
        let (title, text) = match again {
            true => (t().reset_title, t().reset_text),
            false => (t().welcome, t().welcome_text),
        };
        view! {
            <Card title>
                <p class="muted">{text}</p>
                <form on:submit=move |e| submit.with_value(|s| s(e)) novalidate=true>
                    {password("password", t().new_password, "new-password", entry.password, problem)}
                    {form_error(problem)}
                    <button type="submit" class="btn primary large" class:loading=sending>{t().set_password}</button>
                </form>
            </Card>
        }
        .into_any()
    }
}

/// First start: the one-time link leads here.
#[component]
pub fn SetUp() -> impl IntoView {
    let token = state()
        .address
        .with_untracked(|a| a.get("token").unwrap_or_default().to_owned());
    let fields: [RwSignal<String>; 4] = std::array::from_fn(|_| RwSignal::new(String::new()));
    let [workspace, name, email, secret] = fields;
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
            "password": secret.get_untracked(),
            "locale": i18n::locale().tag(),
        });
        spawn_local(async move {
            let outcome = session::set_up(body).await;
            sending.try_set(false);
            match outcome {
                Ok(()) => route::replace("/"),
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
                {password("password", t().password, "new-password", secret, problem)}
                {form_error(problem)}
                <button type="submit" class="btn primary large" class:loading=sending>{t().create_workspace}</button>
            </form>
        </Card>
    }
    .into_any()
}
