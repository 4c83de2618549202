//! Opportunities on their way through a pipeline: moves, stages with conditions, lines, won, lost and reopened.

use tests::*;

fn deal(t: &T, body: Json) -> Answer {
    t.sales.create("/opportunities", body)
}

/// A pipeline of the firm's own with three stages.
fn three_stages(t: &T, third: impl Fn(&[String]) -> Json) -> (String, Vec<String>) {
    let pipeline = t.owner.create("/pipelines", json!({ "name": "Own" })).id();
    let mut stages = Vec::new();
    for name in ["one", "two"] {
        stages.push(
            t.owner
                .create("/stages", json!({ "name": name, "pipeline_id": pipeline }))
                .id(),
        );
    }
    let mut body = third(&stages);
    body["name"] = json!("three");
    body["pipeline_id"] = json!(pipeline);
    stages.push(t.owner.create("/stages", body).id());
    (pipeline, stages)
}

both! {
    fn a_new_opportunity_stands_in_the_first_stage(t) {
        let stages = seed::stages(&t.sales);
        let made = deal(t, json!({ "name": "a" }));
        assert_eq!(made["stage_id"], stages[0]);
        assert_eq!(made["pipeline_id"], seed::pipeline(&t.sales));
        assert_eq!(made["status"], "open");
        assert_eq!(made["stage_entered_at"], made["created_at"]);
        let later = deal(t, json!({ "name": "b", "stage_id": stages[2] }));
        assert_eq!((&later["stage_id"], &later["pipeline_id"]), (&json!(stages[2]), &made["pipeline_id"]));
        t.sales.post("/opportunities", json!({ "name": "c", "status": "won" })).invalid(&["/status read_only"]);
        t.sales.post("/opportunities", json!({ "name": "c", "closed_at": null, "loss_reason": "x" })).invalid(&["/closed_at read_only", "/loss_reason read_only"]);
    }

    fn a_move_changes_the_stage_and_its_time(t) {
        let stages = seed::stages(&t.sales);
        let made = deal(t, json!({ "name": "a" }));
        let path = format!("/opportunities/{}/move", made.id());
        let moved = t.sales.post(&path, json!({ "stage_id": stages[3] })).if_match(1).expect(200);
        assert_eq!((&moved["stage_id"], moved.version()), (&json!(stages[3]), 2));
        assert!(moved["stage_entered_at"].as_str() > made["stage_entered_at"].as_str());
        let same = t.sales.post(&path, json!({ "stage_id": stages[3] })).if_match(2).expect(200);
        assert_eq!(same.body, moved.body, "a move to where it stands changes nothing");
        let by_patch = t.sales.patch(&format!("/opportunities/{}", made.id()), 2, json!({ "stage_id": stages[1] })).expect(200);
        assert!(by_patch["stage_entered_at"].as_str() > moved["stage_entered_at"].as_str());
        t.sales.post(&path, json!({ "stage_id": stages[0] })).refused(428, "precondition_required");
        t.sales.post(&path, json!({ "stage_id": stages[0] })).if_match(2).refused(412, "stale");
        t.sales.post(&path, json!({})).if_match(3).invalid(&["/stage_id required"]);
        t.sales.post(&path, json!({ "stage_id": made.id() })).if_match(3).invalid(&["/stage_id reference_not_found"]);
        t.sales.post(&path, json!({ "stage_id": stages[0], "why": "x" })).if_match(3).invalid(&["/why unknown_field"]);
        let other = three_stages(t, |_| json!({})).1;
        t.sales.post(&path, json!({ "stage_id": other[0] })).if_match(3).invalid(&["/stage_id stage_of_other_pipeline"]);
        t.other_sales.post(&path, json!({ "stage_id": stages[0] })).if_match(3).refused(404, "not_found");
    }

    fn a_stage_asks_for_its_fields(t) {
        let (pipeline, stages) = three_stages(t, |_| json!({ "required_fields": ["amount", "close_on", "tags"] }));
        let made = deal(t, json!({ "name": "a", "pipeline_id": pipeline }));
        let path = format!("/opportunities/{}", made.id());
        let missing = ["/amount required_for_stage", "/close_on required_for_stage", "/tags required_for_stage"];
        t.sales.post(&format!("{path}/move"), json!({ "stage_id": stages[2] })).if_match(1).invalid(&missing);
        t.sales.patch(&path, 1, json!({ "stage_id": stages[2] })).invalid(&missing);
        t.sales.post("/opportunities", json!({ "name": "b", "stage_id": stages[2] })).invalid(&missing);
        let filled = json!({ "stage_id": stages[2], "amount": seed::cny("1"), "close_on": "2027-01-31", "tags": ["x"] });
        let moved = t.sales.patch(&path, 1, filled).expect(200);
        assert_eq!(moved["stage_id"], stages[2]);
        t.owner.post("/stages", json!({ "name": "x", "pipeline_id": pipeline, "required_fields": ["colour"] })).invalid(&["/required_fields unknown_field"]);
    }

    fn a_stage_is_entered_from_where_it_allows(t) {
        let (pipeline, stages) = three_stages(t, |s| json!({ "allowed_from": [s[1]] }));
        let made = deal(t, json!({ "name": "a", "pipeline_id": pipeline }));
        let path = format!("/opportunities/{}/move", made.id());
        t.sales.post(&path, json!({ "stage_id": stages[2] })).if_match(1).invalid(&["/stage_id move_not_allowed"]);
        t.sales.post(&path, json!({ "stage_id": stages[1] })).if_match(1).expect(200);
        t.sales.post(&path, json!({ "stage_id": stages[2] })).if_match(2).expect(200);
    }

    fn deals_are_won_lost_and_reopened(t) {
        let made = deal(t, json!({ "name": "a", "amount": seed::cny("100") }));
        let path = format!("/opportunities/{}", made.id());
        let act = |action: &str, version: i64, body: Json| t.sales.post(&format!("{path}/{action}"), body).if_match(version);
        act("reopen", 1, json!({})).refused(409, "opportunity_open");
        let won = t.sales.act(&format!("{path}/win")).if_match(1).expect(200);
        assert_eq!((&won["status"], won.version()), (&json!("won"), 2));
        assert!(won["closed_at"].is_string());
        act("win", 2, json!({})).refused(409, "opportunity_closed");
        act("lose", 2, json!({ "reason": "x" })).refused(409, "opportunity_closed");
        act("move", 2, json!({ "stage_id": seed::stages(&t.sales)[1] })).refused(409, "opportunity_closed");
        t.sales.patch(&path, 2, json!({ "amount": seed::cny("1") })).invalid(&["/status opportunity_closed"]);
        t.sales.patch(&path, 2, json!({ "description": "paid" })).expect(200);
        let open = act("reopen", 3, json!({})).expect(200);
        assert_eq!((&open["status"], &open["closed_at"]), (&json!("open"), &Json::Null));
        act("lose", 4, json!({})).invalid(&["/reason reason_required"]);
        act("lose", 4, json!({ "reason": " " })).invalid(&["/reason reason_required"]);
        let said = &t.owner.description().document["components"]["schemas"]["Lose"];
        assert_eq!((&said["required"], &said["properties"]["loss_reason"]), (&json!(["reason"]), &Json::Null));
        let rival = t.sales.create("/competitors", json!({ "name": "Acme" })).id();
        let lost = act("lose", 4, json!({ "reason": "价格", "competitor_ids": [rival] })).expect(200);
        assert_eq!((&lost["status"], &lost["loss_reason"], &lost["competitor_ids"]), (&json!("lost"), &json!("价格"), &json!([rival])));
        let again = act("reopen", 5, json!({})).expect(200);
        assert_eq!(again["loss_reason"], Json::Null);
        t.other_sales.act(&format!("{path}/win")).if_match(6).refused(404, "not_found");
    }

    fn the_amount_follows_the_lines(t) {
        let product = t.owner.create("/products", json!({ "name": "GTX Pro", "price": seed::cny("4821") })).id();
        let line = |quantity: Json, price: &str, discount: i64| json!({ "product_id": product, "quantity": quantity, "price": seed::cny(price), "discount": discount });
        let made = deal(t, json!({ "name": "a", "lines": [line(json!("1.5"), "9.99", 0), line(json!(3), "100", 15)] }));
        // 14.985 → 14.99, and 255.00
        assert_eq!(made["amount"], seed::cny("269.99"));
        assert_eq!(made["lines"][0]["quantity"], "1.5");
        assert_eq!(made["lines"][0]["price"], seed::cny("9.99"));
        let path = format!("/opportunities/{}", made.id());
        let own = t.sales.patch(&path, 1, json!({ "lines": [line(json!("2"), "10", 0)], "amount": seed::cny("18") })).expect(200);
        assert_eq!(own["amount"], seed::cny("18.00"), "an amount of its own stands");
        let less = t.sales.patch(&path, 2, json!({ "lines": [line(json!("2"), "10", 0), line(json!("1"), "0.01", 0)] })).expect(200);
        assert_eq!(less["amount"], seed::cny("20.01"));
        assert_eq!(t.sales.get(&path).expect(200).body, less.body);
        for (lines, issue) in [
            (json!("x"), "/lines wrong_type"), (json!([1]), "/lines/0 wrong_type"),
            (json!([line(json!("0"), "1", 0)]), "/lines/0/quantity invalid_quantity"), (json!([line(json!("1.2345"), "1", 0)]), "/lines/0/quantity invalid_quantity"),
            (json!([line(json!("1"), "1", 101)]), "/lines/0/discount out_of_range"), (json!([line(json!("1"), "-1", 0)]), "/lines/0/price/amount amount_out_of_range"),
            (json!([{ "price": seed::cny("1") }]), "/lines/0/product_id required"),
            (json!([{ "product_id": made.id(), "price": seed::cny("1") }]), "/lines/0/product_id reference_not_found"),
            (json!([{ "product_id": product, "price": seed::cny("1"), "colour": 1 }]), "/lines/0/colour unknown_field"),
            (json!([line(json!("1000000000"), "999999999999999.99", 0)]), "/lines amount_out_of_range"),
            (json!([line(json!("1"), "1000000000000000", 0)]), "/lines/0/price/amount amount_out_of_range"),
            (json!([{ "product_id": "x", "price": seed::cny("1") }]), "/lines/0/product_id wrong_type"),
        ] {
            t.sales.patch(&path, 3, json!({ "lines": lines })).invalid(&[issue]);
        }
        t.owner.delete(&format!("/products/{product}"), 1).refused(409, "still_referenced");
        let none = t.sales.patch(&path, 3, json!({ "lines": [] })).expect(200);
        assert_eq!(none["amount"], seed::cny("20.01"), "without lines the amount stays");
        t.owner.delete(&format!("/products/{product}"), 1).expect(204);
    }

    fn an_amount_that_is_said_stays_beside_new_lines(t) {
        let product = t.owner.create("/products", json!({ "name": "Pump" })).id();
        let yuan = |amount: &str| json!({ "amount": amount, "currency": "CNY" });
        let lines = |quantity: i64| json!([{ "product_id": product, "quantity": quantity, "price": yuan("10") }]);
        let made = deal(t, json!({ "name": "a", "lines": lines(1) }));
        assert_eq!(made["amount"]["amount"], "10.00");
        let path = format!("/opportunities/{}", made.id());
        let said = t.sales.patch(&path, 1, json!({ "lines": lines(2), "amount": made["amount"] })).expect(200);
        assert_eq!(said["amount"]["amount"], "10.00", "said as it was: it is the one that was agreed");
        let followed = t.sales.patch(&path, 2, json!({ "lines": lines(3) })).expect(200);
        assert_eq!(followed["amount"]["amount"], "30.00", "not said: the lines say it");
    }
}
