//! ETag, If-Match and idempotency keys.

use tests::*;

both! {
    fn a_write_names_the_version_it_was_made_against(t) {
        let made = seed::plain(&t.owner, "/customers");
        let path = format!("/customers/{}", made.id());
        t.owner.call("PATCH", &path).json(json!({ "name": "b" })).refused(428, "precondition_required");
        t.owner.call("DELETE", &path).refused(428, "precondition_required");
        for wrong in ["1", "\"one\"", "W/1", "\"1\", 2", ""] {
            t.owner.call("PATCH", &path).header("If-Match", wrong).json(json!({ "name": "b" })).refused(400, "invalid_etag");
        }
        // Weak or not, as a proxy that packs answers makes it: the version decides.
        t.owner.call("PATCH", &path).header("If-Match", "W/\"1\"").json(json!({ "name": "b" })).expect(200);
        let stale = t.owner.patch(&path, 1, json!({ "name": "c" })).refused(412, "stale");
        assert_eq!(stale["current_version"], 2);
        assert_eq!(stale.header("etag"), "\"2\"");
        t.owner.delete(&path, 1).refused(412, "stale");
        assert_eq!(t.owner.get(&path).expect(200)["name"], "b");
        t.owner.call("PATCH", &path).header("If-Match", "*").json(json!({ "name": "c" })).expect(200);
        t.owner.delete(&path, 3).expect(204);
    }

    fn any_of_several_versions_will_do_however_a_proxy_has_written_them(t) {
        let path = format!("/customers/{}", t.owner.create("/customers", json!({ "name": "a" })).id());
        let patch = |etags: &str| t.owner.call("PATCH", &path).header("If-Match", etags).json(json!({ "name": etags }));
        for (version, etags) in ["\"1\", \"2\"", "\"7\",W/\"2\"", "\"3-gzip\"", "W/\"4-br\"", "\"5--gzip\", \"x\"", "\"6;gzip\""].into_iter().enumerate() {
            assert_eq!(patch(etags).expect(200).version(), version as i64 + 2, "{etags}");
        }
        patch("\"1\", \"2\"").refused(412, "stale");
        t.owner.call("PATCH", &path).header("If-Match", "\"1\"").header("If-Match", "\"7\"").json(json!({ "name": "c" })).expect(200);
        for etags in ["\"8-gzip\"", "\"8-zstd\"", "W/\"8\"", "\"1\", \"8-br\""] {
            t.owner.get(&path).header("If-None-Match", etags).expect(304);
        }
        t.owner.get(&path).header("If-None-Match", "\"80-gzip\"").expect(200);
        // Also of what has a hash for a version.
        let etag = t.owner.get("/schema").expect(200).header("etag").to_owned();
        t.owner.get("/schema").header("If-None-Match", format!("{}-gzip\"", etag.trim_end_matches('"'))).expect(304);
    }

    fn every_write_is_answered_once_for_a_key(t) {
        let made = t.sales.create("/customers", json!({ "name": "a" }));
        let path = format!("/customers/{}", made.id());
        let patch = |key: &str, name: &str| t.sales.patch(&path, 1, json!({ "name": name })).key(key);
        let first = patch("p", "b").expect(200);
        assert_eq!(first.header("idempotent-replayed"), "");
        let again = patch("p", "b").expect(200);
        assert_eq!((again.text.as_str(), again.header("idempotent-replayed"), again.header("etag")), (first.text.as_str(), "true", "\"2\""));
        assert_eq!(patch("p", "c").expect(422)["code"], "idempotency_key_reused");
        patch("q", "b").refused(412, "stale");
        let put = || t.sales.put("/customers/by?key=external_id&value=a", json!({ "name": "x" })).header("If-None-Match", "*").key("u");
        let first = put().expect(201);
        assert_eq!(put().expect(201).text, first.text);
        let delete = || t.sales.delete(&path, 2).key("d");
        assert_eq!(delete().expect(204).header("idempotent-replayed"), "");
        assert_eq!(delete().expect(204).header("idempotent-replayed"), "true");
        let settings = t.owner.get("/workspace").expect(200).version();
        let rename = || t.owner.patch("/workspace", settings, json!({ "fiscal_year_start": 4 })).key("w");
        assert_eq!(rename().expect(200).text, rename().expect(200).text);
    }

    fn a_repeated_key_gets_the_first_answer(t) {
        let create = |body: Json| t.sales.post("/customers", body).key("order-4711");
        let first = create(json!({ "name": "a" })).expect(201);
        let again = create(json!({ "name": "a" })).expect(201);
        assert_eq!(again.text, first.text);
        for header in ["etag", "location", "content-type"] {
            assert_eq!(again.header(header), first.header(header));
        }
        assert_eq!(t.sales.names("/customers"), ["a"]);
        create(json!({ "name": "b" })).refused(422, "idempotency_key_reused");
        // The same key at another address is another request.
        t.sales.post("/leads", json!({ "name": "a" })).key("order-4711").expect(422);
        // Keys belong to who sends them.
        t.other_sales.post("/customers", json!({ "name": "b" })).key("order-4711").expect(201);
        t.stranger.post("/customers", json!({ "name": "a" })).key("order-4711").expect(201);
        assert_eq!(t.owner.names("/customers?sort=name"), ["a", "b"]);
    }

    fn a_refused_request_leaves_its_key_free(t) {
        t.sales.post("/customers", json!({ "name": "" })).key("k").expect(422);
        t.sales.post("/customers", json!({ "name": "a" })).key("k").expect(201);
        t.sales.post("/customers", json!({ "name": "a" })).key("").refused(400, "invalid_idempotency_key");
        t.sales.post("/customers", json!({ "name": "a" })).key(&"k".repeat(256)).refused(400, "invalid_idempotency_key");
        t.sales.post("/customers", json!({ "name": "a" })).key("two words").refused(400, "invalid_idempotency_key");
    }

    fn a_repeat_shows_nothing_that_is_closed_by_now(t) {
        let rights = json!({ "customer": { "view": "all", "create": "all" } });
        let role = t.owner.create("/roles", json!({ "name": "Desk", "grants": rights }));
        let path = format!("/users/{}", t.sales.id);
        let version = t.owner.get(&path).expect(200).version();
        t.owner.patch(&path, version, json!({ "roles": [role["key"]] })).expect(200);
        let create = || t.sales.post("/customers", json!({ "name": "a", "phone": "13812340000" })).key("k");
        let first = create().expect(201);
        let path = format!("/roles/{}", role.id());
        t.owner.patch(&path, 1, json!({ "field_rights": { "customer": { "phone": "masked" } } })).expect(200);
        assert!(!create().refused(409, "idempotency_answer_withheld").text.contains("13812340000"));
        t.owner.patch(&path, 2, json!({ "field_rights": { "customer": null } })).expect(200);
        assert_eq!(create().expect(201).text, first.text);
        assert_eq!(t.sales.names("/customers"), ["a"]);
    }

    fn a_repeat_shows_no_record_that_is_out_of_sight_by_now(t) {
        let create = || t.sales.post("/customers", json!({ "name": "a" })).key("one");
        let batch = json!({ "atomic": false, "operations": [
            { "method": "create", "body": { "name": "b" } }, { "method": "create", "body": {} } ] });
        let batch = || t.sales.post("/customers/batch", batch.clone()).key("batch");
        let lead = t.sales.create("/leads", json!({ "name": "c" })).id();
        let convert = || t.sales.act(&format!("/leads/{lead}/convert")).if_match(1).key("convert");
        let (one, many) = (create().expect(201), batch().expect(207));
        let converted = convert().expect(200);
        let theirs = [one.id(), many["results"][0]["body"]["id"].as_str().expect("an id").to_owned()];
        for id in theirs {
            t.owner.patch(&format!("/customers/{id}"), 1, json!({ "owner_id": t.other_sales.id })).expect(200);
        }
        let contact = converted["contact"]["id"].as_str().expect("an id");
        t.sales.get(&format!("/contacts/{contact}")).expect(200);
        t.sales.delete(&format!("/contacts/{contact}"), 1).expect(204);
        for repeat in [create(), batch(), convert()] {
            repeat.refused(409, "idempotency_answer_withheld");
        }
        assert_eq!(t.owner.names("/customers").len(), 3);
    }

    fn who_makes_what_they_never_see_gets_the_first_answer_again(t) {
        let role = t.owner.create("/roles", json!({ "name": "Intake", "grants": { "customer": { "create": "all" } } }));
        let path = format!("/users/{}", t.sales.id);
        let version = t.owner.get(&path).expect(200).version();
        t.owner.patch(&path, version, json!({ "roles": [role["key"]] })).expect(200);
        let create = || t.sales.post("/customers", json!({ "name": "a" })).key("k").expect(201);
        assert_eq!(create().text, create().text);
        t.sales.get("/customers").refused(403, "forbidden");
    }

    fn an_api_key_is_a_sender_of_its_own(t) {
        let id = t.owner.create("/customers", json!({ "name": "a" })).id();
        let body = json!({ "records": [{ "id": id }], "owner_id": t.sales.id });
        let give = |by: &Client| by.post("/customers/transfer", body.clone()).key("give");
        assert_eq!(give(&t.owner).expect(200)["moved"]["customers"], 1);
        assert_eq!(give(&t.owner).expect(200)["moved"]["customers"], 1);
        // The first answer shows no record; that it was given is not for who could not have asked for it.
        give(&api_key::program(&t.owner, &["leads:write"])).refused(403, "api_key_scope");
        let (one, other) = (api_key::program(&t.owner, &["*:write"]), api_key::program(&t.owner, &["*:write"]));
        let create = |by: &Client| by.post("/customers", json!({ "name": "b" })).key("make").expect(201).id();
        assert_eq!(create(&one), create(&one));
        assert_ne!(create(&one), create(&other));
    }

    fn an_answer_past_its_time_is_not_kept(t) {
        let running = Running::start(t.running.engine, |_| {}).expect("a server");
        let firm = Firm::new(&running.server);
        for key in ["old", "new"] {
            firm.sales.post("/customers", json!({ "name": key })).key(key).expect(201);
        }
        let Running { place, server, engine } = running;
        drop(server);
        let past = if engine == Engine::Sqlite { "created_at - 90000000000" } else { "created_at - interval '25 hours'" };
        place.run(&format!("UPDATE idempotency_keys SET created_at = {past} WHERE key = 'old'"));
        let _again = engine::serve(&place.url, |_| {}).expect("serves again");
        let start = std::time::Instant::now();
        while place.texts("SELECT key AS text FROM idempotency_keys") != ["new"] {
            assert!(start.elapsed() < std::time::Duration::from_secs(10), "stays for ever");
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    }

    fn a_batch_and_an_action_are_done_once_for_a_key(t) {
        let batch = json!({ "operations": [{ "method": "create", "body": { "name": "a" } }] });
        let first = t.sales.post("/customers/batch", batch.clone()).key("b").expect(200);
        assert_eq!(t.sales.post("/customers/batch", batch).key("b").expect(200).text, first.text);
        assert_eq!(t.sales.names("/customers").len(), 1);
        let lead = t.sales.create("/leads", json!({ "name": "李雷" }));
        let convert = || t.sales.act(&format!("/leads/{}/convert", lead.id())).if_match(1).key("c").expect(200);
        assert_eq!(convert().text, convert().text);
        assert_eq!(t.sales.names("/customers").len(), 2);
    }

    fn what_is_kept_beside_a_record_is_told_only_while_it_holds(t) {
        // Nothing, nonsense, of another version, of a release with other fields, of another record.
        let kept = ["NULL", "'{}'", "replace(wire, '\"version\":1,', '\"version\":2,')", "'00000000' || substr(wire, 9)",
            "substr(wire, 1, 8) || '{\"id\":\"00000000-0000-0000-0000-000000000000\",\"version\":1,\"name\":\"lie\"}'"];
        for (n, kept) in kept.into_iter().enumerate() {
            let name = format!("kept {n}");
            let id = t.sales.create("/customers", json!({ "name": name, "level": "A", "annual_revenue": seed::cny("12.30") })).id();
            let (one, all) = (format!("/customers/{id}"), format!("/customers?filter[name]={}", name.replace(' ', "%20")));
            let told = t.sales.get(&one).expect(200).body;
            assert_eq!((&told["name"], &told["level"], &told["version"]), (&json!(name), &json!("A"), &json!(1)));
            t.running.place.run(&format!("UPDATE customers SET wire = {kept} WHERE name = '{name}'"));
            assert_eq!(t.sales.get(&one).expect(200).body, told, "{kept}");
            assert_eq!(t.sales.get(&all).expect(200)["data"], json!([told]), "{kept}");
        }
    }
}
