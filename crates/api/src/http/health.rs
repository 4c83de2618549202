//! Health and readiness for those who watch the server.

use crate::state::State;
use actix_web::HttpResponse;
use actix_web::web::Data;
use serde_json::json;

/// The process runs.
pub async fn alive() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(("Cache-Control", "no-store"))
        .json(json!({ "status": "ok" }))
}

/// The database answers. Anybody may ask as often as they like, so it is asked for one row.
pub async fn ready(state: Data<State>) -> HttpResponse {
    let answered = state.store.read(persistence::login::anybody).await;
    match answered {
        Ok(_) => HttpResponse::Ok()
            .insert_header(("Cache-Control", "no-store"))
            .json(json!({ "status": "ready" })),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            HttpResponse::ServiceUnavailable()
                .insert_header(("Retry-After", "1"))
                .insert_header(("Cache-Control", "no-store"))
                .json(json!({ "status": "the database is away" }))
        }
    }
}
