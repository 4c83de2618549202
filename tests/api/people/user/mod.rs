//! Users: gone when they are deleted, and a workspace keeps an owner.

mod avatar;
mod hand_over;

use tests::firm::PASSWORD;
use tests::*;

fn login(t: &T, email: &str) -> client::Request {
    t.anonymous
        .post("/auth/login", json!({ "email": email, "password": PASSWORD }))
}

both! {
    fn a_deleted_user_is_gone_at_once(t) {
        seed::plain(&t.other_sales, "/customers");
        let path = format!("/users/{}", t.other_sales.id);
        t.admin.delete(&path, 2).refused(409, "still_referenced");
        let made = t.admin.create("/users", json!({ "name": "New", "email": "gone@example.com", "roles": ["sales"] }));
        t.admin.delete(&format!("/users/{}", made.id()), 1).expect(204);
        t.admin.get(&format!("/users/{}", made.id())).refused(404, "not_found");
        t.admin.create("/users", json!({ "name": "New", "email": "gone@example.com", "roles": ["sales"] }));
    }

    fn the_last_owner_stays(t) {
        let path = format!("/users/{}", t.owner.id);
        t.admin.patch(&path, 1, json!({ "roles": ["admin"] })).refused(409, "last_owner");
        t.admin.patch(&path, 1, json!({ "disabled": true })).refused(409, "last_owner");
        t.admin.delete(&path, 1).refused(409, "last_owner");
        t.owner.patch(&format!("/users/{}", t.admin.id), 1, json!({ "roles": ["owner"] })).expect(200);
        t.owner.patch(&path, 1, json!({ "roles": ["sales"] })).expect(200);
        t.owner.get("/users?limit=1").expect(200);
        t.owner.patch(&path, 2, json!({ "roles": ["owner"] })).refused(403, "forbidden");
    }

    fn to_bring_somebody_back_is_to_give_their_roles(t) {
        let grants = json!({ "user": { "*": "all" }, "role": { "view": "all", "delete": "all" } });
        t.owner.create("/roles", json!({ "key": "personnel", "name": "Personnel", "grants": grants }));
        let (_, clerk) = sign_in::newcomer(&t.owner, &format!("clerk.{}", t.sales.email), "personnel");
        let restore = |by: &Client, path: String| by.act(&format!("{path}/restore")).if_match(2);
        let owner = format!("/users/{}", t.owner.create("/users", json!({ "name": "On paper", "roles": ["owner"] })).id());
        t.owner.delete(&owner, 1).expect(204);
        restore(&clerk, owner.clone()).refused(409, "beyond_own_rights");
        restore(&t.owner, owner).expect(200);
        // A role that is gone meanwhile has to come back first, and only who has its rights brings it back.
        let scout = json!({ "key": "scout", "name": "Scout", "grants": { "lead": { "view": "own" } } });
        let role = format!("/roles/{}", t.owner.create("/roles", scout).id());
        let held = format!("/users/{}", t.owner.create("/users", json!({ "name": "Scout", "roles": ["scout"] })).id());
        t.owner.delete(&held, 1).expect(204);
        t.owner.delete(&role, 1).expect(204);
        restore(&t.owner, held.clone()).invalid(&["/roles unknown_role"]);
        restore(&clerk, role.clone()).refused(409, "beyond_own_rights_grants");
        restore(&t.owner, role).expect(200);
        restore(&t.owner, held.clone()).expect(200);
        t.owner.patch(&held, 3, json!({ "title": "Scout" })).expect(200);
    }

    fn two_owners_cannot_both_step_down(t) {
        for _ in 0..5 {
            let firm = Firm::new(&t.running.server);
            firm.owner.patch(&format!("/users/{}", firm.admin.id), 1, json!({ "roles": ["owner"] })).expect(200);
            let step_down = |p: &Person, version| p.patch(&format!("/users/{}", p.id), version, json!({ "roles": ["sales"] })).send().status;
            let statuses = std::thread::scope(|scope| {
                let one = scope.spawn(|| step_down(&firm.owner, 1));
                let two = scope.spawn(|| step_down(&firm.admin, 2));
                [one.join().expect("answers"), two.join().expect("answers")]
            });
            let mut sorted = statuses;
            sorted.sort_unstable();
            assert_eq!(sorted, [200, 409]);
        }
    }

    fn what_is_wrong_with_a_user_is_told(t) {
        t.owner.post("/users", json!({ "name": "a", "roles": ["king"] })).invalid(&["/roles unknown_role"]);
        t.owner.post("/users", json!({ "name": "a", "time_zone": "Mars/Base" })).invalid(&["/time_zone invalid_time_zone"]);
        t.owner.post("/users", json!({ "name": "a", "locale": "fr" })).invalid(&["/locale unknown_choice"]);
        t.owner.post("/users", json!({ "name": "a", "password": "x" })).invalid(&["/password unknown_field"]);
        t.owner.post("/users", json!({ "name": "a", "email": t.sales.email })).refused(409, "duplicate");
        let made = seed::plain(&t.owner, "/users");
        t.owner.patch(&format!("/users/{}", made.id()), 1, json!({ "team_id": made.id() })).invalid(&["/team_id reference_not_found"]);
    }

    fn the_sign_in_follows_the_address(t) {
        let path = format!("/users/{}", t.sales.id);
        t.owner.patch(&path, 2, json!({ "email": format!("new.{}", t.sales.email) })).expect(200);
        login(t, &t.sales.email).refused(401, "invalid_credentials");
        login(t, &format!("NEW.{}", t.sales.email)).expect(200);
        t.owner.patch(&path, 3, json!({ "email": t.stranger.email })).refused(409, "email_taken");
        t.owner.patch(&path, 3, json!({ "email": null })).expect(200);
        t.sales.get("/customers").refused(401, "token_invalid");
    }

    fn a_change_of_team_counts_from_the_next_call(t) {
        seed::plain(&t.other_sales, "/customers");
        assert!(t.manager.names("/customers").is_empty());
        t.owner.patch(&format!("/users/{}", t.other_sales.id), 2, json!({ "team_id": t.team })).expect(200);
        assert_eq!(t.manager.names("/customers").len(), 1);
        let led = t.owner.patch(&format!("/teams/{}", t.other_team), 1, json!({ "manager_id": t.sales.id })).expect(200);
        assert_eq!(led["manager_id"], t.sales.id.to_string());
    }
}
