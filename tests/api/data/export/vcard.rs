//! vCards of contacts: one by itself, and a list as the file of an export.

use super::{causes, counts, exported, file, import};
use tests::*;

/// The lines of a text of cards, unfolded.
fn lines(text: &str) -> Vec<String> {
    assert!(text.split("\r\n").all(|line| line.len() <= 75), "{text}");
    text.replace("\r\n ", "")
        .split_terminator("\r\n")
        .map(str::to_owned)
        .collect()
}

both! {
    fn a_contact_is_told_as_a_card(t) {
        let firm = t.owner.create("/customers", json!({ "name": "青山; 精密, 制造" }));
        let contact = t.owner.create("/contacts", json!({ "name": "欧阳建国", "customer_id": firm["id"], "title": "采购经理", "department": "采购部",
            "phone": "+86 138 0013 8001", "office_phone": "021-5555 0101", "email": "Zhou@example.cn", "wechat": "wx 号",
            "birthday": "1990-02-28", "tags": ["重点", "a,b"], "description": "第一行\n第二行; 很长".repeat(6) }));
        let path = format!("/contacts/{}/vcard", contact.id());
        let card = t.owner.get(&path).expect(200);
        assert_eq!(card.header("content-type"), "text/vcard; charset=utf-8");
        assert!(card.header("content-disposition").starts_with(&format!("attachment; filename=\"contact-{}.vcf\"", contact.id())));
        let told = lines(&card.text);
        let note = format!("NOTE:{}", "第一行\\n第二行\\; 很长".repeat(6));
        for line in [
            "BEGIN:VCARD", "VERSION:3.0", "FN:欧阳建国", "N:欧阳;建国;;;", "ORG:青山\\; 精密\\, 制造;采购部", "TITLE:采购经理",
            "TEL;TYPE=CELL,VOICE:+86 138 0013 8001", "TEL;TYPE=WORK,VOICE:021-5555 0101", "EMAIL;TYPE=INTERNET:zhou@example.cn",
            "IMPP:wechat:wx%20%E5%8F%B7", "BDAY:1990-02-28", "CATEGORIES:重点,a\\,b", &note, "END:VCARD",
        ] {
            assert!(told.iter().any(|told| told == line), "{line} in {told:?}");
        }
        assert_eq!(told[..2], ["BEGIN:VCARD", "VERSION:3.0"]);
        let newer = lines(&t.owner.get(&format!("{path}?version=4.0")).expect(200).text);
        for line in ["VERSION:4.0", "TEL;TYPE=cell:+86 138 0013 8001", "EMAIL:zhou@example.cn", "BDAY:19900228"] {
            assert!(newer.iter().any(|told| told == line), "{line} in {newer:?}");
        }
        t.owner.get(&format!("{path}?version=2.1")).refused(400, "unknown_choice");
        t.stranger.get(&path).refused(404, "not_found");
    }

    fn what_is_closed_stands_in_no_card(t) {
        let contact = t.sales.create("/contacts", json!({ "name": "Mine", "phone": "13800138001", "email": "a@example.cn", "title": "Boss" }));
        let closed = json!({ "name": "Half", "key": "half", "grants": { "*": { "view": "own", "export": "own" } },
            "field_rights": { "contact": { "phone": "masked", "title": "hidden" } } });
        t.owner.create("/roles", closed);
        let user = t.owner.get(&format!("/users/{}", t.sales.id)).expect(200);
        t.owner.patch(&format!("/users/{}", t.sales.id), user.version(), json!({ "roles": ["half"] })).expect(200);
        let card = t.sales.get(&format!("/contacts/{}/vcard", contact.id())).expect(200).text;
        assert!(card.contains("EMAIL") && !card.contains("TEL") && !card.contains("TITLE"), "{card}");
        let end = exported(&t.sales, json!({ "kind": "contact", "format": "vcard" }));
        let text = file(&t.sales, &end).text;
        assert!(text.contains("EMAIL") && !text.contains("TEL") && !text.contains("TITLE"), "{text}");
    }

    fn a_list_of_contacts_is_a_file_of_cards(t) {
        for n in 0..3 {
            t.owner.create("/contacts", json!({ "name": format!("Card {n}"), "email": format!("c{n}@example.com") }));
        }
        let end = exported(&t.owner, json!({ "kind": "contacts", "format": "vcard", "vcard_version": "4.0", "sort": "name" }));
        assert_eq!(end["rows"], 3, "{}", end.text);
        assert!(end["file_name"].as_str().expect("a name").ends_with(".vcf"), "{}", end.text);
        let made = file(&t.owner, &end);
        assert!(made.header("content-type").starts_with("text/vcard"));
        let names: Vec<String> = lines(&made.text).into_iter().filter(|line| line.starts_with("FN:")).collect();
        assert_eq!(names, ["FN:Card 0", "FN:Card 1", "FN:Card 2"]);
        for wrong in [
            json!({ "kind": "customer", "format": "vcard" }),
            json!({ "kind": "contact", "format": "vcard", "columns": ["name"] }),
            json!({ "kind": "contact", "format": "csv", "vcard_version": "3.0" }),
        ] {
            t.owner.post("/exports", wrong).refused(422, "invalid");
        }
    }

    fn cards_that_are_exported_come_back_unchanged(t) {
        let firm = t.owner.create("/customers", json!({ "name": "青山; 精密, 制造" }));
        t.owner.create("/contacts", json!({ "name": "欧阳建国", "customer_id": firm["id"], "title": "采购经理", "department": "采购部",
            "phone": "+86 138 0013 8001", "office_phone": "021-5555 0101", "email": "zhou@example.cn", "wechat": "wx_1",
            "birthday": "1990-02-28", "tags": ["重点", "b"], "description": "第一行\n第二行; 很长, 真的" }));
        t.owner.create("/contacts", json!({ "name": "Ada Lovelace", "email": "ada@example.com" }));
        for version in ["3.0", "4.0"] {
            let end = exported(&t.owner, json!({ "kind": "contact", "format": "vcard", "vcard_version": version }));
            let end = import(&t.owner, "contacts", file(&t.owner, &end).bytes, &[]);
            assert_eq!(counts(&end), [2, 0, 0, 2, 0], "{version}: {:?} {}", causes(&end), end.text);
        }
    }

    fn an_address_book_of_a_phone_is_imported(t) {
        let book = "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E7=8E=8B;=E5=B0=8F=E6=98=8E;;;\r\n\
            TEL;CELL:13800138001\r\nTEL;CELL:13900139001\r\nEMAIL:wang@example.cn\r\n\
            ORG;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E9=9D=92=E5=B1=B1\r\nPHOTO;ENCODING=BASE64;JPEG:\r\n AAAA\r\n\r\nEND:VCARD\r\n";
        let end = import(&t.owner, "contacts", book, &[]);
        assert_eq!(counts(&end), [1, 1, 0, 0, 0], "{:?}", causes(&end));
        assert_eq!(end["encoding"], "vCard", "{}", end.text);
        // The second number and the picture have no place, and that is told.
        let warnings = end["report"]["warnings"].to_string();
        assert!(warnings.contains("13900139001") || warnings.contains("more_values"), "{warnings}");
        assert!(warnings.contains("PHOTO"), "{warnings}");
        let contact = t.owner.get("/contacts?filter[email]=wang@example.cn&expand=customer").expect(200).rows()[0].clone();
        assert_eq!((contact["name"].clone(), contact["phone"].clone()), (json!("王小明"), json!("13800138001")));
        assert_eq!(contact["customer"]["name"], "青山", "{contact}");
    }
}
