//! Line 32. Two firms that differ only in what somebody may not see are the same to them: every operation answers alike, what
//! is read, written, tried, imported and done by jobs.

use crate::description::{JOBS, Probe, clear, operations};
use domain::Id;
use reqwest::blocking::multipart::{Form, Part};
use std::collections::{BTreeMap, HashMap};
use tests::seed::cny;
use tests::*;

/// Fields that are closed to the reader, and what stands in them in the two firms.
const CLOSED: [(&str, &str, &str, [&str; 2]); 10] = [
    ("/customers", "customer", "phone", ["13800138001", "13900139002"]),
    ("/customers", "customer", "industry", ["alpha", "omega"]),
    (
        "/contacts",
        "contact",
        "email",
        ["alpha@example.org", "omega@example.org"],
    ),
    ("/contacts", "contact", "title", ["alpha", "omega"]),
    ("/leads", "lead", "phone", ["13800138001", "13900139002"]),
    ("/leads", "lead", "source", ["alpha", "omega"]),
    ("/opportunities", "opportunity", "amount", ["1000.00", "77.00"]),
    ("/opportunities", "opportunity", "next_step", ["alpha", "omega"]),
    ("/activities", "activity", "body", ["alpha", "omega"]),
    ("/tasks", "task", "description", ["alpha", "omega"]),
];

/// A firm as its reader (`sales`) sees it, with the ids of records out of sight.
struct Copy {
    t: T,
    hidden: BTreeMap<&'static str, String>,
    told: Told,
}

/// Names and ids as they were told, in their order: what is new in both firms is alike.
#[derive(Default)]
struct Told {
    ids: HashMap<String, usize>,
}

impl Told {
    /// A text without what is each firm's own: ids, moments of this test, counters of names, tokens.
    fn text(&mut self, text: &str) -> String {
        if Id::parse_str(text).is_ok() {
            let next = self.ids.len();
            return format!("id {}", self.ids.entry(text.to_owned()).or_insert(next));
        }
        if let Ok(at) = chrono::DateTime::parse_from_rfc3339(text) {
            let past = chrono::Utc::now().signed_duration_since(at).num_hours().abs();
            return if past < 24 * 40 {
                "about now".to_owned()
            } else {
                text.to_owned()
            };
        }
        // Each seed has its day, long before anything that happens here.
        if text.len() == 10 && text.starts_with("19") && domain::value::parse_day(text).is_some() {
            return "a seed's day".to_owned();
        }
        // A file tells of its rows line by line, cell by cell.
        if text.starts_with('\u{feff}') && text.contains([',', '\n']) {
            let cells = text.trim_start_matches('\u{feff}').split_inclusive([',', '\n']);
            return cells
                .map(|cell| self.text(cell.trim_end_matches([',', '\n'])) + "|")
                .collect();
        }
        // Names of seeds, addresses of people and links hold numbers and ids; amounts and dates are what they are.
        let numbered = text.len() < 200 && text.chars().any(char::is_alphabetic);
        let mut out = String::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let id = rest
                .get(..36)
                .filter(|id| id.contains('-') && Id::parse_str(id).is_ok());
            let taken = match id {
                Some(id) => {
                    out += &self.text(id);
                    36
                }
                None if first.is_ascii_digit() && numbered => {
                    out.push('0');
                    rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len())
                }
                None => {
                    out.push(first);
                    first.len_utf8()
                }
            };
            rest = &rest[taken..];
        }
        out
    }

    fn json(&mut self, name: &str, json: &Json) -> Json {
        match (name, json) {
            // Whether there is one counts; which one holds an id or a moment.
            (
                "request_id" | "next_cursor" | "token" | "key" | "prefix" | "url" | "secret" | "etag" | "chain"
                | "code_url" | "last_used_at",
                Json::String(_),
            ) => json!("some"),
            ("position", Json::Number(_)) => json!("some"),
            ("recovery_codes", Json::Array(codes)) => json!(codes.len()),
            (_, Json::String(text)) => json!(self.text(text)),
            (_, Json::Array(items)) => items.iter().map(|item| self.json("", item)).collect(),
            (_, Json::Object(map)) => {
                let members = map
                    .iter()
                    .map(|(name, value)| (self.text(name), self.json(name, value)));
                Json::Object(members.collect())
            }
            _ => json.clone(),
        }
    }

    fn answer(&mut self, answer: &Answer) -> Json {
        let body = match &answer.body {
            Json::Null if answer.text.is_empty() => Json::Null,
            // Each probe gives somebody another picture.
            Json::Null if answer.header("content-type").starts_with("image/") => json!("a picture"),
            Json::Null => json!(self.text(&answer.text)),
            body => self.json("", body),
        };
        json!({ "status": answer.status, "body": body })
    }
}

/// The same firm twice but for what is out of sight: records of others, and closed fields of one's own.
fn copy(t: T, which: usize) -> Copy {
    let word = ["alpha", "omega"][which];
    let mut closed = json!({});
    for (_, kind, field, _) in CLOSED {
        closed[kind][field] = json!("hidden");
    }
    let mut grants = json!({ "*": { "*": "own" }, "import": { "*": "all" } });
    for seen in [
        "user",
        "role",
        "team",
        "pipeline",
        "stage",
        "picklist",
        "product",
        "tag",
        "competitor",
    ] {
        grants[seen] = json!({ "view": "all" });
    }
    t.owner.create(
        "/roles",
        json!({ "key": "reader", "name": "Reader", "grants": grants, "field_rights": closed }),
    );
    let give = t
        .owner
        .call("PATCH", &format!("/users/{}", t.sales.id))
        .header("If-Match", "*");
    give.json(json!({ "roles": ["reader"] })).expect(200);

    let stages = seed::stages(&t.owner);
    let mut hidden = BTreeMap::new();
    let paths: Vec<&str> = [
        "/customers",
        "/contacts",
        "/leads",
        "/opportunities",
        "/activities",
        "/tasks",
    ]
    .into();
    let body = |path: &str, name: &str| {
        let title = if matches!(path, "/activities" | "/tasks") {
            "subject"
        } else {
            "name"
        };
        let mut body = json!({ title: name });
        if path == "/activities" {
            body["kind"] = json!("call");
        }
        for (_, _, field, values) in CLOSED.iter().filter(|(at, ..)| *at == path) {
            body[*field] = match *field {
                "amount" => cny(values[which]),
                _ => json!(values[which]),
            };
        }
        body
    };
    for path in &paths {
        // Others', some of them in the bin.
        let mut theirs = body(path, word);
        theirs["owner_id"] = json!([t.owner.id, t.other_sales.id][which]);
        match *path {
            "/opportunities" => theirs["stage_id"] = json!(stages[which]),
            "/leads" => theirs["status"] = json!(["new", "contacted"][which]),
            "/customers" => theirs["tags"] = json!([word]),
            _ => {}
        }
        let bin = t.owner.create(path, theirs.clone()).id();
        t.owner.delete(&format!("{path}/{bin}"), 1).expect(204);
        hidden.insert(*path, t.owner.create(path, theirs).id());
        // One's own, with closed fields that others filled in.
        for name in ["Mine one", "Mine two"] {
            let mut mine = body(path, name);
            mine["owner_id"] = json!(t.sales.id);
            t.owner.create(path, mine);
        }
    }
    Copy {
        t,
        hidden,
        told: Told::default(),
    }
}

/// The same request in both firms.
fn alike(what: &str, both: &mut [Copy; 2], ask: impl Fn(&T, &BTreeMap<&'static str, String>) -> Answer) {
    let [one, other] = both.each_mut().map(|copy| {
        let answer = ask(&copy.t, &copy.hidden);
        copy.told.answer(&answer)
    });
    assert_eq!(one, other, "{what} tells what is out of sight");
}

fn nothing_is_told(engine: Engine) {
    let running = Running::shared(engine).expect("a server");
    let mut both = [0, 1].map(|which| copy(T::on(running.clone()), which));
    // What one may read, word by word of what is hidden, sorted and filtered by what is closed.
    for (path, _, field, values) in CLOSED {
        for value in values {
            for query in [
                format!("q={value}"),
                format!("q={value}&count=exact"),
                format!("filter[{field}]={value}"),
                format!("filter[{field}][is_null]=false"),
                format!("sort={field}"),
                format!("sort=-{field}&count=exact"),
                format!("fields=id,{field}"),
                "count=exact&sort=created_at&expand=owner".to_owned(),
            ] {
                alike(&format!("GET {path}?{query}"), &mut both, |t, _| {
                    t.sales.get(&format!("{path}?{query}")).send()
                });
            }
            alike(&format!("search for {value}"), &mut both, |t, _| {
                t.sales.get(&format!("/search?q={value}")).send()
            });
        }
        alike(&format!("{path}/deleted"), &mut both, |t, _| {
            t.sales.get(&format!("{path}/deleted")).send()
        });
    }
    // What is done to records out of sight, or with them.
    for path in both[0].hidden.keys().copied().collect::<Vec<_>>() {
        let kind = domain::KINDS
            .iter()
            .find(|kind| path.trim_start_matches('/') == kind.path());
        let kind = kind.expect("a kind").name;
        for (method, rest, body) in [
            ("GET", "", None),
            ("GET", "/history", None),
            ("GET", "/members", None),
            ("PATCH", "", Some(json!({ "external_id": "mine" }))),
            ("DELETE", "", None),
            ("POST", "/restore", None),
            ("POST", "/convert", Some(json!({}))),
            ("POST", "/win", Some(json!({}))),
        ] {
            alike(&format!("{method} {path}/…{rest}"), &mut both, |t, hidden| {
                let request = t
                    .sales
                    .call(method, &format!("{path}/{}{rest}", hidden[path]))
                    .header("If-Match", "\"1\"");
                match &body {
                    Some(body) => request.json(body.clone()).send(),
                    None => request.send(),
                }
            });
        }
        alike(&format!("a batch of {path}"), &mut both, |t, hidden| {
            let step =
                json!({ "method": "update", "id": hidden[path], "version": 1, "body": { "external_id": "mine" } });
            t.sales
                .post(
                    &format!("{path}/batch"),
                    json!({ "operations": [step], "atomic": false }),
                )
                .send()
        });
        alike(&format!("a transfer of {path}"), &mut both, |t, hidden| {
            let record = json!({ "id": hidden[path], "version": 1 });
            t.sales
                .post(
                    &format!("{path}/transfer"),
                    json!({ "records": [record], "owner_id": t.manager.id, "dry_run": true }),
                )
                .send()
        });
        alike(&format!("why {path}"), &mut both, |t, hidden| {
            t.sales
                .get(&format!("/access/explain?kind={kind}&id={}&action=view", hidden[path]))
                .send()
        });
    }
    alike("a contact of a customer out of sight", &mut both, |t, hidden| {
        t.sales
            .post("/contacts", json!({ "name": "c", "customer_id": hidden["/customers"] }))
            .send()
    });
    // Files that name what is hidden, tried and then done.
    for dry_run in ["true", "false"] {
        for (kind, file) in [
            (
                "customers",
                "name,phone,industry\nalpha,13800138001,alpha\nomega,,\nMine one,,\n",
            ),
            (
                "contacts",
                "name,email,customer\nalpha,alpha@example.org,alpha\nMine one,,Mine one\n",
            ),
            ("leads", "name,phone,owner\nalpha,13800138001,owner\nMine two,,\n"),
            (
                "opportunities",
                "name,customer,amount\nalpha,alpha,5.00\nMine one,Mine one,7.00\n",
            ),
        ] {
            alike(&format!("an import of {kind}, dry run {dry_run}"), &mut both, |t, _| {
                let part = Part::bytes(file.as_bytes()).file_name("a.csv");
                let form = Form::new()
                    .part("file", part)
                    .text("kind", kind)
                    .text("dry_run", dry_run);
                let made = t.sales.call("POST", "/imports").form(form).send();
                match made.status {
                    202 => seed::finished(&t.sales, &made.id()),
                    _ => made,
                }
            });
        }
    }
    // And every operation that there is, as it would succeed.
    let all: Vec<_> = operations(&both[0].t).collect();
    for operation in all {
        // It ends the session that asks.
        if matches!(
            operation.id.as_str(),
            "end_session" | "end_other_sessions" | "change_password"
        ) {
            continue;
        }
        alike(&operation.id, &mut both, |t, _| {
            let answer = Probe::new(t, &t.sales, operation).send(&t.sales, operation);
            clear(t, operation);
            match JOBS.contains(&operation.id.as_str()) && answer.status == 202 {
                true => seed::ended(&t.sales, answer.header("location").trim_start_matches("/api/v1")),
                false => answer,
            }
        });
    }
}

#[test]
fn what_one_may_not_see_changes_no_answer_on_sqlite() {
    nothing_is_told(Engine::Sqlite);
}

#[test]
fn what_one_may_not_see_changes_no_answer_on_postgres() {
    nothing_is_told(Engine::Postgres);
}
