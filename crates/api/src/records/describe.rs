//! Routes with their descriptions: one call registers both, so that neither can be without the other.

use actix_web::dev::ResourceDef;
use actix_web::http::{Method, StatusCode};
use actix_web::web::{self, ServiceConfig};
use actix_web::{FromRequest, Handler, Responder, Route};
use serde_json::{Map, Value as Json, json};

/// The description of an operation.
#[derive(Clone)]
pub struct Doc {
    pub id: String,
    pub tag: String,
    pub summary: String,
    pub description: String,
    /// JSON Schema of the body, and its media type.
    pub body: Option<(&'static str, Json)>,
    pub body_required: bool,
    /// The answer where all is well: status and JSON Schema (none for an empty answer).
    pub ok: Vec<(u16, Option<Json>)>,
    /// Query parameters: name, schema, description.
    pub query: Vec<(&'static str, Json, &'static str)>,
    /// Further statuses beyond those that follow from method and path.
    pub also: Vec<u16>,
    pub open: bool,
    /// The answer is kept for no repeat.
    pub unkept: bool,
    pub if_match: bool,
    pub example: Option<Json>,
    /// The answer is a file of this media type.
    pub file: Option<&'static str>,
}

impl Doc {
    pub fn new(id: impl Into<String>, tag: impl Into<String>, summary: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            tag: tag.into(),
            summary: summary.into(),
            description: String::new(),
            body: None,
            body_required: true,
            ok: Vec::new(),
            query: Vec::new(),
            also: Vec::new(),
            open: false,
            unkept: false,
            if_match: false,
            example: None,
            file: None,
        }
    }

    pub fn about(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    pub fn body(mut self, schema: Json) -> Self {
        self.body = Some(("application/json", schema));
        self
    }

    pub fn body_of(mut self, media: &'static str, schema: Json) -> Self {
        self.body = Some((media, schema));
        self
    }

    pub fn optional_body(mut self, schema: Json) -> Self {
        self.body_required = false;
        self.body(schema)
    }

    pub fn example(mut self, example: Json) -> Self {
        self.example = Some(example);
        self
    }

    pub fn ok(mut self, status: u16, schema: Json) -> Self {
        self.ok.push((status, Some(schema)));
        self
    }

    /// Answers with a file.
    pub fn file(mut self, media: &'static str) -> Self {
        self.ok.push((200, None));
        self.file = Some(media);
        self
    }

    pub fn no_content(mut self) -> Self {
        self.ok.push((204, None));
        self
    }

    /// For who sends `If-None-Match` with the version at hand.
    pub fn not_modified(mut self) -> Self {
        self.ok.push((304, None));
        self
    }

    pub fn query(mut self, name: &'static str, schema: Json, description: &'static str) -> Self {
        self.query.push((name, schema, description));
        self
    }

    pub fn also(mut self, statuses: &[u16]) -> Self {
        self.also.extend(statuses);
        self
    }

    /// Needs no credential.
    pub fn open(mut self) -> Self {
        self.open = true;
        self
    }

    /// Gives or takes a secret: a repeat is not answered from what was kept.
    pub fn credential(self) -> Self {
        self.unkept()
    }

    /// Does the same again at a repeat, whatever its key.
    pub fn unkept(mut self) -> Self {
        self.unkept = true;
        self
    }

    /// Needs the version that was seen.
    pub fn versioned(mut self) -> Self {
        self.if_match = true;
        self
    }
}

pub fn reference(name: &str) -> Json {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

type MakeRoute = Box<dyn Fn() -> Route + Send + Sync>;

/// Collects routes for actix and operations for the description.
#[derive(Default)]
pub struct Routes {
    /// By path.
    made: Vec<(String, Vec<MakeRoute>)>,
    paths: Map<String, Json>,
    pub schemas: Map<String, Json>,
}

/// Everything lives under this.
pub const BASE: &str = "/api/v1";

impl Routes {
    pub fn add<F, Args>(&mut self, method: Method, path: impl Into<String>, doc: Doc, handler: F)
    where
        F: Handler<Args> + Clone + Send + Sync,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        let path = path.into();
        let operation = operation(&method, &path, &doc);
        let item = self.paths.entry(format!("{BASE}{path}")).or_insert_with(|| json!({}));
        item[method.as_str().to_ascii_lowercase()] = operation;
        let make: MakeRoute = Box::new(move || web::method(method.clone()).to(handler.clone()));
        match self.made.iter_mut().find(|(known, _)| *known == path) {
            Some((_, routes)) => routes.push(make),
            None => self.made.push((path, vec![make])),
        }
    }

    /// What serving needs. The descriptions are megabytes, and are made again for who asks for them.
    pub fn served(mut self) -> Served {
        // What is written out comes before a parameter that would match it as well: `{` sorts behind all letters.
        self.made.sort_by(|(one, _), (other, _)| one.cmp(other));
        let methods = self.made.iter().map(|(path, _)| {
            let path = format!("{BASE}{path}");
            let known = self.paths[&path].as_object().into_iter().flat_map(Map::keys);
            let known: Vec<String> = known.map(|m| m.to_ascii_uppercase()).collect();
            (ResourceDef::new(path), known.join(", "))
        });
        Served {
            methods: methods.collect(),
            made: self.made,
        }
    }

    pub fn document(&self) -> Json {
        json!({
            "openapi": "3.1.0",
            "info": {
                "title": "Guanxi API",
                "version": env!("CARGO_PKG_VERSION"),
                "description": "Customers, leads and the sales pipeline. One contract for the app, integrations and mobile clients.",
                "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" }
            },
            "servers": [{ "url": "/" }],
            "paths": self.paths,
            "components": {
                "schemas": self.schemas,
                "securitySchemes": { "bearer": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
                    "description": "An access token, as a sign-in gives it, or an API key (`gx_live_…`). A key does what its user may, within its scopes: `leads:read`, `leads:write`, and so on for each kind, and `*:read`, `*:write` for all; write includes read. What lies outside them is answered 403 `api_key_scope`, what no key may do 403 `api_key_not_allowed`." } }
            },
            "security": [{ "bearer": [] }]
        })
    }
}

/// The routes without their descriptions.
pub struct Served {
    made: Vec<(String, Vec<MakeRoute>)>,
    methods: Vec<(ResourceDef, String)>,
}

impl Served {
    /// Registers all routes with actix. A path takes all its methods: one it does not know is no matter of a path with a
    /// parameter that would match as well.
    pub fn configure<F, Args>(&self, config: &mut ServiceConfig, otherwise: F)
    where
        F: Handler<Args> + Clone,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        for (path, made) in &self.made {
            let resource = web::resource(path.as_str()).default_service(web::to(otherwise.clone()));
            config.service(made.iter().fold(resource, |resource, make| resource.route(make())));
        }
    }

    /// The methods that a path knows.
    pub fn methods(&self, path: &str) -> Option<&str> {
        let known = self.methods.iter().find(|(def, _)| def.is_match(path));
        known.map(|(_, methods)| methods.as_str())
    }
}

fn operation(method: &Method, path: &str, doc: &Doc) -> Json {
    let mut parameters: Vec<Json> = path
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| {
            let schema = match name {
                "id" => json!({ "type": "string", "format": "uuid" }),
                "key" => json!({ "type": "string", "enum": ["external_id"] }),
                _ => json!({ "type": "string", "minLength": 1, "maxLength": 200 }),
            };
            json!({ "name": name, "in": "path", "required": true, "schema": schema })
        })
        .collect();
    for (name, schema, description) in &doc.query {
        let mut parameter =
            json!({ "name": name, "in": "query", "required": false, "schema": schema, "description": description });
        if schema["type"] == "array" {
            parameter["style"] = json!("form");
            parameter["explode"] = json!(false);
        }
        parameters.push(parameter);
    }
    if doc.if_match {
        parameters.push(json!({
            "name": "If-Match", "in": "header", "required": true,
            "schema": { "type": "string", "pattern": "^(\"[0-9]{1,18}\"|\\*)$" },
            "description": "The version the change is made against, as ETag told it: \"3\".", "example": "\"1\""
        }));
    }
    // A search has no effect to repeat.
    if *method == Method::POST && !doc.open && !doc.unkept && !path.ends_with("/search") {
        parameters.push(json!({
            "name": "Idempotency-Key", "in": "header", "required": false,
            "schema": { "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$" },
            "description": "A repeat with the same key gets the first answer and has no second effect; kept for 24 hours. Where the caller would no longer see what that answer shows, it is 409 `idempotency_answer_withheld`."
        }));
    }
    let mut responses = Map::new();
    for (status, schema) in &doc.ok {
        let mut response = json!({ "description": description(*status) });
        if let Some(schema) = schema {
            response["content"] = json!({ "application/json": { "schema": schema } });
        }
        if let Some(media) = doc.file {
            response["content"] = json!({ media: { "schema": { "type": "string" } } });
        }
        if *status == 202 && !doc.unkept {
            response["headers"] = json!({ "Location": { "schema": { "type": "string" } } });
        }
        if *status == 201 {
            response["headers"] =
                json!({ "Location": { "schema": { "type": "string" } }, "ETag": { "schema": { "type": "string" } } });
        }
        responses.insert(status.to_string(), response);
    }
    let mut refusals: Vec<u16> = vec![400, 429, 500, 503];
    if !doc.open {
        refusals.extend([401, 403]);
    }
    if path.contains('{') {
        refusals.push(404);
    }
    if *method != Method::GET {
        refusals.extend([408, 409, 413, 415, 422, 507]);
    }
    if doc.if_match {
        refusals.extend([412, 428]);
    }
    refusals.extend(&doc.also);
    for status in refusals {
        responses.entry(status.to_string()).or_insert_with(|| {
            json!({ "description": description(status), "content": { "application/problem+json": { "schema": reference("Problem") } } })
        });
    }
    let mut operation = json!({
        "operationId": doc.id,
        "tags": [doc.tag],
        "summary": doc.summary,
        "parameters": parameters,
        "responses": responses,
    });
    if !doc.description.is_empty() {
        operation["description"] = json!(doc.description);
    }
    if let Some((media, schema)) = &doc.body {
        let mut content = json!({ "schema": schema });
        if let Some(example) = &doc.example {
            content["example"] = example.clone();
        }
        operation["requestBody"] = json!({ "required": doc.body_required, "content": { *media: content } });
    }
    operation["security"] = if doc.open { json!([]) } else { json!([{ "bearer": [] }]) };
    operation
}

fn description(status: u16) -> &'static str {
    match status {
        202 => "Accepted; where there is a Location, the job there tells how it goes",
        207 => "Each operation has a result of its own",
        412 => "The record has another version by now; ETag tells it",
        428 => "If-Match is missing",
        507 => "The disk is full",
        other => StatusCode::from_u16(other)
            .ok()
            .and_then(|s| s.canonical_reason())
            .unwrap_or("Answer"),
    }
}
