//! The change feed: in order, with tombstones, and nothing missed while others write.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tests::*;

/// Reads on from a position to the end; returns the changes and the new position.
fn read_on(client: &Client, after: &str, limit: u32) -> (Vec<Json>, String) {
    let (mut all, mut after) = (Vec::new(), after.to_owned());
    loop {
        let page = client.get(&format!("/changes?after={after}&limit={limit}")).expect(200);
        all.extend(page.rows().to_vec());
        after = page.cursor().expect("always a position");
        if page["page"]["has_more"] == false {
            return (all, after);
        }
    }
}

both! {
    fn changes_come_in_order_with_all_they_say(t) {
        let (_, start) = read_on(&t.owner, "0", 200);
        let made = t.sales.create("/customers", json!({ "name": "a" }));
        t.sales.patch(&format!("/customers/{}", made.id()), 1, json!({ "name": "b" })).expect(200);
        let (changes, after) = read_on(&t.owner, &start, 1);
        let [create, update] = changes.as_slice() else { panic!("{changes:?}") };
        assert_eq!((&create["kind"], &create["action"], &create["version"]), (&json!("customer"), &json!("create"), &json!(1)));
        assert_eq!((&update["action"], &update["version"]), (&json!("update"), &json!(2)));
        assert_eq!(update["fields"], json!({ "name": ["a", "b"] }));
        assert_eq!(update["record_id"], made.id());
        assert_eq!(update["position"].as_i64(), create["position"].as_i64().map(|p| p + 1));
        assert_eq!(update["actor_id"], t.sales.id.to_string());
        assert!(update["at"].is_string() && update["request_id"].is_string());
        assert_ne!(update["change_set"], create["change_set"]);
        let empty = t.owner.get(&format!("/changes?after={after}")).expect(200);
        assert_eq!(empty.body, json!({ "data": [], "page": { "next_cursor": after, "has_more": false } }));
        for wrong in ["x", "-1", "1.5", "99999999999999999999"] {
            t.owner.get(&format!("/changes?after={wrong}")).refused(400, "invalid_cursor");
        }
        t.owner.get("/changes?since=1").refused(400, "unknown_parameter");
    }

    fn what_the_caller_may_not_see_is_a_tombstone(t) {
        let (_, start) = read_on(&t.owner, "0", 200);
        let hidden = t.other_sales.create("/customers", json!({ "name": "secret" }));
        let given = t.sales.create("/customers", json!({ "name": "mine" }));
        t.owner.patch(&format!("/customers/{}", given.id()), 1, json!({ "owner_id": t.other_sales.id })).expect(200);
        let deleted = t.sales.create("/customers", json!({ "name": "dropped" }));
        t.sales.delete(&format!("/customers/{}", deleted.id()), 1).expect(204);
        let (seen, _) = read_on(&t.sales, &start, 200);
        assert_eq!(seen.len(), 5);
        for change in &seen {
            assert_eq!(change["action"], "gone");
            let told: Vec<&String> = change.as_object().expect("an object").keys().collect();
            assert_eq!(told.len(), 4, "{change}");
        }
        assert!([&hidden, &given, &deleted].iter().all(|r| seen.iter().any(|c| c["record_id"] == r.id())));
        let (all, _) = read_on(&t.owner, &start, 200);
        assert_eq!(all.iter().filter(|c| c["action"] == "gone").count(), 2, "deleted for everybody");
        let (other, _) = read_on(&t.stranger, "0", 200);
        assert!(!other.iter().any(|c| c["record_id"] == hidden.id()), "another workspace has its own feed");
    }

    fn nothing_is_missed_while_eight_write(t) {
        let (_, start) = read_on(&t.owner, "0", 200);
        let writing = AtomicBool::new(true);
        let (written, read) = std::thread::scope(|scope| {
            let reader = scope.spawn(|| {
                let (mut all, mut after) = (Vec::new(), start.clone());
                loop {
                    let last = !writing.load(Ordering::Acquire);
                    let (more, next) = read_on(&t.owner, &after, 7);
                    all.extend(more);
                    after = next;
                    if last {
                        return all;
                    }
                }
            });
            let writers: Vec<_> = (0..8).map(|n| scope.spawn(move || {
                let until = Instant::now() + Duration::from_millis(1500);
                let mut written: Vec<(String, i64)> = Vec::new();
                while Instant::now() < until {
                    let made = t.owner.create("/customers", json!({ "name": format!("w{n}") }));
                    let path = format!("/customers/{}", made.id());
                    t.owner.patch(&path, 1, json!({ "level": "A" })).expect(200);
                    let steps: Vec<Json> = (0..3).map(|_| json!({ "method": "create", "body": { "name": "b" } })).collect();
                    let batch = t.owner.post("/customers/batch", json!({ "operations": steps })).expect(200);
                    written.extend([(made.id(), 1), (made.id(), 2)]);
                    written.extend(batch["results"].as_array().expect("results").iter().map(|r| (r["body"]["id"].as_str().expect("an id").to_owned(), 1)));
                }
                written
            })).collect();
            let written: Vec<(String, i64)> = writers.into_iter().flat_map(|w| w.join().expect("writes")).collect();
            writing.store(false, Ordering::Release);
            (written, reader.join().expect("reads"))
        });
        assert!(written.len() > 40, "{} writes are no load", written.len());
        let key = |c: &Json| (c["record_id"].as_str().expect("an id").to_owned(), c["version"].as_i64().expect("a version"));
        let seen: Vec<(String, i64)> = read.iter().map(key).collect();
        assert_eq!(seen.iter().collect::<HashSet<_>>(), written.iter().collect::<HashSet<_>>());
        assert_eq!(seen.len(), written.len(), "nothing comes twice");
        let mut last: HashMap<&str, i64> = HashMap::new();
        for (id, version) in &seen {
            let before = last.insert(id, *version).unwrap_or(0);
            assert_eq!(before + 1, *version, "the versions of a record come in order");
        }
        let positions: Vec<i64> = read.iter().map(|c| c["position"].as_i64().expect("a position")).collect();
        assert!(positions.windows(2).all(|w| w[0] + 1 == w[1]), "without gaps");
    }
}
