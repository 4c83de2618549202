//! Routes of activities, and what the next follow-up of one says of the record it belongs to.

use crate::crud::crud;
use crate::describe::Routes;
use crate::noun::{self, Noun};
use crate::write::{Cause, Change, Writing, write_one};
use domain::activity::Activity;
use domain::customer::Customer;
use domain::lead::Lead;
use domain::opportunity::Opportunity;
use domain::policy::{Action, Permit};
use domain::{Error, Id, Kind, Record};
use persistence::{Tx, engine, sharing};

const FOLLOW_UP: &str = "next_follow_up_at";

impl Noun for Activity {
    /// What was agreed upon last is when the record is followed up next, if its writer may say so.
    fn after(tx: &mut Tx, writing: &Writing, _: &Permit, old: Option<&Self>, new: &Self) -> persistence::Result<()> {
        let Some(next) = new.next_follow_up_at else {
            return Ok(());
        };
        if writing.cause != Cause::Asked || old.is_some_and(|old| old.next_follow_up_at == Some(next)) {
            return Ok(());
        }
        let Some((kind, id)) = followed(new) else {
            return Ok(());
        };
        let by = writing.by;
        let record = match engine::any::find_held(tx, &by.scope(kind)?, kind, id) {
            Err(persistence::Error::Domain(Error::NotFound { .. })) => return Ok(()),
            found => found?,
        };
        let permit = match sharing::authorize(tx, by, Action::Edit, &record) {
            Err(persistence::Error::Domain(Error::Forbidden { .. })) => return Ok(()),
            permit => permit?,
        };
        if by.fields(kind).must_set([FOLLOW_UP]).is_err() {
            return Ok(());
        }
        let mut followed = record.clone();
        followed.put(FOLLOW_UP, next);
        let mut writing = Writing::new(by, Cause::Action);
        let change = Change::new(Some(record), followed);
        write_one(tx, &mut writing, &permit, noun::of(kind)?, change)?;
        Ok(())
    }
}

/// Where work goes on: with the opportunity, else the lead, else the customer.
fn followed(activity: &Activity) -> Option<(&'static Kind, Id)> {
    let of = |kind: &'static Kind, id: Option<Id>| Some((kind, id?));
    of(Opportunity::KIND, activity.opportunity_id)
        .or_else(|| of(Lead::KIND, activity.lead_id))
        .or_else(|| of(Customer::KIND, activity.customer_id))
}

pub fn routes(routes: &mut Routes) {
    crud::<Activity>(routes);
}
