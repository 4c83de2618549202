//! Line 3. No mass assignment: what a caller may not set is refused with 422, and nothing of the rest is written.

use crate::description::{Probe, clear, operations};
use std::collections::BTreeSet;
use tests::description::Operation;
use tests::*;

/// What an answer shows and the body of the operation does not take: only the server sets it.
fn read_only(t: &T, operation: &Operation) -> BTreeSet<String> {
    let description = t.owner.description();
    let mut shown = description.properties(&operation.answer);
    for taken in description.properties(&operation.body) {
        shown.remove(&taken);
    }
    shown
}

/// The value that a field has in the answer to another request, which a careless client sends back; else one that fits.
fn value(name: &str) -> Json {
    match name {
        "version" => json!(7),
        name if name.ends_with("_at") => json!("2020-01-01T00:00:00Z"),
        name if name == "id" || name.ends_with("_id") || name.ends_with("_by") => {
            json!("01890000-0000-7000-8000-000000000000")
        }
        _ => json!(true),
    }
}

fn with(body: &Json, name: &str, value: Json) -> Json {
    let mut body = body.clone();
    body[name] = value;
    body
}

/// Whether the refusal names this field, wherever in the body it stands.
fn names(refused: &Answer, field: &str) -> bool {
    let codes = ["read_only", "unknown_field"];
    let told = |issue: &String| codes.iter().any(|code| issue.ends_with(&format!("/{field} {code}")));
    refused.issues().iter().any(told)
}

both! {
    fn fields_that_the_server_sets_are_refused(t) {
        let (mut position, mut fields) = (0, 0);
        for operation in operations(t).filter(|o| o.mutates() && o.takes_json()) {
            let creates = ["create_", "upsert_", "update_", "rename_"].iter().any(|start| operation.id.starts_with(start));
            if !creates {
                continue;
            }
            let mut probe = Probe::new(t, &t.owner, operation);
            let body = probe.body.clone().expect("a body");
            let wanted = read_only(t, operation);
            assert!(wanted.is_superset(&BTreeSet::from(["id", "version"].map(str::to_owned))), "{}: {wanted:?}", operation.id);
            for field in wanted.iter().map(String::as_str).chain(["workspace_id", "no_such_field"]) {
                probe.body = Some(with(&body, field, value(field)));
                let (answer, _) = probe.tried(t, &t.owner, operation, &mut position);
                assert_eq!(answer.status, 422, "{} with {field}: {}", operation.id, answer.text);
                assert!(names(&answer, field), "{} with {field}: {}", operation.id, answer.text);
                fields += 1;
            }
            clear(t, operation);
        }
        assert!(fields > 300, "{fields}");
    }

    fn every_body_refuses_what_it_does_not_know(t) {
        let (mut position, mut bodies) = (0, 0);
        for operation in operations(t).filter(|o| o.mutates() && o.takes_json()) {
            let mut probe = Probe::new(t, &t.owner, operation);
            probe.body = Some(with(&probe.body.unwrap_or(json!({})), "workspace_id", json!(t.stranger.id)));
            let (answer, _) = probe.tried(t, &t.owner, operation, &mut position);
            assert_eq!(answer.status, 422, "{}: {}", operation.id, answer.text);
            assert!(names(&answer, "workspace_id"), "{}: {}", operation.id, answer.text);
            bodies += 1;
        }
        assert!(bodies > 80, "{bodies}");
    }

    fn a_batch_takes_no_more_than_its_operations_do(t) {
        for operation in operations(t).filter(|o| o.id.starts_with("batch_")) {
            let path = operation.path.trim_start_matches("/api/v1").trim_end_matches("/batch").to_owned();
            let whole = seed::minimal(&t.owner, &path);
            let made = seed::plain(&t.owner, &path);
            let step = |step: Json| t.owner.post(&format!("{path}/batch"), json!({ "operations": [step] })).expect(422);
            for field in ["id", "version", "created_at", "workspace_id"] {
                let body = with(&whole, field, value(field));
                let refused = step(json!({ "method": "create", "body": body }));
                assert!(names(&refused, &format!("operations/0/body/{field}")), "{}: {}", operation.id, refused.text);
                let refused = step(json!({ "method": "update", "id": made.id(), "version": 1, "body": { field: value(field) } }));
                assert!(names(&refused, &format!("operations/0/body/{field}")), "{}: {}", operation.id, refused.text);
            }
            let refused = step(json!({ "method": "create", "body": {}, "workspace_id": 1 }));
            assert!(names(&refused, "workspace_id"), "{}: {}", operation.id, refused.text);
            assert_eq!(t.owner.get(&format!("{path}/{}", made.id())).expect(200).version(), 1);
        }
    }

    fn only_kinds_with_an_owner_take_one(t) {
        for operation in operations(t).filter(|o| o.id.starts_with("create_") && o.takes_json()) {
            let owned = t.owner.description().properties(&operation.answer).contains("owner_id");
            let path = operation.path.trim_start_matches("/api/v1");
            if owned || operation.id == "create_api_key" {
                continue;
            }
            let body = with(&seed::minimal(&t.owner, path), "owner_id", json!(t.owner.id));
            assert!(names(&t.owner.post(path, body).expect(422), "owner_id"), "{path}");
        }
        // Where one may be set, only who may assign sets another than themselves.
        let given = json!({ "name": "x", "owner_id": t.manager.id });
        t.sales.post("/customers", given).refused(403, "forbidden");
    }
}
