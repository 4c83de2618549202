//! Reading requests and answering them: bodies, versions, keys.

use crate::error::Problem;
use crate::forwarded;
use crate::http::json::{self, Unread};
use crate::state::State;
use crate::typed::{self, Body};
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, ETAG, HeaderName, IF_MATCH, IF_NONE_MATCH, LOCATION, VARY};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use domain::policy::{Actor, Scope};
use domain::{AnyRecord, Error, Id, Issue, Kind};
use persistence::idempotency::Answer;
use persistence::{Tx, change};
use serde::Serialize;
use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};
use std::net::IpAddr;

pub const BODY_LIMIT: usize = 1 << 20;
const DEPTH_LIMIT: usize = 32;

/// A JSON object as body.
pub fn object(request: &HttpRequest, body: &[u8]) -> Result<Map<String, Json>, Problem> {
    let sent = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    let media = sent.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if media != "application/json" && media != "application/merge-patch+json" {
        return Err(
            Problem::request(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type")
                .with("expected", "application/json"),
        );
    }
    let malformed = |reason: String| Problem::request(StatusCode::BAD_REQUEST, "malformed_json").with("reason", reason);
    let json = json::parse(body).map_err(|unread| match unread {
        Unread::Malformed(reason) => malformed(reason),
        Unread::Twice(key) => Problem::request(StatusCode::BAD_REQUEST, "duplicate_key").with("key", key),
    })?;
    if deeper_than(&json, DEPTH_LIMIT) {
        return Err(malformed(format!("more than {DEPTH_LIMIT} levels")));
    }
    if let Some(pointer) = nul(&json) {
        return Err(Issue::new(pointer, "control_character").into());
    }
    match json {
        Json::Object(map) => Ok(map),
        _ => Err(Problem::request(StatusCode::BAD_REQUEST, "object_expected")),
    }
}

/// Where a NUL stands, in a text or in a name: PostgreSQL keeps none, and what only one database takes, neither does.
pub fn nul(json: &Json) -> Option<String> {
    let within = |name: &str, json: &Json| nul(json).map(|rest| format!("{}{rest}", domain::pointer(name)));
    match json {
        Json::String(text) => text.contains('\0').then(String::new),
        Json::Array(items) => items
            .iter()
            .enumerate()
            .find_map(|(i, item)| within(&i.to_string(), item)),
        Json::Object(map) => map.iter().find_map(|(name, item)| match name.contains('\0') {
            true => Some(String::new()),
            false => within(name, item),
        }),
        _ => None,
    }
}

/// As `object`, where no body at all means an empty one.
pub fn optional_object(request: &HttpRequest, body: &[u8]) -> Result<Map<String, Json>, Problem> {
    if body.is_empty() {
        Ok(Map::new())
    } else {
        object(request, body)
    }
}

/// A body as the value it says.
pub fn body<T: Body>(request: &HttpRequest, body: &[u8]) -> Result<T, Problem> {
    Ok(typed::read(object(request, body)?)?)
}

/// The same, where no body at all means an empty one.
pub fn optional_body<T: Body>(request: &HttpRequest, body: &[u8]) -> Result<T, Problem> {
    Ok(typed::read(optional_object(request, body)?)?)
}

fn deeper_than(json: &Json, levels: usize) -> bool {
    match (json, levels) {
        (Json::Array(_) | Json::Object(_), 0) => true,
        (Json::Array(items), n) => items.iter().any(|i| deeper_than(i, n - 1)),
        (Json::Object(map), n) => map.values().any(|v| deeper_than(v, n - 1)),
        _ => false,
    }
}

/// Where a request comes from: by what our proxies say, where it came through them.
pub fn address(request: &HttpRequest) -> IpAddr {
    let peer = request.peer_addr().map_or(IpAddr::from([0, 0, 0, 0]), |peer| peer.ip());
    let state = request.app_data::<Data<State>>();
    let proxies = state.map_or(&[][..], |state| &state.config.trusted_proxies);
    forwarded::client(peer, request.headers(), proxies)
}

/// The same as far as it is counted.
pub fn network(request: &HttpRequest) -> IpAddr {
    forwarded::network(address(request))
}

/// An id in a path. Something that is no id is simply not there.
pub fn id(text: &str, kind: &'static str) -> Result<Id, Problem> {
    domain::value::parse_id(text).ok_or_else(|| Error::NotFound { kind, id: None }.into())
}

/// The versions a change was made against: one of them is to be that of the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    Any,
    OneOf(Vec<i64>),
}

impl Expected {
    pub fn version(seen: i64) -> Self {
        Self::OneOf(vec![seen])
    }

    pub fn check(&self, current: i64) -> Result<(), Error> {
        match self {
            Self::OneOf(seen) if !seen.contains(&current) => Err(Error::Stale { current }),
            _ => Ok(()),
        }
    }

    /// As `check`; what has only followed from other records since is no change of what the caller saw.
    pub fn still(&self, tx: &mut Tx, scope: &Scope, kind: &Kind, id: Id, current: i64) -> persistence::Result<()> {
        let newest = match self {
            Self::OneOf(seen) if !seen.contains(&current) => seen.iter().filter(|seen| **seen < current).max(),
            _ => None,
        };
        match newest {
            Some(seen) if change::only_derived_since(tx, scope, kind, id, *seen)? => Ok(()),
            _ => Ok(self.check(current)?),
        }
    }
}

/// What `If-Match` says, where a call must say it.
pub fn if_match(request: &HttpRequest) -> Result<Expected, Problem> {
    let expected = may_match(request)?;
    expected.ok_or_else(|| Problem::request(StatusCode::PRECONDITION_REQUIRED, "precondition_required"))
}

/// What `If-Match` says, where a call may say it.
pub fn may_match(request: &HttpRequest) -> Result<Option<Expected>, Problem> {
    if !request.headers().contains_key(IF_MATCH) {
        return Ok(None);
    }
    let etags = etags(request, IF_MATCH);
    if etags.iter().any(|etag| etag == "*") {
        return Ok(Some(Expected::Any));
    }
    // What is well formed and no version of ours matches nothing; alone it is a mistake that wants to be told.
    let quoted = |etag: &String| etag.len() > 1 && etag.starts_with('"') && etag.ends_with('"');
    let versions: Vec<i64> = etags.iter().filter_map(|e| e.trim_matches('"').parse().ok()).collect();
    match versions.is_empty() || !etags.iter().all(quoted) {
        true => Err(Problem::request(StatusCode::BAD_REQUEST, "invalid_etag")),
        false => Ok(Some(Expected::OneOf(versions))),
    }
}

/// The ETags of a header, which may stand there several times, each as the server gave it.
fn etags(request: &HttpRequest, name: HeaderName) -> Vec<String> {
    let said = request.headers().get_all(name).filter_map(|v| v.to_str().ok());
    let each = said.flat_map(|said| said.split(',')).map(str::trim);
    each.filter(|etag| !etag.is_empty()).map(as_given).collect()
}

/// An ETag without what proxies make of it where they pack an answer: nginx marks it as weak (`W/"3"`), Apache and Caddy write
/// the encoding into it (`"3-gzip"`). What is in it decides.
fn as_given(etag: &str) -> String {
    let strong = etag.strip_prefix("W/").unwrap_or(etag);
    let encoded = ["-gzip\"", "-br\"", "-zstd\"", "-deflate\"", ";gzip\""];
    let plain = encoded.iter().find_map(|ending| strong.strip_suffix(ending));
    match plain {
        // Jetty has two hyphens.
        Some(plain) => format!("{}\"", plain.trim_end_matches('-')),
        None => strong.to_owned(),
    }
}

/// The ETags of what the caller has at hand.
pub struct IfNoneMatch(Vec<String>);

impl IfNoneMatch {
    pub fn of(request: &HttpRequest) -> Self {
        Self(etags(request, IF_NONE_MATCH))
    }

    pub fn has(&self, etag: &str) -> bool {
        self.0.iter().any(|known| known == "*" || known == etag)
    }
}

/// An answer whose ETag follows from all that it says: it is sent to who has another one, or none.
pub fn tagged(request: &HttpRequest, body: String) -> HttpResponse {
    let hash = Sha256::digest(&body);
    let hex: String = hash[..16].iter().map(|b| format!("{b:02x}")).collect();
    let etag = format!("\"{hex}\"");
    if IfNoneMatch::of(request).has(&etag) {
        return HttpResponse::NotModified().insert_header((ETAG, etag)).finish();
    }
    HttpResponse::Ok()
        .insert_header((ETAG, etag))
        .insert_header((VARY, "Accept-Language"))
        .content_type("application/json")
        .body(body)
}

/// A record as an answer, with its version as ETag.
pub fn record<T: Serialize>(status: StatusCode, body: &T, version: i64) -> persistence::Result<Answer> {
    Ok(Answer {
        etag: Some(format!("\"{version}\"")),
        ..json(status, body)?
    })
}

/// A record as far as somebody may see it, as an answer.
pub fn shown(status: StatusCode, by: &Actor, shown: &AnyRecord) -> persistence::Result<Answer> {
    Ok(record(status, &by.show_any(shown), shown.version())?.of(shown.kind(), shown.id()))
}

/// A plain JSON answer.
pub fn json<T: Serialize>(status: StatusCode, body: &T) -> persistence::Result<Answer> {
    Ok(Answer {
        status: i64::from(status.as_u16()),
        etag: None,
        location: None,
        change_set: None,
        shows: Default::default(),
        replayed: false,
        body: serde_json::to_string(body).map_err(persistence::Error::internal)?,
    })
}

/// Stands with an answer that was kept from the first time.
const REPLAYED: &str = "idempotent-replayed";

/// Nothing to say.
pub fn done() -> Answer {
    Answer {
        status: i64::from(StatusCode::NO_CONTENT.as_u16()),
        etag: None,
        location: None,
        change_set: None,
        shows: Default::default(),
        replayed: false,
        body: String::new(),
    }
}

pub fn respond(answer: Answer) -> HttpResponse {
    let status = u16::try_from(answer.status)
        .ok()
        .and_then(|s| StatusCode::from_u16(s).ok());
    let mut response = HttpResponse::build(status.unwrap_or(StatusCode::OK));
    if let Some(etag) = answer.etag {
        response.insert_header((ETAG, etag));
    }
    if let Some(location) = answer.location {
        response.insert_header((LOCATION, location));
    }
    if answer.replayed {
        response.insert_header((HeaderName::from_static(REPLAYED), "true"));
    }
    if answer.body.is_empty() {
        return response.finish();
    }
    response.content_type("application/json").body(answer.body)
}
