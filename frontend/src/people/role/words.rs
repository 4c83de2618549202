//! What actions and reaches are called, and the keys of reaches.

use domain::{
    Label,
    policy::{Action, Reach},
};

pub const OTHER_ACTIONS: Label = Label::new("其他操作", "Other actions");

/// The reaches in the order of the keys 0 to 4.
pub const REACHES: [(Reach, &str, Label); 5] = [
    (Reach::None, "none", Reach::None.label()),
    (Reach::Own, "own", Reach::Own.label()),
    (Reach::Team, "team", Reach::Team.label()),
    (Reach::TeamBelow, "team_below", Reach::TeamBelow.label()),
    (Reach::All, "all", Reach::All.label()),
];

pub fn reach(reach: Reach) -> Label {
    reach.label()
}

pub fn reach_key(reach: Reach) -> &'static str {
    REACHES[reach as usize].1
}

pub fn reach_of(key: &str) -> Option<Reach> {
    REACHES.iter().find(|r| r.1 == key).map(|r| r.0)
}

/// None stands for all actions not named.
pub fn action(action: Option<Action>) -> Label {
    action.map_or(OTHER_ACTIONS, Action::label)
}
