//! Time counted in the working hours of the workspace.

use crate::caller::Caller;
use crate::describe::{Doc, Routes, formatted, integer, made_of};
use crate::error::Problem;
use crate::http::query;
use crate::state::State;
use actix_web::http::Method;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use chrono::{Days, TimeDelta};
use domain::holiday::Holiday;
use domain::policy::Actor;
use domain::working_time::Calendar;
use domain::zone::Zone;
use domain::{Day, Error, Instant, Issue, Record};
use persistence::{Tx, holiday};
use serde::Deserialize;
use serde_json::json;
use utoipa::openapi::KnownFormat;
use validator::Validate;

/// A year of minutes. Whoever means more means days.
const MOST_MINUTES: i64 = 366 * 24 * 60;
/// What a calendar is asked about at once.
const MOST_DAYS: i64 = 3 * 366;

/// The calendar of a workspace with the holidays of some days.
pub fn calendar(tx: &mut Tx, actor: &Actor, from: Day, to: Day) -> persistence::Result<Calendar<Zone>> {
    let system = Actor::system(actor.identity.workspace.clone());
    let space = system.workspace();
    Ok(Calendar {
        zone: space.time_zone.parse().unwrap_or(Zone::UTC),
        hours: space.working_hours.clone(),
        days: holiday::between(tx, &system.scope(Holiday::KIND)?, from, to)?,
    })
}

/// From a moment to another, or so many minutes on.
#[derive(Deserialize, Validate)]
#[serde(deny_unknown_fields)]
struct Asked {
    #[serde(deserialize_with = "query::moment")]
    from: Instant,
    #[serde(default, deserialize_with = "query::maybe_moment")]
    to: Option<Instant>,
    #[validate(range(min = 0, max = MOST_MINUTES))]
    minutes: Option<i64>,
}

async fn working_time(caller: Caller, state: Data<State>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    caller.scope(Holiday::KIND)?;
    let Asked { from, to, minutes } = query::read(&request)?;
    let day = |at: Instant| at.utc().date_naive();
    let near = |day: Day, back: u64, on: u64| {
        let begin = day.checked_sub_days(Days::new(back)).unwrap_or(day);
        (begin, day.checked_add_days(Days::new(on)).unwrap_or(day))
    };
    let (minutes, at) = match (to, minutes) {
        (Some(to), None) => {
            if (day(to) - day(from)).num_days() > MOST_DAYS {
                let issue = Issue::new("to", "out_of_range").with("min", 0).with("max", MOST_DAYS);
                return Err(Error::BadQuery(issue).into());
            }
            let (first, last) = (near(day(from), 1, 0).0, near(day(to), 0, 1).1);
            let worked = state
                .store
                .read(move |tx| Ok(calendar(tx, &caller, first, last)?.between(from, to)))
                .await?;
            (worked.num_minutes(), to)
        }
        (None, Some(minutes)) => {
            let (first, last) = near(day(from), 1, 20 * 366);
            let end = state
                .store
                .read(move |tx| Ok(calendar(tx, &caller, first, last)?.after(from, TimeDelta::minutes(minutes))))
                .await?;
            let end = end.ok_or_else(|| Error::Conflict(Issue::new("minutes", "working_time_too_far")))?;
            (minutes, end)
        }
        _ => return Err(Error::BadQuery(Issue::new("to", "required")).into()),
    };
    Ok(HttpResponse::Ok().json(json!({ "from": from, "to": at, "minutes": minutes })))
}

pub fn routes(routes: &mut Routes) {
    let instant = || formatted(KnownFormat::DateTime);
    let doc = Doc::new("get_working_time", "workspace", "Count in working hours")
        .about(
            "With `to`: the working minutes from one moment to another, three years at most. With `minutes`: the moment by \
             which so much has been worked. By the working hours, the holidays and the time zone of the workspace; a make-up \
             day has the hours of the first working day of the week.",
        )
        .required_query("from", instant(), "From this moment")
        .query("to", instant(), "To this moment")
        .query("minutes", integer().minimum(Some(0)).maximum(Some(MOST_MINUTES as isize)), "Working minutes to add")
        .also(&[409])
        .ok(
            200,
            made_of([
                ("from", instant().into()),
                ("to", instant().into()),
                ("minutes", integer().into()),
            ]),
        )
        .scopes(["holidays:read"]);
    routes.add(Method::GET, "/working-time", doc, working_time);
}
