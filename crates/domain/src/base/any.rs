//! A record of any kind, as a value: what kind it is of, and its values. What works on it is compiled once, for kinds
//! that are declared here and for those that come from elsewhere.

use super::custom;
use crate::policy::Fields;
use crate::record::{Birth, Field, Kind, PatchReader, Record};
use crate::value::{Corrupt, FieldType, Row, Storage, Type, Val};
use crate::{Error, Id, Instant, Money, view};
use serde_json::{Map, Value as Json};

/// Where the values stand that every record has.
const ID: usize = 0;
const VERSION: usize = 1;
const UPDATED_AT: usize = 3;
const OWNER: usize = 5;

#[derive(Debug, Clone)]
pub struct AnyRecord {
    kind: &'static Kind,
    /// In the order of the kind's fields and their columns.
    values: Vec<Val>,
}

impl PartialEq for AnyRecord {
    fn eq(&self, other: &Self) -> bool {
        self.kind.name == other.kind.name && self.values == other.values
    }
}

impl AnyRecord {
    pub fn new(kind: &'static Kind, values: Vec<Val>) -> Self {
        Self { kind, values }
    }

    pub fn of<T: Record>(record: &T) -> Self {
        Self::new(T::KIND, record.put())
    }

    /// Takes the values of a row that its kind's fields stand first in.
    pub fn take(kind: &'static Kind, row: &mut Row) -> Result<Self, Corrupt> {
        let count = kind.fields.iter().map(|f| f.columns().len()).sum();
        let values = (0..count).map(|_| row.value()).collect::<Result<_, _>>()?;
        Ok(Self::new(kind, values))
    }

    /// A new record of a kind that no type stands for. All that is wrong is reported.
    pub fn create(kind: &'static Kind, map: Map<String, Json>, birth: Birth) -> Result<Self, Error> {
        let mut reader = PatchReader::new(kind, map, true);
        let mut values = Vec::with_capacity(kind.fields.len() + 4);
        for field in kind.declared() {
            let given = match field.name {
                "id" => Some(vec![birth.id.into()]),
                "version" => Some(vec![Val::Int(1)]),
                "created_at" | "updated_at" => Some(vec![birth.now.into()]),
                "created_by" => Some(vec![birth.by.into()]),
                name => reader.stored(name),
            };
            // Where there is none, the reader tells what was wrong.
            let empty = || field.columns().iter().map(|(_, storage)| Val::Null(*storage)).collect();
            let given = given.or_else(|| field.absent()).unwrap_or_else(empty);
            values.extend(given);
        }
        reader.finish(Self::new(kind, values))
    }

    /// What is wrong with single fields of a body.
    pub fn check_fields(kind: &'static Kind, map: Map<String, Json>, creating: bool) -> Result<(), Error> {
        let mut reader = PatchReader::new(kind, map, creating);
        for field in kind.declared() {
            reader.stored(field.name);
        }
        reader.finish(())
    }

    /// Whether two hold the same, but for what their amounts are worth and for what the engine keeps.
    pub fn says_as(&self, other: &Self) -> Result<bool, Corrupt> {
        let mut here = self.clone();
        let there = other.amounts()?;
        for (name, amount) in self.amounts()? {
            if let Some((_, known)) = there.iter().find(|(n, known)| *n == name && *known == amount) {
                here.put_amount(name, known);
            }
        }
        Ok(here == *other)
    }

    /// The record with what is to be changed.
    pub fn apply(&self, map: Map<String, Json>) -> Result<Self, Error> {
        let mut reader = PatchReader::new(self.kind, map, false);
        let mut new = self.clone();
        for field in self.kind.declared() {
            if let Some(values) = reader.stored(field.name) {
                new.put_all(field.name, values);
            }
        }
        reader.finish(new)
    }

    /// The same record as one of its kind as the workspace knows it.
    pub fn as_of(mut self, kind: &'static Kind) -> Self {
        self.kind = kind;
        self
    }

    /// The same where it is.
    pub fn known_as(&mut self, kind: &'static Kind) {
        self.kind = kind;
    }

    /// Its values in custom fields, by their keys.
    pub fn custom(&self) -> &Json {
        match self.value(custom::ALL) {
            Some(Val::Json(values)) => values,
            _ => &Json::Null,
        }
    }

    /// Puts the values of a typed record of its kind into it.
    pub fn set<T: Record>(&mut self, record: &T) {
        self.values = record.put();
    }

    pub fn read<T: Record>(&self) -> Result<T, Corrupt> {
        self.clone().into_record()
    }

    pub fn into_record<T: Record>(self) -> Result<T, Corrupt> {
        T::take(&mut Row::new(self.values))
    }

    pub fn kind(&self) -> &'static Kind {
        self.kind
    }

    pub fn values(&self) -> &[Val] {
        &self.values
    }

    pub fn id(&self) -> Id {
        self.an_id(ID).unwrap_or_default()
    }

    pub fn version(&self) -> i64 {
        match self.values.get(VERSION) {
            Some(Val::Int(version)) => *version,
            _ => 0,
        }
    }

    pub fn owner_id(&self) -> Option<Id> {
        self.an_id(OWNER)
    }

    fn an_id(&self, at: usize) -> Option<Id> {
        match self.values.get(at) {
            Some(Val::Id(id)) => Some(*id),
            _ => None,
        }
    }

    /// For the engine, when it has written: the version and time that are now stored.
    pub fn written(&mut self, version: i64, at: Instant) {
        self.values[VERSION] = Val::Int(version);
        self.values[UPDATED_AT] = Val::Instant(at);
    }

    /// The fields, each with its values. Those of custom fields stand in one of them.
    fn fields(&self) -> impl Iterator<Item = (&'static Field, &[Val])> {
        let mut at = 0;
        self.kind.declared().map(move |field| {
            let from = at;
            at += field.columns().len();
            (field, self.values.get(from..at).unwrap_or_default())
        })
    }

    /// The values of one field.
    pub fn values_of(&self, name: &str) -> &[Val] {
        let found = self.fields().find(|(field, _)| field.name == name);
        found.map(|(_, values)| values).unwrap_or_default()
    }

    /// The value of a field that is stored in one column.
    pub fn value(&self, name: &str) -> Option<&Val> {
        self.values_of(name).first()
    }

    /// The value of a text field; none where it has none, or is no text.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.value(name) {
            Some(Val::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// The id in a field that refers to a record.
    pub fn reference(&self, name: &str) -> Option<Id> {
        match self.value(name) {
            Some(Val::Id(id)) => Some(*id),
            _ => None,
        }
    }

    /// Puts another value into a field that is stored in one column.
    pub fn put(&mut self, name: &str, value: impl Into<Val>) {
        self.put_all(name, vec![value.into()]);
    }

    pub(crate) fn put_all(&mut self, name: &str, values: Vec<Val>) {
        if self.kind.field(name).is_none() {
            return;
        }
        let before = self.kind.fields.iter().take_while(|f| f.name != name);
        let at = before.map(|f| f.columns().len()).sum::<usize>();
        for (place, value) in self.values.iter_mut().skip(at).zip(values) {
            *place = value;
        }
    }

    /// The amounts it holds, with the names of their fields.
    pub fn amounts(&self) -> Result<Vec<(&'static str, Money)>, Corrupt> {
        let amounts = self.fields().filter(|(field, _)| field.ty == Type::Money);
        let mut found = Vec::new();
        for (field, values) in amounts {
            let amount = <Option<Money> as FieldType>::take(&mut Row::new(values.to_vec()))?;
            found.extend(amount.map(|amount| (field.name, amount)));
        }
        let custom = self.kind.custom().filter(|(field, _)| field.ty == Type::Money);
        for (field, custom) in custom {
            let amount = self.custom().get(custom.key).and_then(|json| custom.amount(json));
            found.extend(amount.map(|amount| (field.name, amount)));
        }
        Ok(found)
    }

    pub fn put_amount(&mut self, name: &str, amount: &Money) {
        if let Some(key) = custom::key(name) {
            let mut values = self.custom().clone();
            values[key] = serde_json::json!(amount);
            self.put(custom::ALL, values);
            return;
        }
        let mut values = Vec::new();
        amount.put(&mut values);
        self.put_all(name, values);
    }

    /// The value of a field as JSON.
    pub fn json(&self, name: &str) -> Result<Json, Corrupt> {
        if let Some(key) = custom::key(name) {
            return Ok(self.custom().get(key).cloned().unwrap_or_default());
        }
        match self.fields().find(|(field, _)| field.name == name) {
            Some((field, values)) => field.json(values),
            None => Ok(Json::Null),
        }
    }

    /// As an object with all fields: for comparing, not for answers.
    pub fn whole(&self) -> Result<Map<String, Json>, Corrupt> {
        self.fields()
            .map(|(field, values)| Ok((field.name.to_owned(), field.json(values)?)))
            .collect()
    }

    /// The fields that differ, each with what it was and is; all that have a value where one of the two is missing.
    pub fn differences(old: Option<&Self>, new: Option<&Self>) -> Result<Json, Corrupt> {
        let (mut before, mut after) = (Map::new(), Map::new());
        let Some(kind) = new.or(old).map(|record| record.kind) else {
            return Ok(Json::Object(Map::new()));
        };
        let values = |record: Option<&Self>, at: &std::ops::Range<usize>| {
            record.and_then(|r| r.values.get(at.clone())).map(<[Val]>::to_vec)
        };
        let mut at = 0;
        for field in kind.declared() {
            let range = at..at + field.columns().len();
            at = range.end;
            let (was, is) = (values(old, &range), values(new, &range));
            if was == is {
                continue;
            }
            for (map, values) in [(&mut before, was), (&mut after, is)] {
                match values.as_deref() {
                    // Each by itself, since each has rights of its own.
                    Some([Val::Json(Json::Object(own))]) if field.name == custom::ALL => {
                        let own = own
                            .iter()
                            .map(|(key, value)| (format!("{}{key}", custom::PREFIX), value.clone()));
                        map.extend(own);
                    }
                    Some(values) => {
                        map.insert(field.name.to_owned(), field.json(values)?);
                    }
                    None => {}
                }
            }
        }
        Ok(crate::change::diff(
            Some(&Json::Object(before)),
            Some(&Json::Object(after)),
        ))
    }

    /// Writes what somebody may see of it, as the text of a JSON object.
    pub fn write(&self, seen: &Fields, out: &mut Vec<u8>) -> Result<(), Corrupt> {
        match self.covered(seen)? {
            Some(covered) => covered.written_to(seen, out),
            None => self.written_to(seen, out),
        }
    }

    /// A record that speaks of fields of a kind, without those that are closed to who reads it; none where nothing is.
    fn covered(&self, seen: &Fields) -> Result<Option<Self>, Corrupt> {
        let Some(of) = self.kind.tells_of.and_then(|field| self.text(field)) else {
            return Ok(None);
        };
        if !seen.closes_fields_of(of) {
            return Ok(None);
        }
        let mut covered = self.clone();
        for name in view::TELLING.into_iter().filter(|name| self.kind.field(name).is_some()) {
            let mut json = self.json(name)?;
            view::cover(name, &mut json, &|field| seen.access_of(of, field));
            match self.value(name).map(Val::storage) {
                Some(Storage::Json) => covered.put(name, json),
                _ => covered.put(name, json.as_str().map(str::to_owned)),
            }
        }
        Ok(Some(covered))
    }

    fn written_to(&self, seen: &Fields, out: &mut Vec<u8>) -> Result<(), Corrupt> {
        out.push(b'{');
        let mut first = true;
        for (field, values) in self.fields() {
            let from = out.len();
            if !first {
                out.push(b',');
            }
            out.push(b'"');
            out.extend_from_slice(field.name.as_bytes());
            out.extend_from_slice(b"\":");
            if seen.write(field, values, out)? {
                first = false;
            } else {
                out.truncate(from);
            }
        }
        out.push(b'}');
        Ok(())
    }
}
