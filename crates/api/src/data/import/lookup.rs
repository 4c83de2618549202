//! Records that the rows of a batch name: looked up together, a statement for each kind and kind of name.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::import::Problem;
use domain::policy::Actor;
use domain::value::{Type, address, parse_id};
use domain::{Id, Kind};
use persistence::Tx;
use persistence::engine::{self, Name};

use super::plan::folded;

#[derive(Debug, Default)]
struct Directory {
    /// External ids, e-mail addresses, codes: exact.
    keys: HashMap<String, Name>,
    /// By folded name.
    names: HashMap<String, Vec<Name>>,
}

/// The names of one batch, by kind.
#[derive(Debug, Default)]
pub struct Lookup(BTreeMap<&'static str, Directory>);

impl Lookup {
    pub fn read<'a>(
        tx: &mut Tx,
        actor: &Actor,
        wanted: impl IntoIterator<Item = (&'static Kind, &'a str)>,
    ) -> persistence::Result<Self> {
        let mut by_kind: BTreeMap<&'static str, (&'static Kind, BTreeSet<&'a str>)> = BTreeMap::new();
        for (kind, text) in wanted {
            by_kind
                .entry(kind.name)
                .or_insert((kind, BTreeSet::new()))
                .1
                .insert(text);
        }
        let mut lookup = Self::default();
        for (kind, texts) in by_kind.into_values() {
            let texts: Vec<&str> = texts.into_iter().collect();
            // Who may not see a kind finds nothing of it.
            let Ok(scope) = actor.scope(kind) else { continue };
            let mut directory = Directory::default();
            // Nor does who may not read a key find by it: to try values would be to read it.
            let fields = actor.fields(kind);
            let keys = ["external_id"].into_iter().chain(kind.known_by.iter().copied());
            for field in keys.filter(|field| fields.reads(field)) {
                let is_address = kind.field(field).is_some_and(|f| f.ty == Type::Email);
                let spelt = |text: &&str| match is_address {
                    true => address(text),
                    false => (*text).to_owned(),
                };
                let asked: Vec<String> = texts.iter().map(spelt).collect();
                for (key, name) in engine::named_by(tx, &scope, kind, field, &asked)? {
                    directory.keys.entry(key).or_insert(name);
                }
            }
            // An id names a record wherever no name does; our own exports write it then.
            let ids: Vec<Id> = texts.iter().filter_map(|text| parse_id(text)).collect();
            for (id, name) in engine::titles(tx, &scope, kind, &ids)? {
                directory.keys.entry(id.to_string()).or_insert(Name { id, name });
            }
            for name in engine::named(tx, &scope, kind, &texts)? {
                directory.names.entry(folded(&name.name)).or_default().push(name);
            }
            lookup.0.insert(kind.name, directory);
        }
        Ok(lookup)
    }

    /// A record that comes along with the file.
    pub fn add(&mut self, kind: &'static Kind, name: Name) {
        let names = &mut self.0.entry(kind.name).or_default().names;
        names.entry(folded(&name.name)).or_default().push(name);
    }

    /// The one record that a text means: its external id, its e-mail address or code, its name as written, its name in
    /// another case.
    pub fn find(&self, kind: &Kind, text: &str) -> Result<&Name, Problem> {
        let directory = self.0.get(kind.name);
        let missing = || Problem::not_found(kind.name, text);
        let directory = directory.ok_or_else(missing)?;
        let addressed = || Some(address(text)).filter(|text| text.contains('@'));
        let keyed = directory.keys.get(text);
        if let Some(found) = keyed.or_else(|| directory.keys.get(&addressed()?)) {
            return Ok(found);
        }
        let alike = directory.names.get(&folded(text)).map_or(&[][..], Vec::as_slice);
        let mut exact = alike.iter().filter(|f| f.name == text);
        match (exact.next(), exact.next(), alike) {
            (Some(found), None, _) | (None, _, [found]) => Ok(found),
            (None, _, []) => Err(missing()),
            _ => Err(Problem::not_unique(kind.name, text)),
        }
    }
}

/// Names near one that was not found, to say which was perhaps meant.
pub fn near(tx: &mut Tx, actor: &Actor, kind: &'static Kind, text: &str) -> persistence::Result<Option<String>> {
    const MOST: u32 = 1_000;
    let Ok(scope) = actor.scope(kind) else { return Ok(None) };
    for start in [text, ""] {
        let names = engine::names_near(tx, &scope, kind, start, MOST)?;
        if let Some(meant) = domain::import::closest(text, names.iter().map(|n| n.name.as_str())) {
            return Ok(Some(meant.to_owned()));
        }
    }
    Ok(None)
}
