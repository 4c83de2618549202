//! Undoing a change set: what it did to a record, what has become of that since, and what is to be put back.

use super::any::AnyRecord;
use super::change::{Change, ChangeAction};
use super::custom;
use super::error::{Error, Issue, Issues};
use super::kind::Kind;
use super::record::{FIXED, Field, READONLY, Record};
use super::value::Type;
use crate::numbering_rule::NumberingRule;
use crate::{Id, Instant};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// Whether records of a kind can be put back to what they were: those that people work with. What decides over rights or
/// over what kinds and fields there are, and what tells of the server's own work, has ways of its own.
pub fn can_be_undone(kind: &Kind) -> bool {
    !kind.about_rights && !kind.work && kind.name != NumberingRule::KIND.name
}

/// Where a record was before a set of changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Was {
    Nowhere,
    Live,
    InBin,
}

/// What a set of changes did to one record.
#[derive(Debug, Clone, PartialEq)]
pub struct Doing {
    pub was: Was,
    /// Whether the set left it live.
    pub live: bool,
    /// Field → what it was, and what the set made of it.
    pub fields: BTreeMap<String, (Json, Json)>,
}

/// A field that is not any more what the set made of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Overtaken {
    pub field: String,
    pub then: Json,
    pub now: Json,
    pub by: Option<Id>,
    pub at: Option<Instant>,
}

impl Doing {
    /// From the changes of one record in the set, in their order. None where nothing is left of them that a person did.
    pub fn of(changes: &[Change]) -> Option<Self> {
        let mut done: Option<Self> = None;
        for change in changes {
            let (was, live) = match change.action {
                ChangeAction::Create => (Was::Nowhere, true),
                ChangeAction::Restore => (Was::InBin, true),
                ChangeAction::Delete => (Was::Live, false),
                ChangeAction::Update => (Was::Live, done.as_ref().is_none_or(|done| done.live)),
                ChangeAction::Derive => continue,
            };
            let done = done.get_or_insert(Self {
                was,
                live,
                fields: BTreeMap::new(),
            });
            done.live = live;
            if change.action == ChangeAction::Delete {
                // All that it had: it comes out of the bin with that.
                continue;
            }
            for (field, values) in change.fields.as_object().into_iter().flatten() {
                let (old, new) = (values[0].clone(), values[1].clone());
                done.fields.entry(field.clone()).or_insert((old, Json::Null)).1 = new;
            }
        }
        done
    }

    /// The fields that go back to what they were. What the server itself gives follows from the others.
    fn to_put_back<'a>(&'a self, kind: &'static Kind) -> impl Iterator<Item = (&'static Field, &'a Json, &'a Json)> {
        let fields = self.fields.iter().filter(|_| self.was == Was::Live);
        fields.filter_map(move |(name, (old, new))| {
            let field = kind.fields.iter().find(|field| field.name == name)?;
            let given = field.custom.is_some_and(|custom| custom.value.can(READONLY));
            (!given && !same(field, old, new)).then_some((field, old, new))
        })
    }

    /// Whether there is anything about it that can be put back.
    pub fn is_anything(&self, kind: &'static Kind) -> bool {
        match self.was {
            Was::Live => !self.live || self.to_put_back(kind).next().is_some(),
            Was::Nowhere | Was::InBin => self.live,
        }
    }

    /// Whether an action did it, such as a conversion: then its fields mean something together only.
    fn is_action(&self, kind: &'static Kind) -> bool {
        self.to_put_back(kind)
            .any(|(field, ..)| field.can(READONLY) || field.can(FIXED))
    }

    /// The fields that somebody has changed since, by what the record is now and what was logged of it after the set, oldest first.
    pub fn overtaken(&self, now: &AnyRecord, later: &[Change]) -> Result<Vec<Overtaken>, Error> {
        let kind = now.kind();
        let mut found = Vec::new();
        let after = |name: &str| {
            let logged = |change: &&Change| change.fields.get(name).is_some();
            later.iter().rev().find(logged)
        };
        let fields: Vec<(&'static Field, Json, Json)> = match self.was {
            Was::Live => self
                .to_put_back(kind)
                .map(|(field, old, new)| (field, old.clone(), new.clone()))
                .collect(),
            // All that it is goes with it.
            Was::Nowhere | Was::InBin => kind
                .fields
                .iter()
                .map(|field| {
                    let then = self.fields.get(field.name).map(|(_, new)| new.clone());
                    let then = then.unwrap_or_default();
                    (field, then.clone(), then)
                })
                .collect(),
        };
        for (field, old, then) in fields {
            // What nobody has logged follows from something else.
            let Some(change) = after(field.name) else { continue };
            let is = now
                .json(field.name)
                .map_err(|_| Error::from(Issue::at(field.name, "invalid")))?;
            if !same(field, &is, &then) && !same(field, &is, &old) {
                found.push(Overtaken {
                    field: field.name.to_owned(),
                    then,
                    now: is,
                    by: change.actor_id,
                    at: Some(change.at),
                });
            }
        }
        Ok(found)
    }

    /// The names of the fields to put back into a record, but for those that are kept as they are.
    pub fn said(&self, now: &AnyRecord, kept: &[String]) -> Vec<String> {
        let kind = now.kind();
        if !kept.is_empty() && self.is_action(kind) {
            return Vec::new();
        }
        self.to_put_back(kind)
            .filter(|(field, ..)| !kept.iter().any(|name| name == field.name))
            .map(|(field, ..)| field.name.to_owned())
            .collect()
    }

    /// The record with these fields as they were before.
    pub fn put_back(&self, now: &AnyRecord, names: &[String]) -> Result<AnyRecord, Error> {
        let mut new = now.clone();
        let mut issues = Issues::default();
        for (field, old, _) in self.to_put_back(now.kind()) {
            if !names.iter().any(|name| name == field.name) {
                continue;
            }
            let is = now
                .json(field.name)
                .map_err(|_| Error::from(Issue::at(field.name, "invalid")))?;
            // An amount that is the same keeps what it was worth.
            if !same(field, &is, old)
                && let Err(issue) = new.put_json(field, plain(field, old))
            {
                issues.add(issue);
            }
        }
        issues.or(new)
    }

    /// Whether the rules for a change by hand hold, or those for what an action has made.
    pub fn by_action(&self, kind: &'static Kind) -> bool {
        self.is_action(kind)
    }
}

/// A value as somebody would say it: what an amount is worth in the base currency is none of their business.
fn plain(field: &Field, value: &Json) -> Json {
    let ty = field.custom.map_or(field.ty, |custom| custom.value.ty);
    match (ty, value) {
        (Type::Money, Json::Object(money)) => {
            json!({ "amount": money.get("amount"), "currency": money.get("currency") })
        }
        _ => value.clone(),
    }
}

fn same(field: &Field, one: &Json, other: &Json) -> bool {
    let is_empty = |value: &Json| match value {
        Json::Null => true,
        Json::Array(all) => all.is_empty(),
        Json::Object(all) => all.is_empty(),
        _ => false,
    };
    let (one, other) = (plain(field, one), plain(field, other));
    one == other || (is_empty(&one) && is_empty(&other))
}

impl AnyRecord {
    /// Puts a value into a field as the log tells it, whoever may set it.
    fn put_json(&mut self, field: &'static Field, value: Json) -> Result<(), Issue> {
        match field.custom {
            Some(custom) => {
                let value = custom::read(&custom.value, value).map_err(|issue| Issue::at(field.name, issue.code))?;
                self.put_custom(custom.key, value);
            }
            None => {
                let values = field.read(value)?;
                self.put_all(field.name, values);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::customer::Customer;
    use crate::record::Birth;

    fn change(action: ChangeAction, fields: Json) -> Change {
        Change {
            position: 0,
            change_set: Id::nil(),
            request_id: String::new(),
            actor_id: None,
            kind: "customer".to_owned(),
            record_id: Id::nil(),
            version: 1,
            action,
            fields,
            at: Instant::now(),
        }
    }

    fn customer(fields: Json) -> AnyRecord {
        let mut map = fields.as_object().cloned().unwrap_or_default();
        map.entry("name").or_insert(json!("Acme"));
        AnyRecord::create(Customer::KIND, map, Birth::new(None)).expect("a customer")
    }

    #[test]
    fn of_several_changes_the_first_old_and_the_last_new_value_count() {
        let update = |old: &str, new: &str| change(ChangeAction::Update, json!({ "phone": [old, new] }));
        let done = Doing::of(&[update("1", "2"), update("2", "3")]).expect("done");
        assert_eq!(done.fields["phone"], (json!("1"), json!("3")));
        assert_eq!((done.was, done.live), (Was::Live, true));
        assert_eq!(Doing::of(&[change(ChangeAction::Derive, json!({}))]), None);
    }

    #[test]
    fn what_was_made_and_deleted_in_one_set_is_left_alone() {
        let gone = Doing::of(&[
            change(ChangeAction::Create, json!({ "name": [null, "a"] })),
            change(ChangeAction::Delete, json!({ "name": ["a", null] })),
        ]);
        assert!(!gone.expect("done").is_anything(Customer::KIND));
    }

    #[test]
    fn a_later_change_counts_by_its_field_and_what_it_left() {
        let done = Doing::of(&[change(
            ChangeAction::Update,
            json!({ "level": ["a", "b"], "website": [null, "https://a.example"] }),
        )]);
        let done = done.expect("done");
        let now = customer(json!({ "level": "c", "website": "https://a.example" }));
        let later = [
            change(ChangeAction::Update, json!({ "level": ["b", "c"] })),
            change(ChangeAction::Update, json!({ "source": [null, "web"] })),
        ];
        let overtaken = done.overtaken(&now, &later).expect("read");
        let told: Vec<_> = overtaken.iter().map(|o| (o.field.as_str(), &o.then, &o.now)).collect();
        assert_eq!(told, [("level", &json!("b"), &json!("c"))]);
        let said = done.said(&now, &["level".to_owned()]);
        assert_eq!(said, ["website"]);
        let back = done.put_back(&now, &said).expect("put back");
        assert_eq!((back.text("level"), back.text("website")), (Some("c"), None));
        // Changed back by hand: there is nothing to take back, and nothing in the way.
        assert!(
            done.overtaken(&customer(json!({ "level": "a" })), &later)
                .expect("read")
                .is_empty()
        );
    }

    #[test]
    fn only_what_people_work_with_is_undone() {
        let no = crate::KINDS
            .iter()
            .filter(|kind| !can_be_undone(kind))
            .map(|kind| kind.name);
        assert_eq!(
            no.collect::<Vec<_>>(),
            [
                "team",
                "user",
                "team_member",
                "role",
                "numbering_rule",
                "kind",
                "field",
                "import",
                "export",
                "job",
                "layout"
            ]
        );
    }
}
