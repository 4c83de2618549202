//! Line 17. What would cost much is refused soon, and memory stays as it was: large filters, deep JSON, endless bodies, and
//! bodies that unpack to much more than they are.

use super::PROGRAM;
use crate::description::operations;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;
use tests::description::Operation;
use tests::program::{Program, founded};
use tests::*;

const ENGINES: [Engine; 2] = [Engine::Sqlite, Engine::Postgres];
const GIB: u64 = 1 << 30;

/// A server to be weighed, with somebody who may do everything.
fn weighed(engine: Engine, test: impl Fn(&Program, &Client)) {
    let (place, firm) = founded(engine);
    let process = Program::start(PROGRAM, &place.argument(), |command| {
        command.args(["--workers", "2", "--rate-limit", "0", "--sign-in-limit", "0"]);
        command.env("GUANXI_LOG", "off");
    });
    let owner = process.client(firm.owner.client.token);
    // What it needs anyway: its description is megabytes, and a password takes 19 MiB.
    owner.get("/schema").expect(200);
    sign_in::login(&process.client(None), "nobody@example.com", "wrong password").expect(401);
    let before = process.peak();
    test(&process, &owner);
    owner.get("/customers").expect(200);
    let grown = process.peak().saturating_sub(before);
    assert!(grown < 64 << 20, "{engine:?}: {} MiB more", grown >> 20);
}

/// Operations that take a body, and a path to each: nothing need be there, since it is refused before anybody looks.
fn with_body(owner: &Client) -> impl Iterator<Item = (&'static Operation, String)> {
    let all = owner.description().operations.iter().filter(|o| o.has_body);
    all.map(|o| {
        let id = "01890000-0000-7000-8000-000000000000";
        let path = o.path.replace("{id}", id).replace("{user_id}", id);
        let asks = if path.ends_with("/by") {
            "?key=external_id&value=x"
        } else {
            ""
        };
        (o, path.replace("{key}", "external_id").replace("{value}", "x") + asks)
    })
}

/// Begins a request by hand; what follows is its body.
fn begun(process: &Program, owner: &Client, operation: &Operation, path: &str, head: &str) -> TcpStream {
    let url = process.url();
    let mut stream = TcpStream::connect(url.trim_start_matches("http://")).expect("connects");
    stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a limit");
    let media = match operation.media.as_deref() {
        Some("multipart/form-data") => "multipart/form-data; boundary=b",
        // Of several that are taken, one.
        Some("image/*") => "image/png",
        other => other.unwrap_or("application/json"),
    };
    let token = owner.token.as_deref().expect("a token");
    let method = &operation.method;
    let start = format!(
        "{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nIf-Match: \"1\"\r\nContent-Type: {media}\r\n{head}\r\n\r\n"
    );
    stream.write_all(start.as_bytes()).expect("takes it");
    stream
}

fn status(stream: &mut TcpStream) -> u16 {
    let mut start = [0; 12];
    stream.read_exact(&mut start).expect("answers");
    let text = std::str::from_utf8(&start[9..]).expect("a status");
    text.parse().expect("a status")
}

#[test]
fn a_body_of_a_gigabyte_is_refused_unread() {
    for engine in ENGINES {
        weighed(engine, |process, owner| {
            let mut tried = 0;
            for (operation, path) in with_body(owner) {
                let mut stream = begun(process, owner, operation, &path, &format!("Content-Length: {GIB}"));
                assert_eq!(status(&mut stream), 413, "{}", operation.id);
                tried += 1;
            }
            assert!(tried > 100, "{tried}");
            // Without saying how much will come: answered after a megabyte and what the buffers on the way hold. Whatever is
            // sent all the same is thrown away.
            for id in ["create_customer", "login", "batch_leads"] {
                let operation = owner.description().get(id);
                let mut stream = begun(process, owner, operation, &operation.path, "Transfer-Encoding: chunked");
                let piece = " ".repeat(1 << 16);
                let taken = answered_after(&mut stream, &piece, 64 << 20);
                assert!(taken < 32 << 20, "{id} was answered after {} MiB", taken >> 20);
                assert_eq!(status(&mut stream), 413, "{id}");
                (0..1 << 10).take_while(|_| send(&mut stream, &piece)).for_each(drop);
            }
        });
    }
}

/// Sends a piece of a body; false where nobody listens any more.
fn send(stream: &mut TcpStream, piece: &str) -> bool {
    write!(stream, "{:x}\r\n{piece}\r\n", piece.len()).is_ok()
}

/// Sends a piece over and over until there is an answer; how many bytes that were.
fn answered_after(stream: &mut TcpStream, piece: &str, most: usize) -> usize {
    let mut sent = 0;
    while sent < most {
        stream.set_nonblocking(true).expect("asks and goes on");
        let there = stream.peek(&mut [0]).is_ok();
        stream.set_nonblocking(false).expect("waits");
        if there || !send(stream, piece) {
            break;
        }
        sent += piece.len();
    }
    sent
}

#[test]
fn a_file_without_end_is_cut_off() {
    for engine in ENGINES {
        weighed(engine, |process, owner| {
            let operation = owner.description().get("create_import");
            let mut stream = begun(process, owner, operation, &operation.path, "Transfer-Encoding: chunked");
            let part = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n";
            assert!(send(&mut stream, part));
            let taken = answered_after(&mut stream, &"name,email\n".repeat(20_000), 256 << 20);
            assert!(
                (100 << 20..160 << 20).contains(&taken),
                "{} MiB were taken",
                taken >> 20
            );
            assert_eq!(status(&mut stream), 413);
        });
    }
}

/// A gigabyte of blanks as gzip: a megabyte, packed once and said over and over.
fn gzip_bomb() -> Vec<u8> {
    let mut packer = flate2::Compress::new(flate2::Compression::fast(), false);
    let mut block = Vec::with_capacity(1 << 16);
    let packed = packer.compress_vec(&vec![b' '; 1 << 20], &mut block, flate2::FlushCompress::Full);
    packed.expect("packs");
    let mut bomb = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff".to_vec();
    let room = (1 << 20) - 64;
    while bomb.len() + block.len() < room {
        bomb.extend_from_slice(&block);
    }
    bomb
}

/// A quarter of a gigabyte of blanks as brotli: some hundred bytes.
fn brotli_bomb() -> Vec<u8> {
    let mut bomb = Vec::new();
    let mut packer = brotli::CompressorWriter::new(&mut bomb, 1 << 16, 5, 24);
    let blanks = vec![b' '; 1 << 20];
    for _ in 0..256 {
        packer.write_all(&blanks).expect("packs");
    }
    drop(packer);
    bomb
}

#[test]
fn nothing_is_unpacked() {
    let (gzip, brotli) = (gzip_bomb(), brotli_bomb());
    assert!(
        gzip.len() < 1 << 20 && brotli.len() < 10_000,
        "{} {}",
        gzip.len(),
        brotli.len()
    );
    for engine in ENGINES {
        weighed(engine, |process, owner| {
            for client in [owner, &process.client(None)] {
                for (operation, path) in with_body(owner).filter(|(o, _)| o.open || client.token.is_some()) {
                    let request = |encoding: &str, body: &[u8]| {
                        let request = client
                            .call_at(&operation.method, &path)
                            .header("Content-Encoding", encoding);
                        request.if_match(1).bytes("application/json", body.to_vec())
                    };
                    for encoding in ["br", "BR", "deflate", "zstd", "gzip, br", "x"] {
                        request(encoding, &brotli).refused(415, "unsupported_encoding");
                    }
                    request("identity", b"{").expect(if operation.takes_json() { 400 } else { 415 });
                }
                client
                    .call("POST", "/auth/login")
                    .header("Content-Encoding", "gzip")
                    .bytes("application/json", gzip.clone())
                    .refused(415, "unsupported_encoding");
            }
        });
    }
}

#[test]
fn a_small_file_with_many_pixels_is_not_drawn() {
    for engine in ENGINES {
        weighed(engine, |_, owner| {
            for (width, height) in [(50_000, 50_000), (u32::MAX >> 1, 1), (8_000, 5_001)] {
                owner.set_picture(&pictures::bomb(width, height)).expect(422);
            }
        });
    }
}

#[test]
fn deep_json_and_large_filters_are_refused() {
    for engine in ENGINES {
        weighed(engine, |_, owner| {
            let deep = |open: &str, close: &str| [open.repeat(100_000), close.repeat(100_000)].concat().into_bytes();
            let bodies = [deep("[", "]"), deep("{\"a\":", "}")];
            let leaf = json!({ "field": "created_at", "op": "is_null", "value": false });
            for (operation, path) in with_body(owner).filter(|(o, _)| o.takes_json()) {
                for body in &bodies {
                    let request = owner.call_at(&operation.method, &path).if_match(1);
                    request
                        .bytes("application/json", body.clone())
                        .refused(400, "malformed_json");
                }
                if operation.id.starts_with("search_") {
                    for filter in [
                        json!({ "or": vec![&leaf; 1000] }),
                        json!({ "and": [{ "or": vec![&leaf; 500] }, { "or": vec![&leaf; 500] }] }),
                    ] {
                        let request = owner.call_at("POST", &path).json(json!({ "filter": filter }));
                        request.refused(400, "too_many_conditions");
                    }
                }
            }
            for operation in owner
                .description()
                .operations
                .iter()
                .filter(|o| o.query.iter().any(|q| q == "sort") && !o.path.contains('{'))
            {
                let many: Vec<String> = (0..1000).map(|n| format!("filter[id][ne]={n}")).collect();
                let answer = owner
                    .call_at("GET", &format!("{}?{}", operation.path, many.join("&")))
                    .send();
                assert_eq!(answer.status, 400, "{}: {}", operation.id, answer.text);
            }
        });
    }
}

both! {
    fn an_answer_has_its_bounds_too(t) {
        for operation in operations(t).filter(|o| o.method == "GET" && o.query.iter().any(|q| q == "limit") && !o.path.contains('{')) {
            for limit in ["201", "1000000", "18446744073709551616"] {
                let answer = t.owner.call_at("GET", &format!("{}?limit={limit}", operation.path)).send();
                assert_eq!(answer.status, 400, "{} with {limit}: {}", operation.id, answer.text);
            }
        }
    }
}
