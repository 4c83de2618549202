//! Routes of teams.

use crate::crud::crud;
use crate::describe::Routes;
use crate::noun::Noun;
use crate::write::Writing;
use domain::policy::{Action, Actor, Permit};
use domain::team::Team;
use domain::{Error, Id, Issue, Record};
use persistence::{Tx, team, user};

/// Teams above one another.
const DEEPEST: usize = 20;

impl Noun for Team {
    fn before(tx: &mut Tx, caller: &mut Writing, old: Option<&Self>, new: &mut Self) -> persistence::Result<()> {
        if old.is_some_and(|old| old.parent_id == new.parent_id) {
            return Ok(());
        }
        let action = if old.is_some() { Action::Edit } else { Action::Create };
        fits(tx, &caller.authorize(action, Team::KIND, new.owner_id)?, new)
    }

    fn before_restore(tx: &mut Tx, caller: &Writing, old: &Self) -> persistence::Result<()> {
        fits(tx, &caller.authorize(Action::Delete, Team::KIND, old.owner_id)?, old)
    }
}

/// A team does not lie below itself, nor too deep with all that lies below it.
fn fits(tx: &mut Tx, permit: &Permit, team: &Team) -> persistence::Result<()> {
    let Some(parent) = team.parent_id else { return Ok(()) };
    let above = team::with_above(tx, permit, parent)?;
    if above.contains(&team.id) {
        return Err(Error::Conflict(Issue::at("parent_id", "team_within_itself")).into());
    }
    if above.len() + team::levels(tx, permit, team.id)? > DEEPEST {
        return Err(Error::Conflict(Issue::at("parent_id", "teams_too_deep").with("max", DEEPEST)).into());
    }
    Ok(())
}

/// Refuses what has just been written where it brings the records of others within the reach of who wrote it: who belongs to
/// which team, and who leads it, is for others to say. Who was just `made` has no records yet.
pub fn keeps_reach(tx: &mut Tx, actor: &Actor, made: &[Id]) -> persistence::Result<()> {
    let Some(me) = actor.user().filter(|_| actor.identity.goes_by_teams()) else {
        return Ok(());
    };
    user::hold_rights(tx, actor.workspace().id)?;
    let later = user::identity(tx, actor.identity.workspace.clone(), me)?;
    match later.is_some_and(|later| actor.identity.widened(&later, made)) {
        true => Err(Error::Conflict(Issue::new("", "widens_own_reach")).into()),
        false => Ok(()),
    }
}

pub fn routes(routes: &mut Routes) {
    crud::<Team>(routes);
}
