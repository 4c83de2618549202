//! Who may do what: rights from roles, and the two tickets without which persistence cannot be called.
//!
//! `Scope` lets read, `Permit` lets write. Both are made here only, and both carry workspace and actor.

pub mod explain;
pub mod fields;
mod grants;

pub use fields::{Access, FieldRights, Fields, Shown, ShownAny};
pub use grants::{Action, Grants, Reach, all, builtin_roles};

use crate::api_key::{self, Limits};
use crate::kind::Usual;
use crate::record::{Kind, Ownership};
use crate::sharing::Member;
use crate::view::Audience;
use crate::workspace::Workspace;
use crate::{AnyRecord, Error, Field, Id, Issue, Kinds, Record, role};
use std::sync::Arc;

/// A signed-in person with everything decisions need. Made once and kept while nothing about it changes.
#[derive(Debug, Clone)]
pub struct Identity {
    pub workspace: Arc<Workspace>,
    /// None for the system itself: set-up, demo data, maintenance.
    pub user: Option<Id>,
    /// IANA name of the user's time zone: relative dates and months are read in it.
    pub time_zone: String,
    pub roles: Vec<String>,
    pub grants: Vec<Grants>,
    /// The fields that the roles together keep closed.
    pub closed: FieldRights,
    /// The user and the members of the teams the user belongs to or leads.
    pub team_mates: Arc<[Id]>,
    /// The same with the members of all teams below those.
    pub team_mates_below: Arc<[Id]>,
    /// For who comes with an API key.
    pub limits: Option<Arc<Limits>>,
    /// The kinds of which records are shared with the user.
    pub shared: Vec<&'static str>,
    /// The teams that the user belongs to or leads.
    pub teams: Arc<[Id]>,
    /// Everybody who belongs to or leads one of them.
    pub fellows: Arc<[Id]>,
}

impl Identity {
    /// The system acting in a workspace: may do everything.
    pub fn system(workspace: Arc<Workspace>) -> Self {
        let time_zone = workspace.time_zone.clone();
        Self {
            workspace,
            user: None,
            time_zone,
            roles: Vec::new(),
            grants: vec![all()],
            closed: FieldRights::default(),
            team_mates: Arc::from([]),
            team_mates_below: Arc::from([]),
            limits: None,
            shared: Vec::new(),
            teams: Arc::from([]),
            fellows: Arc::from([]),
        }
    }

    /// The kinds of the workspace.
    pub fn kinds(&self) -> Kinds {
        self.workspace.kinds
    }

    /// Whether the rights of a role go nowhere beyond one's own: nobody hands out what they do not have, nor opens to others
    /// what is closed to them.
    pub fn covers(&self, grants: &Grants, rights: &FieldRights) -> bool {
        self.beyond(grants, rights).is_none()
    }

    /// The place of the first right of a role that goes beyond one's own.
    pub fn beyond(&self, grants: &Grants, rights: &FieldRights) -> Option<String> {
        // Also what stands for the rest, which may one day be about more than what there is now.
        let names = role::subjects(self.kinds()).map(|subject| subject.name).chain(["*"]);
        let mut actions = names.flat_map(|name| Action::ALL.map(|action| (name, action)));
        let further = |(name, action): &(&str, Action)| {
            let given = grants.reach(self.kinds(), name, *action);
            given > self.reach(name, *action) && !(given == Reach::Own && self.is_personal(name))
        };
        if let Some((name, action)) = actions.find(further) {
            return Some(format!("/grants/{name}/{}", action.key()));
        }
        let shown = self
            .closed
            .0
            .iter()
            .filter(|(kind, _)| grants.reach(self.kinds(), kind, Action::View) > Reach::None);
        let mut closed = shown.flat_map(|(kind, fields)| fields.iter().map(move |(name, access)| (kind, name, access)));
        let opened = closed.find(|(kind, name, access)| rights.access(self.kinds(), kind, name) < **access);
        opened.map(|(kind, name, _)| format!("/field_rights/{kind}/{name}"))
    }

    /// Whether everybody has their own of a kind, so that it is nothing to hand out.
    fn is_personal(&self, kind: &str) -> bool {
        self.kinds()
            .named(kind)
            .is_some_and(|kind| kind.usual == Usual::Personal)
    }

    /// Whether an action is allowed in an area, which has no records.
    pub fn may(&self, area: &str, action: Action) -> bool {
        self.reach(area, action) == Reach::All
    }

    /// How far the right to `action` reaches; several roles add up.
    pub fn reach(&self, kind: &str, action: Action) -> Reach {
        if self.limits.as_ref().is_some_and(|l| !l.scopes.allow(kind, action)) {
            return Reach::None;
        }
        self.given(kind, action)
    }

    /// What the roles give, whatever a key leaves of it.
    fn given(&self, kind: &str, action: Action) -> Reach {
        self.grants
            .iter()
            .map(|g| g.reach(self.kinds(), kind, action))
            .max()
            .unwrap_or_default()
    }

    /// Whether another sees no more records than oneself: who can sign in as them sees what they see.
    pub fn sees_as_much_as(&self, other: &Self) -> bool {
        let all = |kind: &Kind, action| self.reach(kind.name, action) == Reach::All;
        let takes_in = |kind: &Kind, action| match (other.visible(kind, action), self.visible(kind, action)) {
            _ if all(kind, action) => true,
            (None, _) | (_, Some(Visible::All)) => true,
            (Some(Visible::Owners(theirs)), Some(Visible::Owners(own))) => theirs.iter().all(|o| own.contains(o)),
            _ => false,
        };
        let shared = |kind: &Kind| other.shared.contains(&kind.name);
        self.kinds()
            .iter()
            .filter(|kind| kind.usual != Usual::Personal)
            .all(|kind| {
                Action::ALL.into_iter().all(|action| takes_in(kind, action))
                    && (!shared(kind) || all(kind, Action::View))
            })
    }

    /// Whether it matters for what one may do who belongs to which team, whatever a key leaves of it: what a key does not let
    /// do now, its user does later.
    pub fn goes_by_teams(&self) -> bool {
        self.gives(Reach::Team) || self.gives(Reach::TeamBelow)
    }

    fn gives(&self, reach: Reach) -> bool {
        let owned = self.kinds().iter().filter(|kind| kind.ownership == Ownership::Owned);
        let mut given = owned.flat_map(|kind| Action::ALL.map(|action| self.given(kind.name, action)));
        given.any(|r| r == reach)
    }

    /// Whether the teams as they are in `later`, where the same roles stand, bring records of others within reach: of anybody
    /// but those who were just `made`.
    pub fn widened(&self, later: &Self, made: &[Id]) -> bool {
        let more = |now: &[Id], then: &[Id]| then.iter().any(|id| !now.contains(id) && !made.contains(id));
        (self.gives(Reach::Team) && more(&self.team_mates, &later.team_mates))
            || (self.gives(Reach::TeamBelow) && more(&self.team_mates_below, &later.team_mates_below))
    }

    /// Whose records a reach takes in.
    fn taken_in(&self, kind: &Kind, reach: Reach) -> Option<Visible> {
        match (self.narrowed(kind, reach), kind.ownership) {
            (Reach::None, _) => None,
            (Reach::All, _) | (_, Ownership::Shared) => Some(Visible::All),
            (Reach::Own, _) => Some(Visible::Owners(self.user.into_iter().collect())),
            (Reach::Team, _) => Some(Visible::Owners(self.team_mates.clone())),
            (Reach::TeamBelow, _) => Some(Visible::Owners(self.team_mates_below.clone())),
        }
    }

    /// Files and reports of others show what is closed in the records.
    fn narrowed(&self, kind: &Kind, reach: Reach) -> Reach {
        if kind.is_work() && !self.closed.0.is_empty() {
            reach.min(Reach::Own)
        } else {
            reach
        }
    }

    /// Whose records the right to `action` takes in; none where there is no such right.
    fn visible(&self, kind: &Kind, action: Action) -> Option<Visible> {
        self.taken_in(kind, self.reach(kind.name, action))
    }

    /// What one may do by oneself, without a right to it, a key does only within its scopes.
    pub fn by_oneself(&self, action: Action, kind: &'static Kind) -> Result<(), Error> {
        match &self.limits {
            Some(limits) if !limits.scopes.allow(kind.name, action) => Err(self.refusal(action, kind.name)),
            _ => Ok(()),
        }
    }

    /// Why an action is refused. An API key is told the scope it lacks.
    pub fn refusal(&self, action: Action, kind: &'static str) -> Error {
        if self.limits.as_ref().is_some_and(|l| !l.scopes.allow(kind, action)) {
            let scope = api_key::needed(kind, action);
            return Error::NotForKey(Issue::new("", "api_key_scope").with("scope", scope));
        }
        Error::Forbidden {
            action: action.key(),
            kind,
        }
    }
}

/// Somebody doing one use case: an identity, the request it came with, and the change set it writes.
#[derive(Debug, Clone)]
pub struct Actor {
    pub identity: Arc<Identity>,
    pub request_id: Arc<str>,
    pub change_set: Id,
}

impl Actor {
    pub fn new(identity: Arc<Identity>, request_id: impl Into<Arc<str>>) -> Self {
        Self {
            identity,
            request_id: request_id.into(),
            change_set: Id::now_v7(),
        }
    }

    pub fn system(workspace: Arc<Workspace>) -> Self {
        Self::new(Arc::new(Identity::system(workspace)), "system")
    }

    pub fn workspace(&self) -> &Workspace {
        &self.identity.workspace
    }

    /// The kinds of the workspace.
    pub fn kinds(&self) -> Kinds {
        self.identity.kinds()
    }

    pub fn user(&self) -> Option<Id> {
        self.identity.user
    }

    /// What of the fields of a kind the actor sees and may set.
    pub fn fields(&self, kind: &'static Kind) -> Fields<'_> {
        self.identity.closed.of(self.kinds().like(kind))
    }

    /// A record as far as the actor may see it.
    pub fn show<'a, T: Record>(&'a self, record: &'a T) -> Shown<'a, T> {
        Shown::new(record, self.fields(T::KIND))
    }

    /// The same for a record as a value.
    pub fn show_any<'a>(&'a self, record: &'a AnyRecord) -> ShownAny<'a> {
        ShownAny::new(record, self.fields(record.kind()))
    }

    /// The ticket to read records of a kind.
    pub fn scope(&self, kind: &'static Kind) -> Result<Scope, Error> {
        let visible = self
            .identity
            .visible(kind, Action::View)
            .ok_or_else(|| self.identity.refusal(Action::View, kind.name))?;
        Ok(Scope {
            workspace: self.identity.workspace.id,
            parents: self.parents(kind),
            visible,
            shared: self.shared(kind),
            opened: kind.opened_by.map(|column| Opened {
                column: kind.field(column).map_or(column, Field::stored_as),
                teams: self.identity.teams.clone(),
                fellows: self.identity.fellows.clone(),
            }),
            unsearchable: self.fields(kind).unsearchable(),
        })
    }

    /// The ticket to read what may be exported of a kind: all that is seen of it, where the right to export reaches as far as
    /// the right to view; else what the narrower of the two takes in, and nothing that is only seen beside that.
    pub fn export_scope(&self, kind: &'static Kind) -> Result<Scope, Error> {
        let mut scope = self.scope(kind)?;
        let exported = self.identity.visible(kind, Action::Export);
        let exported = exported.ok_or_else(|| self.identity.refusal(Action::Export, kind.name))?;
        let within: Vec<Id> = match (&scope.visible, &exported) {
            (_, Visible::All) => return Ok(scope),
            (Visible::All, Visible::Owners(owners)) => owners.to_vec(),
            (Visible::Owners(seen), Visible::Owners(owners)) => {
                let within: Vec<Id> = seen.iter().filter(|id| owners.contains(id)).copied().collect();
                if within.len() == seen.len() {
                    return Ok(scope);
                }
                within
            }
        };
        scope.visible = Visible::Owners(within.into());
        (scope.parents, scope.shared, scope.opened) = (Vec::new(), None, None);
        Ok(scope)
    }

    /// All that decides what somebody may export of a kind, as one text: the same for the same rights, in whatever order they
    /// were read.
    pub fn export_rights(&self, kind: &'static Kind) -> Result<String, Error> {
        fn seen(visible: &Visible) -> String {
            match visible {
                Visible::All => "all".to_owned(),
                Visible::Owners(owners) => {
                    let mut owners: Vec<String> = owners.iter().map(Id::to_string).collect();
                    owners.sort_unstable();
                    owners.join(",")
                }
            }
        }
        fn through(parents: &[Parent]) -> String {
            let told = parents.iter().map(|p| {
                let above = through(&p.above);
                format!("{}:{}:{}({above})", p.column, seen(&p.visible), p.shared.is_some())
            });
            told.collect()
        }
        fn told(scope: &Scope) -> String {
            let beside = (scope.shared.is_some(), scope.opened.is_some());
            format!("{};{};{beside:?}", seen(&scope.visible), through(&scope.parents))
        }
        let mut text = told(&self.export_scope(kind)?);
        let kind = self.kinds().like(kind);
        let fields = self.fields(kind);
        for field in kind.fields {
            text.push_str(&format!("\n{} {:?}", field.name, fields.access(field.name)));
            if let Some(target) = field.refers.and_then(|name| self.kinds().named(name)) {
                text.push_str(&self.scope(target).map_or_else(|_| "-".to_owned(), |scope| told(&scope)));
            }
        }
        Ok(text)
    }

    /// What records of a kind are also seen through, level by level: an activity through its deal, and that through its
    /// customer. Where all records of a kind are visible, it does not matter what they belong to.
    fn parents(&self, kind: &Kind) -> Vec<Parent> {
        let parents = kind.parents().filter_map(|(column, parent)| {
            let parent = self.kinds().named(parent)?;
            let visible = self.identity.visible(parent, Action::View)?;
            let above = match visible {
                Visible::All => Vec::new(),
                Visible::Owners(_) => self.parents(parent),
            };
            Some(Parent {
                column,
                table: parent.table,
                visible,
                shared: self.shared(parent),
                above,
            })
        });
        parents.collect()
    }

    /// The ticket to follow the change feed of the workspace. It shows no record by itself: what a change tells is cut down
    /// to what the actor may see of its record.
    pub fn feed_scope(&self) -> Scope {
        Scope {
            workspace: self.identity.workspace.id,
            visible: Visible::Owners(Arc::from([])),
            parents: Vec::new(),
            shared: None,
            opened: None,
            unsearchable: Vec::new(),
        }
    }

    /// The ticket to read one's own user record, whatever the rights.
    pub fn identity_scope(&self) -> Scope {
        Scope {
            workspace: self.identity.workspace.id,
            visible: Visible::All,
            parents: Vec::new(),
            shared: None,
            opened: None,
            unsearchable: Vec::new(),
        }
    }

    /// The ticket to change one's own user record and sign-in, whatever the rights.
    pub fn own_permit(&self) -> Permit {
        self.permit()
    }

    fn permit(&self) -> Permit {
        Permit {
            workspace: self.identity.workspace.id,
            kinds: self.identity.kinds(),
            actor: self.identity.user,
            request_id: self.request_id.clone(),
            change_set: self.change_set,
        }
    }

    /// The ticket to do `action` to a record of `kind` that belongs to `owner`.
    pub fn authorize(&self, action: Action, kind: &'static Kind, owner: Option<Id>) -> Result<Permit, Error> {
        if !self.reaches(action, kind, owner) {
            return Err(self.identity.refusal(action, kind.name));
        }
        Ok(self.permit())
    }

    /// Whether the roles let do `action` to a record of `kind` that belongs to `owner`.
    fn reaches(&self, action: Action, kind: &Kind, owner: Option<Id>) -> bool {
        self.identity.visible(kind, action).is_some_and(|v| v.holds(owner))
    }

    fn shared(&self, kind: &Kind) -> Option<Shared> {
        let any = self.identity.shared.contains(&kind.name);
        let user = self.identity.user.filter(|_| any)?;
        Some(Shared { kind: kind.name, user })
    }

    /// The ticket to do `action` to a record that is shared with the actor. Sharing widens how far a right reaches; it does
    /// not give one that no role gives.
    pub fn authorize_member(&self, action: Action, kind: &'static Kind, member: &Member) -> Result<Permit, Error> {
        if !self.is_shared(action, kind, member) {
            return Err(self.identity.refusal(action, kind.name));
        }
        Ok(self.permit())
    }

    /// Whether sharing lets do `action` to a record of `kind`.
    fn is_shared(&self, action: Action, kind: &Kind, member: &Member) -> bool {
        let right = self.identity.reach(kind.name, action) > Reach::None;
        let named = self.identity.user == Some(member.user) && member.holds(crate::Instant::now());
        right && named && member.access.lets(action)
    }
}

/// Records of a kind that are shared with a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shared {
    pub kind: &'static str,
    pub user: Id,
}

/// Records that their owners have opened: to a team or to everybody, as one of their fields says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    pub column: &'static str,
    /// Those of the reader: a record may be opened to one of them.
    pub teams: Arc<[Id]>,
    /// Who is in one of them: a record may be opened to the teams of its owner.
    pub fellows: Arc<[Id]>,
}

impl Opened {
    /// Whether a record is among those.
    pub fn holds(&self, to: Audience, team: Option<Id>, owner: Option<Id>) -> bool {
        match (to, team) {
            (Audience::Me, _) => false,
            (Audience::All, _) => true,
            (Audience::Team, Some(team)) => self.teams.contains(&team),
            (Audience::Team, None) => owner.is_some_and(|owner| self.fellows.contains(&owner)),
        }
    }
}

/// Which records a caller sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Visible {
    All,
    Owners(Arc<[Id]>),
}

impl Visible {
    pub fn holds(&self, owner: Option<Id>) -> bool {
        match self {
            Self::All => true,
            Self::Owners(owners) => owner.is_some_and(|o| owners.contains(&o)),
        }
    }
}

/// A record is also seen by who sees the record it belongs to.
#[derive(Debug, Clone)]
pub struct Parent {
    pub column: &'static str,
    pub table: &'static str,
    pub visible: Visible,
    pub shared: Option<Shared>,
    /// What it is seen through itself.
    pub above: Vec<Parent>,
}

/// The right to read records of one kind in one workspace.
#[derive(Debug, Clone)]
pub struct Scope {
    workspace: Id,
    visible: Visible,
    parents: Vec<Parent>,
    shared: Option<Shared>,
    opened: Option<Opened>,
    unsearchable: Vec<&'static str>,
}

impl Scope {
    pub fn workspace(&self) -> Id {
        self.workspace
    }

    pub fn visible(&self) -> &Visible {
        &self.visible
    }

    pub fn parents(&self) -> &[Parent] {
        &self.parents
    }

    /// What is visible beside, since it is shared with the reader.
    pub fn shared(&self) -> Option<Shared> {
        self.shared
    }

    /// What is visible beside, since its owner has opened it to others.
    pub fn opened(&self) -> Option<&Opened> {
        self.opened.as_ref()
    }

    /// Searched fields whose words must find nothing, since the reader does not see them.
    pub fn unsearchable(&self) -> &[&'static str] {
        &self.unsearchable
    }
}

/// The right to write in one workspace, as part of one change set.
#[derive(Debug, Clone)]
pub struct Permit {
    workspace: Id,
    kinds: Kinds,
    actor: Option<Id>,
    request_id: Arc<str>,
    change_set: Id,
}

impl Permit {
    pub fn workspace(&self) -> Id {
        self.workspace
    }

    /// The kinds of the workspace.
    pub fn kinds(&self) -> Kinds {
        self.kinds
    }

    pub fn actor(&self) -> Option<Id> {
        self.actor
    }

    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    pub fn change_set(&self) -> Id {
        self.change_set
    }

    /// The permit to read back what it lets write.
    pub fn scope(&self) -> Scope {
        Scope {
            workspace: self.workspace,
            visible: Visible::All,
            parents: Vec::new(),
            shared: None,
            opened: None,
            unsearchable: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Record;

    pub(super) fn actor(role: &str, me: Id, mates: &[Id]) -> Actor {
        let grants = builtin_roles().into_iter().find(|r| r.0 == role).expect("built in").1;
        let workspace = Workspace::new("w", crate::Locale::Zh);
        let identity = Identity {
            workspace: Arc::new(workspace),
            user: Some(me),
            time_zone: "Asia/Shanghai".into(),
            roles: vec![role.into()],
            grants: vec![grants],
            closed: FieldRights::default(),
            team_mates: mates.iter().copied().collect(),
            team_mates_below: mates.iter().copied().collect(),
            limits: None,
            shared: Vec::new(),
            teams: Arc::from([]),
            fellows: mates.iter().copied().collect(),
        };
        Actor::new(Arc::new(identity), "r")
    }

    #[test]
    fn reach_decides_by_owner() {
        let (me, mate, stranger) = (Id::now_v7(), Id::now_v7(), Id::now_v7());
        let may = |role: &str, action, owner| {
            actor(role, me, &[me, mate])
                .authorize(action, crate::lead::Lead::KIND, owner)
                .is_ok()
        };
        for (role, mine, mates, strangers, nobodys) in [
            ("sales", true, false, false, false),
            ("manager", true, true, false, false),
            ("admin", true, true, true, true),
        ] {
            assert_eq!(may(role, Action::Edit, Some(me)), mine, "{role}");
            assert_eq!(may(role, Action::Edit, Some(mate)), mates, "{role}");
            assert_eq!(may(role, Action::Edit, Some(stranger)), strangers, "{role}");
            assert_eq!(may(role, Action::Edit, None), nobodys, "{role}");
        }
    }

    #[test]
    fn a_key_does_what_its_scopes_and_its_user_may() {
        let me = Id::now_v7();
        let with_key = |role: &str, scopes: &[&str]| {
            let scopes: Vec<String> = scopes.iter().map(|s| (*s).to_owned()).collect();
            let mut actor = actor(role, me, &[me]);
            let limits = Limits {
                key: Id::now_v7(),
                scopes: api_key::Scopes::parse(&scopes).expect("scopes"),
                ends_at: None,
            };
            let identity = Arc::make_mut(&mut actor.identity);
            identity.limits = Some(Arc::new(limits));
            actor
        };
        let lead = crate::lead::Lead::KIND;
        let key = with_key("sales", &["leads:read"]);
        assert!(key.scope(lead).is_ok());
        let refused = key.authorize(Action::Edit, lead, Some(me)).expect_err("no scope");
        assert_eq!(
            refused,
            Error::NotForKey(Issue::new("", "api_key_scope").with("scope", "leads:write"))
        );
        assert!(matches!(key.scope(crate::task::Task::KIND), Err(Error::NotForKey(_))));
        // A scope gives nothing that the user does not have.
        let wide = with_key("sales", &["*:write"]);
        assert!(wide.authorize(Action::Edit, lead, Some(me)).is_ok());
        let refused = wide.authorize(Action::Edit, lead, Some(Id::now_v7()));
        assert!(matches!(refused, Err(Error::Forbidden { .. })));
        // Nor does it hand out more than itself.
        assert!(
            !with_key("owner", &["roles:write"])
                .identity
                .covers(&all(), &FieldRights::default())
        );
    }

    #[test]
    fn sales_people_see_settings_and_do_not_change_them() {
        let sales = actor("sales", Id::now_v7(), &[]);
        for kind in [
            crate::user::User::KIND,
            crate::stage::Stage::KIND,
            crate::product::Product::KIND,
        ] {
            assert!(sales.scope(kind).is_ok());
            assert!(sales.authorize(Action::Edit, kind, None).is_err());
        }
    }
}
