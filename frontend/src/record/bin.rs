//! The recycle bin: what was deleted of each kind, last first, and the way back.

use crate::kinds::Kind;
use crate::{
    api::Turn,
    i18n::{fill, format, t},
    kinds,
    record::{field, list::Pages, names, row::Row, save},
    state,
    ui::{self, icon, toast},
};
use leptos::{prelude::*, task::spawn_local};
use std::collections::HashSet;

/// Where the bin of a kind is.
pub fn page(kind: &Kind) -> String {
    format!("/bin/{}", kind.path())
}

/// Who may not delete has nothing to bring back either.
pub fn has_bin(kind: &Kind) -> bool {
    ["view", "delete"]
        .into_iter()
        .all(|action| state::may(kind.name, action))
}

#[component]
pub fn BinPage(kind: Option<&'static Kind>) -> impl IntoView {
    let mut seen = kinds::all().into_iter().filter(|kind| has_bin(kind));
    let all = seen.clone();
    let kind = seen.find(|k| kind.is_none_or(|kind| kind.name == k.name));
    let links = all.map(|k| {
        let here = kind.is_some_and(|kind| kind.name == k.name);
        view! { <a class="tab" href=page(k) aria-current=here.then_some("page")>{kinds::heading(k)}</a> }
    });
    let links = links.collect_view();
    let body = match kind {
        Some(kind) => view! { <Bin kind/> }.into_any(),
        None => ui::empty("search", t().no_such_page(), t().no_such_page_text(), ().into_any()),
    };
    document().set_title(&format!("{} · {}", t().bin(), t().product()));
    view! {
        <div class="page narrow-page">
            <header class="page-head"><h1>{t().bin()}</h1></header>
            <p class="muted">{t().bin_text()}</p>
            <nav class="tab-list" aria-label=t().bin()>{links}</nav>
            {body}
        </div>
    }
    .into_any()
}

#[component]
fn Bin(kind: &'static Kind) -> impl IntoView {
    let pages = Pages::new();
    let path = format!("/{}/deleted?limit=50", kind.path());
    let path = StoredValue::new(path);
    let load = move || pages.load(path.get_value());
    load();
    let restored = RwSignal::new(HashSet::<String>::new());
    // Names of owners and customers come after the rows, and only for rows that lack them.
    let shown = RwSignal::new(Vec::<(String, Row)>::new());
    let turn = Turn::new();
    Effect::new(move |_| {
        let newest = turn.take();
        let rows = pages.rows.get();
        spawn_local(async move {
            let records: Vec<Row> = rows.iter().filter_map(|r| Row::new(r.get("record").clone())).collect();
            let records = names::expanded(kind, &records).await;
            let at = rows.iter().map(|r| r.text("deleted_at").to_owned());
            if newest() {
                shown.set(at.zip(records).collect());
            }
        });
    });
    let restore = Callback::new(move |row: Row| {
        spawn_local(async move {
            match save::restore(kind, row.id(), row.version()).await {
                Ok(_) => {
                    restored.try_update(|r| r.insert(row.id().to_owned()));
                    toast::say(fill(t().restored(), &[&row.title(kind)]));
                }
                Err(problem) => toast::complain(&problem),
            }
        });
    });
    let rows = Memo::new(move |_| {
        let mut rows = shown.get();
        restored.with(|gone| rows.retain(|(_, r)| !gone.contains(r.id())));
        rows
    });
    let state = move || (pages.problem.get(), pages.loading.get(), rows.with(Vec::is_empty));
    move || {
        match state() {
        (Some(problem), _, true) => ui::problem(&problem, Callback::new(move |()| load())),
        (_, loading, true) if loading || pages.rows.with(Vec::len) > restored.with(HashSet::len) => ui::skeleton(5),
        (_, _, true) => ui::empty("trash", t().bin_empty(), fill(t().bin_empty_text(), &[&kinds::many(kind)]), ().into_any()),
        _ => view! {
            <ul class="plain card-list bin">
                <For each=move || rows.get() key=|(_, r)| r.id().to_owned() children=move |(at, row)| line(kind, &at, row, restore)/>
            </ul>
            {pages.foot(move || pages.next(path.get_value()))}
        }
        .into_any(),
    }
    }
}

/// What it was, when it was deleted, and the button back.
fn line(kind: &'static Kind, at: &str, row: Row, restore: Callback<Row>) -> AnyView {
    let about = kinds::first_columns(kind).into_iter();
    let about = about.filter(|f| f.name != kind.title && !row.get(f.name).is_null());
    let about = about
        .take(4)
        .map(|f| {
            let row = row.clone();
            // The firm's lists of values may come after the records.
            view! { <span>{move || field::show(kind, f, &row)}</span> }
        })
        .collect_view();
    let name = row.title(kind);
    let said = fill(t().restore_of(), &[&name]);
    let may = state::me().is_none_or(|m| m.may(kind.name, "delete"));
    view! {
        <li class="line">
            <span class="line-name">{name}</span>
            <span class="line-rest">
                {about}
                <time datetime=at.to_owned() title=format::instant(at)>{fill(t().deleted_at(), &[&format::relative(at)])}</time>
            </span>
            {may.then(|| view! {
                <button type="button" class="btn small" aria-label=said on:click=move |_| restore.run(row.clone())>{icon("undo")}{t().restore()}</button>
            })}
        </li>
    }
    .into_any()
}
