//! Line 16. What is handed in as a file: its size, its type by its contents, and names that are more than names.

use crate::import::form;
use image::ImageFormat;
use reqwest::blocking::multipart::{Form, Part};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;
use tests::pictures::{another_png, bomb, halves};
use tests::*;

/// How well-known files begin that are no text, whatever they are called.
const NO_TEXT: [(&str, &[u8]); 8] = [
    ("zip, xlsx, docx", b"PK\x03\x04\x14\x00\x06\x00\x08\x00"),
    ("gzip", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xffname\n"),
    ("old Office", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00\x00"),
    ("PNG", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"),
    ("ELF", b"\x7fELF\x02\x01\x01\x00\x00\x00"),
    ("Windows program", b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00"),
    ("PDF", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"),
    ("SQLite", b"SQLite format 3\x00\x10\x00"),
];

const NAMES: [(&str, &str); 8] = [
    ("../../../etc/passwd", "passwd"),
    ("..\\..\\windows\\win.ini", "win.ini"),
    ("/etc/shadow", "shadow"),
    ("C:\\Users\\x\\data.csv", "data.csv"),
    ("data.csv/../../x.csv", "x.csv"),
    ("<img src=x onerror=alert(1)>.csv", "<img src=x onerror=alert(1)>.csv"),
    ("=cmd|' -C calc'!A0.csv", "=cmd|' -C calc'!A0.csv"),
    ("客户.csv", "客户.csv"),
];

fn named(name: &str, media: &str, bytes: &[u8]) -> Form {
    let part = Part::bytes(bytes.to_vec()).file_name(name.to_owned());
    let part = part.mime_str(media).expect("a media type");
    Form::new()
        .text("kind", "customers")
        .text("dry_run", "true")
        .part("file", part)
}

both! {
    fn the_contents_decide_what_a_file_is(t) {
        let send = |form: Form| t.owner.call("POST", "/imports").form(form);
        for (kind, start) in NO_TEXT {
            // Neither its name nor what the sender calls it makes it a table, and nothing is unpacked to see.
            let bytes = [start, &[0u8, 1, 2, 3].repeat(500)].concat();
            for name in ["data.csv", "data.xlsx"] {
                let refused = send(named(name, "text/csv", &bytes)).expect(422);
                assert!(refused.issues()[0].starts_with("/file "), "{kind}: {}", refused.text);
            }
        }
        assert_eq!(t.owner.get("/imports").expect(200).rows().len(), 0, "nothing is kept of them");
        // A stray NUL is no text either: its row is in error, and nothing else.
        let stray = send(named("data.csv", "text/csv", b"name,level\nAcme and Sons,x\0y\nBeta Works,A\n")).expect(202);
        let report = &seed::finished(&t.owner, &stray.id())["report"];
        assert_eq!((&report["created"], &report["failed"]), (&json!(1), &json!(1)), "{report}");
        // A page is a table with odd headings: no column of it fits.
        send(form("customers", "<html><script>alert(1)</script></html>\n", &[])).invalid(&["/file nothing_mapped"]);
        let taken = send(named("data.exe", "application/x-msdownload", b"name\nA\n")).expect(202);
        assert_eq!(seed::finished(&t.owner, &taken.id())["status"], "done", "and a table is one under any name");
    }

    fn a_name_is_no_path(t) {
        for (sent, kept) in NAMES {
            let taken = t.owner.call("POST", "/imports").form(named(sent, "text/csv", b"name,email\nA,nobody\n")).expect(202);
            let end = seed::finished(&t.owner, &taken.id());
            assert_eq!(end["file_name"], kept, "{sent}");
            let errors = t.owner.get(&format!("/imports/{}/errors", taken.id())).expect(200);
            let disposition = errors.header("content-disposition");
            assert_eq!(disposition, format!("attachment; filename=\"import-errors-{}.csv\"", taken.id()));
        }
        let long = "x".repeat(5000);
        let status = t.owner.call("POST", "/imports").form(named(&long, "text/csv", b"name\nA\n")).send().status;
        assert!(matches!(status, 202 | 422), "{status}");
    }

    fn more_than_a_hundred_megabytes_are_not_even_read(t) {
        // Told beforehand: refused before the first byte.
        let address = t.anonymous.base.trim_start_matches("http://");
        let mut stream = TcpStream::connect(address).expect("connects");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a limit");
        let token = t.owner.token.as_deref().expect("a token");
        let head = format!("POST /api/v1/imports HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\
            Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {}\r\n\r\n", 120 << 20);
        stream.write_all(head.as_bytes()).expect("takes it");
        let mut start = [0; 12];
        stream.read_exact(&mut start).expect("answers");
        assert_eq!(&start, b"HTTP/1.1 413");
        // Who may import nothing is told before the file is read, too.
        t.sales.call("POST", "/imports").form(form("customers", "not looked at".repeat(10), &[("kind", "klingon")])).refused(403, "forbidden");
    }

    fn what_is_no_such_picture_is_refused_in_both_languages(t) {
        let gif = b"GIF89a\x01\0\x01\0\x80\0\0\xff\xff\xff\0\0\0!\xf9\x04\0\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;".to_vec();
        let svg = br#"<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>"#.to_vec();
        let cut = { let mut png = halves(300, 300, ImageFormat::Png); png.truncate(120); png };
        let cases: [(&[u8], u16, &str, &str, &str); 6] = [
            (&gif, 415, "unsupported_picture", "请选择 PNG、JPEG 或 WebP 格式的图片。", "Choose a PNG, JPEG or WebP picture."),
            (&svg, 415, "unsupported_picture", "请选择 PNG、JPEG 或 WebP 格式的图片。", "Choose a PNG, JPEG or WebP picture."),
            (b"", 415, "unsupported_picture", "请选择 PNG、JPEG 或 WebP 格式的图片。", "Choose a PNG, JPEG or WebP picture."),
            (&cut, 422, "invalid", "无法读取该图片，文件可能已损坏。", "This picture cannot be read; the file seems to be damaged."),
            (b"\x89PNG\r\n\x1a\n", 422, "invalid", "无法读取该图片，文件可能已损坏。", "This picture cannot be read; the file seems to be damaged."),
            (&bomb(60_000, 60_000), 422, "invalid", "图片尺寸过大，最多 40 百万像素。", "The picture is too large: at most 40 megapixels."),
        ];
        for (file, status, code, zh, en) in cases {
            for (language, said) in [("zh-CN", zh), ("en", en)] {
                let answer = t.sales.set_picture(file).language(language).refused(status, code);
                assert_eq!(answer["detail"], said);
            }
        }
        // What calls itself something else is not looked at.
        for media in ["image/svg+xml", "image/gif", "application/json", "text/html"] {
            let sent = t.sales.call("PUT", "/auth/me/avatar").bytes(media, another_png());
            sent.refused(415, "unsupported_picture");
        }
        t.sales.get(&format!("/users/{}/avatar", t.sales.id)).refused(404, "not_found");
        assert!(t.sales.get("/auth/me").expect(200)["user"]["avatar"].is_null());
    }

    fn a_picture_has_ten_megabytes(t) {
        let mut file = another_png();
        file.resize((10 << 20) + 1, 0);
        let answer = t.sales.set_picture(&file).language("en").refused(413, "picture_file_too_large");
        assert_eq!(answer["detail"], "The picture file is too large: at most 10 MB.");
        file.truncate(10 << 20);
        t.sales.set_picture(&file).expect(200);
    }
}
