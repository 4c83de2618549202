//! What roles grant: actions on kinds, how far each reaches, and the roles every workspace starts with.

use crate::label::Label;
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
    pub fn reach(&self, kind: &str, action: Action) -> Reach {
        let (kind, action) = governed(kind, action);
        let Some(actions) = self.0.get(kind).or_else(|| self.0.get("*")) else {
            return Reach::None;
        };
        let reach = actions.get(action.key()).or_else(|| actions.get("*")).copied();
        // Nobody owns a part of an area.
        reach
            .filter(|r| *r == Reach::All || crate::role::area(kind).is_none())
            .unwrap_or_default()
    }
}

/// Who belongs to a team is part of the team: to say so is to change it.
fn governed(kind: &str, action: Action) -> (&str, Action) {
    match (kind, action) {
        (MEMBERS, Action::View) => ("team", Action::View),
        (MEMBERS, _) => ("team", Action::Edit),
        _ => (kind, action),
    }
}

const MEMBERS: &str = "team_member";

/// Everything, everywhere.
pub fn all() -> Grants {
    Grants(BTreeMap::from([(
        "*".into(),
        BTreeMap::from([("*".into(), Reach::All)]),
    )]))
}

/// The roles every workspace starts with; what they are called stands in `role`.
pub fn builtin_roles() -> Vec<(&'static str, Grants)> {
    let grants = |list: &[(&str, &[(&str, Reach)])]| {
        Grants(
            list.iter()
                .map(|(kind, actions)| {
                    (
                        (*kind).to_owned(),
                        actions.iter().map(|(a, r)| ((*a).to_owned(), *r)).collect(),
                    )
                })
                .collect(),
        )
    };
    let settings: &[&str] = &[
        "user",
        "team",
        "role",
        "pipeline",
        "stage",
        "picklist",
        "product",
        "tag",
        "currency",
        "exchange_rate",
        "holiday",
        "numbering_rule",
    ];
    let work = |own: Reach, remove: Reach| {
        let mut list: Vec<(&str, Vec<(&str, Reach)>)> = vec![(
            "*",
            vec![
                ("view", own),
                ("create", own),
                ("edit", own),
                ("delete", remove),
                ("convert", own),
                ("export", own),
                ("import", if own >= Reach::Team { own } else { Reach::None }),
                ("assign", if own >= Reach::Team { own } else { Reach::None }),
                ("share", own),
            ],
        )];
        list.extend(settings.iter().map(|kind| (*kind, vec![("view", Reach::All)])));
        list.push(("tag", vec![("view", Reach::All), ("create", Reach::All)]));
        let borrowed: Vec<(&str, &[(&str, Reach)])> = list.iter().map(|(k, v)| (*k, v.as_slice())).collect();
        grants(&borrowed)
    };
    vec![
        ("owner", all()),
        ("admin", all()),
        ("manager", work(Reach::TeamBelow, Reach::TeamBelow)),
        ("sales", work(Reach::Own, Reach::Own)),
    ]
}
