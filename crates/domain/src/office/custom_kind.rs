//! Kinds that the firm makes itself: equipment, vehicles, contracts of its trade.

use crate::error::{Issue, Issues};
use crate::kind::{Ownership, Usual};
use crate::kinds::{self, Made, MadeField};
use crate::record::Rules;

choice! {
    /// What a role may do with the records where it does not name the kind.
    UsualRights {
        Closed "closed" "仅管理员" "Administrators only",
        Settings "settings" "所有人可查看" "Everybody sees them",
        Added "added" "所有人可查看和新建" "Everybody sees and adds",
        Work "work" "与客户等业务数据相同" "As customers and other work",
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
    CustomKind CustomKindPatch "custom_kind" "custom_kinds" "自定义对象" "Custom kind" Shared title "label" {
        name: String = [SORT FILTER FIXED] "标识" "Name in the API" max(40),
        label: String = [SORT FILTER SEARCH] "名称" "Name" max(60),
        label_en: Option<String> = [] "英文名称" "English name" max(60),
        owned: bool = [FIXED] "有负责人" "Has an owner",
        usual_rights: UsualRights = [] "默认权限" "Usual rights",
    } with {
        usual(Usual::Settings) about_rights() unique(&[&["name"]])
        columns(&["label", "name", "updated_at"])
        form(&["label", "name", "label_en", "owned", "usual_rights"])
    }
}

impl Rules for CustomKind {
    fn check(&self, _: Option<&Self>, issues: &mut Issues) {
        if !kinds::is_made(&self.name) {
            issues.add(Issue::at("name", "custom_kind_name"));
        }
    }
}

impl CustomKind {
    /// The kind with its fields, as `Kinds` takes it.
    pub fn made(&self, fields: Vec<MadeField>) -> Made {
        Made {
            name: self.name.clone(),
            label_zh: self.label.clone(),
            label_en: self.label_en.clone().unwrap_or_else(|| self.label.clone()),
            ownership: if self.owned {
                Ownership::Owned
            } else {
                Ownership::Shared
            },
            usual: self.usual_rights.into(),
            fields,
        }
    }
}
