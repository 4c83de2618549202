//! Handing over: all that somebody holds who leaves, and to whom it goes.

use crate::record::{FIXED, Field, Ownership, READONLY};
use crate::value::Val;
use crate::{Id, Kind, Kinds};
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

/// The places where a user is held to something: whose record it is, and every post that is given to somebody, such as who
/// leads a team or whose task it is to approve. What the system alone writes, such as imports and their files, tells of what somebody did and may
/// see; it stays with them.
pub fn places(kinds: Kinds) -> impl Iterator<Item = (&'static Kind, &'static Field)> {
    // Records first, and whoever leads a team keeps it for as long as they have some.
    let of = move |ownership| kinds.iter().filter(move |k| k.ownership == ownership);
    let kinds = of(Ownership::Owned).chain(of(Ownership::Shared));
    kinds.flat_map(|kind| held_by(kind).map(move |field| (kind, field)))
}

/// The fields of a kind that hold a user to its records.
fn held_by(kind: &'static Kind) -> impl Iterator<Item = &'static Field> {
    let owned = kind.ownership == Ownership::Owned;
    let worked_on = !owned || kind.field(kind.title).is_some_and(|f| !f.can(READONLY));
    kind.fields.iter().filter(move |field| {
        let post = field.refers == Some("user") && !field.can(READONLY | FIXED) && field.name != "owner_id";
        worked_on && (post || owned && field.name == "owner_id")
    })
}

/// What a place holds once its user has handed it over. Among several, the others stay, and nobody is named twice.
pub fn given(held: Option<&Val>, from: Id, to: Id) -> Val {
    let Some(Val::Texts(ids)) = held else {
        return Val::Id(to);
    };
    let (from, to) = (from.to_string(), to.to_string());
    let mut left: Vec<String> = Vec::with_capacity(ids.len());
    for id in ids.iter().map(|id| if *id == from { &to } else { id }) {
        if !left.contains(id) {
            left.push(id.clone());
        }
    }
    Val::Texts(left)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Label;
    use crate::record::SORT;

    const fn person(name: &'static str, caps: u32) -> Field {
        Field::new::<Option<Id>>(name, Label::new("人", "Person"), caps).refers("user")
    }

    static FIELDS: [Field; 6] = [
        person("created_by", READONLY),
        Field::new::<String>("name", Label::new("名称", "Name"), SORT),
        person("owner_id", 0),
        person("approver_id", SORT),
        person("closed_by", FIXED),
        Field::new::<Vec<Id>>("reviewer_ids", Label::new("人", "People"), SORT).refers("user"),
    ];

    #[test]
    fn every_post_of_a_person_is_handed_over_whatever_the_kind() {
        let kind = |ownership| {
            let label = Label::new("报价", "Quote");
            &*Box::leak(Box::new(Kind::new(
                "quote", "quotes", label, ownership, "name", &FIELDS,
            )))
        };
        let names = |ownership| held_by(kind(ownership)).map(|f| f.name).collect::<Vec<_>>();
        assert_eq!(names(Ownership::Owned), ["owner_id", "approver_id", "reviewer_ids"]);
        assert_eq!(names(Ownership::Shared), ["approver_id", "reviewer_ids"]);
    }

    #[test]
    fn of_several_people_one_is_replaced() {
        let [leaver, heir, other] = [1, 2, 3].map(Id::from_u128);
        let several = |ids: &[Id]| Val::Texts(ids.iter().map(Id::to_string).collect());
        assert_eq!(given(Some(&Val::Id(leaver)), leaver, heir), Val::Id(heir));
        for (held, left) in [
            (&[other, leaver][..], &[other, heir][..]),
            (&[heir, leaver, other], &[heir, other]),
        ] {
            assert_eq!(given(Some(&several(held)), leaver, heir), several(left));
        }
    }

    #[test]
    fn a_user_holds_records_and_leads_teams() {
        let found: Vec<String> = places(Kinds::DECLARED)
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
