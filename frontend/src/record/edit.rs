//! Changing a record where it stands in a list of another kind's page: its form is fetched when it is first opened, since such
//! rows are drawn on the first screen too.

use crate::kinds::Kind;
use crate::{
    i18n::t,
    parts,
    record::{row::Row, save},
    ui::{self, icon, toast},
};
use leptos::{prelude::*, task::spawn_local};

/// A row of a menu that opens the form with a record as it stands now.
pub fn item(kind: &'static Kind, id: String, editing: RwSignal<Option<Row>>) -> impl IntoView {
    let open = move |_| {
        let id = id.clone();
        spawn_local(async move {
            match save::fetch(kind, &id).await {
                Ok(row) => drop(editing.try_set(Some(row))),
                Err(problem) => toast::complain(&problem),
            }
        });
    };
    view! { <button type="button" class="menu-row item" on:click=open>{icon("edit")}{t().edit()}</button> }
}

/// The form that was opened so.
pub fn dialog(kind: &'static Kind, editing: RwSignal<Option<Row>>) -> impl IntoView {
    let close = Callback::new(move |()| editing.set(None));
    move || {
        editing
            .get()
            .map(|of| ui::later_dialog(move || parts::edit(kind, Box::new(of.clone()), close), close))
    }
}
