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
    // Closed by what was chosen in it, the keyboard is back where it was opened.
    Effect::new(move |before: Option<bool>| {
        let now = open.get();
        let inside = || {
            root.get_untracked()
                .is_some_and(|r| r.contains(document().active_element().as_deref()))
        };
        if before == Some(true) && !now && (dom::focus_lost() || inside()) {
            to_button(button);
        }
        now
    });
    let menu = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        menu.track();
        request_animation_frame(move || keep_in_sight(menu));
    });
    let key = move |event: web_sys::KeyboardEvent| {
        // Boxes have their own use for arrows.
        let text_box = dom::within(&event, "select, textarea, input:not([type=checkbox], [type=radio])");
        match event.key().as_str() {
            "Escape" if open.get_untracked() => {
                event.stop_propagation();
                open.set(false);
                to_button(button);
            }
            "ArrowDown" if !text_box => {
                event.prevent_default();
                if open.get_untracked() {
                    step(root, 1);
                } else {
                    open.set(true);
                    request_animation_frame(move || step(root, 1));
                }
            }
            "ArrowUp" if open.get_untracked() && !text_box => {
                event.prevent_default();
                step(root, -1);
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
            {move || open.get().then(|| view! {
                // Itself able to have the keyboard, so that a click beside what is in it does not lose it.
                <div class="menu" class:end=end node_ref=menu tabindex="-1"
                    // Before what the item does: a dialog gives the keyboard back to where it was.
                    on:click:capture=move |event| if dom::within(&event, ".item") { to_button(button) }
                    on:click=move |event| if dom::within(&event, ".item") {
                        open.set(false);
                    } else {
                        request_animation_frame(move || keep_in_sight(menu));
                    }
                >
                    {children()}
                </div>
            })}
        </div>
    }
    .into_any()
}

fn to_button(button: NodeRef<html::Button>) {
    if let Some(button) = button.try_get_untracked().flatten() {
        let _ = button.focus();
    }
}

/// To the next or the last thing in the menu that can be chosen.
fn step(root: NodeRef<html::Div>, by: i32) {
    let Some(root) = root.try_get_untracked().flatten() else {
        return;
    };
    let Ok(items) = root.query_selector_all(".menu :is(.item, .menu-row, .btn, input, select)") else {
        return;
    };
    let active = document().active_element();
    let same = |n: web_sys::Node| active.as_ref().is_some_and(|a| n.is_same_node(Some(a)));
    let at = (0..items.length()).find(|i| items.item(*i).is_some_and(same));
    let count = items.length() as i32;
    if count > 0 {
        let first = if by > 0 { 0 } else { count - 1 };
        let next = at.map_or(first, |a| (a as i32 + by).rem_euclid(count));
        let element = items
            .item(next as u32)
            .and_then(|n| n.dyn_into::<web_sys::Element>().ok());
        if let Some(element) = element {
            dom::focus(&element);
        }
    }
}

/// The least distance to the edges of the window, and the least height, in pixels.
const EDGE: f64 = 8.0;
const LEAST: f64 = 160.0;

/// Pushes an open menu sideways until it stands in the window, and ends it above the window's lower edge.
fn keep_in_sight(menu: NodeRef<html::Div>) {
    let Some(menu) = menu.try_get_untracked().flatten() else {
        return;
    };
    let size = |value: Result<wasm_bindgen::JsValue, _>| value.ok().and_then(|v| v.as_f64()).unwrap_or(f64::MAX);
    let (width, height) = (size(window().inner_width()), size(window().inner_height()));
    let style = web_sys::HtmlElement::style(&menu);
    let _ = style.remove_property("translate");
    let _ = style.remove_property("max-height");
    let place = menu.get_bounding_client_rect();
    let by = (EDGE - place.left()).max(0.0) - (place.right() - (width - EDGE)).max(0.0);
    if by != 0.0 {
        let _ = style.set_property("translate", &format!("{by}px"));
    }
    if place.bottom() > height - EDGE {
        let room = (height - EDGE - place.top()).max(LEAST);
        let _ = style.set_property("max-height", &format!("{room}px"));
    }
}
