//! Views that share nothing with the one before them.

use leptos::prelude::*;
use std::sync::{Arc, Mutex, PoisonError};

/// Draws anew, with elements of its own, whenever the key is another. A view takes over the elements of the one before it
/// where both have the same shape, and with them what was typed there, what was opened, and the keyboard.
pub fn fresh<K>(
    key: impl Fn() -> K + Send + Sync + 'static,
    draw: impl Fn(K) -> AnyView + Send + Sync + 'static,
) -> AnyView
where
    K: Clone + PartialEq + Send + 'static,
{
    let shown = Arc::new(Mutex::new(None));
    let changed = {
        let shown = shown.clone();
        move || {
            let key = Some(key());
            let mut shown = shown.lock().unwrap_or_else(PoisonError::into_inner);
            let changed = *shown != key;
            *shown = key;
            changed
        }
    };
    let draw = move || {
        let key = shown.lock().unwrap_or_else(PoisonError::into_inner).clone();
        key.map_or_else(|| ().into_any(), &draw)
    };
    counted(Box::new(changed), Arc::new(draw))
}

/// The list behind it, compiled once for all keys.
fn counted(changed: Box<dyn Fn() -> bool + Send + Sync>, draw: Arc<dyn Fn() -> AnyView + Send + Sync>) -> AnyView {
    let count = Mutex::new(0_u32);
    let each = move || {
        let mut count = count.lock().unwrap_or_else(PoisonError::into_inner);
        *count += u32::from(changed());
        [*count]
    };
    view! { <For each key=|count| *count children=move |_| draw()/> }.into_any()
}
