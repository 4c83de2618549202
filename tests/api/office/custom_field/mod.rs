//! Fields that the firm adds to kinds: they are filtered, sorted, searched, imported, closed and told as any field is.

mod given;
mod retype;

use crate::data::import::{causes, counts, import};
use tests::*;

fn field(t: &T, key: &str, ty: &str, more: Json) -> Answer {
    let mut body = json!({ "kind": "customer", "key": key, "label": { "zh-CN": key, "en": key }, "type": ty });
    for (name, value) in more.as_object().expect("an object") {
        body[name] = value.clone();
    }
    t.admin.create("/fields", body)
}

fn customer(t: &T, name: &str, own: Json) -> Answer {
    t.owner
        .create("/customers", json!({ "name": name, "custom_fields": own }))
}

/// Each type with a value as it is given and as it is told.
fn types(t: &T, other: &str) -> Vec<(&'static str, Json, Json, Json)> {
    let choices = json!({ "choices": [{ "value": "a", "label": { "en": "A" } }, { "value": "b" }] });
    vec![
        ("text", json!({}), json!(" 甲 "), json!("甲")),
        ("long_text", json!({}), json!("a\nb"), json!("a\nb")),
        ("integer", json!({}), json!(-3), json!(-3)),
        ("decimal", json!({}), json!("-12.500"), json!("-12.5")),
        ("percent", json!({}), json!(33.25), json!("33.25")),
        (
            "money",
            json!({}),
            json!({ "amount": "5", "currency": "CNY" }),
            json!({ "amount": "5.00", "currency": "CNY" }),
        ),
        ("day", json!({}), json!("2026-02-28"), json!("2026-02-28")),
        (
            "instant",
            json!({}),
            json!("2026-11-29T08:00:00+08:00"),
            json!("2026-11-29T00:00:00.000000Z"),
        ),
        ("boolean", json!({}), json!(false), json!(false)),
        ("choice", choices.clone(), json!("b"), json!("b")),
        ("choices", choices, json!(["b", "a", "b"]), json!(["b", "a"])),
        ("tags", json!({}), json!(["x", "y"]), json!(["x", "y"])),
        ("user", json!({}), json!(t.sales.id), json!(t.sales.id)),
        (
            "reference",
            json!({ "refers_to": "customer" }),
            json!(other),
            json!(other),
        ),
        (
            "references",
            json!({ "refers_to": "customer" }),
            json!([other]),
            json!([other]),
        ),
        ("email", json!({}), json!("A@Example.com"), json!("a@example.com")),
        ("phone", json!({}), json!("021 6234 5678"), json!("021 6234 5678")),
        (
            "url",
            json!({}),
            json!("https://example.cn"),
            json!("https://example.cn"),
        ),
    ]
}

both! {
    fn every_type_is_kept_filtered_and_cleared(t) {
        let other = t.owner.create("/customers", json!({ "name": "other" })).id();
        let types = types(t, &other);
        for (ty, more, ..) in &types {
            field(t, &format!("f_{ty}"), ty, more.clone());
        }
        let given: Json = types.iter().map(|(ty, _, given, _)| (format!("f_{ty}"), given.clone())).collect::<serde_json::Map<_, _>>().into();
        let told: Json = types.iter().map(|(ty, .., told)| (format!("f_{ty}"), told.clone())).collect::<serde_json::Map<_, _>>().into();
        let made = customer(t, "one", given);
        assert_eq!(made["custom_fields"], told);
        let path = format!("/customers/{}", made.id());
        assert_eq!(t.owner.get(&path).expect(200)["custom_fields"], told);
        customer(t, "two", json!({}));

        // Each finds the one that has the value, and the others by having none.
        let schema = t.owner.get("/schema?language=en").expect(200);
        let kind = schema["kinds"].as_array().expect("kinds").iter().find(|k| k["kind"] == "customer").expect("customers").clone();
        for (ty, _, _, told) in &types {
            let name = format!("custom_fields.f_{ty}");
            let says = kind["fields"].as_array().expect("fields").iter().find(|f| f["name"] == json!(name)).expect("a field").clone();
            assert_eq!((&says["type"], &says["custom"]), (&json!(ty), &json!(true)));
            if *ty == "long_text" {
                t.owner.get(&format!("/customers?filter[{name}]=x")).refused(400, "not_filterable");
                continue;
            }
            let several = told.is_array();
            let value = match told {
                Json::Array(items) => items[0].as_str().expect("a text").to_owned(),
                Json::String(text) => text.clone(),
                Json::Object(amount) => amount["amount"].as_str().expect("an amount").to_owned(),
                other => other.to_string(),
            };
            let op = if several { "[contains]" } else { "" };
            assert_eq!(t.owner.names(&format!("/customers?filter[{name}]{op}={}", encoded(&value))), ["one"], "{ty}");
            assert_eq!(t.owner.names(&format!("/customers?filter[{name}][is_null]=true&sort=name")), ["other", "two"], "{ty}");
            assert_eq!(t.owner.names(&format!("/customers?filter[{name}][is_null]=false")), ["one"], "{ty}");
            if !several {
                assert_eq!(t.owner.names(&format!("/customers?filter[{name}][ne]={}&sort=name", encoded(&value))), ["other", "two"], "{ty}");
                // Whoever has no value comes last, whichever way.
                for sort in ["", "-"] {
                    let names = t.owner.names(&format!("/customers?sort={sort}{name}&limit=3"));
                    assert_eq!((names.len(), names[0].as_str()), (3, "one"), "{ty}");
                }
            }
        }
        // Merged: what is not named stays; null takes away; nothing is no change.
        let version = t.owner.patch(&path, 1, json!({ "custom_fields": { "f_text": "乙" } })).expect(200);
        assert_eq!((&version["custom_fields"]["f_text"], &version["custom_fields"]["f_integer"]), (&json!("乙"), &json!(-3)));
        t.owner.patch(&path, 2, json!({ "custom_fields": {} })).expect(200);
        assert_eq!(t.owner.get(&path).expect(200).version(), 2);
        let none: Json = types.iter().map(|(ty, ..)| (format!("f_{ty}"), Json::Null)).collect::<serde_json::Map<_, _>>().into();
        assert_eq!(t.owner.patch(&path, 2, json!({ "custom_fields": none })).expect(200)["custom_fields"], json!({}));
        assert_eq!(t.owner.names("/customers?filter[custom_fields.f_text][is_null]=true").len(), 3);
        t.owner.patch(&path, 3, json!({ "custom_fields": { "nothing": 1 } })).invalid(&["/custom_fields/nothing unknown_field"]);
        t.owner.patch(&path, 3, json!({ "custom_fields.f_text": "x" })).invalid(&["/custom_fields/f_text unknown_field"]);
    }

    fn lists_page_along_a_custom_field(t) {
        field(t, "rank", "integer", json!({}));
        field(t, "alias", "text", json!({}));
        for n in 0..25 {
            let own = if n % 5 == 4 { json!({}) } else { json!({ "rank": (n * 7) % 11, "alias": format!("名{}", n % 3) }) };
            customer(t, &format!("c{n:02}"), own);
        }
        for (sort, key) in [("custom_fields.rank", "rank"), ("-custom_fields.rank", "rank"), ("custom_fields.alias", "alias"), ("-custom_fields.alias", "alias")] {
            let (mut cursor, mut seen) = (String::new(), Vec::new());
            loop {
                let page = t.owner.get(&format!("/customers?sort={sort}&limit=4{cursor}")).expect(200);
                seen.extend(page.rows().iter().map(|row| (row["custom_fields"][key].clone(), row["name"].clone())));
                match page.cursor() {
                    Some(next) => cursor = format!("&cursor={}", encoded(&next)),
                    None => break,
                }
            }
            assert_eq!(seen.len(), 25, "{sort}");
            let values: Vec<String> = seen.iter().filter(|(value, _)| !value.is_null()).map(|(value, _)| format!("{:>3}", value.to_string())).collect();
            assert_eq!(values.len(), 20);
            let mut sorted = values.clone();
            sorted.sort();
            if sort.starts_with('-') {
                sorted.reverse();
            }
            assert_eq!(values, sorted, "{sort}");
            assert!(seen[20..].iter().all(|(value, _)| value.is_null()), "who has none comes last");
            let mut names: Vec<_> = seen.iter().map(|(_, name)| name.to_string()).collect();
            names.sort();
            names.dedup();
            assert_eq!(names.len(), 25);
        }
        // With other conditions, counted, and for who sees some of the records.
        let page = t.owner.get("/customers?filter[custom_fields.rank][gte]=5&filter[custom_fields.alias]=名1&sort=-custom_fields.rank&count=exact").expect(200);
        assert_eq!(page["page"]["count"], json!(page.rows().len()));
        assert!(page.rows().iter().all(|row| row["custom_fields"]["rank"].as_i64() >= Some(5) && row["custom_fields"]["alias"] == "名1"));
        t.sales.create("/customers", json!({ "name": "mine", "custom_fields": { "rank": 6 } }));
        assert_eq!(t.sales.names("/customers?sort=custom_fields.rank"), ["mine"]);
        assert_eq!(t.sales.names("/customers?filter[custom_fields.rank]=6"), ["mine"]);
        assert_eq!(t.manager.names("/customers?filter[custom_fields.rank]=6&sort=custom_fields.rank"), ["mine"]);
        let body = json!({ "filter": { "not": { "field": "custom_fields.rank", "op": "lt", "value": 6 } }, "sort": "name", "limit": 200 });
        let found = t.owner.post("/customers/search", body).expect(200);
        assert!(found.rows().iter().all(|row| row["custom_fields"]["rank"].as_i64().is_none_or(|rank| rank >= 6)));
    }

    fn what_is_unique_is_unique_among_the_living(t) {
        field(t, "vat_no", "text", json!({ "unique": true }));
        let first = customer(t, "first", json!({ "vat_no": "DE1" }));
        let refused = t.owner.post("/customers", json!({ "name": "x", "custom_fields": { "vat_no": "DE1" } })).refused(409, "duplicate");
        assert_eq!(refused["errors"][0]["pointer"], "/custom_fields/vat_no", "{}", refused.text);
        let second = customer(t, "second", json!({ "vat_no": "DE2" }));
        t.owner.patch(&format!("/customers/{}", second.id()), 1, json!({ "custom_fields": { "vat_no": "DE1" } })).refused(409, "duplicate");
        // What lies in the bin holds nothing, and is looked at when it comes back.
        t.owner.delete(&format!("/customers/{}", first.id()), 1).expect(204);
        customer(t, "heir", json!({ "vat_no": "DE1" }));
        let refused = t.owner.act(&format!("/customers/{}/restore", first.id())).if_match(2).refused(409, "duplicate");
        assert!(refused.text.contains("heir"), "{}", refused.text);
        // Of many at once, one has it.
        let made: Vec<u16> = std::thread::scope(|scope| {
            let tries: Vec<_> = (0..8).map(|n| scope.spawn(move || {
                t.owner.post("/customers", json!({ "name": format!("r{n}"), "custom_fields": { "vat_no": "DE9" } })).send().status
            })).collect();
            tries.into_iter().map(|one| one.join().expect("ends")).collect()
        });
        assert_eq!(made.iter().filter(|status| **status == 201).count(), 1, "{made:?}");
        assert!(made.iter().all(|status| [201, 409].contains(status)), "{made:?}");
        // A batch that takes the same twice takes neither.
        let same = json!({ "method": "create", "body": { "name": "b", "custom_fields": { "vat_no": "DE7" } } });
        t.owner.post("/customers/batch", json!({ "operations": [same, same] })).refused(409, "duplicate");
        assert!(t.owner.names("/customers?filter[custom_fields.vat_no]=DE7").is_empty());

        // Said of values that are there: only where they are.
        let loose = field(t, "code", "integer", json!({}));
        for n in [1, 1, 2] {
            customer(t, "n", json!({ "code": n }));
        }
        t.admin.patch(&format!("/fields/{}", loose.id()), 1, json!({ "unique": true })).refused(409, "values_not_unique");
        let twice = t.owner.get("/customers?filter[custom_fields.code]=1").expect(200);
        t.owner.patch(&format!("/customers/{}", twice.rows()[0]["id"].as_str().expect("an id")), 1, json!({ "custom_fields": { "code": 3 } })).expect(200);
        t.admin.patch(&format!("/fields/{}", loose.id()), 1, json!({ "unique": true })).expect(200);
        t.owner.post("/customers", json!({ "name": "x", "custom_fields": { "code": 2 } })).refused(409, "duplicate");
        t.admin.patch(&format!("/fields/{}", loose.id()), 2, json!({ "unique": false })).expect(200);
        customer(t, "x", json!({ "code": 2 }));
    }

    fn defaults_and_needed_values_hold_for_new_records(t) {
        let old = customer(t, "old", json!({}));
        field(t, "region_code", "text", json!({ "required": true }));
        field(t, "tier", "choice", json!({ "choices": [{ "value": "gold" }, { "value": "silver" }], "default": "silver" }));
        t.owner.post("/customers", json!({ "name": "x" })).invalid(&["/custom_fields/region_code required"]);
        let made = customer(t, "new", json!({ "region_code": "N" }));
        assert_eq!(made["custom_fields"], json!({ "region_code": "N", "tier": "silver" }));
        assert_eq!(t.owner.names("/customers?filter[custom_fields.tier]=silver"), ["new"]);
        // Who says nothing of it has nothing; who has it cannot lose what is needed; what was there before stays savable.
        let none = customer(t, "none", json!({ "region_code": "S", "tier": null }));
        assert_eq!(none["custom_fields"], json!({ "region_code": "S" }));
        t.owner.patch(&format!("/customers/{}", made.id()), 1, json!({ "custom_fields": { "region_code": null } })).invalid(&["/custom_fields/region_code required"]);
        t.owner.patch(&format!("/customers/{}", old.id()), 1, json!({ "name": "older", "custom_fields": { "tier": "gold" } })).expect(200);
        // A lead becomes a customer all the same: that form does not ask for it.
        let lead = t.sales.create("/leads", json!({ "name": "L", "company": "厂" }));
        t.sales.post(&format!("/leads/{}/convert", lead.id()), json!({})).if_match(1).expect(200);
        for (default, issue) in [(json!("bronze"), "/default unknown_choice"), (json!(1), "/default unknown_choice")] {
            let body = json!({ "kind": "customer", "key": "k", "label": { "en": "k" }, "type": "choice", "choices": [{ "value": "gold" }], "default": default });
            t.admin.post("/fields", body).invalid(&[issue]);
        }
    }

    fn searched_imported_and_closed_as_any_field(t) {
        field(t, "nickname", "text", json!({ "searchable": true, "label": { "zh-CN": "昵称", "en": "Nickname" } }));
        field(t, "budget", "money", json!({ "label": { "zh-CN": "预算", "en": "Budget" } }));
        field(t, "grade", "choice", json!({ "label": { "en": "Grade" }, "choices": [{ "value": "a", "label": { "zh-CN": "甲级" } }] }));
        customer(t, "plain", json!({ "nickname": "小老虎" }));
        assert_eq!(t.owner.names("/customers?q=小老虎"), ["plain"]);
        assert_eq!(t.owner.names("/customers?q=xiaolaohu"), ["plain"]);
        let end = import(&t.owner, "customer", "名称,昵称,Budget,Grade\n档案,大熊,\"1,250.50\",甲级\n坏,x,abc,乙\n", &[]);
        assert_eq!(counts(&end), [2, 1, 0, 0, 1], "{:?}", causes(&end));
        let row = t.owner.get("/customers?q=大熊").expect(200);
        assert_eq!(row.rows()[0]["custom_fields"], json!({ "nickname": "大熊", "budget": { "amount": "1250.50", "currency": "CNY" }, "grade": "a" }));
        assert_eq!(t.owner.names("/customers?filter[custom_fields.budget][gt]=1000"), ["档案"]);

        let role = t.admin.create("/roles", json!({ "name": "看", "grants": { "customer": { "view": "all", "edit": "all" } }, "field_rights": { "customer": { "custom_fields.budget": "hidden", "custom_fields.nickname": "read_only" } } }));
        let user = format!("/users/{}", t.other_sales.id);
        let version = t.admin.get(&user).expect(200).version();
        t.admin.patch(&user, version, json!({ "roles": [role["key"]] })).expect(200);
        let id = row.rows()[0]["id"].as_str().expect("an id").to_owned();
        let seen = t.other_sales.get(&format!("/customers/{id}")).expect(200);
        assert_eq!(seen["custom_fields"], json!({ "nickname": "大熊", "grade": "a" }));
        t.other_sales.patch(&format!("/customers/{id}"), 1, json!({ "custom_fields": { "nickname": "x" } })).invalid(&["/custom_fields/nickname field_read_only"]);
        t.other_sales.patch(&format!("/customers/{id}"), 1, json!({ "custom_fields": { "budget": null } })).invalid(&["/custom_fields/budget field_hidden"]);
        // What one does not see stays when one changes what one sees.
        t.other_sales.patch(&format!("/customers/{id}"), 1, json!({ "custom_fields": { "grade": null } })).expect(200);
        assert_eq!(t.owner.get(&format!("/customers/{id}")).expect(200)["custom_fields"]["budget"]["amount"], "1250.50");
        let history = t.other_sales.get(&format!("/customers/{id}/history")).expect(200);
        assert!(!history.text.contains("1250.50"), "{}", history.text);
        assert_eq!(history.rows()[0]["fields"], json!({ "custom_fields.grade": ["a", null] }));
        for query in ["filter[custom_fields.budget][gt]=1", "sort=custom_fields.budget"] {
            t.other_sales.get(&format!("/customers?{query}")).refused(400, "field_hidden");
        }
        let own = t.other_sales.get(&format!("/customers/{id}?fields=custom_fields.nickname")).expect(200);
        assert_eq!(own.body, json!({ "id": id, "version": 2, "custom_fields": { "nickname": "大熊" } }));
    }

    fn there_is_a_last_field_and_a_last_kind(t) {
        let batch = |path: &str, bodies: Vec<Json>| {
            let operations: Vec<Json> = bodies.into_iter().map(|body| json!({ "method": "create", "body": body })).collect();
            t.owner.post(path, json!({ "operations": operations })).expect(200);
        };
        let label = |n: usize| json!({ "zh-CN": format!("字段{n}"), "en": format!("Field {n}") });
        let body = |n: usize| json!({ "kind": "product", "key": format!("f{n}"), "label": label(n), "type": "text" });
        batch("/fields/batch", (0..100).map(body).collect());
        batch("/fields/batch", (100..200).map(body).collect());
        t.owner.post("/fields", body(200)).invalid(&["/kind too_many_fields"]);
        // All of them hold values, and another kind has its own.
        let custom: serde_json::Map<String, Json> = (0..200).map(|n| (format!("f{n}"), json!(n.to_string()))).collect();
        let made = t.owner.create("/products", json!({ "name": "x", "custom_fields": custom }));
        assert_eq!(made["custom_fields"].as_object().map(|all| all.len()), Some(200));
        field(t, "one_more", "text", json!({}));

        let kind = |n: usize| json!({ "key": format!("box{n}"), "plural": format!("boxes{n}"), "label": label(n) });
        batch("/kinds/batch", (0..50).map(kind).collect());
        t.owner.post("/kinds", kind(50)).invalid(&[" too_many_kinds"]);
        // One that goes makes room.
        let last = t.owner.get("/kinds?filter[key]=box49").expect(200);
        t.owner.delete(&format!("/kinds/{}", last.rows()[0]["id"].as_str().expect("an id")), 1).expect(204);
        t.owner.create("/kinds", kind(50));
    }

    fn what_refers_to_a_record_by_a_field_of_the_firm_is_counted(t) {
        field(t, "partner", "reference", json!({ "refers_to": "customer" }));
        field(t, "sites", "references", json!({ "refers_to": "customer" }));
        field(t, "unlisted", "reference", json!({ "refers_to": "customer", "filterable": false }));
        let (a, b) = (t.owner.create("/customers", json!({ "name": "a" })), t.owner.create("/customers", json!({ "name": "b" })));
        for custom in [json!({ "partner": a.id() }), json!({ "partner": a.id(), "sites": [a.id(), b.id()] }), json!({ "unlisted": a.id() })] {
            t.owner.create("/customers", json!({ "name": "x", "custom_fields": custom }));
        }
        let (partner, sites) = ("customer.custom_fields.partner", "customer.custom_fields.sites");
        let counted = |by: &Client, id: &str| by.get(&format!("/customers/{id}?counts=contact,{partner},{sites}")).expect(200)["counts"].clone();
        assert_eq!(counted(&t.owner, &a.id()), json!({ "contact": 0, partner: 2, sites: 1 }));
        assert_eq!(counted(&t.owner, &b.id()), json!({ "contact": 0, partner: 0, sites: 1 }));
        // Only what one sees counts.
        let mine = t.sales.create("/customers", json!({ "name": "c", "custom_fields": {} }));
        assert_eq!(counted(&t.sales, &mine.id()), json!({ "contact": 0, partner: 0, sites: 0 }));
        for no in ["customer.custom_fields.unlisted", "customer.custom_fields.none", "customer.parent_id", "customer"] {
            t.owner.get(&format!("/customers/{}?counts={no}", a.id())).refused(400, "unknown_kind");
        }
    }

    fn a_reference_is_looked_at_and_let_go_of(t) {
        field(t, "partner", "reference", json!({ "refers_to": "customer" }));
        field(t, "sites", "references", json!({ "refers_to": "customer" }));
        let (a, b) = (customer(t, "a", json!({})).id(), customer(t, "b", json!({})).id());
        let made = customer(t, "c", json!({ "partner": a, "sites": [a, b] }));
        let path = format!("/customers/{}", made.id());
        let told = t.owner.get(&format!("{path}?expand=custom_fields.partner,custom_fields.sites")).expect(200);
        assert_eq!((&told["expanded"]["partner"]["name"], &told["expanded"]["sites"][1]["name"]), (&json!("a"), &json!("b")));
        t.owner.post("/customers", json!({ "name": "x", "custom_fields": { "partner": made["created_by"], "sites": [a, t.owner.id] } })).invalid(&["/custom_fields/partner reference_not_found", "/custom_fields/sites reference_not_found"]);
        let hidden = t.owner.create("/customers", json!({ "name": "hidden" })).id();
        t.sales.post("/customers", json!({ "name": "x", "custom_fields": { "partner": hidden } })).invalid(&["/custom_fields/partner reference_not_found"]);
        t.owner.delete(&format!("/customers/{a}"), 1).expect(204);
        let left = t.owner.get(&path).expect(200);
        assert_eq!((&left["custom_fields"], left.version()), (&json!({ "sites": [b] }), 3));
        assert!(t.owner.names(&format!("/customers?filter[custom_fields.partner]={a}")).is_empty());
        assert_eq!(t.owner.names(&format!("/customers?filter[custom_fields.sites][contains]={b}")), ["c"]);
        let history = t.owner.get(&format!("{path}/history")).expect(200);
        assert_eq!(history.rows()[0]["fields"], json!({ "custom_fields.sites": [[a, b], [b]] }));
        // So does one that lay in the bin meanwhile, when it comes back.
        t.owner.delete(&path, 3).expect(204);
        t.owner.delete(&format!("/customers/{b}"), 1).expect(204);
        let back = t.owner.act(&format!("{path}/restore")).if_match(4).expect(200);
        assert_eq!(back["custom_fields"], json!({}));
        assert_eq!(t.owner.get(&path).expect(200)["custom_fields"], json!({}));
    }

    fn a_field_comes_and_goes_and_its_values_stay(t) {
        let hours = field(t, "hours", "integer", json!({}));
        let made = customer(t, "x", json!({ "hours": 1200 }));
        let path = format!("/customers/{}", made.id());
        t.admin.delete(&format!("/fields/{}", hours.id()), 1).expect(204);
        assert_eq!(t.owner.get(&path).expect(200)["custom_fields"].get("hours"), None);
        t.owner.patch(&path, 1, json!({ "custom_fields": { "hours": 5 } })).invalid(&["/custom_fields/hours unknown_field"]);
        t.owner.get("/customers?filter[custom_fields.hours]=1200").refused(400, "unknown_field");
        t.owner.patch(&path, 1, json!({ "name": "meanwhile" })).expect(200);
        t.admin.act(&format!("/fields/{}/restore", hours.id())).if_match(2).expect(200);
        let back = t.owner.get(&path).expect(200);
        assert_eq!((&back["custom_fields"]["hours"], &back["name"]), (&json!(1200), &json!("meanwhile")));
        assert_eq!(t.owner.names("/customers?filter[custom_fields.hours]=1200"), ["meanwhile"]);
    }

    fn fields_are_checked(t) {
        let post = |more: Json| {
            let mut body = json!({ "kind": "customer", "key": "size", "label": { "en": "Size" }, "type": "text" });
            for (name, value) in more.as_object().expect("an object") {
                body[name] = value.clone();
            }
            t.admin.post("/fields", body)
        };
        for (more, issue) in [
            (json!({ "kind": "nothing" }), "/kind unknown_kind"),
            (json!({ "kind": "import" }), "/kind unknown_kind"),
            (json!({ "key": "Größe" }), "/key invalid_key"),
            (json!({ "key": "a.b" }), "/key invalid_key"),
            (json!({ "type": "choice" }), "/choices required"),
            (json!({ "type": "text", "choices": [{ "value": "a" }] }), "/choices not_for_type"),
            (json!({ "type": "choice", "choices": [{ "value": "a" }, { "value": "a" }] }), "/choices/1/value duplicate_value"),
            (json!({ "type": "choice", "choices": [{ "value": " " }] }), "/choices/0/value required"),
            (json!({ "type": "choice", "choices": [{ "value": "a,b" }] }), "/choices/0/value custom_choice"),
            (json!({ "type": "integer", "searchable": true }), "/searchable not_for_type"),
            (json!({ "type": "boolean", "unique": true }), "/unique not_for_type"),
            (json!({ "unique": true, "default": "x" }), "/default default_of_unique"),
            (json!({ "type": "reference" }), "/refers_to required"),
            (json!({ "type": "reference", "refers_to": "dragon" }), "/refers_to unknown_kind"),
            (json!({ "refers_to": "customer" }), "/refers_to not_for_type"),
            (json!({ "type": "dragon" }), "/type unknown_choice"),
            (json!({ "type": "integer", "default": "x" }), "/default wrong_type"),
            (json!({ "label": {} }), "/label required"),
            (json!({ "label": { "en": " " } }), "/label/en required"),
        ] {
            post(more).invalid(&[issue]);
        }
        let made = post(json!({})).expect(201);
        post(json!({})).refused(409, "duplicate");
        t.admin.patch(&format!("/fields/{}", made.id()), 1, json!({ "key": "other" })).invalid(&["/key read_only"]);
        t.sales.post("/fields", json!({ "kind": "customer", "key": "own", "label": { "en": "x" }, "type": "text" })).refused(403, "forbidden");
        // Another firm has none of it.
        t.stranger.post("/customers", json!({ "name": "x", "custom_fields": { "size": "x" } })).invalid(&["/custom_fields/size unknown_field"]);
    }
}
