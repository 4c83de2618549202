//! The firm's own lists of values, as the app begins with them.

use crate::kinds::Field;
use crate::state::state;
use leptos::prelude::*;
use serde_json::Value;
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

/// As the server tells them, in the present language.
pub fn read(lists: &Value) -> Picklists {
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    let option = |o: &Value| PickOption {
        value: text(&o["value"]),
        label: text(&o["label"]),
        retired: o["retired"] == true,
    };
    let lists = lists.as_array().into_iter().flatten().map(|list| {
        let options = list["options"].as_array().into_iter().flatten().map(option).collect();
        let restricted = list["restricted"] == true;
        (text(&list["key"]), Picklist { restricted, options })
    });
    lists.collect()
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
