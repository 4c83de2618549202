//! The record engine on both engines: every kind there and back, versions, the recycle bin, rights and walls.

#[macro_use]
mod common;

use common::{Db, both, new_workspace, one_of_each, permit, sample, scope, somebody};
use domain::change::ChangeAction;
use domain::contact::Contact;
use domain::customer::Customer;
use domain::opportunity::Opportunity;
use domain::policy::{Actor, Scope};
use domain::query::{Context, Count, List};
use domain::record::{Birth, FILTER, Ownership, Rules};
use domain::task::Task;
use domain::user::User;
use domain::value::{Type, Val};
use domain::{Id, Instant, Record};
use persistence::{Error, Result, Tx, change, engine, opportunity, subscriber};
use serde_json::json;

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

fn customer(name: &str, owner: Option<Id>) -> Customer {
    let patch = domain::customer::CustomerPatch {
        name: Some(name.to_owned()),
        owner_id: Some(owner),
        ..Default::default()
    };
    Customer::create(patch, Birth::new(None)).expect("valid")
}

fn user(name: &str) -> User {
    let patch = domain::user::UserPatch {
        name: Some(name.to_owned()),
        ..Default::default()
    };
    User::create(patch, Birth::new(None)).expect("valid")
}

/// How the log tells a record's life: action and version.
fn life<T: Record>(db: &Db, id: Id) -> Vec<(ChangeAction, i64)> {
    db.store.seal_here().expect("seals");
    let scope = scope::<T>(&db.actor());
    let mut changes = db.read(|tx| change::of_record(tx, &scope, T::KIND, id, None, 100));
    changes.reverse();
    changes.into_iter().map(|c| (c.action, c.version)).collect()
}

#[test]
fn every_kind_comes_back_as_it_went() {
    both(|db| {
        let refs = one_of_each(db);
        for_each_kind!(T => {
            for full in [true, false] {
                let new: T = sample(full, &refs, 1);
                if T::KIND.name == "user" && !full {
                    // (Bare ones are there already: they are what the others refer to.)
                    continue;
                }
                if !full && !T::KIND.unique.is_empty() {
                    // A second bare one would have the same key; the first was read back by its reference.
                    let bare: T = db.find(refs[T::KIND.name]);
                    assert_eq!(bare.put()[0], Val::Id(refs[T::KIND.name]));
                    continue;
                }
                db.insert(std::slice::from_ref(&new));
                let stored: T = db.find(new.id());
                assert_eq!(format!("{stored:?}"), format!("{new:?}"), "{} full: {full}", T::KIND.name);
                assert_eq!(stored.put(), new.put(), "{}", T::KIND.name);
            }
        });
    });
}

#[test]
fn any_column_can_be_found_by() {
    both(|db| {
        let refs = one_of_each(db);
        for_each_kind!(T => {
            let new: T = sample(true, &refs, 2);
            db.insert(std::slice::from_ref(&new));
            let row = new.put();
            let mut column = 0;
            for field in T::KIND.fields {
                let at = column;
                column += field.columns().len();
                if !field.can(FILTER) || matches!(field.ty, Type::Tags | Type::Ids | Type::Json | Type::Money) {
                    continue;
                }
                let scope = scope::<T>(&db.actor());
                let found = db.read(|tx| engine::find_by::<T>(tx, &scope, field.name, row[at].clone()));
                assert!(found.is_some(), "{}.{}", T::KIND.name, field.name);
            }
        });
    });
}

#[test]
fn an_update_writes_what_changed_once() {
    both(|db| {
        let refs = one_of_each(db);
        for_each_kind!(T => {
            let old: T = db.find(refs[T::KIND.name]);
            // Every field another way round, under the same identity.
            let filled: T = sample(true, &refs, 3);
            let mut row = filled.put();
            row.splice(0..5, old.put().into_iter().take(5));
            let new = T::take(&mut domain::value::Row::new(row)).expect("fits");
            let permit = permit::<T>(&db.actor());
            let (was, is, by) = (old.clone(), new.clone(), permit.clone());
            let stored = db.write(move |tx| engine::update(tx, &by, &was, &is));
            assert_eq!(stored.version(), 2, "{}", T::KIND.name);
            let read: T = db.find(old.id());
            assert_eq!(format!("{read:?}"), format!("{stored:?}"));
            assert_eq!(read.put()[5..], new.put()[5..], "{}", T::KIND.name);

            let (same, by) = (stored.clone(), permit.clone());
            let unchanged = db.write(move |tx| engine::update(tx, &by, &same, &same.clone()));
            assert_eq!(unchanged.version(), 2, "nothing changed, nothing written");

            let (was, is, by) = (old.clone(), new.clone(), permit.clone());
            let error = db.store.write_here(move |tx| engine::update(tx, &by, &was, &is));
            assert!(
                matches!(error, Err(Error::Domain(domain::Error::Stale { current: 2 }))),
                "{}: {error:?}", T::KIND.name
            );
            assert_eq!(life::<T>(db, old.id()), [(ChangeAction::Create, 1), (ChangeAction::Update, 2)]);
        });
    });
}

#[test]
fn a_subscriber_goes_on_where_its_last_transaction_ended() {
    both(|db| {
        let one = customer("甲", None);
        db.insert(std::slice::from_ref(&one));
        let at = Instant::now();
        let patch = domain::activity::ActivityPatch {
            body: Some(Some("x".into())),
            happened_at: Some(Some(at)),
            customer_id: Some(Some(one.id)),
            ..Default::default()
        };
        db.insert(&[domain::activity::Activity::create(patch, Birth::new(None)).expect("valid")]);
        db.store.seal_here().expect("sealed");
        let [subscriber] = subscriber::SUBSCRIBERS else {
            panic!("one so far")
        };
        let seen = || {
            let read: Customer = db.find(one.id);
            (read.version, read.last_activity_at)
        };
        // Undone with what it did, as by a kill.
        let actor = db.actor();
        let broken = db.store.write_here(move |tx| -> Result<()> {
            subscriber::step(tx, &actor, subscriber)?;
            Err(Error::Domain(domain::Error::NotFound {
                kind: "customer",
                id: None,
            }))
        });
        assert!(broken.is_err());
        assert_eq!(seen(), (1, None));
        for _ in 0..2 {
            let actor = db.actor();
            let step = db.write(move |tx| subscriber::step(tx, &actor, subscriber));
            assert_eq!(step, subscriber::Step::There);
            assert_eq!(seen(), (2, Some(at)), "once, however often it is called");
            db.store.seal_here().expect("sealed");
        }
        let behind = db
            .store
            .read_here(|tx| subscriber::behind(tx, subscriber))
            .expect("is read");
        assert!(!behind.contains(&db.actor().workspace().id));
    });
}

#[test]
fn deleted_records_hide_and_come_back() {
    both(|db| {
        let refs = one_of_each(db);
        for_each_kind!(T => {
            let one: T = sample(true, &refs, 4);
            db.insert(std::slice::from_ref(&one));
            let permit = permit::<T>(&db.actor());
            let scope = scope::<T>(&db.actor());
            let (old, by) = (one.clone(), permit.clone());
            db.write(move |tx| engine::delete(tx, &by, &old));
            let gone = db.store.read_here(|tx| engine::find::<T>(tx, &scope, one.id()));
            assert!(matches!(gone, Err(Error::Domain(domain::Error::NotFound { .. }))), "{gone:?}");
            assert!(db.read(|tx| engine::find_many::<T>(tx, &scope, &[one.id()])).is_empty());
            let all = list::<T>(&[("count", "exact")]);
            let page = db.read(|tx| engine::list::<T>(tx, &scope, &all));
            assert!(page.rows.iter().all(|r| r.id() != one.id()));
            assert_eq!(page.count, Some(page.rows.len() as i64));
            // Twice is once: it is not there any more.
            let (old, by) = (one.clone(), permit.clone());
            let again = db.store.write_here(move |tx| engine::delete(tx, &by, &old));
            assert!(matches!(again, Err(Error::Domain(domain::Error::NotFound { .. }))));

            // Its external id is free for another, which must go before the first comes back.
            let mut row = sample::<T>(true, &refs, 4).put();
            row[0] = Val::Id(Id::now_v7());
            let mut heir = T::take(&mut domain::value::Row::new(row)).expect("fits");
            if heir.number().is_some() {
                // A number is not given again, not even that of a record in the bin.
                let (copy, by) = (heir.clone(), permit.clone());
                let twice = db.store.write_here(move |tx| engine::insert(tx, &by, std::slice::from_ref(&copy)));
                assert!(matches!(&twice, Err(Error::Domain(domain::Error::Conflict(i))) if i.pointer == "/number"), "{twice:?}");
                *heir.number().expect("a place") = Some("another".into());
            }
            db.insert(std::slice::from_ref(&heir));
            let deleted = db.read(|tx| engine::find_deleted::<T>(tx, &scope, one.id()));
            assert_eq!(deleted.version(), 2);
            let (old, by) = (deleted.clone(), permit.clone());
            let taken = db.store.write_here(move |tx| engine::restore(tx, &by, &old));
            assert!(matches!(taken, Err(Error::Domain(domain::Error::Conflict(_)))), "{taken:?}");
            let by = permit.clone();
            db.write(move |tx| engine::delete(tx, &by, &heir));
            let bin = db.read(|tx| engine::list_deleted::<T>(tx, &scope, 10, None));
            assert_eq!(bin.rows.len(), 2);
            assert_eq!(bin.rows[1].record.id(), one.id(), "last deleted first");

            let (old, by) = (deleted.clone(), permit.clone());
            let back = db.write(move |tx| engine::restore(tx, &by, &old));
            let read: T = db.find(one.id());
            assert_eq!(format!("{read:?}"), format!("{back:?}"));
            assert_eq!(back.version(), 3);
            let (old, by) = (deleted.clone(), permit.clone());
            assert!(db.store.write_here(move |tx| engine::restore(tx, &by, &old)).is_err());
            assert_eq!(
                life::<T>(db, one.id()),
                [(ChangeAction::Create, 1), (ChangeAction::Delete, 2), (ChangeAction::Restore, 3)]
            );
        });
    });
}

#[test]
fn the_bin_is_read_in_pages() {
    both(|db| {
        let all: Vec<Customer> = (0..10).map(|i| customer(&format!("c{i}"), None)).collect();
        db.insert(&all);
        let permit = permit::<Customer>(&db.actor());
        let deleted = all.clone();
        db.write(move |tx| deleted.iter().try_for_each(|c| engine::delete(tx, &permit, c)));
        let scope = scope::<Customer>(&db.actor());
        let (mut seen, mut cursor) = (Vec::new(), None::<String>);
        loop {
            let page = db.read(|tx| engine::list_deleted::<Customer>(tx, &scope, 3, cursor.as_deref()));
            seen.extend(page.rows.iter().map(|d| d.record.id));
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        seen.sort();
        let mut wanted: Vec<Id> = all.iter().map(|c| c.id).collect();
        wanted.sort();
        assert_eq!(seen, wanted);
        let rubbish = db
            .store
            .read_here(|tx| engine::list_deleted::<Customer>(tx, &scope, 3, Some("x")));
        assert!(matches!(rubbish, Err(Error::Domain(domain::Error::BadQuery(_)))));
    });
}

#[test]
fn settings_in_use_cannot_be_deleted_nor_missed_on_return() {
    both(|db| {
        let refs = one_of_each(db);
        let full: Opportunity = sample(true, &refs, 5);
        db.insert(std::slice::from_ref(&full));
        let lines = permit::<Opportunity>(&db.actor());
        let with_lines = full.clone();
        db.write(move |tx| opportunity::write_lines(tx, &lines, &with_lines));
        for_each_kind!(T => {
            if T::KIND.ownership == Ownership::Shared && ["stage", "pipeline", "product", "user"].contains(&T::KIND.name) {
                let setting: T = db.find(refs[T::KIND.name]);
                let permit = permit::<T>(&db.actor());
                let refused = db.store.write_here(move |tx| engine::delete(tx, &permit, &setting));
                assert!(
                    matches!(&refused, Err(Error::Domain(domain::Error::Conflict(i))) if i.code == "still_referenced"),
                    "{}: {refused:?}", T::KIND.name
                );
            }
        });
        // Nor is a stage whose last deal is in the bin: the deal could not come back.
        let patch = |value: serde_json::Value| {
            let map = value.as_object().expect("an object").clone();
            <domain::stage::StagePatch as domain::record::Patch>::parse(map, true).expect("valid")
        };
        let stage_patch =
            patch(json!({ "pipeline_id": refs["pipeline"], "name": "s", "position": 1, "probability": 5 }));
        let stage = domain::stage::Stage::create(stage_patch, Birth::new(None)).expect("valid");
        db.insert(std::slice::from_ref(&stage));
        let mut deal: Opportunity = sample(false, &refs, 6);
        deal.stage_id = stage.id;
        db.insert(std::slice::from_ref(&deal));
        let by = permit::<Opportunity>(&db.actor());
        let (gone, left) = (deal.clone(), stage.clone());
        let stages = permit::<domain::stage::Stage>(&db.actor());
        let id = deal.id;
        let permit = by.clone();
        db.write(move |tx| engine::delete(tx, &permit, &gone));
        let refused = db.store.write_here(move |tx| engine::delete(tx, &stages, &left));
        assert!(
            matches!(&refused, Err(Error::Domain(domain::Error::Conflict(i))) if i.code == "referenced_from_bin"),
            "{refused:?}"
        );
        let deals = scope::<Opportunity>(&db.actor());
        let deleted = db.read(|tx| engine::find_deleted::<Opportunity>(tx, &deals, id));
        db.write(move |tx| engine::restore(tx, &by, &deleted));
    });
}

#[test]
fn duplicates_name_their_field() {
    both(|db| {
        let mut a = customer("a", None);
        a.external_id = Some("K-1".into());
        let mut b = customer("b", None);
        b.external_id = a.external_id.clone();
        db.insert(&[a]);
        let by = permit::<Customer>(&db.actor());
        let error = db
            .store
            .write_here(move |tx| engine::insert(tx, &by, std::slice::from_ref(&b)));
        let Err(Error::Domain(domain::Error::Conflict(issue))) = error else {
            panic!("{error:?}")
        };
        assert_eq!((issue.pointer.as_str(), issue.code), ("/external_id", "duplicate"));
    });
}

#[test]
fn own_team_and_all_see_what_they_should() {
    both(|db| {
        let people: Vec<User> = ["me", "mate", "stranger"].map(user).to_vec();
        db.insert(&people);
        let [me, mate, stranger] = [people[0].id, people[1].id, people[2].id];
        let customers: Vec<Customer> = [Some(me), Some(mate), Some(stranger), None]
            .iter()
            .enumerate()
            .map(|(i, owner)| customer(&format!("客户{i}"), *owner))
            .collect();
        db.insert(&customers);
        // Contacts and tasks belong to a stranger, and to each customer in turn; one to none.
        let parents: Vec<Option<Id>> = customers.iter().map(|c| Some(c.id)).chain([None]).collect();
        let contacts: Vec<Contact> = parents
            .iter()
            .map(|parent| {
                let patch = domain::contact::ContactPatch {
                    name: Some("联系人".into()),
                    owner_id: Some(Some(stranger)),
                    customer_id: Some(*parent),
                    ..Default::default()
                };
                Contact::create(patch, Birth::new(None)).expect("valid")
            })
            .collect();
        db.insert(&contacts);
        let tasks: Vec<Task> = parents
            .iter()
            .map(|parent| {
                let patch = domain::task::TaskPatch {
                    subject: Some("任务".into()),
                    owner_id: Some(Some(stranger)),
                    customer_id: Some(*parent),
                    ..Default::default()
                };
                Task::create(patch, Birth::new(None)).expect("valid")
            })
            .collect();
        db.insert(&tasks);
        for (role, seen) in [("sales", vec![0]), ("manager", vec![0, 1]), ("admin", vec![0, 1, 2, 3])] {
            let actor = somebody(&db.workspace, role, me, &[me, mate]);
            sees(db, &actor, &customers, &seen, role);
            let mut children = seen.clone();
            if role == "admin" {
                children.push(4);
            }
            sees(db, &actor, &contacts, &children, role);
            sees(db, &actor, &tasks, &children, role);
        }
        // A customer that is gone shows nothing any more.
        let by = permit::<Customer>(&db.actor());
        let first = customers[0].clone();
        db.write(move |tx| engine::delete(tx, &by, &first));
        sees(db, &somebody(&db.workspace, "sales", me, &[]), &contacts, &[], "after");
    });
}

/// By every function that reads, the actor sees just these records.
fn sees<T: Record>(db: &Db, actor: &Actor, records: &[T], wanted: &[usize], who: &str) {
    let scope = actor.scope(T::KIND).expect("may look");
    let ids: Vec<Id> = records.iter().map(Record::id).collect();
    let wanted: std::collections::BTreeSet<Id> = wanted.iter().map(|i| ids[*i]).collect();
    let set = |ids: Vec<Id>| ids.into_iter().collect::<std::collections::BTreeSet<_>>();
    let what = format!("{who}, {}", T::KIND.plural);
    db.read(|tx| {
        let all = list::<T>(&[("count", "exact")]);
        let page = engine::list::<T>(tx, &scope, &all)?;
        assert_eq!(set(page.rows.iter().map(Record::id).collect()), wanted, "list: {what}");
        assert_eq!(page.count, Some(wanted.len() as i64), "{what}");
        assert_eq!(
            engine::count(tx, &scope, T::KIND, &all, Count::Estimate)?,
            wanted.len() as i64
        );
        let many = engine::find_many::<T>(tx, &scope, &ids)?;
        assert_eq!(set(many.iter().map(Record::id).collect()), wanted, "find_many: {what}");
        assert_eq!(
            set(engine::ids_visible(tx, &scope, T::KIND, &ids)?),
            wanted,
            "ids_visible: {what}"
        );
        for id in &ids {
            let seen = engine::find::<T>(tx, &scope, *id).is_ok();
            assert_eq!(seen, wanted.contains(id), "find: {what}");
            let by = engine::find_by::<T>(tx, &scope, "id", *id)?.is_some();
            assert_eq!(by, wanted.contains(id), "find_by: {what}");
            assert_eq!(
                engine::ids_visible(tx, &scope, T::KIND, &[*id])?.len(),
                usize::from(seen)
            );
        }
        Ok(())
    });
}

#[test]
fn nothing_passes_the_wall_between_workspaces() {
    both(|db| {
        let refs = one_of_each(db);
        let theirs = new_workspace(&db.store, "Theirs");
        let stranger = Actor::system(theirs.clone());
        for_each_kind!(T => {
            let ours: T = db.find(refs[T::KIND.name]);
            sees(db, &stranger, std::slice::from_ref(&ours), &[], "the neighbour");
            let hers = stranger.scope(T::KIND).expect("sees");
            let found = db.read(|tx| change::of_record(tx, &hers, T::KIND, ours.id(), None, 10));
            assert!(found.is_empty());
            assert!(db.read(|tx| engine::list_deleted::<T>(tx, &hers, 10, None)).rows.is_empty());
            let permit = permit::<T>(&stranger);
            refused(db, &ours, move |tx, old: &T| engine::delete(tx, &permit.clone(), old));
            let permit = common::permit::<T>(&stranger);
            let filled: T = sample(true, &refs, 9);
            let mut row = filled.put();
            row.splice(0..5, ours.put().into_iter().take(5));
            let new = T::take(&mut domain::value::Row::new(row)).expect("fits");
            refused(db, &ours, move |tx, old: &T| engine::update(tx, &permit, old, &new).map(|_| ()));
            let permit = common::permit::<T>(&stranger);
            refused(db, &ours, move |tx, old: &T| engine::restore(tx, &permit, old).map(|_| ()));
            // Nor can a record of hers refer to one of ours.
            let permit = common::permit::<T>(&stranger);
            let full: T = sample(true, &refs, 10);
            let inserted = db.store.write_here(move |tx| engine::insert(tx, &permit, std::slice::from_ref(&full)));
            assert!(
                matches!(&inserted, Err(Error::Domain(domain::Error::Conflict(i))) if i.code == "reference_not_found"),
                "{}: {inserted:?}", T::KIND.name
            );
        });
        let hers = |kind| -> Scope { stranger.scope(kind).expect("sees") };
        db.read(|tx| {
            let deals = hers(Opportunity::KIND);
            let all = list::<Opportunity>(&[]);
            assert!(opportunity::stage_totals(tx, &deals, refs["pipeline"], &all)?.is_empty());
            assert!(
                opportunity::stage_cards(tx, &deals, refs["stage"], &all)?
                    .rows
                    .is_empty()
            );
            assert!(persistence::report::by_status(tx, &deals)?.is_empty());
            assert!(persistence::report::by_owner(tx, &deals)?.is_empty());
            assert!(persistence::report::open_by_stage(tx, &deals)?.is_empty());
            assert!(persistence::report::won_by_month(tx, &deals, 480)?.is_empty());
            assert!(change::after(tx, &deals, 0, &[], 100)?.is_empty());
            let mine = db.actor().scope(Customer::KIND)?;
            assert!(!persistence::search::hits(tx, &mine, Customer::KIND, &[], "北京", 10)?.is_empty());
            assert!(persistence::search::hits(tx, &hers(Customer::KIND), Customer::KIND, &[], "北京", 10)?.is_empty());
            Ok(())
        });
    });
}

/// The write is answered as if there were no such record, and leaves it as it was.
fn refused<T: Record>(db: &Db, ours: &T, write: impl Fn(&mut Tx, &T) -> Result<()> + Send + 'static) {
    let old = ours.clone();
    let result = db.store.write_here(move |tx| write(tx, &old));
    assert!(
        matches!(result, Err(Error::Domain(domain::Error::NotFound { .. }))),
        "{result:?}"
    );
    let now: T = db.find(ours.id());
    assert_eq!(now.put(), ours.put());
}

#[test]
fn references_must_be_visible_to_who_sets_them() {
    both(|db| {
        let people: Vec<User> = ["me", "stranger"].map(user).to_vec();
        db.insert(&people);
        let (mine, theirs) = (customer("m", Some(people[0].id)), customer("t", Some(people[1].id)));
        db.insert(&[mine.clone(), theirs.clone()]);
        let actor = somebody(&db.workspace, "sales", people[0].id, &[]);
        let child = |parent: Id| {
            let patch = domain::contact::ContactPatch {
                name: Some("c".into()),
                customer_id: Some(Some(parent)),
                ..Default::default()
            };
            Contact::create(patch, Birth::new(None)).expect("valid")
        };
        db.read(|tx| {
            assert!(engine::check_references(tx, &actor, None, &child(mine.id)).is_ok());
            for unseen in [theirs.id, Id::now_v7()] {
                let result = engine::check_references(tx, &actor, None, &child(unseen));
                assert!(
                    matches!(&result, Err(Error::Domain(domain::Error::Invalid(i))) if i[0].pointer == "/customer_id"),
                    "{result:?}"
                );
            }
            // What was there before may stay.
            let old = child(theirs.id);
            assert!(engine::check_references(tx, &actor, Some(&old), &old).is_ok());
            Ok(())
        });
    });
}

#[test]
fn a_hundred_and_one_rows_go_in_at_once() {
    both(|db| {
        let all: Vec<Customer> = (0..101).map(|i| customer(&format!("公司 {i}"), None)).collect();
        db.insert(&all);
        let scope = scope::<Customer>(&db.actor());
        let ids: Vec<Id> = all.iter().map(|c| c.id).collect();
        assert_eq!(db.read(|tx| engine::find_many::<Customer>(tx, &scope, &ids)).len(), 101);
        let q = list::<Customer>(&[("q", "公司"), ("count", "exact")]);
        assert_eq!(db.read(|tx| engine::list::<Customer>(tx, &scope, &q)).count, Some(101));
    });
}
