//! One import from beginning to end: look at the file, take it batch by batch, set parents that stood further down, and
//! report. The command line and the server run the same.

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use domain::import::problem::code;
use domain::import::{Problem, Report, Tally, field, reason};
use domain::policy::{Action, Actor};
use domain::{AnyRecord, Id, Instant, Locale};
use persistence::{Store, Tx, engine};
use serde_json::{Map, json};
use tempfile::NamedTempFile;

use super::draft::{Draft, Problems, context};
use super::error_file::ErrorFile;
use super::kinds;
use super::lookup::{self, Lookup};
use super::plan::{Plan, Settings, Table};
use super::reader::{Options, Reader};
use super::reference_data::ReferenceData;
use super::take::{self, ImportContext, RowResult, problems_of};
use super::vcard::{self, VCARD};
use super::workbook::{self, XLSX};
use crate::caller::Caller;
use crate::noun;
use crate::write::{Cause, Change, Writing, write_one};

/// Rows of one transaction.
const BATCH: usize = 1000;

/// A file on disk: a text table, or the one that a workbook was written out as.
pub struct Path {
    path: PathBuf,
    size: u64,
    /// What was written out, and what the file is.
    sheet: Option<(NamedTempFile, &'static str)>,
}

impl Path {
    /// `most` rows of a workbook suffice.
    pub fn new(path: PathBuf, most: Option<u64>) -> Result<Self, Problem> {
        let unreadable = |_: io::Error| Problem::new(code::UNREADABLE);
        let sheet = match workbook::unpacked(&path, most)? {
            Some(sheet) => Some((sheet, XLSX)),
            None => vcard::unpacked(&path, most)?.map(|sheet| (sheet, VCARD)),
        };
        let about = std::fs::metadata(sheet.as_ref().map_or(path.as_path(), |(sheet, _)| sheet.path()));
        let size = about.map_err(unreadable)?.len();
        Ok(Self { path, size, sheet })
    }
}

impl Table for Path {
    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        let path = self
            .sheet
            .as_ref()
            .map_or(self.path.as_path(), |(sheet, _)| sheet.path());
        Ok(Box::new(std::fs::File::open(path)?))
    }

    fn size(&self) -> u64 {
        self.size
    }

    fn options(&self, said: Options) -> Options {
        match &self.sheet {
            None => said,
            Some((_, form)) => Options {
                encoding: Some(encoding_rs::UTF_8),
                delimiter: Some(b','),
                sheet: Some(*form),
            },
        }
    }
}

/// How far an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// The file is read twice: once to understand it, once to take it.
    pub taking: bool,
    pub read_bytes: u64,
    pub total_bytes: u64,
    pub rows: u64,
}

/// Hears how far it is; false stops at once.
pub trait Watch {
    fn planned(&mut self, plan: &Plan) -> bool {
        let _ = plan;
        true
    }
    fn progress(&mut self, progress: Progress) -> bool;
}

/// Why nothing more could be done. What was taken before stays.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The file or how it is to be read.
    #[error("{}", .0.code)]
    File(Problem),
    #[error(transparent)]
    Store(#[from] persistence::Error),
    #[error("the file of rows in error cannot be written: {0}")]
    Errors(io::Error),
}

pub struct Done {
    pub report: Report,
    pub stopped: bool,
    /// Why it ended before the end of the file. What was taken before that stays, and is in the report.
    pub failure: Option<Failure>,
}

/// Runs an import. Rows that are not taken go to `errors`, which is opened for the first of them.
pub fn run<W: Write>(
    store: &Store,
    actor: &Actor,
    locale: Locale,
    table: &dyn Table,
    settings: &Settings,
    watch: &mut dyn Watch,
    errors: impl FnOnce() -> io::Result<W>,
) -> Result<Done, Failure> {
    take::may_import(actor, settings.kind).map_err(persistence::Error::from)?;
    let total_bytes = table.size();
    let plan = Plan::make(table, settings, |read_bytes, rows| {
        watch.progress(Progress {
            taking: false,
            read_bytes,
            total_bytes,
            rows,
        })
    });
    let mut tally = Tally::new(settings.dry_run);
    let Some(plan) = plan.map_err(Failure::File)? else {
        return Ok(Done {
            report: tally.finish(),
            stopped: true,
            failure: None,
        });
    };
    for (column, remark) in &plan.remarks {
        tally.warn(None, column.as_deref(), remark.clone());
    }
    if !watch.planned(&plan) {
        return Ok(Done {
            report: tally.finish(),
            stopped: true,
            failure: None,
        });
    }
    let kind = settings.kind;
    let reader_of = actor.clone();
    let reference_data = store.read_here(move |tx| ReferenceData::read(tx, &reader_of, kind))?;
    let by = Caller::new(actor.clone(), None, locale);
    let cell_context = context(actor.workspace().currency, by.zone, &actor.workspace().working_hours);
    let mut options = plan.options;
    options.delimiter = plan.delimiter.bytes().next();
    let context = ImportContext {
        by,
        plan: Arc::new(plan),
        trial: settings.dry_run,
        reference_data: Arc::new(Mutex::new(reference_data)),
        seen: Arc::default(),
    };
    let unreadable = |_| Failure::File(Problem::new(code::UNREADABLE));
    let mut reader = Reader::new(table.open().map_err(unreadable)?, options).map_err(|e| Failure::File(e.problem()))?;
    let mut run = Run {
        store,
        locale,
        context: context.clone(),
        tally,
        errors: Some(errors),
        file: None,
        parents: Vec::new(),
    };
    let mut take_all = || -> Result<bool, Failure> {
        loop {
            let mut drafts = Vec::with_capacity(BATCH);
            for row in reader.by_ref().take(BATCH) {
                let row = row.map_err(|e| Failure::File(e.problem()))?;
                drafts.push(Draft::read(&context.plan, &cell_context, row));
            }
            if drafts.is_empty() {
                return Ok(false);
            }
            run.take(drafts)?;
            let progress = Progress {
                taking: true,
                read_bytes: reader.bytes_read(),
                total_bytes,
                rows: run.tally.so_far().rows,
            };
            if !watch.progress(progress) {
                return Ok(true);
            }
        }
    };
    let (stopped, failure) = match take_all() {
        Ok(stopped) => (stopped, run.set_parents().err()),
        Err(failure) => (false, Some(failure)),
    };
    let finished = match run.file.take() {
        Some(file) => file.finish().and_then(|mut f| f.flush()).map_err(Failure::Errors),
        None => Ok(()),
    };
    Ok(Done {
        report: run.tally.finish(),
        stopped,
        failure: failure.or(finished.err()),
    })
}

/// A record whose parent stood elsewhere in the file.
#[derive(Clone)]
struct WaitingForParent {
    id: Id,
    line: u64,
    field: &'static str,
    parent: String,
}

struct Run<'a, W: Write, F: FnOnce() -> io::Result<W>> {
    store: &'a Store,
    locale: Locale,
    context: ImportContext,
    tally: Tally,
    errors: Option<F>,
    file: Option<ErrorFile<W>>,
    parents: Vec<WaitingForParent>,
}

impl<W: Write, F: FnOnce() -> io::Result<W>> Run<'_, W, F> {
    fn take(&mut self, drafts: Vec<Draft>) -> Result<(), Failure> {
        let kind = self.context.plan.kind;
        let batch = kinds::batch(kind);
        let drafts = Arc::new(drafts);
        let (context, rows) = (self.context.clone(), drafts.clone());
        let (taken, reference_data) = if context.trial {
            self.store.read_here(|tx| {
                let context = context.renewed(tx)?;
                batch(tx, &context, &rows)
            })?
        } else {
            self.store.write_here(move |tx| {
                let context = context.renewed(tx)?;
                anew(batch(tx, &context, &rows))
            })?
        };
        *self
            .context
            .reference_data
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = reference_data;
        for (draft, taken) in drafts.iter().zip(taken) {
            self.tell(draft, taken)?;
        }
        Ok(())
    }

    fn tell(&mut self, draft: &Draft, taken: RowResult) -> Result<(), Failure> {
        let plan = &self.context.plan;
        let header = |field: &Option<String>| field.as_deref().and_then(|f| plan.header_of(f));
        let Some((outcome, id)) = taken.outcome else {
            return self.refuse(draft, &taken.problems);
        };
        for (field, remark) in draft.remarks.iter().chain(&taken.remarks) {
            self.tally.warn(Some(draft.line), header(field), remark.clone());
        }
        for key in &taken.full {
            let problem = Problem::new(code::LIST_FULL).with("picklist", key);
            self.tally.warn(Some(draft.line), None, problem);
        }
        self.tally.row(outcome);
        for (field, value) in &taken.new_values {
            self.tally.created_value(field, value);
        }
        if let Some(key) = taken.key {
            let mut seen = self.context.seen.lock().unwrap_or_else(PoisonError::into_inner);
            seen.insert(key, draft.line);
        }
        if !self.context.trial {
            let line = draft.line;
            let waiting = taken.parents.into_iter().map(|(field, parent)| WaitingForParent {
                id,
                line,
                field,
                parent,
            });
            self.parents.extend(waiting);
        }
        Ok(())
    }

    /// Counts a row that is not taken, and writes it to the file of errors.
    fn refuse(&mut self, draft: &Draft, problems: &Problems) -> Result<(), Failure> {
        let context = self.context.clone();
        let plan = &context.plan;
        let header = |field: &Option<String>| field.as_deref().and_then(|f| plan.header_of(f));
        let told = problems.iter().map(|(field, problem)| (header(field), problem.clone()));
        let store = self.store;
        self.tally
            .failed_row(draft.line, told, |problem| suggest(store, &context, problem));
        if self.file.is_none()
            && let Some(open) = self.errors.take()
        {
            let out = open().map_err(Failure::Errors)?;
            let file = ErrorFile::new(out, &plan.headers, plan.numeric(), self.locale).map_err(Failure::Errors)?;
            self.file = Some(file);
        }
        let why = reason(
            problems.iter().map(|(field, p)| (header(field), p)),
            self.locale,
            Some(plan.kind),
        );
        match &mut self.file {
            Some(file) => file.write(&draft.cells, &why).map_err(Failure::Errors),
            None => Ok(()),
        }
    }

    /// Parents that were not there yet when their children came.
    fn set_parents(&mut self) -> Result<(), Failure> {
        let waiting = std::mem::take(&mut self.parents);
        for some in waiting.chunks(BATCH) {
            let (context, some) = (self.context.clone(), some.to_vec());
            let missing = self.store.write_here(move |tx| {
                let context = context.renewed(tx)?;
                anew(set_parents(tx, &context, &some))
            })?;
            for WaitingForParent {
                line, field, parent, ..
            } in missing
            {
                let column = self.context.plan.header_of(field);
                self.tally
                    .warn(Some(line), column, Problem::value(code::PARENT_MISSING, &parent));
            }
        }
        Ok(())
    }
}

/// Somebody else was there in between: the whole step once more, on what is there now.
fn anew<T>(result: persistence::Result<T>) -> persistence::Result<T> {
    result.map_err(|error| match error {
        persistence::Error::Domain(domain::Error::Stale { .. }) => persistence::Error::Retry("stale".into()),
        other => other,
    })
}

/// Returns those whose parent did not come, or may not be set.
fn set_parents(
    tx: &mut Tx,
    context: &ImportContext,
    waiting: &[WaitingForParent],
) -> persistence::Result<Vec<WaitingForParent>> {
    let (by, kind) = (&context.by, context.plan.kind);
    let hooks = noun::of(kind)?;
    let wanted = waiting.iter().map(|w| (kind, w.parent.as_str()));
    let lookup = Lookup::read(tx, by, wanted)?;
    let ids: Vec<Id> = waiting.iter().map(|w| w.id).collect();
    let mut children: HashMap<Id, AnyRecord> = HashMap::new();
    for child in engine::any::find_many_held(tx, &by.scope(kind)?, kind, &ids)? {
        children.insert(child.id(), child);
    }
    let mut writing = Writing::new(by, Cause::Imported);
    let mut missing = Vec::new();
    for one in waiting {
        let parent = lookup.find(kind, &one.parent);
        let (Ok(parent), Some(child)) = (parent, children.get(&one.id)) else {
            missing.push(one.clone());
            continue;
        };
        let map = Map::from_iter([(one.field.to_owned(), json!(parent.id))]);
        let done = tx.savepoint(|tx| {
            let permit = by.authorize(Action::Edit, kind, child.owner_id())?;
            let new = hooks.apply(child, map, Instant::now())?;
            write_one(tx, &mut writing, &permit, hooks, Change::new(Some(child.clone()), new))
        });
        match done {
            Ok(stored) => drop(children.insert(one.id, stored)),
            Err(persistence::Error::Domain(_)) => missing.push(one.clone()),
            Err(error) => return Err(error),
        }
    }
    Ok(missing)
}

/// What was perhaps meant.
fn suggest(store: &Store, context: &ImportContext, problem: &Problem) -> Option<String> {
    let value = problem.params.get("value")?;
    match problem.code.as_str() {
        code::NOT_A_CHOICE => {
            let field = context.plan.kind.field(problem.params.get("field")?)?;
            field::closest_choice(field, value).map(str::to_owned)
        }
        code::NOT_FOUND => {
            let kind = domain::kind(problem.params.get("kind")?)?;
            if kind.name == "pipeline" {
                let reference_data = context.reference_data.lock().unwrap_or_else(PoisonError::into_inner);
                let names = reference_data.pipelines.iter().map(|p| p.name.as_str());
                return domain::import::closest(value, names).map(str::to_owned);
            }
            store.read_here(|tx| lookup::near(tx, &context.by, kind, value)).ok()?
        }
        _ => None,
    }
}

/// The problems of a failure, as they are told.
pub fn told(failure: &Failure) -> Problems {
    match failure {
        Failure::File(problem) => vec![(None, problem.clone())],
        Failure::Store(persistence::Error::Domain(error)) => problems_of(error.clone()),
        Failure::Store(_) | Failure::Errors(_) => vec![(None, Problem::new(code::IMPORT_BROKE_OFF))],
    }
}
