//! A forgotten password: asked for by anybody, answered to the address alone.

use crate::describe::{Doc, Routes, boolean, made_of};
use crate::error::Problem;
use crate::mail;
use crate::request::{self, address};
use crate::state::State;
use crate::typed;
use actix_web::http::Method;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use domain::{Error, Issue};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use validator::Validate;

/// Whose password is forgotten.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct Forgot {
    #[serde(deserialize_with = "typed::word")]
    #[validate(length(min = 1, max = 254))]
    #[schema(min_length = 1, max_length = 254)]
    email: String,
}

/// Whoever asks and whatever for: the same is written, and the same answered. Whose address it is, is looked up later.
async fn forgot(state: Data<State>, request: HttpRequest, body: Bytes) -> Result<HttpResponse, Problem> {
    let Forgot { email } = request::body(&request, &body)?;
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
        .ok(200, made_of([("forgot", boolean().into())]))
        .open();
    routes.add(Method::GET, "/auth/options", doc, options);
    let doc = Doc::new("forgot_password", "auth", "Ask for a new password")
        .about(
            "Sends a link to the address, if somebody signs in with it: good for an hour, and once. The answer is the same \
             in either case. `accept_invitation` takes the link's token; the second factor stays.",
        )
        .takes::<Forgot>()
        .example(json!({ "email": "demo@example.com" }))
        .ok(202, made_of([("accepted", boolean().into())]))
        .open()
        .credential();
    routes.add(Method::POST, "/auth/forgot", doc, forgot);
}
