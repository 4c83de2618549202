//! Taking back what was changed together: offered by toasts, by the history of a record and by the page of a job.

mod dialog;

use crate::{
    parts,
    state::{Undoing, state},
    ui::{self, toast},
};
use leptos::prelude::*;

pub use dialog::dialog;

/// Says what was done, with the way back from it.
pub fn say(text: impl Into<String>, set: Option<String>) {
    match set {
        Some(set) => toast::say_with_undo(text, Callback::new(move |()| begin(set.clone(), false))),
        None => toast::say(text),
    }
}

/// Takes a change set back; with `ask` only after it was told what it did.
pub fn begin(set: String, ask: bool) {
    state().undoing.set(Some(Undoing { set, ask }));
}

/// Over any screen. It is fetched when it is needed.
#[component]
pub fn UndoDialog() -> impl IntoView {
    let undoing = state().undoing;
    let close = Callback::new(move |()| undoing.set(None));
    move || {
        undoing
            .get()
            .map(|it| ui::later_dialog(move || parts::undo(Box::new(it.clone())), close))
    }
}
