//! Creating or changing by a key of the caller's own.

use tests::*;

both! {
    fn an_upsert_creates_then_changes(t) {
        let put = |body: Json| t.sales.put("/customers/by/external_id/ERP%2F7%20%E4%B8%AD", body);
        let made = put(json!({ "name": "a" })).expect(201);
        assert_eq!(made["external_id"], "ERP/7 中");
        assert_eq!(made.header("location"), format!("/api/v1/customers/{}", made.id()));
        let changed = put(json!({ "name": "b" })).expect(200);
        assert_eq!((changed.id(), changed.version()), (made.id(), 2));
        put(json!({ "name": "c" })).if_match(1).refused(412, "stale");
        put(json!({ "name": "c" })).if_match(2).expect(200);
        put(json!({ "name": 1 })).invalid(&["/name wrong_type"]);
        t.sales.put("/customers/by/external_id/other", json!({})).invalid(&["/name required"]);
        assert_eq!(t.sales.names("/customers"), ["c"]);
    }

    fn a_key_stands_in_the_path_or_in_the_query(t) {
        let (in_path, in_query) = ("/customers/by/external_id/ERP%2F7%20%E4%B8%AD", "/customers/by?key=external_id&value=ERP%2F7+%E4%B8%AD");
        for path in [in_path, in_query] {
            t.sales.get(path).refused(404, "not_found");
        }
        let made = t.sales.put(in_query, json!({ "name": "a" })).expect(201);
        assert_eq!(made["external_id"], "ERP/7 中");
        assert_eq!(t.sales.put(in_path, json!({ "phone": "13812340001" })).expect(200).id(), made.id());
        for path in [in_path, in_query] {
            let read = t.sales.get(path).expect(200);
            assert_eq!((read.id(), read.header("etag"), &read["name"]), (made.id(), "\"2\"", &json!("a")));
            t.sales.get(path).header("If-None-Match", "W/\"2\"").expect(304);
            t.other_sales.get(path).refused(404, "not_found");
            t.stranger.get(path).refused(404, "not_found");
        }
        let shaped = t.sales.get(&format!("{in_query}&fields=name&expand=owner")).expect(200);
        assert!(shaped["phone"].is_null() && shaped["owner"]["name"].is_string(), "{}", shaped.text);
        t.sales.get("/customers/by?key=external_id").refused(400, "required");
        t.sales.get("/customers/by?key=name&value=a").refused(400, "unknown_choice");
        t.sales.get("/customers/by?key=external_id&value=a&colour=red").refused(400, "unknown_parameter");
        t.sales.get(&format!("/customers/by?key=external_id&value={}", "x".repeat(201))).refused(400, "too_long");
        // What lies in the bin has given its key back, and does not get it while another has it.
        t.sales.delete(&format!("/customers/{}", made.id()), 2).expect(204);
        t.sales.get(in_query).refused(404, "not_found");
        let next = t.sales.put(in_query, json!({ "name": "b" })).expect(201);
        assert_ne!(next.id(), made.id());
        let path = format!("/customers/{}/restore", made.id());
        t.sales.act(&path).if_match(3).refused(409, "duplicate");
    }

    fn an_upsert_says_whether_it_may_create_or_change(t) {
        for path in ["/customers/by/external_id/a", "/customers/by?key=external_id&value=a"] {
            let put = |name: &str, header: &str, value: &str| t.sales.put(path, json!({ "name": name })).header(header, value);
            // Whoever names a version means a record that is there.
            for version in ["\"1\"", "*", "W/\"1\", \"2\""] {
                put("a", "If-Match", version).refused(412, "record_missing");
            }
            let made = put("a", "If-None-Match", "*").expect(201);
            let there = put("b", "If-None-Match", "*").refused(412, "record_exists");
            assert_eq!((there.header("etag"), &there["current_version"]), ("\"1\"", &json!(1)));
            put("b", "If-None-Match", "W/\"1\"").refused(412, "record_exists");
            put("b", "If-Match", "\"7\", W/\"1\"").expect(200);
            put("c", "If-Match", "\"1\"").refused(412, "stale");
            put("c", "If-Match", "*").expect(200);
            assert_eq!(t.sales.names("/customers"), ["c"]);
            t.sales.delete(&format!("/customers/{}", made.id()), 3).expect(204);
        }
        t.sales.put("/customers/by/external_id/b", json!({ "phone": "13812340001" })).invalid(&["/name required"]);
    }

    fn who_may_not_read_a_key_finds_nothing_by_it(t) {
        t.owner.create("/customers", json!({ "name": "a", "external_id": "X", "owner_id": t.sales.id }));
        t.sales.get("/customers/by?key=external_id&value=X").expect(200);
        let closed = json!({ "name": "Closed", "grants": { "customer": { "view": "all", "edit": "all", "create": "all" } }, "field_rights": { "customer": { "external_id": "hidden" } } });
        let role = t.owner.create("/roles", closed);
        let path = format!("/users/{}", t.sales.id);
        let version = t.owner.get(&path).expect(200).version();
        t.owner.patch(&path, version, json!({ "roles": [role["key"]] })).expect(200);
        for value in ["X", "Y"] {
            t.sales.get(&format!("/customers/by?key=external_id&value={value}")).refused(400, "field_hidden");
            t.sales.get(&format!("/customers/by/external_id/{value}")).refused(400, "field_hidden");
        }
    }

    fn only_external_ids_are_keys(t) {
        t.sales.put("/customers/by/name/a", json!({ "name": "a" })).refused(400, "unknown_choice");
        t.sales.put("/customers/by/external_id/%20", json!({ "name": "a" })).invalid(&["/external_id required"]);
        t.sales.put("/customers/by/external_id/a%00b", json!({ "name": "a" })).invalid(&["/external_id control_character"]);
        t.sales.put(&format!("/customers/by/external_id/{}", "x".repeat(201)), json!({ "name": "a" })).invalid(&["/external_id too_long"]);
        t.sales.put("/customers/by/external_id/a", json!({ "name": "a", "external_id": "b" })).invalid(&["/external_id key_differs"]);
        t.sales.put("/customers/by/external_id/a", json!({ "name": "a", "external_id": "a" })).expect(201);
    }

    fn a_record_out_of_reach_is_neither_changed_nor_shown(t) {
        let hidden = t.other_sales.create("/customers", json!({ "name": "a", "external_id": "X" }));
        t.sales.put("/customers/by/external_id/X", json!({ "name": "b" })).refused(409, "duplicate");
        assert_eq!(t.other_sales.get(&format!("/customers/{}", hidden.id())).expect(200).body, hidden.body);
        t.stranger.put("/customers/by/external_id/X", json!({ "name": "b" })).expect(201);
    }

    fn the_same_body_again_does_the_same(t) {
        let body = json!({ "kind": "customer", "key": "again", "label": { "zh-CN": "再", "en": "Again" }, "type": "text" });
        for path in ["/fields/by/external_id/again", "/fields/by?key=external_id&value=again"] {
            let put = |body: &Json| t.owner.put(path, body.clone());
            assert!([200, 201].contains(&put(&body).send().status));
            put(&body).expect(200);
            let mut other = body.clone();
            other["key"] = json!("another");
            put(&other).invalid(&["/key read_only"]);
        }
    }
}
