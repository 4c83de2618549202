//! What makes two records look like one: the keys a record is looked up by, and how alike two are, with the reasons.
//!
//! Keys only say where to look. Whether two are alike is said by their own values, so a key that is too coarse, or was made by
//! other rules, costs a look and changes no answer.

mod firm;
mod host;
mod place;
#[cfg(test)]
mod tests;

use crate::kind::Called;
use crate::policy::Fields;
use crate::text::{fold, phones};
use crate::value::{Type, Val, address};
use crate::{AnyRecord, Field, Id, Kind};
pub use firm::{Firm, Same};
use std::collections::BTreeSet;

/// From here on two records are told to be alike.
pub const ALIKE: u8 = 50;
/// From here on it is told that there is one that the reader does not see: what is only alike says nothing there.
pub const SURE: u8 = 90;

/// Why two records are alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    SameName,
    SimilarName,
    SameSound,
    SamePhone,
    SameEmail,
    SameDomain,
}

impl Reason {
    pub const ALL: [Self; 6] = [
        Self::SameName,
        Self::SimilarName,
        Self::SameSound,
        Self::SamePhone,
        Self::SameEmail,
        Self::SameDomain,
    ];

    pub fn key(self) -> &'static str {
        match self {
            Self::SameName => "same_name",
            Self::SimilarName => "similar_name",
            Self::SameSound => "same_sound",
            Self::SamePhone => "same_phone",
            Self::SameEmail => "same_email",
            Self::SameDomain => "same_domain",
        }
    }
}

/// How alike two records are, of a hundred, and why: the surest reason first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Likeness {
    pub score: u8,
    pub reasons: Vec<Reason>,
}

/// What a record can be told by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Traits {
    firms: Vec<Firm>,
    people: Vec<String>,
    phones: BTreeSet<String>,
    emails: BTreeSet<String>,
    hosts: BTreeSet<String>,
    /// What it belongs to: two of one name at one firm are one person.
    of: Option<Id>,
}

/// The kinds that a new record of one is compared with: those that may be the same person or firm. What a firm has made stands by itself.
pub fn compared(kind: &Kind) -> &'static [&'static str] {
    match kind.alike {
        _ if kind.made => &[],
        [(_, Called::Person)] => &["contact", "lead"],
        [(_, Called::Firm)] => &["customer", "lead"],
        _ => &["customer", "contact", "lead"],
    }
}

/// A person's name as it compares: `Smith, John` and `john smith` are one.
fn person(name: &str) -> Option<String> {
    let folded = fold(name);
    let words = folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty());
    let mut words: Vec<&str> = words.collect();
    if words.iter().all(|word| word.is_ascii()) {
        words.sort_unstable();
        return (!words.is_empty()).then(|| words.join(" "));
    }
    (!words.is_empty()).then(|| words.concat())
}

/// The fewest digits that tell a telephone from a short code that many have.
const PHONE: usize = 6;

fn is_telling(digits: &str) -> bool {
    let filled = digits.bytes().all(|b| Some(b) == digits.bytes().next());
    digits.len() >= PHONE && !filled
}

impl Traits {
    /// Adds a value of a field. What is empty or tells nothing adds nothing.
    pub fn add(&mut self, kind: &Kind, field: &Field, text: &str) {
        if let Some((_, called)) = kind.alike.iter().find(|(name, _)| *name == field.name) {
            self.add_name(*called, text);
        }
        self.add_value(field.custom.map_or(field.ty, |custom| custom.value.ty), text);
    }

    pub fn add_name(&mut self, called: Called, text: &str) {
        match called {
            Called::Firm => self.firms.extend(Firm::new(text)),
            Called::Person => self.people.extend(person(text)),
        }
    }

    /// A telephone, an address or a web site.
    pub fn add_value(&mut self, ty: Type, text: &str) {
        match ty {
            Type::Phone => self
                .phones
                .extend(phones(text).into_iter().filter(|digits| is_telling(digits))),
            Type::Email => {
                let address = address(text);
                self.hosts.extend(host::of_mail(&address));
                self.emails.insert(address);
            }
            Type::Url => self.hosts.extend(host::of_site(text)),
            _ => {}
        }
    }

    /// Of a record, as far as somebody reads it.
    pub fn of(record: &AnyRecord, reads: impl Fn(&str) -> bool) -> Self {
        let (kind, mut traits) = (record.kind(), Self::default());
        for field in kind
            .fields
            .iter()
            .filter(|field| tells(kind, field) && reads(field.name))
        {
            match field.custom {
                Some(custom) => {
                    if let Some(text) = record.custom().get(custom.key).and_then(serde_json::Value::as_str) {
                        traits.add(kind, field, text);
                    }
                }
                None => {
                    if let Some(Val::Text(text)) = record.value(field.name) {
                        traits.add(kind, field, text);
                    }
                }
            }
        }
        let parent = kind
            .parents()
            .next()
            .filter(|(name, _)| !kind.alike.is_empty() && reads(name));
        traits.of = parent.and_then(|(name, _)| record.reference(name));
        traits
    }

    /// The same, as far as a reader's fields are open.
    pub fn seen(record: &AnyRecord, fields: &Fields) -> Self {
        Self::of(record, |name| fields.reads(name))
    }

    pub fn belonging_to(mut self, parent: Option<Id>) -> Self {
        self.of = parent;
        self
    }

    pub fn is_empty(&self) -> bool {
        self.keys().is_empty()
    }

    /// What it is looked up by when it is stored.
    pub fn keys(&self) -> BTreeSet<String> {
        self.all(Firm::keys)
    }

    /// What is looked up to find those like it, the surest first.
    pub fn looked_up(&self) -> Vec<String> {
        let place = |key: &String| "penmsxbfhtw".find(&key[..1]);
        let mut keys: Vec<String> = self.all(Firm::looked_up).into_iter().collect();
        keys.sort_by_key(place);
        keys
    }

    fn all(&self, of_firm: impl Fn(&Firm) -> Vec<String>) -> BTreeSet<String> {
        let named = |sort: &'static str| move |value: &String| format!("{sort}:{value}");
        let mut keys: BTreeSet<String> = self.firms.iter().flat_map(of_firm).collect();
        keys.extend(self.people.iter().map(named("m")));
        keys.extend(self.phones.iter().map(named("p")));
        keys.extend(self.emails.iter().map(named("e")));
        keys.extend(self.hosts.iter().map(named("w")));
        keys.into_iter().map(cut).collect()
    }

    pub fn likeness(&self, other: &Self) -> Likeness {
        let shares = |one: &BTreeSet<String>, other: &BTreeSet<String>| !one.is_disjoint(other);
        let mut found: Vec<(u8, Reason)> = Vec::new();
        let firms = self
            .firms
            .iter()
            .flat_map(|one| other.firms.iter().map(move |two| one.likeness(two)));
        if let Some((score, same)) = firms.max_by_key(|(score, _)| *score).filter(|(score, _)| *score > 0) {
            found.push((
                score,
                match same {
                    Same::Name => Reason::SameName,
                    Same::Sound => Reason::SameSound,
                    Same::Nearly => Reason::SimilarName,
                },
            ));
        }
        if self.people.iter().any(|name| other.people.contains(name)) {
            let one_firm = self.of.is_some() && self.of == other.of;
            found.push((if one_firm { 95 } else { 55 }, Reason::SameName));
        }
        if shares(&self.phones, &other.phones) {
            found.push((90, Reason::SamePhone));
        }
        if shares(&self.emails, &other.emails) {
            found.push((95, Reason::SameEmail));
        } else if shares(&self.hosts, &other.hosts) {
            found.push((55, Reason::SameDomain));
        }
        found.sort_by_key(|(score, reason)| (std::cmp::Reverse(*score), *reason));
        let apart = found
            .iter()
            .fold(100_u32, |apart, (score, _)| apart * (100 - u32::from(*score)) / 100);
        let mut reasons = Vec::new();
        for (_, reason) in found.into_iter().filter(|(score, _)| *score >= TOLD) {
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
        Likeness {
            score: u8::try_from(100 - apart.min(100)).unwrap_or_default(),
            reasons,
        }
    }
}

/// A reason that adds less is not told.
const TOLD: u8 = 30;
/// The longest key, in characters: what is the same so far is compared as a whole.
const KEY: usize = 60;

fn cut(mut key: String) -> String {
    if let Some((at, _)) = key.char_indices().nth(KEY) {
        key.truncate(at);
    }
    key
}

/// Whether a field tells records of a kind apart.
pub fn tells(kind: &Kind, field: &Field) -> bool {
    let ty = field.custom.map_or(field.ty, |custom| custom.value.ty);
    !kind.alike.is_empty()
        && (matches!(ty, Type::Phone | Type::Email | Type::Url)
            || kind.alike.iter().any(|(name, _)| *name == field.name))
}
