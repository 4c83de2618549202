//! How large the description is, and that it says what is in an object: generated clients live by it.

use super::references;
use tests::*;

/// Lines for each operation while parameters and answers were written out with each: half of them is the most there may be.
const BEFORE: usize = 226;
/// The most a plain kind may take: its records can be named by id, and by a key in the path and in the query, and changed many at once.
const PLAIN: usize = 1_280;

fn lines(json: &Json) -> usize {
    serde_json::to_string_pretty(json).expect("JSON").lines().count()
}

/// Objects that say nothing of what is in them.
fn bare(json: &Json, place: &str, found: &mut Vec<String>) {
    match json {
        Json::Object(map) => {
            let is_object = map
                .get("type")
                .is_some_and(|t| t == "object" || t.as_array().is_some_and(|t| t.contains(&json!("object"))));
            let says = ["properties", "additionalProperties", "allOf", "maxProperties"];
            if is_object && !says.iter().any(|name| map.contains_key(*name)) {
                found.push(place.to_owned());
            }
            for (name, value) in map {
                bare(value, &format!("{place}/{name}"), found);
            }
        }
        Json::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                bare(item, &format!("{place}/{index}"), found);
            }
        }
        _ => {}
    }
}

#[test]
fn what_is_shared_is_said_once() {
    let t = T::new(Engine::Sqlite);
    let document = &t.owner.description().document;
    let whole = lines(document);
    let paths = document["paths"].as_object().expect("paths");
    let method = |name: &&String| ["get", "post", "put", "patch", "delete"].contains(&name.as_str());
    let operations = |path: &Json| path.as_object().map_or(0, |path| path.keys().filter(method).count());
    let operations: usize = paths.values().map(operations).sum();
    assert!(
        2 * whole <= BEFORE * operations,
        "the description has {whole} lines for {operations} operations"
    );
    let schemas = document["components"]["schemas"].as_object().expect("schemas");
    let answers = document["components"]["responses"].as_object().expect("answers");
    let of_products = |name: &&String| name.starts_with("Product");
    let paths = paths
        .iter()
        .filter(|(path, _)| path.starts_with("/api/v1/products"))
        .map(|(_, item)| lines(item));
    let schemas = schemas
        .iter()
        .filter(|(name, _)| of_products(name))
        .map(|(_, schema)| lines(schema));
    let answers = answers
        .iter()
        .filter(|(name, _)| of_products(name))
        .map(|(_, answer)| lines(answer));
    let plain: usize = paths.chain(schemas).chain(answers).sum();
    assert!(plain <= PLAIN, "products take {plain} lines");
}

#[test]
fn every_object_says_what_is_in_it() {
    let t = T::new(Engine::Sqlite);
    let document = &t.owner.description().document;
    let mut found = Vec::new();
    bare(document, "", &mut found);
    assert_eq!(found, Vec::<String>::new());
    // A record is one schema wherever it is answered.
    let wrapped = document["components"]["responses"]["Lead"]["content"]["application/json"]["schema"].clone();
    assert_eq!(wrapped, json!({ "$ref": "#/components/schemas/Lead" }));
    for reference in references(document) {
        let meant = document.pointer(reference.trim_start_matches('#'));
        assert!(meant.is_some(), "{reference} leads nowhere");
    }
    let tags: Vec<&str> = document["tags"]
        .as_array()
        .expect("tags")
        .iter()
        .filter_map(|t| t["name"].as_str())
        .collect();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("methods") {
            let id = operation["operationId"].as_str().unwrap_or_default();
            assert!(
                operation["description"].is_string(),
                "{method} {path} ({id}) says nothing about itself"
            );
            assert!(
                tags.contains(&operation["tags"][0].as_str().unwrap_or_default()),
                "{id} has a tag that is not described"
            );
        }
    }
}
