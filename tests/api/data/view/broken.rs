//! Views of which a part is gone, or closed to who uses them: they open without it and say so, and tell nothing of it.

use super::{customers, level, view};
use tests::*;

fn left_out(page: &Answer) -> Vec<String> {
    told_with_words(&page["page"]["view"]["left_out"])
}

fn names(page: &Answer) -> Vec<&str> {
    page.rows().iter().filter_map(|row| row["name"].as_str()).collect()
}

both! {
    fn a_view_opens_without_a_field_that_is_gone(t) {
        customers(t);
        let body = json!({ "kind": "customer", "key": "vat_no", "label": { "en": "VAT" }, "type": "choice", "choices": [{ "value": "DE1" }] });
        let field = t.admin.create("/fields", body);
        let other = t.admin.create("/fields", json!({ "kind": "customer", "key": "tier", "label": { "en": "Tier" }, "type": "choice",
            "choices": [{ "value": "gold" }, { "value": "silver" }] }));
        let name = "custom_fields.vat_no";
        let filter = json!({ "and": [level("A"), { "field": name, "value": "DE1" }, { "field": "custom_fields.tier", "op": "in", "value": ["gold", "silver"] }] });
        let body = json!({ "filter": filter, "sort": name, "columns": ["name", name], "widths": { name: 90 }, "group_by": name });
        let made = view(&t.sales, body.clone());
        let private = view(&t.other_sales, json!({ "name": "theirs", "sort": name }));
        let plain = view(&t.sales, json!({ "name": "plain", "filter": level("A") }));
        let by = format!("/customers?view={}", made.id());
        assert!(left_out(&t.sales.get(&by).expect(200)).is_empty());

        // Before it is taken away one is told where it is used.
        let using = t.sales.get(&format!("/fields/{}/views", field.id())).expect(200);
        assert_eq!((&using["data"][0]["id"], &using["data"][0]["name"], &using["others"]), (&json!(made.id()), &json!("v"), &json!(1)), "{}", using.text);
        let using = t.admin.get(&format!("/fields/{}/views", field.id())).expect(200);
        let ids: Vec<&Json> = using["data"].as_array().expect("rows").iter().map(|row| &row["id"]).collect();
        assert!(ids.len() == 2 && ids.contains(&&json!(private.id())) && !ids.contains(&&json!(plain.id())), "{}", using.text);

        t.admin.delete(&format!("/fields/{}", field.id()), 1).expect(204);
        let page = t.sales.get(&format!("{by}&filter[custom_fields.tier][is_null]=true")).expect(200);
        assert_eq!(left_out(&page), ["/filter/and/1 unknown_field", "/sort unknown_field", "/columns/1 unknown_field", "/group_by unknown_field"]);
        // What is broken stays until it is taken out, and is in nobody's way.
        let path = format!("/views/{}", made.id());
        assert_eq!(t.sales.get(&path).expect(200)["filter"], filter);
        t.sales.patch(&path, 1, json!({ "name": "renamed", "columns": [name, "name", "level"] })).expect(200);
        t.sales.post("/views", { let mut again = body; again["kind"] = json!("customer"); again["name"] = json!("again"); again })
            .invalid(&["/filter/and/1 unknown_field", "/sort unknown_field", "/columns/1 unknown_field", format!("/widths/{name} unknown_field").as_str(), "/group_by unknown_field"]);
        let mended = t.sales.patch(&path, 2, json!({ "filter": { "and": [level("A")] }, "sort": "name", "columns": ["name"], "widths": {}, "group_by": null })).expect(200);
        let page = t.sales.get(&by).expect(200);
        assert_eq!((left_out(&page).len(), names(&page)), (0, vec!["a", "c"]));
        // It comes back whole with the field.
        t.sales.patch(&path, mended.version(), json!({ "filter": filter["and"][2] })).expect(200);
        t.admin.act(&format!("/fields/{}/restore", field.id())).if_match(2).expect(200);

        // A value that is none any more: the others go on counting.
        t.sales.create("/customers", json!({ "name": "g", "custom_fields": { "tier": "gold" } }));
        t.admin.patch(&format!("/fields/{}", other.id()), 1, json!({ "choices": [{ "value": "gold" }] })).expect(200);
        let page = t.sales.get(&by).expect(200);
        assert_eq!((left_out(&page), names(&page)), (vec!["/filter invalid_operand".to_owned()], vec!["g"]));
        let told = t.sales.get(&by).language("zh-CN").expect(200);
        assert!(told["page"]["view"]["left_out"][0]["message"].as_str().is_some_and(|text| text.contains("比较值")), "{}", told.text);
    }

    fn a_view_tells_nothing_of_what_is_closed(t) {
        let secret = "138 0013 8000";
        t.owner.create("/customers", json!({ "name": "rich", "phone": secret, "level": "A" }));
        t.owner.create("/customers", json!({ "name": "poor", "phone": "139 0013 9000", "level": "A" }));
        let filter = json!({ "and": [level("A"), { "or": [{ "field": "phone", "value": secret }, { "field": "email", "value": "boss@example.com" }] }] });
        let made = view(&t.owner, json!({ "name": "known", "filter": filter, "sort": "name", "columns": ["name", "phone", "email"], "widths": { "phone": 90 }, "shared": "all" }));
        let by = format!("/customers?view={}", made.id());
        assert_eq!(names(&t.owner.get(&by).expect(200)), ["rich"]);
        let role = t.admin.create("/roles", json!({ "name": "看", "grants": { "customer": { "view": "all", "edit": "all" } },
            "field_rights": { "customer": { "phone": "hidden", "email": "masked" } } }));
        let (_, reader) = sign_in::newcomer(&t.owner, &format!("reader.{}", t.sales.email), role["key"].as_str().expect("a key"));
        let page = reader.get(&by).expect(200);
        assert_eq!(left_out(&page), ["/filter/and/1/or/0 field_hidden", "/filter/and/1/or/1 field_hidden", "/columns/1 field_hidden"]);
        // Both of them: that one has the number is not told by which are shown.
        assert_eq!(names(&page), ["poor", "rich"]);
        let path = format!("/views/{}", made.id());
        for answer in [
            reader.get(&path).expect(200),
            reader.get("/views").expect(200),
            reader.get("/views?fields=filter,columns").expect(200),
            reader.post("/views/search", json!({})).expect(200),
            reader.get("/start").expect(200),
            reader.get(&format!("{path}/history")).expect(200),
            reader.get("/changes?limit=200").expect(200),
        ] {
            assert!(!answer.text.contains(secret) && !answer.text.contains("boss@"), "{}", answer.text);
        }
        let seen = reader.get(&path).expect(200);
        assert_eq!((&seen["filter"], &seen["columns"], &seen["widths"]), (&json!({ "and": [level("A")] }), &json!(["name", "email"]), &json!({})));
        reader.post("/views", json!({ "kind": "customer", "name": "x", "filter": filter, "sort": "name", "columns": ["phone"] }))
            .invalid(&["/filter/and/1/or/0 field_hidden", "/columns/0 field_hidden"]);
        // Who may see it is told all of it.
        assert_eq!(t.owner.get(&path).expect(200)["filter"], filter);
    }

    fn a_view_of_a_kind_that_is_gone_is_in_nobody_s_way(t) {
        let kind = t.admin.create("/kinds", json!({ "key": "ship", "label": { "en": "Ship" } }));
        let made = view(&t.sales, json!({ "kind": "ship", "sort": "name" }));
        t.admin.delete(&format!("/kinds/{}", kind.id()), 1).expect(204);
        let path = format!("/views/{}", made.id());
        t.sales.get(&path).expect(200);
        t.sales.get("/start").expect(200);
        t.sales.patch(&path, 1, json!({ "name": "old" })).expect(200);
        t.sales.delete(&path, 2).expect(204);
    }
}
