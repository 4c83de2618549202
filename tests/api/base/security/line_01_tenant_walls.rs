//! Line 1. Walls between tenants: whatever has an id is not there for a user of another workspace, and stays as it is.

use crate::description::{Probe, operations};
use tests::*;

/// A record of each kind that a field may refer to, in the other workspace.
fn foreign(t: &T, kind: &str) -> String {
    match kind {
        "user" => t.stranger.id.to_string(),
        // One with stages, so that a deal could begin there.
        "pipeline" => seed::pipeline(&t.stranger),
        _ => seed::plain(&t.stranger, &format!("/{}", plural(t, kind))).id(),
    }
}

/// The place of a kind, as the description of kinds tells it.
fn plural(t: &T, kind: &str) -> String {
    let schema = t.owner.get("/schema").expect(200);
    let kinds = schema["kinds"].as_array().expect("kinds");
    let found = kinds.iter().find(|k| k["kind"] == kind).expect("the kind");
    let path = found["path"].as_str().expect("a path");
    path.trim_start_matches("/api/v1/").to_owned()
}

both! {
    fn whatever_has_an_id_is_not_there_for_another_workspace(t) {
        let (mut position, mut walls) = (0, 0);
        for operation in operations(t).filter(|o| o.path.contains("{id}")) {
            let probe = Probe::new(t, &t.owner, operation);
            let (answer, changes) = probe.tried(t, &t.stranger, operation, &mut position);
            assert_eq!((answer.status, &answer["code"]), (404, &json!("not_found")), "{}: {}", operation.id, answer.text);
            assert_eq!(changes, [], "{}", operation.id);
            walls += 1;
        }
        assert!(walls > 130, "{walls}");
    }

    fn an_id_in_a_body_means_nothing_beyond_the_wall(t) {
        let schema = t.owner.get("/schema").expect(200);
        let mut tried = 0;
        for kind in schema["kinds"].as_array().expect("kinds") {
            let path = kind["path"].as_str().expect("a path").trim_start_matches("/api/v1").to_owned();
            let creates = t.owner.description().find("POST", &format!("/api/v1{path}")).is_some_and(|o| o.id.starts_with("create_") && o.takes_json());
            for field in kind["fields"].as_array().expect("fields") {
                let (name, Some(refers)) = (field["name"].as_str().expect("a name"), field["refers_to"].as_str()) else { continue };
                // What the server writes of its own work takes no references.
                if !creates || kind["work"] == true || field["read_only"] == true {
                    continue;
                }
                let theirs = foreign(t, refers);
                // It is refused, and by nothing can one tell that it is there.
                let [refused, nowhere] = [theirs.as_str(), "01890000-0000-7000-8000-000000000000"].map(|id| {
                    let mut body = seed::minimal(&t.owner, &path);
                    body[name] = json!(id);
                    t.owner.post(&path, body).expect(422).issues()
                });
                assert_eq!(refused, nowhere, "{path} {name}");
                if field["fixed"] == false {
                    let made = seed::plain(&t.owner, &path);
                    let one = format!("{path}/{}", made.id());
                    t.owner.patch(&one, 1, json!({ name: theirs })).expect(422);
                    assert_eq!(t.owner.get(&one).expect(200).version(), 1);
                }
                tried += 1;
            }
        }
        assert!(tried > 20, "{tried}");
    }

    fn batches_transfers_and_keys_stay_within(t) {
        for operation in operations(t) {
            let path = operation.path.trim_start_matches("/api/v1");
            let Some((kind, "batch" | "transfer")) = path[1..].split_once('/') else { continue };
            let path = format!("/{kind}");
            let theirs = seed::plain(&t.stranger, &path);
            let one = format!("{path}/{}", theirs.id());
            let before = t.stranger.get(&one).expect(200);
            if operation.id.starts_with("transfer_") {
                let records = json!({ "records": [{ "id": theirs.id() }], "owner_id": t.owner.id });
                t.owner.post(&format!("{path}/transfer"), records).refused(404, "not_found");
                let mine = seed::plain(&t.owner, &path).id();
                let away = json!({ "records": [{ "id": mine }], "owner_id": t.stranger.id });
                t.owner.post(&format!("{path}/transfer"), away).invalid(&["/owner_id reference_not_found"]);
            } else {
                let steps = [json!({ "method": "update", "id": theirs.id(), "version": 1, "body": { "external_id": "taken" } }),
                    json!({ "method": "delete", "id": theirs.id(), "version": 1 })];
                for step in steps {
                    t.owner.post(&format!("{path}/batch"), json!({ "operations": [step] })).refused(404, "not_found");
                }
                // A key that is theirs is free here, and makes a record of one's own.
                t.stranger.patch(&one, 1, json!({ "external_id": "K" })).expect(200);
                if kind != "numbering-rules" {
                    let own = t.owner.put(&format!("{path}/by/external_id/K"), seed::minimal(&t.owner, &path)).expect(201);
                    assert_ne!(own.id(), theirs.id());
                }
                t.stranger.patch(&one, 2, json!({ "external_id": null })).expect(200);
            }
            let after = t.stranger.get(&one).expect(200);
            for name in ["owner_id", "name", "subject", "created_at", "external_id"] {
                assert_eq!(after[name], before[name], "{kind} {name}");
            }
            let listed = t.owner.get(&format!("{path}?limit=200")).expect(200);
            assert!(!listed.text.contains(&theirs.id()), "{kind} are listed beyond the wall");
        }
    }
}
