//! Makes a kind, or changes what may be changed of one: its names, and what roles may do that do not name it.

use super::{address, changed, settle, told};
use crate::{
    api,
    dom::Tell,
    i18n::{fill, t},
    kinds,
    office::labels::{Names, choices_of, key_of, label_of, plural_of, shown, suggested_box, typed},
    record::row::Row,
    route, schema,
    ui::{Dialog, Sending, sending::submit, states::needed_mark, toast},
};
use leptos::prelude::*;
use serde_json::{Map, Value, json};

#[component]
pub fn KindDialog(row: Option<Row>, close: Callback<()>, newer: Callback<Row>) -> impl IntoView {
    let of = |name: &str| row.as_ref().map_or(Value::Null, |r| r.get(name).clone());
    let names = Names::new("label", &of("label"));
    let (key, plural) = (RwSignal::new(None), RwSignal::new(None));
    let key_shown = Memo::new(move |_| key.get().unwrap_or_else(|| key_of(&names.en.get())));
    let plural_shown = Memo::new(move |_| plural.get().unwrap_or_else(|| plural_of(&key_shown.get())));
    let parent = RwSignal::new(String::new());
    let owned = RwSignal::new(true);
    let usual = choices_of("kind", "usual_rights");
    let first = usual.first().map_or("work", |c| c.key);
    let rights = RwSignal::new(of("usual_rights").as_str().unwrap_or(first).to_owned());
    let sending = Sending::new();
    let values = move || {
        let mut values = Map::new();
        values.insert("label".into(), names.value());
        values.insert("usual_rights".into(), json!(rights.get_untracked()));
        values
    };
    let base = StoredValue::new(values());
    let old = StoredValue::new(row.clone());
    let store = move || {
        let mut body = values();
        sending.run(async move {
            if let Some(old) = old.get_value() {
                body = changed(&base.get_value(), body);
                return settle(kinds::of("kind"), old, body, close, newer).await;
            }
            let key = key_shown.get_untracked();
            body.insert("key".into(), typed(&key));
            body.insert("plural".into(), typed(&plural_shown.get_untracked()));
            body.insert("parent".into(), typed(&parent.get_untracked()));
            body.insert("owned".into(), json!(owned.get_untracked()));
            let made = api::post("/kinds", Value::Object(body)).send().await?.body;
            let id = made["id"].as_str().unwrap_or_default().to_owned();
            let name = shown(&made["label"]).to_owned();
            told(kinds::of("kind"), &id, Row::new(made)).await;
            toast::say(fill(t().created(), &[&name]));
            close.tell(());
            route::go(&address(key.trim()));
            Ok(())
        });
    };
    let title = match &row {
        Some(row) => fill(t().edit_of(), &[shown(row.get("label"))]),
        None => t().new_kind().to_owned(),
    };
    let action = if row.is_some() { t().save() } else { t().create_kind() };
    let parents = kinds::with_pages().map(|k| view! { <option value=k.name>{k.label}</option> });
    let parent_box = view! { <select class="input" id="kind-parent" on:change=move |e| parent.set(event_target_value(&e))><option value="">{t().none_chosen()}</option>{parents.collect_view()}</select> };
    let owned_box = view! { <input type="checkbox" class="switch" id="kind-owned" prop:checked=owned on:change=move |e| owned.set(event_target_checked(&e))/> };
    let make = row.is_none().then(|| view! {
        <div class="form-grid">
            {sending.field("key", "kind-key", (label_of("kind", "key"), needed_mark()), hinted(suggested_box("kind-key", key, key_shown), t().key_hint()))}
            {sending.field("plural", "kind-plural", (label_of("kind", "plural"), needed_mark()), hinted(suggested_box("kind-plural", plural, plural_shown), t().plural_hint()))}
            {sending.field("parent", "kind-parent", label_of("kind", "parent"), parent_box.into_any())}
            {sending.field("owned", "kind-owned", label_of("kind", "owned"), owned_box.into_any())}
        </div>
    });
    let rights_box = select("kind-rights", usual, rights);
    let was = [names.zh, names.en].map(|n| n.get_untracked());
    let dirty = Signal::derive(move || [names.zh, names.en].map(|n| n.get()) != was);
    view! {
        <Dialog title close typed=dirty>
            <form on:submit=submit(store) novalidate=true>
                <div class="dialog-body stack">
                    {names.boxes(sending, label_of("kind", "label"), true, "60")}
                    {make}
                    {sending.field("usual_rights", "kind-rights", label_of("kind", "usual_rights"), rights_box)}
                    {sending.alert()}
                </div>
                {sending.foot(close, action, || true)}
            </form>
        </Dialog>
    }
    .into_any()
}

/// A box with a line under it that says what it is for.
pub fn hinted(input: AnyView, hint: &'static str) -> AnyView {
    view! { {input}<p class="hint">{hint}</p> }.into_any()
}

/// A choice among what a field offers.
pub fn select(id: &'static str, choices: &'static [schema::Choice], chosen: RwSignal<String>) -> AnyView {
    let options = choices.iter().map(|c| {
        let selected = chosen.with_untracked(|key| key == c.key);
        view! { <option value=c.key selected=selected>{c.label}</option> }
    });
    view! { <select class="input" id=id on:change=move |e| chosen.set(event_target_value(&e))>{options.collect_view()}</select> }
        .into_any()
}
