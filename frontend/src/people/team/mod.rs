//! Who belongs to which teams: the members of a team, and the teams somebody belongs to besides their own.

use crate::kinds::Kind;
use crate::{
    api::{self, Problem},
    i18n::{fill, noun, t},
    kinds,
    record::row::Row,
    state::{self, state},
    ui::{self, Sending, avatar, badge, combobox::Combobox, icon},
};
use leptos::{prelude::*, task::spawn_local};
use serde_json::json;

/// Somebody at home in the team, or the record that says who has joined.
#[derive(Clone, PartialEq)]
struct Entry {
    id: String,
    version: Option<i64>,
    /// The other side: somebody, or a team.
    other: String,
    name: String,
    duty: String,
}

/// The members of a team: those at home in it, and those who have joined.
#[component]
pub fn MembersOf(row: RwSignal<Row>) -> impl IntoView {
    view! { <Belonging row mine="team_id" theirs="user" of=kinds::of("user") title=t().members() empty=t().no_members()/> }
}

/// The teams that somebody has joined besides their own.
#[component]
pub fn TeamsOf(row: RwSignal<Row>) -> impl IntoView {
    view! { <Belonging row mine="user_id" theirs="team" of=kinds::of("team") title=t().joined_teams() empty=t().no_joined_teams()/> }
}

#[component]
fn Belonging(
    row: RwSignal<Row>,
    mine: &'static str,
    /// What stands on the other side, as it is expanded.
    theirs: &'static str,
    of: &'static Kind,
    title: &'static str,
    empty: &'static str,
) -> impl IntoView {
    let id = StoredValue::new(row.with_untracked(|r| r.id().to_owned()));
    let entries = RwSignal::new(None::<Vec<Entry>>);
    let failed = RwSignal::new(None::<Problem>);
    let sending = Sending::new();
    let may_edit = state::me().is_none_or(|m| m.may("team", "edit"));
    let load = move || {
        spawn_local(async move {
            let id = id.get_value();
            let found = async {
                let mut all = Vec::new();
                if of.name == "user" {
                    let path = format!("/users?limit=200&sort=name&fields=id,name&filter[team_id]={id}");
                    let home = rows(path).await?.into_iter().map(|r| Entry {
                        id: r.id().to_owned(),
                        version: None,
                        other: r.id().to_owned(),
                        name: r.title(kinds::of("user")),
                        duty: String::new(),
                    });
                    all.extend(home);
                }
                let path = format!("/team-members?limit=200&sort=created_at&expand={theirs}&filter[{mine}]={id}");
                let joined = rows(path).await?.into_iter().map(|r| Entry {
                    id: r.id().to_owned(),
                    version: Some(r.version()),
                    other: r.get(theirs)["id"].as_str().unwrap_or_default().to_owned(),
                    name: r.get(theirs)["name"].as_str().unwrap_or("…").to_owned(),
                    duty: r.text("duty").to_owned(),
                });
                all.extend(joined);
                Ok::<_, Problem>(all)
            };
            match found.await {
                Ok(found) => {
                    failed.try_set(None);
                    entries.try_set(Some(found));
                }
                Err(problem) => {
                    failed.try_set(Some(problem));
                }
            }
        });
    };
    load();
    // Who moves into the team is at home in it.
    Effect::new(move |before: Option<()>| {
        if state().change.get().is_some_and(|c| c.kind == "users") && before.is_some() && of.name == "user" {
            load();
        }
    });
    let write = move |call: api::Call| sending.send(call, move |_| load());
    let chosen = RwSignal::new(None::<(String, String)>);
    Effect::new(move |_| {
        if let Some((other, _)) = chosen.get() {
            chosen.set(None);
            let body = json!({ mine: id.get_value(), format!("{theirs}_id"): other });
            write(api::post("/team-members", body));
        }
    });
    let line = move |entry: Entry| {
        let Entry {
            id,
            version,
            other,
            name,
            duty,
        } = entry;
        let remove = version.filter(|_| may_edit).map(|version| {
            let text = fill(t().take_out_of_team(), &[&name]);
            view! {
                <button type="button" class="btn quiet square small" aria-label=text.clone() title=text
                    on:click=move |_| write(api::delete(format!("/team-members/{id}"), version))>{icon("close")}</button>
            }
        });
        view! {
            <li class="line">
                {(of.name == "user").then(|| avatar(&other, &name))}
                <span class="grow clip">{name.clone()}{(!duty.is_empty()).then(|| view! { <span class="muted">" "{duty}</span> })}</span>
                {version.is_none().then(|| badge("plain", t().home_team()))}
                {remove}
            </li>
        }
    };
    let list = move || match entries.get().filter(|_| failed.with(Option::is_none)) {
        None => match failed.get() {
            Some(problem) => ui::problem(&problem, Callback::new(move |()| load())),
            None => ui::skeleton(2),
        },
        Some(all) if all.is_empty() => view! { <p class="muted">{empty}</p> }.into_any(),
        Some(all) => {
            view! { <ul class="plain lines-of-team">{all.into_iter().map(line).collect_view()}</ul> }.into_any()
        }
    };
    let adding = fill(t().add_of(), &[&noun(of.label)]);
    view! {
        <section class="group belonging" aria-busy=move || sending.busy.get().to_string()>
            <div class="group-head"><h2>{title}</h2></div>
            {list}
            {may_edit.then(|| view! { <Combobox kind=of value=chosen label=adding/> })}
            {sending.alert()}
        </section>
    }
    .into_any()
}

/// All pages of a list.
async fn rows(path: String) -> api::Outcome<Vec<Row>> {
    Ok(api::all(&path).await?.into_iter().filter_map(Row::new).collect())
}
