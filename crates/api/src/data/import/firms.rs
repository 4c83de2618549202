//! Firms that a file of contacts names and that are not there yet: they are made along with the people.

use std::collections::{BTreeMap, HashSet};

use domain::contact::Contact;
use domain::customer::{Customer, CustomerPatch};
use domain::import::problem::code;
use domain::policy::Action;
use domain::record::Birth;
use domain::{AnyRecord, Record};
use persistence::Tx;
use persistence::engine::Name;

use super::draft::Draft;
use super::lookup::Lookup;
use super::plan::folded;
use super::take::{ImportContext, is_foreign_id};
use crate::noun;
use crate::write::{Cause, Change, Writing, write_all};

/// Makes the customers that rows of contacts name, once each, and returns their names. Whoever may not make any is told of the
/// names as of any that is not found.
pub fn bring(
    tx: &mut Tx,
    context: &ImportContext,
    drafts: &[Draft],
    lookup: &mut Lookup,
    writing: &mut Writing,
) -> persistence::Result<HashSet<String>> {
    let mut brought = HashSet::new();
    let by = &context.by;
    let Ok(permit) = by.authorize(Action::Create, Customer::KIND, by.user()) else {
        return Ok(brought);
    };
    if context.plan.kind.name != Contact::KIND.name {
        return Ok(brought);
    }
    let mut missing = BTreeMap::new();
    for draft in drafts.iter().filter(|draft| draft.problems.is_empty()) {
        let Some(name) = draft.said.get("customer_id").filter(|name| !is_foreign_id(name)) else {
            continue;
        };
        if lookup
            .find(Customer::KIND, name)
            .is_err_and(|problem| problem.code == code::NOT_FOUND)
        {
            missing.entry(folded(name)).or_insert(name);
        }
    }
    for (key, name) in missing {
        let patch = CustomerPatch {
            name: Some(name.clone()),
            owner_id: Some(by.user()),
            ..Default::default()
        };
        // What is no name for a customer is found missing with its row.
        let Ok(customer) = Customer::create(patch, Birth::new(by.user())) else {
            continue;
        };
        if context.trial {
            writing.along(&customer);
        } else {
            let change = vec![Change::new(None, AnyRecord::of(&customer))];
            let made = tx.savepoint(|tx| {
                let mut writing = Writing::new(by, Cause::Imported);
                write_all(tx, &mut writing, &permit, noun::hooks::<Customer>(), change)
            });
            match made {
                Err(persistence::Error::Domain(_)) => continue,
                made => drop(made?),
            }
        }
        lookup.add(
            Customer::KIND,
            Name {
                id: customer.id,
                name: customer.name,
            },
        );
        brought.insert(key);
    }
    Ok(brought)
}
