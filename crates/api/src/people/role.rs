//! Routes of roles.

use crate::caller::Caller;
use crate::crud::crud;
use crate::describe::{Doc, Routes, integer, made_of, text};
use crate::error::Problem;
use crate::noun::Noun;
use crate::state::State;
use crate::write::Writing;
use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::Data;
use domain::kinds::may_be_made;
use domain::policy::{Action, Grants, Reach, fields};
use domain::role::Role;
use domain::user::User;
use domain::{Error, Id, Issue, Issues, Record};
use persistence::{Tx, engine, user};
use serde_json::{Map, Value as Json, json};
use utoipa::openapi::Array;

impl Noun for Role {
    fn defaults(_: &mut Tx, _: &mut Writing, map: &mut Map<String, Json>) -> persistence::Result<()> {
        if !map.contains_key("key") {
            let name = map.get("name").and_then(Json::as_str).unwrap_or_default();
            map.insert("key".into(), json!(new_key(name)));
        }
        Ok(())
    }

    fn before(tx: &mut Tx, caller: &mut Writing, old: Option<&Self>, new: &mut Self) -> persistence::Result<()> {
        known(caller, old, new)?;
        if old.is_none_or(|old| (&old.grants, &old.field_rights) != (&new.grants, &new.field_rights)) {
            within_own_rights(caller, new)?;
            if let Some(old) = old {
                within_own_rights(caller, old)?;
            }
        }
        if let Some(action) = lost(tx, caller, new)? {
            let place = format!("/grants/{}/{}", Role::KIND.name, action.key());
            return Err(Error::Conflict(Issue::new(place, "locks_out_of_roles")).into());
        }
        Ok(())
    }

    fn before_restore(_: &mut Tx, caller: &Writing, old: &Self) -> persistence::Result<()> {
        Ok(within_own_rights(caller, old)?)
    }

    fn before_delete(tx: &mut Tx, caller: &Writing, old: &Self) -> persistence::Result<()> {
        if old.builtin {
            return Err(Error::Conflict(Issue::at("builtin", "builtin_role")).into());
        }
        let permit = caller.authorize(Action::Delete, Role::KIND, old.owner_id)?;
        match user::holders(tx, &permit, &old.key)? {
            0 => Ok(()),
            count => Err(Error::Conflict(Issue::new("", "role_held").with("count", count)).into()),
        }
    }
}

/// What a role newly says of kinds that the firm has made is about kinds and fields that there are.
fn known(caller: &Caller, old: Option<&Role>, new: &Role) -> Result<(), Error> {
    let mut issues = Issues::default();
    let said = |name: &String| old.is_some_and(|old| old.grants.0.contains_key(name));
    for name in new.grants.0.keys().filter(|name| may_be_made(name) && !said(name)) {
        if caller.kinds().named(name).is_none() {
            issues.add(Issue::new(format!("/grants/{name}"), "unknown_kind").with("kind", name));
        }
    }
    for (name, fields) in &new.field_rights.0 {
        let before = old.and_then(|old| old.field_rights.0.get(name));
        let Some(kind) = caller.kinds().named(name) else {
            if before.is_none() {
                issues.add(Issue::new(format!("/field_rights/{name}"), "unknown_kind").with("kind", name));
            }
            continue;
        };
        // What the product declares was looked at without asking what the firm has.
        let own = |field: &str| kind.made || domain::custom::key(field).is_some();
        for (field, access) in fields.iter().filter(|(field, _)| own(field)) {
            if before.and_then(|fields| fields.get(field)) == Some(access) {
                continue;
            }
            let place = format!("/field_rights/{name}/{field}");
            match kind.field(field) {
                None => issues.add(Issue::new(place, "unknown_field").with("field", field)),
                Some(of) if !fields::choices(kind, of).contains(access) => {
                    issues.add(Issue::new(place, "field_right_unfit").with("field", field));
                }
                Some(_) => {}
            }
        }
    }
    issues.or(())
}

/// Nobody makes rights that they do not have.
fn within_own_rights(caller: &Caller, role: &Role) -> Result<(), Error> {
    match caller.identity.beyond(&role.grants, &role.field_rights) {
        None => Ok(()),
        Some(place) => Err(Error::Conflict(Issue::new(place, "beyond_own_rights_grants"))),
    }
}

/// A key that no other role has: users are told apart from names, which may change and be written in any script.
fn new_key(name: &str) -> String {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_lowercase()
        } else {
            ' '
        }
    };
    let words: String = name.chars().take(40).map(plain).collect();
    let mut key = words.split_whitespace().collect::<Vec<_>>().join("_");
    if key.is_empty() {
        key.push_str("role");
    }
    let unique = Id::now_v7().simple().to_string();
    format!("{key}_{}", &unique[unique.len() - 8..])
}

/// What of the rights to see and change roles the caller would no longer have after this change of a role they hold.
/// That somebody has them is sure in any case: the built-in owner cannot be changed, and one stays who can sign in.
fn lost(tx: &mut Tx, caller: &Caller, new: &Role) -> persistence::Result<Option<Action>> {
    if caller.user().is_none() || !caller.identity.roles.contains(&new.key) {
        return Ok(None);
    }
    let scope = caller.scope(Role::KIND)?;
    let mut grants: Vec<Grants> = vec![new.grants.clone()];
    for key in caller.identity.roles.iter().filter(|key| **key != new.key) {
        let role: Option<Role> = engine::find_by(tx, &scope, "key", key.as_str())?;
        grants.extend(role.map(|role| role.grants));
    }
    let kept = |action: &Action| {
        grants
            .iter()
            .any(|g| g.reach(caller.kinds(), Role::KIND.name, *action) > Reach::None)
    };
    Ok([Action::View, Action::Edit].into_iter().find(|action| !kept(action)))
}

async fn holders(caller: Caller, state: Data<State>) -> Result<HttpResponse, Problem> {
    caller.scope(Role::KIND)?;
    let scope = caller.scope(User::KIND)?;
    let counts = state.store.read(move |tx| user::count_by_role(tx, &scope)).await?;
    let data: Vec<Json> = counts
        .iter()
        .map(|(key, count)| json!({ "key": key, "users": count }))
        .collect();
    Ok(HttpResponse::Ok().json(json!({ "data": data })))
}

pub fn routes(routes: &mut Routes) {
    let held = made_of([("key", text().into()), ("users", integer().into())]);
    let doc = Doc::new("count_role_holders", "roles", "Users by role")
        .about("How many users hold each role, by its key; a role that nobody holds is left out.")
        .ok(200, made_of([("data", Array::new(held).into())]))
        .scopes(["roles:read", "users:read"]);
    routes.add(Method::GET, "/roles/holders", doc, holders);
    crud::<Role>(routes);
}
