//! Texts that a migration has turned into references, taken up when a store is opened.

mod common;

use common::{both, one_of_each, sample, scope};
use domain::competitor::Competitor;
use domain::opportunity::Opportunity;
use domain::{Id, Record};
use persistence::{Options, Store, engine};

#[test]
fn a_text_refers_to_the_record_of_its_name_which_is_made_where_there_is_none() {
    both(|db| {
        let refs = one_of_each(db);
        let deals: Vec<Opportunity> = (1..=3).map(|n| sample(false, &refs, n)).collect();
        let mut there: Competitor = sample(false, &refs, 9);
        there.name = "Beta".into();
        db.insert(&deals);
        db.insert(std::slice::from_ref(&there));
        let (binned, permit) = (deals[2].clone(), common::permit::<Opportunity>(&db.actor()));
        db.write(move |tx| engine::delete(tx, &permit, &binned));
        let workspace = db.literal(db.workspace.id);
        for (deal, name) in [(&deals[0], "Acme"), (&deals[1], "Beta"), (&deals[2], "Acme")] {
            let deal = db.literal(deal.id);
            db.sql(&format!(
                "INSERT INTO named_references VALUES ({workspace}, 'opportunity', {deal}, 'competitor_ids', '{name}')"
            ));
        }
        drop(Store::open(&db.url, Options::default()).expect("opens"));

        let scope = scope::<Competitor>(&db.actor());
        let acme: Option<Competitor> = db.read(|tx| engine::find_by(tx, &scope, "name", "Acme"));
        let acme = acme.expect("made").id;
        let now: Opportunity = db.find(deals[0].id);
        assert_eq!((now.competitor_ids, now.version), (vec![acme], 2));
        let now: Opportunity = db.find(deals[1].id);
        assert_eq!(now.competitor_ids, [there.id]);
        // Found by its words and sorted by them, as any other.
        let hits = db.read(|tx| persistence::search::hits(tx, &scope, Competitor::KIND, &[], "acme", 5));
        assert_eq!(hits.iter().map(|hit| hit.id).collect::<Vec<Id>>(), [acme]);
        let deals_scope = common::scope::<Opportunity>(&db.actor());
        let gone: Opportunity = db.read(|tx| engine::find_deleted(tx, &deals_scope, deals[2].id));
        assert_eq!(gone.competitor_ids, [acme]);
        assert_eq!(db.texts("SELECT name AS line FROM named_references"), [""; 0]);
    });
}
