//! Refresh tokens: replaced at each use; reuse ends the session; signing out works on the next call.

use super::login;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use persistence::DatabaseUrl;
use tests::firm::PASSWORD;
use tests::*;

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
    match &t.running.place.url {
        DatabaseUrl::Sqlite(path) => {
            let mut conn = SqliteConnection::establish(&path.display().to_string()).expect("opens");
            let s = seconds * 1_000_000;
            let sql = format!(
                "PRAGMA busy_timeout=5000; UPDATE refresh_tokens SET replaced_at = replaced_at - {s}; \
                 UPDATE sessions SET expires_at = expires_at - {s}"
            );
            conn.batch_execute(&sql).expect("ages");
        }
        DatabaseUrl::Pg(url) => {
            let mut conn = PgConnection::establish(url).expect("connects");
            let sql = format!(
                "UPDATE refresh_tokens SET replaced_at = replaced_at - interval '{seconds} s'; \
                 UPDATE sessions SET expires_at = expires_at - interval '{seconds} s'"
            );
            conn.batch_execute(&sql).expect("ages");
        }
    }
}

/// On a server of its own, since time passes for everybody on it.
fn on_both(test: impl Fn(&T)) {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        super::with_own_server(engine, |_| {}, &test);
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
fn refreshing_does_not_prolong_a_session() {
    on_both(|t| {
        let (first, _) = texts(&login(t, &t.sales.email, PASSWORD).expect(200));
        age(t, 29 * 24 * 3600);
        let (second, access) = texts(&refresh(t, &first).expect(200));
        access.get("/customers").expect(200);
        age(t, 24 * 3600 + 60);
        refresh(t, &second).refused(401, "token_invalid");
        // Known identities are trusted for a second.
        std::thread::sleep(std::time::Duration::from_millis(1100));
        access.get("/customers").refused(401, "token_invalid");
    });
}

both! {
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
}

#[test]
fn behind_our_proxy_the_address_is_that_of_the_caller() {
    let settings = |c: &mut api::config::Config| {
        c.trusted_proxies = vec!["127.0.0.1".parse().expect("a network")];
        c.sign_in_limit = 2;
        c.rate_limit = 50;
    };
    super::with_own_server(Engine::Sqlite, settings, |t| {
        let from =
            |address: &str, password: &str| login(t, &t.sales.email, password).header("X-Forwarded-For", address);
        from("1.1.1.1, 198.51.100.7", PASSWORD).expect(200);
        let listed = t.sales.get("/auth/sessions").expect(200);
        let addresses: Vec<&Json> = listed.rows().iter().map(|row| &row["address"]).collect();
        assert!(addresses.contains(&&json!("198.51.100.7")), "{addresses:?}");
        // One who guesses is slowed down, and nobody else behind the same proxy; what is claimed beyond it helps nobody.
        for n in 0..2 {
            from(&format!("10.0.0.{n}, 203.0.113.9"), "wrong password").refused(401, "invalid_credentials");
        }
        from("10.0.0.9, 203.0.113.9", PASSWORD).refused(429, "sign_in_throttled");
        from("198.51.100.7", PASSWORD).expect(200);
        // The limit of requests is that of each caller too.
        let call = |address: &str| {
            t.anonymous
                .get("/customers")
                .header("X-Forwarded-For", address)
                .send()
                .status
        };
        assert!((0..60).any(|_| call("203.0.113.50") == 429));
        assert_eq!(call("203.0.113.51"), 401);
    });
    // Nobody is believed who is no proxy of ours.
    super::with_own_server(
        Engine::Sqlite,
        |_| {},
        |t| {
            login(t, &t.sales.email, PASSWORD)
                .header("X-Forwarded-For", "198.51.100.7")
                .expect(200);
            let listed = t.sales.get("/auth/sessions").expect(200);
            assert!(listed.rows().iter().all(|row| row["address"] == "127.0.0.1"));
        },
    );
}
