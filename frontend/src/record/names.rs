//! Names of records that others mention by id, where the API gives no expansion: one request for a hundred of each kind.

use crate::kinds::Kind;
use crate::{api, kinds, record::row::Row};
use serde_json::{Map, Value, json};
use std::collections::{HashMap, HashSet};

/// Id → name; what is gone, or out of reach, is not in it.
pub type Names = HashMap<String, String>;

/// Ids in one question: an address has its length, and a page its rows.
const AT_ONCE: usize = 100;

/// Ids by the name of their kind.
#[derive(Default)]
pub struct Wanted(HashMap<&'static str, HashSet<String>>);

impl Wanted {
    pub fn add(&mut self, kind: &'static str, id: Option<&str>) {
        if let Some(id) = id {
            self.0.entry(kind).or_default().insert(id.to_owned());
        }
    }

    pub async fn find(self) -> Names {
        let mut names = Names::new();
        for (kind, ids) in self.0 {
            let Some(of) = kinds::kind(kind) else { continue };
            let ids: Vec<String> = ids.into_iter().collect();
            for some in ids.chunks(AT_ONCE) {
                let path = format!(
                    "/{}?limit={AT_ONCE}&fields=id,{}&filter[id][in]={}",
                    of.path(),
                    of.title,
                    some.join(",")
                );
                if let Ok(reply) = api::get(path).send().await {
                    let rows = reply.body["data"].as_array().cloned().unwrap_or_default();
                    let pairs = rows
                        .iter()
                        .filter_map(|r| Some((r["id"].as_str()?.to_owned(), r[of.title].as_str()?.to_owned())));
                    names.extend(pairs);
                }
            }
        }
        names
    }
}

/// The ids in a reference: one, or several.
pub fn ids(value: &Value) -> impl Iterator<Item = &str> {
    let several = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    several.iter().filter_map(Value::as_str)
}

/// Rows as if the API had expanded their references; one to a record that is gone is left empty.
pub async fn expanded(kind: &'static Kind, rows: &[Row]) -> Vec<Row> {
    let references = || kind.fields.iter().filter_map(|f| Some((f, f.refers?, f.expansion()?)));
    let mut wanted = Wanted::default();
    for row in rows {
        for (field, refers, _) in references() {
            for id in ids(row.get(field.name)) {
                wanted.add(refers, Some(id));
            }
        }
    }
    let names = wanted.find().await;
    let expand = |row: &Row| {
        let mut map = Map::new();
        for (field, refers, expansion) in references() {
            let title = kinds::kind(refers).map_or("name", |k| k.title);
            if field.is_several() {
                let found = ids(row.get(field.name)).filter_map(|id| Some((id, names.get(id)?)));
                let list = found.map(|(id, name)| json!({ "id": id, title: name }));
                map.insert(expansion.to_owned(), list.collect());
                continue;
            }
            match row.get(field.name).as_str().map(|id| (id, names.get(id))) {
                Some((id, Some(name))) => map.insert(expansion.to_owned(), json!({ "id": id, title: name })),
                _ => map.insert(field.name.to_owned(), json!(null)),
            };
        }
        row.with(&map)
    };
    rows.iter().map(expand).collect()
}
