//! Secrets: a box for a password that can be looked at, and texts to be taken elsewhere.

use crate::{
    dom,
    i18n::t,
    ui::{Sending, icon, toast},
};
use leptos::{html, prelude::*, task::spawn_local};

/// A password with a button to see what was typed. The errors of the field stand under it; the field is the last part of
/// the id, which is another where a page has several.
pub fn password(
    id: &'static str,
    label: &'static str,
    complete: &'static str,
    value: RwSignal<String>,
    sending: Sending,
) -> AnyView {
    let shown = RwSignal::new(false);
    let field = id.rsplit('-').next().unwrap_or(id);
    let error = sending.error(field);
    let kind = move || if shown.get() { "text" } else { "password" };
    let hint = (complete == "new-password")
        .then(|| view! { <p class="hint" id=format!("{id}-hint")>{t().password_hint()}</p> });
    let described = hint.is_some().then(|| format!("{id}-hint"));
    view! {
        <div class="form-field wide" class:wrong=move || error().is_some()>
            <label for=id id=format!("{id}-label")>{label}</label>
            <span class="secret">
                <input class="input" id=id name=id type=kind autocomplete=complete autocapitalize="off" spellcheck="false" maxlength="128"
                    aria-describedby=described prop:value=value on:input=move |e| value.set(event_target_value(&e))/>
                <button type="button" class="btn quiet small" aria-controls=id aria-describedby=format!("{id}-label") on:click=move |_| shown.update(|s| *s = !*s)>{move || if shown.get() { t().hide() } else { t().show() }}</button>
            </span>
            {hint}
            {error}
        </div>
    }
    .into_any()
}

/// A text that is there to be copied.
pub fn copied(id: &'static str, label: &'static str, text: String) -> AnyView {
    let node = NodeRef::<html::Input>::new();
    let value = text.clone();
    let copy = move |_| {
        let text = text.clone();
        spawn_local(async move {
            if !copy(&text).await
                && let Some(input) = node.try_get_untracked().flatten()
            {
                let _ = input.focus();
                input.select();
            }
        });
    };
    view! {
        <div class="form-field wide">
            <label for=id>{label}</label>
            <span class="secret">
                <input class="input" node_ref=node id=id readonly=true value=value on:focus=move |_| if let Some(input) = node.get_untracked() { input.select() }/>
                <button type="button" class="btn small" on:click=copy>{icon("file")}{t().copy()}</button>
            </span>
        </div>
    }
    .into_any()
}

/// Copies, and says whether it worked: browsers refuse it where the page did not come over TLS.
pub async fn copy(text: &str) -> bool {
    let done = dom::copy(text).await;
    toast::say(if done { t().copied() } else { t().not_copied() });
    done
}
