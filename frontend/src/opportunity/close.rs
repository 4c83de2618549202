//! The dialog that asks why an opportunity was lost.

use crate::{
    api::Problem,
    dom::Tell,
    i18n::{fill, label, t},
    kinds,
    record::{
        field::{self, Draft},
        row::Row,
        save::Refused,
    },
    ui::{
        Dialog,
        states::{form_error, needed_mark},
    },
};
use leptos::prelude::*;
use serde_json::{Map, Value, json};

/// An opportunity about to be lost.
#[derive(Clone)]
pub struct Closing {
    pub row: Row,
    pub refused: Refused,
}

#[component]
pub fn LoseDialog(losing: RwSignal<Option<Closing>>) -> impl IntoView {
    move || {
        losing
            .get()
            .map(|closing| dialog(closing, Callback::new(move |()| losing.set(None))))
    }
}

fn dialog(closing: Closing, close: Callback<()>) -> AnyView {
    let Closing { row, refused } = closing;
    let reason = Draft::new(Value::Null);
    let competitor = Draft::new(row.get("competitor").clone());
    let problem = RwSignal::new(None::<Problem>);
    let title = fill(t().lose_title, &[&row.title(kinds::OPPORTUNITY)]);
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let mut body = Map::new();
        match reason.value.get_untracked() {
            Value::Null => {
                let errors = vec![("reason".to_owned(), t().say_why.to_owned())];
                problem.set(Some(Problem {
                    status: 422,
                    errors,
                    ..Problem::default()
                }));
                return;
            }
            value => body.insert("reason".to_owned(), value),
        };
        let rival = competitor.value.get_untracked();
        if !rival.is_null() {
            body.insert("competitor".to_owned(), rival);
        }
        close.tell(());
        let said = fill(t().lost_said, &[&row.title(kinds::OPPORTUNITY)]);
        super::act(
            row.clone(),
            "lose",
            Value::Object(body),
            said,
            Some(("reopen", json!({}))),
            refused.clone(),
        );
    };
    let input = |name: &str, needed: bool, draft: Draft| {
        kinds::OPPORTUNITY.field(name).map(|f| {
            let id = format!("lose-{name}");
            view! {
                <div class="form-field wide">
                    <label for=id.clone()>{label(f.label)}{needed.then(needed_mark)}</label>
                    {field::edit(f, draft, id, Signal::default(), None)}
                </div>
            }
        })
    };
    view! {
        <Dialog title close>
            <form on:submit=submit novalidate=true>
                <div class="dialog-body">
                    {input("loss_reason", true, reason)}
                    {input("competitor", false, competitor)}
                    {form_error(problem)}
                </div>
                <footer class="dialog-foot">
                    <button type="button" class="btn" on:click=move |_| close.tell(())>{t().cancel}</button>
                    <button type="submit" class="btn danger">{t().mark_lost}</button>
                </footer>
            </form>
        </Dialog>
    }
    .into_any()
}
