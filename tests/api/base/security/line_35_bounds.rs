//! Line 35. Numbers at the bounds of what is accepted, in every field of every kind: whatever counts or adds them up answers,
//! and what lies beyond is refused where it stands.

use crate::description::operations;
use tests::*;

/// The most an amount may be, and how many of them: together they are past what 64 bits of its smallest unit hold.
const MOST: &str = "999999999999999.99";
const TIMES: usize = 100;

/// The fields of a body that hold numbers: the name, what is accepted at either end, and what is not any more.
fn numbers(t: &T, schema: &Json) -> Vec<(String, [Json; 2], [Json; 2])> {
    let document = &t.owner.description().document;
    let schema = match schema["$ref"].as_str() {
        Some(reference) => document.pointer(reference.trim_start_matches('#')).expect("a schema"),
        None => schema,
    };
    let fields = schema["properties"].as_object().into_iter().flatten();
    let number = |(name, field): (&String, &Json)| {
        if field.to_string().contains("/schemas/Money\"") {
            let beyond = ["1000000000000000.00", "-1000000000000000.00"].map(seed::cny);
            return Some((name.clone(), [MOST, "0.00"].map(seed::cny), beyond));
        }
        let (most, least) = (field["maximum"].as_i64()?, field["minimum"].as_i64()?);
        let beyond = [most.checked_add(1)?, least.checked_sub(1)?];
        Some((name.clone(), [most, least].map(Json::from), beyond.map(Json::from)))
    };
    fields.filter_map(number).collect()
}

both! {
    fn what_is_accepted_adds_up_everywhere(t) {
        let mut tried = 0;
        for operation in operations(t).filter(|o| o.id.starts_with("create_") && o.takes_json()) {
            let path = operation.path.trim_start_matches("/api/v1");
            for (field, ends, beyond) in numbers(t, &operation.body) {
                let about = format!("{path} {field}");
                for value in ends {
                    let mut body = seed::minimal(&t.owner, path);
                    body[&field] = value.clone();
                    let answer = t.owner.post(path, body).send();
                    // Some stand beside others that go with them only.
                    assert!(matches!(answer.status, 201 | 409 | 422), "{about} = {value}: {}", answer.text);
                    tried += usize::from(answer.status == 201);
                }
                for value in beyond {
                    let mut body = seed::minimal(&t.owner, path);
                    body[&field] = value.clone();
                    let refused = t.owner.post(path, body).expect(422);
                    let at = format!("/{field}");
                    assert!(refused.issues().iter().any(|issue| issue.starts_with(&at)), "{about} = {value}: {}", refused.text);
                }
                for query in [format!("sort=-{field}&count=exact"), format!("filter[{field}][is_null]=false")] {
                    let list = t.owner.get(&format!("{path}?{query}")).send();
                    // Some can be neither sorted nor filtered by.
                    assert!(matches!(list.status, 200 | 400), "{about}: {}", list.text);
                }
            }
        }
        assert!(tried >= 10, "{tried} fields were tried");

        // So many that their sum is past 64 bits, open and won; and lines that come to too much.
        let step = json!({ "method": "create", "body": { "name": "most", "amount": seed::cny(MOST) } });
        let made = t.owner.post("/opportunities/batch", json!({ "operations": vec![step; TIMES] })).expect(200);
        for result in made["results"].as_array().expect("results").iter().take(TIMES / 2) {
            let id = result["body"]["id"].as_str().expect("an id");
            t.owner.post(&format!("/opportunities/{id}/win"), json!({})).if_match(1).expect(200);
        }
        let product = t.owner.create("/products", json!({ "name": "p", "price": seed::cny(MOST) })).id();
        let lines = json!([{ "product_id": product, "quantity": "999999", "price": seed::cny(MOST) }]);
        let refused = t.owner.post("/opportunities", json!({ "name": "too much", "lines": lines })).send();
        assert_eq!((refused.status, refused.issues().len()), (422, 1), "{}", refused.text);
        t.owner.create("/currencies", json!({ "code": "USD" }));
        t.owner.create("/exchange-rates", json!({ "currency": "USD", "valid_from": "2020-01-01", "rate": "99999999" }));
        let beyond = json!({ "currency": "USD", "valid_from": "2020-01-02", "rate": "100000000" });
        t.owner.post("/exchange-rates", beyond).invalid(&["/rate invalid_rate"]);
        t.owner.post("/opportunities", json!({ "name": "x", "amount": { "amount": MOST, "currency": "USD" } })).expect(422);
        t.owner.act("/exchange-rates/revalue").expect(200);

        // The client fails at a 500, and at an answer that is not described.
        for operation in operations(t).filter(|o| o.method == "GET" && !o.path.contains('{')) {
            t.owner.call_at("GET", &operation.path).send();
        }
        let sum = (MOST.replace('.', "").parse::<i128>().expect("a number") * (TIMES / 2) as i128).to_string();
        let (whole, cents) = sum.split_at(sum.len() - 2);
        let rate = t.owner.get("/reports/win-rate").expect(200);
        assert_eq!(rate["won_value"]["amount"], format!("{whole}.{cents}"));
        t.owner.get(&format!("/pipelines/{}/board", seed::pipeline(&t.owner))).expect(200);
    }
}
