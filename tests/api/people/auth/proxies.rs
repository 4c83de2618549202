//! Behind proxies: whose address a request has, and who is believed about it.

use super::{login, with_own_server};
use std::sync::atomic::{AtomicU8, Ordering};
use tests::firm::PASSWORD;
use tests::sign_in::slowed_down;
use tests::*;

#[test]
fn an_attack_from_everywhere_leaves_the_known_address_alone() {
    let settings = |c: &mut api::config::Config| {
        c.trusted_proxies = vec!["127.0.0.1".parse().expect("a network")];
        c.sign_in_limit = 1;
    };
    for engine in [Engine::Sqlite, Engine::Postgres] {
        with_own_server(engine, settings, |t| {
            let from =
                |address: &str, password: &str| login(t, &t.sales.email, password).header("X-Forwarded-For", address);
            for home in ["198.51.100.7", "2001:db8:1:1::7"] {
                from(home, PASSWORD).expect(200);
            }
            let refused = (0..20)
                .map(|n| from(&format!("203.0.113.{n}"), "wrong password").send().status)
                .filter(|status| *status == 429)
                .count();
            assert!(refused >= 10, "{refused}");
            from("192.0.2.1", PASSWORD).refused(429, "sign_in_throttled");
            from("198.51.100.7", PASSWORD).expect(200);
            from("2001:db8:1:1::8", PASSWORD).expect(200);
        });
    }
}

#[test]
fn behind_our_proxy_the_address_is_that_of_the_caller() {
    let settings = |c: &mut api::config::Config| {
        c.trusted_proxies = vec!["127.0.0.1".parse().expect("a network")];
        c.sign_in_limit = 2;
        c.rate_limit = 50;
    };
    with_own_server(Engine::Sqlite, settings, |t| {
        let from =
            |address: &str, password: &str| login(t, &t.sales.email, password).header("X-Forwarded-For", address);
        from("1.1.1.1, 198.51.100.7", PASSWORD).expect(200);
        let listed = t.sales.get("/auth/sessions").expect(200);
        let addresses: Vec<&Json> = listed.rows().iter().map(|row| &row["address"]).collect();
        assert!(addresses.contains(&&json!("198.51.100.7")), "{addresses:?}");
        // One who guesses is slowed down, and nobody else behind the same proxy; what is claimed beyond it helps nobody.
        let beyond = AtomicU8::new(0);
        slowed_down(2, 401, || {
            let claimed = beyond.fetch_add(1, Ordering::Relaxed);
            from(&format!("10.0.1.{claimed}, 203.0.113.9"), "wrong password").send()
        });
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
    with_own_server(Engine::Sqlite, settings, |t| {
        // One who has a network is one caller, whichever of its addresses they take.
        let call = |n: u32| {
            t.anonymous
                .get("/customers")
                .header("X-Forwarded-For", format!("2001:db8:7:7::{n:x}"))
                .send()
                .status
        };
        assert!((1..=60).any(|n| call(n) == 429));
        assert_eq!(call(61), 429);
        t.anonymous
            .get("/customers")
            .header("X-Forwarded-For", "2001:db8:7:8::1")
            .expect(401);
        let from = |n: u32, password: &str| {
            login(t, &t.sales.email, password).header("X-Forwarded-For", format!("2001:db8:7:9::{n:x}"))
        };
        from(1, "wrong password").refused(401, "invalid_credentials");
        from(2, "wrong password").refused(401, "invalid_credentials");
        from(3, PASSWORD).refused(429, "sign_in_throttled");
    });
    // Nobody is believed who is no proxy of ours.
    with_own_server(
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
