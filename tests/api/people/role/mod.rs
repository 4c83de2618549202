//! Roles of the firm's own: copied, held, refused where nobody could undo them.

mod nodes;

use tests::api_key::program;
use tests::*;

fn version(t: &T, path: &str) -> i64 {
    t.owner.get(path).expect(200)["version"].as_i64().expect("a version")
}

/// Gives a user these roles, whatever they had.
fn give(t: &T, user: &str, roles: &[&str]) -> Answer {
    let path = format!("/users/{user}");
    t.owner
        .patch(&path, version(t, &path), json!({ "roles": roles }))
        .send()
}

fn role_of(t: &T, name: &str, grants: Json) -> (String, String) {
    let made = t.owner.create("/roles", json!({ "name": name, "grants": grants }));
    (
        made["key"].as_str().expect("a key").to_owned(),
        format!("/roles/{}", made.id()),
    )
}

both! {
    fn a_copy_of_a_role_gets_a_key_of_its_own(t) {
        let sales = t.owner.get("/roles?filter[key]=sales").expect(200).rows()[0].clone();
        let copy = |name: &str| t.owner.create("/roles", json!({ "name": name, "grants": sales["grants"] }));
        let (one, two) = (copy("Inside Sales"), copy("Inside Sales"));
        assert_ne!(one["key"], two["key"]);
        assert!(one["key"].as_str().expect("a key").starts_with("inside_sales_"), "{}", one["key"]);
        assert!(copy("电话销售")["key"].as_str().expect("a key").starts_with("role_"));
        assert_eq!((&one["grants"], &one["builtin"]), (&sales["grants"], &json!(false)));
        // What the original may, the copy may; and unlike it, the copy can be changed.
        assert_eq!(give(t, &t.sales.id.to_string(), &[one["key"].as_str().expect("a key")]).status, 200);
        t.sales.get("/leads").expect(200);
        t.owner.patch(&format!("/roles/{}", one.id()), 1, json!({ "grants": { "lead": { "view": "none" } } })).expect(200);
        t.sales.get("/leads").refused(403, "forbidden");
    }

    fn a_role_that_is_held_stays(t) {
        let (key, path) = role_of(t, "Held", json!({ "lead": { "view": "all" } }));
        let count = || {
            let counts = t.owner.get("/roles/holders").expect(200);
            counts.rows().iter().find(|r| r["key"] == key.as_str()).map(|r| r["users"].clone())
        };
        assert_eq!(count(), None);
        for person in [&t.sales, &t.manager] {
            assert_eq!(give(t, &person.id.to_string(), &["sales", &key]).status, 200);
        }
        assert_eq!(count(), Some(json!(2)));
        let refusal = t.owner.delete(&path, 1).refused(409, "role_held");
        assert!(refusal["detail"].as_str().expect("a reason").contains('2'), "{}", refusal.text);
        // A disabled holder may come back.
        give(t, &t.sales.id.to_string(), &["sales"]);
        let manager = format!("/users/{}", t.manager.id);
        t.owner.patch(&manager, version(t, &manager), json!({ "disabled": true })).expect(200);
        t.owner.delete(&path, 1).refused(409, "role_held");
        give(t, &t.manager.id.to_string(), &["manager"]);
        t.owner.delete(&path, 1).expect(204);
        t.owner.patch(&manager, version(t, &manager), json!({ "roles": [key] })).invalid(&["/roles unknown_role"]);
    }

    fn a_role_is_not_given_while_it_is_deleted(t) {
        let sales = format!("/users/{}", t.sales.id);
        for _ in 0..5 {
            let (key, path) = role_of(t, "Fleeting", json!({}));
            let version = version(t, &sales);
            let (given, deleted) = std::thread::scope(|scope| {
                let give = scope.spawn(|| t.owner.patch(&sales, version, json!({ "roles": ["sales", key] })).send().status);
                let delete = scope.spawn(|| t.owner.delete(&path, 1).send().status);
                (give.join().expect("answers"), delete.join().expect("answers"))
            });
            assert!(matches!((given, deleted), (200, 409) | (422, 204)), "{given} {deleted}");
        }
    }

    fn nobody_locks_themselves_out_of_roles(t) {
        let (key, path) = role_of(t, "Office", json!({ "*": { "*": "all" } }));
        give(t, &t.manager.id.to_string(), &[&key]);
        let narrowed = |grants: Json| t.manager.patch(&path, version(t, &path), json!({ "grants": grants }));
        for grants in [json!({ "role": {} }), json!({ "role": { "view": "all" } }), json!({ "*": { "*": "none" } })] {
            let refusal = narrowed(grants).refused(409, "locks_out_of_roles");
            assert!(refusal["errors"][0]["pointer"].as_str().expect("a place").starts_with("/grants/role/"), "{}", refusal.text);
        }
        t.manager.get("/roles").expect(200);
        narrowed(json!({ "lead": { "view": "own" } })).expect(200);
        // Another administrator can do it, and with another role that lets it be undone so can the holder.
        let (spare, _) = role_of(t, "Spare", json!({ "role": { "*": "all" } }));
        give(t, &t.manager.id.to_string(), &[&key, &spare]);
        narrowed(json!({ "role": { "edit": "none" } })).expect(200);
        t.owner.patch(&path, version(t, &path), json!({ "grants": { "role": { "view": "none" } } })).expect(200);
        give(t, &t.manager.id.to_string(), &[&key]);
        t.manager.get("/roles").refused(403, "forbidden");
    }

    fn an_owner_who_cannot_sign_in_is_not_the_last(t) {
        t.owner.create("/users", json!({ "name": "No address", "roles": ["owner"] }));
        t.owner.create("/users", json!({ "name": "No password", "email": format!("late.{}", t.owner.email), "roles": ["owner"] }));
        let path = format!("/users/{}", t.owner.id);
        for change in [json!({ "roles": ["sales"] }), json!({ "disabled": true })] {
            t.owner.patch(&path, 1, change).refused(409, "last_owner");
        }
        t.admin.patch(&path, 1, json!({ "email": null })).refused(409, "last_owner");
        t.admin.delete(&path, 1).refused(409, "last_owner");
        give(t, &t.admin.id.to_string(), &["owner"]);
        t.owner.patch(&path, 1, json!({ "roles": ["sales"] })).expect(200);
    }

    fn the_workspace_is_configured_by_who_is_given_it_by_name(t) {
        let change = |by: &Client, name: &str| {
            let patch = by.call("PATCH", "/workspace").header("If-Match", "*").json(json!({ "name": name }));
            patch.send().status
        };
        let (key, _) = role_of(t, "Office", json!({ "workspace": { "view": "all", "configure": "all" } }));
        assert_eq!(change(&t.sales, "one"), 403);
        give(t, &t.sales.id.to_string(), &["sales", &key]);
        assert_eq!(change(&t.sales, "two"), 200);
        assert_eq!(t.sales.get("/auth/me").expect(200)["rights"]["workspace"]["configure"], "all");
        assert_eq!(change(&program(&t.sales, &["workspace:write"]), "three"), 200);
        let reading = program(&t.owner, &["workspace:read"]);
        assert_eq!(reading.get("/workspace").expect(200)["name"], "three");
        assert_eq!(change(&reading, "four"), 403);
        t.owner.post("/roles", json!({ "name": "x", "grants": { "workspaces": { "configure": "all" } } })).invalid(&["/grants/workspaces unknown_kind"]);
    }

    fn rights_beyond_ones_own_are_told_at_their_place(t) {
        let (key, _) = role_of(t, "Clerk", json!({ "role": { "*": "all" }, "lead": { "view": "own" } }));
        give(t, &t.sales.id.to_string(), &[&key]);
        let refused = |grants: Json| {
            let refusal = t.sales.post("/roles", json!({ "name": "More", "grants": grants })).refused(409, "beyond_own_rights_grants");
            refusal["errors"][0]["pointer"].as_str().expect("a place").to_owned()
        };
        assert_eq!(refused(json!({ "lead": { "view": "own", "edit": "own" } })), "/grants/lead/edit");
        assert_eq!(refused(json!({ "lead": { "view": "all" } })), "/grants/lead/view");
        assert_eq!(refused(json!({ "audit": { "view": "all" } })), "/grants/audit/view");
        t.sales.post("/roles", json!({ "name": "Less", "grants": { "lead": { "view": "own" } } })).expect(201);
        // What stands for the rest is a right of its own, whatever is named beside it.
        let me = t.sales.get("/auth/me").expect(200);
        let named = |left_out: &str| {
            let names = me["rights"].as_object().expect("rights").keys().filter(|name| *name != left_out);
            let mut grants: serde_json::Map<String, Json> = names.map(|name| (name.clone(), json!({}))).collect();
            grants.insert("*".into(), json!({ "configure": "all" }));
            json!(grants)
        };
        assert_eq!(refused(named("workspace")), "/grants/workspace/configure");
        assert_eq!(refused(named("")), "/grants/*/configure");
        // Part of an area is none of it, so nobody hands anything out by it.
        t.sales.post("/roles", json!({ "name": "Part", "grants": { "audit": { "view": "team" } } })).expect(201);
    }
}
