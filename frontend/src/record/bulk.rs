//! What can be done to many chosen rows at once: those that are ticked, or all that the list would show. A job does it, and can be
//! taken back as a whole.

mod dialogs;

use crate::kinds::{Field, Kind};
use crate::{
    api::{self, Problem},
    dom::Tell,
    i18n::{fill, format, t},
    job, kinds,
    merge::{self, MergeDialog},
    record::{filter, row::Row},
    state::{self, state},
    transfer::{self, TransferDialog},
    ui::{dialog::Confirm, icon, toast},
};
use dialogs::{AssignDialog, FieldDialog, TagsDialog};
use leptos::{prelude::*, task::spawn_local};
use serde_json::{Map, Value, json};
use std::collections::HashSet;

/// What is chosen in a list.
#[derive(Clone, Copy)]
pub struct Selection {
    pub kind: &'static Kind,
    pub rows: RwSignal<Vec<Row>>,
    pub selected: RwSignal<HashSet<String>>,
    /// How many the list has, as far as it is known.
    pub count: RwSignal<Option<i64>>,
    /// Whether the list has more than is loaded.
    pub more: Signal<bool>,
    /// Whether rows are being chosen, though none is yet.
    pub choosing: RwSignal<bool>,
}

/// The records that something is done to.
#[derive(Clone)]
pub struct Chosen {
    pub kind: &'static Kind,
    /// What the request says of them.
    which: Map<String, Value>,
    pub count: usize,
}

impl Chosen {
    pub fn ids(kind: &'static Kind, ids: Vec<String>) -> Self {
        let count = ids.len();
        let which = Map::from_iter([("ids".to_owned(), json!(ids))]);
        Self { kind, which, count }
    }

    /// All that the list at the present address shows, with the server's own count.
    async fn matching(kind: &'static Kind) -> api::Outcome<Self> {
        let which = question(kind);
        let mut body = which.clone();
        body.insert("dry_run".to_owned(), json!(true));
        let reply = api::post(format!("/{}/bulk", kind.path()), Value::Object(body))
            .send()
            .await?;
        let count = reply.body["matching"].as_u64().unwrap_or_default() as usize;
        Ok(Self { kind, which, count })
    }

    /// Begins the job that does it, and follows that.
    pub async fn send(&self, what: Map<String, Value>) -> api::Outcome<()> {
        let mut body = self.which.clone();
        body.extend(what);
        let reply = api::post(format!("/{}/bulk", self.kind.path()), Value::Object(body))
            .send()
            .await?;
        job::follow(reply.body["id"].as_str().unwrap_or_default());
        Ok(())
    }

    pub fn number(&self) -> String {
        format::number(self.count as f64)
    }
}

/// The list as it is asked for: its view, its words and its filters.
fn question(kind: &'static Kind) -> Map<String, Value> {
    let address = state().address.get_untracked();
    let tests: Vec<Value> = filter::read(kind, &address).iter().map(filter::Filter::test).collect();
    let said = ["view", "q"].into_iter();
    let mut which: Map<String, Value> = said
        .filter_map(|name| Some((name.to_owned(), json!(address.get(name)?))))
        .collect();
    if !tests.is_empty() {
        which.insert("filter".to_owned(), json!({ "and": tests }));
    } else if which.is_empty() {
        which.insert("filter".to_owned(), Value::Null);
    }
    which
}

/// What many records may be given the same value of.
fn fields(kind: &'static Kind) -> Vec<&'static Field> {
    let mut fields = kinds::in_order(kind);
    fields.retain(|f| dialogs::changeable(kind, f));
    // What people change most often is offered first.
    fields.sort_by_key(|f| f.name != "status");
    fields
}

#[derive(Clone, Copy, PartialEq)]
enum Doing {
    Field,
    Tags,
    Transfer,
    Merge,
    Delete,
}

#[component]
pub fn BulkBar(selection: Selection) -> impl IntoView {
    let Selection {
        kind,
        rows,
        selected,
        count,
        more,
        choosing,
    } = selection;
    let all = RwSignal::new(None::<Chosen>);
    let looking = RwSignal::new(false);
    let loaded = move || rows.with(|rows| rows.iter().map(|r| r.id().to_owned()).collect::<HashSet<_>>());
    // What comes while all are chosen is chosen too.
    Effect::new(move |_| {
        let loaded = loaded();
        if all.with_untracked(Option::is_some) {
            selected.set(loaded);
        }
    });
    let every = Memo::new(move |_| {
        let loaded = loaded();
        !loaded.is_empty() && selected.with(|s| loaded.is_subset(s))
    });
    // Who unticks one does not mean all any more.
    Effect::new(move |_| {
        if !every.get() {
            all.set(None);
        }
    });
    let chosen = move || {
        let ids = rows.with_untracked(|rows| {
            let ids = rows.iter().map(|r| r.id().to_owned());
            selected.with_untracked(|s| ids.filter(|id| s.contains(id)).collect())
        });
        all.get_untracked().unwrap_or_else(|| Chosen::ids(kind, ids))
    };
    let choose_all = move |_| {
        looking.set(true);
        spawn_local(async move {
            match Chosen::matching(kind).await {
                Ok(found) => {
                    all.try_set(Some(found));
                }
                Err(problem) => toast::complain(&problem),
            }
            looking.try_set(false);
        });
    };
    let offer = move || {
        (every.get() && more.get() && all.with(Option::is_none)).then(|| {
            let text = count.get().map_or_else(
                || t().choose_all_matching().to_owned(),
                |n| fill(t().choose_all_n(), &[&format::count(n)]),
            );
            view! { <button type="button" class="btn quiet small all" class:loading=looking on:click=choose_all><span>{text}</span></button> }
        })
    };
    let said = move || match all.get() {
        Some(all) => fill(t().all_n_selected(), &[&all.number()]),
        None => fill(t().n_selected(), &[&format::number(selected.with(HashSet::len) as f64)]),
    };
    let clear = move || {
        all.set(None);
        selected.set(HashSet::new());
        choosing.set(false);
    };
    let doing = RwSignal::new(None::<(Doing, Chosen)>);
    let stop = Callback::new(move |()| doing.set(None));
    // The job goes on by itself; what was chosen has been done with.
    let sent = Callback::new(move |()| {
        doing.set(None);
        clear();
    });
    let may = |action: &str| state::may(kind.name, action);
    // Few enough to be looked at side by side.
    let fit = Memo::new(move |_| {
        merge::allowed(kind) && all.with(Option::is_none) && (2..=merge::MOST).contains(&selected.with(HashSet::len))
    });
    let none = Memo::new(move |_| selected.with(HashSet::is_empty));
    let button = move |what: Doing, class: &'static str, shape: &'static str, text: &'static str| {
        view! {
            <button type="button" class=class disabled=none on:click=move |_| doing.set(Some((what, chosen())))>{icon(shape)}<span>{text}</span></button>
        }
    };
    let has_tags = kind.field("tags").is_some_and(|f| kinds::writable(kind, f));
    let tick_all = move |e| {
        all.set(None);
        selected.set(if event_target_checked(&e) {
            untrack(loaded)
        } else {
            HashSet::new()
        });
    };
    let dialog = move |(what, chosen): (Doing, Chosen)| match what {
        Doing::Field => view! { <FieldDialog chosen close=stop sent/> }.into_any(),
        Doing::Tags => view! { <TagsDialog chosen close=stop sent/> }.into_any(),
        Doing::Transfer if all.with_untracked(Option::is_some) || chosen.count > transfer::MOST => {
            view! { <AssignDialog chosen close=stop sent/> }.into_any()
        }
        Doing::Transfer => {
            let chosen = rows.with_untracked(|rows| {
                let ticked = |row: &&Row| selected.with_untracked(|s| s.contains(row.id()));
                rows.iter().filter(ticked).cloned().collect::<Vec<_>>()
            });
            let done = Callback::new(move |()| {
                sent.tell(());
                state::announce_any();
            });
            view! { <TransferDialog kind rows=chosen close=stop done/> }.into_any()
        }
        Doing::Merge => {
            let ids = rows.with_untracked(|rows| {
                let ids = rows.iter().map(|r| r.id().to_owned());
                selected.with_untracked(|s| ids.filter(|id| s.contains(id)).collect::<Vec<_>>())
            });
            let done = Callback::new(move |_| {
                sent.tell(());
                state::announce_any();
            });
            view! { <MergeDialog kind ids close=stop done/> }.into_any()
        }
        Doing::Delete => {
            let text = fill(t().bulk_delete_text(), &[&chosen.number()]);
            let yes = Callback::new(move |()| {
                let chosen = chosen.clone();
                spawn_local(async move {
                    match chosen.send(Map::from_iter([("delete".to_owned(), json!(true))])).await {
                        Ok(()) => sent.tell(()),
                        Err(problem) => toast::complain(&problem),
                    }
                });
            });
            view! { <Confirm title=t().delete_title() text action=t().delete() close=stop yes/> }.into_any()
        }
    };
    view! {
        <div class="bulk" role="region" aria-label=t().bulk_actions()>
            <label class="bulk-count"><input type="checkbox" aria-label=t().select_all() prop:checked=every on:change=tick_all/><b aria-live="polite">{said}</b></label>
            {offer}
            {(may("edit") && !fields(kind).is_empty()).then(|| button(Doing::Field, "btn small edit", "edit", t().change_field()))}
            {(may("edit") && has_tags).then(|| button(Doing::Tags, "btn small tags", "flag", t().tags()))}
            {transfer::allowed(kind).then(|| button(Doing::Transfer, "btn small transfer", "people", t().transfer()))}
            {move || fit.get().then(|| button(Doing::Merge, "btn small merge", "group", t().merge()))}
            {may("delete").then(|| button(Doing::Delete, "btn small delete", "trash", t().delete()))}
            <button type="button" class="btn quiet small" on:click=move |_| clear()>{t().clear_selection()}</button>
        </div>
        {move || doing.get().map(dialog)}
    }
    .into_any()
}

/// Sends what a form says, and leaves it once the job has begun.
fn submitted(sending: crate::ui::Sending, chosen: Chosen, sent: Callback<()>, what: Map<String, Value>) {
    sending.run(async move {
        chosen.send(what).await?;
        sent.tell(());
        Ok::<_, Problem>(())
    });
}
