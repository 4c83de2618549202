//! What the signed-in user may change about themselves, whatever their rights.

use super::credential;
use crate::call::Call;
use crate::caller::SignedIn;
use crate::describe::{Doc, Routes, named};
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
use domain::{Error, Instant, Issue, Record};
use persistence::engine;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use utoipa::ToSchema;
use validator::Validate;

/// What somebody may change about themselves. What the values must be, the fields of users say.
#[derive(Clone, Deserialize, Serialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ProfilePatch)]
struct Profile {
    #[serde(
        default,
        deserialize_with = "typed::not_null",
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(min_length = 1, max_length = 100)]
    name: Option<String>,
    #[serde(
        default,
        deserialize_with = "typed::nullable",
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(value_type = Option<String>)]
    phone: Option<Option<String>>,
    #[serde(
        default,
        deserialize_with = "typed::nullable",
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(value_type = Option<String>)]
    title: Option<Option<String>>,
    /// `zh-CN` or `en`.
    #[serde(
        default,
        deserialize_with = "typed::nullable",
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(value_type = Option<String>)]
    locale: Option<Option<String>>,
    #[serde(
        default,
        deserialize_with = "typed::nullable",
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(value_type = Option<String>)]
    time_zone: Option<Option<String>>,
    /// For who may change users: the address they sign in with. It asks for `password`.
    #[serde(
        default,
        deserialize_with = "typed::nullable",
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(value_type = String, max_length = 254)]
    email: Option<Option<String>>,
    /// Together with `email` only.
    #[serde(default, deserialize_with = "typed::not_null", skip_serializing)]
    #[validate(length(min = 1))]
    #[schema(min_length = 1, max_length = 128)]
    password: Option<String>,
}

/// A field that users have and that is not one's own to change is told as such.
fn read_only(issue: Issue) -> Issue {
    let name = issue.pointer.trim_start_matches('/').to_owned();
    match issue.code == "unknown_field" && User::KIND.field(&name).is_some() {
        true => Issue::new(issue.pointer, "read_only").with("field", name),
        false => issue,
    }
}

async fn change(call: Call<SignedIn>) -> Result<HttpResponse, Problem> {
    let expected = call.expected()?;
    let profile: Profile = match typed::read(call.object()?) {
        Err(Error::Invalid(issues)) => Err(Error::Invalid(issues.into_iter().map(read_only).collect())),
        read => read,
    }?;
    let caller = call.caller();
    // Whoever manages users may change their own address as well, and shows that it is them.
    let password = match (&profile.email, &profile.password) {
        (Some(_), _) if caller.identity.reach(User::KIND.name, Action::Edit) == Reach::None => {
            return Err(Issue::at("email", "read_only").with("field", "email").into());
        }
        (Some(_), None) => return Err(Issue::at("password", "required").into()),
        (None, Some(_)) => return Err(Issue::at("password", "read_only").with("field", "password").into()),
        (_, password) => password.clone(),
    };
    let map = match serde_json::to_value(&profile).map_err(persistence::Error::internal)? {
        Json::Object(map) => map,
        _ => Map::new(),
    };
    let me = caller.me()?;
    let proof = match password {
        Some(said) => Some(credential::prove(&call, said).await?),
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

pub fn routes(routes: &mut Routes) {
    let doc = Doc::new("update_me", "auth", "Change one's own profile")
        .about(
            "Name, phone, job title, language and time zone: everybody may change their own. Whoever may change users changes \
             the address they sign in with, together with `password`.",
        )
        .takes::<Profile>()
        .ok(200, named(&type_name(User::KIND)))
        .etag()
        .versioned();
    routes.add(Method::PATCH, "/auth/me", doc.unkept(), change);
}
