//! Exports: lists as files, and what happens when such a file is handed in again.

mod command;
mod round_trip;
mod vcard;

use super::import::{causes, counts, import};
use tests::*;

/// Begins an export and waits for its end.
fn exported(client: &Client, asked: Json) -> Answer {
    let begun = client.post("/exports", asked).expect(202);
    assert_eq!(begun.header("location"), format!("/api/v1/jobs/{}", begun.id()));
    let job = seed::ended(client, &format!("/jobs/{}", begun.id()));
    let end = client.get(&format!("/exports/{}", begun.id())).expect(200);
    assert_eq!(end["status"], job["status"], "{}", end.text);
    end
}

fn file(client: &Client, export: &Answer) -> Answer {
    client.get(&format!("/exports/{}/file", export.id())).expect(200)
}

/// The file of such an export.
fn made(client: &Client, asked: Json) -> Answer {
    let end = exported(client, asked);
    assert_eq!(end["status"], "done", "{}", end.text);
    file(client, &end)
}

fn csv(client: &Client, kind: &str) -> String {
    made(client, json!({ "kind": kind, "format": "csv" })).text
}

both! {
    fn what_is_exported_is_what_the_list_shows(t) {
        for (name, level) in [("甲", "A"), ("乙", "B"), ("丙", "A")] {
            t.sales.create("/customers", json!({ "name": name, "level": level }));
        }
        t.other_sales.create("/customers", json!({ "name": "others", "level": "A" }));
        let asked = json!({ "kind": "customer", "format": "csv", "filter": { "field": "level", "op": "eq", "value": "A" },
            "sort": "name", "columns": ["name", "level", "owner_id"] });
        let end = exported(&t.sales, asked.clone());
        assert_eq!(end["rows"], 2, "{}", end.text);
        let found = file(&t.sales, &end);
        let mine = t.sales.get(&format!("/users/{}", t.sales.id)).expect(200)["name"].as_str().expect("name").to_owned();
        assert_eq!(found.text, format!("\u{feff}Name,Level,Owner\n丙,A,{mine}\n甲,A,{mine}\n"));
        assert_eq!(found.header("content-type"), "text/csv; charset=utf-8");
        let said = found.header("content-disposition");
        assert!(said.starts_with("attachment; filename=\"customer-") && said.contains("filename*=UTF-8''Customer%20"), "{said}");
        // In the caller's language.
        let begun = t.sales.post("/exports", asked).language("zh").expect(202);
        seed::ended(&t.sales, &format!("/jobs/{}", begun.id()));
        assert!(file(&t.sales, &begun).text.starts_with("\u{feff}客户名称,级别,负责人\n"));
        // Words that lists do not take are refused as they are there.
        for (wrong, status, code) in [
            (json!({ "kind": "customer", "format": "csv", "columns": ["nothing"] }), 400, "unknown_field"),
            (json!({ "kind": "customer", "format": "csv", "sort": "nothing" }), 400, "unknown_field"),
            (json!({ "kind": "dragon", "format": "csv" }), 422, "invalid"),
            (json!({ "kind": "customer", "format": "xlsx", "encoding": "utf-8" }), 422, "invalid"),
        ] {
            t.sales.post("/exports", wrong).refused(status, code);
        }
    }

    fn more_rows_than_a_page_are_all_there(t) {
        let rows: String = (0..4_500).map(|n| format!("c{n}\n")).collect();
        import(&t.owner, "customers", format!("name\n{rows}"), &[]);
        for format in ["csv", "jsonl"] {
            let end = exported(&t.owner, json!({ "kind": "customers", "format": format, "columns": ["name"] }));
            assert_eq!(end["rows"], 4_500, "{}", end.text);
            let lines = file(&t.owner, &end).text;
            let names: std::collections::BTreeSet<&str> = lines.lines().collect();
            assert_eq!(names.len(), 4_500 + usize::from(format == "csv"));
        }
        let book = exported(&t.owner, json!({ "kind": "customers", "format": "xlsx" }));
        assert_eq!(book["rows"], 4_500, "{}", book.text);
        assert!(book["size"].as_i64().expect("size") > 10_000);
    }

    fn formulas_are_neutralised_and_phones_stay(t) {
        let values = ["=1+1", "+1+1", "-1", "@sum", "'=x", "plain"];
        for (n, value) in values.iter().enumerate() {
            t.owner.create("/customers", json!({ "name": value, "phone": format!("+86 138-0000-000{n}") }));
        }
        let text = csv(&t.owner, "customer");
        for value in &values[..5] {
            assert!(text.contains(&format!("\n'{value},")), "{value} in {text}");
        }
        assert!(text.contains(",+86 138-0000-0000,"), "{text}");
        let end = import(&t.owner, "customers", text, &[]);
        assert_eq!(counts(&end), [6, 0, 0, 6, 0], "{:?}", causes(&end));
    }

    fn lines_of_json_are_records_as_the_api_tells_them(t) {
        let made_first = t.owner.create("/leads", json!({ "name": "One", "phone": "+8613800000000" }));
        t.owner.create("/leads", json!({ "name": "Two" }));
        let found = made(&t.owner, json!({ "kind": "lead", "format": "jsonl", "sort": "name" }));
        let lines: Vec<Json> = found.text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        let list = t.owner.get("/leads?sort=name").expect(200);
        assert_eq!(lines, list.rows());
        assert_eq!(lines[0]["id"], made_first["id"]);
    }

    fn files_are_for_who_may_export_now(t) {
        t.sales.create("/customers", json!({ "name": "Mine", "phone": "13800001111" }));
        let end = exported(&t.sales, json!({ "kind": "customer", "format": "csv" }));
        let path = format!("/exports/{}/file", end.id());
        t.sales.get(&path).expect(200);
        t.stranger.get(&path).refused(404, "not_found");
        t.manager.get(&path).refused(409, "export_of_other");
        // A role that closes a field: the file of before is gone for its maker, the next has no such column.
        let closed = json!({ "name": "No phones", "key": "no_phones",
            "grants": { "*": { "view": "own", "export": "own" } }, "field_rights": { "customer": { "phone": "hidden" } } });
        t.owner.create("/roles", closed);
        let set = |role: &str| {
            let user = t.owner.get(&format!("/users/{}", t.sales.id)).expect(200);
            t.owner.patch(&format!("/users/{}", t.sales.id), user.version(), json!({ "roles": [role] })).expect(200);
        };
        set("no_phones");
        t.sales.get(&path).refused(409, "export_rights_changed");
        let text = csv(&t.sales, "customer");
        assert!(text.contains("Mine") && !text.contains("13800001111") && !text.contains("Phone"), "{text}");
        let asked = json!({ "kind": "customer", "format": "csv", "columns": ["phone"] });
        t.sales.post("/exports", asked).refused(400, "field_hidden");
        let lines = made(&t.sales, json!({ "kind": "customer", "format": "jsonl" })).text;
        assert!(!lines.contains("13800001111"), "{lines}");
        // Who sees without the right to export exports nothing.
        t.owner.create("/roles", json!({ "name": "Looks", "key": "looks", "grants": { "*": { "view": "own" } } }));
        set("looks");
        t.sales.get("/customers").expect(200);
        t.sales.post("/exports", json!({ "kind": "customer", "format": "csv" })).refused(403, "forbidden");
        t.sales.post("/exports", json!({ "kind": "customer", "format": "jsonl" })).refused(403, "forbidden");
    }

    fn a_right_to_export_that_reaches_less_far_exports_less(t) {
        t.sales.create("/customers", json!({ "name": "Mine" }));
        t.other_sales.create("/customers", json!({ "name": "Theirs" }));
        let role = json!({ "name": "Sees all", "key": "sees_all", "grants": { "*": { "view": "all", "export": "own" } } });
        t.owner.create("/roles", role);
        let user = t.owner.get(&format!("/users/{}", t.sales.id)).expect(200);
        t.owner.patch(&format!("/users/{}", t.sales.id), user.version(), json!({ "roles": ["sees_all"] })).expect(200);
        assert_eq!(t.sales.names("/customers?sort=name"), ["Mine", "Theirs"]);
        let text = made(&t.sales, json!({ "kind": "customer", "format": "csv", "columns": ["name"] })).text;
        assert_eq!(text, "\u{feff}Name\nMine\n");
    }

    fn what_is_not_ready_or_gone_says_so(t) {
        t.owner.create("/customers", json!({ "name": "One" }));
        let end = exported(&t.owner, json!({ "kind": "customer", "format": "csv" }));
        let path = format!("/exports/{}/file", end.id());
        t.running.place.run(&format!("UPDATE exports SET status = 'running' WHERE file_name = '{}'", end["file_name"].as_str().expect("name")));
        t.owner.get(&path).refused(409, "export_not_ready");
        t.running.place.run("UPDATE exports SET status = 'cancelled'");
        t.owner.get(&path).refused(409, "export_without_file");
        t.running.place.run("UPDATE exports SET status = 'done'");
        t.owner.get(&path).expect(200);
        t.running.place.run("DELETE FROM export_files");
        t.owner.get(&path).refused(410, "export_file_gone");
    }

    fn what_gb18030_lacks_is_told(t) {
        t.owner.create("/customers", json!({ "name": "a\u{e5e5}b龴" }));
        let end = exported(&t.owner, json!({ "kind": "customer", "format": "csv", "encoding": "gb18030" }));
        assert_eq!((end["replaced"].clone(), end["doubtful"].clone()), (json!(1), json!(1)), "{}", end.text);
        let plain = exported(&t.owner, json!({ "kind": "customer", "format": "csv" }));
        assert_eq!((plain["replaced"].clone(), plain["doubtful"].clone()), (json!(null), json!(null)));
    }
}
