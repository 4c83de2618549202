//! A change after which the record needs more than it has: asked for at once, and stored together.

use crate::{
    dom::Tell,
    i18n::{fill, t},
    record::{
        field::{self, Draft},
        fields::narrowing,
        save::{self, Change, Stored},
        when,
    },
    schema::Field,
    state::state,
    ui::{Dialog, Sending, sending::submit, states::needed_mark, toast},
};
use leptos::prelude::*;

#[component]
pub fn NeededDialog(change: Change, fields: Vec<&'static Field>, close: Callback<()>) -> impl IntoView {
    let Change {
        kind,
        base,
        patch,
        expansions,
    } = change;
    let newer = base.with(&patch).with(&expansions);
    let drafts: Vec<(&'static Field, Draft)> = fields.iter().map(|f| (*f, Draft::of(f, &newer))).collect();
    let sending = Sending::new();
    let boxes = drafts.iter().map(|(f, draft)| {
        let id = format!("needed-{}", f.name);
        let narrow = Signal::stored(narrowing(f, &newer));
        let input = field::edit(f, *draft, id.clone(), narrow, None);
        sending.wide(f.name, &id, (f.label, needed_mark()), input)
    });
    let boxes = boxes.collect_view();
    let names: Vec<&str> = patch.keys().filter_map(|name| Some(kind.field(name)?.label)).collect();
    let title = fill(t().edit_of(), &[&names.join(t().list_comma())]);
    let typed = {
        let drafts = drafts.clone();
        Signal::derive(move || drafts.iter().any(|(_, draft)| draft.value.with(|v| !v.is_null())))
    };
    let store = move || {
        let (mut patch, mut expansions, base) = (patch.clone(), expansions.clone(), base.clone());
        for (field, draft) in &drafts {
            patch.insert(field.name.to_owned(), draft.value.get_untracked());
            expansions.extend(draft.expansion(field));
        }
        sending.run(async move {
            match save::store(kind, &base, &patch, &expansions).await? {
                Stored::Done(_) => toast::say(t().saved()),
                Stored::Conflict(theirs) => {
                    let conflict = crate::record::conflict::Conflict {
                        kind,
                        base,
                        theirs,
                        patch,
                        expansions,
                    };
                    state().conflict.set(Some(conflict));
                }
            }
            close.tell(());
            Ok(())
        });
    };
    view! {
        <Dialog title close typed>
            <form on:submit=submit(store) novalidate=true>
                <div class="dialog-body"><div class="form-grid">{boxes}</div>{sending.alert()}</div>
                {sending.foot(close, t().save(), || true)}
            </form>
        </Dialog>
    }
    .into_any()
}

/// What a change comes to need, where that is anything.
pub fn of(change: &Change) -> Vec<&'static Field> {
    when::newly_needed(change.kind, &change.base, &change.base.with(&change.patch))
}
