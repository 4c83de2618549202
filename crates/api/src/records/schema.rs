//! What record kinds look like, for the description of the API and for `GET /schema`.

use crate::caller::Caller;
use crate::describe::{Doc, Routes, reference};
use crate::error::Problem;
use crate::request;
use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse};
use domain::policy::fields::choices;
use domain::policy::{Access, Action, Fields, Reach};
use domain::record::{FILTER, FIXED, IMPORT, Ownership, PERSONAL, Place, READONLY, SEARCH, SORT};
use domain::value::{MOST_REFERENCES, Type};
use domain::{Error, Field, Issue, Kind, Label, Locale};
use serde_json::{Map, Value as Json, json};

/// `opportunity` → `Opportunity`
pub fn type_name(kind: &Kind) -> String {
    kind.name
        .split('_')
        .map(|word| {
            let mut letters = word.chars();
            letters
                .next()
                .map(|c| c.to_ascii_uppercase().to_string() + letters.as_str())
                .unwrap_or_default()
        })
        .collect()
}

fn field_schema(field: &Field) -> Json {
    let mut schema = match field.ty {
        Type::Text if field.name == "locale" => json!({ "type": "string", "enum": ["zh-CN", "en"] }),
        Type::Text | Type::LongText | Type::Phone | Type::Url if !field.nullable => {
            json!({ "type": "string", "minLength": 1, "maxLength": field.max, "pattern": "\\S" })
        }
        Type::Text | Type::LongText | Type::Phone | Type::Url => json!({ "type": "string", "maxLength": field.max }),
        Type::Email => json!({ "type": "string", "maxLength": field.max, "format": "email" }),
        Type::Int => {
            let mut schema = json!({ "type": "integer", "format": "int64" });
            if field.min > i64::MIN {
                schema["minimum"] = json!(field.min);
            }
            if field.limit < i64::MAX {
                schema["maximum"] = json!(field.limit);
            }
            schema
        }
        Type::Bool => json!({ "type": "boolean" }),
        Type::Id => json!({ "type": "string", "format": "uuid" }),
        Type::Instant => json!({ "type": "string", "format": "date-time" }),
        Type::Day => json!({ "type": "string", "format": "date" }),
        Type::Money => reference("Money"),
        Type::Decimal => json!({ "type": "string", "pattern": "^[0-9]{1,9}(\\.[0-9]{1,10})?$" }),
        Type::Choice(choices) => json!({ "type": "string", "enum": choices.iter().map(|c| c.key).collect::<Vec<_>>() }),
        Type::Tags => {
            json!({ "type": "array", "maxItems": 50, "items": { "type": "string", "maxLength": field.max, "minLength": 1 } })
        }
        Type::Ids => {
            json!({ "type": "array", "maxItems": MOST_REFERENCES, "items": { "type": "string", "format": "uuid" } })
        }
        Type::Json if field.name == "lines" => {
            json!({ "type": "array", "maxItems": 200, "items": reference("OpportunityLine") })
        }
        Type::Json if field.name == "options" => {
            json!({ "type": "array", "maxItems": 2000, "items": reference("PickOption") })
        }
        Type::Json if field.name == "samples" => {
            json!({ "type": "array", "items": { "type": "array", "items": { "type": "string" } } })
        }
        Type::Json if field.name == "guesses" => json!({ "type": "array", "items": { "type": "object" } }),
        Type::Json if field.name == "custom_fields" => json!({ "type": "object", "maxProperties": 0 }),
        Type::Json => json!({ "type": "object" }),
    };
    if field.nullable {
        schema = match schema {
            Json::Object(mut map) if map.contains_key("type") => {
                let one = map.remove("type").unwrap_or_default();
                map.insert("type".into(), json!([one, "null"]));
                if let Some(Json::Array(keys)) = map.get_mut("enum") {
                    keys.push(Json::Null);
                }
                Json::Object(map)
            }
            other => json!({ "anyOf": [other, { "type": "null" }] }),
        };
    }
    schema
}

pub fn described(field: &Field) -> Json {
    let mut schema = field_schema(field);
    if schema.get("anyOf").is_none() && schema.get("$ref").is_none() {
        schema["description"] = json!(field.label.en);
    }
    schema
}

/// Schemas of a kind: the record, what creates it, what patches it, a page of it.
pub fn add_schemas(schemas: &mut Map<String, Json>, kind: &Kind) {
    let name = type_name(kind);
    let properties = |wanted: &dyn Fn(&Field) -> bool| -> Map<String, Json> {
        kind.fields
            .iter()
            .filter(|f| wanted(f))
            .map(|f| (f.name.to_owned(), described(f)))
            .collect()
    };
    // What a role may hide is not sure to be there.
    let sure = kind
        .fields
        .iter()
        .filter(|f| !choices(kind, f).contains(&Access::Hidden));
    let sure: Vec<&str> = sure.map(|f| f.name).collect();
    schemas.insert(
        name.clone(),
        json!({ "type": "object", "description": kind.label.en, "properties": properties(&|_| true), "required": sure }),
    );
    let required: Vec<&str> = kind
        .fields
        .iter()
        .filter(|f| f.required && !f.can(READONLY) && f.name != "id" && f.name != "version")
        .map(|f| f.name)
        .collect();
    schemas.insert(
        format!("{name}Create"),
        json!({ "type": "object", "properties": properties(&|f| !f.can(READONLY)), "required": required, "additionalProperties": false }),
    );
    schemas.insert(
        format!("{name}Patch"),
        json!({ "type": "object", "properties": properties(&|f| !f.can(READONLY | FIXED)), "additionalProperties": false,
            "description": "JSON Merge Patch: absent keeps, null clears, arrays replace." }),
    );
    // With `fields` only id and version are sure to be there.
    schemas.insert(
        format!("{name}Page"),
        json!({ "type": "object", "required": ["data", "page"], "properties": {
            "data": { "type": "array", "items": { "type": "object", "properties": properties(&|_| true), "required": ["id", "version"] } },
            "page": reference("Page") } }),
    );
}

/// Schemas that belong to no kind.
pub fn add_common(schemas: &mut Map<String, Json>) {
    let common = json!({
        "Money": { "type": "object", "required": ["amount", "currency"], "additionalProperties": false, "properties": {
            "amount": { "type": "string", "pattern": "^-?[0-9]+(\\.[0-9]+)?$", "examples": ["1250.00"] },
            "currency": { "type": "string", "pattern": "^[A-Z]{3}$", "examples": ["CNY"] },
            "rate": { "type": "string", "readOnly": true, "examples": ["7.1234"],
                "description": "Base currency for one unit, where the amount is in another currency. Found by the server." } } },
        "OpportunityLine": { "type": "object", "required": ["product_id", "price"], "additionalProperties": false, "properties": {
            "product_id": { "type": "string", "format": "uuid" },
            "quantity": { "type": ["string", "number"], "examples": ["1", "1.5"] },
            "price": reference("Money"),
            "discount": { "type": "integer", "minimum": 0, "maximum": 100 } } },
        "PickOption": { "type": "object", "required": ["value"], "additionalProperties": false, "properties": {
            "value": { "type": "string", "minLength": 1, "maxLength": 100 },
            "label_zh": { "type": ["string", "null"] }, "label_en": { "type": ["string", "null"] },
            "retired": { "type": "boolean" } } },
        "Page": { "type": "object", "required": ["next_cursor", "has_more"], "properties": {
            "next_cursor": { "type": ["string", "null"] }, "has_more": { "type": "boolean" },
            "count": { "type": "integer", "description": "Only where count was asked for." } } },
        "Problem": { "type": "object", "required": ["type", "title", "status", "detail", "code", "request_id"], "properties": {
            "type": { "type": "string" }, "title": { "type": "string" }, "status": { "type": "integer" },
            "detail": { "type": "string" }, "code": { "type": "string" }, "request_id": { "type": "string" },
            "current_version": { "type": "integer" },
            "errors": { "type": "array", "items": { "type": "object", "required": ["pointer", "code", "message"], "properties": {
                "pointer": { "type": "string" }, "code": { "type": "string" }, "message": { "type": "string" } } } } } },
        "Search": { "type": "object", "additionalProperties": false, "properties": {
            "filter": reference("Filter"), "sort": { "type": "string" }, "limit": { "type": "integer", "minimum": 1, "maximum": 200 },
            "cursor": { "type": ["string", "null"] }, "q": { "type": ["string", "null"], "maxLength": 200 },
            "fields": { "type": "array", "maxItems": 100, "items": { "type": "string" } },
            "expand": { "type": "array", "maxItems": 100, "items": { "type": "string" } },
            "count": { "type": ["string", "null"], "enum": ["exact", "estimate", null] } } },
        "Filter": { "type": "object", "description": "{and:[…]}, {or:[…]}, {not:…} or {field, op, value}; at most 25 tests, 5 deep.", "properties": {
            "and": { "type": "array", "minItems": 1, "maxItems": 25, "items": reference("Filter") },
            "or": { "type": "array", "minItems": 1, "maxItems": 25, "items": reference("Filter") },
            "not": reference("Filter"),
            "field": { "type": "string" },
            "op": { "type": "string", "enum": ["eq", "ne", "lt", "lte", "gt", "gte", "in", "nin", "contains", "starts_with", "is_null", "between"] },
            "value": {} }, "additionalProperties": false },
        "Change": { "type": "object", "required": ["position", "kind", "record_id", "action"], "properties": {
            "position": { "type": "integer" }, "kind": { "type": "string" }, "record_id": { "type": "string", "format": "uuid" },
            "action": { "type": "string", "enum": ["create", "update", "delete", "restore", "gone"] } } },
    });
    if let Json::Object(map) = common {
        schemas.extend(map);
    }
}

fn operators(field: &Field) -> Vec<&'static str> {
    match field.ty {
        _ if !field.can(FILTER) => vec![],
        Type::Tags | Type::Ids => vec!["contains", "in", "is_null"],
        Type::Int | Type::Money | Type::Decimal | Type::Day | Type::Instant => {
            vec!["eq", "ne", "lt", "lte", "gt", "gte", "in", "nin", "between", "is_null"]
        }
        ty if ty.is_text() => vec!["eq", "ne", "in", "nin", "contains", "starts_with", "is_null"],
        _ => vec!["eq", "ne", "in", "nin", "is_null"],
    }
}

/// A text in one language, or in both where none is asked for.
fn told(label: Label, language: Option<Locale>) -> Json {
    match language {
        Some(language) => json!(label.get(language)),
        None => json!({ "zh-CN": label.zh, "en": label.en }),
    }
}

fn describe_field(seen: &Fields, field: &Field, language: Option<Locale>) -> Json {
    let access = seen.access(field.name);
    let reads = seen.reads(field.name);
    let mut out = json!({
        "name": field.name,
        "type": field.ty.name(),
        "label": told(field.label, language),
        "nullable": field.nullable,
        "required": field.required && !field.can(READONLY),
        "read_only": field.can(READONLY) || access > Access::Full,
        "access": access,
        "restrictions": choices(seen.kind(), field),
        "fixed": field.can(FIXED),
        "sortable": field.can(SORT) && reads,
        "searchable": field.can(SEARCH) && reads,
        "importable": field.can(IMPORT) && access == Access::Full,
        "personal": field.can(PERSONAL),
        "operators": if reads { operators(field) } else { Vec::new() },
    });
    if field.ty.is_text() {
        out["max_length"] = json!(field.max);
    }
    if let Type::Choice(choices) = field.ty {
        let choices = choices
            .iter()
            .map(|c| json!({ "value": c.key, "label": told(c.label, language) }));
        out["choices"] = choices.collect();
    }
    if let Some(status) = field.asked_when {
        out["asked_when"] = json!(status);
    }
    if let Some(picklist) = field.picklist {
        out["picklist"] = json!(picklist);
    }
    match field.place {
        Place::Usual => {}
        Place::Aside => out["place"] = json!("aside"),
        Place::IfSet => out["place"] = json!("if_set"),
    }
    if let Some(kind) = field.refers {
        out["refers_to"] = json!(kind);
        out["expand"] = json!(field.expansion());
    }
    out
}

/// Whether the caller sees records of the kind at all.
pub fn views(caller: &Caller, kind: &Kind) -> bool {
    caller.identity.reach(kind.name, Action::View) > Reach::None
}

/// The kinds that the caller sees, with labels in one language or in both.
pub fn kinds(caller: &Caller, language: Option<Locale>) -> Vec<Json> {
    let kinds = domain::KINDS.iter().filter(|kind| views(caller, kind));
    kinds.map(|kind| describe_kind(caller, kind, language)).collect()
}

fn describe_kind(caller: &Caller, kind: &'static Kind, language: Option<Locale>) -> Json {
    let seen = caller.fields(kind);
    let shown = |names: &[&'static str]| -> Vec<&str> { names.iter().copied().filter(|f| seen.sees(f)).collect() };
    let reach = |action: &Action| json!(caller.identity.reach(kind.name, *action));
    let rights: Map<String, Json> = Action::ALL.iter().map(|a| (a.key().to_owned(), reach(a))).collect();
    let fields = kind.fields.iter().filter(|f| seen.sees(f.name));
    let groups = kind.groups.iter();
    json!({
        "kind": kind.name,
        "path": format!("/api/v1/{}", kind.path()),
        "label": told(kind.label, language),
        "title_field": kind.title,
        "icon": kind.icon,
        "page": kind.page,
        "owned": kind.ownership == Ownership::Owned,
        "importable": kind.import.is_some(),
        "searched": kind.searched,
        "timeline": kind.timeline,
        "closed": kind.closed,
        "known_by": kind.known_by,
        "unique": kind.unique,
        "columns": shown(kind.columns),
        "form": shown(kind.form),
        "groups": groups.map(|(label, names)| json!({ "label": told(*label, language), "fields": shown(names) })).collect::<Vec<_>>(),
        "rights": rights,
        "fields": fields.map(|f| describe_field(&seen, f, language)).collect::<Vec<_>>(),
    })
}

/// The language that the address asks for. The route knows no other parameter.
pub fn language(request: &HttpRequest) -> Result<Option<Locale>, Problem> {
    let mut language = None;
    for (name, value) in request::query_pairs(request)? {
        if name != "language" {
            return Err(
                Error::BadQuery(Issue::new(name.as_str(), "unknown_parameter").with("parameter", &name)).into(),
            );
        }
        let known = Locale::from_tag(&value)
            .ok_or_else(|| Error::BadQuery(Issue::new("language", "unknown_choice").with("choices", "zh-CN, en")))?;
        if language.replace(known).is_some() {
            return Err(Error::BadQuery(Issue::new("language", "repeated_parameter")).into());
        }
    }
    Ok(language)
}

/// The JSON Schema of that parameter.
pub fn languages() -> Json {
    json!({ "type": "string", "enum": ["zh-CN", "en"] })
}

async fn schema(caller: Caller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let body = json!({ "kinds": kinds(&caller, language(&request)?) });
    Ok(request::tagged(&request, body.to_string()))
}

pub fn routes(routes: &mut Routes) {
    let doc = Doc::new("get_schema", "schema", "Record kinds and their fields")
        .about("Kinds with the fields the caller may see, their types, labels in both languages, operators, what the caller may do \
             with each (`access`) and how a role may restrict it (`restrictions`), and how far the caller's rights reach; beside them how \
             a kind is shown: icon, whether it has a page and a timeline, the columns of a list, what a form asks for first, groups of \
             fields, and the values of `status` with which a record is over. The ETag changes when anything of this does, rights too.")
        .query("language", languages(), "Labels in this language only")
        .ok(200, json!({ "type": "object", "required": ["kinds"], "properties": { "kinds": { "type": "array", "items": { "type": "object" } } } }))
        .not_modified();
    routes.add(Method::GET, "/schema", doc, schema);
}
