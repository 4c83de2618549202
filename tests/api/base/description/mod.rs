//! The description of the API, and every operation it names with a request that would succeed: whoever tests all of them
//! begins here.

mod bodies;
mod own;
mod size;

use domain::change::Change;
use domain::policy::Actor;
use std::collections::BTreeSet;
use std::sync::Arc;
use tests::description::Operation;
use tests::*;

/// Operations that need no credential.
const OPEN: [&str; 7] = [
    "accept_invitation",
    "forgot_password",
    "login",
    "logout",
    "refresh",
    "setup",
    "sign_in_options",
];

/// Whether records of the kind belong to the workspace; those of all others have an owner.
fn is_shared(path: &str) -> bool {
    let kind = domain::KINDS
        .iter()
        .find(|kind| path.trim_start_matches('/') == kind.path());
    kind.is_some_and(|kind| kind.ownership == domain::record::Ownership::Shared)
}

/// Operations that start or stop a job, which goes on writing when they have answered.
pub const JOBS: [&str; 6] = [
    "cancel_import",
    "cancel_job",
    "create_export",
    "create_import",
    "hand_over_user",
    "run_import",
];

/// A request to an operation that would succeed for who may do it, and the record it is about.
pub struct Probe {
    pub path: String,
    pub body: Option<Json>,
    version: Option<i64>,
    pub record: Option<String>,
}

fn kind_path(operation: &Operation) -> String {
    let first = operation.path.trim_start_matches("/api/v1/").split('/').next();
    format!("/{}", first.unwrap_or_default())
}

impl Probe {
    /// A request by this client. Owned records belong to `sales`, imports to `manager`, since sales people do not import; settings to the firm.
    pub fn new(t: &T, client: &Client, operation: &Operation) -> Self {
        if let Some(probe) = own::probe(t, client, operation) {
            return probe;
        }
        let kind = kind_path(operation);
        let maker = match kind.as_str() {
            "/imports" => &t.manager,
            // Only who may change users hands over.
            "/jobs" => &t.owner,
            kind if is_shared(kind) => &t.owner,
            _ => &t.sales,
        };
        let mut path = operation.path.trim_start_matches("/api/v1").to_owned();
        let mut version = operation.versioned.then_some(1);
        let mut record = None;
        if path.contains("{id}") {
            let made = seed::plain(maker, &kind);
            let one = format!("{kind}/{}", made.id());
            if operation.id.starts_with("restore_") {
                maker.delete(&one, 1).expect(204);
                version = Some(2);
            }
            if operation.id == "reopen_opportunity" {
                maker.act(&format!("{one}/win")).if_match(1).expect(200);
                version = Some(2);
            }
            path = path.replace("{id}", &made.id());
            record = Some(one);
        }
        if operation.id.starts_with("transfer_") {
            let made = seed::plain(maker, &kind);
            record = Some(format!("{kind}/{}", made.id()));
            let body =
                json!({ "records": [{ "id": made.id(), "version": 1 }], "owner_id": t.manager.id, "reason": "why" });
            return Self {
                path,
                body: Some(body),
                version,
                record,
            };
        }
        if operation.id.starts_with("merge_") {
            let [into, from] = [(); 2].map(|()| seed::plain(maker, &kind).id());
            let one = |id: &str| json!({ "id": id, "version": 1 });
            return Self {
                path,
                body: Some(json!({ "into": one(&into), "from": [one(&from)], "fields": { "description": "kept" } })),
                version,
                record: Some(format!("{kind}/{into}")),
            };
        }
        // Each of them makes a record, where nothing is cleared in between.
        let mut key = if path.ends_with("/by") { "b-key" } else { "a-key" };
        if operation.method == "GET" && path.contains("/by") {
            // The same one each time: of some kinds there are few.
            key = "known";
            let there = maker.get(&format!("{kind}/by?key=external_id&value={key}")).send();
            if there.status == 404 {
                let made = seed::plain(maker, &kind);
                let one = format!("{kind}/{}", made.id());
                maker
                    .patch(&one, made.version(), json!({ "external_id": key }))
                    .expect(200);
            }
        }
        path = path
            .replace("{key}", "external_id")
            .replace("{value}", key)
            .replace("{kind}", "customer")
            .replace("{of}", "mine");
        if operation.id == "search" {
            path += "?q=a";
        }
        if path.ends_with("/by") {
            path += &format!("?key=external_id&value={key}");
        }
        let has_body = operation.media.as_deref() == Some("application/json");
        let body = has_body.then(|| body(t, operation, &kind));
        Self {
            path,
            body,
            version,
            record,
        }
    }

    pub fn send(&self, client: &Client, operation: &Operation) -> Answer {
        let mut request = client.call(&operation.method, &self.path);
        if let Some(version) = self.version {
            request = request.if_match(version);
        }
        if let Some(body) = &self.body {
            request = request.json(body.clone());
        }
        if operation.id == "create_import" {
            request = request.form(seed::import_form());
        }
        if operation.id == "set_avatar" {
            request = request.bytes("image/png", pictures::another_png());
        }
        request.send()
    }

    /// Sends it: the answer, and what that wrote since `position`, which moves on. What is refused writes nothing and leaves
    /// the record as it was.
    pub fn tried(&self, t: &T, client: &Client, operation: &Operation, position: &mut i64) -> (Answer, Vec<Change>) {
        let record = || {
            let mut seen = self.record.as_ref().map(|path| t.owner.get(path).send().body);
            if let Some(Json::Object(seen)) = &mut seen {
                seen.remove("request_id");
            }
            seen
        };
        let before = record();
        *position = changes_after(t, *position).last().map_or(*position, |c| c.position);
        let answer = self.send(client, operation);
        let changes = changes_after(t, *position);
        if answer.status >= 400 && !JOBS.contains(&operation.id.as_str()) {
            assert_eq!(changes, [], "{} was refused and wrote", operation.id);
            assert_eq!(record(), before, "{} was refused and changed the record", operation.id);
        }
        (answer, changes)
    }
}

fn body(t: &T, operation: &Operation, kind: &str) -> Json {
    let id = operation.id.as_str();
    match id.split('_').next().unwrap_or_default() {
        "create" | "upsert" => seed::minimal(&t.owner, kind),
        "update" => json!({ "external_id": "changed" }),
        "batch" => json!({ "operations": [{ "method": "create", "body": seed::minimal(&t.owner, kind) }] }),
        "move" => json!({ "stage_id": seed::stages(&t.owner)[1] }),
        "lose" => json!({ "reason": "价格" }),
        "run" => json!({ "dry_run": true }),
        "hand" => json!({ "to": t.manager.id }),
        "bulk" => json!({ "filter": null, "dry_run": true }),
        "find" => json!({ "name": "nobody is called so" }),
        "mark" => json!({ "favourite": true }),
        "search" | "convert" | "win" | "reopen" | "restore" | "undo" => json!({}),
        _ => panic!("{id} is new: say here with which body it succeeds"),
    }
}

pub fn operations(t: &T) -> impl Iterator<Item = &'static Operation> {
    t.owner.description().operations.iter().filter(|o| !o.open)
}

pub fn changes_after(t: &T, position: i64) -> Vec<Change> {
    let store = t.running.server.store();
    let id = t.workspace;
    store.seal_here().expect("seals");
    let found = store.read_here(|tx| {
        let space = persistence::workspace::find(tx, id)?.expect("the firm");
        let scope = Actor::system(Arc::new(space)).feed_scope();
        let mut all = Vec::new();
        let mut after = position;
        loop {
            let page = persistence::change::after(tx, &scope, after, &[], 500)?;
            let Some(last) = page.last() else { return Ok(all) };
            after = last.position;
            all.extend(page);
        }
    });
    found.expect("reads")
}

/// Takes the external ids of a probe away again.
pub fn clear(t: &T, operation: &Operation) {
    let kind = kind_path(operation);
    if matches!(operation.id.as_str(), "update_me" | "update_workspace")
        || !operation.id.starts_with("upsert_") && !operation.id.starts_with("update_")
    {
        return;
    }
    for client in [&t.owner.client, &t.stranger.client] {
        let found = client
            .get(&format!("{kind}?filter[external_id][in]=a-key,b-key,changed"))
            .expect(200);
        for record in found.rows() {
            let one = format!("{kind}/{}", record["id"].as_str().expect("an id"));
            client
                .patch(
                    &one,
                    record["version"].as_i64().expect("a version"),
                    json!({ "external_id": null }),
                )
                .expect(200);
        }
    }
}

both! {
    fn only_these_operations_are_open(t) {
        let open: BTreeSet<&str> = t.owner.description().operations.iter().filter(|o| o.open).map(|o| o.id.as_str()).collect();
        assert_eq!(open, BTreeSet::from(OPEN));
    }

    fn operation_ids_are_unique_and_all_is_described(t) {
        let description = t.owner.description();
        let ids: BTreeSet<&str> = description.operations.iter().map(|o| o.id.as_str()).collect();
        assert_eq!(ids.len(), description.operations.len());
        for operation in &description.operations {
            let item = &description.document["paths"][&operation.path][operation.method.to_lowercase()];
            for member in ["summary", "tags", "security"] {
                assert!(!item[member].is_null(), "{} has no {member}", operation.id);
            }
            assert!(operation.statuses.iter().any(|s| (200..300).contains(s)), "{} can never succeed", operation.id);
            assert!(operation.open || operation.statuses.is_superset(&BTreeSet::from([401, 403])), "{}", operation.id);
            for reference in references(item) {
                let pointer = reference.trim_start_matches('#');
                assert!(description.document.pointer(pointer).is_some(), "{} refers to {reference}", operation.id);
            }
        }
    }

    fn what_answers_in_the_callers_language_says_so(t) {
        let document = &t.owner.description().document;
        let named = |operation: &Operation| {
            let item = &document["paths"][&operation.path][operation.method.to_lowercase()];
            references(&item["parameters"]).contains(&"#/components/parameters/Accept-Language")
        };
        let mut differ = 0;
        for operation in operations(t).filter(|o| o.method == "GET") {
            let probe = Probe::new(t, &t.owner, operation);
            let answer = |tag: &str| t.owner.get(&probe.path).language(tag).send();
            let (first, zh, en) = (answer("en"), answer("zh-CN"), answer("en"));
            if zh.status == 200 && first.text == en.text && zh.text != en.text {
                differ += 1;
                assert!(named(operation), "{}: {} {}", operation.id, zh.text, en.text);
            }
        }
        assert!(differ > 0);
        for id in ["batch_customers", "cancel_job", "create_import", "run_import"] {
            assert!(named(t.owner.description().get(id)), "{id}");
        }
    }

    fn the_schema_tells_every_kind_as_it_is_answered(t) {
        let schema = t.owner.get("/schema").expect(200);
        for kind in schema["kinds"].as_array().expect("kinds") {
            let path = kind["path"].as_str().expect("a path").trim_start_matches("/api/v1").to_owned();
            let made = seed::plain(&t.owner, &path);
            let fields: BTreeSet<&str> = kind["fields"].as_array().expect("fields").iter().map(|f| f["name"].as_str().expect("a name")).collect();
            let sent: BTreeSet<&str> = made.body.as_object().expect("an object").keys().map(String::as_str).collect();
            // An import also shows its file.
            assert!(fields == sent || (path == "/imports" && fields.is_subset(&sent)), "{path}: {fields:?} {sent:?}");
            for field in kind["fields"].as_array().expect("fields") {
                let name = field["name"].as_str().expect("a name");
                assert!(!field["label"]["zh-CN"].is_null() && !field["label"]["en"].is_null(), "{path} {name}");
                let sorted = t.owner.get(&format!("{path}?sort={name}")).send();
                assert_eq!(sorted.status == 200, field["sortable"] == true, "{path}?sort={name}: {}", sorted.text);
                for operator in field["operators"].as_array().expect("operators") {
                    let operator = operator.as_str().expect("an operator");
                    let value = match (operator, field["type"].as_str().unwrap_or_default()) {
                        ("is_null", _) | (_, "boolean") => "true".to_owned(),
                        ("between", "integer" | "money" | "decimal") => "1,2".to_owned(),
                        ("between", _) => "2026-01-01,2026-02-01".to_owned(),
                        (_, "integer" | "money" | "decimal") => "1".to_owned(),
                        (_, "day" | "instant") if !matches!(operator, "in" | "nin") => "today".to_owned(),
                        (_, "day") => "2026-01-01".to_owned(),
                        (_, "instant") => "2026-01-01T00:00:00Z".to_owned(),
                        (_, "id" | "ids") => t.owner.id.to_string(),
                        (_, "choice") => field["choices"][0]["value"].as_str().expect("a choice").to_owned(),
                        _ => "x".to_owned(),
                    };
                    t.owner.get(&format!("{path}?filter[{name}][{operator}]={value}")).expect(200);
                }
            }
        }
    }
}

fn references(json: &Json) -> Vec<&str> {
    match json {
        Json::Object(map) => {
            let own = map.get("$ref").and_then(Json::as_str);
            own.into_iter().chain(map.values().flat_map(references)).collect()
        }
        Json::Array(items) => items.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}
