//! Why somebody may or may not do something: the same rules as everywhere, with what each role says.

use super::{Access, Action, FieldRights, Grants, Identity, Reach};
use crate::error::Issue;
use crate::label::Locale;
use crate::record::Ownership;
use crate::role;
use crate::sharing::{Member, Share};
use crate::{Id, Instant, Kind};

/// A role as its holder has it.
#[derive(Debug, Clone)]
pub struct Held {
    pub key: String,
    pub name: String,
    pub grants: Grants,
    pub field_rights: FieldRights,
}

/// A record that rights are asked about.
#[derive(Debug, Clone)]
pub struct About {
    pub kind: &'static Kind,
    pub title: String,
    pub owner: Option<Id>,
    /// What the owner is called; none for a record of nobody's.
    pub owner_name: Option<String>,
    pub member: Option<Member>,
}

/// A rule that grants or denies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    pub allows: bool,
    /// Code and parameters; `messages` says it in words.
    pub said: Issue,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Explanation {
    pub allowed: bool,
    /// Those that decide come first.
    pub reasons: Vec<Reason>,
}

/// A question about somebody's rights.
pub struct Question<'a> {
    /// None for somebody disabled.
    pub identity: Option<&'a Identity>,
    pub roles: &'a [Held],
    pub kind: &'static Kind,
    pub action: Action,
    /// None asks about the kind as a whole.
    pub record: Option<&'a About>,
    /// What the record belongs to: seen through it, the record is seen as well.
    pub parents: &'a [About],
    pub field: Option<&'a str>,
    pub locale: Locale,
    pub now: Instant,
}

fn reason(allows: bool, code: &'static str) -> Reason {
    Reason {
        allows,
        said: Issue::new("", code),
    }
}

impl Reason {
    fn with(self, name: &'static str, value: impl ToString) -> Self {
        Self {
            said: self.said.with(name, value),
            ..self
        }
    }
}

impl Question<'_> {
    /// The answer. Its `allowed` is what the server would do.
    pub fn answer(&self) -> Explanation {
        let Some(identity) = self.identity else {
            return Explanation {
                allowed: false,
                reasons: vec![reason(false, "why_disabled")],
            };
        };
        let mut reasons = self.by_roles(identity, self.kind, self.action, self.record);
        if let Some(record) = self.record {
            reasons.extend(self.by_sharing(identity, record));
            if self.action == Action::View && !reasons.iter().any(|r| r.allows) {
                reasons.extend(self.through_parents(identity));
            }
        }
        let mut allowed = reasons.iter().any(|r| r.allows);
        if let (true, Some(field)) = (allowed, self.field) {
            let (open, said) = self.of_field(identity, field);
            allowed = open;
            reasons.extend(said);
        }
        reasons.sort_by_key(|r| r.allows != allowed);
        Explanation { allowed, reasons }
    }

    fn role_name(&self, held: &Held) -> String {
        role::shown(&held.key, &held.name, self.locale).to_owned()
    }

    /// What each role says of an action on a record that belongs to somebody, or on a kind.
    fn by_roles(
        &self,
        identity: &Identity,
        kind: &'static Kind,
        action: Action,
        record: Option<&About>,
    ) -> Vec<Reason> {
        let words = |r: Reason| {
            r.with("kind", kind.label.within(self.locale))
                .with("action", action.label().within(self.locale))
        };
        let mut reasons = Vec::new();
        for held in self.roles {
            let reach = held.grants.reach(kind.name, action);
            if reach == Reach::None {
                continue;
            }
            let named = |r: Reason| {
                words(r)
                    .with("role", self.role_name(held))
                    .with("reach", reach.label().get(self.locale))
            };
            let said = match record {
                _ if reach == Reach::All || kind.ownership == Ownership::Shared => reason(true, "why_role_all"),
                None => reason(true, "why_role_reach"),
                Some(about) => {
                    let owner = about.owner;
                    let among = |ids: &[Id]| owner.is_some_and(|o| ids.contains(&o));
                    let reached = match reach {
                        Reach::Own => owner.is_some() && owner == identity.user,
                        Reach::Team => among(&identity.team_mates),
                        _ => among(&identity.team_mates_below),
                    };
                    match (reached, &about.owner_name) {
                        (true, _) if owner == identity.user => reason(true, "why_role_own"),
                        (true, Some(name)) => reason(true, "why_role_team").with("owner", name),
                        (false, Some(name)) => reason(false, "why_role_not_reached").with("owner", name),
                        (_, None) => reason(false, "why_role_nobodys"),
                    }
                }
            };
            reasons.push(named(said));
        }
        if reasons.is_empty() {
            reasons.push(words(reason(false, "why_no_role")));
        }
        reasons
    }

    fn by_sharing(&self, identity: &Identity, record: &About) -> Option<Reason> {
        let member = record.member.as_ref()?;
        let access = member.access.label().get(self.locale);
        if !member.holds(self.now) {
            return Some(reason(false, "why_share_expired"));
        }
        let fits = match self.action {
            Action::View => true,
            Action::Edit => member.access == Share::Write,
            _ => false,
        };
        let right = identity.reach(record.kind.name, self.action) > Reach::None;
        let said = match (fits, right) {
            (true, true) => reason(true, "why_shared"),
            (true, false) => reason(false, "why_shared_no_right"),
            (false, _) => reason(false, "why_shared_less"),
        };
        Some(said.with("access", access))
    }

    fn through_parents(&self, identity: &Identity) -> Vec<Reason> {
        // To see what belongs to a record one must be let see such records at all.
        if identity.reach(self.kind.name, Action::View) == Reach::None {
            return Vec::new();
        }
        let sees = |about: &&About| {
            let by_role = self.by_roles(identity, about.kind, Action::View, Some(about));
            let by_sharing = self.by_sharing(identity, about);
            by_role.iter().chain(&by_sharing).any(|r| r.allows)
        };
        let seen = self.parents.iter().filter(sees);
        seen.map(|about| {
            reason(true, "why_parent")
                .with("kind", about.kind.label.within(self.locale))
                .with("title", &about.title)
        })
        .collect()
    }

    /// Whether the field is open for the action, and what the roles say of it.
    fn of_field(&self, identity: &Identity, name: &str) -> (bool, Vec<Reason>) {
        let needed = if self.action == Action::View {
            Access::Masked
        } else {
            Access::Full
        };
        let access = identity.closed.access(self.kind.name, name);
        let label = self.kind.field(name).map_or("", |f| f.label.get(self.locale));
        let open = access <= needed;
        let said = |r: Reason| r.with("field", label).with("access", access.label().get(self.locale));
        if access == Access::Full {
            return (open, vec![said(reason(true, "why_field_open"))]);
        }
        // Every role that lets see the kind closes it, else it would be open.
        let closing = self.roles.iter().filter(|held| {
            held.grants.reach(self.kind.name, Action::View) > Reach::None
                && held.field_rights.access(self.kind.name, name) > Access::Full
        });
        let names: Vec<String> = closing.map(|held| self.role_name(held)).collect();
        let comma = if self.locale == Locale::Zh { "、" } else { ", " };
        (
            open,
            vec![said(reason(open, "why_field_closed")).with("roles", names.join(comma))],
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lead::Lead;
    use crate::policy::tests::actor;
    use crate::{Record, messages};
    use proptest::prelude::*;

    const REACHES: [Reach; 5] = [Reach::None, Reach::Own, Reach::Team, Reach::TeamBelow, Reach::All];

    proptest! {
        /// An explanation says what the policy does.
        #[test]
        fn the_answer_is_what_is_done(
            reaches in proptest::collection::vec(proptest::sample::select(&REACHES[..]), 0..3),
            owner in 0usize..4,
            action in proptest::sample::select(&[Action::View, Action::Edit, Action::Delete][..]),
            shared in proptest::option::of(any::<bool>()),
        ) {
            let people = [Id::now_v7(), Id::now_v7(), Id::now_v7()];
            let [me, mate, _] = people;
            let roles: Vec<Held> = reaches.iter().enumerate().map(|(n, reach)| Held {
                key: format!("r{n}"),
                name: format!("Role {n}"),
                grants: serde_json::from_value(serde_json::json!({ "lead": { "*": reach } })).expect("grants"),
                field_rights: FieldRights::default(),
            }).collect();
            let mut asking = actor("sales", me, &[me, mate]);
            let identity = std::sync::Arc::make_mut(&mut asking.identity);
            identity.grants = roles.iter().map(|r| r.grants.clone()).collect();
            let owner = people.get(owner).copied();
            let member = shared.map(|write| Member {
                user: me,
                access: if write { Share::Write } else { Share::Read },
                expires_at: None,
            });
            let about = About {
                kind: Lead::KIND,
                title: "x".into(),
                owner,
                owner_name: owner.map(|_| "somebody".into()),
                member,
            };
            let question = Question {
                identity: Some(&asking.identity),
                roles: &roles,
                kind: Lead::KIND,
                action,
                record: Some(&about),
                parents: &[],
                field: None,
                locale: Locale::En,
                now: Instant::now(),
            };
            let answer = question.answer();
            let by_owner = asking.authorize(action, Lead::KIND, owner).is_ok();
            let by_share = member.is_some_and(|m| asking.authorize_member(action, Lead::KIND, &m).is_ok());
            prop_assert_eq!(answer.allowed, by_owner || by_share);
            prop_assert!(answer.reasons.first().is_some_and(|r| r.allows == answer.allowed));
            for reason in &answer.reasons {
                let text = messages::issue(&reason.said, Locale::Zh);
                prop_assert!(text != reason.said.code && !text.contains('{'), "{text}");
            }
        }
    }
}
