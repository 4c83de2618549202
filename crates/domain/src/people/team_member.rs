//! Team members: who belongs to a team besides those whose home it is.

use crate::Id;
use crate::record::Rules;

record! {
    /// Somebody who belongs to a team beside the one they are at home in.
    TeamMember TeamMemberPatch "team_member" "team_members" "团队成员" "Team member" Shared title "duty" {
        team_id: Id = [FILTER FIXED] "团队" "Team" refers("team"),
        user_id: Id = [FILTER FIXED] "成员" "Member" refers("user"),
        duty: Option<String> = [FILTER] "分工" "Part played" max(100),
    } with {
        usual(Usual::Settings) part_of("team") about_rights() unique(&[&["team_id", "user_id"]])
        columns(&["team_id", "user_id", "duty"]) form(&["team_id", "user_id", "duty"])
    }
}

impl Rules for TeamMember {}
