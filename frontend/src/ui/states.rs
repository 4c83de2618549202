//! Small shared pieces: badges, and what stands where data is not: loading, nothing, an error.

use crate::dom::Tell;
use crate::{api::Problem, i18n::t, record::row, ui::icon};
use leptos::prelude::*;

/// A quiet coloured word.
pub fn badge(key: &str, text: impl Into<String>) -> AnyView {
    let class = format!("badge {}", row::tone(key));
    view! { <span class=class>{text.into()}</span> }.into_any()
}

/// Behind the label of a field that must be filled.
pub fn needed_mark() -> AnyView {
    view! { <span class="needed" title=t().needed()><span aria-hidden="true">" *"</span><span class="sr">{t().needed()}</span></span> }.into_any()
}

/// Grey lines in the shape of what is coming.
pub fn skeleton(lines: usize) -> AnyView {
    view! {
        <div class="skeleton" role="status" aria-label=t().loading()>
            {(0..lines).map(|_| view! { <span class="bone"></span> }).collect_view()}
        </div>
    }
    .into_any()
}

/// Nothing here, and what could be done about it.
pub fn empty(icon_name: &str, title: impl Into<String>, text: impl Into<String>, action: AnyView) -> AnyView {
    let title = view! { <p class="empty-title">{title.into()}</p> };
    blank(icon_name, title.into_any(), text.into(), action)
}

/// The same where it is all there is to the page, which then has no other heading.
pub fn nowhere(icon_name: &str, title: impl Into<String>, text: impl Into<String>, action: AnyView) -> AnyView {
    let title = view! { <h1 class="empty-title">{title.into()}</h1> };
    blank(icon_name, title.into_any(), text.into(), action)
}

fn blank(icon_name: &str, title: AnyView, text: String, action: AnyView) -> AnyView {
    view! {
        <div class="empty">
            <span class="empty-icon">{icon(icon_name)}</span>
            {title}
            <p class="muted">{text}</p>
            <div class="empty-actions">{action}</div>
        </div>
    }
    .into_any()
}

/// What went wrong, with a way to try again.
pub fn problem(problem: &Problem, retry: Callback<()>) -> AnyView {
    let (title, icon_name) = match problem.status {
        404 => (t().not_found(), "search"),
        403 => (t().not_allowed(), "lock"),
        _ => (t().could_not_load(), "warning"),
    };
    let again = view! { <button type="button" class="btn" on:click=move |_| retry.tell(())>{icon("undo")}{t().try_again()}</button> }.into_any();
    // Only an address can ask for what is not there.
    let shown = match problem.status {
        404 => nowhere(icon_name, title, problem.text(), again),
        _ => empty(icon_name, title, problem.text(), again),
    };
    view! { <div role="alert">{shown}</div> }.into_any()
}

/// The error under a form, if there is one.
pub fn form_error(problem: RwSignal<Option<Problem>>) -> AnyView {
    view! {
        <div role="alert">
            {move || problem.get().filter(|p| !p.aborted()).map(|p| view! { <p class="form-error">{icon("warning")}<span>{p.text()}</span></p> })}
        </div>
    }
    .into_any()
}
