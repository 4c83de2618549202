//! Change sets: each write names its own, it tells what it touched, and it can be taken back, field by field.

mod identity;

use tests::client::Answer;
use tests::*;

fn set(answer: &Answer) -> String {
    let set = answer.header("Change-Set");
    assert!(!set.is_empty(), "{}: no change set", answer.text);
    set.to_owned()
}

fn undo(by: &Client, set: &str) -> client::Request {
    by.act(&format!("/change-sets/{set}/undo"))
}

fn partly(by: &Client, set: &str) -> client::Request {
    by.post(&format!("/change-sets/{set}/undo"), json!({ "partly": true }))
}

/// Field and code of each thing that was left, sorted.
fn left(answer: &Answer) -> Vec<String> {
    let rows = answer["left"]["data"].as_array().expect("a list");
    let mut told: Vec<String> = rows
        .iter()
        .map(|row| {
            format!(
                "{} {}",
                row["field"].as_str().unwrap_or("-"),
                row["code"].as_str().expect("a code")
            )
        })
        .collect();
    told.sort();
    told
}

/// A file of customers, taken.
fn import(by: &Client, rows: usize) -> Answer {
    let lines: String = (0..rows).map(|n| format!("Firm {n},{n}\n")).collect();
    let file = reqwest::blocking::multipart::Part::bytes(format!("name,description\n{lines}").into_bytes());
    let form = reqwest::blocking::multipart::Form::new()
        .part("file", file.file_name("firms.csv"))
        .text("kind", "customers");
    let begun = by.call("POST", "/imports").form(form).expect(202);
    let ended = seed::finished(by, &begun.id());
    assert_eq!(ended["status"], "done", "{}", ended.text);
    begun
}

both! {
    fn each_write_names_its_change_set(t) {
        let made = t.sales.create("/customers", json!({ "name": "a" }));
        let path = format!("/customers/{}", made.id());
        let changed = t.sales.patch(&path, 1, json!({ "level": "a" })).expect(200);
        assert_ne!(set(&made), set(&changed));
        // What changed nothing has none, nor has what only reads.
        assert_eq!(t.sales.patch(&path, 2, json!({ "level": "a" })).expect(200).header("Change-Set"), "");
        assert_eq!(t.sales.get(&path).expect(200).header("Change-Set"), "");
        t.sales.patch(&path, 2, json!({ "level": "nonsense".repeat(100) })).expect(422);
        let deleted = t.sales.delete(&path, 2).expect(204);
        let back = t.sales.act(&format!("{path}/restore")).if_match(3).expect(200);
        assert_ne!(set(&deleted), set(&back));
        // A repeat is answered with what the first one changed.
        let first = t.sales.post("/customers", json!({ "name": "b" })).key("once").expect(201);
        let again = t.sales.post("/customers", json!({ "name": "b" })).key("once").expect(201);
        assert_eq!((again.header("Idempotent-Replayed"), set(&again)), ("true", set(&first)));
        let history = t.sales.get(&format!("{path}/history")).expect(200);
        assert_eq!(history.rows()[0]["change_set"], set(&back).as_str());
        let operations = json!([{ "method": "create", "body": { "name": "c" } }, { "method": "create", "body": { "name": "d" } }]);
        let batch = t.sales.post("/customers/batch", json!({ "operations": operations })).expect(200);
        let told = t.sales.get(&format!("/change-sets/{}", set(&batch))).expect(200);
        let counts = json!([{ "kind": "customer", "created": 2, "changed": 0, "deleted": 0, "restored": 0 }]);
        assert_eq!((&told["records"], &told["cause"], &told["actor_id"]), (&counts, &json!("request"), &json!(t.sales.id)));
        assert_eq!((&told["can_be_undone"], &told["undo_of"]), (&json!(true), &Json::Null));
    }

    fn what_was_made_deleted_or_changed_is_put_back(t) {
        let made = t.sales.create("/customers", json!({ "name": "a", "tags": ["x"] }));
        let path = format!("/customers/{}", made.id());
        let patch = json!({ "name": "b", "tags": ["y", "z"], "website": "https://b.example" });
        let changed = t.manager.patch(&path, 1, patch).expect(200);
        let undone = undo(&t.manager, &set(&changed)).expect(200);
        assert_eq!((&undone["undone"], &undone["left"]["total"]), (&json!(1), &json!(0)));
        let now = t.sales.get(&path).expect(200);
        assert_eq!((&now["name"], &now["tags"], &now["website"]), (&json!("a"), &json!(["x"]), &Json::Null));
        // An undo is a change set as well, and a job that tells of it.
        assert_eq!(undone["change_set"], set(&undone).as_str());
        let told = t.manager.get(&format!("/change-sets/{}", set(&undone))).expect(200);
        assert_eq!((&told["cause"], &told["undo_of"]), (&json!("undo"), &json!(set(&changed))));
        let job = t.manager.get(&format!("/jobs/{}", set(&undone))).expect(200);
        assert_eq!((&job["status"], &job["work"], &job["progress"]["undone"]), (&json!("done"), &json!("undo"), &json!(1)));
        undo(&t.manager, &set(&undone)).expect(200);
        assert_eq!(t.sales.get(&path).expect(200)["name"], "b");
        // Once it is as it was, there is nothing left to do, and nothing is written.
        undo(&t.manager, &set(&undone)).expect(200);
        let version = t.sales.get(&path).expect(200).version();
        let deleted = t.owner.delete(&path, version).expect(204);
        undo(&t.owner, &set(&deleted)).expect(200);
        assert_eq!(t.sales.get(&path).expect(200)["name"], "b");
        undo(&t.owner, &set(&made)).refused(409, "undo_conflicts");
        let other = t.owner.create("/customers", json!({ "name": "c" }));
        undo(&t.owner, &set(&other)).expect(200);
        t.owner.get(&format!("/customers/{}", other.id())).expect(404);
        let bin = t.owner.get("/customers/deleted").expect(200);
        assert_eq!(bin.rows()[0]["record"]["id"], other.id().as_str());
    }

    fn what_others_changed_since_is_listed_and_stays(t) {
        let path = format!("/customers/{}", t.sales.create("/customers", json!({ "name": "a", "level": "a" })).id());
        let changed = t.sales.patch(&path, 1, json!({ "level": "b", "website": "https://b.example" })).expect(200);
        t.manager.patch(&path, 2, json!({ "level": "c", "description": "theirs" })).expect(200);
        let refused = undo(&t.sales, &set(&changed)).refused(409, "undo_conflicts");
        assert_eq!((left(&refused), &refused["left"]["total"]), (vec!["level changed_since".to_owned()], &json!(1)));
        let one = &refused["left"]["data"][0];
        let told = ["kind", "title", "then", "now", "changed_by"].map(|name| &one[name]);
        assert_eq!(told, [&json!("customer"), &json!("a"), &json!("b"), &json!("c"), &json!(t.manager.id)]);
        assert!(one["changed_at"].is_string());
        assert_eq!(t.sales.get(&path).expect(200).version(), 3, "nothing was done");
        let done = partly(&t.sales, &set(&changed)).expect(200);
        assert_eq!((&done["undone"], left(&done)), (&json!(1), vec!["level changed_since".to_owned()]));
        let now = t.sales.get(&path).expect(200);
        assert_eq!((&now["level"], &now["website"], &now["description"]), (&json!("c"), &Json::Null, &json!("theirs")));
        // Another field, or the same value again, is in nobody's way.
        let changed = t.sales.patch(&path, 4, json!({ "source": "web" })).expect(200);
        t.manager.patch(&path, 5, json!({ "level": "d" })).expect(200);
        undo(&t.sales, &set(&changed)).expect(200);
        let changed = t.sales.patch(&path, 7, json!({ "level": "e" })).expect(200);
        t.owner.delete(&path, 8).expect(204);
        let refused = undo(&t.sales, &set(&changed)).refused(409, "undo_conflicts");
        assert_eq!((left(&refused), &refused["left"]["data"][0]["changed_by"]), (vec!["- deleted_since".to_owned()], &json!(t.owner.id)));
    }

    fn a_conversion_and_a_transfer_are_taken_back_whole(t) {
        let lead = t.sales.create("/leads", json!({ "name": "Li", "company": "Li Co", "phone": "13800138000",
            "next_follow_up_at": "2027-01-01T00:00:00Z" }));
        let path = format!("/leads/{}", lead.id());
        let converted = t.owner.act(&format!("{path}/convert")).if_match(1).expect(200);
        undo(&t.owner, &set(&converted)).expect(200);
        let now = t.owner.get(&path).expect(200);
        for field in ["status", "converted_at", "customer_id", "contact_id", "opportunity_id", "next_follow_up_at"] {
            assert_eq!(now[field], lead[field], "{field}");
        }
        for kind in ["customer", "contact", "opportunity"] {
            let id = converted[kind]["id"].as_str().expect("an id");
            let plural = if kind == "opportunity" { "opportunities".to_owned() } else { format!("{kind}s") };
            t.owner.get(&format!("/{plural}/{id}")).expect(404);
        }
        // It can be converted once more.
        let again = t.owner.act(&format!("{path}/convert")).if_match(now.version()).expect(200);
        let customer = again["customer"]["id"].as_str().expect("an id").to_owned();
        let body = json!({ "records": [{ "id": customer }], "owner_id": t.manager.id, "with": ["contacts", "opportunities"], "reason": "x" });
        let moved = t.owner.post("/customers/transfer", body).expect(200);
        let told = t.owner.get(&format!("/change-sets/{}", set(&moved))).expect(200);
        assert_eq!(told["records"].as_array().map(Vec::len), Some(3));
        undo(&t.owner, &set(&moved)).expect(200);
        assert_eq!(t.owner.get(&format!("/customers/{customer}")).expect(200)["owner_id"], json!(t.sales.id));
    }

    fn what_a_deal_was_worth_and_whether_it_was_open_comes_back(t) {
        let product = t.owner.create("/products", json!({ "name": "p" })).id();
        let line = |price: &str| json!({ "product_id": product, "quantity": 1, "price": seed::cny(price) });
        let deal = t.sales.create("/opportunities", json!({ "name": "d", "lines": [line("5.00")], "amount": seed::cny("4.00") }));
        let path = format!("/opportunities/{}", deal.id());
        let changed = t.sales.patch(&path, 1, json!({ "lines": [line("7.00")] })).expect(200);
        assert_eq!(changed["amount"]["amount"], "7.00");
        let won = t.sales.act(&format!("{path}/win")).if_match(2).expect(200);
        // A rule that would refuse the change refuses it here too.
        let refused = undo(&t.sales, &set(&changed)).refused(409, "undo_conflicts");
        assert_eq!(left(&refused), ["- opportunity_closed"]);
        undo(&t.sales, &set(&won)).expect(200);
        let now = t.sales.get(&path).expect(200);
        assert_eq!((&now["status"], &now["closed_at"], &now["stage_entered_at"]), (&json!("open"), &Json::Null, &deal["stage_entered_at"]));
        undo(&t.sales, &set(&changed)).expect(200);
        let now = t.sales.get(&path).expect(200);
        assert_eq!((&now["lines"], &now["amount"]), (&deal["lines"], &deal["amount"]));
    }

    fn an_import_is_one_set_over_all_its_batches(t) {
        let begun = import(&t.owner, 650);
        assert_eq!(set(&begun), begun.id());
        let told = t.owner.get(&format!("/change-sets/{}", begun.id())).expect(200);
        let counts = json!([{ "kind": "customer", "created": 650, "changed": 0, "deleted": 0, "restored": 0 }]);
        assert_eq!((&told["records"], &told["cause"]), (&counts, &json!("import")));
        let one = t.owner.get("/customers?filter[name]=Firm%20600").expect(200);
        let path = format!("/customers/{}", one.rows()[0]["id"].as_str().expect("an id"));
        t.owner.patch(&path, 1, json!({ "level": "a" })).expect(200);
        let refused = undo(&t.owner, &begun.id()).refused(409, "undo_conflicts");
        assert_eq!(left(&refused), ["level changed_since"]);
        let begun_undo = partly(&t.owner, &begun.id()).expect(202);
        assert_eq!(set(&begun_undo), begun_undo.id());
        let job = seed::ended(&t.owner, &format!("/jobs/{}", begun_undo.id()));
        let progress = &job["progress"];
        assert_eq!((&job["status"], &progress["undone"], &progress["left"]["total"]), (&json!("done"), &json!(649), &json!(1)));
        assert_eq!(t.owner.get("/customers?count=exact").expect(200)["page"]["count"], 1);
        // And the undo of the undo.
        let again = undo(&t.owner, &begun_undo.id()).expect(202);
        assert_eq!(seed::ended(&t.owner, &format!("/jobs/{}", again.id()))["progress"]["undone"], 649);
        assert_eq!(t.owner.get("/customers?count=exact").expect(200)["page"]["count"], 650);
    }

    fn nobody_takes_back_what_they_may_not_change(t) {
        let made = t.owner.create("/customers", json!({ "name": "theirs" }));
        for path in [format!("/change-sets/{}", set(&made)), format!("/change-sets/{}", made.id())] {
            t.sales.get(&path).refused(404, "not_found");
            t.sales.act(&format!("{path}/undo")).refused(404, "not_found");
        }
        t.owner.get("/change-sets/nonsense").refused(404, "not_found");
        // A role that changes customers and does not delete them.
        let own = t.sales.create("/customers", json!({ "name": "own" }));
        let path = format!("/customers/{}", own.id());
        let role = json!({ "name": "Editor", "key": "editor", "grants": { "customer": { "view": "all", "edit": "all", "create": "all" } },
            "field_rights": { "customer": { "level": "read_only", "website": "hidden" } } });
        t.owner.create("/roles", role);
        let user = t.owner.get(&format!("/users/{}", t.sales.id)).expect(200);
        let changed = t.owner.patch(&path, 1, json!({ "level": "a", "website": "https://x.example", "source": "web" })).expect(200);
        let rights = t.owner.patch(&format!("/users/{}", t.sales.id), user.version(), json!({ "roles": ["editor"] })).expect(200);
        let sales = t.sign_in(&t.sales);
        let refused = undo(&sales, &set(&own)).refused(409, "undo_conflicts");
        assert_eq!(left(&refused), ["level changed_since", "source changed_since"]);
        let done = partly(&sales, &set(&changed)).expect(200);
        assert_eq!((left(&done), &done["undone"]), (vec!["level field_read_only".to_owned()], &json!(1)));
        let now = t.owner.get(&path).expect(200);
        assert_eq!((&now["level"], &now["website"], &now["source"]), (&json!("a"), &json!("https://x.example"), &Json::Null));
        let made = sales.create("/customers", json!({ "name": "fresh" }));
        assert_eq!(left(&undo(&sales, &set(&made)).refused(409, "undo_conflicts")), ["- undo_not_allowed"]);
        // What rights somebody has is changed in its own way only.
        undo(&t.owner, &set(&rights)).refused(409, "change_set_not_undoable");
        partly(&t.owner, &set(&rights)).refused(409, "change_set_not_undoable");
    }

    fn what_refers_to_each_other_comes_back_in_any_order(t) {
        let customer = t.owner.create("/customers", json!({ "name": "c", "external_id": "k" }));
        let contact = t.owner.create("/contacts", json!({ "name": "p", "customer_id": customer.id() }));
        let path = format!("/customers/{}", customer.id());
        t.owner.delete(&format!("/contacts/{}", contact.id()), 1).expect(204);
        let deleted = t.owner.delete(&path, 1).expect(204);
        // Another has taken its key meanwhile.
        let other = t.owner.create("/customers", json!({ "name": "d", "external_id": "k" }));
        let refused = undo(&t.owner, &set(&deleted)).refused(409, "undo_conflicts");
        assert_eq!(left(&refused), ["- duplicate"]);
        undo(&t.owner, &set(&other)).expect(200);
        undo(&t.owner, &set(&deleted)).expect(200);
        assert_eq!(t.owner.get(&path).expect(200)["external_id"], "k");
        // One set in which a key goes from one to the other.
        let operations = json!([{ "method": "update", "id": customer.id(), "version": 3, "body": { "external_id": null } },
            { "method": "create", "body": { "name": "e", "external_id": "k" } }]);
        let batch = t.owner.post("/customers/batch", json!({ "operations": operations })).expect(200);
        undo(&t.owner, &set(&batch)).expect(200);
        assert_eq!(t.owner.get(&path).expect(200)["external_id"], "k");
    }
}
