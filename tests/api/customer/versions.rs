//! ETag, If-Match and idempotency keys.

use tests::*;

both! {
    fn a_write_names_the_version_it_was_made_against(t) {
        let made = seed::plain(&t.owner, "/customers");
        let path = format!("/customers/{}", made.id());
        t.owner.call("PATCH", &path).json(json!({ "name": "b" })).refused(428, "precondition_required");
        t.owner.call("DELETE", &path).refused(428, "precondition_required");
        for wrong in ["1", "W/\"1\"", "\"one\"", "\"1\", \"2\"", ""] {
            t.owner.call("PATCH", &path).header("If-Match", wrong).json(json!({ "name": "b" })).refused(400, "invalid_etag");
        }
        t.owner.patch(&path, 1, json!({ "name": "b" })).expect(200);
        let stale = t.owner.patch(&path, 1, json!({ "name": "c" })).refused(412, "stale");
        assert_eq!(stale["current_version"], 2);
        assert_eq!(stale.header("etag"), "\"2\"");
        t.owner.delete(&path, 1).refused(412, "stale");
        assert_eq!(t.owner.get(&path).expect(200)["name"], "b");
        t.owner.call("PATCH", &path).header("If-Match", "*").json(json!({ "name": "c" })).expect(200);
        t.owner.delete(&path, 3).expect(204);
    }

    fn a_repeated_key_gets_the_first_answer(t) {
        let create = |body: Json| t.sales.post("/customers", body).key("order-4711");
        let first = create(json!({ "name": "a" })).expect(201);
        let again = create(json!({ "name": "a" })).expect(201);
        assert_eq!(again.text, first.text);
        for header in ["etag", "location", "content-type"] {
            assert_eq!(again.header(header), first.header(header));
        }
        assert_eq!(t.sales.names("/customers"), ["a"]);
        create(json!({ "name": "b" })).refused(422, "invalid");
        // The same key at another address is another request.
        t.sales.post("/leads", json!({ "name": "a" })).key("order-4711").expect(422);
        // Keys belong to who sends them.
        t.other_sales.post("/customers", json!({ "name": "b" })).key("order-4711").expect(201);
        t.stranger.post("/customers", json!({ "name": "a" })).key("order-4711").expect(201);
        assert_eq!(t.owner.names("/customers?sort=name"), ["a", "b"]);
    }

    fn a_refused_request_leaves_its_key_free(t) {
        t.sales.post("/customers", json!({ "name": "" })).key("k").expect(422);
        t.sales.post("/customers", json!({ "name": "a" })).key("k").expect(201);
        t.sales.post("/customers", json!({ "name": "a" })).key("").refused(400, "invalid_idempotency_key");
        t.sales.post("/customers", json!({ "name": "a" })).key(&"k".repeat(256)).refused(400, "invalid_idempotency_key");
        t.sales.post("/customers", json!({ "name": "a" })).key("two words").refused(400, "invalid_idempotency_key");
    }

    fn a_batch_and_an_action_are_done_once_for_a_key(t) {
        let batch = json!({ "operations": [{ "method": "create", "body": { "name": "a" } }] });
        let first = t.sales.post("/customers/batch", batch.clone()).key("b").expect(200);
        assert_eq!(t.sales.post("/customers/batch", batch).key("b").expect(200).text, first.text);
        assert_eq!(t.sales.names("/customers").len(), 1);
        let lead = t.sales.create("/leads", json!({ "name": "李雷" }));
        let convert = || t.sales.act(&format!("/leads/{}/convert", lead.id())).if_match(1).key("c").expect(200);
        assert_eq!(convert().text, convert().text);
        assert_eq!(t.sales.names("/customers").len(), 2);
    }
}
