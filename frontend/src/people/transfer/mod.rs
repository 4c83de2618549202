//! Giving records to another owner: who gets them, what goes along and how much of it there is, and why.

use crate::kinds::Kind;
use crate::{
    api::{self, Problem, Turn},
    dom::Tell,
    i18n::{Locale, fill, format, label, locale, t},
    kinds,
    record::row::Row,
    state,
    ui::{Dialog, Sending, combobox::Combobox, sending::submit, toast},
    undo,
};
use leptos::{prelude::*, task::spawn_local};
use serde_json::{Map, Value, json};
use std::collections::HashSet;

/// Records that one request may hold.
pub const MOST: usize = 200;

/// Whether records of this kind have an owner to change, and the signed-in person may.
pub fn allowed(kind: &Kind) -> bool {
    kind.owned && state::me().is_none_or(|m| m.may(kind.name, "assign"))
}

/// `{"customers": 3, "contacts": 12}` in words, in the order of the kinds.
pub fn told(counts: &Map<String, Value>) -> String {
    let one = |kind: &'static Kind| {
        let n = counts.get(kind.plural)?.as_f64().filter(|n| *n > 0.0)?;
        let number = format::number(n);
        Some(match locale() {
            Locale::Zh => format!("{} {number}", kind.label),
            Locale::En if n == 1.0 => format!("1 {}", kind.label.to_lowercase()),
            Locale::En => format!("{number} {}", kinds::many(kind)),
        })
    };
    kinds::every()
        .filter_map(one)
        .collect::<Vec<_>>()
        .join(t().list_comma())
}

/// Sends all rows, in as many requests as it takes, and adds up what changed hands. What is sent says nothing of
/// versions: another owner does not depend on what else was changed meanwhile.
async fn send(
    kind: &'static Kind,
    ids: &[String],
    body: &Map<String, Value>,
) -> api::Outcome<(Map<String, Value>, Option<String>)> {
    let (mut sums, mut set) = (Map::new(), None);
    for part in ids.chunks(MOST) {
        let mut body = body.clone();
        body.insert("records".into(), part.iter().map(|id| json!({ "id": id })).collect());
        let reply = api::post(format!("/{}/transfer", kind.path()), Value::Object(body));
        let reply = reply.send().await?;
        set = reply.change_set;
        for (name, n) in reply.body["moved"].as_object().into_iter().flatten() {
            let before = sums.get(name).and_then(Value::as_u64).unwrap_or(0);
            sums.insert(name.clone(), json!(before + n.as_u64().unwrap_or(0)));
        }
    }
    Ok((sums, set))
}

/// `done` is told when the records have changed hands.
#[component]
pub fn TransferDialog(kind: &'static Kind, rows: Vec<Row>, close: Callback<()>, done: Callback<()>) -> impl IntoView {
    let children = kinds::dependants(kind);
    let title = match rows.as_slice() {
        [one] => fill(t().transfer_title(), &[&one.title(kind)]),
        many => fill(t().transfer_many(), &[&format::number(many.len() as f64)]),
    };
    let ids = StoredValue::new(rows.iter().map(|r| r.id().to_owned()).collect::<Vec<_>>());
    let to = RwSignal::new(None::<(String, String)>);
    // What happened stays with who did it, unless one wants it otherwise.
    let first = children.iter().filter(|k| k.name != "activity");
    let chosen = RwSignal::new(first.map(|k| k.plural).collect::<HashSet<_>>());
    let (others, closed) = (RwSignal::new(false), RwSignal::new(false));
    let reason = RwSignal::new(String::new());
    let counts = RwSignal::new(None::<Map<String, Value>>);
    let sending = Sending::new();
    let all: Vec<&'static str> = children.iter().map(|k| k.plural).collect();
    let asked = move |with: Value| {
        let mut body = Map::new();
        if !with.as_array().is_none_or(Vec::is_empty) {
            body.insert("with".into(), with);
            body.insert("only_owned_by_previous".into(), json!(!others.get()));
            body.insert("closed".into(), json!(closed.get()));
        }
        body
    };
    // How much there is of each kind, whatever of it is chosen.
    let turn = Turn::new();
    Effect::new(move |_| {
        let newest = turn.take();
        let mut body = asked(json!(all));
        body.insert("dry_run".into(), json!(true));
        spawn_local(async move {
            let outcome = send(kind, &ids.get_value(), &body).await;
            if !newest() {
                return;
            }
            match outcome {
                Ok((found, _)) => counts.set(Some(found)),
                Err(error) => sending.problem.set(Some(error)),
            }
        });
    });
    let transfer = move || {
        let Some((owner, _)) = to.get_untracked() else {
            return sending.refuse(Problem::at("owner_id", t().choose_owner()));
        };
        let mut with: Vec<_> = chosen.get_untracked().into_iter().collect();
        with.sort_unstable();
        let mut body = untrack(|| asked(json!(with)));
        body.insert("owner_id".into(), json!(owner));
        let why = reason.get_untracked().trim().to_owned();
        if !why.is_empty() {
            body.insert("reason".into(), json!(why));
        }
        sending.run(async move {
            let (moved, set) = send(kind, &ids.get_value(), &body).await?;
            match told(&moved) {
                said if said.is_empty() => toast::say(t().nothing_transferred()),
                said => undo::say(fill(t().transferred(), &[&said]), set),
            }
            close.tell(());
            done.tell(());
            Ok(())
        });
    };
    let tick = move |k: &'static Kind| {
        let count = move || counts.with(|c| c.as_ref().and_then(|c| c.get(k.plural).and_then(Value::as_f64)));
        let set = move |e| {
            let on = event_target_checked(&e);
            chosen.update(|c| {
                if on {
                    c.insert(k.plural)
                } else {
                    c.remove(k.plural)
                };
            });
        };
        view! {
            <label class="choice">
                <input type="checkbox" prop:checked=move || chosen.with(|c| c.contains(k.plural)) disabled=move || count() == Some(0.0) on:change=set/>
                <span>{kinds::heading(k)}" "<span class="muted">{move || count().map(format::number)}</span></span>
            </label>
        }
    };
    let ends = children.iter().any(|k| k.status().is_some());
    let more = (!children.is_empty()).then(|| view! {
        <fieldset class="box">
            <legend>{t().goes_along()}</legend>
            {children.iter().copied().map(tick).collect_view()}
            <hr/>
            {ends.then(|| view! { <label class="choice"><input type="checkbox" on:change=move |e| closed.set(event_target_checked(&e))/><span>{t().also_closed()}</span></label> })}
            <label class="choice"><input type="checkbox" on:change=move |e| others.set(event_target_checked(&e))/><span>{t().also_others()}</span></label>
        </fieldset>
    });
    let receiver = view! { <Combobox kind=kinds::of("user") value=to id="transfer-to" narrow="filter[disabled]=false".to_owned()/> };
    let why = view! { <textarea class="input" id="transfer-reason" rows="2" maxlength="500" prop:value=reason on:input=move |e| reason.set(event_target_value(&e))></textarea> };
    view! {
        <Dialog title close>
            <form on:submit=submit(transfer) novalidate=true>
                <div class="dialog-body stack">
                    {sending.field("owner_id", "transfer-to", t().new_owner(), receiver.into_any())}
                    {more}
                    {sending.field("reason", "transfer-reason", t().reason_optional(), why.into_any())}
                    {sending.alert()}
                </div>
                {sending.foot(close, t().transfer(), || true)}
            </form>
        </Dialog>
    }
    .into_any()
}

/// What the history of a record calls the reason beside its owners.
pub fn reason_of(fields: &Value) -> Option<AnyView> {
    let reason = fields["reason"][1].as_str()?.to_owned();
    let name = label(domain::transfer::REASON);
    Some(view! { <li><span class="muted">{name}{t().colon()}</span>{reason}</li> }.into_any())
}
