//! One change of many records: all that match and no others, each under the rights and rules of its own, and undone as one.

use tests::client::Answer;
use tests::*;

fn bulk(by: &Client, body: Json) -> client::Request {
    by.post("/customers/bulk", body)
}

/// A bulk change when it is over.
fn done(by: &Client, body: Json) -> Answer {
    let begun = bulk(by, body).expect(202);
    assert_eq!(begun.header("Change-Set"), begun.id());
    assert!(begun.header("Location").ends_with(&format!("/jobs/{}", begun.id())));
    let job = seed::ended(by, &format!("/jobs/{}", begun.id()));
    assert_eq!(job["status"], "done", "{}", job.text);
    job
}

fn count(by: &Client, filter: &str) -> Json {
    by.get(&format!("/customers?count=exact&limit=1&{filter}")).expect(200)["page"]["count"].clone()
}

fn customers(by: &Client, many: usize, level: &str) {
    for from in (0..many).step_by(100) {
        let operations: Vec<Json> = (from..many.min(from + 100))
            .map(|n| json!({ "method": "create", "body": { "name": format!("Firm {n}"), "level": level, "tags": ["old"] } }))
            .collect();
        by.post("/customers/batch", json!({ "operations": operations }))
            .expect(200);
    }
}

both! {
    fn all_that_match_are_changed_once_and_undone_as_one(t) {
        customers(&t.sales, 1100, "a");
        customers(&t.sales, 3, "b");
        let filter = json!({ "field": "level", "op": "eq", "value": "a" });
        let trial = bulk(&t.sales, json!({ "filter": filter, "dry_run": true })).expect(200);
        assert_eq!(trial["matching"], 1100);
        // What is filtered by is changed: nothing is skipped for it.
        let job = done(&t.sales, json!({ "filter": filter, "set": { "level": "c", "website": "https://x.example" }, "add_tags": ["new"], "take_tags": ["old"] }));
        let told = ["total", "done", "changed"].map(|name| &job["progress"][name]);
        assert_eq!((told, &job["progress"]["failed"]["total"]), ([&json!(1100); 3], &json!(0)));
        assert_eq!((count(&t.sales, "filter[level]=c"), count(&t.sales, "filter[level]=b")), (json!(1100), json!(3)));
        let one = t.sales.get("/customers?filter[level]=c&limit=1").expect(200);
        assert_eq!(one.rows()[0]["tags"], json!(["new"]));
        let set = format!("/change-sets/{}", job.id());
        let counts = t.sales.get(&set).expect(200);
        assert_eq!((&counts["records"][0]["changed"], &counts["cause"]), (&json!(1100), &json!("bulk")));
        let undo = t.sales.act(&format!("{set}/undo")).expect(202);
        assert_eq!(seed::ended(&t.sales, &format!("/jobs/{}", undo.id()))["progress"]["undone"], 1100);
        let one = t.sales.get("/customers?filter[level]=a&limit=1").expect(200);
        assert_eq!((&one.rows()[0]["tags"], &one.rows()[0]["website"]), (&json!(["old"]), &Json::Null));
        assert_eq!(count(&t.sales, "filter[level]=a"), 1100);
    }

    fn somebody_begins_a_second_one_while_the_first_runs(t) {
        customers(&t.sales, 600, "a");
        let begun: Vec<_> = ["b", "c"]
            .map(|level| bulk(&t.sales, json!({ "filter": null, "set": { "level": level } })).expect(202))
            .into();
        for job in &begun {
            assert_eq!(seed::ended(&t.sales, &format!("/jobs/{}", job.id()))["status"], "done");
        }
        assert_eq!(count(&t.sales, "filter[level]=c"), 600);
    }

    fn the_words_searched_for_narrow_it_as_they_do_the_list(t) {
        customers(&t.sales, 5, "a");
        t.sales.create("/customers", json!({ "name": "Another", "level": "a" }));
        let job = done(&t.sales, json!({ "filter": { "field": "level", "op": "eq", "value": "a" }, "q": "Another", "delete": true }));
        assert_eq!(job["progress"]["changed"], 1);
        assert_eq!(count(&t.sales, "filter[level]=a"), 5);
        let gone = t.sales.get("/customers/deleted").expect(200).rows()[0]["record"]["id"].clone();
        done(&t.sales, json!({ "ids": [gone], "restore": true }));
        assert_eq!(count(&t.sales, "filter[level]=a"), 6);
    }

    fn each_record_is_judged_for_itself(t) {
        let own = t.sales.create("/customers", json!({ "name": "own" })).id();
        let theirs = t.other_sales.create("/customers", json!({ "name": "theirs" })).id();
        let seen = t.owner.create("/customers", json!({ "name": "seen" })).id();
        t.owner.put(&format!("/customers/{seen}/members/{}", t.sales.id), json!({ "access": "read" })).expect(201);
        let sales = t.sign_in(&t.sales);
        let job = done(&sales, json!({ "ids": [own, theirs, seen], "set": { "level": "a" } }));
        assert_eq!((&job["progress"]["changed"], &job["progress"]["failed"]["total"]), (&json!(1), &json!(2)));
        let mut failed: Vec<(String, String)> = job["progress"]["failed"]["data"].as_array().expect("a list").iter()
            .map(|row| (row["record_id"].as_str().expect("an id").to_owned(), row["code"].as_str().expect("a code").to_owned()))
            .collect();
        failed.sort();
        let mut wanted = vec![(theirs.clone(), "not_found".to_owned()), (seen, "change_not_allowed".to_owned())];
        wanted.sort();
        assert_eq!(failed, wanted);
        assert_eq!(t.owner.get(&format!("/customers/{theirs}")).expect(200)["level"], Json::Null);
        // Assigning is held to the right to give away.
        let job = done(&t.owner, json!({ "ids": [own], "set": { "owner_id": t.manager.id } }));
        assert_eq!(job["progress"]["changed"], 1);
        assert_eq!(t.owner.get(&format!("/customers/{own}")).expect(200)["owner_id"], json!(t.manager.id));
    }

    fn what_cannot_be_meant_is_refused_before_it_begins(t) {
        for (body, issue) in [
            (json!({ "set": { "level": "a" } }), "/filter required"),
            (json!({ "filter": null }), " one_bulk_change"),
            (json!({ "filter": null, "delete": true, "set": { "level": "a" } }), " one_bulk_change"),
            (json!({ "filter": null, "restore": true }), "/ids required"),
            (json!({ "filter": null, "ids": [t.sales.id], "delete": true }), "/ids ids_or_filter"),
            (json!({ "filter": null, "set": { "nonsense": 1 } }), "/set/nonsense unknown_field"),
            (json!({ "filter": null, "set": { "website": "no" } }), "/set/website invalid_url"),
            (json!({ "filter": null, "set": { "number": "1" } }), "/set/number read_only"),
        ] {
            bulk(&t.owner, body).invalid(&[issue]);
        }
        let filter = json!({ "field": "nonsense", "op": "eq", "value": 1 });
        bulk(&t.owner, json!({ "filter": filter, "delete": true })).refused(400, "unknown_field");
        assert_eq!(t.owner.get("/jobs").expect(200).rows().len(), 0);
    }
}
