//! Tables of records: the values of their columns, page by page, with all that cells need beside them.

use super::asked::Wanted;
use super::names::Names;
use crate::caller::Caller;
use domain::export::Column;
use domain::export::cell::{self, Cell};
use domain::policy::Fields;
use domain::record::IMPORT;
use domain::value::Val;
use domain::zone::Zone;
use domain::{Currency, Field, Kind, Locale, custom};
use persistence::Tx;
use std::collections::{HashMap, HashSet};

/// One column: where its values stand in a row, and what its picklist calls them.
struct Place {
    column: Column,
    from: usize,
    to: usize,
    target: Option<&'static Kind>,
    labels: HashMap<String, String>,
}

pub struct Table {
    places: Vec<Place>,
    /// The fields that are read.
    pub read: Vec<&'static Field>,
    names: Names,
    pub zone: Zone,
    /// The currency that amounts are in where nothing is said.
    pub base: Currency,
    pub locale: Locale,
}

impl Table {
    pub fn new(caller: &Caller, wanted: &Wanted) -> Self {
        let mut read: Vec<&'static Field> = Vec::new();
        let mut ends: Vec<(usize, usize)> = Vec::new();
        // The id stands first.
        let mut at = 1;
        let mut places = Vec::new();
        for column in wanted.columns(caller, caller.locale) {
            let stored = match column.field.custom {
                Some(_) => wanted.kind.field(custom::ALL),
                None => Some(column.field),
            };
            let Some(stored) = stored else { continue };
            let known = read.iter().position(|field| field.name == stored.name);
            let (from, to) = match known {
                Some(known) => ends[known],
                None => {
                    let place = (at, at + stored.columns().len());
                    at = place.1;
                    read.push(stored);
                    ends.push(place);
                    place
                }
            };
            let target = column.field.refers.and_then(|name| caller.kinds().named(name));
            let labels = labels(caller, &column);
            places.push(Place {
                column,
                from,
                to,
                target,
                labels,
            });
        }
        Self {
            places,
            read,
            names: Names::default(),
            // Everybody's clocks, so that two people's files of one list are alike.
            zone: caller.workspace().time_zone.parse().unwrap_or(Zone::UTC),
            base: caller.workspace().currency,
            locale: caller.locale,
        }
    }

    /// Which columns our import reads back: there a value stands to its last digit.
    pub fn imported(&self) -> impl Iterator<Item = bool> {
        self.places.iter().map(|place| place.column.field.can(IMPORT))
    }

    pub fn headings(&self) -> impl Iterator<Item = &str> {
        self.places.iter().map(|place| place.column.heading.as_str())
    }

    /// Learns the names of all that the rows refer to.
    pub fn learn(&mut self, tx: &mut Tx, caller: &Caller, seen: &Fields, rows: &[Vec<Val>]) -> persistence::Result<()> {
        for place in &self.places {
            let Some(target) = place.target else { continue };
            let mut ids = HashSet::new();
            for row in rows {
                if let Cell::Refers(found) =
                    cell::cell(place.column.field, &row[place.from..place.to], seen, self.locale)
                {
                    ids.extend(found);
                }
            }
            self.names.learn(tx, caller, target, &ids)?;
        }
        Ok(())
    }

    /// The cells of a row, in the order of the columns.
    pub fn cells<'a>(&'a self, seen: &'a Fields, row: &'a [Val]) -> impl Iterator<Item = Cell<'a>> {
        self.places.iter().map(move |place| {
            let found = cell::cell(place.column.field, &row[place.from..place.to], seen, self.locale);
            match found {
                Cell::Refers(ids) => {
                    let mut text = String::new();
                    self.names.cell(&ids, &mut text);
                    Cell::Text(text.into())
                }
                Cell::Text(text) if !place.labels.is_empty() => match place.labels.get(text.as_ref()) {
                    Some(label) => Cell::Text(label.as_str().into()),
                    None => Cell::Text(text),
                },
                other => other,
            }
        })
    }
}

/// What the picklist of a field calls its values, where that tells which is meant.
fn labels(caller: &Caller, column: &Column) -> HashMap<String, String> {
    let list = column
        .field
        .picklist
        .and_then(|key| caller.workspace().settings.picklist(key));
    let Some(list) = list else { return HashMap::new() };
    let options = &list.options.0;
    let mut labels = HashMap::new();
    for option in options {
        let label = match caller.locale {
            Locale::Zh => &option.label_zh,
            Locale::En => &option.label_en,
        };
        let Some(label) = label.as_deref().filter(|label| *label != option.value) else {
            continue;
        };
        let alike = |o: &&domain::picklist::PickOption| {
            let names = [Some(&o.value), o.label_zh.as_ref(), o.label_en.as_ref()];
            o.value != option.value
                && names
                    .into_iter()
                    .flatten()
                    .any(|name| name.to_lowercase() == label.to_lowercase())
        };
        if !options.iter().any(|o| alike(&o)) {
            labels.insert(option.value.clone(), label.to_owned());
        }
    }
    labels
}
