//! The heads of a table: a click sorts, the grip at the edge makes a column wider, dragging puts it elsewhere. The same goes
//! by keys: Alt with an arrow moves a column, Shift with an arrow changes its width.

use crate::kinds::{self, Field, Kind};
use crate::schema::SORT;
use crate::{
    dom::{self, Tell},
    i18n::t,
    record::{columns::Columns, row::Row, table::numeric},
    ui::icon,
};
use leptos::prelude::*;
use std::collections::HashSet;
use wasm_bindgen::JsCast;

/// A key changes a width by so many pixels.
const STEP: i32 = 16;
/// The pointer has to go so far before a click becomes a move.
const MOVED: i32 = 6;

/// What the heads show and change.
#[derive(Clone, Copy)]
pub struct Heads {
    pub kind: &'static Kind,
    pub columns: Columns,
    pub sort: Signal<String>,
    pub set_sort: Callback<String>,
    pub rows: RwSignal<Vec<Row>>,
    pub selected: RwSignal<HashSet<String>>,
    held: RwSignal<Option<Held>>,
}

/// A head under the pointer: its grip, or the whole of it.
#[derive(Clone, Copy, PartialEq)]
struct Held {
    field: &'static str,
    grip: bool,
    from: i32,
    width: i32,
    /// The column that it would be put in place of.
    over: Option<usize>,
    /// It was a click until it went this far.
    moved: bool,
}

impl Heads {
    pub fn new(
        kind: &'static Kind,
        columns: Columns,
        (sort, set_sort): (Signal<String>, Callback<String>),
        (rows, selected): (RwSignal<Vec<Row>>, RwSignal<HashSet<String>>),
    ) -> Self {
        let held = RwSignal::new(None);
        Self {
            kind,
            columns,
            sort,
            set_sort,
            rows,
            selected,
            held,
        }
    }

    pub fn view(self) -> AnyView {
        let heads = move || {
            let shown = self.columns.shown.get();
            shown
                .into_iter()
                .enumerate()
                .map(|(i, f)| self.head(f, i))
                .collect_view()
        };
        heads.into_any()
    }

    fn head(self, field: &'static Field, index: usize) -> AnyView {
        let sorts = field.can(SORT) && kinds::readable(self.kind, field);
        let direction = move || self.direction(field.name);
        let name = if sorts {
            self.sorting(field)
        } else {
            view! { <span class="clip">{field.label}</span> }.into_any()
        };
        let over = move || {
            let held = self.held.get();
            held.is_some_and(|h| h.over == Some(index) && h.field != field.name)
        };
        view! {
            <div class="td th" class:num=numeric(field) class:over=over role="columnheader" aria-colindex=index + 1 data-column=index
                id=id(field) aria-sort=sorts.then_some(direction) tabindex=if sorts { "-1" } else { "0" }
                on:keydown=move |e| self.key(&e, field, index) on:pointerdown=move |e| self.press(&e, field, false)
                on:pointermove=move |e| self.carry(&e) on:pointerup=move |_| self.release() on:pointercancel=move |_| self.held.set(None)>
                {(index == 0 && kinds::in_bulk(self.kind)).then(|| self.tick_all())}
                {name}
                <span class="grip" aria-hidden="true" title=t().column_width()
                    on:pointerdown=move |e| { e.stop_propagation(); self.press(&e, field, true) }
                    on:dblclick=move |_| self.resize(field, None)></span>
            </div>
        }
        .into_any()
    }

    fn tick_all(self) -> AnyView {
        let Self { rows, selected, .. } = self;
        let every = move || rows.with(|r| !r.is_empty() && selected.with(|s| r.iter().all(|r| s.contains(r.id()))));
        let all = move || rows.with_untracked(|r| r.iter().map(|r| r.id().to_owned()).collect());
        let set = move |on: bool| selected.set(if on { all() } else { HashSet::new() });
        view! { <input type="checkbox" class="row-tick" aria-label=t().select_all() prop:checked=every on:change=move |e| set(event_target_checked(&e))/> }
            .into_any()
    }

    /// Sorts by the field, down first for numbers and times; a third click as the list began.
    fn sorting(self, field: &'static Field) -> AnyView {
        let name = field.name;
        let toggle = move |_| {
            // A drag that ends here is no click.
            if self.held.get_untracked().is_some_and(|h| h.moved) {
                return self.held.set(None);
            }
            let next = match (self.direction(name), !field.ty.is_text()) {
                ("none", true) | ("ascending", false) => format!("-{name}"),
                ("none", false) | ("descending", true) => name.to_owned(),
                _ => String::new(),
            };
            self.set_sort.tell(next);
        };
        let arrow = move || match self.direction(name) {
            "ascending" => icon("up"),
            "descending" => icon("down"),
            _ => ().into_any(),
        };
        view! {
            <button type="button" class="sort" title=t().sort_by() aria-keyshortcuts="Alt+ArrowLeft Alt+ArrowRight Shift+ArrowLeft Shift+ArrowRight" on:click=toggle>
                <span class="clip">{field.label}</span>{arrow}
            </button>
        }
        .into_any()
    }

    fn direction(self, name: &str) -> &'static str {
        self.sort.with(|s| match s.strip_prefix('-') {
            Some(s) if s == name => "descending",
            None if s == name => "ascending",
            _ => "none",
        })
    }

    fn key(self, event: &web_sys::KeyboardEvent, field: &'static Field, index: usize) {
        let by = match event.key().as_str() {
            "ArrowLeft" => -1,
            "ArrowRight" => 1,
            _ => return,
        };
        if event.alt_key() {
            // The browser would leave the page.
            event.prevent_default();
            let at = index as i32 + by;
            if at > 0 && index > 0 {
                self.columns.place(field.name, at as usize);
                dom::focus_soon(format!("[id='{0}'] .sort, [id='{0}'][tabindex='0']", id(field)));
            }
        } else if event.shift_key() {
            event.prevent_default();
            self.resize(field, Some(width(field) + by * STEP));
        }
    }

    fn resize(self, field: &Field, width: Option<i32>) {
        self.columns.resize(field.name, width);
        self.columns.keep_widths();
    }

    fn press(self, event: &web_sys::PointerEvent, field: &'static Field, grip: bool) {
        let finger = event.pointer_type() == "touch";
        if event.button() != 0 || finger || dom::within(event, "input") {
            return;
        }
        let target = event.target().and_then(|t| t.dyn_into::<web_sys::Element>().ok());
        if let (true, Some(grip)) = (grip, target) {
            // Stays with the grip wherever the pointer goes.
            let _ = grip.set_pointer_capture(event.pointer_id());
            event.prevent_default();
        }
        self.held.set(Some(Held {
            field: field.name,
            grip,
            from: event.client_x(),
            width: width(field),
            over: None,
            moved: false,
        }));
    }

    fn carry(self, event: &web_sys::PointerEvent) {
        let Some(held) = self.held.get_untracked() else { return };
        if event.buttons() == 0 {
            return self.held.set(None);
        }
        let by = event.client_x() - held.from;
        if held.grip {
            self.columns.resize(held.field, Some(held.width + by));
        } else if held.moved || by.abs() > MOVED {
            let over = under(event).filter(|at| *at > 0);
            let now = Held {
                over,
                moved: true,
                ..held
            };
            if now != held {
                self.held.set(Some(now));
            }
        }
    }

    fn release(self) {
        let Some(held) = self.held.get_untracked() else { return };
        if held.grip {
            self.columns.keep_widths();
            self.held.set(None);
        } else if let Some(at) = held.over {
            self.held.set(Some(Held { over: None, ..held }));
            self.columns.place(held.field, at);
        }
        // The click that follows a drag is heard before this.
        request_animation_frame(move || {
            self.held.try_set(None);
        });
    }
}

fn id(field: &Field) -> String {
    format!("head-{}", field.name)
}

/// As wide as its head is now.
fn width(field: &Field) -> i32 {
    let head = document().get_element_by_id(&id(field));
    head.map_or(0, |head| head.get_bounding_client_rect().width() as i32)
}

/// The column under the pointer.
fn under(event: &web_sys::PointerEvent) -> Option<usize> {
    let element = event.target()?.dyn_into::<web_sys::Element>().ok()?;
    let head = element.closest(".th[data-column]").ok()??;
    head.get_attribute("data-column")?.parse().ok()
}
