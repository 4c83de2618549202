//! Reports: sums over what the caller may see.

use tests::*;

fn deals(t: &T) {
    let stages = seed::stages(&t.sales);
    for (who, stage, amount, end) in [
        (&t.sales, 0, "100.50", ""),
        (&t.sales, 1, "200", ""),
        (&t.sales, 1, "10", "win"),
        (&t.sales, 1, "20", "win"),
        (&t.sales, 0, "5", "lose"),
        (&t.other_sales, 1, "1000", "win"),
        (&t.other_sales, 1, "300", ""),
    ] {
        let made = who.create(
            "/opportunities",
            json!({ "name": "x", "stage_id": stages[stage], "amount": seed::cny(amount) }),
        );
        if !end.is_empty() {
            let body = if end == "lose" {
                json!({ "reason": "价格" })
            } else {
                json!({})
            };
            who.post(&format!("/opportunities/{}/{end}", made.id()), body)
                .if_match(1)
                .expect(200);
        }
    }
}

both! {
    fn the_pipeline_is_summed_by_stage(t) {
        deals(t);
        let all = t.owner.get("/reports/pipeline-summary").expect(200);
        let rows: Vec<_> = all.rows().iter().map(|r| (r["count"].as_i64(), r["sum"].clone(), r["weighted"].clone())).collect();
        assert_eq!(rows, [(Some(1), seed::cny("100.50"), seed::cny("10.05")), (Some(2), seed::cny("500.00"), seed::cny("125.00"))]);
        assert_eq!(all["total"], json!({ "count": 3, "sum": seed::cny("600.50") }));
        assert_eq!(t.sales.get("/reports/pipeline-summary").expect(200)["total"]["sum"], seed::cny("300.50"));
        assert_eq!(t.stranger.get("/reports/pipeline-summary").expect(200)["data"], json!([]));
    }

    fn the_win_rate_has_two_decimals(t) {
        let none = t.owner.get("/reports/win-rate").expect(200);
        assert_eq!(none["rate"], Json::Null);
        deals(t);
        let mine = t.sales.get("/reports/win-rate").expect(200);
        assert_eq!((&mine["won"], &mine["lost"], &mine["open"], &mine["rate"]), (&json!(2), &json!(1), &json!(2), &json!(66.67)));
        assert_eq!((&mine["won_value"], &mine["lost_value"]), (&seed::cny("30.00"), &seed::cny("5.00")));
        let all = t.owner.get("/reports/win-rate").expect(200);
        assert_eq!((&all["won"], &all["rate"], &all["won_value"]), (&json!(3), &json!(75.0), &seed::cny("1030.00")));
        assert_eq!(all["months"].as_array().map(Vec::len), Some(1));
        assert_eq!(all["months"][0]["won_value"], seed::cny("1030.00"));
    }

    fn sales_are_ranked_by_owner(t) {
        deals(t);
        let all = t.owner.get("/reports/sales-by-owner").expect(200);
        let rows: Vec<_> = all.rows().iter().map(|r| (r["owner"]["name"].as_str().unwrap_or_default().to_owned(), r["won_value"]["amount"].clone(), r["open_count"].clone())).collect();
        assert_eq!(rows, [("other_sales".to_owned(), json!("1000.00"), json!(1)), ("sales".to_owned(), json!("30.00"), json!(2))]);
        assert_eq!(t.manager.get("/reports/sales-by-owner").expect(200).rows().len(), 1, "a manager sees the team");
    }

    fn amounts_are_bounded_and_huge_ones_that_are_stored_already_break_no_sum(t) {
        let body = |amount: &str| json!({ "name": "x", "amount": seed::cny(amount) });
        let refused = t.sales.post("/opportunities", body("92233720368547758.07")).language("en").invalid(&["/amount/amount amount_out_of_range"]);
        assert!(refused.text.contains("999999999999999.99"), "it says how much is taken: {}", refused.text);
        let name = format!("huge {}", t.workspace);
        for end in ["", "", "", "win", "win"] {
            let made = t.sales.create("/opportunities", json!({ "name": name, "amount": seed::cny("1") }));
            if !end.is_empty() {
                t.sales.post(&format!("/opportunities/{}/{end}", made.id()), json!({})).if_match(1).expect(200);
            }
        }
        let most = i64::MAX;
        t.running.place.run(&format!("UPDATE opportunities SET amount = {most}, amount_base = {most}, wire = NULL WHERE name = '{name}'"));
        let (three, two) = (seed::cny("276701161105643274.21"), seed::cny("184467440737095516.14"));
        assert_eq!(t.owner.get("/reports/pipeline-summary").expect(200)["total"]["sum"], three);
        let board = t.owner.get(&format!("/pipelines/{}/board", seed::pipeline(&t.owner))).expect(200);
        let columns = if board["stages"].is_array() { &board["stages"] } else { &board["data"] };
        assert_eq!(columns[0]["sum"], three, "{}", board.text);
        for group in ["", "?group=fiscal_year"] {
            let rate = t.owner.get(&format!("/reports/win-rate{group}")).expect(200);
            assert_eq!((&rate["won_value"], &rate["open_value"], &rate["months"][0]["won_value"]), (&two, &three, &two));
        }
        let owners = t.owner.get("/reports/sales-by-owner").expect(200);
        assert_eq!((&owners.rows()[0]["won_value"], &owners.rows()[0]["open_value"]), (&two, &three));
        let huge = t.owner.get("/opportunities?filter[status]=open&sort=amount").expect(200).rows()[0].clone();
        let path = format!("/opportunities/{}", huge["id"].as_str().expect("an id"));
        t.owner.patch(&path, 1, json!({ "name": "still editable" })).expect(200);
    }
}
