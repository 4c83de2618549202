//! Languages: the texts (each in both, or it does not compile), and the choice of one. A change of language draws the
//! whole app anew, so texts are read plainly and need no signal each.

pub mod format;
mod texts;

pub use domain::{Label, Locale};
pub use texts::Texts;

use crate::{api::session, dom, start, state::state, ui::toast};
use leptos::prelude::*;

/// The languages, each by its own name.
pub const LANGUAGES: [(Locale, &str); 2] = [(Locale::Zh, "简体中文"), (Locale::En, "English")];

/// The texts of the present language.
pub fn t() -> Texts {
    Texts(locale())
}

pub fn locale() -> Locale {
    state().locale.get_untracked()
}

pub fn label(label: Label) -> &'static str {
    label.get(locale())
}

/// A name within a sentence.
pub fn noun(name: &str) -> String {
    locale().within(name)
}

/// Puts values in the places marked `{}`, in order.
pub fn fill(text: &str, values: &[&str]) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut values = values.iter();
    let mut rest = text;
    while let Some(at) = rest.find("{}") {
        out.push_str(&rest[..at]);
        out.push_str(values.next().copied().unwrap_or_default());
        rest = &rest[at + 2..];
    }
    out + rest
}

/// The language of the last visit, else the browser's.
pub fn stored() -> Locale {
    let browser = window().navigator().language().unwrap_or_default();
    dom::stored("locale")
        .and_then(|l| Locale::from_tag(&l))
        .or_else(|| Locale::from_tag(&browser))
        .unwrap_or(Locale::En)
}

/// Keeps `lang` of the page right, and the choice for the next visit.
pub fn follow() {
    Effect::new(|_| {
        let tag = state().locale.get().tag();
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("lang", tag);
        }
    });
}

/// For who is signed out: draws everything anew, so it leaves the screen.
pub fn choose(locale: Locale) {
    crate::leave::then(move || {
        dom::store("locale", locale.tag());
        state().locale.set(locale);
    });
}

/// For who is signed in: leaves the screen, and holds on other machines and in letters from now on too.
pub fn keep(locale: Locale) {
    crate::leave::then(move || {
        leptos::task::spawn_local(async move {
            // First there, or a profile on the screen would be drawn with the old one.
            if let Err(problem) = session::speak(locale).await {
                toast::complain(&problem);
            }
            change(locale).await;
        });
    });
}

/// Labels and values are told anew before the texts change. Without an answer all stays as it is.
pub async fn change(locale: Locale) {
    match start::load_in(locale).await {
        Ok(()) => dom::store("locale", locale.tag()),
        Err(problem) => toast::complain(&problem),
    }
}
