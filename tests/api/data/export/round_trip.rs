//! What is exported is handed in again without a change: every kind, each form of file, and cells as people and chance write them.

use super::{causes, counts, exported, file, import};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use tests::*;

/// Texts that programs for tables like to take for something else.
const TRAPS: [&str; 26] = [
    "00123",
    "1e5",
    "1.50",
    "+1+1",
    "=1+1",
    "=HYPERLINK(\"x\")",
    "@sum",
    "-5",
    "TRUE",
    "2024-01-02",
    "12:30",
    "'x",
    "''x",
    "'=x",
    "two\nlines",
    "a\"b\"",
    "a,b;c\td",
    "_x000D_",
    "_x0041_b",
    "<b>&amp;</b>",
    "１２３",
    "𠮷野家",
    "é e\u{301}",
    "#N/A",
    "1/2",
    "(5)",
];

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        proptest::sample::select(&TRAPS[..]).prop_map(str::to_owned),
        proptest::sample::select(&TRAPS[..]).prop_map(|trap| format!("{trap} tail")),
        "[0-9+=@'\"_x<>&;,.% \\-A-Za-z甲乙\n]{1,24}",
    ]
}

/// One customer by chance; all of these are valid.
fn customer() -> impl Strategy<Value = Json> {
    let money = (
        0i64..=9_007_199_254_740_992,
        proptest::sample::select(&["CNY", "USD"][..]),
    );
    let day = (1990i64..2050, 1u32..=12, 1u32..=28);
    let moment = (0i64..24 * 60, 0u32..60, 0u32..1_000_000);
    (text(), text(), text(), money, day, moment, proptest::option::of(0i64..=100_000_000)).prop_map(
        |(name, description, address, (minor, currency), (year, month, day), (minute, second, micro), count)| {
            json!({
                "name": name, "description": description, "address": address, "employees": count,
                "annual_revenue": { "amount": format!("{}.{:02}", minor / 100, minor % 100), "currency": currency },
                "next_follow_up_at": format!("{year}-{month:02}-{day:02}T{:02}:{:02}:{second:02}.{micro:06}Z", minute / 60, minute % 60),
                "custom_fields": { "since": format!("{year}-{month:02}-{day:02}"), "weight": format!("{}.{:03}", minor % 100_000, micro % 1_000) },
            })
        },
    )
}

both! {
    fn cells_come_back_as_they_were(t) {
        let o = &t.owner;
        o.create("/currencies", json!({ "code": "USD" }));
        o.create("/exchange-rates", json!({ "currency": "USD", "valid_from": "1990-01-01", "rate": "7.1" }));
        for (key, ty) in [("since", "day"), ("weight", "decimal")] {
            o.create("/fields", json!({ "kind": "customer", "key": key, "label": { "en": key, "zh-CN": key }, "type": ty }));
        }
        let mut runner = TestRunner::deterministic();
        for n in 0..150 {
            let mut one = customer().new_tree(&mut runner).expect("a tree").current();
            // What stands in one line has no other, and no two are taken for one.
            for field in ["name", "address"] {
                one[field] = json!(one[field].as_str().expect("a text").replace(['\n', '\t'], " "));
            }
            one["name"] = json!(format!("{}~{n}", one["name"].as_str().expect("name").trim()));
            o.create("/customers", one);
        }
        for asked in [json!({ "kind": "customer", "format": "csv" }), json!({ "kind": "customer", "format": "xlsx" })] {
            let end = exported(o, asked.clone());
            assert_eq!(end["rows"], 150, "{}", end.text);
            let bytes = file(o, &end).bytes;
            let end = import(o, "customers", bytes, &[]);
            assert_eq!(counts(&end), [150, 0, 0, 150, 0], "{asked} {:?}", causes(&end));
        }
    }

    fn every_kind_that_can_be_imported_comes_back_unchanged(t) {
        let o = &t.owner;
        o.create("/currencies", json!({ "code": "USD" }));
        o.create("/exchange-rates", json!({ "currency": "USD", "valid_from": "2020-01-01", "rate": "7.1" }));
        o.create("/kinds", json!({ "key": "machine", "label": { "en": "Machine", "zh-CN": "设备" } }));
        o.create("/fields", json!({ "kind": "customer", "key": "fleet", "label": { "en": "Fleet", "zh-CN": "车队" }, "type": "integer" }));
        let group = o.create("/customers", json!({ "name": "集团, Inc.", "external_id": "G-1" }));
        let acme = o.create("/customers", json!({
            "name": "博艺网络", "phone": "+86 10 8888-0000", "email": "a@example.cn", "status": "following", "tags": ["重点", "VIP"],
            "annual_revenue": { "amount": "1250.50", "currency": "USD" }, "employees": 12_345, "parent_id": group["id"],
            "next_follow_up_at": "2026-03-29T01:30:00.123456Z", "description": "two\nlines, and \"quotes\"", "website": "https://example.cn", "custom_fields": { "fleet": 7 },
        }));
        o.create("/contacts", json!({ "name": "王小明", "customer_id": acme["id"], "birthday": "1990-02-28", "do_not_contact": true,
            "phone": "13800001111", "office_phone": "+86 (571) 8888-0000", "decision_role": "decider" }));
        o.create("/leads", json!({ "name": "Lead", "company": "Firm", "phone": "+8613900001111" }));
        let rival = o.create("/competitors", json!({ "name": "Rival" }));
        o.create("/opportunities", json!({ "name": "Deal", "customer_id": acme["id"], "close_on": "2026-12-01",
            "amount": { "amount": "99.00", "currency": "CNY" }, "competitor_ids": [rival["id"]] }));
        o.create("/products", json!({ "name": "Thing", "code": "T-1", "price": { "amount": "3.00", "currency": "CNY" } }));
        let schema = o.get("/schema?language=en").expect(200);
        let kinds = schema["kinds"].as_array().expect("kinds").iter().filter(|kind| kind["importable"] == true);
        let mut seen = 0;
        for kind in kinds {
            let (name, path) = (kind["kind"].as_str().expect("kind"), kind["path"].as_str().expect("path"));
            let path = path.trim_start_matches("/api/v1/");
            if o.get(&format!("/{path}")).expect(200).rows().is_empty() {
                seed::plain(o, &format!("/{path}"));
            }
            for (language, asked) in [
                ("zh", json!({ "format": "csv" })),
                ("en", json!({ "format": "csv", "encoding": "gb18030" })),
                ("zh", json!({ "format": "xlsx" })),
                ("en", json!({ "format": "xlsx" })),
            ] {
                let mut asked = asked;
                asked["kind"] = json!(name);
                let begun = o.post("/exports", asked.clone()).language(language).expect(202);
                seed::ended(o, &format!("/jobs/{}", begun.id()));
                let bytes = o.get(&format!("/exports/{}/file", begun.id())).expect(200).bytes;
                let end = import(o, name, bytes, &[]);
                let [rows, created, updated, unchanged, failed] = counts(&end);
                assert!(rows > 0, "{name}");
                assert_eq!([created, updated, unchanged, failed], [0, 0, rows, 0], "{asked} {language}: {:?} {}", causes(&end), end["mapping"]);
            }
            seen += 1;
        }
        assert!(seen >= 8, "{seen}");
    }
}
