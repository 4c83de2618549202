//! The gate every request passes: id, credential, rate limit, and the one place where problems are rendered.

use crate::assets;
use crate::body;
use crate::call::ChangeSet;
use crate::config::Config;
use crate::cors;
use crate::error::Problem;
use crate::http::prefix;
use crate::request::network;
use crate::state::{IdentityKey, State};
use crate::token::{self, Claims, TokenError};
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    ACCEPT_LANGUAGE, AUTHORIZATION, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, HeaderMap, HeaderName,
    HeaderValue, VARY,
};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error as ActixError, HttpMessage, HttpRequest, web};
use domain::{Id, Locale};
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::{Quota, RateLimiter};
use persistence::on_behalf_of;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// What the gate found out about a request.
#[derive(Clone)]
pub struct Request {
    pub id: Arc<str>,
    pub credential: Option<Credential>,
    /// Why a credential that was sent does not hold.
    pub refused: Option<&'static str>,
    /// The language asked for.
    pub locale: Option<Locale>,
}

/// What came in the Authorization header, as far as it can be told without the database.
#[derive(Clone)]
pub enum Credential {
    Token(Claims),
    /// The hash of a whole API key, known or not.
    Key(Arc<str>),
}

impl Credential {
    async fn read(header: &str, state: &State) -> Result<Self, &'static str> {
        let token = header
            .strip_prefix("Bearer ")
            .or_else(|| header.strip_prefix("bearer "));
        let token = token.ok_or("token_invalid")?.trim();
        if token.starts_with(domain::api_key::PREFIX) {
            let hash = token::parse_api_key(token).ok_or("api_key_mistyped")?;
            return Ok(Self::Key(hash.into()));
        }
        let mut checked = state.tokens.check(token);
        if matches!(checked, Err(TokenError::UnknownKey)) {
            state.seek_keys().await;
            checked = state.tokens.check(token);
        }
        checked.map(Self::Token).map_err(TokenError::code)
    }

    /// What its identity is known by.
    fn identity(&self) -> IdentityKey {
        match self {
            Self::Token(claims) => IdentityKey::Session(claims.sid),
            Self::Key(hash) => IdentityKey::Key(hash.clone()),
        }
    }

    /// Whose requests are counted together. A key that was not met yet may be made up and nobody's; it is counted with
    /// others like it from its address, where calls without any credential take nothing away from it.
    fn counted(&self, state: &State, request: &HttpRequest) -> String {
        match self {
            Self::Token(claims) => claims.sub.to_string(),
            Self::Key(hash) => match state.key_met(hash) {
                Some(key) => key.to_string(),
                None => format!("key {}", network(request)),
            },
        }
    }

    /// Whose the request is, where the store's connections are shared out: many keys of a user get no more than one.
    fn shares(&self, state: &State) -> Option<Id> {
        match self {
            Self::Token(claims) => Some(claims.sub),
            Self::Key(hash) => state.key_of(hash),
        }
    }
}

type Limiter =
    RateLimiter<String, governor::state::keyed::DashMapStateStore<String>, DefaultClock, StateInformationMiddleware>;

const MOST_COUNTED: usize = 50_000;

/// Requests a minute for each credential, or network where there is none.
pub struct RateLimit {
    limiter: Option<Limiter>,
    quota: u32,
    /// With so many counted, those who have all their requests again are dropped.
    sweep_at: AtomicUsize,
}

impl RateLimit {
    pub fn new(per_minute: u32) -> Self {
        let limiter = NonZeroU32::new(per_minute)
            .map(|n| RateLimiter::keyed(Quota::per_minute(n)).with_middleware::<StateInformationMiddleware>());
        Self {
            limiter,
            quota: per_minute,
            sweep_at: AtomicUsize::new(MOST_COUNTED),
        }
    }

    /// Requests left, or the seconds to wait.
    fn take(&self, who: String) -> Option<Result<u32, u64>> {
        let limiter = self.limiter.as_ref()?;
        let sweep_at = self.sweep_at.load(Ordering::Relaxed);
        // Each sweep is paid for by as many newcomers as it leaves; who comes meanwhile does not sweep as well.
        if limiter.len() > sweep_at
            && (self.sweep_at)
                .compare_exchange(sweep_at, usize::MAX, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
        {
            limiter.retain_recent();
            self.sweep_at
                .store(MOST_COUNTED.max(2 * limiter.len()), Ordering::Relaxed);
        }
        Some(match limiter.check_key(&who) {
            Ok(snapshot) => Ok(snapshot.remaining_burst_capacity()),
            Err(not_until) => Err(not_until.wait_time_from(DefaultClock::default().now()).as_secs() + 1),
        })
    }
}

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const CHANGE_SET: HeaderName = HeaderName::from_static("change-set");

fn request_id(request: &ServiceRequest) -> Arc<str> {
    let sent = request.headers().get(&REQUEST_ID).and_then(|v| v.to_str().ok());
    let plain = |id: &&str| {
        (8..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    match sent.filter(plain) {
        Some(id) => Arc::from(id),
        None => Arc::from(Id::now_v7().to_string()),
    }
}

/// The id the gate gave a request.
pub fn request_id_of(request: &HttpRequest) -> Arc<str> {
    let about = request.extensions();
    about
        .get::<Request>()
        .map_or_else(|| Arc::from(""), |about| about.id.clone())
}

/// An answer of the API is no page; whoever makes one of it gets no script to run.
const DATA_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";

/// Whether the body comes packed. It would be unpacked as it comes, and a hundred bytes can be a gigabyte: too late to count.
fn packed(request: &ServiceRequest) -> bool {
    let encoding = request.headers().get(CONTENT_ENCODING);
    request.method() != Method::GET && encoding.is_some_and(|e| !e.as_bytes().eq_ignore_ascii_case(b"identity"))
}

/// For whom a request is counted, and for whom it asks for the store's connections.
struct Shares {
    counted: String,
    connections: String,
}

/// What a request says of itself: who sends it, as far as that can be told without the database, and in what language.
async fn recognized(request: &ServiceRequest, state: Option<&web::Data<State>>) -> (Request, Shares) {
    let text = |name: HeaderName| request.headers().get(name).and_then(|v| v.to_str().ok());
    let (credential, refused) = match text(AUTHORIZATION).zip(state) {
        None => (None, None),
        Some((header, state)) => match Credential::read(header, state).await {
            Ok(credential) => (Some(credential), None),
            Err(code) => (None, Some(code)),
        },
    };
    let known = credential.as_ref().zip(state);
    let network = || network(request.request()).to_string();
    let shares = Shares {
        counted: known.map_or_else(network, |(credential, state)| {
            credential.counted(state, request.request())
        }),
        connections: known
            .and_then(|(credential, state)| credential.shares(state))
            .map_or_else(network, |user| user.to_string()),
    };
    let about = Request {
        id: request_id(request),
        // Who asks for another language than these reads English rather than Chinese.
        locale: text(ACCEPT_LANGUAGE)
            .filter(|asked| !matches!(asked.trim(), "" | "*"))
            .map(|asked| Locale::from_accept_language(asked).unwrap_or(Locale::En)),
        credential,
        refused,
    };
    (about, shares)
}

/// The language of who asks for none: that of their workspace, where it is known by now; a program's is English.
fn language(about: &Request, state: Option<&web::Data<State>>) -> Locale {
    about.locale.unwrap_or_else(|| {
        let known = about.credential.as_ref().zip(state);
        let known = known.and_then(|(credential, state)| state.met(&credential.identity()));
        match (known, &about.credential) {
            (Some(identity), _) => identity.workspace.locale,
            (None, Some(Credential::Key(_))) => Locale::En,
            (None, _) if about.refused.is_some_and(|code| code == "api_key_mistyped") => Locale::En,
            (None, _) => Locale::default(),
        }
    })
}

/// What is refused before anything looks at it.
fn refusal(request: &ServiceRequest, taken: Option<Result<u32, u64>>) -> Option<Problem> {
    match taken {
        Some(Err(seconds)) => {
            Some(Problem::request(StatusCode::TOO_MANY_REQUESTS, "rate_limited").with("seconds", seconds))
        }
        _ if packed(request) => Some(Problem::request(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_encoding",
        )),
        _ => None,
    }
}

/// An answer that came as an error, in the caller's language.
fn rendered(response: ServiceResponse<BoxBody>, locale: Locale, id: &str, prefix: &str) -> ServiceResponse<BoxBody> {
    let Some(error) = response.response().error() else {
        return response;
    };
    let rendered = match error.as_error::<Problem>() {
        Some(problem) => {
            if problem_is_ours(problem) {
                tracing::error!(request_id = %id, error = %problem, "a request failed");
            }
            problem.render(locale, id, prefix)
        }
        None => from_actix(error).render(locale, id, prefix),
    };
    response.into_response(rendered)
}

/// Notes how long an answer took, by its route.
fn measure(response: &ServiceResponse<BoxBody>, method: &Method, id: &str, took: Duration) {
    let route = response.request().match_pattern().unwrap_or_else(|| "none".to_owned());
    let status = response.status();
    metrics::histogram!("http_request_seconds", "method" => method.to_string(), "route" => route.clone(), "status" => status.as_str().to_owned())
        .record(took.as_secs_f64());
    tracing::debug!(request_id = %id, %method, route, status = status.as_u16(), micros = took.as_micros() as u64, "request");
}

/// What every answer of the API says of the rate limit, and that nothing keeps it.
fn set_api_headers(headers: &mut HeaderMap, limit: Option<&RateLimit>, taken: Option<Result<u32, u64>>) {
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    let (Some(limit), Some(taken)) = (limit, taken) else {
        return;
    };
    let left = taken.unwrap_or(0);
    let seconds = taken.err().unwrap_or(60);
    let policy = format!("\"default\";q={};w=60", limit.quota);
    let now = format!("\"default\";r={left};t={seconds}");
    for (name, value) in [("ratelimit-policy", policy), ("ratelimit", now)] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
}

/// What tells a browser how careful to be with an answer.
fn set_safety_headers(headers: &mut HeaderMap, is_api: bool, is_secure: bool) {
    let policy = if is_api { DATA_POLICY } else { assets::POLICY };
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("x-frame-options", "DENY"),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    if is_secure {
        headers.insert(
            HeaderName::from_static("strict-transport-security"),
            HeaderValue::from_static("max-age=31536000; includeSubDomains"),
        );
    }
}

/// What every request passes through, whatever it asks for.
pub async fn pass(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, ActixError> {
    let started = Instant::now();
    // Answered as a GET is; actix keeps the body back.
    if request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
    let state = request.app_data::<web::Data<State>>().cloned();
    let limit = request.app_data::<web::Data<RateLimit>>().cloned();
    let config = state.as_ref().map(|state| &state.config);
    let prefix = config.map_or("", Config::prefix);
    if let Some(away) = prefix::take_off(&mut request, prefix) {
        return Ok(request.into_response(away));
    }
    let origin = config.and_then(|config| cors::allowed(&request, config));
    if let Some(origin) = &origin
        && let Some(mut answer) = cors::preflight(&request)
    {
        cors::open(answer.headers_mut(), origin.clone());
        answer.headers_mut().append(VARY, HeaderValue::from_static("Origin"));
        return Ok(request.into_response(answer));
    }
    let (about, shares) = recognized(&request, state.as_ref()).await;
    let id = about.id.clone();
    // A page of another origin has a key, or nothing.
    let origin = origin.filter(|_| !matches!(about.credential, Some(Credential::Token(_))));
    let asked = about.clone();
    let locale = || language(&asked, state.as_ref());
    let is_api = request.path().starts_with("/api/");
    let method = request.method().clone();
    request.extensions_mut().insert(about);

    let taken = limit
        .as_ref()
        .filter(|_| is_api)
        .and_then(|limit| limit.take(shares.counted));
    let refusal = refusal(&request, taken);
    let late = body::in_time(&mut request);
    let mut response = match refusal {
        Some(problem) => request.into_response(problem.render(locale(), &id, prefix)),
        None => {
            let answer = on_behalf_of(shares.connections.into(), next.call(request));
            answer.await?.map_into_boxed_body()
        }
    };
    let too_slow = || Problem::request(StatusCode::REQUEST_TIMEOUT, "body_too_slow").render(locale(), &id, prefix);
    if let Some(answer) = late.answer(too_slow) {
        response = response.into_response(answer);
    }
    let mut response = rendered(response, locale(), &id, prefix);
    measure(&response, &method, &id, started.elapsed());
    let wrote = response.request().extensions().get::<ChangeSet>().copied();
    let headers = response.headers_mut();
    if let Some(value) = wrote.and_then(|ChangeSet(set)| HeaderValue::from_str(&set.to_string()).ok()) {
        headers.insert(CHANGE_SET, value);
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, value);
    }
    if is_api {
        set_api_headers(headers, limit.as_ref().map(|limit| limit.get_ref()), taken);
    }
    prefix::put_on(headers, prefix);
    if let Some(config) = config.filter(|_| is_api) {
        cors::vary(headers, config);
    }
    if let Some(origin) = origin {
        cors::open(headers, origin);
    }
    set_safety_headers(headers, is_api, state.is_some_and(|s| s.config.secure()));
    Ok(response)
}

fn problem_is_ours(problem: &Problem) -> bool {
    matches!(
        problem,
        Problem::Store(
            persistence::Error::Internal(_) | persistence::Error::Unavailable(_) | persistence::Error::Full(_)
        )
    )
}

/// What actix refuses by itself, such as a body over the limit.
fn from_actix(error: &ActixError) -> Problem {
    let status = error.as_response_error().status_code();
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => {
            Problem::request(status, "payload_too_large").with("max", crate::request::BODY_LIMIT)
        }
        s if s.is_server_error() => persistence::Error::internal(error).into(),
        status => Problem::request(status, "malformed_request").with("reason", error),
    }
}
