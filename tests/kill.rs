//! What is acknowledged stays: the server is killed under mixed writes, and PostgreSQL is restarted under load.

use diesel::prelude::*;
use persistence::DatabaseUrl;
use pgtest::{Durability, Server as Postgres, Shutdown};
use std::collections::HashMap;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use tests::disk::Disk;
use tests::engine::{Place, serve};
use tests::program::{self, Program};
use tests::*;

const PROGRAM: &str = env!("CARGO_BIN_EXE_guanxi-under-test");
const WRITERS: u64 = 4;

/// How often the server is killed: `GUANXI_KILLS`, or few enough for every day.
fn kills() -> u64 {
    let set = std::env::var("GUANXI_KILLS").ok();
    set.map_or(20, |n| n.parse().expect("GUANXI_KILLS is a number"))
}

/// Waits for what comes sooner or later; the limit is how long a failure takes.
fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let until = Instant::now() + Duration::from_secs(60);
    while !holds() {
        assert!(Instant::now() < until, "{what}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// The binary at work on a database.
fn started(database: &str) -> Program {
    Program::start(PROGRAM, database, |command| {
        command.args(["--rate-limit", "0", "--workers", "2"]);
        command.env("GUANXI_LOG", "off");
    })
}

/// Somebody's access token in a new database, whose server has gone.
fn founded(engine: Engine) -> (Place, String) {
    let (place, firm) = program::founded(engine);
    (place, firm.owner.client.token.expect("a token"))
}

/// What the writers know: of each customer by external id the acknowledged number (none: not acknowledged at all), and
/// the number of a request without an answer; of batches and conversions whether they were acknowledged.
#[derive(Default)]
struct Known {
    customers: HashMap<String, (Option<i64>, Option<i64>)>,
    batches: HashMap<String, bool>,
    leads: HashMap<String, bool>,
    /// Customers with which something happened.
    met: Vec<String>,
    acknowledged: u64,
}

/// Writes until the server is gone, and notes what was acknowledged.
fn write_on(client: &Client, prefix: &str, known: &Mutex<Known>) {
    let known = || known.lock().expect("not poisoned");
    let send = |request: client::Request, status: u16| {
        let answer = request.try_send()?;
        assert_eq!(answer.status, status, "{}", answer.text);
        known().acknowledged += 1;
        Some(answer)
    };
    let one_round = |key: String| {
        known().customers.insert(key.clone(), (None, Some(0)));
        let customer = json!({ "name": "n", "external_id": key, "employees": 0 });
        let made = send(client.post("/customers", customer), 201)?;
        for step in 1..=2 {
            known().customers.insert(key.clone(), (Some(step - 1), Some(step)));
            let path = format!("/customers/{}", made.id());
            send(client.patch(&path, step, json!({ "employees": step })), 200)?;
        }
        known().customers.insert(key.clone(), (Some(2), None));
        known().met.push(made.id());
        for day in [2, 1, 3] {
            let at = format!("2026-05-0{day}T10:00:00Z");
            let call = json!({ "subject": "c", "customer_id": made.id(), "happened_at": at });
            send(client.post("/activities", call), 201)?;
        }

        known().batches.insert(key.clone(), false);
        let steps: Vec<Json> = (0..3)
            .map(|i| json!({ "method": "create", "body": { "name": "b", "external_id": format!("{key}/{i}") } }))
            .collect();
        send(client.post("/contacts/batch", json!({ "operations": steps })), 200)?;
        known().batches.insert(key.clone(), true);

        let lead = send(client.post("/leads", json!({ "name": "l" })), 201)?;
        known().leads.insert(lead.id(), false);
        send(client.act(&format!("/leads/{}/convert", lead.id())).if_match(1), 200)?;
        known().leads.insert(lead.id(), true);
        Some(())
    };
    let mut numbers = 0..;
    while numbers
        .next()
        .is_some_and(|n| one_round(format!("{prefix}-{n}")).is_some())
    {}
}

/// Everything acknowledged is there, and nothing is half done.
fn verify(client: &Client, known: &Known) {
    let by_key = |kind: &str, key: &str| {
        let page = client
            .get(&format!("/{kind}?filter[external_id]={}", encoded(key)))
            .expect(200);
        page.rows().first().cloned()
    };
    for (key, (acknowledged, pending)) in &known.customers {
        let found = by_key("customers", key).map(|c| c["employees"].as_i64().expect("a number"));
        assert!(
            found == *acknowledged || (pending.is_some() && found == *pending),
            "{key}: {found:?}, acknowledged {acknowledged:?}, pending {pending:?}"
        );
    }
    for id in &known.met {
        let latest = format!("/activities?filter[customer_id]={id}&sort=-happened_at&limit=1");
        let latest = client
            .get(&latest)
            .expect(200)
            .rows()
            .first()
            .map(|a| a["happened_at"].clone());
        eventually("what follows from an activity is written after the restart", || {
            let customer = client.get(&format!("/customers/{id}")).expect(200);
            customer["last_activity_at"] == latest.clone().unwrap_or_default()
        });
    }
    for (key, acknowledged) in &known.batches {
        let there = (0..3)
            .filter(|i| by_key("contacts", &format!("{key}/{i}")).is_some())
            .count();
        assert!(there == 3 || (there == 0 && !acknowledged), "batch {key}: {there} of 3");
    }
    for (id, acknowledged) in &known.leads {
        let lead = client.get(&format!("/leads/{id}")).expect(200);
        if lead["status"] == "converted" {
            for (kind, field) in [
                ("customers", "customer_id"),
                ("contacts", "contact_id"),
                ("opportunities", "opportunity_id"),
            ] {
                client
                    .get(&format!("/{kind}/{}", lead[field].as_str().expect("an id")))
                    .expect(200);
            }
        } else {
            assert!(!acknowledged, "the conversion of {id} is lost");
            assert_eq!((&lead["customer_id"], lead.version()), (&Json::Null, 1));
        }
    }
}

fn killed_under_writes(engine: Engine) {
    let start = Instant::now();
    let (place, token) = founded(engine);
    let (kills, mut acknowledged) = (kills(), 0);
    for round in 0..kills {
        let process = started(&place.argument());
        let client = process.client(Some(token.clone()));
        // Read while the server lives: every answer is held against it.
        client.description();
        let known = Mutex::new(Known::default());
        thread::scope(|scope| {
            for writer in 0..WRITERS {
                let (client, known) = (&client, &known);
                scope.spawn(move || write_on(client, &format!("{round}-{writer}"), known));
            }
            let there = || known.lock().expect("not poisoned").acknowledged;
            eventually("there is load", || there() > 10);
            // At another moment in each round.
            thread::sleep(Duration::from_millis(37 * round % 350));
            process.kill();
        });
        let known = known.into_inner().expect("not poisoned");
        acknowledged += known.acknowledged;
        let process = started(&place.argument());
        verify(&process.client(Some(token.clone())), &known);
        process.kill();
    }
    let sound = Command::new(PROGRAM)
        .args(["audit", "verify", "--database", &place.argument()])
        .output()
        .expect("runs");
    assert!(sound.status.success(), "{}", String::from_utf8_lossy(&sound.stdout));
    if let DatabaseUrl::Sqlite(path) = &place.url {
        let mut conn = SqliteConnection::establish(&path.display().to_string()).expect("opens");
        let ok: String = diesel::select(diesel::dsl::sql::<diesel::sql_types::Text>(
            "(SELECT group_concat(integrity_check) FROM pragma_integrity_check)",
        ))
        .get_result(&mut conn)
        .expect("checks");
        assert_eq!(ok, "ok");
    }
    eprintln!(
        "{engine:?}: {acknowledged} acknowledged writes, {kills} kills, {:.1} s",
        start.elapsed().as_secs_f64()
    );
}

#[test]
fn nothing_acknowledged_is_lost_on_sqlite() {
    killed_under_writes(Engine::Sqlite);
}

#[test]
fn nothing_acknowledged_is_lost_on_postgres() {
    killed_under_writes(Engine::Postgres);
}

/// A PostgreSQL of this test's own, which it may restart.
fn restarted_under_load(how: Shutdown) {
    let postgres = Postgres::start(Durability::Full).expect("PostgreSQL");
    let url = DatabaseUrl::Pg(postgres.url().to_owned());
    let server = serve(&url, |_| {}).expect("a server");
    let firm = Firm::new(&server);
    let base = server.url();
    let (stop, done) = (AtomicBool::new(false), AtomicU64::new(0));
    let refusals: Mutex<Vec<Instant>> = Mutex::default();
    let back = thread::scope(|scope| {
        let written: Vec<_> = (0..6)
            .map(|n| {
                let client = Client::new(base.clone(), firm.owner.client.token.clone());
                let (stop, done, refusals) = (&stop, &done, &refusals);
                scope.spawn(move || {
                    let mut written = Vec::new();
                    while !stop.load(Ordering::Relaxed) {
                        let asked = Instant::now();
                        let answer = if n % 2 == 0 {
                            client.post("/customers", json!({ "name": "x" })).send()
                        } else {
                            client.get("/customers?limit=5").send()
                        };
                        match answer.status {
                            201 => written.push(answer.id()),
                            200 => {}
                            503 => {
                                assert_eq!(answer["code"], "unavailable");
                                refusals.lock().expect("not poisoned").push(asked);
                                thread::sleep(Duration::from_millis(20));
                                continue;
                            }
                            other => panic!("{other}: {}", answer.text),
                        }
                        done.fetch_add(1, Ordering::Relaxed);
                    }
                    written
                })
            })
            .collect();
        eventually("there is load", || done.load(Ordering::Relaxed) > 20);
        postgres.restart(how).expect("restarts");
        let back = Instant::now();
        // Long enough to see refusals that come too late.
        thread::sleep(Duration::from_secs(6));
        let before = done.load(Ordering::Relaxed);
        eventually("it works again", || done.load(Ordering::Relaxed) > before);
        stop.store(true, Ordering::Relaxed);
        let client = Client::new(base.clone(), firm.owner.client.token.clone());
        for id in written.into_iter().flat_map(|w| w.join().expect("only 503 meanwhile")) {
            client.get(&format!("/customers/{id}")).expect(200);
        }
        back
    });
    let refusals = refusals.into_inner().expect("not poisoned");
    assert!(!refusals.is_empty(), "the restart was noticed");
    let last = refusals.iter().max().expect("one");
    assert!(
        last.saturating_duration_since(back) < Duration::from_secs(5),
        "back within 5 s: {:?}",
        last.saturating_duration_since(back)
    );
}

#[test]
fn a_restart_of_postgres_is_answered_503_and_over_soon() {
    restarted_under_load(Shutdown::Fast);
}

#[test]
fn a_crash_of_postgres_is_answered_503_and_over_soon() {
    restarted_under_load(Shutdown::Immediate);
}

/// Runs SQL on the database of a place beside its server.
fn execute(place: &Place, sql: &str) {
    let done = match &place.url {
        DatabaseUrl::Sqlite(path) => {
            let mut conn = SqliteConnection::establish(&path.display().to_string()).expect("opens");
            diesel::sql_query(sql).execute(&mut conn)
        }
        DatabaseUrl::Pg(url) => {
            let mut conn = PgConnection::establish(url).expect("opens");
            diesel::sql_query(sql).execute(&mut conn)
        }
    };
    assert_eq!(done.expect(sql), 1, "{sql}");
}

/// A hand-over whose server is killed goes on with the next one: each record changes hands once, and all are counted.
fn hand_over_after_a_kill(engine: Engine) {
    const RECORDS: usize = 10_000;
    let running = Running::start(engine, |_| {}).expect("a server");
    let firm = Firm::new(&running.server);
    let Running { place, server, .. } = running;
    drop(server);
    let process = started(&place.argument());
    let client = |process: &Program, person: &Person| process.client(person.client.token.clone());
    let (owner, sales) = (client(&process, &firm.owner), client(&process, &firm.sales));
    let operations: Vec<Json> = (0..100)
        .map(|n| json!({ "method": "create", "body": { "name": format!("n{n}") } }))
        .collect();
    for _ in 0..RECORDS / 100 {
        let body = json!({ "operations": operations });
        sales.post("/customers/batch", body).expect(200);
    }
    let path = format!("/users/{}/hand-over", firm.sales.id);
    let taken = owner.post(&path, json!({ "to": firm.other_sales.id })).expect(202);
    let path = format!("/jobs/{}", taken.id());
    let done = |answer: &Answer| answer["progress"]["done"].as_u64().expect("a number");
    eventually("it begins", || done(&owner.get(&path).expect(200)) > 0);
    // Others go on writing meanwhile.
    let start = Instant::now();
    owner.post("/customers", json!({ "name": "meanwhile" })).expect(201);
    let waited = start.elapsed();
    process.kill();
    // As if a minute had passed, after which it counts as left behind.
    let old = match engine {
        Engine::Sqlite => "alive_at - 61000000",
        Engine::Postgres => "alive_at - interval '61 seconds'",
    };
    execute(&place, &format!("UPDATE job_queue SET alive_at = {old}"));
    let process = started(&place.argument());
    let owner = client(&process, &firm.owner);
    let before = done(&owner.get(&path).expect(200));
    let end = seed::ended(&owner, &path);
    assert!((1..RECORDS as u64).contains(&before), "killed half-way, at {before}");
    let moved = json!({ "total": RECORDS, "done": RECORDS, "moved": { "customers": RECORDS } });
    assert_eq!((&end["status"], &end["progress"]), (&json!("done"), &moved));
    let count = |filter: String| {
        let page = owner
            .get(&format!("/customers?limit=1&count=exact&{filter}"))
            .expect(200);
        page["page"]["count"].as_u64().expect("a count")
    };
    assert_eq!(count(format!("filter[owner_id]={}", firm.sales.id)), 0);
    assert_eq!(
        count(format!("filter[owner_id]={}", firm.other_sales.id)),
        RECORDS as u64
    );
    let mut cursor = String::new();
    loop {
        let page = client(&process, &firm.other_sales).get(&format!("/customers?limit=200&fields=version{cursor}"));
        let page = page.expect(200);
        assert!(
            page.rows().iter().all(|r| r["version"] == 2),
            "each record changed hands once"
        );
        match page.cursor() {
            Some(next) => cursor = format!("&cursor={}", encoded(&next)),
            None => break,
        }
    }
    process.kill();
    let sound = Command::new(PROGRAM)
        .args(["audit", "verify", "--database", &place.argument()])
        .output()
        .expect("runs");
    assert!(sound.status.success(), "{}", String::from_utf8_lossy(&sound.stdout));
    eprintln!("{engine:?}: killed at {before} of {RECORDS}; another's write took {waited:?}");
}

#[test]
fn a_hand_over_outlives_a_kill_on_sqlite() {
    hand_over_after_a_kill(Engine::Sqlite);
}

#[test]
fn a_hand_over_outlives_a_kill_on_postgres() {
    hand_over_after_a_kill(Engine::Postgres);
}

#[test]
fn killed_on_a_full_disk_the_server_starts_again_and_reads() {
    let Some(disk) = Disk::new(24) else {
        eprintln!("not tried: it takes the right to mount a disk");
        return;
    };
    let (place, token) = founded(Engine::Sqlite);
    let path = disk.path().join("guanxi.db");
    place.run(&format!("VACUUM INTO '{}'", path.display()));
    let database = format!("sqlite:{}", path.display());
    let program = started(&database);
    let owner = program.client(Some(token.clone()));
    owner.create("/customers", json!({ "name": "kept" }));
    disk.fill();
    program.kill();
    let program = started(&database);
    let owner = program.client(Some(token));
    assert_eq!(owner.names("/customers"), ["kept"]);
    owner
        .post("/customers", json!({ "name": "too much" }))
        .refused(507, "storage_full");
    assert_eq!(owner.names("/customers"), ["kept"]);
    disk.clear();
    owner.create("/customers", json!({ "name": "again" }));
    assert_eq!(owner.names("/customers?sort=name"), ["again", "kept"]);
}
