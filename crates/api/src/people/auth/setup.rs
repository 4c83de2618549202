//! The set-up of a new server: its first workspace and that one's owner.

use super::credential;
use crate::describe::{Doc, Routes};
use crate::error::Problem;
use crate::state::State;
use crate::{password, request, token, workspace};
use actix_web::http::Method;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use domain::{Error, Issue, Record};
use serde_json::{Value as Json, json};

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
