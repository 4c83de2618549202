//! Quick edit of a card: the handful of fields that change most often.

use crate::kinds::Field;
use crate::{
    api::Problem,
    dom::Tell,
    i18n::t,
    kinds,
    record::{
        field::{self, Draft},
        row::Row,
        save::{self, Change},
        when,
    },
    ui::{
        Dialog,
        states::{form_error, needed_mark},
    },
};
use leptos::prelude::*;
use serde_json::Map;

const FIELDS: [&str; 6] = [
    "name",
    "amount",
    "close_on",
    "owner_id",
    "next_step",
    "next_follow_up_at",
];

#[component]
pub fn QuickEdit(row: Row, close: Callback<()>) -> impl IntoView {
    let problem = RwSignal::new(None::<Problem>);
    let loaded = RwSignal::new(None::<Row>);
    // A card holds only part of the record; the rest is fetched before editing.
    let id = row.id().to_owned();
    leptos::task::spawn_local(async move {
        match save::fetch(kinds::of("opportunity"), &id).await {
            Ok(row) => {
                loaded.try_set(Some(row));
            }
            Err(error) => {
                problem.try_set(Some(error));
            }
        }
    });
    view! {
        <Dialog title=row.title(kinds::of("opportunity")) close>
            {move || match loaded.get() {
                Some(row) => untrack(|| form(row, problem, close)),
                None => view! { <div class="dialog-body">{form_error(problem)}{crate::ui::skeleton(4)}</div> }.into_any(),
            }}
        </Dialog>
    }
    .into_any()
}

fn form(row: Row, problem: RwSignal<Option<Problem>>, close: Callback<()>) -> AnyView {
    let drafts: Vec<(&'static Field, Draft)> = FIELDS
        .iter()
        .filter_map(|n| kinds::of("opportunity").field(n))
        .map(|f| (f, Draft::of(f, &row)))
        .collect();
    let kind = kinds::of("opportunity");
    let now = StoredValue::new((row.clone(), drafts.clone()));
    // Follows what is typed.
    let has = move |name: &str| {
        now.with_value(|(row, drafts)| {
            let found = drafts.iter().find(|(f, _)| f.name == name);
            found.map_or_else(|| row.get(name).clone(), |(_, draft)| draft.value.get())
        })
    };
    let boxes = drafts.iter().filter(|(f, _)| !when::is_hidden(kind, f)).map(|(f, draft)| {
        let (f, draft) = (*f, *draft);
        let shown = Memo::new(move |_| when::shows(kind, f, &has));
        let needed = Memo::new(move |_| when::needs(kind, f, &has));
        move || shown.get().then(|| {
            let id = format!("quick-{}", f.name);
            let name = f.name;
            view! {
                <div class="form-field" class:wide=matches!(name, "name" | "next_step")>
                    <label for=id.clone()>{f.label}{move || needed.get().then(needed_mark)}</label>
                    {field::edit(f, draft, id, Signal::default(), None)}
                    {move || problem.with(|p| p.as_ref().and_then(|p| p.field(name).map(|m| view! { <p class="field-error">{m.to_owned()}</p> })))}
                </div>
            }
        })
    });
    let boxes = boxes.collect_view();
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let changed = drafts
            .iter()
            .filter(|(f, d)| d.value.with_untracked(|v| v != row.get(f.name)));
        let (mut patch, mut expansions) = (Map::new(), Map::new());
        for (field, draft) in changed {
            patch.insert(field.name.to_owned(), draft.value.get_untracked());
            expansions.extend(draft.expansion(field));
        }
        if patch.is_empty() {
            close.tell(());
            return;
        }
        // Closed at once; what is refused comes back as a notice.
        close.tell(());
        save::change(
            Change {
                kind: kinds::of("opportunity"),
                base: row.clone(),
                patch,
                expansions,
            },
            save::complain(),
        );
    };
    view! {
        <form on:submit=submit novalidate=true>
            <div class="dialog-body"><div class="form-grid">{boxes}</div>{form_error(problem)}</div>
            <footer class="dialog-foot">
                <button type="button" class="btn" on:click=move |_| close.tell(())>{t().cancel()}</button>
                <button type="submit" class="btn primary">{t().save()}</button>
            </footer>
        </form>
    }
    .into_any()
}
