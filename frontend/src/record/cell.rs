//! Editing one cell of a list: the box of its field laid over it, so that no row is drawn anew under the cursor.

use crate::kinds::{Field, Kind};
use crate::schema::{FIXED, Type};
use crate::{
    api::Problem,
    dom::{self, Tell},
    kinds,
    record::{
        field::{self, Draft},
        fields::narrowing,
        row::Row,
        save, special,
    },
    ui::toast,
};
use leptos::{html, prelude::*};
use serde_json::Map;
use std::sync::Arc;
use wasm_bindgen::JsCast;

/// A cell being edited, and where it lies in the body of the table, in pixels.
#[derive(Clone)]
pub struct Cell {
    pub row: Row,
    pub field: &'static Field,
    pub left: f64,
    pub top: f64,
    pub width: f64,
}

/// What can be changed without leaving the list. Names are links; stages and outcomes have actions of their own.
pub fn editable(kind: &Kind, field: &Field) -> bool {
    kinds::writable(kind, field)
        && !field.can(FIXED)
        && field.name != kind.title
        && !special::in_list(kind).by_action.contains(&field.name)
        && !matches!(field.ty, Type::LongText | Type::Ids | Type::Choices(_))
}

/// `done` hears when it is over, and whether the keyboard should go back to the table.
#[component]
pub fn CellEditor(
    kind: &'static Kind,
    cell: Cell,
    pending: RwSignal<Option<Row>>,
    done: Callback<bool>,
) -> impl IntoView {
    let Cell {
        row,
        field,
        left,
        top,
        width,
    } = cell;
    let draft = Draft::of(field, &row);
    let narrow = Signal::stored(narrowing(field, &row));
    let row = StoredValue::new(row);
    let over = StoredValue::new(false);
    let node = NodeRef::<html::Div>::new();
    let id = format!("cell-{}", field.name);
    dom::focus_soon(format!("#{id}"));
    let end = move |save: bool, refocus: bool| {
        // Leaving the box is an event of its own, also when Enter has ended it already.
        if over.try_update_value(|o| std::mem::replace(o, true)) != Some(false) {
            return;
        }
        let base = row.get_value();
        let value = draft.value.get_untracked();
        if save && &value != base.get(field.name) {
            let patch = Map::from_iter([(field.name.to_owned(), value)]);
            let expansions: Map<_, _> = draft.expansion(field).into_iter().collect();
            pending.set(Some(base.with(&patch).with(&expansions)));
            let failed = Arc::new(move |problem: Problem| {
                pending.try_set(None);
                toast::complain(&problem);
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
        done.tell(refocus);
    };
    let chosen = Callback::new(move |()| end(true, true));
    let key = move |event: web_sys::KeyboardEvent| {
        // The table has its own use for arrows and Enter.
        event.stop_propagation();
        match event.key().as_str() {
            _ if dom::composing(&event) => {}
            "Enter" => {
                event.prevent_default();
                end(true, true);
            }
            "Escape" => {
                event.prevent_default();
                end(false, true);
            }
            _ => {}
        }
    };
    let left_it = move |event: web_sys::FocusEvent| {
        let to = event.related_target().and_then(|t| t.dyn_into::<web_sys::Node>().ok());
        let inside = node
            .get_untracked()
            .is_some_and(|n| to.as_ref().is_some_and(|to| n.contains(Some(to))));
        if !inside {
            end(true, false);
        }
    };
    view! {
        // A row of its own with one cell: a grid holds nothing else.
        <div role="row">
            <div class="cell-edit" role="gridcell" aria-label=field.label node_ref=node
                style:left=format!("{left}px") style:top=format!("{top}px") style:min-width=format!("{width}px")
                on:keydown=key on:focusout=left_it on:click=|e| e.stop_propagation() on:dblclick=|e| e.stop_propagation()>
                {field::edit(field, draft, id, narrow, Some(chosen))}
            </div>
        </div>
    }
    .into_any()
}
