//! The sessions of the signed-in user: where one is signed in, and how to end that.

use crate::caller::SignedIn;
use crate::describe::{Doc, Routes, boolean, formatted, id, made_of, text};
use crate::error::Problem;
use crate::request;
use crate::state::State;
use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::{Data, Path};
use domain::Error;
use persistence::session;
use serde_json::json;
use utoipa::openapi::{Array, KnownFormat};

async fn list(SignedIn { caller, session }: SignedIn, state: Data<State>) -> Result<HttpResponse, Problem> {
    let (me, workspace, current) = (caller.me()?, caller.workspace().id, session);
    let devices = state
        .store
        .read_quick(move |tx| session::list(tx, workspace, me))
        .await?;
    let data: Vec<_> = devices
        .iter()
        .map(|device| {
            json!({ "id": device.id, "created_at": device.created_at, "seen_at": device.seen_at,
                "expires_at": device.expires_at, "address": device.address, "user_agent": device.user_agent,
                "current": device.id == current })
        })
        .collect();
    Ok(HttpResponse::Ok().json(json!({ "data": data })))
}

async fn end(
    SignedIn { caller, .. }: SignedIn,
    state: Data<State>,
    path: Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = request::id(&path, "session")?;
    let me = caller.me()?;
    let ended = state
        .store
        .write(move |tx| session::end(tx, &caller.own_permit(), me, id))
        .await?;
    if !ended {
        return Err(Error::NotFound {
            kind: "session",
            id: Some(id),
        }
        .into());
    }
    state.forget_identities();
    Ok(HttpResponse::NoContent().finish())
}

async fn end_others(SignedIn { caller, session }: SignedIn, state: Data<State>) -> Result<HttpResponse, Problem> {
    let me = caller.me()?;
    state
        .store
        .write(move |tx| session::end_others(tx, &caller.own_permit(), me, session))
        .await?;
    state.forget_identities();
    Ok(HttpResponse::NoContent().finish())
}

pub fn routes(routes: &mut Routes) {
    let at = || formatted(KnownFormat::DateTime).into();
    let device = made_of([
        ("id", id().into()),
        ("created_at", at()),
        ("seen_at", at()),
        ("expires_at", at()),
        ("address", text().into()),
        ("user_agent", text().into()),
        ("current", boolean().into()),
    ]);
    let doc = Doc::new("list_sessions", "auth", "Where one is signed in")
        .about("The sessions of the signed-in user that are alive, last seen first. `current` marks the one that asks.")
        .ok(200, made_of([("data", Array::new(device).into())]));
    routes.add(Method::GET, "/auth/sessions", doc, list);
    let doc = Doc::new("end_other_sessions", "auth", "Sign out everywhere else")
        .about("Ends all sessions of the signed-in user but the one that asks.")
        .no_content();
    routes.add(Method::DELETE, "/auth/sessions", doc.unkept(), end_others);
    let doc = Doc::new("end_session", "auth", "Sign out elsewhere")
        .about("Ends one session of the signed-in user; what it is used for next is refused.")
        .no_content();
    routes.add(Method::DELETE, "/auth/sessions/{id}", doc.unkept(), end);
}
