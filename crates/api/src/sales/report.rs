//! Reports over the pipeline.

use crate::caller::Caller;
use crate::describe::{Doc, Routes, formatted, id, integer, maybe_text, named, nullable, object, text};
use crate::error::Problem;
use crate::http::query;
use crate::state::State;
use actix_web::http::Method;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use chrono::Offset;
use domain::fiscal::{self, Unit};
use domain::money::decimal;
use domain::opportunity::Opportunity;
use domain::stage::Stage;
use domain::user::User;
use domain::value::parse_day;
use domain::{Day, Id, Record};
use persistence::{engine, report};
use serde::Deserialize;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use utoipa::openapi::schema::SchemaType;
use utoipa::openapi::{Array, ArrayBuilder, KnownFormat, ObjectBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};
use validator::Validate;

/// Sums of amounts in the base currency; null for who does not see what deals are worth.
pub fn money_of_deals(caller: &Caller) -> impl Fn(i128) -> Json + use<> {
    let currency = caller.workspace().currency;
    let seen = caller.fields(Opportunity::KIND).reads("amount");
    move |minor| {
        if seen {
            json!({ "amount": decimal(minor, currency), "currency": currency.code() })
        } else {
            Json::Null
        }
    }
}

/// What an open deal counts for, by how likely its stage makes it.
pub fn weighted(sum: i128, probability: i64) -> i128 {
    sum * i128::from(probability) / 100
}

/// How such a sum is described.
pub fn sum() -> RefOr<Schema> {
    nullable(named("Money"))
        .description(Some("Null where the caller may not see amounts."))
        .into()
}

async fn pipeline_summary(caller: Caller, state: Data<State>) -> Result<HttpResponse, Problem> {
    caller.fields(Opportunity::KIND).must_read(&["stage_id", "status"])?;
    let money = money_of_deals(&caller);
    let body = state
        .store
        .read(move |tx| {
            let sums = report::open_by_stage(tx, &caller.scope(Opportunity::KIND)?)?;
            let ids: Vec<Id> = sums.iter().map(|s| s.stage).collect();
            let mut stages: Vec<Stage> = engine::find_many(tx, &caller.scope(Stage::KIND)?, &ids)?;
            stages.sort_by_key(|s| (s.pipeline_id, s.position, s.id));
            let rows: Vec<Json> = stages
                .iter()
                .filter_map(|stage| {
                    let sum = sums.iter().find(|s| s.stage == stage.id)?;
                    let weighted = weighted(sum.sum, stage.probability);
                    Some(
                        json!({ "pipeline_id": stage.pipeline_id, "stage_id": stage.id, "stage": stage.name,
                        "probability": stage.probability, "count": sum.count, "sum": money(sum.sum),
                        "weighted": money(weighted) }),
                    )
                })
                .collect();
            let total: i128 = sums.iter().map(|s| s.sum).sum();
            let count: i64 = sums.iter().map(|s| s.count).sum();
            Ok(json!({ "data": rows, "total": { "count": count, "sum": money(total) } }))
        })
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

/// How the won value of months can be gathered.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = WinRateGroup)]
enum Group {
    Quarter,
    Year,
    FiscalQuarter,
    FiscalYear,
}

#[derive(Deserialize, Validate)]
#[serde(deny_unknown_fields)]
struct WinRateAsked {
    group: Option<Group>,
}

/// Months, oldest first, gathered into longer periods: quarters and years are made of whole months.
fn periods(caller: &Caller, months: &[report::WonMonth], group: Group) -> Vec<Json> {
    let money = money_of_deals(caller);
    let unit = match group {
        Group::Quarter | Group::FiscalQuarter => Unit::Quarter,
        Group::Year | Group::FiscalYear => Unit::Year,
    };
    let start = match group {
        Group::FiscalQuarter | Group::FiscalYear => caller.workspace().fiscal_start(),
        Group::Quarter | Group::Year => 1,
    };
    let mut found: BTreeMap<Day, (Day, i64, i128)> = BTreeMap::new();
    for month in months {
        let first = parse_day(&format!("{}-01", month.month));
        let Some((from, to)) = first.and_then(|day| fiscal::period(day, unit, start, 0)) else {
            continue;
        };
        let sum = found.entry(from).or_insert((to, 0, 0));
        (sum.1, sum.2) = (sum.1 + month.count, sum.2 + month.sum);
    }
    let rows = found.into_iter().map(|(from, (to, count, sum))| {
        json!({ "period": fiscal::name(from, unit, start), "from": from, "to": to.pred_opt(),
            "won_count": count, "won_value": money(sum) })
    });
    rows.collect()
}

async fn win_rate(caller: Caller, state: Data<State>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let WinRateAsked { group } = query::read(&request)?;
    caller.fields(Opportunity::KIND).must_read(&["status", "closed_at"])?;
    let money = money_of_deals(&caller);
    let body = state
        .store
        .read(move |tx| {
            let scope = caller.scope(Opportunity::KIND)?;
            let sums = report::by_status(tx, &scope)?;
            let of = |status: &str| {
                sums.iter()
                    .find(|s| s.status == status)
                    .map_or((0, 0), |s| (s.count, s.sum))
            };
            let ((won, won_value), (lost, lost_value), (open, open_value)) = (of("won"), of("lost"), of("open"));
            // Percent with two decimals, rounded half up; none while nothing is decided.
            let rate = (won + lost > 0).then(|| {
                let hundredths = (won * 20_000 + (won + lost)) / (2 * (won + lost));
                hundredths as f64 / 100.0
            });
            let offset = chrono::Utc::now()
                .with_timezone(&caller.zone)
                .offset()
                .fix()
                .local_minus_utc()
                / 60;
            let won_months = report::won_by_month(tx, &scope, i64::from(offset))?;
            let periods = group.map(|group| periods(&caller, &won_months, group));
            let months: Vec<Json> = won_months
                .iter()
                .map(|m| json!({ "month": m.month, "won_count": m.count, "won_value": money(m.sum) }))
                .collect();
            Ok(
                json!({ "won": won, "lost": lost, "open": open, "rate": rate, "won_value": money(won_value),
                "lost_value": money(lost_value), "open_value": money(open_value), "months": months, "periods": periods }),
            )
        })
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

async fn sales_by_owner(caller: Caller, state: Data<State>) -> Result<HttpResponse, Problem> {
    caller.fields(Opportunity::KIND).must_read(&["status"])?;
    let money = money_of_deals(&caller);
    let body = state
        .store
        .read(move |tx| {
            let mut rows = report::by_owner(tx, &caller.scope(Opportunity::KIND)?)?;
            if !caller.fields(Opportunity::KIND).reads("amount") {
                // The order would tell what the amounts do not.
                rows.sort_by_key(|r| (std::cmp::Reverse(r.won_count), r.owner));
            }
            let ids: Vec<Id> = rows.iter().filter_map(|r| r.owner).collect();
            let names = engine::titles(tx, &caller.scope(User::KIND)?, User::KIND, &ids)?;
            let data: Vec<Json> = rows
                .iter()
                .map(|row| {
                    let owner = row.owner.map(|id| json!({ "id": id, "name": names.get(&id) }));
                    json!({ "owner": owner, "won_count": row.won_count, "won_value": money(row.won_sum),
                        "lost_count": row.lost_count, "open_count": row.open_count, "open_value": money(row.open_sum) })
                })
                .collect();
            Ok(json!({ "data": data }))
        })
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

fn all_of(object: ObjectBuilder, names: &[&str]) -> ObjectBuilder {
    names.iter().fold(object, |object, name| object.required(*name))
}

fn rows(row: ObjectBuilder) -> ObjectBuilder {
    object().property("data", Array::new(row)).required("data")
}

pub fn routes(routes: &mut Routes) {
    let stage = object()
        .property("pipeline_id", id())
        .property("stage_id", id())
        .property("stage", text())
        .property("probability", integer())
        .property("count", integer())
        .property("sum", sum())
        .property("weighted", sum());
    let stage = all_of(
        stage,
        &[
            "pipeline_id",
            "stage_id",
            "stage",
            "probability",
            "count",
            "sum",
            "weighted",
        ],
    );
    let total = object().property("count", integer()).property("sum", sum());
    let total = all_of(total, &["count", "sum"]);
    let doc = Doc::new("report_pipeline_summary", "reports", "Open opportunities by stage")
        .about("Count, sum and weighted sum in the base currency, as far as the caller may see.")
        .ok(200, rows(stage).property("total", total).required("total"))
        .scopes(["opportunities:read", "stages:read"]);
    routes.add(Method::GET, "/reports/pipeline-summary", doc, pipeline_summary);
    let month = object()
        .property("month", text().description(Some("`2026-11`")))
        .property("won_count", integer())
        .property("won_value", sum());
    let month = all_of(month, &["month", "won_count", "won_value"]);
    let period = object()
        .property(
            "period",
            text().description(Some("`2026-Q4`, `2026`, or for fiscal years `2026/27-Q1`")),
        )
        .property("from", formatted(KnownFormat::Date))
        .property("to", formatted(KnownFormat::Date))
        .property("won_count", integer())
        .property("won_value", sum());
    let period = all_of(period, &["period", "from", "to", "won_count", "won_value"]);
    let rate = ObjectBuilder::new().schema_type(SchemaType::from_iter([Type::Number, Type::Null]));
    let periods = ArrayBuilder::new()
        .schema_type(SchemaType::from_iter([Type::Array, Type::Null]))
        .items(period);
    let rates = object()
        .property("won", integer())
        .property("lost", integer())
        .property("open", integer())
        .property("rate", rate)
        .property("won_value", sum())
        .property("lost_value", sum())
        .property("open_value", sum())
        .property("months", Array::new(month))
        .property("periods", periods);
    let rates = all_of(
        rates,
        &[
            "won",
            "lost",
            "open",
            "rate",
            "won_value",
            "lost_value",
            "open_value",
            "months",
            "periods",
        ],
    );
    let doc = Doc::new("report_win_rate", "reports", "Win rate and monthly won value")
        .about("`rate` is won / (won + lost) in percent, with two decimals; null while nothing is decided. Months are the caller's; \
                with `group` they are gathered in `periods` too. A fiscal year is named after the years it lies in.")
        .query("group", Group::schema(), "Longer periods that the months are gathered in")
        .ok(200, rates)
        .scopes(["opportunities:read"]);
    routes.add(Method::GET, "/reports/win-rate", doc, win_rate);
    let owner = object().property("id", id()).property("name", maybe_text());
    let owner = all_of(owner, &["id", "name"]);
    let row = object()
        .property(
            "owner",
            nullable(owner).description(Some("None where nobody has the deals.")),
        )
        .property("won_count", integer())
        .property("won_value", sum())
        .property("lost_count", integer())
        .property("open_count", integer())
        .property("open_value", sum());
    let row = all_of(
        row,
        &[
            "owner",
            "won_count",
            "won_value",
            "lost_count",
            "open_count",
            "open_value",
        ],
    );
    let doc = Doc::new("report_sales_by_owner", "reports", "Sales by owner")
        .about("Best first.")
        .ok(200, rows(row))
        .scopes(["opportunities:read", "users:read"]);
    routes.add(Method::GET, "/reports/sales-by-owner", doc, sales_by_owner);
}
