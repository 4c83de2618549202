//! Where one is signed in, and how to end that.

use super::agent;
use crate::{
    api::{self, Problem},
    dom,
    i18n::{fill, format, t},
    record::row::Row,
    state::{announce, state},
    ui::{self, badge, dialog::Confirm, icon, toast},
};
use leptos::{prelude::*, task::spawn_local};

/// What changes of the list are announced as; sessions are no records.
pub const CHANGED: &str = "sessions";

#[component]
pub fn Sessions() -> impl IntoView {
    let loaded = RwSignal::new(None::<Result<Vec<Row>, Problem>>);
    let asking = RwSignal::new(false);
    let load = move || {
        spawn_local(async move {
            let outcome = api::get("/auth/sessions").send().await.map(|reply| {
                let data = reply.body["data"].as_array().cloned().unwrap_or_default();
                data.into_iter().filter_map(Row::new).collect::<Vec<_>>()
            });
            loaded.try_set(Some(outcome));
        });
    };
    Effect::new(move |before: Option<()>| {
        let told = state().change.with(|c| c.as_ref().is_some_and(|c| c.kind == CHANGED));
        if before.is_none() || told {
            load();
        }
    });
    // What is ended is asked for again: the server knows.
    let end = move |path: String, said: String| {
        spawn_local(async move {
            match api::delete_any(path).send().await {
                Ok(_) => toast::say(said),
                Err(problem) => toast::complain(&problem),
            }
            announce(CHANGED, "", None);
            dom::focus_soon("#sessions".into());
        });
    };
    let line = move |device: Row| {
        let name = agent::told(device.text("user_agent"));
        let (path, said) = (
            format!("/auth/sessions/{}", device.id()),
            fill(t().signed_out_there(), &[&name]),
        );
        let at = device.text("seen_at").to_owned();
        let action = if device.get("current") == true {
            badge("active", t().this_device())
        } else {
            let label = fill(t().sign_out_of(), &[&name]);
            view! { <button type="button" class="btn small" aria-label=label on:click=move |_| end(path.clone(), said.clone())>{t().sign_out_there()}</button> }.into_any()
        };
        view! {
            <li class="line session">
                {icon(if agent::handheld(device.text("user_agent")) { "phone" } else { "screen" })}
                <div class="grow">
                    <span class="line-name">{name}</span>
                    <span class="line-rest">
                        <span>{device.text("address").to_owned()}</span>
                        <time datetime=at.clone() title=format::instant(&at)>{fill(t().seen(), &[&format::relative(&at)])}</time>
                    </span>
                </div>
                {action}
            </li>
        }
    };
    let body = move || match loaded.get() {
        None => ui::skeleton(3),
        Some(Err(problem)) => ui::problem(&problem, Callback::new(move |()| load())),
        Some(Ok(devices)) => {
            let alone = devices.len() < 2;
            view! {
                <ul class="plain">{devices.into_iter().map(line).collect_view()}</ul>
                {if alone {
                    view! { <p class="hint">{t().no_other_sessions()}</p> }.into_any()
                } else {
                    view! { <div class="form-foot"><button type="button" class="btn" on:click=move |_| asking.set(true)>{icon("out")}{t().sign_out_others()}</button></div> }.into_any()
                }}
            }
            .into_any()
        }
    };
    view! {
        <section class="box sessions">
            <h2 id="sessions" tabindex="-1">{t().sessions()}</h2>
            {body}
            {move || asking.get().then(|| view! {
                <Confirm title=t().sign_out_others() text=t().sign_out_others_text() action=t().sign_out_others() close=Callback::new(move |()| asking.set(false))
                    yes=Callback::new(move |()| end("/auth/sessions".to_owned(), t().signed_out_others().to_owned()))/>
            })}
        </section>
    }
    .into_any()
}
