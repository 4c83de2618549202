//! Merging records that are one: which is kept, and whose value stands in it where they differ.

use crate::kinds::{Field, Kind};
use crate::{
    api,
    dom::Tell,
    duplicate::{self, Found},
    i18n::{fill, format, t},
    kinds,
    record::{
        row::{self, Row},
        save,
    },
    schema::Type,
    state::{self, announce},
    ui::{self, Dialog, Sending, sending::submit, toast},
};
use leptos::{prelude::*, task::spawn_local};
use serde_json::{Map, Value, json};

pub const MOST: usize = 10;

/// Whether records of a kind can be merged, and the signed-in person may.
pub fn allowed(kind: &Kind) -> bool {
    kind.mergeable && state::me().is_none_or(|m| m.may(kind.name, "merge"))
}

/// Of records that were chosen in a list, or of one, with those like it to choose from. `done` is told of the kept one.
#[component]
pub fn MergeDialog(kind: &'static Kind, ids: Vec<String>, close: Callback<()>, done: Callback<Row>) -> impl IntoView {
    let several = ids.len() > 1;
    let (ids, likely) = (RwSignal::new(ids), RwSignal::new(None::<Vec<Found>>));
    let ticked = RwSignal::new(Vec::<String>::new());
    let rows = RwSignal::new(None::<Result<Vec<Row>, api::Problem>>);
    let load = move || {
        let ids = ids.get_untracked();
        spawn_local(async move {
            let mut all = Vec::new();
            for id in &ids {
                match save::fetch(kind, id).await {
                    Ok(row) => all.push(row),
                    Err(problem) => {
                        rows.try_set(Some(Err(problem)));
                        return;
                    }
                }
            }
            rows.try_set(Some(Ok(all)));
        });
    };
    if several {
        load();
    } else {
        spawn_local(async move {
            let found = duplicate::of(kind, &ids.get_untracked()[0]).await;
            ticked.try_set(found.iter().map(|found| found.id.clone()).take(MOST - 1).collect());
            likely.try_set(Some(found));
        });
    }
    let next = move |_| {
        ids.update(|ids| ids.extend(ticked.get_untracked()));
        load();
    };
    let choose = move |found: Vec<Found>| {
        if found.is_empty() {
            return view! { <div class="dialog-body"><p>{t().none_alike()}</p></div> }.into_any();
        }
        let tick = |found: Found| {
            let (id, line) = (found.id.clone(), found.line());
            let set = move |event| {
                let on = event_target_checked(&event);
                ticked.update(|all| {
                    all.retain(|other| *other != id);
                    if on {
                        all.push(id.clone());
                    }
                });
            };
            view! { <label class="choice"><input type="checkbox" checked=true on:change=set/><span>{line}</span></label> }
        };
        view! {
            <div class="dialog-body stack"><p>{t().choose_alike()}</p>{found.into_iter().map(tick).collect_view()}</div>
            <footer class="dialog-foot">
                <button type="button" class="btn" on:click=move |_| close.tell(())>{t().cancel()}</button>
                <button type="button" class="btn primary" disabled=move || ticked.with(Vec::is_empty) on:click=next>{t().go_on()}</button>
            </footer>
        }
        .into_any()
    };
    let body = move || match (rows.get(), likely.get()) {
        (Some(Ok(rows)), _) => view! { <Choice kind rows close done/> }.into_any(),
        (Some(Err(problem)), _) => ui::problem(&problem, Callback::new(move |()| load())),
        (None, Some(found)) if ids.with(|ids| ids.len() == 1) => choose(found),
        _ => view! { <div class="dialog-body">{ui::skeleton(6)}</div> }.into_any(),
    };
    view! { <Dialog title=t().merge() close wide=true>{body}</Dialog> }.into_any()
}

/// The fields whose values may be chosen: those that differ, and that one of them has. Lists are united anyway.
fn differing(kind: &'static Kind, rows: &[Row]) -> Vec<&'static Field> {
    let told = |field: &&'static Field| {
        let list = matches!(field.ty, Type::Tags | Type::Ids | Type::Choices(_) | Type::Json);
        let values: Vec<&Value> = rows.iter().map(|row| row.get(field.name)).collect();
        let filled = values.iter().filter(|value| !value.is_null() && **value != "").count();
        kinds::writable(kind, field) && !list && filled > 1 && values.iter().any(|value| *value != values[0])
    };
    kind.fields.iter().filter(told).collect()
}

#[component]
fn Choice(kind: &'static Kind, rows: Vec<Row>, close: Callback<()>, done: Callback<Row>) -> impl IntoView {
    let kept = RwSignal::new(0usize);
    let fields = differing(kind, &rows);
    let chosen = RwSignal::new(vec![None::<usize>; fields.len()]);
    let all = StoredValue::new(rows);
    let asked = StoredValue::new(fields);
    let sending = Sending::new();
    let merge = move || {
        let (kept, chosen) = (kept.get_untracked(), chosen.get_untracked());
        let body = all.with_value(|rows| {
            let one = |row: &Row| json!({ "id": row.id(), "version": row.version() });
            let from = rows
                .iter()
                .enumerate()
                .filter(|(at, _)| *at != kept)
                .map(|(_, row)| one(row));
            let fields = asked.with_value(|fields| {
                let said = fields
                    .iter()
                    .zip(&chosen)
                    .filter_map(|(field, at)| Some((field, (*at)?)));
                let said = said.map(|(field, at)| (field.name.to_owned(), rows[at].get(field.name).clone()));
                said.collect::<Map<String, Value>>()
            });
            json!({ "into": one(&rows[kept]), "from": from.collect::<Vec<_>>(), "fields": fields })
        });
        sending.run(async move {
            let reply = api::post(format!("/{}/merge", kind.path()), body).send().await?;
            let set = reply.change_set;
            let Some(row) = Row::new(reply.body) else { return Ok(()) };
            all.with_value(|rows| {
                for other in rows.iter().filter(|other| other.id() != row.id()) {
                    announce(kind.plural, other.id(), None);
                }
            });
            announce(kind.plural, row.id(), Some(row.clone()));
            let said = fill(
                t().merged(),
                &[&format::number(all.with_value(Vec::len) as f64), &row.title(kind)],
            );
            let kept = row.clone();
            match set {
                Some(set) => toast::say_with_undo(
                    said,
                    Callback::new(move |()| undo(kind, set.clone(), done, kept.clone())),
                ),
                None => toast::say(said),
            }
            close.tell(());
            done.tell(row);
            Ok(())
        });
    };
    let radio = move |name: String, text: String, checked: Signal<bool>, choose: Callback<()>| {
        let text = if text.is_empty() {
            t().none_chosen().to_owned()
        } else {
            text
        };
        view! {
            <label class="choice">
                <input type="radio" name=name prop:checked=checked on:change=move |_| choose.tell(())/>
                <span>{text}</span>
            </label>
        }
    };
    let which = all.with_value(|rows| {
        let one = |(at, row): (usize, &Row)| {
            let number = row.text("number").to_owned();
            let title = if number.is_empty() {
                row.title(kind)
            } else {
                format!("{} · {number}", row.title(kind))
            };
            let checked = Signal::derive(move || kept.get() == at);
            radio(
                "merge-kept".to_owned(),
                title,
                checked,
                Callback::new(move |()| kept.set(at)),
            )
        };
        rows.iter().enumerate().map(one).collect_view()
    });
    let differ = asked.with_value(|fields| {
        let one = |(place, field): (usize, &&'static Field)| {
            let field = *field;
            let choices = all.with_value(|rows| {
                let mut told: Vec<(usize, String)> = Vec::new();
                for (at, row) in rows.iter().enumerate() {
                    let text = row::text_of(field, row);
                    if !told.iter().any(|(_, known)| *known == text) {
                        told.push((at, text));
                    }
                }
                told
            });
            let texts = StoredValue::new(
                all.with_value(|rows| rows.iter().map(|row| row::text_of(field, row)).collect::<Vec<_>>()),
            );
            let choices = choices.into_iter().map(|(at, text)| {
                // Without a choice that of the kept one stands.
                let checked = Signal::derive(move || {
                    let now = chosen.with(|all| all[place]).unwrap_or_else(|| kept.get());
                    texts.with_value(|texts| texts[now] == texts[at])
                });
                let choose = Callback::new(move |()| chosen.update(|all| all[place] = Some(at)));
                radio(format!("merge-{}", field.name), text, checked, choose)
            });
            view! { <fieldset class="box"><legend>{field.label}</legend>{choices.collect_view()}</fieldset> }
        };
        fields.iter().enumerate().map(one).collect_view()
    });
    view! {
        <form on:submit=submit(merge) novalidate=true>
            <div class="dialog-body stack">
                <p>{t().merge_text()}</p>
                <fieldset class="box"><legend>{t().merge_kept()}</legend>{which}</fieldset>
                {differ}
                {sending.alert()}
            </div>
            {sending.foot(close, t().merge(), || true)}
        </form>
    }
    .into_any()
}

/// Takes the merge back; all are shown as they were.
fn undo(kind: &'static Kind, set: String, done: Callback<Row>, kept: Row) {
    spawn_local(async move {
        match api::post(format!("/change-sets/{set}/undo"), Value::Null).send().await {
            Ok(_) => {
                if let Ok(row) = save::fetch(kind, kept.id()).await {
                    announce(kind.plural, row.id(), Some(row.clone()));
                    done.tell(row);
                }
                toast::say(t().undone());
            }
            Err(problem) => toast::complain(&problem),
        }
    });
}
