//! A modal dialog on the native element: it traps focus and takes Escape by itself; focus goes back where it was.

use crate::dom::Tell;
use crate::{dom, i18n::t, ui::icon};
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
    children: Children,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
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
        if let Some(Some(element)) = before.try_get_value() {
            dom::focus(&element);
        }
    });
    let id = format!("d{}", uuid::Uuid::new_v4().simple());
    view! {
        <dialog
            node_ref=node
            class="dialog"
            class:wide=wide
            aria-labelledby=id.clone()
            on:cancel=move |event: web_sys::Event| {
                event.prevent_default();
                close.tell(());
            }
            on:mousedown=move |event| {
                // A press on the backdrop lands on the element itself.
                if event.target().is_some_and(|t| t.dyn_ref::<web_sys::HtmlDialogElement>().is_some()) {
                    close.tell(());
                }
            }
        >
            <div class="dialog-box">
                <header class="dialog-head">
                    <h2 id=id.clone()>{title}</h2>
                    <button type="button" class="btn quiet square" aria-label=t().close title=t().close on:click=move |_| close.tell(())>
                        {icon("close")}
                    </button>
                </header>
                {children()}
            </div>
        </dialog>
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
                <button type="button" class="btn" on:click=move |_| close.tell(())>{t().cancel}</button>
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
