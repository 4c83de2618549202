//! What many operations have in common: the answers where something is wrong, and parameters. Each is described once and
//! referred to.

use super::{object, text};
use actix_web::http::StatusCode;
use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    Components, ComponentsBuilder, ContentBuilder, ObjectBuilder, Ref, RefOr, Required, Response, ResponseBuilder,
    Schema, Type,
};

/// How operations are called by: an access token or an API key, or an access token only.
pub const ANY: &str = "bearer";
pub const SIGNED_IN: &str = "session";

/// The header of an answer that was kept.
pub const REPLAYED: &str = "Idempotent-Replayed";

/// The header that names what was changed together.
pub const CHANGE_SET: &str = "Change-Set";

/// The answer of any operation that is told nowhere else.
pub const OTHERWISE: &str = "default";

/// What any operation may answer, told by one answer that stands for all that an operation does not name.
pub const ANYWHERE: [u16; 11] = [400, 401, 403, 408, 413, 415, 428, 429, 500, 503, 507];

/// The name of a refusal among the shared answers.
pub fn refusal(status: u16) -> &'static str {
    match status {
        404 => "NotFound",
        409 => "Conflict",
        410 => "Gone",
        412 => "Stale",
        422 => "Invalid",
        _ => "Problem",
    }
}

pub fn description(status: u16) -> &'static str {
    match status {
        202 => "Accepted; where there is a Location, the job there tells how it goes",
        207 => "Each operation has a result of its own",
        404 => "Not there, or not to be seen by the caller",
        409 => "The state of things does not allow it, or something like it exists already",
        410 => "The position is not in the log of this database, which may have been restored from a backup",
        412 => {
            "The record has another version by now, which ETag tells; or it is there, or is not, against what the headers ask for"
        }
        422 => "The body is understood and wrong; `errors` point at each place",
        other => StatusCode::from_u16(other)
            .ok()
            .and_then(|s| s.canonical_reason())
            .unwrap_or("Answer"),
    }
}

pub fn header_ref(name: &str) -> Ref {
    Ref::new(format!("#/components/headers/{name}"))
}

/// The headers of every answer.
pub fn with_common_headers(answer: ResponseBuilder) -> ResponseBuilder {
    let names = ["X-Request-Id", "RateLimit"];
    names
        .into_iter()
        .fold(answer, |answer, name| answer.header_ref(name, header_ref(name)))
}

fn problem(told: &str, headers: &[&str]) -> Response {
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("Problem")))
        .build();
    let answer = ResponseBuilder::new()
        .description(told)
        .content("application/problem+json", content);
    let answer = headers
        .iter()
        .chain(&["RateLimit-Policy"])
        .fold(answer, |answer, name| answer.header_ref(*name, header_ref(name)));
    with_common_headers(answer).build()
}

fn header(told: &str, schema: impl Into<RefOr<Schema>>) -> Header {
    HeaderBuilder::new()
        .description(Some(told))
        .schema(Some(schema))
        .build()
}

fn headers() -> Vec<(&'static str, Header)> {
    let plain = || text().build();
    vec![
        (
            "X-Request-Id",
            header(
                "The id of the request: the one that was sent, or a new one. It stands in the log and in the audit log.",
                plain(),
            ),
        ),
        (
            "RateLimit-Policy",
            header(
                "How many requests a minute the caller has: `\"default\";q=600;w=60`. Absent where nothing is limited.",
                plain(),
            ),
        ),
        (
            "RateLimit",
            header(
                "How many are left, and in how many seconds there are more: `\"default\";r=599;t=60`.",
                plain(),
            ),
        ),
        (
            "Retry-After",
            header(
                "Seconds to wait before the next try",
                ObjectBuilder::new().schema_type(Type::Integer).build(),
            ),
        ),
        (
            "ETag",
            header(
                "The version of the record, for `If-Match` and `If-None-Match`: `\"3\"`",
                plain(),
            ),
        ),
        ("Location", header("Where that which was made is found", plain())),
        (
            "Link",
            header("The next page, where there is one: `<…>; rel=\"next\"`", plain()),
        ),
        (
            REPLAYED,
            header(
                "`true` where this is the answer kept from the first request with the same `Idempotency-Key`; else absent.",
                plain(),
            ),
        ),
        (
            CHANGE_SET,
            header(
                "What was changed together, by its id: `GET /change-sets/{id}` tells of it, `POST /change-sets/{id}/undo` takes it back. \
                 Of a job it is the job's id. Absent where nothing was changed.",
                super::id().build(),
            ),
        ),
        ("WWW-Authenticate", header("`Bearer`", plain())),
    ]
}

fn header_parameter(name: &str, told: &str, schema: ObjectBuilder) -> ParameterBuilder {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(told))
        .schema(Some(schema.build()))
}

fn query_parameter(name: &str, told: &str, schema: ObjectBuilder, required: Required) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Query)
        .required(required)
        .description(Some(told))
        .schema(Some(schema.build()))
        .build()
}

fn path_parameter(name: &str, schema: ObjectBuilder) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .schema(Some(schema.build()))
        .build()
}

/// Those of the shared parameters that stand in the query string.
pub const IN_QUERY: [&str; 8] = [
    "limit",
    "cursor",
    "before",
    "q",
    "count",
    "view",
    "key-in-query",
    "value-in-query",
];

/// Those that name a record by a key.
pub const IN_KEY: [&str; 2] = ["key", "value"];

/// ETags of records, as `If-Match` names them.
const VERSIONS: &str = "^((W/)?\"[0-9]{1,18}\"(, *(W/)?\"[0-9]{1,18}\")*|\\*)$";

/// Parameters by the names they are referred to.
fn parameters() -> Vec<(&'static str, Parameter)> {
    let limit = |most: f64| super::integer().minimum(Some(1.0)).maximum(Some(most));
    vec![
        ("id", path_parameter("id", super::id())),
        ("user_id", path_parameter("user_id", super::id())),
        ("key", path_parameter("key", text().enum_values(Some(["external_id"])))),
        ("value", path_parameter("value", text().min_length(Some(1)).max_length(Some(200)))),
        ("kind", path_parameter("kind", text().min_length(Some(1)).max_length(Some(40)))),
        ("of", path_parameter("of", text().min_length(Some(1)).max_length(Some(60)))),
        ("key-in-query", query_parameter("key", "The field that is a key", text().enum_values(Some(["external_id"])), Required::True)),
        ("value-in-query", query_parameter("value", "Its value", text().min_length(Some(1)).max_length(Some(200)), Required::True)),
        ("limit", query_parameter("limit", "How many at most", limit(200.0).default(Some(50.into())), Required::False)),
        ("cursor", query_parameter("cursor", "Where the page before ended: its `next_cursor`", text().min_length(Some(1)), Required::False)),
        ("before", query_parameter("before", "The position to go on from", text().pattern(Some("^[0-9]{1,18}$")), Required::False)),
        ("q", query_parameter("q", "Words to search for, in Chinese, pinyin or Latin letters", text().min_length(Some(1)).max_length(Some(200)), Required::False)),
        ("count", query_parameter("count", "Also count the whole list", text().enum_values(Some(["exact", "estimate"])), Required::False)),
        ("view", query_parameter("view", "A saved view, by its id or by the key of one that comes with the product (`GET /schema`): its filter \
            and sort. What the request says besides narrows it, or sorts otherwise", text().min_length(Some(1)).max_length(Some(60)), Required::False)),
        ("If-Match", header_parameter("If-Match",
            "The version the change is made against, as ETag told it: `\"3\"`, or `W/\"3\"` as proxies make of it; several, separated by commas, \
             where it may be any of them; `*` whatever the version.",
            text().pattern(Some(VERSIONS))).required(Required::True).example(Some("\"1\"".into())).build()),
        ("If-Match-optional", header_parameter("If-Match", "The version the change is made against, where the record is there; absent for any.",
            text().pattern(Some(VERSIONS))).build()),
        ("If-None-Match-optional", header_parameter("If-None-Match", "`*`: only where there is no such record yet.", text()).build()),
        ("If-None-Match", header_parameter("If-None-Match", "The version at hand: where it is still the same, the answer is 304.", text()).build()),
        ("Idempotency-Key", header_parameter("Idempotency-Key",
            "A repeat with the same key gets the first answer and has no second effect; kept for 24 hours. Where the caller would no longer \
             see what that answer shows, it is 409 `idempotency_answer_withheld`.",
            text().min_length(Some(1)).max_length(Some(255)).pattern(Some("^[!-~]+$"))).build()),
        ("Accept-Language", header_parameter("Accept-Language", "The language of texts that people read: `zh-CN` or `en`.", text()).build()),
    ]
}

/// A parameter that is described once, by its name there.
pub fn parameter_ref(name: &str) -> Ref {
    Ref::new(format!("#/components/parameters/{name}"))
}

/// Everything that is shared but schemas.
pub fn components() -> Components {
    let mut all = ComponentsBuilder::new();
    for (name, header) in headers() {
        all = all.header(name, header);
    }
    for (name, parameter) in parameters() {
        all = all.parameter(name, parameter);
    }
    for status in [404, 409, 410, 412, 422] {
        let headers: &[&str] = if status == 412 { &["ETag"] } else { &[] };
        all = all.response(refusal(status), problem(description(status), headers));
    }
    let told = "What any operation may answer: 400 (parameters, headers or JSON cannot be read), 401 (no credential, or one that does not \
                hold any more), 403 (the caller may not do this, by their roles or by the scopes of their key), 408 (the body came too \
                slowly), 413 (too large), 415 (another media type is expected), 428 (If-Match is missing), 429 (too many requests), 500, \
                503 (come back later) or 507 (the disk is full)";
    all = all.response(refusal(0), problem(told, &["Retry-After", "WWW-Authenticate"]));
    let empty = |told: &str, headers: &[&str]| {
        let answer = ResponseBuilder::new().description(told);
        let answer = headers
            .iter()
            .fold(answer, |answer, name| answer.header_ref(*name, header_ref(name)));
        with_common_headers(answer).build()
    };
    all = all.response("NoContent", empty("Done; there is nothing to say", &[CHANGE_SET]));
    all = all.response(
        "NoContentKept",
        empty("Done; there is nothing to say", &[REPLAYED, CHANGE_SET]),
    );
    all = all.response(
        "Merged",
        empty("It was merged into the record that `Location` names", &["Location"]),
    );
    all = all.response(
        "NotModified",
        empty("The version at hand is the one there is", &["ETag"]),
    );
    let scheme = |told: &str| {
        let http = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some(told))
            .build();
        SecurityScheme::Http(http)
    };
    all = all.security_scheme(
        ANY,
        scheme(
            "An access token, as a sign-in gives it, or an API key (`gx_live_…`). A key does what its user may, within its scopes: \
             `leads:read`, `leads:write`, and so on for each kind, and `*:read`, `*:write` for all; write includes read. The scopes that an \
             operation needs of a key are named with it; what a record refers to must be readable too. What lies outside them is answered 403 `api_key_scope`.",
        ),
    );
    all.security_scheme(
        SIGNED_IN,
        scheme("An access token, as a sign-in gives it. An API key is answered 403 `api_key_not_allowed`."),
    )
    .build()
}

/// What a group of operations is about that belongs to no kind of records.
pub fn tag(name: &str) -> &'static str {
    match name {
        "access" => "Why somebody may do something, or may not",
        "api-keys" => "Keys for programs, which act for who made them",
        "audit" => "The log of all changes and sign-ins",
        "auth" => "Signing in, and one's own account",
        "changes" => "The feed of changes, for who keeps a copy",
        "reports" => "Figures over the pipeline",
        "schema" => "What kinds and fields there are, for programs that learn them",
        "search" => "Searching all kinds at once",
        "workspace" => "The workspace and its settings",
        _ => "Other",
    }
}

/// A page of these.
pub fn page_of(items: impl Into<RefOr<Schema>>) -> ObjectBuilder {
    object()
        .property("data", utoipa::openapi::Array::new(items))
        .property("page", Ref::from_schema_name("Page"))
        .required("data")
        .required("page")
}
