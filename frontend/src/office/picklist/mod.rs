//! The firm's own lists of values, fetched once after signing in.

use crate::{
    api,
    i18n::{Locale, locale},
    state::state,
};
use domain::Field;
use leptos::prelude::*;
use std::collections::HashMap;

#[derive(Clone, Default)]
pub struct Picklist {
    /// Only listed values are taken.
    pub restricted: bool,
    pub options: Vec<PickOption>,
}

#[derive(Clone)]
pub struct PickOption {
    pub value: String,
    label: String,
    pub retired: bool,
}

pub type Picklists = HashMap<String, Picklist>;

pub async fn load() {
    let Ok(reply) = api::get("/picklists?limit=200").send().await else {
        return;
    };
    let language = if locale() == Locale::Zh { "label_zh" } else { "label_en" };
    let mut lists = Picklists::new();
    for list in reply.body["data"].as_array().into_iter().flatten() {
        let options = list["options"].as_array().into_iter().flatten();
        let options = options
            .map(|o| {
                let value = o["value"].as_str().unwrap_or_default().to_owned();
                let label = o[language].as_str().map_or_else(|| value.clone(), str::to_owned);
                PickOption {
                    value,
                    label,
                    retired: o["retired"].as_bool().unwrap_or(false),
                }
            })
            .collect();
        let restricted = list["restricted"].as_bool().unwrap_or(false);
        lists.insert(
            list["key"].as_str().unwrap_or_default().to_owned(),
            Picklist { restricted, options },
        );
    }
    state().picklists.set(lists);
}

/// The list behind a field; empty where the firm has none.
pub fn of(field: &Field) -> Picklist {
    field
        .picklist
        .and_then(|key| state().picklists.with(|lists| lists.get(key).cloned()))
        .unwrap_or_default()
}

/// What a stored value is called in the present language. Tracked: the lists may arrive after the record.
pub fn name(field: &Field, value: &str) -> String {
    let label = |lists: &Picklists| {
        let list = lists.get(field.picklist?)?;
        Some(list.options.iter().find(|o| o.value == value)?.label.clone())
    };
    state().picklists.with(label).unwrap_or_else(|| value.to_owned())
}

impl PickOption {
    pub fn label(&self) -> &str {
        &self.label
    }
}
