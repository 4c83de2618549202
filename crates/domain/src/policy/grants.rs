//! What roles grant: actions on kinds, how far each reaches, and the roles every workspace starts with.

use crate::label::Label;
use crate::{Kinds, role};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What can be done to records of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    View,
    Create,
    Edit,
    Delete,
    Assign,
    Convert,
    Import,
    Export,
    Merge,
    Share,
    Configure,
}

impl Action {
    pub const ALL: [Self; 11] = [
        Self::View,
        Self::Create,
        Self::Edit,
        Self::Delete,
        Self::Assign,
        Self::Convert,
        Self::Import,
        Self::Export,
        Self::Merge,
        Self::Share,
        Self::Configure,
    ];

    pub const fn key(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::Create => "create",
            Self::Edit => "edit",
            Self::Delete => "delete",
            Self::Assign => "assign",
            Self::Convert => "convert",
            Self::Import => "import",
            Self::Export => "export",
            Self::Merge => "merge",
            Self::Share => "share",
            Self::Configure => "configure",
        }
    }

    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|a| a.key() == key)
    }

    pub const fn label(self) -> Label {
        match self {
            Self::View => Label::new("查看", "View"),
            Self::Create => Label::new("新建", "Create"),
            Self::Edit => Label::new("编辑", "Edit"),
            Self::Delete => Label::new("删除", "Delete"),
            Self::Assign => Label::new("转移", "Transfer"),
            Self::Convert => Label::new("转化", "Convert"),
            Self::Import => Label::new("导入", "Import"),
            Self::Export => Label::new("导出", "Export"),
            Self::Merge => Label::new("合并", "Merge"),
            Self::Share => Label::new("共享", "Share"),
            Self::Configure => Label::new("配置", "Configure"),
        }
    }
}

/// How far a right reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    #[default]
    None,
    Own,
    Team,
    /// The teams and all that lie below them in the tree.
    TeamBelow,
    All,
}

impl Reach {
    pub const fn label(self) -> Label {
        match self {
            Self::None => Label::new("无", "None"),
            Self::Own => Label::new("本人", "Own"),
            Self::Team => Label::new("本团队", "Team"),
            Self::TeamBelow => Label::new("本团队及下级", "Team and below"),
            Self::All => Label::new("全部", "All"),
        }
    }
}

json_field! {
    /// Kind → action → reach. `*` stands for every other kind, or every other action. An entry for a kind is all there
    /// is to say about the kind.
    Grants(BTreeMap<String, BTreeMap<String, Reach>>)
}

impl Grants {
    /// How far the right to `action` reaches with a kind of these, the workspace, or an area.
    pub fn reach(&self, kinds: Kinds, kind: &str, action: Action) -> Reach {
        let (kind, action) = governed(kind, action);
        let named = self.0.get(kind);
        let actions = named.or_else(|| self.0.get("*"));
        let said = actions.and_then(|actions| actions.get(action.key()).or_else(|| actions.get("*")).copied());
        let reach = match named {
            Some(_) => said.unwrap_or_default(),
            None => of_rest(kinds, kind, action, said.unwrap_or_default()),
        };
        // Nobody owns a part of an area.
        match reach {
            Reach::All => reach,
            _ if role::area(kind).is_some() => Reach::None,
            part => part,
        }
    }
}

/// How far a right to all that a role does not name reaches with one kind of them.
fn of_rest(kinds: Kinds, kind: &str, action: Action, reach: Reach) -> Reach {
    match role::subject(kinds, kind).map(|subject| subject.kind) {
        Some(Some(kind)) => kind.usual.part(action, reach),
        // An area, or everything.
        Some(_) => reach,
        None if reach < Reach::All => Reach::None,
        None => reach,
    }
}

/// What is part of another kind has the rights of that: to say who belongs to a team is to change the team.
fn governed(kind: &str, action: Action) -> (&str, Action) {
    match (crate::kind(kind).and_then(|k| k.part_of), action) {
        (Some(whole), Action::View) => (whole, Action::View),
        (Some(whole), _) => (whole, Action::Edit),
        (None, _) => (kind, action),
    }
}

/// Everything, everywhere.
pub fn all() -> Grants {
    Grants(BTreeMap::from([(
        "*".into(),
        BTreeMap::from([("*".into(), Reach::All)]),
    )]))
}

/// The roles every workspace starts with; what they are called stands in `role`. What their holders may do with each kind
/// is said by the kind (`Kind::usual`).
pub fn builtin_roles() -> Vec<(&'static str, Grants)> {
    let work = |own: Reach| {
        let of_teams = if own >= Reach::Team { own } else { Reach::None };
        let rest = [
            (Action::View, own),
            (Action::Create, own),
            (Action::Edit, own),
            (Action::Delete, own),
            (Action::Merge, own),
            (Action::Convert, own),
            (Action::Export, own),
            (Action::Import, of_teams),
            (Action::Assign, of_teams),
            (Action::Share, own),
        ];
        let rest = rest.map(|(action, reach)| (action.key().to_owned(), reach));
        Grants(BTreeMap::from([("*".to_owned(), BTreeMap::from(rest))]))
    };
    vec![
        ("owner", all()),
        ("admin", all()),
        ("manager", work(Reach::TeamBelow)),
        ("sales", work(Reach::Own)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::Usual;
    use crate::{KINDS, workspace};

    fn role(key: &str) -> Grants {
        let roles = builtin_roles();
        roles.into_iter().find(|(k, _)| *k == key).expect(key).1
    }

    #[test]
    fn what_is_no_work_is_changed_by_administrators_only() {
        for kind in KINDS.iter().copied().chain([workspace::KIND]) {
            for key in ["manager", "sales"] {
                let may = |action| role(key).reach(Kinds::DECLARED, kind.name, action) > Reach::None;
                let changes = [Action::Edit, Action::Delete, Action::Assign, Action::Configure].map(may);
                let open = matches!(kind.usual, Usual::Work | Usual::Personal);
                assert!(open || changes == [false; 4], "{key} {}", kind.name);
                assert!(may(Action::View), "{key} sees {}", kind.name);
                let creates = open || kind.usual == Usual::Added;
                assert_eq!(may(Action::Create), creates, "{key} {}", kind.name);
            }
            assert_eq!(
                role("admin").reach(Kinds::DECLARED, kind.name, Action::Edit),
                Reach::All,
                "{}",
                kind.name
            );
        }
    }

    #[test]
    fn everybody_has_views_of_their_own() {
        let reach = |grants: &Grants, action| grants.reach(Kinds::DECLARED, "view", action);
        let nothing: Grants = serde_json::from_value(serde_json::json!({})).expect("grants");
        assert_eq!(reach(&nothing, Action::Create), Reach::Own);
        assert_eq!(reach(&nothing, Action::Share), Reach::None);
        assert_eq!(nothing.reach(Kinds::DECLARED, "lead", Action::View), Reach::None);
        assert_eq!(reach(&role("manager"), Action::View), Reach::Own);
        assert_eq!(reach(&role("manager"), Action::Share), Reach::Own);
        assert_eq!(reach(&role("sales"), Action::Configure), Reach::None);
        assert_eq!(reach(&role("admin"), Action::Configure), Reach::All);
        // What a role says of them by name is all there is.
        let closed: Grants = serde_json::from_value(serde_json::json!({ "view": {} })).expect("grants");
        assert_eq!(reach(&closed, Action::View), Reach::None);
    }

    #[test]
    fn what_a_role_says_of_the_rest_opens_no_kind_that_says_nothing() {
        let own: Grants = serde_json::from_value(serde_json::json!({ "*": { "*": "own" } })).expect("grants");
        for action in Action::ALL {
            assert_eq!(Usual::Closed.part(action, Reach::TeamBelow), Reach::None, "{action:?}");
            assert_eq!(Usual::Work.part(action, Reach::None), Reach::None);
            let settings = own.reach(Kinds::DECLARED, "stage", action) > Reach::None;
            assert_eq!(settings, action == Action::View, "{action:?}");
        }
        // By name, and by all of everything, it is given.
        let named = serde_json::json!({ "*": { "*": "own" }, "stage": { "view": "own", "edit": "own" } });
        let named: Grants = serde_json::from_value(named).expect("grants");
        assert_eq!(named.reach(Kinds::DECLARED, "stage", Action::Edit), Reach::Own);
        assert_eq!(all().reach(Kinds::DECLARED, "stage", Action::Edit), Reach::All);
    }
}
