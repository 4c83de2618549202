//! What the signed-in user may change about themselves, whatever their rights.

use crate::call::Call;
use crate::caller::SignedIn;
use crate::crud;
use crate::describe::{Doc, Routes, reference};
use crate::error::Problem;
use crate::request;
use crate::schema::type_name;
use actix_web::HttpResponse;
use actix_web::http::{Method, StatusCode};
use domain::record::Patch;
use domain::user::{User, UserPatch};
use domain::{Instant, Issue, Record};
use persistence::engine;
use serde_json::json;

/// Fields of one's own record that are one's own affair.
const OWN: [&str; 5] = ["name", "phone", "title", "locale", "time_zone"];

async fn change(call: Call<SignedIn>) -> Result<HttpResponse, Problem> {
    let expected = call.expected()?;
    let map = call.object()?;
    if let Some(name) = map.keys().find(|k| !OWN.contains(&k.as_str())) {
        return Err(Issue::at(name, "read_only").with("field", name).into());
    }
    let me = call.caller().me()?;
    let answer = call
        .write(move |tx, by| {
            let old: User = engine::find(tx, &by.identity_scope(), me)?;
            expected.check(old.version())?;
            let mut new = old.apply(UserPatch::parse(map.clone(), false)?, Instant::now())?;
            crate::user::check_time_zone(&new)?;
            crud::checked(tx, by, Some(&old), &mut new)?;
            let stored = engine::update(tx, &by.own_permit(), &old, &new)?;
            // One's own record is shown whole.
            request::record(StatusCode::OK, &stored.whole(), stored.version())
        })
        .await?;
    call.state.forget_identities();
    Ok(request::respond(answer))
}

pub fn routes(routes: &mut Routes) {
    let text = json!({ "type": ["string", "null"] });
    let doc = Doc::new("update_me", "auth", "Change one's own profile")
        .about("Name, phone, job title, language and time zone: everybody may change their own.")
        .body(json!({ "type": "object", "additionalProperties": false, "properties": {
            "name": { "type": "string", "minLength": 1, "maxLength": 100 }, "phone": text, "title": text,
            "locale": { "type": ["string", "null"], "enum": ["zh-CN", "en", null] }, "time_zone": text } }))
        .ok(200, reference(&type_name(User::KIND)))
        .versioned();
    routes.add(Method::PATCH, "/auth/me", doc, change);
}
