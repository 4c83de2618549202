//! What the signed-in user may change about themselves, whatever their rights.

use super::credential;
use crate::call::Call;
use crate::caller::SignedIn;
use crate::describe::common::closed;
use crate::describe::{Doc, Routes, maybe_text, named, object, text};
use crate::error::Problem;
use crate::request;
use crate::schema::type_name;
use crate::typed;
use crate::write::{Cause, Writing, write};
use actix_web::HttpResponse;
use actix_web::http::{Method, StatusCode};
use domain::policy::{Action, Reach};
use domain::record::Patch;
use domain::user::{User, UserPatch};
use domain::{Instant, Issue, Record};
use persistence::engine;
use serde::Deserialize;
use serde_json::Map;
use utoipa::ToSchema;
use utoipa::openapi::ObjectBuilder;
use validator::Validate;

/// Fields of one's own record that are one's own affair.
const OWN: [&str; 5] = ["name", "phone", "title", "locale", "time_zone"];

/// What has to be said with a new address.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct Password {
    #[validate(length(min = 1))]
    password: String,
}

async fn change(call: Call<SignedIn>) -> Result<HttpResponse, Problem> {
    let expected = call.expected()?;
    let mut map = call.object()?;
    let caller = call.caller();
    // Whoever manages users may change their own address as well, and shows that it is them.
    let moves = map.contains_key("email") && caller.identity.reach(User::KIND.name, Action::Edit) > Reach::None;
    let password = match moves {
        true => Some(typed::read::<Password>(Map::from_iter([(
            "password".to_owned(),
            map.remove("password").unwrap_or_default(),
        )]))?),
        false => None,
    };
    let taken = |name: &str| OWN.contains(&name) || (moves && name == "email");
    if let Some(name) = map.keys().find(|k| !taken(k)) {
        return Err(Issue::at(name, "read_only").with("field", name).into());
    }
    let me = caller.me()?;
    let proof = match password {
        Some(said) => Some(credential::prove(&call, said.password).await?),
        None => None,
    };
    let answer = call
        .write(move |tx, by| {
            let permit = by.own_permit();
            if let Some(proof) = &proof {
                proof.holds(tx, &permit)?;
            }
            let old: User = engine::find(tx, &by.identity_scope(), me)?;
            expected.check(old.version())?;
            let new = old.apply(UserPatch::parse(map.clone(), false)?, Instant::now())?;
            if old.email != new.email {
                by.authorize(Action::Edit, User::KIND, old.owner_id)?;
                by.fields(User::KIND).must_set(["email"])?;
                // Without one nobody could sign in, and the last owner would be gone.
                if new.email.is_none() {
                    return Err(Issue::at("email", "required").into());
                }
            }
            let stored = write(tx, &mut Writing::new(by, Cause::Own), &permit, Some(&old), &new)?;
            // One's own record is shown whole.
            request::record(StatusCode::OK, &stored.whole(), stored.version())
        })
        .await?;
    call.state.forget_identities();
    Ok(request::respond(answer))
}

/// Described by hand, since who may change users may say more.
fn profile() -> ObjectBuilder {
    let password = text().min_length(Some(1)).max_length(Some(128));
    closed(object())
        .property("name", text().min_length(Some(1)).max_length(Some(100)))
        .property("phone", maybe_text())
        .property("title", maybe_text())
        .property(
            "locale",
            maybe_text().enum_values(Some([Some("zh-CN"), Some("en"), None])),
        )
        .property("time_zone", maybe_text())
        .property("email", text().max_length(Some(254)))
        .property("password", password.description(Some("Together with `email` only.")))
}

pub fn routes(routes: &mut Routes) {
    let doc = Doc::new("update_me", "auth", "Change one's own profile")
        .about(
            "Name, phone, job title, language and time zone: everybody may change their own. Whoever may change users changes \
             the address they sign in with, together with `password`.",
        )
        .body(profile())
        .ok(200, named(&type_name(User::KIND)))
        .etag()
        .versioned();
    routes.add(Method::PATCH, "/auth/me", doc, change);
}
