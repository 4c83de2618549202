//! Field rights of a role: for each kind, which fields are read only, masked or hidden.

use super::draft;
use crate::kinds::{Field, Kind};
use crate::{
    api::Problem,
    i18n::{fill, format, label, t},
    kinds,
    record::row::Row,
};
use domain::{Label, policy::Access};
use leptos::prelude::*;
use serde_json::{Value, json};

const WAYS: [(Access, &str, Label); 4] = [
    (Access::Full, "full", Access::Full.label()),
    (Access::ReadOnly, "read_only", Access::ReadOnly.label()),
    (Access::Masked, "masked", Access::Masked.label()),
    (Access::Hidden, "hidden", Access::Hidden.label()),
];

fn way(rights: &Value, kind: &str, field: &str) -> &'static (Access, &'static str, Label) {
    let key = rights[kind][field].as_str().unwrap_or_default();
    WAYS.iter().find(|w| w.1 == key).unwrap_or(&WAYS[0])
}

fn set(rights: &mut Value, kind: &str, field: &str, key: &str) {
    if key != WAYS[0].1 {
        rights[kind][field] = json!(key);
    } else if let Some(fields) = rights[kind].as_object_mut() {
        fields.remove(field);
    }
    // What is not named is open.
    if rights[kind].as_object().is_none_or(|fields| fields.is_empty()) {
        draft::follow(rights, kind);
    }
}

/// The fields that are closed otherwise than before.
pub fn differences(old: &Value, new: &Value) -> Vec<(String, String, String)> {
    let all = kinds::all()
        .into_iter()
        .flat_map(|kind| kind.fields.iter().map(move |f| (kind, f)));
    let ways = all.map(|(kind, f)| (kind, f, way(old, kind.name, f.name), way(new, kind.name, f.name)));
    let changed = ways.filter(|(_, _, was, is)| was.1 != is.1);
    let told = changed.map(|(kind, f, was, is)| {
        let name = format!("{} · {}", kind.label, f.label);
        (name, label(was.2).to_owned(), label(is.2).to_owned())
    });
    told.collect()
}

#[component]
pub fn FieldRights(
    rights: RwSignal<Value>,
    base: RwSignal<Row>,
    problem: RwSignal<Option<Problem>>,
    locked: bool,
) -> impl IntoView {
    let kinds = draft::subjects().into_iter().flat_map(|(_, rows)| rows);
    let kinds = kinds.filter_map(|subject| kinds::kind(subject.name));
    let boxes = kinds.filter_map(|kind| {
        let closable = |f: &Field| f.restrictions.len() > 1;
        let mut fields = kinds::in_order(kind);
        fields.extend(kind.fields.iter().filter(|f| !kinds::visible(kind, f)));
        fields.retain(|f| closable(f));
        if fields.is_empty() {
            return None;
        }
        let told = move || {
            let count = rights.with(|r| r[kind.name].as_object().map_or(0, |fields| fields.len()));
            (count > 0).then(|| fill(t().n_restricted(), &[&format::number(count as f64)]))
        };
        let rows = fields
            .into_iter()
            .map(|f| row(kind, f, rights, base, problem, locked))
            .collect_view();
        Some(
            view! {
                <details class="box rights-card">
                    <summary>{kind.label}<span class="rights-told">{told}</span></summary>
                    <dl class="field-rights">{rows}</dl>
                </details>
            }
            .into_any(),
        )
    });
    view! {
        <p class="hint">{t().field_rights_text()}</p>
        <div class="field-rights-kinds">{boxes.collect_view()}</div>
    }
    .into_any()
}

fn row(
    kind: &'static Kind,
    field: &'static Field,
    rights: RwSignal<Value>,
    base: RwSignal<Row>,
    problem: RwSignal<Option<Problem>>,
    locked: bool,
) -> AnyView {
    let chosen = move || rights.with(|r| way(r, kind.name, field.name).1);
    let name = format!("{} · {}", kind.label, field.label);
    let id = format!("field-{}-{}", kind.name, field.name);
    if locked {
        let told = move || rights.with(|r| label(way(r, kind.name, field.name).2));
        return view! { <div class="field"><dt>{field.label}</dt><dd><span class="reach" data-access=chosen>{told}</span></dd></div> }
            .into_any();
    }
    let fits = field.restrictions;
    let options = WAYS.iter().filter(|w| fits.contains(&w.0));
    let options = options
        .map(|(_, key, name)| {
            view! { <option value=*key prop:selected=move || chosen() == *key>{label(*name)}</option> }.into_any()
        })
        .collect_view();
    let place = format!("/field_rights/{}/{}", kind.name, field.name);
    let error = move || {
        let places = problem.with(|p| p.as_ref().map(|p| p.places.clone()).unwrap_or_default());
        places
            .into_iter()
            .find(|(p, _)| *p == place)
            .map(|(_, message)| message)
    };
    let look = move || {
        let changed = base.with(|b| way(b.get("field_rights"), kind.name, field.name).1) != chosen();
        if changed { "reach changed" } else { "reach" }
    };
    let choose = move |e: web_sys::Event| rights.update(|r| set(r, kind.name, field.name, &event_target_value(&e)));
    view! {
        <div class="field">
            <dt><label for=id.clone()>{field.label}</label></dt>
            <dd>
                <select class=look id=id aria-label=name data-access=chosen on:change=choose>{options}</select>
                {move || error().map(|m| view! { <p class="field-error" role="alert">{m}</p> })}
            </dd>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_fields_need_no_entry() {
        let mut rights = json!({});
        set(&mut rights, "lead", "phone", "masked");
        set(&mut rights, "lead", "email", "hidden");
        set(&mut rights, "lead", "score", "full");
        assert_eq!(rights, json!({ "lead": { "phone": "masked", "email": "hidden" } }));
        set(&mut rights, "lead", "phone", "full");
        set(&mut rights, "lead", "email", "full");
        assert_eq!(rights, json!({}));
    }
}
