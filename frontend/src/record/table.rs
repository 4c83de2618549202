//! The table of a list: virtual rows, keyset pages as they are scrolled to, one row active for the keyboard. In a narrow window
//! each row is a card.

use crate::kinds::{Field, Kind};
use crate::schema::Type;
use crate::{
    dom::{self, Tell},
    i18n::{fill, format, t},
    kinds,
    record::{
        cell::{self, Cell, CellEditor},
        columns::{Columns, OnCard},
        field,
        groups::Group,
        heads::Heads,
        row::Row,
    },
    state::{self, state},
};
use leptos::{html, prelude::*};
use std::collections::HashSet;
use wasm_bindgen::JsCast;

/// Heights of a row and of a card, in pixels; the style sheet says them too.
const ROW: f64 = 36.0;
const CARD: f64 = 88.0;
/// That of a heading.
const HEAD: f64 = 36.0;
const AHEAD: usize = 12;
/// In windows up to this width, in pixels, a row is a card.
const NARROW: f64 = 767.0;
/// A second click within this time, in milliseconds, edits the cell instead of opening the row.
const SECOND_CLICK: u64 = 220;
/// The box to edit in is at least so wide, in pixels, where the table has room.
const EDITOR: f64 = 200.0;

/// A heading above the rows from one on.
#[derive(Clone, PartialEq)]
pub struct Head {
    pub at: usize,
    pub group: Group,
}

/// What the table shows and whom it asks.
#[derive(Clone, Copy)]
pub struct Table {
    pub kind: &'static Kind,
    pub rows: RwSignal<Vec<Row>>,
    pub columns: Columns,
    /// Field name, with a minus for descending.
    pub sort: Signal<String>,
    /// Ids of the rows ticked for doing something to all of them.
    pub selected: RwSignal<HashSet<String>>,
    /// Index of the row the keyboard is on.
    pub active: RwSignal<Option<usize>>,
    pub loading: Signal<bool>,
    /// What stands above rows.
    pub heads: Signal<Vec<Head>>,
    pub set_sort: Callback<String>,
    pub open: Callback<usize>,
    /// The last rows are in sight: more, please.
    pub more: Callback<()>,
}

pub fn numeric(field: &Field) -> bool {
    matches!(field.ty, Type::Money | Type::Decimal | Type::Int)
}

/// What nobody takes for anything else, so that it needs no label in sight.
fn speaks_for_itself(field: &Field) -> bool {
    matches!(
        field.ty,
        Type::Phone | Type::Email | Type::Url | Type::Money | Type::Id | Type::Tags
    )
}

/// A table on the screen: what it shows, and where in it the person is.
#[derive(Clone, Copy)]
struct Grid {
    table: Table,
    heads: Signal<Vec<Head>>,
    node: NodeRef<html::Div>,
    top: RwSignal<f64>,
    height: RwSignal<f64>,
    count: Memo<usize>,
    /// The rows that are drawn.
    window: Memo<(usize, usize)>,
    cards: Memo<bool>,
    /// The column the keyboard is on; the first stands for the row as a whole.
    column: RwSignal<usize>,
    editing: RwSignal<Option<Cell>>,
    /// A row with what was just typed, until the server has taken or refused it.
    pending: RwSignal<Option<Row>>,
    /// Counts clicks: the first opens the row, unless a second one follows on a cell that can be edited.
    clicks: StoredValue<u32>,
    may_edit: bool,
}

#[component]
pub fn RecordTable(table: Table) -> impl IntoView {
    let grid = Grid::new(table);
    grid.follow_window();
    grid.follow_active();
    grid.follow_edits();
    grid.follow_content();
    grid.view()
}

impl Grid {
    fn new(table: Table) -> Self {
        let (top, height) = (RwSignal::new(0.0f64), RwSignal::new(800.0f64));
        let count = Memo::new(move |_| table.rows.with(Vec::len));
        let wide = dom::wider_than(NARROW);
        let cards = Memo::new(move |_| !wide.get());
        let heads = table.heads;
        let window = Memo::new(move |_| {
            let row = if cards.get() { CARD } else { ROW };
            let n = count.get();
            let first = heads.with(|heads| row_at(heads, top.get(), row));
            let first = first.saturating_sub(AHEAD).min(n);
            (first, (first + (height.get() / row) as usize + 2 * AHEAD).min(n))
        });
        Self {
            table,
            heads,
            node: NodeRef::new(),
            top,
            height,
            count,
            window,
            cards,
            column: RwSignal::new(0),
            editing: RwSignal::new(None),
            pending: RwSignal::new(None),
            clicks: StoredValue::new(0),
            may_edit: state::may(table.kind.name, "edit"),
        }
    }

    /// The height of one row.
    fn row(self) -> f64 {
        if self.cards.get_untracked() { CARD } else { ROW }
    }

    fn measure(self) {
        if let Some(node) = self.node.try_get_untracked().flatten() {
            self.top.set(f64::from(node.scroll_top()));
            self.height.set(f64::from(node.client_height()));
        }
    }

    /// What is in sight, and more rows before the last ones are.
    fn follow_window(self) {
        Effect::new(move |_| {
            self.node.track();
            request_animation_frame(move || self.measure());
        });
        let resized = window_event_listener(leptos::ev::resize, move |_| self.measure());
        on_cleanup(move || resized.remove());
        Effect::new(move |_| {
            let (_, last) = self.window.get();
            if last + 2 * AHEAD >= self.count.get() {
                self.table.more.tell(());
            }
        });
    }

    /// Columns as wide as what is in them: at once when other rows or columns have come, and where scrolling ends.
    fn follow_content(self) {
        let Table { rows, columns, .. } = self.table;
        let fit = move || {
            if let Some(node) = self.node.try_get_untracked().flatten()
                && !self.cards.get_untracked()
            {
                columns.fit(&widths(&node));
            }
        };
        Effect::new(move |_| {
            rows.track();
            columns.shown.track();
            self.cards.track();
            lists();
            request_animation_frame(fit);
        });
        let soon = dom::debounce(100);
        Effect::new(move |_| {
            self.window.track();
            soon(Box::new(fit));
        });
    }

    fn follow_active(self) {
        Effect::new(move |_| {
            if let Some(index) = self.table.active.get() {
                self.see(index);
            }
        });
    }

    fn see(self, index: usize) {
        let Some(node) = self.node.get_untracked() else { return };
        let row = self.row();
        let at = self.heads.with_untracked(|heads| place(heads, index, row));
        let top = f64::from(node.scroll_top());
        let room = f64::from(node.client_height()) - 2.0 * row;
        if at < top {
            node.set_scroll_top(at as i32);
        } else if at > top + room {
            node.set_scroll_top((at - room) as i32);
        }
    }

    /// What was typed is shown until the server has said something.
    fn follow_edits(self) {
        let Self { pending, table, .. } = self;
        Effect::new(move |_| {
            // Somebody was faster: until the person has chosen, what they see is not what is stored.
            if state().conflict.with(Option::is_some) {
                pending.set(None);
            }
        });
        Effect::new(move |_| {
            let Some(waiting) = pending.get() else { return };
            let newer = |r: &Row| r.id() == waiting.id() && r.version() != waiting.version();
            if table.rows.with(|r| r.iter().any(newer)) {
                pending.set(None);
            }
        });
    }

    /// The cell the keyboard is on, where it is on one.
    fn at(self) -> Option<(usize, usize)> {
        match self.column.get() {
            0 => None,
            column => self.table.active.get().map(|row| (row, column)),
        }
    }

    fn row_id(self, row: usize) -> String {
        format!("row-{}-{row}", self.table.kind.name)
    }

    fn cell_id(self, row: usize, column: usize) -> String {
        format!("row-{}-{row}-{column}", self.table.kind.name)
    }

    fn field(self, column: usize) -> Option<&'static Field> {
        self.table.columns.shown.with_untracked(|c| c.get(column).copied())
    }

    fn editable(self, field: &Field) -> bool {
        self.may_edit && cell::editable(self.table.kind, field)
    }

    /// Lays the box to edit in over a cell.
    fn edit(self, row: usize, column: usize) {
        let field = self.field(column).filter(|f| self.editable(f));
        let record = self.table.rows.with_untracked(|r| r.get(row).cloned());
        let cell = document().get_element_by_id(&self.cell_id(row, column));
        let body = cell.as_ref().and_then(|cell| cell.closest(".tbody").ok().flatten());
        let (Some(field), Some(record), Some(cell), Some(body), Some(table)) =
            (field, record, cell, body, self.node.get_untracked())
        else {
            return;
        };
        let (frame, rect) = (table.get_bounding_client_rect(), cell.get_bounding_client_rect());
        let scrolled = f64::from(table.scroll_left());
        let room = f64::from(table.client_width());
        let width = rect.width().max(EDITOR.min(room));
        let left = (rect.left() - frame.left()).clamp(0.0, (room - width).max(0.0)) + scrolled;
        self.table.active.set(Some(row));
        self.editing.set(Some(Cell {
            row: record,
            field,
            left,
            top: rect.top() - body.get_bounding_client_rect().top(),
            width,
        }));
    }

    fn edited(self, refocus: bool) {
        self.editing.set(None);
        if refocus && let Some(node) = self.node.get_untracked() {
            dom::focus(&node);
        }
    }

    fn step(self, by: i64) {
        let last = self.count.get_untracked().saturating_sub(1) as i64;
        self.table.active.update(|active| {
            let from = active.map_or(if by > 0 { -1 } else { 1 }, |a| a as i64);
            *active = Some((from + by).clamp(0, last) as usize);
        });
    }

    fn key(self, event: &web_sys::KeyboardEvent) {
        // With these it is a command of the app or the browser.
        let command = event.ctrl_key() || event.meta_key() || event.alt_key();
        if command || dom::within(event, ".thead") || self.count.get_untracked() == 0 {
            return;
        }
        let page = (self.height.get_untracked() / self.row()) as i64 - 2;
        match event.key().as_str() {
            "ArrowDown" | "j" => self.step(1),
            "ArrowUp" | "k" => self.step(-1),
            "PageDown" => self.step(page),
            "PageUp" => self.step(-page),
            "Home" => self.step(i64::MIN / 2),
            "End" => self.step(i64::MAX / 2),
            _ if !self.key_in_row(event) => return,
            _ => {}
        }
        event.prevent_default();
    }

    /// What a key does with the row the keyboard is on. False where it means nothing here.
    fn key_in_row(self, event: &web_sys::KeyboardEvent) -> bool {
        let Self { table, column, .. } = self;
        let active = table.active.get_untracked();
        match (event.key().as_str(), untrack(|| self.at())) {
            (" ", _) if kinds::in_bulk(table.kind) => {
                let id = active.and_then(|i| table.rows.with_untracked(|r| r.get(i).map(|r| r.id().to_owned())));
                let Some(id) = id else { return false };
                tick(table.selected, &id, table.selected.with_untracked(|s| !s.contains(&id)));
            }
            ("ArrowRight", _) => {
                let last = table.columns.shown.with_untracked(Vec::len).saturating_sub(1);
                column.update(|c| *c = (*c + 1).min(last));
            }
            ("ArrowLeft", _) => column.update(|c| *c = c.saturating_sub(1)),
            ("Escape", _) if column.get_untracked() > 0 => {
                column.set(0);
                event.stop_propagation();
            }
            ("Enter" | "F2", Some((row, column))) => self.edit(row, column),
            ("Enter", None) => match active {
                Some(row) => table.open.tell(row),
                None => return false,
            },
            _ => return false,
        }
        true
    }

    fn click(self, event: &web_sys::MouseEvent, index: usize) {
        if dom::within(event, "a") {
            return;
        }
        let Self { table, clicks, .. } = self;
        let cell = column_of(event);
        table.active.set(Some(index));
        self.column.set(0);
        // A tap on a card opens it at once.
        let cell = cell.filter(|_| !self.cards.get_untracked());
        let waits = event.detail() == 1 && cell.and_then(|c| self.field(c)).is_some_and(|f| self.editable(f));
        let this = clicks.get_value().wrapping_add(1);
        clicks.set_value(this);
        match (waits, cell) {
            (true, _) => {
                dom::after(SECOND_CLICK, move || {
                    if clicks.try_get_value() == Some(this) {
                        table.open.tell(index);
                    }
                });
            }
            (false, Some(cell)) if event.detail() == 2 => {
                self.column.set(cell);
                self.edit(index, cell);
            }
            _ => table.open.tell(index),
        }
    }

    fn view(self) -> AnyView {
        let Self { table, count, .. } = self;
        let Table {
            kind, columns, loading, ..
        } = table;
        let layout = Memo::new(move |_| columns.layout());
        let heads = Heads::new(
            kind,
            columns,
            (table.sort, table.set_sort),
            (table.rows, table.selected),
        );
        // Where a row begins, with the heading above it.
        let at = move |index: usize| {
            let row = if self.cards.get() { CARD } else { ROW };
            self.heads.with(|heads| {
                let above = heads.partition_point(|head| head.at < index);
                index as f64 * row + above as f64 * HEAD
            })
        };
        let edited = Callback::new(move |refocus: bool| self.edited(refocus));
        let editor = move || {
            let cell = self.editing.get();
            cell.map(|cell| view! { <CellEditor kind cell pending=self.pending done=edited/> })
        };
        view! {
            <div
                class="table"
                class:cards=self.cards
                role="grid"
                tabindex="0"
                node_ref=self.node
                aria-label=move || kind.label
                aria-rowcount=move || count.get() + 1
                aria-busy=move || loading.get().to_string()
                aria-activedescendant=move || match self.at() {
                    Some((row, column)) => Some(self.cell_id(row, column)),
                    None => table.active.get().map(|row| self.row_id(row)),
                }
                style=("--columns", move || layout.get().0)
                style=("--least", move || layout.get().1)
                on:scroll=move |_| self.measure()
                on:keydown=move |e| self.key(&e)
            >
                <div class="thead tr" role="row" aria-rowindex="1">{heads.view()}</div>
                <div class="tbody" role="rowgroup" style:height=move || format!("{}px", at(count.get()))>
                    <div class="twindow" style:transform=move || format!("translateY({}px)", at(self.window.get().0))>
                        {self.rows()}
                    </div>
                    {editor}
                </div>
                {move || loading.get().then(|| view! { <div class="tloading"><span class="bone"></span><span class="bone"></span><span class="bone"></span></div> })}
            </div>
        }
        .into_any()
    }

    fn rows(self) -> AnyView {
        let columns = self.table.columns;
        let visible = move || {
            lists();
            columns.shown.track();
            self.cards.track();
            self.heads.track();
            let (first, last) = self.window.get();
            self.table.rows.with(|r| {
                let shown = r.get(first..last).unwrap_or_default().iter().cloned();
                shown.enumerate().map(|(i, r)| (first + i, r)).collect::<Vec<_>>()
            })
        };
        // With other columns a row is drawn anew, and once more when what they show has come.
        let shown_of = move |row: &Row| {
            let each = |f: &&'static Field| (std::ptr::from_ref(*f) as usize, row.has(f.name));
            columns.shown.with_untracked(|c| c.iter().map(each).collect::<Vec<_>>())
        };
        let key = move |(i, r): &(usize, Row)| {
            let drawn = (self.cards.get_untracked(), untrack(lists));
            let head = self.head(*i).map(|head| head.group.label);
            (*i, r.id().to_owned(), r.version(), shown_of(r), drawn, head)
        };
        view! { <For each=visible key children=move |(index, row)| self.one(index, row)/> }.into_any()
    }

    fn one(self, index: usize, row: Row) -> AnyView {
        let active = self.table.active;
        let on = move || active.get() == Some(index);
        let cells = if self.cards.get_untracked() {
            self.card(index, &row)
        } else {
            self.cells(index, &row)
        };
        let head = self.head(index).map(|head| {
            let count = move || {
                let now = self.heads.with(|heads| heads.iter().find(|now| now.at == index).map(|now| now.group.count));
                now.map(format::count)
            };
            view! { <div class="group-row" role="row"><div role="rowheader"><span>{head.group.label}</span><span class="count">{count}</span></div></div> }
        });
        view! {
            {head}
            <div class="tr" role="row" id=self.row_id(index) aria-rowindex=index + 2 class:active=on aria-selected=move || on().to_string()
                on:click=move |event| self.click(&event, index)>
                {cells}
            </div>
        }
        .into_any()
    }

    /// The heading above a row.
    fn head(self, index: usize) -> Option<Head> {
        self.heads
            .with_untracked(|heads| heads.iter().find(|head| head.at == index).cloned())
    }

    fn cells(self, index: usize, row: &Row) -> AnyView {
        let shown = self.table.columns.shown.get_untracked().into_iter().enumerate();
        let cells = shown.map(|(i, f)| {
            if i == 0 {
                return self.name(index, row, f);
            }
            let class = if numeric(f) { "td num" } else { "td" };
            self.cell((index, i), class, self.content(f, row))
        });
        cells.collect_view().into_any()
    }

    fn cell(self, (row, column): (usize, usize), class: &'static str, content: AnyView) -> AnyView {
        let at = move || self.at() == Some((row, column));
        view! { <div class=class role="gridcell" id=self.cell_id(row, column) data-column=column.to_string() class:at=at>{content}</div> }
            .into_any()
    }

    /// The name, how the record stands, and two fields with their labels.
    fn card(self, index: usize, row: &Row) -> AnyView {
        let columns = self.table.columns;
        let OnCard { mark, others } = untrack(|| columns.on_card());
        let cell = |class, (at, f): (usize, &'static Field)| {
            let label = match (class, speaks_for_itself(f)) {
                ("td card-mark", _) | (_, true) => "sr",
                _ => "card-label",
            };
            let content = view! { <span class=label>{f.label}</span>{self.content(f, row)} };
            self.cell((index, at), class, content.into_any())
        };
        let name = self.field(0).map(|f| self.name(index, row, f));
        let mark = mark.map(|f| cell("td card-mark", f));
        let others = others.into_iter().map(|f| cell("td card-field", f)).collect_view();
        view! { {name}{mark}{others} }.into_any()
    }

    /// The first cell: the tick, and the name as the way to the record.
    fn name(self, index: usize, row: &Row, field: &'static Field) -> AnyView {
        let Table {
            kind,
            selected,
            active,
            open,
            ..
        } = self.table;
        let name = row.title(kind);
        let (id, was) = (row.id().to_owned(), row.id().to_owned());
        let go = move |event: web_sys::MouseEvent| {
            event.stop_propagation();
            active.set(Some(index));
            open.tell(index);
        };
        let ticks = kinds::in_bulk(kind).then(|| {
            view! {
                <input type="checkbox" tabindex="-1" class="row-tick" aria-label=fill(t().select_row(), &[&name]) prop:checked=move || selected.with(|s| s.contains(&was))
                    on:click=|e| e.stop_propagation() on:change=move |e| tick(selected, &id, event_target_checked(&e))/>
            }
        });
        view! {
            <div class="td" role="rowheader">
                {ticks}
                <button type="button" class="row-link" tabindex="-1" on:click=go>{self.content(field, row)}</button>
            </div>
        }
        .into_any()
    }

    /// What stands in a cell; in one that can be edited, what was just typed, before the server has said yes.
    fn content(self, field: &'static Field, row: &Row) -> AnyView {
        let (kind, pending) = (self.table.kind, self.pending);
        if !row.has(field.name) {
            return ().into_any();
        }
        if !self.editable(field) {
            return field::cell(kind, field, row);
        }
        let (id, row) = (row.id().to_owned(), row.clone());
        let mine = Memo::new(move |_| pending.with(|p| p.clone().filter(|p| p.id() == id)));
        (move || mine.with(|p| field::cell(kind, field, p.as_ref().unwrap_or(&row)))).into_any()
    }
}

/// Where a row itself begins, in pixels, under the headings above it.
fn place(heads: &[Head], index: usize, row: f64) -> f64 {
    let above = heads.partition_point(|head| head.at <= index);
    index as f64 * row + above as f64 * HEAD
}

/// The row that is at so many pixels.
fn row_at(heads: &[Head], top: f64, row: f64) -> usize {
    let above = heads.partition_point(|head| place(heads, head.at, row) - HEAD <= top);
    let from = above.checked_sub(1).map_or(0, |last| heads[last].at);
    from + ((top - place(heads, from, row)).max(0.0) / row) as usize
}

/// Values of picklists and roles are told by their names, which may come after the rows.
fn lists() -> usize {
    state().picklists.with(|l| l.len()) + state().roles.with(Vec::len)
}

/// How wide each column would be for all that is drawn of it.
fn widths(table: &web_sys::Element) -> Vec<i32> {
    let mut widths = Vec::new();
    let classes = table.class_list();
    let _ = classes.add_1("measured");
    if let Ok(rows) = table.query_selector_all(".tr") {
        for row in (0..rows.length()).filter_map(|i| rows.item(i)) {
            let cells = row.child_nodes();
            let cells = (0..cells.length()).filter_map(|i| cells.item(i)?.dyn_into::<web_sys::Element>().ok());
            for (i, cell) in cells.enumerate() {
                let width = cell.get_bounding_client_rect().width().ceil() as i32;
                match widths.get_mut(i) {
                    Some(known) if *known >= width => {}
                    Some(known) => *known = width,
                    None => widths.push(width),
                }
            }
        }
    }
    let _ = classes.remove_1("measured");
    widths
}

/// The column of the cell that was clicked.
fn column_of(event: &web_sys::MouseEvent) -> Option<usize> {
    let target = event.target()?.dyn_into::<web_sys::Element>().ok()?;
    let cell = target.closest(".td[data-column]").ok()??;
    cell.get_attribute("data-column")?.parse().ok()
}

fn tick(selected: RwSignal<HashSet<String>>, id: &str, on: bool) {
    selected.update(|s| {
        if on {
            s.insert(id.to_owned());
        } else {
            s.remove(id);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_push_rows_down() {
        let heads: Vec<Head> = [0, 3, 4]
            .map(|at| Head {
                at,
                group: Group::default(),
            })
            .to_vec();
        let places: Vec<f64> = (0..6).map(|row| place(&heads, row, 10.0)).collect();
        assert_eq!(places, [36.0, 46.0, 56.0, 102.0, 148.0, 158.0]);
        for (row, top) in places.iter().enumerate() {
            assert_eq!(row_at(&heads, *top, 10.0), row);
            assert_eq!(row_at(&heads, top + 9.0, 10.0), row);
        }
        assert_eq!(row_at(&heads, 70.0, 10.0), 3, "a heading belongs to the row under it");
        assert_eq!(row_at(&[], 25.0, 10.0), 2);
        assert_eq!(place(&[], 2, 10.0), 20.0);
    }
}
