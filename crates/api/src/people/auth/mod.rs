//! Sign-in: tokens and sessions, passwords, second factors, and the set-up of a new server.

mod credential;
mod forgot;
mod profile;
mod second_factor;
mod sessions;
mod setup;
pub mod throttle;

use crate::caller::Caller;
use crate::describe::common::anything;
use crate::describe::{Doc, Routes, boolean, id, integer, maybe_text, named, nullable, object, text};
use crate::error::Problem;
use crate::gate::{Credential, Request, request_id_of};
use crate::password;
use crate::request::{self, address};
use crate::state::State;
use crate::token::{ACCESS_SECONDS, Refresh, SESSION_SECONDS};
use crate::typed;
use actix_web::cookie::{Cookie, SameSite, time::Duration};
use actix_web::http::{Method, StatusCode};
use actix_web::web::{Bytes, Data};
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use domain::policy::{Actor, Identity, Permit};
use domain::user::User;
use domain::{Error, Id, Instant, Record};
use persistence::session::{Origin, Rotation, Session};
use persistence::{Tx, engine, login, session, user};
use serde::Deserialize;
use serde_json::{Value as Json, json};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa::openapi::{Array, ObjectBuilder};
use validator::Validate;

/// The prefix has browsers take the cookie from a secure page only, and nothing set without TLS in its place.
const SECURE_COOKIE: &str = "__Secure-guanxi_refresh";
const PLAIN_COOKIE: &str = "guanxi_refresh";
const COOKIE_PATH: &str = "/api/v1/auth";
/// The app sends this header; a form on another site cannot.
const APP_HEADER: &str = "X-Guanxi-App";

/// Whether the app is calling, which keeps its refresh token in a cookie. A call that names itself the app from another
/// site is refused.
fn from_app(request: &HttpRequest, state: &State) -> Result<bool, Problem> {
    let header = |name: &str| request.headers().get(name).and_then(|v| v.to_str().ok());
    if header(APP_HEADER).is_none() {
        return Ok(false);
    }
    let same_site = match (header("Sec-Fetch-Site"), header("Origin")) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => origin == state.config.origin(),
        (None, None) => true,
    };
    if same_site {
        Ok(true)
    } else {
        Err(Problem::request(StatusCode::FORBIDDEN, "cross_site"))
    }
}

fn cookie_name(state: &State) -> &'static str {
    if state.config.secure() {
        SECURE_COOKIE
    } else {
        PLAIN_COOKIE
    }
}

fn cookie(state: &State, value: String, age: Duration) -> Cookie<'static> {
    Cookie::build(cookie_name(state), value)
        .path(format!("{}{COOKIE_PATH}", state.config.prefix()))
        .http_only(true)
        .secure(state.config.secure())
        .same_site(SameSite::Strict)
        .max_age(age)
        .finish()
}

async fn tokens(
    state: &State,
    session: &Session,
    refresh: &Refresh,
    app: bool,
    user: Json,
) -> Result<HttpResponse, Problem> {
    state.renew_keys().await;
    let access = state
        .tokens
        .access(session.user, session.workspace, session.id)
        .map_err(persistence::Error::internal)?;
    let refresh = refresh.text();
    let mut body =
        json!({ "access_token": access, "token_type": "Bearer", "expires_in": ACCESS_SECONDS, "user": user });
    let mut response = HttpResponse::Ok();
    if app {
        let left = (session.expires_at.micros() - Instant::now().micros()) / 1_000_000;
        response.cookie(cookie(state, refresh, Duration::seconds(left.max(0))));
    } else {
        body["refresh_token"] = json!(refresh);
    }
    Ok(response.json(body))
}

/// Who signs in. The password is taken as it is: no trimming, no cutting.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct Login {
    #[serde(deserialize_with = "typed::word")]
    #[validate(length(min = 1, max = 254))]
    #[schema(min_length = 1, max_length = 254)]
    email: String,
    #[validate(length(min = 1))]
    #[schema(min_length = 1, max_length = 128)]
    password: String,
    /// The one-time code, or a recovery code, where the user has a second factor.
    #[serde(default, deserialize_with = "typed::words")]
    #[validate(length(max = 40))]
    #[schema(max_length = 40)]
    code: Option<String>,
}

/// A refresh token, where it is in no cookie.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct Presented {
    #[serde(default, deserialize_with = "typed::words")]
    #[validate(length(max = 300))]
    #[schema(max_length = 300)]
    refresh_token: Option<String>,
}

async fn login(state: Data<State>, request: HttpRequest, body: Bytes) -> Result<HttpResponse, Problem> {
    let Login {
        email,
        password: secret,
        code,
    } = request::body(&request, &body)?;
    if secret.chars().count() > password::MAX {
        return Err(Error::Unauthenticated("invalid_credentials").into());
    }
    let app = from_app(&request, &state)?;
    let (address, network) = (address(&request), request::network(&request).to_string());
    let (account, from) = (email.clone(), network.clone());
    let (login, known, factor) = state
        .store
        .read(move |tx| {
            let login = login::find(tx, &email)?;
            let (mut known, mut factor) = (false, None);
            if let Some(login) = &login {
                known = session::came_from(tx, login.workspace, login.user, &from)?;
                factor = persistence::second_factor::find(tx, login.workspace, login.user)?;
            }
            Ok((login, known, factor))
        })
        .await?;
    let attempt = state.throttle.begin(&account, address, known)?;
    let stored = login.as_ref().map(|l| l.password_hash.clone());
    let right = password::beside(move || password::verify(&secret, stored.as_deref())).await?;
    let login = login
        .filter(|_| right)
        .ok_or(Error::Unauthenticated("invalid_credentials"))?;
    let given = match (&factor, &code) {
        (Some(_), None) => {
            state.throttle.undo(&attempt);
            return Err(Error::Unauthenticated("second_factor_required").into());
        }
        (Some(factor), Some(code)) => Some(second_factor::Given::new(code, factor).await?),
        (None, _) => None,
    };
    let agent = request
        .headers()
        .get("User-Agent")
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default()
        .to_owned();
    let origin = Origin {
        address: address.to_string(),
        network,
        user_agent: agent,
    };
    let session = Session {
        id: Id::now_v7(),
        workspace: login.workspace,
        user: login.user,
        expires_at: Instant::now().plus_seconds(SESSION_SECONDS),
    };
    let refresh = Refresh::first(session.id).map_err(persistence::Error::internal)?;
    let (opened, token) = (session.clone(), refresh.hashes());
    let request_id = request_id_of(&request);
    let about = state
        .store
        .write(move |tx| {
            let wrong = || Error::Unauthenticated("invalid_credentials");
            // All asked again, since it may have changed while the password was verified.
            if !login::still(tx, opened.workspace, opened.user, &login.password_hash)? {
                return Err(wrong().into());
            }
            second_factor::check(tx, opened.workspace, opened.user, given.as_ref())?;
            let actor = actor(tx, &opened, &request_id)?.ok_or_else(wrong)?;
            session::open(tx, &actor.own_permit(), &opened, &token, &origin)?;
            describe(tx, &actor)
        })
        .await?;
    state.throttle.succeeded(&attempt);
    tokens(&state, &session, &refresh, app, about).await
}

/// Writes down on a user's record what happened to the sign-in.
fn note(tx: &mut Tx, permit: &Permit, user: Id, change: impl FnOnce(&mut User)) -> persistence::Result<User> {
    login::hold(tx, permit.workspace(), user)?;
    let old: User = engine::find(tx, &permit.scope(), user)?;
    let mut new = old.clone();
    change(&mut new);
    engine::update(tx, permit, &old, &new)
}

/// The user of a session as who acts. None where the user is gone or disabled.
fn actor(tx: &mut Tx, session: &Session, request_id: &Arc<str>) -> persistence::Result<Option<Actor>> {
    let Some(space) = persistence::workspace::find(tx, session.workspace)? else {
        return Ok(None);
    };
    let identity = user::identity(tx, Arc::new(space), session.user)?;
    Ok(identity.map(|identity| Actor::new(Arc::new(identity), request_id.clone())))
}

/// The user as the sign-in tells it.
fn describe(tx: &mut Tx, actor: &Actor) -> persistence::Result<Json> {
    let id = actor.user().ok_or(Error::Unauthenticated("invalid_credentials"))?;
    let found: User = engine::find(tx, &actor.identity_scope(), id)?;
    Ok(
        json!({ "id": found.id, "name": found.name, "email": found.email, "locale": found.locale, "roles": found.roles }),
    )
}

/// Ends a session, whoever asks for it.
fn end(tx: &mut Tx, session: &Session, request_id: &Arc<str>) -> persistence::Result<()> {
    let actor = match actor(tx, session, request_id)? {
        Some(actor) => actor,
        None => match persistence::workspace::find(tx, session.workspace)? {
            Some(space) => Actor::new(Arc::new(Identity::system(Arc::new(space))), request_id.clone()),
            None => return Ok(()),
        },
    };
    session::end(tx, &actor.own_permit(), session.user, session.id).map(drop)
}

fn presented(request: &HttpRequest, state: &State, body: &[u8], app: bool) -> Result<Option<Refresh>, Problem> {
    if app {
        let cookie = request.cookie(cookie_name(state));
        return Ok(cookie.and_then(|c| Refresh::parse(c.value())));
    }
    let said: Presented = request::optional_body(request, body)?;
    Ok(said.refresh_token.as_deref().and_then(Refresh::parse))
}

async fn refresh(state: Data<State>, request: HttpRequest, body: Bytes) -> Result<HttpResponse, Problem> {
    let app = from_app(&request, &state)?;
    let refused = || Error::Unauthenticated("token_invalid");
    let old = presented(&request, &state, &body, app)?.ok_or_else(refused)?;
    let new = old.next().map_err(persistence::Error::internal)?;
    let (id, presented, next) = (old.session, old.hashes(), new.hashes().own);
    let request_id = request_id_of(&request);
    let rotated = state
        .store
        .write(move |tx| {
            let session = match session::rotate(tx, id, &presented, &next, Instant::now())? {
                Rotation::Done(session) => session,
                Rotation::Reused(session) => return end(tx, &session, &request_id).map(|()| Refreshed::Ended),
                Rotation::Refused => return Ok(Refreshed::Refused),
            };
            let Some(actor) = actor(tx, &session, &request_id)? else {
                return end(tx, &session, &request_id).map(|()| Refreshed::Ended);
            };
            Ok(Refreshed::Done(session, describe(tx, &actor)?))
        })
        .await?;
    match rotated {
        Refreshed::Done(session, about) => tokens(&state, &session, &new, app, about).await,
        Refreshed::Ended => {
            state.forget_identities();
            Err(refused().into())
        }
        Refreshed::Refused => Err(refused().into()),
    }
}

/// What came of a refresh token: a new one for the session, with what is told of its user.
enum Refreshed {
    Done(Session, Json),
    /// With its session.
    Ended,
    Refused,
}

/// Ends the session of the access token, or of the refresh token where that is all there is.
async fn logout(state: Data<State>, request: HttpRequest, body: Bytes) -> Result<HttpResponse, Problem> {
    let app = from_app(&request, &state)?;
    let claimed = request.extensions().get::<Request>().and_then(|r| match &r.credential {
        Some(Credential::Token(claims)) => Some(claims.sid),
        _ => None,
    });
    let named = presented(&request, &state, &body, app)?.map(|token| (token.session, token.hashes()));
    if claimed.is_none() && named.is_none() {
        return Err(Error::Unauthenticated("unauthenticated").into());
    }
    let request_id = request_id_of(&request);
    state
        .store
        .write(move |tx| {
            if let Some(session) = claimed.map(|id| session::find(tx, id)).transpose()?.flatten() {
                end(tx, &session, &request_id)?;
            }
            if let Some((id, token)) = &named
                // Only who holds the current token may end the session with it; an old one ends it anyway.
                && let Rotation::Done(session) | Rotation::Reused(session) =
                    session::rotate(tx, *id, token, "ended", Instant::now())?
            {
                end(tx, &session, &request_id)?;
            }
            Ok(())
        })
        .await?;
    state.forget_identities();
    let mut response = HttpResponse::NoContent();
    if app {
        response.cookie(cookie(&state, String::new(), Duration::ZERO));
    }
    Ok(response.finish())
}

/// Who is calling, where, with which rights.
pub fn about(tx: &mut Tx, caller: &Caller) -> persistence::Result<Json> {
    let id = caller.user().ok_or(Error::Unauthenticated("unauthenticated"))?;
    let user: User = engine::find(tx, &caller.identity_scope(), id)?;
    let space = caller.workspace();
    let rights: serde_json::Map<String, Json> = domain::role::subjects(caller.kinds())
        .map(|subject| {
            let name = subject.name;
            let actions: serde_json::Map<String, Json> = domain::policy::Action::ALL
                .iter()
                .map(|a| (a.key().to_owned(), json!(caller.identity.reach(name, *a))))
                .collect();
            (name.to_owned(), Json::Object(actions))
        })
        .collect();
    Ok(json!({
        "user": user.whole(),
        "workspace": { "id": space.id, "name": space.name, "currency": space.currency.code(),
            "locale": space.locale, "time_zone": space.time_zone, "fiscal_year_start": space.fiscal_year_start,
            "configure": caller.identity.reach("workspace", domain::policy::Action::Configure) > domain::policy::Reach::None },
        "session_id": caller.session,
        "scopes": caller.identity.limits.as_ref().map(|l| l.scopes.texts()),
        "roles": caller.identity.roles,
        "rights": rights,
        "field_rights": caller.identity.closed,
    }))
}

async fn me(caller: Caller, state: Data<State>) -> Result<HttpResponse, Problem> {
    let body = state.store.read_quick(move |tx| about(tx, &caller)).await?;
    Ok(HttpResponse::Ok().json(body))
}

/// What `GET /auth/me` answers.
fn whoami() -> ObjectBuilder {
    let space = object()
        .property("id", id())
        .property("name", text())
        .property("currency", text())
        .property("locale", text())
        .property("time_zone", text())
        .property("fiscal_year_start", integer())
        .property(
            "configure",
            boolean().description(Some("Whether the caller may change its settings.")),
        );
    let space = [
        "id",
        "name",
        "currency",
        "locale",
        "time_zone",
        "fiscal_year_start",
        "configure",
    ]
    .into_iter()
    .fold(space, |space, name| space.required(name));
    let session = nullable(id()).description(Some("None for an API key."));
    let scopes = Array::new(text());
    let me = object()
        .property("user", named("User"))
        .property("workspace", space)
        .property("session_id", session)
        .property("scopes", nullable(scopes).description(Some("Of an API key only.")))
        .property("roles", Array::new(text()))
        .property("rights", named("Grants"))
        .property("field_rights", anything());
    [
        "user",
        "workspace",
        "session_id",
        "scopes",
        "roles",
        "rights",
        "field_rights",
    ]
    .into_iter()
    .fold(me, |me, name| me.required(name))
}

pub fn routes(routes: &mut Routes) {
    let given = object()
        .property("access_token", text())
        .property("token_type", text())
        .property("expires_in", integer().description(Some("Seconds.")))
        .property(
            "refresh_token",
            text().description(Some("Not for the app, which has it in a cookie.")),
        )
        .property("user", named("SignedInUser"));
    let given = ["access_token", "token_type", "expires_in", "user"]
        .into_iter()
        .fold(given, |given, name| given.required(name));
    routes.schemas.insert("Tokens".into(), given.into());
    let user = object()
        .property("id", id())
        .property("name", text())
        .property("email", maybe_text())
        .property("locale", maybe_text())
        .property("roles", Array::new(text()));
    let user = ["id", "name", "email", "locale", "roles"]
        .into_iter()
        .fold(user, |user, name| user.required(name));
    routes.schemas.insert("SignedInUser".into(), user.into());
    let doc = Doc::new("login", "auth", "Sign in")
        .about(
            "The access token lives 15 minutes; the refresh token is replaced at each use and ends with the session. Where \
             the user has a second factor, a right password without a code is answered 401 `second_factor_required`. \
             After some failures each further try has to wait: 429 `sign_in_throttled`.",
        )
        .takes::<Login>()
        .example(json!({ "email": "demo@example.com", "password": "…" }))
        .ok(200, named("Tokens"))
        .open()
        .also(&[401, 403]);
    routes.add(Method::POST, "/auth/login", doc, login);
    let doc = Doc::new("refresh", "auth", "Get a new access token")
        .about(
            "An old refresh token ends the session; the immediate predecessor is forgiven for 10 seconds. One that was never \
             given out is refused and ends nothing.",
        )
        .may_take::<Presented>()
        .ok(200, named("Tokens"))
        .open()
        .also(&[401, 403]);
    routes.add(Method::POST, "/auth/refresh", doc, refresh);
    let doc = Doc::new("logout", "auth", "End the session")
        .about("That of the access token, or of the refresh token where that is all there is.")
        .may_take::<Presented>()
        .no_content()
        .open()
        .also(&[401, 403]);
    routes.add(Method::POST, "/auth/logout", doc, logout);
    let doc = Doc::new("me", "auth", "Who is calling")
        .about(
            "The user, the workspace, the roles, and how far each right reaches. For an API key also its `scopes`, and the \
             rights are those that they leave.",
        )
        .ok(200, named("Me"))
        .schema("Me", whoami());
    routes.add(Method::GET, "/auth/me", doc, me);
    credential::routes(routes);
    forgot::routes(routes);
    profile::routes(routes);
    second_factor::routes(routes);
    sessions::routes(routes);
    setup::routes(routes);
}
