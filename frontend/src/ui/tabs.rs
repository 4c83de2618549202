//! Tabs: arrows move between them, one panel shows.

use crate::{dom, i18n::format, ui::fresh};
use leptos::prelude::*;

/// A tab; its content is drawn when it is shown.
pub struct Tab {
    pub name: &'static str,
    pub title: String,
    /// How many records stand in it, where that is known.
    pub count: Option<Signal<Option<i64>>>,
    pub draw: Box<dyn Fn() -> AnyView + Send + Sync>,
}

impl Tab {
    pub fn new(
        name: &'static str,
        title: impl Into<String>,
        draw: impl Fn() -> AnyView + Send + Sync + 'static,
    ) -> Self {
        Self {
            name,
            title: title.into(),
            count: None,
            draw: Box::new(draw),
        }
    }
}

/// `current` names the tab shown; a name that none has shows the first.
#[component]
pub fn Tabs(tabs: Vec<Tab>, #[prop(into)] label: String, current: RwSignal<&'static str>) -> impl IntoView {
    let names: Vec<&'static str> = tabs.iter().map(|t| t.name).collect();
    if !names.contains(&current.get_untracked()) {
        current.set(names.first().copied().unwrap_or_default());
    }
    let uid = uuid::Uuid::new_v4().simple().to_string();
    let heads = tabs
        .iter()
        .map(|Tab { name, title, count, .. }| {
            let (name, count) = (*name, *count);
            let count = move || count.and_then(|c| c.get()).map(|n| view! { <span class="count">{format::number(n as f64)}</span> });
            let selected = move || current.get() == name;
            view! {
                <button type="button" role="tab" class="tab" id=format!("tab-{uid}-{name}") aria-controls=format!("panel-{uid}")
                    aria-selected=move || selected().to_string() tabindex=move || if selected() { "0" } else { "-1" }
                    on:click=move |_| current.set(name)>{title.clone()}{count}</button>
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
                {fresh(move || current.get(), move |now| tabs.with_value(|tabs| tabs.iter().find(|t| t.name == now).map(|t| (t.draw)())).into_any())}
            </div>
        </div>
    }
    .into_any()
}
