//! What is referred to is not deleted, whoever comes first.

mod common;

use common::{Db, Engine, permit};
use domain::policy::{Action, Actor};
use domain::record::Birth;
use domain::team::{Team, TeamPatch};
use domain::user::{User, UserPatch};
use domain::{Id, Record};
use persistence::{Result, Tx, engine};
use std::sync::mpsc::{Receiver, channel};

fn team(db: &Db) -> Team {
    let patch = TeamPatch {
        name: Some("t".into()),
        ..Default::default()
    };
    let team = Team::create(patch, Birth::new(None)).expect("valid");
    db.insert(std::slice::from_ref(&team));
    team
}

fn member(team: Id) -> User {
    let patch = UserPatch {
        name: Some("u".into()),
        team_id: Some(Some(team)),
        ..Default::default()
    };
    User::create(patch, Birth::new(None)).expect("valid")
}

/// Adds a user to the team, with the checks of a request.
fn joining(db: &Db, user: User) -> impl Fn(&mut Tx) -> Result<()> + Send + Clone + use<> {
    let (actor, permit) = (db.actor(), permit::<User>(&db.actor()));
    move |tx| {
        engine::check_references(tx, &actor, None, &user)?;
        engine::insert(tx, &permit, std::slice::from_ref(&user))
    }
}

fn deleting(actor: &Actor, team: Team) -> impl Fn(&mut Tx) -> Result<()> + Send + Clone + use<> {
    let permit = actor.authorize(Action::Delete, Team::KIND, None).expect("may");
    move |tx| engine::delete(tx, &permit, &team)
}

/// Runs `second` beside a transaction that has done `first`, which goes on when `second` is through or waits for it.
fn beside(
    db: &Db,
    first: impl Fn(&mut Tx) -> Result<()> + Send + Clone + 'static,
    second: impl Fn(&mut Tx) -> Result<()> + Send + Clone + 'static,
) -> [Result<()>; 2] {
    let (store, url) = (db.store.clone(), db.url.clone());
    let (tell, heard) = channel::<Receiver<Result<()>>>();
    let done = db.store.write_here(move |tx| {
        first(tx)?;
        let (told, result) = channel();
        let (store, second) = (store.clone(), second.clone());
        let thread = std::thread::spawn(move || told.send(store.write_here(second)));
        common::until(|| thread.is_finished() || common::waits_for_a_lock(&url));
        let _ = tell.send(result);
        Ok(())
    });
    let second = heard.recv().expect("started").recv().expect("ends");
    [done, second]
}

fn refused(result: &Result<()>) -> String {
    result.as_ref().map_or_else(|e| format!("{e:?}"), |()| "done".into())
}

#[test]
fn a_team_is_not_deleted_while_somebody_joins_it() {
    let db = Db::new(Engine::Pg);
    let team = team(&db);
    let [joined, deleted] = beside(&db, joining(&db, member(team.id)), deleting(&db.actor(), team.clone()));
    joined.expect("joins");
    assert!(refused(&deleted).contains("still_referenced"), "{deleted:?}");
}

#[test]
fn nobody_joins_a_team_that_is_being_deleted() {
    let db = Db::new(Engine::Pg);
    let team = team(&db);
    let [deleted, joined] = beside(&db, deleting(&db.actor(), team.clone()), joining(&db, member(team.id)));
    deleted.expect("deleted");
    assert!(refused(&joined).contains("reference_not_found"), "{joined:?}");
}
