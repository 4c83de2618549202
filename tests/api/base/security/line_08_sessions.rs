//! Line 8. Refresh tokens are replaced at each use, reuse ends the session, and none outlives it; signing out, disabling and
//! a new password work on the next call.

use crate::auth::{login, signed_in, with_own_server};
use tests::engine::serve;
use tests::firm::PASSWORD;
use tests::sign_in::{accept, invited};
use tests::*;

const OTHER: &str = "另一匹马 with 4 legs";

fn refresh(t: &T, token: &str) -> client::Request {
    t.anonymous.post("/auth/refresh", json!({ "refresh_token": token }))
}

fn texts(answer: &Answer) -> (String, Client) {
    let token = |name: &str| answer[name].as_str().expect("a token").to_owned();
    let base = answer.base();
    (token("refresh_token"), Client::new(base, Some(token("access_token"))))
}

/// Lets time pass for all sessions.
fn age(t: &T, seconds: i64) {
    let place = &t.running.place;
    let before = |column: &str| format!("{column} = {}", place.before(column, seconds));
    place.run(&format!(
        "UPDATE refresh_tokens SET {}, {}; UPDATE sessions SET {}",
        before("replaced_at"),
        before("made_at"),
        before("expires_at")
    ));
}

/// On a server of its own, since time passes for everybody on it.
fn on_both(test: impl Fn(&T)) {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        with_own_server(engine, |_| {}, &test);
    }
}

#[test]
fn a_refresh_token_is_replaced_and_its_reuse_ends_the_session() {
    on_both(|t| {
        let (first, _) = texts(&login(t, &t.sales.email, PASSWORD).expect(200));
        let (second, _) = texts(&refresh(t, &first).expect(200));
        assert_ne!(first, second);
        let (third, access) = texts(&refresh(t, &second).expect(200));
        access.get("/customers").expect(200);
        // Somebody has kept the first one.
        refresh(t, &first).refused(401, "token_invalid");
        refresh(t, &third).refused(401, "token_invalid");
        access.get("/customers").refused(401, "token_invalid");
    });
}

#[test]
fn the_immediate_predecessor_is_forgiven_for_ten_seconds() {
    on_both(|t| {
        let (first, _) = texts(&login(t, &t.sales.email, PASSWORD).expect(200));
        refresh(t, &first).expect(200);
        let (again, access) = texts(&refresh(t, &first).expect(200));
        access.get("/customers").expect(200);
        let (_, access) = texts(&refresh(t, &again).expect(200));
        age(t, 11);
        refresh(t, &again).refused(401, "token_invalid");
        access.get("/customers").refused(401, "token_invalid");
    });
}

#[test]
fn two_tabs_that_refresh_at_once_both_stay_in() {
    on_both(|t| {
        let (token, _) = texts(&login(t, &t.sales.email, PASSWORD).expect(200));
        let given: Vec<Answer> = std::thread::scope(|scope| {
            let tabs: Vec<_> = (0..4).map(|_| scope.spawn(|| refresh(t, &token).expect(200))).collect();
            tabs.into_iter().map(|tab| tab.join().expect("answers")).collect()
        });
        for answer in &given {
            texts(answer).1.get("/customers").expect(200);
        }
        assert_eq!(
            t.sales.get("/auth/sessions").expect(200).rows().len(),
            2,
            "theirs and the one of all tabs"
        );
    });
}

#[test]
fn refreshing_does_not_prolong_a_session() {
    on_both(|t| {
        let (first, _) = texts(&login(t, &t.sales.email, PASSWORD).expect(200));
        age(t, 29 * 24 * 3600);
        let (second, access) = texts(&refresh(t, &first).expect(200));
        access.get("/customers").expect(200);
        age(t, 24 * 3600 + 60);
        refresh(t, &second).refused(401, "token_invalid");
        // A node that has nobody in mind: this one knew the end of the session before time passed.
        let other = serve(&t.running.place.url, |_| {}).expect("another node");
        Client::new(other.url(), access.token.clone())
            .get("/customers")
            .refused(401, "token_invalid");
    });
}

both! {
    fn a_made_up_refresh_token_ends_no_session(t) {
        let (token, access) = texts(&login(t, &t.sales.email, PASSWORD).expect(200));
        let session = token.split('_').nth(2).expect("its session").to_owned();
        let secrets = token.splitn(4, '_').nth(3).expect("secrets");
        let (family, own) = secrets.split_once('.').expect("two");
        // The id of a session is no secret; all who know of it is what stands in the log.
        let known = access.get("/auth/sessions").expect(200);
        assert!(known.text.replace('-', "").contains(&session));
        for secret in ["made-up", "made.up", &format!("made.{own}x"), &format!("{own}.{family}"), ""] {
            let made_up = format!("gx_rt_{session}_{secret}");
            refresh(t, &made_up).refused(401, "token_invalid");
            t.anonymous.post("/auth/logout", json!({ "refresh_token": made_up })).expect(204);
            access.get("/auth/me").expect(200);
        }
        let (_, access) = texts(&refresh(t, &token).expect(200));
        // One of this family that was used up long ago is another matter.
        refresh(t, &format!("gx_rt_{session}_{family}.made-up")).refused(401, "token_invalid");
        access.get("/auth/me").refused(401, "token_invalid");
    }

    fn signing_out_is_known_on_another_node(t) {
        let second = serve(&t.running.place.url, |_| {}).expect("a second node");
        let (token, access) = texts(&login(t, &t.sales.email, PASSWORD).expect(200));
        let there = Client::new(second.url(), access.token.clone());
        there.get("/auth/me").expect(200);
        t.anonymous.post("/auth/logout", json!({ "refresh_token": token })).expect(204);
        let start = std::time::Instant::now();
        while there.get("/auth/me").send().status != 401 {
            assert!(start.elapsed() < std::time::Duration::from_millis(1200), "within a second");
        }
        Client::new(second.url(), None).post("/auth/refresh", json!({ "refresh_token": token })).refused(401, "token_invalid");
    }

    fn signing_out_works_on_the_next_call(t) {
        let (token, access) = texts(&login(t, &t.sales.email, PASSWORD).expect(200));
        let (_, elsewhere) = texts(&login(t, &t.sales.email, PASSWORD).expect(200));
        access.get("/customers").expect(200);
        access.act("/auth/logout").expect(204);
        access.get("/customers").refused(401, "token_invalid");
        refresh(t, &token).refused(401, "token_invalid");
        elsewhere.get("/customers").expect(200);
        let (token, access) = texts(&login(t, &t.sales.email, PASSWORD).expect(200));
        access.get("/customers").expect(200);
        t.anonymous.post("/auth/logout", json!({ "refresh_token": token })).expect(204);
        access.get("/customers").refused(401, "token_invalid");
        t.anonymous.act("/auth/logout").expect(401);
    }

    fn rubbish_is_no_refresh_token(t) {
        for rubbish in ["", "x", "gx_rt_", "gx_rt_x_y", "gx_rt_01890000000070008000000000000000_secret"] {
            refresh(t, rubbish).refused(401, "token_invalid");
        }
        let access = t.sales.token.clone().expect("a token");
        let answer = refresh(t, &access).send();
        assert!(matches!(answer.status, 401 | 422), "an access token is no refresh token");
        t.anonymous.post("/auth/refresh", json!({ "refresh_token": 5 })).invalid(&["/refresh_token wrong_type"]);
        t.anonymous.post("/auth/refresh", json!({ "refresh_token": "a\u{0}b" })).expect(422);
    }

    fn disabling_ends_access_on_the_next_call(t) {
        let tokens = login(t, &t.sales.email, PASSWORD).expect(200);
        let path = format!("/users/{}", t.sales.id);
        t.sales.get("/customers").expect(200);
        t.admin.patch(&path, 2, json!({ "disabled": true })).expect(200);
        t.sales.get("/customers").refused(401, "token_invalid");
        t.sales.post("/customers", json!({ "name": "late" })).refused(401, "token_invalid");
        refresh(t, tokens["refresh_token"].as_str().expect("a token")).refused(401, "token_invalid");
        login(t, &t.sales.email, PASSWORD).refused(401, "invalid_credentials");
        t.admin.patch(&path, 3, json!({ "disabled": false })).expect(200);
        t.sales.get("/customers").refused(401, "token_invalid");
        login(t, &t.sales.email, PASSWORD).expect(200);
    }

    fn a_password_is_changed_by_who_knows_it(t) {
        let (here, elsewhere) = (signed_in(t, &t.sales.email, PASSWORD), signed_in(t, &t.sales.email, PASSWORD));
        let change = |old: &str, new: &str| here.post("/auth/password", json!({ "password": old, "new_password": new }));
        change("wrong one", OTHER).invalid(&["/password wrong_password"]);
        change(PASSWORD, "short").invalid(&["/new_password password_too_short"]);
        change(PASSWORD, OTHER).expect(204);
        here.get("/auth/me").expect(200);
        elsewhere.get("/auth/me").refused(401, "token_invalid");
        login(t, &t.sales.email, PASSWORD).refused(401, "invalid_credentials");
        signed_in(t, &t.sales.email, OTHER);
    }

    fn a_forgotten_password_is_set_anew_and_ends_all_sessions(t) {
        let elsewhere = signed_in(t, &t.sales.email, PASSWORD);
        let token = invited(&t.owner, &t.sales.id.to_string());
        elsewhere.get("/auth/me").expect(200);
        accept(&t.anonymous, &token, OTHER).expect(200);
        elsewhere.get("/auth/me").refused(401, "token_invalid");
        t.sales.get("/auth/me").refused(401, "token_invalid");
        login(t, &t.sales.email, PASSWORD).refused(401, "invalid_credentials");
        signed_in(t, &t.sales.email, OTHER);
    }
}
