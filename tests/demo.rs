//! The demo data: credible, the same on both engines, and made on an empty database only.

use domain::activity::Activity;
use domain::contact::Contact;
use domain::customer::{Customer, CustomerStatus};
use domain::lead::Lead;
use domain::opportunity::{Opportunity, OpportunityStatus};
use domain::policy::Actor;
use domain::query::{Count, Cursor, List, MAX_LIMIT, Sort};
use domain::task::{Task, TaskStatus};
use domain::value::Storage;
use domain::{Instant, Record};
use persistence::{DatabaseUrl, Options, Store, Tx, change, engine, login, workspace};
use pgtest::{Durability, Server};
use std::sync::Arc;

fn all<T: Record>(tx: &mut Tx, actor: &Actor) -> persistence::Result<Vec<T>> {
    let mut list = List {
        filter: None,
        sort: Sort {
            field: T::KIND.field("created_at").expect("every kind has it"),
            descending: false,
        },
        limit: MAX_LIMIT,
        after: None,
        q: None,
        fields: None,
        expand: Vec::new(),
        count: Count::No,
        group_by: None,
        fingerprint: 0,
        used: None,
    };
    let mut rows = Vec::new();
    loop {
        let page = engine::list::<T>(tx, &actor.scope(T::KIND)?, &list)?;
        rows.extend(page.rows);
        match page.next {
            None => return Ok(rows),
            Some(next) => list.after = Cursor::decode(&next, 0, Storage::Instant),
        }
    }
}

/// Fills a database and returns what must not depend on the engine.
fn filled(url: &DatabaseUrl) -> Vec<String> {
    let store = Store::open(url, Options::default()).expect("opens");
    let told = api::demo::fill(&store).expect("fills");
    for address in ["owner@example.com", "sales@example.com"] {
        assert!(told.contains(address), "{told}");
        assert!(store.read_here(|tx| login::find(tx, address)).expect("reads").is_some());
    }
    let again = api::demo::fill(&store).expect("leaves it");
    assert!(again.contains("no demo data"), "{again}");

    let spaces = store.read_here(workspace::all).expect("reads");
    let [space] = spaces.as_slice() else {
        panic!("one workspace")
    };
    let actor = Actor::system(Arc::new(space.clone()));
    store.seal_here().expect("seals");
    let id = space.id;
    let chain = store
        .read_here(move |tx| change::verify(tx, id, |_| {}))
        .expect("reads");
    assert!(chain.is_ok_and(|end| end.position > 1000));

    let read = |tx: &mut Tx| -> persistence::Result<Vec<String>> {
        let now = Instant::now();
        let customers: Vec<Customer> = all(tx, &actor)?;
        let deals: Vec<Opportunity> = all(tx, &actor)?;
        let tasks: Vec<Task> = all(tx, &actor)?;
        let activities: Vec<Activity> = all(tx, &actor)?;
        let leads: Vec<Lead> = all(tx, &actor)?;
        let contacts: Vec<Contact> = all(tx, &actor)?;
        let sizes = [
            customers.len(),
            contacts.len(),
            deals.len(),
            leads.len(),
            activities.len(),
            tasks.len(),
        ];
        assert_eq!(sizes, [120, 200, 160, 90, 400, 80]);

        let won = |c: &Customer| {
            let mut mine = deals.iter().filter(|d| d.customer_id == Some(c.id));
            mine.any(|d| d.status == OpportunityStatus::Won)
        };
        for customer in &customers {
            assert_eq!(
                customer.status == CustomerStatus::Cooperating,
                won(customer),
                "{}",
                customer.name
            );
        }
        for deal in &deals {
            assert_eq!(deal.status == OpportunityStatus::Lost, deal.loss_reason.is_some());
            assert_eq!(deal.status == OpportunityStatus::Open, deal.closed_at.is_none());
            assert!(
                deal.closed_at.is_none_or(|t| t <= now && t > deal.created_at),
                "{}",
                deal.name
            );
            assert_eq!(deal.amount, deal.lines.total());
        }
        let overdue = tasks
            .iter()
            .filter(|t| t.status == TaskStatus::Open && t.due_at < Some(now));
        assert!(overdue.count() >= 10);
        let first = login::find(tx, "owner@example.com")?.expect("signs in").user;
        let theirs = tasks
            .iter()
            .filter(|t| t.owner_id == Some(first) && t.status == TaskStatus::Open);
        assert!(theirs.count() >= 5, "the first to sign in has a day to look at");
        assert!(activities.iter().all(|a| a.happened_at <= Some(now)));
        assert!(leads.iter().any(|l| l.opportunity_id.is_some()));
        assert!(customers.iter().filter(|c| c.last_activity_at.is_some()).count() > 50);

        let mut names: Vec<String> = customers.into_iter().map(|c| c.name).collect();
        names.extend(deals.into_iter().map(|d| d.name));
        names.sort();
        Ok(names)
    };
    store.read_here(read).expect("reads")
}

#[test]
fn the_demo_is_credible_and_the_same_on_both_engines() {
    let folder = tempfile::tempdir().expect("a folder");
    let sqlite = filled(&DatabaseUrl::Sqlite(folder.path().join("demo.db")));
    let server = Server::start(Durability::Relaxed).expect("starts");
    let postgres = filled(&DatabaseUrl::Pg(server.url().to_owned()));
    assert_eq!(sqlite, postgres);
}
