//! The server: routes, their description, and how it starts and stops.

use crate::caller::Caller;
use crate::config::Config;
use crate::describe::{BASE, Routes, Served};
use crate::error::Problem;
use crate::gate::{self, RateLimit};
use crate::http::{error_page, guide};
use crate::state::State;
use crate::{
    access, api_key, assets, audit, auth, change, change_set, health, made, report, request, schema, search, sharing,
};
use actix_web::dev::{Server, ServiceRequest, ServiceResponse, fn_service};
use actix_web::http::header::{AUTHORIZATION, CACHE_CONTROL, HeaderValue, VARY};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::{Compress, from_fn};
use actix_web::web::{self, Data, Payload, PayloadConfig};
use actix_web::{App, Error, FromRequest, HttpRequest, HttpResponse, HttpServer};
use domain::Kinds;
use std::net::TcpListener;
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use utoipa_swagger_ui::{Config as DocsConfig, SwaggerUi};

static ROUTES: LazyLock<Served> = LazyLock::new(|| described(Kinds::DECLARED).served());

/// Every route with its description.
fn described(kinds: Kinds) -> Routes {
    let mut routes = Routes::of(kinds);
    routes.schemas = crate::describe::common::schemas();
    for add in [
        auth::routes as fn(&mut Routes),
        api_key::routes,
        crate::avatar::routes,
        crate::kinds::routes,
        crate::workspace::routes,
        crate::working_time::routes,
        crate::hand_over::routes,
        report::routes,
        search::routes,
        change::routes,
        change_set::routes,
        access::routes,
        audit::routes,
        sharing::routes,
        schema::routes,
        crate::start::routes,
    ] {
        add(&mut routes);
    }
    for kind in kinds.made() {
        made::routes(&mut routes, kind);
    }
    routes
}

/// The description as committed in `openapi/openapi.json`.
pub fn openapi() -> String {
    text(Kinds::DECLARED)
}

fn text(kinds: Kinds) -> String {
    let mut text = serde_json::to_string_pretty(&described(kinds).document()).unwrap_or_default();
    text.push('\n');
    text
}

/// The description; for who says who they are, with the kinds and fields that their firm has made.
async fn openapi_json(request: HttpRequest, payload: Payload) -> Result<HttpResponse, Problem> {
    static TEXT: LazyLock<String> = LazyLock::new(openapi);
    let prefix = prefix(&request);
    let text = match request.headers().contains_key(AUTHORIZATION) {
        false => TEXT.clone(),
        true => {
            let kinds = Caller::from_request(&request, &mut payload.into_inner()).await?.kinds();
            let made = web::block(move || text(kinds)).await;
            made.map_err(|_| persistence::Error::internal("the description was not made"))?
        }
    };
    let mut response = request::tagged(&request, under(text, &prefix));
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.append(VARY, HeaderValue::from_static("Authorization"));
    Ok(response)
}

fn prefix(request: &HttpRequest) -> String {
    let state = request.app_data::<Data<State>>();
    state.map_or_else(String::new, |state| state.config.prefix().to_owned())
}

/// The description of a server that stands under a prefix.
fn under(text: String, prefix: &str) -> String {
    if prefix.is_empty() {
        return text;
    }
    let server = |prefix: &str| format!("\"url\": \"{prefix}/\"");
    let text = text.replacen(&server(""), &server(prefix).replace("/\"", "\""), 1);
    text.replacen("\"/docs/guide\"", &format!("\"{prefix}/docs/guide\""), 1)
}

/// What no route took: the app's files, or a problem.
async fn otherwise(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let path = request.path();
    if !path.starts_with("/api/") && path != "/api" {
        // Measurements are served on an address of their own; what asks for them here must not take the app for them.
        let readable = matches!(*request.method(), Method::GET | Method::HEAD) && path != "/metrics";
        let found = readable.then(|| assets::serve(&request, &prefix(&request))).flatten();
        return found.ok_or_else(|| Problem::request(StatusCode::NOT_FOUND, "no_such_route"));
    }
    Err(match ROUTES.methods(path) {
        Some(allowed) => {
            Problem::request(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed").with("allowed", allowed)
        }
        None => Problem::request(StatusCode::NOT_FOUND, "no_such_route"),
    })
}

/// What no declared route took: a kind that the firm has made, or nothing.
async fn beyond(request: ServiceRequest) -> Result<ServiceResponse, Error> {
    if made::is_meant(request.path()) {
        return made::serve(request).await;
    }
    match otherwise(request.request().clone()).await {
        Ok(answer) => Ok(request.into_response(answer)),
        Err(problem) => Ok(request.error_response(problem)),
    }
}

/// Measures what the server itself costs: answers a small JSON object and does nothing else.
async fn noop() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .body("{\"ok\":true}")
}

/// The server that answers there. It serves until told to stop, then finishes what is under way.
pub fn serve(state: Data<State>, listener: TcpListener) -> std::io::Result<Server> {
    let config: Config = state.config.clone();
    let limit = Data::from(Arc::new(RateLimit::new(config.rate_limit)));
    LazyLock::force(&ROUTES);
    let measured = std::env::var_os("GUANXI_BENCH").is_some();
    let server = HttpServer::new(move || {
        let docs = SwaggerUi::new("/docs/{_:.*}").config(DocsConfig::from("../api/v1/openapi.json").use_base_layout());
        App::new()
            .app_data(state.clone())
            .app_data(limit.clone())
            .app_data(PayloadConfig::new(request::BODY_LIMIT))
            .wrap(from_fn(gate::pass))
            .wrap(Compress::default())
            .route("/healthz", web::get().to(health::alive))
            .route("/readyz", web::get().to(health::ready))
            .route("/api/v1/openapi.json", web::get().to(openapi_json))
            .configure(|config| {
                if measured {
                    config.route("/api/v1/noop", web::get().to(noop));
                }
            })
            .service(web::redirect("/docs", "/docs/"))
            .route("/docs/errors", web::get().to(error_page::page))
            .route("/docs/guide", web::get().to(guide::choice))
            .route("/docs/guide/{language}", web::get().to(guide::page))
            .route("/docs/errors.css", web::get().to(error_page::style))
            .service(docs)
            .service(
                web::scope(BASE)
                    .configure(|config| ROUTES.configure(config, otherwise))
                    .default_service(fn_service(beyond)),
            )
            .default_service(web::to(otherwise))
    })
    .workers(config.workers)
    .listen(listener)?
    .client_request_timeout(Duration::from_secs(10))
    .client_disconnect_timeout(Duration::from_secs(5))
    .shutdown_timeout(25);
    Ok(server.run())
}
