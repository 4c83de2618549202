//! Teams: who works together, and who leads them.

use crate::Id;
use crate::record::Rules;

record! {
    /// People who work together.
    Team TeamPatch "team" "teams" "团队" "Team" Shared title "name" {
        name: String = [SORT FILTER SEARCH IMPORT] "团队名称" "Name" max(100),
        manager_id: Option<Id> = [FILTER IMPORT] "团队负责人" "Manager" refers("user"),
        parent_id: Option<Id> = [FILTER] "上级团队" "Parent team" refers("team"),
    } with {
        usual(Usual::Settings) about_rights() icon("people")
        columns(&["name", "manager_id", "parent_id"]) form(&["name", "manager_id", "parent_id"])
    }
}

impl Rules for Team {}
