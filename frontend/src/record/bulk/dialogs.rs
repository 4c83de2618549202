//! The forms of what is done to many records: a field of theirs, their tags, who they belong to.

use super::{Chosen, fields, submitted};
use crate::kinds::{Field, Kind};
use crate::schema::{FIXED, Type};
use crate::{
    api::Problem,
    i18n::{fill, t},
    kinds,
    record::{
        field::{self, Draft},
        row, special,
    },
    ui::{Dialog, Sending, combobox::Combobox, sending::submit},
};
use leptos::prelude::*;
use serde_json::{Map, Value, json};

/// What all may be given the same of: not their names, nor what has an action of its own.
pub fn changeable(kind: &Kind, field: &Field) -> bool {
    kinds::writable(kind, field)
        && !field.can(FIXED)
        && !matches!(field.name, "owner_id" | "tags")
        && field.name != kind.title
        && !special::in_list(kind).by_action.contains(&field.name)
}

/// As the form has it: without the values that an action of their own leads to.
fn asked(kind: &Kind, field: &'static Field) -> &'static Field {
    let reached = special::in_list(kind).reached;
    match field.ty {
        Type::Choice(choices) if field.name == "status" && !reached.is_empty() => {
            let left = choices.iter().filter(|c| !reached.contains(&c.key)).copied();
            let left: Vec<_> = left.collect();
            let mut asked = *field;
            asked.ty = Type::Choice(Box::leak(left.into_boxed_slice()));
            Box::leak(Box::new(asked))
        }
        _ => field,
    }
}

/// What the form begins with: what it shows chosen is chosen.
fn start(field: &Field) -> Value {
    match field.ty {
        Type::Choice(choices) if !field.nullable => json!(choices.first().map(|c| c.key)),
        Type::Bool => json!(false),
        _ => Value::Null,
    }
}

#[component]
pub fn FieldDialog(chosen: Chosen, close: Callback<()>, sent: Callback<()>) -> impl IntoView {
    let kind = chosen.kind;
    let sending = Sending::new();
    let all: Vec<(&'static Field, Draft)> = fields(kind)
        .into_iter()
        .map(|f| asked(kind, f))
        .map(|f| (f, Draft::new(start(f))))
        .collect();
    let name = RwSignal::new(all.first().map(|(f, _)| f.name).unwrap_or_default());
    let options = all
        .iter()
        .map(|(f, _)| view! { <option value=f.name>{f.label}</option> });
    let options = options.collect_view();
    let all = StoredValue::new(all);
    let at = move || all.with_value(|all| all.iter().find(|(f, _)| f.name == name.get()).copied());
    let clear = RwSignal::new(false);
    let title = fill(t().change_field_title(), &[&chosen.number()]);
    let send = move || {
        let Some((field, draft)) = untrack(at) else { return };
        let value = match clear.get_untracked() {
            true => Value::Null,
            false => draft.value.get_untracked(),
        };
        if value.is_null() && !clear.get_untracked() {
            return sending.refuse(Problem::at("set", t().fill_in_value()));
        }
        let mut set = json!({ field.name: value });
        row::nested(&mut set);
        submitted(sending, chosen.clone(), sent, Map::from_iter([("set".to_owned(), set)]));
    };
    let choose = move |e| {
        let wanted = event_target_value(&e);
        let found = all.with_value(|all| all.iter().find(|(f, _)| f.name == wanted).map(|(f, _)| f.name));
        sending.problem.set(None);
        clear.set(false);
        name.set(found.unwrap_or_default());
    };
    let value = move || {
        let (field, draft) = at()?;
        let ways = field.nullable.then(|| {
            view! {
                <div class="bulk-ways" role="radiogroup" aria-label=field.label>
                    <label class="choice"><input type="radio" name="bulk-way" prop:checked=move || !clear.get() on:change=move |_| clear.set(false)/><span>{t().set_to()}</span></label>
                    <label class="choice"><input type="radio" name="bulk-way" prop:checked=clear on:change=move |_| clear.set(true)/><span>{t().clear_value()}</span></label>
                </div>
            }
        });
        let the_box = move || {
            (!clear.get()).then(|| {
                sending.field(
                    "set",
                    "bulk-value",
                    t().new_value(),
                    field::edit(field, draft, "bulk-value".to_owned(), Signal::default(), None),
                )
            })
        };
        Some(view! { {ways}{the_box} }.into_any())
    };
    view! {
        <Dialog title close>
            <form on:submit=submit(send) novalidate=true>
                <div class="dialog-body stack">
                    <div class="form-field">
                        <label for="bulk-field">{t().changed_field()}</label>
                        <select class="input" id="bulk-field" on:change=choose>{options}</select>
                    </div>
                    {value}
                    {sending.alert()}
                </div>
                {sending.foot(close, t().change(), || true)}
            </form>
        </Dialog>
    }
    .into_any()
}

#[component]
pub fn TagsDialog(chosen: Chosen, close: Callback<()>, sent: Callback<()>) -> impl IntoView {
    let sending = Sending::new();
    let field = chosen.kind.field("tags");
    let (add, take) = (Draft::new(Value::Null), Draft::new(Value::Null));
    let title = fill(t().tags_title(), &[&chosen.number()]);
    let send = move || {
        let some = |draft: Draft| draft.value.get_untracked();
        let what = [("add_tags", some(add)), ("take_tags", some(take))];
        let what = what
            .into_iter()
            .filter(|(_, tags)| tags.as_array().is_some_and(|t| !t.is_empty()));
        let what: Map<String, Value> = what.map(|(name, tags)| (name.to_owned(), tags)).collect();
        if what.is_empty() {
            return sending.refuse(Problem::at("add_tags", t().fill_in_value()));
        }
        submitted(sending, chosen.clone(), sent, what);
    };
    let the_box = move |name: &'static str, id: &'static str, label: &'static str, draft: Draft| {
        field.map(|f| {
            let input = field::edit(f, draft, id.to_owned(), Signal::default(), None);
            sending.field(name, id, label, input)
        })
    };
    view! {
        <Dialog title close>
            <form on:submit=submit(send) novalidate=true>
                <div class="dialog-body stack">
                    {the_box("add_tags", "bulk-add-tags", t().add_tags(), add)}
                    {the_box("take_tags", "bulk-take-tags", t().take_tags(), take)}
                    {sending.alert()}
                </div>
                {sending.foot(close, t().change(), || true)}
            </form>
        </Dialog>
    }
    .into_any()
}

#[component]
pub fn AssignDialog(chosen: Chosen, close: Callback<()>, sent: Callback<()>) -> impl IntoView {
    let sending = Sending::new();
    let to = RwSignal::new(None::<(String, String)>);
    let title = fill(t().transfer_many(), &[&chosen.number()]);
    let send = move || {
        let Some((owner, _)) = to.get_untracked() else {
            return sending.refuse(Problem::at("set", t().choose_owner()));
        };
        let set = json!({ "owner_id": owner });
        submitted(sending, chosen.clone(), sent, Map::from_iter([("set".to_owned(), set)]));
    };
    let receiver =
        view! { <Combobox kind=kinds::of("user") value=to id="assign-to" narrow="filter[disabled]=false".to_owned()/> };
    view! {
        <Dialog title close>
            <form on:submit=submit(send) novalidate=true>
                <div class="dialog-body stack">
                    {sending.field("set", "assign-to", t().new_owner(), receiver.into_any())}
                    <p class="muted">{t().assign_alone()}</p>
                    {sending.alert()}
                </div>
                {sending.foot(close, t().transfer(), || true)}
            </form>
        </Dialog>
    }
    .into_any()
}
