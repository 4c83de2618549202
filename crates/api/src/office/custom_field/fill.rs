//! Gives the records that are there already what the server gives in a field: their numbers, in the order in which they were
//! made, and what a formula comes to. Few get it at once, with the field; many in a job, batch by batch.

use crate::caller::Caller;
use crate::job::worker::{release, system};
use crate::job::{self, actor_of};
use crate::worker::Shared;
use crate::write::{self, Writing};
use domain::custom_field::CustomField;
use domain::job::Work;
use domain::policy::{Action, Actor, Permit};
use domain::{AnyRecord, Id, Kind};
use persistence::job::{self as queue, QueuedJob};
use persistence::{Store, Tx, custom, workspace};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;

/// Records of one transaction: others get their turn in between. As many are done at once with the field.
const BATCH: i64 = 200;

#[derive(Serialize, Deserialize)]
struct Wanted {
    kind: String,
}

#[derive(Default, Serialize, Deserialize)]
struct Progress {
    total: i64,
    done: i64,
}

/// Where one is among the records of a kind: those that live come first.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    in_bin: bool,
    after: Id,
}

/// The server itself, which knows the fields as they are by now.
pub(super) fn server(tx: &mut Tx, space: Id, job: Option<Id>) -> persistence::Result<Option<Actor>> {
    let found = workspace::find(tx, space)?;
    Ok(found.map(|space| {
        let actor = Actor::system(Arc::new(space));
        match job {
            Some(job) => actor_of(actor.identity, job),
            None => actor,
        }
    }))
}

/// Begins with the records of a field that was made, has come back, or has another formula.
pub fn begin(tx: &mut Tx, writing: &Writing, field: &CustomField) -> persistence::Result<()> {
    let Some(mut actor) = server(tx, writing.workspace().id, None)? else {
        return Ok(());
    };
    // One change set with the field.
    actor.change_set = writing.by.change_set;
    let Some(kind) = actor.kinds().named(&field.kind) else {
        return Ok(());
    };
    let permit = actor.authorize(Action::Edit, kind, None)?;
    let total = custom::total(tx, &permit, kind)?;
    if total > BATCH {
        let wanted = json!(Wanted {
            kind: field.kind.clone()
        });
        let progress = json!(Progress { total, done: 0 });
        job::begin(tx, writing.by, Work::Fill, (field.id, &field.key), wanted, progress)?;
        return Ok(());
    }
    let mut place = Some(Place::default());
    while let Some(at) = place {
        place = batch(tx, &actor, &permit, kind, at)?.0;
    }
    Ok(())
}

/// Some records from a place on: the next place, and how many they were.
fn batch(
    tx: &mut Tx,
    actor: &Actor,
    permit: &Permit,
    kind: &'static Kind,
    at: Place,
) -> persistence::Result<(Option<Place>, usize)> {
    let olds = custom::next(tx, permit, kind, at.in_bin, at.after, BATCH)?;
    let Some(last) = olds.last().map(AnyRecord::id) else {
        let bin = Place {
            in_bin: true,
            after: Id::nil(),
        };
        return Ok(((!at.in_bin).then_some(bin), 0));
    };
    let count = olds.len();
    let by = Caller::new(actor.clone(), None, actor.workspace().locale);
    let hooks = crate::noun::of(kind)?.within(actor.kinds());
    write::fill(tx, &by, permit, hooks, olds, at.in_bin)?;
    Ok((Some(Place { after: last, ..at }), count))
}

/// Runs the job to its end, or until the server stops. One that goes on begins anew, and passes over what is done.
pub fn run(db: &Store, waiting: QueuedJob, stop: &Shared) -> persistence::Result<()> {
    let Some(system) = system(db, waiting.workspace)? else {
        return Ok(());
    };
    let permit = job::permit(&system, job::KIND)?;
    let job = db.write_here(move |tx| job::started(tx, &permit, waiting.job))?;
    let wanted: Wanted = serde_json::from_value(job.wanted).map_err(persistence::Error::internal)?;
    let wanted = Arc::new(wanted);
    let (mut place, mut progress) = (Place::default(), Progress::default());
    loop {
        if stop.stopped() {
            return release(db, waiting);
        }
        let (wanted, done) = (wanted.clone(), progress.done);
        let step = move |tx: &mut Tx| {
            let Some(actor) = server(tx, waiting.workspace, Some(waiting.job))? else {
                return Ok(Step::Cancelled);
            };
            let jobs = job::permit(&actor, job::KIND)?;
            if !queue::is_alive(tx, &jobs, waiting.job)? {
                return Ok(Step::Cancelled);
            }
            // It may have been taken away since.
            let Some(kind) = actor.kinds().named(&wanted.kind) else {
                return Ok(Step::Done);
            };
            let permit = actor.authorize(Action::Edit, kind, None)?;
            let (next, count) = batch(tx, &actor, &permit, kind, place)?;
            let done = done + i64::try_from(count).unwrap_or_default();
            let total = custom::total(tx, &permit, kind)?.max(done);
            queue::note_progress(tx, &jobs, waiting.job, &json!(Progress { total, done }))?;
            Ok(next.map_or(Step::Done, |next| Step::On(next, done)))
        };
        match db.write_here(step)? {
            Step::Cancelled => return Ok(()),
            Step::Done => return job::end(db, waiting, None),
            Step::On(next, done) => (place, progress.done) = (next, done),
        }
    }
}

enum Step {
    Cancelled,
    Done,
    On(Place, i64),
}
