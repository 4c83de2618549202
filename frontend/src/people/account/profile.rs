//! One's own profile: name, how to be reached, language, time zone and theme, and under it what protects the account.

use super::{password::Password, picture::Picture, second_factor::SecondFactor, sessions::Sessions};
use crate::{
    api::{self, Problem},
    dom,
    i18n::{self, Locale, fill, t},
    record::{
        row::Row,
        save::{self, Stored},
    },
    role,
    shell::choose_theme,
    start,
    state::{self, Theme, state},
    ui::{self, Sending, icon, secret, sending::submit, toast},
};
use leptos::{prelude::*, task::spawn_local};
use serde_json::{Map, Value, json};

/// What everybody may change about themselves.
const OWN: [&str; 5] = ["name", "phone", "title", "locale", "time_zone"];

#[component]
pub fn Profile() -> impl IntoView {
    let loaded = RwSignal::new(None::<Result<(), Problem>>);
    let row = RwSignal::new(None::<Row>);
    let zone = RwSignal::new(String::new());
    let load = move || {
        spawn_local(async move {
            let outcome = fetch().await.map(|(user, workspace_zone)| {
                zone.try_set(workspace_zone);
                row.try_set(Some(user));
            });
            loaded.try_set(Some(outcome));
        });
    };
    load();
    let reload = Callback::new(move |()| load());
    // A memo: what is fetched again must not draw anew what somebody is in the middle of.
    let loaded = Memo::new(move |_| loaded.get());
    let body = move || match loaded.get() {
        None => ui::skeleton(8),
        Some(Err(problem)) => ui::problem(&problem, reload),
        Some(Ok(())) => view! {
            <Picture row changed=reload/>
            <Form row workspace_zone=zone.get_untracked()/>
            <Look/>
            <Password/>
            <SecondFactor row changed=reload/>
            <Sessions/>
        }
        .into_any(),
    };
    view! {
        <div class="page narrow-page">
            <header class="page-head"><h1>{t().profile()}</h1></header>
            {body}
        </div>
    }
    .into_any()
}

/// Oneself as a record, and the workspace's time zone.
async fn fetch() -> api::Outcome<(Row, String)> {
    let mut body = api::get("/auth/me").send().await?.body;
    let zone = body["workspace"]["time_zone"].as_str().unwrap_or_default().to_owned();
    let user = Row::new(body["user"].take()).ok_or_else(Problem::default)?;
    Ok((user, zone))
}

#[component]
fn Form(row: RwSignal<Option<Row>>, workspace_zone: String) -> impl IntoView {
    let Some(first) = row.get_untracked() else {
        return ().into_any();
    };
    let drafts = OWN.map(|name| (name, RwSignal::new(first.text(name).to_owned())));
    let email = RwSignal::new(first.text("email").to_owned());
    let password = RwSignal::new(String::new());
    // Who manages users changes their own address here, with the password.
    let may_move = state::me().is_some_and(|m| m.may("user", "edit"));
    let moves =
        Memo::new(move |_| may_move && row.with(|r| r.as_ref().is_some_and(|r| r.text("email") != email.get().trim())));
    let of = move |name: &str| drafts.iter().find(|d| d.0 == name).map_or(drafts[0].1, |d| d.1);
    if first.get("locale").is_null() {
        of("locale").set(i18n::locale().tag().to_owned());
    }
    let sending = Sending::new();
    let save = move || {
        let Some(base) = row.get_untracked() else { return };
        let typed = drafts.map(|(name, draft)| (name.to_owned(), or_null(&draft.get_untracked())));
        let mut patch: Map<String, Value> = typed.into_iter().filter(|(name, new)| base.get(name) != new).collect();
        if moves.get_untracked() {
            patch.insert("email".to_owned(), or_null(&email.get_untracked()));
            patch.insert("password".to_owned(), json!(password.get_untracked()));
        }
        if patch.is_empty() {
            return toast::say(t().saved());
        }
        sending.run(async move {
            let send = async |on: &Row| {
                let body = Value::Object(patch.clone());
                let reply = api::patch("/auth/me", on.version(), body).send().await?;
                Row::new(reply.body).ok_or_else(Problem::default)
            };
            let stored = save::settle(&base, &patch, send, async || Ok(fetch().await?.0)).await?;
            let (Stored::Done(now) | Stored::Conflict(now)) = &stored;
            for (name, draft) in drafts {
                draft.try_set(now.text(name).to_owned());
            }
            email.try_set(now.text("email").to_owned());
            match stored {
                Stored::Done(newer) => {
                    let locale = Locale::from_tag(newer.text("locale"));
                    password.try_set(String::new());
                    row.try_set(Some(newer));
                    toast::say(t().saved());
                    match locale.filter(|l| *l != i18n::locale()) {
                        Some(locale) => i18n::change(locale).await,
                        None => {
                            if let Err(error) = start::load().await {
                                toast::complain(&error);
                            }
                        }
                    }
                    // A new name or language draws everything anew.
                    dom::focus_soon("#me-save".into());
                }
                Stored::Conflict(theirs) => {
                    row.try_set(Some(theirs));
                    toast::say(t().profile_changed());
                }
            }
            Ok(())
        });
    };
    // One's own profile is there for who sees no users, and for whom some of their fields are closed.
    let name_of = |name: &str| match name {
        "name" => t().person_name(),
        "email" => t().email(),
        "phone" => t().phone(),
        "title" => t().job_title(),
        "locale" => t().language(),
        _ => t().time_zone(),
    };
    let text = move |name: &'static str, max: &'static str, complete: &'static str| {
        let (id, draft) = (format!("me-{name}"), of(name));
        let set = move |e| draft.set(event_target_value(&e));
        let input = view! { <input class="input" id=id.clone() maxlength=max autocomplete=complete prop:value=draft on:input=set/> };
        sending.field(name, &id, name_of(name), input.into_any())
    };
    let locale = of("locale");
    let zone = of("time_zone");
    let roles = state::me().map(|m| m.roles).unwrap_or_default();
    let languages = i18n::LANGUAGES.into_iter().map(|(l, name)| {
        view! { <option value=l.tag() prop:selected=move || locale.with(|v| v == l.tag())>{name}</option> }
    });
    let languages = view! { <select class="input" id="me-locale" on:change=move |e| locale.set(event_target_value(&e))>{languages.collect_view()}</select> };
    let zones = view! {
        <input class="input" id="me-time_zone" list="zones" autocomplete="off" spellcheck="false" placeholder=fill(t().workspace_zone(), &[&workspace_zone])
            prop:value=zone on:input=move |e| zone.set(event_target_value(&e))/>
        <datalist id="zones">{zones().into_iter().map(|z| view! { <option value=z></option> }).collect_view()}</datalist>
    };
    view! {
        <form class="box" on:submit=submit(save) novalidate=true>
            <p class="muted">{t().profile_text()}</p>
            <div class="form-grid">
                {text("name", "100", "name")}
                {sending.field("email", "me-email", name_of("email"), view! {
                    <input class="input" id="me-email" type="email" maxlength="254" autocomplete="email" disabled=!may_move
                        prop:value=email on:input=move |e| email.set(event_target_value(&e))/>
                }.into_any())}
                {text("phone", "40", "tel")}
                {text("title", "100", "organization-title")}
                {sending.field("locale", "me-locale", name_of("locale"), languages.into_any())}
                {sending.field("time_zone", "me-time_zone", name_of("time_zone"), zones.into_any())}
                <div class="form-field wide"><span class="form-label">{t().roles()}</span><p class="static">{move || roles.iter().map(|r| role::name(r)).collect::<Vec<_>>().join(t().list_comma())}</p></div>
            </div>
            {move || moves.get().then(|| view! {
                <p class="hint">{t().profile_email()}</p>
                {secret::password("me-password", t().current_password(), "current-password", password, sending)}
            })}
            {sending.alert()}
            <div class="form-foot"><button type="submit" class="btn primary" id="me-save" class:loading=sending.busy><span>{t().save()}</span></button></div>
        </form>
    }
    .into_any()
}

fn or_null(text: &str) -> Value {
    match text.trim() {
        "" => Value::Null,
        text => json!(text),
    }
}

/// All time zones the browser knows.
pub fn zones() -> Vec<String> {
    use wasm_bindgen::JsCast;
    let intl = dom::get(&window(), "Intl");
    let Ok(ask) = dom::get(&intl, "supportedValuesOf").dyn_into::<js_sys::Function>() else {
        return Vec::new();
    };
    let zones = ask.call1(&intl, &"timeZone".into()).map(|z| js_sys::Array::from(&z));
    zones.map_or_else(|_| Vec::new(), |z| z.iter().filter_map(|z| z.as_string()).collect())
}

/// How the app looks here: kept on this machine, not in the profile.
#[component]
fn Look() -> impl IntoView {
    let theme = state().theme;
    let themes = [
        (Theme::System, t().theme_system(), "screen"),
        (Theme::Light, t().theme_light(), "sun"),
        (Theme::Dark, t().theme_dark(), "moon"),
    ];
    view! {
        <section class="box">
            <h2>{t().theme()}</h2>
            <div class="segmented">
                {themes.into_iter().map(|(value, name, shape)| view! {
                    <button type="button" aria-pressed=move || (theme.get() == value).to_string() on:click=move |_| choose_theme(value)>{icon(shape)}{name}</button>
                }).collect_view()}
            </div>
        </section>
    }
    .into_any()
}
