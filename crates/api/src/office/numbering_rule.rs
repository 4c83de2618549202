//! Routes of numbering rules.

use crate::caller::Caller;
use crate::crud::crud;
use crate::describe::{Doc, Routes, integer, made_of, text};
use crate::error::Problem;
use crate::http::query;
use crate::noun::Noun;
use crate::state::State;
use actix_web::http::Method;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use domain::numbering_rule::{MOST_COUNT, NumberingRule, Reset, numbered};
use domain::policy::{Action, Actor, Permit};
use domain::zone::Zone;
use domain::{AnyRecord, Day, Error, Issue, Kind, Record};
use persistence::{Tx, numbering_rule};
use serde::Deserialize;
use serde_json::json;
use validator::Validate;

impl Noun for NumberingRule {}

/// The day it is in the workspace.
pub fn today(actor: &Actor) -> Day {
    let zone = actor.workspace().time_zone.parse().unwrap_or(Zone::UTC);
    chrono::Utc::now().with_timezone(&zone).date_naive()
}

/// The next numbers of a kind; none where the workspace does not number it.
pub fn draw(
    tx: &mut Tx,
    actor: &Actor,
    permit: &Permit,
    kind: &'static Kind,
    count: usize,
) -> persistence::Result<Vec<String>> {
    let numbering = actor.workspace().settings.numbering(kind);
    numbering_rule::draw_all(tx, permit, today(actor), kind, numbering, count)
}

/// Numbers records in those custom fields in which the server does so and that have no number yet.
pub fn number(
    tx: &mut Tx,
    actor: &Actor,
    permit: &Permit,
    kind: &'static Kind,
    records: &mut [&mut AnyRecord],
) -> persistence::Result<()> {
    for (_, custom) in kind.custom().filter(|(_, custom)| custom.numbers.is_some()) {
        let lacks = |record: &AnyRecord| record.custom().get(custom.key).is_none();
        let count = records.iter().filter(|record| lacks(record)).count();
        if count == 0 {
            continue;
        }
        let numbers = numbering_rule::draw_for(tx, permit, today(actor), custom, count)?;
        for (record, number) in records.iter_mut().filter(|record| lacks(record)).zip(numbers) {
            record.put_custom(custom.key, Some(number.into()));
        }
    }
    Ok(())
}

/// A rule as it would be.
#[derive(Deserialize, Validate)]
#[serde(deny_unknown_fields)]
struct PreviewAsked {
    kind: String,
    pattern: String,
    #[serde(default)]
    reset: Reset,
    #[validate(range(min = 1, max = MOST_COUNT))]
    start: Option<i64>,
}

async fn preview(caller: Caller, state: Data<State>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let PreviewAsked {
        kind,
        pattern,
        reset,
        start,
    } = query::read(&request)?;
    let Some(kind) = numbered().find(|k| k.name == kind) else {
        let kinds = numbered().map(|k| k.name).collect::<Vec<_>>().join(", ");
        return Err(Error::BadQuery(Issue::new("kind", "unknown_choice").with("choices", kinds)).into());
    };
    let read = NumberingRule::read_pattern(&pattern, reset).map_err(query::refused)?;
    // How far the count has come tells how many records there are.
    let permit = caller.authorize(Action::Edit, NumberingRule::KIND, None)?;
    let day = today(&caller);
    let next = state
        .store
        .read_quick(move |tx| {
            let counted = (reset.period(day), start.unwrap_or(1) - 1);
            numbering_rule::next(tx, &permit.scope(), kind.name, counted)
        })
        .await?;
    Ok(HttpResponse::Ok().json(json!({ "next": read.write(day, next) })))
}

pub fn routes(routes: &mut Routes) {
    let resets: Vec<&str> = Reset::ALL.iter().map(|r| r.key()).collect();
    let kinds: Vec<&str> = numbered().map(|k| k.name).collect();
    let doc = Doc::new("preview_number", "numbering-rules", "The next number a rule would give")
        .about("Nothing is drawn: somebody else may be given it first. Asks for the right to edit numbering rules.")
        .required_query("kind", text().enum_values(Some(kinds)), "Whose records are numbered")
        .required_query(
            "pattern",
            text().min_length(Some(1)).max_length(Some(60)),
            "`{yyyy}`, `{yy}`, `{mm}`, `{dd}`, and one count such as `{00000}`",
        )
        .query("reset", text().enum_values(Some(resets)), "When the count begins again")
        .query(
            "start",
            integer().minimum(Some(1)).maximum(Some(MOST_COUNT)),
            "What the count begins at; one that has come further goes on",
        )
        .ok(200, made_of([("next", text().into())]))
        .scopes(["numbering-rules:write"]);
    // Before the record with an id, which would take the word for one.
    routes.add(Method::GET, "/numbering-rules/preview", doc, preview);
    crud::<NumberingRule>(routes);
}
