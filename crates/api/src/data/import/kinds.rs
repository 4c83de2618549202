//! The kinds that files may hold, and who takes the rows of each.

use domain::opportunity::Opportunity;
use domain::user::User;
use domain::{Kind, Kinds, Record};
use persistence::Tx;

use super::draft::Draft;
use super::opportunity::Deals;
use super::reference_data::ReferenceData;
use super::take::{self, ImportContext, RowResult, Special};

/// The kinds that files may hold.
pub fn all(kinds: Kinds) -> impl Iterator<Item = &'static Kind> {
    kinds.iter().filter(|kind| kind.import.is_some())
}

/// The plurals of what a file may hold.
pub fn plurals(kinds: Kinds) -> Vec<&'static str> {
    all(kinds).map(|kind| kind.plural).collect()
}

/// What a file may hold, by the name of the kind or its plural.
pub fn importable(kinds: Kinds, name: &str) -> Option<&'static Kind> {
    all(kinds).find(|kind| kind.name == name || kind.plural == name)
}

/// Takes a batch of rows of one kind.
pub type Batch = fn(&mut Tx, &ImportContext, &[Draft]) -> persistence::Result<(Vec<RowResult>, ReferenceData)>;

/// Who takes the rows of a kind. A person is more than a row; the rows of any other kind are its fields.
pub fn batch(kind: &Kind) -> Batch {
    if kind.name == User::KIND.name {
        return super::user::batch;
    }
    take::batch
}

/// What is made of a row beyond its fields: a deal brings its products and stages along.
pub fn special(kind: &Kind) -> Option<&'static dyn Special> {
    (kind.name == Opportunity::KIND.name).then_some(&Deals)
}
