//! Kinds that the firm makes while the server runs: they have what any kind has.

use crate::data::import::{causes, counts, import};
use tests::*;

/// The kind `c_equipment` with fields of every type, as people of sales work with it.
fn equipment(t: &T) {
    t.admin.create(
        "/custom-kinds",
        json!({ "name": "c_equipment", "label": "设备", "label_en": "Equipment", "owned": true, "usual_rights": "work" }),
    );
    for (name, field_type, more) in [
        ("serial", "text", json!({ "required": true, "searched": true })),
        ("notes", "long_text", json!({})),
        ("contact", "email", json!({ "searched": true })),
        ("hotline", "phone", json!({})),
        ("manual", "url", json!({})),
        ("hours", "integer", json!({})),
        ("leased", "boolean", json!({})),
        ("bought_on", "day", json!({})),
        ("checked_at", "instant", json!({})),
        ("price", "money", json!({})),
        (
            "state",
            "choice",
            json!({ "choices": [{ "value": "new", "label": "全新", "label_en": "New" }, { "value": "used" }] }),
        ),
        ("parts", "tags", json!({})),
    ] {
        let mut body = json!({ "kind": "c_equipment", "name": name, "label": name, "field_type": field_type });
        for (key, value) in more.as_object().expect("an object") {
            body[key] = value.clone();
        }
        t.admin.create("/custom-fields", body);
    }
}

fn full() -> Json {
    json!({
        "name": "数控机床一号", "serial": "SN-0042", "notes": "一行\n两行", "contact": "wang@example.com", "hotline": "021-62345678",
        "manual": "https://example.com/m", "hours": 1200, "leased": true, "bought_on": "2024-02-29", "checked_at": "2026-11-29T08:00:00Z",
        "price": { "amount": "125000.50", "currency": "CNY" }, "state": "new", "parts": ["主轴", "刀库"]
    })
}

both! {
    fn a_kind_made_while_serving_has_what_kinds_have(t) {
        t.sales.get("/c-equipment").refused(404, "no_such_route");
        equipment(t);
        let made = t.sales.create("/c-equipment", full());
        let path = format!("/c-equipment/{}", made.id());
        let read = t.sales.get(&path).expect(200);
        for (name, value) in full().as_object().expect("an object") {
            let told = &read[name.as_str()];
            match name.as_str() {
                "checked_at" => assert_eq!(told, "2026-11-29T08:00:00.000000Z"),
                "price" => assert_eq!((&told["amount"], &told["currency"]), (&value["amount"], &value["currency"])),
                _ => assert_eq!(told, value, "{name}"),
            }
        }
        assert_eq!(read["owner_id"], json!(t.sales.id));
        assert_eq!(read.header("etag"), "\"1\"");

        // Changed as anything is: what is not named stays, null clears, the version is looked at.
        let changed = t.sales.patch(&path, 1, json!({ "hours": 1300, "leased": null, "parts": [] })).expect(200);
        assert_eq!((&changed["hours"], &changed["leased"], &changed["parts"], &changed["serial"]), (&json!(1300), &Json::Null, &json!([]), &json!("SN-0042")));
        t.sales.patch(&path, 1, json!({ "hours": 1 })).refused(412, "stale");
        let history = t.sales.get(&format!("{path}/history")).expect(200);
        assert_eq!(history.rows()[0]["fields"]["hours"], json!([1200, 1300]));
        assert_eq!(history.rows().len(), 2);

        // Listed, sorted and filtered by what every record has; found by the words of searched fields; told in the feed.
        t.sales.create("/c-equipment", json!({ "name": "阿", "serial": "SN-0043" }));
        assert_eq!(t.sales.names("/c-equipment?sort=name"), ["阿", "数控机床一号"]);
        assert_eq!(t.sales.names("/c-equipment?filter[name][contains]=机床"), ["数控机床一号"]);
        assert_eq!(t.sales.names("/c-equipment?q=0042"), ["数控机床一号"]);
        assert_eq!(t.sales.names("/c-equipment?q=shukong"), ["数控机床一号"]);
        assert_eq!(t.sales.post("/c-equipment/search", json!({ "limit": 1, "count": "exact" })).expect(200)["page"]["count"], 2);
        t.sales.get("/c-equipment?sort=hours").refused(400, "not_sortable");
        let hits = t.sales.get("/search?q=SN-0042").expect(200);
        assert!(hits["data"].as_array().expect("hits").iter().any(|hit| hit["kind"] == "c_equipment"), "{}", hits.text);
        let feed = t.sales.get("/changes?limit=200").expect(200);
        assert!(feed.rows().iter().any(|c| c["kind"] == "c_equipment" && c["record_id"] == json!(made.id()) && c["action"] == "update"));

        // In the bin and out of it.
        t.sales.delete(&path, 2).expect(204);
        t.sales.get(&path).refused(404, "not_found");
        assert!(t.sales.names("/c-equipment?q=0042").is_empty());
        assert_eq!(t.sales.get("/c-equipment/deleted").expect(200).rows()[0]["record"]["serial"], "SN-0042");
        t.sales.act(&format!("{path}/restore")).if_match(3).expect(200);
        assert_eq!(t.sales.names("/c-equipment?q=0042"), ["数控机床一号"]);
    }

    fn what_is_wrong_is_told_of_each_field(t) {
        equipment(t);
        t.sales.post("/c-equipment", json!({
            "serial": "  ", "contact": "x", "hotline": "call", "manual": "javascript:x", "hours": "1", "leased": "yes", "bought_on": "2025-02-29",
            "checked_at": "today", "price": { "amount": 1, "currency": "CNY" }, "state": "broken", "parts": [""], "colour": "red", "version": 2,
            "custom_fields": { "x": 1 },
        })).invalid(&[
            "/name required", "/serial required", "/contact invalid_email", "/hotline invalid_phone", "/manual invalid_url", "/hours wrong_type",
            "/leased wrong_type", "/bought_on wrong_type", "/checked_at wrong_type", "/price/amount amount_not_text", "/state unknown_choice",
            "/parts empty_item", "/colour unknown_field", "/version read_only",
        ]);
        t.sales.post("/c-equipment", json!({ "name": "x", "serial": "1", "custom_fields": { "x": 1 } })).invalid(&["/custom_fields/x unknown_field"]);
        let made = t.sales.create("/c-equipment", json!({ "name": "x", "serial": "1" }));
        t.sales.patch(&format!("/c-equipment/{}", made.id()), 1, json!({ "serial": null })).invalid(&["/serial required"]);
        t.sales.post("/c-equipment", json!({ "name": "x", "serial": "1", "price": { "amount": "1", "currency": "JPY" } })).invalid(&["/price/currency currency_not_in_use"]);
    }

    fn a_kind_is_closed_until_something_is_said_of_it(t) {
        t.admin.create("/custom-kinds", json!({ "name": "c_secret", "label": "秘密", "owned": true }));
        t.sales.get("/c-secret").refused(403, "forbidden");
        t.sales.post("/c-secret", json!({ "name": "x" })).refused(403, "forbidden");
        let told = t.sales.get("/schema").expect(200);
        assert!(told["kinds"].as_array().expect("kinds").iter().all(|k| k["kind"] != "c_secret"));
        let names = |client: &Client| {
            let start = client.get("/start").expect(200);
            let subjects = start["subjects"].as_array().expect("subjects").clone();
            subjects.iter().filter_map(|s| s["name"].as_str().map(str::to_owned)).collect::<Vec<_>>()
        };
        assert!(!names(&t.sales).contains(&"c_secret".to_owned()), "its name is nobody's business");
        assert!(names(&t.admin).contains(&"c_secret".to_owned()));
        t.admin.create("/c-secret", json!({ "name": "x" }));
        assert!(t.sales.get("/search?q=x").expect(200)["data"].as_array().expect("hits").iter().all(|hit| hit["kind"] != "c_secret"));
        assert!(t.sales.get("/changes?limit=200").expect(200).rows().iter().all(|c| c["kind"] != "c_secret"));
        // Nobody but an administrator makes kinds, and no other firm knows of them.
        t.sales.post("/custom-kinds", json!({ "name": "c_own", "label": "x" })).refused(403, "forbidden");
        t.stranger.get("/c-secret").refused(404, "no_such_route");
    }

    fn rights_reach_as_far_as_with_other_kinds(t) {
        equipment(t);
        let of_other = t.owner.create("/c-equipment", json!({ "name": "theirs", "serial": "1" }));
        let path = format!("/c-equipment/{}", of_other.id());
        t.sales.get(&path).refused(404, "not_found");
        t.sales.patch(&path, 1, json!({ "hours": 1 })).refused(404, "not_found");
        assert!(t.sales.names("/c-equipment").is_empty());
        assert_eq!(t.owner.names("/c-equipment"), ["theirs"]);
        // The id of a record of another kind leads nowhere.
        t.admin.create("/custom-kinds", json!({ "name": "c_vehicle", "label": "车辆", "usual_rights": "work" }));
        t.owner.get(&format!("/c-vehicle/{}", of_other.id())).refused(404, "not_found");
        assert!(t.owner.names("/c-vehicle?q=theirs").is_empty());
        // Shared, and given away.
        t.owner.put(&format!("{path}/members/{}", t.sales.id), json!({ "access": "write" })).expect(201);
        t.sales.patch(&path, 1, json!({ "hours": 7 })).expect(200);
        t.owner.post("/c-equipment/transfer", json!({ "records": [{ "id": of_other.id() }], "owner_id": t.sales.id })).expect(200);
        assert_eq!(t.sales.get(&path).expect(200)["owner_id"], json!(t.sales.id));
    }

    fn who_leaves_hands_theirs_over(t) {
        equipment(t);
        let made = t.sales.create("/c-equipment", json!({ "name": "x", "serial": "1" }));
        let user = format!("/users/{}", t.sales.id);
        let version = t.admin.get(&user).expect(200).version();
        t.admin.delete(&user, version).refused(409, "still_referenced");
        let holds = t.admin.get(&format!("{user}/hand-over")).expect(200);
        assert_eq!(holds["holds"]["c_equipment"]["live"], 1);
        let job = t.admin.post(&format!("{user}/hand-over"), json!({ "to": t.manager.id })).expect(202);
        let end = seed::ended(&t.admin, &format!("/jobs/{}", job.id()));
        assert_eq!(end["status"], "done", "{}", end.text);
        assert_eq!(t.manager.get(&format!("/c-equipment/{}", made.id())).expect(200)["owner_id"], json!(t.manager.id));
    }

    fn roles_name_it_and_close_its_fields(t) {
        equipment(t);
        let made = t.sales.create("/c-equipment", full());
        let role = t.admin.create("/roles", json!({ "name": "只看", "grants": { "c_equipment": { "view": "all" } }, "field_rights": { "c_equipment": { "price": "hidden", "serial": "masked" } } }));
        let user = format!("/users/{}", t.other_sales.id);
        let version = t.admin.get(&user).expect(200).version();
        t.admin.patch(&user, version, json!({ "roles": [role["key"]] })).expect(200);
        let reader = &t.other_sales;
        let path = format!("/c-equipment/{}", made.id());
        let seen = reader.get(&path).expect(200);
        assert_eq!((&seen["price"], seen["serial"] == "SN-0042"), (&Json::Null, false));
        assert!(reader.names("/c-equipment?q=0042").is_empty(), "what is covered is not searched");
        reader.patch(&path, 1, json!({ "hours": 1 })).refused(403, "forbidden");
        let history = reader.get(&format!("{path}/history")).expect(200);
        assert!(!history.text.contains("125000.50") && !history.text.contains("SN-0042"), "{}", history.text);
        for (body, issue) in [
            (json!({ "grants": { "c_nothing": { "view": "all" } } }), "/grants/c_nothing unknown_kind"),
            (json!({ "field_rights": { "c_equipment": { "colour": "hidden" } } }), "/field_rights/c_equipment/colour unknown_field"),
            (json!({ "field_rights": { "c_equipment": { "name": "hidden" } } }), "/field_rights/c_equipment/name field_right_unfit"),
        ] {
            t.admin.patch(&format!("/roles/{}", role.id()), 1, body).invalid(&[issue]);
        }
    }

    fn files_of_it_are_taken(t) {
        equipment(t);
        let file = "名称,serial,hours,price,state,parts,bought_on,leased\n一号,SN-1,1200,\"125,000.50\",全新,\"主轴, 刀库\",2024-02-29,是\n二号,SN-2,x,,used,,,\n三号,,,,,,,\n";
        let end = import(&t.owner, "c_equipment", file, &[]);
        assert_eq!(counts(&end), [3, 1, 0, 0, 2], "{:?}", causes(&end));
        let made = t.owner.get("/c-equipment?q=SN-1").expect(200);
        let row = &made.rows()[0];
        assert_eq!((&row["hours"], &row["price"]["amount"], &row["state"], &row["parts"]), (&json!(1200), &json!("125000.50"), &json!("new"), &json!(["主轴", "刀库"])));
        assert_eq!((&row["bought_on"], &row["leased"], &row["owner_id"]), (&json!("2024-02-29"), &json!(true), &json!(t.owner.id)));
        // Once more: what is there is changed, or left as it is.
        let again = import(&t.owner, "c_equipment", "name,serial,hours\n一号,SN-1,1300\n", &[]);
        assert_eq!(counts(&again), [1, 0, 1, 0, 0]);
        let same = import(&t.owner, "c_equipment", "name,serial,hours,price\n一号,SN-1,1300,125000.50\n", &[]);
        assert_eq!(counts(&same), [1, 0, 0, 1, 0]);
        assert_eq!(t.owner.get("/c-equipment?q=SN-1").expect(200).rows()[0]["version"], 2);
        // Who may not import, or sees the kind not at all, imports none.
        let form = |kind: &str| reqwest::blocking::multipart::Form::new().text("kind", kind.to_owned()).part("file", reqwest::blocking::multipart::Part::bytes(&b"name\nx\n"[..]).file_name("x.csv"));
        t.sales.call("POST", "/imports").form(form("c_equipment")).refused(403, "forbidden");
        t.stranger.call("POST", "/imports").form(form("c_equipment")).invalid(&["/kind unknown_import_kind"]);
    }

    fn schema_and_description_tell_of_it(t) {
        equipment(t);
        let schema = t.sales.get("/schema?language=en").expect(200);
        let kind = schema["kinds"].as_array().expect("kinds").iter().find(|k| k["kind"] == "c_equipment").expect("the kind").clone();
        assert_eq!((&kind["label"], &kind["path"], &kind["owned"], &kind["page"]), (&json!("Equipment"), &json!("/api/v1/c-equipment"), &json!(true), &json!(true)));
        assert_eq!(kind["form"], json!(["name", "serial", "notes", "contact", "hotline", "manual", "hours", "leased"]));
        assert_eq!(kind["columns"], json!(["name", "serial", "notes", "contact", "updated_at"]));
        let state = kind["fields"].as_array().expect("fields").iter().find(|f| f["name"] == "state").expect("a field").clone();
        assert_eq!(state["choices"], json!([{ "value": "new", "label": "New" }, { "value": "used", "label": "used" }]));
        let start = t.sales.get("/start").expect(200);
        assert!(start["kinds"].as_array().expect("kinds").iter().any(|k| k["kind"] == "c_equipment"));
        assert_eq!(start["me"]["rights"]["c_equipment"]["view"], "own");

        let told = t.sales.get("/openapi.json").expect(200);
        let paths = told["paths"].as_object().expect("paths");
        for path in ["", "/search", "/batch", "/{id}", "/{id}/history", "/deleted", "/{id}/restore", "/by/{key}/{value}", "/transfer", "/{id}/members"] {
            assert!(paths.contains_key(&format!("/api/v1/c-equipment{path}")), "{path}");
        }
        assert_eq!(told["components"]["schemas"]["CEquipmentCreate"]["required"], json!(["name", "serial"]));
        // Whoever does not say who they are is told what the product has.
        assert!(t.anonymous.get("/openapi.json").expect(200)["paths"].get("/api/v1/c-equipment").is_none());
    }

    fn a_field_comes_and_goes_and_its_values_stay(t) {
        equipment(t);
        let made = t.sales.create("/c-equipment", full());
        let path = format!("/c-equipment/{}", made.id());
        let fields = t.admin.get("/custom-fields?filter[name]=hours").expect(200);
        let field = format!("/custom-fields/{}", fields.rows()[0]["id"].as_str().expect("an id"));
        t.admin.delete(&field, 1).expect(204);
        assert!(t.sales.get(&path).expect(200).body.get("hours").is_none());
        t.sales.patch(&path, 1, json!({ "hours": 5 })).invalid(&["/hours unknown_field"]);
        t.sales.patch(&path, 1, json!({ "notes": "meanwhile" })).expect(200);
        t.admin.act(&format!("{field}/restore")).if_match(2).expect(200);
        let back = t.sales.get(&path).expect(200);
        assert_eq!((&back["hours"], &back["notes"]), (&json!(1200), &json!("meanwhile")));
        // The kind itself too.
        let kinds = t.admin.get("/custom-kinds").expect(200);
        let kind = format!("/custom-kinds/{}", kinds.rows()[0]["id"].as_str().expect("an id"));
        t.admin.delete(&kind, 1).expect(204);
        t.sales.get(&path).refused(404, "no_such_route");
        assert!(t.sales.get("/search?q=0042").expect(200)["data"].as_array().expect("hits").is_empty());
        let audit = t.admin.get("/audit?kind=session").expect(200);
        assert!(!audit.rows().is_empty());
        let audit = t.admin.get("/audit?limit=200").expect(200);
        assert!(!audit.text.contains("SN-0042"), "what is no kind any more is not told");
        t.admin.act(&format!("{kind}/restore")).if_match(2).expect(200);
        assert_eq!(t.sales.get(&path).expect(200)["hours"], json!(1200));
    }

    fn kinds_and_fields_are_checked(t) {
        for (name, issue) in [
            ("equipment", "/name custom_kind_name"),
            ("c_", "/name custom_kind_name"),
            ("c_Équipement", "/name custom_kind_name"),
            ("c_a__b", "/name custom_kind_name"),
            ("c_a'; DROP TABLE users --", "/name custom_kind_name"),
        ] {
            t.admin.post("/custom-kinds", json!({ "name": name, "label": "x" })).invalid(&[issue]);
        }
        t.admin.create("/custom-kinds", json!({ "name": "c_box", "label": "箱" }));
        t.admin.post("/custom-kinds", json!({ "name": "c_box", "label": "箱" })).refused(409, "duplicate");
        let field = |more: Json| {
            let mut body = json!({ "kind": "c_box", "name": "size", "label": "大小", "field_type": "text" });
            for (key, value) in more.as_object().expect("an object") {
                body[key] = value.clone();
            }
            t.admin.post("/custom-fields", body)
        };
        for (more, issue) in [
            (json!({ "kind": "c_nothing" }), "/kind unknown_kind"),
            (json!({ "kind": "customer" }), "/kind unknown_kind"),
            (json!({ "name": "owner_id" }), "/name duplicate"),
            (json!({ "name": "Größe" }), "/name custom_field_name"),
            (json!({ "field_type": "choice" }), "/choices required"),
            (json!({ "field_type": "choice", "choices": [{ "value": "a" }, { "value": "a" }] }), "/choices/1/value duplicate_value"),
            (json!({ "field_type": "choice", "choices": [{ "value": " " }] }), "/choices/0 custom_choice"),
            (json!({ "field_type": "integer", "searched": true }), "/searched custom_field_not_text"),
            (json!({ "field_type": "dragon" }), "/field_type unknown_choice"),
        ] {
            field(more).invalid(&[issue]);
        }
        field(json!({})).expect(201);
        field(json!({})).refused(409, "duplicate");
    }

    fn batches_upserts_and_keys_work_as_with_other_kinds(t) {
        equipment(t);
        let one = t.sales.put("/c-equipment/by/external_id/A-1", json!({ "name": "a", "serial": "1" })).expect(201);
        let again = t.sales.put("/c-equipment/by/external_id/A-1", json!({ "name": "a", "serial": "2" })).expect(200);
        assert_eq!((again.id(), &again["serial"]), (one.id(), &json!("2")));
        // The keys of one kind are not those of another.
        t.admin.create("/custom-kinds", json!({ "name": "c_vehicle", "label": "车辆", "usual_rights": "work" }));
        t.sales.put("/c-vehicle/by/external_id/A-1", json!({ "name": "v" })).expect(201);
        t.sales.post("/c-equipment", json!({ "name": "b", "serial": "3", "external_id": "A-1" })).refused(409, "duplicate");
        let batch = t.sales.post("/c-equipment/batch", json!({ "operations": [
            { "method": "create", "body": { "name": "c", "serial": "4" } },
            { "method": "update", "id": one.id(), "version": 2, "body": { "hours": 9 } },
        ] })).expect(200);
        assert_eq!(batch["results"][1]["body"]["hours"], 9);
        let key = api_key::program(&t.sales, &["c-equipment:read"]);
        key.get("/c-equipment").expect(200);
        key.post("/c-equipment", json!({ "name": "d", "serial": "5" })).refused(403, "api_key_scope");
        key.get("/c-vehicle").refused(403, "api_key_scope");
        t.sales.call("HEAD", "/c-equipment").expect(200);
        t.sales.call("DELETE", "/c-equipment").refused(405, "method_not_allowed");
        t.anonymous.get("/c-equipment").refused(401, "unauthenticated");
    }
}
