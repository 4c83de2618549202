//! Asks before a change set is taken back, where that was wished for, and lists what others have changed since.

use crate::{
    api,
    dom::Tell,
    i18n::{fill, format, label, t},
    job, kinds,
    record::{
        changes,
        names::{Names, Wanted},
    },
    state::{Undoing, announce_any, state},
    ui::{self, Dialog, Sending, states::form_error, toast},
};
use domain::job::Work;
use leptos::{prelude::*, task::spawn_local};
use serde_json::{Value, json};

pub fn dialog(it: Undoing) -> AnyView {
    let Undoing { set, ask } = it;
    let set = StoredValue::new(set);
    let close = Callback::new(|()| state().undoing.set(None));
    let sending = Sending::new();
    let asking = RwSignal::new(None::<(Value, Names)>);
    let left = RwSignal::new(None::<(Value, Names)>);
    let send = move |partly: bool| {
        let body = if partly { json!({ "partly": true }) } else { Value::Null };
        let call = api::post(format!("/change-sets/{}/undo", set.get_value()), body);
        sending.run(async move {
            match call.send().await {
                Ok(reply) => {
                    close.tell(());
                    taken_back(&reply.body);
                }
                Err(problem) if problem.code == "undo_conflicts" => {
                    let names = mentioned(&problem.left).await;
                    left.try_set(Some((problem.left, names)));
                }
                Err(problem) if ask || left.try_with_untracked(Option::is_some) == Some(true) => return Err(problem),
                Err(problem) => {
                    close.tell(());
                    toast::complain(&problem);
                }
            }
            Ok(())
        });
    };
    // Whoever goes elsewhere leaves it.
    let here = state().address.with_untracked(|a| a.path.clone());
    Effect::new(move |_| {
        if state().address.with(|a| a.path != here) {
            close.tell(());
        }
    });
    if ask {
        let path = format!("/change-sets/{}", set.get_value());
        spawn_local(async move {
            match api::get(path).send().await {
                Ok(reply) => {
                    let mut wanted = Wanted::default();
                    wanted.add("user", reply.body["actor_id"].as_str());
                    asking.try_set(Some((reply.body, wanted.find().await)));
                }
                Err(problem) => {
                    sending.problem.try_set(Some(problem));
                }
            }
        });
    } else {
        send(false);
    }
    let foot = move |action: &'static str, partly: bool, may: bool| {
        view! {
            <footer class="dialog-foot">
                <button type="button" class="btn" on:click=move |_| close.tell(())>{t().cancel()}</button>
                {may.then(|| view! { <button type="button" class="btn primary" class:loading=sending.busy on:click=move |_| send(partly)><span>{action}</span></button> })}
            </footer>
        }
    };
    let conflicts = move |(left, names): (Value, Names)| {
        let total = left["total"].as_f64().unwrap_or_default();
        let rows = left["data"].as_array().cloned().unwrap_or_default();
        let more = total - rows.len() as f64;
        let rows = rows.iter().map(|row| stands(row, &names)).collect_view();
        view! {
            <Dialog title=t().undo_conflicts_title() close wide=true>
                <div class="dialog-body stack">
                    <p>{fill(t().undo_conflicts_text(), &[&format::number(total)])}</p>
                    <ul class="plain causes">{rows}</ul>
                    {(more > 0.0).then(|| view! { <p class="muted">{fill(t().and_others(), &[&format::number(more)])}</p> })}
                    {form_error(sending.problem)}
                </div>
                {foot(t().undo_rest(), true, true)}
            </Dialog>
        }
    };
    let question = move || {
        let told = asking.get();
        let may = told.as_ref().is_some_and(|(set, _)| set["can_be_undone"] == true);
        view! {
            <Dialog title=t().undo_title() close>
                <div class="dialog-body stack">
                    {match told {
                        Some((set, names)) => summary(&set, &names),
                        None if sending.problem.with(Option::is_some) => ().into_any(),
                        None => ui::skeleton(3),
                    }}
                    {form_error(sending.problem)}
                </div>
                {foot(t().undo(), false, may)}
            </Dialog>
        }
    };
    (move || match left.get() {
        Some(left) => conflicts(left).into_any(),
        None if ask => question().into_any(),
        None => ().into_any(),
    })
    .into_any()
}

/// What the server made of it: done, or a job that is followed.
fn taken_back(body: &Value) {
    match body["undone"].as_u64() {
        Some(_) => {
            announce_any();
            let set = body["change_set"].as_str().unwrap_or_default();
            job::told(set, &job::undone(body));
        }
        None => job::follow(body["id"].as_str().unwrap_or_default()),
    }
}

async fn mentioned(left: &Value) -> Names {
    let mut wanted = Wanted::default();
    for row in left["data"].as_array().into_iter().flatten() {
        wanted.add("user", row["changed_by"].as_str());
        let kind = row["kind"].as_str().and_then(kinds::kind);
        if let Some(name) = row["field"].as_str() {
            changes::mentioned(
                kind,
                &json!({ "fields": { name: [row["then"], row["now"]] } }),
                &mut wanted,
            );
        }
    }
    wanted.find().await
}

/// Who did it and when, and what.
fn summary(set: &Value, names: &Names) -> AnyView {
    let who = set["actor_id"]
        .as_str()
        .map_or(t().the_system(), |id| names.get(id).map_or("…", String::as_str));
    let cause = set["cause"].as_str().and_then(Work::from_key);
    let cause = cause.map_or(t().one_action(), |work| label(work.label()));
    let at = format::instant(set["at"].as_str().unwrap_or_default());
    let kinds = set["records"].as_array().into_iter().flatten().map(|of| {
        let name = of["kind"].as_str().unwrap_or_default();
        let counts = [
            ("created", t().n_created()),
            ("changed", t().n_changed()),
            ("deleted", t().n_deleted()),
            ("restored", t().n_restored()),
        ];
        let counts = counts.into_iter().filter_map(|(key, text)| {
            let n = of[key].as_f64().filter(|n| *n > 0.0)?;
            Some(fill(text, &[&format::number(n)]))
        });
        let counts = counts.collect::<Vec<_>>().join(t().list_comma());
        (!counts.is_empty()).then(|| view! { <li>{kinds::heading(kinds::of(name))}{t().colon()}{counts}</li> })
    });
    let text = match set["can_be_undone"] == true {
        true => t().undo_text(),
        false => t().not_undoable(),
    };
    view! {
        <p><b>{who.to_owned()}</b>" · "{at}" · "{cause}</p>
        <ul class="plain">{kinds.collect_view()}</ul>
        <p class="muted">{text}</p>
    }
    .into_any()
}

/// One thing that stays as it is, and why.
fn stands(row: &Value, names: &Names) -> AnyView {
    let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
    let kind = kinds::kind(&text("kind"));
    let title = Some(text("title")).filter(|title| !title.is_empty());
    let title = title
        .or_else(|| kind.map(|kind| kind.label.to_owned()))
        .unwrap_or_default();
    let name = match kinds::place(&text("kind"), &text("record_id")) {
        Some(href) => view! { <a href=href>{title}</a> }.into_any(),
        None => title.into_any(),
    };
    let field = row["field"].as_str().map(|name| {
        let entry = json!({ "action": "update", "fields": { name: [row["then"], row["now"]] } });
        changes::list(kind, &entry, names)
    });
    let who = row["changed_by"].as_str().map(|id| {
        let who = names.get(id).map_or("…", String::as_str);
        let at = format::instant(row["changed_at"].as_str().unwrap_or_default());
        fill(t().changed_by_at(), &[who, &at])
    });
    let why = who.unwrap_or_else(|| text("detail"));
    view! {
        <li class="cause">
            <div class="grow"><p><b>{name}</b></p>{field}<p class="muted">{why}</p></div>
        </li>
    }
    .into_any()
}
