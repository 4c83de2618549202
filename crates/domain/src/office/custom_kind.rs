//! Kinds that the firm makes itself: equipment, vehicles, contracts of its trade.

use super::labels::Labels;
use crate::error::{Issue, Issues};
use crate::kind::{Ownership, Usual};
use crate::kinds;
use crate::made::Made;
use crate::record::Rules;

choice! {
    /// What a role may do with the records where it does not name the kind.
    UsualRights {
        Work "work" "与客户等业务数据相同" "As customers and other work",
        Added "added" "所有人可查看和新建" "Everybody sees and adds",
        Settings "settings" "所有人可查看" "Everybody sees them",
        Closed "closed" "仅管理员" "Administrators only",
    }
}

impl From<UsualRights> for Usual {
    fn from(rights: UsualRights) -> Self {
        match rights {
            UsualRights::Closed => Self::Closed,
            UsualRights::Settings => Self::Settings,
            UsualRights::Added => Self::Added,
            UsualRights::Work => Self::Work,
        }
    }
}

record! {
    /// A kind of records that the firm has made.
    CustomKind CustomKindPatch "kind" "kinds" "自定义对象" "Custom kind" Shared title "key" {
        key: String = [SORT FILTER SEARCH FIXED] "标识" "Key" max(40),
        plural: String = [FILTER FIXED] "复数标识" "Plural" max(40) defaulted(),
        label: Labels = [] "名称" "Name",
        parent: Option<String> = [FILTER FIXED] "所属对象" "Belongs to" max(40),
        owned: bool = [FIXED] "有负责人" "Has an owner",
        usual_rights: UsualRights = [] "默认权限" "Usual rights",
    } with {
        usual(Usual::Settings) about_rights() unique(&[&["key"], &["plural"]])
        columns(&["key", "plural", "parent", "updated_at"])
        form(&["key", "plural", "label", "parent", "owned", "usual_rights"])
    }
}

impl Rules for CustomKind {
    fn check(&self, old: Option<&Self>, issues: &mut Issues) {
        self.label.check("/label", issues);
        if old.is_some() {
            return;
        }
        for (field, name) in [("key", &self.key), ("plural", &self.plural)] {
            if !kinds::is_name(name) {
                issues.add(Issue::at(field, "invalid_key"));
            } else if !kinds::may_be_made(name) {
                issues.add(Issue::at(field, "reserved_key").with("key", name));
            }
        }
        if self.parent.as_ref() == Some(&self.key) {
            issues.add(Issue::at("parent", "parent_ring"));
        }
    }
}

impl CustomKind {
    /// The kind, as `Kinds` takes it.
    pub fn made(&self) -> Made {
        Made {
            name: self.key.clone(),
            plural: self.plural.clone(),
            label: self.label.both(),
            parent: self.parent.clone(),
            ownership: if self.owned {
                Ownership::Owned
            } else {
                Ownership::Shared
            },
            usual: self.usual_rights.into(),
        }
    }
}
