//! The roles of the workspace, and how a new one begins: as a copy, or with nothing.

use super::page;
use crate::{
    api,
    dom::Tell,
    i18n::{fill, format, locale, t},
    kinds,
    record::{list::Pages, row::Row},
    route,
    state::{self, announce},
    ui::{
        self, Dialog, Sending, badge, icon,
        sending::{submit, text_box},
    },
};
use leptos::{prelude::*, task::spawn_local};
use serde_json::{Map, Value, json};

pub fn name_of(role: &Row) -> String {
    domain::role::shown(role.text("key"), role.text("name"), locale()).to_owned()
}

pub fn kind_badge(role: &Row) -> AnyView {
    if role.get("builtin") == true {
        badge("plain", t().role_builtin())
    } else {
        badge("info", t().role_own())
    }
}

/// “3 users”
pub fn users(count: i64) -> String {
    let text = if count == 1 { t().one_user() } else { t().n_users() };
    fill(text, &[&format::number(count as f64)])
}

#[component]
pub fn RoleList() -> impl IntoView {
    let pages = Pages::new();
    let held = RwSignal::new(Value::Null);
    let load = move || {
        pages.load("/roles?limit=200&sort=name".to_owned());
        spawn_local(async move {
            let Ok(reply) = api::get("/roles/holders").send().await else {
                return;
            };
            let data = reply.body["data"].as_array().into_iter().flatten();
            let counts = data.filter_map(|r| Some((r["key"].as_str()?.to_owned(), r["users"].clone())));
            held.try_set(Value::Object(counts.collect::<Map<_, _>>()));
        });
    };
    load();
    let creating = RwSignal::new(false);
    let may_create = state::me().is_none_or(|m| m.may("role", "create"));
    let line = move |role: Row| {
        let key = role.text("key").to_owned();
        let count = move || held.with(|h| h.is_object().then(|| users(h[&key].as_i64().unwrap_or(0))));
        view! {
            <li class="line">
                <a class="line-name" href=page(role.id())>{name_of(&role)}</a>
                {kind_badge(&role)}
                <span class="role-users">{count}</span>
                {(!role.text("description").is_empty()).then(|| view! { <p class="role-about muted">{role.text("description").to_owned()}</p> })}
            </li>
        }
    };
    document().set_title(&format!("{} · {}", kinds::heading(kinds::of("role")), t().product()));
    view! {
        <div class="page narrow-page">
            <header class="page-head"><h1>{kinds::heading(kinds::of("role"))}</h1>
                {may_create.then(|| view! { <div class="page-actions"><button type="button" class="btn primary" on:click=move |_| creating.set(true)>{icon("plus")}{t().new_role()}</button></div> })}
            </header>
            <p class="muted">{t().roles_text()}</p>
            {move || pages.problem.get().map(|p| ui::problem(&p, Callback::new(move |()| load())))}
            {move || (pages.loading.get() && pages.rows.with(Vec::is_empty)).then(|| ui::skeleton(6))}
            <ul class="plain card-list roles"><For each=move || pages.rows.get() key=|r| (r.id().to_owned(), r.version()) children=line/></ul>
            {move || creating.get().then(|| view! { <NewRole from=None close=Callback::new(move |()| creating.set(false))/> })}
        </div>
    }
    .into_any()
}

/// Makes a role of the firm's own. `from` is the role to copy; without one it may be chosen.
#[component]
pub fn NewRole(from: Option<Row>, close: Callback<()>) -> impl IntoView {
    let name = RwSignal::new(
        from.as_ref()
            .map(|r| fill(t().copy_named(), &[&name_of(r)]))
            .unwrap_or_default(),
    );
    let title = from
        .as_ref()
        .map_or_else(|| t().new_role().to_owned(), |r| fill(t().copy_of(), &[&name_of(r)]));
    let description = RwSignal::new(String::new());
    let sending = Sending::new();
    let source = RwSignal::new(from.as_ref().map(|r| r.id().to_owned()).unwrap_or_default());
    let known = Pages::new();
    let copying = from.is_some();
    match from {
        Some(role) => known.rows.set(vec![role]),
        None => known.load("/roles?limit=200&sort=name".to_owned()),
    }
    let create = move || {
        let mut body = json!({ "name": name.get_untracked().trim() });
        if !description.with_untracked(String::is_empty) {
            body["description"] = json!(description.get_untracked());
        }
        let source = source.get_untracked();
        if let Some(role) = known
            .rows
            .with_untracked(|all| all.iter().find(|r| r.id() == source).cloned())
        {
            for field in super::editor::RIGHTS {
                body[field] = role.get(field).clone();
            }
        }
        sending.run(async move {
            let made = api::post("/roles", body).send().await?.body;
            let id = made["id"].as_str().unwrap_or_default().to_owned();
            announce(kinds::of("role").plural, id.clone(), Row::new(made));
            close.tell(());
            route::go(&page(&id));
            Ok(())
        });
    };
    let sources = move || {
        known.rows.with(|all| {
            let option = |r: &Row| view! { <option value=r.id().to_owned()>{name_of(r)}</option> };
            all.iter().map(option).collect_view()
        })
    };
    let about = view! { <textarea class="input" id="role-description" rows="2" maxlength="2000" prop:value=description on:input=move |e| description.set(event_target_value(&e))></textarea> };
    view! {
        <Dialog title close>
            <form on:submit=submit(create) novalidate=true>
                <div class="dialog-body stack">
                    {sending.field("name", "role-name", (t().name(), ui::states::needed_mark()), text_box("role-name", "100", name))}
                    {sending.field("description", "role-description", t().description(), about.into_any())}
                    {(!copying).then(|| view! {
                        <div class="form-field">
                            <label for="role-from">{t().role_from()}</label>
                            <select class="input" id="role-from" on:change=move |e| source.set(event_target_value(&e))>
                                <option value="">{t().role_from_nothing()}</option>
                                {sources}
                            </select>
                        </div>
                    })}
                    {sending.alert()}
                </div>
                {sending.foot(close, t().create_role(), || true)}
            </form>
        </Dialog>
    }
    .into_any()
}
