//! Saved views above a list: tabs to open them, and what is done with one. What somebody changes in a view is theirs and stands in
//! the address until they save it.

use crate::kinds::Kind;
use crate::{
    api,
    dom::{self, Tell},
    i18n::{fill, t},
    record::{
        columns::{self, Columns, Widths},
        filter::{self, Filter},
        groups,
    },
    route::{self, Address},
    state::{self, state},
    ui::{Dialog, Menu, Sending, dialog::Confirm, icon, sending, toast},
};
use leptos::{html, prelude::*, task::spawn_local};
use serde_json::{Value, json};

/// The view whose parts the address holds changed; the request is made of those alone.
pub const CHANGED: &str = "of";
/// What of an address belongs to a view.
const PARTS: [&str; 4] = ["sort", columns::SHOWN, columns::WIDE, groups::GROUP];

/// A view of a list: one that is saved, or one that comes with the product.
#[derive(Clone, PartialEq)]
pub struct View(Value);

impl View {
    /// All that a list of the kind is offered: favourites first, then those of the product.
    pub fn all(kind: &Kind) -> Vec<Self> {
        state().views.with(|told| {
            let own = told["product"][kind.name].as_array().into_iter().flatten();
            let saved = told["saved"].as_array().into_iter().flatten();
            let saved = saved.filter(|view| view["kind"] == kind.name);
            let all: Vec<Self> = own.chain(saved).cloned().map(Self).collect();
            let starred = |view: &&Self| is_favourite(told, kind, view.id());
            let first = all.iter().filter(starred);
            first.chain(all.iter().filter(|view| !starred(view))).cloned().collect()
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

    pub fn name(&self) -> &str {
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

    pub fn is_saved(&self) -> bool {
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

    /// The columns that it shows, where it says.
    pub fn columns(&self) -> Option<Vec<String>> {
        Some(texts(&self.0["columns"])).filter(|names| !names.is_empty())
    }

    /// How wide they are, where it says.
    pub fn widths(&self) -> Option<Widths> {
        Some(widths(&self.0["widths"])).filter(|widths| !widths.is_empty())
    }

    /// The field that its rows stand in groups by.
    pub fn group(&self) -> Option<&str> {
        self.0["group_by"].as_str()
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
    if let (None, Some(sort)) = (next.get("sort"), view.sort()) {
        next = next.with("sort", sort);
    }
    if let (None, Some(group)) = (next.get(groups::GROUP), view.group()) {
        next = next.with(groups::GROUP, group);
    }
    columns::written(next, &view)
}

/// The list on the screen, as an export is asked for.
pub fn asked(kind: &'static Kind, columns: Columns) -> Value {
    let address = state().address.get_untracked();
    let mut asked = json!({ "kind": kind.name, "columns": columns.said().0 });
    for name in ["view", "q", "sort"] {
        if let Some(said) = address.get(name) {
            asked[name] = json!(said);
        }
    }
    let filter = together(filter::tests(kind, &address));
    if !filter.is_null() {
        asked["filter"] = filter;
    }
    asked
}

/// A filter of tests that hold together.
fn together(mut tests: Vec<Value>) -> Value {
    match tests.len() {
        0 => Value::Null,
        1 => tests.remove(0),
        _ => json!({ "and": tests }),
    }
}

/// What is on the screen, as a view says it.
fn said(kind: &'static Kind, columns: Columns) -> Value {
    let address = state().address.get_untracked();
    let view = View::of(kind, &address);
    let mut tests: Vec<Value> = filter::read(kind, &address).iter().map(Filter::test).collect();
    // What chips cannot say stays, and the chips narrow it.
    if let Some(view) = view.as_ref().filter(|_| address.get("view").is_some())
        && !view.0["filter"].is_null()
    {
        tests.insert(0, view.0["filter"].clone());
    }
    let filter = together(tests);
    let sort = address.get("sort").or_else(|| view.as_ref().and_then(View::sort));
    let (columns, widths) = columns.said();
    let group = groups::of(kind, &address).map(|field| field.name);
    json!({ "filter": filter, "sort": sort, "columns": columns, "widths": widths, "group_by": group })
}

/// What the list without a view is called among the marks.
const ALL: &str = "all";

/// What the person has said of a view.
fn mark<'a>(told: &'a Value, kind: &Kind, view: &str) -> &'a Value {
    let mut marks = told["marks"].as_array().into_iter().flatten();
    marks
        .find(|mark| mark["kind"] == kind.name && mark["view"] == view)
        .unwrap_or(&Value::Null)
}

fn is_favourite(told: &Value, kind: &Kind, view: &str) -> bool {
    mark(told, kind, view)["favourite"] == true
}

/// The first of a person's marks of a kind that is such; those opened last come first.
fn marked(kind: &Kind, is: impl Fn(&Value) -> bool) -> Option<String> {
    state().views.with(|told| {
        let mut marks = told["marks"].as_array().into_iter().flatten();
        let mark = marks.find(|mark| mark["kind"] == kind.name && is(mark))?;
        Some(mark["view"].as_str()?.to_owned())
    })
}

/// The view that this person has their list open with: `all` for none.
fn default(kind: &Kind) -> Option<String> {
    marked(kind, |mark| mark["default"] == true)
}

/// The one that they opened last.
fn last(kind: &Kind) -> Option<String> {
    marked(kind, |mark| mark["opened_at"].is_string())
}

/// What the person has made of the columns of the list without a view.
pub fn own(kind: &Kind) -> Value {
    state().views.with(|told| {
        let mark = mark(told, kind, ALL);
        json!({ "columns": texts(&mark["columns"]), "widths": columns::told(&widths(&mark["widths"])) })
    })
}

pub fn own_columns(kind: &Kind) -> Vec<String> {
    texts(&own(kind)["columns"])
}

pub fn own_widths(kind: &Kind) -> Widths {
    widths(&own(kind)["widths"])
}

/// Takes over at once what the server is told beside.
pub fn set_own_columns(kind: &Kind, names: &[&str], widths: &Widths) {
    remark(kind, ALL, false, |mark| {
        mark["columns"] = json!(names);
        mark["widths"] = columns::told(widths);
    });
}

/// Changes a mark as it is known here, and puts it before the others where it has just been opened.
fn remark(kind: &Kind, view: &str, opened: bool, change: impl FnOnce(&mut Value)) {
    state().views.update(|told| {
        if !told["marks"].is_array() {
            told["marks"] = json!([]);
        }
        let Some(marks) = told["marks"].as_array_mut() else {
            return;
        };
        let known = |mark: &Value| mark["kind"] == kind.name && mark["view"] == view;
        let at = marks.iter().position(known).unwrap_or_else(|| {
            marks.push(json!({ "kind": kind.name, "view": view }));
            marks.len() - 1
        });
        change(&mut marks[at]);
        if opened {
            let mark = marks.remove(at);
            marks.insert(0, mark);
        }
    });
}

/// Says of a view for this person, and takes over what the server makes of it.
fn say(kind: &'static Kind, view: String, said: Value) {
    spawn_local(async move {
        match api::put(format!("/views/marks/{}/{view}", kind.name), said)
            .send()
            .await
        {
            Ok(_) => crate::start::again(),
            Err(problem) => toast::complain(&problem),
        }
    });
}

/// Notes what is opened, so that the list comes back with it. Nobody waits for that, and nobody misses it.
fn note(kind: &'static Kind, view: &str) {
    if untrack(|| last(kind)).as_deref() == Some(view) {
        return;
    }
    remark(kind, view, true, |mark| mark["opened_at"] = json!("just now"));
    let call = api::put(format!("/views/marks/{}/{view}", kind.name), json!({ "opened": true }));
    spawn_local(async move {
        let _ = call.send().await;
    });
}

fn texts(value: &Value) -> Vec<String> {
    let values = value.as_array().into_iter().flatten();
    values.filter_map(|text| Some(text.as_str()?.to_owned())).collect()
}

fn widths(value: &Value) -> Widths {
    let values = value.as_object().into_iter().flatten();
    let each = values.filter_map(|(name, width)| Some((name.clone(), i32::try_from(width.as_i64()?).ok()?)));
    each.collect()
}

/// A list that is opened with nothing said begins with the view that the person has chosen, else with the one opened last.
pub fn begin(kind: &'static Kind) {
    let plain = state().address.with_untracked(|a| a.query.is_empty());
    let view = untrack(|| {
        default(kind)
            .or_else(|| last(kind))
            .filter(|view| View::named(kind, view).is_some())
    });
    if let (true, Some(view)) = (plain, view) {
        route::replace(&opened(kind, &view));
    }
}

fn opened(kind: &Kind, view: &str) -> String {
    format!("/{}?view={view}", kind.path())
}

/// What of a view does not count, in words, as an answer tells it.
pub fn left_out(told: &Value) -> Vec<String> {
    let parts = told["view"]["left_out"].as_array().into_iter().flatten();
    parts
        .filter_map(|part| Some(part["message"].as_str()?.to_owned()))
        .collect()
}

pub fn tell_left_out(parts: &[String]) -> Option<AnyView> {
    let text = parts.join(t().sentence_space());
    (!parts.is_empty()).then(|| {
        view! { <p class="notice warn" role="status">{icon("warning")}<span>{t().view_left_out()}{text}</span></p> }
            .into_any()
    })
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
pub fn Views(kind: &'static Kind, columns: Columns) -> impl IntoView {
    let address = state().address;
    let asking = RwSignal::new(None::<Ask>);
    let here = Memo::new(move |_| address.with(|a| View::of(kind, a)));
    let changed = Memo::new(move |_| address.with(is_changed));
    // The list without a view is called so as well.
    let current = Memo::new(move |_| here.with(|view| view.as_ref().map_or(ALL, View::id).to_owned()));
    Effect::new(move |before: Option<String>| {
        let now = current.get();
        // A list that begins without a view has been asked for by something else.
        if before.map_or(now != ALL, |before| before != now) {
            note(kind, &now);
        }
        now
    });
    let strip = NodeRef::<html::Nav>::new();
    Effect::new(move |_| {
        current.track();
        strip.track();
        request_animation_frame(move || {
            if let Some(strip) = strip.try_get_untracked().flatten() {
                dom::centre(&strip, "[aria-current=page]");
            }
        });
    });
    // Drawn anew only where they differ: whoever is on one with the keyboard stays there.
    let offered = Memo::new(move |_| {
        let starred = |id: &str| state().views.with(|told| is_favourite(told, kind, id));
        let views = View::all(kind).into_iter();
        let told = views.map(|view| format!("{}/{}/{}", view.id(), starred(view.id()), view.name()));
        told.collect::<Vec<_>>().join("/")
    });
    let tab = move |id: &str, name: &str, href: String| {
        let star = state().views.with(|told| is_favourite(told, kind, id));
        let (id, name) = (id.to_owned(), name.to_owned());
        let is = move || current.with(|now| *now == id);
        view! { <a class="tab" href=href aria-current=move || is().then_some("page")>{star.then(|| icon("star"))}{name}</a> }
            .into_any()
    };
    let tabs = move || {
        offered.with(|_| ());
        untrack(|| {
            let all = tab(ALL, t().view_all(), format!("/{}", kind.path()));
            let views = View::all(kind).into_iter();
            let views = views.map(|view| tab(view.id(), view.name(), opened(kind, view.id())));
            std::iter::once(all).chain(views).collect_view()
        })
    };
    let may_save = move || here.with(|view| view.as_ref().is_some_and(|view| view.may_change() && !view.locked()));
    let save = move |_| {
        let Some(view) = here.get_untracked() else { return };
        let body = said(kind, columns);
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
    let save_as = move |_| asking.set(Some(Ask::Save(said(kind, columns))));
    let unsaved = move || {
        changed.get().then(|| view! {
            <span class="muted">{t().view_changed()}</span>
            {move || may_save().then(|| view! { <button type="button" class="btn small" on:click=save>{t().save()}</button> })}
            <button type="button" class="btn small" on:click=save_as>{t().view_save_as()}</button>
            <button type="button" class="btn quiet small" on:click=reset>{t().view_reset()}</button>
        })
    };
    let favourite = Memo::new(move |_| {
        state()
            .views
            .with(|told| current.with(|now| is_favourite(told, kind, now)))
    });
    let star = move |_| {
        say(
            kind,
            current.get_untracked(),
            json!({ "favourite": !favourite.get_untracked() }),
        )
    };
    let starred = move || {
        here.with(Option::is_some).then(|| view! {
            <button type="button" class="menu-row item" aria-pressed=move || favourite.get().to_string() on:click=star>
                {icon("star")}{t().view_favourite()}{move || favourite.get().then(|| icon("check"))}
            </button>
        })
    };
    let is_default = Memo::new(move |_| default(kind).is_some_and(|view| current.with(|now| *now == view)));
    // Taken back, the list opens with what was opened last.
    let begin_with = move |_| {
        say(
            kind,
            current.get_untracked(),
            json!({ "default": !is_default.get_untracked() }),
        )
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
            {starred}
            <button type="button" class="menu-row item" aria-pressed=move || is_default.get().to_string() on:click=begin_with>
                {icon("flag")}{t().view_default()}{move || is_default.get().then(|| icon("check"))}
            </button>
            <button type="button" class="menu-row item" on:click=save_as>{icon("plus")}{t().view_save_as()}</button>
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
            <nav class="tab-list" aria-label=t().views() node_ref=strip>{tabs}</nav>
            <div class="view-acts">{unsaved}</div>
            {more}
        </div>
        {dialog}
    }
    .into_any()
}

/// The teams that the person is in: of one, nothing is to be chosen.
async fn own_teams(me: String) -> Vec<(String, String)> {
    let mut teams = Vec::new();
    let mut add = |team: &Value| {
        if let (Some(id), Some(name)) = (team["id"].as_str(), team["name"].as_str())
            && teams.iter().all(|(known, _)| known != id)
        {
            teams.push((id.to_owned(), name.to_owned()));
        }
    };
    if let Ok(reply) = api::get(format!("/users/{me}?fields=team_id&expand=team")).send().await {
        add(&reply.body["team"]);
    }
    if let Ok(members) = api::all(&format!("/team-members?limit=200&expand=team&filter[user_id]={me}")).await {
        members.iter().for_each(|member| add(&member["team"]));
    }
    teams
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
    let named = view
        .as_ref()
        .and_then(|view| view.0["team_id"].as_str().map(str::to_owned));
    let team = RwSignal::new(named.unwrap_or_default());
    let teams = RwSignal::new(Vec::new());
    let title = if view.is_some() {
        t().view_edit()
    } else {
        t().view_save_as()
    };
    let may_share = state::may("view", "share");
    if let (true, Some(me)) = (may_share, state::me()) {
        spawn_local(async move {
            let own = own_teams(me.id).await;
            let _ = teams.try_set(own);
        });
    }
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
    let which = move || {
        let options = teams.get();
        let choice = shared.with(|shared| shared == "team") && options.len() > 1;
        let options = move || {
            let options = options.clone().into_iter();
            options.map(|(id, name)| view! { <option selected=team.with_untracked(|team| *team == id) value=id>{name}</option> }).collect_view()
        };
        choice.then(|| {
            let choose = view! {
                <select class="input" id="view-team" on:change=move |e| team.set(event_target_value(&e))>
                    <option value="">{t().view_teams()}</option>
                    {options()}
                </select>
            };
            sending.wide("team_id", "view-team", t().view_which_team(), choose.into_any())
        })
    };
    let lock = view.is_some().then(|| view! {
        <label class="menu-check"><input type="checkbox" prop:checked=locked on:change=move |e| locked.set(event_target_checked(&e))/><span>{t().view_locked()}</span></label>
    });
    let run = move || {
        let mut body = body.clone();
        body["name"] = json!(name.get_untracked().trim());
        body["shared"] = json!(shared.get_untracked());
        let team = team.get_untracked();
        let team = Some(team).filter(|team| body["shared"] == "team" && !team.is_empty());
        body["team_id"] = json!(team);
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
                    {which}
                    {lock}
                    {sending.alert()}
                </div>
                {sending.foot(close, t().save(), move || name.with(|name| !name.trim().is_empty()))}
            </form>
        </Dialog>
    }
    .into_any()
}
