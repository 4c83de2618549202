//! Invitations and passwords: a link lets in once, nobody hands out more than they have, and a change signs out elsewhere.

use super::{login, signed_in};
use tests::firm::PASSWORD;
use tests::sign_in::{accept, invited};
use tests::*;

const OTHER: &str = "另一匹马 with 4 legs";

both! {
    fn who_is_invited_sets_a_password_and_comes_in(t) {
        let email = format!("new.{}", t.sales.email);
        let made = t.admin.create("/users", json!({ "name": "新同事", "email": email, "roles": ["sales"] }));
        assert_eq!((&made["invited_at"], &made["signed_in_at"]), (&Json::Null, &Json::Null));
        login(t, &email, OTHER).refused(401, "invalid_credentials");
        let first = invited(&t.admin, &made.id());
        let token = invited(&t.admin, &made.id());
        accept(&t.anonymous, &first, OTHER).refused(409, "invalid_link");
        accept(&t.anonymous, &token, "short").invalid(&["/password password_too_short"]);
        accept(&t.anonymous, &token, "password1").invalid(&["/password password_common"]);
        assert_eq!(accept(&t.anonymous, &token, OTHER).expect(200)["email"], email);
        accept(&t.anonymous, &token, OTHER).refused(409, "invalid_link");
        accept(&t.anonymous, "made-up", OTHER).refused(409, "invalid_link");
        let me = signed_in(t, &email, OTHER).get("/auth/me").expect(200);
        assert_eq!(me["user"]["id"], made.id());
        assert!(me["user"]["signed_in_at"].is_string() && me["user"]["invited_at"].is_string());
        // The log says who invited and who accepted.
        let log = t.admin.get(&format!("/users/{}/history", made.id())).expect(200);
        let actors: Vec<&str> = log["data"].as_array().expect("entries").iter().filter_map(|c| c["actor_id"].as_str()).collect();
        let (admin, new) = (t.admin.id.to_string(), made.id());
        assert_eq!(actors, [new.as_str(), &admin, &admin, &admin]);
    }

    fn one_link_at_once_sets_one_password(t) {
        let token = invited(&t.admin, &t.sales.id.to_string());
        let tried: Vec<(String, u16)> = std::thread::scope(|scope| {
            let tries: Vec<_> = (0..4).map(|n| scope.spawn({
                let token = &token;
                move || {
                    let password = format!("{n}. {OTHER}");
                    let status = accept(&t.anonymous, token, &password).send().status;
                    (password, status)
                }
            })).collect();
            tries.into_iter().map(|t| t.join().expect("answers")).collect()
        });
        assert!(tried.iter().all(|(_, status)| matches!(status, 200 | 409)), "{tried:?}");
        assert_eq!(tried.iter().filter(|(_, status)| *status == 200).count(), 1, "{tried:?}");
        for (password, status) in tried {
            let wanted = if status == 200 { 200 } else { 401 };
            assert_eq!(login(t, &t.sales.email, &password).send().status, wanted);
        }
    }

    fn who_cannot_come_in_is_not_invited(t) {
        let made = t.admin.create("/users", json!({ "name": "No address" }));
        t.admin.act(&format!("/users/{}/invite", made.id())).refused(409, "user_without_email");
        let made = t.admin.create("/users", json!({ "name": "Gone", "email": "gone.invited@example.com", "disabled": true }));
        t.admin.act(&format!("/users/{}/invite", made.id())).refused(409, "user_disabled");
        t.sales.act(&format!("/users/{}/invite", t.sales.id)).refused(403, "forbidden");
        t.stranger.act(&format!("/users/{}/invite", t.sales.id)).refused(404, "not_found");
        let taken = t.admin.create("/users", json!({ "name": "Taken", "email": t.stranger.email }));
        t.admin.act(&format!("/users/{}/invite", taken.id())).refused(409, "email_taken");
    }

    fn a_link_ends_with_the_address_it_went_to(t) {
        let email = format!("typo.{}", t.sales.email);
        let made = t.admin.create("/users", json!({ "name": "Typo", "email": email, "roles": ["sales"] }));
        let token = invited(&t.admin, &made.id());
        t.admin.patch(&format!("/users/{}", made.id()), 2, json!({ "email": format!("right.{}", t.sales.email) })).expect(200);
        accept(&t.anonymous, &token, OTHER).refused(409, "invalid_link");
    }

    fn a_link_ends_with_disabling_and_sets_nothing_afterwards(t) {
        let token = invited(&t.admin, &t.other_sales.id.to_string());
        t.admin.patch(&format!("/users/{}", t.other_sales.id), 3, json!({ "disabled": true })).expect(200);
        accept(&t.anonymous, &token, OTHER).refused(409, "invalid_link");
        // Nor when they are back: an old letter opens no door, a new one does.
        t.admin.patch(&format!("/users/{}", t.other_sales.id), 4, json!({ "disabled": false })).expect(200);
        accept(&t.anonymous, &token, OTHER).refused(409, "invalid_link");
        login(t, &t.other_sales.email, PASSWORD).expect(200);
        accept(&t.anonymous, &invited(&t.admin, &t.other_sales.id.to_string()), OTHER).expect(200);
    }

    fn nobody_hands_out_more_than_they_have(t) {
        // Staff: may manage users, and sees leads of their own; that is all.
        let grants = json!({ "user": { "*": "all" }, "role": { "view": "all", "create": "all", "edit": "all" }, "lead": { "view": "own" } });
        t.owner.create("/roles", json!({ "key": "staff", "name": "Staff", "grants": grants }));
        let email = format!("staff.{}", t.sales.email);
        let made = t.owner.create("/users", json!({ "name": "Staff", "email": email, "roles": ["staff"] }));
        accept(&t.anonymous, &invited(&t.owner, &made.id()), OTHER).expect(200);
        let staff = signed_in(t, &email, OTHER);
        staff.create("/users", json!({ "name": "Equal", "roles": ["staff"] }));
        staff.post("/users", json!({ "name": "Boss", "roles": ["owner"] })).refused(409, "beyond_own_rights");
        staff.post("/users", json!({ "name": "Seller", "roles": ["sales"] })).refused(409, "beyond_own_rights");
        let myself = staff.get(&format!("/users/{}", made.id())).expect(200);
        let version = myself["version"].as_i64().expect("a version");
        staff.patch(&format!("/users/{}", made.id()), version, json!({ "roles": ["staff", "admin"] })).refused(409, "beyond_own_rights");
        let owner = format!("/users/{}", t.owner.id);
        staff.patch(&owner, 1, json!({ "email": email.replace("staff", "mine") })).refused(409, "beyond_own_rights_user");
        staff.act(&format!("{owner}/invite")).refused(409, "beyond_own_rights_user");
        staff.delete(&owner, 1).refused(409, "beyond_own_rights_user");
        staff.create("/roles", json!({ "key": "less", "name": "Less", "grants": { "lead": { "view": "own" } } }));
        staff.post("/roles", json!({ "key": "more", "name": "More", "grants": { "lead": { "view": "all" } } })).refused(409, "beyond_own_rights_grants");
    }

    fn everybody_changes_their_own_profile_and_nothing_else(t) {
        let own = |version: i64, body: Json| t.sales.patch("/auth/me", version, body);
        let changed = own(2, json!({ "name": "小王", "locale": "en", "time_zone": "Europe/Berlin", "phone": "13800138000" })).expect(200);
        assert_eq!((&changed["name"], &changed["version"]), (&json!("小王"), &json!(3)));
        own(2, json!({ "name": "late" })).refused(412, "stale");
        own(3, json!({ "time_zone": "Mars/Base" })).invalid(&["/time_zone invalid_time_zone"]);
        for field in ["roles", "email", "team_id", "disabled", "two_factor", "owner_id"] {
            own(3, json!({ field: null })).invalid(&[&format!("/{field} read_only")]);
        }
        t.sales.patch(&format!("/users/{}", t.sales.id), 3, json!({ "name": "x" })).refused(403, "forbidden");
    }

    fn sessions_are_listed_and_ended(t) {
        let (here, elsewhere) = (signed_in(t, &t.sales.email, PASSWORD), signed_in(t, &t.sales.email, PASSWORD));
        let listed = here.get("/auth/sessions").expect(200);
        let rows = listed["data"].as_array().expect("sessions");
        assert_eq!(rows.len(), 3, "with that of the test");
        assert_eq!(rows.iter().filter(|r| r["current"] == true).count(), 1);
        assert!(rows.iter().all(|r| r["address"] == "127.0.0.1"));
        let other = elsewhere.get("/auth/sessions").expect(200);
        let id = other["data"].as_array().expect("sessions").iter().find(|r| r["current"] == true).expect("its own")["id"].as_str().expect("an id").to_owned();
        t.other_sales.call("DELETE", &format!("/auth/sessions/{id}")).refused(404, "not_found");
        elsewhere.get("/customers").expect(200);
        here.call("DELETE", &format!("/auth/sessions/{id}")).expect(204);
        elsewhere.get("/customers").refused(401, "token_invalid");
        here.call("DELETE", &format!("/auth/sessions/{id}")).refused(404, "not_found");
        here.call("DELETE", "/auth/sessions").expect(204);
        t.sales.get("/customers").refused(401, "token_invalid");
        assert_eq!(here.get("/auth/sessions").expect(200)["data"].as_array().map(Vec::len), Some(1));
    }
}
