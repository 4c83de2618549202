//! Routes of leads, and their conversion.

use crate::call::Call;
use crate::caller::Caller;
use crate::crud::{create_from, crud, subject};
use crate::describe::{Doc, Routes, boolean, named, nullable, object};
use crate::error::Problem;
use crate::noun::{self, Noun};
use crate::request;
use crate::schema::type_name;
use crate::typed;
use crate::write::{Cause, Writing, write};
use actix_web::HttpResponse;
use actix_web::http::{Method, StatusCode};
use domain::contact::Contact;
use domain::customer::Customer;
use domain::lead::{Conversion, Lead};
use domain::opportunity::Opportunity;
use domain::policy::Action;
use domain::policy::fields::{Carried, carry};
use domain::{Error, Instant, Issue, Record};
use persistence::{Tx, engine};
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use utoipa::ToSchema;
use utoipa::openapi::schema::AnyOfBuilder;
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};
use validator::Validate;

impl Noun for Lead {}

/// What a conversion makes or uses. Each is an id, a set of fields, or (contact and opportunity) nothing.
#[derive(Clone)]
enum Part {
    Nothing,
    Existing(domain::Id),
    New(Map<String, Json>),
}

/// What becomes of a lead; what is not named is made new, from the lead.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Conversion)]
struct Convert {
    #[serde(default, deserialize_with = "typed::nullable")]
    #[schema(schema_with = part_of::<Customer>, required = false)]
    customer: Option<Option<Json>>,
    #[serde(default, deserialize_with = "typed::nullable")]
    #[schema(schema_with = part_of::<Contact>, required = false)]
    contact: Option<Option<Json>>,
    #[serde(default, deserialize_with = "typed::nullable")]
    #[schema(schema_with = part_of::<Opportunity>, required = false)]
    opportunity: Option<Option<Json>>,
}

/// A record that is there.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct Existing {
    #[serde(deserialize_with = "typed::an_id")]
    #[schema(value_type = uuid::Uuid)]
    id: domain::Id,
}

fn part_of<T: Record>() -> RefOr<Schema> {
    let name = type_name(T::KIND);
    AnyOfBuilder::new()
        .item(named("Existing"))
        .item(named(&format!("{name}Patch")))
        .item(boolean())
        .item(ObjectBuilder::new().schema_type(Type::Null))
        .description(Some(format!(
            "A record that is there, fields of the new {}, or false for none.",
            T::KIND.label.en.to_lowercase()
        )))
        .into()
}

fn part(name: &str, said: Option<Option<Json>>) -> Result<Part, Error> {
    match said {
        None | Some(Some(Json::Bool(true))) => Ok(Part::New(Map::new())),
        Some(None | Some(Json::Bool(false))) => Ok(Part::Nothing),
        Some(Some(Json::Object(fields))) if fields.contains_key("id") => {
            let found = typed::read::<Existing>(fields).map_err(|e| e.within(&format!("/{name}")))?;
            Ok(Part::Existing(found.id))
        }
        Some(Some(Json::Object(fields))) => Ok(Part::New(fields)),
        Some(Some(_)) => Err(Issue::at(name, "wrong_type").with("type", "object").into()),
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
    // What the lead has a field for could be filled in there.
    let places = from
        .iter()
        .filter_map(|(to, from, _)| from.map(|_| (*to).to_owned()))
        .collect();
    let carried = from.into_iter().map(|(to, from, value)| Carried { to, from, value });
    let map = carry(
        caller.fields(Lead::KIND),
        caller.fields(T::KIND),
        given,
        carried.collect(),
    )?;
    let made = create_from(tx, caller, noun::hooks::<T>(), map, (Cause::Action, places));
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
    result.map_err(|error| error.within(&format!("/{name}")))
}

fn convert_in(
    tx: &mut Tx,
    caller: &Caller,
    id: domain::Id,
    expected: &request::Expected,
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
    let said: Convert = call.optional_body()?;
    let parts = [
        part("customer", said.customer)?,
        part("contact", said.contact)?,
        part("opportunity", said.opportunity)?,
    ];
    call.idempotent(move |tx, by| {
        let (lead, customer, contact, opportunity) = convert_in(tx, by, id, &expected, &parts)?;
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
    let either = |name: &str| nullable(named(name));
    let made = object()
        .property("lead", named("Lead"))
        .property("customer", named("Customer"))
        .property("contact", either("Contact"))
        .property("opportunity", either("Opportunity"));
    let made = ["lead", "customer", "contact", "opportunity"]
        .into_iter()
        .fold(made, |made, name| made.required(name));
    let doc = Doc::new("convert_lead", "leads", "Convert a lead")
        .about(
            "Makes a customer, a contact and an opportunity from the lead, in one transaction and one change set. \
             Each may be an existing record (`{\"id\": …}`), fields to set on the new one, or, for contact and opportunity, \
             `false` for none.",
        )
        .may_take::<Convert>()
        .versioned()
        .ok(200, made)
        .etag()
        .scopes(["leads:write", "customers:write", "contacts:write", "opportunities:write"])
        .with::<Existing>();
    routes.add(Method::POST, "/leads/{id}/convert", doc, convert);
}
