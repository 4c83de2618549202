//! Two nodes on one database: what one changes, the other knows.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use persistence::DatabaseUrl;
use std::time::{Duration, Instant};
use tests::engine::{Running, serve};
use tests::*;

/// Asks until the other node answers so, and tells how long it was asked in vain: when the last wrong answer was asked for, not
/// how long a slow machine took with the right one. It is asked all the time, so it has everybody in mind.
fn until(other: &Client, status: u16) -> Duration {
    let start = Instant::now();
    let mut in_vain = Duration::ZERO;
    loop {
        let asked = start.elapsed();
        if other.get("/leads").send().status == status {
            return in_vain;
        }
        assert!(asked < Duration::from_secs(30), "never {status}");
        in_vain = asked;
    }
}

/// Lets the sales person of the firm see leads, or not.
fn lets_see(t: &T, role: &str, reach: &str) {
    let version = t.owner.get(role).expect(200)["version"].as_i64().expect("a version");
    let grants = json!({ "grants": { "lead": { "view": reach } } });
    t.owner.patch(role, version, grants).expect(200);
}

fn worn(t: &T) -> String {
    let role = t.owner.create(
        "/roles",
        json!({ "name": "Worn", "grants": { "lead": { "view": "all" } } }),
    );
    let path = format!("/users/{}", t.sales.id);
    let version = t.owner.get(&path).expect(200)["version"].as_i64().expect("a version");
    t.owner
        .patch(&path, version, json!({ "roles": [role["key"]] }))
        .expect(200);
    format!("/roles/{}", role.id())
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

both! {
    fn a_change_on_one_node_is_known_on_the_other_within_a_second(t) {
        let second = serve(&t.running.place.url, |_| {}).expect("a second node");
        let other = Client::new(second.url(), t.sales.token.clone());
        let role = worn(t);
        until(&other, 200);
        for (reach, status) in [("none", 403), ("own", 200), ("none", 403)] {
            lets_see(t, &role, reach);
            let took = until(&other, status);
            assert!(took < Duration::from_millis(1200), "{took:?}");
        }
        let path = format!("/users/{}", t.sales.id);
        let version = t.owner.get(&path).expect(200)["version"].as_i64().expect("a version");
        t.owner.patch(&path, version, json!({ "disabled": true })).expect(200);
        assert!(until(&other, 401) < Duration::from_millis(1200));
    }
}

/// Whoever cannot hear what changes looks each time; and soon hears again.
#[test]
fn a_node_that_lost_its_ear_misses_nothing() {
    let running = Running::start(Engine::Postgres, |_| {}).expect("a server");
    let t = T::on(running.into());
    let DatabaseUrl::Pg(url) = &t.running.place.url else {
        panic!("PostgreSQL")
    };
    let second = serve(&t.running.place.url, |_| {}).expect("a second node");
    let other = Client::new(second.url(), t.sales.token.clone());
    let role = worn(&t);
    let mut conn = PgConnection::establish(url).expect("connects");
    let ears = "FROM pg_stat_activity WHERE application_name = 'guanxi_rights' AND datname = current_database()";
    let listening = |conn: &mut PgConnection| -> i64 {
        let counted: Count = diesel::sql_query(format!("SELECT count(*) {ears}"))
            .get_result(conn)
            .expect("counts");
        counted.count
    };
    until(&other, 200);
    for round in 0..5 {
        let start = Instant::now();
        while listening(&mut conn) < 2 {
            assert!(
                start.elapsed() < Duration::from_secs(5),
                "round {round}: nobody listens any more"
            );
        }
        conn.batch_execute(&format!("SELECT pg_terminate_backend(pid) {ears}"))
            .expect("ends them");
        let (reach, status) = if round % 2 == 0 { ("none", 403) } else { ("all", 200) };
        lets_see(&t, &role, reach);
        let took = until(&other, status);
        assert!(took < Duration::from_secs(1), "{took:?}");
    }
}
