//! Records by a key of the caller's own: read, and made or changed, by the query string or by the path.

use super::{Named, create_in, created, hold_key, patch_in, read};
use crate::call::Call;
use crate::caller::Caller;
use crate::describe::{Doc, Routes, named, shared};
use crate::error::Problem;
use crate::http;
use crate::listing;
use crate::noun::Hooks;
use crate::request::{self, Expected, IfNoneMatch};
use crate::schema::type_name;
use crate::state::State;
use actix_web::http::{Method, StatusCode};
use actix_web::web::{Data, Path};
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use domain::query;
use domain::record::FIXED;
use domain::value::FieldType;
use domain::{AnyRecord, Error, Issue, Kind};
use persistence::engine;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use validator::Validate;

/// The field that is a key. Its values bind live records only.
pub const KEY: &str = "external_id";

/// What names a record, wherever it stands.
#[derive(Deserialize, Validate)]
#[serde(deny_unknown_fields)]
struct Asked {
    key: String,
    value: String,
}

impl Asked {
    fn of(request: &HttpRequest) -> Result<Self, Problem> {
        let in_path = Path::<(String, String)>::extract(request).into_inner();
        let named = match in_path.map(Path::into_inner) {
            Ok((key, value)) => Self { key, value },
            Err(_) => http::query::read_of(request, |name| shared::IN_KEY.contains(&name))?,
        };
        if named.key != KEY {
            return Err(Error::BadQuery(Issue::new("key", "unknown_choice").with("choices", KEY)).into());
        }
        Ok(named)
    }

    /// The value as it is stored: what is no key would find nothing, and make a new record each time.
    fn stored(self, kind: &Kind) -> Result<String, Issue> {
        let field = kind.field(KEY).ok_or_else(|| Issue::at(KEY, "unknown_field"))?;
        String::parse(json!(self.value), field)
    }
}

/// The record that has this value.
async fn get(
    kind: &'static Kind,
    caller: Caller,
    state: Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let named = Asked::of(&request)?;
    let asked = http::query::read_of(&request, |name| !shared::IN_KEY.contains(&name))?;
    // Whoever may not see the key learns nothing by trying keys.
    query::shown(&caller.fields(kind), KEY, "key")?;
    let value = named.stored(kind).map_err(http::query::refused)?;
    read(kind, caller, &state, &request, asked, Named::Key(value)).await
}

/// Creates or changes the record that has this value.
async fn put(hooks: Hooks, call: Call) -> Result<HttpResponse, Problem> {
    let kind = hooks.kind();
    let named = Asked::of(&call.request)?;
    let mut map = call.object()?;
    let in_body = map.insert(KEY.into(), Json::Null);
    let value = named.stored(kind)?;
    if in_body.is_some_and(|other| other != json!(value)) {
        return Err(Issue::at(KEY, "key_differs").into());
    }
    map.insert(KEY.into(), json!(value));
    let expected = request::may_match(&call.request)?;
    let unwanted = IfNoneMatch::of(&call.request);
    call.idempotent(move |tx, by| {
        let scope = by.scope(kind)?;
        by.fields(kind).must_set([KEY])?;
        let mut there = engine::any::find_by(tx, &scope, kind, KEY, value.as_str().into())?;
        if there.is_none() {
            // Of many who would create it, the first does, and the others find it.
            hold_key(tx, by, kind, &value)?;
            there = engine::any::find_by(tx, &scope, kind, KEY, value.as_str().into())?;
        }
        let unmet = |code, current| Err(Error::Unmet { code, current }.into());
        match (there, &expected) {
            (Some(old), _) if unwanted.has(&format!("\"{}\"", old.version())) => {
                unmet("record_exists", Some(old.version()))
            }
            (Some(old), expected) => {
                let expected = expected.as_ref().unwrap_or(&Expected::Any);
                let stored = patch_in(tx, by, hooks, old.id(), expected, said_anew(by, &old, map.clone())?)?;
                request::shown(StatusCode::OK, by, &stored)
            }
            (None, Some(_)) => unmet("record_missing", None),
            (None, None) => created(by, &create_in(tx, by, hooks, map.clone())?),
        }
    })
    .await
}

/// A body without what is said once and for all, where it says that again: who sends the same twice gets the same twice. Of what
/// the caller may not read, it is not told whether it is the same.
fn said_anew(by: &Caller, old: &AnyRecord, mut map: Map<String, Json>) -> persistence::Result<Map<String, Json>> {
    let seen = by.fields(old.kind());
    for field in old.kind().fields.iter().filter(|f| f.can(FIXED) && seen.reads(f.name)) {
        if let Some(said) = map.get(field.name)
            && *said == old.json(field.name)?
        {
            map.remove(field.name);
        }
    }
    Ok(map)
}

pub fn routes(routes: &mut Routes, hooks: Hooks) {
    let kind = routes.kinds.like(hooks.kind());
    let kinds = routes.kinds;
    let (tag, one) = (kind.path(), kind.label.en.to_lowercase());
    let schema = |suffix: &str| named(&format!("{}{suffix}", type_name(kind)));
    let by_query = format!("/{tag}/by");
    let by_path = format!("/{tag}/by/{{key}}/{{value}}");
    let places = [
        (
            by_query,
            "by_key",
            "the key stands in the query string, where every client escapes it",
        ),
        (
            by_path,
            "by_path",
            "the key stands in the path, and is escaped there: a slash is `%2F`",
        ),
    ];
    for (path, suffix, place) in places {
        let in_query = |doc: Doc| match suffix {
            "by_key" => doc.shared("key-in-query").shared("value-in-query"),
            _ => doc,
        };
        let doc = Doc::new(
            format!("get_{}_{suffix}", kind.name),
            &tag,
            format!("Get {one} by a key of yours"),
        )
        .about(format!(
            "The key is `external_id`; {place}. Records in the recycle bin are not found by it."
        ))
        .ok(200, schema(""))
        .also(&[404])
        .not_modified();
        let doc = listing::count_parameter(listing::shape_parameters(in_query(doc), kind), kinds, kind);
        routes.add(
            Method::GET,
            &path,
            doc,
            move |caller: Caller, state: Data<State>, request: HttpRequest| get(kind, caller, state, request),
        );
        // The operation that came first keeps its name.
        let id = match suffix {
            "by_path" => format!("upsert_{}", kind.name),
            _ => format!("upsert_{}_{suffix}", kind.name),
        };
        let doc = Doc::new(id, &tag, format!("Create or change {one} by a key of yours"))
            .about(format!(
                "The key is `external_id`; {place}. A record that is there is changed as by PATCH: what is not named stays, `null` \
                 clears. Where there is none it is created, and what a new one needs must be named. With `If-Match` it is only \
                 changed, at that version, and with `If-None-Match: *` only created; else 412. A key binds live records only: one that \
                 lies in the recycle bin is left there, and its restore is refused while another record has the key."
            ))
            .shared("If-Match-optional")
            .shared("If-None-Match-optional")
            .body(crate::schema::upsert(kind))
            .ok(200, schema(""))
            .ok(201, schema(""))
            .etag()
            .also(&[404, 412]);
        routes.add(Method::PUT, &path, in_query(doc), move |call: Call| put(hooks, call));
    }
}
