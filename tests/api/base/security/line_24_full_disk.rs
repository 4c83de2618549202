//! Line 24. A disk that is full, a small one of the test's own: reads go on, writes are told 507, and once there is room
//! again they are taken without a restart.

use super::PROGRAM;
use std::time::{Duration, Instant};
use tests::disk::Disk;
use tests::program::{Program, founded};
use tests::*;

#[test]
fn on_a_full_disk_reads_go_on_and_writes_come_back() {
    let Some(disk) = Disk::new(24) else {
        eprintln!("not tried: it takes the right to mount a disk");
        return;
    };
    let (place, firm) = founded(Engine::Sqlite);
    // Whatever its server may not have brought into the one file yet comes along.
    place.run(&format!("VACUUM INTO '{}'", disk.path().join("guanxi.db").display()));
    let url = format!("sqlite:{}", disk.path().join("guanxi.db").display());
    let process = Program::start(PROGRAM, &url, |command| {
        command.args(["--workers", "2", "--rate-limit", "0"]);
        command.env("GUANXI_LOG", "off");
    });
    let owner = process.client(firm.owner.client.token);
    let customer = json!({ "name": "n", "description": "x".repeat(4000) });
    let before = owner.create("/customers", json!({ "name": "before" }));

    disk.fill();
    // What the log of the database has as room is used up first.
    let until = Instant::now() + Duration::from_secs(60);
    let mut kept = Vec::new();
    let refused = loop {
        assert!(Instant::now() < until, "a write is refused within a minute");
        let answer = owner.post("/customers", customer.clone()).send();
        match answer.status {
            201 => kept.push(answer.id()),
            _ => break answer,
        }
    };
    assert_eq!((refused.status, &refused["code"]), (507, &json!("storage_full")));
    for _ in 0..20 {
        owner.post("/customers", customer.clone()).refused(507, "storage_full");
        owner.get(&format!("/customers/{}", before.id())).expect(200);
        owner.get("/customers?sort=name&limit=50").expect(200);
        owner.get("/search?q=before").expect(200);
    }

    disk.clear();
    kept.push(owner.post("/customers", customer).expect(201).id());
    // Whatever was acknowledged is there, and only that.
    for id in &kept {
        owner.get(&format!("/customers/{id}")).expect(200);
    }
    let page = owner.get("/customers?limit=1&count=exact").expect(200);
    assert_eq!(page["page"]["count"], json!(kept.len() + 1));
}
