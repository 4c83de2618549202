//! Routes of the fields that firms add to kinds.

use crate::crud::crud;
use crate::describe::Routes;
use crate::noun::Noun;
use crate::write::Writing;
use domain::custom_field::CustomField;
use domain::policy::Permit;
use domain::{Error, Issue, Kind, Kinds, custom};
use persistence::{Tx, custom_kind};

/// Custom fields of one kind.
const MOST: usize = 200;

impl Noun for CustomField {
    fn before(tx: &mut Tx, writing: &mut Writing, old: Option<&Self>, new: &mut Self) -> persistence::Result<()> {
        check_default(new)?;
        match old {
            Some(_) => Ok(()),
            None => check(tx, writing, new),
        }
    }

    fn before_restore(tx: &mut Tx, writing: &Writing, old: &Self) -> persistence::Result<()> {
        check(tx, writing, old)
    }

    fn after(
        tx: &mut Tx,
        writing: &Writing,
        permit: &Permit,
        old: Option<&Self>,
        new: &Self,
    ) -> persistence::Result<()> {
        if old.is_some_and(|old| old.unique != new.unique) {
            persistence::custom::set_unique(tx, permit, new.id, new.unique)?;
        }
        if writing.cause == crate::write::Cause::Restored {
            let kinds = kinds(tx, writing)?;
            persistence::custom::rebuild(tx, permit, kinds, &new.kind, new.id)?;
        }
        Ok(())
    }
}

fn kinds(tx: &mut Tx, writing: &Writing) -> persistence::Result<Kinds> {
    custom_kind::of(tx, writing.workspace().id, writing.workspace().currency)
}

/// There is such a kind, it has room for one more field, and what the field refers to is there.
fn check(tx: &mut Tx, writing: &Writing, field: &CustomField) -> persistence::Result<()> {
    tx.hold(format!("{}:kinds", writing.workspace().id))?;
    let kinds = kinds(tx, writing)?;
    let unknown = |at: &str, kind: &str| Error::from(Issue::at(at, "unknown_kind").with("kind", kind));
    let takes = |kind: &&'static Kind| !kind.work && kind.part_of.is_none();
    let Some(kind) = kinds.named(&field.kind).filter(takes) else {
        return Err(unknown("kind", &field.kind).into());
    };
    if let Some(target) = &field.refers_to
        && kinds.named(target).is_none()
    {
        return Err(unknown("refers_to", target).into());
    }
    match kind.custom().count() < MOST {
        true => Ok(()),
        false => Err(Error::from(Issue::at("kind", "too_many_fields").with("max", MOST)).into()),
    }
}

/// The default is a value that the field takes.
fn check_default(field: &mut CustomField) -> Result<(), Error> {
    let Some(default) = field.default.0.take() else {
        return Ok(());
    };
    let taken = custom::read(&field.made().value(), default).map_err(|issue| Issue {
        pointer: issue.pointer.replacen(&domain::pointer(&field.key), "/default", 1),
        ..issue
    });
    field.default.0 = taken?;
    Ok(())
}

pub fn routes(routes: &mut Routes) {
    crud::<CustomField>(routes);
}
