//! Sign-in: passwords, sessions, tokens, and the set-up of a new server.

use crate::caller::Caller;
use crate::describe::{Doc, Routes};
use crate::error::Problem;
use crate::gate::Request;
use crate::password;
use crate::request;
use crate::state::State;
use crate::token::{self, ACCESS_SECONDS, SESSION_SECONDS};
use crate::workspace;
use actix_web::cookie::{Cookie, SameSite, time::Duration};
use actix_web::http::{Method, StatusCode};
use actix_web::web::{Bytes, Data};
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use domain::user::User;
use domain::{Error, Id, Instant, Issue, Record};
use persistence::session::Session;
use persistence::{engine, session, user};
use serde_json::{Value as Json, json};

const COOKIE: &str = "guanxi_refresh";
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

fn cookie(state: &State, value: String, age: Duration) -> Cookie<'static> {
    Cookie::build(COOKIE, value)
        .path(COOKIE_PATH)
        .http_only(true)
        .secure(state.config.secure())
        .same_site(SameSite::Strict)
        .max_age(age)
        .finish()
}

fn tokens(state: &State, session: &Session, secret: &str, app: bool, user: Json) -> Result<HttpResponse, Problem> {
    let access = state
        .tokens
        .access(session.user, session.workspace, session.id)
        .map_err(persistence::Error::internal)?;
    let refresh = token::refresh(session.id, secret);
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

async fn login(state: Data<State>, request: HttpRequest, body: Bytes) -> Result<HttpResponse, Problem> {
    let mut map = request::object(&request, &body)?;
    let email = request::required_text(&mut map, "email", 254)?;
    // Taken as it is: no trimming, no cutting.
    let secret = match map.remove("password") {
        Some(Json::String(s)) if !s.is_empty() && s.chars().count() <= password::MAX => s,
        Some(Json::String(s)) if s.is_empty() => return Err(Issue::at("password", "required").into()),
        Some(Json::String(_)) => return Err(Error::Unauthenticated("invalid_credentials").into()),
        Some(_) => return Err(Issue::at("password", "wrong_type").with("type", "text").into()),
        None => return Err(Issue::at("password", "required").into()),
    };
    request::nothing_else(&map)?;
    let app = from_app(&request, &state)?;
    let store = state.store.clone();
    let found = state
        .store
        .read(move |tx| {
            let login = user::login(tx, &email)?;
            let right = password::verify(&secret, login.as_ref().map(|l| l.password_hash.as_str()));
            Ok(login.filter(|_| right))
        })
        .await?;
    let login = found.ok_or(Error::Unauthenticated("invalid_credentials"))?;
    let agent = request
        .headers()
        .get("User-Agent")
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default()
        .to_owned();
    let secret = token::secret().map_err(persistence::Error::internal)?;
    let hash = token::hash(&secret);
    let session = Session {
        id: Id::now_v7(),
        workspace: login.workspace,
        user: login.user,
        expires_at: Instant::now().plus_seconds(SESSION_SECONDS),
    };
    let opened = session.clone();
    let about = store
        .write(move |tx| {
            let about = describe(tx, opened.workspace, opened.user)?;
            session::open(tx, &opened, &hash, &agent)?;
            Ok(about)
        })
        .await?;
    tokens(&state, &session, &secret, app, about)
}

/// The user as the sign-in tells it. A disabled user does not get in.
fn describe(tx: &mut persistence::Tx, space: Id, id: Id) -> persistence::Result<Json> {
    let refused = || persistence::Error::from(Error::Unauthenticated("invalid_credentials"));
    let space = persistence::workspace::find(tx, space)?.ok_or_else(refused)?;
    let system = domain::policy::Actor::system(std::sync::Arc::new(space));
    let found = engine::find_many::<User>(tx, &system.scope(User::KIND)?, &[id])?
        .into_iter()
        .next();
    let found = found.filter(|u| !u.disabled).ok_or_else(refused)?;
    Ok(
        json!({ "id": found.id, "name": found.name, "email": found.email, "locale": found.locale, "roles": found.roles }),
    )
}

fn presented(request: &HttpRequest, body: &[u8], app: bool) -> Result<Option<String>, Problem> {
    if app {
        return Ok(request.cookie(COOKIE).map(|c| c.value().to_owned()));
    }
    let mut map = request::optional_object(request, body)?;
    let token = request::optional_text(&mut map, "refresh_token", 300)?;
    request::nothing_else(&map)?;
    Ok(token)
}

async fn refresh(state: Data<State>, request: HttpRequest, body: Bytes) -> Result<HttpResponse, Problem> {
    let app = from_app(&request, &state)?;
    let token = presented(&request, &body, app)?;
    let parsed = token
        .as_deref()
        .and_then(token::parse_refresh)
        .map(|(id, secret)| (id, token::hash(secret)));
    let (id, hash) = parsed.ok_or(Error::Unauthenticated("token_invalid"))?;
    let secret = token::secret().map_err(persistence::Error::internal)?;
    let next = token::hash(&secret);
    let rotated = state
        .store
        .write(move |tx| {
            let Some(session) = session::rotate(tx, id, &hash, &next)? else {
                return Ok(None);
            };
            match describe(tx, session.workspace, session.user) {
                Ok(about) => Ok(Some((session, about))),
                Err(persistence::Error::Domain(Error::Unauthenticated(_))) => {
                    session::end(tx, id)?;
                    Ok(None)
                }
                Err(error) => Err(error),
            }
        })
        .await?;
    let Some((session, about)) = rotated else {
        state.forget_identities();
        return Err(Error::Unauthenticated("token_invalid").into());
    };
    tokens(&state, &session, &secret, app, about)
}

/// Ends the session of the access token, or of the refresh token where that is all there is.
async fn logout(state: Data<State>, request: HttpRequest, body: Bytes) -> Result<HttpResponse, Problem> {
    let app = from_app(&request, &state)?;
    let claimed = request
        .extensions()
        .get::<Request>()
        .and_then(|r| r.claims.as_ref().map(|c| c.sid));
    let token = presented(&request, &body, app)?;
    let named = token
        .as_deref()
        .and_then(token::parse_refresh)
        .map(|(id, secret)| (id, token::hash(secret)));
    if claimed.is_none() && named.is_none() {
        return Err(Error::Unauthenticated("unauthenticated").into());
    }
    state
        .store
        .write(move |tx| {
            if let Some(id) = claimed {
                session::end(tx, id)?;
            }
            if let Some((id, hash)) = &named {
                // Only who holds the current token may end the session with it; an old one ends it anyway.
                session::rotate(tx, *id, hash, "ended")?;
                session::end(tx, *id)?;
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

async fn me(caller: Caller, state: Data<State>) -> Result<HttpResponse, Problem> {
    let id = caller.me()?;
    let body = state
        .store
        .read_quick(move |tx| {
            let user: User = engine::find(tx, &caller.identity_scope(), id)?;
            let space = caller.workspace();
            let rights: serde_json::Map<String, Json> = domain::KINDS
                .iter()
                .map(|kind| {
                    let actions: serde_json::Map<String, Json> = domain::policy::Action::ALL
                        .iter()
                        .map(|a| (a.key().to_owned(), json!(caller.identity.reach(kind.name, *a))))
                        .collect();
                    (kind.name.to_owned(), Json::Object(actions))
                })
                .collect();
            Ok(json!({
                "user": user,
                "workspace": { "id": space.id, "name": space.name, "currency": space.currency.code(),
                    "locale": space.locale, "time_zone": space.time_zone },
                "session_id": caller.session,
                "roles": caller.identity.roles,
                "rights": rights,
            }))
        })
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

/// Makes the first workspace and its owner, with the one-time token that the server printed at its first start.
async fn setup(state: Data<State>, request: HttpRequest, body: Bytes) -> Result<HttpResponse, Problem> {
    let mut map = request::object(&request, &body)?;
    let token = request::required_text(&mut map, "token", 200)?;
    let workspace_name = request::required_text(&mut map, "workspace_name", 100)?;
    let name = request::required_text(&mut map, "name", 100)?;
    let email = request::required_text(&mut map, "email", 254)?;
    let locale = request::optional_text(&mut map, "locale", 10)?
        .and_then(|l| domain::Locale::from_tag(&l))
        .unwrap_or_default();
    let Some(Json::String(secret)) = map.remove("password") else {
        return Err(Issue::at("password", "required").into());
    };
    request::nothing_else(&map)?;
    password::check(&secret)?;
    let hashed = tokio::task::spawn_blocking(move || password::hash(&secret))
        .await
        .map_err(persistence::Error::internal)?;
    let hashed = hashed.map_err(persistence::Error::internal)?;
    let user = state
        .store
        .write(move |tx| {
            if !persistence::workspace::take_setup(tx, &token::hash(&token))? {
                return Err(Error::Conflict(Issue::at("token", "invalid_setup_token")).into());
            }
            let space = workspace::create(tx, &workspace_name, locale)?;
            workspace::add_user(tx, &space, &email, &name, "owner", &hashed)
        })
        .await?;
    Ok(HttpResponse::Created()
        .insert_header(("Location", format!("/api/v1/users/{}", user.id)))
        .json(json!({ "user": user })))
}

pub fn routes(routes: &mut Routes) {
    let credentials = json!({ "type": "object", "required": ["email", "password"], "additionalProperties": false, "properties": {
        "email": { "type": "string", "maxLength": 254 }, "password": { "type": "string", "maxLength": 128 } } });
    let given = json!({ "type": "object", "required": ["access_token", "token_type", "expires_in", "user"], "properties": {
        "access_token": { "type": "string" }, "token_type": { "type": "string" }, "expires_in": { "type": "integer" },
        "refresh_token": { "type": "string", "description": "Not for the app, which has it in a cookie." }, "user": { "type": "object" } } });
    let optional_token = || json!({ "type": "object", "additionalProperties": false, "properties": { "refresh_token": { "type": ["string", "null"], "maxLength": 300 } } });
    let doc = Doc::new("login", "auth", "Sign in")
        .about(
            "The access token lives 15 minutes; the refresh token is replaced at each use and ends with the session.",
        )
        .body(credentials)
        .example(json!({ "email": "demo@example.com", "password": "…" }))
        .ok(200, given.clone())
        .open()
        .also(&[401, 403]);
    routes.add(Method::POST, "/auth/login", doc, login);
    let doc = Doc::new("refresh", "auth", "Get a new access token")
        .about("An old refresh token ends the session; the immediate predecessor is forgiven for 10 seconds.")
        .optional_body(optional_token())
        .ok(200, given)
        .open()
        .also(&[401, 403]);
    routes.add(Method::POST, "/auth/refresh", doc, refresh);
    let doc = Doc::new("logout", "auth", "End the session")
        .optional_body(optional_token())
        .no_content()
        .open()
        .also(&[401, 403]);
    routes.add(Method::POST, "/auth/logout", doc, logout);
    let doc = Doc::new("me", "auth", "Who is signed in")
        .about("The user, the workspace, the roles, and how far each right reaches.")
        .ok(
            200,
            json!({ "type": "object", "required": ["user", "workspace", "roles", "rights"], "properties": {
            "user": { "type": "object" }, "workspace": { "type": "object" }, "rights": { "type": "object" },
            "roles": { "type": "array", "items": { "type": "string" } } } }),
        );
    routes.add(Method::GET, "/auth/me", doc, me);
    let text = |max: u32| json!({ "type": "string", "minLength": 1, "maxLength": max });
    let doc = Doc::new("setup", "auth", "Set up a new server")
        .about("Makes the first workspace and its owner. Takes the one-time token of the link printed at the first start.")
        .body(json!({ "type": "object", "required": ["token", "workspace_name", "name", "email", "password"], "additionalProperties": false, "properties": {
            "token": text(200), "workspace_name": text(100), "name": text(100), "email": text(254),
            "password": { "type": "string", "minLength": 8, "maxLength": 128 }, "locale": { "type": ["string", "null"], "enum": ["zh-CN", "en", null] } } }))
        .ok(201, json!({ "type": "object", "required": ["user"], "properties": { "user": { "type": "object" } } }))
        .open();
    routes.add(Method::POST, "/auth/setup", doc, setup);
}
