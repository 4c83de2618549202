//! The list of any kind: search, filters, columns, table and side panel. All of its state is in the address.

use crate::kinds::Kind;
use crate::{
    api::{self, Latest, Problem},
    dom,
    i18n::{fill, format, noun, t},
    kinds, parts,
    record::{
        bulk::Selection,
        columns::{self, Columns},
        detail::Panel,
        filter::{self, Filter, Filters},
        groups::{self, Group, GroupMenu},
        row::Row,
        special,
        table::{Head, RecordTable, Table},
        toolbar::{ColumnChooser, MoreMenu, SearchBox, SortMenu, import_page},
        views::{self, View, Views},
    },
    route,
    state::{self, state},
    ui::{self, icon},
};
use leptos::{prelude::*, task::spawn_local};
use serde_json::Value;
use std::collections::HashSet;

/// Rows of a list request, page by page.
#[derive(Clone, Copy)]
pub struct Pages {
    pub rows: RwSignal<Vec<Row>>,
    pub count: RwSignal<Option<i64>>,
    pub problem: RwSignal<Option<Problem>>,
    pub loading: RwSignal<bool>,
    /// What of the view does not count here, in words.
    pub left_out: RwSignal<Vec<String>>,
    /// Why the next page is not there; what was loaded before it stands.
    stuck: RwSignal<Option<Problem>>,
    cursor: RwSignal<Option<String>>,
    /// Under headings the rows come in parts, one after the other: what each asks for besides.
    parts: RwSignal<Vec<String>>,
    /// The row with which each part begins that has been read.
    pub begins: RwSignal<Vec<usize>>,
    latest: Latest,
}

/// What a page goes on from.
#[derive(Clone, Copy, PartialEq)]
enum After {
    Nothing,
    /// The part before.
    Part,
    Page,
}

impl Pages {
    pub fn new() -> Self {
        Self {
            rows: RwSignal::new(Vec::new()),
            count: RwSignal::new(None),
            problem: RwSignal::new(None),
            loading: RwSignal::new(false),
            left_out: RwSignal::new(Vec::new()),
            stuck: RwSignal::new(None),
            cursor: RwSignal::new(None),
            parts: RwSignal::new(Vec::new()),
            begins: RwSignal::new(Vec::new()),
            latest: Latest::new(),
        }
    }

    /// The first page of another request; the old rows stay until it is there.
    pub fn load(self, path: String) {
        self.parts.set(Vec::new());
        self.begin(path);
    }

    /// The same for rows under headings, of which there are so many; `told` is what the server tells of the whole list.
    pub fn load_parts(self, path: String, parts: Vec<String>, count: i64, told: &Value) {
        self.count.set(Some(count));
        self.left_out.set(views::left_out(told));
        if parts.is_empty() {
            self.loading.set(false);
            self.problem.set(None);
            self.rows.set(Vec::new());
        }
        let none = parts.is_empty();
        self.parts.set(parts);
        if !none {
            self.begin(path);
        }
    }

    fn begin(self, path: String) {
        self.cursor.set(None);
        self.begins.set(Vec::new());
        self.fetch(path, After::Nothing);
    }

    /// The next page, if there is one and none is under way.
    pub fn next(self, path: String) {
        match self.cursor.get_untracked() {
            _ if self.loading.get_untracked() => {}
            Some(cursor) => self.fetch(format!("{path}&cursor={}", route::encode(&cursor)), After::Page),
            None if self.next_part() => self.fetch(path, After::Part),
            None => {}
        }
    }

    /// Whether there is a part of which nothing has been read.
    fn next_part(self) -> bool {
        let begun = self.begins.with_untracked(Vec::len);
        begun > 0 && begun < self.parts.with_untracked(Vec::len)
    }

    fn fetch(self, path: String, after: After) {
        let first = after == After::Nothing;
        let begun = self.begins.with_untracked(Vec::len);
        let part = if after == After::Page {
            begun.saturating_sub(1)
        } else {
            begun
        };
        let path = match self.parts.with_untracked(|parts| parts.get(part).cloned()) {
            Some(part) => format!("{path}&{part}"),
            None => path,
        };
        self.loading.set(true);
        self.stuck.set(None);
        spawn_local(async move {
            let outcome = api::get(path).latest(self.latest).send().await;
            if outcome.as_ref().is_err_and(Problem::aborted) || self.rows.try_with_untracked(|_| ()).is_none() {
                return;
            }
            self.loading.set(false);
            match outcome {
                Ok(reply) => {
                    let page = &reply.body["page"];
                    self.cursor.set(page["next_cursor"].as_str().map(str::to_owned));
                    let data = reply.body["data"].as_array().cloned().unwrap_or_default();
                    let fresh = data.into_iter().filter_map(Row::new);
                    let parted = self.parts.with_untracked(|parts| !parts.is_empty());
                    if parted && after != After::Page {
                        let at = if first { 0 } else { self.rows.with_untracked(Vec::len) };
                        self.begins.update(|begins| begins.push(at));
                    }
                    if first && parted {
                        self.rows.set(fresh.collect());
                    } else if first {
                        self.left_out.set(views::left_out(page));
                        self.rows.set(fresh.collect());
                        let whole = self.cursor.with_untracked(Option::is_none);
                        let counted = page["count"].as_i64().or_else(|| page["count"]["value"].as_i64());
                        self.count.set(if whole {
                            Some(self.rows.with_untracked(Vec::len) as i64)
                        } else {
                            counted
                        });
                    } else {
                        self.rows.update(|rows| rows.extend(fresh));
                    }
                    self.problem.set(None);
                }
                Err(problem) if first => self.problem.set(Some(problem)),
                Err(problem) => self.stuck.set(Some(problem)),
            }
        });
    }

    /// Under the rows: why there are no more of them, and the way to try again.
    pub fn stuck(self, next: impl Fn() + Copy + Send + 'static) -> AnyView {
        let line = move |problem: Problem| {
            view! {
                <p class="stuck" role="alert">{icon("warning")}<span>{t().could_not_load()}{t().colon()}{problem.text()}</span>
                    <button type="button" class="btn small" on:click=move |_| next()>{icon("undo")}{t().try_again()}</button></p>
            }
        };
        (move || self.stuck.get().map(line)).into_any()
    }

    /// Under the rows, where one asks for the next page.
    pub fn foot(self, next: impl Fn() + Copy + Send + 'static) -> AnyView {
        let more = Memo::new(move |_| self.more() && self.stuck.with(Option::is_none));
        let button = move || {
            more.get().then(|| view! {
                <button type="button" class="btn quiet small" class:loading=self.loading on:click=move |_| next()><span>{t().show_more()}</span></button>
            })
        };
        view! { {self.stuck(next)}{button} }.into_any()
    }

    /// Whether there is another page.
    pub fn more(self) -> bool {
        self.cursor.with(Option::is_some) || self.begins.with(Vec::len) < self.parts.with(Vec::len)
    }

    /// Takes over records written elsewhere in the app. True when one is new here.
    pub fn follow(self, kind: &'static Kind) -> bool {
        let Some(change) = state().change.get() else {
            return false;
        };
        if change.kind != kind.plural {
            return change.kind == state::ANY;
        }
        if let Some(row) = change.row {
            return !self.put(&row);
        }
        if let Some(at) = self.at(&change.id) {
            self.rows.update(|rows| {
                rows.remove(at);
            });
            self.begins.update(|begins| {
                begins
                    .iter_mut()
                    .filter(|begin| **begin > at)
                    .for_each(|begin| *begin -= 1)
            });
            self.count.update(|c| *c = c.map(|c| c - 1));
        }
        false
    }

    /// Whether a row that is here has another value now.
    fn differs(self, row: &Row, name: &str) -> bool {
        let at = self.at(row.id());
        at.is_some_and(|at| self.rows.with_untracked(|rows| rows[at].get(name) != row.get(name)))
    }

    /// Takes over a newer state of a row. False where it is none of these.
    pub fn put(self, row: &Row) -> bool {
        let at = self.at(row.id());
        if let Some(at) = at {
            self.rows.update(|rows| rows[at] = rows[at].refreshed(row));
        }
        at.is_some()
    }

    fn at(self, id: &str) -> Option<usize> {
        self.rows.with_untracked(|rows| rows.iter().position(|r| r.id() == id))
    }
}

/// Parameters of the address that are the screen's own, not the request's.
const OWN: [&str; 6] = [
    columns::SHOWN,
    columns::WIDE,
    groups::GROUP,
    "open",
    "new",
    views::CHANGED,
];

#[component]
pub fn ListPage(kind: &'static Kind) -> impl IntoView {
    let address = state().address;
    let here = format!("/{}", kind.path());
    views::begin(kind);
    // Only what belongs to this list moves it: opening the panel does not fetch again.
    let request = Memo::new(move |_| {
        address.with(|a| {
            a.query
                .iter()
                .filter(|(k, _)| !OWN.contains(&k.as_str()))
                .cloned()
                .collect::<Vec<_>>()
        })
    });
    let columns = Columns::of(kind);
    let group = Memo::new(move |_| address.with(|a| groups::of(kind, a)).map(|field| field.name));
    let field = move || group.get().and_then(|name| kind.field(name));
    let question = move |request: &[(String, String)]| {
        let query = route::query_string(request);
        let group = field().map(|field| format!(",{}", field.name)).unwrap_or_default();
        let fields = columns
            .shown
            .with(|c| c.iter().map(|f| f.name).collect::<Vec<_>>().join(","));
        let expand = columns
            .shown
            .with(|c| c.iter().filter_map(|f| f.expansion()).collect::<Vec<_>>().join(","));
        let expand = if expand.is_empty() {
            String::new()
        } else {
            format!("&expand={expand}")
        };
        // What a column needs to know beside its own field.
        let beside = special::in_list(kind).beside;
        format!(
            "/{}?fields=id,{},{fields}{group}{beside}{expand}&{query}",
            kind.path(),
            kind.title
        )
    };
    let path = Memo::new(move |_| request.with(|request| question(request)));
    // Of a part its own value says more than tests of the same field.
    let part = Memo::new(move |_| match field() {
        Some(field) => question(&groups::without(&request.get(), field)) + "&limit=100",
        None => path.get() + "&limit=100",
    });
    let parts = RwSignal::new(Vec::<Group>::new());
    let pages = Pages::new();
    let reload = move || match untrack(field) {
        Some(field) => {
            let asked = part.get_untracked();
            let questions = (path.get_untracked(), asked.clone());
            let current = move || {
                part.try_get_untracked().is_some_and(|now| now == asked) && group.get_untracked() == Some(field.name)
            };
            groups::load(pages, parts, field, questions, current);
        }
        None => {
            parts.set(Vec::new());
            pages.load(part.get_untracked() + "&count=estimate");
        }
    };
    let active = RwSignal::new(None::<usize>);
    let selected = RwSignal::new(HashSet::<String>::new());
    let choosing = RwSignal::new(false);
    Effect::new(move |_| {
        active.set(None);
        selected.set(HashSet::new());
        // Read and not only tracked: what was never read before would count as changed by the first reading.
        path.with(|_| ());
        group.get();
        reload();
    });
    Effect::new(move |_| {
        // What has come to another heading does not stay under the old one.
        let moved = untrack(|| group.get()).filter(|name| {
            let row = state()
                .change
                .with(|c| c.as_ref().filter(|c| c.kind == kind.plural)?.row.clone());
            row.is_some_and(|row| row.has(name) && pages.differs(&row, name))
        });
        if pages.follow(kind) || moved.is_some() {
            reload();
        }
    });
    let heads = Signal::derive(move || {
        let groups = parts.get().into_iter().zip(pages.begins.get());
        groups.map(|(group, at)| Head { at, group }).collect::<Vec<_>>()
    });
    let sort = Signal::derive(move || {
        request
            .with(|r| r.iter().find(|(k, _)| k == "sort").map(|(_, v)| v.clone()))
            .or_else(|| address.with(|a| View::of(kind, a)?.sort().map(str::to_owned)))
            .unwrap_or_else(|| "-created_at".to_owned())
    });
    // Those of the view, and those that narrow it.
    let filters = Signal::derive(move || {
        address.with(|a| {
            let view = a.get("view").and_then(|_| View::of(kind, a)?.chips(kind));
            let mut all = view.unwrap_or_default();
            all.extend(filter::read(kind, a));
            all
        })
    });
    let apply = Callback::new(move |(old, new): (Option<Filter>, Option<Filter>)| {
        let mut next = views::written_out(kind, address.get_untracked());
        if let Some(old) = old {
            next = next.with(&old.key(), "");
        }
        if let Some(new) = new {
            next = next.with(&new.key(), &new.value);
        }
        route::replace(&next.url());
    });
    let opened = Memo::new(move |_| address.with(|a| a.get("open").map(str::to_owned)));
    let creating = RwSignal::new(address.with_untracked(|a| a.get("new").is_some()));
    let stop_creating = Callback::new(move |()| {
        creating.set(false);
        if address.with_untracked(|a| a.get("new").is_some()) {
            route::set("new", "");
        }
    });
    Effect::new(move |_| {
        if address.with(|a| a.get("new").is_some()) {
            creating.set(true);
        }
    });
    let open = Callback::new(move |index: usize| {
        if let Some(id) = pages.rows.with_untracked(|r| r.get(index).map(|r| r.id().to_owned())) {
            match kinds::page(kind.name, &id) {
                Some(page)
                    if window()
                        .inner_width()
                        .ok()
                        .and_then(|w| w.as_f64())
                        .is_some_and(|w| w < 768.0) =>
                {
                    route::go(&page)
                }
                _ => route::set("open", &id),
            }
        }
    });
    // Up and down walk the list while the panel is open.
    Effect::new(move |_| {
        let (Some(index), Some(open)) = (active.get(), opened.get_untracked()) else {
            return;
        };
        if let Some(id) = pages
            .rows
            .with_untracked(|r| r.get(index).map(|r| r.id().to_owned()))
            .filter(|id| *id != open)
        {
            route::set("open", &id);
        }
    });
    let walk = window_event_listener(leptos::ev::keydown, move |event| {
        if opened.get_untracked().is_none() || dom::typing(&event) {
            return;
        }
        match event.key().as_str() {
            "Escape" => close_panel(kind),
            // The table has its own way with arrows.
            "ArrowDown" | "ArrowUp" if !dom::within(&event, ".table") => {
                let last = pages.rows.with_untracked(Vec::len).saturating_sub(1);
                let open = opened.get_untracked();
                let at = pages
                    .rows
                    .with_untracked(|r| r.iter().position(|r| Some(r.id()) == open.as_deref()))
                    .unwrap_or(0);
                active.set(Some(if event.key() == "ArrowDown" {
                    (at + 1).min(last)
                } else {
                    at.saturating_sub(1)
                }));
                event.prevent_default();
            }
            _ => {}
        }
    });
    on_cleanup(move || walk.remove());
    let set_sort = Callback::new(move |s: String| route::set("sort", &s));
    let table = Table {
        kind,
        rows: pages.rows,
        columns,
        sort,
        selected,
        active,
        loading: pages.loading.into(),
        set_sort,
        open,
        heads,
        more: Callback::new(move |()| pages.next(part.get_untracked())),
    };
    let may_create = state::me().is_none_or(|m| m.may(kind.name, "create"));
    let create = move || {
        may_create.then(|| view! {
            <button type="button" class="btn primary" on:click=move |_| creating.set(true)>{icon("plus")}<span>{fill(t().new_of(), &[&noun(kind.label)])}</span></button>
        })
    };
    let narrowed = move || request.with(|r| r.iter().any(|(k, _)| k != "sort"));
    let nothing = move || {
        if narrowed() {
            let all = here.clone();
            let clear = view! { <button type="button" class="btn" on:click=move |_| route::replace(&all)>{t().clear_filters()}</button> }.into_any();
            return ui::empty("search", t().nothing_found(), t().nothing_found_text(), clear);
        }
        let import =
            import_page(kind).map(|href| view! { <a class="btn" href=href>{icon("import")}{t().import()}</a> });
        let text = match (may_create, &import) {
            (true, Some(_)) => t().no_records_text().to_owned(),
            (true, None) => fill(t().no_records_alone(), &[&noun(kind.label)]),
            (false, _) => String::new(),
        };
        let actions = view! { {create()}{import} }.into_any();
        ui::empty(
            kind.icon,
            fill(t().no_records_yet(), &[&kinds::many(kind)]),
            text,
            actions,
        )
    };
    let body = StoredValue::new(nothing);
    // Memos, or every page of rows would draw the table anew and lose its place.
    let failed = Memo::new(move |_| pages.problem.get());
    let chosen = Memo::new(move |_| choosing.get() || selected.with(|s| !s.is_empty()));
    let filled = Memo::new(move |_| pages.loading.get() || pages.rows.with(|r| !r.is_empty()));
    view! {
        <div class="list-page" class:with-panel=move || opened.get().is_some()>
            <div class="list-main" class:choosing=choosing>
                <header class="page-head">
                    <h1>{kinds::heading(kind)}<span class="count">{move || pages.count.get().map(format::count)}</span></h1>
                    <div class="page-actions">{create()}<MoreMenu kind choosing columns/></div>
                </header>
                <Views kind columns/>
                {move || views::tell_left_out(&pages.left_out.get())}
                <div class="toolbar">
                    <SearchBox/>
                    <Filters kind filters apply/>
                    <span class="grow"></span>
                    <GroupMenu kind group/>
                    <SortMenu kind sort set=set_sort/>
                    <ColumnChooser kind columns/>
                </div>
                {move || match (failed.get(), filled.get()) {
                    (Some(problem), _) => ui::problem(&problem, Callback::new(move |()| reload())),
                    (None, true) => view! { <RecordTable table/> }.into_any(),
                    (None, false) => body.with_value(|b| b()),
                }}
                {pages.stuck(move || pages.next(part.get_untracked()))}
                {move || chosen.get().then(|| {
                    let selection = Selection {
                        kind,
                        rows: pages.rows,
                        selected,
                        count: pages.count,
                        more: Signal::derive(move || pages.more()),
                        choosing,
                    };
                    let none = Callback::new(move |()| { selected.set(HashSet::new()); choosing.set(false); });
                    ui::later_dialog(move || parts::bulk(selection), none)
                })}
            </div>
            {move || opened.get().map(|id| view! { <Panel kind id close=Callback::new(move |()| close_panel(kind))/> })}
            {move || creating.get().then(|| {
                let done = Callback::new(move |row: Row| route::set("open", row.id()));
                ui::later_dialog(move || parts::create(kind, stop_creating, done), stop_creating)
            })}
        </div>
    }
    .into_any()
}

fn close_panel(kind: &'static Kind) {
    route::set("open", "");
    dom::focus_soon(format!(".table[aria-label='{}']", kind.label));
}
