//! The audit log: who did what to which record, and when; only for who may see it, and no more than they may see.

mod verify;

use tests::*;

fn found(client: &Client, query: &str) -> Vec<Json> {
    client.get(&format!("/audit?{query}")).expect(200).rows().to_vec()
}

/// `create customer`, in the order of the answer.
fn told(rows: &[Json]) -> Vec<String> {
    let word = |v: &Json| v.as_str().expect("a text").to_owned();
    rows.iter()
        .map(|r| format!("{} {}", word(&r["action"]), word(&r["kind"])))
        .collect()
}

/// Who holds a connection while waiting for another one stalls the node as soon as all do.
#[test]
fn many_who_read_the_log_at_once_are_all_answered() {
    let running = Running::start(Engine::Postgres, |_| {}).expect("a server");
    let t = T::on(running.into());
    let made = t.owner.create("/customers", json!({ "name": "Read by many" }));
    let history = format!("/customers/{}/history", made.id());
    for path in ["/changes", "/audit", "/audit/export", &history] {
        let start = std::sync::Barrier::new(16);
        std::thread::scope(|scope| {
            for _ in 0..16 {
                scope.spawn(|| {
                    start.wait();
                    (0..3).for_each(|_| drop(t.owner.get(path).expect(200)));
                });
            }
        });
    }
}

both! {
    fn changes_are_found_by_who_what_and_when(t) {
        let made = t.sales.create("/customers", json!({ "name": "Found" }));
        let path = format!("/customers/{}", made.id());
        t.manager.patch(&path, 1, json!({ "level": "A" })).expect(200);
        t.owner.delete(&path, 2).expect(204);
        let record = format!("record_id={}", made.id());
        let all = found(&t.owner, &record);
        assert_eq!(told(&all), ["delete customer", "update customer", "create customer"]);
        assert_eq!(all[1]["fields"], json!({ "level": [null, "A"] }));
        assert_eq!(all[1]["actor"], json!({ "id": t.manager.id, "name": "manager" }));
        assert_eq!(all[1]["record"], json!({ "name": "Found", "deleted": true }));
        let one = |query: String| told(&found(&t.owner, &format!("{record}&{query}")));
        assert_eq!(one(format!("actor={}", t.sales.id)), ["create customer"]);
        assert_eq!(one("action=delete".into()), ["delete customer"]);
        assert_eq!(one("field=level".into()), ["delete customer", "update customer"]);
        assert_eq!(one("kind=contact".into()), [""; 0]);
        assert_eq!(one(format!("request_id={}", all[1]["request_id"].as_str().expect("an id"))), ["update customer"]);
        let at = |n: usize| encoded(all[n]["at"].as_str().expect("a time"));
        assert_eq!(one(format!("from={}", at(1))), ["delete customer", "update customer"]);
        assert_eq!(one(format!("to={}", at(1))), ["create customer"]);
        assert_eq!(one("from=2020-01-01&to=2020-12-31".into()), [""; 0]);
        assert_eq!(one("from=2020-01-01".into()).len(), 3);
        let system = found(&t.owner, "actor=system&kind=role");
        assert_eq!((system.len(), &system[0]["actor"]), (4, &Json::Null));
        // Another workspace has a log of its own.
        assert!(found(&t.stranger, &record).is_empty());
    }

    fn sign_ins_are_in_it_with_their_address(t) {
        sign_in::login(&t.anonymous, &t.sales.email, firm::PASSWORD).expect(200);
        let rows = found(&t.owner, &format!("kind=session&actor={}", t.sales.id));
        assert_eq!(rows[0]["action"], "create");
        assert_eq!(rows[0]["fields"]["address"], json!([null, "127.0.0.1"]));
        assert_eq!(rows[0]["covered"], false);
    }

    fn pages_follow_each_other_without_gaps(t) {
        let steps: Vec<Json> = (0..30).map(|n| json!({ "method": "create", "body": { "name": format!("n{n}") } })).collect();
        t.sales.post("/customers/batch", json!({ "operations": steps })).expect(200);
        let query = format!("kind=customer&actor={}", t.sales.id);
        let whole = found(&t.owner, &query);
        assert_eq!(whole.len(), 30);
        let (mut paged, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = t.owner.get(&format!("/audit?{query}&limit=7{cursor}")).expect(200);
            paged.extend(page.rows().to_vec());
            match page.cursor() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(paged, whole);
    }

    fn only_who_may_sees_it_and_no_more_than_they_may(t) {
        let mine = t.sales.create("/customers", json!({ "name": "mine", "phone": "13812340000", "email": "a@b.cn" }));
        let other = t.other_sales.create("/customers", json!({ "name": "others", "phone": "13900000000" }));
        for person in [&t.sales, &t.manager] {
            person.get("/audit").refused(403, "forbidden");
            person.get("/audit/export").refused(403, "forbidden");
        }
        let give = |grants: Json, closed: Json| {
            let role = t.owner.create("/roles", json!({ "name": "Auditor", "grants": grants, "field_rights": closed }));
            let path = format!("/users/{}", t.sales.id);
            let version = t.owner.get(&path).expect(200)["version"].as_i64().expect("a version");
            t.owner.patch(&path, version, json!({ "roles": [role["key"]] })).expect(200);
        };
        // A part of the log is none of it.
        give(json!({ "audit": { "view": "team" } }), json!({}));
        t.sales.get("/audit").refused(403, "forbidden");
        give(
            json!({ "audit": { "view": "all" }, "customer": { "view": "own" } }),
            json!({ "customer": { "phone": "masked", "email": "hidden" } }),
        );
        t.sales.get("/audit/export").refused(403, "forbidden");
        let one = |id: String| found(&t.sales, &format!("record_id={id}&action=create")).remove(0);
        let own = one(mine.id());
        assert_eq!(own["fields"]["phone"], json!([null, "138****0000"]));
        assert!(own["fields"].get("email").is_none(), "{own}");
        let covered = one(other.id());
        assert_eq!((&covered["fields"], &covered["record"]["name"], &covered["covered"]), (&json!({}), &Json::Null, &json!(true)));
        assert_eq!(covered["actor_id"], t.other_sales.id.to_string());
        t.sales.get("/audit?field=email").refused(400, "field_hidden");
        t.sales.get("/audit?field=email&kind=customer").refused(400, "field_hidden");
        t.sales.get("/audit?kind=lead&field=email").expect(200);
        t.sales.get("/audit?field=phone").expect(200);
    }

    fn a_field_that_was_changed_is_no_way_round(t) {
        let grants = json!({ "audit": { "view": "all", "export": "all" }, "customer": { "view": "own" } });
        let role = t.owner.create("/roles", json!({ "name": "Auditor", "grants": grants }));
        let path = format!("/users/{}", t.sales.id);
        let version = t.owner.get(&path).expect(200).version();
        t.owner.patch(&path, version, json!({ "roles": [role["key"]] })).expect(200);
        let make = |by: &Client, name: &str| by.create("/customers", json!({ "name": name, "phone": "13812340000", "owner_id": t.owner.id }));
        let mine = |name: &str| t.owner.create("/customers", json!({ "name": name, "phone": "13812340000", "owner_id": t.sales.id })).id();
        let (first, theirs, second) = (mine("first"), make(&t.owner, "theirs").id(), mine("second"));
        make(&t.owner, "theirs");
        // That there was an entry is for the audit, which field it changed is not.
        assert_eq!(told(&found(&t.sales, &format!("record_id={theirs}"))), ["create customer"]);
        for query in ["", "&kind=customer"] {
            let probe = t.sales.get(&format!("/audit?record_id={theirs}&field=phone&limit=1{query}")).expect(200);
            assert_eq!((&probe["data"], &probe["page"]), (&json!([]), &json!({ "next_cursor": null, "has_more": false })));
        }
        // Pages hold what may be seen, and end where it does.
        let records = |rows: &[Json]| rows.iter().map(|r| r["record_id"].as_str().expect("an id").to_owned()).collect::<Vec<_>>();
        let page = t.sales.get("/audit?field=phone&limit=1").expect(200);
        assert_eq!(records(page.rows()), [second.as_str()]);
        let next = page.cursor().expect("one more");
        let page = t.sales.get(&format!("/audit?field=phone&limit=1&cursor={next}")).expect(200);
        assert_eq!((records(page.rows()), page.cursor()), (vec![first], None));
        let file = t.sales.get("/audit/export?field=phone").expect(200);
        assert!(!file.text.contains(&theirs) && file.text.contains(&second), "{}", file.text);
        assert_eq!(found(&t.owner, "field=phone&kind=customer").len(), 4);
    }

    fn a_long_file_is_whole(t) {
        for round in 0..6 {
            let steps: Vec<Json> = (0..100).map(|n| json!({ "method": "create", "body": { "name": format!("{round} {n}") } })).collect();
            t.sales.post("/tags/batch", json!({ "operations": steps })).expect(200);
        }
        let file = t.owner.get(&format!("/audit/export?kind=tag&actor={}", t.sales.id)).expect(200);
        assert_eq!(file.text.lines().filter(|l| l.contains(",Name,")).count(), 600);
    }

    fn what_cannot_be_asked_is_refused(t) {
        for (query, code) in [
            ("actor=x", "invalid_id"),
            ("record_id=1", "invalid_id"),
            ("kind=dragon", "unknown_kind"),
            ("action=fly", "unknown_action"),
            ("from=tomorrow", "invalid_time"),
            ("to=2026-13-01", "invalid_time"),
            ("cursor=x", "invalid_cursor"),
            ("cursor=1.x", "invalid_cursor"),
            ("limit=0", "out_of_range"),
            ("limit=500", "out_of_range"),
            ("q=x", "unknown_parameter"),
            ("kind=", "empty_parameter"),
            ("kind=tag&kind=lead", "repeated_parameter"),
            ("field=a%00", "control_character"),
            ("request_id=a%00", "control_character"),
        ] {
            t.owner.get(&format!("/audit?{query}")).refused(400, code);
        }
        let long = "x".repeat(300);
        t.owner.get(&format!("/audit?field={long}")).refused(400, "too_long");
        assert!(found(&t.owner, "field=%22%27%3B--&request_id=%27").is_empty());
    }
}
