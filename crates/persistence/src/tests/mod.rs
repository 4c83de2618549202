//! How the databases go about the statements that matter: by their indexes, without sorting.

#[path = "../../tests/common/mod.rs"]
mod common;
mod custom;
mod limits;
mod referrers;

use crate::sql::Sql;
use crate::store::Pace;
use crate::{Result, Tx, audit, engine, opportunity, plan, search};
use common::{Db, both, scope, somebody};
use domain::contact::Contact;
use domain::customer::Customer;
use domain::opportunity::Opportunity;
use domain::policy::Scope;
use domain::query::{Context, Count, Cursor, List};
use domain::record::SORT;
use domain::value::Storage;
use domain::{Id, Instant, Record};
use std::cell::RefCell;

thread_local! {
    static PLANS: RefCell<Option<Vec<String>>> = const { RefCell::new(None) };
}

/// Called with every statement that reads; keeps its plan while somebody looks.
pub fn note_plan(tx: &mut Tx, sql: &Sql) {
    if PLANS.with_borrow(Option::is_none) {
        return;
    }
    let text = plan::of(tx, sql).expect("explains").join("\n");
    PLANS.with_borrow_mut(|plans| plans.as_mut().expect("looking").push(text));
}

/// The plans of all statements that `work` reads by.
fn plans<T>(db: &Db, work: impl FnOnce(&mut Tx) -> Result<T>) -> Vec<String> {
    PLANS.set(Some(Vec::new()));
    db.read(work);
    PLANS.take().expect("looked")
}

fn list<T: Record>(pairs: &[(&str, &str)]) -> List {
    let pairs: Vec<(String, String)> = pairs.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect();
    let context = Context {
        fiscal_start: 1,
        today: domain::value::parse_day("2026-01-02").expect("a day"),
        day_start: &|_| Instant::now(),
        currency: domain::Currency::CNY,
        fields: domain::policy::Fields::open(T::KIND),
        user: None,
        view: None,
    };
    domain::query::from_pairs(&pairs, &context).expect("a list")
}

/// Many records of a kind, made in the database from one: each with an id, a name and times of its own.
fn many<T: Record>(db: &Db, count: u32, owners: &[Id], refs: &common::References) {
    let one: T = common::sample(true, refs, 1);
    db.insert(std::slice::from_ref(&one));
    let table = T::KIND.plural;
    let owner = |n: &str| {
        let each = owners.iter().enumerate();
        let cases: String = each
            .map(|(i, id)| format!(" WHEN {i} THEN {}", db.literal(*id)))
            .collect();
        let uuid = if db.engine == common::Engine::Pg { "::uuid" } else { "" };
        format!("(CASE {n} % {} {cases} END){uuid}", owners.len())
    };
    let columns = match db.engine {
        common::Engine::Sqlite => format!("SELECT name AS line FROM pragma_table_info('{table}') WHERE name <> 'rid'"),
        common::Engine::Pg => {
            format!("SELECT column_name AS line FROM information_schema.columns WHERE table_name = '{table}'")
        }
    };
    let names = db.texts(&columns);
    let values: Vec<String> = names
        .iter()
        .map(|name| match (name.as_str(), db.engine) {
            ("id", common::Engine::Sqlite) => "randomblob(16)".into(),
            ("id", common::Engine::Pg) => "gen_random_uuid()".into(),
            ("external_id", _) => "NULL".into(),
            ("number", _) => "number || n".into(),
            ("owner_id", _) => owner("n"),
            (text, common::Engine::Sqlite) if text.ends_with("_sort") => format!("{text} || abs(random() % 100000)"),
            (text, common::Engine::Pg) if text.ends_with("_sort") => format!("{text} || (random() * 100000)::int"),
            (time, common::Engine::Sqlite) if time.ends_with("_at") && time != "deleted_at" => {
                format!("{time} + abs(random() % 1000000000)")
            }
            (time, common::Engine::Pg) if time.ends_with("_at") && time != "deleted_at" => {
                format!("{time} + random() * interval '100 days'")
            }
            (number, common::Engine::Sqlite) if number.ends_with("_base") => "abs(random() % 100000)".into(),
            (number, common::Engine::Pg) if number.ends_with("_base") => "(random() * 100000)::bigint".into(),
            (same, _) => format!("\"{same}\""),
        })
        .collect();
    let names: Vec<String> = names.iter().map(|n| format!("\"{n}\"")).collect();
    let (names, values, id) = (names.join(", "), values.join(", "), db.literal(one.id()));
    let source = match db.engine {
        common::Engine::Sqlite => format!(
            "WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {count}) INSERT INTO {table} ({names}) SELECT {values} FROM {table}, s WHERE id = {id}"
        ),
        common::Engine::Pg => format!(
            "INSERT INTO {table} ({names}) SELECT {values} FROM {table}, generate_series(1, {count}) AS n WHERE id = {id}"
        ),
    };
    db.sql(&source);
}

/// Two workspaces' worth of data for a list to be slow on, with fifty owners.
fn filled(db: &Db) -> Vec<Id> {
    let refs = common::one_of_each(db);
    let owners: Vec<domain::user::User> = (0..50)
        .map(|n| {
            let mut user: domain::user::User = common::sample(false, &refs, n);
            user.name = format!("u{n}");
            user
        })
        .collect();
    db.insert(&owners);
    let owners: Vec<Id> = owners.iter().map(|u| u.id).collect();
    many::<Customer>(db, 20_000, &owners, &refs);
    many::<Contact>(db, 20_000, &owners, &refs);
    many::<Opportunity>(db, 20_000, &owners, &refs);
    match db.engine {
        common::Engine::Sqlite => db.store.analyze_here().expect("analyzes"),
        // (The index on all entries is as good as a vacuum has left its map.)
        common::Engine::Pg => db.sql("VACUUM ANALYZE"),
    }
    owners
}

fn sorts(plan: &str) -> bool {
    plan.contains("TEMP B-TREE") || plan.contains("Sort")
}

/// The list and its second page go along this index.
fn goes_along<T: Record>(db: &Db, scope: &Scope, sort: &str, index: &str) {
    let mut list = list::<T>(&[("sort", sort)]);
    let first = db.read(|tx| engine::list::<T>(tx, scope, &list)).next;
    for after in [None, first] {
        list.after = after
            .map(|text| Cursor::decode(&text, list.fingerprint, list.sort.field.sort_column().1).expect("its cursor"));
        let plans = plans(db, |tx| engine::list::<T>(tx, scope, &list));
        let plan = &plans[0];
        let used = plan.contains(&format!("{index} ")) || plan.contains(&format!("{index}\n"));
        assert!(used && !sorts(plan), "{} by {sort}, {index}:\n{plan}", T::KIND.plural);
    }
}

fn every_sort<T: Record>(db: &Db, me: Id) {
    let all = scope::<T>(&db.actor());
    for field in T::KIND.fields.iter().filter(|f| f.can(SORT)) {
        let index = format!("{}_{}", T::KIND.plural, field.stored_as());
        goes_along::<T>(db, &all, field.name, &index);
        goes_along::<T>(db, &all, &format!("-{}", field.name), &index);
    }
    // Records that are seen by their owner only have indexes for the two orders that everybody opens a list in.
    if T::KIND.parents().next().is_none() {
        let own = scope::<T>(&somebody(&db.workspace, "sales", me, &[me]));
        for sort in ["created_at", "name"] {
            let index = format!("{}_owner_{sort}", T::KIND.plural);
            goes_along::<T>(db, &own, sort, &index);
            goes_along::<T>(db, &own, &format!("-{sort}"), &index);
        }
    }
}

#[test]
fn lists_gets_and_boards_go_by_their_indexes() {
    both(|db| {
        let owners = filled(db);
        every_sort::<Customer>(db, owners[0]);
        every_sort::<Contact>(db, owners[0]);
        every_sort::<Opportunity>(db, owners[0]);

        let all = scope::<Customer>(&db.actor());
        let one = db
            .read(|tx| engine::list::<Customer>(tx, &all, &list::<Customer>(&[])))
            .rows[0]
            .id;
        let get = plans(db, |tx| engine::find::<Customer>(tx, &all, one)).remove(0);
        let by_key = get.contains("sqlite_autoindex_customers_1") || get.contains("customers_pkey");
        assert!(by_key && get.lines().count() <= 4, "{get}");

        let deals = scope::<Opportunity>(&db.actor());
        let any = list::<Opportunity>(&[("sort", "close_on"), ("limit", "20")]);
        let deal = db
            .read(|tx| engine::list::<Opportunity>(tx, &deals, &any))
            .rows
            .remove(0);
        let totals = plans(db, |tx| opportunity::stage_totals(tx, &deals, deal.pipeline_id, &any)).remove(0);
        let covered = totals.contains("COVERING INDEX opportunities_board")
            || totals.contains("Index Only Scan using opportunities_board");
        assert!(covered && !totals.contains("TEMP B-TREE"), "{totals}");
    });
}

/// PostgreSQL takes hits for evenly spread, and walks past all that is newer. A second try starts from the hits.
#[test]
fn a_search_that_took_too_long_starts_from_its_hits() {
    let db = Db::new(common::Engine::Pg);
    let refs = common::one_of_each(&db);
    let mut hit: Customer = common::sample(false, &refs, 0);
    hit.name = "无锡".to_owned();
    let owner: domain::user::User = common::sample(false, &refs, 1);
    db.insert(&[hit]);
    db.insert(std::slice::from_ref(&owner));
    many::<Customer>(&db, 20_000, &[owner.id], &refs);
    db.sql(
        "UPDATE customers SET created_at = created_at - interval '1 day', wire = NULL, search = (SELECT search FROM customers \
         WHERE name = '无锡') WHERE id IN (SELECT id FROM customers WHERE name <> '无锡' ORDER BY id LIMIT 2000) OR name = '无锡'",
    );
    db.sql("VACUUM ANALYZE");
    let all = scope::<Customer>(&db.actor());
    let search = list::<Customer>(&[("q", "无锡"), ("sort", "-created_at"), ("limit", "50")]);
    let read = |pace| {
        PLANS.set(Some(Vec::new()));
        let page = db.store.run(pace, |tx| engine::list::<Customer>(tx, &all, &search));
        (page.expect("reads"), PLANS.take().expect("looked").remove(0))
    };
    let ((first, walked), (again, plan)) = (read(Pace::Whole), read(Pace::Again));
    assert!(walked.contains("customers_created_at"), "{walked}");
    assert!(plan.contains("customers_search") && sorts(&plan), "{plan}");
    assert_eq!(
        (again.rows.len(), again.rows == first.rows, &again.next),
        (50, true, &first.next)
    );
}

/// The rows of few among many owners are gathered and sorted, those of many are met along the order: either way they are
/// the same.
#[test]
fn lists_of_some_owners_go_the_shorter_way() {
    both(|db| {
        let owners = filled(db);
        for (count, gathered) in [(2, true), (25, false)] {
            let mates = &owners[..count];
            let team = scope::<Customer>(&somebody(&db.workspace, "manager", mates[0], mates));
            let all = scope::<Customer>(&db.actor());
            let ids: Vec<String> = mates.iter().map(Id::to_string).collect();
            for sort in ["name", "-name", "created_at", "-created_at"] {
                let mut theirs = list::<Customer>(&[("sort", sort), ("count", "exact")]);
                let mut same = list::<Customer>(&[
                    ("sort", sort),
                    ("filter[owner_id][in]", &ids.join(",")),
                    ("count", "exact"),
                ]);
                for _ in 0..2 {
                    let (seen, wanted) = (
                        db.read(|tx| engine::list::<Customer>(tx, &team, &theirs)),
                        db.read(|tx| engine::list::<Customer>(tx, &all, &same)),
                    );
                    let ids = |page: &engine::Page<Customer>| page.rows.iter().map(|r| r.id).collect::<Vec<_>>();
                    assert_eq!(
                        (ids(&seen), seen.count),
                        (ids(&wanted), wanted.count),
                        "{count} owners by {sort}"
                    );
                    let after = |list: &List, next: Option<String>| {
                        let storage = list.sort.field.sort_column().1;
                        next.map(|text| Cursor::decode(&text, list.fingerprint, storage).expect("its cursor"))
                    };
                    (theirs.after, same.after) = (after(&theirs, seen.next), after(&same, wanted.next));
                }
                theirs.count = Count::No;
                let plans = plans(db, |tx| engine::list::<Customer>(tx, &team, &theirs));
                let [asked, listed] = plans.as_slice() else {
                    panic!("{plans:?}")
                };
                assert!(asked.contains("customers_owner_"), "{asked}");
                let column = sort.trim_start_matches('-');
                let walked = listed.contains(&format!("customers_{column} ")) && !sorts(listed);
                // By what holds the owner and the sort key; PostgreSQL may take either index of owners.
                let index = match db.engine {
                    common::Engine::Sqlite => format!("COVERING INDEX customers_owner_{column} "),
                    common::Engine::Pg => "customers_owner_".to_owned(),
                };
                let looked_up = listed.contains(&index) && !listed.contains(&format!("customers_{column} "));
                assert!(
                    if gathered { looked_up } else { walked },
                    "{count} owners by {sort}:\n{listed}"
                );
            }
        }
    });
}

/// Few hits are looked up, many are met along the way: which, changes the speed only.
#[test]
fn all_ways_to_search_give_the_same_rows() {
    let db = Db::new(common::Engine::Sqlite);
    let refs = common::one_of_each(&db);
    let records: Vec<Customer> = (0..60)
        .map(|n| {
            let mut customer: Customer = common::sample(false, &refs, n);
            customer.phone = domain::value::Phone::new(&format!("138 0013 {n:04}"));
            customer.name = if n % 3 == 0 {
                format!("北京 {n}")
            } else {
                format!("Shanghai {n}")
            };
            customer
        })
        .collect();
    db.insert(&records);
    for (text, hits) in [("北京", 20), ("shang", 40), ("138", 60)] {
        let query = domain::text::query(text, &domain::text::Group::ALL)
            .expect("words")
            .to_fts5();
        let ids = |plan: search::Plan| {
            db.read(|tx| {
                let mut sql = Sql::new("SELECT t.id FROM customers t WHERE 1 = 1");
                plan.condition(&mut sql, tx.dialect(), Customer::KIND);
                sql.push(" AND t.name NOT LIKE 'name%' ORDER BY t.name_sort, t.id");
                tx.rows(&sql, &[Storage::Id])
            })
        };
        let few = ids(search::Plan::FewHits(query.clone()));
        assert_eq!(few, ids(search::Plan::ManyHits(query.clone())));
        assert_eq!(few, ids(search::Plan::HitsEverywhere(query)));
        assert_eq!(few.len(), hits, "{text}");
    }
}

/// A change log of some size: entries of fifty people, made in the database, a second apart.
fn logged(db: &Db, count: u32) -> Vec<Id> {
    let people: Vec<Id> = (0..50).map(|_| Id::now_v7()).collect();
    let workspace = db.literal(db.workspace.id);
    let each = people.iter().enumerate();
    let cases: String = each
        .map(|(i, id)| format!(" WHEN {i} THEN {}", db.literal(*id)))
        .collect();
    let (uuid, at, source, kind) = match db.engine {
        common::Engine::Sqlite => (
            "randomblob(16)",
            "1700000000000000 + n * 1000000",
            format!("WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {count})"),
            "",
        ),
        common::Engine::Pg => (
            "gen_random_uuid()",
            "to_timestamp(1700000000 + n)",
            format!("WITH s AS (SELECT n FROM generate_series(1, {count}) AS n)"),
            "::uuid",
        ),
    };
    db.sql(&format!(
        "{source} INSERT INTO change_log (workspace_id, position, change_set, request_id, actor_id, kind, record_id, version, action, \
         fields, at, entry_hash) SELECT {workspace}, 1000000 + n, {uuid}, 'r' || n, (CASE n % 50 {cases} END){kind}, \
         CASE n % 3 WHEN 0 THEN 'lead' WHEN 1 THEN 'customer' ELSE 'session' END, {uuid}, 1, \
         CASE WHEN n % 100 = 0 THEN 'delete' ELSE 'update' END, \
         CASE WHEN n % 1000 = 0 THEN '{{\"level\":[null,\"A\"]}}' ELSE '{{\"name\":[\"a\",\"b\"]}}' END, {at}, 'x' FROM s"
    ));
    match db.engine {
        common::Engine::Sqlite => db.store.analyze_here().expect("analyzes"),
        common::Engine::Pg => db.sql("VACUUM ANALYZE"),
    }
    people
}

#[test]
fn the_audit_log_is_searched_by_indexes() {
    both(|db| {
        let people = logged(db, 20_000);
        let scope = db.actor().feed_scope();
        let middle = Instant::from_micros(1_700_010_000_000_000);
        let one = |change: &dyn Fn(&mut audit::Search)| {
            let mut search = audit::Search::default();
            change(&mut search);
            search
        };
        let searches = [
            (one(&|_| ()), "change_log_at"),
            (one(&|s| s.actor = Some(Some(people[3]))), "change_log_actor"),
            (one(&|s| s.kind = Some("lead".into())), "change_log_kind"),
            (
                one(&|s| s.action = Some(domain::change::ChangeAction::Delete)),
                "change_log_action",
            ),
            (one(&|s| s.request = Some("r77".into())), "change_log_request"),
            (one(&|s| s.until = middle), "change_log_at"),
        ];
        // What happened to one record is little, and sorted when it is found.
        let record = one(&|s| s.record = Some(people[3]));
        let plan = plans(db, |tx| audit::search(tx, &scope, &record, None, 50)).remove(0);
        assert!(plan.contains("change_log_record"), "{plan}");
        for (search, index) in searches {
            let first = db.read(|tx| audit::search(tx, &scope, &search, None, 50));
            for before in [None, first.last().map(|(place, _)| *place)] {
                let plan = plans(db, |tx| audit::search(tx, &scope, &search, before, 50)).remove(0);
                assert!(plan.contains(index) && !sorts(&plan), "{index}:\n{plan}");
            }
        }
    });
}
