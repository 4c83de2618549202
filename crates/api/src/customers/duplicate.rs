//! Looking for records like one that is there or about to be made.

use crate::caller::Caller;
use crate::describe::common::or_null;
use crate::describe::{Doc, Routes, id, integer, made_of, named, text};
use crate::error::Problem;
use crate::request;
use crate::state::State;
use crate::typed;
use actix_web::http::Method;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use domain::duplicate::{ALIKE, Likeness, Reason, SURE, Traits, compared};
use domain::kind::Called;
use domain::policy::Actor;
use domain::value::Type;
use domain::{AnyRecord, Id, Issue, Kind};
use persistence::{Tx, engine};
use serde::Deserialize;
use serde_json::{Value as Json, json};
use std::cmp::Reverse;
use utoipa::ToSchema;
use utoipa::openapi::{Array, KnownFormat, ObjectBuilder, SchemaFormat, Type as JsonType};
use validator::Validate;

/// So many are told, the most alike first.
const MOST: usize = 10;

/// What is known of a record that is about to be made, or the record itself.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Duplicates)]
struct Asked {
    /// A record that is there: it is compared by what stands in it, and not with itself. What else is said counts instead of that.
    #[serde(default, deserialize_with = "typed::id_not_null")]
    #[schema(value_type = uuid::Uuid, required = false)]
    id: Option<Id>,
    #[serde(default, deserialize_with = "typed::words")]
    #[validate(length(max = 500))]
    #[schema(max_length = 500)]
    name: Option<String>,
    /// The firm that a person is from.
    #[serde(default, deserialize_with = "typed::words")]
    #[validate(length(max = 500))]
    #[schema(max_length = 500)]
    company: Option<String>,
    #[serde(default, deserialize_with = "typed::words")]
    #[validate(length(max = 100))]
    #[schema(max_length = 100)]
    phone: Option<String>,
    #[serde(default, deserialize_with = "typed::words")]
    #[validate(length(max = 254))]
    #[schema(max_length = 254)]
    email: Option<String>,
    #[serde(default, deserialize_with = "typed::words")]
    #[validate(length(max = 500))]
    #[schema(max_length = 500)]
    website: Option<String>,
    /// The customer that a contact belongs to: two of one name there are one person.
    #[serde(default, deserialize_with = "typed::id_not_null")]
    #[schema(value_type = uuid::Uuid, required = false)]
    customer_id: Option<Id>,
}

impl Asked {
    fn says(&self) -> bool {
        [&self.name, &self.company, &self.phone, &self.email, &self.website]
            .iter()
            .any(|said| said.is_some())
    }

    fn traits(&self, kind: &Kind) -> Traits {
        let mut traits = Traits::default();
        let title = kind.alike.iter().find(|(name, _)| *name == kind.title);
        if let (Some(name), Some((_, called))) = (&self.name, title) {
            traits.add_name(*called, name);
        }
        for (said, ty) in [
            (&self.phone, Type::Phone),
            (&self.email, Type::Email),
            (&self.website, Type::Url),
        ] {
            if let Some(text) = said {
                traits.add_value(ty, text);
            }
        }
        if let Some(company) = &self.company {
            traits.add_name(Called::Firm, company);
        }
        traits.belonging_to(self.customer_id)
    }
}

/// A record that is like another.
pub struct Found {
    pub record: AnyRecord,
    pub likeness: Likeness,
}

/// Those like this one: in sight, the most alike first, and how many there surely are beside.
pub struct Alike {
    pub found: Vec<Found>,
    pub hidden: usize,
}

/// Compares with what the caller reads of each, also of those out of sight: a field that is closed to them tells nothing by way
/// of what it is like.
pub fn like(
    tx: &mut Tx,
    by: &Caller,
    kind: &'static Kind,
    traits: &Traits,
    but: Option<Id>,
) -> persistence::Result<Alike> {
    let names = compared(kind).iter().filter_map(|name| by.kinds().named(name));
    let kinds: Vec<&'static Kind> = names
        .chain(kind.made.then_some(kind))
        .filter(|kind| by.scope(kind).is_ok())
        .collect();
    let system = Actor::system(by.identity.workspace.clone());
    let (mut found, mut hidden) = (Vec::new(), 0);
    for (name, ids) in persistence::duplicate::perhaps(tx, by.workspace().id, &kinds, traits)? {
        let Some(kind) = by.kinds().named(name) else { continue };
        let fields = by.fields(kind);
        let mut alike = Vec::new();
        for record in engine::any::find_many(tx, &system.scope(kind)?, kind, &ids)? {
            let likeness = traits.likeness(&Traits::seen(&record, &fields));
            if likeness.score >= ALIKE && Some(record.id()) != but {
                alike.push(Found { record, likeness });
            }
        }
        let ids: Vec<Id> = alike.iter().map(|found| found.record.id()).collect();
        let visible = engine::ids_visible(tx, &by.scope(kind)?, kind, &ids)?;
        for one in alike {
            if visible.contains(&one.record.id()) {
                found.push(one);
            } else if one.likeness.score >= SURE {
                hidden += 1;
            }
        }
    }
    found.sort_by_key(|one| (Reverse(one.likeness.score), Reverse(one.record.id())));
    found.truncate(MOST);
    Ok(Alike { found, hidden })
}

impl Found {
    pub fn told(&self) -> Json {
        let (record, kind) = (&self.record, self.record.kind());
        json!({ "kind": kind.name, "id": record.id(), "title": record.text(kind.title), "owner_id": record.owner_id(),
            "score": self.likeness.score, "reasons": self.likeness.reasons.iter().map(|reason| reason.key()).collect::<Vec<_>>() })
    }
}

async fn duplicates(
    kind: &'static Kind,
    caller: Caller,
    state: Data<State>,
    request: HttpRequest,
    body: Bytes,
) -> Result<HttpResponse, Problem> {
    let asked: Asked = request::body(&request, &body)?;
    if asked.id.is_none() && !asked.says() {
        return Err(domain::Error::from(Issue::at("name", "required")).into());
    }
    let kind = caller.kinds().like(kind);
    let scope = caller.scope(kind)?;
    let answer = state.store.read(move |tx| {
        let traits = match asked.id {
            Some(id) => {
                let record = engine::any::find(tx, &scope, kind, id)?;
                match asked.says() {
                    true => asked.traits(kind),
                    false => Traits::seen(&record, &caller.fields(kind)),
                }
            }
            None => asked.traits(kind),
        };
        let alike = like(tx, &caller, kind, &traits, asked.id)?;
        Ok(json!({ "data": alike.found.iter().map(Found::told).collect::<Vec<_>>(), "hidden": alike.hidden }))
    });
    Ok(HttpResponse::Ok().json(answer.await?))
}

/// Registers the look for records like one of a kind.
pub fn route(routes: &mut Routes, kind: &'static Kind) {
    let reasons: Vec<&str> = Reason::ALL.iter().map(|reason| reason.key()).collect();
    let found = made_of([
        ("kind", text().into()),
        ("id", id().into()),
        ("title", text().into()),
        (
            "owner_id",
            or_null(JsonType::String)
                .format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)))
                .into(),
        ),
        (
            "score",
            integer()
                .minimum(Some(f64::from(ALIKE)))
                .maximum(Some(100))
                .description(Some("How alike they are, of 100."))
                .into(),
        ),
        (
            "reasons",
            Array::new(
                ObjectBuilder::new()
                    .schema_type(JsonType::String)
                    .enum_values(Some(reasons)),
            )
            .into(),
        ),
    ]);
    let answer = made_of([
        ("data", Array::new(named("Duplicate")).into()),
        (
            "hidden",
            integer()
                .description(Some("How many there are beside that the caller does not see and that are the same by name, telephone or address."))
                .into(),
        ),
    ]);
    let many = kind.plural.replace('_', " ");
    let doc = Doc::new(format!("find_duplicate_{}", kind.plural), kind.path(), format!("Find {many} like one"))
        .about(
            "Before one is made, or beside one that is there. Names are compared without legal forms, width, case, accents and \
             traditional characters, by sound, and with a slip; telephones by their digits; addresses and web sites by the domain as well, \
             where it is a firm's own. Candidates come from the kinds that may be the same person or firm. At most ten are told, the most \
             alike first. What the caller does not read of a record makes it like nothing.",
        )
        .takes::<Asked>()
        .schema("Duplicate", found)
        .schema("DuplicateList", answer)
        .ok(200, named("DuplicateList"))
        .also(&[404]);
    routes.add(
        Method::POST,
        format!("/{}/duplicates", kind.path()),
        doc,
        move |caller: Caller, state: Data<State>, request: HttpRequest, body: Bytes| {
            duplicates(kind, caller, state, request, body)
        },
    );
}
