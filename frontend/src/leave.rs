//! Changes that are not saved: who would leave a screen that has some is asked first.

use crate::{dom::Tell, i18n::t, state::state, ui::dialog::Confirm};
use leptos::prelude::*;

/// What the screen asks when it is left.
#[derive(Clone, Copy)]
pub struct Unsaved {
    there: RwSignal<bool>,
    /// What to do once the person has agreed to lose them.
    wanted: RwSignal<Option<Callback<()>>>,
}

impl Unsaved {
    pub fn new() -> Self {
        Self {
            there: RwSignal::new(false),
            wanted: RwSignal::new(None),
        }
    }

    /// Gives them up without asking.
    pub fn give_up(self) {
        self.there.set(false);
    }

    pub fn any(self) -> bool {
        self.there.get_untracked()
    }
}

/// Called by a screen that has something to lose while `dirty` holds, and as long as it is shown.
pub fn watch(dirty: impl Fn() -> bool + Send + Sync + 'static) {
    let there = state().unsaved.there;
    Effect::new(move |_| there.set(dirty()));
    on_cleanup(move || {
        there.try_set(false);
    });
}

/// Does what leaves the screen, at once or when the person agrees.
pub fn then(leave: impl Fn() + Send + Sync + 'static) {
    let unsaved = state().unsaved;
    if unsaved.any() {
        unsaved.wanted.set(Some(Callback::new(move |()| leave())));
    } else {
        leave();
    }
}

/// The browser asks by itself when the page is closed or loaded anew.
pub fn listen() {
    window_event_listener(leptos::ev::beforeunload, |event| {
        if state().unsaved.any() {
            event.prevent_default();
        }
    });
}

#[component]
pub fn LeaveDialog() -> impl IntoView {
    let Unsaved { there, wanted } = state().unsaved;
    move || {
        wanted.get().map(|go| {
            let yes = Callback::new(move |()| {
                there.set(false);
                go.tell(());
            });
            view! { <Confirm title=t().leave_title() text=t().leave_text() action=t().leave() close=Callback::new(move |()| wanted.set(None)) yes/> }
        })
    }
}
