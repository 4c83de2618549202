//! Routes of the fields that firms add to kinds.

pub mod fill;
mod retype;

use crate::caller::Caller;
use crate::crud::crud;
use crate::custom_kind::{usage_told, used_by};
use crate::describe::{Doc, Routes};
use crate::error::Problem;
use crate::noun::Noun;
use crate::request;
use crate::state::State;
use crate::write::Writing;
use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::{Data, Path};
use domain::custom::Custom;
use domain::custom_field::{CustomField, CustomFieldType, USUAL_PATTERN};
use domain::policy::{Action, Actor, Permit};
use domain::{Error, Issue, Kind, Kinds, Record, custom};
use persistence::{Tx, custom_kind, engine};
use serde_json::{Map, Value as Json, json};

/// Custom fields of one kind.
const MOST: usize = 200;

impl Noun for CustomField {
    fn defaults(_: &mut Tx, _: &mut Writing, map: &mut Map<String, Json>) -> persistence::Result<()> {
        if map.get("type").and_then(Json::as_str) == Some(CustomFieldType::AutoNumber.key()) {
            map.entry("pattern").or_insert(json!(USUAL_PATTERN));
        }
        Ok(())
    }

    fn before(tx: &mut Tx, writing: &mut Writing, old: Option<&Self>, new: &mut Self) -> persistence::Result<()> {
        check_default(new)?;
        if new.r#type == CustomFieldType::AutoNumber {
            new.unique = true;
        }
        match old {
            Some(_) => Ok(()),
            None => check(tx, writing, new),
        }
    }

    fn before_delete(_: &mut Tx, writing: &Writing, old: &Self) -> persistence::Result<()> {
        let name = format!("{}{}", custom::PREFIX, old.key);
        let reads = |custom: &&Custom| {
            custom
                .formula
                .is_some_and(|formula| formula.reads.contains(&name.as_str()))
        };
        let kind = writing.kinds().named(&old.kind);
        let all = kind.iter().flat_map(|kind| kind.custom()).map(|(_, custom)| custom);
        let keys: Vec<&str> = all.filter(reads).map(|custom| custom.key).collect();
        match keys.is_empty() {
            true => Ok(()),
            false => Err(Error::Conflict(Issue::new("", "read_by_formula").with("keys", keys.join(", "))).into()),
        }
    }

    fn before_restore(tx: &mut Tx, writing: &Writing, old: &Self) -> persistence::Result<()> {
        check(tx, writing, old)
    }

    fn after(
        tx: &mut Tx,
        writing: &Writing,
        permit: &Permit,
        old: Option<&Self>,
        new: &Self,
    ) -> persistence::Result<()> {
        if old.is_some_and(|old| old.unique != new.unique) {
            persistence::custom::set_unique(tx, permit, new.id, new.unique)?;
        }
        if writing.cause == crate::write::Cause::Restored {
            let kinds = kinds(tx, writing)?;
            persistence::custom::rebuild(tx, permit, kinds, &new.kind, new.id)?;
        }
        check_formulas(tx, writing, new)?;
        if let Some(old) = old.filter(|old| old.r#type != new.r#type) {
            retype::all(tx, writing, old, new)?;
            return fill::begin(tx, writing, new);
        }
        let given = new.r#type.is_given() && (old.is_none() || writing.cause == crate::write::Cause::Restored);
        if given || old.is_some_and(|old| old.formula != new.formula) {
            fill::begin(tx, writing, new)?;
        }
        Ok(())
    }
}

/// The formulas of the kind can be computed with the field as it is now: its own, and those that read it.
fn check_formulas(tx: &mut Tx, writing: &Writing, field: &CustomField) -> persistence::Result<()> {
    let said = custom_kind::said(tx, writing.workspace().id, writing.workspace().currency)?;
    let mut wrong = said.wrong(&field.kind);
    if wrong.is_empty() {
        return Ok(());
    }
    let own = wrong.iter().position(|(key, _)| *key == field.key);
    let (key, found) = wrong.swap_remove(own.unwrap_or_default());
    Err(Error::from(match own {
        Some(_) => found.issue(),
        None => Issue::at("type", "formula_broken").with("key", key),
    })
    .into())
}

fn kinds(tx: &mut Tx, writing: &Writing) -> persistence::Result<Kinds> {
    custom_kind::of(tx, writing.workspace().id, writing.workspace().currency)
}

/// There is such a kind, it has room for one more field, and what the field refers to is there.
fn check(tx: &mut Tx, writing: &Writing, field: &CustomField) -> persistence::Result<()> {
    tx.hold(format!("{}:kinds", writing.workspace().id))?;
    let kinds = kinds(tx, writing)?;
    let unknown = |at: &str, kind: &str| Error::from(Issue::at(at, "unknown_kind").with("kind", kind));
    let takes = |kind: &&'static Kind| !kind.work && kind.part_of.is_none();
    let Some(kind) = kinds.named(&field.kind).filter(takes) else {
        return Err(unknown("kind", &field.kind).into());
    };
    let system = Actor::system(writing.by.identity.workspace.clone());
    let permit = system.authorize(Action::Edit, kind, None)?;
    // What the other one holds would be shown as this one's.
    if custom_kind::field_in_bin(tx, &permit, field)?
        && persistence::custom::having(tx, &permit, kind, &field.key, true)? > 0
    {
        return Err(Error::Conflict(Issue::at("key", "key_in_bin").with("key", &field.key)).into());
    }
    if let Some(target) = &field.refers_to
        && kinds.named(target).is_none()
    {
        return Err(unknown("refers_to", target).into());
    }
    match kind.custom().count() < MOST {
        true => Ok(()),
        false => Err(Error::from(Issue::at("kind", "too_many_fields").with("max", MOST)).into()),
    }
}

/// The default is a value that the field takes.
fn check_default(field: &mut CustomField) -> Result<(), Error> {
    let Some(default) = field.default.0.take() else {
        return Ok(());
    };
    let taken = custom::read(&field.made().value(), default).map_err(|issue| Issue {
        pointer: issue.pointer.replacen(&domain::pointer(&field.key), "/default", 1),
        ..issue
    });
    field.default.0 = taken?;
    Ok(())
}

/// `GET /fields/{id}/usage`
async fn usage(caller: Caller, state: Data<State>, path: Path<String>) -> Result<HttpResponse, Problem> {
    let id = request::id(&path, CustomField::KIND.name)?;
    let permit = caller.authorize(Action::Delete, CustomField::KIND, None)?;
    let used = state.store.read(move |tx| {
        let field: CustomField = engine::find(tx, &permit.scope(), id)?;
        match caller.kinds().named(&field.kind) {
            Some(kind) => persistence::custom::having(tx, &permit, kind, &field.key, false),
            None => Ok(0),
        }
    });
    Ok(used_by(used.await?))
}

pub fn routes(routes: &mut Routes) {
    let doc = Doc::new("field_usage", "fields", "What a custom field holds")
        .about("How many live records have a value in the field: what is hidden where it is taken away, and kept for so many days.")
        .ok(200, usage_told())
        .scopes(["fields:write"]);
    routes.add(Method::GET, "/fields/{id}/usage", doc, usage);
    crud::<CustomField>(routes);
}
