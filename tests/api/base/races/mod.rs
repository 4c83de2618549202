//! Many at once: on one row, with one key, and on one file.

mod pairs;

use std::thread;
use tests::*;

fn at_once<T: Send>(n: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    thread::scope(|scope| {
        let work = &work;
        let threads: Vec<_> = (0..n).map(|i| scope.spawn(move || work(i))).collect();
        threads.into_iter().map(|t| t.join().expect("ends")).collect()
    })
}

both! {
    fn fifty_writers_on_one_row(t) {
        let made = seed::plain(&t.owner, "/customers");
        let path = format!("/customers/{}", made.id());
        let statuses = at_once(50, |i| {
            let seen = t.owner.get(&path).expect(200).version();
            t.owner.patch(&path, seen, json!({ "name": format!("writer {i}") })).send().status
        });
        let done = statuses.iter().filter(|s| **s == 200).count();
        assert!(statuses.iter().all(|s| matches!(s, 200 | 412)), "{statuses:?}");
        assert!(done >= 1);
        assert_eq!(t.owner.get(&path).expect(200).version(), 1 + done as i64);
        let history = t.owner.get(&format!("{path}/history?limit=200")).expect(200);
        assert_eq!(history.rows().len(), 1 + done);
    }

    fn fifty_creates_with_one_key(t) {
        let answers = at_once(50, |_| {
            loop {
                let answer = t.owner.post("/customers", json!({ "name": "once" })).key("the-one").send();
                // One that still runs says so; its caller asks again.
                if answer.status != 409 {
                    return answer;
                }
                assert_eq!(answer["code"], "idempotency_key_running");
                thread::sleep(std::time::Duration::from_millis(10));
            }
        });
        assert!(answers.iter().all(|a| a.status == 201 && a.text == answers[0].text));
        assert_eq!(t.owner.names("/customers"), ["once"]);
    }

    fn thirty_two_writers_never_meet_a_lock(t) {
        let counts = at_once(32, |i| {
            for n in 0..10 {
                let made = t.owner.create("/customers", json!({ "name": format!("{i} {n}") }));
                t.owner.patch(&format!("/customers/{}", made.id()), 1, json!({ "level": "A" })).expect(200);
            }
            10
        });
        let page = t.owner.get("/customers?count=exact&limit=1&filter[level]=A").expect(200);
        assert_eq!(page["page"]["count"], counts.iter().sum::<i64>());
    }

    fn one_of_many_upserts_creates(t) {
        let answers = at_once(16, |i| t.owner.put("/customers/by/external_id/K", json!({ "name": format!("{i}") })).send());
        let count = |status: u16| answers.iter().filter(|a| a.status == status).count();
        assert_eq!((count(201), count(200)), (1, 15), "{:?}", answers.iter().map(|a| a.status).collect::<Vec<_>>());
        assert_eq!(t.owner.names("/customers").len(), 1);
    }

    fn whoever_takes_any_version_is_not_told_that_it_is_stale(t) {
        let path = format!("/customers/{}", seed::plain(&t.owner, "/customers").id());
        at_once(16, |i| t.owner.call("PATCH", &path).header("If-Match", "*").json(json!({ "name": format!("{i}") })).expect(200));
        assert_eq!(t.owner.get(&path).expect(200).version(), 17);
    }

    fn a_lead_is_converted_once_however_many_try(t) {
        let lead = t.owner.create("/leads", json!({ "name": "李雷" }));
        let statuses = at_once(8, |_| t.owner.act(&format!("/leads/{}/convert", lead.id())).if_match(1).send().status);
        assert_eq!(statuses.iter().filter(|s| **s == 200).count(), 1, "{statuses:?}");
        assert!(statuses.iter().all(|s| matches!(s, 200 | 409 | 412)));
        assert_eq!(t.owner.names("/customers").len(), 1);
    }
}
