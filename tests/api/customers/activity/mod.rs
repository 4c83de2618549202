//! Activities and tasks: what happened, what is to do, and what they tell about the records they belong to.

use tests::*;

both! {
    fn an_activity_is_noted_on_its_records_without_a_new_version(t) {
        let customer = seed::plain(&t.sales, "/customers");
        let lead = seed::plain(&t.sales, "/leads");
        t.sales.create("/activities", json!({ "kind": "call", "subject": "Hello", "happened_at": "2026-05-01T10:00:00Z", "customer_id": customer.id(), "lead_id": lead.id() }));
        for path in [format!("/customers/{}", customer.id()), format!("/leads/{}", lead.id())] {
            let now = t.sales.get(&path).expect(200);
            assert_eq!((&now["last_activity_at"], now.version()), (&json!("2026-05-01T10:00:00.000000Z"), 1));
        }
        t.sales.create("/activities", json!({ "body": "earlier", "happened_at": "2026-04-01T10:00:00Z", "customer_id": customer.id() }));
        let still = t.sales.get(&format!("/customers/{}", customer.id())).expect(200);
        assert_eq!(still["last_activity_at"], "2026-05-01T10:00:00.000000Z");
        t.sales.post("/activities", json!({ "kind": "note" })).invalid(&["/subject subject_or_body"]);
        let timeline = t.sales.column(&format!("/activities?filter[customer_id]={}&sort=-happened_at", customer.id()), "kind");
        assert_eq!(timeline, ["call", "note"]);
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
}
