//! Handing over what somebody holds who leaves: asked for in a request, done batch by batch in a job that goes on after a
//! restart. Each batch takes what is left, so that nothing is done twice.

use crate::call::Call;
use crate::caller::Caller;
use crate::crud::patch_in;
use crate::describe::common::map_of;
use crate::describe::{Doc, Routes, integer, named, object};
use crate::error::Problem;
use crate::job::worker::{release, system};
use crate::job::{self, accepted};
use crate::noun;
use crate::request::{self, Expected};
use crate::state::State;
use crate::transfer::may_give;
use crate::typed::{self, AnId};
use crate::user::in_charge_of;
use crate::worker::Shared;
use crate::write::{self, Cause, Change, Writing, write_all};
use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::{Data, Path};
use domain::Kinds;
use domain::hand_over::{HandOver, Progress, given, places};
use domain::job::Work;
use domain::policy::{Action, Actor, Permit};
use domain::record::Ownership;
use domain::team_member::TeamMember;
use domain::user::User;
use domain::{Error, Field, Id, Issue, Issues, Kind, Record};
use persistence::job::{self as queue, QueuedJob};
use persistence::transfer::{Lock, owned};
use persistence::{Store, Tx, engine, hand_over, team};
use serde::Deserialize;
use serde_json::{Map, json};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use validator::Validate;

/// Records of one transaction: few enough that others who write hardly wait.
const BATCH: i64 = 200;

/// The right to take a kind's records, or posts, from one and give them to another.
fn may_move(actor: &Actor, (kind, field): UserField, from: Id, to: Id) -> Result<Permit, Error> {
    if field.name == "owner_id" {
        return may_give(actor, kind, [Some(from)], Some(to));
    }
    // Who leads a team reaches what its members have. Whose records a post is in is not looked at: it takes the right to
    // change all of them.
    if kind.ownership == Ownership::Shared && actor.user() == Some(to) && actor.identity.goes_by_teams() {
        return Err(Error::Conflict(Issue::new("", "widens_own_reach")));
    }
    actor.authorize(Action::Edit, kind, None)
}

type UserField = (&'static Kind, &'static Field);

/// What the user holds: live, and in the recycle bin.
fn holds(tx: &mut Tx, kinds: Kinds, permit: &Permit, user: Id) -> persistence::Result<Vec<(UserField, [u64; 2])>> {
    let count = |place: UserField| Ok((place, hand_over::count(tx, permit, place.0, place.1, user)?));
    places(kinds).map(count).collect()
}

/// Who gets what somebody holds.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = HandOver)]
struct Receivers {
    #[serde(deserialize_with = "typed::an_id")]
    #[schema(value_type = uuid::Uuid)]
    to: Id,
    /// Others for some kinds, by their plural.
    #[serde(default)]
    to_by_kind: BTreeMap<String, AnId>,
    /// Whether they can sign in no more.
    #[serde(default = "typed::yes")]
    #[schema(default = true)]
    disable: bool,
}

fn wanted(kinds: Kinds, user: Id, said: Receivers) -> Result<HandOver, Error> {
    let mut issues = Issues::default();
    let mut check = |id: Id, pointer: String| {
        if id == user {
            issues.add(Issue::new(pointer, "hand_over_to_self"));
        }
    };
    check(said.to, "/to".into());
    for (name, id) in &said.to_by_kind {
        check(id.0, format!("/to_by_kind{}", domain::pointer(name)));
    }
    for name in said.to_by_kind.keys() {
        if !places(kinds).any(|(kind, _)| kind.plural == name) {
            let pointer = format!("/to_by_kind{}", domain::pointer(name));
            issues.add(Issue::new(pointer, "unknown_kind").with("kind", name));
        }
    }
    issues.or(HandOver {
        user_id: user,
        to: said.to,
        to_by_kind: said.to_by_kind.into_iter().map(|(kind, id)| (kind, id.0)).collect(),
    })
}

/// `GET /users/{id}/hand-over`
async fn preview(caller: Caller, state: Data<State>, path: Path<String>) -> Result<HttpResponse, Problem> {
    let id = request::id(&path, User::KIND.name)?;
    let counts = state.store.read(move |tx| {
        let (_, permit) = in_charge_of(tx, &caller, id)?;
        let mut kinds: BTreeMap<&str, [u64; 2]> = BTreeMap::new();
        for ((kind, _), [live, deleted]) in holds(tx, caller.kinds(), &permit, id)? {
            let sum = kinds.entry(kind.plural).or_default();
            *sum = [sum[0] + live, sum[1] + deleted];
        }
        let one =
            |(kind, [live, deleted]): (&str, [u64; 2])| (kind.to_owned(), json!({ "live": live, "deleted": deleted }));
        Ok(kinds.into_iter().map(one).collect::<Map<_, _>>())
    });
    Ok(HttpResponse::Ok().json(json!({ "holds": counts.await? })))
}

/// `POST /users/{id}/hand-over`
async fn begin(call: Call) -> Result<HttpResponse, Problem> {
    let id = call.id(User::KIND)?;
    job::may_begin(call.caller())?;
    let said: Receivers = call.body()?;
    let disable = said.disable;
    let wanted = wanted(call.caller().kinds(), id, said)?;
    let response = call.idempotent(move |tx, by| {
        let by = &*by.in_turn(tx, User::KIND)?;
        // Held until the transaction ends: of two who begin at once, the second finds the job of the first.
        owned(tx, &by.scope(User::KIND)?, User::KIND, &[id], Lock::Write)?;
        let (leaver, permit) = in_charge_of(tx, by, id)?;
        if by.user() == Some(id) {
            return Err(Error::Conflict(Issue::new("", "hand_over_yourself")).into());
        }
        check_receivers(tx, by, &wanted)?;
        let mut total = 0;
        for (place, counts) in holds(tx, by.kinds(), &permit, id)? {
            let count: u64 = counts.iter().sum();
            if count > 0 {
                may_move(by, place, id, wanted.receiver(place.0))?;
            }
            total += count;
        }
        if queue::under_way(tx, &permit, Work::HandOver, id)?.is_some() {
            return Err(Error::Conflict(Issue::new("", "hand_over_running")).into());
        }
        // First, so that nothing new arrives.
        if disable && !leaver.disabled {
            let patch = Map::from_iter([("disabled".to_owned(), json!(true))]);
            patch_in(tx, by, noun::hooks::<User>(), id, &Expected::Any, patch)?;
        }
        let progress = json!(Progress {
            total,
            ..Progress::default()
        });
        let about = (id, leaver.name.as_str());
        let job = job::begin(tx, by, Work::HandOver, about, json!(wanted), progress)?;
        accepted(&job, by)
    });
    let response = response.await?;
    call.state.jobs.wake();
    Ok(response)
}

fn check_receivers(tx: &mut Tx, actor: &Actor, wanted: &HandOver) -> persistence::Result<()> {
    let named = wanted
        .to_by_kind
        .iter()
        .map(|(kind, id)| (format!("/to_by_kind/{kind}"), *id));
    for (pointer, id) in std::iter::once(("/to".to_owned(), wanted.to)).chain(named) {
        engine::check_owner(tx, actor, id).map_err(|error| match error {
            persistence::Error::Domain(Error::Invalid(issues)) => {
                // Told of an owner; here it is who is named.
                let moved = issues.into_iter().map(|issue| Issue::new(pointer.as_str(), issue.code));
                Error::Invalid(moved.collect()).into()
            }
            other => other,
        })?;
    }
    Ok(())
}

/// Runs a hand-over from where it is to its end, or until the server stops.
pub fn run(db: &Store, waiting: QueuedJob, stop: &Shared) -> persistence::Result<()> {
    let Some(system) = system(db, waiting.workspace)? else {
        return Ok(());
    };
    let permit = job::permit(&system, job::KIND)?;
    let job = db.write_here(move |tx| job::started(tx, &permit, waiting.job))?;
    let wanted: HandOver = serde_json::from_value(job.wanted).map_err(persistence::Error::internal)?;
    let (space, owner) = (system.identity.workspace.clone(), job.owner_id);
    let acting_owner = move |tx: &mut Tx| job::acting_owner(tx, &space, owner, waiting.job);
    // What arrived while the first round was under way is found by another.
    loop {
        let mut moved = 0;
        for place in places(system.kinds()) {
            loop {
                if stop.stopped() {
                    return release(db, waiting);
                }
                let (acting_owner, wanted) = (acting_owner.clone(), wanted.clone());
                let step = move |tx: &mut Tx| {
                    let actor = acting_owner(tx)?;
                    batch(tx, &actor, waiting.job, &wanted, place)
                };
                match db.write_here(step)? {
                    // Cancelled.
                    None => return Ok(()),
                    Some(0) => break,
                    Some(n) => moved += n,
                }
            }
        }
        let (acting_owner, leaver) = (acting_owner.clone(), wanted.user_id);
        let step = move |tx: &mut Tx| {
            let actor = acting_owner(tx)?;
            leave_teams(tx, &actor, leaver)
        };
        if moved == 0 && db.write_here(step)? == 0 {
            return job::end(db, waiting, None);
        }
    }
}

/// The leaver belongs to no team any more but the one they were at home in, which says where they worked.
fn leave_teams(tx: &mut Tx, actor: &Actor, user: Id) -> persistence::Result<usize> {
    let permit = job::permit(actor, job::KIND)?;
    let memberships = team::memberships(tx, &permit, user, BATCH)?;
    let by = Caller::new(actor.clone(), None, actor.workspace().locale);
    let writing = Writing::new(&by, Cause::HandedOver);
    for id in &memberships {
        let old = engine::any::find(tx, &permit.scope(), TeamMember::KIND, *id)?;
        let permit = actor.authorize(Action::Delete, TeamMember::KIND, None)?;
        write::delete(tx, &writing, &permit, noun::hooks::<TeamMember>(), &old)?;
    }
    Ok(memberships.len())
}

/// One transaction: some records, and how far that brings the job. None where it is to stop.
fn batch(
    tx: &mut Tx,
    actor: &Actor,
    id: Id,
    wanted: &HandOver,
    (kind, field): UserField,
) -> persistence::Result<Option<usize>> {
    let permit = job::permit(actor, job::KIND)?;
    if !queue::is_alive(tx, &permit, id)? {
        return Ok(None);
    }
    let to = wanted.receiver(kind);
    let olds = hand_over::next(tx, &permit, (kind, field), wanted.user_id, BATCH)?;
    let moved = olds.len();
    if moved > 0 {
        let permit = may_move(actor, (kind, field), wanted.user_id, to)?;
        engine::check_owner(tx, actor, to)?;
        let by = Caller::new(actor.clone(), None, actor.workspace().locale);
        let changes = olds.into_iter().map(|old| {
            let mut new = old.clone();
            new.put(field.name, given(old.value(field.name), wanted.user_id, to));
            Change::new(Some(old), new)
        });
        let mut writing = Writing::new(&by, Cause::HandedOver);
        write_all(tx, &mut writing, &permit, noun::of(kind)?, changes.collect())?;
        let job = queue::current(tx, &permit, id)?;
        let mut progress: Progress = serde_json::from_value(job.progress).map_err(persistence::Error::internal)?;
        progress.done += moved as u64;
        progress.total = progress.total.max(progress.done);
        *progress.moved.entry(kind.plural.to_owned()).or_default() += moved as u64;
        queue::note_progress(tx, &permit, id, &json!(progress))?;
    }
    Ok(Some(moved))
}

pub fn routes(routes: &mut Routes) {
    let count = object()
        .property("live", integer())
        .property("deleted", integer())
        .required("live")
        .required("deleted");
    let counts = object().property("holds", map_of(count)).required("holds");
    let doc = Doc::new("preview_hand_over", "users", "What a user holds")
        .about("How many records of each kind belong to the user, live and in the recycle bin, and how many teams they lead.")
        .ok(200, counts)
        .scopes(["users:write", "roles:read"])
        .also(&[409]);
    routes.add(Method::GET, "/users/{id}/hand-over", doc, preview);
    let doc = Doc::new("hand_over_user", "users", "Hand over what a user holds")
        .about(
            "For somebody who leaves: disables them, and gives all records they own, those in the recycle bin too, and the \
             teams they lead to others. Asks for the right to change the user and for `assign` over what changes hands. The \
             job at `Location` tells how it goes; it goes on after a restart of the server.",
        )
        .takes::<Receivers>()
        .ok(202, named("Job"))
        .etag()
        .scopes(["*:write"]);
    routes.add(Method::POST, "/users/{id}/hand-over", doc, begin);
}
