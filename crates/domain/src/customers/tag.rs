//! Tags: short words that people put on records, with a colour.

use crate::record::Rules;

choice! {
    TagColor {
        Grey "grey" "灰色" "Grey", Blue "blue" "蓝色" "Blue", Green "green" "绿色" "Green",
        Amber "amber" "琥珀色" "Amber", Red "red" "红色" "Red", Violet "violet" "紫色" "Violet",
    }
}

record! {
    /// A word to put on records.
    Tag TagPatch "tag" "tags" "标签" "Tag" Shared title "name" {
        name: String = [SORT FILTER SEARCH IMPORT] "名称" "Name" max(60),
        color: TagColor = [FILTER] "颜色" "Colour",
    } with {
        usual(Usual::Added) unique(&[&["name"]])
    }
}

impl Rules for Tag {}
