//! Who is calling: the extractor that stands before every operation but sign-in.

use crate::error::Problem;
use crate::gate::Request;
use crate::state::State;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use chrono::{NaiveTime, TimeZone};
use chrono_tz::Tz;
use domain::policy::{Actor, Identity};
use domain::query::Context;
use domain::{Day, Error, Id, Instant, Locale};
use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::Arc;

/// A signed-in user doing one use case.
#[derive(Clone)]
pub struct Caller {
    pub actor: Actor,
    pub session: Id,
    pub locale: Locale,
    pub zone: Tz,
}

impl Deref for Caller {
    type Target = Actor;

    fn deref(&self) -> &Actor {
        &self.actor
    }
}

impl Caller {
    /// The id of the signed-in user.
    pub fn me(&self) -> Result<Id, Problem> {
        self.actor
            .user()
            .ok_or_else(|| Error::Unauthenticated("unauthenticated").into())
    }

    /// Reads lists against today in the caller's time zone.
    pub fn list_context<T>(&self, read: impl FnOnce(&Context) -> T) -> T {
        let zone = self.zone;
        let day_start = move |day: Day| -> Instant {
            let midnight = day.and_time(NaiveTime::MIN);
            // Where the clock jumps over midnight, the day begins an hour later.
            let start = zone.from_local_datetime(&midnight).earliest().or_else(|| {
                zone.from_local_datetime(&(midnight + chrono::TimeDelta::hours(1)))
                    .earliest()
            });
            start.map_or_else(Instant::now, |t| t.to_utc().into())
        };
        let today = chrono::Utc::now().with_timezone(&zone).date_naive();
        read(&Context {
            today,
            day_start: &day_start,
            currency: self.actor.workspace().currency,
            fiscal_start: self.actor.workspace().fiscal_start(),
        })
    }
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let state = request.app_data::<web::Data<State>>().cloned();
        let about = request.extensions().get::<Request>().cloned();
        Box::pin(async move {
            let (Some(state), Some(about)) = (state, about) else {
                return Err(persistence::Error::internal("a route stands outside the gate").into());
            };
            let claims = about
                .claims
                .ok_or(Error::Unauthenticated(about.refused.unwrap_or("unauthenticated")))?;
            let named = |known: &Arc<Identity>| known.user == Some(claims.sub) && known.workspace.id == claims.ws;
            let identity = match state.known(claims.sid).filter(named) {
                Some(identity) => identity,
                None => {
                    let generation = state.generation();
                    let found = state
                        .store
                        .read_quick(move |tx| {
                            let alive = persistence::session::find(tx, claims.sid)?;
                            if alive.is_none_or(|s| s.user != claims.sub || s.workspace != claims.ws) {
                                return Ok(None);
                            }
                            let Some(workspace) = persistence::workspace::find(tx, claims.ws)? else {
                                return Ok(None);
                            };
                            persistence::user::identity(tx, Arc::new(workspace), claims.sub)
                        })
                        .await?;
                    let identity = Arc::new(found.ok_or(Error::Unauthenticated("token_invalid"))?);
                    state.remember(claims.sid, identity.clone(), generation);
                    identity
                }
            };
            let zone = identity.time_zone.parse().unwrap_or(Tz::UTC);
            let locale = about.locale.unwrap_or(identity.workspace.locale);
            Ok(Self {
                actor: Actor::new(identity, about.id),
                session: claims.sid,
                locale,
                zone,
            })
        })
    }
}
