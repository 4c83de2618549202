//! Two changes of which the second is refused after the first: at once, one of them is refused as well. On PostgreSQL each
//! has done all it does, or waits for the other, before either is committed.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use tests::*;

type Change = Box<dyn Fn() -> Answer + Send + Sync>;
type Pair = (&'static str, fn(&T) -> [Change; 2]);

/// A change whatever the version.
fn patch(by: &Client, path: String, body: Json) -> Change {
    let by = by.clone();
    Box::new(move || {
        by.call("PATCH", &path)
            .header("If-Match", "*")
            .json(body.clone())
            .send()
    })
}

fn delete(by: &Client, path: String) -> Change {
    let by = by.clone();
    Box::new(move || by.call("DELETE", &path).header("If-Match", "*").send())
}

fn post(by: &Client, path: &str, body: Json) -> Change {
    let (by, path) = (by.clone(), path.to_owned());
    Box::new(move || by.post(&path, body.clone()).send())
}

fn done(answer: &Answer) -> bool {
    answer.status < 300
}

fn at_once(t: &T, pair: &[Change; 2]) -> [Answer; 2] {
    let mut commits = t.running.place.hold_commits();
    let ended = AtomicUsize::new(0);
    let run = &|change: &Change| {
        let answer = change();
        ended.fetch_add(1, Ordering::SeqCst);
        answer
    };
    thread::scope(|scope| {
        let [one, two] = [&pair[0], &pair[1]].map(|change| scope.spawn(move || run(change)));
        commits.until(|waiting| waiting + ended.load(Ordering::SeqCst) >= 2);
        drop(commits);
        [one.join().expect("answers"), two.join().expect("answers")]
    })
}

fn refused_at_once_as_one_after_the_other(engine: Engine, pairs: &[Pair]) {
    let running = Arc::new(Running::start(engine, |_| {}).expect("a server"));
    for (name, make) in pairs {
        let t = T::on(running.clone());
        let [first, second] = make(&t).map(|change| change());
        assert!(done(&first), "{name}: {}: {}", first.name, first.text);
        assert!(!done(&second), "{name}, one after the other: {}", second.text);
        let t = T::on(running.clone());
        let answers = at_once(&t, &make(&t));
        let told = answers
            .each_ref()
            .map(|a| format!("{} {} {}", a.name, a.status, a.text));
        assert_eq!(
            answers.iter().filter(|a| done(a)).count(),
            1,
            "{name}, at once: {told:#?}"
        );
    }
}

/// Somebody who sees what their teams have and may change who belongs to which, and an empty team.
fn branch(t: &T) -> (String, Client, String) {
    let mut grants = json!({ "*": { "*": "team_below" } });
    for kind in ["user", "team", "role", "product", "pipeline", "stage"] {
        grants[kind] = json!({ "*": "all" });
    }
    t.owner
        .create("/roles", json!({ "key": "branch", "name": "Branch", "grants": grants }));
    let (me, client) = sign_in::newcomer(&t.owner, &format!("branch.{}", t.sales.email), "branch");
    (me, client, t.owner.create("/teams", json!({ "name": "New" })).id())
}

const RIGHTS: [Pair; 8] = [
    ("I join a team, another joins it", |t| {
        let (me, by, team) = branch(t);
        let join = |who: &str| patch(&by, format!("/users/{who}"), json!({ "team_id": team }));
        [join(&me), join(&t.other_sales.id.to_string())]
    }),
    ("I lead a team, another is its member", |t| {
        let (me, by, team) = branch(t);
        let member = json!({ "team_id": team, "user_id": t.other_sales.id });
        let lead = patch(&by, format!("/teams/{team}"), json!({ "manager_id": me }));
        [lead, post(&by, "/team-members", member)]
    }),
    ("I am a member of a team, another lies below it", |t| {
        let (me, by, team) = branch(t);
        let below = patch(&by, format!("/teams/{}", t.other_team), json!({ "parent_id": team }));
        [
            post(&by, "/team-members", json!({ "team_id": team, "user_id": me })),
            below,
        ]
    }),
    ("two administrators disable each other", |t| {
        let (one, by_one) = sign_in::newcomer(&t.owner, &format!("one.{}", t.sales.email), "admin");
        let (two, by_two) = sign_in::newcomer(&t.owner, &format!("two.{}", t.sales.email), "admin");
        let disable = |by: &Client, who: &str| patch(by, format!("/users/{who}"), json!({ "disabled": true }));
        [disable(&by_one, &two), disable(&by_two, &one)]
    }),
    ("two owners take the role from each other", |t| {
        let (other, by_other) = sign_in::newcomer(&t.owner, &format!("second.{}", t.sales.email), "owner");
        let take = |by: &Client, who: &str| patch(by, format!("/users/{who}"), json!({ "roles": ["sales"] }));
        [take(&t.owner, &other), take(&by_other, &t.owner.id.to_string())]
    }),
    ("the last two owners leave", |t| {
        let (other, by_other) = sign_in::newcomer(&t.owner, &format!("second.{}", t.sales.email), "owner");
        let leave = |by: &Client, who: &str| patch(by, format!("/users/{who}"), json!({ "roles": ["admin"] }));
        [leave(&t.owner, &t.owner.id.to_string()), leave(&by_other, &other)]
    }),
    ("two teams come to lie below each other", |t| {
        let [a, b] = ["a", "b"].map(|name| t.owner.create("/teams", json!({ "name": name })).id());
        let under =
            |team: &str, parent: &str| patch(&t.owner, format!("/teams/{team}"), json!({ "parent_id": parent }));
        [under(&a, &b), under(&b, &a)]
    }),
    ("a role goes, and is given", |t| {
        let role = t
            .owner
            .create("/roles", json!({ "key": "gone", "name": "Gone", "grants": {} }));
        let give = json!({ "name": "Somebody", "roles": ["gone"] });
        [
            delete(&t.owner, format!("/roles/{}", role.id())),
            post(&t.admin, "/users", give),
        ]
    }),
];

#[test]
fn rights_on_sqlite() {
    refused_at_once_as_one_after_the_other(Engine::Sqlite, &RIGHTS);
}

#[test]
fn rights_on_postgres() {
    refused_at_once_as_one_after_the_other(Engine::Postgres, &RIGHTS);
}

fn line(product: &str) -> Json {
    json!({ "product_id": product, "quantity": 1, "price": { "amount": "5.00", "currency": "CNY" } })
}

fn stage(t: &T) -> (String, String) {
    let pipeline = t.owner.create("/pipelines", json!({ "name": "Own" })).id();
    let stages = ["one", "two"].map(|name| {
        t.owner
            .create("/stages", json!({ "name": name, "pipeline_id": pipeline }))
            .id()
    });
    (stages[0].clone(), stages[1].clone())
}

/// A user of whom nothing is there yet.
fn user(t: &T) -> String {
    t.owner
        .create(
            "/users",
            json!({ "name": "New", "email": format!("new.{}", t.sales.email), "roles": ["sales"] }),
        )
        .id()
}

/// Takes a record out of the bin, whatever its version.
fn restore(by: &Client, path: String) -> Change {
    let by = by.clone();
    Box::new(move || by.act(&format!("{path}/restore")).header("If-Match", "*").send())
}

const REFERENCES: [Pair; 13] = [
    ("a product goes, a line with it is added", |t| {
        let product = t.owner.create("/products", json!({ "name": "p" })).id();
        let deal = t.sales.create("/opportunities", json!({ "name": "d" })).id();
        let add = patch(
            &t.sales,
            format!("/opportunities/{deal}"),
            json!({ "lines": [line(&product)] }),
        );
        [delete(&t.owner, format!("/products/{product}")), add]
    }),
    ("a product goes, a deal with it is made", |t| {
        let product = t.owner.create("/products", json!({ "name": "p" })).id();
        let make = post(
            &t.sales,
            "/opportunities",
            json!({ "name": "d", "lines": [line(&product)] }),
        );
        [delete(&t.owner, format!("/products/{product}")), make]
    }),
    ("a stage goes, a deal is made in it", |t| {
        let (_, stage) = stage(t);
        let make = post(&t.sales, "/opportunities", json!({ "name": "d", "stage_id": stage }));
        [delete(&t.owner, format!("/stages/{stage}")), make]
    }),
    ("a stage goes, a deal moves there", |t| {
        let (first, second) = stage(t);
        let deal = t
            .sales
            .create("/opportunities", json!({ "name": "d", "stage_id": first }))
            .id();
        let by = t.sales.client.clone();
        let (path, to) = (format!("/opportunities/{deal}/move"), second.clone());
        let go: Change = Box::new(move || by.post(&path, json!({ "stage_id": to })).header("If-Match", "*").send());
        [delete(&t.owner, format!("/stages/{second}")), go]
    }),
    ("a pipeline goes, it gets a stage", |t| {
        let pipeline = t.owner.create("/pipelines", json!({ "name": "Own" })).id();
        let add = post(&t.owner, "/stages", json!({ "name": "s", "pipeline_id": pipeline }));
        [delete(&t.admin, format!("/pipelines/{pipeline}")), add]
    }),
    ("a pipeline goes, its stage comes back", |t| {
        let pipeline = t.owner.create("/pipelines", json!({ "name": "Own" })).id();
        let made = t
            .owner
            .create("/stages", json!({ "name": "s", "pipeline_id": pipeline }));
        let stage = format!("/stages/{}", made.id());
        t.owner.delete(&stage, 1).expect(204);
        [
            delete(&t.admin, format!("/pipelines/{pipeline}")),
            restore(&t.owner, stage),
        ]
    }),
    ("a team goes, its member comes back", |t| {
        let team = t.owner.create("/teams", json!({ "name": "Own" })).id();
        let joined = json!({ "team_id": team, "user_id": t.sales.id });
        let joined = format!("/team-members/{}", t.owner.create("/team-members", joined).id());
        t.owner.delete(&joined, 1).expect(204);
        [delete(&t.admin, format!("/teams/{team}")), restore(&t.owner, joined)]
    }),
    ("a team goes, somebody joins it", |t| {
        let team = t.owner.create("/teams", json!({ "name": "Own" })).id();
        let join = patch(&t.owner, format!("/users/{}", t.sales.id), json!({ "team_id": team }));
        [delete(&t.admin, format!("/teams/{team}")), join]
    }),
    ("a team goes, it gets a member", |t| {
        let team = t.owner.create("/teams", json!({ "name": "Own" })).id();
        let join = post(
            &t.owner,
            "/team-members",
            json!({ "team_id": team, "user_id": t.sales.id }),
        );
        [delete(&t.admin, format!("/teams/{team}")), join]
    }),
    ("a user goes, and gets a customer", |t| {
        let user = user(t);
        let give = post(&t.owner, "/customers", json!({ "name": "c", "owner_id": user }));
        [delete(&t.admin, format!("/users/{user}")), give]
    }),
    ("a user goes, and is given a customer", |t| {
        let (user, customer) = (user(t), t.owner.create("/customers", json!({ "name": "c" })).id());
        let give = json!({ "records": [{ "id": customer }], "owner_id": user });
        [
            delete(&t.admin, format!("/users/{user}")),
            post(&t.owner, "/customers/transfer", give),
        ]
    }),
    ("a user goes, and makes a customer", |t| {
        let (user, by) = sign_in::newcomer(&t.owner, &format!("new.{}", t.sales.email), "sales");
        [
            delete(&t.owner, format!("/users/{user}")),
            post(&by, "/customers", json!({ "name": "c" })),
        ]
    }),
    ("a user goes, and comes to lead a team", |t| {
        let user = user(t);
        let lead = patch(&t.owner, format!("/teams/{}", t.team), json!({ "manager_id": user }));
        [delete(&t.admin, format!("/users/{user}")), lead]
    }),
];

#[test]
fn references_on_sqlite() {
    refused_at_once_as_one_after_the_other(Engine::Sqlite, &REFERENCES);
}

#[test]
fn references_on_postgres() {
    refused_at_once_as_one_after_the_other(Engine::Postgres, &REFERENCES);
}
