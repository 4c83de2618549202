//! Routes of leads, and their conversion.

use crate::call::Call;
use crate::caller::Caller;
use crate::crud::{create_from, crud, subject};
use crate::describe::{Doc, Routes, reference};
use crate::error::Problem;
use crate::noun::{self, Noun};
use crate::request;
use crate::write::{Cause, Writing, write};
use actix_web::HttpResponse;
use actix_web::http::{Method, StatusCode};
use domain::contact::Contact;
use domain::customer::Customer;
use domain::lead::{Conversion, Lead};
use domain::opportunity::Opportunity;
use domain::policy::Action;
use domain::policy::fields::{Carried, carry};
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

/// A new record that takes over from the lead what the request does not say: of each value where it goes, the field of
/// the lead it shows, if any, and what it is.
fn made<T: Noun>(
    tx: &mut Tx,
    caller: &Caller,
    given: Map<String, Json>,
    from: Vec<(&'static str, Option<&'static str>, Json)>,
) -> persistence::Result<T> {
    let carried = from.into_iter().map(|(to, from, value)| Carried { to, from, value });
    let map = carry(
        caller.fields(Lead::KIND),
        caller.fields(T::KIND),
        given,
        carried.collect(),
    )?;
    let made = create_from(tx, caller, noun::hooks::<T>(), map, Cause::Action);
    Ok(nested(T::KIND.name, made)?.into_record()?)
}

fn existing<T: Record>(tx: &mut Tx, caller: &Caller, id: domain::Id) -> persistence::Result<T> {
    let found = engine::find_many(tx, &caller.scope(T::KIND)?, &[id])?
        .into_iter()
        .next();
    Ok(found.ok_or_else(|| Issue::new(format!("/{}/id", T::KIND.name), "reference_not_found"))?)
}

/// Fields of the lead that keep their names.
fn same(lead: &Lead, names: &[&'static str]) -> persistence::Result<Vec<(&'static str, Option<&'static str>, Json)>> {
    let values = serde_json::to_value(lead.whole()).map_err(persistence::Error::internal)?;
    Ok(names
        .iter()
        .map(|name| (*name, Some(*name), values[*name].clone()))
        .collect())
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
    let (lead, permit): (Lead, _) = subject(tx, caller, id, Action::Convert, expected)?;
    lead.check_convertible()?;
    let [customer, contact, opportunity] = parts.clone();
    let owner = json!(lead.owner_id.or(caller.user()));
    let is_person = lead.company.is_none();
    let customer: Customer = match customer {
        Part::Existing(id) => existing(tx, caller, id)?,
        Part::Nothing => return Err(Issue::at("customer", "required").into()),
        Part::New(given) => {
            let named = lead.company.as_ref().map_or("name", |_| "company");
            let mut from = vec![
                ("name", Some(named), json!(lead.company.as_ref().unwrap_or(&lead.name))),
                ("kind", None, json!(if is_person { "person" } else { "company" })),
                ("owner_id", None, owner.clone()),
            ];
            from.extend(same(
                &lead,
                &[
                    "source",
                    "level",
                    "industry",
                    "region",
                    "website",
                    "phone",
                    "email",
                    "tags",
                    "description",
                ],
            )?);
            made(tx, caller, given, from)?
        }
    };
    let contact: Option<Contact> = match contact {
        Part::Nothing => None,
        Part::Existing(id) => Some(existing(tx, caller, id)?),
        Part::New(given) => {
            let mut from = vec![
                ("customer_id", None, json!(customer.id)),
                ("owner_id", None, owner.clone()),
            ];
            from.extend(same(&lead, &["name", "title", "phone", "email"])?);
            Some(made(tx, caller, given, from)?)
        }
    };
    let opportunity: Option<Opportunity> = match opportunity {
        Part::Nothing => None,
        Part::Existing(id) => Some(existing(tx, caller, id)?),
        Part::New(given) => {
            let mut from = vec![
                ("name", None, json!(customer.name)),
                ("customer_id", None, json!(customer.id)),
                ("contact_id", None, json!(contact.as_ref().map(|c| c.id))),
                ("owner_id", None, owner),
            ];
            from.extend(same(&lead, &["source"])?);
            Some(made(tx, caller, given, from)?)
        }
    };
    let done = lead.converted(Conversion {
        customer: customer.id,
        contact: contact.as_ref().map(|c| c.id),
        opportunity: opportunity.as_ref().map(|o| o.id),
        at: Instant::now(),
    })?;
    let stored = write(
        tx,
        &mut Writing::new(caller, Cause::Action),
        &permit,
        Some(&lead),
        &done,
    )?;
    Ok((stored, customer, contact, opportunity))
}

async fn convert(call: Call) -> Result<HttpResponse, Problem> {
    let id = call.id(Lead::KIND)?;
    let expected = call.expected()?;
    let mut map = call.optional_object()?;
    let new = || Part::New(Map::new());
    let parts = [
        part(&mut map, "customer", new())?,
        part(&mut map, "contact", new())?,
        part(&mut map, "opportunity", new())?,
    ];
    request::nothing_else(&map)?;
    call.once(move |tx, by| {
        let (lead, customer, contact, opportunity) = convert_in(tx, by, id, expected, &parts)?;
        let body = json!({ "lead": by.show(&lead), "customer": by.show(&customer),
            "contact": contact.as_ref().map(|c| by.show(c)), "opportunity": opportunity.as_ref().map(|o| by.show(o)) });
        let mut answer = request::record(StatusCode::OK, &body, lead.version)?
            .of(Lead::KIND, lead.id)
            .of(Customer::KIND, customer.id);
        if let Some(contact) = contact {
            answer = answer.of(Contact::KIND, contact.id);
        }
        if let Some(opportunity) = opportunity {
            answer = answer.of(Opportunity::KIND, opportunity.id);
        }
        Ok(answer)
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
