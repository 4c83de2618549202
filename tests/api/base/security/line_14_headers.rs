//! Line 14. What the server sends along so that no script gets in: content security policy, types that are not guessed, no
//! frames, no addresses told to others, and TLS kept. The browser's part is in `tests/e2e`.

use crate::auth::with_own_server;
use std::collections::BTreeMap;
use tests::*;

/// The directives of a policy.
fn policy(answer: &Answer) -> BTreeMap<String, String> {
    let directives = answer.header("content-security-policy").split(';');
    let named = directives.filter_map(|d| d.trim().split_once(' '));
    named
        .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
        .collect()
}

/// What every answer carries.
fn carries_the_rest(answer: &Answer) {
    let name = &answer.name;
    assert_eq!(answer.header("x-content-type-options"), "nosniff", "{name}");
    assert_eq!(answer.header("referrer-policy"), "same-origin", "{name}");
    assert_eq!(answer.header("x-frame-options"), "DENY", "{name}");
    assert_eq!(policy(answer)["frame-ancestors"], "'none'", "{name}");
    assert!(
        answer
            .header("strict-transport-security")
            .starts_with("max-age=31536000"),
        "{name}"
    );
}

const XSS: [&str; 6] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "</title><svg onload=alert(1)>",
    "javascript:alert(1)",
    "{{constructor.constructor('alert(1)')()}}",
    "<!--<iframe srcdoc='<script>alert(1)</script>'>",
];

both! {
    fn the_app_runs_only_its_own_scripts(t) {
        for path in ["/", "/customers", "/no/such/page", "/index.html", "/docs/", "/metrics", "/icon.svg", "/assets/nothing.js"] {
            let answer = t.anonymous.call_at("GET", path).send();
            carries_the_rest(&answer);
            let policy = policy(&answer);
            assert_eq!(policy["default-src"], "'self'", "{path}");
            assert_eq!(policy["script-src"], "'self' 'wasm-unsafe-eval'", "{path}: no inline script, no eval");
            assert_eq!(policy["style-src"], "'self'", "{path}");
            assert_eq!([&policy["object-src"], &policy["base-uri"]], ["'none'"; 2], "{path}");
            assert_eq!([&policy["connect-src"], &policy["form-action"]], ["'self'"; 2], "{path}");
        }
    }

    fn an_answer_of_the_api_is_no_page(t) {
        for text in XSS {
            let made = t.sales.create("/customers", json!({ "name": text, "description": text, "tags": [text] }));
            assert_eq!((&made["name"], &made["tags"][0]), (&json!(text), &json!(text)), "is kept as it is");
            let path = format!("/customers/{}", made.id());
            let hostile = encoded(text);
            for path in [path.as_str(), &format!("{path}/history"), "/customers", &format!("/search?q={hostile}"),
                &format!("/customers?sort={hostile}"), &format!("/customers/{hostile}"), "/auth/me", "/nothing", "/openapi.json"] {
                let answer = t.sales.get(path).send();
                let media = answer.header("content-type");
                assert!(["application/json", "application/problem+json"].contains(&media), "{path}: {media}");
                assert_eq!(policy(&answer)["default-src"], "'none'", "{path}");
                carries_the_rest(&answer);
            }
        }
        let file = t.owner.get("/audit/export").expect(200);
        assert!(file.header("content-disposition").starts_with("attachment"), "a file is saved and not shown");
        assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
        carries_the_rest(&file);
        carries_the_rest(&t.anonymous.get("/customers").expect(401));
    }
}

#[test]
fn where_no_tls_ends_none_is_promised() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        with_own_server(
            engine,
            |c| c.public_url = "http://127.0.0.1:8080".into(),
            |t| {
                let answer = t.sales.get("/customers").expect(200);
                assert_eq!(answer.header("strict-transport-security"), "");
                assert_eq!(answer.header("x-content-type-options"), "nosniff");
            },
        );
    }
}
