//! Custom fields are filtered and sorted along their index, on both engines.

use super::{common, filled, plans, sorts};
use crate::engine;
use common::{Db, both, scope};
use domain::customer::Customer;
use domain::made::{MadeField, MadeType, Said};
use domain::policy::Fields;
use domain::query::{Context, List};
use domain::{Id, Instant, Kind, Kinds};

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
        // Every third has it: they are met along the order of the list.
        let (plan, rows) = looks(&[("filter[custom_fields.rank]", "1")]);
        assert!(
            plan.contains("custom_values_number") && !reads_all(&plan) && !sorts(&plan),
            "many:\n{plan}"
        );
        assert_eq!(rows, 50);
    });
}
