//! Parameters of query strings: what is not known, says nothing or stands twice is refused alike by every operation.

use crate::import;
use std::collections::BTreeSet;
use tests::*;

/// What stands for the parts of a path that are in braces.
fn filled(t: &T, path: &str) -> String {
    let id = t.sales.id.to_string();
    let path = path.replace("{id}", &id).replace("{user_id}", &id);
    path.replace("{key}", "external_id").replace("{value}", "x")
}

fn named(answer: &Answer) -> (Json, Option<Json>) {
    let issue = &answer["errors"][0];
    (issue["parameter"].clone(), issue.get("pointer").cloned())
}

both! {
    fn every_operation_refuses_a_parameter_that_it_does_not_know(t) {
        let mut tried = BTreeSet::new();
        for operation in &t.owner.description().operations {
            let path = filled(t, operation.path.trim_start_matches("/api/v1"));
            let refused = t.owner.call(&operation.method, &format!("{path}?colour=red")).refused(400, "unknown_parameter");
            assert_eq!(named(&refused), (json!("colour"), None), "{} {path}", operation.method);
            tried.insert(operation.id.clone());
        }
        assert!(tried.len() > 250, "{}", tried.len());
    }

    fn every_operation_refuses_a_parameter_that_says_nothing(t) {
        let mut tried = 0;
        for operation in t.owner.description().operations.iter().filter(|o| o.method == "GET") {
            let path = filled(t, operation.path.trim_start_matches("/api/v1"));
            for parameter in operation.query.iter().filter(|name| !name.starts_with("filter[") || *name == "filter[name]") {
                let refused = t.owner.get(&format!("{path}?{parameter}=")).refused(400, "empty_parameter");
                assert_eq!(named(&refused), (json!(parameter), None), "{path}");
                tried += 1;
            }
        }
        assert!(tried > 300, "{tried}");
    }

    fn a_list_of_nothing_is_refused(t) {
        let id = seed::plain(&t.sales, "/customers").id();
        for (path, parameter) in [("/customers".to_owned(), "fields"), (format!("/customers/{id}"), "expand"), (format!("/customers/{id}"), "counts")] {
            let refused = t.sales.get(&format!("{path}?{parameter}=,")).refused(400, "empty_parameter");
            assert_eq!(named(&refused).0, json!(parameter));
        }
    }

    fn a_list_may_be_one_parameter_or_several(t) {
        for level in ["A", "B", "C"] {
            t.sales.create("/customers", json!({ "name": level, "kind": "company", "level": level, "employees": 1 }));
        }
        let same = |one: &str, other: &str, path: &str| {
            let [one, other] = [one, other].map(|query| t.sales.get(&format!("{path}?{query}")).expect(200));
            assert_eq!(one.body, other.body, "{path}");
            one
        };
        let found = same("filter[level][in]=A,B&sort=name", "filter[level][in]=A&filter[level][in]=B&sort=name", "/customers");
        assert_eq!(found.rows().len(), 2);
        let rest = same("filter[level][nin]=A,B", "filter[level][nin]=A&filter[level][nin]=B", "/customers");
        assert_eq!(rest.rows().len(), 1);
        same("filter[employees][between]=1,2", "filter[employees][between]=1&filter[employees][between]=2", "/customers");
        same("fields=name,level&expand=owner,parent", "fields=name&fields=level&expand=owner&expand=parent", "/customers");
        let id = found.rows()[0]["id"].as_str().expect("an id").to_owned();
        let one = same("fields=name,level&counts=contact,lead", "fields=name&fields=level&counts=contact&counts=lead", &format!("/customers/{id}"));
        assert_eq!(one["counts"], json!({ "contact": 0, "lead": 0 }));
        same("q=a&kinds=customer,lead", "q=a&kinds=customer&kinds=lead", "/search");
    }

    fn yes_and_no_are_taken_as_programs_write_them(t) {
        let rows = |query: String| t.owner.get(&format!("/pipelines?{query}")).expect(200).rows().len();
        for (said, is_said) in [("true", true), ("True", true), ("1", true), ("false", false), ("FALSE", false), ("0", false)] {
            assert_eq!(rows(format!("filter[archived]={said}")), usize::from(!is_said), "{said}");
            assert_eq!(rows(format!("filter[external_id][is_null]={said}")), usize::from(is_said), "{said}");
        }
        t.owner.get("/pipelines?filter[archived]=yes").refused(400, "invalid_operand");
        let file = import::form("customers", b"name\na\n", &[("dry_run", "yes")]);
        let refused = t.owner.call("POST", "/imports").form(file).language("en");
        assert_eq!(refused.expect(422)["errors"][0]["message"], "This must be true, false, 1 or 0.");
    }

    fn what_is_wrong_with_a_search_is_told_by_its_place_in_the_body(t) {
        for (body, place) in [
            (json!({ "sort": "colour" }), "/sort"),
            (json!({ "limit": 0 }), "/limit"),
            (json!({ "fields": ["name", "colour"] }), "/fields/1"),
            (json!({ "fliter": {} }), "/fliter"),
            (json!({ "filter": { "and": [{ "field": "name", "value": "a" }, { "not": { "field": "colour", "value": 1 } }] } }), "/filter/and/1/not"),
        ] {
            let refused = t.sales.post("/customers/search", body).expect(400);
            assert_eq!((&refused["errors"][0]["pointer"], refused["errors"][0].get("parameter")), (&json!(place), None));
        }
    }
}
