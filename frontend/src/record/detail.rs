//! One record: head with its actions, fields, timeline and what belongs to it; as a page of its own or beside a list.

use crate::kinds::{Field, Kind};
use crate::{
    access::WhyDialog,
    api::{self, Problem},
    dom::{self, Tell},
    i18n::t,
    kinds,
    merge::{self, MergeDialog},
    parts,
    record::{field, fields::Fields, history::History, related::Related, row::Row, save, special, timeline::Timeline},
    route,
    sharing::ShareDialog,
    shell,
    state::{self, state},
    transfer::{self, TransferDialog},
    ui::{self, Menu, Tabs, dialog::Confirm, icon, tabs::Tab, toast},
};
use leptos::{prelude::*, task::spawn_local};
use serde_json::{Map, json};

/// Beside a list; Escape closes it.
#[component]
pub fn Panel(kind: &'static Kind, id: String, close: Callback<()>) -> impl IntoView {
    let page = kinds::page(kind.name, &id);
    view! {
        <aside class="panel" aria-label=kind.label>
            <div class="panel-bar">
                <span class="muted">{kind.label}</span>
                <span class="grow"></span>
                {page.map(|href| view! { <a class="btn quiet square" href=href aria-label=t().open_page() title=t().open_page()>{icon("expand")}</a> })}
                <button type="button" class="btn quiet square" aria-label=t().close() title=t().close() on:click=move |_| close.tell(())>{icon("close")}</button>
            </div>
            {ui::later(move || parts::record_beside(kind, id.clone(), close))}
        </aside>
    }
    .into_any()
}

#[component]
pub fn RecordPage(kind: &'static Kind, id: String) -> impl IntoView {
    let list = format!("/{}", kind.path());
    let gone = {
        let list = list.clone();
        Callback::new(move |()| route::go(&list))
    };
    view! {
        <div class="record-page">
            <nav class="crumbs" aria-label=t().breadcrumb()><a href=list>{kinds::heading(kind)}</a></nav>
            <RecordView kind id panel=false gone/>
        </div>
    }
    .into_any()
}

#[component]
pub fn RecordView(kind: &'static Kind, id: String, panel: bool, gone: Callback<()>) -> impl IntoView {
    let loaded = RwSignal::new(None::<Result<RwSignal<Row>, Problem>>);
    let of = StoredValue::new(id);
    let owner = Owner::current();
    let load = move || {
        let owner = owner.clone();
        spawn_local(async move {
            let outcome = save::fetch_counting(kind, &of.get_value(), &counts_of(kind)).await;
            if loaded.try_with_untracked(|_| ()).is_none() {
                return;
            }
            if let Ok(row) = &outcome {
                shell::remember(kind.name, row.id(), &row.title(kind));
            }
            // Owned by this view, though it is made after an await.
            let outcome = outcome.map(|row| match owner {
                Some(owner) => owner.with(|| RwSignal::new(row)),
                None => RwSignal::new(row),
            });
            loaded.set(Some(outcome));
        });
    };
    load();
    // What is open stays so, with what is being typed in it.
    let anew = move || {
        spawn_local(async move {
            let Some(id) = of.try_get_value() else { return };
            match (
                save::fetch_counting(kind, &id, &counts_of(kind)).await,
                loaded.try_get_untracked().flatten(),
            ) {
                (Ok(newer), Some(Ok(row))) => row.set(newer),
                (Err(problem), Some(_)) if problem.status == 404 => loaded.set(Some(Err(problem))),
                _ => {}
            }
        });
    };
    // A change made elsewhere on the screen shows here too.
    Effect::new(move |_| {
        let Some(change) = state().change.get() else { return };
        if change.kind == state::ANY {
            return anew();
        }
        if change.kind != kind.plural || of.with_value(|id| *id != change.id) {
            return;
        }
        if let (Some(Ok(row)), Some(newer)) = (loaded.get_untracked(), change.row)
            && row.with_untracked(|r| r != &newer)
        {
            row.update(|r| *r = r.refreshed(&newer));
        }
    });
    let retry = StoredValue::new(load);
    let waiting = move || {
        view! { <div class="record" class:narrow=panel><div class="record-head">{ui::skeleton(2)}</div>{ui::skeleton(8)}</div> }
            .into_any()
    };
    move || match loaded.get() {
        None => waiting(),
        Some(Err(problem)) => ui::problem(&problem, Callback::new(move |()| retry.with_value(|r| r()))),
        Some(Ok(row)) => view! { <Record kind row panel gone/> }.into_any(),
    }
}

/// Up to this width, in pixels, the fields are a tab beside the others: else what happened would lie far below them.
const ONE_COLUMN: f64 = 1100.0;

#[component]
fn Record(kind: &'static Kind, row: RwSignal<Row>, panel: bool, gone: Callback<()>) -> impl IntoView {
    let current = RwSignal::new("");
    let has_timeline = kind.timeline;
    recount(kind, row);
    let details = move || {
        view! { <div class="details">{special::on_page(kind).above.map(|draw| draw(row))}<Fields kind row/></div> }
            .into_any()
    };
    let tabs = move |with_details: bool| {
        let mut tabs: Vec<Tab> = Vec::new();
        if with_details {
            tabs.push(Tab::new("details", t().details(), details));
        }
        if has_timeline {
            tabs.push(Tab::new("timeline", t().timeline(), move || {
                view! { <Timeline kind row/> }.into_any()
            }));
        }
        for of in kinds::related(kind) {
            let name = of.name();
            let count = Signal::derive(move || row.with(|r| r.get("counts")[&name].as_i64()));
            let draw = move || {
                let id = row.with_untracked(|r| r.id().to_owned());
                let preset = preset(kind, of.kind, Some(of.by), &id, row);
                view! { <Related kind=of.kind narrow=of.by.filter_by(&id) preset/> }.into_any()
            };
            tabs.push(Tab {
                count: Some(count),
                ..Tab::new(of.by.tab, of.title(), draw)
            });
        }
        let history = move || {
            let id = row.with_untracked(|r| r.id().to_owned());
            view! { <History kind id/> }.into_any()
        };
        tabs.push(Tab::new("history", t().history(), history));
        tabs
    };
    let wide = dom::wider_than(ONE_COLUMN);
    let body = move || {
        if panel || !has_timeline || !wide.get() {
            view! { <Tabs tabs=tabs(true) label=t().sections() current/> }.into_any()
        } else {
            view! { <div class="record-body"><div class="record-left">{details()}</div><div class="record-right"><Tabs tabs=tabs(false) label=t().sections() current/></div></div> }.into_any()
        }
    };
    view! {
        <article class="record" class:narrow=panel>
            <Head kind row panel gone current/>
            {body}
        </article>
    }
    .into_any()
}

/// The kinds that are counted on the tabs of a record, as they are asked for.
fn counts_of(kind: &'static Kind) -> String {
    let of = kinds::related(kind);
    of.into_iter().map(kinds::Related::name).collect::<Vec<_>>().join(",")
}

/// Counts again what is on the tabs when one of it is made or deleted.
fn recount(kind: &'static Kind, row: RwSignal<Row>) {
    let of = kinds::related(kind);
    if of.is_empty() {
        return;
    }
    Effect::new(move |before: Option<()>| {
        let changed = state()
            .change
            .with(|c| c.as_ref().is_some_and(|c| of.iter().any(|of| of.kind.plural == c.kind)));
        if before.is_none() || !changed {
            return;
        }
        let path = row.with_untracked(|r| save::path(kind, r.id()));
        spawn_local(async move {
            let path = format!("{path}?fields=id&counts={}", counts_of(kind));
            if let Ok(reply) = api::get(path).send().await {
                let counts = Map::from_iter([("counts".to_owned(), reply.body["counts"].clone())]);
                row.try_update(|r| *r = r.with(&counts));
            }
        });
    });
}

/// What a record made from here starts with: this one, in the field that names it, and this one's own customer.
pub fn preset(
    kind: &Kind,
    of: &'static Kind,
    link: Option<&'static Field>,
    id: &str,
    row: RwSignal<Row>,
) -> crate::record::form::Preset {
    row.with_untracked(|row| {
        let mut preset: crate::record::form::Preset =
            link.map(|f| (f.name, json!(id), row.title(kind))).into_iter().collect();
        if let (Some(field), Some(mine), true) = (
            of.field("customer_id"),
            kind.field("customer_id"),
            kind.name != "customer",
        ) && let Some((id, name)) = row.reference(mine)
        {
            preset.push((field.name, json!(id), name));
        }
        preset
    })
}

/// Reads a record that others may reach now than before; who does not see it any more goes back to the list.
fn again(kind: &'static Kind, row: RwSignal<Row>, gone: Callback<()>) {
    let id = row.with_untracked(|r| r.id().to_owned());
    spawn_local(async move {
        match save::fetch(kind, &id).await {
            Ok(newer) => state::announce(kind.plural, id, Some(newer)),
            Err(problem) if problem.status == 404 => {
                state::announce(kind.plural, id, None);
                gone.tell(());
            }
            Err(problem) => toast::complain(&problem),
        }
    });
}

/// `current` is the tab shown below.
#[component]
fn Head(
    kind: &'static Kind,
    row: RwSignal<Row>,
    panel: bool,
    gone: Callback<()>,
    current: RwSignal<&'static str>,
) -> impl IntoView {
    let deleting = RwSignal::new(false);
    let transferring = RwSignal::new(false);
    let merging = RwSignal::new(false);
    let (sharing, wondering) = (RwSignal::new(false), RwSignal::new(false));
    let may_delete = state::me().is_none_or(|m| m.may(kind.name, "delete"));
    let may_give = transfer::allowed(kind);
    let badges = move || {
        row.with(|r| {
            let named = |name: &str| kind.field(name).filter(|_| !r.get(name).is_null());
            view! {
                {named("status").map(|f| field::show(kind, f, r))}
                {named("level").map(|f| view! { <span class="badge plain">{field::show(kind, f, r)}</span> })}
                {named("owner_id").filter(|_| kind.owned).map(|f| field::show(kind, f, r))}
            }
        })
    };
    let title = move || row.with(|r| r.title(kind));
    let special = special::on_page(kind);
    let face = special
        .face
        .then_some(move || row.with(|r| ui::avatar(r.id(), &r.title(kind))));
    Effect::new(move |_| {
        if !panel {
            route::title(&title());
        }
    });
    let actions = match special.actions {
        Some(draw) => draw(row),
        None if kind.timeline && state::me().is_none_or(|m| m.may("activity", "create")) => {
            let write = move |_| {
                current.set("timeline");
                dom::focus_soon(".composer textarea".to_owned());
            };
            view! { <button type="button" class="btn primary" on:click=write>{icon("note")}<span>{t().follow_up()}</span></button> }.into_any()
        }
        _ => ().into_any(),
    };
    view! {
        <header class="record-head">
            <div class="record-name">
                <h1 class="record-title">{face}{title}</h1>
                <div class="record-badges">{badges}</div>
            </div>
            <div class="page-actions">
                {actions}
                <Menu face=icon("more") label=t().more_actions() class="btn quiet square" end=true>
                    {may_give.then(|| view! { <button type="button" class="menu-row item" on:click=move |_| transferring.set(true)>{icon("people")}{t().transfer()}</button> })}
                    {merge::allowed(kind).then(|| view! { <button type="button" class="menu-row item" on:click=move |_| merging.set(true)>{icon("search")}{t().find_duplicates()}</button> })}
                    {kind.owned.then(|| view! { <button type="button" class="menu-row item" on:click=move |_| sharing.set(true)>{icon("share")}{t().share()}</button> })}
                    <button type="button" class="menu-row item" on:click=move |_| wondering.set(true)>{icon("lock")}{t().who_sees()}</button>
                    {move || special.menu.map(|draw| draw(row))}
                    {may_delete.then(|| view! { <button type="button" class="menu-row item danger" on:click=move |_| deleting.set(true)>{icon("trash")}{t().delete()}</button> })}
                </Menu>
            </div>
            {move || transferring.get().then(|| view! {
                <TransferDialog kind rows=vec![row.get_untracked()] close=Callback::new(move |()| transferring.set(false))
                    done=Callback::new(move |()| again(kind, row, gone))/>
            })}
            {move || merging.get().then(|| view! {
                <MergeDialog kind ids=vec![row.with_untracked(|r| r.id().to_owned())] close=Callback::new(move |()| merging.set(false))
                    done=Callback::new(move |kept: Row| if kept.id() != row.with_untracked(|r| r.id().to_owned()) { gone.tell(()) })/>
            })}
            {move || sharing.get().then(|| view! {
                <ShareDialog kind row=row.get_untracked() close=Callback::new(move |()| sharing.set(false))
                    changed=Callback::new(move |()| again(kind, row, gone))/>
            })}
            {move || wondering.get().then(|| view! { <WhyDialog kind row=row.get_untracked() close=Callback::new(move |()| wondering.set(false))/> })}
            {move || deleting.get().then(|| view! {
                <Confirm title=t().delete_title() text=crate::i18n::fill(t().delete_text(), &[&title()]) action=t().delete()
                    close=Callback::new(move |()| deleting.set(false))
                    yes=Callback::new(move |()| save::delete(kind, &row.get_untracked(), gone))/>
            })}
        </header>
        {special.head.map(|draw| draw(row))}
    }
    .into_any()
}
