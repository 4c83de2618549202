//! A stale edit: mine and theirs side by side, field by field; the person chooses, and it is applied again.

use crate::kinds::{Field, Kind};
use crate::{
    api::Problem,
    dom::Tell,
    i18n::{fill, t},
    parts,
    record::{
        row,
        row::Row,
        save::{self, Stored},
    },
    state::{announce, state},
    ui::{self, Dialog, Sending, badge, toast},
};
use leptos::prelude::*;
use serde_json::{Map, Value};

#[derive(Clone)]
pub struct Conflict {
    pub kind: &'static Kind,
    /// What the person was looking at.
    pub base: Row,
    /// What is stored now.
    pub theirs: Row,
    pub patch: Map<String, Value>,
    pub expansions: Map<String, Value>,
}

/// Over any screen. It is fetched when it is needed, and then knows what to show.
#[component]
pub fn ConflictDialog() -> impl IntoView {
    let conflict = state().conflict;
    let close = Callback::new(move |()| conflict.set(None));
    move || {
        conflict
            .get()
            .map(|it| ui::later_dialog(move || parts::conflict(Box::new(it.clone())), close))
    }
}

pub fn dialog(conflict: Conflict) -> AnyView {
    let Conflict {
        kind,
        base,
        theirs,
        patch,
        expansions,
    } = conflict;
    let close = || state().conflict.set(None);
    let sending = Sending::new();
    let fields =
        move |names: &dyn Fn(&Field) -> bool| kind.fields.iter().filter(|f| names(f)).collect::<Vec<&'static Field>>();
    let mine = fields(&|f| patch.contains_key(f.name));
    // What they changed besides is shown, and stays theirs.
    let others = fields(&|f| {
        crate::kinds::visible(kind, f)
            && f.name != "updated_at"
            && !patch.contains_key(f.name)
            // A list holds only part of the record.
            && base.has(f.name)
            && base.get(f.name) != theirs.get(f.name)
    });
    let keep = StoredValue::new(mine.iter().map(|f| (f.name, true)).collect::<Vec<_>>());
    let mine_row = base.with(&patch).with(&expansions);
    let rows = mine
        .into_iter()
        .map(|field| {
            let choice = move |value: bool| {
                move |_| {
                    keep.update_value(|k| {
                        if let Some(entry) = k.iter_mut().find(|(n, _)| *n == field.name) {
                            entry.1 = value;
                        }
                    });
                }
            };
            let cell = |value: bool, row: &Row| {
                let text = row::text_of(field, row);
                let text = if text.is_empty() { t().none_chosen().to_owned() } else { text };
                view! {
                    <td>
                        <label class="choice">
                            <input type="radio" name=format!("keep-{}", field.name) checked=value on:change=choice(value)/>
                            <span>{text}</span>
                        </label>
                    </td>
                }
            };
            view! {
                <tr>
                    <th scope="row">{field.label}</th>
                    {cell(true, &mine_row)}
                    {cell(false, &theirs)}
                </tr>
            }
        })
        .collect_view();
    let other_rows = others
        .into_iter()
        .map(|field| {
            view! {
                <li>
                    <span class="muted">{field.label}</span>
                    " "
                    <s>{row::text_of(field, &base)}</s>
                    " → "
                    <b>{row::text_of(field, &theirs)}</b>
                </li>
            }
        })
        .collect_view();
    let title = theirs.title(kind);
    // However it is left without a choice, what is shown behind it is what is stored.
    let stored = theirs.clone();
    let drop = Callback::new(move |()| {
        announce(kind.plural, stored.id(), Some(stored.clone()));
        close();
    });
    let apply = {
        let theirs = theirs.clone();
        move |_| {
            let chosen = keep.get_value();
            let mut patch = patch.clone();
            patch.retain(|name, _| chosen.iter().any(|(n, mine)| n == name && *mine));
            let (theirs, expansions) = (theirs.clone(), expansions.clone());
            if patch.is_empty() {
                return drop.tell(());
            }
            sending.run(async move {
                match save::store(kind, &theirs, &patch, &expansions).await? {
                    Stored::Done(_) => {
                        toast::say(t().saved());
                        close();
                    }
                    // Moved on once more: the same question with newer answers.
                    Stored::Conflict(newer) => state().conflict.set(Some(Conflict {
                        kind,
                        base: theirs,
                        theirs: newer,
                        patch,
                        expansions,
                    })),
                }
                Ok::<_, Problem>(())
            });
        }
    };
    view! {
        <Dialog title=t().conflict_title() close=drop wide=true>
            <div class="dialog-body">
                <p>{fill(t().conflict_text(), &[&title])}</p>
                <table class="compare">
                    <thead>
                        <tr><th></th><th scope="col">{badge("info", t().mine())}</th><th scope="col">{badge("warm", t().theirs())}</th></tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
                {(!other_rows.is_empty()).then(|| view! { <p class="muted">{t().they_also_changed()}</p><ul class="plain">{other_rows}</ul> })}
                {sending.alert()}
            </div>
            <footer class="dialog-foot">
                <button type="button" class="btn" on:click=move |_| drop.tell(())>{t().keep_theirs()}</button>
                <button type="button" class="btn primary" class:loading=sending.busy on:click=apply><span>{t().apply_choice()}</span></button>
            </footer>
        </Dialog>
    }
    .into_any()
}
