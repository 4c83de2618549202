//! What becomes of several records that are one: the kept one, with what it lacks from the others.

use crate::any::AnyRecord;
use crate::custom;
use crate::record::{FIXED, Field, READONLY};
use crate::value::{Storage, Type, Val};
use serde_json::Value as Json;

/// Records of one merge, the kept one among them.
pub const FEWEST: usize = 2;
pub const MOST: usize = 10;

/// What decides over rights, or is each record's own.
fn stays(field: &Field) -> bool {
    field.can(READONLY) || field.can(FIXED) || field.name == "owner_id" || field.name == custom::ALL
}

fn is_empty(values: &[Val]) -> bool {
    values.iter().all(|value| match value {
        Val::Text(text) => text.is_empty(),
        Val::Texts(all) => all.is_empty(),
        value => value.is_null(),
    })
}

/// The kept record with what it lacks, from the first of the others that has it; lists are united, and who is not to be
/// contacted by one of them is not to be by any.
pub fn combined(into: &AnyRecord, others: &[AnyRecord]) -> AnyRecord {
    let (kind, mut new) = (into.kind(), into.clone());
    for field in kind.declared().filter(|field| !stays(field)) {
        let mut values = into.values_of(field.name).to_vec();
        for other in others {
            let theirs = other.values_of(field.name);
            match (values.as_mut_slice(), theirs) {
                ([Val::Texts(all)], [Val::Texts(more)]) => {
                    let more: Vec<String> = more.iter().filter(|one| !all.contains(one)).cloned().collect();
                    all.extend(more);
                }
                ([Val::Bool(kept)], [Val::Bool(other)]) if field.ty == Type::Bool => *kept |= *other,
                (kept, theirs) if is_empty(kept) && !is_empty(theirs) => kept.clone_from_slice(theirs),
                _ => {}
            }
        }
        // What refers to one of them would refer to itself.
        let itself =
            |value: &Val| matches!(value, Val::Id(id) if *id == into.id() || others.iter().any(|o| o.id() == *id));
        if field.refers == Some(kind.name) && values.iter().any(itself) {
            values = vec![Val::Null(Storage::Id)];
        }
        new.put_all(field.name, values);
    }
    let mut own = into.custom().clone();
    for (_, custom) in kind.custom().filter(|(_, custom)| !custom.value.can(READONLY)) {
        let theirs = others.iter().filter_map(|other| other.custom().get(custom.key));
        let mut theirs = theirs.filter(|value| !value.is_null());
        match own.get(custom.key) {
            None | Some(Json::Null) => {
                if let Some(value) = theirs.next() {
                    own[custom.key] = value.clone();
                }
            }
            Some(Json::Array(all)) => {
                let mut all = all.clone();
                for one in theirs.filter_map(Json::as_array).flatten() {
                    if !all.contains(one) {
                        all.push(one.clone());
                    }
                }
                own[custom.key] = Json::Array(all);
            }
            Some(_) => {}
        }
    }
    new.put(custom::ALL, own);
    new
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contact::Contact;
    use crate::customer::Customer;
    use crate::record::{Birth, Kind, Record};
    use serde_json::json;

    fn record(kind: &'static Kind, fields: Json) -> AnyRecord {
        let map = fields.as_object().cloned().expect("an object");
        AnyRecord::create(kind, map, Birth::new(None)).expect("a record")
    }

    #[test]
    fn what_the_kept_one_lacks_comes_from_the_first_that_has_it() {
        let kept = record(
            Customer::KIND,
            json!({ "name": "a", "phone": "13800138000", "tags": ["x"] }),
        );
        let others = [
            record(
                Customer::KIND,
                json!({ "name": "b", "phone": "13900139000", "website": "b.cn", "tags": ["y", "x"] }),
            ),
            record(
                Customer::KIND,
                json!({ "name": "c", "website": "c.cn", "annual_revenue": { "amount": "5.00", "currency": "CNY" } }),
            ),
        ];
        let new = combined(&kept, &others);
        let told = ["name", "phone", "website"].map(|name| new.text(name));
        assert_eq!(told, [Some("a"), Some("13800138000"), Some("b.cn")]);
        assert_eq!(new.json("tags").expect("tags"), json!(["x", "y"]));
        assert_eq!(new.values_of("annual_revenue"), others[1].values_of("annual_revenue"));
        assert_eq!((new.id(), new.version()), (kept.id(), kept.version()));
    }

    #[test]
    fn who_is_not_to_be_contacted_stays_so() {
        let kept = record(Contact::KIND, json!({ "name": "a" }));
        let other = record(
            Contact::KIND,
            json!({ "name": "b", "do_not_contact": true, "reports_to_id": kept.id() }),
        );
        let new = combined(&kept, &[other]);
        assert_eq!(new.json("do_not_contact").expect("a choice"), json!(true));
        assert_eq!(new.reference("reports_to_id"), None, "nobody reports to themselves");
    }
}
