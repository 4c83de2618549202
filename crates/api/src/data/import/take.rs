//! Takes a batch of rows: looks up what they name, finds the records they mean, judges each row, and writes what holds.
//! One transaction a batch; a trial does the same without writing.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use domain::import::problem::code;
use domain::import::{Outcome, Problem, cell, closed};
use domain::policy::{Action, Actor, Fields, Reach, Visible};
use domain::record::{Birth, Ownership};
use domain::{AnyRecord, Error, Field, Id, Instant, Issue, Kind, Record};
use persistence::engine::Hold;
use persistence::{Tx, engine};
use serde_json::{Map, Value as Json, json};

use super::draft::{Draft, Problems};
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
    fn keep(&self, deal: Deal, reference_data: &mut ReferenceData, taken: &mut RowResult);
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
type Verdict = Option<Change>;

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
    let mut wanted: Vec<(&'static Kind, String)> = Vec::new();
    for (target, text) in drafts.iter().flat_map(|d| d.said.iter()) {
        let Some(other) = referred(kind, target) else { continue };
        if kind.field(target).is_some_and(Field::is_several) {
            wanted.extend(cell::list(text).into_iter().map(|name| (other, name)));
        }
        wanted.push((other, text.clone()));
    }
    let lookup = Lookup::read(
        tx,
        &context.by,
        wanted.iter().map(|(kind, text)| (*kind, text.as_str())),
    )?;
    let products = products(tx, context, drafts, &lookup)?;
    let now = Instant::now();

    let mut taken: Vec<RowResult> = vec![RowResult::default(); drafts.len()];
    let mut maps = Vec::with_capacity(drafts.len());
    for (draft, taken) in drafts.iter().zip(&mut taken) {
        taken.problems.clone_from(&draft.problems);
        maps.push(refer(context, draft, &lookup, taken));
    }
    let existing = Existing::read(tx, context, &maps)?;
    let mut here: HashMap<u64, u64> = HashMap::new();
    let mut verdicts = Vec::with_capacity(drafts.len());
    for ((draft, map), taken) in drafts.iter().zip(maps).zip(&mut taken) {
        let row = RowWork {
            context,
            draft,
            lookup: &lookup,
            reference_data: &reference_data,
            products: &products,
            map,
            now,
        };
        let (verdict, deal, picked) = match judge(row, hooks, special, &existing, &here, taken)? {
            Ok(judged) => judged,
            Err(problems) => {
                taken.problems.extend(problems);
                verdicts.push(None);
                continue;
            }
        };
        if let (Some(special), Some(deal)) = (special, deal) {
            special.keep(deal, &mut reference_data, taken);
        }
        for (field, value) in picked {
            if reference_data.add_value(field, &value) {
                taken.new_values.push((field.name, value));
            } else {
                taken.full.extend(field.picklist);
            }
        }
        if let Some(key) = taken.key {
            here.insert(key, draft.line);
        }
        verdicts.push(verdict);
    }
    let mut writing = Writing::new(&context.by, Cause::Imported);
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
            Err(error) => taken[place] = RowResult::failed(problems_of(error)),
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
        write(tx, context, &mut writing, hooks, &holding, &mut taken)?;
    }
    Ok((taken, reference_data))
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
fn refer(context: &ImportContext, draft: &Draft, lookup: &Lookup, taken: &mut RowResult) -> Map<String, Json> {
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
                    Err(problem) => taken.problems.push((Some(field.name.to_owned()), problem)),
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
                    taken.parents.push((field.name, text.clone()));
                } else {
                    taken.problems.push((Some(field.name.to_owned()), problem));
                }
            }
        }
    }
    map
}

/// What a row's record is known by.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Key {
    External(String),
    Name {
        name: String,
        distinguished_by: Option<String>,
    },
}

impl Key {
    fn of(map: &Map<String, Json>, fields: &Fields) -> Option<Self> {
        if let Some(key) = map.get("external_id").and_then(Json::as_str) {
            return Some(Self::External(key.to_owned()));
        }
        let name = map.get(fields.kind().title).and_then(Json::as_str)?;
        Some(Self::Name {
            name: folded(name),
            distinguished_by: distinguished_by(map, fields),
        })
    }

    fn hash(&self) -> u64 {
        match self {
            Self::External(key) => hash(&format!("id\0{key}")),
            Self::Name { name, distinguished_by } => hash(&format!(
                "name\0{name}\0{}",
                distinguished_by.as_deref().unwrap_or_default()
            )),
        }
    }
}

fn distinguishing_fields(kind: &Kind) -> &'static [&'static str] {
    kind.import.map_or(&[], |import| import.distinguished_by)
}

/// Of the fields that the importer reads: whether a row meets a record tells what the record has in them.
fn distinguished_by(map: &Map<String, Json>, fields: &Fields) -> Option<String> {
    distinguishing_fields(fields.kind())
        .iter()
        .filter(|f| fields.reads(f))
        .find_map(|f| map.get(*f).and_then(Json::as_str))
        .map(folded)
}

/// The records that the rows of a batch may mean.
struct Existing {
    kind: &'static Kind,
    external: HashMap<String, AnyRecord>,
    /// Keys of records that the importer does not see.
    taken: HashSet<String>,
    names: HashMap<String, Vec<AnyRecord>>,
}

impl Existing {
    fn read(tx: &mut Tx, context: &ImportContext, maps: &[Map<String, Json>]) -> persistence::Result<Self> {
        let kind = context.plan.kind;
        let (mut keys, mut names) = (Vec::new(), Vec::new());
        for map in maps {
            let text = |field: &str| map.get(field).and_then(Json::as_str);
            match text("external_id") {
                Some(key) => keys.push(key),
                None => names.extend(text(kind.title)),
            }
        }
        let scope = context.by.scope(kind)?;
        let mut existing = Self {
            kind,
            external: HashMap::new(),
            taken: HashSet::new(),
            names: HashMap::new(),
        };
        // Nobody else changes what is going to be changed.
        let hold = if context.trial { Hold::No } else { Hold::Yes };
        for record in engine::any::find_with(tx, &scope, kind, "external_id", &keys, hold)? {
            let key = record.text("external_id").unwrap_or_default().to_owned();
            existing.external.insert(key, record);
        }
        if *scope.visible() != Visible::All && !keys.is_empty() {
            // A key is one in the whole workspace. Said of it is what the index would say, and nothing of its record.
            let unseen = keys.iter().filter(|key| !existing.external.contains_key(**key));
            let unseen: Vec<String> = unseen.map(|key| (*key).to_owned()).collect();
            let whole = Actor::system(context.by.identity.workspace.clone()).scope(kind)?;
            let found = engine::named_by(tx, &whole, kind, "external_id", &unseen)?;
            existing.taken.extend(found.into_iter().map(|(key, _)| key));
        }
        for record in engine::any::find_named(tx, &scope, kind, &names, hold)? {
            let name = folded(record.text(kind.title).unwrap_or_default());
            existing.names.entry(name).or_default().push(record);
        }
        Ok(existing)
    }

    fn find(&self, key: &Key, fields: &Fields) -> Result<Option<&AnyRecord>, Problems> {
        let (name, wanted) = match key {
            Key::External(key) if self.taken.contains(key) => {
                let issue = Issue::at("external_id", "duplicate").with("field", "external_id");
                return Err(vec![problem_of(&issue)]);
            }
            Key::External(key) => return Ok(self.external.get(key)),
            Key::Name { name, distinguished_by } => (name, distinguished_by),
        };
        let Some(alike) = self.names.get(name) else {
            return Ok(None);
        };
        let mut same = alike.iter().filter(|record| {
            distinguishing_fields(self.kind).is_empty()
                || record
                    .whole()
                    .is_ok_and(|map| distinguished_by(&map, fields) == *wanted)
        });
        match (same.next(), same.next()) {
            (found, None) => Ok(found),
            _ => Err(vec![(
                Some(self.kind.title.to_owned()),
                Problem::not_unique(self.kind.name, name),
            )]),
        }
    }
}

type Judged = (Verdict, Option<Deal>, Vec<(&'static Field, String)>);

/// What the domain refuses is told of the row; what else goes wrong ends the batch.
fn refused<T>(result: persistence::Result<T>) -> persistence::Result<Result<T, Problems>> {
    match result {
        Ok(value) => Ok(Ok(value)),
        Err(persistence::Error::Domain(error)) => Ok(Err(problems_of(error))),
        Err(error) => Err(error),
    }
}

fn judge(
    mut row: RowWork,
    hooks: Hooks,
    special: Option<&dyn Special>,
    existing: &Existing,
    here: &HashMap<u64, u64>,
    taken: &mut RowResult,
) -> persistence::Result<Result<Judged, Problems>> {
    let (context, draft, kind) = (row.context, row.draft, hooks.kind());
    if draft.problems.iter().any(|(field, _)| field.is_none()) {
        // Of a row that is broken as a whole the cells say nothing, not that they are missing either.
        return Ok(Err(Vec::new()));
    }
    let old = match meant(&row, existing, here, taken) {
        Ok(old) => old,
        Err(problems) => return Ok(Err(problems)),
    };
    let mut problems = std::mem::take(&mut taken.problems);
    let mut deal = None;
    if let Some(special) = special {
        match special.fill(&mut row, old)? {
            Ok(found) => deal = Some(found),
            Err(found) => problems.extend(found),
        }
    }
    let mut picked = Vec::new();
    for field in kind.fields {
        let Some(text) = row.map.get(field.name).and_then(Json::as_str) else {
            continue;
        };
        match field.picklist.map(|_| row.reference_data.pick(field, text)) {
            None => {}
            Some(Ok((value, new))) => {
                if new {
                    picked.push((field, value.clone()));
                }
                row.map.insert(field.name.to_owned(), Json::String(value));
            }
            Some(Err(issue)) => problems.push(problem_of(&issue)),
        }
    }
    let given = |field: &str| row.map.contains_key(field);
    if old.is_none() && kind.ownership == Ownership::Owned && !given("owner_id") && !draft.said.contains_key("owner_id")
    {
        row.map.insert("owner_id".to_owned(), json!(context.by.user()));
    }
    if !problems.is_empty() {
        // The other fields are checked too, so that a row is told all that is wrong with it.
        let map: Map<String, Json> = row.map.into_iter().filter(|(f, _)| kind.field(f).is_some()).collect();
        if let Err(error) = hooks.check_fields(map, old.is_none()) {
            // A field whose cell says something wrong is not missing beside that.
            let told: Vec<Option<String>> = problems.iter().map(|(field, _)| field.clone()).collect();
            let found = problems_of(error).into_iter();
            problems.extend(found.filter(|(field, p)| p.code != code::REQUIRED || !told.contains(field)));
        }
        return Ok(Err(problems));
    }
    let map = std::mem::take(&mut row.map);
    let extra = special.zip(deal.as_ref());
    let made = match old {
        None => create(context, hooks, map, extra),
        Some(old) => update(hooks, map, extra, old, row.now),
    };
    let verdict = match refused(made)? {
        Ok(verdict) => verdict,
        Err(problems) => return Ok(Err(problems)),
    };
    taken.outcome = Some(match &verdict {
        Some(Change { old: None, new, .. }) => (Outcome::Created, new.id()),
        Some(Change { new, .. }) => (Outcome::Updated, new.id()),
        None => (Outcome::Unchanged, old.map_or(Id::nil(), AnyRecord::id)),
    });
    Ok(Ok((verdict, deal, picked)))
}

/// The record that a row means, if it is there, and the importer may change it by a file.
fn meant<'a>(
    row: &RowWork,
    existing: &'a Existing,
    here: &HashMap<u64, u64>,
    taken: &mut RowResult,
) -> Result<Option<&'a AnyRecord>, Problems> {
    let (context, kind) = (row.context, existing.kind);
    let fields = context.by.fields(kind);
    let Some(key) = Key::of(&row.map, &fields) else {
        return Ok(None);
    };
    let hash = key.hash();
    let seen = context
        .seen
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .get(&hash)
        .copied();
    if let Some(line) = seen.or_else(|| here.get(&hash).copied()) {
        let field = if matches!(key, Key::External(_)) {
            "external_id"
        } else {
            kind.title
        };
        let said = row.map.get(field).and_then(Json::as_str).unwrap_or_default();
        let problem = Problem::value(code::DUPLICATE_KEY, said).with("line", line);
        return Err(vec![(Some(field.to_owned()), problem)]);
    }
    let old = existing.find(&key, &fields)?;
    taken.key = Some(hash);
    if let Some(old) = old {
        // Before anything of it is compared with the row: “unchanged” is an answer too.
        for action in [Action::Import, Action::Edit] {
            let allowed = context.by.authorize(action, kind, old.owner_id());
            allowed.map_err(problems_of)?;
        }
    }
    Ok(old)
}

type Extra<'a> = Option<(&'a dyn Special, &'a Deal)>;

fn create(context: &ImportContext, hooks: Hooks, map: Map<String, Json>, extra: Extra) -> persistence::Result<Verdict> {
    let said = map.keys().cloned().collect();
    let mut new = hooks.create(map, Birth::new(context.by.user()))?;
    if let Some((special, deal)) = extra {
        special.settle(&mut new, None, deal)?;
    }
    context.by.authorize(Action::Import, hooks.kind(), new.owner_id())?;
    context.by.authorize(Action::Create, hooks.kind(), new.owner_id())?;
    Ok(Some(Change { old: None, new, said }))
}

fn update(
    hooks: Hooks,
    mut map: Map<String, Json>,
    extra: Extra,
    old: &AnyRecord,
    now: Instant,
) -> persistence::Result<Verdict> {
    // What is set once is compared, not set again.
    for field in hooks.kind().fields.iter().filter(|f| f.can(domain::record::FIXED)) {
        if map
            .get(field.name)
            .is_some_and(|v| old.json(field.name).is_ok_and(|was| was == *v))
        {
            map.remove(field.name);
        }
    }
    let said = map.keys().cloned().collect();
    let new = match extra {
        None => hooks.apply(old, map, now)?,
        Some((special, deal)) => {
            let mut new = hooks.apply(&special.base(old, deal, now)?, map, now)?;
            special.settle(&mut new, Some(old), deal)?;
            new
        }
    };
    if new.says_as(old)? {
        return Ok(None);
    }
    let old = Some(old.clone());
    Ok(Some(Change { old, new, said }))
}

fn problem_of(issue: &Issue) -> (Option<String>, Problem) {
    let (field, problem) = Problem::from_issue(issue);
    ((!field.is_empty()).then_some(field), problem)
}

/// What the rules of the records refuse, as it is reported.
pub fn problems_of(error: Error) -> Problems {
    match error {
        Error::Invalid(issues) => issues.iter().map(problem_of).collect(),
        Error::Conflict(issue) | Error::BadQuery(issue) | Error::NotForKey(issue) => vec![problem_of(&issue)],
        Error::Forbidden { action, kind } => {
            vec![(
                None,
                Problem::new("forbidden").with("action", action).with("kind", kind),
            )]
        }
        Error::Stale { current } => vec![(None, Problem::new("stale").with("current", current))],
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
    taken: &mut [RowResult],
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
            Err(persistence::Error::Domain(error)) => taken[*place] = RowResult::failed(problems_of(error)),
            done => drop(done?),
        }
    }
    Ok(())
}
