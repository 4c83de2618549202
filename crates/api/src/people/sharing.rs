//! Routes of sharing: who else may see or change a record, and until when.

use crate::call::Call;
use crate::caller::Caller;
use crate::describe::{Doc, Routes};
use crate::error::Problem;
use crate::request;
use crate::state::State;
use crate::typed::End;
use actix_web::HttpResponse;
use actix_web::http::{Method, StatusCode};
use actix_web::web::{Data, Path};
use domain::policy::{Action, Permit};
use domain::sharing::{Member, Share, shareable};
use domain::user::User;
use domain::value::parse_id;
use domain::{Error, Id, Instant, Issue, Kind, Record};
use persistence::transfer::{Lock, OwnedRecord, owned};
use persistence::{Tx, engine, sharing, user};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use utoipa::ToSchema;
use validator::Validate;

fn found(tx: &mut Tx, caller: &Caller, kind: &'static Kind, id: Id, lock: Lock) -> persistence::Result<OwnedRecord> {
    let found = owned(tx, &caller.scope(kind)?, kind, &[id], lock)?.into_iter().next();
    Ok(found.ok_or(Error::NotFound {
        kind: kind.name,
        id: Some(id),
    })?)
}

/// A record whose sharing the caller may change.
fn mine(tx: &mut Tx, caller: &Caller, kind: &'static Kind, id: Id) -> persistence::Result<(OwnedRecord, Permit)> {
    let record = found(tx, caller, kind, id, Lock::Write)?;
    let permit = caller.authorize(Action::Share, kind, record.owner)?;
    Ok((record, permit))
}

/// Somebody a record is shared with.
#[derive(Serialize, ToSchema)]
#[schema(as = Member)]
struct Shown {
    user: Person,
    access: Share,
    #[schema(value_type = Option<String>, format = DateTime, required = true)]
    expires_at: Option<Instant>,
    expired: bool,
}

/// A user, with their name as far as the caller may see it.
#[derive(Serialize, ToSchema)]
struct Person {
    #[schema(value_type = uuid::Uuid)]
    id: Id,
    #[schema(required = true)]
    name: Option<String>,
}

/// Who a record is shared with.
#[derive(Serialize, ToSchema)]
struct Members {
    data: Vec<Shown>,
}

fn shown(member: &Member, names: &HashMap<Id, String>) -> Shown {
    Shown {
        user: Person {
            id: member.user,
            name: names.get(&member.user).cloned(),
        },
        access: member.access,
        expires_at: member.expires_at,
        expired: !member.holds(Instant::now()),
    }
}

fn names(tx: &mut Tx, caller: &Caller, members: &[Member]) -> persistence::Result<HashMap<Id, String>> {
    let ids: Vec<Id> = members.iter().map(|m| m.user).collect();
    match caller.scope(User::KIND) {
        Ok(scope) => engine::titles(tx, &scope, User::KIND, &ids),
        Err(_) => Ok(HashMap::new()),
    }
}

async fn list(
    kind: &'static Kind,
    caller: Caller,
    state: Data<State>,
    path: Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = request::id(&path, kind.name)?;
    let data = state
        .store
        .read_quick(move |tx| {
            found(tx, &caller, kind, id, Lock::Read)?;
            let members = sharing::members(tx, &caller.scope(kind)?, kind, id)?;
            let names = names(tx, &caller, &members)?;
            Ok(members.iter().map(|m| shown(m, &names)).collect::<Vec<_>>())
        })
        .await?;
    Ok(HttpResponse::Ok().json(Members { data }))
}

/// What somebody may do with a record, and until when; both as they are to be, not merged into what they were.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MemberPut)]
struct Put {
    access: Share,
    #[serde(default)]
    expires_at: Option<End>,
}

fn wanted(caller: &Caller, user: Id, said: &Put) -> Result<Member, Issue> {
    let wrong = || Issue::at("expires_at", "wrong_type").with("type", "instant");
    let end = said.expires_at.map(|end| end.moment(caller).ok_or_else(wrong));
    let expires_at = end.transpose()?;
    if expires_at.is_some_and(|end| end <= Instant::now()) {
        return Err(Issue::at("expires_at", "expiry_past"));
    }
    Ok(Member {
        user,
        access: said.access,
        expires_at,
    })
}

async fn put(kind: &'static Kind, call: Call) -> Result<HttpResponse, Problem> {
    let id = call.id(kind)?;
    let user =
        parse_id(call.request.match_info().query("user_id")).ok_or_else(|| Issue::new("user_id", "invalid_id"))?;
    let member = wanted(&call.by, user, &call.body()?)?;
    let answer = call
        .write(move |tx, by| {
            let (record, permit) = mine(tx, by, kind, id)?;
            let seen = !engine::ids_referable(tx, &by.scope(User::KIND)?, User::KIND, &[user])?.is_empty();
            if !seen || !user::is_enabled(tx, by, user)? {
                return Err(Issue::new("user_id", "reference_not_found").into());
            }
            if record.owner == Some(user) {
                return Err(Error::Conflict(Issue::new("user_id", "shared_with_owner")).into());
            }
            let new = sharing::put(tx, &permit, kind, (id, record.version), &member)?;
            let status = if new { StatusCode::CREATED } else { StatusCode::OK };
            let names = names(tx, by, &[member])?;
            request::json(status, &shown(&member, &names))
        })
        .await?;
    call.state.forget_identities();
    Ok(request::respond(answer))
}

async fn remove(kind: &'static Kind, call: Call) -> Result<HttpResponse, Problem> {
    let id = call.id(kind)?;
    let user = call.named(User::KIND.name, "user_id")?;
    call.write(move |tx, by| {
        // Everybody may leave by themselves.
        let (record, permit) = if by.user() == Some(user) {
            by.identity.by_oneself(Action::Share, kind)?;
            (found(tx, by, kind, id, Lock::Write)?, by.own_permit())
        } else {
            mine(tx, by, kind, id)?
        };
        if sharing::remove(tx, &permit, kind, (id, record.version), user)? {
            return Ok(());
        }
        Err(Error::NotFound {
            kind: User::KIND.name,
            id: Some(user),
        }
        .into())
    })
    .await?;
    call.state.forget_identities();
    Ok(HttpResponse::NoContent().finish())
}

/// Registers the sharing of a kind's records.
/// Registers how records of a kind are shared.
pub fn of_kind(routes: &mut Routes, kind: &'static Kind) {
    let one = kind.label.en.to_lowercase();
    let path = format!("/{}/{{id}}/members", kind.path());
    let doc = Doc::new(
        format!("list_{}_members", kind.name),
        kind.path(),
        format!("Who a {one} is shared with"),
    )
    .about("Those whose sharing has ended too, until it is taken away.")
    .gives::<Members>(200)
    .also(&[404]);
    routes.add(
        Method::GET,
        &path,
        doc,
        move |caller: Caller, state: Data<State>, path: Path<String>| list(kind, caller, state, path),
    );
    let path = format!("{path}/{{user_id}}");
    let doc = Doc::new(format!("put_{}_member", kind.name), kind.path(), format!("Share a {one} with somebody"))
        .about(
            "Sharing lets the user see the record and what belongs to it, and with `write` change it, as far as a role of theirs lets \
             them do that with any record of the kind. It ends at `expires_at` (a moment, or the last day), or never. Asks for the \
             right `share`.",
        )
        .takes::<Put>()
        .gives::<Shown>(200)
        .gives::<Shown>(201)
        .also(&[404, 409]);
    routes.add(Method::PUT, &path, doc.unkept(), move |call: Call| put(kind, call));
    let doc = Doc::new(
        format!("delete_{}_member", kind.name),
        kind.path(),
        format!("Share a {one} with somebody no more"),
    )
    .about("Asks for the right `share`; everybody may leave by themselves.")
    .no_content()
    .also(&[404]);
    routes.add(Method::DELETE, &path, doc.unkept(), move |call: Call| {
        remove(kind, call)
    });
}

pub fn routes(routes: &mut Routes) {
    for kind in domain::KINDS.iter().copied().filter(|kind| shareable(kind)) {
        of_kind(routes, kind);
    }
}
