//! Taking back a set of many records: a job that does so batch by batch, and goes on where it was after a restart.

use super::undo::{self, MOST_TOLD, Outcome, Pass};
use crate::caller::Caller;
use crate::job::worker::{release, system};
use crate::job::{self, accepted, acting_owner};
use crate::worker::Shared;
use domain::job::Work;
use domain::{Id, Instant};
use persistence::change::{Seq, Way};
use persistence::idempotency::Answer;
use persistence::job::{self as queue, QueuedJob};
use persistence::{Store, Tx, change as log};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

#[derive(Serialize, Deserialize)]
struct Wanted {
    change_set: Id,
    partly: bool,
}

/// How far it is. What was left is listed without what stands in the fields, since who follows the job may see less.
#[derive(Default, Serialize, Deserialize)]
struct Progress {
    total: u64,
    done: u64,
    undone: u64,
    left: List,
    /// The second half: what was not deleted.
    rest: bool,
    place: Option<Seq>,
    /// In this round: how many were taken back, and whether a rule was in the way of others.
    round: u64,
    refused: bool,
}

#[derive(Default, Serialize, Deserialize)]
struct List {
    data: Vec<Json>,
    total: u64,
}

impl Progress {
    fn add(&mut self, outcome: &Outcome, to: &Caller) {
        self.undone += outcome.undone;
        self.round += outcome.undone;
        self.refused |= outcome.refused;
        self.done += outcome.seen;
        self.left.total += outcome.left_total;
        let room = MOST_TOLD.saturating_sub(self.left.data.len());
        self.left
            .data
            .extend(outcome.left.iter().take(room).map(|left| left.noted(to)));
    }

    /// To the next place. False where it is at its end: no rule was in the way, or nothing has moved since.
    fn goes_on(&mut self, next: Option<Seq>) -> bool {
        self.place = next;
        match (next, self.rest) {
            (Some(_), _) => true,
            (None, false) => {
                self.rest = true;
                true
            }
            (None, true) if self.refused && self.round > 0 => {
                *self = Self {
                    total: self.total,
                    undone: self.undone,
                    ..Self::default()
                };
                true
            }
            (None, true) => false,
        }
    }
}

/// What the jobs list calls it.
fn name(tx: &mut Tx, by: &Caller, set: Id) -> persistence::Result<String> {
    let first = log::of_set(tx, &by.feed_scope(), set, Way::Forward, None, 1)?;
    let at = first.first().map_or_else(Instant::now, |(_, change)| change.at);
    Ok(json!(at).as_str().unwrap_or_default().to_owned())
}

/// Begins the job.
pub fn begin(tx: &mut Tx, by: &Caller, set: Id, partly: bool) -> persistence::Result<Answer> {
    let total = log::records_of_set(tx, &by.feed_scope(), set, i64::MAX)?;
    let progress = Progress {
        total: u64::try_from(total).unwrap_or_default(),
        ..Progress::default()
    };
    let wanted = Wanted {
        change_set: set,
        partly,
    };
    let name = name(tx, by, set)?;
    let job = job::begin(tx, by, Work::Undo, (set, &name), json!(wanted), json!(progress))?;
    // A small undo has none to tell, and they answer alike.
    Ok(Answer {
        etag: None,
        ..accepted(&job, by)?
    })
}

/// Notes an undo that is done already.
pub fn note(tx: &mut Tx, by: &Caller, set: Id, outcome: &Outcome) -> persistence::Result<()> {
    let mut progress = Progress {
        total: outcome.seen,
        ..Progress::default()
    };
    progress.add(outcome, by);
    let wanted = Wanted {
        change_set: set,
        partly: outcome.left_total > 0,
    };
    let name = name(tx, by, set)?;
    job::done(tx, by, Work::Undo, (set, &name), json!(wanted), json!(progress))
}

/// Runs the job from where it is to its end, or until the server stops.
pub fn run(db: &Store, waiting: QueuedJob, stop: &Shared) -> persistence::Result<()> {
    let Some(system) = system(db, waiting.workspace)? else {
        return Ok(());
    };
    let permit = job::permit(&system, job::KIND)?;
    let job = db.write_here(move |tx| job::started(tx, &permit, waiting.job))?;
    let wanted: Wanted = serde_json::from_value(job.wanted).map_err(persistence::Error::internal)?;
    loop {
        if stop.stopped() {
            return release(db, waiting);
        }
        let (space, owner, set) = (system.identity.workspace.clone(), job.owner_id, wanted.change_set);
        let step = move |tx: &mut Tx| {
            let actor = acting_owner(tx, &space, owner, waiting.job)?;
            let jobs = job::permit(&actor, job::KIND)?;
            if !queue::is_alive(tx, &jobs, waiting.job)? {
                return Ok(Step::Cancelled);
            }
            let job = queue::current(tx, &jobs, waiting.job)?;
            let mut progress: Progress = serde_json::from_value(job.progress).map_err(persistence::Error::internal)?;
            let by = Caller::new(actor, None, waiting.locale);
            let pass = if progress.rest { Pass::Rest } else { Pass::Restoring };
            let mut outcome = Outcome::default();
            let next = undo::step(tx, &by, set, pass, progress.place, &mut outcome)?;
            progress.add(&outcome, &by);
            let goes_on = progress.goes_on(next);
            queue::note_progress(tx, &jobs, waiting.job, &json!(progress))?;
            Ok(if goes_on { Step::On } else { Step::Done })
        };
        match db.write_here(step)? {
            Step::Cancelled => return Ok(()),
            Step::Done => return job::end(db, waiting, None),
            Step::On => {}
        }
    }
}

enum Step {
    On,
    Cancelled,
    Done,
}
