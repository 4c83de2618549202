//! Who is calling: the extractors that stand before every operation but sign-in.

use crate::error::Problem;
use crate::gate::{Credential, Request};
use crate::request::address;
use crate::state::{IdentityKey, State};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use chrono::NaiveTime;
use domain::policy::{Actor, Identity};
use domain::query::{Context, Saved};
use domain::zone::Zone;
use domain::{Day, Error, Id, Instant, Issue, Kind, Locale};
use persistence::{Tx, api_key, user};
use std::borrow::Cow;
use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::Arc;

/// A user doing one use case: signed in, or a program with one of the user's API keys.
#[derive(Clone)]
pub struct Caller {
    pub actor: Actor,
    /// None for an API key, and for a job.
    pub session: Option<Id>,
    pub locale: Locale,
    pub zone: Zone,
}

impl Deref for Caller {
    type Target = Actor;

    fn deref(&self) -> &Actor {
        &self.actor
    }
}

impl AsRef<Self> for Caller {
    fn as_ref(&self) -> &Self {
        self
    }
}

impl Caller {
    pub fn new(actor: Actor, session: Option<Id>, locale: Locale) -> Self {
        let zone = actor.identity.time_zone.parse().unwrap_or(Zone::UTC);
        Self {
            actor,
            session,
            locale,
            zone,
        }
    }

    /// The caller as they are now, where records of this kind are about rights, and nobody else changes rights until the
    /// transaction ends. Whoever was recognized before may have lost meanwhile what this change needs, and two changes that
    /// are each fine may not be fine together.
    pub fn in_turn(&self, tx: &mut Tx, kind: &Kind) -> persistence::Result<Cow<'_, Self>> {
        if !persistence::change::is_about_rights(kind.name) {
            return Ok(Cow::Borrowed(self));
        }
        let workspace = &self.identity.workspace;
        user::hold_rights(tx, workspace.id)?;
        let Some(me) = self.user() else {
            return Ok(Cow::Borrowed(self));
        };
        // With the kinds of the workspace as they are now.
        let Some(workspace) = persistence::workspace::find(tx, workspace.id)? else {
            return Err(Error::Unauthenticated("token_invalid").into());
        };
        let now = user::identity(tx, Arc::new(workspace), me)?;
        let identity = Identity {
            limits: self.identity.limits.clone(),
            ..now.ok_or(Error::Unauthenticated("token_invalid"))?
        };
        Ok(Cow::Owned(Self {
            actor: Actor {
                identity: Arc::new(identity),
                ..self.actor.clone()
            },
            ..self.clone()
        }))
    }

    /// The id of the user.
    pub fn me(&self) -> Result<Id, Problem> {
        self.actor
            .user()
            .ok_or_else(|| Error::Unauthenticated("unauthenticated").into())
    }

    /// The moment a day begins in the caller's time zone.
    pub fn day_start(&self, day: Day) -> Instant {
        let midnight = day.and_time(NaiveTime::MIN);
        // None before the year 1 and after 9999 only, whose moments no record has.
        Instant::on_clock(&self.zone, midnight).unwrap_or_else(|| midnight.and_utc().into())
    }

    /// Reads lists of a kind against what the caller may see, and today in the caller's time zone.
    pub fn list_context<T>(&self, kind: &'static Kind, read: impl FnOnce(&Context) -> T) -> T {
        self.view_context(kind, None, read)
    }

    /// The same of a list that is asked for by a view.
    pub fn view_context<T>(&self, kind: &'static Kind, view: Option<&Saved>, read: impl FnOnce(&Context) -> T) -> T {
        let today = chrono::Utc::now().with_timezone(&self.zone).date_naive();
        read(&Context {
            today,
            day_start: &|day| self.day_start(day),
            currency: self.actor.workspace().currency,
            fiscal_start: self.actor.workspace().fiscal_start(),
            fields: self.actor.fields(kind),
            user: self.actor.user(),
            view,
        })
    }
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let state = request.app_data::<web::Data<State>>().cloned();
        let about = request.extensions().get::<Request>().cloned();
        let address = address(request);
        Box::pin(async move {
            let (Some(state), Some(about)) = (state, about) else {
                return Err(persistence::Error::internal("a route stands outside the gate").into());
            };
            let credential = about
                .credential
                .ok_or(Error::Unauthenticated(about.refused.unwrap_or("unauthenticated")))?;
            let session = match &credential {
                Credential::Token(claims) => Some(claims.sid),
                Credential::Key(_) => None,
            };
            let identity = identity(&state, credential).await?;
            if let Some(limits) = &identity.limits {
                state.key_used(identity.workspace.id, limits.key, address);
            }
            let locale = about.locale.unwrap_or(identity.workspace.locale);
            Ok(Self::new(Actor::new(identity, about.id), session, locale))
        })
    }
}

/// Who stands behind a credential. Read once, then known for a moment.
async fn identity(state: &State, credential: Credential) -> Result<Arc<Identity>, Problem> {
    let (who, invalid) = match &credential {
        Credential::Token(claims) => (IdentityKey::Session(claims.sid), "token_invalid"),
        Credential::Key(hash) => (IdentityKey::Key(hash.clone()), "api_key_invalid"),
    };
    let named = |known: &Arc<Identity>| match &credential {
        Credential::Token(claims) => known.user == Some(claims.sub) && known.workspace.id == claims.ws,
        Credential::Key(_) => true,
    };
    if let Some(known) = state.known(&who).filter(named) {
        return Ok(known);
    }
    let generation = state.generation();
    let found = state
        .store
        .read_quick(move |tx| match &credential {
            Credential::Token(claims) => {
                let alive = persistence::session::find(tx, claims.sid)?;
                let Some(session) = alive.filter(|s| s.user == claims.sub && s.workspace == claims.ws) else {
                    return Ok(None);
                };
                let identity = of_user(tx, claims.ws, claims.sub)?;
                Ok(identity.map(|identity| (identity, Some(session.expires_at))))
            }
            Credential::Key(hash) => {
                let Some(holder) = api_key::holder(tx, hash)? else {
                    return Ok(None);
                };
                if holder.limits.ends_at.is_some_and(|end| end <= Instant::now()) {
                    return Err(Error::Unauthenticated("api_key_expired").into());
                }
                let identity = of_user(tx, holder.workspace, holder.user)?;
                let limits = Some(holder.limits);
                Ok(identity.map(|identity| (Identity { limits, ..identity }, None)))
            }
        })
        .await?;
    let (identity, ends_at) = found.ok_or(Error::Unauthenticated(invalid))?;
    let identity = Arc::new(identity);
    state.remember(who, identity.clone(), generation, ends_at);
    Ok(identity)
}

fn of_user(tx: &mut Tx, workspace: Id, user: Id) -> persistence::Result<Option<Identity>> {
    let Some(workspace) = persistence::workspace::find(tx, workspace)? else {
        return Ok(None);
    };
    user::identity(tx, Arc::new(workspace), user)
}

/// A caller who has signed in: for what is about signing in itself, which no API key does.
pub struct SignedIn {
    pub caller: Caller,
    pub session: Id,
}

impl AsRef<Caller> for SignedIn {
    fn as_ref(&self) -> &Caller {
        &self.caller
    }
}

impl FromRequest for SignedIn {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let caller = Caller::from_request(request, payload);
        Box::pin(async move {
            let caller = caller.await?;
            let refused = || Error::NotForKey(Issue::new("", "api_key_not_allowed"));
            let session = caller.session.ok_or_else(refused)?;
            Ok(Self { caller, session })
        })
    }
}
