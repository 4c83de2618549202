//! Writing records: create, change, delete, with what each needs told: the version it was based on, the way back, and
//! what to do when somebody else was faster.

use crate::kinds::Kind;
use crate::{
    api::{self, Problem},
    avatar,
    dom::Tell,
    i18n::{fill, t},
    kinds,
    record::{conflict::Conflict, row::Row},
    state::{announce, state},
    ui::toast,
};
use leptos::{prelude::*, task::spawn_local};
use serde_json::{Map, Value};
use std::sync::Arc;

/// What to do when a write is refused. It belongs to nobody: the box or menu where the write began is gone by then, and
/// what the view owns is gone with it.
pub type Refused = Arc<dyn Fn(Problem) + Send + Sync>;

/// Says why, and that is all.
pub fn complain() -> Refused {
    Arc::new(|problem| toast::complain(&problem))
}

pub fn path(kind: &Kind, id: &str) -> String {
    format!("/{}/{id}", kind.path())
}

/// A record with the names of what it refers to.
pub async fn fetch(kind: &Kind, id: &str) -> Result<Row, Problem> {
    fetch_counting(kind, id, "").await
}

/// The same, with how many records of these kinds belong to it, under `counts`.
pub async fn fetch_counting(kind: &Kind, id: &str, counts: &str) -> Result<Row, Problem> {
    let expand = kinds::expansions(kind);
    let asked = [("expand", expand.as_str()), ("counts", counts)];
    let asked = asked.iter().filter(|(_, names)| !names.is_empty());
    let query = asked
        .map(|(name, names)| format!("{name}={names}"))
        .collect::<Vec<_>>()
        .join("&");
    let mark = if query.is_empty() { "" } else { "?" };
    let reply = api::get(path(kind, id) + mark + &query).send().await?;
    let row = Row::new(reply.body).ok_or_else(Problem::default)?;
    if kind.name == "user" {
        avatar::seen(&row);
    }
    Ok(row)
}

/// Says why a write was refused. Where the record has moved on, every screen gets the latest first, so that it is there
/// to be looked at.
pub async fn refused(kind: &'static Kind, id: &str, problem: Problem) {
    if !problem.stale() {
        return toast::complain(&problem);
    }
    match fetch(kind, id).await {
        Ok(newer) => {
            announce(kind.plural, id, Some(newer));
            toast::say(t().changed_look_again());
        }
        Err(problem) => toast::complain(&problem),
    }
}

/// What a change is called where it is told.
#[derive(Clone)]
pub struct Change {
    pub kind: &'static Kind,
    /// The record as it was when the person began.
    pub base: Row,
    pub patch: Map<String, Value>,
    /// Expanded records beside new ids, so that names show at once.
    pub expansions: Map<String, Value>,
}

/// Sends a change. Success and undo are told by toast, a conflict by its dialog; `failed` gets the rest.
pub fn change(change: Change, failed: Refused) {
    change_and_say(change, t().saved(), failed);
}

/// As `change`, with words of its own for success.
pub fn change_and_say(change: Change, said: impl Into<String>, failed: Refused) {
    let Change {
        kind,
        base,
        patch,
        expansions,
    } = change;
    let said = said.into();
    spawn_local(async move {
        match store(kind, &base, &patch, &expansions).await {
            Ok(Stored::Done(row)) => toast::say_with_undo(said, undo_of(kind, base, row, &patch)),
            Ok(Stored::Conflict(theirs)) => state().conflict.set(Some(Conflict {
                kind,
                base,
                theirs,
                patch,
                expansions,
            })),
            Err(problem) => failed(problem),
        }
    });
}

/// What became of a change.
pub enum Stored {
    Done(Row),
    /// Somebody has changed the same meanwhile: this is what stands there now.
    Conflict(Row),
}

/// So often is a change sent once more, on newer and newer versions.
const AGAIN: u32 = 3;

/// Sends a change on the version it was based on. A version is also made by whatever has nothing to do with it, one's own
/// change of another field a moment ago among that: so where nobody touched what is changed, it is sent on what is there now.
pub async fn settle(
    base: &Row,
    patch: &Map<String, Value>,
    send: impl AsyncFn(&Row) -> Result<Row, Problem>,
    fetch: impl AsyncFn() -> Result<Row, Problem>,
) -> Result<Stored, Problem> {
    let mut on = base.clone();
    let mut again = AGAIN;
    loop {
        match send(&on).await {
            Err(problem) if problem.stale() => {}
            outcome => return outcome.map(Stored::Done),
        }
        let theirs = fetch().await?;
        let meant = |(name, mine): (&String, &Value)| [base.get(name), mine].contains(&theirs.get(name));
        if again == 0 || !patch.iter().all(meant) {
            return Ok(Stored::Conflict(theirs));
        }
        again -= 1;
        on = theirs;
    }
}

/// The same for a record, and every screen is told of the new row.
pub async fn store(
    kind: &'static Kind,
    base: &Row,
    patch: &Map<String, Value>,
    expansions: &Map<String, Value>,
) -> Result<Stored, Problem> {
    let sending = async |on: &Row| send(kind, on, patch, expansions).await;
    settle(base, patch, sending, async || fetch(kind, base.id()).await).await
}

/// Sends a patch against `base` and tells every screen of the new row.
pub async fn send(
    kind: &'static Kind,
    base: &Row,
    patch: &Map<String, Value>,
    expansions: &Map<String, Value>,
) -> Result<Row, Problem> {
    let reply = api::patch(path(kind, base.id()), base.version(), Value::Object(patch.clone()))
        .send()
        .await?;
    let newer = match Row::new(reply.body) {
        Some(row) => row,
        None => fetch(kind, base.id()).await?,
    };
    let row = base.refreshed(&newer).with(expansions);
    announce(kind.plural, row.id(), Some(row.clone()));
    Ok(row)
}

/// Puts the old values back, on the version the change made.
fn undo_of(kind: &'static Kind, old: Row, new: Row, patch: &Map<String, Value>) -> Callback<()> {
    let (back, names) = before(kind, &old, patch);
    Callback::new(move |()| {
        let (new, back, names) = (new.clone(), back.clone(), names.clone());
        spawn_local(async move {
            match store(kind, &new, &back, &names).await {
                Ok(Stored::Done(_)) => toast::say(t().undone()),
                Ok(Stored::Conflict(_)) => toast::say(t().changed_since()),
                Err(problem) => toast::complain(&problem),
            }
        });
    })
}

/// What a record held where a patch changes it, and the records expanded beside that.
pub fn before(kind: &Kind, old: &Row, patch: &Map<String, Value>) -> (Map<String, Value>, Map<String, Value>) {
    let names = kind.fields.iter().filter(|f| patch.contains_key(f.name));
    let names = names.filter_map(|f| f.expansion().map(|e| (e.to_owned(), old.get(e).clone())));
    let values = patch.keys().map(|k| (k.clone(), old.get(k).clone()));
    (values.collect(), names.collect())
}

/// Moves a record to the recycle bin; the toast takes it out again.
pub fn delete(kind: &'static Kind, row: &Row, done: Callback<()>) {
    let row = row.clone();
    spawn_local(async move {
        match api::delete(path(kind, row.id()), row.version()).send().await {
            Ok(_) => {
                announce(kind.plural, row.id(), None);
                let said = fill(t().moved_to_bin(), &[&row.title(kind)]);
                let back = Callback::new(move |()| {
                    let row = row.clone();
                    spawn_local(async move {
                        // Deleting it was a version of its own.
                        match restore(kind, row.id(), row.version() + 1).await {
                            Ok(_) => toast::say(t().undone()),
                            Err(problem) => toast::complain(&problem),
                        }
                    });
                });
                toast::say_with_undo(said, back);
                done.tell(());
            }
            Err(problem) => refused(kind, row.id(), problem).await,
        }
    });
}

/// Takes a record out of the recycle bin, at the version it has there, and tells every screen.
pub async fn restore(kind: &'static Kind, id: &str, version: i64) -> Result<Row, Problem> {
    api::post(format!("{}/restore", path(kind, id)), Value::Null)
        .version(version)
        .send()
        .await?;
    let row = fetch(kind, id).await?;
    announce(kind.plural, id, Some(row.clone()));
    Ok(row)
}

/// Does something of its own to a record (`convert`, `win` …) at the version shown.
pub async fn act(kind: &'static Kind, row: &Row, action: &str, body: Value) -> api::Outcome<api::Reply> {
    api::post(format!("{}/{action}", path(kind, row.id())), body)
        .version(row.version())
        .send()
        .await
}
