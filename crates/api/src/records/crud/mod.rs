//! List, search, get, create, patch, delete, upsert, batch, bin and history: the same for every kind, registered by one
//! call.

mod batch;
mod bin;

use crate::call::Call;
use crate::caller::Caller;
use crate::describe::{BASE, Doc, Routes, reference};
use crate::error::Problem;
use crate::exchange_rate::Rates;
use crate::listing;
use crate::numbering_rule;
use crate::request::{self, Expected};
use crate::schema::{self, type_name};
use crate::state::State;
use crate::{team, transfer};
use actix_web::http::{Method, StatusCode};
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use domain::policy::{Action, Permit};
use domain::record::{Birth, Ownership, Patch};
use domain::value::FieldType;
use domain::{Error, Id, Instant, Issue, Kind, Record, query};
use persistence::idempotency::Answer;
use persistence::{Tx, engine, sharing};
use serde_json::{Map, Value as Json, json};

/// What is special about a kind when its records are written. All of it happens in the transaction of the write.
pub trait Noun: Record {
    /// Fills in what a new record does not name.
    fn defaults(tx: &mut Tx, caller: &Caller, map: &mut Map<String, Json>) -> persistence::Result<()> {
        let _ = (tx, caller, map);
        Ok(())
    }

    /// Looks at a record, or changes it, before it is written.
    fn before(tx: &mut Tx, caller: &Caller, old: Option<&Self>, new: &mut Self) -> persistence::Result<()> {
        let _ = (tx, caller, old, new);
        Ok(())
    }

    /// Does what follows from a record having been written.
    fn after(tx: &mut Tx, caller: &Caller, permit: &Permit, old: Option<&Self>, new: &Self) -> persistence::Result<()> {
        let _ = (tx, caller, permit, old, new);
        Ok(())
    }

    /// Refuses or prepares a deletion.
    fn before_delete(tx: &mut Tx, caller: &Caller, old: &Self) -> persistence::Result<()> {
        let _ = (tx, caller, old);
        Ok(())
    }

    /// Refuses what may not come out of the bin: much can have changed since it went there.
    fn before_restore(tx: &mut Tx, caller: &Caller, old: &Self) -> persistence::Result<()> {
        let _ = (tx, caller, old);
        Ok(())
    }
}

/// Creates a record in a transaction, with every check a request gets.
pub fn create_in<T: Noun>(tx: &mut Tx, caller: &Caller, map: Map<String, Json>) -> persistence::Result<T> {
    caller.fields(T::KIND).must_set(map.keys())?;
    create_from(tx, caller, map)
}

/// As `create_in`, where the caller's right to set the fields has been looked at.
pub fn create_from<T: Noun>(tx: &mut Tx, caller: &Caller, mut map: Map<String, Json>) -> persistence::Result<T> {
    let caller = &*caller.in_turn(tx, T::KIND)?;
    T::defaults(tx, caller, &mut map)?;
    if T::KIND.ownership == Ownership::Owned && !map.contains_key("owner_id") {
        map.insert("owner_id".into(), json!(caller.user()));
    }
    let patch = T::Patch::parse(map, true)?;
    let mut new = T::create(patch, Birth::new(caller.user()))?;
    let permit = caller.authorize(Action::Create, T::KIND, new.owner_id())?;
    T::before(tx, caller, None, &mut new)?;
    checked(tx, caller, None, &mut new)?;
    // Last: what fails before draws no number.
    numbering_rule::assign(tx, caller, &permit, std::slice::from_mut(&mut new))?;
    engine::insert(tx, &permit, std::slice::from_ref(&new))?;
    T::after(tx, caller, &permit, None, &new)?;
    keeps_reach::<T>(tx, caller, &[new.id()])?;
    Ok(new)
}

/// The record that a call is about: in sight, open to what is to be done with it, and as it was when it was seen.
pub fn subject<T: Record>(
    tx: &mut Tx,
    caller: &Caller,
    id: Id,
    action: Action,
    expected: Expected,
) -> persistence::Result<(T, Permit)> {
    let scope = caller.scope(T::KIND)?;
    // Held, so that nothing that only follows from other records comes in between.
    let found: T = engine::find_held(tx, &scope, id)?;
    let permit = sharing::authorize(tx, caller, action, &found)?;
    expected.still(tx, &scope, T::KIND, id, found.version())?;
    Ok((found, permit))
}

/// Patches a record in a transaction.
pub fn patch_in<T: Noun>(
    tx: &mut Tx,
    caller: &Caller,
    id: Id,
    expected: Expected,
    mut map: Map<String, Json>,
) -> persistence::Result<T> {
    let caller = &*caller.in_turn(tx, T::KIND)?;
    let (old, permit): (T, _) = subject(tx, caller, id, Action::Edit, expected)?;
    caller.fields(T::KIND).must_set(map.keys())?;
    merge_objects(&mut map, &old)?;
    let patch = T::Patch::parse(map, false)?;
    let mut new = old.apply(patch, Instant::now())?;
    if new.owner_id() != old.owner_id() {
        transfer::may_give(caller, T::KIND, [old.owner_id()], new.owner_id())?;
    }
    T::before(tx, caller, Some(&old), &mut new)?;
    checked(tx, caller, Some(&old), &mut new)?;
    let stored = engine::update(tx, &permit, &old, &new)?;
    T::after(tx, caller, &permit, Some(&old), &stored)?;
    keeps_reach::<T>(tx, caller, &[])?;
    Ok(stored)
}

/// RFC 7396: an object in the patch is merged into the object that is there.
fn merge_objects<T: Record>(map: &mut Map<String, Json>, old: &T) -> persistence::Result<()> {
    if !map.values().any(Json::is_object) {
        return Ok(());
    }
    let before = serde_json::to_value(old.whole()).map_err(persistence::Error::internal)?;
    for (name, value) in map.iter_mut().filter(|(_, value)| value.is_object()) {
        let patch = std::mem::take(value);
        *value = before.get(name).cloned().unwrap_or_default();
        merge(value, patch);
    }
    Ok(())
}

pub fn merge(target: &mut Json, patch: Json) {
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

/// The checks that need the database: references, what amounts are worth, restricted picklists.
pub fn checked<T: Record>(tx: &mut Tx, caller: &Caller, old: Option<&T>, new: &mut T) -> persistence::Result<()> {
    engine::check_references(tx, caller, old, new)?;
    Rates::new(caller).value(tx, old, new, false)?;
    let offered = T::KIND.fields.iter().filter_map(|field| Some((field, field.picklist?)));
    for (field, key) in offered {
        let Some(value) = new.text(field.name) else { continue };
        if old.and_then(|old| old.text(field.name)).as_ref() == Some(&value) {
            continue;
        }
        let scope =
            domain::policy::Actor::system(caller.identity.workspace.clone()).scope(domain::picklist::Picklist::KIND)?;
        let list: Option<domain::picklist::Picklist> = engine::find_by(tx, &scope, "key", key)?;
        if let Some(list) = list.filter(|l| l.restricted && !l.offers(&value)) {
            return Err(Issue::at(field.name, "unknown_option")
                .with("value", value)
                .with("picklist", list.name)
                .into());
        }
    }
    Ok(())
}

fn keeps_reach<T: Noun>(tx: &mut Tx, caller: &Caller, made: &[Id]) -> persistence::Result<()> {
    match persistence::change::is_about_rights(T::KIND.name) {
        true => team::keeps_reach(tx, caller, made),
        false => Ok(()),
    }
}

fn created<T: Noun>(by: &Caller, new: &T) -> persistence::Result<Answer> {
    let mut answer = request::shown(StatusCode::CREATED, by, new)?;
    answer.location = Some(format!("{BASE}/{}/{}", T::KIND.path(), new.id()));
    Ok(answer)
}

async fn list<T: Noun>(caller: Caller, state: Data<State>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let pairs = request::query_pairs(&request)?;
    let list = caller.list_context(T::KIND, |context| query::from_pairs(&pairs, &[], context))?;
    listing::page::<T>(&state, caller, list, Some(request.uri())).await
}

async fn search<T: Noun>(
    caller: Caller,
    state: Data<State>,
    request: HttpRequest,
    body: Bytes,
) -> Result<HttpResponse, Problem> {
    let map = request::object(&request, &body)?;
    let list = caller.list_context(T::KIND, |context| query::from_json(map, context))?;
    listing::page::<T>(&state, caller, list, None).await
}

async fn get<T: Noun>(
    caller: Caller,
    state: Data<State>,
    path: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let id = request::id(&path, T::KIND.name)?;
    let pairs = request::query_pairs(&request)?;
    let shape = listing::shape(&caller.fields(T::KIND), &pairs)?;
    let scope = caller.scope(T::KIND)?;
    let (record, body) = state
        .store
        .read_quick(move |tx| {
            let record: T = engine::find(tx, &scope, id)?;
            let body = listing::shaped(tx, &caller, &record, &shape)?;
            Ok((record, body))
        })
        .await?;
    let etag = format!("\"{}\"", record.version());
    if request::Known::of(&request).has(&etag) {
        return Ok(HttpResponse::NotModified().insert_header(("ETag", etag)).finish());
    }
    Ok(HttpResponse::Ok()
        .insert_header(("ETag", etag))
        .content_type("application/json")
        .body(body))
}

async fn create<T: Noun>(call: Call) -> Result<HttpResponse, Problem> {
    let map = call.object()?;
    call.once(move |tx, by| created(by, &create_in::<T>(tx, by, map.clone())?))
        .await
}

async fn patch<T: Noun>(call: Call) -> Result<HttpResponse, Problem> {
    let id = call.id(T::KIND)?;
    let expected = call.expected()?;
    let map = call.object()?;
    let answer = call
        .write(move |tx, by| {
            let stored: T = patch_in(tx, by, id, expected, map.clone())?;
            request::shown(StatusCode::OK, by, &stored)
        })
        .await?;
    Ok(request::respond(answer))
}

fn delete_in<T: Noun>(tx: &mut Tx, caller: &Caller, id: Id, expected: Expected) -> persistence::Result<()> {
    let caller = &*caller.in_turn(tx, T::KIND)?;
    let (old, permit): (T, _) = subject(tx, caller, id, Action::Delete, expected)?;
    T::before_delete(tx, caller, &old)?;
    engine::delete(tx, &permit, &old)
}

async fn delete<T: Noun>(call: Call) -> Result<HttpResponse, Problem> {
    let id = call.id(T::KIND)?;
    let expected = call.expected()?;
    call.write(move |tx, by| delete_in::<T>(tx, by, id, expected)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The key of an upsert, as it will be stored: what is no key would find nothing, and make a new record each time.
fn by_key(kind: &Kind, key: &str, value: String, in_body: Option<Json>) -> Result<String, Issue> {
    let field = kind.field(key).ok_or_else(|| Issue::at(key, "unknown_field"))?;
    let value = String::parse(json!(value), field)?;
    match in_body {
        Some(other) if other != json!(value) => Err(Issue::at(key, "key_differs")),
        _ => Ok(value),
    }
}

/// Until the transaction ends nobody else makes a record with this key.
fn hold_key(tx: &mut Tx, caller: &Caller, kind: &Kind, value: &str) -> persistence::Result<()> {
    tx.hold(format!("{}:{}:{value}", caller.workspace().id, kind.name))
}

/// Creates or changes the record that has this value in a unique field.
async fn upsert<T: Noun>(call: Call, path: Path<(String, String)>) -> Result<HttpResponse, Problem> {
    let (key, value) = path.into_inner();
    if key != "external_id" {
        let issue = Issue::new("key", "unknown_choice").with("choices", "external_id");
        return Err(Error::BadQuery(issue).into());
    }
    let mut map = call.object()?;
    let value = by_key(T::KIND, &key, value, map.insert(key.clone(), Json::Null))?;
    map.insert(key, json!(value));
    let expected = if call.request.headers().contains_key("If-Match") {
        call.expected()?
    } else {
        Expected::Any
    };
    let answer = call
        .write(move |tx, by| {
            let scope = by.scope(T::KIND)?;
            // Whoever may not see the key learns nothing by trying keys either.
            by.fields(T::KIND).must_set(["external_id"])?;
            let found = |tx: &mut Tx| engine::find_by::<T>(tx, &scope, "external_id", value.as_str());
            let mut there = found(tx)?;
            if there.is_none() {
                // Of many who would create it, the first does, and the others find it.
                hold_key(tx, by, T::KIND, &value)?;
                there = found(tx)?;
            }
            match there {
                Some(old) => {
                    let stored: T = patch_in(tx, by, old.id(), expected, map.clone())?;
                    request::shown(StatusCode::OK, by, &stored)
                }
                None => created(by, &create_in::<T>(tx, by, map.clone())?),
            }
        })
        .await?;
    Ok(request::respond(answer))
}

/// A record's changes, newest first.
async fn history<T: Noun>(
    caller: Caller,
    state: Data<State>,
    path: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let id = request::id(&path, T::KIND.name)?;
    let (before, limit) = listing::position_and_limit(&request::query_pairs(&request)?, "before")?;
    let scope = caller.scope(T::KIND)?;
    let changes = state
        .store
        .read_sealed(move |tx| {
            engine::find::<T>(tx, &scope, id)?;
            persistence::change::of_record(tx, &scope, T::KIND, id, before, limit + 1)
        })
        .await?;
    let more = changes.len() > limit as usize;
    let changes = &changes[..changes.len().min(limit as usize)];
    let data: Vec<Json> = changes.iter().map(|change| change.shown(&caller)).collect();
    let next = changes.last().filter(|_| more).map(|c| c.position.to_string());
    Ok(HttpResponse::Ok().json(json!({ "data": data, "page": { "next_cursor": next, "has_more": more } })))
}

/// Registers the schemas, the list and the search of a kind.
pub fn listed<T: Noun>(routes: &mut Routes) {
    let kind = T::KIND;
    let path = format!("/{}", kind.path());
    let (tag, many) = (kind.path(), kind.plural.replace('_', " "));
    schema::add_schemas(&mut routes.schemas, kind);
    let schema = |suffix: &str| reference(&format!("{}{suffix}", type_name(kind)));
    let doc = Doc::new(format!("list_{}", kind.plural), &tag, format!("List {many}"))
        .about("Keyset pages. Filter by `filter[field][operator]=value`; `GET /schema` tells fields and operators.");
    routes.add(
        Method::GET,
        &path,
        listing::list_parameters(doc, kind).ok(200, schema("Page")),
        list::<T>,
    );
    let doc = Doc::new(format!("search_{}", kind.plural), &tag, format!("Search {many}"))
        .about("A list asked for by a JSON body, with nested and / or / not.")
        .body(reference("Search"))
        .ok(200, schema("Page"));
    routes.add(Method::POST, format!("{path}/search"), doc, search::<T>);
}

/// Registers the history of a kind's records.
pub fn historic<T: Noun>(routes: &mut Routes) {
    let kind = T::KIND;
    let path = format!("/{}", kind.path());
    let (tag, one) = (kind.path(), kind.label.en.to_lowercase());
    let doc = Doc::new(format!("{}_history", kind.name), &tag, format!("Changes of {one}"))
        .about("Newest first, with old and new values.")
        .query(
            "before",
            json!({ "type": "string", "pattern": "^[0-9]{1,18}$" }),
            "The position to go on from",
        )
        .query(
            "limit",
            json!({ "type": "integer", "minimum": 1, "maximum": 200 }),
            "Changes in the answer",
        )
        .ok(
            200,
            json!({ "type": "object", "required": ["data", "page"], "properties": {
            "data": { "type": "array", "items": reference("Change") }, "page": reference("Page") } }),
        );
    routes.add(Method::GET, format!("{path}/{{id}}/history"), doc, history::<T>);
}

/// Registers all operations of a kind.
pub fn crud<T: Noun>(routes: &mut Routes) {
    let kind = T::KIND;
    let name = type_name(kind);
    let path = format!("/{}", kind.path());
    let tag = kind.path();
    let one = kind.label.en.to_lowercase();
    let schema = |suffix: &str| reference(&format!("{name}{suffix}"));

    listed::<T>(routes);
    let doc = Doc::new(format!("create_{}", kind.name), &tag, format!("Create {one}"))
        .body(schema("Create"))
        .ok(201, schema(""));
    routes.add(Method::POST, &path, doc, create::<T>);
    batch::route::<T>(routes);
    if kind.ownership == Ownership::Owned {
        transfer::route(routes, kind);
    }
    let doc = Doc::new(
        format!("upsert_{}", kind.name),
        &tag,
        format!("Create or change {one} by a key of yours"),
    )
    .about("The key is `external_id`. With `If-Match` an existing record is changed only at that version.")
    .body(schema("Create"))
    .ok(200, schema(""))
    .ok(201, schema(""))
    .also(&[412]);
    routes.add(Method::PUT, format!("{path}/by/{{key}}/{{value}}"), doc, upsert::<T>);
    bin::routes::<T>(routes);
    let doc = Doc::new(format!("get_{}", kind.name), &tag, format!("Get {one}"))
        .ok(200, listing::part(&name))
        .not_modified();
    routes.add(
        Method::GET,
        format!("{path}/{{id}}"),
        listing::shape_parameters(doc, kind),
        get::<T>,
    );
    let doc = Doc::new(format!("update_{}", kind.name), &tag, format!("Change {one}"))
        .about("JSON Merge Patch (RFC 7396).")
        .body(schema("Patch"))
        .versioned()
        .ok(200, schema(""));
    routes.add(Method::PATCH, format!("{path}/{{id}}"), doc, patch::<T>);
    let doc = Doc::new(format!("delete_{}", kind.name), &tag, format!("Delete {one}"))
        .about("Moves it to the recycle bin.")
        .versioned()
        .no_content();
    routes.add(Method::DELETE, format!("{path}/{{id}}"), doc, delete::<T>);
    historic::<T>(routes);
}
