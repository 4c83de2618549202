//! Routes of every kind: its own, where it has a module of its name, else those that any kind has.

use crate::crud::crud;
use crate::describe::Routes;
use crate::noun::Noun;

/// Registers the routes of all kinds.
pub fn routes(routes: &mut Routes) {
    macro_rules! add {
        ($($how:ident $noun:ident::$type:ident;)*) => {
            $(add!(@ $how $noun $type);)*
        };
        (@ own $noun:ident $type:ident) => {
            crate::$noun::routes(routes);
        };
        (@ plain $noun:ident $type:ident) => {
            crud::<domain::$noun::$type>(routes);
        };
    }
    domain::kinds!(add);
}

macro_rules! plain {
    ($($how:ident $noun:ident::$type:ident;)*) => {
        $(plain!(@ $how $noun $type);)*
    };
    (@ own $noun:ident $type:ident) => {};
    (@ plain $noun:ident $type:ident) => {
        impl Noun for domain::$noun::$type {}
    };
}
domain::kinds!(plain);
