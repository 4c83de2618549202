//! One's own profile: name, language, time zone, theme.

use crate::{
    api::{self, Problem, session},
    i18n::{self, Locale, label, t},
    kinds,
    record::{row::Row, save},
    role,
    shell::choose_theme,
    state::{self, Theme, state},
    ui::{icon, states::form_error, toast},
};
use leptos::{prelude::*, task::spawn_local};
use serde_json::{Map, Value, json};

#[component]
pub fn Profile() -> impl IntoView {
    let Some(me) = state::me() else { return ().into_any() };
    let name = RwSignal::new(me.name.clone());
    let zone = RwSignal::new(me.time_zone.clone());
    let problem = RwSignal::new(None::<Problem>);
    let id = StoredValue::new(me.id.clone());
    // The profile is a record like others: its version is asked for before writing.
    let save_fields = move |patch: Map<String, Value>| {
        spawn_local(async move {
            let done = async {
                let row: Row = save::fetch(kinds::USER, &id.get_value()).await?;
                api::patch(save::path(kinds::USER, row.id()), row.version(), Value::Object(patch))
                    .send()
                    .await?;
                session::reload_me().await
            };
            match done.await {
                Ok(()) => {
                    problem.try_set(None);
                    toast::say(t().saved);
                }
                Err(error) => {
                    problem.try_set(Some(error));
                }
            }
        });
    };
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let zone = zone.get_untracked();
        let zone = if zone.trim().is_empty() {
            Value::Null
        } else {
            json!(zone.trim())
        };
        save_fields(Map::from_iter([
            ("name".to_owned(), json!(name.get_untracked())),
            ("time_zone".to_owned(), zone),
        ]));
    };
    let language = move |locale: Locale| {
        save_fields(Map::from_iter([("locale".to_owned(), json!(locale.tag()))]));
        i18n::choose(locale);
    };
    let theme = state().theme;
    let themes = [
        (Theme::System, t().theme_system, "screen"),
        (Theme::Light, t().theme_light, "sun"),
        (Theme::Dark, t().theme_dark, "moon"),
    ];
    let field = |name: &str| kinds::USER.field(name).map(|f| label(f.label)).unwrap_or_default();
    view! {
        <div class="page narrow-page">
            <header class="page-head"><h1>{t().profile}</h1></header>
            <form class="box" on:submit=submit novalidate=true>
                <div class="form-grid">
                    <div class="form-field"><label for="me-name">{field("name")}</label><input class="input" id="me-name" maxlength="100" prop:value=name on:input=move |e| name.set(event_target_value(&e))/></div>
                    <div class="form-field"><label for="me-email">{field("email")}</label><input class="input" id="me-email" disabled=true value=me.email.clone()/></div>
                    <div class="form-field"><label for="me-zone">{field("time_zone")}</label><input class="input" id="me-zone" placeholder="Asia/Shanghai" prop:value=zone on:input=move |e| zone.set(event_target_value(&e))/></div>
                    <div class="form-field"><span class="form-label">{t().roles}</span><p class="static">{move || me.roles.iter().map(|r| role::name(r)).collect::<Vec<_>>().join(t().list_comma)}</p></div>
                </div>
                {form_error(problem)}
                <div class="form-foot"><button type="submit" class="btn primary">{t().save}</button></div>
            </form>
            <section class="box">
                <h2>{t().language}</h2>
                <div class="segmented">
                    {i18n::LANGUAGES.into_iter().map(|(locale, name)| view! {
                        <button type="button" aria-pressed=(i18n::locale() == locale).to_string() on:click=move |_| language(locale)>{name}</button>
                    }).collect_view()}
                </div>
                <h2>{t().theme}</h2>
                <div class="segmented">
                    {themes.into_iter().map(|(value, name, shape)| view! {
                        <button type="button" aria-pressed=move || (theme.get() == value).to_string() on:click=move |_| choose_theme(value)>{icon(shape)}{name}</button>
                    }).collect_view()}
                </div>
            </section>
        </div>
    }
    .into_any()
}
