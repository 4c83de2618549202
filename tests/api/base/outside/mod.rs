//! What programs outside meet: pages of other origins, a server under a prefix, the guide, and the language of answers.

use std::sync::Arc;
use tests::*;

/// A firm on a server with settings of its own.
fn with(settings: impl Fn(&mut api::config::Config), test: impl Fn(&T)) {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let running = Running::start(engine, &settings).expect("a server");
        test(&T::on(Arc::new(running)));
    }
}

const SHOP: &str = "https://shop.example.com";

#[test]
fn pages_of_other_origins_call_with_keys_where_the_settings_name_them() {
    let origins = |c: &mut api::config::Config| c.allowed_origins = vec![SHOP.parse().expect("an origin")];
    with(origins, |t| {
        let program = api_key::program(&t.owner, &["*:write"]);
        let allowed = |answer: &Answer| answer.header("access-control-allow-origin").to_owned();
        let preflight = |path: &str, origin: &str| {
            let asked = t.anonymous.call("OPTIONS", path).header("Origin", origin);
            asked
                .header("Access-Control-Request-Method", "PATCH")
                .header("Access-Control-Request-Headers", "authorization,if-match")
                .send()
        };
        let told = preflight("/customers/x", SHOP);
        assert_eq!((told.status, allowed(&told)), (204, SHOP.to_owned()));
        assert!(told.header("access-control-allow-methods").contains("PATCH"));
        let sent = told.header("access-control-allow-headers").to_lowercase();
        for name in [
            "authorization",
            "content-type",
            "if-match",
            "if-none-match",
            "idempotency-key",
        ] {
            assert!(sent.contains(name), "{name}: {sent}");
        }
        assert_eq!(told.header("vary"), "Origin");
        for origin in [
            "https://other.example.com",
            "http://shop.example.com",
            "https://shop.example.com.evil.example",
            "null",
        ] {
            let told = preflight("/customers", origin);
            assert_eq!((told.status, allowed(&told)), (405, String::new()), "{origin}");
            let answer = program.get("/customers").header("Origin", origin).expect(200);
            assert_eq!(
                (allowed(&answer), answer.header("vary")),
                (String::new(), "Origin"),
                "{origin}"
            );
        }
        let answer = program.get("/customers").header("Origin", SHOP).expect(200);
        assert_eq!(allowed(&answer), SHOP);
        for name in ["ETag", "Link", "Location", "Retry-After", "X-Request-Id"] {
            assert!(answer.header("access-control-expose-headers").contains(name), "{name}");
        }
        // What is refused can be read too.
        let refused = program.post("/customers", json!({})).header("Origin", SHOP).expect(422);
        assert_eq!(allowed(&refused), SHOP);
        assert_eq!(
            allowed(&t.anonymous.get("/customers").header("Origin", SHOP).expect(401)),
            SHOP
        );
        // Cookies never, and nothing of who has signed in.
        assert_eq!(answer.header("access-control-allow-credentials"), "");
        assert_eq!(
            allowed(&t.owner.get("/customers").header("Origin", SHOP).expect(200)),
            ""
        );
        let login = json!({ "email": t.sales.email, "password": "wrong" });
        assert_eq!(
            allowed(&t.anonymous.post("/auth/login", login).header("Origin", SHOP).send()),
            ""
        );
        assert_eq!(preflight("/auth/login", SHOP).status, 405);
    });
}

#[test]
fn nobody_else_may_by_default() {
    let t = T::new(Engine::Sqlite);
    let asked = t.anonymous.call("OPTIONS", "/customers").header("Origin", SHOP);
    let told = asked
        .header("Access-Control-Request-Method", "GET")
        .refused(405, "method_not_allowed");
    assert_eq!(told.header("access-control-allow-origin"), "");
    let answer = api_key::program(&t.owner, &["*:read"])
        .get("/customers")
        .header("Origin", SHOP)
        .expect(200);
    assert_eq!(
        (answer.header("access-control-allow-origin"), answer.header("vary")),
        ("", "")
    );
}

#[test]
fn a_server_under_a_prefix_names_it_wherever_it_names_an_address() {
    with(
        |c| c.public_url = "https://example.com/crm/".into(),
        |t| {
            // Whether the proxy takes the prefix off or not.
            for before in ["/crm", ""] {
                let at = |method: &str, path: &str| t.owner.call_at(method, &format!("{before}{path}"));
                let made = at("POST", "/api/v1/customers").json(json!({ "name": "a" })).expect(201);
                assert_eq!(made.header("location"), format!("/crm/api/v1/customers/{}", made.id()));
                t.owner.call_at("GET", made.header("location")).expect(200);
                at("POST", "/api/v1/customers").json(json!({ "name": "b" })).expect(201);
                let page = at("GET", "/api/v1/customers?limit=1&sort=name&filter[name][in]=a,b").expect(200);
                let next = page
                    .header("link")
                    .trim_start_matches('<')
                    .split('>')
                    .next()
                    .expect("an address")
                    .to_owned();
                assert!(next.starts_with("/crm/api/v1/customers?limit=1&"), "{next}");
                assert_eq!(t.owner.call_at("GET", &next).expect(200).rows().len(), 1);
                let refused = at("GET", "/api/v1/nothing").refused(404, "no_such_route");
                let page = refused["type"].as_str().expect("an address");
                assert_eq!(page, "/crm/docs/errors#no_such_route");
                t.anonymous.call_at("GET", page).expect(200);
                let batch = json!({ "atomic": false, "operations": [{ "method": "create", "body": {} }] });
                let each = at("POST", "/api/v1/customers/batch").json(batch).expect(207);
                assert_eq!(each["results"][0]["body"]["type"], "/crm/docs/errors#invalid");
                assert_eq!(at("GET", "/docs").send().header("location"), "/crm/docs/");
                assert!(
                    at("GET", "/docs/swagger-initializer.js")
                        .expect(200)
                        .text
                        .contains("\"../api/v1/openapi.json\"")
                );
                let described = at("GET", "/api/v1/openapi.json").expect(200);
                assert_eq!(
                    (&described["servers"][0]["url"], &described["externalDocs"]["url"]),
                    (&json!("/crm"), &json!("/crm/docs/guide"))
                );
                let app = at("POST", "/api/v1/auth/login")
                    .json(json!({ "email": t.sales.email, "password": firm::PASSWORD }));
                let given = app
                    .header("X-Guanxi-App", "1")
                    .header("Sec-Fetch-Site", "same-origin")
                    .expect(200);
                assert!(
                    given.header("set-cookie").contains("Path=/crm/api/v1/auth"),
                    "{}",
                    given.header("set-cookie")
                );
            }
            assert_eq!(t.anonymous.call_at("GET", "/crm").send().header("location"), "/crm/");
            assert_eq!(
                t.anonymous.call_at("GET", "/crmx/api/v1/customers").send().status,
                t.anonymous.call_at("GET", "/other").send().status
            );
        },
    );
}

/// What stands between these, each time.
fn between<'a>(text: &'a str, start: &'a str, end: char) -> impl Iterator<Item = &'a str> {
    text.split(start).skip(1).filter_map(move |rest| rest.split(end).next())
}

#[test]
fn the_guide_is_there_in_both_languages_and_true() {
    let t = T::new(Engine::Sqlite);
    let page = |name: &str| t.anonymous.call_at("GET", &format!("/docs/guide/{name}")).expect(200);
    let (zh, en) = (page("zh"), page("en"));
    let sections = |page: &Answer| {
        between(&page.text, "<h2 id=\"", '"')
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(sections(&zh), sections(&en));
    let codes = t.owner.description().document["components"]["schemas"]["ProblemCode"]["enum"].clone();
    for page in [&zh, &en] {
        assert!(page.header("content-type").starts_with("text/html"));
        for section in [
            "key", "request", "paging", "writing", "retries", "errors", "feed", "mirror",
        ] {
            assert!(page.text.contains(&format!("<a href=\"#{section}\">")), "{section}");
        }
        // What it tells to ask for is there, and what it tells to expect is a code.
        for request in between(&page.text, "/api/v1/", '<') {
            let path = request
                .split([' ', '?', '\'', '\n', '"', '&'])
                .next()
                .unwrap_or_default()
                .replace("ID", "x");
            let known = ["openapi.json", ""].contains(&path.as_str())
                || ["GET", "POST", "PATCH", "PUT"]
                    .iter()
                    .any(|method| t.owner.description().find(method, &format!("/api/v1/{path}")).is_some());
            assert!(known, "{path} is nowhere");
        }
        for code in [
            "api_key_not_allowed",
            "record_exists",
            "record_missing",
            "idempotency_key_reused",
            "idempotency_key_running",
            "position_unknown",
        ] {
            assert!(
                page.text.contains(&format!("<code>{code}</code>"))
                    && codes.as_array().is_some_and(|all| all.contains(&json!(code))),
                "{code}"
            );
        }
    }
    for (language, place) in [("zh-CN", "guide/zh"), ("en", "guide/en"), ("de", "guide/en")] {
        assert_eq!(
            t.anonymous
                .call_at("GET", "/docs/guide")
                .language(language)
                .expect(302)
                .header("location"),
            place
        );
    }
    assert_eq!(t.anonymous.call_at("GET", "/docs/guide/fr").send().status, 404);
    assert_eq!(t.owner.description().document["externalDocs"]["url"], "/docs/guide");
    let described = t.anonymous.call_at("GET", "/api/v1/openapi.json").expect(200);
    let again = t
        .anonymous
        .call_at("GET", "/api/v1/openapi.json")
        .header("If-None-Match", format!("W/{}", described.header("etag")));
    assert!(again.expect(304).text.is_empty());
}

both! {
    fn programs_read_english_unless_the_workspace_says_otherwise(t) {
        let program = api_key::program(&t.owner, &["*:write"]);
        let told = |request: client::Request| request.expect(422)["detail"].as_str().expect("a detail").to_owned();
        let create = |by: &Client| by.post("/customers", json!({}));
        assert_eq!(told(create(&program)), "This field is required.");
        for other in ["de", "fr-CH, fr;q=0.9"] {
            assert_eq!(told(create(&program).language(other)), "This field is required.", "{other}");
        }
        assert_eq!(told(create(&program).language("zh-CN")), "此项必填。");
        let version = t.owner.get("/workspace").expect(200).version();
        t.owner.patch("/workspace", version, json!({ "locale": "zh-CN" })).expect(200);
        // Its firm is known once it has called.
        assert_eq!(told(create(&program)), "此项必填。");
        assert_eq!(told(create(&program).language("de")), "This field is required.");
        let nobody = Client::new(t.anonymous.base.clone(), Some("gx_live_nobody".into()));
        assert_eq!(nobody.get("/customers").expect(401).header("content-language"), "en");
    }
}
