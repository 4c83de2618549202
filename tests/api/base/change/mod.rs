//! The change feed: in order, with tombstones, and nothing missed while others write.

use domain::policy::Actor;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
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

fn plain_text(json: &Json) -> String {
    json.as_str().unwrap_or_default().to_owned()
}

/// Tells the log that the sales person asked for a link: an entry that carries the id of the user, and is none.
fn forgotten(t: &T) {
    let (workspace, user) = (t.workspace, t.sales.id);
    let logged = t.running.server.store().write_here(move |tx| {
        let space = persistence::workspace::find(tx, workspace)?.expect("the firm");
        let permit = Actor::system(Arc::new(space)).own_permit();
        persistence::login::log_forgotten(tx, &permit, user)
    });
    logged.expect("is logged");
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
        for wrong in ["x", "-1", "1.5", "99999999999999999999", "1-xyz", "1-0123ABCD", "last"] {
            t.owner.get(&format!("/changes?after={wrong}")).refused(400, "invalid_cursor");
        }
        t.owner.get("/changes?since=1").refused(400, "unknown_parameter");
    }

    fn a_position_that_the_log_does_not_have_is_refused(t) {
        let (_, end) = read_on(&t.owner, "0", 200);
        let number: i64 = end.split('-').next().and_then(|n| n.parse().ok()).expect("a position");
        t.owner.get(&format!("/changes?after={number}")).expect(200);
        let refused = t.owner.get(&format!("/changes?after={}", number + 1)).refused(410, "position_unknown");
        assert_eq!(refused["errors"][0]["parameter"], "after");
        // The same position in the log of another database.
        for n in 0..=number {
            t.stranger.create("/tags", json!({ "name": format!("tag {number} {n}") }));
        }
        t.stranger.get(&format!("/changes?after={number}")).expect(200);
        t.stranger.get(&format!("/changes?after={end}")).refused(410, "position_unknown");
        // Every page tells where one is.
        let first = t.owner.get("/changes?limit=1").expect(200).cursor().expect("a position");
        assert!(first.starts_with("1-"), "{first}");
        t.owner.get(&format!("/changes?after={first}&limit=1")).expect(200);
        t.stranger.get(&format!("/changes?after={first}&limit=1")).refused(410, "position_unknown");
    }

    fn a_mirror_begins_at_the_end_and_takes_the_kinds_it_keeps(t) {
        t.sales.create("/customers", json!({ "name": "before" }));
        let latest = t.owner.get("/changes?after=latest").expect(200);
        assert_eq!((latest.rows().len(), &latest["page"]["has_more"]), (0, &json!(false)));
        let start = latest.cursor().expect("a position");
        let customer = t.sales.create("/customers", json!({ "name": "a" })).id();
        let lead = t.sales.create("/leads", json!({ "name": "b" })).id();
        let task = t.sales.create("/tasks", json!({ "subject": "c" })).id();
        let (all, end) = read_on(&t.owner, &start, 200);
        assert_eq!(all.len(), 3);
        let of = |kinds: &str| {
            let page = t.owner.get(&format!("/changes?after={start}&{kinds}")).expect(200);
            let ids: Vec<String> = page.rows().iter().map(|c| plain_text(&c["record_id"])).collect();
            (ids, page.cursor().expect("a position"))
        };
        // Whatever is left out is behind who has read to the end.
        assert_eq!(of("kind=lead"), (vec![lead.clone()], end.clone()));
        assert_eq!(of("kind=customer,task"), (vec![customer.clone(), task.clone()], end.clone()));
        assert_eq!(of("kind=task&kind=customer"), (vec![customer.clone(), task], end.clone()));
        assert_eq!(of("kind=product"), (Vec::new(), end));
        let page = t.owner.get(&format!("/changes?after={start}&kind=customer,lead&limit=1")).expect(200);
        assert_eq!((&page["page"]["has_more"], &page.rows()[0]["record_id"]), (&json!(true), &json!(customer)));
        let page = t.owner.get(&format!("/changes?after={}&kind=customer,lead&limit=1", page.cursor().expect("a position"))).expect(200);
        assert_eq!(page.rows()[0]["record_id"], lead);
        t.owner.get("/changes?kind=customers").refused(400, "unknown_kind");
        t.owner.get("/changes?kind=session").expect(200);
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

    fn of_what_the_caller_has_no_right_to_see_nothing_is_told(t) {
        let (_, start) = read_on(&t.owner, "0", 200);
        let role = t.owner.create("/roles", json!({ "name": "Desk", "grants": { "customer": { "view": "own" } } }));
        let path = format!("/users/{}", t.sales.id);
        let version = t.owner.get(&path).expect(200).version();
        t.owner.patch(&path, version, json!({ "roles": [role["key"]] })).expect(200);
        let mine = t.owner.create("/customers", json!({ "name": "mine", "owner_id": t.sales.id })).id();
        let theirs = t.owner.create("/customers", json!({ "name": "theirs" })).id();
        t.owner.create("/leads", json!({ "name": "lead", "company": "c" }));
        t.sign_in(&t.sales);
        api_key::made(&t.owner, &["leads:read"]);
        forgotten(t);
        // Page by page, past what is not told.
        let (told, end) = read_on(&t.sales, &start, 1);
        let told: Vec<_> = told.iter().map(|c| (&c["kind"], &c["record_id"], &c["action"])).collect();
        assert_eq!(told, [(&json!("customer"), &json!(mine), &json!("create")), (&json!("customer"), &json!(theirs), &json!("gone"))]);
        let (all, end_of_all) = read_on(&t.owner, &start, 200);
        assert_eq!(end, end_of_all);
        let of = |kind: &str| all.iter().filter(|c| c["kind"] == kind).map(|c| c["action"].clone()).collect::<Vec<_>>();
        // Whoever may view the audit log learns that there was something, and reads it there.
        for kind in ["session", "api_key", "password_link"] {
            assert_eq!(of(kind), ["gone"], "{kind}");
        }
        assert_eq!(of("lead"), ["create"]);
    }

    fn an_entry_beside_a_visible_record_is_not_shown_for_it(t) {
        let (_, start) = read_on(&t.owner, "0", 200);
        let path = format!("/users/{}", t.sales.id);
        let version = t.owner.get(&path).expect(200).version();
        t.owner.patch(&path, version, json!({ "name": "Renamed" })).expect(200);
        forgotten(t);
        let told = |by: &Client| read_on(by, &start, 200).0.iter().map(|c| (c["kind"].clone(), c["action"].clone())).collect::<Vec<_>>();
        let (user, link) = ((json!("user"), json!("update")), (json!("password_link"), json!("gone")));
        assert_eq!(told(&t.owner), [user.clone(), link]);
        assert_eq!(told(&t.manager), [user]);
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
