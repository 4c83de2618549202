//! Changing hands: what goes along when a record gets another owner. It follows from the fields that say what a record
//! belongs to, so that no kind is named here.

use crate::record::Ownership;
use crate::{KINDS, Kind, Label};

/// The kinds whose records belong to one of this kind, directly or through another of them; parents come first.
pub fn dependants(kind: &Kind) -> Vec<&'static Kind> {
    let mut found: Vec<&'static Kind> = Vec::new();
    for other in KINDS
        .iter()
        .filter(|k| k.ownership == Ownership::Owned && k.name != kind.name)
    {
        let below = |parent: &str| parent == kind.name || found.iter().any(|k| k.name == parent);
        if other.parents().any(|(_, parent)| below(parent)) {
            found.push(other);
        }
    }
    found
}

/// What the change log tells beside the owners where a reason was given: `"reason": [null, "…"]`.
pub const REASON: Label = Label::new("原因", "Reason");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind;

    fn names(of: &str) -> Vec<&'static str> {
        dependants(kind(of).expect("a kind")).iter().map(|k| k.name).collect()
    }

    #[test]
    fn what_goes_along_follows_from_the_parents() {
        assert_eq!(names("customer"), ["contact", "opportunity", "activity", "task"]);
        assert_eq!(names("opportunity"), ["activity", "task"]);
        assert!(names("task").is_empty());
        let ends: Vec<_> = KINDS.iter().filter(|k| k.status().is_some()).map(|k| k.name).collect();
        assert_eq!(ends, ["opportunity", "lead", "task"]);
    }

    #[test]
    fn each_kind_stands_after_those_it_belongs_to() {
        for (at, kind) in KINDS.iter().enumerate() {
            for (_, parent) in kind.parents() {
                assert!(
                    KINDS[..at].iter().any(|k| k.name == parent),
                    "{} before {parent}",
                    kind.name
                );
            }
        }
    }
}
