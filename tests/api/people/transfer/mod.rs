//! Giving records to another owner: what goes along, who may, what is told of it, and all or nothing.

use tests::*;

/// A customer of `sales` with a contact, an open and a lost deal, an activity of the contact and a task of the deal; the
/// second contact belongs to the manager.
struct Scene {
    customer: String,
    contact: String,
    managers: String,
    deal: String,
    lost: String,
    activity: String,
    task: String,
}

impl Scene {
    fn new(t: &T) -> Self {
        let customer = seed::plain(&t.sales, "/customers").id();
        let deal = |name: &str| {
            t.sales
                .create("/opportunities", json!({ "name": name, "customer_id": customer }))
                .id()
        };
        let contact = t
            .sales
            .create("/contacts", json!({ "name": "a", "customer_id": customer }))
            .id();
        let managers = json!({ "name": "b", "customer_id": customer, "owner_id": t.manager.id });
        let (open, lost) = (deal("open"), deal("lost"));
        t.sales
            .post(&format!("/opportunities/{lost}/lose"), json!({ "reason": "价格" }))
            .if_match(1)
            .expect(200);
        Self {
            managers: t.owner.create("/contacts", managers).id(),
            activity: t
                .sales
                .create(
                    "/activities",
                    json!({ "kind": "note", "body": "x", "contact_id": contact }),
                )
                .id(),
            task: t
                .sales
                .create("/tasks", json!({ "subject": "x", "opportunity_id": open }))
                .id(),
            customer,
            contact,
            deal: open,
            lost,
        }
    }

    /// Who has each of them.
    fn owners(&self, t: &T) -> Vec<&'static str> {
        let records = [
            ("customers", &self.customer),
            ("contacts", &self.contact),
            ("contacts", &self.managers),
            ("opportunities", &self.deal),
            ("opportunities", &self.lost),
            ("activities", &self.activity),
            ("tasks", &self.task),
        ];
        let name = |(kind, id): (&str, &String)| {
            let owner = t.owner.get(&format!("/{kind}/{id}")).expect(200)["owner_id"].clone();
            let people = [
                (t.sales.id, "sales"),
                (t.other_sales.id, "other"),
                (t.manager.id, "manager"),
            ];
            people
                .into_iter()
                .find(|(id, _)| owner == json!(id))
                .map_or("nobody", |(_, name)| name)
        };
        records.into_iter().map(name).collect()
    }
}

fn all_of(customer: &str, to: &Person, more: Json) -> Json {
    let mut body = json!({ "records": [{ "id": customer }], "owner_id": to.id,
        "with": ["contacts", "opportunities", "activities", "tasks"] });
    let more = more.as_object().expect("an object").clone();
    body.as_object_mut().expect("an object").extend(more);
    body
}

both! {
    fn what_belongs_to_a_record_goes_along(t) {
        let scene = Scene::new(t);
        let trial = t.owner.post("/customers/transfer", all_of(&scene.customer, &t.other_sales, json!({ "dry_run": true }))).expect(200);
        let counts = json!({ "customers": 1, "contacts": 1, "opportunities": 1, "activities": 1, "tasks": 1 });
        assert_eq!((&trial["moved"], &trial["dry_run"]), (&counts, &json!(true)));
        assert_eq!(scene.owners(t), ["sales", "sales", "manager", "sales", "sales", "sales", "sales"]);
        let done = t.owner.post("/customers/transfer", all_of(&scene.customer, &t.other_sales, json!({ "reason": " 调岗 " }))).expect(200);
        assert_eq!(done["moved"], counts);
        assert_eq!(scene.owners(t), ["other", "other", "manager", "other", "sales", "other", "other"]);
        // One change set, and a readable entry with each record.
        let changes = t.owner.get("/changes?limit=200").expect(200);
        let of: Vec<&Json> = changes.rows().iter().filter(|c| c["fields"]["reason"] == json!([null, "调岗"])).collect();
        assert_eq!(of.len(), 5);
        assert!(of.iter().all(|c| c["change_set"] == of[0]["change_set"] && c["action"] == "update" && c["actor_id"] == json!(t.owner.id)));
        let history = t.owner.get(&format!("/contacts/{}/history", scene.contact)).expect(200);
        let fields = json!({ "owner_id": [t.sales.id, t.other_sales.id], "reason": [null, "调岗"] });
        assert_eq!((&history.rows()[0]["fields"], &history.rows()[0]["version"]), (&fields, &json!(3)));
        assert_eq!(t.other_sales.names("/customers").len(), 1);
        t.sales.get(&format!("/customers/{}", scene.customer)).refused(404, "not_found");
        // Again: nothing is left to do, and nothing is written.
        let again = t.owner.post("/customers/transfer", all_of(&scene.customer, &t.other_sales, json!({}))).expect(200);
        assert_eq!(again["moved"]["customers"], 0);
        assert_eq!(t.owner.get(&format!("/customers/{}", scene.customer)).expect(200).version(), 2);
    }

    fn what_is_not_chosen_stays(t) {
        let scene = Scene::new(t);
        let to = |more: Json| {
            let mut body = json!({ "records": [{ "id": scene.customer, "version": 1 }], "owner_id": t.other_sales.id });
            body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
            t.owner.post("/customers/transfer", body)
        };
        // The task is found through the deal, which itself stays.
        to(json!({ "with": ["tasks"] })).expect(200);
        assert_eq!(scene.owners(t), ["other", "sales", "manager", "sales", "sales", "sales", "other"]);
        to(json!({})).refused(412, "stale");
        let everything = all_of(&scene.customer, &t.manager, json!({ "closed": true, "only_owned_by_previous": false }));
        t.owner.post("/customers/transfer", everything).expect(200);
        assert_eq!(scene.owners(t), ["manager"; 7]);
    }

    fn who_may_assign_transfers_within_reach(t) {
        let scene = Scene::new(t);
        let give = |client: &Client, to: &Person, more: Json| client.post("/customers/transfer", all_of(&scene.customer, to, more));
        give(&t.sales, &t.manager, json!({})).refused(403, "forbidden");
        give(&t.sales, &t.manager, json!({ "dry_run": true })).refused(403, "forbidden");
        give(&t.manager, &t.other_sales, json!({})).refused(403, "forbidden");
        give(&t.other_sales, &t.other_sales, json!({})).refused(404, "not_found");
        give(&t.stranger, &t.stranger, json!({})).refused(404, "not_found");
        give(&t.owner, &t.stranger, json!({})).invalid(&["/owner_id reference_not_found"]);
        // A contact of another team stands in the way of all, where it is to go along.
        let body = json!({ "name": "c", "customer_id": scene.customer, "owner_id": t.other_sales.id });
        t.owner.create("/contacts", body);
        give(&t.manager, &t.manager, json!({ "only_owned_by_previous": false })).refused(403, "forbidden");
        assert_eq!(scene.owners(t)[0], "sales");
        give(&t.manager, &t.manager, json!({})).expect(200);
        assert_eq!(scene.owners(t)[0], "manager");
    }

    fn one_that_cannot_go_keeps_all_back(t) {
        let [a, b] = ["a", "b"].map(|name| t.sales.create("/leads", json!({ "name": name })).id());
        let gone = seed::plain(&t.sales, "/leads").id();
        t.sales.delete(&format!("/leads/{gone}"), 1).expect(204);
        let give = |records: Json| t.owner.post("/leads/transfer", json!({ "records": records, "owner_id": t.manager.id }));
        give(json!([{ "id": a }, { "id": gone }])).refused(404, "not_found");
        give(json!([{ "id": a, "version": 1 }, { "id": b, "version": 2 }])).refused(412, "stale");
        assert_eq!(t.sales.names("/leads?sort=name"), ["a", "b"]);
        give(json!([])).invalid(&["/records out_of_range"]);
        give(json!([{ "id": "x" }])).invalid(&["/records/0/id invalid_id"]);
        give(json!([{ "id": a, "owner": b }])).invalid(&["/records/0/owner unknown_field"]);
        t.owner.post("/leads/transfer", json!({ "records": [{ "id": a }] })).invalid(&["/owner_id required"]);
        t.owner.post("/tasks/transfer", json!({ "records": [{ "id": a }], "owner_id": a, "with": ["leads"] })).invalid(&["/with/0 unknown_choice"]);
        give(json!([{ "id": a }, { "id": b }])).expect(200);
        assert_eq!(t.manager.names("/leads?sort=name"), ["a", "b"]);
    }

    fn nobody_disabled_is_given_anything(t) {
        let made = seed::plain(&t.sales, "/customers").id();
        t.owner.patch(&format!("/users/{}", t.other_sales.id), 2, json!({ "disabled": true })).expect(200);
        let to = json!({ "records": [{ "id": made }], "owner_id": t.other_sales.id });
        t.owner.post("/customers/transfer", to).invalid(&["/owner_id owner_disabled"]);
        let owner = json!({ "owner_id": t.other_sales.id });
        t.owner.patch(&format!("/customers/{made}"), 1, owner).invalid(&["/owner_id owner_disabled"]);
        t.owner.post("/customers", json!({ "name": "x", "owner_id": t.other_sales.id })).invalid(&["/owner_id owner_disabled"]);
    }

    fn two_transfers_at_once_both_end(t) {
        let ids: Vec<Json> = (0..40).map(|_| json!({ "id": seed::plain(&t.sales, "/customers").id() })).collect();
        let mut back = ids.clone();
        back.reverse();
        let give = |records: &[Json], to: &Person| t.owner.post("/customers/transfer", json!({ "records": records, "owner_id": to.id })).send().status;
        std::thread::scope(|scope| {
            let one = scope.spawn(|| give(&ids, &t.manager));
            let two = scope.spawn(|| give(&back, &t.other_sales));
            assert_eq!([one.join().expect("answers"), two.join().expect("answers")], [200, 200]);
        });
        let of = |p: &Person| t.owner.get(&format!("/customers?limit=1&count=exact&filter[owner_id]={}", p.id)).expect(200)["page"]["count"].clone();
        assert!([json!(0), json!(40)].contains(&of(&t.manager)), "both or none");
        assert_eq!(of(&t.sales), 0);
    }

    fn a_trial_does_not_count_by_what_is_hidden(t) {
        let scene = Scene::new(t);
        let rights = json!({ "contact": { "customer_id": "hidden" }, "opportunity": { "status": "hidden" } });
        let role = json!({ "key": "blind", "name": "Blind", "grants": { "*": { "*": "all" } }, "field_rights": rights });
        t.owner.create("/roles", role);
        let blind = sign_in::newcomer(&t.owner, &format!("blind.{}", t.sales.email), "blind").1;
        let ask = |with: &str, closed: bool| {
            let body = json!({ "records": [{ "id": scene.customer }], "with": [with], "closed": closed, "dry_run": true });
            blind.post("/customers/transfer", body)
        };
        ask("contacts", true).invalid(&["/with/0 field_hidden"]);
        ask("opportunities", false).invalid(&["/closed field_hidden"]);
        let counted = ask("opportunities", true).expect(200);
        assert_eq!(counted["moved"]["opportunities"], 2);
    }
}
