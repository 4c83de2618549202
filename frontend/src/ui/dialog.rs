//! A modal dialog on the native element: it traps focus and takes Escape by itself; focus goes back where it was.

use crate::dom::Tell;
use crate::{dom, i18n::t, leave, ui::icon};
use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;

/// Shown as long as it is mounted. `close` is asked to unmount it.
#[component]
pub fn Dialog(
    #[prop(into)] title: String,
    close: Callback<()>,
    /// A wider one, for comparing and mapping.
    #[prop(optional)]
    wide: bool,
    /// For what is shown once: it goes by the button in it and by nothing else.
    #[prop(optional)]
    firm: bool,
    /// Whether something was typed that would be lost: a stray key or click asks first.
    #[prop(optional)]
    typed: Option<Signal<bool>>,
    children: Children,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    if firm {
        leave::watch(|| true);
    }
    let before = StoredValue::new_local(document().active_element());
    Effect::new(move |_| {
        if let Some(dialog) = node.get()
            && !dialog.open()
        {
            let _ = dialog.show_modal();
            if let Ok(Some(first)) =
                dialog.query_selector(".dialog-body :is(input, select, textarea):not([type=hidden], [type=file])")
            {
                dom::focus(&first);
            }
        }
    });
    on_cleanup(move || {
        // It is still there, and while it is open nothing behind it takes the keyboard.
        if let Some(dialog) = node.try_get_untracked().flatten() {
            dialog.close();
        }
        if let Some(Some(element)) = before.try_get_value() {
            dom::focus(&element);
        }
    });
    let asking = RwSignal::new(false);
    let holds = move || firm || typed.is_some_and(|typed| typed.get_untracked());
    let stray = move || {
        if !holds() {
            close.tell(());
        } else if !firm {
            asking.set(true);
        }
    };
    let id = format!("d{}", uuid::Uuid::new_v4().simple());
    view! {
        <dialog
            node_ref=node
            class="dialog"
            class:wide=wide
            aria-labelledby=id.clone()
            on:cancel=move |event: web_sys::Event| {
                event.prevent_default();
                stray();
            }
            // The browser asks by `cancel` once, and then closes by itself.
            on:keydown=move |event| if event.key() == "Escape" && holds() && !dom::composing(&event) {
                event.prevent_default();
                stray();
            }
            on:mousedown=move |event| {
                // A press on the backdrop lands on the element itself.
                if event.target().is_some_and(|t| t.dyn_ref::<web_sys::HtmlDialogElement>().is_some()) {
                    stray();
                }
            }
        >
            <div class="dialog-box">
                <header class="dialog-head">
                    <h2 id=id.clone()>{title}</h2>
                    {(!firm).then(|| view! {
                        <button type="button" class="btn quiet square" aria-label=t().close() title=t().close() on:click=move |_| close.tell(())>
                            {icon("close")}
                        </button>
                    })}
                </header>
                {children()}
            </div>
        </dialog>
        {move || asking.get().then(|| view! {
            <Confirm title=t().leave_title() text=t().leave_text() action=t().leave() close=Callback::new(move |()| asking.set(false)) yes=close/>
        })}
    }
    .into_any()
}

/// Asks before something that cannot simply be undone.
#[component]
pub fn Confirm(
    #[prop(into)] title: String,
    #[prop(into)] text: String,
    #[prop(into)] action: String,
    yes: Callback<()>,
    close: Callback<()>,
) -> impl IntoView {
    view! {
        <Dialog title close>
            <div class="dialog-body"><p>{text}</p></div>
            <footer class="dialog-foot">
                <button type="button" class="btn" on:click=move |_| close.tell(())>{t().cancel()}</button>
                <button
                    type="button"
                    class="btn danger"
                    on:click=move |_| {
                        close.tell(());
                        yes.tell(());
                    }
                >
                    {action}
                </button>
            </footer>
        </Dialog>
    }
    .into_any()
}
