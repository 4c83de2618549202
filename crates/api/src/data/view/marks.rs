//! Routes of what somebody has said of views for themselves: the one a list opens with, favourites, and what they opened last.

use crate::call::Call;
use crate::caller::Caller;
use crate::describe::{Doc, Routes};
use crate::error::Problem;
use crate::request;
use crate::state::State;
use actix_web::HttpResponse;
use actix_web::http::{Method, StatusCode};
use actix_web::web::Data;
use domain::policy::Fields;
use domain::query;
use domain::value::parse_id;
use domain::view::{self, View, ViewColumns, ViewWidths, builtin, has_views};
use domain::{Error, Id, Instant, Issue, Issues, Kind, Record};
use persistence::view::{self as marks, Mark, Said};
use persistence::{Tx, engine};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashSet};
use utoipa::ToSchema;
use validator::Validate;

/// What somebody has said of a view for themselves.
#[derive(Serialize, ToSchema)]
#[schema(as = ViewMark)]
pub struct Shown {
    kind: String,
    /// The id of a view, or the key of one that comes with the product.
    view: String,
    /// The list of the kind opens with it.
    default: bool,
    favourite: bool,
    #[schema(value_type = Option<String>, format = DateTime, required = true)]
    opened_at: Option<Instant>,
    /// Columns that the caller has chosen for the list without a view, in their order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    columns: Vec<String>,
    /// Field → width in pixels.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    widths: BTreeMap<String, u32>,
}

impl From<Mark> for Shown {
    fn from(mark: Mark) -> Self {
        Self {
            kind: mark.kind,
            view: mark.view,
            default: mark.is_default,
            favourite: mark.is_favourite,
            opened_at: mark.opened_at,
            columns: mark.columns.0,
            widths: mark.widths.0,
        }
    }
}

/// The marks of the caller.
#[derive(Serialize, ToSchema)]
#[schema(as = ViewMarks)]
struct All {
    data: Vec<Shown>,
}

/// What there is to say of a view; what is left out stays as it is.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ViewMarkPut)]
struct Put {
    #[serde(default)]
    default: Option<bool>,
    #[serde(default)]
    favourite: Option<bool>,
    /// It has just been opened.
    #[serde(default)]
    opened: bool,
    /// The columns that the list without a view is to show, in their order; none for those that the kind begins with.
    #[serde(default)]
    columns: Option<Vec<String>>,
    /// Field → width in pixels, of the columns that are to be as wide.
    #[serde(default)]
    widths: Option<BTreeMap<String, u32>>,
}

impl Put {
    /// What is wrong with the columns: they are those of the list without a view, and fields that the caller sees.
    fn check(&self, view: &str, fields: &Fields) -> Result<(), Error> {
        let mut issues = Issues::default();
        for (given, name) in [(self.columns.is_some(), "columns"), (self.widths.is_some(), "widths")] {
            if given && view != ALL {
                issues.add(Issue::at(name, "columns_of_view"));
            }
        }
        let none = (Vec::new(), BTreeMap::new());
        let columns = self.columns.as_ref().unwrap_or(&none.0);
        let widths = self.widths.as_ref().unwrap_or(&none.1);
        view::check_columns(columns, widths, &mut issues);
        let named = columns
            .iter()
            .enumerate()
            .map(|(i, name)| (name, format!("/columns/{i}")));
        let wide = widths
            .keys()
            .map(|name| (name, format!("/widths{}", view::plain_pointer(name))));
        for (name, place) in named.chain(wide) {
            if let Err(Error::BadQuery(issue)) = query::shown(fields, name, &place) {
                issues.add(issue);
            }
        }
        issues.or(())
    }
}

/// Those of the caller's marks that are of views they see, what was opened last first.
pub fn of(tx: &mut Tx, caller: &Caller) -> persistence::Result<Vec<Shown>> {
    let (Some(user), Ok(scope)) = (caller.user(), caller.scope(View::KIND)) else {
        return Ok(Vec::new());
    };
    let said = marks::marks(tx, &scope, user)?;
    let ids: Vec<Id> = said.iter().filter_map(|mark| parse_id(&mark.view)).collect();
    let seen: HashSet<Id> = engine::ids_visible(tx, &scope, View::KIND, &ids)?.into_iter().collect();
    let there = |mark: &Mark| {
        let kind = caller
            .kinds()
            .named(&mark.kind)
            .filter(|kind| caller.scope(kind).is_ok());
        kind.is_some_and(|kind| match parse_id(&mark.view) {
            Some(id) => seen.contains(&id),
            None => is_builtin(kind, &mark.view),
        })
    };
    Ok(said.into_iter().filter(there).map(Shown::from).collect())
}

fn is_builtin(kind: &Kind, key: &str) -> bool {
    // What a list shows that no view narrows.
    key == ALL || builtin(kind).iter().any(|view| view.key == key)
}

/// All records: no view, though one may want to begin with it.
const ALL: &str = "all";

async fn list(caller: Caller, state: Data<State>) -> Result<HttpResponse, Problem> {
    caller.scope(View::KIND)?;
    let data = state.store.read_quick(move |tx| of(tx, &caller)).await?;
    Ok(HttpResponse::Ok().json(All { data }))
}

async fn put(call: Call) -> Result<HttpResponse, Problem> {
    let path = |name: &str| call.request.match_info().query(name).to_owned();
    let (kind, view) = (path("kind"), path("of"));
    let said: Put = call.body()?;
    let by = call.caller();
    let known = by.kinds().named(&kind).filter(|kind| has_views(kind));
    let kind = known.ok_or_else(|| Error::BadQuery(Issue::new("kind", "unknown_kind").with("kind", &kind)))?;
    by.scope(kind)?;
    let id = parse_id(&view);
    if id.is_none() && !is_builtin(kind, &view) {
        return Err(Error::BadQuery(Issue::new("view", "unknown_view").with("view", &view)).into());
    }
    said.check(&view, &by.fields(kind))?;
    let said = Said {
        default: said.default,
        favourite: said.favourite,
        opened: said.opened,
        columns: said.columns.map(ViewColumns),
        widths: said.widths.map(ViewWidths),
    };
    let answer = call
        .write(move |tx, by| {
            let scope = by.scope(View::KIND)?;
            if let Some(id) = id {
                let found: View = engine::find(tx, &scope, id)?;
                if found.kind != kind.name {
                    let issue = Issue::new("view", "view_of_other_kind").with("kind", found.kind);
                    return Err(Error::BadQuery(issue).into());
                }
            }
            let new = marks::put(tx, &by.own_permit(), (kind.name, &view), &said)?;
            request::json(StatusCode::OK, &Shown::from(new))
        })
        .await?;
    Ok(request::respond(answer))
}

pub fn routes(routes: &mut Routes) {
    let doc = Doc::new("list_view_marks", "views", "What you have said of views for yourself")
        .about(
            "The view that the list of a kind opens with, favourites, and when you last opened what; what was opened last comes \
             first. Of those whose view you no longer see nothing is told.",
        )
        .gives::<All>(200);
    routes.add(Method::GET, "/views/marks", doc, list);
    let doc = Doc::new("mark_view", "views", "Say of a view for yourself")
        .about(
            "Whether the list of the kind opens with it (`default`, of which there is one), whether it is a favourite, or that you \
             have just opened it. `of` is the id of a view, the key of one that comes with the product, or `all` for the list \
             without a view, for which alone `columns` and `widths` are kept: a view has its own. This is nobody's business but yours, \
             and no change of the view.",
        )
        .takes::<Put>()
        .gives::<Shown>(200)
        .also(&[404]);
    routes.add(Method::PUT, "/views/marks/{kind}/{of}", doc, |call: Call| put(call));
}
