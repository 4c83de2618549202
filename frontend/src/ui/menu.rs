//! A button that opens a small floating list: menus, column choosers, filter boxes.

use crate::dom;
use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;

/// `face` is what the button shows; `children` are drawn each time the menu opens. Buttons of class `item` close it.
#[component]
pub fn Menu(
    face: AnyView,
    #[prop(into)] label: String,
    #[prop(optional, into)] class: String,
    /// Aligned to the button's right edge.
    #[prop(optional)]
    end: bool,
    /// Opened and closed from outside too.
    #[prop(optional)]
    open: Option<RwSignal<bool>>,
    children: ChildrenFn,
) -> impl IntoView {
    let open = open.unwrap_or_else(|| RwSignal::new(false));
    let root = NodeRef::<html::Div>::new();
    let button = NodeRef::<html::Button>::new();
    let outside = window_event_listener(leptos::ev::pointerdown, move |event| {
        if open.get_untracked() {
            let target = event.target().and_then(|t| t.dyn_into::<web_sys::Node>().ok());
            let inside = root.get_untracked().is_some_and(|r| r.contains(target.as_ref()));
            if !inside {
                open.set(false);
            }
        }
    });
    on_cleanup(move || outside.remove());
    let step = move |by: i32| {
        let Some(root) = root.try_get_untracked().flatten() else {
            return;
        };
        let Ok(items) = root.query_selector_all(".menu :is(.item, .menu-row, .btn, input, select)") else {
            return;
        };
        let active = document().active_element();
        let at = (0..items.length()).find(|i| {
            items
                .item(*i)
                .is_some_and(|n| active.as_ref().is_some_and(|a| n.is_same_node(Some(a))))
        });
        let count = items.length() as i32;
        if count > 0 {
            let next = at.map_or(if by > 0 { 0 } else { count - 1 }, |a| {
                (a as i32 + by).rem_euclid(count)
            });
            if let Some(element) = items
                .item(next as u32)
                .and_then(|n| n.dyn_into::<web_sys::Element>().ok())
            {
                dom::focus(&element);
            }
        }
    };
    let key = move |event: web_sys::KeyboardEvent| {
        // Boxes have their own use for arrows.
        let text_box = dom::within(&event, "select, textarea, input:not([type=checkbox], [type=radio])");
        match event.key().as_str() {
            "Escape" if open.get_untracked() => {
                event.stop_propagation();
                open.set(false);
                if let Some(button) = button.get_untracked() {
                    let _ = button.focus();
                }
            }
            "ArrowDown" if !text_box => {
                event.prevent_default();
                if open.get_untracked() {
                    step(1);
                } else {
                    open.set(true);
                    request_animation_frame(move || step(1));
                }
            }
            "ArrowUp" if open.get_untracked() && !text_box => {
                event.prevent_default();
                step(-1);
            }
            _ => {}
        }
    };
    let classes = if class.is_empty() {
        "btn quiet".to_owned()
    } else {
        class
    };
    view! {
        <div class="menu-root" node_ref=root on:keydown=key>
            <button
                type="button"
                class=classes
                node_ref=button
                aria-haspopup="true"
                aria-expanded=move || open.get().to_string()
                aria-label=label.clone()
                title=label
                on:click=move |_| open.update(|o| *o = !*o)
            >
                {face}
            </button>
            {move || {
                open.get().then(|| {
                    view! {
                        <div
                            class="menu"
                            class:end=end
                            // Before what the item does: a dialog gives the keyboard back to where it was.
                            on:click:capture=move |event| {
                                if dom::within(&event, ".item") && let Some(button) = button.get_untracked() {
                                    let _ = button.focus();
                                }
                            }
                            on:click=move |event| {
                                if dom::within(&event, ".item") {
                                    open.set(false);
                                }
                            }
                        >
                            {children()}
                        </div>
                    }
                })
            }}
        </div>
    }
    .into_any()
}
