//! Layouts: how the fields of a kind stand together, and the conditions by which they are shown and needed.

mod conditions;
mod wrong;

use tests::*;

/// The entry of a field.
fn at(field: &str, group: &str) -> Json {
    json!({ "field": field, "group": group })
}

/// An entry with more said of it.
fn with(mut entry: Json, more: Json) -> Json {
    for (name, value) in more.as_object().expect("an object") {
        entry[name] = value.clone();
    }
    entry
}

fn basics() -> Json {
    json!([{ "key": "basics" }])
}

fn is(field: &str, value: Json) -> Json {
    json!({ "field": field, "value": value })
}

/// A layout of customers that says this of fields besides the name.
fn layout(t: &T, fields: Vec<Json>) -> Answer {
    let mut all = vec![with(at("name", "basics"), json!({ "in_form": true }))];
    all.extend(fields);
    t.admin.create(
        "/layouts",
        json!({ "kind": "customer", "groups": basics(), "fields": all }),
    )
}

fn own_field(t: &T, key: &str, ty: &str) -> Answer {
    t.admin.create(
        "/fields",
        json!({ "kind": "customer", "key": key, "label": { "zh-CN": key, "en": key }, "type": ty }),
    )
}

/// A kind as somebody is told of it.
fn told(by: &Client, kind: &str) -> Json {
    let schema = by.get("/schema?language=en").expect(200);
    let kinds = schema["kinds"].as_array().expect("kinds");
    kinds.iter().find(|k| k["kind"] == kind).expect("the kind").clone()
}

fn field_told(kind: &Json, name: &str) -> Json {
    let fields = kind["fields"].as_array().expect("fields");
    fields.iter().find(|f| f["name"] == name).cloned().unwrap_or_default()
}

fn groups(kind: &Json) -> Vec<(String, Vec<String>)> {
    let text = |json: &Json| json.as_str().expect("a text").to_owned();
    let groups = kind["groups"].as_array().expect("groups").iter();
    groups
        .map(|g| {
            (
                text(&g["label"]),
                g["fields"].as_array().expect("fields").iter().map(text).collect(),
            )
        })
        .collect()
}

fn left_out(kind: &Json) -> Vec<String> {
    told_with_words(&kind["layout"]["left_out"])
}

both! {
    fn a_layout_orders_groups_hides_and_names_columns(t) {
        own_field(t, "dock", "text");
        let before = t.sales.get("/schema").expect(200);
        let etag = before.header("etag").to_owned();
        let start = t.sales.get("/start").expect(200).header("etag").to_owned();
        let product = told(&t.sales, "customer");
        assert_eq!(product["layout"], Json::Null);
        let keys: Vec<&Json> = product["groups"].as_array().expect("groups").iter().map(|g| &g["key"]).collect();
        assert_eq!(keys, ["basics", "contact_details", "follow_up", "company", "custom_fields"]);
        let body = json!({ "kind": "customer", "columns": ["phone", "custom_fields.dock"],
            "groups": [{ "key": "contact_details" }, { "key": "yard", "label": { "zh-CN": "船坞", "en": "Yard" } }, { "key": "basics", "label": { "en": "Who" } }],
            "fields": [
                with(at("email", "contact_details"), json!({ "in_form": true })),
                with(at("custom_fields.dock", "yard"), json!({ "in_form": true })),
                with(at("name", "yard"), json!({ "in_form": true })),
                with(at("website", "yard"), json!({ "hidden": true, "in_form": true })),
            ] });
        let made = t.admin.create("/layouts", body);
        assert_eq!((made.version(), &made["fields"][0]["hidden"], &made["groups"][0]["label"]), (1, &json!(false), &Json::Null));
        let told_now = told(&t.sales, "customer");
        let all = groups(&told_now);
        let of = |label: &str| all.iter().find(|(l, _)| l == label).map(|(_, names)| names.join(" ")).unwrap_or_default();
        let labels: Vec<&str> = all.iter().map(|(label, _)| label.as_str()).collect();
        // What is not named stands last in its group of the product, and groups that are not named come last.
        assert_eq!(labels, ["Contact details", "Yard", "Who", "Follow-up", "Company"]);
        assert_eq!(of("Yard"), "custom_fields.dock name");
        assert_eq!(of("Contact details"), "email phone address");
        assert!(of("Who").starts_with("number kind status"), "{}", of("Who"));
        assert_eq!(told_now["columns"], json!(["phone", "custom_fields.dock"]));
        assert_eq!(told_now["form"], json!(["email", "custom_fields.dock", "name", "kind", "status", "industry", "phone", "owner_id"]));
        assert_eq!((&field_told(&told_now, "website")["place"], &field_told(&told_now, "email")["place"]), (&json!("hidden"), &Json::Null));
        assert_eq!(told_now["layout"], json!({ "id": made.id(), "left_out": [] }));
        // Whoever asks whether anything has changed is told so.
        let again = t.sales.get("/schema").header("if-none-match", &etag).expect(200);
        assert_ne!(again.header("etag"), etag);
        t.sales.get("/schema").header("if-none-match", again.header("etag")).expect(304);
        t.sales.get("/start").header("if-none-match", &start).expect(200);
        // A hidden field is still told and set by the API.
        let customer = t.sales.create("/customers", json!({ "name": "x", "website": "https://a.cn" }));
        assert_eq!(customer["website"], "https://a.cn");
        // Both languages; one that was not given is the other.
        let zh = t.sales.get("/schema?language=zh-CN").expect(200);
        let zh = zh["kinds"].as_array().expect("kinds").iter().find(|k| k["kind"] == "customer").expect("customers").clone();
        let labels: Vec<String> = groups(&zh).into_iter().map(|(label, _)| label).collect();
        assert_eq!(labels[..3], ["联系方式", "船坞", "Who"]);
        // Without it, all is as in the product.
        let path = format!("/layouts/{}", made.id());
        t.admin.patch(&path, 1, json!({ "columns": [] })).expect(200);
        assert_eq!(told(&t.sales, "customer")["columns"], product["columns"]);
        t.admin.patch(&path, 1, json!({ "columns": ["name"] })).refused(412, "stale");
        t.admin.delete(&path, 2).expect(204);
        assert_eq!(told(&t.sales, "customer"), product);
        t.admin.act(&format!("{path}/restore")).if_match(3).expect(200);
        assert_eq!(groups(&told(&t.sales, "customer")), all);
        let history = t.admin.get(&format!("{path}/history")).expect(200);
        assert_eq!(history.rows().len(), 4);
    }

    fn a_kind_has_one_layout_which_administrators_change(t) {
        let made = layout(t, Vec::new());
        t.admin.post("/layouts", json!({ "kind": "customer" })).refused(409, "duplicate");
        t.sales.post("/layouts", json!({ "kind": "lead" })).refused(403, "forbidden");
        let path = format!("/layouts/{}", made.id());
        t.sales.get(&path).expect(200);
        t.sales.patch(&path, 1, json!({ "columns": ["name"] })).refused(403, "forbidden");
        t.sales.delete(&path, 1).refused(403, "forbidden");
        t.stranger.get(&path).refused(404, "not_found");
        assert_eq!(told(&t.stranger, "customer")["layout"], Json::Null);
        // By a key of one's own, as any record.
        let put = |columns: Json| t.admin.put("/layouts/by?key=external_id&value=leads", json!({ "kind": "lead", "columns": columns }));
        put(json!(["name"])).expect(201);
        put(json!(["name", "status"])).expect(200);
        assert_eq!(told(&t.sales, "lead")["columns"], json!(["name", "status"]));
        // One that lies in the bin does not come back beside another.
        t.admin.delete(&path, 1).expect(204);
        layout(t, vec![at("phone", "basics")]);
        t.admin.act(&format!("{path}/restore")).if_match(2).refused(409, "duplicate");
    }

    fn what_is_gone_is_left_out_and_comes_back(t) {
        let size = own_field(t, "size", "integer");
        let big = json!({ "field": "custom_fields.size", "op": "gte", "value": 5 });
        let made = t.admin.create("/layouts", json!({ "kind": "customer", "groups": basics(), "columns": ["name", "custom_fields.size"], "fields": [
            at("name", "basics"), at("custom_fields.size", "basics"),
            with(at("phone", "basics"), json!({ "required_when": big })),
            with(at("email", "basics"), json!({ "shown_when": { "and": [big, is("kind", json!("company"))] } })),
        ] }));
        let whole = told(&t.sales, "customer");
        assert_eq!(field_told(&whole, "phone")["required_when"], big);
        t.sales.post("/customers", json!({ "name": "x", "custom_fields": { "size": 9 } })).invalid(&["/phone required_by_condition"]);
        t.admin.delete(&format!("/fields/{}", size.id()), 1).expect(204);
        let now = told(&t.sales, "customer");
        assert_eq!(left_out(&now), ["/fields/1 unknown_field", "/fields/2/required_when unknown_field", "/fields/3/shown_when unknown_field", "/columns/1 unknown_field"]);
        // A condition of which a part is gone counts for nothing.
        assert_eq!((&field_told(&now, "phone")["required_when"], &field_told(&now, "email")["shown_when"]), (&Json::Null, &Json::Null));
        assert_eq!((&now["columns"], &groups(&now)[0].1[..3]), (&json!(["name"]), &["name", "phone", "email"].map(str::to_owned)[..]));
        t.sales.create("/customers", json!({ "name": "x" }));
        // The layout opens and is changed, with what is gone in it or without.
        let path = format!("/layouts/{}", made.id());
        assert_eq!(t.admin.get(&path).expect(200)["fields"], made["fields"]);
        let mut fields = made["fields"].clone();
        fields[0]["in_form"] = json!(true);
        t.admin.patch(&path, 1, json!({ "fields": fields })).expect(200);
        t.admin.post("/layouts", json!({ "kind": "lead", "columns": ["custom_fields.size"] })).invalid(&["/columns/0 unknown_field"]);
        t.admin.act(&format!("/fields/{}/restore", size.id())).if_match(2).expect(200);
        let back = told(&t.sales, "customer");
        assert!(left_out(&back).is_empty());
        assert_eq!((&field_told(&back, "phone")["required_when"], &back["columns"]), (&big, &whole["columns"]));
        t.sales.post("/customers", json!({ "name": "x", "custom_fields": { "size": 9 } })).invalid(&["/phone required_by_condition"]);
    }

    fn a_kind_of_the_firm_has_a_layout_that_outlives_it(t) {
        let kind = t.admin.create("/kinds", json!({ "key": "ship", "label": { "en": "Ship" } }));
        for key in ["flag", "port"] {
            t.admin.create("/fields", json!({ "kind": "ship", "key": key, "label": { "en": key }, "type": "text" }));
        }
        let flag = json!({ "field": "custom_fields.flag", "op": "is_null", "value": false });
        let made = t.admin.create("/layouts", json!({ "kind": "ship", "groups": [{ "key": "basics" }, { "key": "papers", "label": { "en": "Papers" } }], "fields": [
            with(at("custom_fields.port", "papers"), json!({ "shown_when": flag, "required_when": flag })), at("name", "papers"),
        ] }));
        t.sales.create("/ships", json!({ "name": "a" }));
        t.sales.post("/ships", json!({ "name": "b", "custom_fields": { "flag": "cn" } })).invalid(&["/custom_fields/port required_by_condition"]);
        assert_eq!(groups(&told(&t.sales, "ship"))[1], ("Papers".to_owned(), vec!["custom_fields.port".to_owned(), "name".to_owned()]));
        t.admin.delete(&format!("/kinds/{}", kind.id()), 1).expect(204);
        let path = format!("/layouts/{}", made.id());
        t.admin.get(&path).expect(200);
        t.sales.get("/start").expect(200);
        t.admin.patch(&path, 1, json!({ "columns": ["name"] })).expect(200);
        t.admin.act(&format!("/kinds/{}/restore", kind.id())).if_match(2).expect(200);
        assert_eq!(told(&t.sales, "ship")["columns"], json!(["name"]));
        t.sales.post("/ships", json!({ "name": "b", "custom_fields": { "flag": "cn" } })).invalid(&["/custom_fields/port required_by_condition"]);
    }

    fn a_layout_shows_nothing_that_is_closed(t) {
        let secret = "138 0013 8000";
        let rich = is("phone", json!(secret));
        let made = t.admin.create("/layouts", json!({ "kind": "customer", "groups": basics(), "columns": ["name", "phone", "email"], "fields": [
            at("name", "basics"), at("phone", "basics"),
            with(at("email", "basics"), json!({ "shown_when": rich })),
            with(at("website", "basics"), json!({ "required_when": rich, "in_form": true })),
            with(at("region", "basics"), json!({ "required_when": is("kind", json!("company")) })),
        ] }));
        let role = t.admin.create("/roles", json!({ "name": "看", "grants": { "customer": { "view": "all", "create": "all", "edit": "all" }, "layout": { "view": "all", "edit": "all" } },
            "field_rights": { "customer": { "phone": "hidden", "region": "read_only" } } }));
        let (_, writer) = sign_in::newcomer(&t.owner, &format!("writer.{}", t.sales.email), role["key"].as_str().expect("a key"));
        let now = told(&writer, "customer");
        assert_eq!((&now["columns"], &groups(&now)[0].1[..3]), (&json!(["name", "email"]), &["name", "email", "website"].map(str::to_owned)[..]));
        // A condition on what is hidden is none for them, since it would tell of it.
        assert_eq!((field_told(&now, "email").get("shown_when"), field_told(&now, "website").get("required_when")), (None, None));
        let path = format!("/layouts/{}", made.id());
        for answer in [writer.get(&path).expect(200), writer.get(&format!("{path}/history")).expect(200), writer.get("/start").expect(200), writer.get("/layouts").expect(200)] {
            assert!(!answer.text.contains(secret), "{}", answer.text);
        }
        // What they may not write, or may not know why they should, holds them back from nothing.
        let customer = writer.create("/customers", json!({ "name": "x", "kind": "company" }));
        t.owner.patch(&format!("/customers/{}", customer.id()), 1, json!({ "phone": secret, "website": "https://a.cn", "region": "华东" })).expect(200);
        writer.patch(&format!("/customers/{}", customer.id()), 2, json!({ "website": null })).expect(200);
        t.owner.patch(&format!("/customers/{}", customer.id()), 3, json!({ "website": null })).invalid(&["/website required_by_condition"]);
        // Who changes the layout without seeing all of it leaves the rest as it is.
        let seen = writer.get(&path).expect(200);
        assert_eq!((seen["fields"].as_array().map(Vec::len), &seen["fields"][1]["shown_when"]), (Some(4), &Json::Null));
        let mut fields = seen["fields"].clone();
        fields[0]["in_form"] = json!(true);
        writer.patch(&path, 1, json!({ "fields": fields, "columns": ["email", "name"] })).expect(200);
        let kept = t.admin.get(&path).expect(200);
        let names: Vec<&str> = kept["fields"].as_array().expect("fields").iter().filter_map(|f| f["field"].as_str()).collect();
        assert_eq!(names, ["name", "phone", "email", "website", "region"]);
        assert_eq!((&kept["fields"][2]["shown_when"], &kept["fields"][3]["required_when"], &kept["fields"][0]["in_form"]), (&rich, &rich, &json!(true)));
        assert_eq!(kept["columns"], json!(["email", "name", "phone"]));
        writer.patch(&path, 2, json!({ "columns": ["phone"] })).invalid(&["/columns/0 field_hidden"]);
    }

    fn new_fields_come_at_the_end_of_their_group(t) {
        layout(t, vec![at("phone", "basics")]);
        own_field(t, "late", "text");
        t.admin.create("/fields", json!({ "kind": "customer", "key": "vital", "label": { "en": "Vital" }, "type": "text", "required": true, "group": { "en": "Basics", "zh-CN": "基本" } }));
        let now = told(&t.sales, "customer");
        let all = groups(&now);
        let of = |label: &str| all.iter().find(|(l, _)| l == label).map(|(_, names)| names.join(" ")).unwrap_or_default();
        assert_eq!(of("Custom fields"), "custom_fields.late");
        assert!(all.iter().any(|(_, names)| names.contains(&"custom_fields.vital".to_owned())));
        assert!(now["form"].as_array().expect("a form").contains(&json!("custom_fields.vital")));
        // A layout that was there stays savable, and one that is written anew names what is needed.
        let path = format!("/layouts/{}", now["layout"]["id"].as_str().expect("an id"));
        t.admin.patch(&path, 1, json!({ "columns": ["name"] })).expect(200);
        let fields = json!([at("name", "basics")]);
        t.admin.patch(&path, 2, json!({ "fields": fields })).invalid(&["/fields layout_without_required"]);
        // What becomes required is shown, whatever the layout says of it.
        let both = json!([at("name", "basics"), at("custom_fields.vital", "basics"), with(at("custom_fields.late", "basics"), json!({ "hidden": true }))]);
        t.admin.patch(&path, 2, json!({ "fields": both })).expect(200);
        assert_eq!(field_told(&told(&t.sales, "customer"), "custom_fields.late")["place"], "hidden");
        let late = t.admin.get("/fields?filter[key]=late").expect(200).rows()[0].clone();
        t.admin.patch(&format!("/fields/{}", late["id"].as_str().expect("an id")), 1, json!({ "required": true })).expect(200);
        assert_eq!(field_told(&told(&t.sales, "customer"), "custom_fields.late").get("place"), None);
    }
}
