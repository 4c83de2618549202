//! A forgotten password: asked for by anybody, answered to the address alone.

use crate::describe::{Doc, Routes};
use crate::error::Problem;
use crate::mail;
use crate::request::{self, address};
use crate::state::State;
use actix_web::http::Method;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use domain::{Error, Issue};
use serde_json::json;

/// Whoever asks and whatever for: the same is written, and the same answered. Whose address it is, is looked up later.
async fn forgot(state: Data<State>, request: HttpRequest, body: Bytes) -> Result<HttpResponse, Problem> {
    let mut map = request::object(&request, &body)?;
    let email = request::required_text(&mut map, "email", 254)?;
    request::nothing_else(&map)?;
    let Some(worker) = &state.mail else {
        return Err(Error::Conflict(Issue::new("", "no_mail")).into());
    };
    state.forgot_throttle.ask(&email, address(&request))?;
    state.store.write(move |tx| mail::forgot(tx, &email)).await?;
    worker.wake();
    Ok(HttpResponse::Accepted().json(json!({ "accepted": true })))
}

async fn options(state: Data<State>) -> HttpResponse {
    HttpResponse::Ok().json(json!({ "forgot": state.mail.is_some() }))
}

pub fn routes(routes: &mut Routes) {
    let doc = Doc::new("sign_in_options", "auth", "What a sign-in offers")
        .about("`forgot`: whether a new password can be asked for, which takes a mail server.")
        .ok(
            200,
            json!({ "type": "object", "required": ["forgot"], "properties": { "forgot": { "type": "boolean" } } }),
        )
        .open();
    routes.add(Method::GET, "/auth/options", doc, options);
    let doc = Doc::new("forgot_password", "auth", "Ask for a new password")
        .about(
            "Sends a link to the address, if somebody signs in with it: good for an hour, and once. The answer is the same \
             in either case. `accept_invitation` takes the link's token; the second factor stays.",
        )
        .body(json!({ "type": "object", "required": ["email"], "additionalProperties": false,
            "properties": { "email": { "type": "string", "minLength": 1, "maxLength": 254 } } }))
        .example(json!({ "email": "demo@example.com" }))
        .ok(
            202,
            json!({ "type": "object", "required": ["accepted"], "properties": { "accepted": { "type": "boolean" } } }),
        )
        .open()
        .credential();
    routes.add(Method::POST, "/auth/forgot", doc, forgot);
}
