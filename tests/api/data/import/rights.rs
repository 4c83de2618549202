//! With whose rights rows are taken: nothing is told of what the importer does not see, no more is given than by hand, and
//! it ends with the right to it.

use super::*;

/// Who may see to people and teams, and has no rights beyond.
fn clerk(t: &T) -> Client {
    let grants =
        json!({ "user": { "*": "all" }, "team": { "*": "all" }, "role": { "view": "all" }, "import": { "*": "own" } });
    t.owner.create(
        "/roles",
        json!({ "key": "personnel", "name": "Personnel", "grants": grants }),
    );
    sign_in::newcomer(&t.owner, &format!("clerk.{}", t.sales.email), "personnel").1
}

/// So many customers in a file, each of this owner.
pub fn many(rows: u32, owner: &str) -> String {
    (0..rows).fold("name,owner\n".to_owned(), |file, n| {
        file + &format!("Firm {n},{owner}\n")
    })
}

/// Returns when a job has done something of its work, and not yet all.
pub fn in_the_middle(client: &Client, path: &str, begun: impl Fn(&Json) -> bool) {
    loop {
        let now = client.get(path).expect(200);
        assert!(now["finished_at"].is_null(), "over too soon: {}", now.text);
        if begun(&now["progress"]) {
            return;
        }
    }
}

/// The import of more customers than the manager will be let import.
fn begun(t: &T) -> String {
    let file = form("customers", many(20_000, "sales"), &[]);
    let path = format!(
        "/imports/{}",
        t.manager.call("POST", "/imports").form(file).expect(202).id()
    );
    in_the_middle(&t.owner, &path, |progress| {
        progress["phase"] == "taking" && progress["rows"] != 0
    });
    path
}

both! {
    fn a_trial_tells_nothing_of_records_out_of_reach(t) {
        t.other_sales.create("/customers", json!({ "name": "Gamma", "external_id": "G", "phone": "13812340000" }));
        let tried = |phone: &str| {
            let file = format!("external_id,name,phone\nG,Gamma,{phone}\n");
            import(&t.manager, "customers", file, &[("dry_run", "true")])
        };
        let (same, other) = (tried("13812340000"), tried("13912340000"));
        assert_eq!((counts(&same), causes(&same)), (counts(&other), causes(&other)));
        assert_eq!(same["report"]["causes"][0]["code"], "duplicate", "{}", same.text);
        let taken = import(&t.manager, "customers", "external_id,name\nG,Gamma\nH,Eta\nH,Eta\n", &[]);
        assert_eq!(counts(&taken), [3, 1, 0, 0, 2], "{}", taken.text);
        // What is seen through its parent and not to be changed is not compared either.
        let customer = seed::plain(&t.sales, "/customers").id();
        let child = json!({ "name": "child", "external_id": "C", "customer_id": customer, "owner_id": t.other_sales.id });
        t.owner.create("/contacts", child);
        let end = import(&t.manager, "contacts", "external_id,name\nC,child\n", &[("dry_run", "true")]);
        assert_eq!(counts(&end), [1, 0, 0, 0, 1], "{}", end.text);
    }

    fn a_file_of_people_leaves_an_owner_who_can_sign_in(t) {
        t.owner.create("/users", json!({ "name": "On paper", "roles": ["owner"] }));
        let file = format!("email,name,roles\n{},owner,sales\n", t.owner.email);
        let end = import(&t.admin, "users", file, &[]);
        assert_eq!(counts(&end)[4], 1, "{}", end.text);
        assert_eq!(end["report"]["causes"][0]["code"], "last_owner", "{}", end.text);
        assert_eq!(t.owner.get(&format!("/users/{}", t.owner.id)).expect(200)["roles"], json!(["owner"]));
    }

    fn a_file_of_people_gives_no_more_than_its_importer_has(t) {
        let clerk = clerk(t);
        t.owner.create("/users", json!({ "name": "Idle" }));
        let mapping = json!({ "name": "name", "team_id": "team", "team_manager": "manager" }).to_string();
        let end = import(&clerk, "users", "name,team,manager\nIdle,North,Boss\n", &[("mapping", &mapping)]);
        assert_eq!(counts(&end)[4], 1, "{}", end.text);
        assert_eq!(end["report"]["causes"][0]["code"], "beyond_own_rights", "{}", end.text);
        assert!(!t.owner.names("/users?limit=200").contains(&"Boss".to_owned()));
        // Who has more rights is not changed either.
        let file = format!("email,name\n{},Renamed\n", t.admin.email);
        assert_eq!(counts(&import(&clerk, "users", file, &[]))[4], 1);
        let end = import(&t.owner, "users", "name,team,manager\nIdle,North,Boss\n", &[("mapping", &mapping)]);
        assert_eq!(counts(&end), [1, 0, 1, 0, 0], "{}", end.text);
    }

    fn what_a_file_of_people_changes_counts_from_the_next_call(t) {
        seed::plain(&t.other_sales, "/customers");
        let file = format!("email,name,team\n{},other_sales,East\n", t.other_sales.email);
        let mapping = json!({ "email": "email", "name": "name", "team_id": "team" }).to_string();
        assert!(t.manager.names("/customers").is_empty());
        let end = import(&t.owner, "users", file, &[("mapping", &mapping)]);
        assert_eq!(counts(&end), [1, 0, 1, 0, 0], "{}", end.text);
        assert_eq!(t.manager.names("/customers").len(), 1);
    }

    fn an_import_ends_with_the_right_to_it(t) {
        let path = begun(t);
        t.owner.patch(&format!("/users/{}", t.manager.id), 2, json!({ "roles": ["sales"] })).expect(200);
        let end = seed::ended(&t.owner, &path);
        assert_eq!((&end["status"], &end["error"]["code"]), (&json!("failed"), &json!("forbidden")), "{}", end.text);
        let left = t.owner.get("/customers?count=exact&limit=1").expect(200)["page"]["count"].as_u64().expect("a count");
        assert!(0 < left && left < 20_000, "{left}");
    }

    fn an_import_ends_with_its_importer(t) {
        let path = begun(t);
        t.owner.patch(&format!("/users/{}", t.manager.id), 2, json!({ "disabled": true })).expect(200);
        let end = seed::ended(&t.owner, &path);
        assert_eq!((&end["status"], &end["error"]["code"]), (&json!("failed"), &json!("job_asker_gone")), "{}", end.text);
        assert_eq!(end["error"]["detail"], "The person who started this is disabled, so it was stopped.");
    }

    fn the_rules_of_a_kind_hold_for_files_too(t) {
        let refused = |kind: &str, file: String, code: &str| {
            for trial in ["true", "false"] {
                let end = import(&t.owner, kind, &file, &[("dry_run", trial)]);
                assert_eq!(counts(&end), [1, 0, 0, 0, 1], "{}", end.text);
                assert_eq!(end["report"]["causes"][0]["code"], code, "{}", end.text);
            }
        };
        refused("exchange_rates", "currency,valid_from,rate\nCNY,2026-01-01,2\n".into(), "base_currency");
        let body = json!({ "name": "Gone", "email": "gone@example.cn", "roles": ["sales"] });
        let gone = t.owner.create("/users", body);
        t.owner.patch(&format!("/users/{}", gone.id()), 1, json!({ "disabled": true })).expect(200);
        refused("customers", "name,owner\nAcme,gone@example.cn\n".into(), "owner_disabled");
        // The other rows are taken.
        let end = import(&t.owner, "customers", "name,owner\nAcme,gone@example.cn\nBeta,\n", &[]);
        assert_eq!(counts(&end), [2, 1, 0, 0, 1], "{}", end.text);
        assert_eq!(t.owner.names("/customers"), ["Beta"]);
    }

    fn a_hidden_price_does_not_come_out_through_lines(t) {
        t.owner.create("/products", json!({ "name": "Pump", "price": { "amount": "4321", "currency": "CNY" } }));
        let rights = json!({ "*": { "*": "all" } });
        let role = json!({ "key": "blind", "name": "Blind", "grants": rights, "field_rights": { "product": { "price": "hidden" } } });
        t.owner.create("/roles", role);
        let blind = sign_in::newcomer(&t.owner, &format!("blind.{}", t.sales.email), "blind").1;
        let end = import(&blind, "opportunities", "name,product,quantity\nDeal,Pump,2\n", &[]);
        assert_eq!(counts(&end), [1, 1, 0, 0, 0], "{}", end.text);
        let deals = t.owner.get("/opportunities").expect(200);
        assert!(!deals.text.contains("4321") && !deals.text.contains("8642"), "{}", deals.text);
        assert!(deals.text.contains("\"0.00\""), "{}", deals.text);
    }

    fn who_edits_beside_an_import_does_not_end_it(t) {
        let file = |phone: &str| (0..3000).fold("external_id,name,phone\n".to_owned(), |file, n| {
            file + &format!("K{n},Firm {n},{phone}\n")
        });
        assert_eq!(counts(&import(&t.owner, "customers", file("021-5550101"), &[])), [3000, 3000, 0, 0, 0]);
        let last = t.owner.get("/customers?sort=-created_at&limit=100").expect(200);
        let sent = t.owner.call("POST", "/imports").form(form("customers", file("021-5550102"), &[])).expect(202);
        let path = format!("/imports/{}", sent.id());
        let mut n = 0;
        let end = loop {
            let row = &last.rows()[n % last.rows().len()];
            let body = json!({ "description": n.to_string() });
            let edit = t.owner.call("PATCH", &format!("/customers/{}", row["id"].as_str().expect("an id")));
            edit.json(body).header("If-Match", "*").send();
            n += 1;
            let now = t.owner.get(&path).expect(200);
            if !now["finished_at"].is_null() {
                break now;
            }
        };
        assert_eq!(end["status"], "done", "{}", end.text);
        assert_eq!(counts(&end), [3000, 0, 3000, 0, 0], "{}", end.text);
    }
}
