//! Sharing: a record seen, and perhaps changed, by people whom its owner does not bring along.

use domain::policy::{Action, Actor};
use domain::sharing::{Member, Share};
use domain::{Instant, Record, customer::Customer};
use std::sync::Arc;
use tests::*;

fn share(by: &Client, path: &str, with: &Person, body: Json) -> Answer {
    by.put(&format!("{path}/members/{}", with.id), body).send()
}

both! {
    fn a_key_that_only_reads_leaves_nothing(t) {
        let customer = t.sales.create("/customers", json!({ "name": "c" })).id();
        let path = format!("/customers/{customer}");
        assert_eq!(share(&t.sales, &path, &t.other_sales, json!({ "access": "read" })).status, 201);
        let leave = format!("{path}/members/{}", t.other_sales.id);
        let key = |scope: &str| api_key::program(&t.other_sales, &[scope]);
        key("customers:read").call("DELETE", &leave).refused(403, "api_key_scope");
        t.other_sales.get(&path).expect(200);
        key("customers:write").call("DELETE", &leave).expect(204);
        t.other_sales.get(&path).refused(404, "not_found");
    }

    fn who_it_is_shared_with_sees_it_everywhere(t) {
        let customer = t.sales.create("/customers", json!({ "name": "共享客户", "phone": "13812340000" })).id();
        t.sales.create("/contacts", json!({ "name": "child", "customer_id": customer }));
        t.sales.create("/customers", json!({ "name": "kept" }));
        let path = format!("/customers/{customer}");
        let other = &t.other_sales;
        other.get(&path).refused(404, "not_found");
        assert_eq!(share(&t.sales, &path, other, json!({ "access": "read" })).status, 201);
        assert_eq!(share(&t.sales, &path, other, json!({ "access": "read" })).status, 200);
        other.get(&path).expect(200);
        assert_eq!(other.names("/customers"), ["共享客户"]);
        assert_eq!(other.names("/customers?q=gongxiang"), ["共享客户"]);
        assert_eq!(other.get("/customers?count=exact").expect(200)["page"]["count"], 1);
        assert_eq!(other.names("/contacts"), ["child"]);
        assert!(other.get("/search?q=13812340000").expect(200).text.contains(&customer));
        assert!(other.get(&format!("{path}/history")).expect(200).text.contains("共享客户"));
        let feed = other.get("/changes?after=0&limit=200").expect(200);
        assert!(feed.text.contains("共享客户") && !feed.text.contains("kept"), "{}", feed.text);
        for refused in [
            other.patch(&path, 1, json!({ "level": "A" })),
            other.delete(&path, 1),
            other.put(&format!("{path}/members/{}", t.manager.id), json!({ "access": "read" })),
        ] {
            refused.refused(403, "forbidden");
        }
        let listed = other.get(&format!("{path}/members")).expect(200);
        let member = &listed.rows()[0];
        assert_eq!((&member["user"]["name"], &member["access"], &member["expired"]), (&json!("other_sales"), &json!("read"), &json!(false)));
        // It is seen that it is shared, in the history of the record, whose version stays.
        let entry = t.sales.get(&format!("{path}/history")).expect(200).rows()[0].clone();
        assert_eq!(entry["fields"]["shared_with"][1]["user_id"], other.id.to_string());
        assert_eq!(entry["version"], 1);
        t.sales.call("DELETE", &format!("{path}/members/{}", other.id)).expect(204);
        other.get(&path).refused(404, "not_found");
        assert!(other.names("/contacts").is_empty());
        t.sales.call("DELETE", &format!("{path}/members/{}", other.id)).refused(404, "not_found");
    }

    fn writing_is_shared_as_far_as_a_role_lets_write(t) {
        let deal = t.sales.create("/opportunities", json!({ "name": "deal" })).id();
        let path = format!("/opportunities/{deal}");
        assert_eq!(share(&t.sales, &path, &t.other_sales, json!({ "access": "write" })).status, 201);
        let patched = t.other_sales.patch(&path, 1, json!({ "next_step": "call" })).expect(200);
        let to = &seed::stages(&t.owner)[1];
        t.other_sales.post(&format!("{path}/move"), json!({ "stage_id": to })).if_match(patched.version()).expect(200);
        let board = t.other_sales.get(&format!("/pipelines/{}/board", seed::pipeline(&t.owner))).expect(200);
        assert!(board.text.contains(&deal), "{}", board.text);
        let step = json!({ "method": "update", "id": deal, "version": 3, "body": { "next_step": "x" } });
        t.other_sales.post("/opportunities/batch", json!({ "operations": [step] })).expect(200);
        t.other_sales.delete(&path, 4).refused(403, "forbidden");
        t.other_sales.patch(&path, 4, json!({ "owner_id": t.other_sales.id })).refused(403, "forbidden");
        let grants = json!({ "*": { "view": "own", "create": "own" }, "opportunity": { "view": "own" } });
        t.owner.create("/roles", json!({ "key": "reader", "name": "Reader", "grants": grants }));
        t.owner.call("PATCH", &format!("/users/{}", t.other_sales.id)).header("If-Match", "*").json(json!({ "roles": ["reader"] })).expect(200);
        t.other_sales.get(&path).expect(200);
        t.other_sales.patch(&path, 4, json!({ "next_step": "y" })).refused(403, "forbidden");
    }

    fn sharing_ends_by_itself_or_by_leaving(t) {
        let made = t.sales.create("/customers", json!({ "name": "c" }));
        let path = format!("/customers/{}", made.id());
        let days = share(&t.sales, &path, &t.other_sales, json!({ "access": "read", "expires_at": "2999-12-31" }));
        assert_eq!(days.status, 201, "{}", days.text);
        assert!(days["expires_at"].as_str().is_some_and(|e| e.starts_with("2999-12-31") || e.starts_with("3000-01-01")));
        t.other_sales.get(&path).expect(200);
        t.other_sales.call("DELETE", &format!("{path}/members/{}", t.other_sales.id)).expect(204);
        t.other_sales.get(&path).refused(404, "not_found");
        // Whose time is over.
        let (id, user, workspace) = (made.id().parse().expect("an id"), t.other_sales.id, t.workspace);
        let written = t.running.server.store().write_here(move |tx| {
            let space = persistence::workspace::find(tx, workspace)?.expect("the firm");
            let permit = Actor::system(Arc::new(space)).authorize(Action::Share, Customer::KIND, None)?;
            let member = Member { user, access: Share::Write, expires_at: Some(Instant::now().plus_seconds(-1)) };
            persistence::sharing::put(tx, &permit, Customer::KIND, (id, 1), &member)
        });
        assert!(written.expect("writes"));
        let fresh = t.sign_in(&t.other_sales);
        fresh.get(&path).refused(404, "not_found");
        assert!(fresh.names("/customers").is_empty());
        assert_eq!(t.sales.get(&format!("{path}/members")).expect(200).rows()[0]["expired"], true);
    }

    fn what_cannot_be_shared_is_refused_with_a_reason(t) {
        let path = format!("/customers/{}", t.sales.create("/customers", json!({ "name": "c" })).id());
        let to = |user: &str| format!("{path}/members/{user}");
        let read = || json!({ "access": "read" });
        t.sales.put(&to(&t.sales.id.to_string()), read()).refused(409, "shared_with_owner");
        t.sales.put(&to(&t.stranger.id.to_string()), read()).invalid(&["user_id reference_not_found"]);
        t.sales.put(&to("nobody"), read()).invalid(&["user_id invalid_id"]);
        let other = t.other_sales.id.to_string();
        t.sales.put(&to(&other), json!({})).invalid(&["/access required"]);
        t.sales.put(&to(&other), json!({ "access": "all" })).invalid(&["/access unknown_choice"]);
        t.sales.put(&to(&other), json!({ "access": "read", "expires_at": "2001-01-01" })).invalid(&["/expires_at expiry_past"]);
        t.sales.put(&to(&other), json!({ "access": "read", "why": 1 })).invalid(&["/why unknown_field"]);
        t.owner.call("PATCH", &format!("/users/{other}")).header("If-Match", "*").json(json!({ "disabled": true })).expect(200);
        t.sales.put(&to(&other), read()).invalid(&["user_id reference_not_found"]);
        assert!(t.sales.get(&format!("{path}/members")).expect(200).rows().is_empty());
    }
}
