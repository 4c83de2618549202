//! A firm of a thousand teams with somebody at home in each, for lists of those who see some of many owners.

use super::{Firm, person, start};
use crate::workspace;
use domain::policy::{Action, Actor};
use domain::record::Birth;
use domain::team::{Team, TeamPatch};
use domain::user::{User, UserPatch};
use domain::value::Email;
use domain::{Id, Locale, Record};
use persistence::{Tx, engine, login};

const TEAMS: usize = 1_000;

/// Teams whose members see the customers of 500, 10 and one of the thousand.
const HEADS: [usize; 3] = [500, 10, 11];

/// The first team is above all. Below it are 500, which has 499 below itself, and those of ten of the first half.
fn above(team: usize) -> Option<usize> {
    match (team, team % 10) {
        (0, _) => None,
        (500, _) => Some(0),
        (_, 0) => Some(if team > 500 { 500 } else { 0 }),
        (_, place) => Some(team - place),
    }
}

pub fn found(tx: &mut Tx, hash: &str) -> persistence::Result<Firm> {
    let space = workspace::create(tx, "Bench of teams", Locale::Zh)?;
    let actor = Actor::system(space);
    let ids: Vec<Id> = (0..TEAMS).map(|_| Birth::new(None).id).collect();
    let depth = |team: usize| std::iter::successors(above(team), |t| above(*t)).count();
    let mut order: Vec<usize> = (0..TEAMS).collect();
    order.sort_by_key(|team| depth(*team));
    let make = |team: usize| {
        let patch = TeamPatch {
            name: Some(format!("销售{team}组")),
            parent_id: Some(above(team).map(|t| ids[t])),
            ..Default::default()
        };
        let birth = Birth {
            id: ids[team],
            ..Birth::new(None)
        };
        Team::create(patch, birth)
    };
    let made = order.into_iter().map(make).collect::<Result<Vec<Team>, _>>()?;
    engine::insert(tx, &actor.authorize(Action::Create, Team::KIND, None)?, &made)?;

    let member = |team: usize| {
        let role = if HEADS.contains(&team) { "manager" } else { "sales" };
        let patch = UserPatch {
            name: Some(person(team)),
            email: Some(Email::new(&address(team))),
            roles: Some(vec![role.to_owned()]),
            team_id: Some(Some(ids[team])),
            ..Default::default()
        };
        User::create(patch, Birth::new(None))
    };
    let people = (0..TEAMS).map(member).collect::<Result<Vec<User>, _>>()?;
    let permit = actor.authorize(Action::Create, User::KIND, None)?;
    engine::insert(tx, &permit, &people)?;
    for team in HEADS {
        login::set(tx, &permit, people[team].id, &address(team), hash)?;
    }
    Ok(Firm {
        actor,
        people: people.iter().map(|person| person.id).collect(),
        stages: Vec::new(),
        start: start(),
        salt: 1_000,
    })
}

/// What `cargo xtask bench` signs in with.
fn address(team: usize) -> String {
    format!("team{team}@bench.example")
}
