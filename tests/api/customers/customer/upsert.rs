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
}
