//! vCards: of one contact as an answer, of a list as the file of an export.

use super::asked::version;
use super::routes::disposition;
use crate::caller::Caller;
use crate::describe::{Doc, Routes};
use crate::error::Problem;
use crate::http::query;
use crate::request;
use crate::state::State;
use actix_web::http::Method;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use domain::contact::Contact;
use domain::customer::Customer;
use domain::export::ExportFormat;
use domain::export::vcard::{self, Version};
use domain::policy::Scope;
use domain::query::List;
use domain::{Id, Record};
use persistence::engine::Page;
use persistence::{Tx, engine};
use serde::Deserialize;
use std::collections::HashMap;
use std::io::Write;
use validator::Validate;

/// The names of the customers that contacts belong to, as far as somebody sees them.
fn firms(tx: &mut Tx, caller: &Caller, contacts: &[Contact]) -> persistence::Result<HashMap<Id, String>> {
    let mut ids: Vec<Id> = contacts.iter().filter_map(|contact| contact.customer_id).collect();
    ids.sort_unstable();
    ids.dedup();
    match caller.scope(Customer::KIND) {
        Ok(scope) if !ids.is_empty() => engine::titles(tx, &scope, Customer::KIND, &ids),
        _ => Ok(HashMap::new()),
    }
}

fn cards(tx: &mut Tx, caller: &Caller, contacts: &[Contact], version: Version) -> persistence::Result<String> {
    let seen = caller.fields(Contact::KIND);
    let firms = firms(tx, caller, contacts)?;
    let mut out = String::new();
    for contact in contacts {
        let firm = contact.customer_id.and_then(|id| firms.get(&id));
        vcard::write(contact, firm.map(String::as_str), &seen, version, &mut out);
    }
    Ok(out)
}

/// Writes one page; says how many contacts it had, and where the next begins.
pub fn page(
    tx: &mut Tx,
    caller: &Caller,
    scope: &Scope,
    version: Version,
    list: &List,
    out: &mut impl Write,
) -> persistence::Result<(usize, Option<String>)> {
    let Page { rows, next, .. } = engine::list::<Contact>(tx, scope, list)?;
    let text = cards(tx, caller, &rows, version)?;
    out.write_all(text.as_bytes()).map_err(persistence::Error::internal)?;
    Ok((rows.len(), next))
}

#[derive(Deserialize, Validate)]
#[serde(deny_unknown_fields)]
struct Query {
    version: Option<Version>,
}

/// `GET /contacts/{id}/vcard`
///
/// It tells what the record tells, in another form: who sees the contact may have it.
async fn get(
    caller: Caller,
    state: Data<State>,
    path: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let id = request::id(&path, Contact::KIND.name)?;
    let asked: Query = query::read(&request)?;
    let scope = caller.scope(Contact::KIND)?;
    let read = move |tx: &mut Tx| {
        let contact: Contact = engine::find(tx, &scope, id)?;
        let contacts = [contact];
        let card = cards(tx, &caller, &contacts, asked.version.unwrap_or_default())?;
        let [contact] = contacts;
        Ok((contact.name, card))
    };
    let (name, card) = state.store.read_quick(read).await?;
    let ending = ExportFormat::Vcard.ending();
    let plain = format!("contact-{id}.{ending}");
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, format!("{}; charset=utf-8", ExportFormat::Vcard.media())))
        .insert_header((CONTENT_DISPOSITION, disposition(&plain, &format!("{name}.{ending}"))))
        .body(card))
}

pub fn routes(routes: &mut Routes) {
    let doc = Doc::new("get_contact_vcard", "contacts", "Get a contact as a vCard")
        .about(
            "What address books of phones and mail programs read, of those fields that the caller reads. A list of contacts as \
             vCards is an export of the format `vcard`.",
        )
        .query("version", version(), "The version of the vCard, 3.0 where nothing is said.")
        .file(ExportFormat::Vcard.media());
    routes.add(Method::GET, "/contacts/{id}/vcard", doc, get);
}
