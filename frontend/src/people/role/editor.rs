//! One role: what it is called, its rights, and who has it. Saved as a whole; what somebody else saved meanwhile is kept.

use super::{
    draft::{self, Difference},
    fields::FieldRights,
    list::{NewRole, kind_badge, name_of, users},
    matrix::GrantsMatrix,
    words,
};
use crate::{
    api::{self, Problem},
    i18n::{fill, label, t},
    kinds, leave,
    record::{history::History, list::Pages, row::Row, save},
    route,
    state::{self, announce},
    ui::{self, Sending, dialog::Confirm, icon, sending::text_box, states::needed_mark, toast},
};
use leptos::{prelude::*, task::spawn_local};
use serde_json::{Map, Value};

/// The fields that a copy takes over.
pub const RIGHTS: [&str; 2] = ["grants", "field_rights"];

/// What can be changed.
#[derive(Clone, Copy)]
struct Draft {
    name: RwSignal<String>,
    description: RwSignal<String>,
    grants: RwSignal<Value>,
    field_rights: RwSignal<Value>,
}

impl Draft {
    fn new(role: &Row) -> Self {
        let draft = Self {
            name: RwSignal::new(String::new()),
            description: RwSignal::new(String::new()),
            grants: RwSignal::new(Value::Null),
            field_rights: RwSignal::new(Value::Null),
        };
        draft.show(role);
        draft
    }

    fn show(self, role: &Row) {
        self.name.set(role.text("name").to_owned());
        self.description.set(role.text("description").to_owned());
        self.grants.set(role.get("grants").clone());
        self.field_rights.set(role.get("field_rights").clone());
    }

    /// The merge patch that makes this of a role; empty where nothing differs.
    fn patch(self, base: &Row) -> Map<String, Value> {
        let mut patch = Map::new();
        let name = self.name.get();
        if name != base.text("name") {
            patch.insert("name".into(), name.into());
        }
        let description = self.description.get();
        if description != base.text("description") {
            let value = if description.is_empty() {
                Value::Null
            } else {
                description.into()
            };
            patch.insert("description".into(), value);
        }
        for (field, rights) in RIGHTS.into_iter().zip([self.grants.get(), self.field_rights.get()]) {
            if rights != *base.get(field) {
                patch.insert(field.into(), draft::merge_patch(base.get(field), &rights));
            }
        }
        patch
    }
}

#[component]
pub fn RolePage(id: String) -> impl IntoView {
    let loaded = RwSignal::new(None::<Result<Row, Problem>>);
    let id = StoredValue::new(id);
    let load = move || {
        spawn_local(async move {
            let outcome = save::fetch(kinds::of("role"), &id.get_value()).await;
            loaded.try_set(Some(outcome));
        });
    };
    load();
    view! {
        <div class="page role-page">
            <nav class="crumbs" aria-label=t().breadcrumb()><a href="/settings/roles">{kinds::heading(kinds::of("role"))}</a></nav>
            {move || match loaded.get() {
                None => ui::skeleton(10),
                Some(Err(problem)) => ui::problem(&problem, Callback::new(move |()| load())),
                Some(Ok(role)) => view! { <Editor role/> }.into_any(),
            }}
        </div>
    }
    .into_any()
}

#[component]
fn Editor(role: Row) -> impl IntoView {
    let me = state::me();
    let may = |action: &str| me.as_ref().is_none_or(|m| m.may("role", action));
    let builtin = role.get("builtin") == true;
    let locked = builtin || !may("edit");
    let (may_create, may_delete) = (may("create"), may("delete") && !builtin);
    let key = role.text("key").to_owned();
    let draft = Draft::new(&role);
    let base = RwSignal::new(role);
    let sending = Sending::new();
    let problem = sending.problem;
    // What somebody else changed while this was edited.
    let theirs = RwSignal::new(Vec::<Difference>::new());
    let merged = RwSignal::new(false);
    let patch = Memo::new(move |_| base.with(|b| draft.patch(b)));
    let dirty = move || patch.with(|p| !p.is_empty());
    leave::watch(dirty);
    document().set_title(&format!("{} · {}", base.with_untracked(name_of), t().product()));

    let reset = move |_| {
        base.with_untracked(|b| draft.show(b));
        problem.set(None);
        merged.set(false);
        theirs.set(Vec::new());
    };
    let send = move |_| {
        if patch.with_untracked(Map::is_empty) {
            return;
        }
        let (old, patch) = (base.get_untracked(), patch.get_untracked());
        sending.run(async move {
            match save::send(kinds::of("role"), &old, &patch, &Map::new()).await {
                Ok(row) => {
                    draft.show(&row);
                    base.try_set(row);
                    merged.try_set(false);
                    theirs.try_set(Vec::new());
                    toast::say(t().saved());
                }
                Err(error) if error.stale() => {
                    // The changes made here, on what is stored now.
                    let newer = save::fetch(kinds::of("role"), old.id()).await?;
                    let both = draft::merged(&newer.whole(), &Value::Object(patch));
                    theirs.try_set(draft::differences(old.get("grants"), newer.get("grants")));
                    if let Some(both) = Row::new(both) {
                        draft.show(&both);
                    }
                    base.try_set(newer);
                    merged.try_set(true);
                }
                Err(error) => return Err(error),
            }
            Ok(())
        });
    };
    let copying = RwSignal::new(false);
    let deleting = RwSignal::new(false);
    let delete = Callback::new(move |()| {
        let (id, version) = base.with_untracked(|b| (b.id().to_owned(), b.version()));
        sending.run(async move {
            api::delete(save::path(kinds::of("role"), &id), version).send().await?;
            toast::say(fill(t().moved_to_bin(), &[&base.with_untracked(name_of)]));
            route::go("/settings/roles");
            announce(kinds::of("role").plural, id, None);
            Ok(())
        });
    });
    let about = move || {
        if locked {
            return base.with(|b| {
                let text = b.text("description").to_owned();
                (!text.is_empty()).then(|| view! { <p class="muted long">{text}</p> }.into_any())
            });
        }
        let about = view! { <textarea class="input" id="role-description" rows="1" maxlength="2000" prop:value=draft.description on:input=move |e| draft.description.set(event_target_value(&e))></textarea> };
        Some(view! {
            <section class="box form-grid">
                {sending.field("name", "role-name", (t().name(), needed_mark()), text_box("role-name", "100", draft.name))}
                {sending.field("description", "role-description", t().description(), about.into_any())}
            </section>
        }
        .into_any())
    };
    // Read when it is asked for.
    let past = RwSignal::new(false);
    let id = base.with_untracked(|b| b.id().to_owned());
    view! {
        <header class="page-head">
            <h1>{move || base.with(name_of)}</h1>
            {base.with_untracked(kind_badge)}
            <div class="page-actions">
                {may_create.then(|| view! { <button type="button" class="btn" class:primary=builtin on:click=move |_| copying.set(true)>{icon("plus")}{t().copy_role()}</button> })}
                {may_delete.then(|| view! { <button type="button" class="btn" on:click=move |_| deleting.set(true)>{icon("trash")}{t().delete_role()}</button> })}
            </div>
        </header>
        {builtin.then(|| view! { <p class="notice role-notice">{icon("lock")}{t().role_builtin_text()}</p> })}
        {move || merged.get().then(|| view! { <Merged theirs draft/> })}
        {about}
        <section class="box">
            <h2>{t().rights()}</h2>
            <GrantsMatrix grants=draft.grants base problem locked/>
        </section>
        <section class="box">
            <h2>{t().field_rights()}</h2>
            <FieldRights rights=draft.field_rights base problem locked/>
        </section>
        <Holders key/>
        <details class="box" on:toggle=move |_| past.set(true)><summary>{t().history()}</summary>{move || past.get().then(|| view! { <History kind=kinds::of("role") id=id.clone()/> })}</details>
        {(!locked || may_delete).then(|| view! {
            <div class="role-foot" class:calm=move || !dirty()>
                {sending.alert()}
                {move || dirty().then(|| view! {
                    <div class="role-save" role="group" aria-label=t().unsaved()>
                        <span class="grow">{t().unsaved()}</span>
                        <button type="button" class="btn" on:click=reset>{t().discard()}</button>
                        <button type="button" class="btn primary" class:loading=sending.busy on:click=send>{t().save()}</button>
                    </div>
                })}
            </div>
        })}
        {move || copying.get().then(|| view! { <NewRole from=Some(base.get_untracked()) close=Callback::new(move |()| copying.set(false))/> })}
        {move || deleting.get().then(|| view! {
            <Confirm title=fill(t().delete_role_title(), &[&base.with_untracked(name_of)]) text=t().delete_role_text() action=t().delete()
                close=Callback::new(move |()| deleting.set(false)) yes=delete/>
        })}
    }
    .into_any()
}

/// After a conflict: what the other changed, and for cells that both changed, the way to theirs.
#[component]
fn Merged(theirs: RwSignal<Vec<Difference>>, draft: Draft) -> impl IntoView {
    let rows = move || {
        theirs.with(|all| {
            all.iter()
                .map(|d| {
                    let difference = d.clone();
                    let key = d.action_key();
                    let mine = move || draft.grants.with(|g| draft::reach(g, &difference.subject, key) != difference.new);
                    let difference = d.clone();
                    let name = format!("{} · {}", d.subject.label(), label(words::action(d.action)));
                    let take = fill("{} {}", &[t().take_theirs(), &name]);
                    view! {
                        <li>
                            {name}{t().colon()}<s>{label(words::reach(d.old))}</s>" → "<b>{label(words::reach(d.new))}</b>" "
                            {move || mine().then(|| view! {
                                <button type="button" class="btn small" aria-label=take.clone()
                                    on:click=move |_| draft.grants.update(|g| draft::set(g, difference.subject.name, key, Some(difference.new)))>{t().take_theirs()}</button>
                            })}
                        </li>
                    }
                })
                .collect_view()
        })
    };
    view! {
        <div class="notice role-notice" role="alert">
            <div>
                <p>{t().role_merged()}</p>
                {move || theirs.with(|all| !all.is_empty()).then(|| view! { <p>{t().they_also_changed()}</p> })}
                <ul class="plain">{rows}</ul>
            </div>
        </div>
    }
    .into_any()
}

/// The users who have the role, each with a way to their record.
#[component]
fn Holders(key: String) -> impl IntoView {
    let pages = Pages::new();
    let path = format!(
        "/users?limit=50&sort=name&count=exact&fields=id,name,email,disabled&filter[roles][contains]={}",
        route::encode(&key)
    );
    let path = StoredValue::new(path);
    let load = move || pages.load(path.get_value());
    load();
    let line = |user: Row| {
        let off = user.get("disabled") == true;
        view! {
            <li class="line">
                {ui::avatar(user.id(), user.text("name"))}
                <a class="line-name" href=format!("/settings/users?open={}", user.id())>{user.text("name").to_owned()}</a>
                {off.then(|| ui::badge("disabled", t().user_disabled()))}
                <span class="line-rest">{user.text("email").to_owned()}</span>
            </li>
        }
    };
    let nobody = move || !pages.loading.get() && pages.problem.with(Option::is_none) && pages.rows.with(Vec::is_empty);
    view! {
        <section class="box">
            <h2>{t().role_holders()}<span class="count">{move || pages.count.get().map(users)}</span></h2>
            {move || pages.problem.get().map(|p| ui::problem(&p, Callback::new(move |()| load())))}
            {move || (pages.loading.get() && pages.rows.with(Vec::is_empty)).then(|| ui::skeleton(3))}
            {move || nobody().then(|| view! { <p class="hint">{t().nobody_has()}</p> })}
            <ul class="plain"><For each=move || pages.rows.get() key=|u| u.id().to_owned() children=line/></ul>
            {pages.foot(move || pages.next(path.get_value()))}
        </section>
    }
    .into_any()
}
