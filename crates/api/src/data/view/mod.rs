//! Routes of saved views, and lists that are asked for by one.

pub mod marks;
mod uses;

use crate::caller::Caller;
use crate::crud::crud;
use crate::describe::common::{Schemas, map_of};
use crate::describe::{Routes, integer, made_of, maybe_text, named, text};
use crate::error::Problem;
use crate::noun::Noun;
use crate::state::State;
use crate::write::{Cause, Writing};
use domain::policy::Action;
use domain::query::{Saved, Used};
use domain::value::parse_id;
use domain::view::{Audience, View, builtin, has_views};
use domain::{Error, Issue, Issues, Kind, Locale, Record, messages};
use persistence::{Tx, engine};
use serde_json::{Map, Value as Json, json};
use utoipa::openapi::{Array, ObjectBuilder};

impl Noun for View {
    fn defaults(_: &mut Tx, _: &mut Writing, map: &mut Map<String, Json>) -> persistence::Result<()> {
        map.entry("shared").or_insert(json!(Audience::Me.key()));
        Ok(())
    }

    fn before(_: &mut Tx, writing: &mut Writing, old: Option<&Self>, new: &mut Self) -> persistence::Result<()> {
        if !matches!(writing.cause, Cause::Asked | Cause::Undone) {
            return Ok(());
        }
        if let Some(old) = old {
            may_change(writing, old)?;
            // A locked view is unlocked before anything else about it is changed.
            if old.locked && new.locked {
                return Err(Error::Conflict(Issue::at("locked", "view_locked")).into());
            }
        }
        may_open(writing, old, new)?;
        Ok(check(writing, old, new)?)
    }

    fn before_delete(_: &mut Tx, writing: &Writing, old: &Self) -> persistence::Result<()> {
        may_change(writing, old)?;
        match old.locked {
            true => Err(Error::Conflict(Issue::at("locked", "view_locked")).into()),
            false => Ok(()),
        }
    }
}

/// What everybody works with is changed by its owner, or by who sets things up, whatever else the rights let them change.
fn may_change(by: &Caller, old: &View) -> Result<(), Error> {
    match old.shared == Audience::All && old.owner_id != by.user() {
        true => by.authorize(Action::Configure, View::KIND, old.owner_id).map(drop),
        false => Ok(()),
    }
}

/// To open a view to others takes the right to share it.
fn may_open(by: &Caller, old: Option<&View>, new: &View) -> Result<(), Error> {
    if new.shared == Audience::Me || old.is_some_and(|old| (old.shared, old.team_id) == (new.shared, new.team_id)) {
        return Ok(());
    }
    by.authorize(Action::Share, View::KIND, new.owner_id)?;
    let mine = new.owner_id == by.user();
    match new.shared == Audience::Team && new.team_id.is_none() && mine && by.identity.teams.is_empty() {
        true => Err(Issue::at("shared", "no_team").into()),
        false => Ok(()),
    }
}

/// What it says is what its writer could ask for.
fn check(by: &Caller, old: Option<&View>, new: &View) -> Result<(), Error> {
    let kind = match by.kinds().named(&new.kind) {
        Some(kind) if has_views(kind) => kind,
        Some(kind) => return Err(Issue::at("kind", "no_views").with("kind", kind.name).into()),
        // A kind that was taken away leaves its views behind.
        None if old.is_some() => return Ok(()),
        None => return Err(Issue::at("kind", "unknown_kind").with("kind", &new.kind).into()),
    };
    if old.is_none() {
        by.scope(kind)?;
    }
    let mut issues = Issues::default();
    by.list_context(kind, |context| new.check_against(old, context, &mut issues));
    issues.or(())
}

/// The view that a list is asked for by: one that the caller sees, or one that comes with the product.
pub async fn asked(
    state: &State,
    caller: &Caller,
    kind: &'static Kind,
    name: Option<&str>,
) -> Result<Option<Saved>, Problem> {
    let Some(name) = name.map(str::to_owned) else {
        return Ok(None);
    };
    if parse_id(&name).is_none() {
        return Ok(Some(built_in(kind, &name, caller.locale)?));
    }
    let caller = caller.clone();
    let found = state.store.read_quick(move |tx| find(tx, &caller, kind, &name));
    Ok(Some(found.await?))
}

fn built_in(kind: &'static Kind, name: &str, locale: Locale) -> Result<Saved, Error> {
    let found = builtin(kind).into_iter().find(|view| view.key == name);
    let found = found.ok_or_else(|| Error::BadQuery(Issue::new("view", "unknown_view").with("view", name)))?;
    Ok(found.saved(locale))
}

/// The same in a transaction.
pub fn find(tx: &mut Tx, caller: &Caller, kind: &'static Kind, name: &str) -> persistence::Result<Saved> {
    let Some(id) = parse_id(name) else {
        return Ok(built_in(kind, name, caller.locale)?);
    };
    let found: View = engine::find(tx, &caller.scope(View::KIND)?, id)?;
    if found.kind != kind.name {
        let issue = Issue::new("view", "view_of_other_kind").with("kind", found.kind);
        return Err(Error::BadQuery(issue).into());
    }
    Ok(found.saved())
}

/// The view that a list shows, and what of it is left out, as the answer tells it.
pub fn told(used: &Used, locale: Locale) -> Json {
    let left_out = used.left_out.iter().map(
        |issue| json!({ "pointer": issue.pointer, "code": issue.code, "message": messages::issue(issue, locale) }),
    );
    json!({ "id": used.view, "name": used.title, "left_out": left_out.collect::<Vec<_>>() })
}

/// The same in the description, with what the views of a kind say.
pub fn schemas(schemas: &mut Schemas) {
    let left_out = made_of([
        ("pointer", text().into()),
        ("code", text().into()),
        ("message", text().into()),
    ]);
    let told: ObjectBuilder = made_of([
        (
            "id",
            text()
                .description(Some("Its id, or the key of one that comes with the product."))
                .into(),
        ),
        ("name", text().into()),
        ("left_out", Array::new(left_out).into()),
    ]);
    let told = told.description(Some(
        "The view that the list was asked for by. `left_out` is what of it does not count for the caller, with pointers into the \
         view: a field is gone or closed to them, or a value is none of its field's any more.",
    ));
    schemas.insert("ViewUsed".into(), told.into());
    let widths = map_of(integer().minimum(Some(40.0)).maximum(Some(1200.0)));
    schemas.insert(
        "ColumnWidths".into(),
        widths.description(Some("Field → pixels.")).into(),
    );
    let builtin = made_of([("key", text().into()), ("label", named("LabelTold"))])
        .property("filter", named("Filter"))
        .property("sort", maybe_text());
    schemas.insert("ViewBuiltIn".into(), builtin.into());
}

pub fn routes(routes: &mut Routes) {
    schemas(&mut routes.schemas);
    marks::routes(routes);
    uses::routes(routes);
    crud::<View>(routes);
}
