//! Pages of other origins that may call the API: those that are named in the settings, with keys, never with cookies.

use crate::config::Config;
use actix_web::HttpResponse;
use actix_web::dev::ServiceRequest;
use actix_web::http::Method;
use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, HeaderMap, HeaderValue,
    ORIGIN, VARY,
};
use std::str::FromStr;

const METHODS: &str = "GET, HEAD, POST, PUT, PATCH, DELETE";
const SENT: &str =
    "Authorization, Content-Type, If-Match, If-None-Match, Idempotency-Key, Accept-Language, X-Request-Id";
const READ: &str = "ETag, Link, Location, Retry-After, RateLimit, RateLimit-Policy, X-Request-Id, Idempotent-Replayed, Change-Set, \
                    Content-Language, WWW-Authenticate";
/// Browsers ask again after this many seconds.
const KEPT: &str = "600";
/// Where passwords and cookies are at home: no business of another origin.
const CREDENTIALS: &str = "/api/v1/auth/";

/// Scheme, host and port, as browsers write them; or any (`*`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(String);

impl FromStr for Origin {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim().trim_end_matches('/').to_ascii_lowercase();
        let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        match text == "*" || host.is_some_and(|host| !host.is_empty() && !host.contains(['/', '*', ' ', '@', '?'])) {
            true => Ok(Self(text)),
            false => Err("an origin is scheme and host, such as https://shop.example.com, or `*`".to_owned()),
        }
    }
}

/// The origin of the page that calls, where it may.
pub fn allowed(request: &ServiceRequest, config: &Config) -> Option<HeaderValue> {
    let origin = request.headers().get(ORIGIN)?;
    let text = origin.to_str().ok()?;
    let named = |allowed: &Origin| allowed.0 == "*" || allowed.0 == text;
    let may = config.allowed_origins.iter().any(named)
        && request.path().starts_with("/api/")
        && !request.path().starts_with(CREDENTIALS);
    may.then(|| origin.clone())
}

/// What a browser asks before it lets a page call: answered at once, since no credential comes with it.
pub fn preflight(request: &ServiceRequest) -> Option<HttpResponse> {
    let asks = request.method() == Method::OPTIONS && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    asks.then(|| {
        HttpResponse::NoContent()
            .insert_header((ACCESS_CONTROL_ALLOW_METHODS, METHODS))
            .insert_header((ACCESS_CONTROL_ALLOW_HEADERS, SENT))
            .insert_header((ACCESS_CONTROL_MAX_AGE, KEPT))
            .finish()
    })
}

/// Lets the page read an answer.
pub fn open(headers: &mut HeaderMap, origin: HeaderValue) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(READ));
}

/// Answers differ by who asks: nothing in between may give one of them to another origin.
pub fn vary(headers: &mut HeaderMap, config: &Config) {
    if !config.allowed_origins.is_empty() {
        headers.append(VARY, HeaderValue::from_static("Origin"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_scheme_and_host() {
        for (text, read) in [
            ("https://Shop.example.com/", Some("https://shop.example.com")),
            ("http://localhost:3000", Some("http://localhost:3000")),
            ("*", Some("*")),
            ("shop.example.com", None),
            ("https://", None),
            ("https://*.example.com", None),
            ("https://a.example/b", None),
            ("null", None),
        ] {
            let origin = text.parse::<Origin>().ok();
            assert_eq!(origin, read.map(|read| Origin(read.to_owned())), "{text}");
        }
    }
}
