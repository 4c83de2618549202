//! What actions and reaches are called.

use domain::{
    Label,
    policy::{Action, Reach},
};

pub const OTHER_ACTIONS: Label = Label::new("其他操作", "Other actions");

/// The reaches in the order of the keys 0 to 4.
pub const REACHES: [(Reach, &str, Label); 5] = [
    (Reach::None, "none", Label::new("无", "None")),
    (Reach::Own, "own", Label::new("本人", "Own")),
    (Reach::Team, "team", Label::new("本团队", "Team")),
    (
        Reach::TeamBelow,
        "team_below",
        Label::new("本团队及下级", "Team and below"),
    ),
    (Reach::All, "all", Label::new("全部", "All")),
];

pub fn reach(reach: Reach) -> Label {
    REACHES[reach as usize].2
}

pub fn reach_key(reach: Reach) -> &'static str {
    REACHES[reach as usize].1
}

pub fn reach_of(key: &str) -> Option<Reach> {
    REACHES.iter().find(|r| r.1 == key).map(|r| r.0)
}

/// None stands for all actions not named.
pub fn action(action: Option<Action>) -> Label {
    match action {
        None => OTHER_ACTIONS,
        Some(Action::View) => Label::new("查看", "View"),
        Some(Action::Create) => Label::new("新建", "Create"),
        Some(Action::Edit) => Label::new("编辑", "Edit"),
        Some(Action::Delete) => Label::new("删除", "Delete"),
        Some(Action::Assign) => Label::new("分配", "Assign"),
        Some(Action::Convert) => Label::new("转化", "Convert"),
        Some(Action::Import) => Label::new("导入", "Import"),
        Some(Action::Export) => Label::new("导出", "Export"),
        Some(Action::Merge) => Label::new("合并", "Merge"),
        Some(Action::Share) => Label::new("共享", "Share"),
        Some(Action::Configure) => Label::new("配置", "Configure"),
    }
}
