//! Roles: what their holders may do, to which kinds, and how far it reaches.

use crate::error::{Issue, Issues, place};
use crate::kinds::may_be_made;
use crate::label::{Label, Locale};
use crate::policy::{Action, FieldRights, Grants};
use crate::record::{Ownership, Rules};
use crate::{Instant, Kind, Kinds, workspace};

record! {
    /// A set of rights that users can be given.
    Role RolePatch "role" "roles" "角色" "Role" Shared title "name" {
        key: String = [SORT FILTER FIXED] "标识" "Key" max(60) defaulted(),
        name: String = [SORT FILTER SEARCH] "名称" "Name" max(100),
        builtin: bool = [FILTER READONLY] "内置" "Built-in",
        grants: Grants = [] "权限" "Rights",
        field_rights: FieldRights = [] "字段权限" "Field rights",
        description: Option<String> = [] "说明" "Description" long(2_000),
    } with {
        usual(Usual::Settings) about_rights() unique(&[&["key"]])
    }
}

/// What the built-in roles are called.
const BUILTIN: [(&str, Label); 4] = [
    ("owner", Label::new("所有者", "Owner")),
    ("admin", Label::new("管理员", "Administrator")),
    ("manager", Label::new("销售经理", "Sales manager")),
    ("sales", Label::new("销售", "Sales")),
];

/// What a built-in role is called in each language; none for other keys.
pub fn builtin_name(key: &str) -> Option<Label> {
    BUILTIN.iter().find(|(k, _)| *k == key).map(|(_, label)| *label)
}

/// What a role is called in a language. A built-in one has a name in each, unless the firm has given it one of its own.
pub fn shown<'a>(key: &str, name: &'a str, locale: Locale) -> &'a str {
    match builtin_name(key).filter(|l| [l.zh, l.en].contains(&name)) {
        Some(label) => label.get(locale),
        None => name,
    }
}

/// Something with rights of its own and no records. Nobody owns a part of it: a right to it is whole or none.
pub struct Area {
    pub name: &'static str,
    pub label: Label,
    pub actions: &'static [Action],
}

pub const AREAS: &[Area] = &[Area {
    name: "audit",
    label: Label::new("审计日志", "Audit log"),
    actions: &[Action::View, Action::Export],
}];

pub fn area(name: &str) -> Option<&'static Area> {
    AREAS.iter().find(|area| area.name == name)
}

/// Something that roles give rights to: a kind of records, the workspace itself, or an area.
#[derive(Debug, Clone, Copy)]
pub struct Subject {
    pub name: &'static str,
    pub label: Label,
    /// None for an area.
    pub kind: Option<&'static Kind>,
}

impl Subject {
    /// As its address and the scopes of API keys name it. What has no records is called by its name.
    pub fn path(&self) -> String {
        let records = self.kind.filter(|kind| kind.name != workspace::KIND.name);
        match records {
            Some(kind) if !kind.made => kind.path(),
            _ => self.name.replace('_', "-"),
        }
    }

    pub fn ownership(&self) -> Ownership {
        self.kind.map_or(Ownership::Shared, |kind| kind.ownership)
    }
}

impl From<&'static Kind> for Subject {
    fn from(kind: &'static Kind) -> Self {
        Self {
            name: kind.name,
            label: kind.label,
            kind: Some(kind),
        }
    }
}

/// Everything that there are rights to. Whoever asks about all rights asks here: one that is left out could be handed out
/// by somebody who does not have it.
pub fn subjects(kinds: Kinds) -> impl Iterator<Item = Subject> {
    let kinds = crate::KINDS
        .iter()
        .copied()
        .chain([workspace::KIND])
        .chain(kinds.made().iter().copied());
    kinds.map(Subject::from).chain(AREAS.iter().map(|area| Subject {
        name: area.name,
        label: area.label,
        kind: None,
    }))
}

pub fn subject(kinds: Kinds, name: &str) -> Option<Subject> {
    subjects(kinds).find(|subject| subject.name == name)
}

/// What can be done to records of a kind, to the workspace, or in an area; nothing where there is none of them.
pub fn actions(kinds: Kinds, name: &str) -> Vec<Action> {
    if let Some(area) = area(name) {
        return area.actions.to_vec();
    }
    if name == workspace::KIND.name {
        return vec![Action::View, Action::Configure];
    }
    // What is part of another kind has no rights of its own.
    let Some(kind) = kinds.named(name).filter(|k| k.part_of.is_none()) else {
        return Vec::new();
    };
    let owned = kind.ownership == Ownership::Owned && !kind.work;
    let has = |action: &Action| match action {
        Action::View | Action::Edit => true,
        Action::Create | Action::Delete => !kind.work,
        Action::Assign | Action::Share => owned,
        Action::Import => kind.import.is_some(),
        Action::Export => kind.import.is_some() || owned,
        Action::Convert | Action::Merge | Action::Configure => kind.verbs.contains(action),
    };
    Action::ALL.into_iter().filter(has).collect()
}

impl Rules for Role {
    fn complete(&mut self, _: Instant) {
        self.field_rights.tidy();
    }

    fn check(&self, old: Option<&Self>, issues: &mut Issues) {
        if old.is_some_and(|old| old.builtin && old.grants != self.grants) {
            issues.add(Issue::at("grants", "builtin_role"));
        }
        if old.is_some_and(|old| old.builtin && old.field_rights != self.field_rights) {
            issues.add(Issue::at("field_rights", "builtin_role"));
        }
        self.field_rights.check(issues);
        for (kind, actions) in &self.grants.0 {
            // What the firm has made is known where its role is written.
            if kind != "*" && !may_be_made(kind) && subject(Kinds::DECLARED, kind).is_none() {
                issues.add(Issue::new(place(["grants", kind]), "unknown_kind").with("kind", kind));
            }
            for action in actions.keys() {
                if action != "*" && Action::from_key(action).is_none() {
                    issues.add(Issue::new(place(["grants", kind, action]), "unknown_action").with("action", action));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Reach;

    #[test]
    fn a_kind_has_the_actions_that_mean_something_for_it() {
        let keys = |name| {
            actions(Kinds::DECLARED, name)
                .into_iter()
                .map(Action::key)
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(keys("tag"), "view create edit delete");
        assert_eq!(keys("import"), "view edit");
        assert_eq!(keys("audit"), "view export");
        assert_eq!(keys("workspace"), "view configure");
        assert_eq!(
            keys("lead"),
            "view create edit delete assign convert import export merge share"
        );
        assert_eq!(keys("dragon"), "");
        // What can be imported is a right that can be given.
        for kind in crate::KINDS.iter().filter(|k| k.part_of.is_none()) {
            let given = actions(Kinds::DECLARED, kind.name).contains(&Action::Import);
            assert_eq!(given, kind.import.is_some(), "{}", kind.name);
        }
        assert!(AREAS.iter().all(|area| crate::kind(area.name).is_none()));
    }

    #[test]
    fn a_right_to_an_area_is_whole_or_none() {
        let roles = crate::policy::builtin_roles();
        let of = |key| &roles.iter().find(|(k, _)| *k == key).expect(key).1;
        assert_eq!(of("admin").reach(Kinds::DECLARED, "audit", Action::View), Reach::All);
        assert_eq!(of("manager").reach(Kinds::DECLARED, "audit", Action::View), Reach::None);
        assert_eq!(of("sales").reach(Kinds::DECLARED, "audit", Action::Export), Reach::None);
    }

    #[test]
    fn every_built_in_role_has_a_name_in_both_languages() {
        for (key, _) in crate::policy::builtin_roles() {
            let label = builtin_name(key).expect(key);
            assert_eq!(shown(key, label.zh, Locale::En), label.en);
            assert_eq!(shown(key, label.en, Locale::Zh), label.zh);
        }
        assert_eq!(shown("owner", "老板", Locale::En), "老板");
        assert_eq!(shown("inside_sales", "Owner", Locale::Zh), "Owner");
    }
}
