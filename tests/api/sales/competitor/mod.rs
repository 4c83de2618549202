//! Competitors, a kind of which every floor knows only its declaration; and the deals that name several of them.

use crate::data::import::{causes, counts, import};
use tests::*;

both! {
    fn a_kind_that_is_only_declared_has_all_that_kinds_have(t) {
        let made = t.sales.create("/competitors", json!({ "name": "海川工软", "website": "haichuan.example", "strengths": "便宜" }));
        let path = format!("/competitors/{}", made.id());
        assert_eq!(t.sales.names("/competitors?filter[name][contains]=海川"), ["海川工软"]);
        // Everybody sees and adds to them, administrators change them.
        t.sales.patch(&path, 1, json!({ "weaknesses": "慢" })).refused(403, "forbidden");
        t.sales.delete(&path, 1).refused(403, "forbidden");
        t.stranger.get(&path).refused(404, "not_found");
        t.admin.patch(&path, 1, json!({ "weaknesses": "慢" })).expect(200);
        t.sales.post("/competitors", json!({ "name": "海川工软" })).refused(409, "duplicate");
        let hits = t.sales.get("/search?q=haichuan").expect(200);
        assert!(hits["data"].as_array().expect("hits").iter().any(|hit| hit["kind"] == "competitor"), "{}", hits.text);
        let history = t.sales.get(&format!("{path}/history")).expect(200);
        assert_eq!(history.rows().len(), 2);
        t.admin.delete(&path, 2).expect(204);
        assert_eq!(t.admin.get("/competitors/deleted").expect(200).rows().len(), 1);
        t.admin.act(&format!("{path}/restore")).if_match(3).expect(200);
    }

    fn the_app_is_told_how_to_show_it(t) {
        let schema = t.sales.get("/schema").expect(200);
        let kinds = schema["kinds"].as_array().expect("kinds");
        let kind = kinds.iter().find(|k| k["kind"] == "competitor").expect("a kind");
        assert_eq!(kind["label"], json!({ "zh-CN": "竞争对手", "en": "Competitor" }));
        assert_eq!((&kind["page"], &kind["importable"], &kind["timeline"]), (&json!(true), &json!(true), &json!(false)));
        assert_eq!(kind["columns"][0], "name");
        assert_eq!(kind["rights"]["create"], "all");
        assert_eq!(kind["rights"]["edit"], "none");
        let deals = kinds.iter().find(|k| k["kind"] == "opportunity").expect("a kind");
        assert_eq!(deals["closed"], json!(["won", "lost"]));
        let field = deals["fields"].as_array().expect("fields").iter().find(|f| f["name"] == "competitor_ids").expect("a field");
        assert_eq!((&field["type"], &field["refers_to"], &field["expand"], &field["asked_when"]), (&json!("ids"), &json!("competitor"), &json!("competitors"), &json!("lost")));
    }

    fn files_of_them_are_taken(t) {
        let end = import(&t.owner, "competitors", "name,website\n锐进自动化,ruijin.example\nPlantwise,\n", &[]);
        assert_eq!(counts(&end), [2, 2, 0, 0, 0]);
        let again = import(&t.owner, "competitors", "name,website\nPlantwise,plantwise.example\n", &[]);
        assert_eq!(counts(&again), [1, 0, 1, 0, 0]);
    }

    fn a_deal_names_several(t) {
        let [a, b] = ["Acme", "Beta, Inc."].map(|name| t.sales.create("/competitors", json!({ "name": name })).id());
        let deal = t.sales.create("/opportunities", json!({ "name": "big", "competitor_ids": [b, a, b] }));
        assert_eq!(deal["competitor_ids"], json!([b, a]), "each once");
        let path = format!("/opportunities/{}", deal.id());
        let shown = t.sales.get(&format!("{path}?expand=competitors")).expect(200);
        assert_eq!(shown["competitors"], json!([{ "id": b, "name": "Beta, Inc." }, { "id": a, "name": "Acme" }]));
        let list = t.sales.get("/opportunities?expand=competitors&fields=name,competitor_ids").expect(200);
        assert_eq!(list.rows()[0]["competitors"][1]["name"], "Acme");
        assert_eq!(t.sales.names(&format!("/opportunities?filter[competitor_ids][contains]={a}")), ["big"]);
        let other = t.sales.create("/competitors", json!({ "name": "Other" })).id();
        assert_eq!(t.sales.names(&format!("/opportunities?filter[competitor_ids][in]={other},{a}")), ["big"]);
        assert!(t.sales.names(&format!("/opportunities?filter[competitor_ids][contains]={other}")).is_empty());
        assert!(t.sales.names("/opportunities?filter[competitor_ids][is_null]=true").is_empty());
        t.sales.get("/opportunities?filter[competitor_ids][contains]=x").refused(400, "invalid_operand");
        for (wrong, issue) in [
            (json!([t.sales.id]), "/competitor_ids reference_not_found"),
            (json!(["x"]), "/competitor_ids wrong_type"),
            (json!(a), "/competitor_ids wrong_type"),
        ] {
            t.sales.patch(&path, 1, json!({ "competitor_ids": wrong })).invalid(&[issue]);
        }
        let counted = t.sales.get(&format!("/competitors/{a}?counts=opportunity")).expect(200);
        assert_eq!(counted["counts"], json!({ "opportunity": 1 }));
        let counted = t.sales.get(&format!("/competitors/{other}?counts=opportunity")).expect(200);
        assert_eq!(counted["counts"], json!({ "opportunity": 0 }));
        // A competitor that is deleted is named no more, and the deal says so in its history.
        t.admin.delete(&format!("/competitors/{b}"), 1).expect(204);
        let left = t.sales.get(&path).expect(200);
        assert_eq!((&left["competitor_ids"], left.version()), (&json!([a]), 2));
        let history = t.sales.get(&format!("{path}/history")).expect(200);
        assert_eq!(history.rows()[0]["fields"]["competitor_ids"], json!([[b, a], [a]]));
        // It stays so when it comes back.
        t.admin.act(&format!("/competitors/{b}/restore")).if_match(2).expect(200);
        assert_eq!(t.sales.get(&path).expect(200)["competitor_ids"], json!([a]));
    }

    fn files_of_deals_name_them(t) {
        for name in ["Acme", "Beta, Inc.", "Gamma"] {
            t.owner.create("/competitors", json!({ "name": name }));
        }
        let file = "name,竞争对手\none,\"Beta, Inc.\"\ntwo,\"Acme, Gamma\"\nthree,Nobody\n";
        let end = import(&t.owner, "opportunities", file, &[]);
        assert_eq!(counts(&end), [3, 2, 0, 0, 1], "{:?}", causes(&end));
        let named = |name: &str| {
            let found = t.owner.get(&format!("/opportunities?expand=competitors&filter[name]={name}")).expect(200);
            let names = found.rows()[0]["competitors"].as_array().expect("a list").clone();
            names.iter().map(|c| c["name"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(named("one"), ["Beta, Inc."]);
        assert_eq!(named("two"), ["Acme", "Gamma"]);
    }
}
