//! Routes of leads, and their conversion.

use crate::call::Call;
use crate::caller::Caller;
use crate::crud::{create_from, crud, patch_in, subject};
use crate::describe::{Doc, Routes, boolean, named, nullable, object};
use crate::error::Problem;
use crate::noun::{self, Noun};
use crate::request;
use crate::schema::type_name;
use crate::typed;
use crate::write::{Cause, Change, Writing, write, write_all, write_one};
use actix_web::HttpResponse;
use actix_web::http::{Method, StatusCode};
use domain::contact::Contact;
use domain::customer::Customer;
use domain::lead::{Conversion, Lead};
use domain::opportunity::Opportunity;
use domain::policy::Action;
use domain::policy::fields::{Carried, carry};
use domain::value::Val;
use domain::{AnyRecord, Error, Instant, Issue, Kind, Record};
use persistence::transfer::{Along, Lock, OwnedRecord, along};
use persistence::{Tx, engine};
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use utoipa::ToSchema;
use utoipa::openapi::schema::AnyOfBuilder;
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};
use validator::Validate;

const CUSTOMER: &str = "customer_id";
const FOLLOW_UP: &str = "next_follow_up_at";
/// Records written together.
const AT_ONCE: usize = 500;

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

/// A record that is there and belongs to this customer, or to none so far: then to this one from now on.
fn of_customer<T: Noun>(tx: &mut Tx, caller: &Caller, id: domain::Id, customer: domain::Id) -> persistence::Result<T> {
    let found = AnyRecord::of(&existing::<T>(tx, caller, id)?);
    match found.reference(CUSTOMER) {
        Some(of) if of == customer => Ok(found.into_record()?),
        Some(_) => Err(Issue::new(format!("/{}/id", T::KIND.name), "of_other_customer").into()),
        None => {
            let joins = Map::from_iter([(CUSTOMER.to_owned(), json!(customer))]);
            let joined = patch_in(tx, caller, noun::hooks::<T>(), id, &request::Expected::Any, joins);
            Ok(nested(T::KIND.name, joined)?.into_record()?)
        }
    }
}

/// The next follow-up of the lead becomes that of a record which was there, unless it has an earlier one.
fn follow_up<T: Noun>(tx: &mut Tx, caller: &Caller, lead: &Lead, record: T) -> persistence::Result<T> {
    let carried = Carried {
        to: FOLLOW_UP,
        from: Some(FOLLOW_UP),
        value: json!(lead.next_follow_up_at),
    };
    let seen = (caller.fields(Lead::KIND), caller.fields(T::KIND));
    nested(
        T::KIND.name,
        carry(seen.0, seen.1, Map::new(), vec![carried]).map_err(Into::into),
    )?;
    let Some(next) = lead.next_follow_up_at else {
        return Ok(record);
    };
    let old = AnyRecord::of(&record);
    if matches!(old.value(FOLLOW_UP), Some(Val::Instant(at)) if *at <= next) {
        return Ok(record);
    }
    let mut new = old.clone();
    new.put(FOLLOW_UP, next);
    let mut writing = Writing::new(caller, Cause::Action);
    let change = Change::new(Some(old), new);
    let stored = write_one(tx, &mut writing, &caller.own_permit(), noun::hooks::<T>(), change)?;
    Ok(stored.into_record()?)
}

/// What hangs on the lead belongs to what it became as well, so that nobody has to look for it there: all that happened, and
/// what is still to be done. It follows from the conversion, so nobody needs a right over each of it.
fn bring_along(tx: &mut Tx, caller: &Caller, lead: &Lead, to: &Conversion) -> persistence::Result<()> {
    let permit = caller.own_permit();
    let of = [OwnedRecord {
        id: lead.id,
        version: lead.version,
        owner: lead.owner_id,
    }];
    let everything = Along {
        others: true,
        closed: false,
    };
    let scope = |_: &'static Kind| Some(permit.scope());
    for (kind, found) in along(tx, &scope, Lead::KIND, &of, everything, Lock::Write)? {
        let hooks = noun::of(kind)?.within(caller.kinds());
        let places = [
            (CUSTOMER, Some(to.customer)),
            ("contact_id", to.contact),
            ("opportunity_id", to.opportunity),
        ];
        let ids: Vec<domain::Id> = found.iter().map(|record| record.id).collect();
        for some in ids.chunks(AT_ONCE) {
            let olds = engine::any::find_many(tx, &permit.scope(), hooks.kind(), some)?;
            // What belongs to another customer already stays there.
            let olds = olds
                .into_iter()
                .filter(|old| old.reference(CUSTOMER).is_none_or(|of| of == to.customer));
            let changes = olds.filter_map(|old| {
                let mut new = old.clone();
                for (field, id) in places {
                    if let Some(id) = id.filter(|_| kind.field(field).is_some() && old.reference(field).is_none()) {
                        new.put(field, id);
                    }
                }
                (new != old).then(|| Change::new(Some(old), new))
            });
            let changes: Vec<Change> = changes.collect();
            let mut writing = Writing::new(caller, Cause::Action);
            write_all(tx, &mut writing, &permit, hooks, changes)?;
        }
    }
    Ok(())
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
    // It stands where work goes on: with the opportunity, else with the customer.
    let followed = |part: &Part| matches!(part, Part::Nothing).then_some(FOLLOW_UP);
    let customer: Customer = match customer {
        Part::Existing(id) => {
            let found = existing(tx, caller, id)?;
            match followed(&opportunity) {
                Some(_) => follow_up(tx, caller, &lead, found)?,
                None => found,
            }
        }
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
            from.extend(same(&lead, followed(&opportunity).as_slice())?);
            made(tx, caller, given, from)?
        }
    };
    let contact: Option<Contact> = match contact {
        Part::Nothing => None,
        Part::Existing(id) => Some(of_customer(tx, caller, id, customer.id)?),
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
        Part::Existing(id) => {
            let found = of_customer(tx, caller, id, customer.id)?;
            Some(follow_up(tx, caller, &lead, found)?)
        }
        Part::New(given) => {
            let mut from = vec![
                ("name", None, json!(customer.name)),
                ("customer_id", None, json!(customer.id)),
                ("contact_id", None, json!(contact.as_ref().map(|c| c.id))),
                ("owner_id", None, owner),
            ];
            from.extend(same(&lead, &["source", FOLLOW_UP])?);
            Some(made(tx, caller, given, from)?)
        }
    };
    let to = Conversion {
        customer: customer.id,
        contact: contact.as_ref().map(|c| c.id),
        opportunity: opportunity.as_ref().map(|o| o.id),
        at: Instant::now(),
    };
    bring_along(tx, caller, &lead, &to)?;
    let done = lead.converted(to)?;
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
             `false` for none. A contact or opportunity that is there must belong to that customer, or to none yet. What happened \
             with the lead and what is still to be done belongs to what it became as well, and the next follow-up is now that \
             of the opportunity, or of the customer where there is none.",
        )
        .may_take::<Convert>()
        .versioned()
        .ok(200, made)
        .etag()
        .scopes(["leads:write", "customers:write", "contacts:write", "opportunities:write"])
        .with::<Existing>();
    routes.add(Method::POST, "/leads/{id}/convert", doc, convert);
}
