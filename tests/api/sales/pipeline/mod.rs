//! Pipelines, stages and the board.

use tests::*;

both! {
    fn the_board_sums_what_the_caller_sees(t) {
        let stages = seed::stages(&t.sales);
        for (who, name, stage, amount) in [
            (&t.sales, "a", 0, Some("100.10")), (&t.sales, "b", 0, Some("200")), (&t.sales, "c", 0, None),
            (&t.sales, "d", 2, Some("1000")), (&t.other_sales, "e", 2, Some("5000")),
        ] {
            who.create("/opportunities", json!({ "name": name, "stage_id": stages[stage], "amount": amount.map(seed::cny) }));
        }
        let won = t.sales.create("/opportunities", json!({ "name": "won", "stage_id": stages[2], "amount": seed::cny("7") }));
        t.sales.act(&format!("/opportunities/{}/win", won.id())).if_match(1).expect(200);
        let pipeline = seed::pipeline(&t.sales);
        let board = |client: &Client, query: &str| {
            let board = client.get(&format!("/pipelines/{pipeline}/board{query}")).expect(200);
            let columns = board["stages"].as_array().expect("stages").clone();
            let names = |c: &Json| c["cards"].as_array().expect("cards").iter().map(|c| c["name"].as_str().expect("a name").to_owned()).collect::<String>();
            columns.iter().map(|c| (c["count"].as_i64().expect("a count"), c["sum"]["amount"].as_str().expect("a sum").to_owned(), c["weighted"]["amount"].as_str().expect("a sum").to_owned(), names(c))).collect::<Vec<_>>()
        };
        let column = |count, sum: &str, weighted: &str, names: &str| (count, sum.to_owned(), weighted.to_owned(), names.to_owned());
        let empty = || column(0, "0.00", "0.00", "");
        let mine = board(&t.sales, "?sort=name");
        assert_eq!(mine, [column(3, "300.10", "30.01", "abc"), empty(), column(1, "1000.00", "500.00", "d"), empty(), empty()]);
        assert_eq!(board(&t.owner, "?sort=-name")[2], column(2, "6000.00", "3000.00", "ed"));
        assert_eq!(board(&t.owner, "?filter[amount][gte]=200&sort=name"), [column(1, "200.00", "20.00", "b"), empty(), column(2, "6000.00", "3000.00", "de"), empty(), empty()]);
        assert_eq!(board(&t.owner, &format!("?filter[owner_id]={}", t.other_sales.id))[2], column(1, "5000.00", "2500.00", "e"));
        // Under a view: its filter and its order, narrowed and sorted otherwise by what is asked besides; what of it is gone is told.
        let filter = json!({ "field": "amount", "op": "gte", "value": 200 });
        let made = t.owner.create("/views", json!({ "kind": "opportunity", "name": "large", "filter": filter, "sort": "-name", "shared": "all" }));
        let by = format!("?view={}", made.id());
        let all = board(&t.owner, &by);
        assert_eq!((&all[0], &all[2]), (&column(1, "200.00", "20.00", "b"), &column(2, "6000.00", "3000.00", "ed")));
        assert_eq!(board(&t.owner, &format!("{by}&sort=name"))[2].3, "de");
        assert_eq!(board(&t.owner, &format!("{by}&filter[owner_id]={}", t.other_sales.id))[2].3, "e");
        assert_eq!(board(&t.sales, &by)[2].3, "d", "under their own rights");
        let told = |path: &str| t.owner.get(&format!("/pipelines/{pipeline}/board{path}")).expect(200)["view"].clone();
        assert_eq!((told(&by)["name"].clone(), told(&by)["left_out"].clone(), told("")), (json!("large"), json!([]), Json::Null));
        let field = t.admin.create("/fields", json!({ "kind": "opportunity", "key": "gone", "label": { "en": "Gone" }, "type": "text" }));
        t.owner.patch(&format!("/views/{}", made.id()), 1, json!({ "filter": { "and": [filter, { "field": "custom_fields.gone", "value": "x" }] } })).expect(200);
        t.admin.delete(&format!("/fields/{}", field.id()), 1).expect(204);
        assert_eq!(told(&by)["left_out"][0]["pointer"], "/filter/and/1");
        assert_eq!(board(&t.owner, &by)[2].3, "ed");
        t.owner.get(&format!("/pipelines/{pipeline}/board?view=nothing")).refused(400, "unknown_view");
        let short = t.sales.get(&format!("/pipelines/{pipeline}/board?limit=2&sort=name&fields=name")).expect(200);
        assert_eq!((&short["stages"][0]["has_more"], &short["stages"][2]["has_more"]), (&json!(true), &json!(false)));
        assert_eq!(short["stages"][0]["cards"].as_array().map(Vec::len), Some(2));
        assert_eq!(short["stages"][0]["count"], 3, "the count is of all");
        assert_eq!(short["stages"][0]["cards"][0]["owner"]["name"], "sales");
        // A colleague's deal with one's own customer is seen, and counted.
        let customer = seed::plain(&t.sales, "/customers").id();
        t.owner.create("/opportunities", json!({ "name": "f", "stage_id": stages[4], "amount": seed::cny("9"), "customer_id": customer, "owner_id": t.other_sales.id }));
        assert_eq!(board(&t.sales, "")[4], column(1, "9.00", "8.10", "f"));
        t.sales.get(&format!("/pipelines/{pipeline}/board?colour=1")).refused(400, "unknown_parameter");
        t.stranger.get(&format!("/pipelines/{pipeline}/board")).refused(404, "not_found");
    }

    fn stages_are_kept_while_deals_stand_in_them(t) {
        let pipeline = seed::pipeline(&t.owner);
        let made = t.owner.create("/stages", json!({ "name": "last", "pipeline_id": pipeline }));
        assert_eq!(made["position"], 5, "a new stage comes last");
        let deal = t.sales.create("/opportunities", json!({ "name": "a", "stage_id": made.id() }));
        let path = format!("/stages/{}", made.id());
        t.owner.delete(&path, 1).refused(409, "still_referenced");
        t.owner.delete(&format!("/pipelines/{pipeline}"), 1).refused(409, "still_referenced");
        // In the bin it still needs the stage: it could not come back.
        let in_stage = format!("/opportunities/{}", deal.id());
        t.sales.delete(&in_stage, 1).expect(204);
        for path in [&path, &format!("/pipelines/{pipeline}")] {
            t.owner.delete(path, 1).refused(409, if *path == format!("/stages/{}", made.id()) { "referenced_from_bin" } else { "still_referenced" });
        }
        t.sales.act(&format!("{in_stage}/restore")).if_match(2).expect(200);
        t.sales.act(&format!("{in_stage}/move")).if_match(3).json(json!({ "stage_id": seed::stages(&t.owner)[0] })).expect(200);
        t.sales.delete(&in_stage, 4).expect(204);
        t.owner.delete(&path, 1).expect(204);
        t.sales.act(&format!("{in_stage}/restore")).if_match(5).expect(200);
        t.owner.patch(&format!("/stages/{}", seed::stages(&t.owner)[0]), 1, json!({ "pipeline_id": pipeline })).invalid(&["/pipeline_id read_only"]);
    }

    fn a_pipeline_without_stages_takes_no_deals(t) {
        let pipeline = t.owner.create("/pipelines", json!({ "name": "bare" })).id();
        t.sales.post("/opportunities", json!({ "name": "a", "pipeline_id": pipeline })).invalid(&["/pipeline_id pipeline_without_stages"]);
        let board = t.sales.get(&format!("/pipelines/{pipeline}/board")).expect(200);
        assert_eq!(board["stages"], json!([]));
    }
}
