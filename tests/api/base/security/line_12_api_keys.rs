//! Line 12. API keys: hash only, scopes, revoked at once, never in logs.

use super::talkative;
use crate::description::{JOBS, Probe, changes_after, operations};
use diesel::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};
use tests::api_key::{made, program, with};
use tests::description::Operation;
use tests::firm::PASSWORD;
use tests::program::founded;
use tests::sign_in::{login, newcomer, signed_in};
use tests::*;

/// Whatever a key may not do at all: it is about signing in.
const NOT_FOR_KEYS: [&str; 18] = [
    "change_password",
    "create_api_key",
    "end_other_sessions",
    "end_second_factor",
    "end_session",
    "get_api_key",
    "invite_user",
    "list_api_keys",
    "list_sessions",
    "offer_second_factor",
    "remove_avatar",
    "rename_api_key",
    "reset_second_factor",
    "revoke_api_key",
    "rotate_api_key",
    "set_avatar",
    "start_second_factor",
    "update_me",
];

/// What needs no scope: it tells of the caller, or only of what the scopes let see.
const WITHOUT_SCOPE: [&str; 6] = ["get_change_set", "get_schema", "list_changes", "me", "search", "start"];

/// The operations that are about work.
fn work(t: &T) -> impl Iterator<Item = &'static Operation> {
    operations(t).filter(|o| !NOT_FOR_KEYS.contains(&o.id.as_str()))
}

fn days(count: i64) -> String {
    domain::Instant::now().plus_seconds(count * 24 * 3600).to_string()
}

/// Asks until the answer is a refusal; when the last was asked for that was none.
fn until_refused(key: &Client, code: &str) -> Duration {
    let start = Instant::now();
    let mut in_vain = Duration::ZERO;
    loop {
        let asked = start.elapsed();
        let answer = key.get("/leads").send();
        if answer.status == 401 {
            assert_eq!(answer["code"], code);
            return in_vain;
        }
        assert!(asked < Duration::from_secs(30), "is refused in the end");
        in_vain = asked;
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Whether any row of the database holds this text.
fn stored_anywhere(t: &T, text: &str) -> bool {
    match &t.running.place.url {
        persistence::DatabaseUrl::Sqlite(path) => {
            let with = |end: &str| std::fs::read(format!("{}{end}", path.display())).unwrap_or_default();
            let holds = |bytes: Vec<u8>| bytes.windows(text.len()).any(|w| w == text.as_bytes());
            holds(with("")) || holds(with("-wal"))
        }
        persistence::DatabaseUrl::Pg(url) => {
            #[derive(QueryableByName)]
            struct Found {
                #[diesel(sql_type = diesel::sql_types::BigInt)]
                count: i64,
            }
            let mut conn = PgConnection::establish(url).expect("connects");
            let sql = "SELECT coalesce(sum((xpath('/row/n/text()', query_to_xml(format('SELECT count(*) AS n FROM %I t \
                       WHERE t::text LIKE %L', table_name, '%' || $1 || '%'), false, true, '')))[1]::text::bigint), 0)::bigint AS count \
                       FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'";
            let found = diesel::sql_query(sql).bind::<diesel::sql_types::Text, _>(text);
            found.get_result::<Found>(&mut conn).expect("counts").count > 0
        }
    }
}

both! {
    fn a_key_is_shown_once_and_only_its_hash_is_kept(t) {
        let given = made(&t.sales, &["leads:read"]);
        let secret = given["secret"].as_str().expect("a secret").to_owned();
        assert_eq!(given.header("cache-control"), "no-store");
        assert_eq!(secret.len(), "gx_live_".len() + 43 + 6);
        assert_eq!(given["prefix"], secret[..12]);
        let path = format!("/api-keys/{}", given.id());
        assert_eq!(given.header("location"), format!("/api/v1{path}"));
        let seen = t.sales.get(&path).expect(200);
        assert_eq!((&seen["secret"], &seen["state"], &seen["user_id"]), (&Json::Null, &json!("active"), &json!(t.sales.id)));
        with(&given).get("/leads").expect(200);
        let listed = t.owner.get("/api-keys").expect(200);
        for text in [&seen.text, &listed.text, &t.owner.get("/changes?limit=200").expect(200).text] {
            assert!(!text.contains(&secret[12..]));
        }
        assert!(!stored_anywhere(t, &secret[12..]), "the secret is in the database");
        assert!(stored_anywhere(t, &api::testing::hash_token(&secret)), "the test looks where it should");
    }

    fn scopes_cut_the_rights_of_the_user(t) {
        let lead = t.sales.create("/leads", json!({ "name": "张三", "company": "Scoped" }));
        let customer = t.sales.create("/customers", json!({ "name": "Scoped" }));
        let key = program(&t.sales, &["leads:read"]);
        key.get(&format!("/leads/{}", lead.id())).expect(200);
        let refused = key.post("/leads", json!({ "name": "x" })).language("en").refused(403, "api_key_scope");
        assert_eq!(refused["detail"], "This API key lacks the scope “leads:write”.");
        key.patch(&format!("/leads/{}", lead.id()), 1, json!({ "name": "x" })).refused(403, "api_key_scope");
        key.act(&format!("/leads/{}/convert", lead.id())).if_match(1).json(json!({})).refused(403, "api_key_scope");
        let refused = key.get(&format!("/customers/{}", customer.id())).language("en").refused(403, "api_key_scope");
        assert_eq!(refused["detail"], "This API key lacks the scope “customers:read”.");
        // What shows several kinds shows those it may see.
        let hits = key.get("/search?q=Scoped").expect(200).text;
        assert!(hits.contains(&lead.id()) && !hits.contains(&customer.id()), "{hits}");
        let feed = key.get("/changes?limit=200").expect(200);
        let told = |id: &str| feed.rows().iter().any(|c| c["record_id"] == id && c["action"] != "gone");
        assert!(told(&lead.id()) && !told(&customer.id()));
        let me = key.get("/auth/me").expect(200);
        assert_eq!((&me["scopes"], &me["session_id"], &me["rights"]["lead"]["edit"]), (&json!(["leads:read"]), &Json::Null, &json!("none")));
        // Writing includes reading, and what the user may not do no scope gives.
        let wide = program(&t.sales, &["*:write"]);
        wide.patch(&format!("/leads/{}", lead.id()), 1, json!({ "name": "李四" })).expect(200);
        wide.get(&format!("/customers/{}", customer.id())).expect(200);
        wide.post("/products", json!({ "name": "x" })).refused(403, "forbidden");
        let theirs = t.other_sales.create("/leads", json!({ "name": "Theirs" }));
        wide.get(&format!("/leads/{}", theirs.id())).refused(404, "not_found");
        t.stranger.get(&format!("/leads/{}", lead.id())).refused(404, "not_found");
        program(&t.stranger, &["*:write"]).get(&format!("/leads/{}", lead.id())).refused(404, "not_found");
    }

    fn no_operation_escapes_the_scopes(t) {
        // A scope that none of these operations is about, for somebody who may do everything.
        let (key, mut position) = (program(&t.owner, &["imports:read"]), 0);
        let of_imports = |o: &&Operation| !o.path.starts_with("/api/v1/imports");
        for operation in work(t).filter(of_imports) {
            let probe = Probe::new(t, &t.owner, operation);
            position = changes_after(t, position).last().map_or(position, |c| c.position);
            let answer = probe.send(&key, operation);
            let id = operation.id.as_str();
            if WITHOUT_SCOPE.contains(&id) {
                // A change set tells of what the key sees, and here it sees none of it.
                let told = if id == "get_change_set" { 404 } else { 200 };
                assert_eq!(answer.status, told, "{id}: {}", answer.text);
                continue;
            }
            assert_eq!((answer.status, &answer["code"]), (403, &json!("api_key_scope")), "{id}: {}", answer.text);
            assert_eq!(changes_after(t, position), [], "{id} was refused and wrote");
        }
    }

    fn a_key_of_all_scopes_does_not_touch_sign_ins(t) {
        let key = program(&t.owner, &["*:write"]);
        let described = operations(t).filter(|o| o.signed_in).map(|o| o.id.as_str());
        assert_eq!(described.collect::<BTreeSet<_>>(), BTreeSet::from(NOT_FOR_KEYS), "who is refused is described so");
        let free = operations(t).filter(|o| !o.signed_in && o.scopes.is_empty()).map(|o| o.id.as_str());
        assert_eq!(free.collect::<BTreeSet<_>>(), BTreeSet::from(WITHOUT_SCOPE), "what needs no scope is described so");
        for id in NOT_FOR_KEYS {
            let operation = t.owner.description().get(id);
            let path = operation.path.trim_start_matches("/api/v1").replace("{id}", &t.owner.id.to_string());
            key.call(&operation.method, &path).if_match(1).json(json!({})).refused(403, "api_key_not_allowed");
        }
        let (mut programs, mut refused) = (BTreeMap::new(), Vec::new());
        for operation in work(t).filter(|o| !JOBS.contains(&o.id.as_str())) {
            // One with just the scopes that the description names, which is enough.
            let mut scopes: Vec<&str> = operation.scopes.iter().map(String::as_str).collect();
            if ["/users", "/roles", "/team"].iter().any(|of| operation.path.starts_with(&format!("/api/v1{of}"))) {
                // Nobody changes who may do more than they may, and a key may do no more than its scopes.
                scopes = vec!["*:write"];
            } else if operation.mutates() || operation.id == "get_change_set" {
                // What a record refers to, and what was changed, has to be seen.
                scopes.push("*:read");
            } else if scopes.is_empty() {
                scopes.push("tags:read");
            }
            let program = programs.entry(scopes.clone()).or_insert_with(|| program(&t.owner, &scopes));
            let answer = Probe::new(t, &t.owner, operation).send(program, operation);
            // The file of somebody else's export is for nobody but them, with a key or without.
            let of_others = operation.id == "export_file" && answer["code"] == "export_of_other";
            if answer.status >= 300 && !of_others {
                refused.push(format!("{}: {}", operation.id, answer.text));
            }
        }
        assert_eq!(refused, Vec::<String>::new());
        // Users are work like other; the address they sign in with is not.
        let (id, _) = newcomer(&t.owner, &format!("by.key.{}", t.sales.email), "sales");
        let version = key.get(&format!("/users/{id}")).expect(200).version();
        key.patch(&format!("/users/{id}"), version, json!({ "email": "taken.over@example.com" })).refused(403, "api_key_not_allowed");
        key.patch(&format!("/users/{id}"), version, json!({ "title": "Robot keeper" })).expect(200);
        // A job goes on with all the rights of its owner.
        let narrow = program(&t.owner, &["customers:write", "imports:write"]);
        narrow.call("POST", "/imports").form(seed::import_form()).refused(403, "api_key_scope");
        let staff = program(&t.owner, &["users:write"]);
        staff.post(&format!("/users/{id}/hand-over"), json!({ "to": t.sales.id })).refused(403, "api_key_scope");
        let job = key.call("POST", "/imports").form(seed::import_form()).expect(202);
        seed::finished(&key, &job.id());
    }

    fn it_ends_at_once_when_revoked(t) {
        let given = made(&t.sales, &["leads:read"]);
        let (key, path) = (with(&given), format!("/api-keys/{}", given.id()));
        key.get("/leads").expect(200);
        t.sales.delete(&path, 7).refused(412, "stale");
        t.sales.delete(&path, 1).expect(204);
        let refused = key.get("/leads").refused(401, "api_key_invalid");
        assert_eq!(refused.header("www-authenticate"), "Bearer");
        assert_eq!(t.sales.get(&path).expect(200)["state"], "revoked");
        t.sales.delete(&path, 2).refused(409, "api_key_revoked");
        t.sales.patch(&path, 2, json!({ "name": "x" })).refused(409, "api_key_revoked");
        t.sales.act(&format!("{path}/rotate")).if_match(2).refused(409, "api_key_revoked");
    }

    fn it_ends_with_its_time(t) {
        // The first call of a client reads the description as well, which takes its time.
        t.sales.get("/leads").expect(200);
        let soon = domain::Instant::now().plus_seconds(3).to_string();
        let given = t.sales.create("/api-keys", json!({ "name": "Soon over", "scopes": ["*:read"], "expires_at": soon }));
        with(&given).get("/leads").expect(200);
        until_refused(&with(&given), "api_key_expired");
        assert!(domain::Instant::now().to_string() >= soon, "not before");
        assert_eq!(t.sales.get(&format!("/api-keys/{}", given.id())).expect(200)["state"], "expired");
        // A new secret and a new end make it work again.
        let again = t.sales.act(&format!("/api-keys/{}/rotate", given.id())).if_match(1).json(json!({ "expires_at": days(30) })).expect(200);
        with(&again).get("/leads").expect(200);
        with(&given).get("/leads").refused(401, "api_key_invalid");
        for (end, code) in [(days(-1), "expiry_past"), (days(3700), "expiry_far"), ("2020-01-01".into(), "expiry_past"), ("soon".into(), "wrong_type")] {
            t.sales.post("/api-keys", json!({ "name": "x", "scopes": ["*:read"], "expires_at": end })).invalid(&[&format!("/expires_at {code}")]);
        }
        // A day is the last one: the key still works on it.
        let day = &days(30)[..10];
        let given = t.sales.create("/api-keys", json!({ "name": "To the end of the month", "scopes": ["*:read"], "expires_at": day }));
        assert!(given["expires_at"].as_str().expect("a time") > day);
    }

    fn a_new_secret_ends_the_old_one_or_lets_it_run_out(t) {
        let given = made(&t.sales, &["leads:read"]);
        let rotate = |version: i64, body: Json| t.sales.act(&format!("/api-keys/{}/rotate", given.id())).if_match(version).json(body);
        let (first, second) = (with(&given), with(&rotate(1, json!({})).expect(200)));
        first.get("/leads").refused(401, "api_key_invalid");
        second.get("/leads").expect(200);
        let kept = rotate(2, json!({ "keep_old_minutes": 60 })).expect(200);
        assert!(kept["old_until"].is_string());
        for key in [&second, &with(&kept)] {
            key.get("/leads").expect(200);
        }
        rotate(2, json!({})).refused(412, "stale");
        for wrong in [json!(-1), json!(1441), json!("60"), json!(1.5)] {
            let code = if wrong.is_number() && wrong != json!(1.5) { "out_of_range" } else { "wrong_type" };
            rotate(3, json!({ "keep_old_minutes": wrong })).invalid(&[&format!("/keep_old_minutes {code}")]);
        }
        // The kept one goes with the next rotation, and with the key.
        let last = with(&rotate(3, json!({ "keep_old_minutes": 60 })).expect(200));
        second.get("/leads").refused(401, "api_key_invalid");
        t.sales.delete(&format!("/api-keys/{}", given.id()), 4).expect(204);
        for key in [&last, &with(&kept)] {
            key.get("/leads").refused(401, "api_key_invalid");
        }
    }

    fn it_never_does_more_than_its_user(t) {
        let email = format!("robot.{}", t.sales.email);
        let (id, person) = newcomer(&t.owner, &email, "admin");
        let key = program(&person, &["*:write"]);
        key.create("/products", json!({ "name": "By an administrator" }));
        let change = |body: Json| {
            let user = t.owner.get(&format!("/users/{id}")).expect(200);
            t.owner.patch(&format!("/users/{id}"), user.version(), body).expect(200);
        };
        change(json!({ "roles": ["sales"] }));
        key.post("/products", json!({ "name": "x" })).refused(403, "forbidden");
        // A new password leaves programs at work; disabling ends them, and enabling brings nothing back.
        person.post("/auth/password", json!({ "password": PASSWORD, "new_password": format!("{PASSWORD}!") })).expect(204);
        key.get("/leads").expect(200);
        change(json!({ "disabled": true }));
        key.get("/leads").refused(401, "api_key_invalid");
        change(json!({ "disabled": false }));
        key.get("/leads").refused(401, "api_key_invalid");
        let again = signed_in(&login(&t.anonymous, &email, &format!("{PASSWORD}!")).expect(200));
        let listed = again.get("/api-keys").expect(200);
        assert_eq!(listed.rows().iter().map(|k| &k["state"]).collect::<Vec<_>>(), ["revoked"]);
    }

    fn who_sees_which_keys(t) {
        let (sales, other) = (made(&t.sales, &["leads:read"]), made(&t.other_sales, &["leads:read"]));
        let ids = |by: &Client, query: &str| by.column(&format!("/api-keys{query}"), "id");
        assert_eq!(ids(&t.sales, ""), [sales.id()]);
        assert_eq!(ids(&t.admin, ""), [other.id(), sales.id()]);
        assert_eq!(ids(&t.admin, &format!("?user_id={}", t.sales.id)), [sales.id()]);
        assert_eq!(ids(&t.sales, &format!("?user_id={}", t.other_sales.id)), [""; 0]);
        assert_eq!(ids(&t.stranger, ""), [""; 0]);
        let first = t.admin.get("/api-keys?limit=1").expect(200);
        assert_eq!(ids(&t.admin, &format!("?limit=1&cursor={}", first.cursor().expect("more"))), [sales.id()]);
        t.admin.get("/api-keys?cursor=x").refused(400, "invalid_cursor");
        t.admin.get("/api-keys?name=x").refused(400, "unknown_parameter");
        let path = format!("/api-keys/{}", sales.id());
        t.other_sales.get(&path).refused(404, "not_found");
        t.manager.delete(&path, 1).refused(404, "not_found");
        t.admin.patch(&path, 1, json!({ "name": "x" })).refused(409, "api_key_of_other");
        t.admin.act(&format!("{path}/rotate")).if_match(1).refused(409, "api_key_of_other");
        t.admin.delete(&path, 1).expect(204);
        with(&sales).get("/leads").refused(401, "api_key_invalid");
        // Who may manage users, and has no more rights than that, ends no key of the owner.
        let grants = json!({ "user": { "*": "all" }, "role": { "view": "all" } });
        t.owner.create("/roles", json!({ "key": "desk", "name": "Desk", "grants": grants }));
        let (_, desk) = newcomer(&t.owner, &format!("desk.{}", t.sales.email), "desk");
        let owners = made(&t.owner, &["*:read"]);
        desk.delete(&format!("/api-keys/{}", owners.id()), 1).refused(409, "beyond_own_rights_user");
    }

    fn what_is_wrong_with_a_request_or_a_key_is_said(t) {
        let make = |body: Json| t.sales.post("/api-keys", body);
        make(json!({ "scopes": ["*:read"] })).invalid(&["/name required"]);
        make(json!({ "name": "x" })).invalid(&["/scopes required"]);
        make(json!({ "name": "x", "scopes": [] })).invalid(&["/scopes required"]);
        make(json!({ "name": "x", "scopes": "*:read" })).invalid(&["/scopes wrong_type"]);
        make(json!({ "name": "x", "scopes": ["lead:read"] })).invalid(&["/scopes unknown_scope"]);
        make(json!({ "name": "x", "scopes": ["*:read"], "user_id": t.owner.id })).invalid(&["/user_id unknown_field"]);
        make(json!({ "name": "x".repeat(101), "scopes": ["*:read"] })).invalid(&["/name too_long"]);
        let secret = program(&t.sales, &["*:read"]).token.expect("a secret");
        let tried = |token: &str| Client::new(t.anonymous.base.clone(), Some(token.to_owned())).get("/leads");
        tried(&secret).expect(200);
        for cut in [&secret[..secret.len() - 1], &format!("{secret}x"), "gx_live_", &secret.to_lowercase()] {
            tried(cut).refused(401, "api_key_mistyped");
        }
        // In the header only, and by its own scheme.
        t.anonymous.get(&format!("/leads?api_key={secret}")).expect(401);
        t.anonymous.get("/leads").header("Authorization", format!("Basic {secret}")).expect(401);
        t.anonymous.get("/leads").header("X-Api-Key", &secret).expect(401);
    }

    fn its_use_is_noted_beside_and_is_no_change(t) {
        let given = made(&t.sales, &["leads:read"]);
        let (key, path) = (with(&given), format!("/api-keys/{}", given.id()));
        assert_eq!(given["last_used_at"], Json::Null);
        let position = changes_after(t, 0).last().map_or(0, |c| c.position);
        key.get("/leads").expect(200);
        let start = Instant::now();
        let used = loop {
            let seen = t.sales.get(&path).expect(200);
            if seen["last_used_at"].is_string() {
                break seen;
            }
            assert!(start.elapsed() < Duration::from_secs(5), "its use is noted");
            std::thread::sleep(Duration::from_millis(10));
        };
        assert_eq!((used.version(), &used["last_used_from"]), (1, &json!("127.0.0.1")));
        for _ in 0..5 {
            key.get("/leads").expect(200);
        }
        assert_eq!(t.sales.get(&path).expect(200)["last_used_at"], used["last_used_at"], "once a minute");
        assert_eq!(changes_after(t, position), []);
    }

    fn what_is_done_to_it_is_in_the_change_log(t) {
        let mut position = changes_after(t, 0).last().map_or(0, |c| c.position);
        let mut told = || {
            let changes = changes_after(t, position);
            position = changes.last().map_or(position, |c| c.position);
            let about = |c: &domain::change::Change| format!("{} {} {} by {:?}", c.action.key(), c.kind, c.version, c.actor_id == Some(t.sales.id));
            changes.iter().map(about).collect::<Vec<_>>().join(", ")
        };
        let given = made(&t.sales, &["leads:read"]);
        let path = format!("/api-keys/{}", given.id());
        assert_eq!(told(), "create api_key 1 by true");
        t.sales.patch(&path, 1, json!({ "name": "Renamed" })).expect(200);
        assert_eq!(told(), "update api_key 2 by true");
        t.sales.act(&format!("{path}/rotate")).if_match(2).expect(200);
        assert_eq!(told(), "update api_key 3 by true");
        t.admin.delete(&path, 3).expect(204);
        assert_eq!(told(), "delete api_key 4 by false");
    }
}

#[test]
fn another_node_refuses_a_revoked_key_within_a_second() {
    let t = T::on(std::sync::Arc::new(
        Running::start(Engine::Postgres, |_| {}).expect("a server"),
    ));
    let other = engine::serve(&t.running.place.url, |_| {}).expect("another server");
    let given = made(&t.sales, &["leads:read"]);
    let there = Client::new(other.url(), with(&given).token);
    there.get("/leads").expect(200);
    t.sales.delete(&format!("/api-keys/{}", given.id()), 1).expect(204);
    let took = until_refused(&there, "api_key_invalid");
    assert!(took < Duration::from_millis(1500), "{took:?}");
}

#[test]
fn each_key_has_a_limit_of_its_own_and_a_made_up_one_has_none() {
    let running = Running::start(Engine::Sqlite, |c| c.rate_limit = 5).expect("a server");
    let t = T::on(std::sync::Arc::new(running));
    let (first, second) = (program(&t.sales, &["*:read"]), program(&t.sales, &["*:read"]));
    let calls = |key: &Client| (0..8).map(|_| key.get("/leads").send().status).collect::<Vec<_>>();
    // The first call with a key counts for its address, since nobody knows it yet.
    assert_eq!(calls(&first), [200, 200, 200, 200, 200, 200, 429, 429]);
    assert_eq!(calls(&second), [200, 200, 200, 200, 200, 200, 429, 429]);
    t.sales.get("/leads").expect(200);
    let made_up: Vec<u16> = (0..8)
        .map(|_| {
            let token = Some(api::testing::api_key().expect("chance"));
            Client::new(t.anonymous.base.clone(), token).get("/leads").send().status
        })
        .collect();
    assert_eq!(made_up.last(), Some(&429), "{made_up:?}");
}

#[test]
fn no_secret_is_in_the_log_however_much_it_says() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let (place, firm) = founded(engine);
        let owner = firm.owner;
        let (process, log) = talkative(&place);
        let at = |token: Option<String>| process.client(token);
        let signed_in = at(owner.client.token.clone());
        let given = made(&signed_in, &["leads:read"]);
        with(&given).get("/leads").expect(200);
        let rotated = signed_in
            .act(&format!("/api-keys/{}/rotate", given.id()))
            .if_match(1)
            .expect(200);
        with(&given).get("/leads").refused(401, "api_key_invalid");
        with(&rotated)
            .post("/leads", json!({ "name": "x" }))
            .refused(403, "api_key_scope");
        let password = "wrong password in the log";
        login(&at(None), &owner.email, password).refused(401, "invalid_credentials");
        let said = process.said() + &std::fs::read_to_string(log.path()).expect("the log");
        process.kill();
        assert!(said.contains("/api/v1/leads"), "the log tells of requests: {said}");
        let token = owner.client.token.as_deref().expect("a token");
        let secrets = [
            given["secret"].as_str(),
            rotated["secret"].as_str(),
            Some(token),
            Some(password),
        ];
        for secret in secrets.into_iter().flatten() {
            assert!(
                !said.contains(&secret[12..]),
                "{engine:?}: {}… is in the log",
                &secret[..12]
            );
        }
    }
}
