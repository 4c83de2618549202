//! Formulas: what they read, refuse and give.

use super::*;
use crate::kind::{Ownership, Usual};
use crate::made::{Made, MadeField, MadeType, Said};
use crate::{Id, Kinds, kind};
use proptest::prelude::*;
use serde_json::{Map, json};

fn field(key: &str, ty: MadeType) -> MadeField {
    MadeField {
        id: Id::nil(),
        kind: "boat".into(),
        key: key.into(),
        ty,
        label: [key.into(), key.into()],
        help: None,
        group: None,
        required: false,
        unique: false,
        filtered: true,
        searched: false,
        default: None,
    }
}

/// A kind with a field of each type that formulas read, and these formulas.
fn said(formulas: &[(&str, &str)]) -> Said {
    let mut fields = vec![
        field("n", MadeType::Decimal),
        field("m", MadeType::Integer),
        field("t", MadeType::Text),
        field("yes", MadeType::Boolean),
        field("from", MadeType::Day),
        field("to", MadeType::Day),
        field("at", MadeType::Instant),
        field("price", MadeType::Money),
        field("cost", MadeType::Money),
        field("tags", MadeType::Tags),
        field("boss", MadeType::User),
    ];
    fields.extend(
        formulas
            .iter()
            .map(|(key, text)| field(key, MadeType::Formula((*text).into()))),
    );
    Said {
        layouts: Vec::new(),
        withdrawn: Vec::new(),
        base: Currency::CNY,
        made: vec![Made {
            name: "boat".into(),
            plural: "boats".into(),
            label: ["船".into(), "Boat".into()],
            parent: None,
            ownership: Ownership::Shared,
            usual: Usual::Work,
        }],
        fields,
    }
}

fn wrong(formulas: &[(&str, &str)]) -> Vec<(String, &'static str, String)> {
    let all = said(formulas).wrong("boat").into_iter();
    all.map(|(key, wrong)| {
        let issue = wrong.issue();
        let position = issue.params.iter().find(|(name, _)| *name == "position");
        (key, issue.code, position.map(|(_, at)| at.clone()).unwrap_or_default())
    })
    .collect()
}

fn given() -> Json {
    json!({ "n": "2.5", "m": 3, "t": "甲 a", "yes": true, "from": "2024-02-28", "to": "2024-03-01", "at": "2024-02-28T12:00:00Z",
        "price": { "amount": "10.00", "currency": "CNY" }, "cost": { "amount": "3.00", "currency": "USD" } })
}

/// What formulas give for a record.
fn gives(formulas: &[(&str, &str)], own: Json) -> Json {
    let said = said(formulas);
    assert_eq!(said.wrong("boat").len(), 0, "{:?}", wrong(formulas));
    let kind = Kinds::of(&said).named("boat").expect("boats");
    let map: Map<String, Json> = [("name".to_owned(), json!("Anna"))].into_iter().collect();
    let mut boat = AnyRecord::create(kind, map, crate::record::Birth::new(None)).expect("a record");
    boat.put(crate::custom::ALL, own);
    boat.compute();
    boat.custom().clone()
}

fn one(formula: &str, own: Json) -> Json {
    gives(&[("f", formula)], own)["f"].clone()
}

#[test]
fn formulas_are_computed() {
    for (formula, result) in [
        ("1 + 2 * 3", json!("7")),
        ("(1 + 2) * 3", json!("9")),
        ("10 - 3 - 2", json!("5")),
        ("-n * 2", json!("-5")),
        ("1 / 3 * 3", json!("1")),
        ("2 / 3", json!("0.666667")),
        ("n + m", json!("5.5")),
        ("custom_fields.n + {m}", json!("5.5")),
        ("name & ' ' & t & \" \" & n", json!("Anna 甲 a 2.5")),
        ("'it''s ' + t", json!("it's 甲 a")),
        ("n > 2 and not (m = 4)", json!(true)),
        ("not m = 4", json!(true)),
        ("n >= 3 || m <> 3", json!(false)),
        ("IF(yes, 'big', 'small')", json!("big")),
        ("if（n > 3，'a'，'b'）", json!("b")),
        ("to - from", json!("2")),
        ("days_between(from, to) * 24", json!("48")),
        ("from + 2", json!("2024-03-01")),
        ("to - 1", json!("2024-02-29")),
        ("year(from) * 100 + month(from)", json!("202402")),
        (
            "price * 1.13",
            json!({ "amount": "11.30", "currency": "CNY", "rate": "1" }),
        ),
        ("price / 3", json!({ "amount": "3.33", "currency": "CNY", "rate": "1" })),
        ("price / price", json!("1")),
        ("price > price * 0.5", json!(true)),
        ("round(n)", json!("3")),
        ("round(2 / 3, 2)", json!("0.67")),
        ("floor(-n)", json!("-3")),
        ("max(n, m, 1)", json!("3")),
        ("min(from, to)", json!("2024-02-28")),
        ("upper(t)", json!("甲 A")),
        ("left(t, 1) & right(t, 1) & length(t)", json!("甲a3")),
        ("at > at", json!(false)),
        ("0.1 + 0.2 = 0.3", json!(true)),
    ] {
        let (mut found, mut wanted) = (one(formula, given()), result);
        // What an amount is worth is told elsewhere.
        for amount in [&mut found, &mut wanted] {
            amount.as_object_mut().map(|amount| amount.remove("rate"));
        }
        assert_eq!(found, wanted, "{formula}");
    }
}

#[test]
fn where_a_value_is_missing_there_is_nothing() {
    for (formula, result) in [
        ("n + m", Json::Null),
        ("n / m", Json::Null),
        ("t & n", Json::Null),
        ("name & t", json!("Anna")),
        ("is_empty(t)", json!(true)),
        ("coalesce(n, m, 7)", json!("7")),
        ("if(yes, 1, 2)", json!("2")),
        ("if(yes, 1)", Json::Null),
        ("yes or name = 'Anna'", json!(true)),
        ("yes and name = 'Anna'", Json::Null),
        ("yes and name = 'x'", json!(false)),
    ] {
        assert_eq!(one(formula, json!({})), result, "{formula}");
    }
    // By zero, of two currencies, too large, no day.
    for formula in [
        "1 / (m - 3)",
        "price + cost",
        "price < cost",
        "1000000 * 1000000 * 1000000 * 1000000",
        "from + 9000000",
    ] {
        assert_eq!(one(formula, given()), Json::Null, "{formula}");
    }
}

#[test]
fn what_cannot_be_computed_is_refused_with_its_place() {
    for (formula, code, position) in [
        ("", "formula_syntax", "1"),
        ("1 +", "formula_syntax", "4"),
        ("1 2", "formula_syntax", "3"),
        ("(1", "formula_syntax", "3"),
        ("'a", "formula_syntax", "1"),
        ("n ; m", "formula_syntax", "3"),
        ("1.2.3", "formula_syntax", "1"),
        ("n and", "formula_syntax", "6"),
        ("n + nothing", "formula_field", "5"),
        ("甲 + 1", "formula_syntax", "1"),
        ("today()", "formula_function", "1"),
        ("round(1, 2, 3)", "formula_arguments", "1"),
        ("n + t", "formula_types", "5"),
        ("if(n, 1, 2)", "formula_types", "4"),
        ("if(yes, 1, 'a')", "formula_types", "12"),
        ("n = t", "formula_types", "5"),
        ("price + 1", "formula_types", "9"),
        ("not n", "formula_types", "5"),
        ("tags & 'x'", "formula_field_type", "1"),
        ("boss & 'x'", "formula_field_type", "1"),
        ("updated_at = at", "formula_field_type", "1"),
        ("n / 0", "formula_by_zero", "5"),
        ("n / (2 - 2)", "formula_by_zero", "5"),
        ("f + 1", "formula_ring", "1"),
    ] {
        let found = wrong(&[("f", formula)]);
        assert_eq!(found, [("f".to_owned(), code, position.to_owned())], "{formula}");
    }
    let long = ["1"; 300].join("+");
    assert_eq!(wrong(&[("f", &long)])[0].1, "formula_too_large");
    let deep = format!("{}1{}", "(".repeat(100), ")".repeat(100));
    assert_eq!(wrong(&[("f", &deep)])[0].1, "formula_too_large");
}

#[test]
fn rings_are_found_and_chains_computed_in_their_order() {
    let ring = wrong(&[("a", "b + 1"), ("b", "c + 1"), ("c", "a + 1"), ("d", "n")]);
    assert_eq!(
        ring.iter()
            .map(|(key, code, _)| (key.as_str(), *code))
            .collect::<Vec<_>>(),
        [("a", "formula_ring"), ("b", "formula_ring"), ("c", "formula_ring"),]
    );
    let chain = [("c", "b & '!'"), ("b", "a * 3"), ("a", "n / 3")];
    let own = gives(&chain, given());
    // The third of a third is no more rounded than what it is the third of.
    assert_eq!(
        (&own["a"], &own["b"], &own["c"]),
        (&json!("0.833333"), &json!("2.5"), &json!("2.5!"))
    );
    let kind = Kinds::of(&said(&chain)).named("boat").expect("boats");
    let reads = |key: &str| {
        let field = kind.field(&format!("custom_fields.{key}")).expect("a field");
        field
            .custom
            .and_then(|custom| custom.formula)
            .expect("a formula")
            .reads
            .clone()
    };
    assert_eq!(reads("c"), ["custom_fields.n", "custom_fields.a", "custom_fields.b"]);
    // Two hundred that each need the one before twice are no more work than two hundred.
    let many: Vec<(String, String)> = (0..150)
        .map(|i| match i {
            0 => ("f0".to_owned(), "1".to_owned()),
            i => (format!("f{i}"), format!("f{} - f{} + 1", i - 1, i - 1)),
        })
        .collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(key, text)| (key.as_str(), text.as_str())).collect();
    assert_eq!(gives(&many, json!({}))["f149"], json!("1"));
}

#[test]
fn declared_fields_are_read_too() {
    let customer = kind("customer").expect("customers");
    let read = |text: &str| {
        let mut of = |name: &str| match customer.field(name) {
            Some(field) => Ty::of(field).map_or(Named::Unfit(field.ty.name()), |ty| Named::Field(field.name, ty)),
            None => Named::Unknown,
        };
        Formula::read(text, &mut of)
    };
    let formula = read("annual_revenue * 0.1").expect("a formula");
    assert_eq!((formula.ty, formula.reads), (Ty::Money, vec!["annual_revenue"]));
    assert!(read("version + 1").is_err() && read("owner_id & ''").is_err());
}

#[derive(Debug, Clone)]
enum Sum {
    Number(i64),
    Two(char, Box<Sum>, Box<Sum>),
}

impl Sum {
    fn text(&self) -> String {
        match self {
            Self::Number(n) => n.to_string(),
            Self::Two(op, a, b) => format!("({} {op} {})", a.text(), b.text()),
        }
    }

    fn value(&self) -> Option<i128> {
        match self {
            Self::Number(n) => Some((*n).into()),
            Self::Two(op, a, b) => {
                let (a, b) = (a.value()?, b.value()?);
                Some(match op {
                    '+' => a + b,
                    '-' => a - b,
                    _ => a * b,
                })
            }
        }
    }
}

fn sum() -> impl Strategy<Value = Sum> {
    let leaf = (0i64..1_000).prop_map(Sum::Number);
    leaf.prop_recursive(4, 16, 2, |inner| {
        (prop_oneof![Just('+'), Just('-'), Just('*')], inner.clone(), inner)
            .prop_map(|(op, a, b)| Sum::Two(op, Box::new(a), Box::new(b)))
    })
}

fn alone(text: &str) -> Option<Value> {
    let formula = Formula::read(text, &mut |_| Named::Unknown).ok()?;
    value(&formula.root, &|_| None)
}

proptest! {
    /// Whatever is typed is read or refused.
    #[test]
    fn reading_never_panics(text in "[-+*/&|=!<>(){},.'\"a-z0-9 甲，（]{0,60}") {
        let mut of = |name: &str| match name.len() % 3 {
            0 => Named::Field("n", Ty::Number),
            1 => Named::Field("t", Ty::Text),
            _ => Named::Unknown,
        };
        if let Ok(formula) = Formula::read(&text, &mut of) {
            let _ = value(&formula.root, &|_| None);
        }
    }

    #[test]
    fn sums_are_counted_as_one_counts(sum in sum()) {
        let told = sum.value().and_then(|n| Exact::ratio(n, 1)).map(Value::Number);
        if let Some(told) = told {
            prop_assert_eq!(alone(&sum.text()), Some(told));
        }
    }

    /// Without parentheses, times before plus, and from the left.
    #[test]
    fn what_binds_more_comes_first(a in 0i64..100, b in 0i64..100, c in 1i64..100, d in 0i64..100) {
        let told = |n: i64| Some(Value::Number(Exact::whole(n)));
        prop_assert_eq!(alone(&format!("{a} - {b} * {c} + {d}")), told(a - b * c + d));
        prop_assert_eq!(alone(&format!("{a} - {b} - {d}")), told(a - b - d));
        prop_assert_eq!(alone(&format!("{a} + {b} < {c} * {d}")), Some(Value::Bool(a + b < c * d)));
        prop_assert_eq!(alone(&format!("{a} / {c} * {c}")), told(a));
    }

    /// What is kept of a number is taken again as it is.
    #[test]
    fn what_is_kept_is_a_value_of_its_field(over in any::<i64>(), under in 1i64..1_000_000) {
        if let Some(kept) = Exact::ratio(over.into(), under.into()).and_then(|n| Value::Number(n).kept()) {
            let field = Field::new::<Option<Number>>("n", crate::Label::new("n", "n"), 0);
            let read = field.read(kept.clone()).expect("a number");
            prop_assert_eq!(field.json(&read).ok(), Some(kept));
        }
    }
}
