//! The records that the rows of a batch may mean, found by their external ids or names.

use std::collections::{HashMap, HashSet};

use domain::import::Problem;
use domain::policy::{Actor, Fields, Visible};
use domain::{AnyRecord, Issue, Kind};
use persistence::engine::Hold;
use persistence::{Tx, engine};
use serde_json::{Map, Value as Json};

use super::draft::Problems;
use super::plan::{folded, hash};
use super::take::{ImportContext, problem_of};

/// What a row's record is known by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    External(String),
    Name {
        name: String,
        distinguished_by: Option<String>,
    },
}

impl Key {
    pub fn of(map: &Map<String, Json>, fields: &Fields) -> Option<Self> {
        if let Some(key) = map.get("external_id").and_then(Json::as_str) {
            return Some(Self::External(key.to_owned()));
        }
        let name = map.get(fields.kind().title).and_then(Json::as_str)?;
        Some(Self::Name {
            name: folded(name),
            distinguished_by: distinguished_by(map, fields),
        })
    }

    pub fn hash(&self) -> u64 {
        match self {
            Self::External(key) => hash(&format!("id\0{key}")),
            Self::Name { name, distinguished_by } => hash(&format!(
                "name\0{name}\0{}",
                distinguished_by.as_deref().unwrap_or_default()
            )),
        }
    }
}

fn distinguishing_fields(kind: &Kind) -> &'static [&'static str] {
    kind.import.map_or(&[], |import| import.distinguished_by)
}

/// Of the fields that the importer reads: whether a row meets a record tells what the record has in them.
fn distinguished_by(map: &Map<String, Json>, fields: &Fields) -> Option<String> {
    distinguishing_fields(fields.kind())
        .iter()
        .filter(|f| fields.reads(f))
        .find_map(|f| map.get(*f).and_then(Json::as_str))
        .map(folded)
}

/// The records that the rows of a batch may mean.
pub struct Existing {
    pub kind: &'static Kind,
    external: HashMap<String, AnyRecord>,
    /// Keys of records that the importer does not see.
    keys_out_of_sight: HashSet<String>,
    names: HashMap<String, Vec<AnyRecord>>,
}

impl Existing {
    pub fn read(tx: &mut Tx, context: &ImportContext, maps: &[Map<String, Json>]) -> persistence::Result<Self> {
        let kind = context.plan.kind;
        let (mut keys, mut names) = (Vec::new(), Vec::new());
        for map in maps {
            let text = |field: &str| map.get(field).and_then(Json::as_str);
            match text("external_id") {
                Some(key) => keys.push(key),
                None => names.extend(text(kind.title)),
            }
        }
        let scope = context.by.scope(kind)?;
        let mut existing = Self {
            kind,
            external: HashMap::new(),
            keys_out_of_sight: HashSet::new(),
            names: HashMap::new(),
        };
        // Nobody else changes what is going to be changed.
        let hold = if context.trial { Hold::No } else { Hold::Yes };
        for record in engine::any::find_with(tx, &scope, kind, "external_id", &keys, hold)? {
            let key = record.text("external_id").unwrap_or_default().to_owned();
            existing.external.insert(key, record);
        }
        if *scope.visible() != Visible::All && !keys.is_empty() {
            // A key is one in the whole workspace. Said of it is what the index would say, and nothing of its record.
            let unseen = keys.iter().filter(|key| !existing.external.contains_key(**key));
            let unseen: Vec<String> = unseen.map(|key| (*key).to_owned()).collect();
            let whole = Actor::system(context.by.identity.workspace.clone()).scope(kind)?;
            let found = engine::named_by(tx, &whole, kind, "external_id", &unseen)?;
            existing.keys_out_of_sight.extend(found.into_iter().map(|(key, _)| key));
        }
        for record in engine::any::find_named(tx, &scope, kind, &names, hold)? {
            let name = folded(record.text(kind.title).unwrap_or_default());
            existing.names.entry(name).or_default().push(record);
        }
        Ok(existing)
    }

    pub fn find(&self, key: &Key, fields: &Fields) -> Result<Option<&AnyRecord>, Problems> {
        let (name, wanted) = match key {
            Key::External(key) if self.keys_out_of_sight.contains(key) => {
                let issue = Issue::at("external_id", "duplicate").with("field", "external_id");
                return Err(vec![problem_of(&issue)]);
            }
            Key::External(key) => return Ok(self.external.get(key)),
            Key::Name { name, distinguished_by } => (name, distinguished_by),
        };
        let Some(alike) = self.names.get(name) else {
            return Ok(None);
        };
        let mut same = alike.iter().filter(|record| {
            distinguishing_fields(self.kind).is_empty()
                || record
                    .whole()
                    .is_ok_and(|map| distinguished_by(&map, fields) == *wanted)
        });
        match (same.next(), same.next()) {
            (found, None) => Ok(found),
            _ => Err(vec![(
                Some(self.kind.title.to_owned()),
                Problem::not_unique(self.kind.name, name),
            )]),
        }
    }
}
