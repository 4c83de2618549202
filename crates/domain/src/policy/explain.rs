//! Why somebody may or may not do something: the same rules as everywhere, with what each role says.

use super::{Access, Action, Actor, FieldRights, Grants, Identity, Reach, Visible};
use crate::error::Issue;
use crate::label::Locale;
use crate::record::{FIXED, READONLY};
use crate::role::{self, Subject};
use crate::sharing::Member;
use crate::view::Audience;
use crate::{Id, Instant, Kind, api_key};

/// A role that somebody has, with what it grants.
#[derive(Debug, Clone)]
pub struct HeldRole {
    pub key: String,
    pub name: String,
    pub grants: Grants,
    pub field_rights: FieldRights,
}

/// A record that rights are asked about.
#[derive(Debug, Clone)]
pub struct About {
    pub kind: &'static Kind,
    /// None where who asks does not see it.
    pub title: Option<String>,
    pub owner: Option<Id>,
    /// What the owner is called, where who asks may know.
    pub owner_name: Option<String>,
    pub member: Option<Member>,
    /// To whom its owner has opened it, and to which team, where records of the kind can be.
    pub opened: Option<(Audience, Option<Id>)>,
    /// What it belongs to itself, as far as that is not in the bin.
    pub parents: Vec<About>,
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
    /// Whose rights; none for somebody disabled.
    pub actor: Option<&'a Actor>,
    pub roles: &'a [HeldRole],
    pub subject: Subject,
    pub action: Action,
    /// None asks about the subject as a whole.
    pub record: Option<&'a About>,
    /// What the record belongs to, as far as that is not in the bin: seen through it, the record is seen as well.
    pub parents: &'a [About],
    pub field: Option<&'a str>,
    pub locale: Locale,
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

/// What is done to a record that belongs to somebody, or is shared.
fn may(actor: &Actor, action: Action, about: &About) -> bool {
    let shared = |member: &Member| actor.is_shared(action, about.kind, member);
    actor.reaches(action, about.kind, about.owner)
        || about.member.as_ref().is_some_and(shared)
        || (action == Action::View && opened(actor, about))
}

/// Whether a record's owner has opened it, so that it is seen by somebody who may see any of its kind.
fn opened(actor: &Actor, about: &About) -> bool {
    let Some((to, team)) = about.opened else { return false };
    let scope = actor.scope(about.kind).ok();
    scope.is_some_and(|scope| scope.opened().is_some_and(|opened| opened.holds(to, team, about.owner)))
}

/// Whether a record that another belongs to is seen, by itself or through what it belongs to in turn.
fn seen(actor: &Actor, about: &About) -> bool {
    let any = || actor.identity.visible(about.kind, Action::View).is_some();
    may(actor, Action::View, about) || (any() && about.parents.iter().any(|parent| seen(actor, parent)))
}

impl Question<'_> {
    /// The answer. Its `allowed` is what the server would do.
    pub fn answer(&self) -> Explanation {
        let Some(actor) = self.actor else {
            return Explanation {
                allowed: false,
                reasons: vec![reason(false, "why_disabled")],
            };
        };
        // Each of them is needed. Where one is refused, that is all there is to say.
        let (mut allowed, mut reasons) = (true, Vec::new());
        for action in self.steps() {
            allowed = self.decided(actor, action);
            reasons = self.said(actor, action);
            if !allowed {
                break;
            }
        }
        if let (true, Some(field)) = (allowed, self.field) {
            let said = self.of_field(&actor.identity, field);
            allowed = said.allows;
            reasons.push(said);
        }
        reasons.sort_by_key(|r| r.allows != allowed);
        Explanation { allowed, reasons }
    }

    /// The actions that one is made of: whatever is done to a record begins with seeing it, and giving it away is more than
    /// editing it.
    fn steps(&self) -> Vec<Action> {
        let records = self.subject.kind.is_some_and(has_records);
        let mut steps = Vec::new();
        if records && !matches!(self.action, Action::View | Action::Create | Action::Import) {
            steps.push(Action::View);
        }
        steps.push(self.action);
        if (self.action, self.field) == (Action::Edit, Some("owner_id")) {
            steps.push(Action::Assign);
        }
        steps
    }

    /// What the policy decides.
    fn decided(&self, actor: &Actor, action: Action) -> bool {
        match (self.subject.kind, self.record) {
            (None, _) => actor.identity.may(self.subject.name, action),
            (Some(kind), None) => actor.identity.visible(kind, action).is_some(),
            (Some(_), Some(record)) => may(actor, action, record) || !self.seen_through(actor, action).is_empty(),
        }
    }

    /// The rules that decide so, in words.
    fn said(&self, actor: &Actor, action: Action) -> Vec<Reason> {
        let mut reasons = self.by_roles(&actor.identity, action);
        if let Some(record) = self.record {
            reasons.extend(self.by_sharing(actor, action, record));
            if action == Action::View && opened(actor, record) {
                let to = record.opened.map_or(Audience::Me, |(to, _)| to);
                reasons.push(reason(true, "why_opened").with("to", to.label().get(self.locale)));
            }
            if !reasons.iter().any(|r| r.allows) {
                let parents = self.seen_through(actor, action).into_iter();
                reasons.extend(parents.map(|about| {
                    let said = match &about.title {
                        Some(title) => reason(true, "why_parent").with("title", title),
                        None => reason(true, "why_parent_unseen"),
                    };
                    said.with("kind", about.kind.label.within(self.locale))
                }));
            }
        }
        reasons
    }

    fn role_name(&self, held: &HeldRole) -> String {
        role::shown(&held.key, &held.name, self.locale).to_owned()
    }

    /// What each role says of an action on the record, or on anything of the kind.
    fn by_roles(&self, identity: &Identity, action: Action) -> Vec<Reason> {
        let Subject { name, label, kind } = self.subject;
        if identity.limits.as_ref().is_some_and(|l| !l.scopes.allow(name, action)) {
            return vec![reason(false, "why_key_scope").with("scope", api_key::needed(name, action))];
        }
        let words = |r: Reason| {
            r.with("kind", label.within(self.locale))
                .with("action", action.label().within(self.locale))
        };
        // There is one workspace, and an area is one whole.
        let kind = kind.filter(|kind| has_records(kind));
        let mut reasons = Vec::new();
        let mut narrowed = false;
        for held in self.roles {
            let given = held.grants.reach(identity.kinds(), name, action);
            if given == Reach::None {
                continue;
            }
            let reach = kind.map_or(given, |kind| identity.narrowed(kind, given));
            let said = match kind.and_then(|kind| Some((kind, identity.taken_in(kind, given)?))) {
                None => reason(true, "why_role_whole"),
                Some((_, Visible::All)) => reason(true, "why_role_all"),
                Some((_, owners)) => self.of_owner(identity, &owners),
            };
            narrowed |= reach < given && !said.allows;
            let named = words(said).with("role", self.role_name(held));
            reasons.push(named.with("reach", reach.label().get(self.locale)));
        }
        if narrowed {
            reasons.push(words(reason(false, "why_work_narrowed")));
        }
        if reasons.is_empty() {
            let code = if kind.is_some() {
                "why_no_role"
            } else {
                "why_no_role_whole"
            };
            reasons.push(words(reason(false, code)));
        }
        reasons
    }

    /// Whether the record is among those that a role takes in.
    fn of_owner(&self, identity: &Identity, owners: &Visible) -> Reason {
        let Some(about) = self.record else {
            return reason(true, "why_role_reach");
        };
        let named = |r: Reason| r.with("owner", about.owner_name.as_deref().unwrap_or("?"));
        match (owners.holds(about.owner), about.owner) {
            (_, None) => reason(false, "why_role_nobodys"),
            (true, owner) if owner == identity.user => reason(true, "why_role_own"),
            (true, _) => named(reason(true, "why_role_team")),
            (false, _) => named(reason(false, "why_role_not_reached")),
        }
    }

    fn by_sharing(&self, actor: &Actor, action: Action, record: &About) -> Option<Reason> {
        let member = record.member.as_ref()?;
        let access = member.access.label().get(self.locale);
        let said = if !member.holds(Instant::now()) {
            return Some(reason(false, "why_share_expired"));
        } else if actor.is_shared(action, record.kind, member) {
            reason(true, "why_shared")
        } else if member.access.lets(action) {
            reason(false, "why_shared_no_right")
        } else {
            reason(false, "why_shared_less")
        };
        Some(said.with("access", access))
    }

    /// What the record belongs to and is seen through. To see what belongs to a record one must be let see such records at
    /// all; nothing but seeing comes with it.
    fn seen_through(&self, actor: &Actor, action: Action) -> Vec<&About> {
        let sees = self
            .subject
            .kind
            .and_then(|kind| actor.identity.visible(kind, Action::View));
        if action != Action::View || sees.is_none() {
            return Vec::new();
        }
        self.parents.iter().filter(|about| seen(actor, about)).collect()
    }

    /// Whether the field is open for the action, and what the roles say of it.
    fn of_field(&self, identity: &Identity, name: &str) -> Reason {
        let kind = self.subject.name;
        let field = self.subject.kind.and_then(|kind| kind.field(name));
        let label = field.map_or("", |f| f.label.get(self.locale));
        let writes = matches!(self.action, Action::Create | Action::Edit);
        let fixed = |cap: u32| writes && field.is_some_and(|f| f.can(cap));
        if fixed(READONLY) {
            return reason(false, "why_field_system").with("field", label);
        }
        if self.action == Action::Edit && fixed(FIXED) {
            return reason(false, "why_field_fixed").with("field", label);
        }
        let needed = if self.action == Action::View {
            Access::Masked
        } else {
            Access::Full
        };
        let access = identity.closed.access(identity.kinds(), kind, name);
        let open = access <= needed;
        let said = |r: Reason| r.with("field", label).with("access", access.label().get(self.locale));
        if access == Access::Full {
            return said(reason(open, "why_field_open"));
        }
        // Every role that lets see the kind closes it, else it would be open.
        let closing = self.roles.iter().filter(|held| {
            held.grants.reach(identity.kinds(), kind, Action::View) > Reach::None
                && held.field_rights.access(identity.kinds(), kind, name) > Access::Full
        });
        let names: Vec<String> = closing.map(|held| self.role_name(held)).collect();
        let comma = if self.locale == Locale::Zh { "、" } else { ", " };
        said(reason(open, "why_field_closed")).with("roles", names.join(comma))
    }
}

/// There is one workspace: it is a kind without records.
fn has_records(kind: &Kind) -> bool {
    kind.name != crate::workspace::KIND.name
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api_key::{Limits, Scopes};
    use crate::contact::Contact;
    use crate::customer::Customer;
    use crate::import::Import;
    use crate::policy::Scope;
    use crate::policy::tests::actor;
    use crate::sharing::Share;
    use crate::{Record, messages};
    use proptest::prelude::*;
    use serde_json::json;
    use std::collections::BTreeMap;
    use std::sync::Arc;

    const REACHES: [Reach; 5] = [Reach::None, Reach::Own, Reach::Team, Reach::TeamBelow, Reach::All];
    const KINDS: [&Kind; 3] = [Contact::KIND, Customer::KIND, Import::KIND];

    /// Somebody with random roles, and a contact, a customer or an import, perhaps of a customer, perhaps shared.
    #[derive(Debug, Clone)]
    struct World {
        /// For each role, what each action on each kind reaches.
        roles: Vec<Vec<Vec<Reach>>>,
        /// Whose the record is, and the customer it belongs to.
        owners: (usize, Option<usize>),
        shared: (Option<bool>, Option<bool>),
        closed: bool,
        key: Option<Vec<String>>,
        kind: usize,
        action: usize,
    }

    fn worlds() -> impl Strategy<Value = World> {
        let reach = || proptest::sample::select(&REACHES[..]);
        let role = proptest::collection::vec(proptest::collection::vec(reach(), Action::ALL.len()), KINDS.len());
        let scopes = ["*:read", "*:write", "contacts:read", "contacts:write", "customers:read"].map(str::to_owned);
        let key = proptest::option::weighted(0.3, proptest::sample::subsequence(scopes.to_vec(), 0..3));
        let shared = || proptest::option::of(any::<bool>());
        (
            proptest::collection::vec(role, 0..3),
            (0usize..4, proptest::option::of(0usize..4)),
            (shared(), shared()),
            any::<bool>(),
            key,
            0..KINDS.len(),
            0..Action::ALL.len(),
        )
            .prop_map(|(roles, owners, shared, closed, key, kind, action)| World {
                roles,
                owners,
                shared,
                closed,
                key,
                kind,
                action,
            })
    }

    fn about(kind: &'static Kind, owner: Option<Id>, me: Id, shared: Option<bool>) -> About {
        About {
            kind,
            title: Some("x".into()),
            owner,
            owner_name: owner.map(|_| "somebody".into()),
            opened: None,
            member: shared.map(|write| Member {
                user: me,
                access: if write { Share::Write } else { Share::Read },
                expires_at: None,
            }),
            parents: Vec::new(),
        }
    }

    /// As the store reads a scope.
    fn sees(scope: &Scope, record: &About, parent: Option<&About>) -> bool {
        let parents = scope.parents().iter().filter(|p| p.table == Customer::KIND.plural);
        let through = |about: &About| {
            let mut parents = parents.clone();
            parents.any(|p| p.visible.holds(about.owner) || p.shared.is_some() && about.member.is_some())
        };
        scope.visible().holds(record.owner)
            || scope.shared().is_some() && record.member.is_some()
            || parent.is_some_and(through)
    }

    #[test]
    fn a_record_is_seen_through_every_level() {
        let (me, other) = (Id::now_v7(), Id::now_v7());
        let actor = actor("sales", me, &[me]);
        let customer = |owner| about(Customer::KIND, Some(owner), me, None);
        let of = |parent: About| About {
            parents: vec![parent],
            ..about(Contact::KIND, Some(other), me, None)
        };
        let activity = about(crate::activity::Activity::KIND, Some(other), me, None);
        let allowed = |parents: &[About]| {
            let question = Question {
                actor: Some(&actor),
                roles: &[],
                subject: activity.kind.into(),
                action: Action::View,
                record: Some(&activity),
                parents,
                field: None,
                locale: Locale::En,
            };
            question.answer().allowed
        };
        assert!(allowed(&[of(customer(me))]));
        assert!(!allowed(&[of(customer(other))]));
        let scope = actor.scope(activity.kind).expect("a scope");
        let contact = scope
            .parents()
            .iter()
            .find(|p| p.column == "contact_id")
            .expect("contacts");
        assert_eq!(contact.above.len(), 1);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        /// An explanation says what the policy does.
        #[test]
        fn the_answer_is_what_is_done(world in worlds()) {
            let people = [Id::now_v7(), Id::now_v7(), Id::now_v7()];
            let [me, mate, _] = people;
            let kind = KINDS[world.kind];
            let action = Action::ALL[world.action];
            let closed = if world.closed { json!({ "lead": { "phone": "hidden" } }) } else { json!({}) };
            let roles: Vec<HeldRole> = world.roles.iter().enumerate().map(|(n, kinds)| {
                let grants = KINDS.iter().zip(kinds).map(|(kind, reaches)| {
                    let actions = Action::ALL.iter().zip(reaches);
                    (kind.name.to_owned(), actions.map(|(a, r)| (a.key().to_owned(), *r)).collect::<BTreeMap<_, _>>())
                });
                HeldRole {
                    key: format!("r{n}"),
                    name: format!("Role {n}"),
                    grants: Grants(grants.collect()),
                    field_rights: FieldRights::default(),
                }
            }).collect();
            let mut asking = actor("sales", me, &[me, mate]);
            let identity = Arc::make_mut(&mut asking.identity);
            identity.grants = roles.iter().map(|r| r.grants.clone()).collect();
            identity.closed = serde_json::from_value(closed).expect("field rights");
            identity.limits = world.key.as_ref().map(|texts| Arc::new(Limits {
                key: Id::now_v7(),
                scopes: Scopes::parse(texts).expect("scopes"),
                ends_at: None,
            }));
            identity.shared = vec![Contact::KIND.name, Customer::KIND.name];
            let owner = |n: usize| people.get(n).copied();
            // Work is not shared, and only contacts belong to customers here.
            let shared = world.shared.0.filter(|_| !kind.is_work());
            let record = about(kind, owner(world.owners.0), me, shared);
            let parent = world.owners.1.filter(|_| kind.name == "contact");
            let parents: Vec<About> = parent.map(|n| about(Customer::KIND, owner(n), me, world.shared.1)).into_iter().collect();
            let question = Question {
                actor: Some(&asking),
                roles: &roles,
                subject: kind.into(),
                action,
                record: Some(&record),
                parents: &parents,
                field: None,
                locale: Locale::En,
            };
            let answer = question.answer();
            let seen = asking.scope(kind).is_ok_and(|scope| sees(&scope, &record, parents.first()));
            let by_owner = asking.authorize(action, kind, record.owner).is_ok();
            let by_share = record.member.is_some_and(|m| asking.authorize_member(action, kind, &m).is_ok());
            let done = match action {
                Action::View => seen,
                // A record that is not there yet is not looked for.
                Action::Create | Action::Import => by_owner || by_share,
                _ => seen && (by_owner || by_share),
            };
            prop_assert_eq!(answer.allowed, done);
            prop_assert!(answer.reasons.first().is_some_and(|r| r.allows == answer.allowed));
            for reason in &answer.reasons {
                let text = messages::issue(&reason.said, Locale::Zh);
                prop_assert!(text != reason.said.code && !text.contains('{'), "{text}");
            }
            let whole = Question { record: None, parents: &[], ..question };
            let any = |action| asking.identity.reach(kind.name, action) > Reach::None;
            let found = matches!(action, Action::Create | Action::Import) || any(Action::View);
            prop_assert_eq!(whole.answer().allowed, any(action) && found);
        }
    }
}
