//! Line 19. Data is kept by no cache and read by no other site, and no secret, token or body gets into the log.

use super::talkative;
use crate::description::{Probe, operations};
use crate::import::form;
use std::collections::BTreeSet;
use tests::firm::PASSWORD;
use tests::program::founded;
use tests::sign_in::{accept, invited, login, offered, signed_in, turn_on};
use tests::*;

/// Nothing that lets another site read.
fn own_site_only(answer: &Answer) {
    let shared = answer
        .headers
        .keys()
        .find(|name| name.as_str().starts_with("access-control-"));
    assert_eq!(shared, None, "{}", answer.name);
}

both! {
    fn no_answer_is_kept_by_a_cache(t) {
        for operation in operations(t).filter(|o| !o.mutates()) {
            let probe = Probe::new(t, &t.owner, operation);
            for client in [&t.owner.client, &t.sales.client, &t.anonymous] {
                let answer = probe.send(client, operation);
                assert_eq!(answer.header("cache-control"), "no-store", "{}", operation.id);
                own_site_only(&answer);
            }
        }
        for path in ["/nothing", "/customers/x", "/auth/options"] {
            assert_eq!(t.owner.get(path).send().header("cache-control"), "no-store", "{path}");
        }
        for answer in [t.owner.post("/customers", json!({ "name": "x" })).expect(201), t.owner.post("/customers", json!({})).expect(422), login(&t.anonymous, &t.sales.email, PASSWORD).expect(200)] {
            assert_eq!(answer.header("cache-control"), "no-store", "{}", answer.name);
        }
    }

    fn other_sites_are_told_nothing(t) {
        let paths: BTreeSet<&str> = t.owner.description().operations.iter().map(|o| o.path.as_str()).collect();
        for origin in ["https://evil.test", "null", "https://crm.test.evil.test", engine::PUBLIC_URL] {
            for path in &paths {
                let path = path.replace("{id}", &t.owner.id.to_string()).replace("{user_id}", &t.owner.id.to_string());
                let path = path.replace("{key}", "external_id").replace("{value}", "x");
                let asked = t.anonymous.call_at("OPTIONS", &path).header("Origin", origin);
                let preflight = asked.header("Access-Control-Request-Method", "PUT").header("Access-Control-Request-Headers", "authorization").send();
                assert_eq!(preflight.status, 405, "{path}");
                own_site_only(&preflight);
            }
            for path in ["/customers", "/auth/me", "/openapi.json", "/nothing"] {
                own_site_only(&t.owner.get(path).header("Origin", origin).send());
            }
            own_site_only(&t.anonymous.call_at("GET", "/").header("Origin", origin).send());
        }
    }
}

#[test]
fn the_log_tells_of_requests_and_of_nothing_in_them() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let (place, firm) = founded(engine);
        let (process, log) = talkative(&place);
        let (anonymous, owner) = (process.client(None), process.client(firm.owner.client.token.clone()));
        let mut secrets: Vec<String> = vec![PASSWORD.into(), owner.token.clone().expect("a token")];
        let mut text = |answer: &Answer, name: &str| secrets.push(answer[name].as_str().expect("a text").to_owned());
        // Signing in, in every way, right and wrong.
        let given = login(&anonymous, &firm.sales.email, PASSWORD).expect(200);
        text(&given, "access_token");
        text(&given, "refresh_token");
        let next = anonymous
            .post("/auth/refresh", json!({ "refresh_token": given["refresh_token"] }))
            .expect(200);
        text(&next, "access_token");
        text(&next, "refresh_token");
        let person = signed_in(&next);
        let key = api_key::made(&person, &["*:read"]);
        text(&key, "secret");
        api_key::with(&key).get("/customers").expect(200);
        login(&anonymous, &firm.sales.email, "wrong-password-in-the-log").expect(401);
        process
            .client(Some("made-up-token-in-the-log".into()))
            .get("/customers")
            .expect(401);
        let cookie = "guanxi_refresh=cookie-in-the-log";
        anonymous
            .act("/auth/refresh")
            .header("Cookie", cookie)
            .header("X-Guanxi-App", "1")
            .header("Sec-Fetch-Site", "same-origin")
            .expect(401);
        let link = invited(&owner, &firm.other_sales.id.to_string());
        accept(&anonymous, &link, "password-in-the-log").expect(200);
        let offered = offered(&person);
        let (secret, codes) = turn_on(&person);
        // What people write, what they look for, and what they hand in.
        person.create(
            "/customers",
            json!({ "name": "name-in-the-log", "phone": "13812345670", "description": "body-in-the-log" }),
        );
        person
            .post(
                "/customers",
                json!({ "name": "refused-in-the-log", "email": "no-address-in-the-log" }),
            )
            .expect(422);
        person
            .call("POST", "/customers")
            .bytes("application/json", b"{\"malformed-in-the-log".to_vec())
            .expect(400);
        person
            .get("/customers?q=search-in-the-log&filter[name][contains]=filter-in-the-log")
            .expect(200);
        person.get("/customers/by-id-in-the-log").expect(404);
        person
            .post("/customers/search", json!({ "q": "tree-in-the-log" }))
            .expect(200);
        let file = form("customers", "name,email\nrow-in-the-log,cell-in-the-log\n", &[]);
        let job = owner.call("POST", "/imports").form(file).expect(202);
        seed::finished(&owner, &job.id());
        owner.get("/audit/export").expect(200);
        let said = process.said() + &std::fs::read_to_string(log.path()).expect("the log");
        process.kill();
        assert!(said.contains("/api/v1/customers"), "the log tells of requests: {said}");
        secrets.extend([link, offered, secret, "13812345670".into(), "-in-the-log".into()]);
        secrets.extend(codes);
        for secret in secrets {
            // Of a token the beginning may be told, and of all a line shows where.
            let secret = secret.get(12..).filter(|rest| rest.len() > 12).unwrap_or(&secret);
            let line = said.lines().find(|line| line.contains(secret));
            assert_eq!(line, None, "{engine:?}: {secret} is in the log");
        }
    }
}
