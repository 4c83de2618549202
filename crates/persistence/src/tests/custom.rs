//! Custom fields are filtered and sorted along their index, on both engines.

use super::{common, filled, plans, sorts};
use crate::engine;
use common::{Db, both, scope};
use domain::customer::Customer;
use domain::made::{MadeField, MadeType, Said};
use domain::policy::Fields;
use domain::query::{Context, List};
use domain::{AnyRecord, Id, Instant, Kind, Kinds, Record};

fn field(key: &str, ty: MadeType) -> MadeField {
    let texts = [key.to_owned(), key.to_owned()];
    MadeField {
        id: Id::now_v7(),
        kind: "customer".into(),
        key: key.into(),
        ty,
        label: texts,
        help: None,
        group: None,
        required: false,
        unique: false,
        filtered: true,
        searched: false,
        default: None,
    }
}

fn list(kind: &'static Kind, pairs: &[(&str, &str)]) -> List {
    let pairs: Vec<(String, String)> = pairs.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect();
    let context = Context {
        fiscal_start: 1,
        today: domain::value::parse_day("2026-01-02").expect("a day"),
        day_start: &|_| Instant::now(),
        currency: domain::Currency::CNY,
        fields: Fields::open(kind),
        user: None,
        view: None,
    };
    domain::query::from_pairs(&pairs, &context).expect("a list")
}

/// A value of a field for every customer, as the index has it.
fn fill(db: &Db, field: Id, columns: &str, values: &str) {
    let id = db.literal(field);
    let values = match db.engine {
        common::Engine::Sqlite => values.replace('#', "rid"),
        common::Engine::Pg => values.replace('#', "row_number() OVER ()"),
    };
    db.sql(&format!(
        "INSERT INTO custom_values (workspace_id, record_id, field_id, place, {columns}) SELECT workspace_id, id, {id}, 0, {values} \
         FROM customers WHERE deleted_at IS NULL"
    ));
}

#[test]
fn custom_fields_are_found_along_their_index() {
    both(|db| {
        filled(db);
        let (code, rank) = (field("code", MadeType::Text), field("rank", MadeType::Integer));
        fill(db, code.id, "text, sort", "CAST(# AS text), CAST(# AS text)");
        fill(db, rank.id, "number", "# % 3");
        match db.engine {
            common::Engine::Sqlite => db.store.analyze_here().expect("analyzes"),
            common::Engine::Pg => db.sql("VACUUM ANALYZE"),
        }
        let said = Said {
            layouts: Vec::new(),
            withdrawn: Vec::new(),
            base: domain::Currency::CNY,
            made: Vec::new(),
            fields: vec![code, rank],
        };
        let kind = Kinds::of(&said).named("customer").expect("customers");
        let all = scope::<Customer>(&db.actor());
        let looks = |pairs: &[(&str, &str)]| {
            let list = list(kind, pairs);
            let mut seen = Vec::new();
            let plans = plans(db, |tx| {
                seen = engine::any::list(tx, &all, kind, &list)?.rows;
                Ok(())
            });
            (plans.join("\n\n"), seen.len())
        };
        // Whole tables are neither read nor sorted for a page.
        let reads_all = |plan: &str| plan.contains("SCAN t") || plan.contains("SCAN v") || plan.contains("Seq Scan");
        for (sort, index) in [
            ("custom_fields.code", "custom_values_sort"),
            ("-custom_fields.code", "custom_values_sort"),
            ("custom_fields.rank", "custom_values_number"),
            ("-custom_fields.rank", "custom_values_number"),
        ] {
            let (plan, rows) = looks(&[("sort", sort)]);
            assert!(
                plan.contains(index) && !sorts(&plan) && !reads_all(&plan),
                "{sort}:\n{plan}"
            );
            assert_eq!(rows, 50);
        }
        let (plan, rows) = looks(&[("filter[custom_fields.code]", "4711")]);
        assert!(plan.contains("custom_values_text") && !reads_all(&plan), "few:\n{plan}");
        assert_eq!(rows, 1);
        let (plan, rows) = looks(&[("filter[custom_fields.code][starts_with]", "471")]);
        assert!(
            plan.contains("custom_values_sort") && !reads_all(&plan),
            "begins so:\n{plan}"
        );
        assert_eq!(rows, 11);
        // Every third has it: they are met along the order of the list.
        let (plan, rows) = looks(&[("filter[custom_fields.rank]", "1")]);
        assert!(
            plan.contains("custom_values_number") && !reads_all(&plan) && !sorts(&plan),
            "many:\n{plan}"
        );
        assert_eq!(rows, 50);
    });
}

/// So many days ago, in the words of the database.
fn days_ago(db: &Db, days: i64) -> String {
    match db.engine {
        common::Engine::Sqlite => format!("(CAST(strftime('%s', 'now') AS INTEGER) - {days} * 86400) * 1000000"),
        common::Engine::Pg => format!("now() - interval '{days} days'"),
    }
}

#[test]
fn what_was_taken_away_is_dropped_when_its_time_is_over() {
    both(|db| {
        filled(db);
        let actor = db.actor();
        let body = |text: &str| serde_json::from_str::<serde_json::Map<_, _>>(text).expect("a body");
        let of = |kind: &'static Kind, text: &str| {
            AnyRecord::create(kind, body(text), domain::record::Birth::new(None)).expect("a record")
        };
        let field = of(
            domain::custom_field::CustomField::KIND,
            r#"{ "kind": "customer", "key": "size", "label": { "en": "Size" }, "type": "text" }"#,
        );
        let made = of(
            domain::custom_kind::CustomKind::KIND,
            r#"{ "key": "boat", "plural": "boats", "label": { "en": "Boat" }, "owned": false, "usual_rights": "work" }"#,
        );
        let said = Said {
            layouts: Vec::new(),
            base: domain::Currency::CNY,
            made: vec![made.read::<domain::custom_kind::CustomKind>().expect("a kind").made()],
            fields: Vec::new(),
            withdrawn: Default::default(),
        };
        let boats = Kinds::of(&said).named("boat").expect("boats");
        let boat = of(boats, r#"{ "name": "Anna" }"#);
        let records = [field.clone(), made, boat];
        for record in &records {
            let (actor, record) = (actor.clone(), record.clone());
            let insert = move |tx: &mut crate::Tx| {
                let permit = actor.authorize(domain::policy::Action::Edit, record.kind(), None)?;
                engine::any::insert(tx, &permit, record.kind(), std::slice::from_ref(&record))
            };
            db.store.write_here(insert).expect("stores");
        }
        fill(db, field.id(), "text, sort", "'x', 'x'");
        db.sql(r#"UPDATE customers SET custom_fields = '{"size":"x","other":"y"}', wire = '{"size":"x"}'"#);
        let count = |table: &str| db.texts(&format!("SELECT CAST(count(*) AS text) AS line FROM {table}"))[0].clone();
        let holding = |key: &str| count(&format!("customers WHERE CAST(custom_fields AS text) LIKE '%{key}%'"));
        let sweep = || while db.store.write_here(crate::custom_kind::purge).expect("sweeps") > 0 {};
        let all = count("customers");
        for (days, kept) in [(29, true), (31, false)] {
            for of in [
                "fields SET deleted_at = # WHERE key = 'size'",
                "kinds SET deleted_at = # WHERE key = 'boat'",
            ] {
                db.sql(&format!("UPDATE {}", of.replace('#', &days_ago(db, days))));
            }
            sweep();
            let left = if kept { "1" } else { "0" };
            for rows in [
                "fields WHERE key = 'size'",
                "kinds WHERE key = 'boat'",
                "custom_records WHERE kind = 'boat'",
            ] {
                assert_eq!(count(rows), left, "{rows} after {days} days");
            }
            assert_eq!(
                count("customers WHERE wire LIKE '%size%'") == "0",
                !kept,
                "told from beside the columns"
            );
            assert_eq!(holding("size"), if kept { all.clone() } else { "0".into() });
            assert_eq!(count("custom_values") == "0", !kept);
        }
        assert_eq!(holding("other"), all);
    });
}
