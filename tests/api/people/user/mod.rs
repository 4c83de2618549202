//! Users: gone when they are deleted, and a workspace keeps an owner.

mod avatar;
mod hand_over;

use crate::import::{counts, import};
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

    fn an_address_in_another_case_is_the_same_person(t) {
        let address = format!("Wang.Wei.{}@Example.com", t.workspace);
        let (id, _) = sign_in::newcomer(&t.owner, &address, "sales");
        assert_eq!(t.owner.get(&format!("/users/{id}")).expect(200)["email"], address.to_lowercase());
        for other in [address.to_uppercase(), address.to_lowercase(), address.replace("Wei", "ｗｅｉ")] {
            let again = json!({ "name": "x", "email": other, "roles": ["sales"] });
            t.owner.post("/users", again).refused(409, "duplicate");
            sign_in::login(&t.anonymous, &other, PASSWORD).expect(200);
            assert_eq!(t.owner.column(&format!("/users?filter[email]={}", encoded(&other)), "id"), [id.as_str()]);
        }
        t.owner.patch(&format!("/users/{}", t.sales.id), 2, json!({ "email": address.to_uppercase() })).refused(409, "duplicate");
        // A file finds who signs in, however it spells the address, and makes nobody anew.
        let shout = address.to_uppercase();
        let end = import(&t.owner, "customers", format!("name,owner\nAcme,{shout}\n"), &[]);
        assert_eq!(counts(&end), [1, 1, 0, 0, 0]);
        assert_eq!(t.owner.column("/customers", "owner_id"), [id.as_str()]);
        let end = import(&t.owner, "users", format!("email,name,title\n{shout},Wang Wei,Buyer\n"), &[]);
        assert_eq!(counts(&end), [1, 0, 1, 0, 0]);
        // One who was deleted has no part in it.
        t.owner.patch(&format!("/customers/{}", t.owner.column("/customers", "id")[0]), 1, json!({ "owner_id": t.sales.id })).expect(200);
        let version = t.owner.get(&format!("/users/{id}")).expect(200).version();
        t.owner.delete(&format!("/users/{id}"), version).expect(204);
        let end = import(&t.owner, "customers", format!("name,owner\nBeta,{shout}\n"), &[]);
        assert_eq!(counts(&end), [1, 0, 0, 0, 1]);
        t.owner.create("/users", json!({ "name": "x", "email": shout, "roles": ["sales"] }));
    }

    fn an_upgrade_loses_nobody_whose_address_differs_in_case_only(t) {
        let own = T::on(std::sync::Arc::new(Running::start(t.running.engine, |_| {}).expect("a server")));
        let (signs_in, _) = sign_in::newcomer(&own.owner, "li@example.cn", "sales");
        let (alone, _) = sign_in::newcomer(&own.owner, "solo@example.cn", "sales");
        let user = |name: &str| own.owner.create("/users", json!({ "name": name, "email": format!("{name}@x.cn"), "roles": ["sales"] })).id();
        let [in_the_way, third, off, on, gone] = ["a", "b", "c", "d", "e"].map(user);
        own.owner.patch(&format!("/users/{off}"), 1, json!({ "disabled": true })).expect(200);
        own.owner.delete(&format!("/users/{gone}"), 1).expect(204);
        let customer = own.sales.create("/customers", json!({ "name": "a", "email": "x@y.cn" })).id();
        // As an earlier release kept them.
        let spell = [
            (signs_in.as_str(), "Li@Example.cn", "li@example.cn"), (&in_the_way, "li@example.cn", "Li@Example.cn"),
            (&third, "LI@example.cn", "LI@example.cn"), (&alone, "Solo@Example.cn", "solo@example.cn"),
            (&off, "wu@x.cn", "Wu@x.cn"), (&on, "Wu@x.cn", "wu@x.cn"), (&gone, "Li@Example.CN", "li@example.cn"),
        ];
        let id = |id: &str| match own.is_sqlite() {
            true => format!("x'{}'", id.replace('-', "")),
            false => format!("'{id}'"),
        };
        for (user, before, _) in &spell {
            own.running.place.run(&format!("UPDATE users SET email = '{before}' WHERE id = {}", id(user)));
        }
        own.running.place.run("UPDATE customers SET email = 'X@Y.cn', wire = NULL");
        own.running.place.run(match own.is_sqlite() {
            true => include_str!("../../../../migrations/sqlite/2026-11-29-010000_addresses/up.sql"),
            false => include_str!("../../../../migrations/postgres/2026-11-29-010000_addresses/up.sql"),
        });
        for (user, _, after) in &spell[..6] {
            let now = own.owner.get(&format!("/users/{user}")).expect(200);
            assert_eq!(now["email"], *after, "{}", now["name"]);
        }
        assert_eq!(own.owner.column("/users?filter[email]=LI@EXAMPLE.CN", "id"), [signs_in.as_str()]);
        sign_in::login(&own.anonymous, "LI@example.cn", PASSWORD).expect(200);
        assert_eq!(own.owner.get(&format!("/customers/{customer}")).expect(200)["email"], "x@y.cn");
        // What one of the others owns can be handed over, and they can be given an address of their own.
        own.owner.post(&format!("/users/{in_the_way}/hand-over"), json!({ "to": signs_in })).expect(202);
        own.owner.patch(&format!("/users/{third}"), 1, json!({ "email": "third@example.cn" })).expect(200);
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
