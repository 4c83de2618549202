//! The one way in which records are written: created, changed, deleted, imported, restored, converted, transferred, handed over,
//! valued anew. Whatever the cause, the rules of the kind are asked, references, amounts and picklists are checked, numbers
//! are drawn, and what follows is done, for one record or many, in one transaction.

use crate::caller::Caller;
use crate::exchange_rate::Rates;
use crate::noun::{self, Hooks, Noun};
use crate::{layout, numbering_rule, team, transfer};
use domain::picklist::Picklist;
use domain::policy::{Actor, Permit};
use domain::value::Val;
use domain::{AnyRecord, Error, Id, Issue, Kind, Record};
use persistence::{Tx, engine};
use std::collections::{HashMap, HashSet};
use std::ops::Deref;

/// Why records are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// Somebody asked for it, field by field: create, change, upsert, batch.
    Asked,
    /// An action with a rule of its own, such as winning a deal.
    Action,
    /// One's own profile, whatever the rights.
    Own,
    Imported,
    /// Out of the recycle bin.
    Restored,
    /// Others get it, for this reason. Whether they may was asked about all of it together.
    Transferred(Option<String>),
    HandedOver,
    /// Amounts get the rates of today.
    Revalued,
    /// Back to what it was.
    Undone,
}

/// Records of one kind being written.
pub struct Writing<'a> {
    pub by: &'a Caller,
    pub cause: Cause,
    /// Looked up once.
    known: HashMap<(&'static str, Id), AnyRecord>,
    /// What is written along and is perhaps not there yet; it is known as well.
    coming: HashSet<(&'static str, Id)>,
    rates: Rates,
    picklists: HashMap<&'static str, Option<Picklist>>,
    /// Of the record at hand.
    said: Vec<String>,
    /// What has been made so far.
    born: Vec<Id>,
}

impl Deref for Writing<'_> {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        self.by
    }
}

impl<'a> Writing<'a> {
    pub fn new(by: &'a Caller, cause: Cause) -> Self {
        Self {
            by,
            cause,
            known: HashMap::new(),
            coming: HashSet::new(),
            rates: Rates::new(by),
            picklists: HashMap::new(),
            said: Vec::new(),
            born: Vec::new(),
        }
    }

    /// Whether the record at hand is written with a value for this field, be it the one that it has.
    pub fn says(&self, field: &str) -> bool {
        self.said.iter().any(|said| said == field)
    }

    /// A record that is written along with these, and that they may refer to.
    pub fn along<T: Record>(&mut self, record: &T) {
        self.coming.insert((T::KIND.name, record.id()));
        self.known.insert((T::KIND.name, record.id()), AnyRecord::of(record));
    }

    /// A record that the caller sees; looked up once.
    pub fn find<T: Record>(&mut self, tx: &mut Tx, id: Id) -> persistence::Result<Option<T>> {
        if let Some(known) = self.known.get(&(T::KIND.name, id)) {
            return Ok(Some(known.read()?));
        }
        match engine::any::find(tx, &self.by.scope(T::KIND)?, T::KIND, id) {
            Ok(found) => {
                let record = found.read()?;
                self.known.insert((T::KIND.name, id), found);
                Ok(Some(record))
            }
            Err(persistence::Error::Domain(Error::NotFound { .. })) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn picklist(&mut self, tx: &mut Tx, key: &'static str) -> persistence::Result<Option<&Picklist>> {
        if self.cause != Cause::Imported {
            return Ok(self.by.workspace().settings.picklist(key));
        }
        // An import may just have added to them.
        if !self.picklists.contains_key(key) {
            // What the lists offer concerns everybody who may write a record.
            let system = Actor::system(self.by.identity.workspace.clone());
            let found = engine::find_by(tx, &system.scope(Picklist::KIND)?, "key", key)?;
            self.picklists.insert(key, found);
        }
        Ok(self.picklists.get(key).and_then(Option::as_ref))
    }
}

/// A record as it is, if it is there, and as it shall be.
#[derive(Debug, Clone)]
pub struct Change {
    pub old: Option<AnyRecord>,
    pub new: AnyRecord,
    /// The fields that were said, also those that stay as they are.
    pub said: Vec<String>,
}

impl Change {
    /// By a rule, which says no fields.
    pub fn new(old: Option<AnyRecord>, new: AnyRecord) -> Self {
        Self {
            old,
            new,
            said: Vec::new(),
        }
    }
}

/// A change that may be stored: made by `check` only.
#[derive(Debug, Clone)]
pub struct Checked(Change);

impl Checked {
    pub fn new_record(&self) -> &AnyRecord {
        &self.0.new
    }
}

/// Judges changes of one kind, each for itself; what they refer to is looked up together. Nothing is written.
pub fn check(
    tx: &mut Tx,
    writing: &mut Writing,
    hooks: Hooks,
    changes: Vec<Change>,
) -> persistence::Result<Vec<Result<Checked, Error>>> {
    let hooks = hooks.within(writing.kinds());
    let kind = hooks.kind();
    if let [change] = &changes[..]
        && let Some(error) = refusal(key_is_free(tx, writing, kind, change))?
    {
        return Ok(vec![Err(error)]);
    }
    let mut judged: Vec<Result<Change, Error>> = Vec::with_capacity(changes.len());
    for mut change in changes {
        let ruled = refusal(rules(tx, writing, hooks, &mut change))?;
        judged.push(ruled.map_or(Ok(change), Err));
    }
    let mut beside = Vec::with_capacity(judged.len());
    for change in judged.iter().flatten() {
        beside.push(hooks.refers(change.old.as_ref(), &change.new)?);
    }
    // What comes out of the bin refers to what it did; the engine looks whether the settings among it are there.
    let looked_up = !matches!(
        writing.cause,
        Cause::Restored | Cause::Revalued | Cause::Transferred(_) | Cause::HandedOver
    );
    if looked_up {
        let coming = |kind: &'static Kind, id: Id| writing.coming.contains(&(kind.name, id));
        let changes: Vec<engine::any::Referring> = judged
            .iter()
            .flatten()
            .zip(&beside)
            .map(|(change, beside)| (change.old.as_ref(), &change.new, &beside[..]))
            .collect();
        let refused = engine::any::check_references(tx, writing.by, kind, &changes, &coming)?;
        let mut refused = refused.into_iter();
        for change in judged.iter_mut().filter(|change| change.is_ok()) {
            if let Some(Err(error)) = refused.next().map(|issues| issues.or(())) {
                *change = Err(error);
            }
        }
    }
    let mut done = Vec::with_capacity(judged.len());
    for change in judged {
        done.push(match change {
            Err(error) => Err(error),
            Ok(mut change) => match refusal(values(tx, writing, hooks, &mut change))? {
                Some(error) => Err(error),
                None => Ok(Checked(change)),
            },
        });
    }
    Ok(done)
}

/// The external id is one that no live record in sight has: the index of the database, which knows of all, names none.
fn key_is_free(tx: &mut Tx, writing: &Writing, kind: &'static Kind, change: &Change) -> persistence::Result<()> {
    const KEY: &str = "external_id";
    let Some(key) = change.new.text(KEY) else {
        return Ok(());
    };
    let kept = change.old.as_ref().is_some_and(|old| old.text(KEY) == Some(key));
    if kept && writing.cause != Cause::Restored {
        return Ok(());
    }
    let Ok(scope) = writing.scope(kind) else { return Ok(()) };
    let found = engine::any::find_by(tx, &scope, kind, KEY, key.into())?;
    match found.filter(|found| found.id() != change.new.id()) {
        Some(holder) => {
            let title = holder.text(kind.title).unwrap_or_default().to_owned();
            let issue = Issue::at(KEY, "duplicate").with("field", KEY).with("kind", kind.name);
            Err(Error::Conflict(issue.with("holder", title)).into())
        }
        None => Ok(()),
    }
}

/// What the domain refuses is told of the record; what else goes wrong ends the whole.
fn refusal(result: persistence::Result<()>) -> persistence::Result<Option<Error>> {
    match result {
        Ok(()) => Ok(None),
        Err(persistence::Error::Domain(error)) => Ok(Some(error)),
        Err(error) => Err(error),
    }
}

/// The rules of the kind, and whether it may change hands.
fn rules(tx: &mut Tx, writing: &mut Writing, hooks: Hooks, change: &mut Change) -> persistence::Result<()> {
    writing.said.clone_from(&change.said);
    let together = matches!(writing.cause, Cause::Transferred(_) | Cause::HandedOver);
    if let Some(old) = &change.old
        && !together
        && old.owner_id() != change.new.owner_id()
    {
        transfer::may_give(writing.by, hooks.kind(), [old.owner_id()], change.new.owner_id())?;
    }
    match (&writing.cause, &change.old) {
        (Cause::Restored, Some(old)) => hooks.before_restore(tx, writing, old),
        _ => hooks.before(tx, writing, change.old.as_ref(), &mut change.new),
    }
}

/// What amounts are worth, whether a restricted picklist offers what is new, and what the layout of the kind needs.
fn values(tx: &mut Tx, writing: &mut Writing, hooks: Hooks, change: &mut Change) -> persistence::Result<()> {
    if matches!(
        writing.cause,
        Cause::Restored | Cause::Transferred(_) | Cause::HandedOver
    ) {
        return Ok(());
    }
    let anew = writing.cause == Cause::Revalued;
    let kind = hooks.kind();
    if kind.computes() {
        change.old.iter_mut().for_each(|old| old.known_as(kind));
        change.new.known_as(kind);
        change.new.compute();
    }
    let Change { old, new, said } = change;
    let old = old.as_ref();
    writing.rates.value(tx, hooks, old, new, anew)?;
    for (field, key) in hooks
        .kind()
        .fields
        .iter()
        .filter_map(|field| Some((field, field.picklist?)))
    {
        let Some(value) = new.text(field.name) else { continue };
        if old.and_then(|old| old.text(field.name)) == Some(value) {
            continue;
        }
        if let Some(list) = writing.picklist(tx, key)?
            && list.restricted
            && !list.offers(value)
        {
            return Err(Issue::at(field.name, "unknown_option")
                .with("value", value)
                .with("picklist", &list.name)
                .into());
        }
    }
    Ok(layout::held(writing, kind, old, new, said)?)
}

/// Stores what was checked, and does what follows. Returns the records as they are now. Where another has a value that there
/// may be once, that one is named to who sees it.
pub fn store(
    tx: &mut Tx,
    writing: &mut Writing,
    permit: &Permit,
    hooks: Hooks,
    changes: Vec<Checked>,
) -> persistence::Result<Vec<AnyRecord>> {
    let by = writing.by;
    match stored(tx, writing, permit, hooks, changes) {
        Err(persistence::Error::Domain(Error::Conflict(issue))) => {
            let holder = issue
                .params
                .iter()
                .find(|(name, _)| *name == persistence::custom::HOLDER);
            let holder = holder.and_then(|(_, id)| domain::value::parse_id(id));
            Err(match holder {
                Some(holder) => held_by(tx, by, hooks.kind(), holder, issue)?,
                None => Error::Conflict(issue).into(),
            })
        }
        done => done,
    }
}

fn held_by(
    tx: &mut Tx,
    by: &Caller,
    kind: &'static Kind,
    holder: Id,
    issue: Issue,
) -> persistence::Result<persistence::Error> {
    let named = match by.scope(kind) {
        Ok(scope) => engine::titles(tx, &scope, kind, &[holder])?.remove(&holder),
        Err(_) => None,
    };
    Ok(Error::Conflict(match named {
        Some(title) => issue.with("holder", title),
        None => issue,
    })
    .into())
}

fn stored(
    tx: &mut Tx,
    writing: &mut Writing,
    permit: &Permit,
    hooks: Hooks,
    changes: Vec<Checked>,
) -> persistence::Result<Vec<AnyRecord>> {
    let hooks = hooks.within(writing.kinds());
    let kind = hooks.kind();
    let count = changes.len();
    let (mut made, mut changed) = (Vec::new(), Vec::new());
    for (place, Checked(Change { old, new, .. })) in changes.into_iter().enumerate() {
        match old {
            None => made.push((place, new)),
            Some(old) => changed.push((place, old, new)),
        }
    }
    // Last: what fails before draws no number.
    let numbers = numbering_rule::draw(tx, writing.by, permit, kind, made.len())?;
    for ((_, new), number) in made.iter_mut().zip(numbers) {
        new.put("number", Val::Text(number));
    }
    let fresh = made.iter_mut().map(|(_, new)| new);
    give(
        tx,
        writing,
        permit,
        hooks,
        fresh.chain(changed.iter_mut().map(|(.., new)| new)),
    )?;
    let mut stored: Vec<Option<(Option<AnyRecord>, AnyRecord)>> = (0..count).map(|_| None).collect();
    if !made.is_empty() {
        let (places, new): (Vec<usize>, Vec<AnyRecord>) = made.into_iter().unzip();
        engine::any::insert(tx, permit, kind, &new)?;
        for (place, new) in places.into_iter().zip(new) {
            stored[place] = Some((None, new));
        }
    }
    if writing.cause == Cause::Restored {
        for (place, old, _) in changed {
            let back = engine::any::restore(tx, permit, &old)?;
            let mut new = back.clone();
            give(tx, writing, permit, hooks, std::iter::once(&mut new))?;
            let new = engine::any::update(tx, permit, &back, new)?;
            stored[place] = Some((Some(old), new));
        }
    } else if let [_] = &changed[..]
        && !matches!(writing.cause, Cause::Transferred(_) | Cause::HandedOver)
    {
        for (place, old, new) in changed {
            let new = engine::any::update(tx, permit, &old, new)?;
            stored[place] = Some((Some(old), new));
        }
    } else if !changed.is_empty() {
        let reason = match &writing.cause {
            Cause::Transferred(reason) => reason.as_deref(),
            _ => None,
        };
        let places: Vec<usize> = changed.iter().map(|(place, ..)| *place).collect();
        let olds: Vec<AnyRecord> = changed.iter().map(|(_, old, _)| old.clone()).collect();
        let pairs = changed.into_iter().map(|(_, old, new)| (old, new)).collect();
        let news = engine::any::update_all(tx, permit, kind, pairs, reason)?;
        for ((place, old), new) in places.into_iter().zip(olds).zip(news) {
            stored[place] = Some((Some(old), new));
        }
    }
    let mut done = Vec::with_capacity(count);
    for (old, new) in stored.into_iter().flatten() {
        hooks.after(tx, writing, permit, old.as_ref(), &new)?;
        if old.is_none() {
            writing.born.push(new.id());
        }
        done.push(new);
    }
    if persistence::change::is_about_rights(kind.name) {
        team::keeps_reach(tx, writing.by, &writing.born)?;
    }
    Ok(done)
}

/// Numbers records in the fields in which the server does so and that have no number yet. What is computed from these is
/// computed once more.
fn give<'a>(
    tx: &mut Tx,
    writing: &mut Writing,
    permit: &Permit,
    hooks: Hooks,
    records: impl Iterator<Item = &'a mut AnyRecord>,
) -> persistence::Result<()> {
    let kind = hooks.kind();
    if !kind.gives() {
        return Ok(());
    }
    let mut records: Vec<&mut AnyRecord> = records.collect();
    records.iter_mut().for_each(|record| record.known_as(kind));
    numbering_rule::number(tx, writing.by, permit, kind, &mut records)?;
    if kind.computes() {
        for record in records {
            let before = record.clone();
            record.compute();
            writing.rates.value(tx, hooks, Some(&before), record, false)?;
        }
    }
    Ok(())
}

/// Gives records that are there what the server gives in their fields. Nobody says anything of them, so no rule is asked.
pub fn fill(
    tx: &mut Tx,
    by: &Caller,
    permit: &Permit,
    hooks: Hooks,
    olds: Vec<AnyRecord>,
    in_bin: bool,
) -> persistence::Result<()> {
    let kind = hooks.kind();
    let mut news = olds.clone();
    numbering_rule::number(tx, by, permit, kind, &mut news.iter_mut().collect::<Vec<_>>())?;
    let mut rates = Rates::new(by);
    let mut changed = Vec::new();
    for (old, mut new) in olds.into_iter().zip(news) {
        new.compute();
        if new == old {
            continue;
        }
        match refusal(rates.value(tx, hooks, Some(&old), &mut new, false))? {
            None => changed.push((old, new)),
            // One amount past all bounds is no reason to refuse those of everybody else.
            Some(error) => tracing::warn!(record = %old.id(), ?error, "what a formula comes to could not be kept"),
        }
    }
    rewrite(tx, permit, kind, changed, in_bin)
}

/// Stores what the server itself has made of the values in custom fields.
pub fn rewrite(
    tx: &mut Tx,
    permit: &Permit,
    kind: &'static Kind,
    changed: Vec<(AnyRecord, AnyRecord)>,
    in_bin: bool,
) -> persistence::Result<()> {
    if !in_bin {
        engine::any::update_all(tx, permit, kind, changed, None)?;
        return Ok(());
    }
    let mut all = changed.iter();
    all.try_for_each(|(old, new)| persistence::custom::change_in_bin(tx, permit, old, new))
}

/// Moves a record to the recycle bin, if its kind lets it go.
pub fn delete(
    tx: &mut Tx,
    writing: &Writing,
    permit: &Permit,
    hooks: Hooks,
    old: &AnyRecord,
) -> persistence::Result<()> {
    hooks.before_delete(tx, writing, old)?;
    engine::any::delete(tx, permit, old)
}

/// Checks and stores changes of one kind: all, or none where one is refused.
pub fn write_all(
    tx: &mut Tx,
    writing: &mut Writing,
    permit: &Permit,
    hooks: Hooks,
    changes: Vec<Change>,
) -> persistence::Result<Vec<AnyRecord>> {
    let checked = check(tx, writing, hooks, changes)?;
    let checked = checked.into_iter().collect::<Result<Vec<_>, _>>()?;
    store(tx, writing, permit, hooks, checked)
}

/// Checks and stores one change.
pub fn write_one(
    tx: &mut Tx,
    writing: &mut Writing,
    permit: &Permit,
    hooks: Hooks,
    change: Change,
) -> persistence::Result<AnyRecord> {
    let stored = write_all(tx, writing, permit, hooks, vec![change])?;
    let one = stored.into_iter().next();
    one.ok_or_else(|| persistence::Error::internal("nothing was written"))
}

/// The same for a record whose type is known.
pub fn write<T: Noun>(
    tx: &mut Tx,
    writing: &mut Writing,
    permit: &Permit,
    old: Option<&T>,
    new: &T,
) -> persistence::Result<T> {
    let change = Change::new(old.map(AnyRecord::of), AnyRecord::of(new));
    let stored = write_one(tx, writing, permit, noun::hooks::<T>(), change)?;
    Ok(stored.into_record()?)
}
