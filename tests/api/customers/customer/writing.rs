//! Creating, reading, patching and deleting, and what is refused.

use tests::*;

both! {
    fn a_customer_is_created_read_changed_and_deleted(t) {
        let made = t.sales.create("/customers", json!({
            "name": "上海贸易有限公司", "kind": "company", "phone": "021-5555 1234", "email": "info@shmy.example.cn",
            "website": "www.shmy.example.cn", "annual_revenue": seed::cny("1250000.5"), "employees": 42,
            "tags": ["重点", "VIP", "重点"], "next_follow_up_at": "2026-12-01T09:00:00+08:00", "external_id": "C-1",
        }));
        let id = made.id();
        assert_eq!(made.header("location"), format!("/api/v1/customers/{id}"));
        assert_eq!(made.header("etag"), "\"1\"");
        assert_eq!(made.version(), 1);
        assert_eq!(made["owner_id"], t.sales.id.to_string());
        assert_eq!(made["created_by"], t.sales.id.to_string());
        assert_eq!(made["annual_revenue"], seed::cny("1250000.50"));
        assert_eq!(made["tags"], json!(["重点", "VIP"]));
        assert_eq!(made["next_follow_up_at"], "2026-12-01T01:00:00.000000Z");
        assert_eq!(made["status"], "potential");
        assert_eq!(made["level"], Json::Null, "what is absent is sent as null");
        assert_eq!(made["custom_fields"], json!({}));

        let path = format!("/customers/{id}");
        let read = t.sales.get(&path).expect(200);
        assert_eq!(read.body, made.body);
        assert_eq!(read.header("etag"), "\"1\"");
        assert_eq!(read.header("cache-control"), "no-store");
        let unchanged = t.sales.get(&path).header("If-None-Match", "\"1\"").expect(304);
        assert_eq!(unchanged.text, "");

        let changed = t.sales.patch(&path, 1, json!({ "name": "上海新贸易", "phone": null })).expect(200);
        assert_eq!(changed.version(), 2);
        assert_eq!(changed.header("etag"), "\"2\"");
        assert_eq!(changed["name"], "上海新贸易");
        assert_eq!(changed["phone"], Json::Null);
        assert_eq!(changed["email"], "info@shmy.example.cn", "what is not named stays");
        assert!(changed["updated_at"].as_str() > made["updated_at"].as_str());
        assert_eq!(t.sales.get(&path).expect(200).body, changed.body);

        t.sales.delete(&path, 2).expect(204);
        t.sales.get(&path).refused(404, "not_found");
        t.sales.patch(&path, 3, json!({ "name": "x" })).refused(404, "not_found");
        t.sales.delete(&path, 3).refused(404, "not_found");
        assert!(t.sales.names("/customers").is_empty());
    }

    fn a_merge_patch_keeps_clears_and_replaces(t) {
        let made = t.owner.create("/customers", json!({ "name": "a", "tags": ["x", "y"], "annual_revenue": seed::cny("10.00"), "employees": 3 }));
        let path = format!("/customers/{}", made.id());
        let arrays = t.owner.patch(&path, 1, json!({ "tags": ["z"] })).expect(200);
        assert_eq!(arrays["tags"], json!(["z"]), "arrays are replaced");
        assert_eq!(arrays["annual_revenue"], seed::cny("10.00"));
        let part = t.owner.patch(&path, 2, json!({ "annual_revenue": { "amount": "12.5" } })).expect(200);
        assert_eq!(part["annual_revenue"], seed::cny("12.50"), "objects are merged");
        let cleared = t.owner.patch(&path, 3, json!({ "annual_revenue": null, "employees": null, "tags": [] })).expect(200);
        assert_eq!((&cleared["annual_revenue"], &cleared["employees"]), (&Json::Null, &Json::Null));
        assert_eq!(cleared["tags"], json!([]));
        let empty = t.owner.patch(&path, 4, json!({})).expect(200);
        assert_eq!(empty.version(), 4, "nothing changed, so there is no new version");
        let same = t.owner.patch(&path, 4, json!({ "name": "a" })).expect(200);
        assert_eq!(same.version(), 4);
        t.owner.patch(&path, 4, json!({ "name": null })).invalid(&["/name required"]);
        let merged = t.owner.call("PATCH", &path).if_match(4).bytes("application/merge-patch+json", b"{\"level\":\"A\"}".to_vec()).expect(200);
        assert_eq!(merged["level"], "A");
    }

    fn everything_wrong_is_reported_at_once(t) {
        let wrong = json!({
            "name": " ", "kind": "firm", "phone": "call me", "email": "nobody", "website": "javascript:alert(1)",
            "employees": -1, "annual_revenue": { "amount": "1.234", "currency": "CNY" }, "tags": "x",
            "next_follow_up_at": "tomorrow", "parent_id": "1", "colour": "red", "id": "x", "version": 7, "created_at": null,
            "last_activity_at": "2026-01-01T00:00:00Z", "custom_fields": { "size": 1 },
        });
        let refused = t.owner.post("/customers", wrong.clone()).expect(422);
        let mut expected = vec![
            "/name required", "/kind unknown_choice", "/phone invalid_phone", "/email invalid_email", "/website invalid_url",
            "/employees out_of_range", "/annual_revenue/amount invalid_amount", "/tags wrong_type",
            "/next_follow_up_at wrong_type", "/parent_id wrong_type", "/colour unknown_field", "/id read_only",
            "/version read_only", "/created_at read_only", "/last_activity_at read_only", "/custom_fields/size unknown_field",
        ];
        expected.sort();
        assert_eq!(refused.issues(), expected);
        assert_eq!(refused["code"], "invalid");
        t.owner.post("/customers", json!({ "name": "a", "custom_fields": { "size": 1 } })).invalid(&["/custom_fields/size unknown_field"]);
        t.owner.post("/customers", json!({})).invalid(&["/name required"]);

        let made = seed::plain(&t.owner, "/customers");
        let path = format!("/customers/{}", made.id());
        let refused = t.owner.patch(&path, 1, wrong).expect(422);
        assert_eq!(refused.issues(), expected);
        assert_eq!(t.owner.get(&path).expect(200).body, made.body, "nothing was changed");
        assert_eq!(t.owner.names("/customers").len(), 1);
    }

    fn limits_of_values_are_kept_on_both_sides(t) {
        let try_one = |field: &str, value: Json| t.owner.post("/customers", json!({ "name": "n", field: value })).send();
        for (field, good, bad, issue) in [
            ("name", json!("长".repeat(200)), json!("长".repeat(201)), "/name too_long"),
            ("name", json!("a'b\"c\\d;--"), json!("a\u{0}b"), "/name control_character"),
            ("description", json!("two\nlines\tand more"), json!("bell\u{7}"), "/description control_character"),
            ("description", json!("x".repeat(10_000)), json!("x".repeat(10_001)), "/description too_long"),
            ("employees", json!(100_000_000), json!(100_000_001), "/employees out_of_range"),
            ("employees", json!(0), json!(1.5), "/employees wrong_type"),
            ("annual_revenue", seed::cny("999999999999999.99"), seed::cny("1000000000000000.00"), "/annual_revenue/amount amount_out_of_range"),
            ("annual_revenue", seed::cny("1"), seed::cny("92233720368547758.08"), "/annual_revenue/amount amount_out_of_range"),
            ("annual_revenue", seed::cny("1"), json!({ "amount": 1250, "currency": "CNY" }), "/annual_revenue/amount amount_not_text"),
            ("annual_revenue", seed::cny("1"), json!({ "currency": "CNY" }), "/annual_revenue/amount required"),
            ("annual_revenue", seed::cny("1"), json!({ "amount": "1", "currency": 156 }), "/annual_revenue/currency wrong_type"),
            ("annual_revenue", seed::cny("1"), seed::cny("1.234"), "/annual_revenue/amount invalid_amount"),
            ("tags", json!(["a"]), json!(["a", " "]), "/tags empty_item"),
            ("annual_revenue", seed::cny("0"), seed::cny("-0.01"), "/annual_revenue/amount amount_out_of_range"),
            ("annual_revenue", seed::cny("1"), json!({ "amount": "1", "currency": "XXX" }), "/annual_revenue/currency unknown_currency"),
            ("annual_revenue", seed::cny("1"), json!({ "amount": "1", "currency": "USD" }), "/annual_revenue/currency currency_not_in_use"),
            ("tags", json!((0..50).map(|i| i.to_string()).collect::<Vec<_>>()), json!((0..51).map(|i| i.to_string()).collect::<Vec<_>>()), "/tags too_many"),
            ("tags", json!(["a"]), json!(["a", 1]), "/tags wrong_type"),
            ("next_follow_up_at", json!("0001-01-01T00:00:00Z"), json!("0000-12-31T00:00:00Z"), "/next_follow_up_at wrong_type"),
            ("next_follow_up_at", json!("9999-12-31T23:59:59.999999Z"), json!("9999-12-31T23:59:59-08:00"), "/next_follow_up_at wrong_type"),
            ("custom_fields", json!({}), json!([]), "/custom_fields wrong_type"),
            ("owner_id", json!(null), json!(""), "/owner_id wrong_type"),
            ("next_follow_up_at", json!(null), json!(" "), "/next_follow_up_at wrong_type"),
            ("email", json!(null), json!(""), "/email invalid_email"),
        ] {
            let accepted = try_one(field, good.clone());
            assert_eq!(accepted.status, 201, "{field} = {good}: {}", accepted.text);
            let read = t.owner.get(&format!("/customers/{}", accepted.id())).expect(200);
            assert_eq!(read.body, accepted.body, "{field} is read as it was stored");
            let refused = try_one(field, bad.clone());
            assert_eq!((refused.status, refused.issues()), (422, vec![issue.to_owned()]), "{field} = {bad}: {}", refused.text);
        }
    }

    fn references_must_be_there_and_visible(t) {
        let theirs = seed::plain(&t.stranger, "/customers").id();
        let hidden = seed::plain(&t.other_sales, "/customers").id();
        let gone = seed::plain(&t.sales, "/customers");
        t.sales.delete(&format!("/customers/{}", gone.id()), 1).expect(204);
        let nowhere = "01890000-0000-7000-8000-000000000000".to_owned();
        for parent in [&theirs, &hidden, &gone.id(), &nowhere] {
            t.sales.post("/customers", json!({ "name": "a", "parent_id": parent })).invalid(&["/parent_id reference_not_found"]);
        }
        let parent = seed::plain(&t.sales, "/customers").id();
        let child = t.sales.create("/customers", json!({ "name": "a", "parent_id": parent }));
        let path = format!("/customers/{}", child.id());
        t.sales.patch(&path, 1, json!({ "parent_id": hidden })).invalid(&["/parent_id reference_not_found"]);
        t.sales.patch(&path, 1, json!({ "parent_id": child.id() })).invalid(&["/parent_id own_parent"]);
    }

    fn an_external_id_is_unique_in_its_workspace_and_kind(t) {
        let body = json!({ "name": "a", "external_id": "X" });
        let first = t.owner.create("/customers", body.clone());
        t.owner.post("/customers", body.clone()).refused(409, "duplicate");
        t.stranger.create("/customers", body.clone());
        t.owner.create("/leads", body.clone());
        let other = seed::plain(&t.owner, "/customers");
        t.owner.patch(&format!("/customers/{}", other.id()), 1, json!({ "external_id": "X" })).refused(409, "duplicate");
        t.owner.delete(&format!("/customers/{}", first.id()), 1).expect(204);
        t.owner.create("/customers", body);
    }

    fn the_history_tells_who_changed_what(t) {
        let made = t.sales.create("/customers", json!({ "name": "a" }));
        let path = format!("/customers/{}", made.id());
        t.manager.patch(&path, 1, json!({ "name": "b", "level": "A" })).header("X-Request-Id", "my-request-1").expect(200);
        let history = t.sales.get(&format!("{path}/history")).expect(200);
        let [update, create] = history.rows() else { panic!("{}", history.text) };
        assert_eq!(update["action"], "update");
        assert_eq!(update["actor_id"], t.manager.id.to_string());
        assert_eq!(update["request_id"], "my-request-1");
        assert_eq!(update["version"], 2);
        assert_eq!(update["fields"], json!({ "name": ["a", "b"], "level": [null, "A"] }));
        assert_eq!(create["action"], "create");
        assert_eq!(create["fields"]["name"], json!([null, "a"]));
        assert_eq!(create["actor_id"], t.sales.id.to_string());
        let page = t.sales.get(&format!("{path}/history?limit=1")).expect(200);
        assert_eq!(page.rows().len(), 1);
        let rest = t.sales.get(&format!("{path}/history?before={}", page.cursor().expect("more"))).expect(200);
        assert_eq!(rest.rows(), &history.rows()[1..]);
        t.other_sales.get(&format!("{path}/history")).refused(404, "not_found");
    }
}
