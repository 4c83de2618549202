//! Whatever was done, taking it back in the opposite order leaves all as it was: every field that a person can set, and what is
//! live and what lies in the bin.

use super::{set, undo};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use tests::client::Answer;
use tests::*;

/// What somebody does, each number one of the records or values there are.
#[derive(Debug, Clone)]
enum Step {
    Create(usize, usize),
    Change(usize, usize, usize),
    Delete(usize),
    Restore(usize),
    Convert(usize),
    Close(usize, bool),
    Give(usize, bool),
    Merge(usize, usize, usize),
}

fn step() -> impl Strategy<Value = Step> {
    let n = 0usize..60;
    prop_oneof![
        3 => (n.clone(), n.clone()).prop_map(|(a, b)| Step::Create(a, b)),
        5 => (n.clone(), n.clone(), n.clone()).prop_map(|(a, b, c)| Step::Change(a, b, c)),
        2 => n.clone().prop_map(Step::Delete),
        1 => n.clone().prop_map(Step::Restore),
        1 => n.clone().prop_map(Step::Convert),
        2 => (n.clone(), any::<bool>()).prop_map(|(a, b)| Step::Close(a, b)),
        1 => (n.clone(), any::<bool>()).prop_map(|(a, b)| Step::Give(a, b)),
        2 => (n.clone(), n.clone(), n).prop_map(|(a, b, c)| Step::Merge(a, b, c)),
    ]
}

const PATHS: [&str; 6] = ["customers", "contacts", "leads", "opportunities", "tasks", "activities"];

/// What people can say of a record, by number.
fn values(path: &str, n: usize) -> Json {
    let some = [
        json!({ "description": format!("text {n}") }),
        json!({ "description": null }),
        match path {
            "customers" => {
                json!({ "level": ([json!("a"), json!("b"), Json::Null][n % 3]), "annual_revenue": seed::cny("1200.50") })
            }
            "contacts" => json!({ "phone": (["13800138000", "021-88888888"][n % 2]), "title": format!("t{n}") }),
            "leads" => json!({ "status": (["contacted", "new"][n % 2]), "score": n, "tags": [format!("t{}", n % 3)] }),
            "opportunities" => json!({ "amount": seed::cny(&format!("{n}.00")), "competitor_ids": [] }),
            "tasks" => json!({ "status": (["done", "open"][n % 2]), "due_at": "2027-01-01T09:00:00Z" }),
            _ => json!({ "body": format!("body {n}") }),
        },
        json!({ "next_step": "x" }),
    ];
    some[n % some.len()].clone()
}

struct World<'a> {
    by: &'a Client,
    to: domain::Id,
    records: Vec<(&'static str, String)>,
    sets: Vec<String>,
}

impl World<'_> {
    /// Itself, and not what it was merged into.
    fn live(&self, path: &str, n: usize) -> Option<Answer> {
        let all: Vec<&String> = self
            .records
            .iter()
            .filter(|(p, _)| *p == path)
            .map(|(_, id)| id)
            .collect();
        let id = all.get(n % all.len().max(1))?;
        let found = self.by.get(&format!("/{path}/{id}")).send();
        (found.status == 200 && found["id"] == id.as_str()).then_some(found)
    }

    fn any(&self, n: usize) -> Option<(&'static str, String)> {
        self.records.get(n % self.records.len().max(1)).cloned()
    }

    /// Does a step; what is refused is no change.
    fn take(&mut self, step: &Step) {
        let path = |n: usize| PATHS[n % PATHS.len()];
        let answer = match step {
            Step::Create(n, of) => {
                let path = path(*n);
                let mut body = match path {
                    "tasks" => json!({ "subject": "s" }),
                    "activities" => json!({ "subject": "s", "kind": "note" }),
                    _ => json!({ "name": format!("n{n}") }),
                };
                if let Some(customer) = self
                    .live("customers", *of)
                    .filter(|_| !matches!(path, "customers" | "leads"))
                {
                    body["customer_id"] = json!(customer.id());
                }
                let made = self.by.post(&format!("/{path}"), body).send();
                if made.status == 201 {
                    self.records.push((path, made.id()));
                }
                made
            }
            Step::Change(n, of, with) => {
                let path = path(*n);
                let Some(record) = self.live(path, *of) else { return };
                self.by
                    .patch(
                        &format!("/{path}/{}", record.id()),
                        record.version(),
                        values(path, *with),
                    )
                    .send()
            }
            Step::Delete(of) | Step::Restore(of) => {
                let Some((path, id)) = self.any(*of) else { return };
                let at = format!("/{path}/{id}");
                match step {
                    Step::Delete(_) => self.by.delete(&at, 0).header("If-Match", "*").send(),
                    _ => self.by.act(&format!("{at}/restore")).header("If-Match", "*").send(),
                }
            }
            Step::Convert(of) => {
                let Some(lead) = self.live("leads", *of) else { return };
                let done = self
                    .by
                    .act(&format!("/leads/{}/convert", lead.id()))
                    .if_match(lead.version())
                    .send();
                for (kind, path) in [
                    ("customer", "customers"),
                    ("contact", "contacts"),
                    ("opportunity", "opportunities"),
                ] {
                    if let Some(id) = done[kind]["id"].as_str() {
                        self.records.push((path, id.to_owned()));
                    }
                }
                done
            }
            Step::Close(of, win) => {
                let Some(deal) = self.live("opportunities", *of) else {
                    return;
                };
                let at = format!("/opportunities/{}", deal.id());
                let verb = match (deal["status"] == "open", win) {
                    (true, true) => self.by.act(&format!("{at}/win")),
                    (true, false) => self.by.post(&format!("{at}/lose"), json!({ "reason": "价格" })),
                    (false, _) => self.by.act(&format!("{at}/reopen")),
                };
                verb.if_match(deal.version()).send()
            }
            Step::Give(of, along) => {
                let Some(customer) = self.live("customers", *of) else {
                    return;
                };
                let with = if *along {
                    json!(["contacts", "opportunities", "tasks"])
                } else {
                    json!([])
                };
                let body = json!({ "records": [{ "id": customer.id() }], "owner_id": self.to, "with": with });
                self.by.post("/customers/transfer", body).send()
            }
            Step::Merge(n, into, from) => {
                let path = PATHS[n % 3];
                let (Some(into), Some(from)) = (self.live(path, *into), self.live(path, *from)) else {
                    return;
                };
                let one = |record: &Answer| json!({ "id": record.id(), "version": record.version() });
                let body = json!({ "into": one(&into), "from": [one(&from)], "fields": values(path, *n) });
                self.by.post(&format!("/{path}/merge"), body).send()
            }
        };
        if answer.status < 300 && !answer.header("Change-Set").is_empty() {
            self.sets.push(set(&answer));
        }
    }

    /// All records, live and in the bin, as people have made them.
    fn told(&self) -> Json {
        let mut all = Vec::new();
        for path in PATHS {
            for row in self
                .by
                .get(&format!("/{path}?limit=200&sort=created_at"))
                .expect(200)
                .rows()
            {
                all.push((true, row.clone()));
            }
            let bin = self.by.get(&format!("/{path}/deleted?limit=200")).expect(200);
            let mut gone: Vec<Json> = bin.rows().iter().map(|row| row["record"].clone()).collect();
            gone.sort_by_key(|row| row["id"].to_string());
            all.extend(gone.into_iter().map(|row| (false, row)));
        }
        for (_, row) in &mut all {
            for name in ["version", "updated_at", "last_activity_at"] {
                row.as_object_mut().expect("a record").remove(name);
            }
        }
        json!(all)
    }
}

/// What was made since lies in the bin: it is not part of what there was.
fn without(mut told: Json, then: &Json) -> Json {
    let known: Vec<&Json> = then
        .as_array()
        .expect("a list")
        .iter()
        .map(|row| &row[1]["id"])
        .collect();
    let rows = told.as_array_mut().expect("a list");
    rows.retain(|row| row[0] == json!(true) || known.contains(&&row[1]["id"]));
    told
}

both! {
    fn undoing_in_the_opposite_order_leaves_all_as_it_was(t) {
        let mut runner = TestRunner::new(Config { cases: 6, failure_persistence: None, ..Config::default() });
        let firm = &t.firm;
        let taken_back = std::cell::Cell::new(0);
        runner
            .run(&prop::collection::vec(step(), 14..26), |steps| {
                let mut world = World { by: &firm.owner, to: firm.manager.id, records: Vec::new(), sets: Vec::new() };
                let mut then = vec![world.told()];
                for step in &steps {
                    let before = world.sets.len();
                    world.take(step);
                    if world.sets.len() > before {
                        then.push(world.told());
                    }
                }
                then.pop();
                taken_back.set(taken_back.get() + world.sets.len());
                for (set, then) in world.sets.iter().rev().zip(then.iter().rev()) {
                    let undone = undo(world.by, set).send();
                    prop_assert_eq!(undone.status, 200, "{:?}: {}", steps, undone.text);
                    prop_assert_eq!(&without(world.told(), then), then, "{:?}", steps);
                }
                Ok(())
            })
            .unwrap_or_else(|error| panic!("{error}"));
        assert!(taken_back.get() >= 15, "only {} steps changed anything", taken_back.get());
    }
}
