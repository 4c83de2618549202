//! Saved views: lists are asked for by them, under the rights of who asks; they are kept, shared, locked and marked.

mod broken;
mod groups;

use tests::*;

fn view(by: &Client, body: Json) -> Answer {
    let mut whole = json!({ "kind": "customer", "name": "v" });
    for (name, value) in body.as_object().expect("an object") {
        whole[name] = value.clone();
    }
    by.create("/views", whole)
}

fn customers(t: &T) {
    for (name, status, level) in [
        ("a", "potential", "A"),
        ("b", "potential", "B"),
        ("c", "following", "A"),
    ] {
        t.sales
            .create("/customers", json!({ "name": name, "status": status, "level": level }));
    }
    t.other_sales.create(
        "/customers",
        json!({ "name": "d", "status": "potential", "level": "A" }),
    );
}

fn level(value: &str) -> Json {
    json!({ "field": "level", "value": value })
}

both! {
    fn a_list_is_asked_for_by_a_view_and_narrowed(t) {
        customers(t);
        let filter = json!({ "or": [level("A"), { "field": "status", "value": "following" }] });
        let made = view(&t.sales, json!({ "name": "甲级", "filter": filter, "sort": "-name", "columns": ["name", "level"],
            "widths": { "name": 240 }, "group_by": "status" }));
        assert_eq!(made["owner_id"], json!(t.sales.id));
        assert_eq!((&made["shared"], &made["locked"], &made["filter"]), (&json!("me"), &json!(false), &filter));
        assert_eq!((&made["columns"], &made["widths"], &made["group_by"]), (&json!(["name", "level"]), &json!({ "name": 240 }), &json!("status")));
        let by = format!("view={}", made.id());
        assert_eq!(t.sales.names(&format!("/customers?{by}")), ["c", "a"]);
        assert_eq!(t.sales.names(&format!("/customers?{by}&sort=name")), ["a", "c"]);
        assert_eq!(t.sales.names(&format!("/customers?{by}&filter[status]=potential")), ["a"]);
        let page = t.sales.get(&format!("/customers?{by}&count=exact&limit=1")).expect(200);
        assert_eq!(page["page"]["count"], 2);
        assert_eq!(page["page"]["view"], json!({ "id": made.id(), "name": "甲级", "left_out": [] }));
        // A page goes on in the same view; the cursor is for no other list.
        let cursor = page.cursor().expect("more");
        assert!(page.header("link").contains(&by), "{}", page.header("link"));
        assert_eq!(t.sales.names(&format!("/customers?{by}&limit=1&cursor={cursor}")), ["a"]);
        t.sales.get(&format!("/customers?limit=1&sort=-name&cursor={cursor}")).refused(400, "invalid_cursor");
        // A search takes it as well, and the board.
        let found = t.sales.post("/customers/search", json!({ "view": made.id(), "filter": level("A"), "sort": "name" })).expect(200);
        assert_eq!(found.rows().iter().map(|row| row["name"].as_str().expect("a name")).collect::<Vec<_>>(), ["a", "c"]);
        assert_eq!(found["page"]["view"]["id"], json!(made.id()));
        t.sales.post("/customers/search", json!({ "view": 3 })).refused(400, "wrong_type");
        // What is no view of this list is refused.
        t.sales.get("/customers?view=nobody").refused(400, "unknown_view");
        t.sales.get(&format!("/leads?{by}")).refused(400, "view_of_other_kind");
        t.sales.get("/customers?view=01937b5e-0000-7000-8000-000000000000").refused(404, "not_found");
        t.sales.get("/views/marks?view=mine").refused(400, "unknown_parameter");
        // Filters of a view are replaced as a whole.
        let path = format!("/views/{}", made.id());
        let changed = t.sales.patch(&path, 1, json!({ "filter": level("B"), "widths": { "level": 90 } })).expect(200);
        assert_eq!((&changed["filter"], &changed["widths"]), (&level("B"), &json!({ "level": 90 })));
        assert_eq!(t.sales.names(&format!("/customers?{by}")), ["b"]);
        t.sales.patch(&path, 2, json!({ "filter": null, "sort": null })).expect(200);
        assert_eq!(t.sales.names(&format!("/customers?{by}")), ["c", "b", "a"]);
        let history = t.sales.get(&format!("{path}/history")).expect(200);
        assert_eq!(history.rows().len(), 3);
    }

    fn views_come_with_the_product(t) {
        customers(t);
        // Others' workspaces are in the same database.
        let late = format!("late {}", t.sales.email);
        t.sales.create("/customers", json!({ "name": late, "next_follow_up_at": "2026-01-05T00:00:00Z" }));
        assert_eq!(t.sales.names("/customers?view=overdue"), [late.as_str()]);
        assert_eq!(t.owner.names("/customers?view=mine"), Vec::<String>::new());
        assert_eq!(t.other_sales.names("/customers?view=mine"), ["d"]);
        assert_eq!(t.owner.names("/customers?filter[owner_id]=me"), Vec::<String>::new());
        assert_eq!(t.manager.names("/customers?view=created_this_week&sort=name"), ["a", "b", "c", late.as_str()]);
        // What is new was not left alone for thirty days.
        assert_eq!(t.sales.names("/customers?view=no_follow_up_30_days"), Vec::<String>::new());
        let today = seed::today();
        let stage = &seed::stages(&t.owner)[0];
        for (name, day) in [("now", today), ("past", today - chrono::Duration::days(60))] {
            t.sales.create("/opportunities", json!({ "name": name, "stage_id": stage, "close_on": day.to_string() }));
        }
        assert_eq!(t.sales.names("/opportunities?view=closing_this_month"), ["now"]);
        t.sales.get("/customers?view=closing_this_month").refused(400, "unknown_view");
        let english = t.sales.get("/customers?view=mine").language("en").expect(200);
        let chinese = t.sales.get("/customers?view=mine").language("zh-CN").expect(200);
        assert_eq!((&english["page"]["view"]["name"], &chinese["page"]["view"]["name"]), (&json!("Mine"), &json!("我负责的")));
        let told = t.sales.get("/schema?language=zh-CN").expect(200);
        let kind = |name: &str| told["kinds"].as_array().expect("kinds").iter().find(|k| k["kind"] == name).expect("the kind").clone();
        let keys: Vec<Json> = kind("opportunity")["views"].as_array().expect("views").iter().map(|v| v["key"].clone()).collect();
        assert_eq!(json!(keys), json!(["mine", "overdue", "no_follow_up_30_days", "created_this_week", "closing_this_month"]));
        assert_eq!(kind("opportunity")["views"][4]["label"], "本月预计成交");
        assert_eq!(kind("currency")["views"], json!([]));
        // Who had not been followed up for long, and is.
        let place = &t.running.place;
        let old = place.before("created_at", 60 * 86_400);
        place.run(&format!("UPDATE customers SET last_activity_at = {old}, wire = NULL WHERE name = '{late}'"));
        assert_eq!(t.sales.names("/customers?view=no_follow_up_30_days"), [late.as_str()]);
    }

    fn a_firm_s_own_kind_has_views(t) {
        t.admin.create("/kinds", json!({ "key": "equipment", "plural": "equipment_items", "label": { "en": "Equipment" } }));
        t.admin.create("/fields", json!({ "kind": "equipment", "key": "size", "label": { "en": "Size" }, "type": "integer" }));
        for size in [1, 5, 9] {
            t.sales.create("/equipment-items", json!({ "name": format!("e{size}"), "custom_fields": { "size": size } }));
        }
        let filter = json!({ "field": "custom_fields.size", "op": "gte", "value": 5 });
        let made = view(&t.sales, json!({ "kind": "equipment", "filter": filter, "sort": "-custom_fields.size", "columns": ["name", "custom_fields.size"] }));
        assert_eq!(t.sales.names(&format!("/equipment-items?view={}", made.id())), ["e9", "e5"]);
        assert_eq!(t.sales.names(&format!("/equipment-items?view={}&filter[custom_fields.size][lt]=9", made.id())), ["e5"]);
        assert_eq!(t.sales.names("/equipment-items?view=mine&sort=name"), ["e1", "e5", "e9"]);
    }

    fn who_uses_a_view_sees_what_they_may(t) {
        customers(t);
        let shared = view(&t.sales, json!({ "filter": level("A"), "sort": "name", "shared": "team" }));
        let by = format!("/customers?view={}", shared.id());
        assert_eq!(t.sales.names(&by), ["a", "c"]);
        // The manager leads the team; the other is in another one.
        assert_eq!(t.manager.names(&by), ["a", "c"]);
        t.other_sales.get(&by).refused(404, "not_found");
        t.stranger.get(&by).refused(404, "not_found");
        let path = format!("/views/{}", shared.id());
        assert_eq!(t.manager.get(&path).expect(200)["name"], "v");
        t.other_sales.get(&path).refused(404, "not_found");
        t.sales.patch(&path, 1, json!({ "shared": "all" })).expect(200);
        assert_eq!(t.other_sales.names(&by), ["d"]);
        assert_eq!(t.owner.names(&by), ["a", "c", "d"]);
        // A team that is named, whosever the view is.
        t.sales.patch(&path, 2, json!({ "team_id": t.other_team })).invalid(&["/team_id team_not_shared_with"]);
        t.sales.patch(&path, 2, json!({ "shared": "team", "team_id": t.other_team })).expect(200);
        assert_eq!(t.other_sales.names(&by), ["d"]);
        t.manager.get(&by).refused(404, "not_found");
        t.sales.patch(&path, 3, json!({ "shared": "me", "team_id": null })).expect(200);
        t.other_sales.get(&by).refused(404, "not_found");
        assert_eq!(t.owner.get("/views").expect(200).rows().len(), 1);
        assert_eq!(t.manager.get("/views").expect(200).rows().len(), 0);
        // The feed and the history go by the same.
        assert!(!t.manager.get(&format!("{path}/history")).send().text.contains("level"));
        let why = t.owner.get(&format!("/access/explain?kind=view&id={}&user={}&action=view", shared.id(), t.manager.id)).expect(200);
        assert_eq!(why["allowed"], false);
        t.sales.patch(&path, 4, json!({ "shared": "all" })).expect(200);
        let why = t.owner.get(&format!("/access/explain?kind=view&id={}&user={}&action=view", shared.id(), t.manager.id)).expect(200);
        assert_eq!((&why["allowed"], &why["reasons"][0]["code"]), (&json!(true), &json!("why_opened")), "{}", why.text);
    }

    fn a_view_for_all_is_changed_by_its_owner_or_who_configures(t) {
        let made = view(&t.sales, json!({ "shared": "all" }));
        let path = format!("/views/{}", made.id());
        t.other_sales.patch(&path, 1, json!({ "name": "mine now" })).refused(403, "forbidden");
        t.manager.patch(&path, 1, json!({ "name": "mine now" })).refused(403, "forbidden");
        t.manager.delete(&path, 1).refused(403, "forbidden");
        // The right to edit all views is not enough for what everybody works with.
        let grants = json!({ "view": { "view": "all", "edit": "all", "delete": "all" }, "customer": { "view": "all" } });
        let role = t.admin.create("/roles", json!({ "name": "editor", "grants": grants }));
        let (_, editor) = sign_in::newcomer(&t.owner, &format!("editor.{}", t.sales.email), role["key"].as_str().expect("a key"));
        editor.patch(&path, 1, json!({ "name": "theirs" })).refused(403, "forbidden");
        editor.delete(&path, 1).refused(403, "forbidden");
        t.admin.patch(&path, 1, json!({ "name": "ours" })).expect(200);
        t.sales.patch(&path, 2, json!({ "locked": true, "name": "fast" })).expect(200);
        // Locked: unlocked first, by whoever may change it.
        t.sales.patch(&path, 3, json!({ "name": "x" })).refused(409, "view_locked");
        t.admin.patch(&path, 3, json!({ "filter": level("A") })).refused(409, "view_locked");
        t.sales.delete(&path, 3).refused(409, "view_locked");
        t.sales.patch(&path, 3, json!({ "locked": false, "name": "open" })).expect(200);
        t.sales.delete(&path, 4).expect(204);
        t.sales.get(&format!("/customers?view={}", made.id())).refused(404, "not_found");
        t.sales.act(&format!("{path}/restore")).if_match(5).expect(200);
        t.sales.get(&format!("/customers?view={}", made.id())).expect(200);
    }

    fn sharing_takes_a_right_and_own_views_take_none(t) {
        let role = t.admin.create("/roles", json!({ "name": "reader", "grants": { "customer": { "view": "all" } } }));
        let (_, reader) = sign_in::newcomer(&t.owner, &format!("reader.{}", t.sales.email), role["key"].as_str().expect("a key"));
        let own = view(&reader, json!({ "name": "own", "filter": level("A") }));
        let path = format!("/views/{}", own.id());
        reader.patch(&path, 1, json!({ "sort": "name" })).expect(200);
        reader.get(&format!("/customers?view={}", own.id())).expect(200);
        for shared in ["team", "all"] {
            reader.patch(&path, 2, json!({ "shared": shared })).refused(403, "forbidden");
            reader.post("/views", json!({ "kind": "customer", "name": "x", "shared": shared })).refused(403, "forbidden");
        }
        // Nor views of what they do not see.
        reader.post("/views", json!({ "kind": "lead", "name": "x" })).refused(403, "forbidden");
        // Who belongs to no team names one.
        t.admin.post("/views", json!({ "kind": "customer", "name": "x", "shared": "team" })).invalid(&["/shared no_team"]);
        view(&t.admin, json!({ "shared": "team", "team_id": t.team }));
        assert_eq!(t.sales.names("/views"), ["v"]);
        assert_eq!(t.other_sales.names("/views"), Vec::<String>::new());
        // A private view is shared with one person as any record is.
        t.sales.put(&format!("/views/{}/members/{}", view(&t.sales, json!({ "name": "two" })).id(), t.other_sales.id), json!({ "access": "read" })).expect(201);
        assert_eq!(t.other_sales.names("/views"), ["two"]);
        // A key says which views it reads.
        let key = api_key::program(&reader, &["customers:read"]);
        key.get(&format!("/customers?view={}", own.id())).refused(403, "api_key_scope");
        let key = api_key::program(&reader, &["customers:read", "views:read"]);
        key.get(&format!("/customers?view={}", own.id())).expect(200);
    }

    fn what_a_view_says_could_be_asked_for(t) {
        let wrong = |body: Json, issues: &[&str]| {
            let mut whole = json!({ "kind": "customer", "name": "x" });
            whole.as_object_mut().expect("an object").extend(body.as_object().expect("an object").clone());
            t.sales.post("/views", whole).invalid(issues);
        };
        wrong(json!({ "filter": { "field": "nothing", "value": 1 } }), &["/filter unknown_field"]);
        wrong(json!({ "filter": { "and": [level("A"), { "field": "status", "op": "like", "value": "x" }] } }), &["/filter/and/1 unknown_operator"]);
        wrong(json!({ "filter": { "and": [] } }), &["/filter too_many_conditions"]);
        wrong(json!({ "filter": { "x": 1 } }), &["/filter malformed_filter"]);
        wrong(json!({ "sort": "address" }), &["/sort not_sortable"]);
        wrong(json!({ "columns": ["name", "nothing", "name"] }), &["/columns/2 duplicate_value"]);
        wrong(json!({ "columns": ["name", "nothing"] }), &["/columns/1 unknown_field"]);
        wrong(json!({ "columns": "name" }), &["/columns invalid_shape"]);
        wrong(json!({ "widths": { "name": 5 } }), &["/widths/name out_of_range"]);
        wrong(json!({ "widths": { "gone": 90 } }), &["/widths/gone unknown_field"]);
        wrong(json!({ "group_by": "address" }), &["/group_by not_groupable"]);
        wrong(json!({ "shared": "everybody" }), &["/shared unknown_choice"]);
        wrong(json!({ "kind": "dragon" }), &["/kind unknown_kind"]);
        wrong(json!({ "kind": "view" }), &["/kind no_views"]);
        wrong(json!({ "sort": "-nothing", "filter": { "field": "name", "op": "gt", "value": "x" } }), &["/filter unknown_operator", "/sort unknown_field"]);
        t.sales.post("/views", json!({ "name": "x" })).invalid(&["/kind required"]);
        let own = view(&t.sales, json!({}));
        t.sales.patch(&format!("/views/{}", own.id()), 1, json!({ "kind": "lead" })).invalid(&["/kind read_only"]);
    }

    fn everybody_has_marks_of_their_own(t) {
        let made = view(&t.sales, json!({ "shared": "all" }));
        let mark = |by: &Client, view: &str, body: Json| by.put(&format!("/views/marks/customer/{view}"), body).expect(200);
        let told = |by: &Client| by.get("/views/marks").expect(200)["data"].clone();
        mark(&t.sales, &made.id(), json!({ "default": true, "opened": true }));
        let one = mark(&t.sales, "mine", json!({ "favourite": true }));
        assert_eq!((&one["default"], &one["favourite"], &one["opened_at"]), (&json!(false), &json!(true), &Json::Null));
        let is = |row: &Json, view: &str, default: bool, favourite: bool| {
            (row["view"].as_str(), row["default"].as_bool(), row["favourite"].as_bool()) == (Some(view), Some(default), Some(favourite))
        };
        let id = made.id();
        let all = told(&t.sales);
        assert_eq!(all.as_array().map(Vec::len), Some(2), "{all}");
        assert!(is(&all[0], &id, true, false) && is(&all[1], "mine", false, true), "{all}");
        assert!(all[0]["opened_at"].is_string());
        // There is one a list opens with.
        mark(&t.sales, "all", json!({ "default": true }));
        let all = told(&t.sales);
        let defaults = all.as_array().expect("rows").iter().filter(|row| row["default"] == true).count();
        assert_eq!(defaults, 1, "{all}");
        // The columns of the list without a view are somebody's own; what is left out of a call stays.
        let own = json!({ "columns": ["name", "phone"], "widths": { "phone": 180 } });
        assert_eq!(mark(&t.sales, "all", own.clone())["columns"], own["columns"]);
        let one = mark(&t.sales, "all", json!({ "favourite": false }));
        assert_eq!((&one["default"], &one["columns"], &one["widths"]), (&json!(true), &own["columns"], &own["widths"]));
        let again = mark(&t.sales, "all", json!({ "columns": [], "widths": {} }));
        assert!(again.body.get("columns").is_none() && again.body.get("widths").is_none(), "{}", again.text);
        mark(&t.sales, "all", own);
        let refused = |view: &str, body: Json, issues: &[&str]| t.sales.put(&format!("/views/marks/customer/{view}"), body).invalid(issues);
        refused("mine", json!({ "columns": ["name"], "widths": {} }), &["/columns columns_of_view", "/widths columns_of_view"]);
        refused("all", json!({ "columns": ["name", "nothing", "name"], "widths": { "name": 5, "gone": 90 } }),
            &["/columns/2 duplicate_value", "/widths/name out_of_range", "/columns/1 unknown_field", "/widths/gone unknown_field"]);
        refused("all", json!({ "widths": { "name": "wide" } }), &["/widths/name wrong_type"]);
        // They are nobody else's, and no change of the view.
        assert_eq!(told(&t.other_sales), json!([]));
        assert_eq!(t.sales.get(&format!("/views/{id}")).expect(200).version(), 1);
        mark(&t.other_sales, &id, json!({ "favourite": true }));
        // A view that one no longer sees has no mark that is told.
        t.sales.patch(&format!("/views/{id}"), 1, json!({ "shared": "me" })).expect(200);
        assert_eq!(told(&t.other_sales), json!([]));
        t.other_sales.put(&format!("/views/marks/customer/{id}"), json!({})).refused(404, "not_found");
        t.sales.put("/views/marks/customer/nothing", json!({})).refused(400, "unknown_view");
        t.sales.put("/views/marks/dragon/mine", json!({})).refused(400, "unknown_kind");
        t.sales.put(&format!("/views/marks/lead/{id}"), json!({})).refused(400, "view_of_other_kind");
        // What was opened longest ago is forgotten, what was said is not.
        for n in 0..25 {
            let other = view(&t.sales, json!({ "name": format!("v{n}") }));
            mark(&t.sales, &other.id(), json!({ "opened": true }));
        }
        let all = told(&t.sales);
        let opened = all.as_array().expect("rows").iter().filter(|row| row["opened_at"].is_string()).count();
        assert_eq!(opened, 20, "{all}");
        assert!(all.as_array().expect("rows").iter().any(|row| is(row, "mine", false, true)));
        // One answer brings them to the app.
        let start = t.sales.get("/start").expect(200);
        assert_eq!(start["views"].as_array().map(Vec::len), Some(26));
        assert_eq!(start["view_marks"], all);
        // Who sees what others keep to themselves does not have it above their lists.
        assert_eq!(t.owner.get("/start").expect(200)["views"], json!([]));
    }
}
