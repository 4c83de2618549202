//! The table of a list: virtual rows, keyset pages as they are scrolled to, one row active for the keyboard.

use crate::kinds::{Field, Kind};
use crate::schema::{SORT, Type};
use crate::{
    dom::{self, Tell},
    i18n::{fill, t},
    kinds,
    record::{
        cell::{self, Cell, CellEditor},
        field,
        row::Row,
    },
    state::{self, state},
    ui::icon,
};
use leptos::{html, prelude::*};
use std::collections::HashSet;
use wasm_bindgen::JsCast;

const ROW: f64 = 36.0;
const AHEAD: usize = 12;
/// A second click within this time, in milliseconds, edits the cell instead of opening the row.
const SECOND_CLICK: u64 = 220;
/// The box to edit in is at least so wide, in pixels, where the table has room.
const EDITOR: f64 = 200.0;

/// What the table shows and whom it asks.
#[derive(Clone, Copy)]
pub struct Table {
    pub kind: &'static Kind,
    pub rows: RwSignal<Vec<Row>>,
    pub columns: Signal<Vec<&'static Field>>,
    /// Field name, with a minus for descending.
    pub sort: Signal<String>,
    /// Ids of the rows ticked for doing something to all of them.
    pub selected: RwSignal<HashSet<String>>,
    /// Index of the row the keyboard is on.
    pub active: RwSignal<Option<usize>>,
    pub loading: Signal<bool>,
    pub set_sort: Callback<String>,
    pub open: Callback<usize>,
    /// The last rows are in sight: more, please.
    pub more: Callback<()>,
}

/// The least width in pixels (0: the first column's) and the share of what is left.
fn width(field: &Field, kind: &Kind) -> (u32, f32) {
    match field.ty {
        _ if field.name == kind.title => (0, 2.2),
        Type::Money => (120, 1.0),
        Type::Int | Type::Bool => (90, 0.7),
        Type::Day | Type::Instant | Type::Choice(_) => (110, 0.9),
        Type::Email | Type::Url => (170, 1.3),
        Type::Tags | Type::Ids | Type::Choices(_) => (140, 1.1),
        _ => (120, 1.1),
    }
}

/// The first column gives way on a phone, where it stays in sight all the time.
const FIRST: &str = "clamp(140px, 36vw, 220px)";

/// Widths of the columns, and of a row at least; every row is a grid of its own, so none may depend on its content.
fn layout(columns: &[&'static Field], kind: &Kind) -> (String, String) {
    let mut least = 0;
    let tracks = columns.iter().map(|f| match width(f, kind) {
        (0, share) => format!("minmax({FIRST}, {share}fr)"),
        (pixels, share) => {
            least += pixels;
            format!("minmax({pixels}px, {share}fr)")
        }
    });
    (
        tracks.collect::<Vec<_>>().join(" "),
        format!("calc({FIRST} + {least}px)"),
    )
}

fn numeric(field: &Field) -> bool {
    matches!(field.ty, Type::Money | Type::Decimal | Type::Int)
}

#[component]
pub fn RecordTable(table: Table) -> impl IntoView {
    let Table {
        kind,
        rows,
        columns,
        sort,
        selected,
        active,
        loading,
        set_sort,
        open,
        more,
    } = table;
    let node = NodeRef::<html::Div>::new();
    let top = RwSignal::new(0.0f64);
    let height = RwSignal::new(800.0f64);
    let measure = move || {
        if let Some(node) = node.try_get_untracked().flatten() {
            top.set(f64::from(node.scroll_top()));
            height.set(f64::from(node.client_height()));
        }
    };
    Effect::new(move |_| {
        node.track();
        request_animation_frame(measure);
    });
    let resized = window_event_listener(leptos::ev::resize, move |_| measure());
    on_cleanup(move || resized.remove());
    let count = Memo::new(move |_| rows.with(Vec::len));
    let window = Memo::new(move |_| {
        let n = count.get();
        let first = ((top.get() / ROW) as usize).saturating_sub(AHEAD).min(n);
        (first, (first + (height.get() / ROW) as usize + 2 * AHEAD).min(n))
    });
    Effect::new(move |_| {
        let (_, last) = window.get();
        if last + 2 * AHEAD >= count.get() {
            more.tell(());
        }
    });
    // Values of picklists and roles are told by their names, which may come after the rows.
    let lists = Memo::new(move |_| state().picklists.with(|l| l.len()) + state().roles.with(Vec::len));
    let visible = move || {
        lists.track();
        columns.track();
        let (first, last) = window.get();
        rows.with(|r| {
            r.get(first..last)
                .unwrap_or_default()
                .iter()
                .cloned()
                .enumerate()
                .map(|(i, r)| (first + i, r))
                .collect::<Vec<_>>()
        })
    };
    let layout = Memo::new(move |_| columns.with(|c| layout(c, kind)));
    let see = move |index: usize| {
        let Some(node) = node.get_untracked() else { return };
        let (at, top) = (index as f64 * ROW, f64::from(node.scroll_top()));
        let room = f64::from(node.client_height()) - 2.0 * ROW;
        if at < top {
            node.set_scroll_top(at as i32);
        } else if at > top + room {
            node.set_scroll_top((at - room) as i32);
        }
    };
    Effect::new(move |_| {
        if let Some(index) = active.get() {
            see(index);
        }
    });
    let step = move |by: i64| {
        let last = count.get_untracked().saturating_sub(1) as i64;
        active
            .update(|a| *a = Some((a.map_or(if by > 0 { -1 } else { 1 }, |a| a as i64) + by).clamp(0, last) as usize));
    };
    // The column the keyboard is on; the first stands for the row as a whole.
    let column = RwSignal::new(0usize);
    let at = Memo::new(move |_| match column.get() {
        0 => None,
        column => active.get().map(|row| (row, column)),
    });
    let editing = RwSignal::new(None::<Cell>);
    // A row with what was just typed, until the server has taken or refused it.
    let pending = RwSignal::new(None::<Row>);
    Effect::new(move |_| {
        // Somebody was faster: until the person has chosen, what they see is not what is stored.
        if state().conflict.with(Option::is_some) {
            pending.set(None);
        }
    });
    Effect::new(move |_| {
        let Some(waiting) = pending.get() else { return };
        let newer = rows.with(|r| {
            r.iter()
                .any(|r| r.id() == waiting.id() && r.version() != waiting.version())
        });
        if newer {
            pending.set(None);
        }
    });
    let may_edit = state::me().is_none_or(|m| m.may(kind.name, "edit"));
    let editable = move |field: &Field| may_edit && cell::editable(kind, field);
    let cell_id = move |row: usize, column: usize| format!("row-{}-{row}-{column}", kind.name);
    let edit = move |row: usize, column: usize| {
        let field = columns
            .with_untracked(|c| c.get(column).copied())
            .filter(|f| editable(f));
        let (Some(field), Some(record)) = (field, rows.with_untracked(|r| r.get(row).cloned())) else {
            return;
        };
        let (Some(table), Some(cell)) = (
            node.get_untracked(),
            document().get_element_by_id(&cell_id(row, column)),
        ) else {
            return;
        };
        let (frame, rect) = (table.get_bounding_client_rect(), cell.get_bounding_client_rect());
        let scrolled = f64::from(table.scroll_left());
        let room = f64::from(table.client_width());
        let width = rect.width().max(EDITOR.min(room));
        let left = (rect.left() - frame.left()).clamp(0.0, (room - width).max(0.0)) + scrolled;
        active.set(Some(row));
        editing.set(Some(Cell {
            row: record,
            field,
            left,
            top: row as f64 * ROW,
            width,
        }));
    };
    let edited = Callback::new(move |refocus: bool| {
        editing.set(None);
        if refocus && let Some(node) = node.get_untracked() {
            dom::focus(&node);
        }
    });
    let key = move |event: web_sys::KeyboardEvent| {
        // With these it is a command of the app or the browser.
        let command = event.ctrl_key() || event.meta_key() || event.alt_key();
        if command || dom::within(&event, ".thead") || count.get_untracked() == 0 {
            return;
        }
        let last = columns.with_untracked(Vec::len).saturating_sub(1);
        let page = (height.get_untracked() / ROW) as i64 - 2;
        match event.key().as_str() {
            "ArrowDown" | "j" => step(1),
            "ArrowUp" | "k" => step(-1),
            "PageDown" => step(page),
            "PageUp" => step(-page),
            "Home" => step(i64::MIN / 2),
            "End" => step(i64::MAX / 2),
            " " => {
                let Some(id) = active
                    .get_untracked()
                    .and_then(|i| rows.with_untracked(|r| r.get(i).map(|r| r.id().to_owned())))
                else {
                    return;
                };
                let on = selected.with_untracked(|s| !s.contains(&id));
                tick(selected, &id, on);
            }
            "ArrowRight" => column.update(|c| *c = (*c + 1).min(last)),
            "ArrowLeft" => column.update(|c| *c = c.saturating_sub(1)),
            "Escape" if column.get_untracked() > 0 => {
                column.set(0);
                event.stop_propagation();
            }
            "Enter" | "F2" => match (at.get_untracked(), active.get_untracked()) {
                (Some((row, column)), _) => edit(row, column),
                (None, Some(row)) if event.key() == "Enter" => open.tell(row),
                _ => return,
            },
            _ => return,
        }
        event.prevent_default();
    };
    let heads = move || {
        columns.with(|columns| {
            columns
                .iter()
                .enumerate()
                .map(|(i, f)| head(kind, f, i, sort, set_sort, (i == 0).then_some((rows, selected))))
                .collect_view()
        })
    };
    let row_id = move |index: usize| format!("row-{}-{index}", kind.name);
    // What a row shows: with other columns it is drawn anew, and once more when what they show has come.
    let shown_of =
        move |row: &Row| columns.with_untracked(|c| c.iter().map(|f| (f.name, row.has(f.name))).collect::<Vec<_>>());
    // Where a row is clicked: the first click opens it, unless a second one follows on a cell that can be edited.
    let clicks = StoredValue::new(0u32);
    let click = move |event: web_sys::MouseEvent, index: usize| {
        if dom::within(&event, "a") {
            return;
        }
        let cell = column_of(&event);
        active.set(Some(index));
        column.set(0);
        let waits = event.detail() == 1
            && cell.is_some_and(|c| columns.with_untracked(|f| f.get(c).is_some_and(|f| editable(f))));
        let this = clicks.get_value().wrapping_add(1);
        clicks.set_value(this);
        match (waits, cell) {
            (true, _) => {
                dom::after(SECOND_CLICK, move || {
                    if clicks.try_get_value() == Some(this) {
                        open.tell(index);
                    }
                });
            }
            (false, Some(cell)) if event.detail() == 2 => {
                column.set(cell);
                edit(index, cell);
            }
            _ => open.tell(index),
        }
    };
    view! {
        <div
            class="table"
            role="grid"
            tabindex="0"
            node_ref=node
            aria-label=kind.label
            aria-rowcount=move || count.get() + 1
            aria-busy=move || loading.get().to_string()
            aria-activedescendant=move || match at.get() {
                Some((row, column)) => Some(cell_id(row, column)),
                None => active.get().map(row_id),
            }
            style=("--columns", move || layout.get().0)
            style=("--least", move || layout.get().1)
            on:scroll=move |_| measure()
            on:keydown=key
        >
            <div class="thead tr" role="row" aria-rowindex="1">{heads}</div>
            <div class="tbody" role="rowgroup" style:height=move || format!("{}px", count.get() as f64 * ROW)>
                <div class="twindow" style:transform=move || format!("translateY({}px)", window.get().0 as f64 * ROW)>
                    <For each=visible key=move |(i, r)| (*i, r.id().to_owned(), r.version(), shown_of(r), lists.get_untracked()) children=move |(index, row)| {
                        let cells = columns.with_untracked(|columns| columns.iter().enumerate().map(|(i, f)| {
                            let class = if numeric(f) { "td num" } else { "td" };
                            let role = if i == 0 { "rowheader" } else { "gridcell" };
                            let shown = if !row.has(f.name) { ().into_any() } else if editable(f) { shown(kind, f, row.clone(), pending) } else { field::cell(kind, f, &row) };
                            if f.name == kind.title {
                                let (id, was) = (row.id().to_owned(), row.id().to_owned());
                                let name = row.title(kind);
                                return view! { <div class=class role=role>
                                    <input type="checkbox" tabindex="-1" class="row-tick" aria-label=fill(t().select_row(), &[&name]) prop:checked=move || selected.with(|s| s.contains(&was))
                                        on:click=|e| e.stop_propagation() on:change=move |e| tick(selected, &id, event_target_checked(&e))/>
                                    <button type="button" class="row-link" tabindex="-1" on:click=move |e| { e.stop_propagation(); active.set(Some(index)); open.tell(index); }>{shown}</button></div> }.into_any();
                            }
                            view! { <div class=class role=role id=cell_id(index, i) data-column=i.to_string() class:at=move || at.get() == Some((index, i))>{shown}</div> }.into_any()
                        }).collect_view());
                        view! {
                            <div class="tr" role="row" id=row_id(index) aria-rowindex=index + 2 class:active=move || active.get() == Some(index)
                                aria-selected=move || (active.get() == Some(index)).to_string()
                                on:click=move |event| click(event, index)>
                                {cells}
                            </div>
                        }
                    }/>
                </div>
                {move || editing.get().map(|cell| view! { <CellEditor kind cell pending done=edited/> })}
            </div>
            {move || loading.get().then(|| view! { <div class="tloading"><span class="bone"></span><span class="bone"></span><span class="bone"></span></div> })}
        </div>
    }
    .into_any()
}

/// The column of the cell that was clicked.
fn column_of(event: &web_sys::MouseEvent) -> Option<usize> {
    let target = event.target()?.dyn_into::<web_sys::Element>().ok()?;
    target
        .closest(".td[data-column]")
        .ok()??
        .get_attribute("data-column")?
        .parse()
        .ok()
}

/// The content of a cell that can be edited; what was just typed shows before the server has said yes.
fn shown(kind: &'static Kind, field: &'static Field, row: Row, pending: RwSignal<Option<Row>>) -> AnyView {
    let id = row.id().to_owned();
    let mine = Memo::new(move |_| pending.with(|p| p.clone().filter(|p| p.id() == id)));
    (move || mine.with(|p| field::cell(kind, field, p.as_ref().unwrap_or(&row)))).into_any()
}

/// All rows loaded, and which of them are ticked.
type Rows = (RwSignal<Vec<Row>>, RwSignal<HashSet<String>>);

fn tick(selected: RwSignal<HashSet<String>>, id: &str, on: bool) {
    selected.update(|s| {
        if on {
            s.insert(id.to_owned());
        } else {
            s.remove(id);
        }
    });
}

/// A column's head: sorts where the field can, down first for numbers and times.
fn head(
    kind: &'static Kind,
    field: &'static Field,
    index: usize,
    sort: Signal<String>,
    set_sort: Callback<String>,
    all: Option<Rows>,
) -> AnyView {
    let all = all.map(|(rows, selected)| {
        let every = move || rows.with(|r| !r.is_empty() && selected.with(|s| r.iter().all(|r| s.contains(r.id()))));
        let set = move |on: bool| selected.set(if on { rows.with_untracked(|r| r.iter().map(|r| r.id().to_owned()).collect()) } else { HashSet::new() });
        view! { <input type="checkbox" class="row-tick" aria-label=t().select_all() prop:checked=every on:change=move |e| set(event_target_checked(&e))/> }
    });
    let class = if numeric(field) { "td th num" } else { "td th" };
    let name = field.name;
    let direction = move || {
        sort.with(|s| match s.strip_prefix('-') {
            Some(s) if s == name => "descending",
            None if s == name => "ascending",
            _ => "none",
        })
    };
    if !field.can(SORT) || !kinds::readable(kind, field) {
        return view! { <div class=class role="columnheader" aria-colindex=index + 1>{all}<span class="clip">{field.label}</span></div> }.into_any();
    }
    let first_down = !field.ty.is_text();
    let toggle = move |_| {
        let next = match (direction(), first_down) {
            ("none", true) | ("ascending", false) => format!("-{name}"),
            ("none", false) | ("descending", true) => name.to_owned(),
            _ => String::new(),
        };
        set_sort.tell(next);
    };
    view! {
        <div class=class role="columnheader" aria-colindex=index + 1 aria-sort=direction>
            {all}
            <button type="button" class="sort" title=t().sort_by() on:click=toggle>
                <span class="clip">{field.label}</span>
                {move || match direction() { "ascending" => icon("up"), "descending" => icon("down"), _ => ().into_any() }}
            </button>
        </div>
    }
    .into_any()
}
