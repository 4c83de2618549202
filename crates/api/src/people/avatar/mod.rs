//! Routes of users' pictures: everybody gives themselves one or takes it off, who sees a user sees theirs, and who is in
//! charge of a user can take theirs off.

mod picture;

use crate::caller::{Caller, SignedIn};
use crate::describe::{Doc, Routes, formatted, named};
use crate::error::Problem;
use crate::request::{self, IfNoneMatch};
use crate::schema::type_name;
use crate::state::State;
use crate::token;
use crate::user::in_charge_of;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE, ETAG};
use actix_web::http::{Method, StatusCode};
use actix_web::web::{Bytes, Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use domain::avatar::{KEPT, MOST_BYTES, TAKEN};
use domain::policy::Permit;
use domain::user::User;
use domain::{Error, Id, Record};
use persistence::{Tx, avatar, engine};
use tokio::sync::Semaphore;
use utoipa::openapi::KnownFormat;

/// A picture decoded takes up to 160 MB for a moment, so they wait for each other.
static AT_ONCE: Semaphore = Semaphore::const_new(1);

fn too_large() -> Problem {
    Problem::request(StatusCode::PAYLOAD_TOO_LARGE, "picture_file_too_large").with("max", MOST_BYTES >> 20)
}

/// The file as it was sent.
async fn file(request: &HttpRequest, payload: Payload) -> Result<Bytes, Problem> {
    let text = |name| {
        request
            .headers()
            .get(name)
            .and_then(|v| v.to_str().ok())
            .unwrap_or_default()
    };
    let media = text(CONTENT_TYPE)
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    // Clients that were generated send any file so; what it is, it says itself.
    if media != ANY && !TAKEN.split(", ").any(|taken| taken == media) {
        return Err(picture::unsupported());
    }
    if text(CONTENT_LENGTH)
        .parse()
        .is_ok_and(|length: usize| length > MOST_BYTES)
    {
        return Err(too_large());
    }
    let read = payload.to_bytes_limited(MOST_BYTES).await.map_err(|_| too_large())?;
    read.map_err(|e| Problem::request(StatusCode::BAD_REQUEST, "malformed_request").with("reason", e))
}

/// Keeps a picture, or none, and tells it in the user's record.
fn keep(tx: &mut Tx, permit: &Permit, old: User, content: Option<&[u8]>) -> persistence::Result<User> {
    let mut new = old.clone();
    new.avatar = content.map(|content| token::hash(content)[..32].to_owned());
    if new.avatar == old.avatar {
        return Ok(old);
    }
    let stored = engine::update(tx, permit, &old, &new)?;
    avatar::set(tx, permit, old.id, content)?;
    Ok(stored)
}

fn keep_own(tx: &mut Tx, caller: &Caller, me: Id, content: Option<&[u8]>) -> persistence::Result<User> {
    let old = engine::find(tx, &caller.identity_scope(), me)?;
    keep(tx, &caller.own_permit(), old, content)
}

/// `PUT /auth/me/avatar`
async fn set(
    SignedIn { caller, .. }: SignedIn,
    state: Data<State>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let me = caller.me()?;
    let file = file(&request, payload).await?;
    let turn = AT_ONCE.acquire().await.map_err(persistence::Error::internal)?;
    // Decoding takes long enough to keep it off the threads that answer. The turn ends with the work, also where nobody
    // waits for it any more.
    let work = move || {
        let _turn = turn;
        picture::remade(&file)
    };
    let content = tokio::task::spawn_blocking(work)
        .await
        .map_err(persistence::Error::internal)??;
    let answer = state
        .store
        .write(move |tx| {
            let stored = keep_own(tx, &caller, me, Some(&content))?;
            // One's own record is shown whole.
            request::record(StatusCode::OK, &stored.whole(), stored.version())
        })
        .await?;
    Ok(request::respond(answer))
}

/// `DELETE /auth/me/avatar`
async fn remove(SignedIn { caller, .. }: SignedIn, state: Data<State>) -> Result<HttpResponse, Problem> {
    let me = caller.me()?;
    state.store.write(move |tx| keep_own(tx, &caller, me, None)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `DELETE /users/{id}/avatar`
async fn remove_of_user(caller: Caller, state: Data<State>, path: Path<String>) -> Result<HttpResponse, Problem> {
    let id = request::id(&path, User::KIND.name)?;
    let write = state.store.write(move |tx| {
        let (found, permit) = in_charge_of(tx, &caller, id)?;
        keep(tx, &permit, found, None)
    });
    write.await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `GET /users/{id}/avatar`
async fn get(
    caller: Caller,
    state: Data<State>,
    path: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let kind = User::KIND;
    let id = request::id(&path, kind.name)?;
    let none = move || Error::NotFound {
        kind: kind.name,
        id: Some(id),
    };
    // One's own is seen whatever one's rights.
    let own = caller.session.is_some() && caller.user() == Some(id);
    if !own && !caller.fields(kind).reads("avatar") {
        return Err(none().into());
    }
    let scope = if own {
        caller.identity_scope()
    } else {
        caller.scope(kind)?
    };
    let known = IfNoneMatch::of(&request);
    let (etag, content) = state
        .store
        .read_quick(move |tx| {
            let user: User = engine::find(tx, &scope, id)?;
            let etag = format!("\"{}\"", user.avatar.ok_or_else(none)?);
            if known.has(&etag) {
                return Ok((etag, None));
            }
            Ok((etag, Some(avatar::find(tx, &scope, id)?.ok_or_else(none)?)))
        })
        .await?;
    let Some(content) = content else {
        return Ok(HttpResponse::NotModified().insert_header((ETAG, etag)).finish());
    };
    Ok(HttpResponse::Ok()
        .insert_header((ETAG, etag))
        .insert_header((CONTENT_DISPOSITION, "inline; filename=\"avatar.jpg\""))
        .content_type(KEPT)
        .body(content))
}

/// A file of whatever kind. One media type: openapi-python-client makes a module of several that does not load.
const ANY: &str = "application/octet-stream";

pub fn routes(routes: &mut Routes) {
    let doc = Doc::new("set_avatar", "auth", "Give oneself a picture")
        .about(
            "A PNG, JPEG or WebP file. It is turned upright, cut to a square in the middle and encoded anew; nothing else of \
             the file is kept. The record's `avatar` tells which picture it is. `image/png` and the like are taken as media types too.",
        )
        .body_of(ANY, formatted(KnownFormat::Binary))
        .ok(200, named(&type_name(User::KIND)))
        .etag();
    routes.add(Method::PUT, "/auth/me/avatar", doc.unkept(), set);
    let doc = Doc::new("remove_avatar", "auth", "Take one's picture off")
        .about("Where there is none, nothing happens.")
        .no_content();
    routes.add(Method::DELETE, "/auth/me/avatar", doc.unkept(), remove);
    let doc = Doc::new("get_avatar", "users", "Get a user's picture")
        .about("A JPEG of 256 pixels a side at most. Its ETag is the record's `avatar`.")
        .file(KEPT)
        .not_modified();
    routes.add(Method::GET, "/users/{id}/avatar", doc, get);
    let doc = Doc::new("remove_user_avatar", "users", "Take a user's picture off")
        .about("For a picture that does not belong there: asks for the right to edit the user, and not of one with more rights.")
        .no_content();
    routes.add(Method::DELETE, "/users/{id}/avatar", doc.unkept(), remove_of_user);
}
