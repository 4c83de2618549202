//! Handing over: all that a leaver holds goes to others, and nothing twice.

use crate::import::rights::{in_the_middle, many};
use crate::import::{form, import};
use tests::*;

fn hand_over(client: &Client, leaver: &Person, body: Json) -> client::Request {
    client.post(&format!("/users/{}/hand-over", leaver.id), body)
}

fn done(client: &Client, leaver: &Person, body: Json) -> Answer {
    let taken = hand_over(client, leaver, body).expect(202);
    assert_eq!(taken.header("location"), format!("/api/v1/jobs/{}", taken.id()));
    let end = seed::ended(client, &format!("/jobs/{}", taken.id()));
    assert_eq!(end["status"], "done", "{}", end.text);
    end
}

both! {
    fn everything_goes_and_the_leaver_is_out(t) {
        let customer = seed::plain(&t.sales, "/customers").id();
        for kind in ["/contacts", "/leads", "/opportunities", "/activities", "/tasks"] {
            seed::plain(&t.sales, kind);
        }
        let gone = seed::plain(&t.sales, "/customers").id();
        t.sales.delete(&format!("/customers/{gone}"), 1).expect(204);
        let others = seed::plain(&t.manager, "/customers").id();
        t.owner.patch(&format!("/teams/{}", t.other_team), 1, json!({ "manager_id": t.sales.id })).expect(200);
        let joined = json!({ "team_id": t.other_team, "user_id": t.sales.id });
        let joined = t.owner.create("/team-members", joined).id();
        let held = t.admin.get(&format!("/users/{}/hand-over", t.sales.id)).expect(200);
        assert_eq!(held["holds"]["customers"], json!({ "live": 1, "deleted": 1 }));
        assert_eq!(held["holds"]["teams"], json!({ "live": 1, "deleted": 0 }));
        let end = done(&t.admin, &t.sales, json!({ "to": t.other_sales.id }));
        let moved = json!({ "customers": 2, "contacts": 1, "leads": 1, "opportunities": 1, "activities": 1, "tasks": 1, "teams": 1 });
        assert_eq!(end["progress"], json!({ "total": 8, "done": 8, "moved": moved }));
        t.sales.get("/customers").refused(401, "token_invalid");
        for kind in ["/customers", "/contacts", "/leads", "/opportunities", "/activities", "/tasks"] {
            assert_eq!(t.other_sales.get(kind).expect(200).rows().len(), 1, "{kind}");
        }
        let bin = t.other_sales.get("/customers/deleted").expect(200);
        assert_eq!(bin.rows()[0]["record"]["id"], gone);
        t.other_sales.act(&format!("/customers/{gone}/restore")).if_match(3).expect(200);
        assert_eq!(t.owner.get(&format!("/teams/{}", t.other_team)).expect(200)["manager_id"], json!(t.other_sales.id));
        assert_eq!(t.owner.get(&format!("/customers/{others}")).expect(200).version(), 1);
        t.owner.get(&format!("/team-members/{joined}")).refused(404, "not_found");
        // The log tells of each record, in the change set of the job, and of the job's end.
        let last = t.owner.get(&format!("/customers/{customer}/history")).expect(200).rows()[0].clone();
        assert_eq!((&last["change_set"], &last["actor_id"]), (&end["id"], &json!(t.admin.id)));
        assert_eq!(last["fields"], json!({ "owner_id": [t.sales.id, t.other_sales.id] }));
        let job = t.admin.get(&format!("/jobs/{}/history", end.id())).expect(200);
        assert_eq!(job.rows()[0]["fields"]["status"], json!(["running", "done"]));
        // Once more: there is nothing left.
        let again = done(&t.admin, &t.sales, json!({ "to": t.other_sales.id }));
        assert_eq!(again["progress"], json!({ "total": 0, "done": 0, "moved": {} }));
        assert_eq!(t.owner.get(&format!("/customers/{customer}")).expect(200).version(), 2);
    }

    fn kinds_may_go_to_different_people(t) {
        seed::plain(&t.sales, "/customers");
        seed::plain(&t.sales, "/tasks");
        let body = json!({ "to": t.other_sales.id, "to_by_kind": { "tasks": t.manager.id }, "disable": false });
        done(&t.owner, &t.sales, body);
        assert_eq!([t.other_sales.names("/customers").len(), t.manager.column("/tasks", "subject").len()], [1, 1]);
        assert!(t.sales.names("/customers").is_empty(), "still signed in, with nothing left");
    }

    fn who_may_not_hand_over_is_refused_and_nothing_happens(t) {
        let made = seed::plain(&t.sales, "/customers").id();
        let to = json!({ "to": t.other_sales.id });
        hand_over(&t.manager, &t.sales, to.clone()).refused(403, "forbidden");
        hand_over(&t.stranger, &t.sales, to.clone()).refused(404, "not_found");
        hand_over(&t.admin, &t.admin, to.clone()).refused(409, "hand_over_yourself");
        hand_over(&t.admin, &t.sales, json!({ "to": t.sales.id })).invalid(&["/to hand_over_to_self"]);
        hand_over(&t.admin, &t.sales, json!({ "to": t.stranger.id })).invalid(&["/to reference_not_found"]);
        hand_over(&t.admin, &t.sales, json!({ "to": t.owner.id, "to_by_kind": { "dragons": t.owner.id } })).invalid(&["/to_by_kind/dragons unknown_kind"]);
        // Personnel may change users, and has no say over customers.
        let grants = json!({ "user": { "*": "all" }, "role": { "view": "all" } });
        t.owner.create("/roles", json!({ "key": "personnel", "name": "Personnel", "grants": grants }));
        let (_, clerk) = sign_in::newcomer(&t.owner, &format!("clerk.{}", t.sales.email), "personnel");
        // Sales people have rights that personnel lacks.
        hand_over(&clerk, &t.sales, to.clone()).refused(409, "beyond_own_rights_user");
        let idle = t.owner.create("/users", json!({ "name": "Old hand" }));
        t.owner.patch(&format!("/customers/{made}"), 1, json!({ "owner_id": idle.id() })).expect(200);
        clerk.post(&format!("/users/{}/hand-over", idle.id()), to).refused(403, "forbidden");
        assert_eq!(t.owner.get(&format!("/users/{}", idle.id())).expect(200)["disabled"], false);
        assert!(t.owner.get("/jobs").expect(200).rows().is_empty());
    }

    fn it_ends_with_the_right_to_it_and_what_is_done_stays(t) {
        assert_eq!(import(&t.owner, "customers", many(5_000, "sales"), &[])["report"]["created"], 5_000);
        let path = format!("/jobs/{}", hand_over(&t.admin, &t.sales, json!({ "to": t.other_sales.id })).expect(202).id());
        in_the_middle(&t.owner, &path, |progress| progress["done"] != 0);
        t.owner.patch(&format!("/users/{}", t.admin.id), 1, json!({ "disabled": true })).expect(200);
        let end = seed::ended(&t.owner, &path);
        assert_eq!((&end["status"], &end["error"]["code"]), (&json!("failed"), &json!("job_asker_gone")), "{}", end.text);
        let count = |who: &Person| t.owner.get(&format!("/customers?limit=1&count=exact&filter[owner_id]={}", who.id)).expect(200)["page"]["count"].clone();
        assert_eq!(count(&t.other_sales), end["progress"]["done"]);
        assert_ne!(count(&t.sales), 0);
    }

    fn two_who_begin_at_once_begin_one(t) {
        // Something for the thread to do meanwhile.
        let busy = t.owner.call("POST", "/imports").form(form("customers", many(30_000, "owner"), &[])).expect(202).id();
        for _ in 0..5 {
            let leaver = t.owner.create("/users", json!({ "name": "Leaver" })).id();
            let begin = || {
                let body = json!({ "to": t.other_sales.id, "disable": false });
                t.owner.post(&format!("/users/{leaver}/hand-over"), body).send().status
            };
            let mut statuses = std::thread::scope(|scope| {
                let (one, two) = (scope.spawn(begin), scope.spawn(begin));
                [one.join().expect("answers"), two.join().expect("answers")]
            });
            statuses.sort_unstable();
            assert_eq!(statuses, [202, 409]);
        }
        t.owner.act(&format!("/imports/{busy}/cancel")).expect(200);
    }

    fn a_hand_over_can_be_stopped_and_goes_on_after_a_restart(t) {
        let running = Running::start(t.running.engine, |_| {}).expect("a server");
        let firm = Firm::new(&running.server);
        let operations: Vec<Json> = (0..100).map(|n| json!({ "method": "create", "body": { "name": format!("n{n}") } })).collect();
        for _ in 0..20 {
            firm.sales.post("/customers/batch", json!({ "operations": operations })).expect(200);
        }
        let begin = || hand_over(&firm.owner, &firm.sales, json!({ "to": firm.other_sales.id }));
        // One queue for all jobs: behind this one it waits until it is stopped.
        let busy = seed::long_import(&firm.owner).id();
        let id = begin().expect(202).id();
        let path = format!("/jobs/{id}");
        begin().refused(409, "hand_over_running");
        let cancelled = firm.owner.act(&format!("{path}/cancel")).expect(200);
        assert_eq!(cancelled["status"], "cancelled");
        firm.owner.act(&format!("{path}/cancel")).refused(409, "job_over");
        firm.owner.act(&format!("/imports/{busy}/cancel")).expect(200);
        let id = begin().expect(202).id();
        let Running { place, server, .. } = running;
        drop(server);
        let again = engine::serve(&place.url, |_| {}).expect("serves again");
        let owner = Client::new(again.url(), firm.owner.client.token.clone());
        let end = seed::ended(&owner, &format!("/jobs/{id}"));
        assert_eq!(end["status"], "done");
        let count = |who: &Person| owner.get(&format!("/customers?limit=1&count=exact&filter[owner_id]={}", who.id)).expect(200)["page"]["count"].clone();
        assert_eq!([count(&firm.sales), count(&firm.other_sales)], [0, 2000]);
        let versions: std::collections::BTreeSet<i64> = owner.get("/customers?limit=200").expect(200).rows().iter().map(|r| r["version"].as_i64().expect("a version")).collect();
        assert_eq!(versions, [2].into(), "each changed hands once");
    }

    fn what_a_stopped_hand_over_has_moved_stays_and_no_more_follows(t) {
        const RECORDS: u64 = 3000;
        let running = Running::start(t.running.engine, |_| {}).expect("a server");
        let firm = Firm::new(&running.server);
        let operations: Vec<Json> = (0..100).map(|n| json!({ "method": "create", "body": { "name": format!("n{n}") } })).collect();
        for _ in 0..RECORDS / 100 {
            firm.sales.post("/customers/batch", json!({ "operations": operations })).expect(200);
        }
        let owned = |who: &Person| firm.owner.get(&format!("/customers?limit=1&count=exact&filter[owner_id]={}", who.id)).expect(200)["page"]["count"].as_u64().expect("a count");
        let (mut from, mut to) = (&firm.sales, &firm.other_sales);
        // One may come too late to stop it; then all goes back.
        let stopped = (0..20).find_map(|_| {
            let id = hand_over(&firm.owner, from, json!({ "to": to.id, "disable": false })).expect(202).id();
            let path = format!("/jobs/{id}");
            while firm.owner.get(&path).expect(200)["progress"]["done"] == 0 {}
            let answer = firm.owner.act(&format!("{path}/cancel")).send();
            if answer.status == 200 {
                return Some(path);
            }
            assert_eq!(answer["code"], "job_over");
            (from, to) = (to, from);
            None
        });
        let path = stopped.expect("one is stopped on its way");
        // The next job is done when the thread has let go of this one.
        seed::job(&firm.owner);
        let end = firm.owner.get(&path).expect(200);
        let done = end["progress"]["done"].as_u64().expect("a number");
        assert_eq!(end["status"], "cancelled");
        assert!(0 < done && done < RECORDS, "{done} of {RECORDS}");
        assert_eq!((owned(to), owned(from)), (done, RECORDS - done), "what is counted has moved, and nothing else");
    }
}
