//! What is special about a kind when its records are written: the rules that need the database. The way of writing itself
//! (`write.rs`) works on records as values, and comes to these rules by kind.

use crate::write::Writing;
use domain::policy::Permit;
use domain::record::{Birth, Patch};
use domain::{AnyRecord, Error, Id, Instant, Issues, Kind, Kinds, Record, custom};
use persistence::Tx;
use serde_json::{Map, Value as Json};
use std::collections::HashMap;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::{LazyLock, Mutex, PoisonError};

/// The rules of a kind. All of it happens in the transaction of the write, whatever the cause.
pub trait Noun: Record {
    /// Fills in what a new record does not name.
    fn defaults(tx: &mut Tx, writing: &mut Writing, map: &mut Map<String, Json>) -> persistence::Result<()> {
        let _ = (tx, writing, map);
        Ok(())
    }

    /// Looks at a record, or changes it, before it is written.
    fn before(tx: &mut Tx, writing: &mut Writing, old: Option<&Self>, new: &mut Self) -> persistence::Result<()> {
        let _ = (tx, writing, old, new);
        Ok(())
    }

    /// What it newly refers to beside its own fields, each with the pointer to it.
    fn refers(old: Option<&Self>, new: &Self) -> Vec<(String, &'static Kind, Id)> {
        let _ = (old, new);
        Vec::new()
    }

    /// Does what follows from a record having been written.
    fn after(
        tx: &mut Tx,
        writing: &Writing,
        permit: &Permit,
        old: Option<&Self>,
        new: &Self,
    ) -> persistence::Result<()> {
        let _ = (tx, writing, permit, old, new);
        Ok(())
    }

    /// Refuses or prepares a deletion.
    fn before_delete(tx: &mut Tx, writing: &Writing, old: &Self) -> persistence::Result<()> {
        let _ = (tx, writing, old);
        Ok(())
    }

    /// Refuses what may not come out of the bin: much can have changed since it went there.
    fn before_restore(tx: &mut Tx, writing: &Writing, old: &Self) -> persistence::Result<()> {
        let _ = (tx, writing, old);
        Ok(())
    }
}

/// The same for a record of whatever kind, as a value. Custom fields are not its business (`Hooks`).
pub trait AnyNoun: Sync {
    fn create_declared(&self, map: Map<String, Json>, birth: Birth) -> Result<AnyRecord, Error>;
    fn apply_declared(&self, old: &AnyRecord, map: Map<String, Json>, now: Instant) -> persistence::Result<AnyRecord>;
    fn check_declared(&self, map: Map<String, Json>, creating: bool) -> Result<(), Error>;

    /// Whether a record may become this one, as far as its own fields tell; without what it was, whether there may be such a one.
    fn check_change(&self, _old: Option<&AnyRecord>, _new: &AnyRecord) -> persistence::Result<()> {
        Ok(())
    }

    /// The moment whose exchange rates its amounts are worth; none while they follow the rates of today.
    fn valued_at(&self, _record: &AnyRecord) -> persistence::Result<Option<Instant>> {
        Ok(None)
    }

    fn refers(
        &self,
        _old: Option<&AnyRecord>,
        _new: &AnyRecord,
    ) -> persistence::Result<Vec<(String, &'static Kind, Id)>> {
        Ok(Vec::new())
    }

    fn defaults(&self, _tx: &mut Tx, _writing: &mut Writing, _map: &mut Map<String, Json>) -> persistence::Result<()> {
        Ok(())
    }

    fn before(
        &self,
        _tx: &mut Tx,
        _writing: &mut Writing,
        _old: Option<&AnyRecord>,
        _new: &mut AnyRecord,
    ) -> persistence::Result<()> {
        Ok(())
    }

    fn after(
        &self,
        _tx: &mut Tx,
        _writing: &Writing,
        _permit: &Permit,
        _old: Option<&AnyRecord>,
        _new: &AnyRecord,
    ) -> persistence::Result<()> {
        Ok(())
    }

    fn before_delete(&self, _tx: &mut Tx, _writing: &Writing, _old: &AnyRecord) -> persistence::Result<()> {
        Ok(())
    }

    fn before_restore(&self, _tx: &mut Tx, _writing: &Writing, _old: &AnyRecord) -> persistence::Result<()> {
        Ok(())
    }
}

/// A kind, and how its rules are reached.
#[derive(Clone, Copy)]
pub struct Hooks {
    kind: &'static Kind,
    rules: &'static dyn AnyNoun,
}

impl Deref for Hooks {
    type Target = dyn AnyNoun;

    fn deref(&self) -> &Self::Target {
        self.rules
    }
}

impl Hooks {
    pub fn kind(self) -> &'static Kind {
        self.kind
    }

    /// For the kind as a workspace has it: with the fields that the firm has added.
    pub fn within(self, kinds: Kinds) -> Self {
        Self {
            kind: kinds.like(self.kind),
            ..self
        }
    }

    /// A new record, checked by the rules that need no database.
    pub fn create(self, map: Map<String, Json>, birth: Birth) -> Result<AnyRecord, Error> {
        self.create_for(map, birth, true)
    }

    /// The same; whether what a firm's own fields need was asked for.
    pub fn create_for(self, mut map: Map<String, Json>, birth: Birth, asked: bool) -> Result<AnyRecord, Error> {
        let mut issues = Issues::default();
        let custom = self.kind.custom_of_new(map.remove(custom::ALL), asked, &mut issues);
        let mut new = together(self.rules.create_declared(map, birth), issues)?;
        new.put(custom::ALL, custom);
        Ok(new.as_of(self.kind))
    }

    /// A record with what is to be changed, checked in the same way.
    pub fn apply(self, old: &AnyRecord, mut map: Map<String, Json>, now: Instant) -> persistence::Result<AnyRecord> {
        let mut issues = Issues::default();
        let given = map.remove(custom::ALL);
        let custom = given.map(|given| self.kind.custom_of(old.custom(), &given, &mut issues));
        let mut new = match self.rules.apply_declared(old, map, now) {
            Err(persistence::Error::Domain(error)) => together(Err(error), issues)?,
            applied => together(Ok(applied?), issues)?,
        };
        if let Some(custom) = custom {
            new.put(custom::ALL, custom);
        }
        Ok(new.as_of(self.kind))
    }

    /// What is wrong with single fields.
    pub fn check_fields(self, mut map: Map<String, Json>, creating: bool) -> Result<(), Error> {
        let mut issues = Issues::default();
        match (map.remove(custom::ALL), creating) {
            (given, true) => drop(self.kind.custom_of_new(given, true, &mut issues)),
            (Some(given), false) => drop(self.kind.custom_of(&Json::Null, &given, &mut issues)),
            (None, false) => {}
        }
        together(self.rules.check_declared(map, creating), issues)
    }
}

/// What is wrong with declared fields is told together with what is wrong with custom ones.
fn together<T>(declared: Result<T, Error>, mut issues: Issues) -> Result<T, Error> {
    match declared {
        Err(Error::Invalid(found)) => {
            found.into_iter().for_each(|issue| issues.add(issue));
            issues.or(()).and(Err(Error::Invalid(Vec::new())))
        }
        Err(error) => Err(error),
        Ok(value) => issues.or(value),
    }
}

/// Between a record as a value, and as the type that its rules are written for.
struct Typed<T>(PhantomData<fn() -> T>);

/// The rules of a type.
pub fn hooks<T: Noun>() -> Hooks {
    Hooks {
        kind: T::KIND,
        rules: const { &Typed::<T>(PhantomData) },
    }
}

fn read<T: Record>(record: Option<&AnyRecord>) -> persistence::Result<Option<T>> {
    Ok(record.map(AnyRecord::read).transpose()?)
}

impl<T: Noun> AnyNoun for Typed<T> {
    fn create_declared(&self, map: Map<String, Json>, birth: Birth) -> Result<AnyRecord, Error> {
        Ok(AnyRecord::of(&T::create(T::Patch::parse(map, true)?, birth)?))
    }

    fn apply_declared(&self, old: &AnyRecord, map: Map<String, Json>, now: Instant) -> persistence::Result<AnyRecord> {
        let old: T = old.read()?;
        Ok(AnyRecord::of(&old.apply(T::Patch::parse(map, false)?, now)?))
    }

    fn check_declared(&self, map: Map<String, Json>, creating: bool) -> Result<(), Error> {
        T::Patch::parse(map, creating).map(drop)
    }

    fn check_change(&self, old: Option<&AnyRecord>, new: &AnyRecord) -> persistence::Result<()> {
        let new: T = new.read()?;
        let mut issues = Issues::default();
        // Nothing becomes of what stays as it is.
        let old: T = old.map_or_else(|| Ok(new.clone()), AnyRecord::read)?;
        new.check(Some(&old), &mut issues);
        Ok(issues.or(())?)
    }

    fn valued_at(&self, record: &AnyRecord) -> persistence::Result<Option<Instant>> {
        Ok(record.read::<T>()?.valued_at())
    }

    fn refers(
        &self,
        old: Option<&AnyRecord>,
        new: &AnyRecord,
    ) -> persistence::Result<Vec<(String, &'static Kind, Id)>> {
        Ok(T::refers(read(old)?.as_ref(), &new.read()?))
    }

    fn defaults(&self, tx: &mut Tx, writing: &mut Writing, map: &mut Map<String, Json>) -> persistence::Result<()> {
        T::defaults(tx, writing, map)
    }

    fn before(
        &self,
        tx: &mut Tx,
        writing: &mut Writing,
        old: Option<&AnyRecord>,
        new: &mut AnyRecord,
    ) -> persistence::Result<()> {
        let mut typed: T = new.read()?;
        T::before(tx, writing, read(old)?.as_ref(), &mut typed)?;
        new.set(&typed);
        Ok(())
    }

    fn after(
        &self,
        tx: &mut Tx,
        writing: &Writing,
        permit: &Permit,
        old: Option<&AnyRecord>,
        new: &AnyRecord,
    ) -> persistence::Result<()> {
        T::after(tx, writing, permit, read(old)?.as_ref(), &new.read()?)
    }

    fn before_delete(&self, tx: &mut Tx, writing: &Writing, old: &AnyRecord) -> persistence::Result<()> {
        T::before_delete(tx, writing, &old.read()?)
    }

    fn before_restore(&self, tx: &mut Tx, writing: &Writing, old: &AnyRecord) -> persistence::Result<()> {
        T::before_restore(tx, writing, &old.read()?)
    }
}

/// A kind that a firm has made: what it says of its fields is all there is to say.
struct Made(&'static Kind);

impl AnyNoun for Made {
    fn create_declared(&self, map: Map<String, Json>, birth: Birth) -> Result<AnyRecord, Error> {
        AnyRecord::create(self.0, map, birth)
    }

    fn apply_declared(&self, old: &AnyRecord, map: Map<String, Json>, _: Instant) -> persistence::Result<AnyRecord> {
        Ok(old.apply(map)?)
    }

    fn check_declared(&self, map: Map<String, Json>, creating: bool) -> Result<(), Error> {
        AnyRecord::check_fields(self.0, map, creating)
    }
}

/// The rules of a kind that a firm has made.
pub fn of_made(kind: &'static Kind) -> Hooks {
    static KNOWN: LazyLock<Mutex<HashMap<usize, &'static Made>>> = LazyLock::new(Mutex::default);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    // Such a kind stays where it is for as long as the server runs.
    let place = std::ptr::from_ref(kind) as usize;
    let rules = *known.entry(place).or_insert_with(|| Box::leak(Box::new(Made(kind))));
    Hooks { kind, rules }
}

/// The rules of a kind.
pub fn of(kind: &'static Kind) -> persistence::Result<Hooks> {
    if kind.made {
        return Ok(of_made(kind));
    }
    static ALL: LazyLock<HashMap<&'static str, Hooks>> = LazyLock::new(|| {
        macro_rules! all {
            ($($how:ident $noun:ident::$type:ident;)*) => {
                [$(hooks::<domain::$noun::$type>()),*]
            };
        }
        let all = domain::kinds!(all);
        all.into_iter().map(|hooks| (hooks.kind().name, hooks)).collect()
    });
    let found = ALL.get(kind.name).map(|hooks| Hooks { kind, ..*hooks });
    found.ok_or_else(|| persistence::Error::internal(format!("no rules of {}", kind.name)))
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_kind_has_its_rules() {
        for kind in domain::KINDS {
            assert_eq!(super::of(kind).expect(kind.name).kind().name, kind.name);
        }
    }
}
