//! One record: head with its actions, fields, timeline and what belongs to it; as a page of its own or beside a list.

use crate::{
    api::Problem,
    dom::Tell,
    i18n::{label, t},
    kinds, lead, opportunity,
    record::{field, fields::Fields, history::History, related::Related, row::Row, save, timeline::Timeline},
    route, shell,
    state::{self, state},
    ui::{self, Menu, Tabs, dialog::Confirm, icon, tabs::Tab},
};
use domain::Kind;
use leptos::{prelude::*, task::spawn_local};
use serde_json::json;

/// Beside a list; Escape closes it.
#[component]
pub fn Panel(kind: &'static Kind, id: String, close: Callback<()>) -> impl IntoView {
    let page = kinds::page(kind.name, &id);
    view! {
        <aside class="panel" aria-label=label(kind.label)>
            <div class="panel-bar">
                <span class="muted">{label(kind.label)}</span>
                <span class="grow"></span>
                {page.map(|href| view! { <a class="btn quiet square" href=href aria-label=t().open_page title=t().open_page>{icon("expand")}</a> })}
                <button type="button" class="btn quiet square" aria-label=t().close title=t().close on:click=move |_| close.tell(())>{icon("close")}</button>
            </div>
            <RecordView kind id panel=true gone=close/>
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
            <nav class="crumbs" aria-label=t().breadcrumb><a href=list>{kinds::heading(kind)}</a></nav>
            <RecordView kind id panel=false gone/>
        </div>
    }
    .into_any()
}

#[component]
fn RecordView(kind: &'static Kind, id: String, panel: bool, gone: Callback<()>) -> impl IntoView {
    let loaded = RwSignal::new(None::<Result<RwSignal<Row>, Problem>>);
    let of = StoredValue::new(id);
    let owner = Owner::current();
    let load = move || {
        let owner = owner.clone();
        spawn_local(async move {
            let outcome = save::fetch(kind, &of.get_value()).await;
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
    // A change made elsewhere on the screen shows here too.
    Effect::new(move |_| {
        let Some(change) = state()
            .change
            .get()
            .filter(|c| c.kind == kind.plural && of.with_value(|id| *id == c.id))
        else {
            return;
        };
        if let (Some(Ok(row)), Some(newer)) = (loaded.get_untracked(), change.row)
            && row.with_untracked(|r| r != &newer)
        {
            row.update(|r| *r = r.refreshed(&newer));
        }
    });
    let retry = StoredValue::new(load);
    move || match loaded.get() {
        None => view! { <div class="record"><div class="record-head">{ui::skeleton(2)}</div>{ui::skeleton(8)}</div> }
            .into_any(),
        Some(Err(problem)) => ui::problem(&problem, Callback::new(move |()| retry.with_value(|r| r()))),
        Some(Ok(row)) => view! { <Record kind row panel gone/> }.into_any(),
    }
}

#[component]
fn Record(kind: &'static Kind, row: RwSignal<Row>, panel: bool, gone: Callback<()>) -> impl IntoView {
    let id = row.with_untracked(|r| r.id().to_owned());
    let has_timeline = matches!(kind.name, "customer" | "contact" | "lead" | "opportunity");
    let mut tabs: Vec<Tab> = Vec::new();
    let details = move || view! { <div class="details">{special(kind, row)}<Fields kind row/></div> }.into_any();
    if panel || !has_timeline {
        tabs.push(("details", t().details.to_owned(), Box::new(details)));
    }
    if has_timeline {
        tabs.push((
            "timeline",
            t().timeline.to_owned(),
            Box::new(move || view! { <Timeline kind row/> }.into_any()),
        ));
        for (name, of) in related(kind) {
            let id = id.clone();
            tabs.push((
                name,
                kinds::heading(of),
                Box::new(move || {
                    let preset = preset(kind, of, &id, row);
                    view! { <Related kind=of narrow=format!("filter[{}_id]={id}", kind.name) preset/> }.into_any()
                }),
            ));
        }
    }
    {
        let id = id.clone();
        tabs.push((
            "history",
            t().history.to_owned(),
            Box::new(move || view! { <History kind id=id.clone()/> }.into_any()),
        ));
    }
    view! {
        <article class="record" class:narrow=panel>
            <Head kind row panel gone/>
            {if panel || !has_timeline {
                view! { <Tabs tabs label=t().sections/> }.into_any()
            } else {
                view! { <div class="record-body"><div class="record-left">{details()}</div><div class="record-right"><Tabs tabs label=t().sections/></div></div> }.into_any()
            }}
        </article>
    }
    .into_any()
}

/// What a kind shows above its fields.
fn special(kind: &'static Kind, row: RwSignal<Row>) -> AnyView {
    match kind.name {
        "opportunity" => view! { <opportunity::lines::Lines row/> }.into_any(),
        "lead" => view! { <lead::Became row/> }.into_any(),
        _ => ().into_any(),
    }
}

fn related(kind: &Kind) -> Vec<(&'static str, &'static Kind)> {
    match kind.name {
        "customer" => vec![
            ("contacts", kinds::CONTACT),
            ("opportunities", kinds::OPPORTUNITY),
            ("tasks", kinds::TASK),
        ],
        "contact" => vec![("opportunities", kinds::OPPORTUNITY), ("tasks", kinds::TASK)],
        "lead" | "opportunity" => vec![("tasks", kinds::TASK)],
        _ => vec![],
    }
}

/// What a record made from here starts with: this one as its parent, and this one's own customer.
pub fn preset(kind: &Kind, of: &'static Kind, id: &str, row: RwSignal<Row>) -> crate::record::form::Preset {
    row.with_untracked(|row| {
        let link = of
            .fields
            .iter()
            .find(|f| f.refers == Some(kind.name) && f.name.strip_suffix("_id") == Some(kind.name));
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

#[component]
fn Head(kind: &'static Kind, row: RwSignal<Row>, panel: bool, gone: Callback<()>) -> impl IntoView {
    let deleting = RwSignal::new(false);
    let may_delete = state::me().is_none_or(|m| m.may(kind.name, "delete"));
    let badges = move || {
        row.with(|r| {
            let named = |name: &str| kind.field(name).filter(|_| !r.get(name).is_null());
            view! {
                {named("status").map(|f| field::show(kind, f, r))}
                {named("level").map(|f| view! { <span class="badge plain">{field::show(kind, f, r)}</span> })}
                {named("owner_id").filter(|f| !f.can(domain::record::READONLY)).map(|f| field::show(kind, f, r))}
            }
        })
    };
    let title = move || row.with(|r| r.title(kind));
    Effect::new(move |_| {
        if !panel {
            document().set_title(&format!("{} · Guanxi", title()));
        }
    });
    let actions = match kind.name {
        "lead" => view! { <lead::Actions row/> }.into_any(),
        "opportunity" => view! { <opportunity::Actions row/> }.into_any(),
        _ => ().into_any(),
    };
    view! {
        <header class="record-head">
            <div class="record-name">
                <h1 class="record-title">{title}</h1>
                <div class="record-badges">{badges}</div>
            </div>
            <div class="page-actions">
                {actions}
                {may_delete.then(|| view! {
                    <Menu face=icon("more") label=t().more_actions class="btn quiet square" end=true>
                        <button type="button" class="menu-row item danger" on:click=move |_| deleting.set(true)>{icon("trash")}{t().delete}</button>
                    </Menu>
                })}
            </div>
            {move || deleting.get().then(|| view! {
                <Confirm title=t().delete_title text=crate::i18n::fill(t().delete_text, &[&title()]) action=t().delete
                    close=Callback::new(move |()| deleting.set(false))
                    yes=Callback::new(move |()| save::delete(kind, &row.get_untracked(), gone))/>
            })}
        </header>
        {(kind.name == "opportunity").then(|| view! { <opportunity::StagePath row/> })}
    }
    .into_any()
}
