//! A row on its way to becoming a record: what its cells say by themselves, before anything is looked up.

use csv::StringRecord;
use domain::import::field::value;
use domain::import::{Problem, cell};
use domain::record::READONLY;
use domain::zone::Zone;
use domain::{Currency, Kind};
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

use super::plan::Plan;
use super::reader::Row;

/// A problem and the field whose column it is in.
pub type Problems = Vec<(Option<String>, Problem)>;

#[derive(Debug, Clone)]
pub struct Draft {
    pub line: u64,
    pub cells: StringRecord,
    /// Fields whose value is known, as the patch of the kind reads them.
    pub map: Map<String, Json>,
    /// What needs more than the cell: names of other records, extra columns, fields that only actions may set.
    pub said: BTreeMap<&'static str, String>,
    pub problems: Problems,
    pub remarks: Problems,
}

pub type Context = domain::import::field::Context<Zone>;

pub fn context(currency: Currency, zone: Zone) -> Context {
    Context { currency, zone }
}

impl Draft {
    pub fn read(plan: &Plan, context: &Context, row: Row) -> Self {
        let mut draft = Self {
            line: row.line,
            cells: row.cells,
            map: Map::new(),
            said: BTreeMap::new(),
            problems: Vec::new(),
            remarks: Vec::new(),
        };
        draft.remarks.extend(row.remark.map(|r| (None, r)));
        if let Some(problem) = row.problem {
            draft.problems.push((None, problem));
            return draft;
        }
        for column in &plan.columns {
            let text = column.cell(&draft.cells);
            if text.is_empty() {
                continue;
            }
            let Some(field) = column.field.filter(|f| f.refers.is_none()) else {
                draft.said.insert(column.target, text.to_owned());
                continue;
            };
            let found = match value(field, text, &column.style, context) {
                Ok(None) => continue,
                Ok(Some(found)) => found,
                Err(problem) => {
                    draft.problems.push((Some(field.name.to_owned()), problem));
                    continue;
                }
            };
            draft
                .remarks
                .extend(found.remark.map(|r| (Some(field.name.to_owned()), r)));
            if field.can(READONLY) {
                let said = found
                    .json
                    .as_str()
                    .map_or_else(|| found.json.to_string(), str::to_owned);
                draft.said.insert(field.name, said);
            } else {
                draft.map.insert(field.name.to_owned(), found.json);
            }
        }
        draft.join_names(plan.kind);
        draft
    }

    /// One name from its two parts, where the file has no whole name.
    fn join_names(&mut self, kind: &Kind) {
        let (last, first) = (self.said.get("last_name"), self.said.get("first_name"));
        if kind.field("name").is_none() || self.map.contains_key("name") || (last.is_none() && first.is_none()) {
            return;
        }
        let part = |p: Option<&String>| p.map(String::as_str).unwrap_or_default().to_owned();
        let name = cell::full_name(&part(last), &part(first));
        self.map.insert("name".to_owned(), Json::String(name));
    }

    pub fn text(&self, field: &str) -> Option<&str> {
        self.map.get(field).and_then(Json::as_str)
    }
}
