//! Handing over: all that somebody holds who leaves, and to whom it goes.

use crate::record::{FIXED, Field, Ownership, READONLY};
use crate::{Id, KINDS, Kind};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Who leaves, and who gets what they have: one for all, or others for some kinds, by their plural.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandOver {
    pub user_id: Id,
    pub to: Id,
    #[serde(default)]
    pub to_by_kind: BTreeMap<String, Id>,
}

impl HandOver {
    pub fn receiver(&self, kind: &Kind) -> Id {
        self.to_by_kind.get(kind.plural).copied().unwrap_or(self.to)
    }
}

/// How far it is: records of each kind that have changed hands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    pub total: u64,
    pub done: u64,
    pub moved: BTreeMap<String, u64>,
}

/// The places where a user is held to something: whose record it is, and the posts in what belongs to the workspace, such
/// as who leads a team. What the system alone writes, such as imports and their files, tells of what somebody did and may
/// see; it stays with them.
pub fn places() -> impl Iterator<Item = (&'static Kind, &'static Field)> {
    let owner = |kind: &&'static Kind| kind.field("owner_id").map(|field| (*kind, field));
    let (owned, shared): (Vec<&Kind>, Vec<&Kind>) = KINDS.iter().partition(|k| k.ownership == Ownership::Owned);
    let worked_on = |kind: &&&'static Kind| kind.field(kind.title).is_some_and(|f| !f.can(READONLY));
    let posts = shared.into_iter().flat_map(|kind| {
        let post = |f: &&'static Field| f.refers == Some("user") && !f.can(READONLY | FIXED);
        kind.fields.iter().filter(post).map(move |field| (kind, field))
    });
    owned
        .iter()
        .filter(worked_on)
        .filter_map(owner)
        .collect::<Vec<_>>()
        .into_iter()
        .chain(posts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_holds_records_and_leads_teams() {
        let found: Vec<String> = places()
            .map(|(kind, field)| format!("{}.{}", kind.name, field.name))
            .collect();
        for place in ["customer.owner_id", "task.owner_id", "team.manager_id"] {
            assert!(found.iter().any(|f| f == place), "{place} in {found:?}");
        }
        assert!(
            !found
                .iter()
                .any(|f| f.contains("created_by") || ["product", "import", "job"].iter().any(|k| f.starts_with(k))),
            "{found:?}"
        );
    }
}
