//! All kinds that one works with, each with how many fields the firm has added.

use super::{address, edit::KindDialog, load, made, record_of};
use crate::{
    i18n::{fill, format, t},
    kinds::{self, Kind},
    state::{self, state},
    ui::{self, badge, icon},
};
use leptos::prelude::*;

/// The fields that the firm has added to a kind.
fn count(kind: &Kind) -> usize {
    kind.fields
        .iter()
        .filter(|f| f.name.starts_with("custom_fields."))
        .count()
}

/// Those with pages, and others once they have fields of the firm's.
fn listed() -> Vec<&'static Kind> {
    let mut all = kinds::all();
    all.retain(|k| k.page || count(k) > 0);
    all
}

#[component]
pub fn KindList() -> impl IntoView {
    let made = made();
    let creating = RwSignal::new(false);
    let line = move |kind: &'static Kind| {
        let own = count(kind);
        view! {
            <li class="line">
                <span class="kind-name"><a href=address(kind.name)>{icon(kind.icon)}{kind.label}</a>
                    {move || record_of(made, kind.name).is_some().then(|| badge("info", t().custom()))}</span>
                <code class="kind-key" translate="no">{kind.name}</code>
                <span class="kind-count" class:muted=own == 0>{fill(t().count_custom_fields(), &[&format::number(own as f64)])}</span>
            </li>
        }
    };
    let lines = move || {
        // What there is may be told anew.
        state().session.track();
        listed().into_iter().map(line).collect_view()
    };
    view! {
        <div class="page narrow-page">
            <header class="page-head"><h1>{t().kinds_fields()}</h1>
                {state::may("kind", "create").then(|| view! { <div class="page-actions"><button type="button" class="btn primary" on:click=move |_| creating.set(true)>{icon("plus")}{t().new_kind()}</button></div> })}
            </header>
            <p class="muted">{t().kinds_text()}</p>
            {move || made.problem.get().map(|p| ui::problem(&p, Callback::new(move |()| load(made))))}
            <ul class="plain card-list kinds">{lines}</ul>
            {move || creating.get().then(|| view! { <KindDialog row=None close=Callback::new(move |()| creating.set(false)) newer=Callback::new(|_| ())/> })}
        </div>
    }
    .into_any()
}
