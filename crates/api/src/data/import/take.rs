//! Takes a batch of rows: looks up what they name, finds the records they mean (`existing`), judges each row (`judge`), and
//! writes what holds. One transaction a batch; a trial does the same without writing.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use domain::import::problem::code;
use domain::import::{Outcome, Problem, cell, closed};
use domain::policy::{Action, Actor, Reach};
use domain::{AnyRecord, Error, Field, Id, Instant, Issue, Kind, Record};
use persistence::{Tx, engine};
use serde_json::{Map, Value as Json, json};

use super::draft::{Draft, Problems};
use super::existing::Existing;
use super::firms;
use super::judge::judge;
use super::kinds;
use super::lookup::Lookup;
use super::opportunity::Deal;
use super::plan::{Plan, folded, hash};
use super::reference_data::ReferenceData;
use crate::caller::Caller;
use crate::job::acting_owner;
use crate::noun::{self, Hooks};
use crate::write::{Cause, Change, Checked, Writing, check, store};

/// What all batches of one import share: who imports, how the file is read, and what was taken so far.
#[derive(Clone)]
pub struct ImportContext {
    pub by: Caller,
    pub plan: Arc<Plan>,
    /// Write nothing.
    pub trial: bool,
    pub reference_data: Arc<Mutex<ReferenceData>>,
    /// Keys of the rows taken so far, hashed, and their lines.
    pub seen: Arc<Mutex<HashMap<u64, u64>>>,
}

/// The right to import a kind at all.
pub fn may_import(actor: &Actor, kind: &'static Kind) -> Result<(), Error> {
    actor.scope(kind)?;
    match actor.identity.reach(kind.name, Action::Import) {
        Reach::None => Err(actor.identity.refusal(Action::Import, kind.name)),
        _ => Ok(()),
    }
}

impl ImportContext {
    /// As it is with the rights that the importer has by now, for one batch. Refused where they no longer suffice for the
    /// file.
    pub fn renewed(&self, tx: &mut Tx) -> persistence::Result<Self> {
        let (kind, space) = (self.plan.kind, &self.by.identity.workspace);
        let actor = acting_owner(tx, space, self.by.user(), self.by.change_set)?;
        may_import(&actor, kind)?;
        let closed = closed(kind, &actor.fields(kind));
        if self.plan.columns.iter().any(|column| closed.contains(&column.target)) {
            return Err(actor.identity.refusal(Action::Import, kind.name).into());
        }
        Ok(Self {
            by: Caller::new(actor, None, self.by.locale),
            ..self.clone()
        })
    }
}

/// What became of one row.
#[derive(Debug, Clone, Default)]
pub struct RowResult {
    pub outcome: Option<(Outcome, Id)>,
    pub problems: Problems,
    pub remarks: Problems,
    pub key: Option<u64>,
    /// Records of its own kind that it refers to and that stand elsewhere in the file: field and name.
    pub parents: Vec<(&'static str, String)>,
    /// New stages and picklist values: field and value.
    pub new_values: Vec<(&'static str, String)>,
    /// Picklists that were too full for a value.
    pub full: Vec<&'static str>,
}

impl RowResult {
    pub fn failed(problems: Problems) -> Self {
        Self {
            problems,
            ..Self::default()
        }
    }
}

/// What a kind makes of its rows beyond their fields. Deals are the only such kind that is taken row by row.
pub trait Special: Sync {
    /// References beyond plain owner, customer and the like, and what follows from other cells.
    fn fill(&self, row: &mut RowWork, old: Option<&AnyRecord>) -> persistence::Result<Result<Deal, Problems>>;
    /// The record that the patch is applied to.
    fn base(&self, old: &AnyRecord, deal: &Deal, now: Instant) -> persistence::Result<AnyRecord>;
    /// Sets what no patch may set.
    fn settle(&self, new: &mut AnyRecord, old: Option<&AnyRecord>, deal: &Deal) -> persistence::Result<()>;
    /// The row holds: what it brings along is added to the reference data.
    fn keep(&self, deal: Deal, reference_data: &mut ReferenceData, result: &mut RowResult);
}

/// One row being judged.
pub struct RowWork<'a> {
    pub context: &'a ImportContext,
    pub draft: &'a Draft,
    pub lookup: &'a Lookup,
    pub reference_data: &'a ReferenceData,
    /// Full records of what rows of the batch name, where names are not enough.
    pub products: &'a HashMap<Id, domain::product::Product>,
    pub map: Map<String, Json>,
    pub now: Instant,
}

/// What a row asks for; none where all is as it is, or the row failed.
pub type Verdict = Option<Change>;

/// Judges and writes a batch. Returns what became of each row, and the reference data as they are afterwards.
pub fn batch(
    tx: &mut Tx,
    context: &ImportContext,
    drafts: &[Draft],
) -> persistence::Result<(Vec<RowResult>, ReferenceData)> {
    let kind = context.plan.kind;
    let (hooks, special) = (noun::of(kind)?, kinds::special(kind));
    let mut reference_data = context
        .reference_data
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    let named = named(kind, drafts);
    let mut lookup = Lookup::read(tx, &context.by, named.iter().map(|(kind, text)| (*kind, text.as_str())))?;
    let mut writing = Writing::new(&context.by, Cause::Imported);
    let firms = firms::bring(tx, context, drafts, &mut lookup, &mut writing)?;
    let products = products(tx, context, drafts, &lookup)?;
    let now = Instant::now();

    let mut results: Vec<RowResult> = vec![RowResult::default(); drafts.len()];
    let mut maps = Vec::with_capacity(drafts.len());
    for (draft, result) in drafts.iter().zip(&mut results) {
        result.problems.clone_from(&draft.problems);
        let firm = draft
            .said
            .get("customer_id")
            .filter(|name| firms.contains(&folded(name)));
        result.new_values.extend(firm.map(|name| ("customer_id", name.clone())));
        maps.push(refer(context, draft, &lookup, result));
    }
    let existing = Existing::read(tx, context, &maps)?;
    let mut here: HashMap<u64, u64> = HashMap::new();
    let mut verdicts = Vec::with_capacity(drafts.len());
    for ((draft, map), result) in drafts.iter().zip(maps).zip(&mut results) {
        let row = RowWork {
            context,
            draft,
            lookup: &lookup,
            reference_data: &reference_data,
            products: &products,
            map,
            now,
        };
        let (verdict, deal, picked) = match judge(row, hooks, special, &existing, &here, result)? {
            Ok(judged) => judged,
            Err(problems) => {
                result.problems.extend(problems);
                verdicts.push(None);
                continue;
            }
        };
        if let (Some(special), Some(deal)) = (special, deal) {
            special.keep(deal, &mut reference_data, result);
        }
        for (field, value) in picked {
            if reference_data.add_value(field, &value) {
                result.new_values.push((field.name, value));
            } else {
                result.full.extend(field.picklist);
            }
        }
        if let Some(key) = result.key {
            here.insert(key, draft.line);
        }
        verdicts.push(verdict);
    }
    reference_data.brought_stages().for_each(|stage| writing.along(stage));
    let (places, changes): (Vec<usize>, Vec<Change>) = verdicts
        .into_iter()
        .enumerate()
        .filter_map(|(place, verdict)| Some((place, verdict?)))
        .unzip();
    let mut holding = Vec::with_capacity(changes.len());
    for (place, judged) in places.into_iter().zip(check(tx, &mut writing, hooks, changes)?) {
        match judged {
            Ok(checked) => holding.push((place, checked)),
            Err(error) => results[place] = RowResult::failed(problems_of(error)),
        }
    }
    let used: HashSet<Id> = holding
        .iter()
        .filter_map(|(_, c)| c.new_record().reference("stage_id"))
        .collect();
    reference_data.drop_stages_without(&used);
    if context.trial {
        reference_data.written();
    } else {
        reference_data.write(tx, &context.by, kind)?;
        write(tx, context, &mut writing, hooks, &holding, &mut results)?;
    }
    Ok((results, reference_data))
}

/// The records that the rows name, and of which kind they are.
fn named(kind: &Kind, drafts: &[Draft]) -> Vec<(&'static Kind, String)> {
    let mut named = Vec::new();
    for (target, text) in drafts.iter().flat_map(|d| d.said.iter()) {
        let Some(other) = referred(kind, target) else { continue };
        if kind.field(target).is_some_and(Field::is_several) {
            named.extend(cell::list(text).into_iter().map(|name| (other, name)));
        }
        named.push((other, text.clone()));
    }
    named
}

/// The kind that a target of the file refers to.
fn referred(kind: &Kind, target: &str) -> Option<&'static Kind> {
    match target {
        "product" => Some(domain::product::Product::KIND),
        // Stages and pipelines are in the reference data.
        "pipeline_id" | "stage_id" => None,
        _ => kind.field(target)?.refers.and_then(domain::kind),
    }
}

fn products(
    tx: &mut Tx,
    context: &ImportContext,
    drafts: &[Draft],
    lookup: &Lookup,
) -> persistence::Result<HashMap<Id, domain::product::Product>> {
    use domain::product::Product;
    let named = drafts.iter().filter_map(|d| d.said.get("product"));
    let mut ids: Vec<Id> = named
        .filter_map(|text| lookup.find(Product::KIND, text).ok())
        .map(|found| found.id)
        .collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let scope = context.by.scope(Product::KIND)?;
    let found = engine::find_many::<Product>(tx, &scope, &ids)?;
    Ok(found.into_iter().map(|p| (p.id, p)).collect())
}

/// The values of a row with the records it names put in.
fn refer(context: &ImportContext, draft: &Draft, lookup: &Lookup, result: &mut RowResult) -> Map<String, Json> {
    let (own, mut map) = (context.plan.kind, draft.map.clone());
    for (target, text) in &draft.said {
        let Some(field) = own.field(target) else { continue };
        let Some(kind) = referred(own, target) else { continue };
        if field.is_several() {
            // The whole cell first: there are commas in the names of firms.
            let names = match lookup.find(kind, text) {
                Ok(_) => vec![text.clone()],
                Err(_) => cell::list(text),
            };
            let mut ids = Vec::with_capacity(names.len());
            for name in names {
                match lookup.find(kind, &name) {
                    Ok(found) => ids.push(found.id),
                    Err(problem) => result.problems.push((Some(field.name.to_owned()), problem)),
                }
            }
            map.insert(field.name.to_owned(), json!(ids));
            continue;
        }
        match lookup.find(kind, text) {
            Ok(found) => {
                map.insert(field.name.to_owned(), json!(found.id));
            }
            Err(problem) => {
                // Its own kind: perhaps further down in the file.
                let in_file = kind.name == own.name && context.plan.named.contains(&hash(&folded(text)));
                if in_file && problem.code == code::NOT_FOUND {
                    result.parents.push((field.name, text.clone()));
                } else if problem.code == code::NOT_FOUND && field.nullable && is_foreign_id(text) {
                    let told = Problem::value(code::REFERENCE_LEFT_OUT, text).with("kind", kind.name);
                    result.remarks.push((Some(field.name.to_owned()), told));
                } else {
                    result.problems.push((Some(field.name.to_owned()), problem));
                }
            }
        }
    }
    map
}

/// An id of the program that the file comes from, such as `005x0000000fNSiAAM`: of what was not brought along, it says nothing.
pub fn is_foreign_id(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    text.len() >= 8
        && digits >= 4
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

pub fn problem_of(issue: &Issue) -> (Option<String>, Problem) {
    let (field, problem) = Problem::from_issue(issue);
    ((!field.is_empty()).then_some(field), problem)
}

/// What the rules of the records refuse, as it is reported.
pub fn problems_of(error: Error) -> Problems {
    match error {
        Error::Invalid(issues) => issues.iter().map(problem_of).collect(),
        Error::Conflict(issue)
        | Error::Clash(issue, _)
        | Error::BadQuery(issue)
        | Error::NotForKey(issue)
        | Error::Gone(issue) => {
            vec![problem_of(&issue)]
        }
        Error::Forbidden { action, kind } => {
            vec![(
                None,
                Problem::new("forbidden").with("action", action).with("kind", kind),
            )]
        }
        Error::Stale { current } => vec![(None, Problem::new("stale").with("current", current))],
        Error::Unmet { code, .. } => vec![(None, Problem::new(code))],
        Error::NotFound { .. } => vec![(None, Problem::new("not_found"))],
        Error::Unauthenticated(code) => vec![(None, Problem::new(code))],
    }
}

/// Writes all together; where that is refused, row by row, so that only the rows at fault are left out.
fn write(
    tx: &mut Tx,
    context: &ImportContext,
    writing: &mut Writing,
    hooks: Hooks,
    holding: &[(usize, Checked)],
    results: &mut [RowResult],
) -> persistence::Result<()> {
    // Whether the importer may do this to each of them was asked when it was judged.
    let permit = context.by.own_permit();
    let all = holding.iter().map(|(_, checked)| checked.clone()).collect();
    match tx.savepoint(|tx| store(tx, writing, &permit, hooks, all)) {
        Err(persistence::Error::Domain(_)) => {}
        done => return done.map(|_| ()),
    }
    for (place, checked) in holding {
        match tx.savepoint(|tx| store(tx, writing, &permit, hooks, vec![checked.clone()])) {
            // Of something that was read without being held: the whole batch once more.
            Err(persistence::Error::Domain(error @ Error::Stale { .. })) => return Err(error.into()),
            Err(persistence::Error::Domain(error)) => results[*place] = RowResult::failed(problems_of(error)),
            done => drop(done?),
        }
    }
    Ok(())
}
