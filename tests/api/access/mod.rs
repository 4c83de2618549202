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
}
