//! The fields of a record in groups, each edited in place: click or Enter opens the box, leaving it saves, Escape goes back.

use crate::kinds::{Field, Kind};
use crate::{
    api::Problem,
    dom,
    i18n::t,
    kinds,
    record::{
        field::{self, Draft},
        row::Row,
        save,
    },
    state,
    ui::{icon, toast},
};
use leptos::{html, prelude::*};
use serde_json::{Map, Value};
use std::sync::Arc;
use wasm_bindgen::JsCast;

#[component]
pub fn Fields(kind: &'static Kind, row: RwSignal<Row>) -> impl IntoView {
    // Which fields have something to say follows the record: a reason lost appears when it is lost.
    let aside = Memo::new(move |_| row.with(|r| kind.fields.iter().map(|f| kinds::aside(f, r)).collect::<Vec<_>>()));
    move || {
        aside.track();
        layout(kind, row)
    }
}

fn layout(kind: &'static Kind, row: RwSignal<Row>) -> AnyView {
    let groups = kind.groups;
    let named = move |f: &Field| groups.iter().any(|(_, names)| names.contains(&f.name));
    let shown = move |f: &Field| row.with_untracked(|r| !kinds::aside(f, r));
    let group = move |title: &'static str, fields: Vec<&'static Field>| {
        (!fields.is_empty()).then(|| {
            view! {
                <section class="group">
                    <h2>{title}</h2>
                    <dl>{fields.into_iter().map(|f| view! { <EditableField kind field=f row/> }).collect_view()}</dl>
                </section>
            }
        })
    };
    let system = ["created_at", "created_by", "updated_at"];
    let first = groups
        .iter()
        .map(|(title, names)| {
            group(
                title,
                names
                    .iter()
                    .filter_map(|n| kind.field(n))
                    .filter(|f| kinds::visible(kind, f) && shown(f))
                    .collect(),
            )
        })
        .collect_view();
    let rest = kind
        .fields
        .iter()
        .filter(|f| kinds::visible(kind, f) && !named(f) && !system.contains(&f.name) && shown(f));
    let rest = rest.filter(|f| f.name != "owner_id" || kind.owned);
    let rest_title = if groups.is_empty() { t().details() } else { t().more() };
    view! {
        <div class="fields">
            {first}
            {group(rest_title, rest.collect())}
            {group(t().record_info(), kind.fields.iter().filter(|f| system.contains(&f.name)).collect())}
        </div>
    }
    .into_any()
}

#[component]
pub fn EditableField(kind: &'static Kind, field: &'static Field, row: RwSignal<Row>) -> impl IntoView {
    let may_edit = state::me().is_none_or(|m| m.may(kind.name, "edit"));
    let locked = !kinds::writable(kind, field) || field.can(crate::schema::FIXED) || !may_edit;
    // One draft for the life of the field: a signal made on opening would go with what is drawn.
    let draft = Draft::new(Value::Null);
    let editing = RwSignal::new(false);
    let problem = RwSignal::new(None::<Problem>);
    let node = NodeRef::<html::Dd>::new();
    let uid = format!("f-{}-{}", field.name, uuid::Uuid::new_v4().simple());
    let opener = format!("#{uid}-open");
    let input_id = StoredValue::new(uid.clone());
    let begin = move || {
        problem.set(None);
        row.with_untracked(|r| draft.start(field, r));
        editing.set(true);
        dom::focus_soon(format!("#{}", input_id.get_value()));
    };
    let end = {
        let opener = opener.clone();
        move |refocus: bool| {
            editing.set(false);
            if refocus {
                dom::focus_soon(opener.clone());
            }
        }
    };
    let commit = {
        let end = end.clone();
        move |refocus: bool| {
            if !editing.get_untracked() {
                return;
            }
            let base = row.get_untracked();
            let value = draft.value.get_untracked();
            end(refocus);
            if &value == base.get(field.name) {
                return;
            }
            let patch = Map::from_iter([(field.name.to_owned(), value)]);
            let expansions = draft.expansion(field).into_iter().collect::<Map<_, _>>();
            // Shown at once; what the server refuses goes back with the reason at the field.
            row.update(|r| *r = r.with(&patch).with(&expansions));
            let (before, names) = save::before(kind, &base, &patch);
            let mine = patch.get(field.name).cloned().unwrap_or_default();
            let failed = Arc::new(move |error: Problem| {
                // Only this field, and only if it still holds what was refused: the rest is newer by now.
                row.try_update(|r| {
                    if r.get(field.name) == &mine {
                        *r = r.with(&before).with(&names);
                    }
                });
                toast::complain(&error);
                if error.field(field.name).is_some() {
                    problem.try_set(Some(error));
                }
            });
            save::change(
                save::Change {
                    kind,
                    base,
                    patch,
                    expansions,
                },
                failed,
            );
        }
    };
    let commit = StoredValue::new(commit);
    let end = StoredValue::new(end);
    let chosen = Callback::new(move |()| commit.with_value(|c| c(true)));
    let key = move |event: web_sys::KeyboardEvent| match event.key().as_str() {
        _ if dom::composing(&event) => {}
        "Enter" if !dom::within(&event, "textarea") => {
            event.prevent_default();
            commit.with_value(|c| c(true));
        }
        "Enter" if event.ctrl_key() || event.meta_key() => commit.with_value(|c| c(true)),
        "Escape" => {
            event.prevent_default();
            event.stop_propagation();
            end.with_value(|e| e(true));
        }
        _ => {}
    };
    let left = move |event: web_sys::FocusEvent| {
        // The button that opened the box goes, and its focus with it: nobody has left.
        if dom::within(&event, ".field-open") {
            return;
        }
        let to = event.related_target().and_then(|t| t.dyn_into::<web_sys::Node>().ok());
        let inside = node
            .get_untracked()
            .is_some_and(|n| to.as_ref().is_some_and(|to| n.contains(Some(to))));
        if !inside {
            commit.with_value(|c| c(false));
        }
    };
    let narrow = Signal::derive(move || narrowing(field, &row.get()));
    view! {
        <div class="field">
            <dt id=format!("{uid}-label") title=field.help>{field.label}</dt>
            <dd node_ref=node>
                {move || match editing.get() {
                    true => view! {
                        <div class="field-edit" on:keydown=key on:focusout=left aria-labelledby=format!("{}-label", input_id.get_value()) role="group">
                            {field::edit(field, draft, input_id.get_value(), narrow, Some(chosen))}
                        </div>
                    }.into_any(),
                    false => {
                        let shown = move || row.with(|r| field::show(kind, field, r));
                        if locked {
                            return view! { <div class="field-value">{shown}</div> }.into_any();
                        }
                        view! {
                            <div class="field-value open" on:click=move |event| if !dom::within(&event, "a") { begin() }>
                                <span class="field-text">{shown}</span>
                                <button type="button" class="field-open" id=format!("{}-open", input_id.get_value())
                                    aria-label=format!("{} {}", t().edit(), field.label) title=t().edit()>{icon("edit")}</button>
                            </div>
                        }.into_any()
                    }
                }}
                {move || problem.get().and_then(|p| p.field(field.name).map(|m| view! { <p class="field-error" role="alert">{m.to_owned()}</p> }))}
            </dd>
        </div>
    }
    .into_any()
}

/// A reference that only makes sense within another one: a contact of this customer, a stage of this pipeline. Nothing is
/// given to who has left.
pub fn narrowing(field: &Field, row: &Row) -> String {
    let within = match (field.name, field.refers) {
        (_, Some("user")) => return "filter[disabled]=false".to_owned(),
        ("contact_id" | "reports_to_id", _) => "customer_id",
        (_, Some("stage")) => "pipeline_id",
        _ => return String::new(),
    };
    match row.text(within) {
        "" => String::new(),
        id => format!("filter[{within}]={id}"),
    }
}
