//! Routes of the kinds that firms make.

use crate::crud::crud;
use crate::describe::Routes;
use crate::noun::Noun;
use crate::write::Writing;
use domain::custom_kind::CustomKind;
use domain::{Error, Issue};
use persistence::{Tx, custom_kind};

/// Kinds of one firm.
const MOST: usize = 200;

impl Noun for CustomKind {
    fn before(tx: &mut Tx, writing: &mut Writing, old: Option<&Self>, _: &mut Self) -> persistence::Result<()> {
        match old {
            Some(_) => Ok(()),
            None => check_limit(tx, writing),
        }
    }

    fn before_restore(tx: &mut Tx, writing: &Writing, _: &Self) -> persistence::Result<()> {
        check_limit(tx, writing)
    }
}

fn check_limit(tx: &mut Tx, writing: &Writing) -> persistence::Result<()> {
    let there = custom_kind::of(tx, writing.workspace().id)?.made().len();
    match there < MOST {
        true => Ok(()),
        false => Err(Error::Conflict(Issue::new("", "too_many").with("max", MOST)).into()),
    }
}

pub fn routes(routes: &mut Routes) {
    crud::<CustomKind>(routes);
}
