//! What a client begins with in one request, and an ETag that changes when anything in it does.

use tests::sign_in::newcomer;
use tests::*;

/// The kind in the answer, if the caller sees it.
fn kind<'a>(start: &'a Answer, name: &str) -> Option<&'a Json> {
    start["kinds"]
        .as_array()
        .expect("kinds")
        .iter()
        .find(|k| k["kind"] == name)
}

fn keys(list: &Json) -> Vec<&str> {
    list.as_array()
        .expect("a list")
        .iter()
        .filter_map(|one| one["key"].as_str())
        .collect()
}

both! {
    fn one_answer_tells_what_a_client_begins_with(t) {
        let start = t.sales.get("/start").language("en").expect(200);
        assert_eq!(start["language"], "en");
        assert_eq!(start["me"], t.sales.get("/auth/me").expect(200).body);
        let schema = t.sales.get("/schema?language=en").expect(200);
        assert_eq!(start["kinds"], schema["kinds"]);
        assert_eq!(kind(&start, "customer").expect("seen")["label"], "Customer");
        assert_eq!(keys(&start["roles"]), ["admin", "owner", "sales", "manager"], "in the order of their names");
        assert!(keys(&start["picklists"]).contains(&"industry"), "{}", start["picklists"]);
        t.owner.create("/currencies", json!({ "code": "USD" }));
        t.owner.create("/currencies", json!({ "code": "EUR" }));
        t.owner.create("/currencies", json!({ "code": "JPY", "disabled": true }));
        assert_eq!(t.sales.get("/start").expect(200)["currencies"], json!(["EUR", "USD"]));
        // The address has the last word on the language.
        let chinese = t.sales.get("/start?language=zh-CN").language("en").expect(200);
        assert_eq!((&chinese["language"], &kind(&chinese, "customer").expect("seen")["label"]), (&json!("zh-CN"), &json!("客户")));
        t.sales.get("/start?language=fr").refused(400, "unknown_choice");
        t.sales.get("/start?lang=en").refused(400, "unknown_parameter");
        t.sales.get("/schema?language=en&language=en").refused(400, "repeated_parameter");
    }

    fn values_are_told_in_one_language(t) {
        let list = t.owner.get("/picklists?filter[key]=industry").expect(200).rows()[0].clone();
        let path = format!("/picklists/{}", list["id"].as_str().expect("an id"));
        let options = json!([{ "value": "制造", "label_en": "Manufacturing" }, { "value": "Old", "retired": true }]);
        t.owner.patch(&path, list["version"].as_i64().expect("a version"), json!({ "options": options })).expect(200);
        let told = |language: &str| {
            let start = t.sales.get("/start").language(language).expect(200);
            let lists = start["picklists"].as_array().expect("lists").clone();
            lists.into_iter().find(|l| l["key"] == "industry").expect("told")["options"].clone()
        };
        assert_eq!(told("en"), json!([{ "value": "制造", "label": "Manufacturing", "retired": false }, { "value": "Old", "label": "Old", "retired": true }]));
        assert_eq!(told("zh-CN")[0]["label"], "制造");
    }

    fn who_has_it_is_not_sent_it_again_until_anything_changes(t) {
        t.owner.create("/roles", json!({ "key": "clerk", "name": "Clerk", "grants": { "customer": { "view": "all" }, "picklist": { "view": "all" }, "role": { "view": "all" } } }));
        let (id, clerk) = newcomer(&t.owner, &format!("clerk.{}", t.sales.email), "clerk");
        for path in ["/start", "/schema", "/schema?language=en"] {
            let etag = clerk.get(path).expect(200).header("etag").to_owned();
            let again = clerk.get(path).header("If-None-Match", &etag).expect(304);
            assert!(again.bytes.is_empty() && again.header("etag") == etag, "{path}");
            clerk.get(path).header("If-None-Match", format!("\"other\", W/{etag}")).expect(304);
            clerk.get(path).header("If-None-Match", "\"other\"").expect(200);
        }
        let etag = std::cell::RefCell::new(clerk.get("/start").expect(200).header("etag").to_owned());
        let changed = |what: &str| {
            let newer = clerk.get("/start").header("If-None-Match", etag.borrow().as_str()).send();
            assert_eq!(newer.status, 200, "{what} changes what a client begins with");
            etag.replace(newer.header("etag").to_owned());
            clerk.get("/start").header("If-None-Match", newer.header("etag")).expect(304);
            newer
        };
        let tags = ["zh-CN", "en"].map(|l| clerk.get("/start").language(l).expect(200).header("etag").to_owned());
        assert_ne!(tags[0], tags[1], "another language is another answer");
        let role = t.owner.get("/roles?filter[key]=clerk").expect(200).rows()[0].clone();
        let path = format!("/roles/{}", role["id"].as_str().expect("an id"));
        assert!(kind(&clerk.get("/start").expect(200), "lead").is_none());
        let grants = json!({ "customer": { "view": "all" }, "picklist": { "view": "all" }, "role": { "view": "all" }, "lead": { "view": "own" } });
        t.owner.patch(&path, 1, json!({ "grants": grants })).expect(200);
        assert_eq!(kind(&changed("a right"), "lead").expect("seen by now")["rights"]["view"], "own");
        t.owner.patch(&path, 2, json!({ "field_rights": { "customer": { "phone": "hidden", "industry": "hidden" } } })).expect(200);
        let start = changed("a right to a field");
        let fields = kind(&start, "customer").expect("seen")["fields"].clone();
        assert!(fields.as_array().expect("fields").iter().all(|f| f["name"] != "phone"));
        t.owner.patch(&path, 3, json!({ "name": "Front desk" })).expect(200);
        changed("the name of a role");
        let list = t.owner.get("/picklists?filter[key]=source").expect(200).rows()[0].clone();
        let of_list = format!("/picklists/{}", list["id"].as_str().expect("an id"));
        t.owner.patch(&of_list, 1, json!({ "options": [{ "value": "x" }] })).expect(200);
        changed("a value of a picklist");
        let of_me = format!("/users/{id}");
        let version = t.owner.get(&of_me).expect(200).version();
        t.owner.patch(&of_me, version, json!({ "title": "x" })).expect(200);
        changed("one's own record");
        t.owner.patch(&path, 4, json!({ "grants": { "picklist": { "view": "all" }, "role": { "view": "all" }, "pipeline": { "view": "all" }, "stage": { "view": "all" } } })).expect(200);
        let told = changed("a right to pipelines")["pipelines"].clone();
        let stage = &told[0]["stages"][0];
        t.owner.patch(&format!("/stages/{}", stage["id"].as_str().expect("an id")), 1, json!({ "name": "First of all" })).expect(200);
        assert_eq!(changed("the name of a stage")["pipelines"][0]["stages"][0]["name"], "First of all");
        let space = t.owner.get("/workspace").expect(200);
        t.owner.patch("/workspace", space.version(), json!({ "name": "Another name" })).expect(200);
        changed("the name of the firm");
        t.owner.create("/currencies", json!({ "code": "USD" }));
        clerk.get("/start").header("If-None-Match", etag.borrow().as_str()).expect(304);
    }

    fn nothing_is_told_of_what_is_not_seen(t) {
        t.owner.create("/currencies", json!({ "code": "USD" }));
        let grants = json!({ "customer": { "view": "own" }, "picklist": { "view": "all" } });
        let rights = json!({ "customer": { "industry": "hidden" } });
        t.owner.create("/roles", json!({ "key": "narrow", "name": "Narrow", "grants": grants, "field_rights": rights }));
        let (_, narrow) = newcomer(&t.owner, &format!("narrow.{}", t.sales.email), "narrow");
        let start = narrow.get("/start").expect(200);
        assert_eq!(start["currencies"], json!([]));
        assert_eq!((&start["roles"], &start["pipelines"]), (&json!([]), &json!([])));
        assert!(!keys(&start["picklists"]).contains(&"industry"));
        assert!(keys(&start["picklists"]).contains(&"source"));
        assert_ne!(t.stranger.get("/start").expect(200)["me"]["workspace"]["id"], t.workspace.to_string());
        assert_eq!(t.stranger.get("/start").expect(200)["currencies"], json!([]));
    }

    fn all_that_there_are_rights_to_is_told(t) {
        let subjects = |p: &Client| {
            let start = p.get("/start").language("en").expect(200);
            let told = start["subjects"].as_array().expect("subjects").clone();
            told.into_iter().map(|s| (s["name"].as_str().expect("a name").to_owned(), s)).collect::<std::collections::BTreeMap<_, _>>()
        };
        let all = subjects(&t.owner);
        let expected: Vec<&str> = domain::role::subjects(domain::Kinds::DECLARED).map(|s| s.name).collect();
        assert_eq!(all.len(), expected.len());
        for subject in domain::role::subjects(domain::Kinds::DECLARED) {
            let told = &all[subject.name];
            let actions: Vec<&str> = domain::role::actions(domain::Kinds::DECLARED, subject.name).iter().map(|a| a.key()).collect();
            assert_eq!((&told["actions"], &told["label"]), (&json!(actions), &json!(subject.label.en)), "{}", subject.name);
        }
        assert_eq!(
            (&all["lead"]["owned"], &all["lead"]["usual"], &all["exchange_rate"]["path"]),
            (&json!(true), &json!("work"), &json!("exchange-rates"))
        );
        // Nobody owns a part of an area, and a role says of it what it says of the rest.
        assert_eq!((&all["audit"]["owned"], &all["audit"]["usual"]), (&json!(false), &Json::Null));
        // Also what somebody has no right to has a name that they meet: that of a record which a lead became.
        let grants = json!({ "customer": { "view": "own" } });
        t.owner.create("/roles", json!({ "key": "one_kind", "name": "One kind", "grants": grants }));
        let (_, narrow) = newcomer(&t.owner, &format!("one.{}", t.sales.email), "one_kind");
        assert_eq!(subjects(&narrow), all);
    }

    fn a_record_tells_how_many_belong_to_it(t) {
        let id = t.sales.create("/customers", json!({ "name": "Parent" })).id();
        let path = format!("/customers/{id}");
        for name in ["a", "b"] {
            t.sales.create("/contacts", json!({ "name": name, "customer_id": id }));
        }
        let gone = t.sales.create("/contacts", json!({ "name": "gone", "customer_id": id })).id();
        t.sales.delete(&format!("/contacts/{gone}"), 1).expect(204);
        let deal = t.sales.create("/opportunities", json!({ "name": "deal", "customer_id": id })).id();
        t.sales.create("/tasks", json!({ "subject": "x", "opportunity_id": deal }));
        let asked = t.sales.get(&format!("{path}?counts=contact,opportunity,task")).expect(200);
        assert_eq!(asked["counts"], json!({ "contact": 2, "opportunity": 1, "task": 0 }));
        assert_eq!((asked.header("etag"), &asked["name"]), ("\"1\"", &json!("Parent")));
        let part = t.sales.get(&format!("{path}?fields=id&counts=contact")).expect(200);
        assert_eq!(part.body, json!({ "id": id, "version": 1, "counts": { "contact": 2 } }));
        // Of others' deals with it one sees as many as the list shows.
        let of = |p: &Person| p.get(&format!("{path}?counts=opportunity")).expect(200)["counts"]["opportunity"].clone();
        assert_eq!((of(&t.owner), of(&t.manager)), (json!(1), json!(1)));
        t.sales.get(&format!("{path}?counts=customers")).refused(400, "unknown_kind");
        t.sales.get(&format!("{path}?counts=product")).refused(400, "unknown_kind");
        // They change without a version of the customer: nobody is told that nothing has changed.
        t.sales.create("/contacts", json!({ "name": "c", "customer_id": id }));
        let newer = t.sales.get(&format!("{path}?counts=contact")).header("If-None-Match", "\"1\"").expect(200);
        assert_eq!((&newer["counts"]["contact"], newer.version()), (&json!(3), 1));
        t.sales.get(&path).header("If-None-Match", "W/\"1\"").expect(304);
        t.sales.get(&format!("{path}?expand=owner")).header("If-None-Match", "\"1\"").expect(200);
        let grants = json!({ "customer": { "view": "all" } });
        t.owner.create("/roles", json!({ "key": "customers_only", "name": "Customers only", "grants": grants }));
        let (_, only) = newcomer(&t.owner, &format!("only.{}", t.sales.email), "customers_only");
        assert_eq!(only.get(&format!("{path}?counts=contact")).expect(200)["counts"], json!({ "contact": null }));
    }

    fn who_is_expanded_comes_with_their_picture(t) {
        let id = t.sales.create("/customers", json!({ "name": "Pictured" })).id();
        let owner = |p: &Client| p.get(&format!("/customers/{id}?expand=owner")).expect(200)["owner"].clone();
        assert_eq!(owner(&t.owner)["avatar"], Json::Null);
        let picture = t.sales.set_picture(&pictures::another_png()).expect(200)["avatar"].clone();
        assert!(picture.is_string());
        assert_eq!(owner(&t.owner)["avatar"], picture);
        assert_eq!(t.owner.get("/customers?expand=owner").expect(200).rows()[0]["owner"]["avatar"], picture);
        let rights = json!({ "user": { "avatar": "hidden" } });
        t.owner.create("/roles", json!({ "key": "blind", "name": "Blind", "grants": { "*": { "view": "all" } }, "field_rights": rights }));
        let (_, blind) = newcomer(&t.owner, &format!("blind.{}", t.sales.email), "blind");
        assert!(owner(&blind).get("avatar").is_none());
    }
}
