//! Pages, order, fields, expansion and counts.

use tests::*;

fn named(t: &T, names: &[&str]) {
    for name in names {
        t.sales.create("/customers", json!({ "name": name }));
    }
}

/// Follows a list to its end, by the Link header and by the cursor in turn.
fn walk(client: &Client, first: &str, field: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut next = Some(first.to_owned());
    while let Some(path) = next {
        let page = client.get(&path).expect(200);
        found.extend(
            page.rows()
                .iter()
                .map(|r| r[field].as_str().map_or_else(|| r[field].to_string(), str::to_owned)),
        );
        assert_eq!(page["page"]["has_more"], page.cursor().is_some());
        let link = page.header("link");
        assert_eq!(link.is_empty(), page.cursor().is_none());
        next = link
            .strip_prefix("</api/v1")
            .and_then(|l| l.strip_suffix(">; rel=\"next\""))
            .map(str::to_owned);
        if let (Some(by_link), Some(cursor)) = (&next, page.cursor()) {
            let sep = if first.contains('?') { '&' } else { '?' };
            assert_eq!(*by_link, format!("{first}{sep}cursor={cursor}"));
        }
        assert!(found.len() < 500, "the list has an end");
    }
    found
}

both! {
    fn newest_come_first_where_nothing_is_said(t) {
        named(t, &["a", "b", "c"]);
        assert_eq!(t.sales.names("/customers"), ["c", "b", "a"]);
        let page = t.sales.get("/customers").expect(200);
        assert_eq!(page["page"], json!({ "next_cursor": null, "has_more": false }));
    }

    fn every_sortable_field_sorts_alike_with_empty_values_last(t) {
        for (name, revenue, at) in [("b", Some("2"), Some("2026-01-02T00:00:00Z")), ("a", None, None), ("c", Some("10"), None), ("d", Some("2"), Some("2026-01-01T00:00:00Z")), ("e", None, None)] {
            t.sales.create("/customers", json!({ "name": name, "annual_revenue": revenue.map(seed::cny), "next_follow_up_at": at }));
        }
        for (sort, expected) in [
            ("name", "abcde"), ("-name", "edcba"),
            ("annual_revenue", "bdcae"), ("-annual_revenue", "cdbea"),
            ("next_follow_up_at", "dbace"), ("-next_follow_up_at", "bdeca"),
            ("created_at", "bacde"), ("-created_at", "edcab"),
        ] {
            for limit in [1, 2, 3, 200] {
                let found = walk(&t.sales, &format!("/customers?limit={limit}&sort={sort}"), "name");
                assert_eq!(found.concat(), expected, "{sort} by {limit}");
            }
        }
        t.sales.get("/customers?sort=phone").refused(400, "not_sortable");
        let unknown = t.sales.get("/customers?sort=colour").refused(400, "unknown_field");
        assert!(unknown["detail"].as_str().is_some_and(|d| d.contains("colour")));
        t.sales.get("/customers?sort=name,level").expect(400);
    }

    fn chinese_names_sort_by_pinyin(t) {
        named(t, &["赵六", "Beta", "张三", "李四", "阿里", "alpha", "2nd", "重庆"]);
        assert_eq!(t.sales.names("/customers?sort=name"), ["2nd", "阿里", "alpha", "Beta", "重庆", "李四", "张三", "赵六"]);
    }

    fn nothing_is_skipped_or_repeated_while_rows_come_and_go(t) {
        named(t, &["b", "d", "f", "h", "j"]);
        let first = t.sales.get("/customers?sort=name&limit=2").expect(200);
        named(t, &["a", "c", "e", "g"]);
        let second = t.sales.get(&format!("/customers?sort=name&limit=2&cursor={}", first.cursor().expect("more"))).expect(200);
        let names = |a: &Answer| a.rows().iter().map(|r| r["name"].as_str().expect("a name").to_owned()).collect::<Vec<_>>();
        assert_eq!(names(&first), ["b", "d"]);
        assert_eq!(names(&second), ["e", "f"]);
        let f = &second.rows()[1];
        t.sales.delete(&format!("/customers/{}", f["id"].as_str().expect("an id")), 1).expect(204);
        let third = t.sales.get(&format!("/customers?sort=name&limit=10&cursor={}", second.cursor().expect("more"))).expect(200);
        assert_eq!(names(&third), ["g", "h", "j"], "the last row of the page before may go");
    }

    fn rows_made_at_the_same_moment_are_each_shown_once(t) {
        let operations: Vec<Json> = (0..60).map(|i| json!({ "method": "create", "body": { "name": "same", "external_id": format!("{i}") } })).collect();
        t.sales.post("/customers/batch", json!({ "operations": operations })).expect(200);
        for sort in ["name", "-name", "created_at", "-updated_at", "annual_revenue"] {
            let mut found = walk(&t.sales, &format!("/customers?limit=7&sort={sort}"), "external_id");
            found.sort();
            found.dedup();
            assert_eq!(found.len(), 60, "{sort}");
        }
    }

    fn a_cursor_fits_its_own_list_only(t) {
        named(t, &["a", "b", "c"]);
        let cursor = t.sales.get("/customers?sort=name&limit=1").expect(200).cursor().expect("more");
        for other in ["sort=-name", "sort=created_at", "sort=name&filter[name]=a", "sort=name&q=a"] {
            t.sales.get(&format!("/customers?{other}&cursor={cursor}")).refused(400, "invalid_cursor");
        }
        t.sales.get(&format!("/leads?sort=name&cursor={cursor}")).refused(400, "invalid_cursor");
        for rubbish in ["x", "%00", "W10", "bnVsbA", &cursor[1..], &format!("{cursor}A")] {
            t.sales.get(&format!("/customers?sort=name&cursor={rubbish}")).expect(400);
        }
        t.sales.get(&format!("/customers?sort=name&limit=2&cursor={cursor}")).expect(200);
    }

    fn limits_are_one_to_two_hundred(t) {
        for wrong in ["0", "201", "-1", "x", "1.5", "99999999999999999999"] {
            t.sales.get(&format!("/customers?limit={wrong}")).refused(400, "out_of_range");
        }
        t.sales.get("/customers?limit=200").expect(200);
    }

    fn chosen_fields_and_expanded_references_are_sent(t) {
        let parent = t.sales.create("/customers", json!({ "name": "parent" }));
        let child = t.sales.create("/customers", json!({ "name": "child", "parent_id": parent.id() }));
        let page = t.sales.get("/customers?sort=name&fields=name,level&expand=owner,parent").expect(200);
        assert_eq!(page.rows()[0], json!({ "id": child.id(), "version": 1, "name": "child", "level": null,
            "owner": { "id": t.sales.id, "name": "sales", "avatar": null }, "parent": { "id": parent.id(), "name": "parent" } }));
        assert_eq!(page.rows()[1]["parent"], Json::Null);
        let one = t.sales.get(&format!("/customers/{}?fields=name&expand=parent", child.id())).expect(200);
        assert_eq!(one.body, json!({ "id": child.id(), "version": 1, "name": "child", "parent": { "id": parent.id(), "name": "parent" } }));
        let one = t.sales.get(&format!("/customers/{}?expand=creator", child.id())).expect(200);
        assert_eq!(one.body["creator"], json!({ "id": t.sales.id, "name": "sales", "avatar": null }));
        t.sales.get("/customers?fields=name,colour").refused(400, "unknown_field");
        t.sales.get("/customers?expand=name").refused(400, "not_expandable");
        t.sales.get(&format!("/customers/{}?fields=colour", child.id())).refused(400, "unknown_field");
    }

    fn an_expanded_reference_out_of_reach_is_not_named(t) {
        let hidden = t.other_sales.create("/customers", json!({ "name": "secret" }));
        let child = t.owner.create("/customers", json!({ "name": "child", "parent_id": hidden.id(), "owner_id": t.sales.id }));
        let seen = t.sales.get(&format!("/customers/{}?expand=parent", child.id())).expect(200);
        assert_eq!(seen["parent"], Json::Null);
        assert!(!t.sales.get("/customers?expand=parent").expect(200).text.contains("secret"));
    }

    fn a_count_is_sent_when_asked_for(t) {
        named(t, &["a1", "a2", "a3", "b"]);
        let page = t.sales.get("/customers?limit=1&count=exact&filter[name][starts_with]=a").expect(200);
        assert_eq!(page["page"]["count"], 3);
        assert_eq!(t.sales.get("/customers?count=estimate").expect(200)["page"]["count"], 4);
        assert_eq!(t.other_sales.get("/customers?count=exact").expect(200)["page"]["count"], 0, "only what the caller sees");
        assert_eq!(t.sales.get("/customers").expect(200)["page"].get("count"), None);
        t.sales.get("/customers?count=all").refused(400, "unknown_choice");
    }

    fn unknown_and_repeated_parameters_are_refused(t) {
        let refused = t.sales.get("/customers?lmit=5").refused(400, "unknown_parameter");
        assert!(refused["detail"].as_str().is_some_and(|d| d.contains("lmit")));
        t.sales.get("/customers?limit=5&limit=6").refused(400, "repeated_parameter");
        t.sales.get("/customers?filter[name=x").refused(400, "malformed_filter");
        t.anonymous.get("/customers?lmit=5").expect(401);
        t.sales.get("/customers?filter[name][eq][x]=1").expect(400);
    }
}
