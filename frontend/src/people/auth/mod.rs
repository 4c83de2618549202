//! Getting in: signing in, accepting an invitation, and setting up the first workspace.

pub mod forgot;

use crate::{
    api::{self, Problem, session},
    i18n::{self, Locale, t},
    route,
    state::state,
    ui::{Sending, fresh, icon, secret::password, sending::submit},
};
use leptos::prelude::*;
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
                <p class="brand"><span class="brand-mark"></span>{t().product()}</p>
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
    sending: Sending,
) -> AnyView {
    let set = move |e| value.set(event_target_value(&e));
    let input = view! { <input class="input" id=id name=id type=kind autocomplete=complete required=true prop:value=value on:input=set/> };
    sending.wide(id, id, label, input.into_any())
}

#[component]
pub fn SignIn(ended: bool) -> impl IntoView {
    let entry = Entry::new();
    crate::dom::focus_soon("#email".into());
    fresh(
        move || entry.asks.get(),
        move |asks| {
            let title = if asks { t().two_steps() } else { t().sign_in() };
            let notice = ended && !asks;
            view! {
                <Card title>
                    {notice.then(|| view! { <p class="notice">{icon("lock")}{t().session_ended()}</p> })}
                    {entry.form()}
                    {(!asks).then(forgot::way)}
                </Card>
            }
            .into_any()
        },
    )
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
    sending: Sending,
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
            sending: Sending::new(),
        }
    }

    async fn try_in(self) -> api::Outcome<()> {
        let (email, code) = (self.email.get_untracked(), self.code.get_untracked());
        match session::sign_in(email.trim(), &self.password.get_untracked(), code.trim()).await {
            // An invitation's page has done what it was for.
            Ok(()) if matches!(route::current().path.as_str(), "/welcome" | "/reset") => {
                route::replace("/");
                Ok(())
            }
            Ok(()) => Ok(()),
            Err(error) if error.code == "second_factor_required" => {
                self.code.try_set(String::new());
                self.asks.try_set(true);
                crate::dom::focus_soon("#code".into());
                Ok(())
            }
            Err(error) => {
                // A password that no longer holds is asked for again, not the code.
                if error.code == "invalid_credentials" {
                    self.asks.try_set(false);
                }
                let asks = self.asks.try_get_untracked().unwrap_or_default();
                crate::dom::focus_soon(if asks { "#code" } else { "#password" }.into());
                Err(error)
            }
        }
    }

    fn form(self) -> AnyView {
        let (sending, asks) = (self.sending, self.asks.get_untracked());
        let fields = if asks {
            self.second_step()
        } else {
            view! {
                {input("email", t().email(), "email", "username", self.email, sending)}
                {password("password", t().password(), "current-password", self.password, sending)}
            }
            .into_any()
        };
        view! {
            <form on:submit=submit(move || sending.run(self.try_in())) novalidate=true>
                {fields}
                {sending.alert()}
                {sending.button("btn primary large", t().sign_in())}
                {asks.then(|| self.ways())}
            </form>
        }
        .into_any()
    }

    fn second_step(self) -> AnyView {
        let set = move |e| self.code.set(event_target_value(&e));
        let draw = move |recovery| {
            // A recovery code has letters: its keyboard is another.
            let (label, text, mode, complete) = if recovery {
                (t().recovery_code(), t().recovery_code_text(), "text", "off")
            } else {
                (t().code(), t().code_text(), "numeric", "one-time-code")
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
        };
        fresh(move || self.recovery.get(), draw)
    }

    /// The other ways on from the second step.
    fn ways(self) -> AnyView {
        let other = move |_| {
            self.sending.problem.set(None);
            self.code.set(String::new());
            self.recovery.update(|r| *r = !*r);
            crate::dom::focus_soon("#code".into());
        };
        let back = move |_| {
            self.sending.problem.set(None);
            self.code.set(String::new());
            self.recovery.set(false);
            self.asks.set(false);
            crate::dom::focus_soon("#password".into());
        };
        let name = move || {
            if self.recovery.get() {
                t().use_app()
            } else {
                t().use_recovery()
            }
        };
        view! {
            <div class="gate-ways">
                <button type="button" class="btn quiet small" on:click=other>{name}</button>
                <button type="button" class="btn quiet small" on:click=back>{t().other_account()}</button>
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
    let sending = Sending::new();
    sending.problem.set(token.is_empty().then_some(used));
    let token = StoredValue::new(token);
    let set = move || {
        sending.run(async move {
            let email = session::accept(&token.get_value(), &entry.password.get_untracked()).await?;
            entry.email.set(email);
            // Still here after that: what is missing is asked for as at any sign-in.
            if let Err(problem) = entry.try_in().await {
                entry.sending.refuse(problem);
            }
            accepted.try_set(true);
            Ok(())
        });
    };
    crate::dom::focus_soon("#password".into());
    let dead = move || {
        sending
            .problem
            .with(|p| p.as_ref().is_some_and(|p| p.code == "invalid_link"))
    };
    let draw = move |(accepted, dead, _)| {
        if accepted {
            return view! { <Card title=t().sign_in()>{entry.form()}</Card> }.into_any();
        }
        if dead {
            return view! {
                <Card title=t().link_dead()>
                    <p class="muted" role="alert">{t().link_dead_text()}</p>
                    <a class="btn large" href="/">{t().to_sign_in()}</a>
                    {forgot::way()}
                </Card>
            }
            .into_any();
        }
        let (title, text) = match again {
            true => (t().reset_title(), t().reset_text()),
            false => (t().welcome(), t().welcome_text()),
        };
        view! {
            <Card title>
                <p class="muted">{text}</p>
                <form on:submit=submit(set) novalidate=true>
                    {password("password", t().new_password(), "new-password", entry.password, sending)}
                    {sending.alert()}
                    {sending.button("btn primary large", t().set_password())}
                </form>
            </Card>
        }
        .into_any()
    };
    fresh(move || (accepted.get(), dead(), entry.asks.get()), draw)
}

/// First start: the one-time link leads here.
#[component]
pub fn SetUp() -> impl IntoView {
    let token = state()
        .address
        .with_untracked(|a| a.get("token").unwrap_or_default().to_owned());
    let fields: [RwSignal<String>; 4] = std::array::from_fn(|_| RwSignal::new(String::new()));
    let [workspace, name, email, secret] = fields;
    let sending = Sending::new();
    let create = move || {
        let body = json!({
            "token": token,
            "workspace_name": workspace.get_untracked(),
            "name": name.get_untracked(),
            "email": email.get_untracked().trim(),
            "password": secret.get_untracked(),
            "locale": i18n::locale().tag(),
        });
        sending.run(async move {
            session::set_up(body).await?;
            route::replace("/");
            Ok(())
        });
    };
    view! {
        <Card title=t().set_up()>
            <p class="muted">{t().set_up_text()}</p>
            <form on:submit=submit(create) novalidate=true>
                {input("workspace_name", t().workspace_name(), "text", "organization", workspace, sending)}
                {input("name", t().your_name(), "text", "name", name, sending)}
                {input("email", t().email(), "email", "username", email, sending)}
                {password("password", t().password(), "new-password", secret, sending)}
                {sending.alert()}
                {sending.button("btn primary large", t().create_workspace())}
            </form>
        </Card>
    }
    .into_any()
}
