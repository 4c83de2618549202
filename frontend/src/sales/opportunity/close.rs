//! The dialog that asks why an opportunity was lost.

use crate::{
    api::Problem,
    dom::Tell,
    i18n::{fill, t},
    kinds,
    record::{
        field::{self, Draft},
        row::Row,
        save::Refused,
    },
    ui::{Dialog, Sending, sending::submit, states::needed_mark},
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
    // Who won it, and whatever else is worth knowing of a deal that is lost.
    let asked: Vec<_> = kinds::of("opportunity")
        .asked_when("lost")
        .filter(|f| kinds::writable(kinds::of("opportunity"), f))
        .collect();
    let asked: Vec<_> = asked.into_iter().map(|f| (f, Draft::of(f, &row))).collect();
    let answers = StoredValue::new(asked.clone());
    let sending = Sending::new();
    let title = fill(t().lose_title(), &[&row.title(kinds::of("opportunity"))]);
    let lose = move || {
        let mut body = Map::new();
        match reason.value.get_untracked() {
            Value::Null => return sending.refuse(Problem::at("loss_reason", t().say_why())),
            value => body.insert("reason".to_owned(), value),
        };
        for (field, draft) in answers.get_value() {
            let value = draft.value.get_untracked();
            if !value.is_null() {
                body.insert(field.name.to_owned(), value);
            }
        }
        close.tell(());
        let said = fill(t().lost_said(), &[&row.title(kinds::of("opportunity"))]);
        super::act(
            row.clone(),
            "lose",
            Value::Object(body),
            said,
            Some(("reopen", json!({}))),
            refused.clone(),
        );
    };
    let input = move |name: &'static str, needed: bool, draft: Draft| {
        kinds::of("opportunity").field(name).map(|f| {
            let id = format!("lose-{name}");
            let edit = field::edit(f, draft, id.clone(), Signal::default(), None);
            sending.wide(name, &id, (f.label, needed.then(needed_mark)), edit)
        })
    };
    view! {
        <Dialog title close>
            <form on:submit=submit(lose) novalidate=true>
                <div class="dialog-body">
                    {input("loss_reason", true, reason)}
                    {asked.into_iter().map(|(f, draft)| input(f.name, false, draft)).collect_view()}
                    {sending.alert()}
                </div>
                <footer class="dialog-foot">
                    <button type="button" class="btn" on:click=move |_| close.tell(())>{t().cancel()}</button>
                    <button type="submit" class="btn danger">{t().mark_lost()}</button>
                </footer>
            </form>
        </Dialog>
    }
    .into_any()
}
