//! Layouts that are refused: each says where and why.

use super::{at, basics, is, own_field, with};
use tests::*;

both! {
    fn what_a_layout_cannot_say(t) {
        own_field(t, "size", "integer");
        own_field(t, "secret_size", "integer");
        t.admin.create("/fields", json!({ "kind": "customer", "key": "twice", "label": { "en": "Twice" }, "type": "formula", "formula": "size * 2" }));
        let name = || at("name", "basics");
        let wrong = |fields: Vec<Json>, issues: &[&str]| {
            let all: Vec<Json> = std::iter::once(name()).chain(fields).collect();
            t.admin.post("/layouts", json!({ "kind": "customer", "groups": basics(), "fields": all })).invalid(issues);
        };
        let shown = |field: &str, condition: Json| with(at(field, "basics"), json!({ "shown_when": condition }));
        let asked = |field: &str, condition: Json| with(at(field, "basics"), json!({ "required_when": condition }));
        // Conditions about themselves, by whatever way.
        wrong(vec![shown("phone", is("phone", json!("1")))], &["/fields/1/shown_when condition_of_itself"]);
        wrong(vec![asked("phone", json!({ "not": { "and": [is("kind", json!("person")), is("phone", json!("1"))] } }))], &["/fields/1/required_when condition_of_itself"]);
        wrong(vec![shown("phone", is("email", json!("a@b.cn"))), asked("email", is("phone", json!("1")))], &["/fields/1/shown_when condition_ring", "/fields/2/required_when condition_ring"]);
        wrong(
            vec![shown("phone", is("email", json!("a@b.cn"))), shown("email", is("region", json!("x"))), shown("region", is("phone", json!("1"))), shown("source", is("phone", json!("1")))],
            &["/fields/1/shown_when condition_ring", "/fields/2/shown_when condition_ring", "/fields/3/shown_when condition_ring"],
        );
        wrong(vec![shown("custom_fields.size", is("custom_fields.twice", json!(4)))], &["/fields/1/shown_when condition_ring"]);
        // Fields that are not there, or cannot be compared.
        wrong(vec![at("dragon", "basics")], &["/fields/1/field unknown_field"]);
        wrong(vec![at("custom_fields.dragon", "basics")], &["/fields/1/field unknown_field"]);
        wrong(vec![shown("phone", is("dragon", json!(1)))], &["/fields/1/shown_when unknown_field"]);
        wrong(vec![shown("phone", is("address", json!("x")))], &["/fields/1/shown_when not_filterable"]);
        // Values and tests of the wrong type.
        wrong(vec![shown("phone", is("kind", json!("dragon")))], &["/fields/1/shown_when invalid_operand"]);
        wrong(vec![shown("phone", is("kind", json!(5)))], &["/fields/1/shown_when invalid_operand"]);
        wrong(vec![shown("phone", is("employees", json!("many")))], &["/fields/1/shown_when invalid_operand"]);
        wrong(vec![shown("phone", json!({ "and": [is("kind", json!("company")), { "field": "kind", "op": "gt", "value": "a" }] }))], &["/fields/1/shown_when/and/1 unknown_operator"]);
        wrong(vec![shown("phone", json!({ "field": "next_follow_up_at", "op": "lt", "value": "someday" }))], &["/fields/1/shown_when invalid_operand"]);
        wrong(vec![shown("phone", json!({ "and": [] }))], &["/fields/1/shown_when too_many_conditions"]);
        wrong(vec![shown("phone", json!("kind = company"))], &["/fields/1/shown_when malformed_filter"]);
        wrong(vec![shown("phone", json!({ "field": "kind", "is": "company" }))], &["/fields/1/shown_when malformed_filter"]);
        wrong(vec![with(at("phone", "basics"), json!({ "hidden": "yes" }))], &["/fields invalid_shape"]);
        wrong(vec![with(at("phone", "basics"), json!({ "width": 3 }))], &["/fields invalid_shape"]);
        // What is needed is there and in sight; what the server gives is asked of nobody.
        t.admin.post("/layouts", json!({ "kind": "customer", "groups": basics(), "fields": [at("phone", "basics")] })).invalid(&["/fields layout_without_required"]);
        for hiding in [json!({ "hidden": true }), json!({ "shown_when": is("kind", json!("company")) })] {
            let place = if hiding.get("hidden").is_some() { "/fields/0/hidden" } else { "/fields/0/shown_when" };
            let body = json!({ "kind": "customer", "groups": basics(), "fields": [with(name(), hiding)] });
            t.admin.post("/layouts", body).invalid(&[&format!("{place} required_is_shown")]);
        }
        wrong(vec![asked("custom_fields.twice", is("kind", json!("company")))], &["/fields/1/required_when read_only"]);
        // Twice, and groups that are none.
        wrong(vec![at("phone", "basics"), at("phone", "basics")], &["/fields/2/field duplicate_value"]);
        wrong(vec![at("phone", "elsewhere")], &["/fields/1/group unknown_group"]);
        let groups = |groups: Json, issues: &[&str]| {
            t.admin.post("/layouts", json!({ "kind": "customer", "groups": groups, "fields": [] })).invalid(issues);
        };
        groups(json!([{ "key": "basics" }, { "key": "basics" }]), &["/groups/1/key duplicate_value"]);
        groups(json!([{ "key": "Größe" }]), &["/groups/0/key invalid_key"]);
        groups(json!([{ "key": "yard" }]), &["/groups/0/label required"]);
        groups(json!([{ "key": "basics", "label": { "en": " " } }]), &["/groups/0/label/en required"]);
        groups(json!("basics"), &["/groups invalid_shape"]);
        // Columns.
        for (columns, issue) in [
            (json!(["name", "dragon"]), "/columns/1 unknown_field"),
            (json!(["name", "phone", "name"]), "/columns/2 duplicate_value"),
            (json!([1]), "/columns invalid_shape"),
            (json!(vec!["name"; 61]), "/columns too_many"),
        ] {
            let answer = t.admin.post("/layouts", json!({ "kind": "customer", "columns": columns })).expect(422);
            assert!(answer.issues().contains(&issue.to_owned()), "{:?}", answer.issues());
        }
        // Kinds.
        t.admin.post("/layouts", json!({ "kind": "dragon" })).invalid(&["/kind unknown_kind"]);
        t.admin.post("/layouts", json!({ "kind": "import" })).invalid(&["/kind no_layout"]);
        t.admin.post("/layouts", json!({})).invalid(&["/kind required"]);
        let made = t.admin.create("/layouts", json!({ "kind": "customer" }));
        t.admin.patch(&format!("/layouts/{}", made.id()), 1, json!({ "kind": "lead" })).invalid(&["/kind read_only"]);
        t.admin.patch(&format!("/layouts/{}", made.id()), 1, json!({ "colums": [] })).invalid(&["/colums unknown_field"]);
        // Both languages say which field it is.
        let refused = |tag: &str| {
            let body = json!({ "groups": basics(), "fields": [at("phone", "basics")] });
            t.admin.patch(&format!("/layouts/{}", made.id()), 1, body).language(tag).expect(422).text.clone()
        };
        assert!(refused("zh-CN").contains("布局中缺少必填字段“客户名称”。"), "{}", refused("zh-CN"));
        assert!(refused("en").contains("The layout leaves out “Name”, which is required."), "{}", refused("en"));
    }
}
