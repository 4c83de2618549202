//! Tabs: arrows move between them, one panel shows.

use crate::dom;
use leptos::prelude::*;

/// Name, heading and content of a tab; content is drawn when it is shown.
pub type Tab = (&'static str, String, Box<dyn Fn() -> AnyView + Send + Sync>);

#[component]
pub fn Tabs(tabs: Vec<Tab>, #[prop(into)] label: String) -> impl IntoView {
    let names: Vec<&'static str> = tabs.iter().map(|t| t.0).collect();
    let current = RwSignal::new(names.first().copied().unwrap_or_default());
    let uid = uuid::Uuid::new_v4().simple().to_string();
    let heads = tabs
        .iter()
        .map(|(name, title, _)| {
            let name = *name;
            let selected = move || current.get() == name;
            view! {
                <button type="button" role="tab" class="tab" id=format!("tab-{uid}-{name}") aria-controls=format!("panel-{uid}")
                    aria-selected=move || selected().to_string() tabindex=move || if selected() { "0" } else { "-1" }
                    on:click=move |_| current.set(name)>{title.clone()}</button>
            }
        })
        .collect_view();
    let key = {
        let uid = uid.clone();
        move |event: web_sys::KeyboardEvent| {
            let by = match event.key().as_str() {
                "ArrowRight" => 1,
                "ArrowLeft" => names.len() - 1,
                _ => return,
            };
            let at = names.iter().position(|n| *n == current.get_untracked()).unwrap_or(0);
            let next = names[(at + by) % names.len()];
            current.set(next);
            dom::focus_soon(format!("#tab-{uid}-{next}"));
            event.prevent_default();
        }
    };
    let tabs = StoredValue::new(tabs);
    let panel = format!("panel-{uid}");
    view! {
        <div class="tabs">
            <div class="tab-list" role="tablist" aria-label=label on:keydown=key>{heads}</div>
            <div class="tab-panel" role="tabpanel" id=panel aria-labelledby=move || format!("tab-{uid}-{}", current.get())>
                {move || {
                    let now = current.get();
                    tabs.with_value(|tabs| tabs.iter().find(|t| t.0 == now).map(|t| (t.2)()))
                }}
            </div>
        </div>
    }
    .into_any()
}
