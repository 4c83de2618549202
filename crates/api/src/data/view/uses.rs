//! Which views use a custom field: what is asked before the field is taken away.

use crate::caller::Caller;
use crate::describe::{Doc, Routes};
use crate::error::Problem;
use crate::request;
use crate::state::State;
use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::{Data, Path};
use domain::custom_field::CustomField;
use domain::policy::Actor;
use domain::view::{Audience, View};
use domain::{Id, Record, custom};
use persistence::{engine, view};
use serde::Serialize;
use std::collections::HashSet;
use utoipa::ToSchema;

/// A view that uses a field.
#[derive(Serialize, ToSchema)]
#[schema(as = ViewUsing)]
struct Using {
    #[schema(value_type = uuid::Uuid)]
    id: Id,
    name: String,
    shared: Audience,
    #[schema(value_type = Option<uuid::Uuid>, required = true)]
    owner_id: Option<Id>,
}

/// The views that use a field.
#[derive(Serialize, ToSchema)]
#[schema(as = ViewsUsing)]
struct Answer {
    /// Those that the caller sees.
    data: Vec<Using>,
    /// How many there are beside, which others have for themselves.
    others: usize,
}

async fn list(caller: Caller, state: Data<State>, path: Path<String>) -> Result<HttpResponse, Problem> {
    let id = request::id(&path, CustomField::KIND.name)?;
    let answer = state
        .store
        .read(move |tx| {
            let field: CustomField = engine::find(tx, &caller.scope(CustomField::KIND)?, id)?;
            let name = format!("{}{}", custom::PREFIX, field.key);
            let scope = caller.scope(View::KIND)?;
            // Also what others keep to themselves breaks, and is counted.
            let every = Actor::system(caller.identity.workspace.clone()).scope(View::KIND)?;
            let mut using = view::of_kind(tx, &every, &field.kind)?;
            using.retain(|view| view.uses(&name));
            let ids: Vec<Id> = using.iter().map(|view| view.id).collect();
            let seen: HashSet<Id> = engine::ids_visible(tx, &scope, View::KIND, &ids)?.into_iter().collect();
            let others = using.len() - seen.len();
            using.retain(|view| seen.contains(&view.id));
            let told = |view: View| Using {
                id: view.id,
                name: view.name,
                shared: view.shared,
                owner_id: view.owner_id,
            };
            let data = using.into_iter().map(told).collect();
            Ok(Answer { data, others })
        })
        .await?;
    Ok(HttpResponse::Ok().json(answer))
}

pub fn routes(routes: &mut Routes) {
    let doc = Doc::new("field_views", "fields", "The views that use a field")
        .about(
            "Ask before you take a field away: these views open without it from then on, and say so. Views that others keep to \
             themselves are only counted.",
        )
        .gives::<Answer>(200)
        .scopes(["fields:read", "views:read"])
        .also(&[404]);
    routes.add(Method::GET, "/fields/{id}/views", doc, list);
}
