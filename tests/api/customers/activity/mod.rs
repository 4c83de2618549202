//! Activities and tasks: what happened, what is to do, and what they tell about the records they belong to.

use domain::Record;
use domain::activity::{Activity, ActivityPatch};
use domain::policy::{Action, Actor};
use domain::record::Birth;
use std::sync::Arc;
use tests::*;

/// The date of the latest activity that a record tells, and its version.
fn noted(client: &Client, path: &str) -> (Json, i64) {
    let now = client.get(path).expect(200);
    (now["last_activity_at"].clone(), now.version())
}

fn may(day: u32) -> Json {
    json!(format!("2026-05-{day:02}T10:00:00.000000Z"))
}

/// The date follows within a moment; on a machine with much else to do that is longer than an answer waits for it.
fn comes_to(client: &Client, path: &str, date: Json) {
    let until = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while noted(client, path).0 != date {
        assert!(std::time::Instant::now() < until, "{path} is not {date}");
        std::thread::yield_now();
    }
}

both! {
    fn an_activity_is_noted_on_its_records(t) {
        let customer = seed::plain(&t.sales, "/customers");
        let lead = seed::plain(&t.sales, "/leads");
        t.sales.create("/activities", json!({ "kind": "call", "subject": "Hello", "happened_at": "2026-05-01T10:00:00Z", "customer_id": customer.id(), "lead_id": lead.id() }));
        for path in [format!("/customers/{}", customer.id()), format!("/leads/{}", lead.id())] {
            assert_eq!(noted(&t.sales, &path), (may(1), 2));
        }
        t.sales.create("/activities", json!({ "body": "earlier", "happened_at": "2026-04-01T10:00:00Z", "customer_id": customer.id() }));
        assert_eq!(noted(&t.sales, &format!("/customers/{}", customer.id())), (may(1), 2), "nothing new, no version");
        t.sales.post("/activities", json!({ "kind": "note" })).invalid(&["/subject subject_or_body"]);
        let timeline = t.sales.column(&format!("/activities?filter[customer_id]={}&sort=-happened_at", customer.id()), "kind");
        assert_eq!(timeline, ["call", "note"]);
    }

    fn the_date_goes_back_when_an_activity_is_deleted_moved_or_set_earlier(t) {
        let [a, b] = [0, 1].map(|_| seed::plain(&t.sales, "/customers").id());
        let [path_a, path_b] = [&a, &b].map(|id| format!("/customers/{id}"));
        let call = |day| t.sales.create("/activities", json!({ "subject": "x", "happened_at": may(day), "customer_id": a })).id();
        let (first, second) = (format!("/activities/{}", call(1)), format!("/activities/{}", call(20)));
        comes_to(&t.sales, &path_a, may(20));
        t.sales.delete(&second, 1).expect(204);
        comes_to(&t.sales, &path_a, may(1));
        t.sales.act(&format!("{second}/restore")).if_match(2).expect(200);
        comes_to(&t.sales, &path_a, may(20));
        t.sales.patch(&second, 3, json!({ "customer_id": b })).expect(200);
        comes_to(&t.sales, &path_a, may(1));
        comes_to(&t.sales, &path_b, may(20));
        t.sales.patch(&second, 4, json!({ "happened_at": may(3) })).expect(200);
        comes_to(&t.sales, &path_b, may(3));
        let steps = json!([{ "method": "delete", "id": first.rsplit('/').next(), "version": 1 },
            { "method": "create", "body": { "body": "y", "happened_at": may(2), "customer_id": b } }]);
        t.sales.post("/activities/batch", json!({ "operations": steps })).expect(200);
        comes_to(&t.sales, &path_a, Json::Null);
        comes_to(&t.sales, &path_b, may(3));
        // In the bin a record misses what is noted meanwhile, and catches up when it comes out.
        let version = noted(&t.sales, &path_a).1;
        let visit = format!("/activities/{}", call(7));
        comes_to(&t.sales, &path_a, may(7));
        assert_eq!(noted(&t.sales, &path_a).1, version + 1);
        t.sales.delete(&path_a, version + 1).expect(204);
        t.sales.delete(&visit, 1).expect(204);
        t.sales.act(&format!("{path_a}/restore")).if_match(version + 2).expect(200);
        comes_to(&t.sales, &path_a, Json::Null);
    }

    fn a_derived_date_is_a_version_in_the_feed_and_no_conflict(t) {
        let customer = seed::plain(&t.sales, "/customers");
        let path = format!("/customers/{}", customer.id());
        let before = t.owner.get("/changes?after=0&limit=200").expect(200).cursor().expect("a position");
        let seen = t.sales.get(&path).expect(200);
        t.sales.create("/activities", json!({ "subject": "x", "happened_at": may(1), "customer_id": customer.id() }));
        let unchanged = t.sales.get(&path).header("If-None-Match", "\"1\"").expect(200);
        assert_eq!((unchanged.version(), &unchanged["updated_at"]), (2, &seen["updated_at"]), "nobody has changed it");
        let feed = t.owner.get(&format!("/changes?after={before}")).expect(200);
        let derived = feed.rows().iter().find(|c| c["kind"] == "customer").expect("the feed tells of it");
        assert_eq!((&derived["action"], &derived["version"], &derived["actor_id"]), (&json!("derive"), &json!(2), &Json::Null));
        assert_eq!(derived["fields"], json!({ "last_activity_at": [null, may(1)] }));
        // Who saw version 1 has seen all that a person wrote; and then no longer.
        let mine = t.sales.patch(&path, 1, json!({ "industry": "x" })).expect(200);
        assert_eq!((mine.version(), &mine["last_activity_at"]), (3, &may(1)));
        t.sales.patch(&path, 1, json!({ "industry": "y" })).refused(412, "stale");
        t.sales.patch(&path, 2, json!({ "industry": "y" })).refused(412, "stale");
        t.sales.patch(&path, 9, json!({ "industry": "y" })).refused(412, "stale");
        let history = t.sales.get(&format!("{path}/history")).expect(200);
        let told: Vec<_> = history.rows().iter().map(|c| c["action"].as_str().unwrap_or_default()).collect();
        assert_eq!(told, ["update", "create"], "a history tells what people did");
        t.sales.create("/activities", json!({ "subject": "x", "happened_at": may(2), "customer_id": customer.id() }));
        t.sales.delete(&path, 3).expect(204);
    }

    fn what_a_job_writes_is_noted_too(t) {
        let customer = seed::plain(&t.sales, "/customers").id();
        let (workspace, parent) = (t.workspace, customer.parse().expect("an id"));
        let written = t.running.server.store().write_here(move |tx| {
            let space = persistence::workspace::find(tx, workspace)?.expect("the firm");
            let actor = Actor::system(Arc::new(space));
            let patch = ActivityPatch {
                subject: Some(Some("x".into())),
                happened_at: Some(domain::Instant::parse("2026-05-06T10:00:00Z")),
                customer_id: Some(Some(parent)),
                ..Default::default()
            };
            let activity = Activity::create(patch, Birth::new(None))?;
            let permit = actor.authorize(Action::Create, Activity::KIND, None)?;
            persistence::engine::insert(tx, &permit, &[activity])
        });
        written.expect("is written");
        let until = std::time::Instant::now() + std::time::Duration::from_secs(30);
        while noted(&t.sales, &format!("/customers/{customer}")).0 != may(6) {
            assert!(std::time::Instant::now() < until, "the date never comes");
            std::thread::yield_now();
        }
    }

    fn a_task_knows_when_it_was_done(t) {
        let task = t.sales.create("/tasks", json!({ "subject": "Ring", "due_at": "2026-12-01T00:00:00Z" }));
        let path = format!("/tasks/{}", task.id());
        assert_eq!(task["done_at"], Json::Null);
        let done = t.sales.patch(&path, 1, json!({ "status": "done" })).expect(200);
        assert!(done["done_at"].is_string());
        let again = t.sales.patch(&path, 2, json!({ "status": "open" })).expect(200);
        assert_eq!(again["done_at"], Json::Null);
        t.sales.patch(&path, 3, json!({ "done_at": "2026-01-01T00:00:00Z" })).invalid(&["/done_at read_only"]);
        assert_eq!(t.sales.column("/tasks?filter[status]=open&filter[due_at][gte]=2026-11-30", "subject"), ["Ring"]);
    }

    fn what_was_agreed_upon_last_is_when_the_record_is_followed_up(t) {
        let customer = seed::plain(&t.sales, "/customers");
        let lead = t.sales.create("/leads", json!({ "name": "李雷" }));
        let deal = t.sales.create("/opportunities", json!({ "name": "大单", "customer_id": customer.id() }));
        let next = |path: &str, id: &str| t.sales.get(&format!("{path}/{id}")).expect(200)["next_follow_up_at"].clone();
        let log = |who: &Client, at: Json, of: Json| {
            let mut body = json!({ "kind": "call", "body": "谈了价格", "next_follow_up_at": at });
            body.as_object_mut().expect("an object").extend(of.as_object().expect("an object").clone());
            who.create("/activities", body)
        };
        let (march, april, may) = ("2027-03-01T01:00:00.000000Z", "2027-04-01T01:00:00.000000Z", "2027-05-01T01:00:00.000000Z");
        let first = log(&t.sales, json!(march), json!({ "customer_id": customer.id() }));
        assert_eq!(next("/customers", &customer.id()), march);
        // With a deal it is the deal that goes on.
        log(&t.sales, json!(april), json!({ "customer_id": customer.id(), "opportunity_id": deal.id() }));
        assert_eq!((next("/opportunities", &deal.id()), next("/customers", &customer.id())), (json!(april), json!(march)));
        log(&t.sales, json!(may), json!({ "lead_id": lead.id() }));
        assert_eq!(next("/leads", &lead.id()), may);
        // Nothing said changes nothing; said anew, it is what was said last.
        log(&t.sales, Json::Null, json!({ "customer_id": customer.id() }));
        assert_eq!(next("/customers", &customer.id()), march);
        t.sales.patch(&format!("/activities/{}", first.id()), first.version(), json!({ "next_follow_up_at": may })).expect(200);
        assert_eq!(next("/customers", &customer.id()), may);
        let again = t.sales.get(&format!("/activities/{}", first.id())).expect(200);
        t.sales.patch(&format!("/customers/{}", customer.id()), t.sales.get(&format!("/customers/{}", customer.id())).expect(200).version(),
            json!({ "next_follow_up_at": april })).expect(200);
        t.sales.patch(&format!("/activities/{}", first.id()), again.version(), json!({ "body": "谈了价格和交期" })).expect(200);
        assert_eq!(next("/customers", &customer.id()), april, "a word mended is no new agreement");
        // Who may not change the record still writes down what happened.
        let theirs = seed::plain(&t.owner, "/customers");
        t.owner.put(&format!("/customers/{}/members/{}", theirs.id(), t.sales.id), json!({ "access": "read" })).expect(201);
        log(&t.sales, json!(march), json!({ "customer_id": theirs.id() }));
        assert_eq!(t.owner.get(&format!("/customers/{}", theirs.id())).expect(200)["next_follow_up_at"], Json::Null);
    }
}
