//! The fields of a record in groups, each edited in place: click or Enter opens the box, leaving it saves, Escape goes back.

use crate::kinds::{Field, Kind};
use crate::{
    api::Problem,
    dom,
    i18n::t,
    kinds,
    record::{
        field::{self, Draft},
        needed::{self, NeededDialog},
        row::Row,
        save, when,
    },
    state,
    ui::{icon, states::needed_mark, toast},
};
use domain::layout::condition::is_nothing;
use leptos::{html, prelude::*};
use serde_json::{Map, Value};
use std::sync::Arc;
use wasm_bindgen::JsCast;

#[component]
pub fn Fields(kind: &'static Kind, row: RwSignal<Row>) -> impl IntoView {
    let groups = kind.groups;
    let named = move |f: &Field| groups.iter().any(|(_, names)| names.contains(&f.name));
    let system = ["created_at", "created_by", "updated_at"];
    let group = move |title: &'static str, fields: Vec<&'static Field>| {
        // Which fields have something to say follows the record: a reason lost appears when it is lost, and what is only shown
        // under a condition comes and goes, while the others stay as they are.
        let fields: Vec<_> = fields
            .into_iter()
            .map(|f| (f, Memo::new(move |_| row.with(|r| has_place(kind, f, r)))))
            .collect();
        let shown = fields.iter().map(|(_, on)| *on).collect::<Vec<_>>();
        let any = Memo::new(move |_| shown.iter().any(|on| on.get()));
        move || {
            any.get().then(|| {
                let fields = fields.iter().map(|(f, on)| {
                    let (f, on) = (*f, *on);
                    move || on.get().then(|| view! { <EditableField kind field=f row/> })
                });
                view! {
                    <section class="group">
                        <h2>{title}</h2>
                        <dl>{fields.collect_view()}</dl>
                    </section>
                }
            })
        }
    };
    let first = groups.iter().map(|(title, names)| {
        let fields = names
            .iter()
            .filter_map(|n| kind.field(n))
            .filter(|f| kinds::visible(kind, f));
        group(title, fields.collect())
    });
    let rest = kind
        .fields
        .iter()
        .filter(|f| kinds::visible(kind, f) && !named(f) && !system.contains(&f.name));
    let rest = rest.filter(|f| f.name != "owner_id" || kind.owned);
    let rest_title = if groups.is_empty() { t().details() } else { t().more() };
    let unplaced = kind.fields.iter().filter(|f| system.contains(&f.name) && !named(f));
    view! {
        <div class="fields">
            {first.collect_view()}
            {group(rest_title, rest.collect())}
            {group(t().record_info(), unplaced.collect())}
        </div>
    }
    .into_any()
}

/// Whether a field stands on the page of a record as it is.
fn has_place(kind: &'static Kind, field: &Field, row: &Row) -> bool {
    !kinds::aside(field, row) && when::shows(kind, field, &|name| row.get(name).clone())
}

#[component]
pub fn EditableField(kind: &'static Kind, field: &'static Field, row: RwSignal<Row>) -> impl IntoView {
    let may_edit = state::me().is_none_or(|m| m.may(kind.name, "edit"));
    let locked = !kinds::writable(kind, field) || field.can(crate::schema::FIXED) || !may_edit;
    // One draft for the life of the field: a signal made on opening would go with what is drawn.
    let draft = Draft::new(Value::Null);
    let editing = RwSignal::new(false);
    let problem = RwSignal::new(None::<Problem>);
    // A change after which the record needs more than it has.
    let asking = RwSignal::new(None::<(save::Change, Vec<&'static Field>)>);
    let lacks = move |r: &Row| is_nothing(r.get(field.name)) && when::needs(kind, field, &|name| r.get(name).clone());
    let needed = Memo::new(move |_| !locked && row.with(lacks));
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
            let change = save::Change {
                kind,
                base: base.clone(),
                patch: patch.clone(),
                expansions: expansions.clone(),
            };
            let lacking = needed::of(&change);
            if !lacking.is_empty() {
                return asking.set(Some((change, lacking)));
            }
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
            save::change(change, failed);
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
            <dt id=format!("{uid}-label") title=field.help>{field.label}{move || needed.get().then(needed_mark)}</dt>
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
                {move || asking.get().map(|(change, fields)| view! { <NeededDialog change fields close=Callback::new(move |()| asking.set(None))/> })}
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
