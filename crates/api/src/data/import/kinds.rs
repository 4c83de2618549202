//! The kinds that files may hold, and who takes the rows of each.

use domain::{Kind, Record};
use persistence::Tx;

use super::book::Book;
use super::draft::Draft;
use super::take::{self, Desk, Importable, Taken};

/// The kinds that files may hold.
pub fn all() -> impl Iterator<Item = &'static Kind> {
    domain::KINDS.iter().copied().filter(|kind| kind.import.is_some())
}

/// The plurals of what a file may hold.
pub fn plurals() -> Vec<&'static str> {
    all().map(|kind| kind.plural).collect()
}

/// What a file may hold, by the plural that requests and commands name it with.
pub fn importable(plural: &str) -> Option<&'static Kind> {
    all().find(|kind| kind.plural == plural)
}

/// Takes a batch of rows of one kind.
pub type Batch = fn(&mut Tx, &Desk, &[Draft]) -> persistence::Result<(Vec<Taken>, Book)>;

/// Who takes the rows of a kind. A person is more than a row, and a deal brings its products and stages along; the rows of
/// any other kind are its fields.
pub fn batch(kind: &Kind) -> Option<Batch> {
    macro_rules! importers {
        ($($how:ident $noun:ident::$type:ident;)*) => {
            $(importers!(@ kind $noun $type);)*
        };
        (@ $kind:ident user User) => {
            if $kind.name == domain::user::User::KIND.name {
                return Some(super::user::batch);
            }
        };
        (@ $kind:ident $noun:ident $type:ident) => {
            if const { domain::$noun::$type::KIND.import.is_some() } && $kind.name == domain::$noun::$type::KIND.name {
                return Some(take::batch::<domain::$noun::$type>);
            }
        };
    }
    domain::kinds!(importers);
    None
}

macro_rules! plain_rows {
    ($($how:ident $noun:ident::$type:ident;)*) => {
        $(plain_rows!(@ $noun $type);)*
    };
    (@ opportunity Opportunity) => {};
    (@ $noun:ident $type:ident) => {
        impl Importable for domain::$noun::$type {
            type Extra = ();
        }
    };
}
domain::kinds!(plain_rows);
