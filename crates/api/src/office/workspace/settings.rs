//! Routes of the workspace's own settings.

use crate::call::Call;
use crate::caller::Caller;
use crate::describe::common::closed;
use crate::describe::{Doc, Routes, id, integer, made_of, named, object, text};
use crate::error::Problem;
use crate::request;
use crate::state::State;
use crate::typed;
use actix_web::HttpResponse;
use actix_web::http::{Method, StatusCode};
use actix_web::web::Data;
use domain::policy::Action;
use domain::working_time::{Span, WorkingHours};
use domain::workspace::{KIND, Workspace};
use domain::zone::Zone;
use domain::{Error, Issue};
use persistence::{Tx, workspace};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};
use utoipa::ToSchema;
use utoipa::openapi::{ArrayBuilder, RefOr, Schema};
use validator::Validate;

fn stored(tx: &mut Tx, caller: &Caller) -> persistence::Result<Workspace> {
    let gone = || Error::NotFound {
        kind: KIND.name,
        id: None,
    };
    Ok(workspace::find(tx, caller.workspace().id)?.ok_or_else(gone)?)
}

async fn show(caller: Caller, state: Data<State>) -> Result<HttpResponse, Problem> {
    caller.scope(KIND)?;
    let answer = state
        .store
        .read_quick(move |tx| {
            let space = stored(tx, &caller)?;
            request::record(StatusCode::OK, &space, space.version)
        })
        .await?;
    Ok(request::respond(answer))
}

/// What is to change. What the values must be, the fields of the workspace say.
#[derive(Clone, Deserialize, Serialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct Settings {
    #[serde(
        default,
        deserialize_with = "typed::word_if_set",
        skip_serializing_if = "Option::is_none"
    )]
    #[validate(length(min = 1, max = 200))]
    name: Option<String>,
    #[serde(
        default,
        deserialize_with = "typed::not_null",
        skip_serializing_if = "Option::is_none"
    )]
    locale: Option<Language>,
    #[serde(
        default,
        deserialize_with = "typed::not_null",
        skip_serializing_if = "Option::is_none"
    )]
    time_zone: Option<String>,
    #[serde(
        default,
        deserialize_with = "typed::not_null",
        skip_serializing_if = "Option::is_none"
    )]
    #[validate(range(min = 1, max = 12))]
    fiscal_year_start: Option<i64>,
    #[serde(default, deserialize_with = "typed::not_null", skip_serializing)]
    #[schema(value_type = Option<Object>)]
    working_hours: Option<Week>,
}

#[derive(Clone, Copy, Deserialize, Serialize, ToSchema)]
enum Language {
    #[serde(rename = "zh-CN")]
    Zh,
    #[serde(rename = "en")]
    En,
}

/// The hours of some weekdays; null is a day off.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Week {
    #[serde(default, deserialize_with = "typed::nullable")]
    mon: Option<Option<Vec<Span>>>,
    #[serde(default, deserialize_with = "typed::nullable")]
    tue: Option<Option<Vec<Span>>>,
    #[serde(default, deserialize_with = "typed::nullable")]
    wed: Option<Option<Vec<Span>>>,
    #[serde(default, deserialize_with = "typed::nullable")]
    thu: Option<Option<Vec<Span>>>,
    #[serde(default, deserialize_with = "typed::nullable")]
    fri: Option<Option<Vec<Span>>>,
    #[serde(default, deserialize_with = "typed::nullable")]
    sat: Option<Option<Vec<Span>>>,
    #[serde(default, deserialize_with = "typed::nullable")]
    sun: Option<Option<Vec<Span>>>,
}

impl Week {
    /// The whole week: days that are not named keep their hours.
    fn over(self, old: &WorkingHours) -> WorkingHours {
        let day = |said: Option<Option<Vec<Span>>>, was: &Vec<Span>| {
            said.map_or_else(|| was.clone(), Option::unwrap_or_default)
        };
        WorkingHours {
            mon: day(self.mon, &old.mon),
            tue: day(self.tue, &old.tue),
            wed: day(self.wed, &old.wed),
            thu: day(self.thu, &old.thu),
            fri: day(self.fri, &old.fri),
            sat: day(self.sat, &old.sat),
            sun: day(self.sun, &old.sun),
        }
    }
}

impl Settings {
    /// As the fields of the workspace read it.
    fn patch(&self, old: &Workspace) -> persistence::Result<Map<String, Json>> {
        let Json::Object(mut map) = serde_json::to_value(self).map_err(persistence::Error::internal)? else {
            return Err(persistence::Error::internal("settings are no object"));
        };
        if let Some(week) = self.working_hours.clone() {
            map.insert("working_hours".to_owned(), json!(week.over(&old.working_hours)));
        }
        Ok(map)
    }
}

async fn change(call: Call) -> Result<HttpResponse, Problem> {
    let expected = call.expected()?;
    let settings: Settings = call.body()?;
    let permit = call.by.authorize(Action::Configure, KIND, None)?;
    let answer = call.idempotent(move |tx, by| {
        let old = stored(tx, by)?;
        expected.check(old.version)?;
        let new = old.apply(settings.patch(&old)?)?;
        if new.time_zone.parse::<Zone>().is_err() {
            return Err(Issue::at("time_zone", "invalid_time_zone")
                .with("value", &new.time_zone)
                .into());
        }
        let stored = workspace::update(tx, &permit, &old, &new)?;
        request::record(StatusCode::OK, &stored, stored.version)
    });
    let answer = answer.await?;
    // Everybody carries the workspace with them.
    call.state.forget_identities();
    Ok(answer)
}

pub fn routes(routes: &mut Routes) {
    let clock = || text().pattern(Some("^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$"));
    let span = closed(made_of([("from", clock().into()), ("to", clock().into())]));
    let spans = ArrayBuilder::new().max_items(Some(6)).items(span);
    routes.schemas.insert("WorkingSpans".into(), spans.into());
    let days = WorkingHours::WEEK
        .iter()
        .fold(closed(object()), |days, day| days.property(*day, named("WorkingSpans")));
    routes.schemas.insert("WorkingHours".into(), days.into());
    let zone = || {
        text()
            .min_length(Some(1))
            .max_length(Some(60))
            .examples(["Asia/Shanghai"])
    };
    let name = || text().min_length(Some(1)).max_length(Some(200)).pattern(Some("\\S"));
    let settings = || -> [(&str, RefOr<Schema>); 5] {
        [
            ("name", name().into()),
            ("locale", text().enum_values(Some(["zh-CN", "en"])).into()),
            ("time_zone", zone().into()),
            ("fiscal_year_start", integer().minimum(Some(1)).maximum(Some(12)).into()),
            ("working_hours", named("WorkingHours")),
        ]
    };
    let patch = settings()
        .into_iter()
        .fold(closed(object()), |patch, (name, schema)| patch.property(name, schema));
    let told = "JSON Merge Patch: a weekday that is named gets these hours, the others keep theirs.";
    routes
        .schemas
        .insert("WorkspacePatch".into(), patch.description(Some(told)).into());
    let currency = text()
        .pattern(Some("^[A-Z]{3}$"))
        .description(Some("The base currency."));
    let space = [
        ("id", id().into()),
        ("version", integer().into()),
        ("currency", currency.into()),
    ];
    let space = space
        .into_iter()
        .fold(made_of(settings()), |space, (name, schema): (&str, RefOr<Schema>)| {
            space.property(name, schema).required(name)
        });
    routes.schemas.insert("Workspace".into(), space.into());
    let doc = Doc::new("get_workspace", "workspace", "The workspace and its settings")
        .about("Everybody who has signed in may see it, as far as a role lets them.")
        .ok(200, named("Workspace"))
        .etag();
    routes.add(Method::GET, "/workspace", doc, show);
    let doc = Doc::new("update_workspace", "workspace", "Change the settings of the workspace")
        .about("Name, default language, time zone, the month in which the fiscal year begins, and working hours.")
        .body(named("WorkspacePatch"))
        .versioned()
        .ok(200, named("Workspace"))
        .etag();
    routes.add(Method::PATCH, "/workspace", doc, change);
}
