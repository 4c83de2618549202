//! That bodies of verbs are what the description says of them, and that what is wrong is told at once and in its place.

use super::{Probe, operations};
use tests::*;

/// Something that a member of this type is not.
fn unlike(schema: &Json) -> Option<Json> {
    match schema["type"].as_str().or_else(|| schema["type"][0].as_str())? {
        "integer" | "number" => Some(json!("x")),
        _ => Some(json!(5)),
    }
}

both! {
    fn what_a_verb_cannot_read_is_told_at_once_and_where(t) {
        let schemas = &t.owner.description().document["components"]["schemas"];
        let mut tried = 0;
        for operation in operations(t).filter(|o| o.takes_json()) {
            let name = operation.body["$ref"].as_str().and_then(|r| r.rsplit('/').next()).unwrap_or_default();
            let record = ["Create", "Patch", "Upsert"].iter().any(|end| name.ends_with(end)) || matches!(name, "" | "Search");
            if record {
                continue;
            }
            let schema = &schemas[name];
            assert_eq!(schema["additionalProperties"], false, "{name} takes what it does not name");
            let members = schema["properties"].as_object().expect("members").iter();
            let wrong: Vec<(&String, Json)> = members.filter_map(|(name, schema)| Some((name, unlike(schema)?))).collect();
            let mut body: serde_json::Map<String, Json> = wrong.iter().map(|(name, value)| ((*name).clone(), value.clone())).collect();
            body.insert("no_such_member".into(), json!(1));
            let mut probe = Probe::new(t, &t.owner, operation);
            probe.body = Some(Json::Object(body));
            let answer = probe.send(&t.owner, operation);
            assert_eq!(answer.status, 422, "{}: {}", operation.id, answer.text);
            let told = answer.issues();
            assert!(told.contains(&"/no_such_member unknown_field".to_owned()), "{}: {told:?}", operation.id);
            for (name, _) in &wrong {
                assert!(told.iter().any(|issue| issue.starts_with(&format!("/{name} "))), "{} is silent about {name}: {told:?}", operation.id);
            }
            tried += 1;
        }
        assert!(tried >= 12, "{tried}");
    }

    fn a_member_that_stands_twice_is_refused(t) {
        let post = |body: &str| t.sales.call("POST", "/customers").bytes("application/json", body.as_bytes().to_vec());
        post(r#"{"name":"One","name":"Two"}"#).refused(400, "duplicate_key");
        post(r#"{"name":"One","annual_revenue":{"amount":"1","amount":"2","currency":"CNY"}}"#).refused(400, "duplicate_key");
        assert_eq!(t.sales.names("/customers?filter[name][in]=One,Two"), Vec::<String>::new());
    }

    fn what_is_told_of_an_amount_is_true(t) {
        let revenue = |amount: Json| t.sales.post("/customers", json!({ "name": "x", "annual_revenue": amount }));
        revenue(json!({ "amount": 12.5, "currency": "CNY" })).invalid(&["/annual_revenue/amount amount_not_text"]);
        revenue(json!({ "currency": "CNY" })).invalid(&["/annual_revenue/amount required"]);
        revenue(json!({ "amount": "1", "currency": 5 })).invalid(&["/annual_revenue/currency wrong_type"]);
        let product = seed::plain(&t.owner, "/products").id();
        let line = |product: Json, discount: Json| {
            let line = json!({ "product_id": product, "price": { "amount": "1", "currency": "CNY" }, "discount": discount });
            t.sales.post("/opportunities", json!({ "name": "x", "lines": [line] }))
        };
        line(json!(product), json!(12.5)).invalid(&["/lines/0/discount out_of_range"]);
        line(json!(product), json!(101)).invalid(&["/lines/0/discount out_of_range"]);
        line(json!("x"), json!(0)).invalid(&["/lines/0/product_id wrong_type"]);
    }

    fn a_batch_takes_no_id_that_is_none(t) {
        let batch = |operation: Json| t.sales.post("/customers/batch", json!({ "operations": [operation] }));
        batch(json!({ "method": "create", "id": null, "body": { "name": "x" } })).invalid(&["/operations/0/id null_value"]);
        batch(json!({ "method": "create", "id": "x", "body": { "name": "x" } })).invalid(&["/operations/0/id invalid_id"]);
        batch(json!({ "method": "create", "body": { "name": "x" } })).expect(200);
    }
}
