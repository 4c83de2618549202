//! Fields whose values the server gives: numbers that are given once, and formulas.

use super::{customer, field};
use crate::data::import::{counts, import};
use tests::*;

/// What customers have in a field, by their names.
fn told(t: &T, key: &str) -> Vec<(String, Json)> {
    let page = t.owner.get("/customers?sort=name&limit=200").expect(200);
    let one = |row: &Json| {
        (
            row["name"].as_str().unwrap_or_default().to_owned(),
            row["custom_fields"][key].clone(),
        )
    };
    page.rows().iter().map(one).collect()
}

both! {
    fn numbers_are_given_once_on_every_way_of_writing(t) {
        for name in ["a1", "a2"] {
            customer(t, name, json!({}));
        }
        let gone = customer(t, "a3", json!({}));
        t.owner.delete(&format!("/customers/{}", gone.id()), 1).expect(204);
        let made = field(t, "file_no", "auto_number", json!({ "pattern": "F-{000}", "searchable": true }));
        assert_eq!((&made["unique"], &made["pattern"]), (&json!(true), &json!("F-{000}")));
        // Those that are there get theirs in the order in which they were made, those in the bin after them.
        assert_eq!(told(t, "file_no"), [("a1".to_owned(), json!("F-001")), ("a2".to_owned(), json!("F-002"))]);
        let back = t.owner.act(&format!("/customers/{}/restore", gone.id())).if_match(3).expect(200);
        assert_eq!(back["custom_fields"]["file_no"], "F-003");

        let made = customer(t, "b1", json!({}));
        assert_eq!(made["custom_fields"], json!({ "file_no": "F-004" }));
        let upserted = t.owner.put("/customers/by/external_id/u1", json!({ "name": "b2" })).expect(201);
        assert_eq!(upserted["custom_fields"]["file_no"], "F-005");
        let one = |name: &str| json!({ "method": "create", "body": { "name": name } });
        t.owner.post("/customers/batch", json!({ "operations": [one("b3"), one("b4")] })).expect(200);
        let end = import(&t.owner, "customer", "名称\nb5\nb6\n", &[]);
        assert_eq!(counts(&end), [2, 2, 0, 0, 0]);
        let lead = t.sales.create("/leads", json!({ "name": "L", "company": "b7" }));
        t.sales.post(&format!("/leads/{}/convert", lead.id()), json!({})).if_match(1).expect(200);
        let all: Vec<Json> = told(t, "file_no").into_iter().map(|(_, number)| number).collect();
        let wanted: Vec<Json> = (1..=10).map(|n| json!(format!("F-{n:03}"))).collect();
        assert_eq!(all, wanted);

        // Nobody else gives one, nor takes one away.
        for own in [json!({ "file_no": "F-999" }), json!({ "file_no": null })] {
            t.owner.post("/customers", json!({ "name": "x", "custom_fields": own })).invalid(&["/custom_fields/file_no read_only"]);
            t.owner.patch(&format!("/customers/{}", made.id()), 1, json!({ "custom_fields": own })).invalid(&["/custom_fields/file_no read_only"]);
        }
        // Filtered, sorted and searched as others; found by all of it.
        assert_eq!(t.owner.names("/customers?filter[custom_fields.file_no]=F-004"), ["b1"]);
        assert_eq!(t.owner.names("/customers?sort=-custom_fields.file_no&limit=1"), ["b7"]);
        assert_eq!(t.owner.names("/customers?q=F-004"), ["b1"]);
        // What was given to one that is gone is given to nobody.
        t.owner.delete(&format!("/customers/{}", made.id()), 1).expect(204);
        assert_eq!(customer(t, "c", json!({}))["custom_fields"]["file_no"], "F-011");
    }

    fn numbers_are_given_once_to_many_at_once(t) {
        field(t, "ticket_no", "auto_number", json!({}));
        let made: Vec<String> = std::thread::scope(|scope| {
            let tries: Vec<_> = (0..8).map(|n| scope.spawn(move || {
                let made = customer(t, &format!("r{n}"), json!({}));
                made["custom_fields"]["ticket_no"].as_str().expect("a number").to_owned()
            })).collect();
            tries.into_iter().map(|one| one.join().expect("ends")).collect()
        });
        let mut all = made.clone();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 8, "{made:?}");
    }

    fn a_field_that_comes_back_numbers_who_came_meanwhile(t) {
        let made = field(t, "no", "auto_number", json!({ "pattern": "{0}" }));
        customer(t, "a", json!({}));
        t.admin.delete(&format!("/fields/{}", made.id()), 1).expect(204);
        customer(t, "b", json!({}));
        t.admin.act(&format!("/fields/{}/restore", made.id())).if_match(2).expect(200);
        customer(t, "c", json!({}));
        let wanted = [("a", "1"), ("b", "2"), ("c", "3")].map(|(name, n)| (name.to_owned(), json!(n)));
        assert_eq!(told(t, "no"), wanted);
    }

    fn a_formula_follows_the_fields_it_reads(t) {
        field(t, "price", "decimal", json!({}));
        field(t, "amount", "integer", json!({}));
        let old = customer(t, "old", json!({ "price": "0.1", "amount": 3 }));
        let total = field(t, "total", "formula", json!({ "formula": "price * amount" }));
        field(t, "size", "formula", json!({ "formula": "if(total >= 10, \"big\", \"small\")" }));
        field(t, "title", "formula", json!({ "formula": "name & \" (\" & size & \")\"" }));
        // Those that are there are computed as well.
        let path = format!("/customers/{}", old.id());
        let read = |key: &str| t.owner.get(&path).expect(200)["custom_fields"][key].clone();
        assert_eq!((read("total"), read("title")), (json!("0.3"), json!("old (small)")));
        let version = t.owner.get(&path).expect(200).version();
        let new = t.owner.patch(&path, version, json!({ "custom_fields": { "amount": 300 } })).expect(200);
        assert_eq!((&new["custom_fields"]["total"], &new["custom_fields"]["title"]), (&json!("30"), &json!("old (big)")));
        // A built-in field moves it too.
        let new = t.owner.patch(&path, version + 1, json!({ "name": "older" })).expect(200);
        assert_eq!(new["custom_fields"]["title"], "older (big)");
        customer(t, "none", json!({ "amount": 2 }));
        let end = import(&t.owner, "customer", "名称,price,amount\n档案,2,4\n", &[]);
        assert_eq!(counts(&end), [1, 1, 0, 0, 0]);
        assert_eq!(t.owner.names("/customers?filter[custom_fields.total][gte]=5&sort=-custom_fields.total"), ["older", "档案"]);
        assert_eq!(t.owner.names("/customers?filter[custom_fields.total][is_null]=true"), ["none"]);
        assert_eq!(t.owner.names("/customers?filter[custom_fields.size]=big"), ["older"]);
        t.owner.patch(&path, version + 2, json!({ "custom_fields": { "total": "1" } })).invalid(&["/custom_fields/total read_only"]);
        // Its history tells what it was.
        let history = t.owner.get(&format!("{path}/history")).expect(200);
        assert_eq!(history.rows()[1]["fields"]["custom_fields.total"], json!(["0.3", "30"]));
        // Told with what comes of it.
        let schema = t.owner.get("/schema?language=en").expect(200);
        let kind = schema["kinds"].as_array().expect("kinds").iter().find(|k| k["kind"] == "customer").expect("customers").clone();
        let says = kind["fields"].as_array().expect("fields").iter().find(|f| f["name"] == "custom_fields.total").expect("a field").clone();
        assert_eq!((&says["type"], &says["result"], &says["read_only"]), (&json!("formula"), &json!("decimal"), &json!(true)));

        // Another formula: all are computed anew, and what follows from it.
        t.admin.patch(&format!("/fields/{}", total.id()), 1, json!({ "formula": "price * amount * 2" })).expect(200);
        assert_eq!((read("total"), read("size")), (json!("60"), json!("big")));
        assert_eq!(t.owner.names("/customers?filter[custom_fields.total]=60"), ["older"]);
        assert_eq!(t.owner.names("/customers?filter[custom_fields.size]=big&sort=name"), ["档案", "older"]);
        // What formulas read is not taken away under them.
        let price = t.admin.get("/fields?filter[key]=price").expect(200);
        let price = format!("/fields/{}", price.rows()[0]["id"].as_str().expect("an id"));
        let refused = t.admin.delete(&price, 1).refused(409, "read_by_formula");
        assert!(refused.text.contains("total"), "{}", refused.text);
    }

    fn many_records_are_computed_beside(t) {
        field(t, "n", "integer", json!({}));
        for some in 0..3 {
            let one = |n: i64| json!({ "method": "create", "body": { "name": format!("c{n:03}"), "custom_fields": { "n": n } } });
            let all: Vec<Json> = (some * 80..(some + 1) * 80).map(one).collect();
            t.owner.post("/customers/batch", json!({ "operations": all })).expect(200);
        }
        field(t, "twice", "formula", json!({ "formula": "n * 2" }));
        let no = field(t, "no", "auto_number", json!({}));
        let jobs = t.admin.get("/jobs?filter[work]=fill&sort=-created_at").expect(200);
        assert_eq!(jobs.rows().len(), 2);
        assert_eq!(jobs.rows()[0]["subject_id"], json!(no.id()));
        for job in jobs.rows() {
            let end = seed::ended(&t.admin, &format!("/jobs/{}", job["id"].as_str().expect("an id")));
            assert_eq!((&end["status"], &end["progress"]), (&json!("done"), &json!({ "total": 240, "done": 240 })));
        }
        let rows = t.owner.get("/customers?sort=name&limit=200").expect(200);
        for (n, row) in rows.rows().iter().enumerate() {
            let own = &row["custom_fields"];
            assert_eq!((&own["twice"], &own["no"]), (&json!((n * 2).to_string()), &json!(format!("{:05}", n + 1))));
        }
        assert_eq!(t.owner.names("/customers?filter[custom_fields.twice]=478"), ["c239"]);
    }

    fn an_amount_that_is_computed_is_worth_something(t) {
        t.admin.create("/currencies", json!({ "code": "USD" }));
        t.admin.create("/exchange-rates", json!({ "currency": "USD", "rate": "7.2", "valid_from": "2020-01-01" }));
        field(t, "fee", "formula", json!({ "formula": "annual_revenue * 0.1" }));
        let amount = |amount: &str, currency: &str| json!({ "amount": amount, "currency": currency });
        for (name, revenue) in [("cheap", amount("500", "CNY")), ("dear", amount("100", "USD"))] {
            t.owner.create("/customers", json!({ "name": name, "annual_revenue": revenue }));
        }
        assert_eq!(t.owner.names("/customers?sort=custom_fields.fee&filter[custom_fields.fee][gt]=1"), ["cheap", "dear"]);
        let dear = t.owner.get("/customers?filter[name]=dear").expect(200);
        let fee = &dear.rows()[0]["custom_fields"]["fee"];
        assert_eq!((&fee["amount"], &fee["currency"]), (&json!("10.00"), &json!("USD")));
        // Written again, it stays what it was worth.
        let path = format!("/customers/{}", dear.rows()[0]["id"].as_str().expect("an id"));
        t.owner.patch(&path, 1, json!({ "name": "dearer" })).expect(200);
        let history = t.owner.get(&format!("{path}/history")).expect(200);
        assert_eq!(history.rows()[0]["fields"], json!({ "name": ["dear", "dearer"] }));
    }

    fn a_formula_shows_nothing_of_what_is_hidden(t) {
        field(t, "salary", "integer", json!({}));
        field(t, "code", "text", json!({}));
        field(t, "bonus", "formula", json!({ "formula": "salary / 10" }));
        field(t, "high", "formula", json!({ "formula": "bonus > 100" }));
        field(t, "tail", "formula", json!({ "formula": "right(code, 2)" }));
        field(t, "plain", "formula", json!({ "formula": "name & \"!\"" }));
        let made = customer(t, "x", json!({ "salary": 5000, "code": "abcdef" }));
        let closed = json!({ "customer": { "custom_fields.salary": "hidden", "custom_fields.code": "masked" } });
        let role = t.admin.create("/roles", json!({ "name": "看", "grants": { "customer": { "view": "all", "edit": "all" } }, "field_rights": closed }));
        let user = format!("/users/{}", t.other_sales.id);
        let version = t.admin.get(&user).expect(200).version();
        t.admin.patch(&user, version, json!({ "roles": [role["key"]] })).expect(200);
        let seen = t.other_sales.get(&format!("/customers/{}", made.id())).expect(200);
        assert_eq!(seen["custom_fields"], json!({ "code": "a***", "plain": "x!" }));
        for query in ["filter[custom_fields.bonus]=500", "sort=custom_fields.high", "filter[custom_fields.tail]=ef"] {
            t.other_sales.get(&format!("/customers?{query}")).refused(400, "field_hidden");
        }
        // Written by who does not see it, it is computed all the same.
        let path = format!("/customers/{}", made.id());
        t.owner.patch(&path, 1, json!({ "custom_fields": { "salary": 100 } })).expect(200);
        let history = t.other_sales.get(&format!("{path}/history")).expect(200);
        assert!(!history.text.contains("bonus") && !history.text.contains("high"), "{}", history.text);
        t.other_sales.patch(&path, 2, json!({ "name": "y" })).expect(200);
        assert_eq!(t.owner.get(&path).expect(200)["custom_fields"]["plain"], "y!");
    }

    fn what_cannot_be_given_is_refused(t) {
        field(t, "n", "integer", json!({}));
        field(t, "tags_of", "tags", json!({}));
        field(t, "first", "formula", json!({ "formula": "n + 1" }));
        let post = |ty: &str, more: Json| {
            let mut body = json!({ "kind": "customer", "key": "size", "label": { "en": "Size" }, "type": ty });
            for (name, value) in more.as_object().expect("an object") {
                body[name] = value.clone();
            }
            t.admin.post("/fields", body)
        };
        for (ty, more, issue) in [
            ("formula", json!({}), "/formula required"),
            ("formula", json!({ "formula": "n +" }), "/formula formula_syntax"),
            ("formula", json!({ "formula": "size + 1" }), "/formula formula_ring"),
            ("formula", json!({ "formula": "dragon" }), "/formula formula_field"),
            ("formula", json!({ "formula": "tags_of & ''" }), "/formula formula_field_type"),
            ("formula", json!({ "formula": "n & 'a' > 2" }), "/formula formula_types"),
            ("formula", json!({ "formula": "n / 0" }), "/formula formula_by_zero"),
            ("formula", json!({ "formula": "dragon()" }), "/formula formula_function"),
            ("formula", json!({ "formula": "n", "required": true }), "/required not_for_type"),
            ("formula", json!({ "formula": "n", "unique": true }), "/unique not_for_type"),
            ("formula", json!({ "formula": "n", "default": 1 }), "/default not_for_type"),
            ("text", json!({ "formula": "n" }), "/formula not_for_type"),
            ("auto_number", json!({ "pattern": "A" }), "/pattern invalid_pattern"),
            ("auto_number", json!({ "required": true }), "/required not_for_type"),
            ("text", json!({ "pattern": "{0}" }), "/pattern not_for_type"),
        ] {
            post(ty, more).invalid(&[issue]);
        }
        let refused = post("formula", json!({ "formula": "n + 'x'" })).invalid(&["/formula formula_types"]);
        assert!(refused.text.contains("character 5") || refused.text.contains("第 5 个字符"), "{}", refused.text);
        // A ring is one however long.
        let second = field(t, "second", "formula", json!({ "formula": "first + 1" }));
        let first = t.admin.get("/fields?filter[key]=first").expect(200);
        let path = format!("/fields/{}", first.rows()[0]["id"].as_str().expect("an id"));
        t.admin.patch(&path, 1, json!({ "formula": "second + 1" })).invalid(&["/formula formula_ring"]);
        // Nor does another change its type under those that read it.
        t.admin.patch(&path, 1, json!({ "formula": "'a'" })).invalid(&["/type formula_broken"]);
        t.admin.patch(&format!("/fields/{}", second.id()), 1, json!({ "pattern": "{0}" })).invalid(&["/pattern read_only"]);
        // What it reads may be gone when it comes back.
        t.admin.delete(&format!("/fields/{}", second.id()), 1).expect(204);
        t.admin.delete(&path, 1).expect(204);
        t.admin.act(&format!("/fields/{}/restore", second.id())).if_match(2).invalid(&["/formula formula_field"]);
    }
}
