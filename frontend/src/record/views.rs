//! Saved views above a list: tabs to open them, and what is done with one. What somebody changes in a view is theirs and stands in
//! the address until they save it.

use crate::kinds::Kind;
use crate::{
    api,
    dom::Tell,
    i18n::{fill, t},
    record::filter::{self, Filter},
    route::{self, Address},
    state::{self, state},
    ui::{Dialog, Menu, Sending, dialog::Confirm, icon, sending, toast},
};
use leptos::{prelude::*, task::spawn_local};
use serde_json::{Value, json};

/// The view whose parts the address holds changed; the request is made of those alone.
pub const CHANGED: &str = "of";
/// What of an address belongs to a view.
const PARTS: [&str; 2] = ["sort", "cols"];

/// A view of a list: one that is saved, or one that comes with the product.
#[derive(Clone, PartialEq)]
pub struct View(Value);

impl View {
    /// All that a list of the kind is offered, those of the product first.
    pub fn all(kind: &Kind) -> Vec<Self> {
        state().views.with(|told| {
            let own = told["product"][kind.name].as_array().into_iter().flatten();
            let saved = told["saved"].as_array().into_iter().flatten();
            let saved = saved.filter(|view| view["kind"] == kind.name);
            own.chain(saved).cloned().map(Self).collect()
        })
    }

    fn named(kind: &Kind, name: &str) -> Option<Self> {
        Self::all(kind).into_iter().find(|view| view.id() == name)
    }

    /// The one that an address is about, changed or not.
    pub fn of(kind: &Kind, address: &Address) -> Option<Self> {
        let name = address.get("view").or_else(|| address.get(CHANGED))?;
        Self::named(kind, name)
    }

    pub fn id(&self) -> &str {
        self.0["id"]
            .as_str()
            .or_else(|| self.0["key"].as_str())
            .unwrap_or_default()
    }

    fn name(&self) -> &str {
        self.0["name"]
            .as_str()
            .or_else(|| self.0["label"].as_str())
            .unwrap_or_default()
    }

    fn path(&self) -> String {
        format!("/views/{}", self.id())
    }

    fn version(&self) -> i64 {
        self.0["version"].as_i64().unwrap_or_default()
    }

    fn is_saved(&self) -> bool {
        self.0["id"].is_string()
    }

    fn is_mine(&self) -> bool {
        state::me().is_some_and(|me| self.0["owner_id"] == me.id.as_str())
    }

    /// Whether this person may change it, as far as the app can tell.
    fn may_change(&self) -> bool {
        self.is_saved() && (self.is_mine() || state::may("view", "configure"))
    }

    fn locked(&self) -> bool {
        self.0["locked"] == true
    }

    pub fn sort(&self) -> Option<&str> {
        self.0["sort"].as_str()
    }

    /// The columns that it shows, as they stand in an address.
    pub fn columns(&self) -> Option<String> {
        let names = self.0["columns"].as_array().filter(|names| !names.is_empty())?;
        Some(names.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(","))
    }

    /// Its tests, where they all hold together; none where the filter says more than chips can.
    pub fn chips(&self, kind: &'static Kind) -> Option<Vec<Filter>> {
        let filter = &self.0["filter"];
        let tests = match filter["and"].as_array() {
            Some(tests) => tests.as_slice(),
            None if filter.is_null() => &[],
            None => std::slice::from_ref(filter),
        };
        tests.iter().map(|test| filter::told(kind, test)).collect()
    }
}

/// Whether the address holds something that its view does not.
fn is_changed(address: &Address) -> bool {
    let parts = |(name, _): &(String, String)| PARTS.contains(&name.as_str()) || name.starts_with("filter[");
    address.get(CHANGED).is_some() || address.query.iter().any(parts)
}

/// The address with what its view says written out, so that a part of it can be changed.
pub fn written_out(kind: &'static Kind, address: Address) -> Address {
    let Some(view) = address.get("view").and_then(|name| View::named(kind, name)) else {
        return address;
    };
    let Some(chips) = view.chips(kind) else { return address };
    let mut next = address.with("view", "").with(CHANGED, view.id());
    for chip in chips {
        next = next.with(&chip.key(), &chip.value);
    }
    for (name, value) in [("sort", view.sort().map(str::to_owned)), ("cols", view.columns())] {
        if let (None, Some(value)) = (next.get(name), value) {
            next = next.with(name, &value);
        }
    }
    next
}

/// What is on the screen, as a view says it.
fn said(kind: &'static Kind, columns: &[&str]) -> Value {
    let address = state().address.get_untracked();
    let view = View::of(kind, &address);
    let mut tests: Vec<Value> = filter::read(kind, &address).iter().map(Filter::test).collect();
    // What chips cannot say stays, and the chips narrow it.
    if let Some(view) = view.as_ref().filter(|_| address.get("view").is_some())
        && !view.0["filter"].is_null()
    {
        tests.insert(0, view.0["filter"].clone());
    }
    let filter = match tests.len() {
        0 => Value::Null,
        1 => tests.remove(0),
        _ => json!({ "and": tests }),
    };
    let sort = address.get("sort").or_else(|| view.as_ref().and_then(View::sort));
    json!({ "filter": filter, "sort": sort, "columns": columns })
}

/// The view that this person has their list open with: `all` for none.
fn default(kind: &Kind) -> String {
    state().views.with(|told| {
        let mut marks = told["marks"].as_array().into_iter().flatten();
        let mark = marks.find(|mark| mark["kind"] == kind.name && mark["default"] == true);
        mark.and_then(|mark| mark["view"].as_str()).unwrap_or(ALL).to_owned()
    })
}

/// What the list without a view is called among the marks.
const ALL: &str = "all";

/// A list that is opened with nothing said begins with the view that the person has chosen.
pub fn begin(kind: &'static Kind) {
    let plain = state().address.with_untracked(|a| a.query.is_empty());
    let view = default(kind);
    if plain && View::named(kind, &view).is_some() {
        route::replace(&opened(kind, &view));
    }
}

fn opened(kind: &Kind, view: &str) -> String {
    format!("/{}?view={view}", kind.path())
}

/// Brings what was written into the app, and shows it.
async fn taken(kind: &'static Kind, view: String) {
    if crate::start::load().await.is_ok() {
        route::replace(&match view.is_empty() {
            true => format!("/{}", kind.path()),
            false => opened(kind, &view),
        });
    }
}

#[derive(Clone)]
enum Ask {
    Save(Value),
    Edit(View),
    Delete(View),
}

/// The tabs of a kind's views, and what can be done with the one that is open.
#[component]
pub fn Views(kind: &'static Kind, columns: Signal<Vec<&'static str>>) -> impl IntoView {
    let address = state().address;
    let asking = RwSignal::new(None::<Ask>);
    let here = Memo::new(move |_| address.with(|a| View::of(kind, a)));
    let changed = Memo::new(move |_| address.with(is_changed));
    let current = move || here.with(|view| view.as_ref().map(|view| view.id().to_owned()).unwrap_or_default());
    let tab = move |id: String, name: String, href: String| {
        let is = move || current() == id;
        view! { <a class="tab" href=href aria-current=move || is().then_some("page")>{name}</a> }
    };
    let tabs = move || {
        let views = View::all(kind).into_iter();
        let views = views.map(|view| tab(view.id().to_owned(), view.name().to_owned(), opened(kind, view.id())));
        views.collect_view()
    };
    let may_save = move || here.with(|view| view.as_ref().is_some_and(|view| view.may_change() && !view.locked()));
    let save = move |_| {
        let Some(view) = here.get_untracked() else { return };
        let body = said(kind, &columns.get_untracked());
        spawn_local(async move {
            match api::patch(view.path(), view.version(), body).send().await {
                Ok(_) => taken(kind, view.id().to_owned()).await,
                Err(problem) => toast::complain(&problem),
            }
        });
    };
    let reset = move |_| {
        route::replace(
            &here
                .get_untracked()
                .map_or_else(|| format!("/{}", kind.path()), |view| opened(kind, view.id())),
        )
    };
    let save_as = move |_| asking.set(Some(Ask::Save(said(kind, &columns.get_untracked()))));
    let unsaved = move || {
        changed.get().then(|| view! {
            <span class="muted">{t().view_changed()}</span>
            {move || may_save().then(|| view! { <button type="button" class="btn small" on:click=save>{t().save()}</button> })}
            <button type="button" class="btn small" on:click=save_as>{t().view_save_as()}</button>
            <button type="button" class="btn quiet small" on:click=reset>{t().view_reset()}</button>
        })
    };
    let is_default = Memo::new(move |_| {
        let now = current();
        default(kind) == if now.is_empty() { ALL } else { now.as_str() }
    });
    let make_default = move |_| {
        let now = current();
        let view = if now.is_empty() { ALL.to_owned() } else { now };
        spawn_local(async move {
            match api::put(format!("/views/marks/{}/{view}", kind.name), json!({ "default": true }))
                .send()
                .await
            {
                Ok(_) => crate::start::again(),
                Err(problem) => toast::complain(&problem),
            }
        });
    };
    let items = move || {
        let view = here.get().filter(View::may_change)?;
        let delete = view.clone();
        Some(view! {
            <button type="button" class="menu-row item" on:click=move |_| asking.set(Some(Ask::Edit(view.clone())))>{icon("edit")}{t().view_edit()}</button>
            <button type="button" class="menu-row item" on:click=move |_| asking.set(Some(Ask::Delete(delete.clone())))>{icon("trash")}{t().delete()}</button>
        })
    };
    let more = view! {
        <Menu face=icon("more") label=t().views() class="btn quiet small square" end=true>
            <button type="button" class="menu-row item" disabled=is_default on:click=make_default>{move || is_default.get().then(|| icon("check"))}{t().view_default()}</button>
            {items}
        </Menu>
    };
    let close = Callback::new(move |()| asking.set(None));
    let dialog = move || {
        Some(match asking.get()? {
            Ask::Save(body) => view! { <Edit kind view=None body close/> }.into_any(),
            Ask::Edit(view) => view! { <Edit kind view=Some(view) body=json!({}) close/> }.into_any(),
            Ask::Delete(view) => {
                let title = fill(t().view_delete(), &[view.name()]);
                let yes = Callback::new(move |()| {
                    let call = api::delete(view.path(), view.version());
                    spawn_local(async move {
                        match call.send().await {
                            Ok(_) => taken(kind, String::new()).await,
                            Err(problem) => toast::complain(&problem),
                        }
                    });
                });
                view! { <Confirm title text=t().view_delete_text() action=t().delete() close yes/> }.into_any()
            }
        })
    };
    view! {
        <div class="view-bar">
            <nav class="tab-list" aria-label=t().views()>
                {tab(String::new(), t().view_all().to_owned(), format!("/{}", kind.path()))}
                {tabs}
            </nav>
            <div class="view-acts">{unsaved}{more}</div>
        </div>
        {dialog}
    }
    .into_any()
}

/// What a view is called, and who sees it.
#[component]
fn Edit(kind: &'static Kind, view: Option<View>, body: Value, close: Callback<()>) -> impl IntoView {
    let sending = Sending::new();
    let name = RwSignal::new(view.as_ref().map(|view| view.name().to_owned()).unwrap_or_default());
    let was = view
        .as_ref()
        .and_then(|view| view.0["shared"].as_str().map(str::to_owned));
    let shared = RwSignal::new(was.unwrap_or_else(|| "me".into()));
    let locked = RwSignal::new(view.as_ref().is_some_and(View::locked));
    let title = if view.is_some() {
        t().view_edit()
    } else {
        t().view_save_as()
    };
    let may_share = state::may("view", "share");
    let audiences = [
        ("me", t().view_me()),
        ("team", t().view_team()),
        ("all", t().view_everybody()),
    ];
    let audiences = audiences.into_iter().filter(move |(key, _)| *key == "me" || may_share);
    let options =
        audiences.map(|(key, text)| view! { <option value=key selected=shared.get_untracked() == key>{text}</option> });
    let options = options.collect_view();
    let choose = view! { <select class="input" id="view-shared" on:change=move |e| shared.set(event_target_value(&e))>{options}</select> }.into_any();
    let lock = view.is_some().then(|| view! {
        <label class="menu-check"><input type="checkbox" prop:checked=locked on:change=move |e| locked.set(event_target_checked(&e))/><span>{t().view_locked()}</span></label>
    });
    let run = move || {
        let mut body = body.clone();
        body["name"] = json!(name.get_untracked().trim());
        body["shared"] = json!(shared.get_untracked());
        let call = match &view {
            Some(view) => {
                body["locked"] = json!(locked.get_untracked());
                // One that was locked is unlocked by itself first.
                api::patch(view.path(), view.version(), body)
            }
            None => {
                body["kind"] = json!(kind.name);
                api::post("/views", body)
            }
        };
        sending.run(async move {
            let reply = call.send().await?;
            taken(kind, reply.body["id"].as_str().unwrap_or_default().to_owned()).await;
            close.tell(());
            Ok(())
        });
    };
    view! {
        <Dialog title close>
            <form on:submit=sending::submit(run)>
                <div class="dialog-body stack">
                    {sending.wide("name", "view-name", t().name(), sending::text_box("view-name", "100", name))}
                    {sending.wide("shared", "view-shared", t().view_shared(), choose)}
                    {lock}
                    {sending.alert()}
                </div>
                {sending.foot(close, t().save(), move || name.with(|name| !name.trim().is_empty()))}
            </form>
        </Dialog>
    }
    .into_any()
}
