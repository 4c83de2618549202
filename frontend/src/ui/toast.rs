//! Short notices at the foot of the page, with a way back where there is one.

use crate::{
    api::Problem,
    dom::{self, Tell},
    i18n::t,
    job,
    state::{Toast, state},
    ui::icon,
};
use leptos::prelude::*;
use std::cell::Cell;

thread_local! { static NEXT: Cell<u32> = const { Cell::new(0) }; }

type More = Option<(String, &'static str)>;

fn push(text: String, bad: bool, undo: Option<Callback<()>>, more: More) {
    let id = NEXT.replace(NEXT.get() + 1);
    let toasts = state().toasts;
    toasts.update(|list| {
        if list.len() >= 3 {
            list.remove(0);
        }
        list.push(Toast {
            id,
            text,
            bad,
            undo,
            more,
        });
    });
    let stay = if undo.is_some() || bad { 8000 } else { 4000 };
    dom::after(stay, move || leave(id));
}

/// Goes when its time is over, but not from under the pointer or the keyboard (WCAG 2.2.1); those beside it wait as well, so that
/// none moves just as it is pressed.
fn leave(id: u32) {
    let held = document().query_selector(".toasts:is(:hover, :focus-within)");
    if matches!(held, Ok(Some(_))) {
        dom::after(2000, move || leave(id));
    } else {
        dismiss(id);
    }
}

fn dismiss(id: u32) {
    state().toasts.update(|list| list.retain(|t| t.id != id));
}

pub fn say(text: impl Into<String>) {
    push(text.into(), false, None, None);
}

pub fn say_with_undo(text: impl Into<String>, undo: Callback<()>) {
    push(text.into(), false, Some(undo), None);
}

/// Says what became of something large; it is bad where something was left out.
pub fn report(text: impl Into<String>, bad: bool, undo: Option<Callback<()>>, more: More) {
    push(text.into(), bad, undo, more);
}

/// Says what was not done, and why.
pub fn warn(text: impl Into<String>) {
    push(text.into(), true, None, None);
}

/// Says what went wrong, unless the request was only superseded.
pub fn complain(problem: &Problem) {
    if !problem.aborted() {
        push(problem.text(), true, None, None);
    }
}

#[component]
pub fn Toasts() -> impl IntoView {
    let toasts = state().toasts;
    view! {
        <div class="toasts" role="status" aria-live="polite">
            {job::under_way()}
            <For each=move || toasts.get() key=|t| t.id let:toast>
                {
                    let Toast { id, text, bad, undo, more } = toast;
                    view! {
                        <div class="toast" class:bad=bad>
                            {icon(if bad { "warning" } else { "check" })}
                            <span class="grow">{text}</span>
                            {more.map(|(href, name)| view! { <a class="btn quiet small" href=href on:click=move |_| dismiss(id)>{name}</a> })}
                            {undo.map(|undo| view! {
                                <button type="button" class="btn quiet small" on:click=move |_| { dismiss(id); undo.tell(()); }>{t().undo()}</button>
                            })}
                            <button type="button" class="btn quiet small square" aria-label=t().close() on:click=move |_| dismiss(id)>{icon("close")}</button>
                        </div>
                    }
                }
            </For>
        </div>
    }
    .into_any()
}
