//! Looking for records like one: by name, telephone, address and site, however they are written, and no more than somebody sees.

use tests::client::Answer;
use tests::*;

fn like(by: &Client, path: &str, body: Json) -> Answer {
    by.post(&format!("{path}/duplicates"), body).expect(200)
}

/// Title and reasons of each candidate.
fn told(answer: &Answer) -> Vec<String> {
    let reasons = |row: &Json| {
        let all = row["reasons"].as_array().expect("reasons").iter();
        all.map(|r| r.as_str().expect("a word").to_owned())
            .collect::<Vec<_>>()
            .join("+")
    };
    let rows = answer.rows().iter();
    rows.map(|row| format!("{} {}", row["title"].as_str().expect("a title"), reasons(row)))
        .collect()
}

both! {
    fn a_customer_is_found_however_it_is_written(t) {
        let fields = json!({ "name": "上海贝尔科技有限公司", "phone": "+86 138-0013-8000", "email": "info@bell.example.cn",
            "website": "https://www.bell-shanghai.cn" });
        let made = t.sales.create("/customers", fields);
        t.sales.create("/customers", json!({ "name": "北京远航贸易有限公司" }));
        for (body, reasons) in [
            (json!({ "name": "贝爾科技（上海）股份有限公司" }), "same_name"),
            (json!({ "name": "上海市贝儿科技" }), "same_sound"),
            (json!({ "name": "贝尔" }), "similar_name"),
            (json!({ "name": "x", "phone": "0086 13800138000" }), "same_phone"),
            (json!({ "email": "INFO@Bell.example.cn" }), "same_email"),
            (json!({ "website": "shop.bell-shanghai.cn/x" }), "same_domain"),
            (json!({ "name": "上海贝尔科技", "phone": "13800138000" }), "same_name+same_phone"),
        ] {
            let found = like(&t.sales, "/customers", body.clone());
            assert_eq!(told(&found), [format!("上海贝尔科技有限公司 {reasons}")], "{body}");
            let one = &found.rows()[0];
            assert_eq!((&one["id"], &one["kind"], &one["owner_id"]), (&json!(made.id()), &json!("customer"), &json!(t.sales.id)));
            assert_eq!(found["hidden"], 0);
        }
        for body in [json!({ "name": "上海远航餐饮" }), json!({ "email": "other@qq.com" }), json!({ "phone": "13800138001" })] {
            assert_eq!(told(&like(&t.sales, "/customers", body.clone())), Vec::<String>::new(), "{body}");
        }
        t.sales.post("/customers/duplicates", json!({})).invalid(&["/name required"]);
        t.sales.post("/customers/duplicates", json!({ "colour": "red" })).invalid(&["/colour unknown_field"]);
    }

    fn the_keys_follow_the_record(t) {
        let path = format!("/customers/{}", t.sales.create("/customers", json!({ "name": "远航贸易", "phone": "13911112222" })).id());
        let by_phone = |phone: &str| told(&like(&t.sales, "/customers", json!({ "phone": phone }))).len();
        let by_name = |name: &str| told(&like(&t.sales, "/customers", json!({ "name": name }))).len();
        assert_eq!((by_phone("139 1111 2222"), by_name("遠航貿易")), (1, 1));
        t.sales.patch(&path, 1, json!({ "phone": "13911113333", "name": "云帆物流" })).expect(200);
        assert_eq!((by_phone("13911112222"), by_phone("13911113333"), by_name("远航贸易"), by_name("云帆物流")), (0, 1, 0, 1));
        // Itself is not like itself, and is found by what stands in it.
        let other = t.sales.create("/customers", json!({ "name": "云帆物流有限公司" })).id();
        let of = |id: &str| told(&like(&t.sales, "/customers", json!({ "id": id })));
        assert_eq!(of(&other), ["云帆物流 same_name"]);
        let place = &t.running.place;
        let count = |name: &str| place.texts(&format!("SELECT key AS text FROM duplicate_keys WHERE key = 'n:{name}'")).len();
        let before = count("云帆物流");
        t.sales.delete(&path, 2).expect(204);
        assert_eq!((of(&other).len(), count("云帆物流")), (0, before - 1));
        t.sales.act(&format!("{path}/restore")).if_match(3).expect(200);
        assert_eq!(of(&other), ["云帆物流 same_name"]);
        t.sales.post("/customers/duplicates", json!({ "id": t.stranger.create("/customers", json!({ "name": "远" })).id() })).refused(404, "not_found");
    }

    fn leads_look_among_customers_and_contacts_as_well(t) {
        let customer = t.sales.create("/customers", json!({ "name": "宏图软件有限公司" })).id();
        t.sales.create("/contacts", json!({ "name": "韩梅梅", "customer_id": customer, "phone": "13700001111" }));
        t.sales.create("/leads", json!({ "name": "李雷", "company": "宏图软件" }));
        let found = like(&t.sales, "/leads", json!({ "name": "韩梅梅", "company": "宏图软件", "phone": "137-0000-1111" }));
        let mut kinds: Vec<&str> = found.rows().iter().map(|row| row["kind"].as_str().expect("a kind")).collect();
        kinds.sort_unstable();
        assert_eq!(kinds, ["contact", "customer", "lead"]);
        assert_eq!(found.rows()[0]["title"], "韩梅梅");
        // Two of one name at one firm are one person; elsewhere they may be.
        let score = |body: Json| like(&t.sales, "/contacts", body).rows()[0]["score"].as_i64().expect("a score");
        assert!(score(json!({ "name": "韩梅梅", "customer_id": customer })) > 90);
        assert!(score(json!({ "name": "韩梅梅" })) < 60);
    }

    fn what_is_out_of_sight_is_counted_at_most(t) {
        t.other_sales.create("/customers", json!({ "name": "隐秘科技有限公司", "phone": "13600009999" }));
        let found = like(&t.sales, "/customers", json!({ "name": "隐秘科技" }));
        assert_eq!((found.rows().len(), &found["hidden"]), (0, &json!(1)), "{}", found.text);
        assert!(!found.text.contains(&t.other_sales.id.to_string()));
        // What is only alike says nothing of what nobody sees.
        let alike = like(&t.sales, "/customers", json!({ "name": "隐蜜科技" }));
        assert_eq!((alike.rows().len(), &alike["hidden"]), (0, &json!(0)));
        assert_eq!(like(&t.manager, "/customers", json!({ "phone": "13600009999" }))["hidden"], 1);
        assert_eq!(like(&t.owner, "/customers", json!({ "phone": "13600009999" })).rows().len(), 1);
        assert_eq!(like(&t.stranger, "/customers", json!({ "phone": "13600009999" }))["hidden"], 0, "another firm");
    }

    fn a_kind_that_a_firm_made_is_compared_with_itself(t) {
        t.admin.create("/kinds", json!({ "key": "workshop", "label": { "zh-CN": "车间" } }));
        t.admin.create("/fields", json!({ "kind": "workshop", "key": "tel", "type": "phone", "label": { "zh-CN": "电话" } }));
        t.admin.create("/workshops", json!({ "name": "宏达五金有限公司", "custom_fields": { "tel": "021-66668888" } }));
        t.admin.create("/customers", json!({ "name": "宏达五金有限公司" }));
        assert_eq!(told(&like(&t.admin, "/workshops", json!({ "name": "宏达五金" }))), ["宏达五金有限公司 same_name"]);
        assert_eq!(told(&like(&t.admin, "/workshops", json!({ "phone": "(021) 6666 8888" }))), ["宏达五金有限公司 same_phone"]);
    }
}
