//! Routes of activities.

use crate::caller::Caller;
use crate::crud::{Noun, crud};
use crate::describe::Routes;
use domain::activity::Activity;
use domain::policy::Permit;
use persistence::Tx;

impl Noun for Activity {
    fn after(tx: &mut Tx, _: &Caller, permit: &Permit, _: Option<&Self>, new: &Self) -> persistence::Result<()> {
        persistence::activity::note(tx, permit, new)
    }
}

pub fn routes(routes: &mut Routes) {
    crud::<Activity>(routes);
}
