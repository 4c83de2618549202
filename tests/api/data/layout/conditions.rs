//! The conditions of a layout hold however a record is written, with the mercy that a firm's own needed fields have.

use super::{at, basics, field_told, is, layout, own_field, told, with};
use crate::data::import::{causes, counts, import};
use domain::layout::condition::{Moment, holds};
use domain::value::Type;
use tests::*;

const CREDIT: &str = "custom_fields.credit";

/// Credit is asked of firms, and shown for them only.
fn credit(t: &T) {
    own_field(t, "credit", "money");
    let firm = is("kind", json!("company"));
    layout(
        t,
        vec![
            with(
                at(CREDIT, "basics"),
                json!({ "shown_when": firm, "required_when": firm }),
            ),
            with(
                at("industry", "basics"),
                json!({ "required_when": is("level", json!("A")) }),
            ),
        ],
    );
}

both! {
    fn what_a_condition_needs_is_needed_on_every_way(t) {
        let old = t.sales.create("/customers", json!({ "name": "old", "kind": "company", "level": "A" }));
        credit(t);
        let cny = json!({ "credit": { "amount": "5", "currency": "CNY" } });
        let issue = "/custom_fields/credit required_by_condition";
        // Create, in both languages.
        let firm = json!({ "name": "x", "kind": "company" });
        let refused = t.sales.post("/customers", firm.clone()).language("zh-CN").invalid(&[issue]);
        assert!(refused.text.contains("按当前内容，“credit”为必填项。"), "{}", refused.text);
        let refused = t.sales.post("/customers", firm.clone()).language("en").invalid(&[issue]);
        assert!(refused.text.contains("With these values, “credit” is required."), "{}", refused.text);
        t.sales.post("/customers", json!({ "name": "x", "kind": "company", "custom_fields": { "credit": null }, "level": "A" })).invalid(&[issue, "/industry required_by_condition"]);
        let person = t.sales.create("/customers", json!({ "name": "person", "kind": "person" }));
        let whole = t.sales.create("/customers", json!({ "name": "whole", "kind": "company", "custom_fields": cny }));
        // Patch: what makes it needed, and what takes it away; not what says nothing of it.
        let path = |of: &Answer| format!("/customers/{}", of.id());
        t.sales.patch(&path(&person), 1, json!({ "kind": "company" })).invalid(&[issue]);
        t.sales.patch(&path(&whole), 1, json!({ "custom_fields": { "credit": null } })).invalid(&[issue]);
        t.sales.patch(&path(&old), 1, json!({ "name": "older" })).expect(200);
        t.sales.patch(&path(&old), 2, json!({ "kind": "company", "level": "A" })).expect(200);
        t.sales.patch(&path(&old), 2, json!({ "custom_fields": { "credit": null } })).invalid(&[issue]);
        t.sales.patch(&path(&old), 2, json!({ "industry": null })).invalid(&["/industry required_by_condition"]);
        // A value of what is not shown stays, and is told.
        let kept = t.sales.patch(&path(&whole), 1, json!({ "kind": "person" })).expect(200);
        assert_eq!(kept["custom_fields"]["credit"]["amount"], "5.00");
        let kept = t.sales.patch(&path(&whole), 2, json!({ "kind": "company" })).expect(200);
        assert_eq!(kept["custom_fields"]["credit"]["amount"], "5.00");
        // Upsert, by the path and by the query.
        for place in ["/customers/by/external_id/k1", "/customers/by?key=external_id&value=k1"] {
            t.sales.put(place, firm.clone()).invalid(&[issue]);
        }
        t.sales.put("/customers/by/external_id/k1", json!({ "name": "k", "kind": "person" })).expect(201);
        t.sales.put("/customers/by/external_id/k1", json!({ "kind": "company" })).invalid(&[issue]);
        // Batch: all or nothing, or each for itself.
        let steps = |atomic: bool| json!({ "atomic": atomic, "operations": [{ "method": "create", "body": { "name": "b", "kind": "person" } }, { "method": "create", "body": firm },
            { "method": "update", "id": person.id(), "version": 1, "body": { "kind": "company" } }] });
        t.sales.post("/customers/batch", steps(true)).invalid(&["/operations/1/body/custom_fields/credit required_by_condition"]);
        let done = t.sales.post("/customers/batch", steps(false)).expect(207);
        let statuses: Vec<i64> = done["results"].as_array().expect("results").iter().filter_map(|r| r["status"].as_i64()).collect();
        assert_eq!(statuses, [201, 422, 422]);
        // What moves records about says nothing of their fields.
        let version = t.owner.get(&path(&old)).expect(200).version();
        t.owner.delete(&path(&old), version).expect(204);
        t.owner.act(&format!("{}/restore", path(&old))).if_match(version + 1).expect(200);
    }

    fn a_file_is_held_to_conditions(t) {
        credit(t);
        let file = "外部编号,名称,客户类型,credit\ne1,一,企业,\ne2,二,企业,100\ne3,三,个人,\n";
        let end = import(&t.owner, "customer", file, &[("dry_run", "true")]);
        let trial = counts(&end);
        let end = import(&t.owner, "customer", file, &[]);
        assert_eq!(counts(&end), [3, 2, 0, 0, 1], "{:?}", causes(&end));
        assert!(causes(&end)[0].contains("credit"), "{:?}", causes(&end));
        assert_eq!(trial[4], 1, "{trial:?}");
        // A row that makes it needed is refused, one that says nothing of it is not.
        let end = import(&t.owner, "customer", "外部编号,名称,客户类型\ne3,三,企业\ne2,新,企业\n", &[]);
        assert_eq!(counts(&end), [2, 0, 1, 0, 1], "{:?}", causes(&end));
    }

    fn a_lead_is_converted_where_the_form_has_no_place(t) {
        credit(t);
        let lead = |more: Json| {
            let mut body = json!({ "name": "L", "company": "厂" });
            body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
            t.sales.create("/leads", body)
        };
        let convert = |lead: &Answer, body: Json| t.sales.post(&format!("/leads/{}/convert", lead.id()), body).if_match(1);
        // Nothing asks for the credit of a lead.
        convert(&lead(json!({})), json!({ "opportunity": false })).expect(200);
        // Its industry has a place on the lead, and in what is said of the customer.
        let known = lead(json!({ "level": "A" }));
        convert(&known, json!({})).invalid(&["/customer/industry required_by_condition"]);
        convert(&known, json!({ "customer": { "custom_fields": { "credit": null }, "industry": "船舶" } })).invalid(&["/customer/custom_fields/credit required_by_condition"]);
        let done = convert(&known, json!({ "customer": { "industry": "船舶" } })).expect(200);
        assert_eq!(done["customer"]["industry"], "船舶");
    }

    fn an_action_comes_back_for_what_could_be_filled_in_before(t) {
        for key in ["contract", "late"] {
            t.admin.create("/fields", json!({ "kind": "opportunity", "key": key, "label": { "en": key }, "type": "text" }));
        }
        let won = is("status", json!("won"));
        t.admin.create("/layouts", json!({ "kind": "opportunity", "groups": basics(), "fields": [at("name", "basics"),
            with(at("custom_fields.contract", "basics"), json!({ "required_when": won })),
            with(at("custom_fields.late", "basics"), json!({ "required_when": won, "shown_when": won }))] }));
        let deal = t.sales.create("/opportunities", json!({ "name": "deal" }));
        let path = format!("/opportunities/{}", deal.id());
        t.sales.act(&format!("{path}/win")).if_match(1).invalid(&["/custom_fields/contract required_by_condition"]);
        t.sales.patch(&path, 1, json!({ "custom_fields": { "contract": "C-1" } })).expect(200);
        t.sales.act(&format!("{path}/win")).if_match(2).expect(200);
        // From now on it stands there, and what nobody names is not judged anew.
        t.sales.patch(&path, 3, json!({ "next_step": "x" })).expect(200);
        t.sales.patch(&path, 4, json!({ "custom_fields": { "late": null } })).invalid(&["/custom_fields/late required_by_condition"]);
    }

    /// A condition passes the records that a list filtered by it shows.
    fn conditions_say_what_filters_say(t) {
        own_field(t, "size", "decimal");
        own_field(t, "seen", "day");
        own_field(t, "price", "money");
        own_field(t, "yes", "boolean");
        let today = seed::today();
        let day = |n: i64| (today + chrono::Duration::days(n)).to_string();
        let rows = [
            json!({ "name": "Alpha", "kind": "company", "level": "A", "employees": 5, "tags": ["x", "y"], "email": "a@b.cn", "custom_fields": { "size": "12.5", "seen": day(0), "price": seed::cny("100"), "yes": true } }),
            json!({ "name": "beta ＡＢ", "kind": "person", "employees": 6, "next_follow_up_at": format!("{}T04:00:00Z", day(0)), "custom_fields": { "size": "-1", "seen": day(-40), "price": seed::cny("99.99"), "yes": false } }),
            json!({ "name": "gamma", "level": "B", "tags": ["x"], "next_follow_up_at": format!("{}T04:00:00Z", day(9)), "custom_fields": { "seen": day(30) } }),
        ];
        let made: Vec<Json> = rows.into_iter().map(|row| t.sales.create("/customers", row).body.clone()).collect();
        let kind = told(&t.sales, "customer");
        let ty = |name: &str| {
            let told = field_told(&kind, name);
            Some(match told["type"].as_str()? {
                "integer" => Type::Int, "decimal" => Type::Number, "money" => Type::Money, "day" => Type::Day, "instant" => Type::Instant,
                "boolean" => Type::Bool, "id" => Type::Id, "tags" => Type::Tags, "email" => Type::Email, "choice" => Type::Choice(&[]), _ => Type::Text,
            })
        };
        let leaf = |field: &str, op: &str, value: Json| json!({ "field": field, "op": op, "value": value });
        let conditions = [
            is("kind", json!("company")), leaf("level", "ne", json!("A")), leaf("level", "nin", json!(["A"])), leaf("level", "in", json!(["A", "B"])),
            leaf("level", "is_null", json!(true)), leaf("level", "eq", Json::Null), leaf("level", "ne", Json::Null), leaf("level", "eq", json!("a")),
            leaf("employees", "gte", json!(6)), leaf("employees", "lt", json!(6)), leaf("employees", "between", json!([5, 5])), leaf("employees", "ne", json!(5)),
            leaf("tags", "contains", json!("y")), leaf("tags", "in", json!(["y", "z"])), leaf("tags", "is_null", json!(true)),
            leaf("email", "eq", json!("A@B.cn")), leaf("name", "contains", json!("ab")), leaf("name", "starts_with", json!("ALP")), leaf("name", "eq", json!("alpha")),
            leaf("next_follow_up_at", "lt", json!(day(1))), leaf("next_follow_up_at", "eq", json!("today")), leaf("next_follow_up_at", "gt", json!("today")), leaf("next_follow_up_at", "ne", json!("today")),
            leaf("owner_id", "eq", json!("me")), leaf("owner_id", "ne", json!("me")),
            leaf("custom_fields.size", "gt", json!("-1")), leaf("custom_fields.size", "eq", json!(12.5)), leaf("custom_fields.size", "ne", json!("12.50")),
            leaf("custom_fields.seen", "eq", json!("today")), leaf("custom_fields.seen", "gte", json!("this_month")), leaf("custom_fields.seen", "lte", json!("last_30_days")), leaf("custom_fields.seen", "between", json!(["last_30_days", "next_30_days"])),
            leaf("custom_fields.price", "gte", json!("100")), leaf("custom_fields.price", "lt", json!(100)), leaf("custom_fields.yes", "eq", json!(true)), leaf("custom_fields.yes", "ne", json!(true)),
        ];
        let zone = |day: chrono::NaiveDate| domain::Instant::from(day.and_time(chrono::NaiveTime::MIN).and_utc()).plus_seconds(-8 * 3600);
        let me = t.sales.id.to_string();
        let moment = Moment { today, day_start: &zone, fiscal_start: 1, currency: domain::Currency::CNY, me: &me };
        let mut all: Vec<Json> = conditions.to_vec();
        all.extend(conditions.iter().map(|condition| json!({ "not": condition })));
        all.extend(conditions.windows(2).map(|two| json!({ "or": [{ "and": two }, { "not": two[1] }] })));
        for condition in all {
            let found = t.sales.post("/customers/search", json!({ "filter": condition, "sort": "name" })).expect(200);
            let listed: Vec<&Json> = found.rows().iter().map(|row| &row["name"]).collect();
            let value = |row: &Json, name: &str| match name.strip_prefix("custom_fields.") {
                Some(key) => row["custom_fields"][key].clone(),
                None => row[name].clone(),
            };
            let passing = made.iter().filter(|row| holds(&condition, &|name| Some((ty(name)?, value(row, name))), &moment));
            let mut passing: Vec<&Json> = passing.map(|row| &row["name"]).collect();
            passing.sort_by_key(|name| name.as_str().map(str::to_lowercase));
            assert_eq!(listed, passing, "{condition}");
        }
    }
}
