//! Routes of teams.

use crate::caller::Caller;
use crate::crud::{Noun, crud};
use crate::describe::Routes;
use domain::policy::{Action, Actor};
use domain::team::Team;
use domain::{Error, Id, Issue, Record};
use persistence::{Tx, team, user};

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

/// Refuses what has just been written where it brings the records of others within the reach of who wrote it: who belongs to
/// which team, and who leads it, is for others to say. Who was just `made` has no records yet.
pub fn keeps_reach(tx: &mut Tx, actor: &Actor, made: &[Id]) -> persistence::Result<()> {
    let Some(me) = actor.user().filter(|_| actor.identity.goes_by_teams()) else {
        return Ok(());
    };
    let later = user::identity(tx, actor.identity.workspace.clone(), me)?;
    match later.is_some_and(|later| actor.identity.widened(&later, made)) {
        true => Err(Error::Conflict(Issue::new("", "widens_own_reach")).into()),
        false => Ok(()),
    }
}

pub fn routes(routes: &mut Routes) {
    crud::<Team>(routes);
}
