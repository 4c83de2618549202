//! Every operator on every type of field, and filters as trees.

use tests::*;

/// Five customers; c and d have nothing but a name.
fn five(t: &T) {
    for body in [
        json!({ "name": "a", "level": "A", "employees": 10, "annual_revenue": seed::cny("100.50"), "tags": ["x", "y"], "next_follow_up_at": "2026-03-01T16:30:00Z", "email": "A@Example.com", "kind": "person" }),
        json!({ "name": "b", "level": "B", "employees": 20, "annual_revenue": seed::cny("200"), "tags": ["y"], "next_follow_up_at": "2026-03-02T00:00:00Z" }),
        json!({ "name": "c" }),
        json!({ "name": "d" }),
        json!({ "name": "e", "level": "a_%b", "employees": 30, "annual_revenue": seed::cny("300"), "tags": ["Z"] }),
    ] {
        t.sales.create("/customers", body);
    }
}

both! {
    fn an_address_is_the_same_in_any_case(t) {
        let made = t.sales.create("/customers", json!({ "name": "a", "email": "Li.Lei@Example.CN" }));
        assert_eq!(made["email"], "li.lei@example.cn");
        for kind in ["/contacts", "/leads"] {
            t.sales.create(kind, json!({ "name": "a", "email": "ＬＩ.Lei@Example.CN" }));
        }
        for filter in ["=LI.LEI@example.cn", "[in]=x@y.cn,Li.Lei@EXAMPLE.cn", "[contains]=LEI@EX", "[starts_with]=Li."] {
            for kind in ["/customers", "/contacts", "/leads"] {
                assert_eq!(t.sales.names(&format!("{kind}?filter[email]{filter}")), ["a"], "{kind} {filter}");
            }
        }
        assert!(t.sales.names("/customers?filter[email][ne]=LI.LEI@EXAMPLE.CN").is_empty());
        let found = t.sales.post("/customers/search", json!({ "filter": { "field": "email", "value": "LI.LEI@EXAMPLE.CN" } })).expect(200);
        assert_eq!(found.rows().len(), 1);
    }

    fn each_operator_selects_what_it_says(t) {
        seed::today();
        five(t);
        let me = t.sales.id;
        for (filter, expected) in [
            ("filter[name]=a", "a"), ("filter[name][eq]=A", ""), ("filter[name][ne]=a", "bcde"),
            ("filter[name][in]=a,c,zz", "ac"), ("filter[name][nin]=a,c", "bde"),
            ("filter[level][eq]=A", "a"), ("filter[level][ne]=A", "bcde"), ("filter[level][nin]=A,B", "cde"),
            ("filter[level][is_null]=true", "cd"), ("filter[level][is_null]=false", "abe"),
            ("filter[level][contains]=_%25", "e"), ("filter[level][contains]=%25", "e"), ("filter[level][starts_with]=A", "ae"),
            ("filter[email][contains]=EXAMPLE", "a"), ("filter[email][starts_with]=a@ex", "a"),
            ("filter[employees]=10", "a"), ("filter[employees][lt]=20", "a"), ("filter[employees][lte]=20", "ab"),
            ("filter[employees][gt]=20", "e"), ("filter[employees][gte]=20", "be"), ("filter[employees][ne]=10", "bcde"),
            ("filter[employees][between]=10,20", "ab"), ("filter[employees][in]=10,30", "ae"), ("filter[employees][is_null]=true", "cd"),
            ("filter[annual_revenue][gte]=200", "be"), ("filter[annual_revenue][eq]=100.5", "a"), ("filter[annual_revenue][between]=100,200.00", "ab"),
            ("filter[kind]=person", "a"), ("filter[kind][ne]=person", "bcde"), ("filter[kind][in]=person,company", "abcde"),
            ("filter[tags][contains]=y", "ab"), ("filter[tags][in]=x,Z", "ae"), ("filter[tags][is_null]=true", "cd"), ("filter[tags][contains]=z", ""),
            ("filter[next_follow_up_at][lt]=2026-03-02T00:00:00Z", "a"), ("filter[next_follow_up_at][lte]=2026-03-02T00:00:00Z", "ab"),
            // Days are those of Shanghai, where it is 00:30 on the 2nd.
            ("filter[next_follow_up_at]=2026-03-02", "ab"), ("filter[next_follow_up_at]=2026-03-01", ""),
            ("filter[next_follow_up_at][gte]=2026-03-02", "ab"), ("filter[next_follow_up_at][gt]=2026-03-02", ""),
            ("filter[next_follow_up_at][between]=2026-03-01,2026-03-02", "ab"), ("filter[next_follow_up_at][ne]=2026-03-02", "cde"),
            ("filter[created_at]=today", "abcde"), ("filter[created_at][gte]=tomorrow", ""), ("filter[created_at]=last_7_days", "abcde"),
            ("filter[created_at][lt]=this_week", ""), ("filter[created_at][between]=this_year,next_year", "abcde"),
            (&format!("filter[owner_id]={me}"), "abcde"), (&format!("filter[owner_id][ne]={me}"), ""), (&format!("filter[owner_id][in]={me}"), "abcde"),
            ("filter[parent_id][is_null]=true", "abcde"),
            ("filter[employees][gte]=10&filter[employees][lt]=30&filter[tags][contains]=y", "ab"),
        ] {
            let found = t.sales.names(&format!("/customers?sort=name&{filter}")).concat();
            assert_eq!(found, expected, "{filter}");
            let counted = t.sales.get(&format!("/customers?count=exact&limit=1&{filter}")).expect(200);
            assert_eq!(counted["page"]["count"], expected.len(), "{filter}");
        }
    }

    fn a_filter_finds_what_the_search_finds(t) {
        let names = [
            "MÜLLER GmbH", "ＡＢＣ 株式会社", "Ромашка", "ÆSIR Straße", "錢鍾書", "Αθήνα", "Артём", "q\u{308}x 100%_.*[a]\\", "ｶﾞｽ ﬁve ㎏",
            "e\u{301}te\u{301} \u{1112}\u{1161}\u{11ab}", "髙橋",
        ];
        for name in names {
            t.sales.create("/customers", json!({ "name": name }));
        }
        let found = |filter: &str| t.sales.get(&format!("/customers?sort=created_at&{filter}")).expect(200).rows().len();
        for part in [
            "müller", "Muller", "M\u{fc}LLER g", "abc", "ＡＢＣ", "ромашка", "РОМАШКА", "aesir", "Æsir", "strasse", "STRASSE", "as", "sse", "钱钟书", "钱锺书",
            "錢", "αθηνα", "ΑΘΉΝΑ", "артем", "АРТЁМ", "QX", "q\u{308}X", "100%25_.*[A]\\", "ガス", "five", "kg", "ﬁ", "été", "ETE", "한", "高桥",
        ] {
            assert_eq!(found(&format!("filter[name][contains]={part}")), 1, "contains {part}");
        }
        for part in ["müll", "abc", "ром", "ae", "钱", "αθη", "арте", "qx 1", "ガ", "éte", "高"] {
            assert_eq!(found(&format!("filter[name][starts_with]={part}")), 1, "starts with {part}");
        }
        for part in ["üll", "bc", "x", "橋"] {
            assert_eq!(found(&format!("filter[name][starts_with]={part}")), 0, "does not start with {part}");
        }
        // Whoever asks whether it is equal means it.
        assert_eq!((found("filter[name]=müller gmbh"), found("filter[name]=MÜLLER GmbH")), (0, 1));
        // The search finds the same, and by one letter not the number of each.
        for (q, hits) in [("müller", 1), ("АРТЕМ", 1), ("αθηνα", 1), ("钱钟书", 1), ("c", 0), ("C-", 0), ("C-000001", 1), ("000001", 1)] {
            assert_eq!(found(&format!("q={q}")), hits, "search {q}");
        }
        t.sales.create("/customers", json!({ "name": "吕布" }));
        for q in ["lübu", "lvbu", "lubu", "lyubu", "LÜ"] {
            assert_eq!(t.sales.names(&format!("/customers?q={q}")), ["吕布"], "{q}");
        }
    }

    fn an_upgrade_brings_texts_up_to_its_rules_while_the_server_runs(t) {
        let own = T::on(std::sync::Arc::new(Running::start(t.running.engine, |_| {}).expect("a server")));
        let place = engine::Place::new(t.running.engine).expect("a place");
        let fresh = engine::serve(&place.url, |_| {}).expect("a server");
        assert_eq!(place.texts("SELECT CAST(version AS TEXT) AS text FROM text_rules"), [domain::text::RULES.to_string()], "a new database has nothing to bring up");
        drop(fresh);
        let made = own.sales.create("/customers", json!({ "name": "涡阳 Müller", "email": "ü@example.cn" }));
        own.admin.create("/kinds", json!({ "key": "place", "label": { "zh-CN": "地点" } }));
        own.admin.create("/places", json!({ "name": "涡阳" }));
        let rules = || own.running.place.texts("SELECT CAST(version AS TEXT) AS text FROM text_rules")[0].clone();
        let place = &own.running.place;
        let terms = if own.is_sqlite() { "UPDATE customers_fts SET terms = 'gold'" } else { "UPDATE customers SET search = 'gold'" };
        // As an earlier release left it, with a job broken off among its records.
        place.run(&format!(
            "{terms}; UPDATE custom_records SET name_sort = 'zz'; UPDATE customers SET email = 'Ü@example.cn', name_sort = 'zz'; \
             UPDATE text_rules SET version = 1, towards = 2, kind = 'customer'"
        ));
        assert!(own.sales.names("/customers?q=guoyang").is_empty());
        let next = engine::serve(&place.url, |_| {}).expect("a server of the next release");
        while rules() == "1" {
            std::thread::yield_now();
        }
        drop(next);
        for list in ["q=guoyang", "q=muller", "filter[email]=Ü@example.cn"] {
            assert_eq!(own.sales.names(&format!("/customers?{list}")), ["涡阳 Müller"], "{list}");
        }
        let after = own.sales.get(&format!("/customers/{}", made.id())).expect(200);
        assert_eq!((after.version(), &after["email"]), (1, &json!("ü@example.cn")), "nothing is said anew");
        assert_eq!(place.texts("SELECT name_sort AS text FROM customers"), ["guo yang muller"]);
        assert_eq!(place.texts("SELECT name_sort AS text FROM custom_records"), ["guo yang"], "of kinds that firms have made too");
    }

    fn what_cannot_be_asked_is_refused_by_name(t) {
        for (filter, code) in [
            ("filter[colour]=red", "unknown_field"), ("filter[address]=x", "not_filterable"), ("filter[custom_fields]=x", "not_filterable"),
            ("filter[version]=1", "not_filterable"),
            ("filter[name][like]=x", "unknown_operator"), ("filter[name][lt]=x", "unknown_operator"), ("filter[employees][contains]=1", "unknown_operator"),
            ("filter[tags][eq]=x", "unknown_operator"), ("filter[kind][contains]=per", "unknown_operator"),
            ("filter[employees]=ten", "invalid_operand"), ("filter[employees]=1.5", "invalid_operand"), ("filter[employees]=99999999999999999999", "invalid_operand"),
            ("filter[annual_revenue]=1.234", "invalid_operand"), ("filter[kind]=firm", "invalid_operand"), ("filter[owner_id]=you", "invalid_operand"),
            ("filter[created_at]=soon", "invalid_operand"), ("filter[created_at]=last_0_days", "invalid_operand"), ("filter[created_at][in]=today,tomorrow", "invalid_operand"),
            ("filter[level][is_null]=maybe", "invalid_operand"), ("filter[employees][between]=1", "invalid_operand"), ("filter[employees][between]=1,2,3", "invalid_operand"),
            ("filter[name][contains]=", "empty_parameter"), ("filter[name]=", "empty_parameter"), ("filter[kind]=person&filter[kind]=company", "repeated_parameter"), ("filter[name]=%00", "control_character"), ("filter[name][contains]=%00", "control_character"),
        ] {
            let refused = t.sales.get(&format!("/customers?{filter}")).refused(400, code);
            let name = filter.trim_start_matches("filter[").split(']').next().expect("a name");
            let named = refused["errors"][0]["parameter"].as_str().expect("a name").to_owned();
            assert!(named.starts_with(&format!("filter[{name}]")), "{filter}: {named}");
            assert_eq!(refused["errors"][0].get("pointer"), None, "a parameter is no place in a body");
        }
    }

    fn a_search_takes_trees(t) {
        five(t);
        let find = |filter: Json| {
            let page = t.sales.post("/customers/search", json!({ "filter": filter, "sort": "name", "fields": ["name"] })).expect(200);
            page.rows().iter().map(|r| r["name"].as_str().expect("a name").to_owned()).collect::<String>()
        };
        let level = |value: &str| json!({ "field": "level", "value": value });
        assert_eq!(find(json!({ "or": [level("A"), { "and": [{ "field": "employees", "op": "gte", "value": 20 }, { "not": level("B") }] }] })), "ae");
        assert_eq!(find(json!({ "not": level("A") })), "bcde", "what has no level is not level A");
        assert_eq!(find(json!({ "not": { "not": level("A") } })), "a");
        assert_eq!(find(json!({ "not": { "field": "employees", "op": "lt", "value": 20 } })), "bcde");
        assert_eq!(find(json!({ "field": "level", "op": "eq", "value": null })), "cd");
        assert_eq!(find(json!({ "field": "level", "op": "in", "value": [] })), "");
        assert_eq!(find(json!({ "field": "level", "op": "nin", "value": [] })), "abcde");
        assert_eq!(find(json!({ "field": "employees", "op": "between", "value": [10, 20] })), "ab");
        assert_eq!(find(json!({ "field": "annual_revenue", "op": "gt", "value": "200" })), "e");
        assert_eq!(find(json!({ "field": "annual_revenue", "op": "gt", "value": 200 })), "e");
        assert_eq!(find(json!({ "field": "tags", "op": "contains", "value": "x" })), "a");
        let page = t.sales.post("/customers/search", json!({ "filter": { "not": level("A") }, "sort": "-name", "limit": 3, "count": "exact", "expand": ["owner"] })).expect(200);
        assert_eq!(page["page"]["count"], 4);
        let rest = t.sales.post("/customers/search", json!({ "filter": { "not": level("A") }, "sort": "-name", "limit": 3, "cursor": page.cursor() })).expect(200);
        assert_eq!(rest.rows()[0]["name"], "b");
        t.sales.post("/customers/search", json!({ "filter": level("A"), "sort": "-name", "cursor": page.cursor() })).refused(400, "invalid_cursor");
        assert_eq!(t.sales.post("/customers/search", json!({})).expect(200).rows().len(), 5);
    }

    fn a_filter_has_25_tests_and_is_5_deep(t) {
        five(t);
        let leaf = || json!({ "field": "name", "value": "a" });
        let search = |filter: Json| t.sales.post("/customers/search", json!({ "filter": filter }));
        search(json!({ "or": vec![leaf(); 25] })).expect(200);
        search(json!({ "or": vec![leaf(); 26] })).refused(400, "too_many_conditions");
        search(json!({ "and": [{ "or": vec![leaf(); 13] }, { "or": vec![leaf(); 13] }] })).refused(400, "too_many_conditions");
        let nested = |levels: usize| (1..levels).fold(leaf(), |inner, _| json!({ "not": inner }));
        search(nested(5)).expect(200);
        search(nested(6)).refused(400, "filter_too_deep");
        for malformed in [
            json!([]), json!("name"), json!({}), json!({ "and": [] }), json!({ "and": {} }), json!({ "and": [leaf()], "or": [leaf()] }),
            json!({ "field": "name", "value": "a", "extra": 1 }), json!({ "field": 1, "value": "a" }), json!({ "field": "name", "op": 1, "value": "a" }),
            json!({ "or": vec![leaf(); 1000] }),
        ] {
            search(malformed).expect(400);
        }
        let many: Vec<String> = (0..26).map(|i| format!("filter[name][ne]={i}")).collect();
        t.sales.get(&format!("/customers?{}", many.join("&"))).refused(400, "too_many_conditions");
        search(json!({ "field": "employees", "value": "10" })).refused(400, "invalid_operand");
        t.sales.post("/customers/search", json!({ "fliter": {} })).refused(400, "unknown_parameter");
        t.sales.post("/customers/search", json!({ "limit": "5" })).refused(400, "out_of_range");
    }
}
