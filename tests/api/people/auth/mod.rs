//! Credentials: access tokens, refresh tokens, cookies, set-up, and the rate limit.

mod cookies;
mod invitations;
mod mail;
mod proxies;

use tests::firm::PASSWORD;
use tests::*;

pub fn login(t: &T, email: &str, password: &str) -> client::Request {
    t.anonymous
        .post("/auth/login", json!({ "email": email, "password": password }))
}

pub fn signed_in(t: &T, email: &str, password: &str) -> Client {
    sign_in::signed_in(&login(t, email, password).expect(200))
}

both! {
    fn a_sign_in_gives_tokens_that_work(t) {
        let given = login(t, &t.sales.email, PASSWORD).expect(200);
        assert_eq!(given["token_type"], "Bearer");
        assert!(given["expires_in"].as_i64().is_some_and(|s| (1..=900).contains(&s)), "at most 15 minutes");
        assert_eq!(given["user"]["id"], t.sales.id.to_string());
        assert!(given["refresh_token"].is_string());
        assert_eq!(given.header("set-cookie"), "", "no cookie unless the app asks");
        assert_eq!(given.header("cache-control"), "no-store");
        let token = given["access_token"].as_str().map(str::to_owned);
        let me = Client { token, ..t.anonymous.clone() }.get("/auth/me").expect(200);
        assert_eq!(me["user"]["email"], t.sales.email);
        assert_eq!(me["roles"], json!(["sales"]));
        assert_eq!((&me["rights"]["lead"]["view"], &me["rights"]["product"]["edit"]), (&json!("own"), &json!("none")));
        login(t, &format!("  {}  ", t.sales.email.to_uppercase()), PASSWORD).expect(200);
    }

    fn wrong_credentials_all_sound_alike(t) {
        let known = login(t, &t.sales.email, "wrong password").refused(401, "invalid_credentials");
        let unknown = login(t, "nobody@example.com", "wrong password").refused(401, "invalid_credentials");
        assert_eq!(known["detail"], unknown["detail"]);
        login(t, &t.sales.email, &PASSWORD.to_uppercase()).refused(401, "invalid_credentials");
        login(t, &t.sales.email, &format!("{PASSWORD} ")).refused(401, "invalid_credentials");
        login(t, &t.sales.email, &"x".repeat(129)).refused(401, "invalid_credentials");
        login(t, "' OR 1=1 --", "x").refused(401, "invalid_credentials");
        login(t, "", "x").invalid(&["/email required"]);
        login(t, "a@example.com", "").invalid(&["/password required"]);
        t.anonymous.post("/auth/login", json!({ "email": "a@example.com", "password": 5 })).invalid(&["/password wrong_type"]);
        t.anonymous.post("/auth/login", json!({ "email": "a@example.com", "password": "x", "otp": "1" })).invalid(&["/otp unknown_field"]);
    }
}

pub fn with_own_server(engine: Engine, settings: impl FnOnce(&mut api::config::Config), test: impl Fn(&T)) {
    test(&T::on(std::sync::Arc::new(
        Running::start(engine, settings).expect("a server"),
    )));
}

/// The same on both engines.
pub fn with_own_servers(settings: impl Fn(&mut api::config::Config), test: impl Fn(&T)) {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        with_own_server(engine, &settings, &test);
    }
}

#[test]
fn too_many_requests_are_told_to_wait() {
    with_own_servers(
        |c| c.rate_limit = 5,
        |t| {
            let first = t.sales.get("/customers").expect(200);
            assert_eq!(first.header("ratelimit-policy"), "\"default\";q=5;w=60");
            assert_eq!(first.header("ratelimit"), "\"default\";r=4;t=60");
            for _ in 0..4 {
                t.sales.get("/customers").expect(200);
            }
            let refused = t.sales.get("/customers").language("en").refused(429, "rate_limited");
            let wait: u64 = refused.header("retry-after").parse().expect("seconds");
            assert!((1..=60).contains(&wait));
            assert!(refused.header("ratelimit").starts_with("\"default\";r=0;t="));
            t.sign_in(&t.sales).get("/customers").refused(429, "rate_limited");
            // Others have a limit of their own, and so has who is not signed in.
            t.manager.get("/customers").expect(200);
            t.anonymous.get("/customers").expect(401);
            // Health is asked by machines.
            for _ in 0..10 {
                t.anonymous.call_at("GET", "/healthz").expect(200);
            }
        },
    );
}

#[test]
fn calls_without_a_credential_keep_no_new_key_out() {
    with_own_servers(
        |c| c.rate_limit = 5,
        |t| {
            let key = api_key::program(&t.sales, &["*:read"]);
            while t.anonymous.get("/customers").send().status != 429 {}
            key.get("/leads").expect(200);
        },
    );
}

#[test]
fn a_made_up_credential_does_not_escape_the_limit() {
    with_own_servers(
        |c| c.rate_limit = 5,
        |t| {
            let statuses: Vec<u16> = (0..8)
                .map(|i| {
                    Client {
                        token: Some(format!("made-up-{i}")),
                        ..t.anonymous.clone()
                    }
                    .get("/customers")
                    .send()
                    .status
                })
                .collect();
            // The tests' first look at the description came from this address as well.
            let refused = statuses.iter().take_while(|s| **s == 401).count();
            assert!((4..=5).contains(&refused), "{statuses:?}");
            assert!(statuses[refused..].iter().all(|s| *s == 429), "{statuses:?}");
        },
    );
}

pub const BOSS: &str = "boss@example.com";

/// A new server that waits to be set up, and who would do it: the token is `one-time`.
pub fn unfounded(engine: Engine) -> (Running, Client) {
    let running = Running::start(engine, |_| {}).expect("a server");
    let hash = api::testing::hash_token("one-time");
    let offered = running
        .server
        .store()
        .write_here(move |tx| persistence::workspace::offer_setup(tx, &hash));
    offered.expect("offers");
    let anonymous = Client::new(running.server.url(), None);
    (running, anonymous)
}

pub fn set_up(anonymous: &Client, token: &str, password: &str) -> client::Request {
    let body = json!({ "token": token, "workspace_name": "新公司", "name": "老板", "email": BOSS, "password": password, "locale": "zh-CN" });
    anonymous.post("/auth/setup", body)
}

#[test]
fn a_server_with_a_user_is_not_set_up_any_more() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let (running, anonymous) = unfounded(engine);
        let added = running.server.store().write_here(|tx| {
            let space = api::testing::create_workspace(tx, "Ours", domain::Locale::En)?;
            api::testing::add_user(tx, &space, BOSS, "Boss", "owner", "no hash")
        });
        added.expect("adds");
        set_up(&anonymous, "one-time", PASSWORD).refused(409, "invalid_setup_token");
    }
}

/// Each would cost a hash; and a token is not to be guessed.
#[test]
fn links_that_are_none_are_counted() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        with_own_server(
            engine,
            |c| c.sign_in_limit = 1,
            |t| {
                let token = sign_in::invited(&t.admin, &t.sales.id.to_string());
                for n in 0..5 {
                    sign_in::accept(&t.anonymous, "made-up", PASSWORD).refused(409, "invalid_link");
                    set_up(&t.anonymous, &format!("made-up {n}"), PASSWORD).refused(409, "invalid_setup_token");
                }
                sign_in::accept(&t.anonymous, &token, PASSWORD).refused(429, "sign_in_throttled");
                set_up(&t.anonymous, "made-up", PASSWORD).refused(429, "sign_in_throttled");
                login(t, "nobody@example.com", PASSWORD).refused(429, "sign_in_throttled");
                // Who has come from here before comes in.
                login(t, &t.sales.email, PASSWORD).expect(200);
            },
        );
    }
}

#[test]
fn a_new_server_is_set_up_once() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let (_running, anonymous) = unfounded(engine);
        let setup = |token: &str, password: &str| set_up(&anonymous, token, password);
        setup("guessed", PASSWORD).refused(409, "invalid_setup_token");
        setup("one-time", "short").invalid(&["/password password_too_short"]);
        setup("one-time", "password1").invalid(&["/password password_common"]);
        setup("one-time", &"x".repeat(129)).invalid(&["/password password_too_long"]);
        let made = setup("one-time", PASSWORD).expect(201);
        assert_eq!(made["user"]["roles"], json!(["owner"]));
        assert_eq!(made["user"]["password_changed_at"], made["user"]["created_at"]);
        setup("one-time", PASSWORD).refused(409, "invalid_setup_token");
        let boss = sign_in::signed_in(&sign_in::login(&anonymous, BOSS, PASSWORD).expect(200));
        assert_eq!(boss.get("/auth/me").expect(200)["workspace"]["name"], "新公司");
        assert_eq!(seed::stages(&boss).len(), 5);
    }
}
