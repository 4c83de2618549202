//! Why somebody may or may not do something: the rule that grants or denies, in words.

use crate::caller::Caller;
use crate::describe::{Doc, Routes, boolean, id, made_of, maybe_text, nullable, text};
use crate::error::Problem;
use crate::http::query;
use crate::state::State;
use actix_web::http::Method;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use domain::policy::explain::{About, Question};
use domain::policy::{Action, Actor, Scope};
use domain::role::{self, Role, Subject};
use domain::user::User;
use domain::{Error, Id, Issue, Kind, Record, messages};
use persistence::{Tx, access, engine, user};
use serde::Deserialize;
use serde_json::{Value as Json, json};
use std::sync::Arc;
use utoipa::openapi::{Array, ObjectBuilder};
use validator::Validate;

/// What is asked, as it is written.
#[derive(Deserialize, Validate)]
#[serde(deny_unknown_fields)]
struct Written {
    kind: String,
    #[serde(default, deserialize_with = "query::id")]
    id: Option<Id>,
    #[serde(default, deserialize_with = "query::id")]
    user: Option<Id>,
    action: Option<String>,
    field: Option<String>,
}

/// What is asked.
struct Asked {
    subject: Subject,
    id: Option<Id>,
    user: Id,
    action: Action,
    field: Option<&'static str>,
}

fn read(caller: &Caller, written: Written) -> Result<Asked, Problem> {
    let unknown = |name: &'static str, code, value: &str| Error::BadQuery(Issue::new(name, code).with(name, value));
    let Written { kind, action, .. } = &written;
    let subject = role::subject(caller.kinds(), kind).ok_or_else(|| unknown("kind", "unknown_kind", kind))?;
    let action = match action {
        Some(key) => Action::from_key(key).ok_or_else(|| unknown("action", "unknown_action", key))?,
        None => Action::View,
    };
    let named = |name: &String| {
        let found = subject.kind.and_then(|kind| kind.field(name));
        found
            .map(|f| f.name)
            .ok_or_else(|| unknown("field", "unknown_field", name))
    };
    Ok(Asked {
        subject,
        id: written.id,
        user: written.user.map_or_else(|| caller.me(), Ok)?,
        action,
        field: written.field.as_ref().map(named).transpose()?,
    })
}

/// A record that another belongs to, with what it belongs to in turn. It counts although who asks may not see it, and then
/// is not named.
fn parent(
    tx: &mut Tx,
    caller: &Caller,
    people: &Scope,
    kind: &'static Kind,
    id: Id,
    user: Id,
) -> persistence::Result<Option<About>> {
    let whole = Actor::system(caller.identity.workspace.clone()).scope(kind)?;
    let (found, above) = match access::about(tx, &whole, people, kind, id, user) {
        // In the bin: nothing is seen through it.
        Err(persistence::Error::Domain(Error::NotFound { .. })) => return Ok(None),
        found => found?,
    };
    let seen = match caller.scope(kind) {
        Ok(scope) => !engine::ids_visible(tx, &scope, kind, &[id])?.is_empty(),
        Err(_) => false,
    };
    let title = found.title.filter(|_| seen);
    let mut parents = Vec::new();
    for (kind, id) in above {
        parents.extend(parent(tx, caller, people, kind, id, user)?);
    }
    Ok(Some(About {
        title,
        parents,
        ..found
    }))
}

async fn explain(caller: Caller, state: Data<State>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let asked = read(&caller, query::read(&request)?)?;
    let body = state
        .store
        .read(move |tx| {
            let people = caller.scope(User::KIND)?;
            let about: User = engine::find(tx, &people, asked.user)?;
            let roles = access::roles(tx, &caller.scope(Role::KIND)?, &about)?;
            // Who asks about themselves asks about what they come with: a key has its limits.
            let actor = match caller.user() == Some(about.id) {
                true => Some(caller.actor.clone()),
                false => user::identity(tx, caller.identity.workspace.clone(), about.id)?
                    .map(|identity| Actor::new(Arc::new(identity), caller.request_id.clone())),
            };
            let (mut record, mut parents) = (None, Vec::new());
            if let Some(id) = asked.id {
                let Some(kind) = caller.kinds().named(asked.subject.name) else {
                    let (kind, id) = (asked.subject.name, Some(id));
                    return Err(Error::NotFound { kind, id }.into());
                };
                let (found, above) = access::about(tx, &caller.scope(kind)?, &people, kind, id, about.id)?;
                for (kind, id) in above {
                    parents.extend(parent(tx, &caller, &people, kind, id, about.id)?);
                }
                record = Some(found);
            }
            let question = Question {
                actor: actor.as_ref(),
                roles: &roles,
                subject: asked.subject,
                action: asked.action,
                record: record.as_ref(),
                parents: &parents,
                field: asked.field,
                locale: caller.locale,
            };
            let answer = question.answer();
            let reasons: Vec<Json> = answer
                .reasons
                .iter()
                .map(|r| json!({ "allows": r.allows, "code": r.said.code, "text": messages::issue(&r.said, caller.locale) }))
                .collect();
            Ok(json!({ "allowed": answer.allowed, "user": { "id": about.id, "name": about.name }, "kind": asked.subject.name,
                "action": asked.action.key(), "field": asked.field,
                "record": asked.id.zip(record.as_ref()).map(|(id, r)| json!({ "id": id, "title": r.title })),
                "reasons": reasons }))
        })
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

fn explained() -> ObjectBuilder {
    let user = made_of([("id", id().into()), ("name", text().into())]);
    let record = made_of([("id", id().into()), ("title", maybe_text().into())]);
    let reason = made_of([
        ("allows", boolean().into()),
        ("code", text().into()),
        ("text", text().into()),
    ]);
    made_of([
        ("allowed", boolean().into()),
        ("user", user.into()),
        ("kind", text().into()),
        ("action", text().into()),
        ("field", maybe_text().into()),
        ("record", nullable(record).into()),
        ("reasons", Array::new(reason).into()),
    ])
}

pub fn routes(routes: &mut Routes) {
    let kinds: Vec<&str> = role::subjects(routes.kinds).map(|s| s.name).collect();
    let actions = Action::ALL.map(Action::key);
    let doc = Doc::new("explain_access", "access", "Why somebody may do something, or may not")
        .in_language()
        .about(
            "The rules that grant or deny an action to a user, in words: what each role says, whether the record is shared, whether \
             it is seen through what it belongs to, and what the field rights say. Those that decide come first. Without `id` the \
             answer is about the kind as a whole, without `user` about the caller; asked with an API key, about what the key lets do.",
        )
        .required_query("kind", text().enum_values(Some(kinds)), "The kind of record, `workspace` or an area")
        .query("id", id(), "The record")
        .query("user", id(), "Who would do it")
        .query("action", text().enum_values(Some(actions)).default(Some("view".into())), "What they would do")
        .query("field", text().min_length(Some(1)), "A field they would see, or set")
        .ok(200, explained())
        .scopes(["users:read", "roles:read"])
        .also(&[404]);
    routes.add(Method::GET, "/access/explain", doc, explain);
}
