//! Lists against a model in memory: filters, sorts, pages and search give the same rows in the same order on both engines.

#[macro_use]
mod common;

use common::{Db, Engine, both, new_workspace};
use domain::contact::Contact;
use domain::customer::Customer;
use domain::lead::Lead;
use domain::policy::{Action, Actor};
use domain::product::Product;
use domain::query::{Count, Cursor, Filter, Leaf, List, Sort, Test};
use domain::record::{FILTER, SORT};
use domain::task::Task;
use domain::text::{fold, sort_key};
use domain::value::{Row, Storage, Type, Val};
use domain::{Field, Id, Instant, Kind, Record};
use persistence::{engine, search};
use proptest::prelude::*;
use std::cell::Cell;
use std::cmp::Ordering;

const TEXTS: [&str; 12] = [
    "a",
    "A",
    "Ab%",
    "ab_c",
    "张三",
    "张",
    "zhang",
    "李雷 x",
    "É",
    "é",
    "O'Neil \\",
    "ß😀",
];

/// One of a few values, so that there are ties; the last is none where none may be.
fn pick(field: &Field, storage: Storage, choice: u8) -> Val {
    let n = usize::from(choice);
    if field.nullable && n % 4 == 3 {
        return Val::Null(storage);
    }
    match (storage, field.ty) {
        (Storage::Text, Type::Choice(choices)) => Val::Text(choices[n % choices.len()].key.to_owned()),
        (Storage::Text, Type::Money) => Val::Text("CNY".into()),
        (Storage::Text, _) => Val::Text(TEXTS[n % TEXTS.len()].to_owned()),
        (Storage::Int, Type::Decimal) => Val::Int([1, 5, 7, i64::MAX][n % 4]),
        (Storage::Int, _) => Val::Int([-5, 0, 7, i64::MAX][n % 4]),
        (Storage::Bool, _) => Val::Bool(n % 2 == 0),
        (Storage::Id, _) => Val::Id(Id::from_u128(n as u128)),
        (Storage::Instant, _) => Val::Instant(Instant::from_micros((n as i64 % 5 - 2) * 1_000_001).expect("in range")),
        (Storage::Day, _) => {
            Val::Day(domain::value::parse_day(["1969-12-31", "1970-01-01", "2024-02-29"][n % 3]).expect("a day"))
        }
        (Storage::Texts, _) => Val::Texts([vec![], vec!["a".into()], vec!["重点".into(), "a".into()]][n % 3].clone()),
        (Storage::Json, _) => Val::Json(serde_json::json!({})),
        (Storage::Bytes, _) => panic!("no field of a record holds bytes"),
    }
}

fn record<T: Record>(choices: &[u8]) -> T {
    let mut choices = choices.iter().copied().cycle();
    let mut row = Vec::new();
    for field in T::KIND.fields {
        let choice = choices.next().expect("endless");
        for (suffix, storage) in field.columns() {
            row.push(match field.name {
                // Anywhere in the order, unlike real ones.
                "id" => Val::Id(Id::from_bytes(std::array::from_fn(|_| {
                    choices.next().expect("endless")
                }))),
                "version" => Val::Int(1),
                "custom_fields" => Val::Json(serde_json::json!({})),
                // What no two records may have alike.
                "external_id" | "number" => Val::Null(*storage),
                _ if field.refers.is_some() => Val::Null(*storage),
                _ => match pick(field, *storage, choice) {
                    Val::Int(_) if *suffix == "_rate" => Val::Int(domain::money::Rate::ONE.ticks()),
                    value => value,
                },
            });
        }
    }
    T::take(&mut Row::new(row)).expect("fits")
}

/// The value in a column of a record.
fn column<T: Record>(record: &T, name: &str) -> Val {
    let columns = T::KIND.fields.iter().flat_map(|f| {
        let names = f
            .columns()
            .iter()
            .map(|(suffix, _)| format!("{}{suffix}", f.stored_as()));
        names.collect::<Vec<_>>()
    });
    let row = record.put();
    let at = columns.into_iter().position(|c| c == name).expect("a column");
    row[at].clone()
}

fn order(a: &Val, b: &Val) -> Ordering {
    match (a, b) {
        (Val::Text(a), Val::Text(b)) => a.as_bytes().cmp(b.as_bytes()),
        (Val::Int(a), Val::Int(b)) => a.cmp(b),
        (Val::Bool(a), Val::Bool(b)) => a.cmp(b),
        (Val::Id(a), Val::Id(b)) => a.cmp(b),
        (Val::Instant(a), Val::Instant(b)) => a.cmp(b),
        (Val::Day(a), Val::Day(b)) => a.cmp(b),
        other => panic!("{other:?} do not compare"),
    }
}

fn passes<T: Record>(record: &T, tree: &Filter) -> bool {
    let leaf = match tree {
        Filter::And(parts) => return parts.iter().all(|p| passes(record, p)),
        Filter::Or(parts) => return parts.iter().any(|p| passes(record, p)),
        Filter::Not(part) => return !passes(record, part),
        Filter::Leaf(leaf) => leaf,
    };
    let value = column(record, &leaf.column);
    if let (Val::Texts(all), test) = (&value, &leaf.test) {
        return match test {
            Test::Has(wanted) => all.contains(wanted),
            Test::Null(wanted) => all.is_empty() == *wanted,
            other => panic!("{other:?} on a list"),
        };
    }
    if value.is_null() {
        return matches!(leaf.test, Test::Ne(_) | Test::NotIn(_) | Test::Null(true));
    }
    let is = |other: &Val| order(&value, other);
    let text = |value: &Val| match value {
        Val::Text(text) => fold(text),
        other => panic!("{other:?} is no text"),
    };
    match &leaf.test {
        Test::Eq(v) => is(v).is_eq(),
        Test::Ne(v) => is(v).is_ne(),
        Test::Lt(v) => is(v).is_lt(),
        Test::Lte(v) => is(v).is_le(),
        Test::Gt(v) => is(v).is_gt(),
        Test::Gte(v) => is(v).is_ge(),
        Test::In(all) => all.iter().any(|v| is(v).is_eq()),
        Test::NotIn(all) => all.iter().all(|v| is(v).is_ne()),
        Test::Within(from, to) => is(from).is_ge() && is(to).is_lt(),
        Test::Contains(part) => text(&value).contains(&fold(part)),
        Test::StartsWith(part) => text(&value).starts_with(&fold(part)),
        Test::Null(wanted) => !wanted,
        Test::Has(_) => panic!("only lists have elements"),
    }
}

/// The key a record is sorted by.
fn key<T: Record>(record: &T, sort: Sort) -> Option<Val> {
    let value = match sort.field.has_sort_key() {
        true => match column(record, sort.field.name) {
            Val::Text(text) => Val::Text(sort_key(&text)),
            none => none,
        },
        false => column(record, &sort.field.sort_column().0),
    };
    (!value.is_null()).then_some(value)
}

/// What a list must give: those that pass, in order, those without a value last.
fn model<T: Record>(records: &[T], list: &List) -> Vec<Id> {
    let mut rows: Vec<(Option<Val>, Id)> = records
        .iter()
        .filter(|r| list.filter.as_ref().is_none_or(|tree| passes(*r, tree)))
        .map(|r| (key(r, list.sort), r.id()))
        .collect();
    rows.sort_by(|(a, a_id), (b, b_id)| {
        let (values, ids) = match (a, b) {
            (Some(a), Some(b)) => (order(a, b), a_id.cmp(b_id)),
            (None, None) => (Ordering::Equal, a_id.cmp(b_id)),
            (a, b) => return b.is_some().cmp(&a.is_some()),
        };
        let ascending = values.then(ids);
        if list.sort.descending {
            ascending.reverse()
        } else {
            ascending
        }
    });
    rows.into_iter().map(|(_, id)| id).collect()
}

/// A filter as random numbers, to be read for any kind.
#[derive(Debug, Clone)]
enum Plan {
    And(Vec<Plan>),
    Or(Vec<Plan>),
    Not(Box<Plan>),
    Leaf([u8; 5]),
}

fn plan() -> impl Strategy<Value = Plan> {
    any::<[u8; 5]>().prop_map(Plan::Leaf).prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..3).prop_map(Plan::And),
            proptest::collection::vec(inner.clone(), 0..3).prop_map(Plan::Or),
            inner.prop_map(|p| Plan::Not(Box::new(p))),
        ]
    })
}

fn tree(kind: &'static Kind, plan: &Plan) -> Filter {
    let parts = |all: &[Plan]| all.iter().map(|p| tree(kind, p)).collect();
    let [of, how, a, b, c] = match plan {
        Plan::And(all) => return Filter::And(parts(all)),
        Plan::Or(all) => return Filter::Or(parts(all)),
        Plan::Not(one) => return Filter::Not(Box::new(tree(kind, one))),
        Plan::Leaf(numbers) => *numbers,
    };
    let fields: Vec<&Field> = kind.fields.iter().filter(|f| f.can(FILTER)).collect();
    let field = fields[usize::from(of) % fields.len()];
    let (column, storage) = field.filter_column();
    // Never none: what a request compares with is a value.
    let some = |n: u8| {
        let mut solid = *field;
        solid.nullable = false;
        pick(&solid, storage, n)
    };
    let text = TEXTS[usize::from(a) % TEXTS.len()].to_owned();
    let test = match (storage, how % 12) {
        (Storage::Texts, 0..8) => Test::Has(["a", "重点", "x"][usize::from(a) % 3].into()),
        (Storage::Texts, _) | (_, 11) => Test::Null(a % 2 == 0),
        (Storage::Text, 9) => Test::Contains(text),
        (Storage::Text, 10) => Test::StartsWith(text),
        (_, 0) => Test::Eq(some(a)),
        (_, 1) => Test::Ne(some(a)),
        (_, 2) => Test::Lt(some(a)),
        (_, 3) => Test::Lte(some(a)),
        (_, 4) => Test::Gt(some(a)),
        (_, 5) => Test::Gte(some(a)),
        (_, 6) => Test::In([a, b, c].into_iter().take(usize::from(c % 4)).map(some).collect()),
        (_, 7) => Test::NotIn([a, b, c].into_iter().take(usize::from(c % 4)).map(some).collect()),
        (_, _) => Test::Within(some(a), some(b)),
    };
    Filter::Leaf(Leaf {
        column,
        storage,
        custom: None,
        test,
    })
}

/// Walks a list page by page; between two pages, `meanwhile` is called.
fn walk<T: Record>(db: &Db, actor: &Actor, list: &List, mut meanwhile: impl FnMut()) -> Vec<Id> {
    let scope = actor.scope(T::KIND).expect("sees");
    let (mut list, mut seen) = (list.clone(), Vec::new());
    loop {
        let page = db.read(|tx| engine::list::<T>(tx, &scope, &list));
        assert!(page.rows.len() <= list.limit as usize);
        seen.extend(page.rows.iter().map(Record::id));
        let Some(next) = page.next else { return seen };
        assert_eq!(page.rows.len(), list.limit as usize, "only the last page is short");
        let storage = list.sort.field.sort_column().1;
        list.after = Some(Cursor::decode(&next, list.fingerprint, storage).expect("its own cursor"));
        meanwhile();
    }
}

fn check<T: Record>(dbs: &[Db; 2], rows: &[Vec<u8>], later: &[Vec<u8>], filter: Option<&Plan>, sort: (u8, bool)) {
    let sorts: Vec<&'static Field> = T::KIND.fields.iter().filter(|f| f.can(SORT)).collect();
    let list = List {
        filter: filter.map(|p| tree(T::KIND, p)),
        sort: Sort {
            field: sorts[usize::from(sort.0) % sorts.len()],
            descending: sort.1,
        },
        limit: 7,
        after: None,
        q: None,
        fields: None,
        expand: Vec::new(),
        count: Count::No,
        group_by: None,
        fingerprint: 42,
        used: None,
    };
    let distinct = |choices: &[Vec<u8>], taken: &[T]| {
        let mut out: Vec<T> = Vec::new();
        for record in choices.iter().map(|c| record::<T>(c)) {
            if taken.iter().chain(&out).all(|o| o.id() != record.id()) {
                out.push(record);
            }
        }
        out
    };
    let records = distinct(rows, &[]);
    let newcomers = distinct(later, &records);
    let wanted = model(&records, &list);
    for db in dbs {
        let actor = Actor::system(new_workspace(&db.store, "case"));
        let permit = actor.authorize(Action::Create, T::KIND, None).expect("may");
        let insert = |records: Vec<T>| {
            let permit = permit.clone();
            db.write(move |tx| engine::insert(tx, &permit, &records));
        };
        insert(records.clone());
        let what = format!("{:?} {} by {}: {list:?}", db.engine, T::KIND.name, list.sort.field.name);
        let scope = actor.scope(T::KIND).expect("sees");
        let count = db.read(|tx| engine::count(tx, &scope, T::KIND, &list, Count::Exact));
        assert_eq!(count, wanted.len() as i64, "{what}");
        assert_eq!(walk::<T>(db, &actor, &list, || ()), wanted, "{what}");

        // The same while others come in.
        let coming = Cell::new(newcomers.clone().into_iter());
        let seen = walk::<T>(db, &actor, &list, || {
            let mut rest = coming.take();
            insert(rest.by_ref().take(3).collect());
            coming.set(rest);
        });
        let old: Vec<Id> = seen.iter().copied().filter(|id| wanted.contains(id)).collect();
        assert_eq!(old, wanted, "nothing skipped, nothing twice: {what}");
        let mut once = seen.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), seen.len(), "{what}");
    }
}

#[test]
fn lists_are_as_the_model_says() {
    let dbs = [Db::new(Engine::Sqlite), Db::new(Engine::Pg)];
    let rows = |n| proptest::collection::vec(proptest::collection::vec(any::<u8>(), 60), n);
    let input = (
        rows(0..40),
        rows(0..12),
        proptest::option::weighted(0.8, plan()),
        any::<(u8, bool)>(),
        0..4,
    );
    let config = ProptestConfig {
        cases: 120,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    proptest!(config, |((rows, later, filter, sort, kind) in input)| {
        match kind {
            0 => check::<Lead>(&dbs, &rows, &later, filter.as_ref(), sort),
            1 => check::<Contact>(&dbs, &rows, &later, filter.as_ref(), sort),
            2 => check::<Product>(&dbs, &rows, &later, filter.as_ref(), sort),
            _ => check::<Task>(&dbs, &rows, &later, filter.as_ref(), sort),
        }
    });
}

fn customers() -> Vec<Customer> {
    let rows = [
        (
            "北京字节跳动科技有限公司",
            "13800138000",
            "li.lei@example.com",
            "行业领先",
        ),
        ("上海腾讯计算机系统", "+86 (21) 6234-5678", "a@b.cn", "臺灣 銀行"),
        ("重庆银行", "13900139000", "hr@chongqing.cn", "台湾"),
        ("Byte Dance Inc", "+1 415 555 0100", "byte.dance@example.com", "字节"),
        ("O'Neil & Søns", "110", "søn@exämple.de", "naïve CAFÉ"),
        (
            "阿里巴巴（中国）有限公司",
            "0571-85022088",
            "ali@alibaba-inc.com",
            "阿里 巴巴 Alibaba",
        ),
        ("张三丰", "13800138001", "zsf@wudang.cn", "太极"),
        ("長城汽車", "95105888", "gw@gwm.cn", "𠮷野家 😀"),
    ];
    let full = |(i, (name, phone, email, about)): (usize, &(&str, &str, &str, &str))| {
        let mut customer: Customer = record(&[i as u8; 60]);
        customer.id = Id::now_v7();
        customer.name = (*name).into();
        customer.phone = domain::value::Phone::new(phone);
        customer.email = domain::value::Email::new(email);
        customer.description = Some((*about).into());
        (customer.industry, customer.region, customer.website, customer.address) = (None, None, None, None);
        customer
    };
    rows.iter().enumerate().map(full).collect()
}

const QUERIES: [(&str, usize); 24] = [
    ("字节", 2),
    ("北京", 1),
    ("字", 2),
    ("zijie", 2),
    ("bjzj", 1),
    ("beijing zijie", 1),
    ("银行", 2),
    ("銀行", 2),
    ("台湾", 2),
    ("138", 2),
    ("13800138000", 1),
    ("138 0013 8000", 1),
    ("6234 5678", 1),
    ("byte", 1),
    ("BYTE dance", 1),
    ("li.lei@example.com", 1),
    ("example", 3),
    ("o'neil", 1),
    ("cafe", 1),
    ("长城", 1),
    ("张三", 1),
    ("zhangsan", 1),
    ("' OR 1=1 --", 0),
    ("nichts", 0),
];

#[test]
fn searches_find_the_same_on_both_engines() {
    let all = customers();
    let list = |q: &str| List {
        filter: None,
        sort: Sort {
            field: Customer::KIND.field("name").expect("a field"),
            descending: false,
        },
        limit: 50,
        after: None,
        q: Some(q.to_owned()),
        fields: None,
        expand: Vec::new(),
        count: Count::Exact,
        group_by: None,
        fingerprint: 1,
        used: None,
    };
    let found = |db: &Db| -> Vec<(String, Vec<Id>)> {
        db.insert(&all);
        let scope = common::scope::<Customer>(&db.actor());
        let queries = QUERIES
            .iter()
            .map(|(q, _)| *q)
            .chain(["\"", "*", "a* OR b", "()", ":", "\\", "!&|", "《》", " "]);
        queries
            .map(|q| {
                let page = db.read(|tx| engine::list::<Customer>(tx, &scope, &list(q)));
                let ids: Vec<Id> = page.rows.iter().map(Record::id).collect();
                let hits = db.read(|tx| search::hits(tx, &scope, Customer::KIND, &[], q, 20));
                let (mut a, mut b) = (ids.clone(), hits.iter().map(|h| h.id).collect::<Vec<_>>());
                a.sort();
                b.sort();
                assert_eq!(a, b, "{q}");
                (q.to_owned(), ids)
            })
            .collect()
    };
    let (sqlite, pg) = (found(&Db::new(Engine::Sqlite)), found(&Db::new(Engine::Pg)));
    assert_eq!(sqlite, pg);
    let counts: Vec<(&str, usize)> = sqlite
        .iter()
        .take(QUERIES.len())
        .map(|(q, ids)| (q.as_str(), ids.len()))
        .collect();
    assert_eq!(counts, QUERIES);
}

#[test]
fn search_follows_every_change_of_a_record() {
    both(|db| {
        let finds = |q: &str| {
            let scope = common::scope::<Customer>(&db.actor());
            db.read(|tx| search::hits(tx, &scope, Customer::KIND, &[], q, 20)).len()
        };
        let one = customers().remove(0);
        db.insert(std::slice::from_ref(&one));
        assert_eq!((finds("字节"), finds("大华")), (1, 0));
        let mut new = one.clone();
        new.name = "大华股份".into();
        let permit = common::permit::<Customer>(&db.actor());
        let by = permit.clone();
        let stored = db.write(move |tx| engine::update(tx, &by, &one, &new));
        assert_eq!((finds("字节"), finds("大华"), finds("领先")), (0, 1, 1));
        let (old, by) = (stored.clone(), permit.clone());
        db.write(move |tx| engine::delete(tx, &by, &old));
        assert_eq!(finds("大华"), 0);
        let scope = common::scope::<Customer>(&db.actor());
        let deleted = db.read(|tx| engine::find_deleted::<Customer>(tx, &scope, stored.id));
        db.write(move |tx| engine::restore(tx, &permit, &deleted));
        assert_eq!((finds("字节"), finds("大华")), (0, 1));
    });
}
