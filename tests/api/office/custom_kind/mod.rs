//! Kinds that the firm makes while the server runs: they have what any kind has.

use crate::data::import::{causes, counts, import};
use tests::*;

/// The kind `equipment` with fields of many types, as people of sales work with it.
fn equipment(t: &T) {
    t.admin.create(
        "/kinds",
        json!({ "key": "equipment", "plural": "equipment_items", "label": { "zh-CN": "设备", "en": "Equipment" }, "parent": "customer" }),
    );
    for (key, ty, more) in [
        ("serial", "text", json!({ "required": true, "searchable": true })),
        ("notes", "long_text", json!({})),
        ("contact", "email", json!({ "searchable": true })),
        ("hours", "integer", json!({})),
        ("leased", "boolean", json!({})),
        ("bought_on", "day", json!({})),
        ("price", "money", json!({})),
        (
            "state",
            "choice",
            json!({ "choices": [{ "value": "new", "label": { "zh-CN": "全新", "en": "New" } }, { "value": "used" }] }),
        ),
        ("parts", "tags", json!({})),
    ] {
        let mut body = json!({ "kind": "equipment", "key": key, "label": { "en": key }, "type": ty });
        for (name, value) in more.as_object().expect("an object") {
            body[name] = value.clone();
        }
        t.admin.create("/fields", body);
    }
}

fn item(name: &str, own: Json) -> Json {
    let mut body = json!({ "name": name, "custom_fields": { "serial": "1" } });
    for (key, value) in own.as_object().expect("an object") {
        body["custom_fields"][key] = value.clone();
    }
    body
}

fn full() -> Json {
    item(
        "数控机床一号",
        json!({ "serial": "SN-0042", "notes": "一行\n两行", "contact": "wang@example.com", "hours": 1200, "leased": true,
            "bought_on": "2024-02-29", "price": { "amount": "125000.50", "currency": "CNY" }, "state": "new", "parts": ["主轴", "刀库"] }),
    )
}

const PATH: &str = "/equipment-items";

both! {
    fn a_kind_made_while_serving_has_what_kinds_have(t) {
        t.sales.get(PATH).refused(404, "no_such_route");
        equipment(t);
        let made = t.sales.create(PATH, full());
        let path = format!("{PATH}/{}", made.id());
        let read = t.sales.get(&path).expect(200);
        assert_eq!(read["custom_fields"], full()["custom_fields"]);
        assert_eq!((&read["owner_id"], &read["customer_id"]), (&json!(t.sales.id), &Json::Null));
        assert_eq!(read.header("etag"), "\"1\"");

        // Changed as anything is: what is not named stays, null clears, the version is looked at.
        let changed = t.sales.patch(&path, 1, json!({ "custom_fields": { "hours": 1300, "leased": null, "parts": [] } })).expect(200);
        let own = &changed["custom_fields"];
        assert_eq!((&own["hours"], own.get("leased"), own.get("parts"), &own["serial"]), (&json!(1300), None, None, &json!("SN-0042")));
        t.sales.patch(&path, 1, json!({ "custom_fields": { "hours": 1 } })).refused(412, "stale");
        let history = t.sales.get(&format!("{path}/history")).expect(200);
        assert_eq!(history.rows()[0]["fields"]["custom_fields.hours"], json!([1200, 1300]));
        assert_eq!(history.rows().len(), 2);

        // Listed, sorted and filtered; found by the words of searched fields; told in the feed.
        t.sales.create(PATH, item("阿", json!({ "serial": "SN-0043", "hours": 7 })));
        assert_eq!(t.sales.names(&format!("{PATH}?sort=name")), ["阿", "数控机床一号"]);
        assert_eq!(t.sales.names(&format!("{PATH}?sort=-custom_fields.hours")), ["数控机床一号", "阿"]);
        assert_eq!(t.sales.names(&format!("{PATH}?filter[custom_fields.hours][lt]=10")), ["阿"]);
        assert_eq!(t.sales.names(&format!("{PATH}?filter[name][contains]=机床")), ["数控机床一号"]);
        assert_eq!(t.sales.names(&format!("{PATH}?q=0042")), ["数控机床一号"]);
        assert_eq!(t.sales.names(&format!("{PATH}?q=shukong")), ["数控机床一号"]);
        assert_eq!(t.sales.post(&format!("{PATH}/search"), json!({ "limit": 1, "count": "exact" })).expect(200)["page"]["count"], 2);
        t.sales.get(&format!("{PATH}?sort=custom_fields.parts")).refused(400, "not_sortable");
        let hits = t.sales.get("/search?q=SN-0042").expect(200);
        assert!(hits["data"].as_array().expect("hits").iter().any(|hit| hit["kind"] == "equipment"), "{}", hits.text);
        let feed = t.sales.get("/changes?limit=200").expect(200);
        assert!(feed.rows().iter().any(|c| c["kind"] == "equipment" && c["record_id"] == json!(made.id()) && c["action"] == "update"));

        // In the bin and out of it.
        t.sales.delete(&path, 2).expect(204);
        t.sales.get(&path).refused(404, "not_found");
        assert!(t.sales.names(&format!("{PATH}?q=0042")).is_empty());
        assert_eq!(t.sales.names(&format!("{PATH}?sort=custom_fields.hours")), ["阿"]);
        assert_eq!(t.sales.get(&format!("{PATH}/deleted")).expect(200).rows()[0]["record"]["custom_fields"]["serial"], "SN-0042");
        t.sales.act(&format!("{path}/restore")).if_match(3).expect(200);
        assert_eq!(t.sales.names(&format!("{PATH}?q=0042")), ["数控机床一号"]);
        assert_eq!(t.sales.names(&format!("{PATH}?sort=custom_fields.hours")), ["阿", "数控机床一号"]);
    }

    fn what_belongs_to_a_record_goes_with_it(t) {
        equipment(t);
        let customer = t.owner.create("/customers", json!({ "name": "厂", "owner_id": t.sales.id }));
        let mut body = item("冲床", json!({}));
        body["customer_id"] = json!(customer.id());
        let made = t.owner.create(PATH, body);
        let path = format!("{PATH}/{}", made.id());
        // Who sees the customer sees it, whoever owns it, and finds it there.
        assert_eq!(made["owner_id"], json!(t.owner.id));
        assert_eq!(t.sales.get(&path).expect(200)["customer_id"], json!(customer.id()));
        assert_eq!(t.sales.names(&format!("{PATH}?filter[customer_id]={}", customer.id())), ["冲床"]);
        t.other_sales.get(&path).refused(404, "not_found");
        let whole = t.sales.get(&format!("/customers/{}?counts=equipment", customer.id())).expect(200);
        assert_eq!(whole["counts"]["equipment"], 1);
        let expanded = t.sales.get(&format!("{path}?expand=customer")).expect(200);
        assert_eq!(expanded["customer"]["name"], "厂");
        t.owner.post(PATH, json!({ "name": "x", "customer_id": t.owner.id, "custom_fields": { "serial": "2" } })).invalid(&["/customer_id reference_not_found"]);
        // Without the customer it stays, and belongs to none.
        t.owner.delete(&format!("/customers/{}", customer.id()), 1).expect(204);
        assert_eq!(t.owner.get(&path).expect(200)["customer_id"], Json::Null);
    }

    fn what_is_wrong_is_told_of_each_field(t) {
        equipment(t);
        t.sales.post(PATH, json!({
            "colour": "red", "version": 2,
            "custom_fields": { "serial": "  ", "contact": "x", "hours": "1", "leased": "yes", "bought_on": "2025-02-29",
                "price": { "amount": 1, "currency": "CNY" }, "state": "broken", "parts": [""], "size": 1 },
        })).invalid(&[
            "/name required", "/custom_fields/serial required", "/custom_fields/contact invalid_email", "/custom_fields/hours wrong_type",
            "/custom_fields/leased wrong_type", "/custom_fields/bought_on wrong_type", "/custom_fields/price/amount amount_not_text",
            "/custom_fields/state unknown_choice", "/custom_fields/parts empty_item", "/custom_fields/size unknown_field",
            "/colour unknown_field", "/version read_only",
        ]);
        let made = t.sales.create(PATH, item("x", json!({})));
        t.sales.patch(&format!("{PATH}/{}", made.id()), 1, json!({ "custom_fields": { "serial": null } })).invalid(&["/custom_fields/serial required"]);
        t.sales.post(PATH, item("x", json!({ "price": { "amount": "1", "currency": "JPY" } }))).invalid(&["/custom_fields/price/currency currency_not_in_use"]);
        t.sales.post(PATH, json!({ "name": "x", "custom_fields": [] })).invalid(&["/custom_fields wrong_type", "/custom_fields/serial required"]);
    }

    fn a_kind_may_be_closed(t) {
        t.admin.create("/kinds", json!({ "key": "secret", "label": { "zh-CN": "秘密" }, "usual_rights": "closed" }));
        t.sales.get("/secrets").refused(403, "forbidden");
        t.sales.post("/secrets", json!({ "name": "x" })).refused(403, "forbidden");
        let told = t.sales.get("/schema").expect(200);
        assert!(told["kinds"].as_array().expect("kinds").iter().all(|k| k["kind"] != "secret"));
        let names = |client: &Client| {
            let start = client.get("/start").expect(200);
            let subjects = start["subjects"].as_array().expect("subjects").clone();
            subjects.iter().filter_map(|s| s["name"].as_str().map(str::to_owned)).collect::<Vec<_>>()
        };
        assert!(!names(&t.sales).contains(&"secret".to_owned()), "its name is nobody's business");
        assert!(names(&t.admin).contains(&"secret".to_owned()));
        t.admin.create("/secrets", json!({ "name": "x" }));
        assert!(t.sales.get("/search?q=x").expect(200)["data"].as_array().expect("hits").iter().all(|hit| hit["kind"] != "secret"));
        assert!(t.sales.get("/changes?limit=200").expect(200).rows().iter().all(|c| c["kind"] != "secret"));
        // Nobody but an administrator makes kinds, and no other firm knows of them.
        t.sales.post("/kinds", json!({ "key": "own", "label": { "en": "x" } })).refused(403, "forbidden");
        t.stranger.get("/secrets").refused(404, "no_such_route");
    }

    fn rights_reach_as_far_as_with_other_kinds(t) {
        equipment(t);
        let of_other = t.owner.create(PATH, item("theirs", json!({})));
        let path = format!("{PATH}/{}", of_other.id());
        t.sales.get(&path).refused(404, "not_found");
        t.sales.patch(&path, 1, json!({ "custom_fields": { "hours": 1 } })).refused(404, "not_found");
        assert!(t.sales.names(PATH).is_empty());
        assert_eq!(t.owner.names(PATH), ["theirs"]);
        // The id of a record of another kind leads nowhere.
        t.admin.create("/kinds", json!({ "key": "vehicle", "label": { "zh-CN": "车辆" } }));
        t.owner.get(&format!("/vehicles/{}", of_other.id())).refused(404, "not_found");
        assert!(t.owner.names("/vehicles?q=theirs").is_empty());
        // Shared, and given away.
        t.owner.put(&format!("{path}/members/{}", t.sales.id), json!({ "access": "write" })).expect(201);
        t.sales.patch(&path, 1, json!({ "custom_fields": { "hours": 7 } })).expect(200);
        t.owner.post(&format!("{PATH}/transfer"), json!({ "records": [{ "id": of_other.id() }], "owner_id": t.sales.id })).expect(200);
        assert_eq!(t.sales.get(&path).expect(200)["owner_id"], json!(t.sales.id));
    }

    fn who_leaves_hands_theirs_over(t) {
        equipment(t);
        let made = t.sales.create(PATH, item("x", json!({})));
        let user = format!("/users/{}", t.sales.id);
        let version = t.admin.get(&user).expect(200).version();
        t.admin.delete(&user, version).refused(409, "still_referenced");
        let holds = t.admin.get(&format!("{user}/hand-over")).expect(200);
        assert_eq!(holds["holds"]["equipment_items"]["live"], 1);
        let job = t.admin.post(&format!("{user}/hand-over"), json!({ "to": t.manager.id })).expect(202);
        let end = seed::ended(&t.admin, &format!("/jobs/{}", job.id()));
        assert_eq!(end["status"], "done", "{}", end.text);
        assert_eq!(t.manager.get(&format!("{PATH}/{}", made.id())).expect(200)["owner_id"], json!(t.manager.id));
    }

    fn roles_name_it_and_close_its_fields(t) {
        equipment(t);
        let made = t.sales.create(PATH, full());
        let closed = json!({ "equipment": { "custom_fields.price": "hidden", "custom_fields.serial": "masked" } });
        let role = t.admin.create("/roles", json!({ "name": "只看", "grants": { "equipment": { "view": "all" } }, "field_rights": closed }));
        let user = format!("/users/{}", t.other_sales.id);
        let version = t.admin.get(&user).expect(200).version();
        t.admin.patch(&user, version, json!({ "roles": [role["key"]] })).expect(200);
        let reader = &t.other_sales;
        let path = format!("{PATH}/{}", made.id());
        let seen = reader.get(&path).expect(200);
        let own = &seen["custom_fields"];
        assert_eq!((own.get("price"), own["serial"] == "SN-0042", &own["hours"]), (None, false, &json!(1200)));
        let listed = reader.get(&format!("{PATH}?fields=name,custom_fields.serial")).expect(200);
        assert!(!listed.text.contains("SN-0042") && !listed.text.contains("125000"), "{}", listed.text);
        assert!(reader.names(&format!("{PATH}?q=0042")).is_empty(), "what is covered is not searched");
        for query in ["filter[custom_fields.price][gt]=1", "sort=custom_fields.price", "filter[custom_fields.serial]=SN-0042"] {
            reader.get(&format!("{PATH}?{query}")).refused(400, "field_hidden");
        }
        reader.patch(&path, 1, json!({ "custom_fields": { "hours": 1 } })).refused(403, "forbidden");
        let history = reader.get(&format!("{path}/history")).expect(200);
        assert!(!history.text.contains("125000.50") && !history.text.contains("SN-0042"), "{}", history.text);
        for (body, issue) in [
            (json!({ "grants": { "nothing": { "view": "all" } } }), "/grants/nothing unknown_kind"),
            (json!({ "field_rights": { "equipment": { "custom_fields.colour": "hidden" } } }), "/field_rights/equipment/custom_fields.colour unknown_field"),
            (json!({ "field_rights": { "equipment": { "name": "hidden" } } }), "/field_rights/equipment/name field_right_unfit"),
            (json!({ "field_rights": { "customer": { "custom_fields.colour": "hidden" } } }), "/field_rights/customer/custom_fields.colour unknown_field"),
        ] {
            t.admin.patch(&format!("/roles/{}", role.id()), 1, body).invalid(&[issue]);
        }
    }

    fn files_of_it_are_taken(t) {
        equipment(t);
        let file = "名称,serial,hours,price,state,parts,bought_on,leased\n一号,SN-1,1200,\"125,000.50\",全新,\"主轴, 刀库\",2024-02-29,是\n二号,SN-2,x,,used,,,\n三号,,,,,,,\n";
        let end = import(&t.owner, "equipment", file, &[]);
        assert_eq!(counts(&end), [3, 1, 0, 0, 2], "{:?}", causes(&end));
        let made = t.owner.get(&format!("{PATH}?q=SN-1")).expect(200);
        let row = &made.rows()[0]["custom_fields"];
        assert_eq!((&row["hours"], &row["price"]["amount"], &row["state"], &row["parts"]), (&json!(1200), &json!("125000.50"), &json!("new"), &json!(["主轴", "刀库"])));
        assert_eq!((&row["bought_on"], &row["leased"]), (&json!("2024-02-29"), &json!(true)));
        // Once more: what is there is changed, or left as it is.
        let again = import(&t.owner, "equipment", "name,serial,hours\n一号,SN-1,1300\n", &[]);
        assert_eq!(counts(&again), [1, 0, 1, 0, 0], "{:?}", causes(&again));
        let same = import(&t.owner, "equipment", "name,serial,hours,price\n一号,SN-1,1300,125000.50\n", &[]);
        assert_eq!(counts(&same), [1, 0, 0, 1, 0]);
        assert_eq!(t.owner.get(&format!("{PATH}?q=SN-1")).expect(200).rows()[0]["version"], 2);
        // Who may not import, or sees the kind not at all, imports none.
        let form = |kind: &str| reqwest::blocking::multipart::Form::new().text("kind", kind.to_owned()).part("file", reqwest::blocking::multipart::Part::bytes(&b"name\nx\n"[..]).file_name("x.csv"));
        t.sales.call("POST", "/imports").form(form("equipment")).refused(403, "forbidden");
        t.stranger.call("POST", "/imports").form(form("equipment")).invalid(&["/kind unknown_import_kind"]);
    }

    fn schema_and_description_tell_of_it(t) {
        equipment(t);
        let schema = t.sales.get("/schema?language=en").expect(200);
        let kind = schema["kinds"].as_array().expect("kinds").iter().find(|k| k["kind"] == "equipment").expect("the kind").clone();
        assert_eq!((&kind["label"], &kind["path"], &kind["owned"], &kind["page"]), (&json!("Equipment"), &json!("/api/v1/equipment-items"), &json!(true), &json!(true)));
        assert_eq!(kind["columns"], json!(["name", "customer_id", "custom_fields.serial", "custom_fields.notes", "custom_fields.contact", "custom_fields.hours", "updated_at"]));
        let state = kind["fields"].as_array().expect("fields").iter().find(|f| f["name"] == "custom_fields.state").expect("a field").clone();
        assert_eq!(state["choices"], json!([{ "value": "new", "label": "New" }, { "value": "used", "label": "used" }]));
        let start = t.sales.get("/start").expect(200);
        assert!(start["kinds"].as_array().expect("kinds").iter().any(|k| k["kind"] == "equipment"));
        assert_eq!(start["me"]["rights"]["equipment"]["view"], "own");

        let told = t.sales.get("/openapi.json").expect(200);
        let paths = told["paths"].as_object().expect("paths");
        for path in ["", "/search", "/batch", "/{id}", "/{id}/history", "/deleted", "/{id}/restore", "/by/{key}/{value}", "/transfer", "/{id}/members"] {
            assert!(paths.contains_key(&format!("/api/v1{PATH}{path}")), "{path}");
        }
        let create = &told["components"]["schemas"]["EquipmentCreate"];
        assert_eq!(create["required"], json!(["name"]));
        assert_eq!(create["properties"]["custom_fields"]["properties"]["state"]["enum"], json!(["new", "used", null]));
        // Whoever does not say who they are is told what the product has.
        assert!(t.anonymous.get("/openapi.json").expect(200)["paths"].get("/api/v1/equipment-items").is_none());
    }

    fn the_kind_comes_and_goes_and_its_records_stay(t) {
        equipment(t);
        let made = t.sales.create(PATH, full());
        let path = format!("{PATH}/{}", made.id());
        let kinds = t.admin.get("/kinds").expect(200);
        let kind = format!("/kinds/{}", kinds.rows()[0]["id"].as_str().expect("an id"));
        t.admin.delete(&kind, 1).expect(204);
        t.sales.get(&path).refused(404, "no_such_route");
        assert!(t.sales.get("/search?q=0042").expect(200)["data"].as_array().expect("hits").is_empty());
        let audit = t.admin.get("/audit?limit=200").expect(200);
        assert!(!audit.text.contains("SN-0042"), "what is no kind any more is not told");
        t.admin.act(&format!("{kind}/restore")).if_match(2).expect(200);
        assert_eq!(t.sales.get(&path).expect(200)["custom_fields"]["hours"], json!(1200));
    }

    fn kinds_are_checked(t) {
        for (body, issue) in [
            (json!({ "key": "customer" }), "/key reserved_key"),
            (json!({ "key": "ticket" }), "/key reserved_key"),
            (json!({ "key": "box", "plural": "invoices" }), "/plural reserved_key"),
            (json!({ "key": "box", "plural": "search" }), "/plural reserved_key"),
            (json!({ "key": "Équipement" }), "/key invalid_key"),
            (json!({ "key": "a__b" }), "/key invalid_key"),
            (json!({ "key": "a'; DROP TABLE users --" }), "/key invalid_key"),
            (json!({ "key": "box", "parent": "dragon" }), "/parent unknown_kind"),
            (json!({ "key": "box", "parent": "tag" }), "/parent unknown_kind"),
            (json!({ "key": "box", "parent": "box" }), "/parent parent_ring"),
            (json!({ "key": "box", "label": {} }), "/label required"),
            (json!({ "key": "box", "label": { "fr": "x" } }), "/label invalid_shape"),
        ] {
            let mut whole = json!({ "label": { "en": "x" }, "plural": "boxes" });
            for (name, value) in body.as_object().expect("an object") {
                whole[name] = value.clone();
            }
            t.admin.post("/kinds", whole).invalid(&[issue]);
        }
        t.admin.create("/kinds", json!({ "key": "box", "plural": "boxes", "label": { "zh-CN": "箱" } }));
        t.admin.post("/kinds", json!({ "key": "box", "plural": "box_es", "label": { "zh-CN": "箱" } })).invalid(&["/key key_taken"]);
        t.admin.post("/kinds", json!({ "key": "crate", "plural": "boxes", "label": { "zh-CN": "箱" } })).invalid(&["/plural key_taken"]);
        t.admin.create("/boxes", json!({ "name": "x" }));
    }

    fn batches_upserts_and_keys_work_as_with_other_kinds(t) {
        equipment(t);
        let one = t.sales.put(&format!("{PATH}/by/external_id/A-1"), item("a", json!({}))).expect(201);
        let again = t.sales.put(&format!("{PATH}/by/external_id/A-1"), item("a", json!({ "serial": "2" }))).expect(200);
        assert_eq!((again.id(), &again["custom_fields"]["serial"]), (one.id(), &json!("2")));
        // The keys of one kind are not those of another.
        t.admin.create("/kinds", json!({ "key": "vehicle", "label": { "zh-CN": "车辆" } }));
        t.sales.put("/vehicles/by/external_id/A-1", json!({ "name": "v" })).expect(201);
        let mut taken = item("b", json!({}));
        taken["external_id"] = json!("A-1");
        t.sales.post(PATH, taken).refused(409, "duplicate");
        let batch = t.sales.post(&format!("{PATH}/batch"), json!({ "operations": [
            { "method": "create", "body": item("c", json!({ "serial": "4" })) },
            { "method": "update", "id": one.id(), "version": 2, "body": { "custom_fields": { "hours": 9 } } },
        ] })).expect(200);
        assert_eq!(batch["results"][1]["body"]["custom_fields"]["hours"], 9);
        let key = api_key::program(&t.sales, &["equipment:read"]);
        key.get(PATH).expect(200);
        key.post(PATH, item("d", json!({}))).refused(403, "api_key_scope");
        key.get("/vehicles").refused(403, "api_key_scope");
        t.sales.call("HEAD", PATH).expect(200);
        t.sales.call("DELETE", PATH).refused(405, "method_not_allowed");
        t.anonymous.get(PATH).refused(401, "unauthenticated");
    }
}
