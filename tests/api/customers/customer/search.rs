//! Full-text search: Chinese, pinyin, initials, words, telephone numbers and addresses.

use tests::*;

fn firms(t: &T) {
    for (name, phone, email) in [
        ("上海远洋国际贸易有限公司", "021-6888 1234", "sales@yuanyang.example.cn"),
        ("北京远大科技", "+86 138-0013-8000", "info@yuanda.example.cn"),
        ("Acme Widgets GmbH", "+49 30 901820", "hello@acme.example.com"),
        ("臺灣遠東紡織", "02-2733-8000", "contact@feg.example.tw"),
    ] {
        t.sales
            .create("/customers", json!({ "name": name, "phone": phone, "email": email }));
    }
}

both! {
    fn customers_are_found_the_way_people_type(t) {
        firms(t);
        let (shanghai, beijing, acme, taiwan) = ("上海远洋国际贸易有限公司", "北京远大科技", "Acme Widgets GmbH", "臺灣遠東紡織");
        for (q, expected) in [
            ("远洋", vec![shanghai]), ("国际贸易", vec![shanghai]), ("际贸", vec![shanghai]), ("公司", vec![shanghai]), ("洋远", vec![]),
            ("yuanyang", vec![shanghai]), ("yydx", vec![]), ("yuanda", vec![beijing]), ("bjyd", vec![beijing]), ("BJYD", vec![beijing]),
            ("acme", vec![acme]), ("widg", vec![acme]), ("ACME widgets", vec![acme]), ("gets", vec![]),
            ("远东", vec![taiwan]), ("遠東", vec![taiwan]), ("台湾", vec![taiwan]),
            ("13800138000", vec![beijing]), ("138 0013", vec![beijing]), ("68881234", vec![shanghai]),
            ("hello@acme.example.com", vec![acme]), ("feg.example.tw", vec![taiwan]),
            ("远", vec![shanghai, beijing, taiwan]), ("远洋 贸易", vec![shanghai]), ("远洋 科技", vec![]),
        ] {
            let mut wanted: Vec<&str> = expected.clone();
            wanted.sort();
            let mut found = t.sales.names(&format!("/customers?q={}", encoded(q)));
            found.sort();
            assert_eq!(found, wanted, "q={q}");
            let counted = t.sales.get(&format!("/customers?count=exact&q={}", encoded(q))).expect(200);
            assert_eq!(counted["page"]["count"], wanted.len(), "q={q}");
        }
    }

    fn the_index_follows_the_record(t) {
        let made = t.sales.create("/customers", json!({ "name": "旧名字" }));
        let path = format!("/customers/{}", made.id());
        t.sales.patch(&path, 1, json!({ "name": "新招牌" })).expect(200);
        assert!(t.sales.names("/customers?q=%E6%97%A7%E5%90%8D").is_empty());
        assert_eq!(t.sales.names(&format!("/customers?q={}", encoded("招牌"))), ["新招牌"]);
        t.sales.delete(&path, 2).expect(204);
        assert!(t.sales.names(&format!("/customers?q={}", encoded("招牌"))).is_empty());
    }

    fn a_hit_tells_what_it_belongs_to_as_far_as_one_sees_it(t) {
        let customer = t.sales.create("/customers", json!({ "name": "梅花机械" }));
        let deal = t.sales.create("/opportunities", json!({ "name": "二期产线", "customer_id": customer.id() }));
        t.sales.create("/activities", json!({ "kind": "note", "body": "谈到青石方案", "customer_id": customer.id(), "opportunity_id": deal.id() }));
        t.sales.create("/tasks", json!({ "subject": "青石样机寄送", "customer_id": customer.id() }));
        t.sales.create("/tasks", json!({ "subject": "青石盘点" }));
        let found = t.sales.get(&format!("/search?q={}", encoded("青石"))).expect(200);
        let told: Vec<Json> = found.rows().iter().map(|h| json!([h["kind"], h["title"], h["parent"]])).collect();
        let of_deal = json!({ "kind": "opportunity", "id": deal.id(), "title": "二期产线" });
        let of_customer = json!({ "kind": "customer", "id": customer.id(), "title": "梅花机械" });
        assert_eq!(told, [
            json!(["task", "青石盘点", null]),
            json!(["task", "青石样机寄送", of_customer]),
            json!(["activity", null, of_deal]),
        ]);
        // Whoever has a task of a customer they do not see learns nothing of it.
        t.owner.create("/tasks", json!({ "subject": "琥珀回访", "customer_id": customer.id(), "owner_id": t.other_sales.id }));
        let found = t.other_sales.get(&format!("/search?q={}", encoded("琥珀"))).expect(200);
        assert_eq!(found.rows()[0]["parent"], Json::Null);
    }

    fn one_search_looks_at_every_kind_within_reach(t) {
        let customer = t.sales.create("/customers", json!({ "name": "蓝天科技" }));
        t.sales.create("/contacts", json!({ "name": "蓝天明", "customer_id": customer.id() }));
        t.other_sales.create("/leads", json!({ "name": "蓝天浩" }));
        let hits = |client: &Client, q: &str| {
            let found = client.get(&format!("/search?q={}", encoded(q))).expect(200);
            let mut all: Vec<String> = found.rows().iter().map(|h| format!("{} {}", h["kind"].as_str().expect("a kind"), h["title"].as_str().expect("a title"))).collect();
            all.sort();
            all
        };
        assert_eq!(hits(&t.sales, "蓝天"), ["contact 蓝天明", "customer 蓝天科技"]);
        assert_eq!(hits(&t.owner, "lantian"), ["contact 蓝天明", "customer 蓝天科技", "lead 蓝天浩"]);
        assert!(hits(&t.stranger, "蓝天").is_empty());
        let one = t.owner.get("/search?q=lantian&kinds=lead").expect(200);
        let url = one.rows()[0]["url"].as_str().expect("a url").to_owned();
        assert_eq!(t.owner.call_at("GET", &url).expect(200)["name"], "蓝天浩");
        for q in ["%20", "%22", "*", "-", "a%22b*", "%E3%80%82"] {
            t.sales.get(&format!("/search?q={q}")).expect(200);
        }
        t.sales.get("/search").refused(400, "required");
        t.sales.get("/search?q=").refused(400, "empty_parameter");
        t.sales.get("/search?q=a&kinds=customers").refused(400, "unknown_kind");
        t.sales.get("/search?q=a%00").expect(400);
        t.sales.get(&format!("/search?q={}", "x".repeat(201))).refused(400, "too_long");
        t.sales.get("/search?q=a&limit=0").expect(400);
        t.sales.get("/search?q=a&colour=red").refused(400, "unknown_parameter");
    }
}
