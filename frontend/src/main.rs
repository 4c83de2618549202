//! The app: starts, then shows sign-in, set-up, or the shell with the screen that the address names.

#![allow(
    clippy::disallowed_methods,
    reason = "names for elements and keys of requests are no keys of an index, and version 7 needs a clock that wasm32 lacks"
)]
#![allow(
    clippy::result_large_err,
    reason = "problems are shown to a person, not handed through hot code"
)]

mod api;
mod customers;
mod data;
mod dom;
mod finance;
mod i18n;
mod kinds;
mod leave;
mod office;
mod parts;
mod people;
mod record;
mod route;
mod sales;
mod schema;
mod settings;
mod shell;
mod start;
mod state;
mod ui;

// A noun is named without its area.
use customers::{contact, duplicate, lead, merge, task};
use data::job;
use finance::currency;
use office::picklist;
use people::{access, auth, avatar, hand_over, role, sharing, team, transfer, user};
use record::undo;
use sales::{opportunity, report};

use crate::{
    i18n::t,
    record::conflict::ConflictDialog,
    state::{Session, state},
};
use leptos::{prelude::*, task::spawn_local};

fn main() {
    console_error_panic_hook::set_once();
    mount_to_body(App);
    if let Some(boot) = document().get_element_by_id("boot") {
        boot.remove();
    }
}

#[component]
fn App() -> impl IntoView {
    let state = state::provide();
    i18n::follow();
    shell::follow_theme();
    route::listen();
    leave::listen();
    avatar::follow();
    start::follow();
    window_event_listener(leptos::ev::online, move |_| state.online.set(true));
    window_event_listener(leptos::ev::offline, move |_| state.online.set(false));
    spawn_local(api::session::resume());
    // Who is signed in and in which language: a change of either draws everything anew.
    let who = Memo::new(move |_| match state.session.get() {
        Session::Starting => "…".to_owned(),
        Session::SignedOut(_) => String::new(),
        Session::Failed(problem) => format!("! {}", problem.text()),
        Session::SignedIn(me) => format!("{} {}", me.id, me.name),
    });
    let gate = Memo::new(move |_| {
        state.address.with(|a| match a.path.as_str() {
            "/setup" => "setup",
            "/welcome" => "welcome",
            "/forgot" => "forgot",
            "/reset" => "reset",
            _ => "",
        })
    });
    let screen = move |(_, who, gate): (_, String, &'static str)| {
        match who.as_str() {
            // Whoever is signed in here: the link is for somebody in particular.
            _ if matches!(gate, "welcome" | "reset") => view! { <auth::Welcome again=gate == "reset"/> }.into_any(),
            "…" => view! { <div class="boot" role="status" aria-label=t().loading()></div> }.into_any(),
            who if who.starts_with('!') => state.session.with_untracked(|s| match s {
                Session::Failed(problem) => start::failed(problem),
                _ => ().into_any(),
            }),
            "" if gate == "setup" => view! { <auth::SetUp/> }.into_any(),
            "" if gate == "forgot" => view! { <auth::forgot::Forgot/> }.into_any(),
            "" => view! { <auth::SignIn ended=state.session.with_untracked(|s| *s == Session::SignedOut(true))/> }
                .into_any(),
            _ => {
                view! { <shell::Shell><Screen/></shell::Shell><shell::Palette/><ConflictDialog/><undo::UndoDialog/><leave::LeaveDialog/> }
                    .into_any()
            }
        }
    };
    view! {
        {ui::fresh(move || (state.locale.get(), who.get(), gate.get()), screen)}
        {move || { state.locale.track(); view! { <ui::toast::Toasts/> } }}
    }
}

/// The screen of the present path. Only the path decides: what follows the `?` is each screen's own.
#[component]
fn Screen() -> impl IntoView {
    let path = Memo::new(move |_| state().address.with(|a| a.path.clone()));
    ui::fresh(move || path.get(), screen)
}

fn screen(path: String) -> AnyView {
    let parts: Vec<&str> = path.split('/').filter(|s| !s.is_empty()).collect();
    route::title(&title(&parts));
    match parts.as_slice() {
        [] => view! { <report::Dashboard/> }.into_any(),
        ["tasks"] => ui::later(parts::tasks),
        ["pipeline"] => ui::later(parts::board),
        ["import", rest @ ..] => {
            let id = rest.first().map(|s| (*s).to_owned());
            ui::later(move || parts::import(id.clone()))
        }
        ["jobs", rest @ ..] => {
            let id = rest.first().map(|s| (*s).to_owned());
            ui::later(move || parts::jobs(id.clone()))
        }
        ["exports"] => ui::later(parts::exports),
        ["settings", rest @ ..] => {
            let part = |n: usize| rest.get(n).map(|s| (*s).to_owned());
            let (page, id) = (part(0).unwrap_or_default(), part(1));
            ui::later(move || parts::settings(page.clone(), id.clone()))
        }
        ["bin"] => ui::later(|| parts::bin(None)),
        ["bin", plural] => match kinds::by_plural(plural) {
            Some(kind) => ui::later(move || parts::bin(Some(kind))),
            None => unseen(plural),
        },
        [plural] => match kinds::by_plural(plural).filter(|k| k.page) {
            Some(kind) => ui::later(move || parts::list(kind)),
            None => unseen(plural),
        },
        [plural, id] => match kinds::by_plural(plural).filter(|k| k.page) {
            Some(kind) => {
                let id = (*id).to_owned();
                ui::later(move || parts::record(kind, id.clone()))
            }
            None => unseen(plural),
        },
        _ => lost(),
    }
}

/// What a screen is called; records and settings say more once they are there.
fn title(parts: &[&str]) -> String {
    match parts {
        [] => t().home().to_owned(),
        ["tasks"] => t().tasks().to_owned(),
        ["pipeline"] => t().pipeline().to_owned(),
        ["import", ..] => t().import().to_owned(),
        ["jobs", ..] => t().jobs().to_owned(),
        ["exports"] => t().exports().to_owned(),
        ["settings", ..] => t().settings().to_owned(),
        ["bin", ..] => t().bin().to_owned(),
        [plural, ..] => kinds::by_plural(plural).map(kinds::heading).unwrap_or_default(),
    }
}

fn home() -> AnyView {
    view! { <a class="btn" href="/">{ui::icon("home")}{t().home()}</a> }.into_any()
}

fn lost() -> AnyView {
    ui::states::nowhere("search", t().no_such_page(), t().no_such_page_text(), home())
}

/// Of a kind that the person is not told of, there may be records all the same.
fn unseen(plural: &str) -> AnyView {
    let closed = |s: &&schema::Subject| s.path == plural && kinds::kind(s.name).is_none();
    match schema::subjects().into_iter().find(closed) {
        Some(_) => ui::states::nowhere("lock", t().not_allowed(), t().not_allowed_text(), home()),
        None => lost(),
    }
}
