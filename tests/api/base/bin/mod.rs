//! The recycle bin: what lies in it can come back, or it is told what has to come back before.

use tests::*;

fn restore(by: &Client, path: &str, version: i64) -> client::Request {
    by.act(&format!("{path}/restore")).if_match(version)
}

both! {
    fn what_it_needs_stays_while_a_record_is_in_the_bin(t) {
        let user = t.owner.create("/users", json!({ "name": "New", "roles": ["sales"] })).id();
        let product = t.owner.create("/products", json!({ "name": "p" })).id();
        let line = json!({ "product_id": product, "quantity": 1, "price": seed::cny("5.00") });
        let deal = t.owner.create("/opportunities", json!({ "name": "d", "lines": [line] }));
        let customer = t.owner.create("/customers", json!({ "name": "c", "owner_id": user }));
        let (deal, customer) = (format!("/opportunities/{}", deal.id()), format!("/customers/{}", customer.id()));
        let (product, user) = (format!("/products/{product}"), format!("/users/{user}"));
        for (path, code) in [(&product, "still_referenced"), (&user, "still_referenced")] {
            t.owner.delete(path, 1).refused(409, code);
        }
        t.owner.delete(&deal, 1).expect(204);
        t.owner.delete(&customer, 1).expect(204);
        for path in [&product, &user] {
            t.owner.delete(path, 1).refused(409, "referenced_from_bin");
        }
        restore(&t.owner, &deal, 2).expect(200);
        assert_eq!(restore(&t.owner, &customer, 2).expect(200)["owner_id"], json!(user.rsplit('/').next()));
        // Handed over, also in the bin.
        t.owner.delete(&customer, 3).expect(204);
        let job = t.owner.post(&format!("{user}/hand-over"), json!({ "to": t.sales.id })).expect(202);
        assert_eq!(seed::ended(&t.owner, &format!("/jobs/{}", job.id()))["status"], "done");
        t.owner.delete(&user, 2).expect(204);
        assert_eq!(restore(&t.sales, &customer, 5).expect(200)["owner_id"], json!(t.sales.id));
        t.owner.patch(&deal, 3, json!({ "lines": [] })).expect(200);
        t.owner.delete(&product, 1).expect(204);
    }

    fn what_it_can_do_without_it_lets_go_of_in_the_bin(t) {
        let [team, below] = ["team", "below"].map(|name| t.owner.create("/teams", json!({ "name": name })).id());
        let user = t.owner.create("/users", json!({ "name": "New", "roles": ["sales"], "team_id": team })).id();
        t.owner.patch(&format!("/teams/{below}"), 1, json!({ "parent_id": team, "manager_id": user })).expect(200);
        let (team, below, user) = (format!("/teams/{team}"), format!("/teams/{below}"), format!("/users/{user}"));
        t.owner.delete(&team, 1).refused(409, "still_referenced");
        t.owner.delete(&user, 1).refused(409, "still_referenced");
        t.owner.delete(&below, 2).expect(204);
        t.owner.delete(&user, 1).expect(204);
        t.owner.delete(&team, 1).expect(204);
        // Each comes back without what is gone, and its history says so.
        let back = restore(&t.owner, &user, 3).expect(200);
        assert_eq!((&back["team_id"], back.version()), (&Json::Null, 4));
        let back = restore(&t.owner, &below, 5).expect(200);
        assert_eq!((&back["parent_id"], &back["manager_id"]), (&Json::Null, &Json::Null));
        let history = t.owner.get(&format!("{below}/history")).expect(200);
        let told: Vec<&Json> = history.rows()[1..3].iter().map(|row| &row["fields"]).collect();
        let id = |path: &str| json!(path.rsplit('/').next());
        assert_eq!(told, [&json!({ "parent_id": [id(&team), null] }), &json!({ "manager_id": [id(&user), null] })]);
    }

    fn what_is_part_of_something_comes_back_after_it(t) {
        let pipeline = t.owner.create("/pipelines", json!({ "name": "Own" })).id();
        let stage = t.owner.create("/stages", json!({ "name": "s", "pipeline_id": pipeline }));
        let team = t.owner.create("/teams", json!({ "name": "Own" })).id();
        let joined = t.owner.create("/team-members", json!({ "team_id": team, "user_id": t.sales.id }));
        for (part, whole, at) in [
            (format!("/stages/{}", stage.id()), format!("/pipelines/{pipeline}"), "/pipeline_id reference_in_bin"),
            (format!("/team-members/{}", joined.id()), format!("/teams/{team}"), "/team_id reference_in_bin"),
        ] {
            t.owner.delete(&part, 1).expect(204);
            t.owner.delete(&whole, 1).expect(204);
            restore(&t.owner, &part, 2).invalid(&[at]);
            restore(&t.owner, &whole, 2).expect(200);
            restore(&t.owner, &part, 2).expect(200);
        }
    }
}
