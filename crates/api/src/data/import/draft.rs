//! A row on its way to becoming a record: what its cells say by themselves, before anything is looked up.

use csv::StringRecord;
use domain::import::field::{CURRENCY, value};
use domain::import::number::Measure;
use domain::import::problem::code;
use domain::import::{Problem, cell};
use domain::record::READONLY;
use domain::value::Type;
use domain::working_time::WorkingHours;
use domain::zone::Zone;
use domain::{Currency, Kind};
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

use super::plan::{Column, Plan};
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

pub fn context(currency: Currency, zone: Zone, hours: &WorkingHours) -> Context {
    Context {
        currency,
        zone,
        closing: hours.closing(),
    }
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
        let beside = draft.beside(plan, context);
        for column in &plan.columns {
            let text = column.cell(&draft.cells);
            if text.is_empty() || column.target == CURRENCY && column.field.is_none() {
                continue;
            }
            let Some(field) = column.field.filter(|f| f.refers.is_none()) else {
                if !cell::is_nothing(text) {
                    draft.said.insert(column.target, text.to_owned());
                }
                continue;
            };
            let found = match value(field, text, &column.style, context, beside) {
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
            for more in found.further {
                let problem = Problem::value(code::MORE_VALUES, &more).with("field", field.name);
                draft.remarks.push((Some(field.name.to_owned()), problem));
            }
            if found.json.is_null() {
                continue;
            }
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

    /// What a column beside the amounts says of them. A currency that nobody knows is told, since the amount would be wrong.
    fn beside(&mut self, plan: &Plan, context: &Context) -> Option<Measure> {
        let column = plan
            .columns
            .iter()
            .find(|c| c.target == CURRENCY && c.field.is_none())?;
        let text = column.cell(&self.cells);
        if cell::is_nothing(text) {
            return None;
        }
        let found = Measure::of(text, &[context.currency]);
        let is_amount = |c: &&Column| c.field.is_some_and(|f| f.ty == Type::Money) && !c.cell(&self.cells).is_empty();
        if found.is_none() && plan.columns.iter().any(|c| is_amount(&c)) {
            let problem = Problem::new(code::UNKNOWN_CURRENCY).with("currency", text);
            self.problems.push((Some(CURRENCY.to_owned()), problem));
        }
        found
    }

    /// One name from its two parts, where the file has no whole name. People who have none are named after what is known of them.
    fn join_names(&mut self, kind: &Kind) {
        if kind.field("name").is_none() || self.map.contains_key("name") {
            return;
        }
        let part = |name: &str| self.said.get(name).map(String::as_str).unwrap_or_default();
        let name = cell::full_name(part("last_name"), part("first_name"));
        if !name.is_empty() {
            self.map.insert("name".to_owned(), Json::String(name));
            return;
        }
        if !["lead", "contact"].contains(&kind.name) || self.problems.iter().any(|(f, _)| f.as_deref() == Some("name"))
        {
            return;
        }
        let mut known = ["company", "email", "phone", "external_id"].into_iter();
        let known = known.find_map(|field| Some((field, self.text(field)?)));
        let firm = || self.said.get("customer_id").map(|text| ("customer_id", text.as_str()));
        if let Some((field, name)) = known.or_else(firm).map(|(field, name)| (field, name.to_owned())) {
            self.remarks
                .push((None, Problem::new(code::NAMED_AFTER).with("field", field)));
            self.map.insert("name".to_owned(), Json::String(name));
        }
    }

    pub fn text(&self, field: &str) -> Option<&str> {
        self.map.get(field).and_then(Json::as_str)
    }
}
