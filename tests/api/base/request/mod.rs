//! Requests as such: routes, methods, media types, sizes, and languages.

mod parameters;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};
use tests::*;

/// A body that comes byte by byte is not waited for as long as its sender likes.
#[test]
fn a_body_that_comes_too_slowly_is_given_up() {
    let t = T::new(Engine::Sqlite);
    let address = t.anonymous.base.trim_start_matches("http://").to_owned();
    let trickle = |head: &str, piece: &str| {
        let mut stream = TcpStream::connect(&address).expect("connects");
        let head =
            format!("POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{head}\r\n\r\n");
        stream.write_all(head.as_bytes()).expect("sends");
        stream.set_read_timeout(Some(Duration::from_millis(200))).expect("sets");
        let (start, mut said, mut buffer) = (Instant::now(), Vec::new(), [0; 4096]);
        loop {
            assert!(
                start.elapsed() < Duration::from_secs(25),
                "still open: {}",
                String::from_utf8_lossy(&said)
            );
            let _ = stream.write_all(piece.as_bytes());
            match stream.read(&mut buffer) {
                Ok(0) => break,
                Ok(n) => said.extend_from_slice(&buffer[..n]),
                Err(e) if matches!(e.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => {}
                Err(_) => break,
            }
        }
        let said = String::from_utf8_lossy(&said).into_owned();
        assert!(
            said.starts_with("HTTP/1.1 408 ") && said.contains("body_too_slow"),
            "{said}"
        );
        assert!(start.elapsed() > Duration::from_secs(9), "{:?}", start.elapsed());
    };
    std::thread::scope(|scope| {
        scope.spawn(|| trickle("Content-Length: 100000", " "));
        scope.spawn(|| trickle("Transfer-Encoding: chunked", "1\r\n \r\n"));
        // Who sends steadily has the time it takes: others are not in their way.
        scope.spawn(|| {
            for _ in 0..20 {
                t.sales.create("/customers", json!({ "name": "x" }));
                std::thread::sleep(Duration::from_millis(100));
            }
        });
    });
}

both! {
    fn bodies_that_are_no_json_objects_are_refused(t) {
        let post = |body: &[u8]| t.sales.call("POST", "/customers").bytes("application/json", body.to_vec());
        for malformed in [&b""[..], b"{", b"{\"name\":}", b"{'name':'x'}", b"\xff\xfe", b"{\"name\":\"\xff\"}", b"{} {}", b"{\"employees\":1e999}", b"NaN"] {
            post(malformed).refused(400, "malformed_json");
        }
        for other in [&b"[]"[..], b"1", b"\"x\"", b"null", b"true"] {
            post(other).refused(400, "object_expected");
        }
        let deep = |n: usize| format!("{{\"name\":\"x\",\"custom_fields\":{}{}}}", "{\"a\":".repeat(n), "1".to_owned() + &"}".repeat(n));
        post(deep(31).as_bytes()).expect(422);
        post(deep(32).as_bytes()).refused(400, "malformed_json");
        post(deep(100_000).as_bytes()).refused(400, "malformed_json");
        post(&[b"[".repeat(100_000), b"]".repeat(100_000)].concat()).refused(400, "malformed_json");
        post(b"{\"name\":\"x\",\"employees\":123456789012345678901234567890}").invalid(&["/employees wrong_type"]);
        post(b"{\"name\":\"\\ud800\"}").refused(400, "malformed_json");
    }

    fn the_media_type_is_json(t) {
        for media in ["text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""] {
            t.sales.call("POST", "/customers").bytes(media, b"{\"name\":\"x\"}".to_vec()).refused(415, "unsupported_media_type");
        }
        t.sales.call("POST", "/customers").bytes("application/json; charset=utf-8", b"{\"name\":\"x\"}".to_vec()).expect(201);
    }

    fn a_body_has_a_mebibyte(t) {
        let padded = |n: usize| format!("{{\"name\":\"x\"{}}}", " ".repeat(n - 12)).into_bytes();
        t.sales.call("POST", "/customers").bytes("application/json", padded(1 << 20)).expect(201);
        // The server may hang up while the rest is on its way.
        for size in [(1 << 20) + 1, 20 << 20] {
            if let Some(answer) = t.sales.call("POST", "/customers").bytes("application/json", padded(size)).try_send() {
                assert_eq!((answer.status, &answer["code"]), (413, &json!("payload_too_large")));
            }
        }
        t.sales.get("/customers").expect(200);
    }

    fn addresses_and_methods_that_are_none(t) {
        for path in ["/nothing", "/customers/x/y/z", "/leads/convert/x/y", "/Customers"] {
            t.sales.get(path).refused(404, "no_such_route");
        }
        t.sales.call_at("GET", "/api/v2/customers").refused(404, "no_such_route");
        for (method, path, allowed) in [
            ("PUT", "/customers", "GET, POST"), ("DELETE", "/customers", "GET, POST"), ("POST", "/changes", "GET"),
            ("GET", "/auth/login", "POST"), ("PATCH", "/reports/win-rate", "GET"),
            // Not an id, though a path with one would match.
            ("PATCH", "/customers/batch", "POST"), ("GET", "/customers/search", "POST"), ("DELETE", "/customers/deleted", "GET"),
        ] {
            let refused = t.sales.call(method, path).refused(405, "method_not_allowed");
            let mut names: Vec<&str> = refused.header("allow").split(", ").collect();
            names.sort_unstable();
            assert_eq!(names.join(", "), allowed, "{method} {path}");
        }
        for id in ["1", "x", "01890000-0000-7000-8000-00000000000g", "01890000000070008000000000000000", "%00"] {
            t.sales.get(&format!("/customers/{id}")).refused(404, "not_found");
        }
        t.sales.get("/customers/01890000-0000-7000-8000-000000000000").refused(404, "not_found");
    }

    fn a_whole_number_is_one_however_it_is_written(t) {
        for (seats, status) in [("7.0", 201), ("7e0", 201), ("7.5", 422), ("1e300", 422), ("\"7\"", 422)] {
            let body = format!("{{\"name\":\"a\",\"employees\":{seats}}}");
            let made = t.sales.call("POST", "/customers").bytes("application/json", body.into_bytes()).expect(status);
            assert!(status != 201 || made["employees"] == 7, "{seats}: {}", made.text);
        }
    }

    fn problems_are_told_in_the_callers_language(t) {
        let told = |tag: &str| t.sales.post("/customers", json!({})).language(tag).expect(422);
        for (tag, text) in [("zh-CN", "此项必填。"), ("zh", "此项必填。"), ("en", "This field is required."), ("en-GB,zh;q=0.5", "This field is required."), ("fr, zh-TW;q=0.9, en;q=0.8", "此项必填。")] {
            let refused = told(tag);
            assert_eq!(refused["errors"][0]["message"], text, "{tag}");
            assert_eq!(refused.header("content-language"), if text.is_ascii() { "en" } else { "zh-CN" });
        }
        for tag in ["en", "zh-CN"] {
            for request in [t.anonymous.get("/customers"), t.sales.get("/nothing"), t.sales.get("/customers?x=1"), t.sales.delete("/products/01890000-0000-7000-8000-000000000000", 1)] {
                let answer = request.language(tag).send();
                let detail = answer["detail"].as_str().expect("a detail");
                let chinese = detail.chars().any(|c| ('一'..='鿿').contains(&c));
                assert_eq!(chinese, tag == "zh-CN", "{tag}: {detail}");
            }
        }
    }

    fn every_answer_has_its_id_and_headers(t) {
        let answer = t.sales.get("/customers").header("X-Request-Id", "abc-12345").expect(200);
        assert_eq!(answer.header("x-request-id"), "abc-12345");
        for odd in ["short", "with space", &"x".repeat(65), "a{b}c<script>"] {
            let answer = t.sales.get("/customers").header("X-Request-Id", odd).expect(200);
            assert_eq!(answer.header("x-request-id").len(), 36, "{odd}");
        }
        for path in ["/api/v1/customers", "/healthz", "/readyz", "/api/v1/nothing", "/docs/"] {
            let answer = t.sales.call_at("GET", path).send();
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
            assert!(!answer.header("referrer-policy").is_empty(), "{path}");
        }
        assert_eq!(t.anonymous.call_at("GET", "/healthz").expect(200)["status"], "ok");
        assert_eq!(t.anonymous.call_at("GET", "/readyz").expect(200)["status"], "ready");
        assert_eq!(t.anonymous.call_at("GET", "/metrics").send().status, 404);
        assert!(t.anonymous.call_at("GET", "/docs/").expect(200).text.contains("swagger"));
    }

    fn every_code_has_its_place_on_the_page_that_a_problem_names(t) {
        let refused = t.anonymous.get("/customers").expect(401);
        let (page, place) = refused["type"].as_str().and_then(|t| t.split_once('#')).expect("an address");
        let page = t.anonymous.call_at("GET", page).expect(200);
        assert!(page.header("content-type").starts_with("text/html"));
        let codes = t.owner.description().document["components"]["schemas"]["ProblemCode"]["enum"].as_array().cloned().expect("codes");
        assert!(codes.len() > 200 && codes.contains(&json!(place)), "{}", codes.len());
        for code in codes {
            let section = page.text.split("<section ").find(|s| s.starts_with(&format!("id=\"{}\"", code.as_str().expect("a code"))));
            let section = section.unwrap_or_else(|| panic!("{code} has no place"));
            assert!(section.contains("<p lang=\"en\">") && section.chars().any(|c| ('一'..='鿿').contains(&c)), "{code}: in both languages");
        }
        assert_eq!(t.anonymous.call_at("GET", "/docs/errors.css").expect(200).header("content-type"), "text/css; charset=utf-8");
    }

    fn whether_it_is_ready_is_asked_without_reading_every_workspace(t) {
        let running = Running::start(t.running.engine, |_| {}).expect("a server");
        Firm::new(&running.server);
        // Whoever read them would stumble.
        running.place.run("UPDATE workspaces SET currency = '?'");
        let anybody = Client::new(running.server.url(), None);
        assert_eq!(anybody.call_at("GET", "/readyz").expect(200)["status"], "ready");
    }

    fn a_proxy_that_packs_answers_changes_no_version(t) {
        let made = t.owner.create("/customers", json!({ "name": "a" }));
        let path = format!("/customers/{}", made.id());
        for known in ["W/\"1\"", "\"1\"", "\"7\", W/\"1\"", "*"] {
            let again = t.owner.get(&path).header("If-None-Match", known).expect(304);
            assert_eq!(again.header("etag"), "\"1\"");
        }
        t.owner.get(&path).header("If-None-Match", "W/\"2\"").expect(200);
        t.owner.call("PATCH", &path).header("If-Match", "W/\"1\"").json(json!({ "name": "b" })).expect(200);
        t.owner.call("PATCH", &path).header("If-Match", "W/\"1\"").json(json!({ "name": "c" })).refused(412, "stale");
        t.owner.call("PATCH", &path).header("If-Match", "W/1").json(json!({ "name": "c" })).refused(400, "invalid_etag");
    }

    fn head_tells_what_get_would(t) {
        let path = format!("/customers/{}", t.owner.create("/customers", json!({ "name": "a" })).id());
        let head = t.owner.call("HEAD", &path).expect(200);
        assert_eq!((head.header("etag"), head.text.as_str()), ("\"1\"", ""));
        assert_eq!(t.owner.call("HEAD", "/customers").expect(200).text, "");
        assert_eq!(t.owner.call_at("HEAD", "/healthz").expect(200).text, "");
        assert_eq!(t.anonymous.call_at("HEAD", "/api/v1/openapi.json").expect(200).text, "");
    }

    fn no_text_holds_a_nul_wherever_it_comes_in(t) {
        let nul = "a\u{0}b";
        t.owner.post("/customers", json!({ "name": nul })).invalid(&["/name control_character"]);
        t.owner.post("/customers", json!({ "name": "a", "tags": ["x", nul] })).invalid(&["/tags/1 control_character"]);
        t.owner.post("/customers", json!({ "name": "a", "custom_fields": { "size": [nul] } })).invalid(&["/custom_fields/size/0 control_character"]);
        t.owner.post("/customers", json!({ "name": "a", "custom_fields": { (nul): 1 } })).invalid(&["/custom_fields control_character"]);
        t.owner.post("/customers/batch", json!({ "operations": [{ "method": "create", "body": { "name": nul } }] }))
            .invalid(&["/operations/0/body/name control_character"]);
        t.owner.post("/customers/search", json!({ "q": nul })).expect(422);
        for path in ["/customers?q=a%00b", "/customers?filter[name][contains]=%00", "/customers?sort=%00", "/customers?%00=1", "/search?q=%00", "/customers?cursor=%00"] {
            assert_eq!(t.owner.get(path).send().status, 400, "{path}");
        }
        let put = t.owner.put("/customers/by/external_id/a%00b", json!({ "name": "a" })).send();
        assert!((400..500).contains(&put.status), "{}", put.text);
        assert_eq!(t.owner.get("/customers/a%00b").send().status, 404);
    }
}

#[test]
fn an_empty_variable_is_not_set() {
    let variables = [
        "GUANXI_LOG",
        "GUANXI_LISTEN",
        "GUANXI_METRICS_LISTEN",
        "GUANXI_PUBLIC_URL",
        "GUANXI_RATE_LIMIT",
        "GUANXI_SMTP_URL",
        "GUANXI_MAIL_FROM",
        "GUANXI_TRUSTED_PROXIES",
        "GUANXI_WORKERS",
    ];
    let started = |value: &str| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_guanxi-under-test"));
        let command = command.args(["serve", "--database", "sqlite:/nowhere/at/all.db"]);
        let ended = command
            .envs(variables.map(|name| (name, value)))
            .output()
            .expect("it runs");
        String::from_utf8_lossy(&ended.stderr).into_owned()
    };
    // The settings are read; what is missing is the database.
    assert!(started("").contains("the database cannot be opened"), "{}", started(""));
    assert!(
        started("x").contains("GUANXI_LISTEN") || started("x").contains("--listen"),
        "{}",
        started("x")
    );
}
