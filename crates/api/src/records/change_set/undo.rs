//! Taking back what a change set did, record by record and field by field: first what of it stands in the way is looked at, then
//! the rest goes through the one way to write.

use crate::caller::Caller;
use crate::noun;
use crate::write::{self, Cause, Writing};
use domain::change::{Change, ChangeAction};
use domain::policy::fields::Access;
use domain::policy::{Action, Permit};
use domain::undo::{Doing, Was, can_be_undone};
use domain::{AnyRecord, Error, Id, Instant, Issue, Kind, messages};
use persistence::change::{self as log, Seq, Way};
use persistence::{Tx, engine, sharing};
use serde_json::{Value as Json, json};
use std::collections::HashMap;

/// Changes looked at together.
const AT_ONCE: usize = 200;
/// What is left is listed up to here, and counted.
pub const MOST_TOLD: usize = 100;
const NOT_UNDOABLE: &str = "not_undoable";

/// Something that was not taken back, and why: as far as the caller may see it.
#[derive(Debug, Clone)]
pub struct Left {
    kind: String,
    record: Id,
    title: Option<String>,
    /// What the set made of a field, and what it is now; none where the record as a whole stays.
    field: Option<(String, Json, Json)>,
    by: Option<Id>,
    at: Option<Instant>,
    why: Issue,
    /// A rule refused it: that may be otherwise once others are taken back.
    refused: bool,
}

impl Left {
    fn record(record: &AnyRecord, why: Issue) -> Self {
        let kind = record.kind();
        Self {
            kind: kind.name.to_owned(),
            record: record.id(),
            title: record.text(kind.title).map(str::to_owned),
            field: None,
            by: None,
            at: None,
            why,
            refused: false,
        }
    }

    fn refused(record: &AnyRecord, error: Error) -> Self {
        let why = match error {
            Error::Invalid(issues) => issues.into_iter().next(),
            Error::Conflict(issue) | Error::BadQuery(issue) | Error::NotForKey(issue) | Error::Gone(issue) => {
                Some(issue)
            }
            Error::Forbidden { .. } => None,
            Error::Stale { .. } | Error::Unmet { .. } | Error::NotFound { .. } => Some(Issue::new("", "changed_since")),
            Error::Unauthenticated(_) => None,
            Error::Clash(issue, _) => Some(issue),
        };
        let why = why.unwrap_or_else(|| Issue::new("", "undo_not_allowed"));
        Self {
            refused: true,
            ..Self::record(record, why)
        }
    }

    /// Whether it is in the way, and not of a sort that nobody can take back.
    pub fn can_be_undone(&self) -> bool {
        self.why.code != NOT_UNDOABLE
    }

    pub fn told(&self, to: &Caller) -> Json {
        let (field, then, now) = match &self.field {
            Some((field, then, now)) => (json!(field), then.clone(), now.clone()),
            None => (Json::Null, Json::Null, Json::Null),
        };
        json!({ "kind": self.kind, "record_id": self.record, "title": self.title, "field": field, "then": then, "now": now,
            "changed_by": self.by, "changed_at": self.at, "code": self.why.code, "detail": messages::issue(&self.why, to.locale) })
    }

    /// For who follows a job, whose rights may be others: not what was or is in the fields.
    pub fn noted(&self, to: &Caller) -> Json {
        let mut told = self.told(to);
        for name in ["title", "then", "now"] {
            told[name] = Json::Null;
        }
        told
    }
}

/// How far it has come.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Records that were taken back.
    pub undone: u64,
    pub left: Vec<Left>,
    pub left_total: u64,
    pub refused: bool,
    /// Records in sight that the set has changed.
    pub seen: u64,
}

impl Outcome {
    fn leave(&mut self, left: Left) {
        self.left_total += 1;
        self.refused |= left.refused;
        if self.left.len() < MOST_TOLD {
            self.left.push(left);
        }
    }

    pub fn list(&self, to: &Caller) -> Json {
        json!({ "data": self.left.iter().map(|left| left.told(to)).collect::<Vec<_>>(), "total": self.left_total })
    }
}

/// Which of the records: what was deleted comes back first, in the order in which it went, since others may belong to it; then
/// the rest goes back in the opposite order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pass {
    Restoring,
    Rest,
}

impl Pass {
    fn way(self) -> Way {
        match self {
            Self::Restoring => Way::Forward,
            Self::Rest => Way::Back,
        }
    }

    fn takes(self, doing: &Doing) -> bool {
        (doing.was == Was::Live && !doing.live) == (self == Self::Restoring)
    }
}

/// A record that the set has changed, and what was logged of it since.
struct Touched {
    kind: String,
    id: Id,
    doing: Doing,
    later: Vec<Change>,
}

/// Some of the set's records beyond a place in it, and the next place.
fn some(
    tx: &mut Tx,
    by: &Caller,
    set: Id,
    pass: Pass,
    beyond: Option<Seq>,
) -> persistence::Result<(Vec<Touched>, Option<Seq>)> {
    let scope = by.feed_scope();
    let way = pass.way();
    let page = log::of_set(tx, &scope, set, way, beyond, AT_ONCE)?;
    let next = page.last().map(|(seq, _)| *seq).filter(|_| page.len() == AT_ONCE);
    let mut order: Vec<(String, Id)> = Vec::new();
    for (_, change) in &page {
        let key = (change.kind.clone(), change.record_id);
        if !order.contains(&key) {
            order.push(key);
        }
    }
    let ids: Vec<Id> = order.iter().map(|(_, id)| *id).collect();
    let mut within: HashMap<(String, Id), Vec<(Seq, Change)>> = HashMap::new();
    for (seq, change) in log::of_records(tx, &scope, set, true, &ids)? {
        let key = (change.kind.clone(), change.record_id);
        within.entry(key).or_default().push((seq, change));
    }
    let since = log::of_records(tx, &scope, set, false, &ids)?;
    let mut touched = Vec::new();
    for key in order {
        let Some(changes) = within.remove(&key) else { continue };
        let (first, last) = (changes[0].0, changes[changes.len() - 1].0);
        // Each record has its turn once: where it is met first.
        let had = match way {
            Way::Forward => beyond.is_some_and(|beyond| first <= beyond),
            Way::Back => beyond.is_some_and(|beyond| last >= beyond),
        };
        if had {
            continue;
        }
        let changes: Vec<_> = changes.into_iter().map(|(_, change)| change).collect();
        let Some(doing) = Doing::of(&changes).filter(|doing| pass.takes(doing)) else {
            continue;
        };
        let (kind, id) = key;
        let of_it = |(seq, change): &&(Seq, Change)| *seq > last && change.record_id == id && change.kind == kind;
        let later = since.iter().filter(of_it).map(|(_, change)| change.clone()).collect();
        touched.push(Touched { kind, id, doing, later });
    }
    Ok((touched, next))
}

/// What is to be done about a record.
enum ToDo {
    Nothing,
    Delete,
    /// Out of the bin, and then these fields.
    Restore(Vec<String>),
    PutBack(Vec<String>),
}

struct Judged {
    old: AnyRecord,
    doing: Doing,
    to_do: ToDo,
}

/// Looks at some records: what is to be done about each, and what stays as it is. What is out of sight is not told of.
fn judge(
    tx: &mut Tx,
    by: &Caller,
    touched: Vec<Touched>,
    hold: bool,
    outcome: &mut Outcome,
) -> persistence::Result<Vec<Judged>> {
    let mut judged = Vec::new();
    let mut found: HashMap<(String, Id), AnyRecord> = HashMap::new();
    let mut by_kind: HashMap<&str, Vec<Id>> = HashMap::new();
    for one in &touched {
        by_kind.entry(&one.kind).or_default().push(one.id);
    }
    for (name, ids) in by_kind {
        let Some((kind, scope)) = by
            .kinds()
            .named(name)
            .and_then(|kind| Some((kind, by.scope(kind).ok()?)))
        else {
            continue;
        };
        let records = match hold {
            true => engine::any::find_many_held(tx, &scope, kind, &ids)?,
            false => engine::any::find_many(tx, &scope, kind, &ids)?,
        };
        found.extend(
            records
                .into_iter()
                .map(|record| ((name.to_owned(), record.id()), record)),
        );
    }
    for Touched { kind, id, doing, later } in touched {
        let Some(of_kind) = by.kinds().named(&kind) else {
            // What is no record: sign-ins, keys, the workspace.
            if by.identity.may(crate::audit::AREA, Action::View) {
                outcome.seen += 1;
                outcome.leave(no_record(kind, id));
            }
            continue;
        };
        if of_kind.work {
            continue;
        }
        let Ok(scope) = by.scope(of_kind) else { continue };
        let live = found.remove(&(kind, id));
        let is_live = live.is_some();
        let old = match live {
            Some(old) => old,
            None => match engine::any::find_deleted(tx, &scope, of_kind, id) {
                Ok(old) => old,
                Err(persistence::Error::Domain(Error::NotFound { .. })) => continue,
                Err(error) => return Err(error),
            },
        };
        outcome.seen += 1;
        if !can_be_undone(of_kind) || !doing.is_anything(of_kind) {
            if doing.was == Was::Live || doing.live {
                outcome.leave(Left::record(&old, Issue::new("", NOT_UNDOABLE)));
            }
            continue;
        }
        let to_do = of_one(by, &old, is_live, &doing, &later, outcome)?;
        judged.push(Judged { old, doing, to_do });
    }
    Ok(judged)
}

fn no_record(kind: String, record: Id) -> Left {
    Left {
        kind,
        record,
        title: None,
        field: None,
        by: None,
        at: None,
        why: Issue::new("", NOT_UNDOABLE),
        refused: false,
    }
}

fn of_one(
    by: &Caller,
    old: &AnyRecord,
    is_live: bool,
    doing: &Doing,
    later: &[Change],
    outcome: &mut Outcome,
) -> persistence::Result<ToDo> {
    let kind = old.kind();
    let fields = by.fields(kind);
    if doing.was == Was::Live && doing.live && !is_live {
        let gone = later.iter().rev().find(|c| c.action == ChangeAction::Delete);
        outcome.leave(Left {
            by: gone.and_then(|change| change.actor_id),
            at: gone.map(|change| change.at),
            ..Left::record(old, Issue::new("", "deleted_since"))
        });
        return Ok(ToDo::Nothing);
    }
    if doing.was != Was::Live && !is_live {
        return Ok(ToDo::Nothing);
    }
    let mut kept = Vec::new();
    for overtaken in doing.overtaken(old, later)? {
        let mut pair = json!({ &overtaken.field: [overtaken.then, overtaken.now] });
        fields.cover(&mut pair);
        kept.push(overtaken.field.clone());
        let Some([then, now]) = pair.get(&overtaken.field).and_then(Json::as_array).map(Vec::as_slice) else {
            continue;
        };
        outcome.leave(Left {
            field: Some((overtaken.field, then.clone(), now.clone())),
            by: overtaken.by,
            at: overtaken.at,
            ..Left::record(old, Issue::new("", "changed_since"))
        });
    }
    if doing.was != Was::Live {
        return Ok(if kept.is_empty() { ToDo::Delete } else { ToDo::Nothing });
    }
    for name in doing.said(old, &kept) {
        let code = match fields.access(&name) {
            Access::Full => continue,
            Access::ReadOnly => Some("field_read_only"),
            Access::Masked => Some("field_hidden"),
            // What is not seen is not told of, and stays.
            Access::Hidden => None,
        };
        if let Some(code) = code {
            outcome.leave(Left {
                field: Some((name.clone(), Json::Null, Json::Null)),
                ..Left::record(old, Issue::new("", code).with("field", &name))
            });
        }
        kept.push(name);
    }
    let said = doing.said(old, &kept);
    Ok(match (is_live, said.is_empty()) {
        (false, _) => ToDo::Restore(said),
        (true, true) => ToDo::Nothing,
        (true, false) => ToDo::PutBack(said),
    })
}

/// What the domain refuses is told of the record, and nothing of it is done; what else goes wrong ends the whole.
fn tried<T>(
    tx: &mut Tx,
    work: impl FnOnce(&mut Tx) -> persistence::Result<T>,
) -> persistence::Result<Result<T, Error>> {
    match tx.savepoint(work) {
        Ok(done) => Ok(Ok(done)),
        Err(persistence::Error::Domain(error)) => Ok(Err(error)),
        Err(error) => Err(error),
    }
}

/// Puts fields back.
fn change(by: &Caller, old: &AnyRecord, doing: &Doing, said: &[String]) -> persistence::Result<Option<write::Change>> {
    let kind = old.kind();
    let new = doing.put_back(old, said)?;
    if new == *old {
        return Ok(None);
    }
    let hooks = noun::of(kind)?.within(by.kinds());
    if !doing.by_action(kind) {
        hooks.check_change(Some(old), &new)?;
    }
    hooks.check_change(None, &new)?;
    Ok(Some(write::Change {
        old: Some(old.clone()),
        new,
        said: said.to_vec(),
    }))
}

/// Changes of one kind that wait to be written together.
type Waiting = Vec<(write::Change, Permit)>;

fn flush(tx: &mut Tx, by: &Caller, waiting: &mut Waiting, outcome: &mut Outcome) -> persistence::Result<()> {
    let all = std::mem::take(waiting);
    let Some(kind) = all.first().map(|(change, _)| change.new.kind()) else {
        return Ok(());
    };
    let hooks = noun::of(kind)?;
    let permit = all[0].1.clone();
    let changes: Vec<write::Change> = all.iter().map(|(change, _)| change.clone()).collect();
    let count = changes.len() as u64;
    let together = |tx: &mut Tx| write::write_all(tx, &mut Writing::new(by, Cause::Undone), &permit, hooks, changes);
    if tried(tx, together)?.is_ok() {
        outcome.undone += count;
        return Ok(());
    }
    // One of them was refused: each by itself tells which.
    for (change, permit) in all {
        let old = change.new.clone();
        let one = |tx: &mut Tx| write::write_one(tx, &mut Writing::new(by, Cause::Undone), &permit, hooks, change);
        match tried(tx, one)? {
            Ok(_) => outcome.undone += 1,
            Err(error) => outcome.leave(Left::refused(&old, error)),
        }
    }
    Ok(())
}

fn carry_out(tx: &mut Tx, by: &Caller, judged: Vec<Judged>, outcome: &mut Outcome) -> persistence::Result<()> {
    let mut waiting = Waiting::new();
    for Judged { old, doing, to_do } in judged {
        let kind = old.kind();
        let hooks = noun::of(kind)?;
        if let ToDo::PutBack(said) = &to_do {
            if waiting
                .first()
                .is_some_and(|(change, _)| change.new.kind().name != kind.name)
            {
                flush(tx, by, &mut waiting, outcome)?;
            }
            let allowed = tried(tx, |tx| {
                let permit = sharing::authorize(tx, by, Action::Edit, &old)?;
                Ok(change(by, &old, &doing, said)?.map(|change| (change, permit)))
            })?;
            match allowed {
                Ok(Some(change)) => waiting.push(change),
                Ok(None) => {}
                Err(error) => outcome.leave(Left::refused(&old, error)),
            }
            continue;
        }
        flush(tx, by, &mut waiting, outcome)?;
        let done = match &to_do {
            ToDo::Nothing | ToDo::PutBack(_) => continue,
            ToDo::Delete => tried(tx, |tx| {
                let permit = sharing::authorize(tx, by, Action::Delete, &old)?;
                write::delete(tx, &Writing::new(by, Cause::Undone), &permit, hooks, &old)
            })?,
            ToDo::Restore(said) => tried(tx, |tx| {
                // It may have come back with what it belongs to.
                let scope = by.scope(kind)?;
                let back = engine::any::find_many_held(tx, &scope, kind, &[old.id()])?
                    .into_iter()
                    .next();
                let back = match back {
                    Some(back) => back,
                    None => {
                        let permit = by.authorize(Action::Delete, kind, old.owner_id())?;
                        let change = write::Change::new(Some(old.clone()), old.clone());
                        write::write_one(tx, &mut Writing::new(by, Cause::Restored), &permit, hooks, change)?
                    }
                };
                if let Some(change) = change(by, &back, &doing, said)? {
                    let permit = sharing::authorize(tx, by, Action::Edit, &back)?;
                    write::write_one(tx, &mut Writing::new(by, Cause::Undone), &permit, hooks, change)?;
                }
                Ok(())
            })?,
        };
        match done {
            Ok(()) => outcome.undone += 1,
            Err(error) => outcome.leave(Left::refused(&old, error)),
        }
    }
    flush(tx, by, &mut waiting, outcome)
}

/// Takes back some records of a set beyond a place in it. Returns the next place.
pub fn step(
    tx: &mut Tx,
    by: &Caller,
    set: Id,
    pass: Pass,
    beyond: Option<Seq>,
    outcome: &mut Outcome,
) -> persistence::Result<Option<Seq>> {
    let (touched, next) = some(tx, by, set, pass, beyond)?;
    let judged = judge(tx, by, touched, true, outcome)?;
    carry_out(tx, by, judged, outcome)?;
    Ok(next)
}

/// Takes back a whole set in one transaction. What one record keeps another from is tried again once that has moved.
pub fn all(tx: &mut Tx, by: &Caller, set: Id) -> persistence::Result<Outcome> {
    let mut undone = 0;
    loop {
        let mut outcome = Outcome::default();
        for pass in [Pass::Restoring, Pass::Rest] {
            let mut beyond = None;
            loop {
                beyond = step(tx, by, set, pass, beyond, &mut outcome)?;
                if beyond.is_none() {
                    break;
                }
            }
        }
        undone += outcome.undone;
        if !outcome.refused || outcome.undone == 0 {
            return Ok(Outcome { undone, ..outcome });
        }
    }
}

/// What of a set could not be taken back as things are, without a change. What rules will say is not asked.
pub fn look(tx: &mut Tx, by: &Caller, set: Id) -> persistence::Result<(Outcome, bool)> {
    let mut outcome = Outcome::default();
    let mut anything = false;
    for pass in [Pass::Restoring, Pass::Rest] {
        let mut beyond = None;
        loop {
            let (touched, next) = some(tx, by, set, pass, beyond)?;
            let judged = judge(tx, by, touched, false, &mut outcome)?;
            anything |= !judged.is_empty();
            beyond = next;
            if beyond.is_none() {
                break;
            }
        }
    }
    Ok((outcome, anything))
}

/// Whether a kind's records are among what somebody may see.
pub fn kind_in_sight(by: &Caller, name: &str) -> Option<&'static Kind> {
    by.kinds().named(name).filter(|kind| by.scope(kind).is_ok())
}
