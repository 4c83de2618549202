//! Routes of API keys. None of them can be called with a key: a stolen one must not make itself another.

use crate::call::Call;
use crate::caller::{Caller, SignedIn};
use crate::describe::shared::page_of;
use crate::describe::{BASE, Doc, Routes, formatted, id, integer, made_of, maybe_text, named, nullable, text};
use crate::error::Problem;
use crate::http::query;
use crate::request::{self, Expected};
use crate::state::State;
use crate::token;
use crate::typed::{self, End};
use actix_web::http::{Method, StatusCode};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use domain::Kinds;
use domain::api_key::{ApiKey, MAX_NAME, MOST_KEYS, MOST_OLD_MINUTES, MOST_YEARS, Scopes};
use domain::policy::{Action, Reach};
use domain::query::MAX_LIMIT;
use domain::user::User;
use domain::value::parse_id;
use domain::{Error, Id, Instant, Issue, Record};
use persistence::idempotency::Answer;
use persistence::{Tx, api_key, engine};
use serde::{Deserialize, Deserializer};
use serde_json::{Value as Json, json};
use utoipa::ToSchema;
use utoipa::openapi::{Array, ArrayBuilder, KnownFormat};
use validator::Validate;

/// Whose keys the caller sees: those of everybody for who may change users, else the own.
fn seen(caller: &Caller) -> Option<Id> {
    let all = caller.identity.reach(User::KIND.name, Action::Edit) > Reach::None;
    caller.user().filter(|_| !all)
}

fn find(tx: &mut Tx, caller: &Caller, id: Id) -> persistence::Result<ApiKey> {
    api_key::find(tx, caller.workspace().id, seen(caller), id)
}

/// A key of the caller: what is done to it would give its secret into somebody else's hands.
fn own(tx: &mut Tx, caller: &Caller, id: Id, expected: &Expected) -> persistence::Result<ApiKey> {
    let key = find(tx, caller, id)?;
    if caller.user() != Some(key.user_id) {
        return Err(Error::Conflict(Issue::new("", "api_key_of_other")).into());
    }
    expected.check(key.version)?;
    if key.revoked_at.is_some() {
        return Err(Error::Conflict(Issue::new("", "api_key_revoked")).into());
    }
    Ok(key)
}

fn shown(key: &ApiKey) -> Json {
    let mut body = json!(key);
    body["state"] = json!(key.state(Instant::now()));
    body
}

fn answer(status: StatusCode, key: &ApiKey, secret: Option<&str>) -> persistence::Result<Answer> {
    let mut body = shown(key);
    if let Some(secret) = secret {
        body["secret"] = json!(secret);
    }
    let mut answer = request::record(status, &body, key.version)?;
    if status == StatusCode::CREATED {
        answer.location = Some(format!("{BASE}/api-keys/{}", key.id));
    }
    Ok(answer)
}

const LONGEST_NAME: u64 = MAX_NAME as u64;

/// A new key.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewKey {
    #[serde(deserialize_with = "typed::word")]
    #[validate(length(min = 1, max = LONGEST_NAME))]
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    #[validate(length(min = 1))]
    #[schema(schema_with = known_scopes)]
    scopes: Vec<String>,
    /// At most ten years away; null for no end.
    #[serde(default)]
    expires_at: Option<End>,
}

/// Another name.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct Rename {
    #[serde(deserialize_with = "typed::word")]
    #[validate(length(min = 1, max = LONGEST_NAME))]
    #[schema(min_length = 1, max_length = 100)]
    name: String,
}

/// How a key gets a new secret.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct Rotate {
    /// How long the secret before goes on working.
    #[serde(default)]
    #[validate(range(min = 0, max = MOST_OLD_MINUTES))]
    #[schema(minimum = 0, maximum = 1440)]
    keep_old_minutes: Option<i64>,
    /// Stays where nothing is said; null for no end.
    #[serde(default, deserialize_with = "typed::nullable")]
    #[schema(value_type = Option<End>)]
    expires_at: Option<Option<End>>,
}

/// When a key ends.
fn expiry(end: Option<End>, caller: &Caller) -> Result<Option<Instant>, Issue> {
    const NAME: &str = "expires_at";
    let Some(end) = end else { return Ok(None) };
    let wrong = || Issue::at(NAME, "wrong_type").with("type", "instant");
    let end = end.moment(caller).ok_or_else(wrong)?;
    let now = Instant::now();
    if end <= now {
        return Err(Issue::at(NAME, "expiry_past"));
    }
    // A day more, so that a date so many years away is fine wherever one is.
    if end > now.plus_seconds((MOST_YEARS * 366 + 1) * 24 * 3600) {
        return Err(Issue::at(NAME, "expiry_far").with("years", MOST_YEARS));
    }
    Ok(Some(end))
}

/// Which keys are asked for.
#[derive(Deserialize, Validate)]
#[serde(deny_unknown_fields)]
struct KeysAsked {
    #[serde(default, deserialize_with = "query::id")]
    user_id: Option<Id>,
    #[serde(default, deserialize_with = "last_key")]
    cursor: Option<Id>,
    #[serde(default = "query::default_limit")]
    #[validate(range(min = 1, max = MAX_LIMIT))]
    limit: u32,
}

/// The cursor of a page is its last key.
fn last_key<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Id>, D::Error> {
    let key = parse_id(&String::deserialize(from)?);
    key.map(Some).ok_or_else(|| serde::de::Error::custom("invalid_cursor"))
}

async fn list(
    SignedIn { caller, .. }: SignedIn,
    state: Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let KeysAsked {
        user_id: user,
        cursor: before,
        limit,
    } = query::read(&request)?;
    let seen = seen(&caller);
    // Nobody sees more for asking for somebody else.
    let nothing = seen.is_some() && user.is_some() && seen != user;
    let (mut keys, names) = state
        .store
        .read_quick(move |tx| {
            if nothing {
                return Ok(Default::default());
            }
            let keys = api_key::page(tx, caller.workspace().id, seen.or(user), before, limit + 1)?;
            let users: Vec<Id> = keys.iter().map(|key| key.user_id).collect();
            let names = match caller.scope(User::KIND) {
                Ok(scope) => engine::titles(tx, &scope, User::KIND, &users)?,
                Err(_) => Default::default(),
            };
            Ok((keys, names))
        })
        .await?;
    let more = keys.len() > limit as usize;
    keys.truncate(limit as usize);
    let next = keys.last().filter(|_| more).map(|key| key.id);
    let named = |key: &ApiKey| {
        let mut body = shown(key);
        body["user"] = json!(
            names
                .get(&key.user_id)
                .map(|name| json!({ "id": key.user_id, "name": name }))
        );
        body
    };
    let data: Vec<Json> = keys.iter().map(named).collect();
    Ok(HttpResponse::Ok().json(json!({ "data": data, "page": { "next_cursor": next, "has_more": more } })))
}

async fn get(
    SignedIn { caller, .. }: SignedIn,
    state: Data<State>,
    path: Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = request::id(&path, "api_key")?;
    let key = state.store.read_quick(move |tx| find(tx, &caller, id)).await?;
    Ok(request::respond(answer(StatusCode::OK, &key, None)?))
}

async fn create(call: Call<SignedIn>) -> Result<HttpResponse, Problem> {
    let NewKey {
        name,
        scopes,
        expires_at,
    } = call.body()?;
    let scopes = Scopes::parse(&scopes)?;
    if let Some(gone) = scopes.made().find(|name| call.caller().kinds().named(name).is_none()) {
        return Err(Error::from(Issue::at("scopes", "unknown_scope").with("scope", gone)).into());
    }
    let expires_at = expiry(expires_at, call.caller())?;
    let secret = token::api_key().map_err(persistence::Error::internal)?;
    let key = ApiKey {
        id: Id::now_v7(),
        user_id: call.caller().me()?,
        name,
        prefix: token::api_key_prefix(&secret),
        scopes: scopes.texts(),
        created_at: Instant::now(),
        expires_at,
        rotated_at: None,
        old_until: None,
        revoked_at: None,
        last_used_at: None,
        last_used_from: None,
        version: 1,
    };
    let given = answer(StatusCode::CREATED, &key, Some(&secret))?;
    let hash = token::hash(&secret);
    call.write(move |tx, by| {
        let permit = by.own_permit();
        if api_key::count_active(tx, permit.workspace(), key.user_id)? >= MOST_KEYS {
            return Err(Error::Conflict(Issue::new("", "too_many_api_keys").with("max", MOST_KEYS)).into());
        }
        api_key::insert(tx, &permit, &key, &hash)
    })
    .await?;
    Ok(request::respond(given))
}

async fn rename(call: Call<SignedIn>) -> Result<HttpResponse, Problem> {
    let (id, expected) = (call.named("api_key", "id")?, call.expected()?);
    let Rename { name } = call.body()?;
    let stored = call
        .write(move |tx, by| {
            let old = own(tx, by, id, &expected)?;
            api_key::rename(tx, &by.own_permit(), &old, &name)
        })
        .await?;
    Ok(request::respond(answer(StatusCode::OK, &stored, None)?))
}

async fn rotate(call: Call<SignedIn>) -> Result<HttpResponse, Problem> {
    let (id, expected) = (call.named("api_key", "id")?, call.expected()?);
    let said: Rotate = call.optional_body()?;
    let keep = said.keep_old_minutes.unwrap_or_default();
    let caller = call.caller();
    let expiry = said.expires_at.map(|end| expiry(end, caller)).transpose()?;
    let secret = token::api_key().map_err(persistence::Error::internal)?;
    let (prefix, hash) = (token::api_key_prefix(&secret), token::hash(&secret));
    let stored = call
        .write(move |tx, by| {
            let old = own(tx, by, id, &expected)?;
            let rotation = api_key::Rotation {
                prefix: &prefix,
                secret_hash: &hash,
                old_until: (keep > 0).then(|| Instant::now().plus_seconds(keep * 60)),
                expires_at: expiry.unwrap_or(old.expires_at),
            };
            api_key::rotate(tx, &by.own_permit(), &old, &rotation)
        })
        .await?;
    call.state.forget_identities();
    Ok(request::respond(answer(StatusCode::OK, &stored, Some(&secret))?))
}

async fn revoke(call: Call<SignedIn>) -> Result<HttpResponse, Problem> {
    let (id, expected) = (call.named("api_key", "id")?, call.expected()?);
    call.write(move |tx, by| {
        let old = find(tx, by, id)?;
        let permit = if by.user() == Some(old.user_id) {
            by.own_permit()
        } else {
            crate::user::in_charge_of(tx, by, old.user_id)?.1
        };
        expected.check(old.version)?;
        if old.revoked_at.is_some() {
            return Err(Error::Conflict(Issue::new("", "api_key_revoked")).into());
        }
        api_key::revoke(tx, &permit, &old)
    })
    .await?;
    call.state.forget_identities();
    Ok(HttpResponse::NoContent().finish())
}

/// Every scope there is.
fn known_scopes() -> Array {
    let scope = text().enum_values(Some(all_scopes()));
    ArrayBuilder::new()
        .min_items(Some(1))
        .max_items(Some(500))
        .items(scope)
        .build()
}

fn all_scopes() -> Vec<String> {
    let subjects = domain::role::subjects(Kinds::DECLARED).map(|subject| subject.path());
    let named = std::iter::once("*".to_owned()).chain(subjects);
    named
        .flat_map(|kind| domain::api_key::Access::ALL.map(|access| format!("{kind}:{}", access.key())))
        .collect()
}

pub fn routes(routes: &mut Routes) {
    let at = || formatted(KnownFormat::DateTime);
    let maybe_at = || nullable(at());
    let user = made_of([("id", id().into()), ("name", maybe_text().into())]);
    let key = || {
        made_of([
            ("id", id().into()),
            ("user_id", id().into()),
            ("name", text().into()),
            (
                "prefix",
                text().description(Some("The first characters of the secret.")).into(),
            ),
            ("scopes", Array::new(text()).into()),
            (
                "state",
                text().enum_values(Some(["active", "expired", "revoked"])).into(),
            ),
            ("created_at", at().into()),
            ("expires_at", maybe_at().into()),
            ("rotated_at", maybe_at().into()),
            ("revoked_at", maybe_at().into()),
            (
                "old_until",
                maybe_at()
                    .description(Some("Until when the secret before the last rotation works as well."))
                    .into(),
            ),
            (
                "last_used_at",
                maybe_at().description(Some("Noted at most once a minute.")).into(),
            ),
            (
                "last_used_from",
                maybe_text()
                    .description(Some("The network address it was last used from."))
                    .into(),
            ),
            ("version", integer().into()),
        ])
    };
    let listed = nullable(user).description(Some("Whose it is; in lists only."));
    routes
        .schemas
        .insert("ApiKey".into(), key().property("user", listed).into());
    let secret = text().description(Some(
        "The key itself, shown this once: `Authorization: Bearer <secret>`.",
    ));
    let with_secret = key().property("secret", secret).required("secret");
    routes.schemas.insert("ApiKeyWithSecret".into(), with_secret.into());

    let doc = Doc::new("list_api_keys", "api-keys", "List API keys")
        .about("Newest first, revoked ones too. One's own; who may edit users sees those of everybody.")
        .query("user_id", id(), "Only those of one user")
        .shared("limit")
        .shared("cursor")
        .ok(200, page_of(named("ApiKey")));
    routes.add(Method::GET, "/api-keys", doc, list);
    let doc = Doc::new("create_api_key", "api-keys", "Make an API key")
        .about(
            "The key acts for who makes it, now and later: within its scopes it may do what they may. The secret is shown this \
             once. Keys outlive a change of password; disabling the user ends them.",
        )
        .takes::<NewKey>()
        .example(json!({ "name": "Website form", "scopes": ["leads:write"], "expires_at": "2027-06-30" }))
        .ok(201, named("ApiKeyWithSecret"))
        .etag()
        .credential();
    routes.add(Method::POST, "/api-keys", doc, create);
    let doc = Doc::new("get_api_key", "api-keys", "Get an API key")
        .about("Without its secret, which nobody is told again.")
        .ok(200, named("ApiKey"))
        .etag();
    routes.add(Method::GET, "/api-keys/{id}", doc, get);
    let doc = Doc::new("rename_api_key", "api-keys", "Rename an API key")
        .about("One's own only. Scopes do not change: make another key.")
        .takes::<Rename>()
        .versioned()
        .ok(200, named("ApiKey"))
        .etag();
    routes.add(Method::PATCH, "/api-keys/{id}", doc.unkept(), rename);
    let doc = Doc::new("rotate_api_key", "api-keys", "Give an API key a new secret")
        .about("One's own only. The secret before ends at once, or after `keep_old_minutes`. The expiry stays unless another is given.")
        .may_take::<Rotate>()
        .versioned()
        .ok(200, named("ApiKeyWithSecret"))
        .etag()
        .credential();
    routes.add(Method::POST, "/api-keys/{id}/rotate", doc, rotate);
    let doc = Doc::new("revoke_api_key", "api-keys", "Revoke an API key")
        .about("From the next call on it is refused. Who may edit a user may revoke that user's keys.")
        .versioned()
        .no_content();
    routes.add(Method::DELETE, "/api-keys/{id}", doc.unkept(), revoke);
}
