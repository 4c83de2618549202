//! Line 26. A thousand connections that send next to nothing, and somebody who asks for five times what they may: others are
//! served about as before, what is too much is refused at once, and memory stays bounded.

use super::PROGRAM;
use std::io::Write;
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use tests::program::{Program, founded};
use tests::*;

const SLOW: usize = 1_000;

/// What one of ten waits longer for than the others, in milliseconds.
fn slowest_tenth(client: &Client) -> u128 {
    let mut times: Vec<_> = (0..60)
        .map(|_| {
            let start = Instant::now();
            client.get("/customers?limit=20").expect(200);
            start.elapsed().as_millis()
        })
        .collect();
    times.sort_unstable();
    times[times.len() * 9 / 10]
}

#[test]
fn a_thousand_slow_connections_harm_nobody() {
    let (place, firm) = founded(Engine::Sqlite);
    let process = Program::start(PROGRAM, &place.argument(), |command| {
        command.args(["--workers", "2", "--rate-limit", "0"]);
        command.env("GUANXI_LOG", "off");
    });
    let owner = process.client(firm.owner.client.token);
    owner.get("/schema").expect(200);
    let (alone, before) = (slowest_tenth(&owner), process.peak());
    let address = process.url();
    let address = address.trim_start_matches("http://");
    let mut slow: Vec<_> = (0..SLOW)
        .map(|n| {
            let mut stream = TcpStream::connect(address).expect("connects");
            stream.set_write_timeout(Some(Duration::from_secs(5))).expect("a limit");
            // Some have not said their request, some have a body to send.
            let begun = match n % 2 {
                0 => "GET /api/v1/customers HTTP/1.1\r\nHost: x\r\nX-Slow: ",
                _ => "POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{",
            };
            stream.write_all(begun.as_bytes()).expect("is taken");
            stream
        })
        .collect();
    let mut beside = Vec::new();
    for _ in 0..3 {
        for stream in &mut slow {
            // Who is given up meanwhile has had enough time.
            let _ = stream.write_all(b" ");
        }
        beside.push(slowest_tenth(&owner));
    }
    beside.sort_unstable();
    assert!(
        beside[1] <= 2 * alone + 150,
        "{alone} ms alone, {beside:?} ms beside slow connections"
    );
    let grown = process.peak().saturating_sub(before);
    assert!(grown < 64 << 20, "{} MiB more", grown >> 20);
}

/// Requests a minute, and in a burst: few enough that five times as many are soon sent.
const LIMIT: usize = 120;

#[test]
fn five_times_what_one_may_is_refused_at_once() {
    let (place, firm) = founded(Engine::Sqlite);
    let process = Program::start(PROGRAM, &place.argument(), |command| {
        command.args(["--workers", "2", "--rate-limit", &LIMIT.to_string()]);
        command.env("GUANXI_LOG", "off");
    });
    let [greedy, other] = [&firm.sales, &firm.owner].map(|person| process.client(person.client.token.clone()));
    other.get("/schema").expect(200);
    let times = |client: &Client| {
        let mut times: Vec<_> = (0..LIMIT / 3)
            .map(|_| {
                let start = Instant::now();
                client.get("/customers?limit=20").expect(200);
                start.elapsed().as_millis()
            })
            .collect();
        times.sort_unstable();
        times[times.len() * 9 / 10]
    };
    let (alone, before, over) = (times(&other), process.peak(), AtomicBool::new(false));
    let (beside, answers) = thread::scope(|scope| {
        let callers: Vec<_> = (0..8)
            .map(|_| {
                let (greedy, over) = (&greedy, &over);
                scope.spawn(move || {
                    let mut answers = Vec::new();
                    // Five times as many as may be, at least; and until the other has been served.
                    while answers.len() < 5 * LIMIT / 8 || !over.load(Ordering::Relaxed) {
                        let start = Instant::now();
                        let answer = greedy.get("/customers?limit=200&count=exact").send();
                        answers.push((answer.status, start.elapsed().as_millis()));
                    }
                    answers
                })
            })
            .collect();
        let beside = times(&other);
        over.store(true, Ordering::Relaxed);
        let answers = callers
            .into_iter()
            .flat_map(|caller| caller.join().expect("is answered"));
        (beside, answers.collect::<Vec<_>>())
    });
    let of = |status: u16| answers.iter().filter(move |answer| answer.0 == status);
    assert_eq!(
        of(200).count() + of(429).count(),
        answers.len(),
        "served, or told to come back"
    );
    assert!(
        of(429).count() >= 3 * LIMIT,
        "{} of {} refused",
        of(429).count(),
        answers.len()
    );
    let mut refusals: Vec<_> = of(429).map(|answer| answer.1).collect();
    refusals.sort_unstable();
    let slow = refusals[refusals.len() * 9 / 10];
    assert!(
        slow <= alone + 150,
        "refused after {slow} ms, where an answer takes {alone} ms"
    );
    assert!(beside <= 2 * alone + 150, "{alone} ms alone, {beside} ms beside");
    let grown = process.peak().saturating_sub(before);
    assert!(grown < 64 << 20, "{} MiB more", grown >> 20);
}
