//! The description of the API as the server gives it: what operations there are, and which statuses each may answer.

use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

#[derive(Debug, Clone)]
pub struct Operation {
    pub id: String,
    pub method: String,
    /// From the root, with `{id}` and the like.
    pub path: String,
    pub statuses: BTreeSet<u16>,
    /// The headers that are described for each status, in small letters.
    pub headers: BTreeMap<u16, BTreeSet<String>>,
    pub open: bool,
    /// Only for who has signed in, and for no API key.
    pub signed_in: bool,
    /// The scopes that an API key needs.
    pub scopes: Vec<String>,
    pub versioned: bool,
    pub has_body: bool,
    /// The media type of the body, if it has one.
    pub media: Option<String>,
    /// Schema of the body.
    pub body: Json,
    /// Schema of the answer where all is well.
    pub answer: Json,
    /// Names of the parameters in the query, without filters: those of every field are tried by what `GET /schema` tells.
    pub query: Vec<String>,
}

impl Operation {
    pub fn mutates(&self) -> bool {
        self.method != "GET" && !self.id.starts_with("search_") && !self.id.starts_with("find_")
    }

    pub fn takes_json(&self) -> bool {
        self.media.as_deref() == Some("application/json")
    }
}

pub struct Description {
    pub document: Json,
    pub operations: Vec<Operation>,
}

impl Description {
    /// Read once from a running server; all servers of a process are the same program.
    pub fn of(base: &str) -> &'static Self {
        static READ: OnceLock<Description> = OnceLock::new();
        READ.get_or_init(|| {
            let url = format!("{base}/api/v1/openapi.json");
            let document: Json = reqwest::blocking::get(url)
                .and_then(reqwest::blocking::Response::json)
                .expect("the server serves its description");
            let operations = operations(&document);
            Description { document, operations }
        })
    }

    /// The operation that a request to this path (without query) reaches.
    pub fn find(&self, method: &str, path: &str) -> Option<&Operation> {
        // A literal segment wins over a parameter, whatever the method.
        let fits = self.operations.iter().filter(|o| matches(&o.path, path));
        let place = fits.min_by_key(|o| o.path.matches('{').count())?;
        self.operations
            .iter()
            .find(|o| o.method == method && o.path == place.path)
    }

    /// The names of a schema's properties.
    pub fn properties(&self, schema: &Json) -> BTreeSet<String> {
        if let Some(reference) = schema["$ref"].as_str() {
            let meant = self.document.pointer(reference.trim_start_matches('#'));
            return self.properties(meant.expect("a schema"));
        }
        let own = schema["properties"]
            .as_object()
            .into_iter()
            .flat_map(|p| p.keys().cloned());
        let parts = schema["allOf"].as_array().into_iter().flatten();
        own.chain(parts.flat_map(|part| self.properties(part))).collect()
    }

    pub fn get(&self, id: &str) -> &Operation {
        let found = self.operations.iter().find(|o| o.id == id);
        found.unwrap_or_else(|| panic!("there is no operation {id}"))
    }
}

fn matches(template: &str, path: &str) -> bool {
    let (mut want, mut have) = (template.split('/'), path.split('/'));
    loop {
        match (want.next(), have.next()) {
            (None, None) => return true,
            (Some(w), Some(h)) if w == h || (w.starts_with('{') && !h.is_empty()) => {}
            _ => return false,
        }
    }
}

/// What a reference leads to; everything else is itself.
fn followed<'a>(document: &'a Json, json: &'a Json) -> &'a Json {
    match json["$ref"].as_str() {
        Some(reference) => document
            .pointer(reference.trim_start_matches('#'))
            .unwrap_or_else(|| panic!("{reference} leads nowhere")),
        None => json,
    }
}

fn parameters<'a>(document: &'a Json, operation: &'a Json) -> impl Iterator<Item = &'a Json> {
    let own = operation["parameters"].as_array().into_iter().flatten();
    own.map(move |parameter| followed(document, parameter))
}

/// What every operation may answer, told by one shared answer that stands under `default`.
pub const ANYWHERE: [u16; 11] = [400, 401, 403, 408, 413, 415, 428, 429, 500, 503, 507];

fn texts(json: &Json) -> Vec<String> {
    let all = json.as_array().into_iter().flatten();
    all.filter_map(Json::as_str).map(str::to_owned).collect()
}

fn statuses(responses: &Json) -> BTreeSet<u16> {
    let own = responses.as_object().expect("responses").keys();
    own.flat_map(|status| match status.as_str() {
        "default" => ANYWHERE.to_vec(),
        status => vec![status.parse().expect("a status")],
    })
    .collect()
}

/// The names of the headers that are described for a status, in small letters.
fn headers(document: &Json, responses: &Json) -> BTreeMap<u16, BTreeSet<String>> {
    let own = responses.as_object().expect("responses").iter();
    own.flat_map(|(status, response)| {
        let names = followed(document, response)["headers"]
            .as_object()
            .into_iter()
            .flatten();
        let names: BTreeSet<String> = names.map(|(name, _)| name.to_lowercase()).collect();
        let of = match status.as_str() {
            "default" => ANYWHERE.to_vec(),
            status => vec![status.parse().expect("a status")],
        };
        of.into_iter().map(move |status| (status, names.clone()))
    })
    .collect()
}

fn operations(document: &Json) -> Vec<Operation> {
    let paths = document["paths"].as_object().expect("paths");
    let all = paths.iter().flat_map(|(path, item)| {
        let methods = item.as_object().expect("methods");
        methods.iter().map(move |(method, o)| Operation {
            id: o["operationId"].as_str().expect("an operationId").to_owned(),
            method: method.to_uppercase(),
            path: path.clone(),
            statuses: statuses(&o["responses"]),
            headers: headers(document, &o["responses"]),
            open: o["security"].as_array().is_some_and(Vec::is_empty),
            signed_in: o["security"][0]["session"].is_array(),
            scopes: texts(&o["security"][0]["bearer"]),
            versioned: parameters(document, o).any(|p| p["name"] == "If-Match" && p["required"] == true),
            has_body: o.get("requestBody").is_some(),
            media: o["requestBody"]["content"]
                .as_object()
                .and_then(|c| c.keys().next().cloned()),
            body: o["requestBody"]["content"]["application/json"]["schema"].clone(),
            answer: ["200", "201", "202"]
                .iter()
                .map(|status| &followed(document, &o["responses"][*status])["content"]["application/json"]["schema"])
                .find(|schema| !schema.is_null())
                .cloned()
                .unwrap_or_default(),
            query: parameters(document, o)
                .filter(|p| p["in"] == "query" && !p["name"].as_str().is_some_and(|name| name.starts_with("filter[")))
                .map(|p| p["name"].as_str().expect("a name").to_owned())
                .collect(),
        })
    });
    all.collect()
}
