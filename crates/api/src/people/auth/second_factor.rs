//! The second factor: one-time codes of an authenticator app (RFC 6238), and recovery codes for when it is lost.

use super::{credential, note};
use crate::call::Call;
use crate::caller::SignedIn;
use crate::describe::{Doc, Routes, made_of, text};
use crate::error::Problem;
use crate::password;
use crate::state::State;
use crate::typed;
use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::Data;
use domain::user::User;
use domain::{Error, Id, Instant, Issue, Record};
use persistence::second_factor::{self, SecondFactor};
use persistence::{Tx, engine};
use serde::Deserialize;
use serde_json::json;
use subtle::ConstantTimeEq;
use totp_rs::{Algorithm, Secret, TOTP};
use utoipa::ToSchema;
use utoipa::openapi::Array;
use validator::Validate;

/// Seconds a code is shown. The one before and the one after are taken too, for clocks that differ.
const STEP: i64 = 30;
const RECOVERY_CODES: usize = 10;
const RECOVERY_LETTERS: usize = 10;

fn totp(secret: &str) -> persistence::Result<TOTP> {
    let bytes = Secret::Encoded(secret.to_owned())
        .to_bytes()
        .map_err(|e| persistence::Error::internal(format!("{e:?}")))?;
    TOTP::new(Algorithm::SHA1, 6, 1, STEP.unsigned_abs(), bytes).map_err(persistence::Error::internal)
}

/// The time step that a code belongs to, if it is right now.
fn step_of(secret: &str, code: &str, now: Instant) -> persistence::Result<Option<i64>> {
    let totp = totp(secret)?;
    let current = now.micros() / 1_000_000 / STEP;
    Ok((current - 1..=current + 1).find(|step| {
        let right = totp.generate((step * STEP).unsigned_abs());
        bool::from(right.as_bytes().ct_eq(code.as_bytes()))
    }))
}

/// As people type them: with spaces and dashes, in capitals.
fn plain(code: &str) -> String {
    code.chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .flat_map(char::to_lowercase)
        .collect()
}

/// A code as it was typed, and what would be kept of it if it is a recovery code.
#[derive(Debug, Clone)]
pub struct Given {
    code: String,
    recovery: Option<String>,
}

impl Given {
    /// Recovery codes are hashed as passwords are, which is nothing for a transaction to wait for.
    pub async fn new(code: &str, factor: &SecondFactor) -> Result<Self, Problem> {
        let code = plain(code);
        let like = factor
            .recovery
            .first()
            .filter(|_| code.len() == RECOVERY_LETTERS)
            .cloned();
        let recovery = match like {
            Some(like) => {
                let code = code.clone();
                password::beside(move || password::hash_like(&code, &like)).await?
            }
            None => None,
        };
        Ok(Self { code, recovery })
    }
}

/// What a sign-in has to pass beside the password.
pub fn check(tx: &mut Tx, workspace: Id, user: Id, given: Option<&Given>) -> persistence::Result<()> {
    let Some(factor) = second_factor::find(tx, workspace, user)? else {
        return Ok(());
    };
    let given = given.ok_or(Error::Unauthenticated("second_factor_required"))?;
    let right = match (step_of(&factor.secret, &given.code, Instant::now())?, &given.recovery) {
        (Some(step), _) => second_factor::take_step(tx, workspace, user, step)?,
        (None, Some(hash)) => second_factor::take_recovery(tx, workspace, user, hash)?,
        (None, None) => false,
    };
    if right {
        Ok(())
    } else {
        Err(Error::Unauthenticated("second_factor_invalid").into())
    }
}

/// Letters and digits that are not taken for one another.
fn recovery_code() -> Result<String, getrandom::Error> {
    const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";
    let mut bytes = [0u8; RECOVERY_LETTERS];
    getrandom::fill(&mut bytes)?;
    Ok(bytes.iter().map(|b| char::from(LETTERS[usize::from(b % 32)])).collect())
}

/// A secret to begin with. Nothing is kept of it until its first code comes back.
async fn offer(SignedIn { caller, .. }: SignedIn, state: Data<State>) -> Result<HttpResponse, Problem> {
    let me = caller.me()?;
    let mut bytes = [0u8; 20];
    getrandom::fill(&mut bytes).map_err(persistence::Error::internal)?;
    let secret = Secret::Raw(bytes.to_vec()).to_encoded().to_string();
    let issuer = encoded(&format!("Guanxi {}", caller.workspace().name));
    let user: User = state
        .store
        .read_quick(move |tx| engine::find(tx, &caller.identity_scope(), me))
        .await?;
    let account = encoded(user.email.as_ref().map_or(user.name.as_str(), |e| e.as_str()));
    let url = format!("otpauth://totp/{issuer}:{account}?secret={secret}&issuer={issuer}");
    Ok(HttpResponse::Ok().json(json!({ "secret": secret, "url": url })))
}

/// Percent-encoded, spaces too: a label is no form.
fn encoded(text: &str) -> String {
    use std::fmt::Write;
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

/// The codes, with what is kept of them: argon2id, with one salt, so that a sign-in hashes once.
async fn recovery_codes() -> Result<(Vec<String>, Vec<String>), Problem> {
    let codes = (0..RECOVERY_CODES).map(|_| recovery_code());
    let codes: Vec<String> = codes.collect::<Result<_, _>>().map_err(persistence::Error::internal)?;
    let made = codes.clone();
    let hashes = password::beside(move || {
        let first = password::hash(&made[0])?;
        let hash = |code: &String| password::hash_like(code, &first).ok_or_else(|| "no hash".to_owned());
        made.iter().map(hash).collect::<Result<Vec<_>, String>>()
    });
    let hashes = hashes.await?.map_err(persistence::Error::internal)?;
    Ok((codes, hashes))
}

/// The secret that was offered, its first code, and the password.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SecondFactorOn)]
struct TurnOn {
    #[serde(deserialize_with = "typed::word")]
    #[validate(length(min = 1, max = 64))]
    #[schema(min_length = 1, max_length = 64)]
    secret: String,
    #[serde(deserialize_with = "typed::word")]
    #[validate(length(min = 1, max = 40))]
    #[schema(min_length = 1, max_length = 40)]
    code: String,
    #[validate(length(min = 1))]
    #[schema(min_length = 1, max_length = 128)]
    password: String,
}

/// The password is asked: who finds a screen open shall not lock its owner out with a factor of their own.
async fn turn_on(call: Call<SignedIn>) -> Result<HttpResponse, Problem> {
    let TurnOn { secret, code, password } = call.body()?;
    let bytes = Secret::Encoded(secret.clone()).to_bytes();
    if bytes.is_ok_and(|b| b.len() < 20) || totp(&secret).is_err() {
        return Err(Issue::at("secret", "second_factor_secret").into());
    }
    let step = step_of(&secret, &plain(&code), Instant::now())?;
    let step = step.ok_or_else(|| Issue::at("code", "second_factor_invalid"))?;
    let proof = credential::prove(&call, password).await?;
    let (codes, recovery) = recovery_codes().await?;
    let factor = SecondFactor { secret, step, recovery };
    let me = call.caller().me()?;
    call.write(move |tx, by| {
        let permit = by.own_permit();
        proof.holds(tx, &permit)?;
        if second_factor::find(tx, permit.workspace(), me)?.is_some() {
            return Err(Error::Conflict(Issue::new("", "second_factor_on")).into());
        }
        second_factor::turn_on(tx, &permit, me, &factor)?;
        note(tx, &permit, me, |user| user.two_factor = true)
    })
    .await?;
    let shown: Vec<String> = codes.iter().map(|c| format!("{}-{}", &c[..5], &c[5..])).collect();
    Ok(HttpResponse::Ok().json(json!({ "recovery_codes": shown })))
}

/// The password.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SecondFactorOff)]
struct TurnOff {
    #[validate(length(min = 1))]
    #[schema(min_length = 1, max_length = 128)]
    password: String,
}

/// The password is asked again: an open screen is not enough to take a lock off.
async fn turn_off(call: Call<SignedIn>) -> Result<HttpResponse, Problem> {
    let TurnOff { password } = call.body()?;
    let proof = credential::prove(&call, password).await?;
    let me = call.caller().me()?;
    call.write(move |tx, by| {
        let permit = by.own_permit();
        proof.holds(tx, &permit)?;
        second_factor::turn_off(tx, &permit, me)?;
        note(tx, &permit, me, |user| user.two_factor = false)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// For who has lost the device and the recovery codes: somebody with the right to change the user takes the factor off.
async fn reset(call: Call<SignedIn>) -> Result<HttpResponse, Problem> {
    call.nothing()?;
    let id = call.id(User::KIND)?;
    call.write(move |tx, by| {
        let (found, permit) = crate::user::in_charge_of_sign_in(tx, by, id)?;
        if !found.two_factor {
            return Err(Error::Conflict(Issue::at("two_factor", "second_factor_off")).into());
        }
        second_factor::turn_off(tx, &permit, id)?;
        note(tx, &permit, id, |user| user.two_factor = false)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

pub fn routes(routes: &mut Routes) {
    let doc = Doc::new("offer_second_factor", "auth", "Begin with a second factor")
        .about(
            "A fresh secret for an authenticator app, and the `otpauth` address that such apps read from a QR code. It is \
             not kept: `start_second_factor` takes it with its first code.",
        )
        .ok(200, made_of([("secret", text().into()), ("url", text().into())]));
    routes.add(Method::GET, "/auth/second-factor", doc, offer);
    let doc = Doc::new("start_second_factor", "auth", "Turn the second factor on")
        .about(
            "Takes the secret and the first code made from it, and the password. From then on signing in asks for a code. The recovery codes \
             are shown this once; each signs in one time in place of a code.",
        )
        .takes::<TurnOn>()
        .ok(200, made_of([("recovery_codes", Array::new(text()).into())]))
        .credential();
    routes.add(Method::POST, "/auth/second-factor", doc, turn_on);
    let doc = Doc::new("end_second_factor", "auth", "Turn the second factor off")
        .about("Takes the password, and none of the codes any more from then on.")
        .takes::<TurnOff>()
        .no_content()
        .credential();
    routes.add(Method::POST, "/auth/second-factor/end", doc, turn_off);
    let doc = Doc::new("reset_second_factor", "users", "Take a user's second factor off")
        .about("For who has lost device and recovery codes. One's own is turned off by `end_second_factor`.")
        .no_content()
        .credential();
    routes.add(Method::POST, "/users/{id}/reset-second-factor", doc, reset);
}

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 6238, appendix B: the SHA-1 vectors, cut to six digits.
    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = Secret::Raw(b"12345678901234567890".to_vec()).to_encoded().to_string();
        for (seconds, code) in [(59, "287082"), (1_111_111_109, "081804"), (2_000_000_000, "279037")] {
            let now = Instant::from_micros(seconds * 1_000_000).expect("a time");
            assert_eq!(step_of(&secret, code, now).expect("a secret"), Some(seconds / STEP));
            let late = now.plus_seconds(2 * STEP);
            assert_eq!(step_of(&secret, code, late).expect("a secret"), None);
        }
    }

    #[test]
    fn recovery_codes_are_read_as_people_type_them() {
        let code = recovery_code().expect("chance");
        assert_eq!(code.len(), 10);
        assert_eq!(plain(&format!(" {}-{} ", &code[..5].to_uppercase(), &code[5..])), code);
    }
}
