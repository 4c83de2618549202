//! The set-up of a new server: its first workspace and that one's owner.

use super::credential;
use crate::describe::{Doc, Routes, named, object};
use crate::error::Problem;
use crate::state::State;
use crate::{password, request, token, typed, workspace};
use actix_web::http::Method;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use domain::{Error, Issue, Record};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use validator::Validate;

/// The first workspace, and who owns it.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct Setup {
    #[serde(deserialize_with = "typed::word")]
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200)]
    token: String,
    #[serde(deserialize_with = "typed::word")]
    #[validate(length(min = 1, max = 100))]
    #[schema(min_length = 1, max_length = 100)]
    workspace_name: String,
    #[serde(deserialize_with = "typed::word")]
    #[validate(length(min = 1, max = 100))]
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    #[serde(deserialize_with = "typed::word")]
    #[validate(length(min = 1, max = 254))]
    #[schema(min_length = 1, max_length = 254)]
    email: String,
    #[validate(length(min = 1))]
    #[schema(min_length = 8, max_length = 128)]
    password: String,
    /// `zh-CN` or `en`.
    #[serde(default, deserialize_with = "typed::words")]
    #[validate(length(max = 10))]
    #[schema(max_length = 10)]
    locale: Option<String>,
}

/// Makes the first workspace and its owner, with the one-time token that the server printed at its first start.
async fn setup(state: Data<State>, request: HttpRequest, body: Bytes) -> Result<HttpResponse, Problem> {
    let Setup {
        token,
        workspace_name,
        name,
        email,
        password: secret,
        locale,
    } = request::body(&request, &body)?;
    let locale = locale.as_deref().and_then(domain::Locale::from_tag).unwrap_or_default();
    password::check(&secret)?;
    let refused = || Error::Conflict(Issue::at("token", "invalid_setup_token"));
    let token = token::hash(&token);
    // A hash costs much, so it is made for a token that is there; others are counted.
    let attempt = state.throttle.guess(request::address(&request))?;
    let looked = token.clone();
    let offered = state
        .store
        .read(move |tx| persistence::workspace::offers_setup(tx, &looked))
        .await?;
    if !offered {
        return Err(refused().into());
    }
    state.throttle.undo(&attempt);
    let hashed = credential::hashed(secret).await?;
    let user = state
        .store
        .write(move |tx| {
            if !persistence::workspace::take_setup(tx, &token)? {
                return Err(refused().into());
            }
            let space = workspace::create(tx, &workspace_name, locale)?;
            workspace::add_user(tx, &space, &email, &name, "owner", &hashed)
        })
        .await?;
    Ok(HttpResponse::Created()
        .insert_header(("Location", format!("/api/v1/users/{}", user.id)))
        .json(json!({ "user": user.whole() })))
}

pub fn routes(routes: &mut Routes) {
    let doc = Doc::new("setup", "auth", "Set up a new server")
        .about(
            "Makes the first workspace and its owner. Takes the one-time token of the link printed at the first start.",
        )
        .takes::<Setup>()
        .ok(201, object().property("user", named("User")).required("user"))
        .open();
    routes.add(Method::POST, "/auth/setup", doc, setup);
}
