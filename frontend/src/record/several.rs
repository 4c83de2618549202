//! A field that refers to several records: their names as links, and the box to choose them in.

use super::field::Draft;
use crate::kinds::Field;
use crate::{
    dom::Tell,
    i18n::t,
    kinds,
    record::row::Row,
    ui::{
        combobox::{Chosen, Combobox},
        icon,
    },
};
use leptos::prelude::*;
use serde_json::json;

pub fn show(field: &'static Field, row: &Row) -> AnyView {
    let kind = field.refers.unwrap_or_default();
    let one = |(id, name): (String, String)| match kinds::page(kind, &id) {
        Some(href) => view! { <a class="tag" href=href>{name}</a> }.into_any(),
        None => view! { <span class="tag">{name}</span> }.into_any(),
    };
    row.references(field).into_iter().map(one).collect_view().into_any()
}

pub fn edit(
    field: &'static Field,
    draft: Draft,
    id: String,
    narrow: Signal<String>,
    commit: Option<Callback<()>>,
) -> AnyView {
    let Some(kind) = field.refers.and_then(kinds::kind) else {
        return ().into_any();
    };
    let names = draft.several;
    let put = move |list: Vec<(String, String)>| {
        draft
            .value
            .set(json!(list.iter().map(|(id, _)| id).collect::<Vec<_>>()));
        names.set(list);
        if let Some(commit) = commit {
            commit.tell(());
        }
    };
    let next = RwSignal::new(None::<(String, String)>);
    Effect::new(move |_| {
        let chosen: Chosen = next.get();
        if let Some(one) = chosen {
            let mut list = names.get_untracked();
            if list.iter().all(|(id, _)| *id != one.0) {
                list.push(one);
                put(list);
            }
            next.set(None);
        }
    });
    let without = move |gone: &str| {
        let list = names.get_untracked();
        put(list.into_iter().filter(|(id, _)| id != gone).collect());
    };
    view! {
        <div class="stack">
            <div>{move || names.get().into_iter().map(|(gone, name)| {
                let label = format!("{} {name}", t().remove());
                view! { <span class="tag">{name}<button type="button" aria-label=label on:click=move |_| without(&gone)>{icon("close")}</button></span> }
            }).collect_view()}</div>
            <Combobox kind value=next id narrow/>
        </div>
    }
    .into_any()
}
