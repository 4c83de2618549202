//! Routes of leads, and their conversion.

use crate::caller::Caller;
use crate::crud::{Noun, create_in, crud};
use crate::describe::{Doc, Routes, reference};
use crate::error::Problem;
use crate::request;
use crate::state::State;
use actix_web::http::{Method, StatusCode};
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use domain::contact::Contact;
use domain::customer::Customer;
use domain::lead::{Conversion, Lead};
use domain::opportunity::Opportunity;
use domain::policy::Action;
use domain::{Instant, Issue, Record};
use persistence::{Tx, engine};
use serde_json::{Map, Value as Json, json};

impl Noun for Lead {}

/// What a conversion makes or uses. Each is an id, a set of fields, or (contact and opportunity) nothing.
#[derive(Clone)]
enum Part {
    Nothing,
    Existing(domain::Id),
    New(Map<String, Json>),
}

fn part(map: &mut Map<String, Json>, name: &'static str, absent: Part) -> Result<Part, Issue> {
    match map.remove(name) {
        None => Ok(absent),
        Some(Json::Null | Json::Bool(false)) => Ok(Part::Nothing),
        Some(Json::Bool(true)) => Ok(Part::New(Map::new())),
        Some(Json::Object(mut fields)) => match fields.remove("id") {
            None => Ok(Part::New(fields)),
            Some(id) => {
                let id = id.as_str().and_then(domain::value::parse_id);
                request::nothing_else(&fields).map_err(|i| Issue {
                    pointer: format!("/{name}{}", i.pointer),
                    ..i
                })?;
                id.map(Part::Existing)
                    .ok_or_else(|| Issue::new(format!("/{name}/id"), "invalid_id"))
            }
        },
        Some(_) => Err(Issue::at(name, "wrong_type").with("type", "object")),
    }
}

/// What a new record takes over from the lead, unless the request says otherwise.
fn filled(mut given: Map<String, Json>, from: &[(&str, Json)]) -> Map<String, Json> {
    for (name, value) in from {
        if !given.contains_key(*name) && !value.is_null() {
            given.insert((*name).to_owned(), value.clone());
        }
    }
    given
}

fn nested<T>(name: &str, result: persistence::Result<T>) -> persistence::Result<T> {
    let moved = |issue: Issue| Issue {
        pointer: format!("/{name}{}", issue.pointer),
        ..issue
    };
    result.map_err(|error| match error {
        persistence::Error::Domain(domain::Error::Invalid(issues)) => {
            domain::Error::Invalid(issues.into_iter().map(moved).collect()).into()
        }
        persistence::Error::Domain(domain::Error::Conflict(issue)) => domain::Error::Conflict(moved(issue)).into(),
        other => other,
    })
}

fn convert_in(
    tx: &mut Tx,
    caller: &Caller,
    id: domain::Id,
    expected: request::Expected,
    parts: &[Part; 3],
) -> persistence::Result<(Lead, Customer, Option<Contact>, Option<Opportunity>)> {
    let lead: Lead = engine::find(tx, &caller.scope(Lead::KIND)?, id)?;
    let permit = caller.authorize(Action::Convert, Lead::KIND, lead.owner_id)?;
    expected.check(lead.version)?;
    lead.check_convertible()?;
    let [customer, contact, opportunity] = parts.clone();
    let owner = json!(lead.owner_id.or(caller.user()));
    let is_person = lead.company.is_none();
    let customer: Customer = match customer {
        Part::Existing(id) => {
            let found = engine::find_many(tx, &caller.scope(Customer::KIND)?, &[id])?
                .into_iter()
                .next();
            found.ok_or_else(|| Issue::new("/customer/id", "reference_not_found"))?
        }
        Part::Nothing => return Err(Issue::at("customer", "required").into()),
        Part::New(given) => {
            let from = [
                ("name", json!(lead.company.as_ref().unwrap_or(&lead.name))),
                ("kind", json!(if is_person { "person" } else { "company" })),
                ("source", json!(lead.source)),
                ("level", json!(lead.level)),
                ("industry", json!(lead.industry)),
                ("region", json!(lead.region)),
                ("website", json!(lead.website)),
                ("phone", json!(lead.phone)),
                ("email", json!(lead.email)),
                ("tags", json!(lead.tags)),
                ("description", json!(lead.description)),
                ("owner_id", owner.clone()),
            ];
            nested("customer", create_in(tx, caller, filled(given, &from)))?
        }
    };
    let contact: Option<Contact> = match contact {
        Part::Nothing => None,
        Part::Existing(id) => {
            let found = engine::find_many::<Contact>(tx, &caller.scope(Contact::KIND)?, &[id])?
                .into_iter()
                .next();
            Some(found.ok_or_else(|| Issue::new("/contact/id", "reference_not_found"))?)
        }
        Part::New(given) => {
            let from = [
                ("name", json!(lead.name)),
                ("title", json!(lead.title)),
                ("phone", json!(lead.phone)),
                ("email", json!(lead.email)),
                ("customer_id", json!(customer.id)),
                ("owner_id", owner.clone()),
            ];
            Some(nested("contact", create_in(tx, caller, filled(given, &from)))?)
        }
    };
    let opportunity: Option<Opportunity> = match opportunity {
        Part::Nothing => None,
        Part::Existing(id) => {
            let found = engine::find_many::<Opportunity>(tx, &caller.scope(Opportunity::KIND)?, &[id])?
                .into_iter()
                .next();
            Some(found.ok_or_else(|| Issue::new("/opportunity/id", "reference_not_found"))?)
        }
        Part::New(given) => {
            let from = [
                ("name", json!(customer.name)),
                ("customer_id", json!(customer.id)),
                ("contact_id", json!(contact.as_ref().map(|c| c.id))),
                ("source", json!(lead.source)),
                ("owner_id", owner),
            ];
            Some(nested("opportunity", create_in(tx, caller, filled(given, &from)))?)
        }
    };
    let done = lead.converted(Conversion {
        customer: customer.id,
        contact: contact.as_ref().map(|c| c.id),
        opportunity: opportunity.as_ref().map(|o| o.id),
        at: Instant::now(),
    })?;
    let stored = engine::update(tx, &permit, &lead, &done)?;
    Ok((stored, customer, contact, opportunity))
}

async fn convert(
    caller: Caller,
    state: Data<State>,
    path: Path<String>,
    request: HttpRequest,
    body: Bytes,
) -> Result<HttpResponse, Problem> {
    let id = request::id(&path, Lead::KIND.name)?;
    let expected = request::if_match(&request)?;
    let mut map = request::optional_object(&request, &body)?;
    let new = || Part::New(Map::new());
    let parts = [
        part(&mut map, "customer", new())?,
        part(&mut map, "contact", new())?,
        part(&mut map, "opportunity", new())?,
    ];
    request::nothing_else(&map)?;
    let by = caller.clone();
    request::once(&state, &caller, &request, &body, move |tx| {
        let (lead, customer, contact, opportunity) = convert_in(tx, &by, id, expected, &parts)?;
        let body = json!({ "lead": lead, "customer": customer, "contact": contact, "opportunity": opportunity });
        request::record(StatusCode::OK, &body, lead.version)
    })
    .await
}

pub fn routes(routes: &mut Routes) {
    crud::<Lead>(routes);
    let part = |name: &str| {
        json!({ "anyOf": [
            { "type": "object", "required": ["id"], "additionalProperties": false, "properties": { "id": { "type": "string", "format": "uuid" } } },
            { "type": "object", "description": format!("Fields of the new {name}; what is not named comes from the lead.") },
            { "type": "boolean" }, { "type": "null" } ] })
    };
    let nullable = |name: &str| json!({ "anyOf": [reference(name), { "type": "null" }] });
    let doc = Doc::new("convert_lead", "leads", "Convert a lead")
        .about(
            "Makes a customer, a contact and an opportunity from the lead, in one transaction and one change set. \
             Each may be an existing record (`{\"id\": …}`), fields to set on the new one, or, for contact and opportunity, \
             `false` for none.",
        )
        .optional_body(json!({ "type": "object", "additionalProperties": false, "properties": {
            "customer": part("customer"), "contact": part("contact"), "opportunity": part("opportunity") } }))
        .versioned()
        .ok(200, json!({ "type": "object", "required": ["lead", "customer", "contact", "opportunity"], "properties": {
            "lead": reference("Lead"), "customer": reference("Customer"), "contact": nullable("Contact"),
            "opportunity": nullable("Opportunity") } }));
    routes.add(Method::POST, "/leads/{id}/convert", doc, convert);
}
