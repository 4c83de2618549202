//! Roles: what their holders may do, to which kinds, and how far it reaches.

use crate::error::{Issue, Issues};
use crate::policy::{Action, Grants};
use crate::record::Rules;

record! {
    /// A set of rights that users can be given.
    Role RolePatch "role" "roles" "角色" "Role" Shared title "name" {
        key: String = [SORT FILTER FIXED] "标识" "Key" max(60),
        name: String = [SORT FILTER SEARCH] "名称" "Name" max(100),
        builtin: bool = [FILTER READONLY] "内置" "Built-in",
        grants: Grants = [] "权限" "Rights",
        description: Option<String> = [] "说明" "Description" long(2_000),
    }
}

impl Rules for Role {
    fn check(&self, old: Option<&Self>, issues: &mut Issues) {
        if old.is_some_and(|old| old.builtin && old.grants != self.grants) {
            issues.add(Issue::at("grants", "builtin_role"));
        }
        for (kind, actions) in &self.grants.0 {
            if kind != "*" && crate::kind(kind).is_none() {
                issues.add(Issue::new(format!("/grants/{kind}"), "unknown_kind").with("kind", kind));
            }
            for action in actions.keys() {
                if action != "*" && Action::from_key(action).is_none() {
                    issues.add(Issue::new(format!("/grants/{kind}/{action}"), "unknown_action").with("action", action));
                }
            }
        }
    }
}
