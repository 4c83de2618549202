//! Routes of teams.

use crate::caller::Caller;
use crate::crud::{Noun, crud};
use crate::describe::Routes;
use domain::policy::Action;
use domain::team::Team;
use domain::{Error, Issue, Record};
use persistence::{Tx, team};

/// Teams above one another.
const DEEPEST: usize = 20;

impl Noun for Team {
    const CHANGES_RIGHTS: bool = true;

    fn before(tx: &mut Tx, caller: &Caller, old: Option<&Self>, new: &mut Self) -> persistence::Result<()> {
        let Some(parent) = new
            .parent_id
            .filter(|p| old.is_none_or(|old| old.parent_id != Some(*p)))
        else {
            return Ok(());
        };
        let action = if old.is_some() { Action::Edit } else { Action::Create };
        let permit = caller.authorize(action, Team::KIND, new.owner_id)?;
        let above = team::with_above(tx, &permit, parent)?;
        if above.contains(&new.id) {
            return Err(Error::Conflict(Issue::at("parent_id", "team_within_itself")).into());
        }
        if above.len() >= DEEPEST {
            return Err(Error::Conflict(Issue::at("parent_id", "teams_too_deep").with("max", DEEPEST)).into());
        }
        Ok(())
    }
}

pub fn routes(routes: &mut Routes) {
    crud::<Team>(routes);
}
