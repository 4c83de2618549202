//! List, search, get, create, patch, delete, upsert, batch, bin and history: the same for every kind, registered by one
//! call.

mod batch;
mod bin;
mod by_key;

use crate::bulk;
use crate::call::Call;
use crate::caller::Caller;
use crate::describe::{BASE, Doc, Routes, named};
use crate::duplicate;
use crate::error::Problem;
use crate::http;
use crate::listing::{self, ShapeAsked};
use crate::merge;
use crate::noun::{self, Hooks, Noun};
use crate::request::{self, Expected};
use crate::schema::{self, type_name};
use crate::state::State;
use crate::transfer;
use crate::view;
use crate::write::{self, Cause, Change, Writing, write_one};
use actix_web::http::{Method, StatusCode};
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use domain::policy::{Action, Permit, Scope};
use domain::query::{self, MAX_LIMIT};
use domain::record::{Birth, Ownership};
use domain::view::has_views;
use domain::{AnyRecord, Error, Id, Instant, Issue, Kind, Record, custom};
use persistence::idempotency::Answer;
use persistence::{Tx, engine, sharing};
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use validator::Validate;

/// Creates a record in a transaction, with every check a request gets.
pub fn create_in(tx: &mut Tx, by: &Caller, hooks: Hooks, map: Map<String, Json>) -> persistence::Result<AnyRecord> {
    by.fields(hooks.kind()).must_set(custom::names(&map))?;
    create_from(tx, by, hooks, map, (Cause::Asked, Vec::new()))
}

/// As `create_in`, where the caller's right to set the fields has been looked at; beside the cause, what else there was a place
/// to say.
pub fn create_from(
    tx: &mut Tx,
    by: &Caller,
    hooks: Hooks,
    mut map: Map<String, Json>,
    (cause, places): (Cause, Vec<String>),
) -> persistence::Result<AnyRecord> {
    let hooks = hooks.within(by.kinds());
    let kind = hooks.kind();
    let by = &*by.in_turn(tx, kind)?;
    let mut writing = Writing::new(by, cause);
    hooks.defaults(tx, &mut writing, &mut map)?;
    if kind.ownership == Ownership::Owned && !map.contains_key("owner_id") {
        map.insert("owner_id".into(), json!(by.user()));
    }
    let said = custom::names(&map).chain(places).collect();
    let asked = writing.cause == Cause::Asked;
    let new = hooks.create_for(map, Birth::new(by.user()), asked)?;
    let permit = by.authorize(Action::Create, kind, new.owner_id())?;
    write_one(tx, &mut writing, &permit, hooks, Change { old: None, new, said })
}

/// The record that a call is about: in sight, open to what is to be done with it, and as it was when it was seen.
pub fn about(
    tx: &mut Tx,
    by: &Caller,
    kind: &'static Kind,
    id: Id,
    action: Action,
    expected: &Expected,
) -> persistence::Result<(AnyRecord, Permit)> {
    let scope = by.scope(kind)?;
    // Held, so that nothing that only follows from other records comes in between.
    let found = engine::any::find_held(tx, &scope, kind, id)?;
    let permit = sharing::authorize(tx, by, action, &found)?;
    expected.still(tx, &scope, kind, id, found.version())?;
    Ok((found, permit))
}

/// The same for a record whose type is known.
pub fn subject<T: Record>(
    tx: &mut Tx,
    by: &Caller,
    id: Id,
    action: Action,
    expected: &Expected,
) -> persistence::Result<(T, Permit)> {
    let (found, permit) = about(tx, by, T::KIND, id, action, expected)?;
    Ok((found.into_record()?, permit))
}

/// Patches a record in a transaction.
pub fn patch_in(
    tx: &mut Tx,
    by: &Caller,
    hooks: Hooks,
    id: Id,
    expected: &Expected,
    mut map: Map<String, Json>,
) -> persistence::Result<AnyRecord> {
    let hooks = hooks.within(by.kinds());
    let by = &*by.in_turn(tx, hooks.kind())?;
    let (old, permit) = about(tx, by, hooks.kind(), id, Action::Edit, expected)?;
    by.fields(hooks.kind()).must_set(custom::names(&map))?;
    merge_objects(&mut map, &old)?;
    let said = custom::names(&map).collect();
    let new = hooks.apply(&old, map, Instant::now())?;
    let old = Some(old);
    let mut writing = Writing::new(by, Cause::Asked);
    write_one(tx, &mut writing, &permit, hooks, Change { old, new, said })
}

/// RFC 7396: an object in the patch is merged into the object that is there.
pub fn merge_objects(map: &mut Map<String, Json>, old: &AnyRecord) -> persistence::Result<()> {
    if !map.values().any(Json::is_object) {
        return Ok(());
    }
    // Custom fields are merged where it is known what each of them takes.
    let whole = |name: &str| old.kind().field(name).is_some_and(|field| field.whole);
    let merged = |(name, value): &(&String, &mut Json)| value.is_object() && *name != custom::ALL && !whole(name);
    for (name, value) in map.iter_mut().filter(merged) {
        let patch = std::mem::take(value);
        *value = old.json(name)?;
        merge(value, patch);
    }
    Ok(())
}

fn merge(target: &mut Json, patch: Json) {
    let Json::Object(patch) = patch else {
        *target = patch;
        return;
    };
    if !target.is_object() {
        *target = Json::Object(Map::new());
    }
    let Json::Object(target) = target else { return };
    for (key, value) in patch {
        if value.is_null() {
            target.remove(&key);
        } else {
            merge(target.entry(key).or_insert(Json::Null), value);
        }
    }
}

fn created(by: &Caller, new: &AnyRecord) -> persistence::Result<Answer> {
    let mut answer = request::shown(StatusCode::CREATED, by, new)?;
    answer.location = Some(format!("{BASE}/{}/{}", new.kind().path(), new.id()));
    Ok(answer)
}

async fn list(
    kind: &'static Kind,
    caller: Caller,
    state: Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let pairs = http::query::pairs(&request)?;
    let named = pairs
        .iter()
        .find(|(name, _)| name == query::VIEW)
        .map(|(_, view)| view.as_str());
    let view = view::asked(&state, &caller, caller.kinds().like(kind), named).await?;
    let list = caller.view_context(kind, view.as_ref(), |context| query::from_pairs(&pairs, context))?;
    listing::page(&state, caller, kind, list, Some(request.uri())).await
}

async fn search(
    kind: &'static Kind,
    caller: Caller,
    state: Data<State>,
    request: HttpRequest,
    body: Bytes,
) -> Result<HttpResponse, Problem> {
    let map = request::object(&request, &body)?;
    let named = match map.get(query::VIEW) {
        None | Some(Json::Null) => None,
        Some(Json::String(view)) => Some(view.as_str()),
        Some(_) => {
            let issue = Issue::at(query::VIEW, "wrong_type").with("type", "text");
            return Err(Error::BadQuery(issue).into());
        }
    };
    let view = view::asked(&state, &caller, caller.kinds().like(kind), named).await?;
    let list = caller.view_context(kind, view.as_ref(), |context| query::from_json(map, context))?;
    listing::page(&state, caller, kind, list, None).await
}

async fn get(
    kind: &'static Kind,
    caller: Caller,
    state: Data<State>,
    path: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let id = request::id(&path, kind.name)?;
    let asked = http::query::read(&request)?;
    match read(kind, caller.clone(), &state, &request, asked, Named::Id(id)).await {
        Err(problem) if problem.status_code() == StatusCode::NOT_FOUND => {
            let led = merge::led(kind, caller, &state, &request, id).await?;
            led.ok_or(problem)
        }
        answer => answer,
    }
}

/// What a record is asked for by.
enum Named {
    Id(Id),
    /// A value of its external id.
    Key(String),
}

impl Named {
    fn find(&self, tx: &mut Tx, scope: &Scope, kind: &'static Kind) -> persistence::Result<AnyRecord> {
        match self {
            Self::Id(id) => engine::any::find(tx, scope, kind, *id),
            Self::Key(value) => {
                let found = engine::any::find_by(tx, scope, kind, by_key::KEY, value.as_str().into())?;
                Ok(found.ok_or(Error::NotFound {
                    kind: kind.name,
                    id: None,
                })?)
            }
        }
    }
}

/// One record in the shape that is asked for, unless the caller has this version of it.
async fn read(
    kind: &'static Kind,
    caller: Caller,
    state: &State,
    request: &HttpRequest,
    asked: ShapeAsked,
    named: Named,
) -> Result<HttpResponse, Problem> {
    let kind = caller.kinds().like(kind);
    let shape = asked.of(caller.kinds(), &caller.fields(kind))?;
    let scope = caller.scope(kind)?;
    // What is told of other records may change without a new version of this one.
    let (own, short) = (shape.is_own(), shape.counts.is_empty());
    let read = move |tx: &mut Tx| {
        if let Named::Id(id) = named
            && shape.is_plain()
            && let Some(told) = engine::any::find_told(tx, &scope, &caller.fields(kind), id)?
        {
            return Ok((told.version, told.json));
        }
        let record = named.find(tx, &scope, kind)?;
        let body = listing::shaped(tx, &caller, &record, &shape)?;
        Ok((record.version(), body))
    };
    let (version, body) = if short {
        state.store.read_quick(read).await?
    } else {
        state.store.read(read).await?
    };
    let etag = format!("\"{version}\"");
    if own && request::IfNoneMatch::of(request).has(&etag) {
        return Ok(HttpResponse::NotModified().insert_header(("ETag", etag)).finish());
    }
    Ok(HttpResponse::Ok()
        .insert_header(("ETag", etag))
        .content_type("application/json")
        .body(body))
}

async fn create(hooks: Hooks, call: Call) -> Result<HttpResponse, Problem> {
    let map = call.object()?;
    call.idempotent(move |tx, by| created(by, &create_in(tx, by, hooks, map.clone())?))
        .await
}

async fn patch(hooks: Hooks, call: Call) -> Result<HttpResponse, Problem> {
    let id = call.id(hooks.kind())?;
    let expected = call.expected()?;
    let map = call.object()?;
    call.idempotent(move |tx, by| {
        let stored = patch_in(tx, by, hooks, id, &expected, map.clone())?;
        request::shown(StatusCode::OK, by, &stored)
    })
    .await
}

fn delete_in(tx: &mut Tx, by: &Caller, hooks: Hooks, id: Id, expected: &Expected) -> persistence::Result<()> {
    let by = &*by.in_turn(tx, hooks.kind())?;
    let (old, permit) = about(tx, by, hooks.kind(), id, Action::Delete, expected)?;
    write::delete(tx, &Writing::new(by, Cause::Asked), &permit, hooks, &old)
}

async fn delete(hooks: Hooks, call: Call) -> Result<HttpResponse, Problem> {
    let id = call.id(hooks.kind())?;
    let expected = call.expected()?;
    call.idempotent(move |tx, by| {
        delete_in(tx, by, hooks, id, &expected)?;
        Ok(request::done())
    })
    .await
}

/// Until the transaction ends nobody else makes a record with this key.
fn hold_key(tx: &mut Tx, caller: &Caller, kind: &Kind, value: &str) -> persistence::Result<()> {
    tx.hold(format!("{}:{}:{value}", caller.workspace().id, kind.name))
}

/// A page of a record's history.
#[derive(Deserialize, Validate)]
#[serde(deny_unknown_fields)]
struct HistoryAsked {
    #[serde(default, deserialize_with = "http::query::position")]
    before: Option<i64>,
    #[serde(default = "http::query::default_limit")]
    #[validate(range(min = 1, max = MAX_LIMIT))]
    limit: u32,
}

/// A record's changes, newest first.
async fn history(
    kind: &'static Kind,
    caller: Caller,
    state: Data<State>,
    path: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let id = request::id(&path, kind.name)?;
    let HistoryAsked { before, limit } = http::query::read(&request)?;
    let scope = caller.scope(kind)?;
    let changes = state
        .store
        .read_sealed(move |tx| {
            engine::any::find(tx, &scope, kind, id)?;
            persistence::merge::history(tx, &scope, kind, id, before, limit + 1)
        })
        .await?;
    let more = changes.len() > limit as usize;
    let changes = &changes[..changes.len().min(limit as usize)];
    let data: Vec<Json> = changes.iter().map(|change| change.shown(&caller)).collect();
    let next = changes.last().filter(|_| more).map(|c| c.position.to_string());
    Ok(HttpResponse::Ok().json(json!({ "data": data, "page": { "next_cursor": next, "has_more": more } })))
}

/// Registers the schemas, the list and the search of a kind.
pub fn listed(routes: &mut Routes, kind: &'static Kind) {
    let kind = routes.kinds.like(kind);
    let path = format!("/{}", kind.path());
    let (tag, many) = (kind.path(), kind.plural.replace('_', " "));
    let kinds = routes.kinds;
    schema::add_schemas(&mut routes.schemas, kinds, kind);
    let page = || named(&format!("{}Page", type_name(kind)));
    // The view that is asked for may not be there.
    let missing: &[u16] = if has_views(kind) { &[404] } else { &[] };
    let doc = Doc::new(format!("list_{}", kind.plural), &tag, format!("List {many}"))
        .about("Keyset pages. The usual filters are named; `filter[field][operator]=value` takes all that `GET /schema` tells, and a search also nests them.");
    routes.add(
        Method::GET,
        &path,
        listing::group_parameter(listing::list_parameters(doc, kind), kind)
            .ok(200, page())
            .link()
            .also(missing),
        move |caller: Caller, state: Data<State>, request: HttpRequest| list(kind, caller, state, request),
    );
    let doc = Doc::new(format!("search_{}", kind.plural), &tag, format!("Search {many}"))
        .about("A list asked for by a JSON body, with nested and / or / not, or by a saved view that it narrows.")
        .body(named("Search"))
        .ok(200, page())
        .link()
        .also(missing);
    routes.add(
        Method::POST,
        format!("{path}/search"),
        doc,
        move |caller: Caller, state: Data<State>, request: HttpRequest, body: Bytes| {
            search(kind, caller, state, request, body)
        },
    );
}

/// Registers the history of a kind's records.
pub fn historic(routes: &mut Routes, kind: &'static Kind) {
    let path = format!("/{}", kind.path());
    let (tag, one) = (kind.path(), kind.label.en.to_lowercase());
    let doc = Doc::new(format!("{}_history", kind.name), &tag, format!("Changes of {one}"))
        .about("Newest first, with old and new values.")
        .shared("before")
        .shared("limit")
        .ok(200, named("ChangePage"));
    routes.add(
        Method::GET,
        format!("{path}/{{id}}/history"),
        doc,
        move |caller: Caller, state: Data<State>, path: Path<String>, request: HttpRequest| {
            history(kind, caller, state, path, request)
        },
    );
}

/// Registers all operations of a kind.
pub fn crud<T: Noun>(routes: &mut Routes) {
    crud_of(routes, noun::hooks::<T>());
}

/// The same for a kind that comes as a value.
pub fn crud_of(routes: &mut Routes, hooks: Hooks) {
    let kind = routes.kinds.like(hooks.kind());
    let kinds = routes.kinds;
    let name = type_name(kind);
    let path = format!("/{}", kind.path());
    let tag = kind.path();
    let one = kind.label.en.to_lowercase();
    let schema = |suffix: &str| named(&format!("{name}{suffix}"));

    listed(routes, kind);
    schema::add_bodies(&mut routes.schemas, kind);
    let doc = Doc::new(format!("create_{}", kind.name), &tag, format!("Create {one}"))
        .about("What is not named has its default.")
        .body(schema("Create"))
        .ok(201, schema(""))
        .etag();
    routes.add(Method::POST, &path, doc, move |call: Call| create(hooks, call));
    batch::route(routes, hooks);
    if kind.ownership == Ownership::Owned {
        transfer::route(routes, kind);
    }
    if bulk::allowed(kind) {
        bulk::route(routes, hooks);
    }
    if !kind.alike.is_empty() {
        duplicate::route(routes, kind);
        merge::route(routes, kind);
    }
    by_key::routes(routes, hooks);
    bin::routes(routes, hooks);
    let doc = Doc::new(format!("get_{}", kind.name), &tag, format!("Get {one}"))
        .about("Whole, or with the fields that are asked for.")
        .ok(200, schema(""))
        .not_modified();
    let doc = if kind.alike.is_empty() { doc } else { doc.moved() };
    routes.add(
        Method::GET,
        format!("{path}/{{id}}"),
        listing::count_parameter(listing::shape_parameters(doc, kind), kinds, kind),
        move |caller: Caller, state: Data<State>, path: Path<String>, request: HttpRequest| {
            get(kind, caller, state, path, request)
        },
    );
    let doc = Doc::new(format!("update_{}", kind.name), &tag, format!("Change {one}"))
        .about("JSON Merge Patch (RFC 7396).")
        .body(schema("Patch"))
        .versioned()
        .ok(200, schema(""))
        .etag();
    routes.add(Method::PATCH, format!("{path}/{{id}}"), doc, move |call: Call| {
        patch(hooks, call)
    });
    let doc = Doc::new(format!("delete_{}", kind.name), &tag, format!("Delete {one}"))
        .about("Moves it to the recycle bin.")
        .versioned()
        .no_content();
    routes.add(Method::DELETE, format!("{path}/{{id}}"), doc, move |call: Call| {
        delete(hooks, call)
    });
    historic(routes, kind);
}
