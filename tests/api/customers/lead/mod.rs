//! Leads, and their conversion: all of it or nothing.

use tests::*;

/// Everything the owner sees of the four kinds a conversion touches.
fn everything(t: &T) -> Vec<Json> {
    ["leads", "customers", "contacts", "opportunities"]
        .iter()
        .map(|kind| t.owner.get(&format!("/{kind}?limit=200")).expect(200)["data"].clone())
        .collect()
}

fn last_position(t: &T) -> i64 {
    let page = t.owner.get("/changes?limit=200").expect(200);
    page.rows()
        .last()
        .map_or(0, |c| c["position"].as_i64().expect("a position"))
}

both! {
    fn a_conversion_makes_three_records_in_one_change_set(t) {
        let lead = t.sales.create("/leads", json!({
            "name": "李雷", "company": "蓝天科技", "title": "采购经理", "phone": "13800138000", "email": "lilei@lantian.example.cn",
            "source": "展会", "industry": "软件", "tags": ["热"], "next_follow_up_at": "2027-01-01T00:00:00Z",
        }));
        let before = last_position(t);
        let done = t.sales.act(&format!("/leads/{}/convert", lead.id())).if_match(1).expect(200);
        let (lead, customer, contact, deal) = (&done["lead"], &done["customer"], &done["contact"], &done["opportunity"]);
        assert_eq!(lead["status"], "converted");
        assert_eq!(lead["version"], 2);
        assert_eq!(done.header("etag"), "\"2\"");
        assert_eq!((&lead["customer_id"], &lead["contact_id"], &lead["opportunity_id"]), (&customer["id"], &contact["id"], &deal["id"]));
        assert_eq!(lead["next_follow_up_at"], Json::Null);
        assert_eq!((&customer["name"], &customer["kind"], &customer["industry"]), (&json!("蓝天科技"), &json!("company"), &json!("软件")));
        assert_eq!((&contact["name"], &contact["title"], &contact["phone"]), (&json!("李雷"), &json!("采购经理"), &json!("13800138000")));
        assert_eq!((&contact["customer_id"], &deal["customer_id"], &deal["contact_id"]), (&customer["id"], &customer["id"], &contact["id"]));
        for made in [customer, contact, deal] {
            assert_eq!(made["owner_id"], t.sales.id.to_string());
            assert_eq!(made["version"], 1);
        }
        for (kind, made) in [("customers", customer), ("contacts", contact), ("opportunities", deal), ("leads", lead)] {
            let read = t.sales.get(&format!("/{kind}/{}", made["id"].as_str().expect("an id"))).expect(200);
            assert_eq!(read.body, *made);
        }
        let changes = t.owner.get(&format!("/changes?after={before}")).expect(200);
        let mut kinds: Vec<&str> = changes.rows().iter().map(|c| c["kind"].as_str().expect("a kind")).collect();
        kinds.sort_unstable();
        assert_eq!(kinds, ["contact", "customer", "lead", "opportunity"]);
        assert!(changes.rows().iter().all(|c| c["change_set"] == changes.rows()[0]["change_set"]));
    }

    fn a_person_becomes_a_customer_of_the_same_name(t) {
        let lead = t.sales.create("/leads", json!({ "name": "韩梅梅" }));
        let done = t.sales.post(&format!("/leads/{}/convert", lead.id()), json!({ "contact": false, "opportunity": false })).if_match(1).expect(200);
        assert_eq!((&done["customer"]["name"], &done["customer"]["kind"]), (&json!("韩梅梅"), &json!("person")));
        assert_eq!((&done["contact"], &done["opportunity"]), (&Json::Null, &Json::Null));
        assert!(t.sales.names("/contacts").is_empty());
    }

    fn a_lead_joins_an_existing_customer(t) {
        let customer = t.sales.create("/customers", json!({ "name": "老客户" }));
        let lead = t.sales.create("/leads", json!({ "name": "李雷", "company": "x" }));
        let body = json!({ "customer": { "id": customer.id() }, "opportunity": { "name": "大单", "amount": seed::cny("5000") } });
        let done = t.sales.post(&format!("/leads/{}/convert", lead.id()), body).if_match(1).expect(200);
        assert_eq!(done["customer"], customer.body, "the customer is not changed");
        assert_eq!(done["contact"]["customer_id"], customer.id());
        assert_eq!((&done["opportunity"]["name"], &done["opportunity"]["amount"]), (&json!("大单"), &seed::cny("5000.00")));
        assert_eq!(t.sales.names("/customers"), ["老客户"]);
    }

    fn a_lead_is_converted_once(t) {
        let lead = t.sales.create("/leads", json!({ "name": "李雷" }));
        let path = format!("/leads/{}/convert", lead.id());
        t.sales.act(&path).refused(428, "precondition_required");
        t.sales.act(&path).if_match(7).refused(412, "stale");
        t.sales.act(&path).if_match(1).expect(200);
        let all = everything(t);
        t.sales.act(&path).if_match(2).refused(409, "already_converted");
        t.sales.patch(&format!("/leads/{}", lead.id()), 2, json!({ "status": "new" })).invalid(&["/status already_converted"]);
        assert_eq!(everything(t), all);

        t.sales.post("/leads", json!({ "name": "a", "status": "converted" })).invalid(&["/status use_convert"]);
        let lost = t.sales.create("/leads", json!({ "name": "b", "status": "disqualified", "disqualified_reason": "没有需求" }));
        t.sales.act(&format!("/leads/{}/convert", lost.id())).if_match(1).refused(409, "lead_disqualified");
        t.sales.post("/leads", json!({ "name": "c", "status": "disqualified" })).invalid(&["/disqualified_reason reason_required"]);
    }

    fn a_refused_conversion_leaves_nothing(t) {
        let lead = t.sales.create("/leads", json!({ "name": "李雷", "company": "蓝天" }));
        t.sales.create("/contacts", json!({ "name": "x", "external_id": "taken" }));
        let hidden = seed::plain(&t.other_sales, "/customers");
        let before = (everything(t), last_position(t));
        let path = format!("/leads/{}/convert", lead.id());
        for (body, status, issue) in [
            // The last part fails when two records are already made.
            (json!({ "opportunity": { "amount": seed::cny("-1") } }), 422, "/opportunity/amount/amount amount_out_of_range"),
            (json!({ "opportunity": { "stage_id": lead.id() } }), 422, ""),
            (json!({ "opportunity": { "colour": "red" } }), 422, "/opportunity/colour unknown_field"),
            (json!({ "contact": { "email": "x" } }), 422, "/contact/email invalid_email"),
            (json!({ "contact": { "external_id": "taken" } }), 409, "/contact/external_id duplicate"),
            (json!({ "customer": { "id": hidden.id() } }), 422, "/customer/id reference_not_found"),
            (json!({ "customer": { "id": "x" } }), 422, "/customer/id invalid_id"),
            (json!({ "customer": { "id": hidden.id(), "name": "x" } }), 422, "/customer/name unknown_field"),
            (json!({ "customer": false }), 422, "/customer required"),
            (json!({ "customer": "x" }), 422, "/customer wrong_type"),
            (json!({ "deal": {} }), 422, "/deal unknown_field"),
        ] {
            let refused = t.sales.post(&path, body.clone()).if_match(1).expect(status);
            if !issue.is_empty() {
                assert_eq!(refused.issues(), [issue], "{body}");
            }
            assert_eq!((everything(t), last_position(t)), before, "{body}");
        }
        t.other_sales.act(&path).if_match(1).refused(404, "not_found");
        t.sales.act(&path).if_match(1).expect(200);
    }

    fn what_hangs_on_a_lead_comes_along(t) {
        let lead = t.sales.create("/leads", json!({ "name": "李雷", "company": "蓝天", "next_follow_up_at": "2027-03-01T01:00:00.000000Z" }));
        let id = lead.id();
        let call = t.sales.create("/activities", json!({ "kind": "call", "body": "第一次通话", "lead_id": id, "happened_at": "2026-11-02T03:00:00.000000Z" }));
        // Somebody else's note comes along as well.
        let note = t.owner.create("/activities", json!({ "kind": "note", "body": "主管的备注", "lead_id": id, "happened_at": "2026-11-01T03:00:00.000000Z" }));
        let open = t.sales.create("/tasks", json!({ "subject": "寄样品", "lead_id": id }));
        let done = t.sales.create("/tasks", json!({ "subject": "查资料", "lead_id": id, "status": "done" }));
        let elsewhere = seed::plain(&t.sales, "/customers");
        let other = t.sales.create("/tasks", json!({ "subject": "另一家", "lead_id": id, "customer_id": elsewhere.id() }));
        let made = t.sales.act(&format!("/leads/{id}/convert")).if_match(lead.version()).expect(200);
        let (customer, contact, deal) = (&made["customer"]["id"], &made["contact"]["id"], &made["opportunity"]["id"]);
        for path in [format!("/activities/{}", call.id()), format!("/activities/{}", note.id()), format!("/tasks/{}", open.id())] {
            let read = t.sales.get(&path).expect(200);
            assert_eq!((&read["customer_id"], &read["contact_id"], &read["opportunity_id"]), (customer, contact, deal), "{path}");
            assert_eq!(read["lead_id"], id, "the lead keeps its history");
        }
        assert_eq!(t.owner.get(&format!("/activities/{}", note.id())).expect(200)["owner_id"], t.owner.id.to_string(), "nobody else's");
        assert_eq!(t.sales.get(&format!("/tasks/{}", done.id())).expect(200)["customer_id"], Json::Null, "what is done stays");
        assert_eq!(t.sales.get(&format!("/tasks/{}", other.id())).expect(200)["customer_id"], elsewhere.id(), "what belongs elsewhere stays");
        assert_eq!(made["opportunity"]["next_follow_up_at"], "2027-03-01T01:00:00.000000Z");
        assert_eq!(made["lead"]["next_follow_up_at"], Json::Null);
        assert_eq!(made["customer"]["next_follow_up_at"], Json::Null, "one of them is enough");
        // The last contact is counted where it belongs now.
        let path = format!("/customers/{}", customer.as_str().expect("an id"));
        assert_eq!(t.sales.get(&path).expect(200)["last_activity_at"], "2026-11-02T03:00:00.000000Z");
    }

    fn the_next_follow_up_goes_where_work_goes_on(t) {
        let at = "2027-03-01T01:00:00.000000Z";
        let convert = |name: &str, body: Json| {
            let lead = t.sales.create("/leads", json!({ "name": name, "next_follow_up_at": at }));
            t.sales.post(&format!("/leads/{}/convert", lead.id()), body).if_match(1).expect(200)
        };
        let alone = convert("甲", json!({ "contact": false, "opportunity": false }));
        assert_eq!(alone["customer"]["next_follow_up_at"], at);
        for (has, keeps) in [(Json::Null, at), (json!("2027-02-01T01:00:00.000000Z"), "2027-02-01T01:00:00.000000Z"), (json!("2027-04-01T01:00:00.000000Z"), at)] {
            let customer = t.sales.create("/customers", json!({ "name": "老客户", "next_follow_up_at": has }));
            let body = json!({ "customer": { "id": customer.id() }, "contact": false, "opportunity": false });
            let joined = convert("乙", body);
            assert_eq!(joined["customer"]["next_follow_up_at"], keeps, "{has}: the earlier one");
            let deal = t.sales.create("/opportunities", json!({ "name": "老单", "customer_id": customer.id(), "next_follow_up_at": has }));
            let body = json!({ "customer": { "id": customer.id() }, "contact": false, "opportunity": { "id": deal.id() } });
            let joined = convert("丙", body);
            assert_eq!(joined["opportunity"]["next_follow_up_at"], keeps, "{has}: the earlier one");
        }
    }

    fn parts_of_another_customer_are_refused(t) {
        let (ours, theirs) = (seed::plain(&t.sales, "/customers"), seed::plain(&t.sales, "/customers"));
        let contact = |of: Json| t.sales.create("/contacts", json!({ "name": "韩梅梅", "customer_id": of }));
        let deal = |of: Json| t.sales.create("/opportunities", json!({ "name": "大单", "customer_id": of }));
        let lead = t.sales.create("/leads", json!({ "name": "李雷" }));
        let path = format!("/leads/{}/convert", lead.id());
        let before = everything(t);
        for (part, record) in [("contact", contact(json!(theirs.id()))), ("opportunity", deal(json!(theirs.id())))] {
            let before = everything(t);
            for customer in [json!({ "id": ours.id() }), json!({ "name": "新客户" })] {
                let body = json!({ "customer": customer, part: { "id": record.id() } });
                t.sales.post(&path, body).if_match(1).invalid(&[&format!("/{part}/id of_other_customer")]);
                assert_eq!(everything(t), before);
            }
        }
        assert_ne!(everything(t), before);
        // Those of this customer are taken, and those of none join it.
        let (free, own) = (contact(Json::Null), deal(json!(ours.id())));
        let body = json!({ "customer": { "id": ours.id() }, "contact": { "id": free.id() }, "opportunity": { "id": own.id() } });
        let done = t.sales.post(&path, body).if_match(1).expect(200);
        assert_eq!((&done["contact"]["id"], &done["contact"]["customer_id"]), (&json!(free.id()), &json!(ours.id())));
        assert_eq!(done["opportunity"], own.body, "what belongs here already is not changed");
    }
}
