//! Screens whose part of the app is fetched when they are first opened.

use crate::{
    dom::{self, Tell},
    i18n::t,
    leave,
    ui::{self, Dialog, icon, states},
};
use leptos::{prelude::*, reactive::computed::ScopedFuture, task::spawn_local, wasm_split::SplitLoaderError};
use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, Waker},
};
use wasm_bindgen_futures::JsFuture;

/// What the functions of a part give.
pub type Fetched = Result<AnyView, SplitLoaderError>;

type Screen = Pin<Box<dyn Future<Output = Fetched>>>;

/// Why a part is not there.
#[derive(Clone, Copy, PartialEq)]
enum Missing {
    /// The server has a newer version of the app, and no longer the parts of this one.
    Updated,
    Unreached,
}

/// Shows a screen as soon as its part is there: at once where that has been fetched before.
pub fn later<F: Future<Output = Fetched> + 'static>(screen: impl Fn() -> F + 'static) -> AnyView {
    tried(Box::new(move || Box::pin(screen())), None)
}

/// The same for a dialog, which is not there before its part is; `close` gives it up.
pub fn later_dialog<F: Future<Output = Fetched> + 'static>(
    dialog: impl Fn() -> F + 'static,
    close: Callback<()>,
) -> AnyView {
    tried(Box::new(move || Box::pin(dialog())), Some(close))
}

fn tried(screen: Box<dyn Fn() -> Screen>, close: Option<Callback<()>>) -> AnyView {
    let screen = StoredValue::new_local(screen);
    let tries = RwSignal::new(0);
    let again = Callback::new(move |()| tries.update(|n| *n += 1));
    (move || {
        tries.track();
        shown(screen.with_value(|screen| screen()), again, close)
    })
    .into_any()
}

fn shown(screen: Screen, again: Callback<()>, close: Option<Callback<()>>) -> AnyView {
    let mut screen = Box::pin(ScopedFuture::new_untracked(screen));
    // Drawn at once where it can be, without a moment of loading in between.
    if let Poll::Ready(Ok(screen)) = screen.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        return screen;
    }
    let arrived = RwSignal::new_local(None);
    spawn_local(async move {
        let screen = match screen.await {
            Ok(screen) => Ok(screen),
            Err(_) => Err(why().await),
        };
        // Gone already where another screen was opened in the meantime.
        arrived.try_set(Some(screen));
    });
    (move || match arrived.try_update_untracked(Option::take).flatten() {
        Some(Ok(screen)) => screen,
        Some(Err(why)) => missing(why, again, close),
        None => {
            arrived.track();
            view! { <div class="later">{close.is_none().then(|| ui::skeleton(8))}</div> }.into_any()
        }
    })
    .into_any()
}

/// All parts of a version stand in one folder of the server, beside the script that started this page.
async fn why() -> Missing {
    let script = document().query_selector("script[type=module]").ok().flatten();
    let address = script
        .and_then(|script| script.get_attribute("src"))
        .unwrap_or_default();
    let options = web_sys::RequestInit::new();
    options.set_cache(web_sys::RequestCache::NoStore);
    let answer = JsFuture::from(window().fetch_with_str_and_init(&address, &options)).await;
    match answer.is_ok_and(|answer| dom::get(&answer, "status") == 404) {
        true => Missing::Updated,
        false => Missing::Unreached,
    }
}

fn missing(why: Missing, again: Callback<()>, close: Option<Callback<()>>) -> AnyView {
    let reload = |_| leave::then(|| drop(window().location().reload()));
    let (icon_name, title, text) = match why {
        Missing::Updated => ("undo", t().updated(), t().updated_text()),
        Missing::Unreached => ("warning", t().could_not_load(), t().part_missing_text()),
    };
    let retry = (why == Missing::Unreached).then(|| {
        view! { <button type="button" class="btn primary" on:click=move |_| again.tell(())>{icon("undo")}{t().try_again()}</button> }
    });
    let class = if retry.is_some() { "btn" } else { "btn primary" };
    let actions = view! { {retry}<button type="button" class=class on:click=reload>{t().reload()}</button> }.into_any();
    match close {
        None => view! { <div role="alert">{states::nowhere(icon_name, title, text, actions)}</div> }.into_any(),
        Some(close) => view! {
            <Dialog title close>
                <div class="dialog-body"><p>{text}</p></div>
                <footer class="dialog-foot">{actions}</footer>
            </Dialog>
        }
        .into_any(),
    }
}
