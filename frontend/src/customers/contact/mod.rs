//! Contacts: their card for the address book of a phone.

use crate::{
    api, dom,
    i18n::t,
    record::row::Row,
    ui::{icon, toast},
};
use leptos::{prelude::*, task::spawn_local};

/// Has the browser keep the card of a contact.
#[component]
pub fn Card(row: RwSignal<Row>) -> impl IntoView {
    let keep = move |_| {
        let (path, name) = row.with_untracked(|row| {
            let name = row.text("name").replace(['/', '\\'], "-");
            (format!("/contacts/{}/vcard", row.id()), format!("{name}.vcf"))
        });
        spawn_local(async move {
            match api::get(path).file().await {
                Ok(url) => dom::keep(&url, &name),
                Err(problem) => toast::complain(&problem),
            }
        });
    };
    view! { <button type="button" class="menu-row item" on:click=keep>{icon("contact")}{t().save_card()}</button> }
        .into_any()
}
