//! The table of a list: virtual rows, keyset pages as they are scrolled to, one row active for the keyboard.

use crate::{
    dom::{self, Tell},
    i18n::{fill, label, t},
    record::{field, row::Row},
    state::state,
    ui::icon,
};
use domain::{Field, Kind, record::SORT, value::Type};
use leptos::{html, prelude::*};
use std::collections::HashSet;

const ROW: f64 = 36.0;
const AHEAD: usize = 12;

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
    matches!(field.ty, Type::Money | Type::Int)
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
    // Values of picklists are told by their names, which may come after the rows.
    let lists = Memo::new(move |_| state().picklists.with(|lists| lists.len()));
    let visible = move || {
        lists.track();
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
    let key = move |event: web_sys::KeyboardEvent| {
        if dom::within(&event, ".thead") || count.get_untracked() == 0 {
            return;
        }
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
            "Enter" => match active.get_untracked() {
                Some(index) => open.tell(index),
                None => return,
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
                .map(|(i, f)| head(f, i, sort, set_sort, (i == 0).then_some((rows, selected))))
                .collect_view()
        })
    };
    let row_id = move |index: usize| format!("row-{}-{index}", kind.name);
    view! {
        <div
            class="table"
            role="grid"
            tabindex="0"
            node_ref=node
            aria-label=label(kind.label)
            aria-rowcount=move || count.get() + 1
            aria-busy=move || loading.get().to_string()
            aria-activedescendant=move || active.get().map(row_id)
            style=("--columns", move || layout.get().0)
            style=("--least", move || layout.get().1)
            on:scroll=move |_| measure()
            on:keydown=key
        >
            <div class="thead tr" role="row" aria-rowindex="1">{heads}</div>
            <div class="tbody" role="rowgroup" style:height=move || format!("{}px", count.get() as f64 * ROW)>
                <div class="twindow" style:transform=move || format!("translateY({}px)", window.get().0 as f64 * ROW)>
                    <For each=visible key=move |(i, r)| (*i, r.id().to_owned(), r.version(), columns.with_untracked(Vec::len), lists.get_untracked()) children=move |(index, row)| {
                        let cells = columns.with_untracked(|columns| columns.iter().enumerate().map(|(i, f)| {
                            let shown = field::show(kind, f, &row);
                            let class = if numeric(f) { "td num" } else { "td" };
                            let role = if i == 0 { "rowheader" } else { "gridcell" };
                            if f.name == kind.title {
                                let (id, was) = (row.id().to_owned(), row.id().to_owned());
                                let name = row.title(kind);
                                return view! { <div class=class role=role>
                                    <input type="checkbox" tabindex="-1" class="row-tick" aria-label=fill(t().select_row, &[&name]) prop:checked=move || selected.with(|s| s.contains(&was))
                                        on:click=|e| e.stop_propagation() on:change=move |e| tick(selected, &id, event_target_checked(&e))/>
                                    <button type="button" class="row-link" tabindex="-1" on:click=move |e| { e.stop_propagation(); active.set(Some(index)); open.tell(index); }>{shown}</button></div> }.into_any();
                            }
                            view! { <div class=class role=role>{shown}</div> }.into_any()
                        }).collect_view());
                        view! {
                            <div class="tr" role="row" id=row_id(index) aria-rowindex=index + 2 class:active=move || active.get() == Some(index)
                                aria-selected=move || (active.get() == Some(index)).to_string()
                                on:click=move |event| if !dom::within(&event, "a") { active.set(Some(index)); open.tell(index); }>
                                {cells}
                            </div>
                        }
                    }/>
                </div>
            </div>
            {move || loading.get().then(|| view! { <div class="tloading"><span class="bone"></span><span class="bone"></span><span class="bone"></span></div> })}
        </div>
    }
    .into_any()
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
    field: &'static Field,
    index: usize,
    sort: Signal<String>,
    set_sort: Callback<String>,
    all: Option<Rows>,
) -> AnyView {
    let all = all.map(|(rows, selected)| {
        let every = move || rows.with(|r| !r.is_empty() && selected.with(|s| r.iter().all(|r| s.contains(r.id()))));
        let set = move |on: bool| selected.set(if on { rows.with_untracked(|r| r.iter().map(|r| r.id().to_owned()).collect()) } else { HashSet::new() });
        view! { <input type="checkbox" class="row-tick" aria-label=t().select_all prop:checked=every on:change=move |e| set(event_target_checked(&e))/> }
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
    if !field.can(SORT) {
        return view! { <div class=class role="columnheader" aria-colindex=index + 1>{all}<span class="clip">{label(field.label)}</span></div> }.into_any();
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
            <button type="button" class="sort" title=t().sort_by on:click=toggle>
                <span class="clip">{label(field.label)}</span>
                {move || match direction() { "ascending" => icon("up"), "descending" => icon("down"), _ => ().into_any() }}
            </button>
        </div>
    }
    .into_any()
}
