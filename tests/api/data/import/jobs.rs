//! The jobs themselves: who may, once only, cancelled, on record.

use super::*;

both! {
    fn who_may_not_import_is_refused(t) {
        let send = |client: &Client| client.call("POST", "/imports").form(form("customers", "name\na\n", &[]));
        send(&t.sales).refused(403, "forbidden");
        send(&t.anonymous).refused(401, "unauthenticated");
        t.manager.call("POST", "/imports").form(form("users", "name\na\n", &[])).refused(403, "forbidden");
        let id = send(&t.manager).expect(202).id();
        seed::finished(&t.manager, &id);
        for path in ["", "/errors"] {
            t.stranger.get(&format!("/imports/{id}{path}")).refused(404, "not_found");
            t.sales.get(&format!("/imports/{id}{path}")).expect(404);
        }
        for action in ["run", "cancel"] {
            t.stranger.act(&format!("/imports/{id}/{action}")).refused(404, "not_found");
        }
        t.manager.get(&format!("/imports/{id}/errors")).refused(404, "no_import_errors");
        // Whoever runs it does so with rights of their own.
        let taken_over = t.admin.act(&format!("/imports/{id}/run")).expect(202);
        assert_eq!(taken_over["owner_id"], t.admin.id.to_string());
        seed::finished(&t.admin, &id);
        t.manager.get(&format!("/imports/{id}")).refused(404, "not_found");
    }

    fn rows_for_people_out_of_reach_are_in_error(t) {
        let end = import(&t.manager, "customers", "name,owner\nAcme,sales\nBeta,other_sales\n", &[]);
        assert_eq!(counts(&end), [2, 1, 0, 0, 1]);
        assert_eq!(causes(&end), ["- | You do not have permission to import customer records. | 1 | -"]);
        // What somebody else has under this key is not changed, and a manager may not make stages.
        t.other_sales.create("/customers", json!({ "name": "Gamma", "external_id": "G" }));
        let end = import(&t.manager, "customers", "external_id,name\nG,Stolen\n", &[]);
        assert_eq!(counts(&end)[4], 1, "{}", end.text);
        assert_eq!(t.other_sales.names("/customers"), ["Gamma"]);
        let end = import(&t.manager, "opportunities", "name,stage\nDeal,Somewhere\n", &[]);
        assert_eq!(causes(&end), ["stage | You do not have permission to create stage records. | 1 | -"]);
    }

    fn a_repeated_request_hands_in_one_file(t) {
        let send = |file: &str| t.owner.call("POST", "/imports").key("k-1").form(form("customers", file, &[]));
        let first = send("name\na\n").expect(202);
        assert_eq!(send("name\na\n").expect(202).id(), first.id());
        send("name\nb\n").invalid(&["Idempotency-Key idempotency_key_reused"]);
        seed::finished(&t.owner, &first.id());
        assert_eq!(t.owner.get("/imports").expect(200).rows().len(), 1);
        assert_eq!(t.owner.names("/customers"), ["a"]);
    }

    fn an_import_is_one_change_set(t) {
        let end = import(&t.owner, "customers", "name,parent,industry\nAcme,Group,Mining\nGroup,,Mining\n", &[]);
        let changes = t.owner.get("/changes?limit=200").expect(200);
        let of: Vec<(&str, &str)> = changes.rows().iter()
            .filter(|c| c["change_set"] == end["id"] && c["kind"] != "import")
            .map(|c| (c["kind"].as_str().expect("kind"), c["action"].as_str().expect("action")))
            .collect();
        assert_eq!(of, [("picklist", "update"), ("customer", "create"), ("customer", "create"), ("customer", "update")]);
        let history = t.owner.get(&format!("/imports/{}/history", end.id())).expect(200);
        assert_eq!(history.rows().last().expect("made")["action"], "create");
    }

    fn what_is_over_is_not_cancelled_and_what_runs_is_not_run(t) {
        let end = import(&t.owner, "customers", "name\na\n", &[("dry_run", "true")]);
        t.owner.act(&format!("/imports/{}/cancel", end.id())).refused(409, "import_over");
        t.owner.post(&format!("/imports/{}/run", end.id()), json!({ "mapping": { "name": "nowhere" } })).expect(202);
        let failed = seed::finished(&t.owner, &end.id());
        assert_eq!((&failed["status"], &failed["error"]["code"]), (&json!("failed"), &json!("unknown_column")));

        // A large file, to have something to stop.
        let mut file = "name\n".to_owned();
        (0..30_000).for_each(|n| file += &format!("Firm {n}\n"));
        let id = t.owner.call("POST", "/imports").form(form("customers", file, &[])).expect(202).id();
        t.owner.act(&format!("/imports/{id}/run")).refused(409, "import_running");
        let cancelled = t.owner.act(&format!("/imports/{id}/cancel")).expect(200);
        assert_eq!(cancelled["status"], "cancelled");
        // The thread takes up the next one, so it has let go of this.
        import(&t.owner, "customers", "name\nzzz\n", &[]);
        let left = t.owner.get("/customers?count=exact&limit=1").expect(200)["page"]["count"].as_u64().expect("a count");
        assert!(left < 30_000, "{left}");
        assert_eq!(t.owner.get(&format!("/imports/{id}")).expect(200)["status"], "cancelled");
    }
}
