//! Views that share nothing with the one before them.

use leptos::prelude::*;
use std::{hash::Hash, sync::Arc};

/// Draws anew, with elements of its own, whenever the key is another. A view takes over the elements of the one before it
/// where both have the same shape, and with them what was typed there, what was opened, and the keyboard.
pub fn fresh<K>(
    key: impl Fn() -> K + Send + Sync + 'static,
    draw: impl Fn(K) -> AnyView + Send + Sync + 'static,
) -> AnyView
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
{
    let draw = Arc::new(draw);
    view! { <For each=move || [key()] key=K::clone children=move |key| draw(key)/> }.into_any()
}
