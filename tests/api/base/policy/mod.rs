//! Who reaches what: own, team and all; children seen through their parent; 404 for what is not seen, 403 for what is
//! seen and may not be done.

mod cost;

use crate::import::{counts, import};
use tests::api_key::program;
use tests::*;

both! {
    fn a_role_reaches_own_team_or_all(t) {
        let mine = t.sales.create("/customers", json!({ "name": "mine" })).id();
        let theirs = t.other_sales.create("/customers", json!({ "name": "theirs" })).id();
        t.manager.create("/customers", json!({ "name": "managers" }));
        let seen = |p: &Person| p.names("/customers?sort=name").join(",");
        assert_eq!(seen(&t.sales), "mine");
        assert_eq!(seen(&t.other_sales), "theirs");
        assert_eq!(seen(&t.manager), "managers,mine");
        assert_eq!(seen(&t.admin), "managers,mine,theirs");
        assert_eq!(seen(&t.owner), "managers,mine,theirs");
        assert_eq!(seen(&t.stranger), "");
        let (mine, theirs) = (format!("/customers/{mine}"), format!("/customers/{theirs}"));
        t.manager.patch(&mine, 1, json!({ "level": "A" })).expect(200);
        for client in [&t.sales, &t.manager] {
            client.get(&theirs).refused(404, "not_found");
            client.patch(&theirs, 1, json!({ "level": "A" })).refused(404, "not_found");
            client.delete(&theirs, 1).refused(404, "not_found");
        }
        t.admin.delete(&theirs, 1).expect(204);
    }

    fn reach_goes_down_the_tree_of_teams(t) {
        // The other team comes to lie two levels below the manager's; somebody leads it without being in it.
        t.other_sales.create("/customers", json!({ "name": "below" }));
        let middle = t.owner.create("/teams", json!({ "name": "middle", "parent_id": t.team })).id();
        let (leader, led) = sign_in::newcomer(&t.owner, &format!("leader.{}", t.sales.email), "sales");
        led.create("/customers", json!({ "name": "leaders" }));
        let other = format!("/teams/{}", t.other_team);
        let seen = |p: &Client| p.names("/customers?sort=name").join(",");
        assert_eq!(seen(&t.manager), "");
        t.owner.patch(&other, 1, json!({ "parent_id": middle, "manager_id": leader })).expect(200);
        assert_eq!(seen(&t.manager), "below,leaders");
        assert_eq!(seen(&t.sales), "");
        assert_eq!(seen(&led), "leaders", "to lead a team does not widen a role of own reach");
        // A role that reaches the team only stops there.
        t.owner.create("/roles", json!({ "key": "head", "name": "Head", "grants": { "*": { "view": "team" } } }));
        t.owner.patch(&format!("/users/{}", t.manager.id), 2, json!({ "roles": ["head"] })).expect(200);
        assert_eq!(seen(&t.manager), "");
        t.owner.patch(&format!("/users/{}", t.manager.id), 3, json!({ "roles": ["manager"] })).expect(200);
        // A subtree moves with one change.
        let version = |path: &str| t.owner.get(path).expect(200)["version"].as_i64().expect("a version");
        let path = format!("/teams/{middle}");
        t.owner.patch(&path, version(&path), json!({ "parent_id": null })).expect(200);
        assert_eq!(seen(&t.manager), "");
        t.owner.patch(&path, version(&path), json!({ "parent_id": t.team })).expect(200);
        assert_eq!(seen(&t.manager), "below,leaders");
        for (team, parent) in [(t.team.to_string(), t.other_team.to_string()), (middle.clone(), middle.clone()), (t.team.to_string(), middle.clone())] {
            let path = format!("/teams/{team}");
            t.owner.patch(&path, version(&path), json!({ "parent_id": parent })).refused(409, "team_within_itself");
        }
        t.owner.delete(&path, version(&path)).refused(409, "still_referenced");
        t.manager.patch(&path, version(&path), json!({ "parent_id": null })).refused(403, "forbidden");
    }

    fn who_joins_a_team_is_reached_with_it(t) {
        t.other_sales.create("/customers", json!({ "name": "theirs" }));
        t.sales.create("/customers", json!({ "name": "ours" }));
        let head = json!({ "key": "head", "name": "Head", "grants": { "*": { "view": "team" } } });
        t.owner.create("/roles", head);
        t.owner.patch(&format!("/users/{}", t.sales.id), 2, json!({ "roles": ["head"] })).expect(200);
        let seen = |p: &Client| p.names("/customers?sort=name").join(",");
        assert_eq!((seen(&t.manager), seen(&t.sales)), ("ours".into(), "ours".into()));
        // Somebody of the other team joins ours: both reaches take their records in.
        let body = json!({ "team_id": t.team, "user_id": t.other_sales.id, "duty": "售前" });
        let joined = t.admin.create("/team-members", body.clone());
        assert_eq!((seen(&t.manager), seen(&t.sales)), ("ours,theirs".into(), "ours,theirs".into()));
        assert_eq!(seen(&t.other_sales), "theirs", "a role of own reach sees no more for it");
        t.admin.post("/team-members", body).refused(409, "duplicate");
        // Their records stay in sight when they are disabled, and go with the membership.
        t.owner.patch(&format!("/users/{}", t.other_sales.id), 2, json!({ "disabled": true })).expect(200);
        assert_eq!(seen(&t.manager), "ours,theirs");
        let path = format!("/team-members/{}", joined.id());
        t.admin.patch(&path, 1, json!({ "user_id": t.sales.id })).invalid(&["/user_id read_only"]);
        t.admin.delete(&path, 1).expect(204);
        assert_eq!(seen(&t.manager), "ours");
        // One sees the records of each team one has joined, and of those below with a role that reaches there.
        t.owner.patch(&format!("/users/{}", t.other_sales.id), 3, json!({ "disabled": false })).expect(200);
        let middle = t.owner.create("/teams", json!({ "name": "middle" })).id();
        t.owner.patch(&format!("/teams/{}", t.other_team), 1, json!({ "parent_id": middle })).expect(200);
        for (user, team) in [(t.sales.id, t.other_team.to_string()), (t.manager.id, middle)] {
            t.admin.create("/team-members", json!({ "team_id": team, "user_id": user }));
        }
        assert_eq!((seen(&t.manager), seen(&t.sales)), ("ours,theirs".into(), "ours,theirs".into()));
    }

    fn who_may_not_change_teams_changes_no_members(t) {
        let body = json!({ "team_id": t.team, "user_id": t.other_sales.id });
        for person in [&t.sales, &t.manager] {
            person.post("/team-members", body.clone()).refused(403, "forbidden");
        }
        // The right to make whatever else there is gives none over teams.
        let grants = json!({ "*": { "*": "all" }, "team": { "view": "all" } });
        t.owner.create("/roles", json!({ "key": "all_but_teams", "name": "All but teams", "grants": grants }));
        let (_, person) = sign_in::newcomer(&t.owner, &format!("most.{}", t.sales.email), "all_but_teams");
        person.post("/team-members", body.clone()).refused(403, "forbidden");
        let made = t.admin.create("/team-members", body);
        let path = format!("/team-members/{}", made.id());
        person.get(&path).expect(200);
        person.delete(&path, 1).refused(403, "forbidden");
        t.stranger.get(&path).refused(404, "not_found");
        // A team is not deleted under its members.
        let other = t.owner.create("/teams", json!({ "name": "x" })).id();
        t.admin.create("/team-members", json!({ "team_id": other, "user_id": t.sales.id }));
        t.owner.delete(&format!("/teams/{other}"), 1).refused(409, "still_referenced");
    }

    fn nobody_brings_the_records_of_others_within_their_reach(t) {
        let mut grants = json!({ "*": { "*": "team" } });
        for kind in ["user", "team", "role", "pipeline", "stage", "picklist", "product", "tag", "currency", "exchange_rate", "holiday", "numbering_rule"] {
            grants[kind] = json!({ "*": "all" });
        }
        t.owner.create("/roles", json!({ "key": "branch", "name": "Branch", "grants": grants }));
        let (me, branch) = sign_in::newcomer(&t.owner, &format!("branch.{}", t.sales.email), "branch");
        let change = |by: &Client, path: String, body: Json| by.call("PATCH", &path).header("If-Match", "*").json(body);
        change(&t.owner, format!("/users/{me}"), json!({ "team_id": t.team })).expect(200);
        t.sales.create("/customers", json!({ "name": "ours" }));
        t.other_sales.create("/customers", json!({ "name": "theirs" }));
        let (mine, other) = (format!("/users/{me}"), format!("/users/{}", t.other_sales.id));
        let teams = [t.team, t.other_team].map(|id| format!("/teams/{id}"));
        let code = "widens_own_reach";
        change(&branch, mine.clone(), json!({ "team_id": t.other_team })).refused(409, code);
        change(&branch, other.clone(), json!({ "team_id": t.team })).refused(409, code);
        change(&branch, teams[1].clone(), json!({ "manager_id": me })).refused(409, code);
        branch.post("/team-members", json!({ "team_id": t.other_team, "user_id": me })).refused(409, code);
        branch.post("/team-members", json!({ "team_id": t.team, "user_id": t.other_sales.id })).refused(409, code);
        program(&branch, &["users:write", "roles:read", "teams:read"]).call("PATCH", &mine).header("If-Match", "*")
            .json(json!({ "team_id": t.other_team })).refused(409, code);
        let step = json!({ "method": "create", "body": { "team_id": t.other_team, "user_id": me } });
        let batch = branch.post("/team-members/batch", json!({ "operations": [step] })).send();
        assert!(batch.text.contains(code), "{}", batch.text);
        let file = format!("姓名,邮箱,团队\nbranch,branch.{},{}\n", t.sales.email, t.owner.get(&teams[1]).expect(200)["name"].as_str().expect("a name"));
        let end = import(&branch, "users", &file, &[]);
        assert_eq!(counts(&end)[4], 1, "{}", end.text);
        let made = t.owner.create("/team-members", json!({ "team_id": t.other_team, "user_id": me }));
        let member = format!("/team-members/{}", made.id());
        t.owner.delete(&member, 1).expect(204);
        branch.act(&format!("{member}/restore")).if_match(2).refused(409, code);
        // A way in as somebody who sees more is a way to see it.
        branch.act(&format!("{other}/invite")).refused(409, "beyond_own_reach_user");
        change(&branch, other, json!({ "email": format!("taken.{}", t.sales.email) })).refused(409, "beyond_own_reach_user");
        change(&t.owner, teams[1].clone(), json!({ "manager_id": t.sales.id })).expect(200);
        branch.post(&format!("/users/{}/hand-over", t.sales.id), json!({ "to": me })).refused(409, code);
        assert_eq!(branch.names("/customers"), ["ours"]);
        // What changes nothing of the kind is done, for those within reach too.
        change(&branch, format!("/users/{}", t.sales.id), json!({ "title": "Seller" })).expect(200);
        branch.act(&format!("/users/{}/invite", t.sales.id)).expect(201);
        branch.create("/users", json!({ "name": "new", "team_id": t.team, "roles": ["sales"] }));
        change(&branch, teams[1].clone(), json!({ "manager_id": t.other_sales.id })).expect(200);
        assert_eq!(branch.names("/customers"), ["ours"]);
        // To lead what one belongs to already shows nothing new, and who sees all changes what they like.
        change(&branch, teams[0].clone(), json!({ "manager_id": me })).expect(200);
        change(&t.admin, format!("/users/{}", t.admin.id), json!({ "team_id": t.other_team })).expect(200);
    }

    fn two_moves_at_once_make_no_ring(t) {
        for _ in 0..5 {
            let [a, b] = ["a", "b"].map(|name| t.owner.create("/teams", json!({ "name": name })).id());
            let under = |team: &str, parent: &str| t.owner.patch(&format!("/teams/{team}"), 1, json!({ "parent_id": parent })).send().status;
            let statuses = std::thread::scope(|scope| {
                let one = scope.spawn(|| under(&a, &b));
                let two = scope.spawn(|| under(&b, &a));
                [one.join().expect("answers"), two.join().expect("answers")]
            });
            let mut sorted = statuses;
            sorted.sort_unstable();
            assert_eq!(sorted, [200, 409]);
        }
    }

    fn teams_lie_only_so_deep(t) {
        let mut parent = Json::Null;
        for n in 0..20 {
            parent = json!(t.owner.create("/teams", json!({ "name": format!("Level {n}"), "parent_id": parent })).id());
        }
        t.owner.post("/teams", json!({ "name": "too deep", "parent_id": parent })).refused(409, "teams_too_deep");
    }

    fn what_lies_below_a_team_counts_with_it(t) {
        let chain = |levels: usize| {
            let team = |parent: Option<&String>| t.owner.create("/teams", json!({ "name": "Level", "parent_id": parent })).id();
            (0..levels).fold(Vec::new(), |mut chain: Vec<String>, _| {
                chain.push(team(chain.last()));
                chain
            })
        };
        let (long, ten, eleven) = (chain(19), chain(10), chain(11));
        let under = |team: &str, parent: &str| t.owner.patch(&format!("/teams/{team}"), 1, json!({ "parent_id": parent }));
        under(&eleven[0], &ten[9]).refused(409, "teams_too_deep");
        under(&eleven[1], &ten[9]).expect(200);
        // Nor does a team come back to where it would lie too deep by now.
        let gone = t.owner.create("/teams", json!({ "name": "gone", "parent_id": eleven[0] })).id();
        t.owner.delete(&format!("/teams/{gone}"), 1).expect(204);
        under(&eleven[0], &long[18]).expect(200);
        t.owner.act(&format!("/teams/{gone}/restore")).if_match(2).refused(409, "teams_too_deep");
        t.owner.patch(&format!("/teams/{}", eleven[0]), 2, json!({ "parent_id": null })).expect(200);
        t.owner.act(&format!("/teams/{gone}/restore")).if_match(2).expect(200);
    }

    fn a_child_is_seen_through_its_parent_and_not_changed(t) {
        let customer = seed::plain(&t.sales, "/customers").id();
        let contact = t.owner.create("/contacts", json!({ "name": "child", "customer_id": customer, "owner_id": t.other_sales.id })).id();
        let path = format!("/contacts/{contact}");
        t.sales.get(&path).expect(200);
        assert_eq!(t.sales.names("/contacts"), ["child"]);
        assert_eq!(t.sales.get("/contacts?count=exact").expect(200)["page"]["count"], 1);
        t.sales.patch(&path, 1, json!({ "title": "x" })).refused(403, "forbidden");
        t.sales.delete(&path, 1).refused(403, "forbidden");
        t.other_sales.get(&format!("/customers/{customer}")).refused(404, "not_found");
        t.other_sales.patch(&path, 1, json!({ "title": "x" })).expect(200);
        assert_eq!(t.other_sales.names("/contacts"), ["child"]);
        t.sales.delete(&format!("/customers/{customer}"), 1).expect(204);
        t.sales.get(&path).refused(404, "not_found");
        // Nor does it for who sees every customer.
        let all = json!({ "*": { "view": "own" }, "customer": { "view": "all" } });
        t.owner.create("/roles", json!({ "key": "watch", "name": "Watch", "grants": all }));
        let (_, watch) = sign_in::newcomer(&t.owner, &format!("watch.{}", t.sales.email), "watch");
        watch.get(&path).refused(404, "not_found");
        assert_eq!((watch.names("/contacts"), watch.get("/contacts?count=exact").expect(200)["page"]["count"].clone()), (vec![], json!(0)));
        t.owner.act(&format!("/customers/{customer}/restore")).if_match(2).expect(200);
        watch.get(&path).expect(200);
        assert_eq!((watch.names("/contacts"), watch.get("/contacts?count=exact").expect(200)["page"]["count"].clone()), (vec!["child".to_owned()], json!(1)));
    }

    fn only_who_may_assign_gives_records_away(t) {
        let made = seed::plain(&t.sales, "/customers");
        let path = format!("/customers/{}", made.id());
        t.sales.patch(&path, 1, json!({ "owner_id": t.manager.id })).refused(403, "forbidden");
        t.sales.post("/customers", json!({ "name": "x", "owner_id": t.manager.id })).refused(403, "forbidden");
        t.manager.patch(&path, 1, json!({ "owner_id": t.other_sales.id })).refused(403, "forbidden");
        t.manager.patch(&path, 1, json!({ "owner_id": t.manager.id })).expect(200);
        t.sales.get(&path).refused(404, "not_found");
        t.owner.patch(&path, 2, json!({ "owner_id": t.other_sales.id })).expect(200);
        t.owner.patch(&path, 3, json!({ "owner_id": null })).expect(200);
        t.other_sales.get(&path).refused(404, "not_found");
        t.owner.patch(&path, 4, json!({ "owner_id": t.stranger.id })).invalid(&["/owner_id reference_not_found"]);
    }

    fn settings_are_read_by_all_and_changed_by_administrators(t) {
        for path in ["/products", "/pipelines", "/picklists", "/teams", "/roles", "/users"] {
            let made = seed::plain(&t.admin, path);
            let one = format!("{path}/{}", made.id());
            for person in [&t.manager, &t.sales] {
                person.get(&one).expect(200);
                person.post(path, seed::minimal(person, path)).refused(403, "forbidden");
                person.patch(&one, 1, json!({ "name": "mine" })).refused(403, "forbidden");
                person.delete(&one, 1).refused(403, "forbidden");
            }
            t.stranger.get(&one).refused(404, "not_found");
        }
        t.sales.post("/products", json!({ "name": "x", "owner_id": t.sales.id })).expect(422);
        seed::plain(&t.sales, "/tags");
    }

    fn a_role_of_the_firms_own_decides(t) {
        let grants = json!({ "*": { "view": "all" }, "customer": { "view": "all", "create": "own", "edit": "none" }, "lead": {} });
        t.owner.create("/roles", json!({ "key": "viewer", "name": "Viewer", "grants": grants }));
        let role = t.owner.get("/roles?filter[key]=viewer").expect(200).rows()[0].clone();
        t.owner.patch(&format!("/users/{}", t.sales.id), 2, json!({ "roles": ["viewer"] })).expect(200);
        seed::plain(&t.sales, "/customers");
        let other = seed::plain(&t.other_sales, "/customers").id();
        assert_eq!(t.sales.names("/customers").len(), 2);
        t.sales.patch(&format!("/customers/{other}"), 1, json!({ "level": "A" })).refused(403, "forbidden");
        t.sales.get("/leads").refused(403, "forbidden");
        t.sales.get("/opportunities").expect(200);
        t.sales.post("/opportunities", json!({ "name": "x" })).refused(403, "forbidden");
        let kinds = t.sales.get("/schema").expect(200);
        assert!(!kinds["kinds"].as_array().expect("kinds").iter().any(|k| k["kind"] == "lead"));
        // A changed role counts from the next call.
        let id = role["id"].as_str().expect("an id");
        t.owner.patch(&format!("/roles/{id}"), 1, json!({ "grants": { "lead": { "view": "all" } } })).expect(200);
        t.sales.get("/leads").expect(200);
    }

    fn built_in_roles_stay_as_they_are(t) {
        let role = t.owner.get("/roles?filter[key]=sales").expect(200).rows()[0].clone();
        let path = format!("/roles/{}", role["id"].as_str().expect("an id"));
        t.owner.patch(&path, 1, json!({ "grants": { "lead": { "view": "all" } } })).invalid(&["/grants builtin_role"]);
        t.owner.patch(&path, 1, json!({ "builtin": false })).invalid(&["/builtin read_only"]);
        t.owner.delete(&path, 1).refused(409, "builtin_role");
        t.owner.post("/roles", json!({ "key": "sales", "name": "x", "grants": {} })).refused(409, "duplicate");
        t.owner.post("/roles", json!({ "key": "y", "name": "x", "grants": { "lead": { "fly": "all" } } })).expect(422);
        t.owner.post("/roles", json!({ "key": "y", "name": "x", "grants": { "lead": { "view": "far" } } })).expect(422);
        t.owner.post("/roles", json!({ "key": "y", "name": "x", "grants": { "dragon": { "view": "all" } } })).expect(422);
    }
}
