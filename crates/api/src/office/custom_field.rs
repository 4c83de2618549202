//! Routes of the fields that firms add to their kinds.

use crate::crud::crud;
use crate::describe::Routes;
use crate::noun::Noun;
use crate::write::Writing;
use domain::custom_field::CustomField;
use domain::{Error, Issue, Kind};
use persistence::{Tx, custom_kind};

/// Fields of one kind.
const MOST: usize = 200;

impl Noun for CustomField {
    fn before(tx: &mut Tx, writing: &mut Writing, old: Option<&Self>, new: &mut Self) -> persistence::Result<()> {
        match old {
            Some(_) => Ok(()),
            None => check_limit(tx, writing, new),
        }
    }

    fn before_restore(tx: &mut Tx, writing: &Writing, old: &Self) -> persistence::Result<()> {
        check_limit(tx, writing, old)
    }
}

/// There is such a kind, and it has room for one more field.
fn check_limit(tx: &mut Tx, writing: &Writing, field: &CustomField) -> persistence::Result<()> {
    let kinds = custom_kind::of(tx, writing.workspace().id)?;
    let Some(kind) = kinds.made().iter().find(|kind| kind.name == field.kind) else {
        return Err(Error::from(Issue::at("kind", "unknown_kind").with("kind", &field.kind)).into());
    };
    match own_fields(kind) < MOST {
        true => Ok(()),
        false => Err(Error::Conflict(Issue::at("kind", "too_many").with("max", MOST)).into()),
    }
}

fn own_fields(kind: &Kind) -> usize {
    kind.fields.iter().filter(|field| field.made).count()
}

pub fn routes(routes: &mut Routes) {
    crud::<CustomField>(routes);
}
