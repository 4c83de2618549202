//! Numbers of records: given when they are made, each once.

use crate::import::{counts, import};
use std::collections::BTreeSet;
use std::thread;
use std::time::{Duration, Instant};
use tests::engine::serve;
use tests::*;

/// The rule of a kind, and its version.
fn rule(t: &T, kind: &str) -> (String, i64) {
    let found = t
        .owner
        .get(&format!("/numbering-rules?filter[kind]={kind}"))
        .expect(200);
    let rule = &found.rows()[0];
    let path = format!("/numbering-rules/{}", rule["id"].as_str().expect("an id"));
    (path, rule["version"].as_i64().expect("a version"))
}

fn set(t: &T, kind: &str, body: Json) -> Answer {
    let (path, version) = rule(t, kind);
    t.owner.patch(&path, version, body).expect(200)
}

fn made(t: &T) -> String {
    let made = t.sales.create("/customers", json!({ "name": "x" }));
    made["number"].as_str().unwrap_or("none").to_owned()
}

/// Nodes tell each other in a moment; it is asked all the time.
fn until(holds: impl Fn() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(30), "never");
    }
}

fn preview(t: &T, kind: &str, pattern: &str, reset: &str) -> Answer {
    t.owner
        .get(&format!(
            "/numbering-rules/preview?kind={kind}&pattern={}&reset={reset}",
            encoded(pattern)
        ))
        .send()
}

both! {
    fn a_new_workspace_numbers_customers_leads_and_opportunities(t) {
        let today = seed::today();
        assert_eq!((made(t), made(t)), ("C-000001".to_owned(), "C-000002".to_owned()));
        let (month, year) = (today.format("%Y%m").to_string(), today.format("%Y").to_string());
        let lead = t.sales.create("/leads", json!({ "name": "Li", "company": "Acme" }));
        assert_eq!(lead["number"], format!("L-{month}-0001"));
        assert_eq!(t.sales.create("/opportunities", json!({ "name": "d" }))["number"], format!("O-{year}-00001"));
        let all = t.sales.post(&format!("/leads/{}/convert", lead.id()), json!({})).if_match(1).expect(200);
        assert_eq!((&all["customer"]["number"], &all["opportunity"]["number"]), (&json!("C-000003"), &json!(format!("O-{year}-00002"))));
        // It sorts, filters and is found, and nobody sets it.
        assert_eq!(t.sales.column("/customers?sort=-number", "number"), ["C-000003", "C-000002", "C-000001"]);
        assert_eq!(t.sales.column("/customers?filter[number]=C-000002", "number"), ["C-000002"]);
        assert_eq!(t.sales.column("/customers?q=C-000002", "number"), ["C-000002"]);
        t.sales.post("/customers", json!({ "name": "x", "number": "C-9" })).invalid(&["/number read_only"]);
        t.sales.patch(&format!("/leads/{}", lead.id()), 2, json!({ "number": null })).invalid(&["/number read_only"]);
        assert_eq!(t.stranger.create("/customers", json!({ "name": "y" }))["number"], "C-000001", "each firm counts for itself");
    }

    fn rules_are_changed_and_checked(t) {
        let today = seed::today();
        assert_eq!(preview(t, "customer", "K{yyyy}-{000}", "yearly")["next"], format!("K{}-001", today.format("%Y")));
        set(t, "customer", json!({ "pattern": "K-{000}" }));
        assert_eq!(made(t), "K-001");
        assert_eq!(preview(t, "customer", "K-{000}", "never")["next"], "K-002");
        assert_eq!(made(t), "K-002", "a preview draws nothing");
        // How many customers there are is not told to who sees a few of them.
        for person in [&t.sales, &t.manager] {
            person.get("/numbering-rules/preview?kind=customer&pattern=K-{000}&reset=never").refused(403, "forbidden");
        }
        // Back to an earlier count: what is in use is passed over.
        set(t, "customer", json!({ "pattern": "{yyyy}{mm}{dd}K-{000}", "reset": "daily" }));
        let day = today.format("%Y%m%d");
        assert_eq!((made(t), made(t)), (format!("{day}K-001"), format!("{day}K-002")));
        set(t, "customer", json!({ "pattern": "{yyyy}{mm}{dd}K-{000}", "reset": "monthly" }));
        assert_eq!(made(t), format!("{day}K-003"));
        // A number in the bin stays given.
        let gone = t.sales.get("/customers?sort=-number&limit=1").expect(200).rows()[0].clone();
        t.sales.delete(&format!("/customers/{}", gone["id"].as_str().expect("an id")), 1).expect(204);
        assert_eq!(made(t), format!("{day}K-004"));
        set(t, "customer", json!({ "disabled": true }));
        assert_eq!(made(t), "none");
        let (path, version) = rule(t, "customer");
        t.sales.patch(&path, version, json!({ "pattern": "S-{0}" })).refused(403, "forbidden");
        for (body, issue) in [
            (json!({ "pattern": "K-" }), "/pattern invalid_pattern"), (json!({ "pattern": "{0}{0}" }), "/pattern invalid_pattern"),
            (json!({ "pattern": "{xx}{0}" }), "/pattern invalid_pattern"), (json!({ "pattern": "K-{0}" }), "/pattern pattern_without_date"),
            (json!({ "kind": "lead" }), "/kind read_only"),
        ] {
            t.owner.patch(&path, version, body).invalid(&[issue]);
        }
        t.owner.post("/numbering-rules", json!({ "kind": "customer", "pattern": "K{0}" })).refused(409, "duplicate");
        t.owner.post("/numbering-rules", json!({ "kind": "task", "pattern": "K{0}" })).invalid(&["/kind unknown_choice"]);
        assert_eq!(preview(t, "task", "{0}", "never").status, 400);
        assert_eq!(preview(t, "lead", "x", "never").issues(), ["pattern invalid_pattern"]);
    }

    fn a_count_begins_where_the_firm_was(t) {
        made(t);
        set(t, "customer", json!({ "pattern": "C-{000000}", "start": 4712 }));
        let path = "/numbering-rules/preview?kind=customer&pattern=C-{000000}&reset=never&start=4712";
        assert_eq!(t.owner.get(path).expect(200)["next"], "C-004712");
        assert_eq!((made(t), made(t)), ("C-004712".to_owned(), "C-004713".to_owned()));
        // It never goes back, whatever is said.
        set(t, "customer", json!({ "start": 1 }));
        assert_eq!(made(t), "C-004714");
        set(t, "customer", json!({ "start": 4700 }));
        assert_eq!(made(t), "C-004715");
        set(t, "customer", json!({ "start": null }));
        assert_eq!(made(t), "C-004716");
        // Each period begins there.
        let year = seed::today().format("%Y").to_string();
        set(t, "customer", json!({ "pattern": "{yyyy}/{0000}", "reset": "yearly", "start": 100 }));
        assert_eq!((made(t), made(t)), (format!("{year}/0100"), format!("{year}/0101")));
        let (path, version) = rule(t, "customer");
        for (start, issue) in [(json!(0), "/start out_of_range"), (json!(1_000_000_000_000_i64), "/start out_of_range"), (json!("x"), "/start wrong_type")] {
            t.owner.patch(&path, version, json!({ "start": start })).invalid(&[issue]);
        }
        assert_eq!(t.owner.get("/numbering-rules/preview?kind=customer&pattern=C-{0}&reset=never&start=0").send().status, 400);
    }

    fn a_rule_or_list_that_changes_on_one_node_holds_on_the_other(t) {
        let second = serve(&t.running.place.url, |_| {}).expect("a second node");
        let other = Client::new(second.url(), t.sales.token.clone());
        let number = || other.create("/customers", json!({ "name": "x" }))["number"].clone();
        assert_eq!(number(), "C-000001");
        set(t, "customer", json!({ "pattern": "K-{000}" }));
        until(|| number().as_str().is_some_and(|n| n.starts_with("K-")));

        let level = || other.post("/customers", json!({ "name": "x", "level": "铂金" })).send().status;
        let found = t.owner.get("/picklists?filter[key]=customer_level").expect(200);
        let list = &found.rows()[0];
        let path = format!("/picklists/{}", list["id"].as_str().expect("an id"));
        let mut version = list["version"].as_i64().expect("a version");
        for (restricted, status) in [(true, 422), (false, 201), (true, 422)] {
            let changed = t.owner.patch(&path, version, json!({ "restricted": restricted })).send();
            assert_eq!(changed.status, 200, "{restricted}");
            version = changed["version"].as_i64().expect("a version");
            until(|| level() == status);
        }
    }

    fn many_at_once_get_a_number_each(t) {
        let numbers: Vec<String> = thread::scope(|scope| {
            let work = || (0..15).map(|_| made(t)).collect::<Vec<_>>();
            let threads: Vec<_> = (0..12).map(|_| scope.spawn(work)).collect();
            threads.into_iter().flat_map(|t| t.join().expect("ends")).collect()
        });
        let different: BTreeSet<&String> = numbers.iter().collect();
        assert_eq!(different.len(), 180);
        assert_eq!(different.last().map(|n| n.as_str()), Some("C-000180"), "nothing failed, so there is no gap");
        let steps: Vec<Json> = (0..20).map(|n| json!({ "method": "create", "body": { "name": format!("b{n}") } })).collect();
        let batch = t.sales.post("/customers/batch", json!({ "operations": steps })).expect(200);
        assert_eq!(batch["results"][19]["body"]["number"], "C-000200");
    }

    fn what_fails_leaves_no_gap(t) {
        made(t);
        let create = |body: Json| json!({ "method": "create", "body": body });
        let steps = json!({ "operations": [create(json!({ "name": "a" })), create(json!({ "name": "b" })), create(json!({ "name": "" }))] });
        assert_eq!(t.sales.post("/customers/batch", steps).send().status, 422);
        assert_eq!(preview(t, "customer", "C-{000000}", "never")["next"], "C-000002");
        assert_eq!((made(t), made(t), made(t)), ("C-000002".to_owned(), "C-000003".to_owned(), "C-000004".to_owned()));
    }

    fn imported_rows_are_numbered_in_their_order(t) {
        made(t);
        let rows = 2300;
        let file: String = std::iter::once("name\n".to_owned()).chain((1..=rows).map(|n| format!("Firm {n:05}\n"))).collect();
        assert_eq!(counts(&import(&t.owner, "customers", &file, &[])), [rows, rows, 0, 0, 0]);
        let last = t.owner.get("/customers?sort=-number&limit=1&fields=number,name").expect(200);
        assert_eq!((&last.rows()[0]["number"], &last.rows()[0]["name"]), (&json!("C-002301"), &json!("Firm 02300")));
        assert_eq!(t.owner.get("/customers?count=exact&limit=1&filter[number][is_null]=true").expect(200)["page"]["count"], 0);
        assert_eq!(counts(&import(&t.owner, "customers", &file, &[])), [rows, 0, 0, rows, 0]);
        assert_eq!(made(t), "C-002302", "rows that change nothing draw nothing");
    }
}
