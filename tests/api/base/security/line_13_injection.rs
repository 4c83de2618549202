//! Line 13. Text that wants to be code is refused or plain data, in every filter, sort, search, path and body, and never an
//! error inside.

use std::collections::BTreeMap;
use tests::description::Operation;
use tests::*;

/// What has broken other programs: quotes, comments, templates, control characters, odd Unicode, numbers without end.
const HOSTILE: &[&str] = &[
    "'",
    "\"",
    "';--",
    "' OR '1'='1",
    "\") OR 1=1--",
    "; DROP TABLE customers; --",
    "\\",
    "\\'",
    "%",
    "_",
    "%%",
    "*",
    "?",
    "$1",
    ":a",
    "@x",
    "{}",
    "{0}",
    "${7*7}",
    "{{7*7}}",
    "<script>alert(1)</script>",
    "a\u{0}b",
    "\r\nX: y",
    "\t",
    "\u{feff}",
    "\u{202e}abc",
    "\u{1f469}\u{200d}\u{1f680}",
    "e\u{301}",
    "ﬀ",
    "İ",
    "\u{fffd}",
    "NaN",
    "Infinity",
    "-0",
    "1e309",
    "99999999999999999999999",
    "-9223372036854775808",
    "0x10",
    "null",
    "true",
    "[]",
    "../../etc/passwd",
    "NEAR(a b)",
    "a AND",
    "\"a",
    "a:b",
    "a*",
    "^a",
    "-a",
    "& | !",
    "<->",
    "name",
    "t.name",
    "(select 1)",
];

/// Those that reach the deepest, several in one, for where there is much to try.
const SHARPEST: [&str; 5] = [
    "x' OR '1'='1' -- \"; DROP TABLE users; /* \\ %_ $1 :a @x {0} ${7*7} <b> `",
    "NEAR(\"a\" b*) AND c:d -e ^f & | ! <-> (g",
    "a\u{0}b",
    "\u{202e}\u{feff}e\u{301}\u{10ffff}\r\nX: y",
    "-99999999999999999999999e309",
];

/// Not an error inside: the client has looked at everything else.
fn sound(answer: &Answer) {
    assert!(answer.status < 500, "{}: {}", answer.name, answer.text);
}

/// The path of an operation with records that are there.
fn path(t: &T, operation: &Operation, made: &mut BTreeMap<String, String>) -> String {
    let path = operation.path.trim_start_matches("/api/v1").to_owned();
    let kind = format!("/{}", path[1..].split('/').next().unwrap_or_default());
    if !path.contains("{id}") {
        return path;
    }
    let id = made.entry(kind.clone()).or_insert_with(|| match kind.as_str() {
        "/auth" => t.owner.id.to_string(),
        "/api-keys" => api_key::made(&t.owner, &["*:read"]).id(),
        kind => seed::plain(&t.owner, kind).id(),
    });
    path.replace("{id}", id)
}

both! {
    fn hostile_text_is_data_or_refused_never_an_error_inside(t) {
        t.sales.create("/customers", json!({ "name": "witness" }));
        for text in HOSTILE {
            let e = encoded(text);
            let mut paths = vec![
                format!("/customers?q={e}"), format!("/search?q={e}"), format!("/search?q=a&kinds={e}"), format!("/customers?sort={e}"),
                format!("/customers?cursor={e}"), format!("/customers?limit={e}"), format!("/customers?fields={e}"), format!("/customers?expand={e}"),
                format!("/customers?count={e}"), format!("/customers?{e}=1"), format!("/customers?filter[{e}]=1"), format!("/customers?filter[name][{e}]=1"),
                format!("/customers/{e}"), format!("/customers/{e}/history"), format!("/pipelines/{e}/board"), format!("/changes?after={e}"),
                format!("/customers/deleted?cursor={e}"),
            ];
            for field in ["name", "tags", "annual_revenue", "created_at"] {
                for op in ["eq", "ne", "lt", "gte", "in", "nin", "contains", "starts_with", "is_null", "between"] {
                    paths.push(format!("/customers?filter[{field}][{op}]={e}"));
                }
            }
            for path in paths {
                let answer = t.sales.get(&path).send();
                assert!(answer.status < 500, "{path}: {}", answer.text);
            }
            let put = t.sales.put(&format!("/customers/by/external_id/{e}"), json!({ "name": text })).send();
            assert!(put.status < 500, "{text:?}: {}", put.text);
            for value in [json!(text), json!([text]), json!({ "amount": text, "currency": text }), json!({ *text: text })] {
                // What is wrong is told of all fields together, so one request tries them all.
                let fields = ["email", "phone", "website", "parent_id", "next_follow_up_at", "annual_revenue", "tags", "kind", "employees"];
                let body: serde_json::Map<String, Json> = fields.iter().map(|f| ((*f).to_owned(), value.clone())).collect();
                for field in ["name", "description"] {
                    let mut body = body.clone();
                    body.insert(field.into(), value.clone());
                    let answer = t.sales.post("/customers", Json::Object(body)).send();
                    assert!(answer.status < 500, "{value}: {}", answer.text);
                }
                let alone = t.sales.post("/customers", json!({ "name": "x", "description": value, "external_id": value })).send();
                assert!(alone.status < 500, "{value}: {}", alone.text);
            }
            let tree = json!({ "filter": { "and": [{ "field": "name", "op": "contains", "value": text }, { "field": "tags", "op": "in", "value": [text] }] }, "q": text });
            assert!(t.sales.post("/customers/search", tree).send().status < 500);
            let made = t.sales.post("/customers", json!({ "name": format!("n{text}n") })).send();
            if made.status == 201 {
                let found = t.sales.post("/customers/search", json!({ "filter": { "field": "name", "value": made["name"] } })).expect(200);
                assert!(found.rows().iter().any(|r| r["id"] == made.id()), "{text:?} is found as it is");
                let part = t.sales.post("/customers/search", json!({ "filter": { "field": "name", "op": "contains", "value": made["name"] } })).expect(200);
                assert!(part.rows().iter().any(|r| r["id"] == made.id()), "{text:?} is contained in itself");
            }
        }
        assert_eq!(t.sales.names("/customers?filter[name]=witness"), ["witness"], "the table is still there");
    }

    fn no_parameter_of_any_operation_breaks(t) {
        let (mut made, mut tried) = (BTreeMap::new(), 0);
        for operation in &t.owner.description().operations {
            let sent = |path: &str| {
                let request = t.owner.call(&operation.method, path).header("If-Match", "\"1\"");
                let request = if operation.takes_json() { request.json(json!({})) } else { request };
                sound(&request.send());
            };
            for text in SHARPEST {
                let text = encoded(text);
                // Each place in the path, the others as they would be.
                for place in operation.path.split('/').filter(|part| part.starts_with('{')) {
                    let hostile = operation.path.trim_start_matches("/api/v1").replace(place, &text);
                    let filled = hostile.replace("{id}", &t.owner.id.to_string()).replace("{user_id}", &t.owner.id.to_string());
                    sent(&filled.replace("{key}", "external_id").replace("{value}", "x"));
                    tried += 1;
                }
                if operation.query.is_empty() {
                    continue;
                }
                let path = path(t, operation, &mut made);
                for name in &operation.query {
                    sent(&format!("{path}?{name}={text}"));
                    tried += 1;
                }
                sent(&format!("{path}?{text}={text}"));
            }
        }
        assert!(tried > 2400, "{tried}");
    }

    fn no_filter_and_no_sort_of_any_kind_breaks(t) {
        let schema = t.owner.get("/schema").expect(200);
        let mut tried = 0;
        for kind in schema["kinds"].as_array().expect("kinds") {
            let path = kind["path"].as_str().expect("a path").trim_start_matches("/api/v1").to_owned();
            for field in kind["fields"].as_array().expect("fields") {
                let name = field["name"].as_str().expect("a name");
                for operator in field["operators"].as_array().expect("operators") {
                    let operator = operator.as_str().expect("an operator");
                    for text in &SHARPEST[..2] {
                        sound(&t.owner.get(&format!("{path}?filter[{name}][{operator}]={}", encoded(text))).send());
                        tried += 1;
                    }
                    let tree = json!({ "filter": { "not": { "field": name, "op": operator, "value": [SHARPEST[0], SHARPEST[3]] } } });
                    sound(&t.owner.post(&format!("{path}/search"), tree).send());
                }
                for text in SHARPEST {
                    let hostile = encoded(&format!("{name}{text}"));
                    sound(&t.owner.get(&format!("{path}?sort={hostile}")).send());
                }
            }
            for text in SHARPEST {
                let body = json!({ "q": text, "sort": text, "cursor": text, "fields": [text], "expand": [text] });
                sound(&t.owner.post(&format!("{path}/search"), body).send());
            }
        }
        assert!(tried > 3600, "{tried}");
    }
}
