//! One kind: what it is called, where the firm has made it, and the fields that the firm has added.

use super::{ask, edit::KindDialog, load, made, record_of, take_away};
use crate::{
    data::layout::LayoutEditor,
    i18n::{fill, t},
    kinds,
    office::{
        custom_field::list::FieldList,
        labels::{label_of, shown},
    },
    record::row::Row,
    route,
    state::{self, state},
    ui::{self, Tabs, badge, dialog::Confirm, icon, states, tabs::Tab},
};
use leptos::prelude::*;

#[component]
pub fn KindPage(key: String) -> impl IntoView {
    let made = made();
    let key = StoredValue::new(key);
    let row = Memo::new(move |_| record_of(made, &key.get_value()));
    let told = Memo::new(move |_| {
        state().session.track();
        kinds::kind(&key.get_value()).map(|k| (k.label, k.page, k.path()))
    });
    let name = Memo::new(move |_| {
        let own = row.with(|r| r.as_ref().map(|r| shown(r.get("label")).to_owned()));
        own.or_else(|| told.get().map(|(label, ..)| label.to_owned()))
    });
    Effect::new(move |_| route::title(&name.get().unwrap_or_default()));
    let (editing, deleting) = (RwSignal::new(None::<Row>), RwSignal::new(None::<(Row, String)>));
    let acts = move || {
        let row = row.get()?;
        let again = row.clone();
        Some(view! {
            {state::may("kind", "edit").then(|| view! { <button type="button" class="btn" on:click=move |_| editing.set(Some(row.clone()))>{icon("edit")}{t().edit()}</button> })}
            {state::may("kind", "delete").then(|| view! { <button type="button" class="btn" on:click=move |_| ask(kinds::of("kind"), again.clone(), deleting)>{icon("trash")}{t().delete()}</button> })}
        })
    };
    let current = RwSignal::new("");
    // The fields that the firm has added; and, of what the app knows, how all fields are laid out.
    let parts = move || {
        let fields = Tab::new("fields", t().custom_fields(), move || {
            view! { <FieldList kind=key.get_value()/> }.into_any()
        });
        let layout = Tab::new("layout", kinds::of("layout").label, move || {
            kinds::kind(&key.get_value())
                .map(|kind| view! { <LayoutEditor kind/> })
                .into_any()
        });
        let mut tabs = vec![fields];
        tabs.extend(state::may("layout", "view").then_some(layout));
        view! { <Tabs tabs label=t().sections() current/> }
    };
    let body = move || {
        match name.get() {
        // A kind that was made just now is known before the app is told of it.
        None if made.loading.get() => ui::skeleton(6),
        None => match made.problem.get() {
            Some(problem) => ui::problem(&problem, Callback::new(move |()| load(made))),
            None => states::nowhere("search", t().no_such_page(), t().no_such_page_text(), ().into_any()),
        },
        Some(name) => view! {
            <header class="page-head kind-head"><h1>{name}</h1>{move || row.with(Option::is_some).then(|| badge("info", t().custom()))}<div class="page-actions">{acts}</div></header>
            <p class="muted">{label_of("kind", "key")}{t().colon()}<code translate="no">{key.get_value()}</code>
                {move || told.get().filter(|t| t.1).map(|(_, _, path)| view! { <a class="kind-list" href=format!("/{path}")>{t().show_records()}</a> })}</p>
            {parts()}
        }
        .into_any(),
    }
    };
    // The page's own, and not the question's: that is closed before the answer comes.
    let gone = Callback::new(|()| route::go("/settings/kinds"));
    let delete = move |(row, told): (Row, String)| {
        let name = shown(row.get("label")).to_owned();
        let yes = Callback::new({
            let name = name.clone();
            move |()| {
                take_away(kinds::of("kind"), row.clone(), t().deleted_named(), name.clone(), gone);
            }
        });
        view! { <Confirm title=fill(t().delete_kind_title(), &[&name]) text=format!("{told} {}", t().delete_kind_text()) action=t().delete() close=Callback::new(move |()| deleting.set(None)) yes/> }
    };
    view! {
        <div class="page narrow-page">
            <nav class="crumbs" aria-label=t().breadcrumb()><a href="/settings/kinds">{t().kinds_fields()}</a></nav>
            {body}
            {ui::fresh(
                move || editing.get().map(|r| (r.id().to_owned(), r.version())),
                move |open| open.and_then(|_| editing.get_untracked()).map(|row| view! {
                    <KindDialog row=Some(row) close=Callback::new(move |()| editing.set(None)) newer=Callback::new(move |row| editing.set(Some(row)))/>
                }).into_any(),
            )}
            {move || deleting.get().map(delete)}
        </div>
    }
    .into_any()
}
