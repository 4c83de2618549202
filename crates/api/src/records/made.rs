//! The kinds that firms have made: they have the routes of any kind, found when they are asked for.

use crate::caller::Caller;
use crate::crud::crud_of;
use crate::describe::{BASE, Routes, Served};
use crate::error::Problem;
use crate::{noun, sharing};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::{Error, FromRequest};
use domain::{Kind, Kinds};
use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

/// Registers the routes of one of them, with their descriptions.
pub fn routes(routes: &mut Routes, kind: &'static Kind) {
    crud_of(routes, noun::of_made(kind));
    if domain::sharing::shareable(kind) {
        sharing::of_kind(routes, kind);
    }
}

/// Whether a path may be one of theirs.
pub fn is_meant(path: &str) -> bool {
    plural(path).is_some_and(|plural| domain::kinds::may_be_made(&plural))
}

/// The plural of the kind that a path begins with.
fn plural(path: &str) -> Option<String> {
    let first = path.strip_prefix(BASE)?.strip_prefix('/')?.split('/').next()?;
    // As the address says it, and not in another way.
    (!first.contains('_')).then(|| first.replace('-', "_"))
}

/// The routes of a kind, made once.
fn served(kind: &'static Kind) -> &'static Served {
    static KNOWN: LazyLock<Mutex<HashMap<usize, &'static Served>>> = LazyLock::new(Mutex::default);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    // Such a kind stays where it is for as long as the server runs.
    known.entry(std::ptr::from_ref(kind) as usize).or_insert_with(|| {
        let mut own = Routes::of(Kinds::DECLARED);
        routes(&mut own, kind);
        Box::leak(Box::new(own.served()))
    })
}

/// Answers a request to a kind that the caller's firm has made.
pub async fn serve(mut request: ServiceRequest) -> Result<ServiceResponse, Error> {
    match meant(&mut request).await {
        Ok(kind) => served(kind).call(request).await,
        Err(problem) => Ok(request.error_response(problem)),
    }
}

/// The kind that a request is about.
async fn meant(request: &mut ServiceRequest) -> Result<&'static Kind, Problem> {
    let (http, payload) = request.parts_mut();
    let kinds = Caller::from_request(http, payload).await?.kinds();
    let wanted = plural(request.path()).unwrap_or_default();
    let found = kinds.made().iter().find(|kind| kind.plural == wanted);
    found
        .copied()
        .ok_or_else(|| Problem::request(StatusCode::NOT_FOUND, "no_such_route"))
}
