//! Sharing a record: who else has it and until when, somebody added or taken out, and how its history tells of it.

use crate::kinds::Kind;
use crate::{
    api::{self, Problem},
    dom::{self, Tell},
    i18n::{fill, format, label, t},
    kinds,
    record::{row::Row, save},
    state,
    ui::{self, Dialog, Sending, avatar, badge, combobox::Combobox, dialog::Confirm, icon, sending, toast},
};
use domain::{policy::Action, sharing::Share};
use leptos::{prelude::*, task::spawn_local};
use serde_json::{Value, json};

/// What the history of a record names it.
pub const SHARED: &str = "shared_with";

/// What somebody may do with the record, and until when.
pub fn extent(member: &Value) -> String {
    let access = member["access"].as_str().and_then(Share::from_key);
    let access = access.map_or("", |a| label(a.label()));
    match member["expires_at"].as_str() {
        // What ends at midnight has the day before as its last.
        Some(end) => fill(
            t().share_until(),
            &[access, &format::day(&format::day_of(&format::just_before(end)))],
        ),
        None => access.to_owned(),
    }
}

/// `changed` is told when others have the record than before.
#[component]
pub fn ShareDialog(kind: &'static Kind, row: Row, close: Callback<()>, changed: Callback<()>) -> impl IntoView {
    let path = StoredValue::new(save::path(kind, row.id()) + "/members");
    let of = move |user: &str| format!("{}/{user}", path.get_value());
    let me = StoredValue::new(state::me().map(|m| m.id).unwrap_or_default());
    let may = state::me().is_none_or(|m| m.may(kind.name, Action::Share.key()));
    let members = RwSignal::new(None::<Result<Vec<Value>, Problem>>);
    let sending = Sending::new();
    let leaving = RwSignal::new(false);
    let load = move || {
        // An answer may come when the dialog is closed.
        let Some(path) = path.try_get_value() else { return };
        spawn_local(async move {
            let outcome = api::get(path).send().await;
            members.try_set(Some(
                outcome.map(|reply| reply.body["data"].as_array().cloned().unwrap_or_default()),
            ));
        });
    };
    load();
    let done = move |said: String| {
        toast::say(said);
        changed.tell(());
        load();
        dom::focus_id("share-with");
    };
    let remove = move |user: String, name: String| {
        sending.send(api::delete_any(of(&user)), move |_| {
            done(fill(t().unshared_said(), &[&name]));
        });
    };
    let leave = move |()| {
        sending.send(api::delete_any(of(&me.get_value())), move |_| {
            close.tell(());
            changed.tell(());
        });
    };
    let line = move |member: &Value| {
        let user = member["user"]["id"].as_str().unwrap_or_default().to_owned();
        let name = member["user"]["name"].as_str().unwrap_or("…").to_owned();
        let own = me.with_value(|me| *me == user);
        let text = if own {
            t().leave_share().to_owned()
        } else {
            fill(t().remove_of(), &[&name])
        };
        let (face, shown) = (avatar(&user, &name), name.clone());
        let press = move |_| match own {
            true => leaving.set(true),
            false => remove(user.clone(), name.clone()),
        };
        view! {
            <li class="line">
                {face}
                <span class="grow">{shown.clone()}" "<span class="muted">{extent(member)}</span></span>
                {(member["expired"] == true).then(|| badge("plain", t().share_expired()))}
                {(may || own).then(|| view! { <button type="button" class="btn quiet square small" aria-label=text.clone() title=text on:click=press>{icon("close")}</button> })}
            </li>
        }
        .into_any()
    };
    let list = move || {
        members.with(|found| match found {
            None => ui::skeleton(2),
            Some(Err(problem)) => ui::problem(
                problem,
                Callback::new(move |()| {
                    members.set(None);
                    load();
                }),
            ),
            Some(Ok(all)) if all.is_empty() => view! { <p class="muted">{t().shared_with_nobody()}</p> }.into_any(),
            Some(Ok(all)) => view! { <ul class="plain">{all.iter().map(line).collect_view()}</ul> }.into_any(),
        })
    };
    view! {
        <Dialog title=fill(t().share_title(), &[&row.title(kind)]) close>
            <div class="dialog-body stack share" aria-busy=move || sending.busy.get().to_string()>
                {may.then(|| add(sending, of, done))}
                {sending.alert()}
                <h3>{t().shared_already()}</h3>
                {list}
            </div>
        </Dialog>
        {move || leaving.get().then(|| view! {
            <Confirm title=t().leave_share() text=t().leave_share_text() action=t().leave_share()
                close=Callback::new(move |()| leaving.set(false)) yes=Callback::new(leave)/>
        })}
    }
    .into_any()
}

/// The form for somebody more, or for somebody who has it already to have it otherwise.
fn add(
    sending: Sending,
    of: impl Fn(&str) -> String + Copy + Send + 'static,
    done: impl Fn(String) + Copy + Send + 'static,
) -> AnyView {
    let to = RwSignal::new(None::<(String, String)>);
    let access = RwSignal::new(Share::Read);
    let day = RwSignal::new(String::new());
    let share = move || {
        let Some((user, name)) = to.get_untracked() else {
            return sending.refuse(Problem::at("user_id", t().choose_person()));
        };
        let end = Some(day.get_untracked()).filter(|d| !d.is_empty());
        let body = json!({ "access": access.get_untracked().key(), "expires_at": end });
        sending.send(api::put(of(&user), body), move |_| {
            to.try_set(None);
            day.try_set(String::new());
            done(fill(t().shared_said(), &[&name]));
        });
    };
    let who = view! { <Combobox kind=kinds::of("user") value=to id="share-with" narrow="filter[disabled]=false".to_owned()/> };
    let options = Share::ALL
        .iter()
        .map(|a| view! { <option value=a.key()>{label(a.label())}</option> });
    let choose = move |e| access.set(Share::from_key(&event_target_value(&e)).unwrap_or(Share::Read));
    let what = view! { <select class="input" id="share-access" on:change=choose>{options.collect_view()}</select> };
    let end = view! { <input class="input" id="share-end" type="date" prop:value=day on:input=move |e| day.set(event_target_value(&e))/> };
    // The browser checks the form: a day half typed must not pass for none.
    view! {
        <form on:submit=sending::submit(share)>
            <div class="form-grid">
                {sending.wide("user_id", "share-with", t().share_with(), who.into_any())}
                {sending.field("access", "share-access", t().share_access(), what.into_any())}
                {sending.field("expires_at", "share-end", t().share_end(), end.into_any())}
            </div>
            <p class="hint">{t().share_text()}</p>
            <div class="form-foot">{sending.button("btn primary", label(Action::Share.label()))}</div>
        </form>
    }
    .into_any()
}
