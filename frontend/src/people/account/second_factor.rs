//! One's second factor: turned on with a secret, its first code and the password, recovery codes shown once, turned off with
//! the password.

use crate::{
    api,
    dom::{self, Tell},
    i18n::t,
    leave,
    record::row::Row,
    ui::{Sending, badge, fresh, icon, qr::qr, secret, sending::submit, toast},
};
use leptos::{prelude::*, task::spawn_local};
use serde_json::json;

#[derive(Clone, PartialEq, Eq, Hash)]
enum Step {
    Rest,
    /// Secret, and the address for the QR code.
    Offered(String, String),
    Codes(Vec<String>),
    Leaving,
}

#[component]
pub fn SecondFactor(row: RwSignal<Option<Row>>, changed: Callback<()>) -> impl IntoView {
    let factor = Factor {
        on: Memo::new(move |_| row.with(|r| r.as_ref().is_some_and(|r| r.get("two_factor") == true))),
        step: RwSignal::new(Step::Rest),
        typed: RwSignal::new(String::new()),
        password: RwSignal::new(String::new()),
        sending: Sending::new(),
        changed,
    };
    // Whoever leaves now has lost the codes.
    leave::watch(move || factor.step.with(|step| matches!(step, Step::Codes(_))));
    view! {
        <section class="box second-factor">
            <div class="group-head"><h2>{t().two_steps()}</h2>
                {move || if factor.on.get() { badge("active", t().turned_on()) } else { badge("plain", t().turned_off()) }}
            </div>
            {fresh(move || factor.step.get(), move |step| match step {
                Step::Rest => factor.rest(),
                Step::Offered(secret, url) => factor.offered(secret, &url),
                Step::Codes(codes) => factor.codes(codes),
                Step::Leaving => factor.leaving(),
            })}
        </section>
    }
    .into_any()
}

#[derive(Clone, Copy)]
struct Factor {
    on: Memo<bool>,
    step: RwSignal<Step>,
    /// The code.
    typed: RwSignal<String>,
    password: RwSignal<String>,
    sending: Sending,
    changed: Callback<()>,
}

impl Factor {
    fn go(self, step: Step) {
        self.typed.try_set(String::new());
        self.password.try_set(String::new());
        self.sending.problem.try_set(None);
        let focus = match &step {
            Step::Rest => ".second-factor .form-foot button",
            Step::Offered(..) => "#factor-code",
            Step::Codes(_) => ".second-factor .codes",
            Step::Leaving => ".second-factor input",
        };
        self.step.try_set(step);
        dom::focus_soon(focus.into());
    }

    fn rest(self) -> AnyView {
        let start = move |_| {
            self.sending.send(api::get("/auth/second-factor"), move |offer| {
                let text = |name: &str| offer[name].as_str().unwrap_or_default().to_owned();
                self.go(Step::Offered(text("secret"), text("url")));
            });
        };
        let button = move || {
            if self.on.get() {
                view! { <button type="button" class="btn" on:click=move |_| self.go(Step::Leaving)>{t().turn_off()}</button> }.into_any()
            } else {
                view! { <button type="button" class="btn" class:loading=self.sending.busy on:click=start>{icon("lock")}<span>{t().turn_on()}</span></button> }.into_any()
            }
        };
        view! {
            <p class="muted">{t().two_steps_text()}</p>
            {self.sending.alert()}
            <div class="form-foot">{button}</div>
        }
        .into_any()
    }

    fn offered(self, secret: String, url: &str) -> AnyView {
        let body = secret.clone();
        let turn_on = move || {
            let body = json!({ "secret": body, "code": self.typed.get_untracked().trim(), "password": self.password.get_untracked() });
            self.sending
                .send(api::post("/auth/second-factor", body), move |answer| {
                    let codes = answer["recovery_codes"].as_array().cloned().unwrap_or_default();
                    let codes = codes.iter().filter_map(|c| c.as_str().map(str::to_owned));
                    toast::say(t().factor_on_said());
                    self.go(Step::Codes(codes.collect()));
                    self.changed.tell(());
                });
        };
        view! {
            <p class="muted">{t().scan_text()}</p>
            <form class="offer" on:submit=submit(turn_on) novalidate=true>
                {qr(url, t().qr_label())}
                <div class="stack">
                    {secret::copied("factor-key", t().factor_key(), secret)}
                    <div class="form-field">
                        <label for="factor-code">{t().code()}</label>
                        <input class="input code" id="factor-code" type="text" inputmode="numeric" autocomplete="one-time-code" maxlength="10"
                            prop:value=self.typed on:input=move |e| self.typed.set(event_target_value(&e))/>
                    </div>
                    {secret::password("factor-password", t().password(), "current-password", self.password, self.sending)}
                    {self.sending.alert()}
                    <div class="form-foot">
                        <button type="button" class="btn" on:click=move |_| self.go(Step::Rest)>{t().cancel()}</button>
                        <button type="submit" class="btn primary" class:loading=self.sending.busy disabled=move || self.typed.with(|c| c.trim().is_empty()) || self.password.with(String::is_empty)><span>{t().turn_on()}</span></button>
                    </div>
                </div>
            </form>
        }
        .into_any()
    }

    fn codes(self, codes: Vec<String>) -> AnyView {
        let text = StoredValue::new(codes.join("\n") + "\n");
        let copy = move |_| {
            spawn_local(async move {
                let text = text.get_value();
                secret::copy(&text).await;
            });
        };
        view! {
            <p class="muted">{t().recovery_text()}</p>
            <ul class="codes plain" tabindex="-1" aria-label=t().recovery_codes()>{codes.into_iter().map(|c| view! { <li>{c}</li> }).collect_view()}</ul>
            <div class="form-foot">
                <button type="button" class="btn" on:click=copy>{icon("file")}{t().copy()}</button>
                <button type="button" class="btn" on:click=move |_| dom::download(t().recovery_file(), "text/plain", &text.get_value())>{icon("download")}{t().download()}</button>
                <button type="button" class="btn primary" on:click=move |_| self.go(Step::Rest)>{t().codes_kept()}</button>
            </div>
        }
        .into_any()
    }

    fn leaving(self) -> AnyView {
        let turn_off = move || {
            let body = json!({ "password": self.password.get_untracked() });
            self.sending.send(api::post("/auth/second-factor/end", body), move |_| {
                toast::say(t().factor_off_said());
                self.go(Step::Rest);
                self.changed.tell(());
            });
        };
        view! {
            <p class="muted">{t().turn_off_text()}</p>
            <form class="stack" on:submit=submit(turn_off) novalidate=true>
                {secret::password("factor-password", t().password(), "current-password", self.password, self.sending)}
                {self.sending.alert()}
                <div class="form-foot">
                    <button type="button" class="btn" on:click=move |_| self.go(Step::Rest)>{t().cancel()}</button>
                    <button type="submit" class="btn danger" class:loading=self.sending.busy disabled=move || self.password.with(String::is_empty)><span>{t().turn_off()}</span></button>
                </div>
            </form>
        }
        .into_any()
    }
}
