//! `GET /start`: what a client needs before it can show anything, in one answer and in one language.

use crate::auth;
use crate::caller::Caller;
use crate::describe::common::or_null;
use crate::describe::{Doc, Routes, boolean, id, made_of, named, text};
use crate::error::Problem;
use crate::request;
use crate::schema;
use crate::state::State;
use crate::view::marks;
use actix_web::http::Method;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use domain::currency::Currency;
use domain::picklist::Picklist;
use domain::pipeline::Pipeline;
use domain::policy::{Action, Reach};
use domain::record::Ownership;
use domain::role::{self, Role, Subject};
use domain::stage::Stage;
use domain::view::View;
use domain::{AnyRecord, Locale, Record, query};
use persistence::{Tx, engine};
use serde_json::{Map, Value as Json, json};
use utoipa::openapi::{Array, ObjectBuilder, Type};

/// Views that stand above lists: one's own, and those that others have opened.
fn views(tx: &mut Tx, caller: &Caller) -> persistence::Result<Vec<Json>> {
    let Ok(scope) = caller.scope(View::KIND) else {
        return Ok(Vec::new());
    };
    let mut rows = Vec::new();
    let among =
        json!({ "or": [{ "field": "owner_id", "value": "me" }, { "field": "shared", "op": "ne", "value": "me" }] });
    let mut body = Map::from_iter([
        ("limit".to_owned(), json!(query::MAX_LIMIT)),
        ("sort".to_owned(), json!("name")),
    ]);
    // Who may see what others keep to themselves does not want all of it above every list.
    if caller.identity.reach(View::KIND.name, Action::View) == Reach::All {
        body.insert("filter".into(), among);
    }
    for _ in 0..PAGES {
        let list = caller.list_context(View::KIND, |context| query::from_json(body.clone(), context))?;
        let page = engine::any::list(tx, &scope, View::KIND, &list)?;
        rows.extend(page.rows.iter().map(|view| json!(caller.show_any(view))));
        let Some(next) = page.next else { break };
        body.insert("cursor".into(), next.into());
    }
    Ok(rows)
}

/// What is short and asked for whole is still not without end.
const PAGES: usize = 5;

/// The records of a kind of which there are few, as far as the caller sees them.
fn all<T: Record>(tx: &mut Tx, caller: &Caller) -> persistence::Result<Vec<T>> {
    let Ok(scope) = caller.scope(T::KIND) else {
        return Ok(Vec::new());
    };
    let mut rows = Vec::new();
    let mut pairs = vec![("limit".to_owned(), query::MAX_LIMIT.to_string())];
    for _ in 0..PAGES {
        let list = caller.list_context(T::KIND, |context| query::from_pairs(&pairs, context))?;
        let page = engine::list::<T>(tx, &scope, &list)?;
        rows.extend(page.rows);
        let Some(next) = page.next else { break };
        pairs.truncate(1);
        pairs.push(("cursor".to_owned(), next));
    }
    Ok(rows)
}

/// The values offered for the fields that the caller sees.
fn picklists(tx: &mut Tx, caller: &Caller, locale: Locale) -> persistence::Result<Vec<Json>> {
    let Ok(scope) = caller.scope(Picklist::KIND) else {
        return Ok(Vec::new());
    };
    let mut keys: Vec<&str> = domain::KINDS
        .iter()
        .filter(|kind| schema::views(caller, kind))
        .flat_map(|kind| {
            let seen = caller.fields(kind);
            let fields = kind.fields.iter().filter(move |f| seen.sees(f.name));
            fields.filter_map(|f| f.picklist)
        })
        .collect();
    keys.sort_unstable();
    keys.dedup();
    let found = engine::any::find_with(tx, &scope, Picklist::KIND, "key", &keys, engine::Hold::No)?;
    let found = found.into_iter().map(AnyRecord::into_record::<Picklist>);
    let mut found: Vec<Picklist> = found.collect::<Result<_, _>>()?;
    found.sort_by(|a, b| a.key.cmp(&b.key));
    let told = |list: Picklist| {
        let options = list.options.0.into_iter().map(|option| {
            let label = match locale {
                Locale::Zh => option.label_zh,
                Locale::En => option.label_en,
            };
            json!({ "label": label.unwrap_or_else(|| option.value.clone()), "value": option.value, "retired": option.retired })
        });
        json!({ "key": list.key, "restricted": list.restricted, "options": options.collect::<Vec<_>>() })
    };
    Ok(found.into_iter().map(told).collect())
}

fn currencies(tx: &mut Tx, caller: &Caller) -> persistence::Result<Vec<String>> {
    let found: Vec<Currency> = all(tx, caller)?;
    let mut codes: Vec<String> = found.into_iter().filter(|c| !c.disabled).map(|c| c.code).collect();
    codes.sort_unstable();
    Ok(codes)
}

/// Keys and names, in the order of the names.
fn roles(tx: &mut Tx, caller: &Caller, locale: Locale) -> persistence::Result<Vec<Json>> {
    let found: Vec<Role> = all(tx, caller)?;
    let mut named: Vec<(String, String)> = found
        .into_iter()
        .map(|r| (role::shown(&r.key, &r.name, locale).to_owned(), r.key))
        .collect();
    named.sort_unstable();
    Ok(named
        .into_iter()
        .map(|(name, key)| json!({ "key": key, "name": name }))
        .collect())
}

/// All that there are rights to, whether the caller has them or not: what is called how is no secret, and others' records,
/// roles and the log speak of it. But for what the firm has made, which may be called by something that is one.
fn subjects(caller: &Caller, locale: Locale) -> Vec<Json> {
    let known = |subject: &Subject| {
        subject
            .kind
            .is_none_or(|kind| !kind.made || schema::views(caller, kind))
    };
    let told = role::subjects(caller.kinds()).filter(known).map(|subject| {
        let actions: Vec<&str> = role::actions(caller.kinds(), subject.name).into_iter().map(Action::key).collect();
        json!({ "name": subject.name, "label": subject.label.get(locale), "path": subject.path(),
            "owned": subject.ownership() == Ownership::Owned, "usual": subject.kind.map(|kind| kind.usual), "actions": actions })
    });
    told.collect()
}

/// Ways to a deal, each with its stages in their order.
fn pipelines(tx: &mut Tx, caller: &Caller) -> persistence::Result<Vec<Json>> {
    let mut found: Vec<Pipeline> = all(tx, caller)?;
    found.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
    let mut stages: Vec<Stage> = all(tx, caller)?;
    stages.sort_by_key(|stage| (stage.position, stage.id));
    let told = |pipeline: &Pipeline| {
        let own = stages.iter().filter(|stage| stage.pipeline_id == pipeline.id);
        let own: Vec<Json> = own.map(|s| json!({ "id": s.id, "name": s.name })).collect();
        json!({ "id": pipeline.id, "name": pipeline.name, "stages": own })
    };
    Ok(found.iter().map(told).collect())
}

async fn start(caller: Caller, state: Data<State>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let locale = schema::language(&request)?.unwrap_or(caller.locale);
    let body = state
        .store
        .read_quick(move |tx| {
            let mut body = Map::new();
            body.insert("language".into(), json!(locale));
            body.insert("me".into(), auth::about(tx, &caller)?);
            body.insert("kinds".into(), schema::kinds(&caller, Some(locale)).into());
            body.insert("subjects".into(), subjects(&caller, locale).into());
            body.insert("picklists".into(), picklists(tx, &caller, locale)?.into());
            body.insert("currencies".into(), currencies(tx, &caller)?.into());
            body.insert("roles".into(), roles(tx, &caller, locale)?.into());
            body.insert("pipelines".into(), pipelines(tx, &caller)?.into());
            body.insert("views".into(), views(tx, &caller)?.into());
            body.insert("view_marks".into(), json!(marks::of(tx, &caller)?));
            Ok(Json::Object(body))
        })
        .await?;
    Ok(request::tagged(&request, body.to_string()))
}

/// What is told of pipelines, roles and picklists, which is less than their records hold.
fn answer() -> ObjectBuilder {
    let stage = made_of([("id", id().into()), ("name", text().into())]);
    let pipeline = made_of([
        ("id", id().into()),
        ("name", text().into()),
        ("stages", Array::new(stage).into()),
    ]);
    let role = made_of([("key", text().into()), ("name", text().into())]);
    let option = made_of([
        ("label", text().into()),
        ("value", text().into()),
        ("retired", boolean().into()),
    ]);
    let picklist = made_of([
        ("key", text().into()),
        ("restricted", boolean().into()),
        ("options", Array::new(option).into()),
    ]);
    let owned = boolean().description(Some("Whether each has an owner."));
    let usual = or_null(Type::String).description(Some(
        "What a role that does not name it lets do with it, where it gives less than everything to the rest: `closed` nothing, \
         `settings` see it, `added` add to it, `work` as far as the role reaches, `personal` what everybody has for themselves. Null for what has no records.",
    ));
    let path = text().description(Some("As the scopes of API keys name it."));
    let subject = made_of([
        ("name", text().into()),
        ("label", text().into()),
        ("path", path.into()),
        ("owned", owned.into()),
        ("usual", usual.into()),
        ("actions", Array::new(text()).into()),
    ]);
    made_of([
        ("language", schema::languages().into()),
        ("me", named("Me")),
        ("kinds", Array::new(named("KindTold")).into()),
        ("subjects", Array::new(subject).into()),
        ("picklists", Array::new(picklist).into()),
        ("currencies", Array::new(text()).into()),
        ("roles", Array::new(role).into()),
        ("pipelines", Array::new(pipeline).into()),
        ("views", Array::new(named("View")).into()),
        ("view_marks", Array::new(named("ViewMark")).into()),
    ])
}

pub fn routes(routes: &mut Routes) {
    let doc = Doc::new("start", "schema", "What a client needs to begin with")
        .in_language()
        .about(
            "Who is calling (`GET /auth/me`), the record kinds (`GET /schema`), what roles give rights to, the values of picklists, the currencies in use \
             beside the base currency, the names of roles, the stages of pipelines, and saved views with what the caller has said of them, in one language. The ETag changes when \
             anything of this does, rights too.",
        )
        .query("language", schema::languages(), "The language of the labels; that of `Accept-Language` where nothing is said")
        .ok(200, answer())
        .not_modified();
    routes.add(Method::GET, "/start", doc, start);
}
