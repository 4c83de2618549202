//! Lists under headings: how many records have each value of a field.

use super::{customers, level, view};
use tests::*;

/// Values and counts, as `value:count`.
fn groups(page: &Answer) -> Vec<String> {
    let groups = page["page"]["groups"].as_array().expect("groups");
    let told = |group: &Json| format!("{}:{}", group["value"].as_str().unwrap_or("-"), group["count"]);
    groups.iter().map(told).collect()
}

both! {
    fn a_list_is_counted_by_the_values_of_a_field(t) {
        customers(t);
        t.sales.create("/customers", json!({ "name": "e", "status": "following", "next_follow_up_at": "2026-01-05T00:00:00Z" }));
        let by = |path: &str| t.sales.get(path).expect(200);
        // Choices stand as they are declared, whichever has more; a picklist by its values; what has none comes last.
        let page = by("/customers?group_by=status&limit=1");
        assert_eq!((groups(&page), page.rows().len()), (vec!["potential:2".into(), "following:2".into()], 1));
        assert_eq!(groups(&by("/customers?group_by=level")), ["A:2", "B:1", "-:1"]);
        let labels = |language: &str| t.sales.get("/customers?group_by=status").language(language).expect(200)["page"]["groups"][0]["label"].clone();
        assert_ne!(labels("en"), labels("zh-CN"));
        // What narrows the list narrows its groups, and nobody counts what they do not see.
        assert_eq!(groups(&by("/customers?group_by=status&filter[level]=A")), ["potential:1", "following:1"]);
        assert_eq!(groups(&by("/customers?group_by=status&q=nobody")), Vec::<String>::new());
        let made = view(&t.sales, json!({ "filter": level("B"), "group_by": "status" }));
        assert_eq!(groups(&by(&format!("/customers?group_by=status&view={}", made.id()))), ["potential:1"]);
        let search = t.sales.post("/customers/search", json!({ "group_by": "level", "filter": level("A") })).expect(200);
        assert_eq!(groups(&search), ["A:2"]);
        assert_eq!(groups(&t.owner.get("/customers?group_by=level").expect(200)), ["A:3", "B:1", "-:1"]);
        let page = t.owner.get("/customers?group_by=owner_id").expect(200);
        let told = page["page"]["groups"].as_array().expect("groups");
        let of = |id: String| told.iter().find(|group| group["value"] == id.as_str()).expect("a group")["count"].clone();
        assert_eq!((of(t.sales.id.to_string()), of(t.other_sales.id.to_string()), told.len()), (json!(4), json!(1), 2));
        assert!(told.iter().all(|group| group["label"].as_str().is_some_and(|name| !name.is_empty())), "{told:?}");
        assert!(by("/customers?limit=1")["page"].get("groups").is_none());
        // The values are those that a filter takes.
        assert_eq!(t.sales.names("/customers?filter[level][is_null]=true"), ["e"]);
    }

    fn days_are_grouped_by_months_and_so_are_own_fields(t) {
        let stage = &seed::stages(&t.owner)[0];
        for (name, day) in [("a", json!("2026-02-28")), ("b", json!("2026-02-01")), ("c", json!("2025-12-31")), ("d", json!(null))] {
            t.sales.create("/opportunities", json!({ "name": name, "stage_id": stage, "close_on": day }));
        }
        let page = t.sales.get("/opportunities?group_by=close_on").expect(200);
        assert_eq!(groups(&page), ["2025-12:1", "2026-02:2", "-:1"]);
        for (key, ty) in [("tier", "choice"), ("vip", "boolean"), ("due", "day"), ("helper", "user")] {
            let mut body = json!({ "kind": "customer", "key": key, "label": { "en": key }, "type": ty, "filterable": true });
            if ty == "choice" {
                body["choices"] = json!([{ "value": "silver" }, { "value": "gold" }]);
            }
            t.admin.create("/fields", body);
        }
        for own in [
            json!({ "tier": "gold", "vip": true, "due": "2026-02-28", "helper": t.sales.id }),
            json!({ "tier": "silver", "vip": false, "due": "2026-02-01" }),
            json!({}),
        ] {
            t.sales.create("/customers", json!({ "name": "x", "custom_fields": own }));
        }
        for (key, expected) in [
            ("tier", ["silver:1", "gold:1", "-:1"].map(str::to_owned).to_vec()),
            ("vip", ["false:1", "true:1", "-:1"].map(str::to_owned).to_vec()),
            ("due", ["2026-02:2", "-:1"].map(str::to_owned).to_vec()),
            ("helper", vec![format!("{}:1", t.sales.id), "-:2".to_owned()]),
        ] {
            assert_eq!(groups(&t.sales.get(&format!("/customers?group_by=custom_fields.{key}")).expect(200)), expected, "{key}");
        }
    }

    fn what_cannot_be_grouped_by_is_refused(t) {
        t.sales.get("/customers?group_by=name").refused(400, "not_groupable");
        t.sales.get("/customers?group_by=created_at").refused(400, "not_groupable");
        t.sales.get("/customers?group_by=nothing").refused(400, "unknown_field");
        t.sales.post("/customers/search", json!({ "group_by": 3 })).refused(400, "wrong_type");
        for (name, code) in [("name", "not_groupable"), ("nothing", "unknown_field")] {
            t.sales.post("/views", json!({ "kind": "customer", "name": "x", "group_by": name })).invalid(&[format!("/group_by {code}").as_str()]);
        }
        let role = t.admin.create("/roles", json!({ "name": "看", "grants": { "customer": { "view": "all" } }, "field_rights": { "customer": { "level": "masked" } } }));
        let (_, reader) = sign_in::newcomer(&t.owner, &format!("reader.{}", t.sales.email), role["key"].as_str().expect("a key"));
        reader.get("/customers?group_by=level").refused(400, "field_hidden");
        let told = reader.get("/schema").expect(200);
        let customer = told["kinds"].as_array().expect("kinds").iter().find(|k| k["kind"] == "customer").expect("the kind").clone();
        let groupable: Vec<&str> = customer["fields"].as_array().expect("fields").iter().filter(|f| f["groupable"] == true).filter_map(|f| f["name"].as_str()).collect();
        assert!(groupable.contains(&"status") && groupable.contains(&"owner_id"), "{groupable:?}");
        assert!(!groupable.contains(&"level") && !groupable.contains(&"name"), "{groupable:?}");
    }
}
