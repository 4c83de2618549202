//! Routes of pipelines, and the board.

use crate::caller::Caller;
use crate::crud::crud;
use crate::describe::{Doc, Routes, boolean, integer, named, object};
use crate::error::Problem;
use crate::listing::{self, Shape};
use crate::noun::Noun;
use crate::report;
use crate::request;
use crate::state::State;
use crate::view;
use crate::write::Writing;
use actix_web::http::Method;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use domain::opportunity::Opportunity;
use domain::pipeline::Pipeline;
use domain::query::{self, Filter, Leaf, List, Sort, Test};
use domain::stage::Stage;
use domain::value::Storage;
use domain::{AnyRecord, Error, Id, Issue, Record};
use persistence::{Tx, engine, opportunity};
use serde_json::{Map, Value as Json, json};
use utoipa::openapi::Array;

impl Noun for Pipeline {
    fn defaults(_: &mut Tx, _: &mut Writing, map: &mut Map<String, Json>) -> persistence::Result<()> {
        map.entry("position").or_insert(json!(0));
        Ok(())
    }
}

/// A list of a kind in the order of a field.
pub fn everything<T: Record>(sort: &str, filter: Option<Filter>) -> persistence::Result<List> {
    let field = T::KIND
        .field(sort)
        .ok_or_else(|| persistence::Error::internal("no such field"))?;
    Ok(List {
        used: None,
        filter,
        sort: Sort {
            field,
            descending: false,
        },
        limit: query::MAX_LIMIT,
        after: None,
        q: None,
        fields: None,
        expand: Vec::new(),
        count: query::Count::No,
        group_by: None,
        fingerprint: 0,
    })
}

/// The stages of a pipeline in their order.
pub fn stages(tx: &mut Tx, caller: &Caller, pipeline: Id) -> persistence::Result<Vec<Stage>> {
    let of = Leaf {
        custom: None,
        column: "pipeline_id".into(),
        storage: Storage::Id,
        test: Test::Eq(pipeline.into()),
    };
    let list = everything::<Stage>("position", Some(Filter::Leaf(of)))?;
    Ok(engine::list(tx, &caller.scope(Stage::KIND)?, &list)?.rows)
}

/// The first pipeline that is in use.
pub fn first(tx: &mut Tx, caller: &Caller) -> persistence::Result<Option<Pipeline>> {
    let list = everything::<Pipeline>("position", None)?;
    Ok(engine::list::<Pipeline>(tx, &caller.scope(Pipeline::KIND)?, &list)?
        .rows
        .into_iter()
        .find(|p| !p.archived))
}

/// Cards a stage shows at first.
const CARDS: u32 = 20;

async fn board_of(
    caller: Caller,
    state: Data<State>,
    path: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let id = request::id(&path, Pipeline::KIND.name)?;
    let mut pairs = crate::http::query::pairs(&request)?;
    let seen = caller.fields(Opportunity::KIND);
    seen.must_read(&["pipeline_id", "stage_id", "status"])?;
    if !pairs.iter().any(|(name, _)| name == "limit") {
        pairs.push(("limit".into(), CARDS.to_string()));
    }
    let named = pairs
        .iter()
        .find(|(name, _)| name == query::VIEW)
        .map(|(_, view)| view.as_str());
    let view = view::asked(&state, &caller, caller.kinds().like(Opportunity::KIND), named).await?;
    // A view says itself in which order its cards stand.
    let sorted = pairs.iter().any(|(name, _)| name == "sort") || view.as_ref().is_some_and(|view| view.sort.is_some());
    if !sorted && seen.reads("close_on") {
        pairs.push(("sort".into(), "close_on".into()));
    }
    let list = caller.view_context(Opportunity::KIND, view.as_ref(), |context| {
        query::from_pairs(&pairs, context)
    })?;
    if list.group_by.is_some() {
        // Its cards stand by stages already.
        let issue = Issue::new("group_by", "unknown_parameter").with("parameter", "group_by");
        return Err(Error::BadQuery(issue).into());
    }
    let used = list.used.as_ref().map(|used| view::told(used, caller.locale));
    let body = state
        .store
        .read(move |tx| {
            let pipeline: Pipeline = engine::find(tx, &caller.scope(Pipeline::KIND)?, id)?;
            let scope = caller.scope(Opportunity::KIND)?;
            let totals = opportunity::stage_totals(tx, &scope, id, &list)?;
            let money = report::money_of_deals(&caller);
            let expand = Opportunity::KIND
                .fields
                .iter()
                .filter(|f| {
                    matches!(f.name, "owner_id" | "customer_id") && caller.fields(Opportunity::KIND).sees(f.name)
                })
                .collect();
            let shape = Shape {
                fields: list.fields.clone(),
                expand,
                ..Shape::default()
            };
            let stages = stages(tx, &caller, id)?;
            // All cards of all stages in one go, so that owners and customers are looked up once.
            let mut cards = Vec::new();
            let mut parts = Vec::new();
            for stage in &stages {
                let total = totals.iter().find(|t| t.stage == stage.id).copied().unwrap_or_default();
                let page = if total.count == 0 {
                    engine::Page {
                        rows: Vec::new(),
                        next: None,
                        count: None,
                    }
                } else {
                    opportunity::stage_cards(tx, &scope, stage.id, &list)?
                };
                parts.push((total, page.rows.len(), page.next.is_some()));
                cards.extend(page.rows.iter().map(AnyRecord::of));
            }
            let mut rows = listing::shape_rows(tx, &caller, &cards, &shape)?.into_iter();
            let columns: Vec<Json> = stages
                .iter()
                .zip(parts)
                .map(|(stage, (total, shown, more))| {
                    json!({
                        "stage": caller.show(stage),
                        "count": total.count,
                        "sum": money(total.sum),
                        "weighted": money(report::weighted(total.sum, stage.probability)),
                        "cards": rows.by_ref().take(shown).collect::<Vec<_>>(),
                        "has_more": more,
                    })
                })
                .collect();
            let mut board = json!({ "pipeline": caller.show(&pipeline), "stages": columns });
            if let Some(used) = &used {
                board["view"] = used.clone();
            }
            Ok(board)
        })
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

pub fn routes(routes: &mut Routes) {
    crud::<Pipeline>(routes);
    let column = object()
        .property("stage", named("Stage"))
        .property("count", integer())
        .property("sum", report::sum())
        .property("weighted", report::sum())
        .property("cards", Array::new(named("Opportunity")))
        .property("has_more", boolean());
    let column = ["stage", "count", "sum", "weighted", "cards", "has_more"]
        .into_iter()
        .fold(column, |column, name| column.required(name));
    let board = object()
        .property("pipeline", named("Pipeline"))
        .property("stages", Array::new(column))
        .property("view", named("ViewUsed"))
        .required("pipeline")
        .required("stages");
    let doc = Doc::new("pipeline_board", "pipelines", "The board of a pipeline")
        .about(
            "The open opportunities stage by stage: count, sum, weighted sum and the first cards, each with owner and customer. \
             Takes the filters, sort and search of `GET /opportunities`; the rest of a stage is listed there with `filter[stage_id]`.",
        )
        .ok(200, board)
        .scopes(["pipelines:read", "stages:read", "opportunities:read"]);
    routes.add(
        Method::GET,
        "/pipelines/{id}/board",
        listing::list_parameters(doc, Opportunity::KIND),
        board_of,
    );
}
