//! The list of any kind: search, filters, columns, table and side panel. All of its state is in the address.

use crate::kinds::{Field, Kind};
use crate::{
    api::{self, Latest, Problem},
    dom,
    i18n::{fill, format, noun, t},
    kinds,
    record::{
        bin,
        bulk::BulkBar,
        detail::Panel,
        filter::{self, Filter, Filters},
        form::CreateDialog,
        row::Row,
        special,
        table::{RecordTable, Table},
        views::{self, View, Views},
    },
    route,
    state::{self, state},
    ui::{self, Menu, icon},
};
use leptos::{prelude::*, task::spawn_local};
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
    latest: Latest,
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
            latest: Latest::new(),
        }
    }

    /// The first page of another request; the old rows stay until it is there.
    pub fn load(self, path: String) {
        self.cursor.set(None);
        self.fetch(path, true);
    }

    /// The next page, if there is one and none is under way.
    pub fn next(self, path: String) {
        if let Some(cursor) = self.cursor.get_untracked()
            && !self.loading.get_untracked()
        {
            self.fetch(format!("{path}&cursor={}", route::encode(&cursor)), false);
        }
    }

    fn fetch(self, path: String, first: bool) {
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
                    if first {
                        let parts = page["view"]["left_out"].as_array().into_iter().flatten();
                        let parts = parts.filter_map(|part| Some(part["message"].as_str()?.to_owned()));
                        self.left_out.set(parts.collect());
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
        self.cursor.with(Option::is_some)
    }

    /// Takes over records written elsewhere in the app. True when one is new here.
    pub fn follow(self, kind: &'static Kind) -> bool {
        let Some(change) = state().change.get().filter(|c| c.kind == kind.plural) else {
            return false;
        };
        if let Some(row) = change.row {
            return !self.put(&row);
        }
        if let Some(at) = self.at(&change.id) {
            self.rows.update(|rows| {
                rows.remove(at);
            });
            self.count.update(|c| *c = c.map(|c| c - 1));
        }
        false
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
const OWN: [&str; 4] = ["cols", "open", "new", views::CHANGED];

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
    let columns = Memo::new_with_compare(
        move |_| {
            let chosen = address
                .with(|a| {
                    a.get("cols")
                        .map(str::to_owned)
                        .or_else(|| View::of(kind, a)?.columns())
                })
                .or_else(|| dom::stored(&format!("cols.{}", kind.name)));
            chosen_columns(kind, chosen.as_deref())
        },
        |a, b| names(a) != names(b),
    );
    let path = Memo::new(move |_| {
        let query = route::query_string(&request.get());
        let fields = columns.with(|c| c.iter().map(|f| f.name).collect::<Vec<_>>().join(","));
        let expand = columns.with(|c| c.iter().filter_map(|f| f.expansion()).collect::<Vec<_>>().join(","));
        let expand = if expand.is_empty() {
            String::new()
        } else {
            format!("&expand={expand}")
        };
        // What a column needs to know beside its own field.
        let beside = special::in_list(kind).beside;
        format!(
            "/{}?limit=100&fields=id,{},{fields}{beside}{expand}&{query}",
            kind.path(),
            kind.title
        )
    });
    let pages = Pages::new();
    let active = RwSignal::new(None::<usize>);
    let selected = RwSignal::new(HashSet::<String>::new());
    Effect::new(move |_| {
        active.set(None);
        selected.set(HashSet::new());
        pages.load(path.get() + "&count=estimate");
    });
    let reload = move || pages.load(path.get_untracked() + "&count=estimate");
    Effect::new(move |_| {
        if pages.follow(kind) {
            pages.load(path.get_untracked() + "&count=estimate");
        }
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
    let table = Table {
        kind,
        rows: pages.rows,
        columns: columns.into(),
        sort,
        selected,
        active,
        loading: pages.loading.into(),
        set_sort: Callback::new(move |s: String| route::set("sort", &s)),
        open,
        more: Callback::new(move |()| pages.next(path.get_untracked())),
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
    let filled = Memo::new(move |_| pages.loading.get() || pages.rows.with(|r| !r.is_empty()));
    view! {
        <div class="list-page" class:with-panel=move || opened.get().is_some()>
            <div class="list-main">
                <header class="page-head">
                    <h1>{kinds::heading(kind)}<span class="count">{move || pages.count.get().map(format::count)}</span></h1>
                    <div class="page-actions">{create()}<MoreMenu kind/></div>
                </header>
                <Views kind columns=Signal::derive(move || columns.with(|c| c.iter().map(|f| f.name).collect()))/>
                {move || pages.left_out.with(|parts| (!parts.is_empty()).then(|| view! {
                    <p class="notice warn" role="status">{icon("warning")}<span>{t().view_left_out()}{parts.join(" ")}</span></p>
                }))}
                <div class="toolbar">
                    <SearchBox/>
                    <Filters kind filters apply/>
                    <span class="grow"></span>
                    <ColumnChooser kind columns=columns.into()/>
                </div>
                {move || match (failed.get(), filled.get()) {
                    (Some(problem), _) => ui::problem(&problem, Callback::new(move |()| reload())),
                    (None, true) => view! { <RecordTable table/> }.into_any(),
                    (None, false) => body.with_value(|b| b()),
                }}
                {pages.stuck(move || pages.next(path.get_untracked()))}
                <BulkBar kind rows=pages.rows selected reload=Callback::new(move |()| reload())/>
            </div>
            {move || opened.get().map(|id| view! { <Panel kind id close=Callback::new(move |()| close_panel(kind))/> })}
            {move || creating.get().then(|| view! {
                <CreateDialog kind close=stop_creating done=Callback::new(move |row: Row| route::set("open", row.id()))/>
            })}
        </div>
    }
    .into_any()
}

/// What else there is to a list: filling it from a file, and what was deleted from it.
#[component]
pub fn MoreMenu(kind: &'static Kind) -> impl IntoView {
    let imports = import_page(kind);
    view! {
        <Menu face=icon("more") label=t().more_actions() class="btn quiet square" end=true>
            {imports.clone().map(|href| view! { <a class="menu-row item" href=href>{icon("import")}{t().import()}</a> })}
            <a class="menu-row item" href=bin::page(kind)>{icon("trash")}{t().bin()}</a>
        </Menu>
    }
    .into_any()
}

/// Where records of a kind are imported, if that can be and this person may.
fn import_page(kind: &Kind) -> Option<String> {
    kinds::may_import(kind).then(|| format!("/import?kind={}", kind.plural))
}

fn names(columns: Option<&Vec<&'static Field>>) -> Vec<&'static str> {
    columns.into_iter().flatten().map(|f| f.name).collect()
}

fn close_panel(kind: &'static Kind) {
    route::set("open", "");
    dom::focus_soon(format!(".table[aria-label='{}']", kind.label));
}

fn chosen_columns(kind: &'static Kind, chosen: Option<&str>) -> Vec<&'static Field> {
    let mut columns: Vec<&'static Field> = chosen
        .into_iter()
        .flat_map(|c| c.split(','))
        .filter_map(|n| kind.field(n))
        .filter(|f| kinds::visible(kind, f))
        .collect();
    if columns.is_empty() {
        columns = kinds::first_columns(kind);
    }
    // The name always leads: it is the link, and it stays in sight.
    columns.retain(|f| f.name != kind.title);
    if let Some(title) = kind.field(kind.title) {
        columns.insert(0, title);
    }
    columns
}

/// The search box of a list; what is typed goes to the address.
#[component]
pub fn SearchBox() -> impl IntoView {
    let address = state().address;
    let later = dom::debounce(250);
    let value = Memo::new(move |_| address.with(|a| a.get("q").unwrap_or_default().to_owned()));
    // The address has it trimmed: what is being typed is not written over with that.
    let typed = RwSignal::new(String::new());
    Effect::new(move |_| {
        let value = value.get();
        if typed.with_untracked(|t| t.trim() != value) {
            typed.set(value);
        }
    });
    let take = move |event: &web_sys::Event| {
        if !dom::composing(event) {
            let q = event_target_value(event);
            typed.set(q.clone());
            later(Box::new(move || route::set("q", q.trim())));
        }
    };
    let composed = take.clone();
    view! {
        <label class="search">
            {icon("search")}
            <input type="search" class="input" placeholder=t().search() aria-label=t().search() prop:value=typed
                on:input=move |e| take(&e) on:compositionend=move |e| composed(&e)/>
        </label>
    }
    .into_any()
}

#[component]
fn ColumnChooser(kind: &'static Kind, columns: Signal<Vec<&'static Field>>) -> impl IntoView {
    let set = move |names: Vec<&'static str>| {
        let names = names.join(",");
        let address = state().address.get_untracked();
        // The columns of a view are the view's.
        if View::of(kind, &address).is_none() {
            dom::store(&format!("cols.{}", kind.name), &names);
        }
        route::set("cols", &names);
    };
    let toggle = move |field: &'static Field, on: bool| {
        let mut names: Vec<&'static str> = columns.with_untracked(|c| c.iter().map(|f| f.name).collect());
        names.retain(|n| *n != field.name);
        if on {
            names.push(field.name);
        }
        set(names);
    };
    let face = view! { {icon("columns")}<span class="wide-only">{t().columns()}</span> }.into_any();
    view! {
        <Menu face label=t().columns() class="btn small" end=true>
            <p class="menu-title">{t().columns()}</p>
            <div class="menu-scroll">
                {kinds::in_order(kind).into_iter().filter(|f| f.name != kind.title).map(|f| {
                    let on = move || columns.with(|c| c.iter().any(|c| c.name == f.name));
                    view! {
                        <label class="menu-check">
                            <input type="checkbox" prop:checked=on on:change=move |e| toggle(f, event_target_checked(&e))/>
                            <span>{f.label}</span>
                        </label>
                    }
                }).collect_view()}
            </div>
            <button type="button" class="btn quiet small item" on:click=move |_| set(kinds::first_columns(kind).iter().map(|f| f.name).collect())>{t().default_columns()}</button>
        </Menu>
    }
    .into_any()
}
