//! Why somebody may do something: the rule in words, and never another answer than what the server does.

use tests::*;

fn ask(by: &Client, query: &str) -> Answer {
    by.get(&format!("/access/explain?{query}")).expect(200)
}

fn codes(answer: &Answer) -> Vec<&str> {
    let reasons = answer["reasons"].as_array().expect("reasons").iter();
    reasons.map(|r| r["code"].as_str().expect("a code")).collect()
}

both! {
    fn each_rule_is_told(t) {
        let customer = t.sales.create("/customers", json!({ "name": "c" })).id();
        let contact = t.owner.create("/contacts", json!({ "name": "k", "customer_id": customer })).id();
        let about = |who: &Person| format!("kind=customer&id={customer}&user={}", who.id);
        let by = &t.owner;
        for (who, allowed, code) in [
            (&t.sales, true, "why_role_own"),
            (&t.manager, true, "why_role_team"),
            (&t.admin, true, "why_role_all"),
            (&t.other_sales, false, "why_role_not_reached"),
        ] {
            let answer = ask(by, &about(who));
            assert_eq!((&answer["allowed"], codes(&answer)), (&json!(allowed), vec![code]), "{}", answer.text);
            let sees = who.get(&format!("/customers/{customer}")).send().status == 200;
            assert_eq!(sees, allowed);
        }
        let child = ask(by, &format!("kind=contact&id={contact}&user={}", t.sales.id));
        assert_eq!((&child["allowed"], codes(&child)), (&json!(true), vec!["why_parent", "why_role_not_reached"]));
        let edit = ask(by, &format!("kind=contact&id={contact}&user={}&action=edit", t.sales.id));
        assert_eq!(edit["allowed"], false);
        t.sales.put(&format!("/customers/{customer}/members/{}", t.other_sales.id), json!({ "access": "read" })).expect(201);
        let shared = ask(by, &about(&t.other_sales));
        assert_eq!((&shared["allowed"], codes(&shared)), (&json!(true), vec!["why_shared", "why_role_not_reached"]));
        let less = ask(by, &format!("{}&action=edit", about(&t.other_sales)));
        assert_eq!((&less["allowed"], codes(&less)), (&json!(false), vec!["why_role_not_reached", "why_shared_less"]));
        let right = ask(by, &format!("kind=role&action=edit&user={}", t.sales.id));
        assert_eq!((&right["allowed"], codes(&right)), (&json!(false), vec!["why_no_role"]));
        t.owner.call("PATCH", &format!("/users/{}", t.other_sales.id)).header("If-Match", "*").json(json!({ "disabled": true })).expect(200);
        assert_eq!(codes(&ask(by, &about(&t.other_sales))), ["why_disabled"]);
    }

    fn it_is_said_in_the_language_of_who_asks(t) {
        let customer = t.sales.create("/customers", json!({ "name": "c" })).id();
        let path = format!("/access/explain?kind=customer&id={customer}&user={}", t.other_sales.id);
        let said = |tag: &str| t.owner.get(&path).language(tag).expect(200)["reasons"][0]["text"].clone();
        assert_eq!(said("zh-CN"), "角色“销售”只允许查看“本人”范围内的“客户”，负责人 sales 不在此范围内。");
        assert_eq!(said("en"), "The role “Sales” can view customer records only with the reach “Own”, which does not include the owner, sales.");
    }

    fn fields_are_explained(t) {
        let grants = json!({ "*": { "*": "own" }, "user": { "view": "all" }, "role": { "view": "all" } });
        let rights = json!({ "lead": { "phone": "masked", "score": "read_only" } });
        t.owner.create("/roles", json!({ "key": "half", "name": "Half", "grants": grants, "field_rights": rights }));
        t.owner.call("PATCH", &format!("/users/{}", t.sales.id)).header("If-Match", "*").json(json!({ "roles": ["half"] })).expect(200);
        let lead = t.owner.create("/leads", json!({ "name": "l", "owner_id": t.sales.id })).id();
        let of = |field: &str, action: &str| {
            let answer = ask(&t.sales, &format!("kind=lead&id={lead}&field={field}&action={action}"));
            (answer["allowed"] == true, codes(&answer).into_iter().map(str::to_owned).collect::<Vec<_>>())
        };
        let both = |field: &str| ["why_role_own".to_owned(), field.to_owned()].to_vec();
        assert_eq!(of("email", "edit"), (true, both("why_field_open")));
        assert_eq!(of("score", "view"), (true, both("why_field_closed")));
        assert!(!of("score", "edit").0 && !of("phone", "edit").0);
        assert_eq!(of("phone", "view"), (true, both("why_field_closed")));
        let path = format!("/access/explain?kind=lead&id={lead}&field=phone&action=edit&user={}", t.sales.id);
        let answer = t.owner.get(&path).language("en").expect(200);
        assert_eq!(answer["reasons"][0]["text"], "The role “Half” sets the field “Phone” to “Masked”.");
    }

    fn what_is_done_to_a_record_begins_with_seeing_it(t) {
        let see = json!({ "user": { "view": "all" }, "role": { "view": "all" } });
        let grants = json!({ "user": see["user"], "role": see["role"], "lead": { "view": "own", "edit": "all", "assign": "all" } });
        t.owner.create("/roles", json!({ "key": "blind", "name": "Blind", "grants": grants }));
        let blind = |user: &Person| t.owner.call("PATCH", &format!("/users/{}", user.id)).header("If-Match", "*").json(json!({ "roles": ["blind"] })).expect(200);
        blind(&t.sales);
        let lead = t.owner.create("/leads", json!({ "name": "l", "owner_id": t.other_sales.id })).id();
        for action in ["edit", "assign"] {
            let answer = ask(&t.owner, &format!("kind=lead&id={lead}&user={}&action={action}", t.sales.id));
            assert_eq!((&answer["allowed"], codes(&answer)), (&json!(false), vec!["why_role_not_reached"]), "{}", answer.text);
        }
        t.sales.patch(&format!("/leads/{lead}"), 1, json!({ "title": "x" })).refused(404, "not_found");
    }

    fn work_of_others_is_closed_to_who_has_closed_fields(t) {
        let file = seed::import(&t.owner).id();
        let grants = json!({ "import": { "view": "all", "edit": "all" }, "lead": { "view": "all" } });
        t.owner.create("/roles", json!({ "key": "half", "name": "Half", "grants": grants, "field_rights": { "lead": { "phone": "masked" } } }));
        t.owner.call("PATCH", &format!("/users/{}", t.sales.id)).header("If-Match", "*").json(json!({ "roles": ["half"] })).expect(200);
        let answer = ask(&t.owner, &format!("kind=import&id={file}&user={}", t.sales.id));
        assert_eq!((&answer["allowed"], codes(&answer)), (&json!(false), vec!["why_role_not_reached", "why_work_narrowed"]), "{}", answer.text);
        t.sales.get(&format!("/imports/{file}")).refused(404, "not_found");
    }

    fn a_parent_counts_though_who_asks_does_not_see_it(t) {
        let customer = t.sales.create("/customers", json!({ "name": "hidden firm" })).id();
        let contact = t.owner.create("/contacts", json!({ "name": "k", "customer_id": customer, "owner_id": t.other_sales.id })).id();
        let about = format!("kind=contact&id={contact}&user={}", t.sales.id);
        let told = ask(&t.other_sales, &about);
        assert_eq!((&told["allowed"], codes(&told)), (&json!(true), vec!["why_parent_unseen", "why_role_not_reached"]));
        assert!(!told.text.contains("hidden firm"), "{}", told.text);
        assert!(ask(&t.owner, &about).text.contains("hidden firm"));
        t.sales.delete(&format!("/customers/{customer}"), 1).expect(204);
        assert_eq!(ask(&t.other_sales, &about)["allowed"], false);
        t.sales.get(&format!("/contacts/{contact}")).refused(404, "not_found");
    }

    fn fields_that_nobody_edits_are_told(t) {
        let customer = t.sales.create("/customers", json!({ "name": "c" })).id();
        let deal = t.sales.create("/opportunities", json!({ "name": "d", "customer_id": customer })).id();
        let of = |who: &Person, field: &str, action: &str| {
            let answer = ask(&t.owner, &format!("kind=opportunity&id={deal}&user={}&field={field}&action={action}", who.id));
            (answer["allowed"] == true, codes(&answer)[0].to_owned())
        };
        assert_eq!(of(&t.sales, "number", "edit"), (false, "why_field_system".into()));
        assert_eq!(of(&t.sales, "pipeline_id", "edit"), (false, "why_field_fixed".into()));
        assert!(of(&t.sales, "pipeline_id", "create").0 && of(&t.sales, "number", "view").0);
        // Giving away is a right of its own.
        assert_eq!(of(&t.sales, "owner_id", "edit"), (false, "why_no_role".into()));
        assert!(of(&t.manager, "owner_id", "edit").0);
    }

    fn a_key_is_told_what_it_lets_do(t) {
        let lead = t.sales.create("/leads", json!({ "name": "l" })).id();
        let key = api_key::program(&t.sales, &["leads:read", "users:read", "roles:read"]);
        let edit = ask(&key, &format!("kind=lead&id={lead}&action=edit"));
        assert_eq!((&edit["allowed"], codes(&edit)), (&json!(false), vec!["why_key_scope"]));
        assert!(edit.text.contains("leads:write"), "{}", edit.text);
        key.patch(&format!("/leads/{lead}"), 1, json!({ "title": "x" })).refused(403, "api_key_scope");
        assert_eq!(ask(&key, &format!("kind=lead&id={lead}"))["allowed"], true);
        assert_eq!(ask(&t.sales, &format!("kind=lead&id={lead}&action=edit"))["allowed"], true);
    }

    fn what_is_no_record_is_explained_too(t) {
        for (query, who, allowed, code) in [
            ("kind=workspace&action=configure", &t.admin, true, "why_role_whole"),
            ("kind=workspace&action=configure", &t.sales, false, "why_no_role_whole"),
            ("kind=workspace", &t.sales, true, "why_role_whole"),
            ("kind=audit", &t.admin, true, "why_role_whole"),
            ("kind=audit&action=export", &t.manager, false, "why_no_role_whole"),
        ] {
            let answer = ask(&t.owner, &format!("{query}&user={}", who.id));
            assert_eq!((&answer["allowed"], codes(&answer)), (&json!(allowed), vec![code]), "{query}: {}", answer.text);
        }
        t.owner.get(&format!("/access/explain?kind=audit&id={}", t.sales.id)).refused(404, "not_found");
        t.owner.get("/access/explain?kind=audit&field=name").refused(400, "unknown_field");
    }

    fn what_one_does_not_see_is_not_explained(t) {
        let customer = t.sales.create("/customers", json!({ "name": "c" })).id();
        t.other_sales.get(&format!("/access/explain?kind=customer&id={customer}")).refused(404, "not_found");
        t.stranger.get(&format!("/access/explain?kind=customer&user={}", t.sales.id)).refused(404, "not_found");
        t.sales.get("/access/explain").refused(400, "required");
        for (query, code) in [
            ("kind=dragon", "unknown_kind"),
            ("kind=lead&action=fly", "unknown_action"),
            ("kind=lead&field=wings", "unknown_field"),
            ("kind=lead&id=7", "invalid_id"),
            ("kind=lead&whence=7", "unknown_parameter"),
        ] {
            t.sales.get(&format!("/access/explain?{query}")).refused(400, code);
        }
    }

    fn what_a_record_belongs_to_is_followed_through_every_level(t) {
        let customer = seed::plain(&t.sales, "/customers").id();
        let mut of_customer = json!({ "name": "theirs", "customer_id": customer, "owner_id": t.other_sales.id });
        let deal = t.owner.create("/opportunities", of_customer.clone()).id();
        of_customer["name"] = json!("contact");
        let contact = t.owner.create("/contacts", of_customer).id();
        for (field, id) in [("opportunity_id", &deal), ("contact_id", &contact)] {
            let body = json!({ "kind": "note", "subject": field, field: id, "owner_id": t.other_sales.id });
            let activity = t.owner.create("/activities", body).id();
            let path = format!("/activities/{activity}");
            t.sales.get(&path).expect(200);
            let listed = format!("/activities?filter[{field}]={id}&count=exact");
            let list = t.sales.get(&listed).expect(200);
            assert_eq!((list.rows().len(), &list["page"]["count"]), (1, &json!(1)), "{}", list.text);
            let why = t.owner.get(&format!("/access/explain?kind=activity&id={activity}&user={}", t.sales.id)).expect(200);
            assert_eq!(why["allowed"], true, "{}", why.text);
            // Seeing is all that comes with it.
            t.sales.patch(&path, 1, json!({ "subject": "x" })).refused(403, "forbidden");
        }
        assert_eq!(t.sales.get("/activities").expect(200).rows().len(), 2);
        // In the bin, nothing is seen through it any more.
        let version = t.owner.get(&format!("/customers/{customer}")).expect(200).version();
        t.owner.delete(&format!("/customers/{customer}"), version).expect(204);
        assert_eq!(t.sales.get("/activities").expect(200).rows().len(), 0);
    }
}
