//! The record of an import: begun, told how far it is, ended.

use std::time::{Duration, Instant as Clock};

use domain::import::record::{Guesses, Samples};
use domain::import::{Import, ImportPatch};
use domain::job::{JobStatus, Work};
use domain::policy::{Actor, Permit};
use domain::record::Birth;
use domain::{Id, Instant, Locale, Record};
use persistence::{Store, Tx, engine, import, job as queue};
use serde_json::{Value as Json, json};

use super::plan::{Plan, Settings};
use super::run::{Done, Failure, Progress, Watch, told};

/// How often the database hears how far an import is.
const TELL: Duration = Duration::from_millis(500);

pub fn permit(actor: &Actor) -> Result<Permit, domain::Error> {
    crate::job::permit(actor, Import::KIND)
}

/// A new job, not yet written.
pub fn draft(actor: &Actor, id: Id, file_name: &str, size: u64, settings: &Settings) -> Result<Import, domain::Error> {
    let shown: String = file_name.chars().filter(|c| !c.is_control()).take(255).collect();
    let patch = ImportPatch {
        owner_id: Some(actor.user()),
        file_name: Some(if shown.trim().is_empty() {
            "import.csv".to_owned()
        } else {
            shown
        }),
        kind: Some(settings.kind.plural.to_owned()),
        size: Some(i64::try_from(size).unwrap_or(i64::MAX)),
        dry_run: Some(settings.dry_run),
        value_map: Some(json!(settings.values)),
        progress: Some(progress_json(Progress {
            total_bytes: size,
            ..Progress::default()
        })),
        ..Default::default()
    };
    Import::create(
        patch,
        Birth {
            id,
            ..Birth::new(actor.user())
        },
    )
}

/// Writes a job down, and lets it wait for its turn or marks it as under way.
pub fn begin(tx: &mut Tx, actor: &Actor, job: &Import, locale: Locale, running: bool) -> persistence::Result<()> {
    let permit = permit(actor)?;
    engine::insert(tx, &permit, std::slice::from_ref(job))?;
    queue::enqueue(tx, &permit, Work::Import, job.id, locale, running)
}

pub fn progress_json(progress: Progress) -> Json {
    json!({
        "phase": if progress.taking { "taking" } else { "reading" },
        "read_bytes": progress.read_bytes,
        "total_bytes": progress.total_bytes,
        "rows": progress.rows,
    })
}

/// Changes the job as it is now.
pub fn change(
    store: &Store,
    actor: &Actor,
    id: Id,
    with: impl Fn(&mut Import) + Send + 'static,
) -> persistence::Result<Import> {
    let actor = actor.clone();
    store.write_here(move |tx| {
        let permit = permit(&actor)?;
        let old = import::current(tx, &permit, id)?;
        let mut new = old.clone();
        with(&mut new);
        engine::update(tx, &permit, &old, &new)
    })
}

/// Tells the database about a running import, and hears from it that it was cancelled.
pub struct ImportWatch<'a> {
    pub store: &'a Store,
    pub actor: &'a Actor,
    pub id: Id,
    told: Option<Clock>,
    last: Progress,
    pub on_progress: Option<&'a mut dyn FnMut(Progress)>,
}

impl<'a> ImportWatch<'a> {
    pub fn new(store: &'a Store, actor: &'a Actor, id: Id) -> Self {
        Self {
            store,
            actor,
            id,
            told: None,
            last: Progress::default(),
            on_progress: None,
        }
    }

    fn tell(&mut self) -> bool {
        self.told = Some(Clock::now());
        let (actor, id, progress) = (self.actor.clone(), self.id, progress_json(self.last));
        let told = self.store.write_here(move |tx| {
            let permit = permit(&actor)?;
            import::report_progress(tx, &permit, id, &progress)
        });
        // A database that is away stops the import by itself, if it stays away.
        told.unwrap_or(true)
    }
}

impl Watch for ImportWatch<'_> {
    fn planned(&mut self, plan: &Plan) -> bool {
        let plan = plan.clone();
        let noted = change(self.store, self.actor, self.id, move |job| {
            note(job, &plan);
            if job.status == JobStatus::Queued {
                job.status = JobStatus::Running;
            }
        });
        if let Err(error) = noted {
            tracing::warn!(%error, "what an import is about could not be noted");
        }
        self.tell()
    }

    fn progress(&mut self, progress: Progress) -> bool {
        self.last = progress;
        if let Some(hear) = &mut self.on_progress {
            hear(progress);
        }
        self.told.is_some_and(|at| at.elapsed() < TELL) || self.tell()
    }
}

/// What was found out about the file.
pub fn note(job: &mut Import, plan: &Plan) {
    job.encoding = Some(plan.encoding.clone());
    job.delimiter = Some(plan.delimiter.clone());
    job.headers.clone_from(&plan.headers);
    job.samples = Samples(plan.samples.clone());
    job.guesses = Guesses(plan.guesses.clone());
    job.mapping = json!(plan.mapping());
}

/// Ends a job: done, failed, or cancelled meanwhile.
pub fn end(
    store: &Store,
    actor: &Actor,
    id: Id,
    result: &Result<Done, Failure>,
    has_errors: bool,
) -> persistence::Result<Import> {
    let (report, failure): (Option<Json>, Option<&Failure>) = match result {
        Ok(done) => (serde_json::to_value(&done.report).ok(), done.failure.as_ref()),
        Err(failure) => (None, Some(failure)),
    };
    let error = failure.and_then(|failure| told(failure).into_iter().next().map(|(_, problem)| problem));
    let rows = result.as_ref().map_or(0, |done| done.report.rows);
    let actor = actor.clone();
    store.write_here(move |tx| {
        let permit = permit(&actor)?;
        queue::dequeue(tx, &permit, id)?;
        let old = import::current(tx, &permit, id)?;
        let mut new = old.clone();
        new.report.clone_from(&report);
        new.error = error.as_ref().map(|e| json!(e));
        new.has_errors = has_errors;
        if !old.is_over() {
            new.finished_at = Some(Instant::now());
            new.status = if error.is_some() {
                JobStatus::Failed
            } else {
                JobStatus::Done
            };
        }
        if new.status == JobStatus::Done {
            let size = u64::try_from(old.size).unwrap_or_default();
            new.progress = progress_json(Progress {
                taking: true,
                read_bytes: size,
                total_bytes: size,
                rows,
            });
        }
        engine::update(tx, &permit, &old, &new)
    })
}
