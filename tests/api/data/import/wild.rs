//! Files in the shapes that programs of the field and their users make: each is taken whole, and what is changed on the way is told.

use super::*;

/// The remarks, each as one line: code, column, value, what it was taken for.
fn remarks(end: &Answer) -> Vec<String> {
    let list = end["report"]["warnings"].as_array().expect("remarks");
    let text = |j: &Json| j.as_str().unwrap_or("-").to_owned();
    let line = |c: &Json| {
        let said = |name: &str| text(&c["params"][name]);
        format!(
            "{} | {} | {} | {}",
            text(&c["code"]),
            text(&c["column"]),
            said("value"),
            said("taken")
        )
    };
    list.iter().map(line).collect()
}

/// A workbook whose only sheet has these rows; the style 1 is a day as Chinese spreadsheets number it.
fn workbook(rows: &str) -> Vec<u8> {
    use std::io::{Cursor, Write};
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let doc = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let relation = |n: u8, what: &str, target: &str| {
        format!(r#"<Relationship Id="rId{n}" Type="{doc}/{what}" Target="{target}"/>"#)
    };
    let relations = |inner: String| {
        format!(
            r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inner}</Relationships>"#
        )
    };
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in [
        (
            "_rels/.rels",
            relations(relation(1, "officeDocument", "xl/workbook.xml")),
        ),
        (
            "xl/workbook.xml",
            format!(
                r#"<workbook xmlns="{main}" xmlns:r="{doc}"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>"#
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            relations(relation(1, "worksheet", "worksheets/sheet1.xml") + &relation(2, "styles", "styles.xml")),
        ),
        (
            "xl/styles.xml",
            format!(
                r#"<styleSheet xmlns="{main}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="31"/></cellXfs></styleSheet>"#
            ),
        ),
        (
            "xl/worksheets/sheet1.xml",
            format!(r#"<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>"#),
        ),
    ] {
        zip.start_file(name, zip::write::SimpleFileOptions::default())
            .expect("a part");
        zip.write_all(text.as_bytes()).expect("memory");
    }
    zip.finish().expect("a workbook").into_inner()
}

both! {
    fn phones_keep_their_digits_however_they_are_written(t) {
        let file = "Name\tPhone\nA\t0441/5550201\nB\tTel.: 0441 5550202\nC\t0441 5550203 Durchwahl 31\nD\t+494415550204;ext=8\nE\t0441—5550205\n";
        let end = import(&t.owner, "leads", file, &[]);
        assert_eq!(counts(&end), [5, 5, 0, 0, 0], "{}", end.text);
        let phones = t.owner.get("/leads?sort=name&fields=phone").expect(200);
        let phones: Vec<&str> = phones.rows().iter().filter_map(|row| row["phone"].as_str()).collect();
        assert_eq!(phones, ["0441/5550201", "0441 5550202", "0441 5550203 ext. 31", "+494415550204 ext. 8", "0441-5550205"]);
        assert_eq!(
            remarks(&end),
            [
                "read_as | Phone | Tel.: 0441 5550202 | 0441 5550202",
                "read_as | Phone | 0441 5550203 Durchwahl 31 | 0441 5550203 ext. 31",
            ]
        );
        assert_eq!(end["report"]["warnings"][0]["first_rows"], json!([3]), "{}", end.text);
        assert_eq!(t.owner.names("/leads?q=5550203"), ["C"]);
    }

    fn guards_of_other_programs_come_off(t) {
        let file = "Name,Phone,Email,Notes\nA,'+86 138 0000 0021,a@example.com,'=no formula\n\"=\"\"00321\"\"\",'13800000022,'b@example.com,'quoted\nC,13800000023,,'- item\n";
        let end = import(&t.owner, "leads", file, &[]);
        assert_eq!(counts(&end), [3, 3, 0, 0, 0], "{}", end.text);
        let rows = t.owner.get("/leads?sort=name&fields=name,phone,email,description").expect(200);
        let told: Vec<String> = rows.rows().iter().map(|r| format!("{} {} {} {}", r["name"], r["phone"], r["email"], r["description"])).collect();
        assert_eq!(
            told,
            [
                r#""00321" "13800000022" "b@example.com" "'quoted""#,
                r#""A" "+86 138 0000 0021" "a@example.com" "=no formula""#,
                r#""C" "13800000023" null "- item""#,
            ]
        );
    }

    fn rows_that_end_early_and_words_for_nothing_are_taken(t) {
        let file = "Name,Company,Email,Phone,Next follow-up,Industry\nA\nB,-,N/A,无,0/0/00,Select\n,Firm of C\n,,,13800000031\n";
        let end = import(&t.owner, "leads", file, &[]);
        assert_eq!(counts(&end), [4, 4, 0, 0, 0], "{}", end.text);
        assert_eq!(t.owner.names("/leads?sort=name"), ["13800000031", "A", "B", "Firm of C"]);
        let b = t.owner.get("/leads?filter[name]=B").expect(200);
        let b = &b.rows()[0];
        for field in ["company", "email", "phone", "next_follow_up_at", "industry"] {
            assert!(b[field].is_null(), "{field}: {b}");
        }
        assert_eq!(remarks(&end), ["named_after | - | - | -", "named_after | - | - | -"]);
    }

    fn an_amount_is_of_the_currency_and_unit_beside_it(t) {
        for (code, rate) in [("USD", "7"), ("EUR", "8")] {
            t.owner.create("/currencies", json!({ "code": code }));
            t.owner.post("/exchange-rates", json!({ "currency": code, "valid_from": "2020-01-01", "rate": rate })).expect(201);
        }
        let file = "Deal Name,Amount,Currency\nOne,1000,USD\nTwo,2500.5,EUR\nThree,7,\n";
        let end = import(&t.owner, "opportunities", file, &[]);
        assert_eq!(counts(&end), [3, 3, 0, 0, 0], "{}", end.text);
        let amounts = |path: &str| {
            let found = t.owner.get(path).expect(200);
            found.rows().iter().map(|r| format!("{} {}", r["amount"]["amount"], r["amount"]["currency"]).replace('"', "")).collect::<Vec<_>>()
        };
        assert_eq!(amounts("/opportunities?sort=name"), ["1000.00 USD", "7.00 CNY", "2500.50 EUR"]);
        let end = import(&t.owner, "opportunities", "商机名称,预计金额（万元）\n甲,12.5\n", &[]);
        assert_eq!(counts(&end), [1, 1, 0, 0, 0], "{}", end.text);
        assert_eq!(amounts("/opportunities?filter[name]=%E7%94%B2"), ["125000.00 CNY"]);
        assert_eq!(end["report"]["warnings"][0]["code"], "unit_of_column", "{}", end.text);
        let end = import(&t.owner, "opportunities", "Deal Name,Amount,Currency\nFour,1,Thaler\n", &[]);
        assert_eq!(causes(&end), ["Currency | Unknown currency “Thaler” | 1 | -"]);
    }

    fn contacts_of_google_and_outlook_come_with_their_firms(t) {
        let google = "Name,Given Name,Family Name,Birthday,Group Membership,E-mail 1 - Value,Phone 1 - Value,Organization 1 - Name,Organization 1 - Title\n\
            Ada Kern,Ada,Kern,--03-15,* My Contacts ::: Fair,ada@example.com,+49 441 5550301,Kern KG,Buyer\n";
        let trial = import(&t.owner, "contacts", google, &[("dry_run", "true")]);
        assert_eq!(counts(&trial), [1, 1, 0, 0, 0], "{}", trial.text);
        assert_eq!(trial["report"]["created_values"], json!([{ "field": "customer_id", "label": "Customer", "value": "Kern KG", "rows": 1 }]));
        assert_eq!(t.owner.names("/customers"), Vec::<String>::new());
        let end = import(&t.owner, "contacts", google, &[]);
        assert_eq!(counts(&end), [1, 1, 0, 0, 0], "{}", end.text);
        assert_eq!(t.owner.names("/customers"), ["Kern KG"]);
        let ada = t.owner.get("/contacts?expand=customer").expect(200);
        let ada = &ada.rows()[0];
        assert_eq!((&ada["tags"], &ada["birthday"]), (&json!(["My Contacts", "Fair"]), &Json::Null), "{ada}");
        assert!(remarks(&end).contains(&"date_without_year | Birthday | --03-15 | -".to_owned()), "{}", end.text);

        let outlook = "\"Title\",\"First Name\",\"Last Name\",\"Company\",\"Job Title\",\"Birthday\"\n\"Dr.\",\"Ida\",\"Falk\",\"\",\"Head of Buying\",\"0/0/00\"\n";
        let end = import(&t.owner, "contacts", outlook, &[]);
        assert_eq!(counts(&end), [1, 1, 0, 0, 0], "{}", end.text);
        let ida = t.owner.get("/contacts?filter[name]=Ida%20Falk").expect(200);
        assert_eq!(ida.rows()[0]["title"], "Head of Buying");
        let bare = "Title,First Name,Last Name\nMrs.,Eva,Lang\n";
        let end = import(&t.owner, "contacts", bare, &[]);
        assert_eq!(counts(&end), [1, 1, 0, 0, 0], "{}", end.text);
        assert_eq!(remarks(&end), ["column_unmapped | Title | - | -"]);
        assert_eq!(t.owner.get("/contacts?filter[name]=Eva%20Lang").expect(200).rows()[0]["title"], Json::Null);
    }

    fn a_column_that_only_sounds_like_a_list_is_left_out(t) {
        let end = import(&t.owner, "customers", "NAME,TYPE,ANNUALREVENUE\nAcme,Prospect,6.0E7\nBeta,Reseller,8.485E10\n", &[]);
        assert_eq!(counts(&end), [2, 2, 0, 0, 0], "{}", end.text);
        assert_eq!(
            remarks(&end),
            [
                "read_as | ANNUALREVENUE | 6.0E7 | 60000000",
                "read_as | ANNUALREVENUE | 8.485E10 | 84850000000",
                "column_unmapped | TYPE | - | -",
            ]
        );
        let late = ["Acme", "Beta", "C", "D", "E", "F"].map(|n| format!("{n},{}", if n == "F" { "Reseller" } else { "" })).join("\n");
        let late = import(&t.owner, "customers", format!("NAME,TYPE\n{late}\n"), &[]);
        assert_eq!(counts(&late), [6, 4, 0, 2, 0], "{}", late.text);
        assert_eq!(remarks(&late), ["no_value_fits | TYPE | - | -"]);
        let mixed = import(&t.owner, "customers", "NAME,TYPE\nGamma,Person\nDelta,Reseller\n", &[]);
        assert_eq!(counts(&mixed), [2, 1, 0, 0, 1], "{}", mixed.text);
    }

    fn a_workbook_is_taken_whatever_it_is_called_and_a_broken_one_is_told_as_such(t) {
        let rows = r#"<row r="1"><c r="A1" t="inlineStr"><is><t>姓名</t></is></c><c r="B1" t="inlineStr"><is><t>手机</t></is></c><c r="C1" t="inlineStr"><is><t>下次跟进</t></is></c></row>
            <row r="3"><c r="A3" t="inlineStr"><is><t>李雷</t></is></c><c r="B3"><v>13800000041</v></c><c r="C3" s="1"><v>47490</v></c></row>
            <row r="4"><c r="B4" t="inlineStr"><is><t>none at all</t></is></c></row>"#;
        let end = import(&t.owner, "leads", workbook(rows), &[]);
        assert_eq!(counts(&end), [2, 1, 0, 0, 1], "{}", end.text);
        assert_eq!((&end["encoding"], &end["report"]["causes"][0]["first_rows"]), (&json!("XLSX"), &json!([4])), "{}", end.text);
        let lead = t.owner.get("/leads").expect(200);
        let lead = &lead.rows()[0];
        assert_eq!((&lead["phone"], &lead["next_follow_up_at"]), (&json!("13800000041"), &json!("2030-01-07T10:00:00.000000Z")), "{lead}");
        let mut locked = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
        locked.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
        t.owner.call("POST", "/imports").form(form("leads", locked, &[])).invalid(&["/file workbook_locked"]);
    }

    fn ids_of_another_program_are_left_out_and_told(t) {
        let file = "ID,NAME,PARENTID,OWNERID\n001x0000002xLCVAA2,Acme,001x0000002xLCVBB9,005x0000000fNSiAAM\n";
        let end = import(&t.owner, "customers", file, &[]);
        assert_eq!(counts(&end), [1, 1, 0, 0, 0], "{}", end.text);
        assert_eq!(
            remarks(&end),
            ["reference_left_out | OWNERID | 005x0000000fNSiAAM | -", "reference_left_out | PARENTID | 001x0000002xLCVBB9 | -"]
        );
        assert_eq!(counts(&import(&t.owner, "customers", "name,owner\nBeta,nobody\n", &[])), [1, 0, 0, 0, 1]);
    }

    fn what_is_to_be_done_on_a_day_is_due_until_work_ends(t) {
        let end = import(&t.owner, "leads", "姓名,下次跟进\n李雷,2030-01-07\n", &[]);
        assert_eq!(counts(&end), [1, 1, 0, 0, 0], "{}", end.text);
        assert_eq!(t.owner.get("/leads").expect(200).rows()[0]["next_follow_up_at"], "2030-01-07T10:00:00.000000Z");
    }
}
