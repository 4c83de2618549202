//! API keys: how a program acts for its user, within the scopes the key was given.

use crate::kinds::may_be_made;
use crate::policy::Action;
use crate::{Id, Instant, Issue, Kinds, role};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What every key begins with, so that people and secret scanners know one when they see it.
pub const PREFIX: &str = "gx_live_";
pub const MAX_NAME: usize = 100;
/// Live keys of one user.
pub const MOST_KEYS: i64 = 100;
/// Longer than this no key lives, unless it has no end at all: a year mistyped would be as good as none.
pub const MOST_YEARS: i64 = 10;
/// How long the secret before a rotation can be kept working.
pub const MOST_OLD_MINUTES: i64 = 24 * 60;

/// A key as people see it: everything but its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKey {
    pub id: Id,
    pub user_id: Id,
    pub name: String,
    /// The first characters of the secret.
    pub prefix: String,
    pub scopes: Vec<String>,
    pub created_at: Instant,
    pub expires_at: Option<Instant>,
    pub rotated_at: Option<Instant>,
    /// Until when the secret before the last rotation works as well.
    pub old_until: Option<Instant>,
    pub revoked_at: Option<Instant>,
    pub last_used_at: Option<Instant>,
    pub last_used_from: Option<String>,
    pub version: i64,
}

choice! {
    KeyState {
        Active "active" "有效" "Active",
        Expired "expired" "已过期" "Expired",
        Revoked "revoked" "已撤销" "Revoked",
    }
}

impl ApiKey {
    pub fn state(&self, now: Instant) -> KeyState {
        match (self.revoked_at, self.expires_at) {
            (Some(_), _) => KeyState::Revoked,
            (None, Some(end)) if end <= now => KeyState::Expired,
            _ => KeyState::Active,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    Read,
    /// Reading is part of it: what is written is answered.
    Write,
}

impl Access {
    pub const ALL: [Self; 2] = [Self::Read, Self::Write];

    pub const fn key(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }

    const fn to(action: Action) -> Self {
        match action {
            Action::View | Action::Export => Self::Read,
            _ => Self::Write,
        }
    }
}

/// The scope that an action on anything with rights needs.
pub fn needed(name: &str, action: Action) -> String {
    let path = role::subject(Kinds::DECLARED, name).map_or_else(|| name.replace('_', "-"), |s| s.path());
    format!("{path}:{}", Access::to(action).key())
}

/// `leads:read`, `*:write`: what a key may do, of what its user may do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scopes {
    /// What holds for every kind.
    all: Option<Access>,
    kinds: BTreeMap<String, Access>,
}

impl Scopes {
    /// As a request names them: each must be one there is.
    pub fn parse(texts: &[String]) -> Result<Self, Issue> {
        let mut scopes = Self::default();
        for text in texts {
            if !scopes.add(text) {
                return Err(Issue::at("scopes", "unknown_scope").with("scope", text));
            }
        }
        Ok(scopes)
    }

    /// As they are stored. One of a kind that is no more says nothing.
    pub fn stored(texts: &[String]) -> Self {
        let mut scopes = Self::default();
        for text in texts {
            scopes.add(text);
        }
        scopes
    }

    fn add(&mut self, text: &str) -> bool {
        let Some((kinds, access)) = text.split_once(':') else {
            return false;
        };
        let Some(access) = Access::ALL.into_iter().find(|a| a.key() == access) else {
            return false;
        };
        if kinds == "*" {
            self.all = self.all.max(Some(access));
            return true;
        }
        let declared = role::subjects(Kinds::DECLARED).find(|s| s.path() == kinds);
        // What a firm has made it may also take away: the scope of such a kind says nothing while it is not there.
        let made = || Some(kinds.replace('-', "_")).filter(|name| may_be_made(name));
        let Some(name) = declared.map(|s| s.name.to_owned()).or_else(made) else {
            return false;
        };
        let held = self.kinds.entry(name).or_insert(access);
        *held = access.max(*held);
        true
    }

    /// The kinds among them that the product does not know.
    pub fn made(&self) -> impl Iterator<Item = &str> {
        let names = self.kinds.keys().map(String::as_str);
        names.filter(|name| may_be_made(name))
    }

    pub fn is_empty(&self) -> bool {
        self.all.is_none() && self.kinds.is_empty()
    }

    pub fn allow(&self, kind: &str, action: Action) -> bool {
        self.kinds.get(kind).copied().max(self.all) >= Some(Access::to(action))
    }

    /// Whether every kind may be written.
    pub fn all_write(&self) -> bool {
        self.all == Some(Access::Write)
    }

    /// Each said once, and nothing that follows from another.
    pub fn texts(&self) -> Vec<String> {
        let all = self.all.map(|access| format!("*:{}", access.key()));
        let text = |name: &str, path: String| {
            let access = self.kinds.get(name).filter(|a| Some(**a) > self.all)?;
            Some(format!("{path}:{}", access.key()))
        };
        let own = role::subjects(Kinds::DECLARED).filter_map(|subject| text(subject.name, subject.path()));
        let made = self.made().filter_map(|name| text(name, name.replace('_', "-")));
        all.into_iter().chain(own).chain(made).collect()
    }
}

/// What is left of a user's rights for who comes with one of the user's keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    pub key: Id,
    pub scopes: Scopes,
    /// When the secret that was shown ends.
    pub ends_at: Option<Instant>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scopes(texts: &[&str]) -> Scopes {
        let texts: Vec<String> = texts.iter().map(|t| (*t).to_owned()).collect();
        Scopes::parse(&texts).expect("scopes")
    }

    #[test]
    fn write_includes_read_and_nothing_reaches_another_kind() {
        let held = scopes(&["leads:read", "tasks:write"]);
        for (kind, action, allowed) in [
            ("lead", Action::View, true),
            ("lead", Action::Export, true),
            ("lead", Action::Edit, false),
            ("lead", Action::Convert, false),
            ("task", Action::View, true),
            ("task", Action::Delete, true),
            ("task", Action::Assign, true),
            ("customer", Action::View, false),
        ] {
            assert_eq!(held.allow(kind, action), allowed, "{kind} {action:?}");
        }
        let all = scopes(&["*:read", "tasks:write"]);
        assert!(
            all.allow("role", Action::View) && !all.allow("role", Action::Configure) && all.allow("task", Action::Edit)
        );
        assert!(!all.all_write() && scopes(&["*:write"]).all_write());
        assert!(!Scopes::default().allow("lead", Action::View));
    }

    #[test]
    fn scopes_are_said_once_and_unknown_ones_refused() {
        let held = scopes(&["tasks:read", "tasks:write", "tasks:read", "*:read", "leads:read"]);
        assert_eq!(held.texts(), ["*:read", "tasks:write"]);
        for wrong in [
            "",
            "*",
            "lead:read",
            "leads:",
            "leads:Read",
            "leads:delete",
            ":read",
            "leads:read:write",
        ] {
            let refused = Scopes::parse(&[wrong.to_owned()]).expect_err(wrong);
            assert_eq!((refused.pointer.as_str(), refused.code), ("/scopes", "unknown_scope"));
        }
        // Whether a firm has such a kind is known where its key is made; one that is gone gives nothing.
        let made = scopes(&["ship:read", "leads:read"]);
        assert_eq!(made.made().collect::<Vec<_>>(), ["ship"]);
        assert_eq!(made.texts(), ["leads:read", "ship:read"]);
        assert_eq!(needed("opportunity", Action::Assign), "opportunities:write");
        assert_eq!(needed("audit", Action::Export), "audit:read");
        assert_eq!(scopes(&["audit:read"]).texts(), ["audit:read"]);
        assert_eq!(needed("workspace", Action::Configure), "workspace:write");
        assert!(scopes(&["workspace:write"]).allow("workspace", Action::Configure));
    }
}
