//! Line 15. A cell that a spreadsheet would take for a formula is text in every file that comes out.

use crate::import::import;
use tests::*;

/// How a formula may begin, in half and full width, after blanks, and after the sign that makes it text.
const STARTS: [&str; 13] = ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", " =", "'="];

/// The records of a file, as a spreadsheet reads them.
fn cells(file: &Answer) -> Vec<Vec<String>> {
    let text = file.text.strip_prefix('\u{feff}').expect("a mark of the encoding");
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let head = reader.headers().expect("headings").clone();
    let rows = reader.records().map(|row| row.expect("a row"));
    let all = std::iter::once(head).chain(rows);
    all.map(|row| row.iter().map(str::to_owned).collect()).collect()
}

fn harmless(file: &Answer) -> Vec<Vec<String>> {
    let rows = cells(file);
    for cell in rows.iter().flatten() {
        let seen = cell.trim_start_matches([' ', '\u{3000}']);
        let starts = ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"];
        assert!(
            !starts.iter().any(|s| seen.starts_with(s)),
            "{}: {cell:?} is a formula",
            file.name
        );
    }
    rows
}

both! {
    fn no_cell_of_the_audit_file_is_a_formula(t) {
        // In values, and in the names that come back in other columns: of who did it, and of the record.
        for (n, start) in STARTS.iter().enumerate() {
            let text = format!("{start}HYPERLINK(\"http://evil.test\",{n})");
            let (_, person) = sign_in::newcomer(&t.owner, &format!("f{n}.{}", t.sales.email), "sales");
            let me = person.get("/auth/me").expect(200);
            let version = me["user"]["version"].as_i64().expect("a version");
            // Some of these are no names; those that are come back.
            person.patch("/auth/me", version, json!({ "name": text })).send();
            person.post("/customers", json!({ "name": text, "description": text, "external_id": text })).send();
            person.create("/customers", json!({ "name": "plain", "description": format!("{text} and more"), "tags": [text] }));
            person.post("/tags", json!({ "name": text })).send();
            t.owner.post("/products", json!({ "name": text })).send();
        }
        let rows = harmless(&t.owner.get("/audit/export").expect(200));
        let column = |name: &str| rows[0].iter().position(|head| head == name).expect("the column");
        for name in ["Who", "Record", "New"] {
            let guarded = rows.iter().filter(|row| row[column(name)].starts_with("'=HYPERLINK")).count();
            assert!(guarded > 0, "{name} holds the text, as text");
        }
        harmless(&t.owner.get("/audit/export").language("zh-CN").expect(200));
    }

    fn no_cell_of_the_rows_in_error_is_a_formula(t) {
        let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
        let mut file = "name,email,description,=heading\n".to_owned();
        for start in STARTS {
            let text = quoted(&format!("{start}1+1"));
            file += &format!("{text},not an address,{text},{text}\n");
        }
        let end = import(&t.owner, "customers", &file, &[]);
        let errors = t.owner.get(&format!("/imports/{}/errors", end.id())).expect(200);
        let rows = harmless(&errors);
        assert!(rows.len() > STARTS.len(), "{}", errors.text);
        // Corrected and handed in again it is what it was: the sign is not part of the name.
        let corrected = errors.text.replace("not an address", "a@example.com");
        import(&t.owner, "customers", corrected, &[]);
        let names = t.owner.names("/customers?limit=200");
        assert!(names.contains(&"=1+1".to_owned()) && names.contains(&"@1+1".to_owned()), "{names:?}");
    }

    fn the_file_holds_what_is_found_and_no_formula(t) {
        let made = t.sales.create("/customers", json!({ "name": "=1+1", "description": "-x" }));
        t.owner.patch(&format!("/customers/{}", made.id()), 1, json!({ "name": "plain" })).expect(200);
        let file = t.owner.get(&format!("/audit/export?record_id={}", made.id())).expect(200);
        assert!(file.text.starts_with("\u{feff}Time,Who,Type,Record,Record ID,Action,Field,Old,New\n"), "{}", file.text);
        let lines: Vec<&str> = file.text.lines().skip(1).collect();
        assert!(lines[0].contains(",owner,Customer,plain,") && lines[0].ends_with(",Updated,Name,'=1+1,plain"), "{}", lines[0]);
        assert!(lines.iter().any(|l| l.ends_with(",Created,Name,,'=1+1")) && lines.iter().any(|l| l.ends_with(",Description,,'-x")), "{lines:?}");
        let all = t.owner.get("/audit/export").language("zh-CN").expect(200);
        assert!(all.text.starts_with("\u{feff}时间,操作人,"), "{}", &all.text[..60]);
    }
}
