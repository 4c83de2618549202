//! Passwords: changed by their owner, or set through a one-time link.

use super::note;
use crate::call::Call;
use crate::caller::{Caller, SignedIn};
use crate::describe::{Doc, Routes, formatted, made_of, maybe_text, text};
use crate::error::Problem;
use crate::request::{self, address};
use crate::state::State;
use crate::{mail, password, token, typed};
use actix_web::http::Method;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use domain::policy::{Actor, Permit};
use domain::user::User;
use domain::{Error, Id, Instant, Issue, Locale, Record};
use persistence::{Tx, engine, login, session, user};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa::openapi::KnownFormat;
use validator::Validate;

/// A link holds for a week: an invitation may wait over a weekend.
const LINK_SECONDS: i64 = 7 * 24 * 3600;

pub async fn hashed(new: String) -> Result<String, Problem> {
    password::check(&new)?;
    let hash = password::beside(move || password::hash(&new)).await?;
    Ok(hash.map_err(persistence::Error::internal)?)
}

/// That it is the user who is at the keyboard.
#[derive(Clone)]
pub struct Proof {
    user: Id,
    password_hash: String,
}

impl Proof {
    /// Asked once more in the transaction of what it was needed for: the password may be another by now.
    pub fn holds(&self, tx: &mut Tx, permit: &Permit) -> persistence::Result<()> {
        if login::still(tx, permit.workspace(), self.user, &self.password_hash)? {
            return Ok(());
        }
        Err(wrong_password().into())
    }
}

fn wrong_password() -> Issue {
    Issue::at("password", "wrong_password")
}

/// Makes sure that it is the user who is at the keyboard. Tries are counted as those of a sign-in are.
pub async fn prove(call: &Call<SignedIn>, secret: String) -> Result<Proof, Problem> {
    let (state, caller) = (&call.state, call.caller());
    let (user, workspace) = (caller.me()?, caller.workspace().id);
    let attempt = state.throttle.begin(&user.to_string(), address(&call.request), true)?;
    let stored = state
        .store
        .read(move |tx| login::password_hash(tx, workspace, user))
        .await?;
    let (right, stored) = password::beside(move || (password::verify(&secret, stored.as_deref()), stored)).await?;
    let password_hash = stored.filter(|_| right).ok_or_else(wrong_password)?;
    state.throttle.succeeded(&attempt);
    Ok(Proof { user, password_hash })
}

/// The password there is, and another. Both are taken as they are: no trimming, no cutting.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChangePassword {
    #[validate(length(min = 1))]
    #[schema(min_length = 1, max_length = 128)]
    password: String,
    #[validate(length(min = 1))]
    #[schema(min_length = 8, max_length = 128)]
    new_password: String,
}

async fn change(call: Call<SignedIn>) -> Result<HttpResponse, Problem> {
    let ChangePassword {
        password: old,
        new_password: new,
    } = call.body()?;
    password::check(&new).map_err(|issue| Issue {
        pointer: "/new_password".into(),
        ..issue
    })?;
    let proof = prove(&call, old).await?;
    let hash = hashed(new).await?;
    let (me, session) = (call.caller().me()?, call.by.session);
    call.write(move |tx, by| {
        let permit = by.own_permit();
        proof.holds(tx, &permit)?;
        login::set_password(tx, &permit, me, &hash)?;
        login::withdraw_link(tx, &permit, me)?;
        session::end_others(tx, &permit, me, session)?;
        note(tx, &permit, me, |user| user.password_changed_at = Some(Instant::now()))
    })
    .await?;
    call.state.forget_identities();
    Ok(HttpResponse::NoContent().finish())
}

/// Makes a link through which the user sets a password: the first, or a new one.
async fn invite(call: Call<SignedIn>) -> Result<HttpResponse, Problem> {
    call.nothing()?;
    let id = call.id(User::KIND)?;
    let secret = token::secret().map_err(persistence::Error::internal)?;
    let hash = token::hash(&secret);
    let expires_at = Instant::now().plus_seconds(LINK_SECONDS);
    let url = format!(
        "{}/welcome?token={secret}",
        call.state.config.public_url.trim_end_matches('/')
    );
    let link = url.clone();
    let by_mail = call.state.mail.is_some();
    let sent_to = call
        .write(move |tx, by| {
            let (found, permit) = crate::user::in_charge_of_sign_in(tx, by, id)?;
            if found.disabled {
                return Err(Error::Conflict(Issue::at("disabled", "user_disabled")).into());
            }
            let Some(email) = &found.email else {
                return Err(Error::Conflict(Issue::at("email", "user_without_email")).into());
            };
            // The address may have been taken by somebody else since.
            login::free_for(tx, id, email.as_str())?;
            login::offer_link(tx, &permit, id, &hash, expires_at)?;
            note(tx, &permit, id, |user| user.invited_at = Some(Instant::now()))?;
            if by_mail {
                send(tx, by, &found, email.as_str(), &link)?;
            }
            let shown = by_mail && by.fields(User::KIND).reads("email");
            Ok(Some(email.clone()).filter(|_| shown))
        })
        .await?;
    if let Some(worker) = &call.state.mail {
        worker.wake();
    }
    Ok(HttpResponse::Created().json(json!({ "url": url, "expires_at": expires_at, "sent_to": sent_to })))
}

/// The letter with the link, in the language of whom it goes to.
fn send(tx: &mut Tx, caller: &Caller, to: &User, email: &str, link: &str) -> persistence::Result<()> {
    let space = caller.workspace();
    let by: User = engine::find(tx, &caller.identity_scope(), caller.user().unwrap_or_default())?;
    let facts = mail::Facts {
        locale: to.locale.as_deref().and_then(Locale::from_tag).unwrap_or(space.locale),
        name: to.name.clone(),
        workspace: space.name.clone(),
        by: by.name,
        url: link.to_owned(),
    };
    let kind = match login::password_hash(tx, space.id, to.id)? {
        Some(_) => mail::Kind::Password,
        None => mail::Kind::Invitation,
    };
    mail::put(tx, kind, (space.id, to.id), email, &facts)
}

/// The token of a link, and the password to be.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct Accept {
    #[serde(deserialize_with = "typed::word")]
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200)]
    token: String,
    #[validate(length(min = 1))]
    #[schema(min_length = 8, max_length = 128)]
    password: String,
}

/// Sets the password of the user a link was made for. The second factor stays as it is.
async fn accept(state: Data<State>, request: HttpRequest, body: Bytes) -> Result<HttpResponse, Problem> {
    let Accept {
        token: link,
        password: new,
    } = request::body(&request, &body)?;
    password::check(&new)?;
    let used = || Error::Conflict(Issue::at("token", "invalid_link"));
    let link = token::hash(&link);
    // A hash costs much, so it is made for a link that is there; others are counted.
    let attempt = state.throttle.guess(address(&request))?;
    let looked = link.clone();
    let found = state.store.read(move |tx| login::linked(tx, &looked)).await?;
    found.ok_or_else(used)?;
    state.throttle.undo(&attempt);
    let hash = hashed(new).await?;
    let request_id = crate::gate::request_id_of(&request);
    let email = state
        .store
        .write(move |tx| {
            let (space, id) = login::linked(tx, &link)?.ok_or_else(used)?;
            login::hold(tx, space, id)?;
            let space = persistence::workspace::find(tx, space)?.ok_or_else(used)?;
            let identity = user::identity(tx, Arc::new(space), id)?.ok_or_else(used)?;
            let actor = Actor::new(Arc::new(identity), request_id.clone());
            let permit = actor.own_permit();
            if !login::take_link(tx, &link)? {
                return Err(used().into());
            }
            let person = note(tx, &permit, id, |user| user.password_changed_at = Some(Instant::now()))?;
            let email = person.email.ok_or_else(used)?;
            login::set(tx, &permit, id, email.as_str(), &hash)?;
            session::end_all(tx, &permit, id)?;
            Ok(email)
        })
        .await?;
    state.forget_identities();
    Ok(HttpResponse::Ok().json(json!({ "email": email })))
}

pub fn routes(routes: &mut Routes) {
    let doc = Doc::new("change_password", "auth", "Change one's password")
        .about("Ends all other sessions of the user.")
        .takes::<ChangePassword>()
        .no_content()
        .credential();
    routes.add(Method::POST, "/auth/password", doc, change);
    let doc = Doc::new("accept_invitation", "auth", "Set a password through a link")
        .about("Takes the token of an invitation. It works once; all sessions of the user end.")
        .takes::<Accept>()
        .ok(200, made_of([("email", text().into())]))
        .open();
    routes.add(Method::POST, "/auth/invitation", doc, accept);
    let doc = Doc::new("invite_user", "users", "Let a user sign in")
        .about(
            "Makes a link through which the user sets a password: to come in for the first time, or after forgetting it. It \
             is shown this once, holds for seven days, and replaces any earlier one. One's own password is changed by \
             `change_password`. Where a mail server is named, it is also \
             sent to the user: `sent_to` tells the address to who may see it.",
        )
        .ok(
            201,
            made_of([
                ("url", text().into()),
                ("sent_to", maybe_text().into()),
                ("expires_at", formatted(KnownFormat::DateTime).into()),
            ]),
        )
        .credential();
    routes.add(Method::POST, "/users/{id}/invite", doc, invite);
}
