//! Above a list: search, sort and columns, and what else there is to it.

use crate::kinds::{Field, Kind};
use crate::schema::SORT;
use crate::{
    dom::{self, Tell},
    i18n::t,
    kinds, parts,
    record::{bin, columns::Columns, views},
    route,
    state::state,
    ui::{self, Menu, icon},
};
use leptos::prelude::*;

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

/// What else there is to a list: choosing rows where no pointer shows the boxes, filling it from a file, a file of it, and what was
/// deleted from it.
#[component]
pub fn MoreMenu(
    kind: &'static Kind,
    #[prop(optional)] choosing: Option<RwSignal<bool>>,
    /// Those of the list; without them there is none that could be exported as it stands.
    #[prop(optional)]
    columns: Option<Columns>,
) -> impl IntoView {
    let imports = import_page(kind);
    let bin = bin::has_bin(kind).then(|| bin::page(kind));
    let columns = columns.filter(|_| kinds::may_export(kind));
    let choosing = choosing.filter(|_| kinds::in_bulk(kind));
    if imports.is_none() && bin.is_none() && columns.is_none() && choosing.is_none() {
        return ().into_any();
    }
    let exporting = RwSignal::new(false);
    let close = Callback::new(move |()| exporting.set(false));
    let export = move || {
        columns.map(|_| view! { <button type="button" class="menu-row item" on:click=move |_| exporting.set(true)>{icon("download")}{t().export()}</button> })
    };
    view! {
        <Menu face=icon("more") label=t().more_actions() class="btn quiet square" end=true>
            {choosing.map(|choosing| view! { <button type="button" class="menu-row item" on:click=move |_| choosing.set(true)>{icon("check")}{t().choose_rows()}</button> })}
            {imports.clone().map(|href| view! { <a class="menu-row item" href=href>{icon("import")}{t().import()}</a> })}
            {export}
            {bin.clone().map(|href| view! { <a class="menu-row item" href=href>{icon("trash")}{t().bin()}</a> })}
        </Menu>
        {move || columns.filter(|_| exporting.get()).map(|columns| {
            let asked = Box::new(views::asked(kind, columns));
            ui::later_dialog(move || parts::export(kind, asked.clone(), close), close)
        })}
    }
    .into_any()
}

/// Where records of a kind are imported, if that can be and this person may.
pub fn import_page(kind: &Kind) -> Option<String> {
    kinds::may_import(kind).then(|| format!("/import?kind={}", kind.plural))
}

/// Which columns there are, and in which order: those that are shown come first, and are moved by buttons where there are no heads
/// to drag.
#[component]
pub fn ColumnChooser(kind: &'static Kind, columns: Columns) -> impl IntoView {
    let face = view! { {icon("columns")}<span class="wide-only">{t().columns()}</span> }.into_any();
    let fields = move || {
        let shown = columns.shown.get();
        let others = kinds::in_order(kind);
        let others = others.into_iter().filter(|f| shown.iter().all(|s| s.name != f.name));
        let all: Vec<&'static Field> = shown.iter().copied().chain(others).collect();
        all.into_iter().filter(|f| f.name != kind.title).collect::<Vec<_>>()
    };
    let line = move |field: &'static Field| {
        let (at, end) = columns
            .shown
            .with_untracked(|c| (c.iter().position(|f| f.name == field.name), c.len()));
        let id = format!("column-{}", field.name);
        let again = id.clone();
        let toggle = move |event: web_sys::Event| {
            columns.toggle(field, event_target_checked(&event));
            dom::focus_soon(format!("[id='{again}']"));
        };
        let step = move |by: i32, word: &'static str, icon_name: &'static str| {
            let id = format!("column-{icon_name}-{}", field.name);
            let again = id.clone();
            let go = move |_| {
                if let Some(at) = at {
                    columns.place(field.name, (at as i32 + by) as usize);
                    dom::focus_soon(format!("[id='{again}']"));
                }
            };
            view! {
                <button type="button" id=id class="btn quiet square small" aria-label=format!("{word} {}", field.label) title=word
                    disabled=at.is_none_or(|at| if by < 0 { at < 2 } else { at + 1 >= end }) on:click=go>{icon(icon_name)}</button>
            }
        };
        view! {
            <div class="column-line">
                <label class="menu-check">
                    <input type="checkbox" id=id prop:checked=at.is_some() on:change=toggle/>
                    <span>{field.label}</span>
                </label>
                {at.is_some().then(|| view! { {step(-1, t().move_up(), "up")}{step(1, t().move_down(), "down")} })}
            </div>
        }
    };
    view! {
        <Menu face label=t().columns() class="btn small" end=true>
            <p class="menu-title">{t().columns()}</p>
            <div class="menu-scroll">{move || fields().into_iter().map(line).collect_view()}</div>
            <button type="button" class="btn quiet small item" on:click=move |_| columns.reset()>{t().default_columns()}</button>
        </Menu>
    }
    .into_any()
}

/// Cards have no heads to sort by.
#[component]
pub fn SortMenu(kind: &'static Kind, sort: Signal<String>, set: Callback<String>) -> impl IntoView {
    let face = view! { {icon("sort")} }.into_any();
    let row = move |label: &'static str, value: String| {
        let (this, now) = (value.clone(), value.clone());
        let on = move || sort.with(|s| *s == now);
        let mark = on.clone();
        view! {
            <button type="button" class="menu-row item" aria-pressed=move || on().to_string() on:click=move |_| set.tell(this.clone())>
                {icon(if value.starts_with('-') { "down" } else { "up" })}{label}{move || mark().then(|| icon("check"))}
            </button>
        }
    };
    let fields = move || {
        let fields = kinds::in_order(kind).into_iter();
        fields.filter(|f| f.can(SORT) && kinds::readable(kind, f))
    };
    view! {
        <span class="narrow-only">
            <Menu face label=t().sort() class="btn small square" end=true>
                <p class="menu-title">{t().sort()}</p>
                <div class="menu-scroll">
                    {fields().flat_map(|f| [row(f.label, f.name.to_owned()), row(f.label, format!("-{}", f.name))]).collect_view()}
                </div>
            </Menu>
        </span>
    }
    .into_any()
}
