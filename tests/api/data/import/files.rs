//! Encodings, broken files, rows in error, and files that come back corrected.

use super::*;

/// The same two customers in an encoding. `encoding_rs` writes no UTF-16.
fn chinese() -> Vec<(&'static str, Vec<u8>)> {
    let text = "客户名称,城市,行业,备注\n上海博艺网络,永州市,制造,\"含逗号,与引号\"\n䶮龙山科技,杭州市,软件,\n";
    let utf16: Vec<u8> = text
        .replace(',', "\t")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    vec![
        ("UTF-8", text.as_bytes().to_vec()),
        ("UTF-8", ["\u{feff}", text].concat().into_bytes()),
        ("gb18030", encoding_rs::GB18030.encode(text).0.into_owned()),
        ("UTF-16LE", [vec![0xff, 0xfe], utf16].concat()),
    ]
}

both! {
    fn the_encoding_is_found_and_names_are_searched_in_pinyin(t) {
        for (n, (encoding, bytes)) in chinese().into_iter().enumerate() {
            let end = import(&t.owner, "customers", bytes, &[("mapping", r#"{"name":"客户名称","region":"城市"}"#)]);
            assert_eq!(counts(&end)[0], 2, "{encoding}: {}", end.text);
            assert_eq!(end["encoding"], encoding, "{}", end.text);
            assert_eq!(counts(&end)[if n == 0 { 1 } else { 3 }], 2, "only the first makes them: {}", end.text);
        }
        assert_eq!(t.owner.names("/customers?q=%E5%8D%9A%E8%89%BA"), ["上海博艺网络"]);
        assert_eq!(t.owner.names("/customers?q=shby"), ["上海博艺网络"]);
        assert_eq!(t.owner.names("/customers?q=%E9%BE%99%E5%B1%B1"), ["䶮龙山科技"]);
    }

    fn rows_in_error_come_back_corrected(t) {
        let file = "name,email,employees,owner\nAcme,info@acme.example,12,sales\nBeta,not an address,many,sales\nGamma,,7,nobody\n,x@y.example,,\nAcme,,,\n";
        let end = import(&t.owner, "customers", file, &[]);
        assert_eq!(counts(&end), [5, 1, 0, 0, 4], "{}", end.text);
        assert_eq!(
            causes(&end),
            [
                "email | “not an address” is not an email address | 1 | -",
                "employees | “many” is not a number | 1 | -",
                "owner | No user named “nobody” was found | 1 | -",
                "name | “Name” is missing | 1 | -",
                "name | “Acme” already stands in the file (line 2) | 1 | -",
            ]
        );
        let errors = t.owner.get(&format!("/imports/{}/errors", end.id())).expect(200);
        assert_eq!(errors.header("content-type"), "text/csv; charset=utf-8");
        assert!(errors.text.starts_with("\u{feff}name,email,employees,owner,Import error (Guanxi)\n"), "{}", errors.text);
        assert!(errors.text.contains("email: “not an address” is not an email address; employees: “many” is not a number"), "{}", errors.text);
        let corrected = errors.text.replace("not an address", "b@beta.example").replace("many", "30").replace("nobody", "other_sales");
        let again = import(&t.owner, "customers", corrected, &[]);
        assert_eq!(counts(&again), [4, 2, 0, 1, 1], "{}", again.text);
        assert_eq!(t.owner.names("/customers?sort=name"), ["Acme", "Beta", "Gamma"]);
        assert_eq!(t.other_sales.names("/customers"), ["Gamma"]);
    }

    fn a_file_that_cannot_be_read_is_refused(t) {
        let send = |kind: &str, file: &[u8], words: &[(&str, &str)]| t.owner.call("POST", "/imports").form(form(kind, file, words));
        send("customers", b"", &[]).invalid(&["/file empty_file"]);
        send("customers", b"PK\x03\x04 a workbook", &[]).invalid(&["/file workbook_broken"]);
        send("customers", b"name\na\n", &[("mapping", r#"{"name":"title"}"#)]).invalid(&["/mapping unknown_column"]);
        send("customers", b"name\na\n", &[("mapping", r#"{"colour":"name"}"#)]).invalid(&["/mapping/colour unknown_field"]);
        send("customers", b"name\na\n", &[("mapping", "[")]).invalid(&["/mapping wrong_type"]);
        send("customers", b"name\na\n", &[("encoding", "klingon")]).invalid(&["/encoding unknown_encoding"]);
        send("customers", b"name\na\n", &[("delimiter", "x")]).invalid(&["/delimiter unknown_choice"]);
        send("customers", b"xyz\na\n", &[]).invalid(&["/file nothing_mapped"]);
        send("customers", b"name\na\n", &[("dry", "true")]).invalid(&["/dry unknown_field"]);
        send("stages", b"name\na\n", &[]).invalid(&["/kind unknown_import_kind"]);
        let zh = send("customers", b"", &[]).language("zh-CN").expect(422);
        assert_eq!(zh["detail"], "文件中没有任何数据");
        let bare = Form::new().text("kind", "customers");
        t.owner.call("POST", "/imports").form(bare).invalid(&["/file file_missing"]);
        t.owner.post("/imports", json!({})).refused(415, "unsupported_media_type");
        assert_eq!(t.owner.get("/imports").expect(200).rows().len(), 0);
    }

    fn a_file_taken_for_the_wrong_thing_is_read_again_as_told(t) {
        let file = encoding_rs::BIG5.encode("名稱;備註\n雲帆,科技;甲\n").0.into_owned();
        let words = [("dry_run", "true"), ("encoding", "gbk"), ("delimiter", ",")];
        let id = t.owner.call("POST", "/imports").form(form("customers", file, &words)).expect(202).id();
        let wrong = seed::finished(&t.owner, &id);
        assert_eq!((&wrong["encoding"], &wrong["delimiter"]), (&json!("GBK"), &json!(",")), "{}", wrong.text);
        assert_ne!(wrong["headers"], json!(["名稱", "備註"]), "{}", wrong.text);
        assert_eq!(wrong["mapping"], json!({}), "{}", wrong.text);

        let told = json!({ "dry_run": true, "mapping": {}, "encoding": "big5", "delimiter": ";" });
        t.owner.post(&format!("/imports/{id}/run"), told).expect(202);
        assert_eq!(seed::finished(&t.owner, &id)["delimiter"], ";");
        t.owner.post(&format!("/imports/{id}/run"), json!({ "dry_run": true, "delimiter": "pipe" })).expect(202);
        assert_eq!(seed::finished(&t.owner, &id)["delimiter"], "|");
        t.owner.post(&format!("/imports/{id}/run"), json!({ "dry_run": true, "delimiter": "semicolon" })).expect(202);
        let right = seed::finished(&t.owner, &id);
        assert_eq!(right["headers"], json!(["名稱", "備註"]), "{}", right.text);
        assert_eq!(right["samples"], json!([["雲帆,科技", "甲"]]), "{}", right.text);
        t.owner.post(&format!("/imports/{id}/run"), json!({ "delimiter": "x" })).invalid(&["/delimiter unknown_choice"]);
        t.owner.post(&format!("/imports/{id}/run"), json!({ "mapping": { "name": "名稱" } })).expect(202);
        assert_eq!(counts(&seed::finished(&t.owner, &id)), [1, 1, 0, 0, 0]);
        assert_eq!(t.owner.names("/customers"), ["雲帆,科技"]);
    }

    fn bytes_that_are_wrong_further_down_leave_nothing_behind(t) {
        let mut file = b"name\n".to_vec();
        for n in 0..20_000 {
            file.extend_from_slice(format!("Customer number {n}\n").as_bytes());
        }
        file.extend_from_slice("名\n".as_bytes());
        file.extend_from_slice(b"\xff\xff\n");
        let id = t.owner.call("POST", "/imports").form(form("customers", file, &[("encoding", "utf-8")])).expect(202).id();
        let end = seed::finished(&t.owner, &id);
        assert_eq!((&end["status"], &end["error"]["code"]), (&json!("failed"), &json!("bad_bytes")), "{}", end.text);
        assert!(end["error"]["detail"].as_str().expect("text").contains("20003"), "{}", end.text);
        assert_eq!(t.owner.names("/customers"), Vec::<String>::new());
    }

    fn contacts_and_leads_are_told_apart_by_more_than_their_name(t) {
        import(&t.owner, "customers", "name\nAcme\nBeta\n", &[]);
        let contacts = "姓名,客户名称,手机\n王伟,Acme,13800000001\n王伟,Beta,13800000002\n王伟,Acme,13800000003\n";
        let end = import(&t.owner, "contacts", contacts, &[]);
        assert_eq!(counts(&end), [3, 2, 0, 0, 1], "{}", end.text);
        let leads = "姓名,公司,手机\n李雷,甲公司,13900000001\n李雷,乙公司,13900000002\n";
        assert_eq!(counts(&import(&t.owner, "leads", leads, &[])), [2, 2, 0, 0, 0]);
        assert_eq!(counts(&import(&t.owner, "leads", leads, &[])), [2, 0, 0, 2, 0]);
        let names = "First Name,Last Name,Email\nAda,Lovelace,ada@example.org\n小明,王,wang@example.org\n";
        assert_eq!(counts(&import(&t.owner, "leads", names, &[])), [2, 2, 0, 0, 0]);
        assert_eq!(t.owner.names("/leads?q=Lovelace"), ["Ada Lovelace"]);
        assert_eq!(t.owner.names("/leads?q=wang%40example.org"), ["王小明"]);
    }
}
