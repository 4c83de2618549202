//! Activities beyond their records: what they tell about the records they belong to.

use crate::engine;
use crate::error::Result;
use crate::tx::Tx;
use domain::activity::Activity;
use domain::policy::Permit;
use domain::{Instant, Record};

/// What a saved activity tells about the records it belongs to: they were touched, and perhaps when to come back.
pub fn note(tx: &mut Tx, permit: &Permit, activity: &Activity) -> Result<()> {
    let at = activity.happened_at.unwrap_or_else(Instant::now);
    let parents = [
        (domain::customer::Customer::KIND, activity.customer_id),
        (domain::contact::Contact::KIND, activity.contact_id),
        (domain::lead::Lead::KIND, activity.lead_id),
        (domain::opportunity::Opportunity::KIND, activity.opportunity_id),
    ];
    for (kind, id) in parents {
        if let Some(id) = id {
            engine::touch(tx, permit, kind, id, at)?;
        }
    }
    Ok(())
}
