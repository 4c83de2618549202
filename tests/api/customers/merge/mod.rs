//! Records that are one: what is kept, what moves, who may, where old ids lead, and the way back.

use tests::client::Answer;
use tests::*;

fn one(record: &Answer) -> Json {
    json!({ "id": record.id(), "version": record.version() })
}

fn merge(by: &Client, path: &str, into: &Answer, from: &[&Answer], fields: Json) -> client::Request {
    let from: Vec<Json> = from.iter().map(|record| one(record)).collect();
    by.post(
        &format!("{path}/merge"),
        json!({ "into": one(into), "from": from, "fields": fields }),
    )
}

/// A record, or the one that its id leads to.
fn led(by: &Client, path: &str, id: &str) -> Answer {
    let answer = by.get(&format!("/{path}/{id}")).send();
    if answer.status != 301 {
        return answer;
    }
    let place = answer.header("Location").trim_start_matches("/api/v1").to_owned();
    assert!(answer.text.is_empty() && !place.ends_with(id));
    by.get(&place).expect(200)
}

fn undo(by: &Client, merged: &Answer) -> Answer {
    by.act(&format!("/change-sets/{}/undo", merged.header("Change-Set")))
        .expect(200)
}

both! {
    fn what_referred_to_the_others_refers_to_the_kept_one_and_back(t) {
        t.admin.create("/fields", json!({ "kind": "opportunity", "key": "payer", "type": "reference", "refers_to": "customer", "label": { "en": "Payer" } }));
        let kept = t.sales.create("/customers", json!({ "name": "贝尔科技", "phone": "13800138000", "tags": ["a"] }));
        let fields = json!({ "name": "贝尔科技有限公司", "website": "bell.cn", "tags": ["b"], "external_id": "k", "parent_id": kept.id() });
        let other = t.sales.create("/customers", fields);
        let third = t.sales.create("/customers", json!({ "name": "贝爾", "level": "gold" }));
        let of = |customer: &Answer| json!(customer.id());
        let contact = t.sales.create("/contacts", json!({ "name": "韩梅梅", "customer_id": of(&other), "title": "CFO", "decision_role": "decider" }));
        let deal = t.owner.create("/opportunities", json!({ "name": "d", "customer_id": of(&other), "custom_fields": { "payer": of(&third) } }));
        let task = t.sales.create("/tasks", json!({ "subject": "call", "customer_id": of(&third) }));
        let note = t.sales.create("/activities", json!({ "kind": "note", "body": "met", "customer_id": of(&other) }));
        let child = t.sales.create("/customers", json!({ "name": "子公司", "parent_id": of(&other) }));
        let now = |path: &str, id: &str| led(&t.owner, path, id);
        let before: Vec<Json> = [("contacts", &contact), ("opportunities", &deal), ("tasks", &task), ("activities", &note), ("customers", &child)]
            .iter().map(|(path, record)| now(path, &record.id())["customer_id"].clone()).collect();
        let merged = merge(&t.sales, "/customers", &kept, &[&other, &third], json!({ "description": "one" })).expect(200);
        let told = ["name", "phone", "website", "level", "external_id", "description", "parent_id"].map(|name| merged[name].clone());
        assert_eq!(json!(told), json!(["贝尔科技", "13800138000", "bell.cn", "gold", "k", "one", null]));
        assert_eq!((merged.id(), &merged["tags"]), (kept.id(), &json!(["a", "b"])));
        for (path, record) in [("contacts", &contact), ("opportunities", &deal), ("tasks", &task), ("activities", &note)] {
            assert_eq!(now(path, &record.id())["customer_id"], of(&kept), "{path}");
        }
        // The whole row moves, with what stands on it.
        let moved = now("contacts", &contact.id());
        assert_eq!((&moved["title"], &moved["decision_role"]), (&json!("CFO"), &json!("decider")));
        assert_eq!(now("opportunities", &deal.id())["custom_fields"]["payer"], of(&kept));
        assert_eq!(now("customers", &child.id())["parent_id"], of(&kept));
        // Old ids lead to it, and what happened with each is told with it.
        assert_eq!(now("customers", &other.id()).id(), kept.id());
        let history = t.owner.get(&format!("/customers/{}/history?limit=50", kept.id())).expect(200);
        for record in [&kept, &other, &third] {
            assert!(history.rows().iter().any(|row| row["record_id"] == of(record) && row["action"] == "create"), "{}", history.text);
        }
        undo(&t.owner, &merged);
        assert_eq!(now("customers", &other.id()).id(), other.id());
        let back = now("customers", &other.id());
        let told = ["name", "website", "tags", "external_id", "parent_id"].map(|name| back[name].clone());
        assert_eq!(json!(told), json!(["贝尔科技有限公司", "bell.cn", ["b"], "k", kept.id()]));
        let kept_now = now("customers", &kept.id());
        for name in ["name", "phone", "website", "level", "external_id", "description", "tags", "parent_id"] {
            assert_eq!(kept_now[name], kept[name], "{name}");
        }
        let after: Vec<Json> = [("contacts", &contact), ("opportunities", &deal), ("tasks", &task), ("activities", &note), ("customers", &child)]
            .iter().map(|(path, record)| now(path, &record.id())["customer_id"].clone()).collect();
        assert_eq!(before, after);
        assert_eq!(now("opportunities", &deal.id())["custom_fields"]["payer"], of(&third));
        assert_eq!(now("customers", &child.id())["parent_id"], of(&other));
        let history = t.owner.get(&format!("/customers/{}/history?limit=50", kept.id())).expect(200);
        assert!(history.rows().iter().all(|row| row["record_id"] == of(&kept)), "each has its own again");
    }

    fn a_record_that_changed_since_is_named_and_nothing_is_done(t) {
        let [kept, other, third] = ["a", "b", "c"].map(|name| t.sales.create("/contacts", json!({ "name": name })));
        t.manager.patch(&format!("/contacts/{}", third.id()), 1, json!({ "title": "x" })).expect(200);
        let refused = merge(&t.sales, "/contacts", &kept, &[&other, &third], json!({})).refused(409, "changed_since");
        assert_eq!(refused["errors"][0]["pointer"], "/from/1/version");
        assert_eq!(t.sales.get(&format!("/contacts/{}", other.id())).expect(200).id(), other.id());
        merge(&t.sales, "/contacts", &kept, &[&kept], json!({})).invalid(&["/from/0/id duplicate_value"]);
        merge(&t.sales, "/contacts", &kept, &[], json!({})).expect(422);
        merge(&t.sales, "/contacts", &kept, &[&other], json!({ "email": "x" })).invalid(&["/fields/email invalid_email"]);
        merge(&t.sales, "/contacts", &kept, &[&other], json!({ "colour": "x" })).invalid(&["/fields/colour unknown_field"]);
        let gone = t.stranger.create("/contacts", json!({ "name": "theirs" }));
        merge(&t.sales, "/contacts", &kept, &[&gone], json!({})).refused(404, "not_found");
        let hidden = t.other_sales.create("/contacts", json!({ "name": "hidden" }));
        merge(&t.sales, "/contacts", &kept, &[&hidden], json!({})).refused(404, "not_found");
        t.sales.get(&format!("/contacts/{}", hidden.id())).refused(404, "not_found");
        let merged = merge(&t.manager, "/contacts", &kept, &[&other], json!({ "do_not_contact": true })).expect(200);
        assert_eq!(merged["do_not_contact"], true);
        // Once merged, there is nothing to merge.
        let third = t.sales.get(&format!("/contacts/{}", third.id())).expect(200);
        merge(&t.sales, "/contacts", &third, &[&other], json!({})).refused(404, "not_found");
    }

    fn an_id_leads_through_several_merges(t) {
        let [a, b, c] = ["a", "b", "c"].map(|name| t.sales.create("/leads", json!({ "name": name })));
        let merged = merge(&t.sales, "/leads", &b, &[&a], json!({})).expect(200);
        merge(&t.sales, "/leads", &c, &[&merged], json!({})).expect(200);
        assert_eq!(led(&t.sales, "leads", &a.id()).id(), c.id());
        // Whoever does not see where it leads is not told that there was anything.
        t.other_sales.get(&format!("/leads/{}", a.id())).refused(404, "not_found");
        t.stranger.get(&format!("/leads/{}", a.id())).refused(404, "not_found");
        // Out of the bin it is itself again; what referred to it from there is led on.
        let d = t.sales.create("/leads", json!({ "name": "d" }));
        let task = t.sales.create("/tasks", json!({ "subject": "x", "lead_id": d.id() }));
        t.sales.delete(&format!("/tasks/{}", task.id()), 1).expect(204);
        let c = t.sales.get(&format!("/leads/{}", c.id())).expect(200);
        merge(&t.sales, "/leads", &c, &[&d], json!({})).expect(200);
        let back = t.sales.act(&format!("/tasks/{}/restore", task.id())).if_match(2).expect(200);
        assert_eq!(back["lead_id"], json!(c.id()));
        let again = t.sales.act(&format!("/leads/{}/restore", d.id())).header("If-Match", "*").expect(200);
        assert_eq!((again.id(), t.sales.get(&format!("/leads/{}", d.id())).expect(200).id()), (d.id(), d.id()));
        let converted = t.sales.create("/leads", json!({ "name": "e" }));
        t.sales.act(&format!("/leads/{}/convert", converted.id())).if_match(1).expect(200);
        let converted = t.sales.get(&format!("/leads/{}", converted.id())).expect(200);
        merge(&t.sales, "/leads", &again, &[&converted], json!({})).refused(409, "already_converted");
    }

    fn whoever_one_of_them_was_shared_with_sees_the_kept_one(t) {
        let [kept, other] = ["a", "b"].map(|name| t.sales.create("/customers", json!({ "name": name })));
        let share = json!({ "access": "write" });
        t.sales.put(&format!("/customers/{}/members/{}", other.id(), t.other_sales.id), share).send();
        t.other_sales.get(&format!("/customers/{}", other.id())).expect(200);
        merge(&t.sales, "/customers", &kept, &[&other], json!({})).expect(200);
        assert_eq!(led(&t.other_sales, "customers", &other.id()).id(), kept.id());
    }

    fn two_who_merge_the_same_at_once_do_it_once(t) {
        for _ in 0..4 {
            let [a, b] = ["a", "b"].map(|name| t.sales.create("/customers", json!({ "name": name })));
            let answers = std::thread::scope(|scope| {
                let one = scope.spawn(|| merge(&t.sales, "/customers", &a, &[&b], json!({})).send().status);
                let two = scope.spawn(|| merge(&t.manager, "/customers", &b, &[&a], json!({})).send().status);
                let mut both = [one.join().expect("answers"), two.join().expect("answers")];
                both.sort_unstable();
                both
            });
            assert!(matches!(answers, [200, 404 | 409]), "{answers:?}");
            let left = t.owner.names(&format!("/customers?filter[id][in]={},{}", a.id(), b.id()));
            assert_eq!(left.len(), 1);
        }
    }
}
