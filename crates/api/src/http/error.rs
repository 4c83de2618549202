//! Errors become HTTP here and nowhere else (RFC 9457).

use actix_web::http::StatusCode;
use actix_web::http::header::{ETAG, RETRY_AFTER};
use actix_web::{HttpResponse, ResponseError};
use domain::Kinds;
use domain::messages;
use domain::policy::Action;
use domain::{Error as Refusal, Issue, Locale};
use persistence::Error as StoreError;
use serde_json::{Map, Value as Json, json};

/// A refused or failed request. Rendered by the gate, which knows the caller's language and the request's id.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Trouble with the request as such: status, code, parameters.
    #[error("{1}")]
    Request(StatusCode, &'static str, Vec<(&'static str, String)>),
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self::Store(refusal.into())
    }
}

impl From<Issue> for Problem {
    fn from(issue: Issue) -> Self {
        Refusal::from(issue).into()
    }
}

impl Problem {
    pub fn request(status: StatusCode, code: &'static str) -> Self {
        Self::Request(status, code, Vec::new())
    }

    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        if let Self::Request(_, _, params) = &mut self {
            params.push((name, value.to_string()));
        }
        self
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Request(_, code, _) => code,
            Self::Store(StoreError::Domain(refusal)) => match refusal {
                Refusal::BadQuery(issue)
                | Refusal::Conflict(issue)
                | Refusal::Clash(issue, _)
                | Refusal::NotForKey(issue)
                | Refusal::Gone(issue) => issue.code,
                Refusal::Unmet { code, .. } => code,
                Refusal::Unauthenticated(code) => code,
                Refusal::Forbidden { .. } => "forbidden",
                Refusal::NotFound { .. } => "not_found",
                Refusal::Stale { .. } => "stale",
                Refusal::Invalid(issues) => match issues.as_slice() {
                    // It is about the request, and not about a place in what it says.
                    [one] if !one.pointer.is_empty() && !one.pointer.starts_with('/') => one.code,
                    _ => "invalid",
                },
            },
            Self::Store(StoreError::Unavailable(_) | StoreError::Retry(_)) => "unavailable",
            Self::Store(StoreError::Full(_)) => "storage_full",
            Self::Store(StoreError::TooSlow) => "query_too_slow",
            Self::Store(StoreError::Internal(_)) => "internal",
        }
    }

    pub fn issues(&self) -> &[Issue] {
        match self {
            Self::Store(StoreError::Domain(Refusal::Invalid(issues))) => issues,
            Self::Store(StoreError::Domain(
                Refusal::BadQuery(issue) | Refusal::Conflict(issue) | Refusal::Clash(issue, _) | Refusal::Gone(issue),
            )) => std::slice::from_ref(issue),
            _ => &[],
        }
    }

    /// The version that the record has, where it is another one than was named.
    fn current_version(&self) -> Option<i64> {
        match self {
            Self::Store(StoreError::Domain(Refusal::Stale { current })) => Some(*current),
            Self::Store(StoreError::Domain(Refusal::Unmet { current, .. })) => *current,
            _ => None,
        }
    }

    pub fn detail(&self, locale: Locale) -> String {
        match self {
            Self::Request(_, code, params) => messages::text(code, params, locale),
            Self::Store(StoreError::Domain(refusal)) => match refusal {
                Refusal::BadQuery(issue)
                | Refusal::Conflict(issue)
                | Refusal::Clash(issue, _)
                | Refusal::NotForKey(issue)
                | Refusal::Gone(issue) => messages::issue(issue, locale),
                Refusal::Invalid(issues) => match issues.as_slice() {
                    [one] => messages::issue(one, locale),
                    many => messages::text("invalid", &[("count", many.len().to_string())], locale),
                },
                Refusal::Stale { current } => messages::text("stale", &[("current", current.to_string())], locale),
                Refusal::Forbidden { action, kind } => {
                    let label = domain::change::label(Kinds::DECLARED, kind);
                    let label = label.or_else(|| domain::role::area(kind).map(|a| a.label));
                    // What a firm has made is called as it is in the address.
                    let kind = label.map_or((*kind).to_owned(), |l| l.within(locale));
                    let action = Action::from_key(action).map_or((*action).to_owned(), |a| a.label().within(locale));
                    let params = [("action", action), ("kind", kind)];
                    messages::text("forbidden", &params, locale)
                }
                _ => messages::text(self.code(), &[], locale),
            },
            _ => messages::text(self.code(), &[], locale),
        }
    }

    /// The body of the answer; `prefix` is where the server stands. A cause inside the server stays in the log.
    pub fn body(&self, locale: Locale, request_id: &str, prefix: &str) -> Json {
        let status = self.status_code();
        let code = self.code();
        let mut body = Map::new();
        body.insert("type".into(), json!(format!("{prefix}/docs/errors#{code}")));
        body.insert("title".into(), json!(status.canonical_reason().unwrap_or("Error")));
        body.insert("status".into(), json!(status.as_u16()));
        body.insert("detail".into(), json!(self.detail(locale)));
        body.insert("code".into(), json!(code));
        body.insert("request_id".into(), json!(request_id));
        if let Some(current) = self.current_version() {
            body.insert("current_version".into(), json!(current));
        }
        if !self.issues().is_empty() {
            let issues = self.issues().iter().map(|issue| {
                // A place in the body has a pointer, a parameter its name; what is about neither has none of them.
                let place = match issue.pointer.is_empty() || issue.pointer.starts_with('/') {
                    true => "pointer",
                    false => "parameter",
                };
                json!({ place: issue.pointer, "code": issue.code, "message": messages::issue(issue, locale) })
            });
            body.insert("errors".into(), issues.collect());
        }
        if let Self::Store(StoreError::Domain(Refusal::Clash(_, with))) = self
            && let Some(with) = with.as_object()
        {
            body.extend(with.clone());
        }
        Json::Object(body)
    }

    /// The whole answer, in the caller's language.
    pub fn render(&self, locale: Locale, request_id: &str, prefix: &str) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        response
            .content_type("application/problem+json")
            .insert_header(("Content-Language", locale.tag()));
        match self {
            Self::Store(StoreError::Unavailable(_) | StoreError::Retry(_)) => {
                response.insert_header((RETRY_AFTER, "1"));
            }
            // The same again would fare no better at once.
            Self::Store(StoreError::TooSlow) => {
                response.insert_header((RETRY_AFTER, "30"));
            }
            Self::Request(_, _, params) => {
                if let Some((_, seconds)) = params.iter().find(|(name, _)| *name == "seconds") {
                    response.insert_header((RETRY_AFTER, seconds.as_str()));
                }
                if let Some((_, allowed)) = params.iter().find(|(name, _)| *name == "allowed") {
                    response.insert_header(("Allow", allowed.as_str()));
                }
            }
            _ => {}
        }
        if let Some(current) = self.current_version() {
            response.insert_header((ETAG, format!("\"{current}\"")));
        }
        if self.status_code() == StatusCode::UNAUTHORIZED {
            response.insert_header(("WWW-Authenticate", "Bearer"));
        }
        response.body(self.body(locale, request_id, prefix).to_string())
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Request(status, ..) => *status,
            Self::Store(StoreError::Domain(refusal)) => match refusal {
                Refusal::BadQuery(_) => StatusCode::BAD_REQUEST,
                Refusal::Unauthenticated(_) => StatusCode::UNAUTHORIZED,
                Refusal::Forbidden { .. } | Refusal::NotForKey(_) => StatusCode::FORBIDDEN,
                Refusal::NotFound { .. } => StatusCode::NOT_FOUND,
                Refusal::Conflict(_) | Refusal::Clash(..) => StatusCode::CONFLICT,
                Refusal::Gone(_) => StatusCode::GONE,
                Refusal::Stale { .. } | Refusal::Unmet { .. } => StatusCode::PRECONDITION_FAILED,
                Refusal::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            },
            Self::Store(StoreError::Unavailable(_) | StoreError::Retry(_) | StoreError::TooSlow) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::Store(StoreError::Full(_)) => StatusCode::INSUFFICIENT_STORAGE,
            Self::Store(StoreError::Internal(_)) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Only where the gate was passed by, which no route of ours does.
    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}
