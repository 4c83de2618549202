//! The one table of what screens of their own add to single kinds. Whatever is not named here, and so every kind that comes,
//! has what the server tells of it: list, page, form, timeline, tabs, history.

use crate::kinds::{Field, Kind};
use crate::record::row::Row;
use crate::ui::avatar;
use crate::{contact, lead, opportunity, task, team, user};
use leptos::prelude::*;

/// A part of a record's page.
type Draw = fn(RwSignal<Row>) -> AnyView;

/// What is added to the page of a record, and where others list it as their own.
#[derive(Clone, Copy)]
pub struct OnPage {
    /// What can be done with a record, beside its name.
    pub actions: Option<Draw>,
    /// In its menu.
    pub menu: Option<Draw>,
    /// Under its name.
    pub head: Option<Draw>,
    /// Above its fields.
    pub above: Option<Draw>,
    /// Its picture stands before its name.
    pub face: bool,
    /// Draws it as a line of the tab of another record.
    pub line: Option<fn(&Row) -> AnyView>,
    /// In which order that tab has them.
    pub sort: &'static str,
}

const NOTHING: OnPage = OnPage {
    actions: None,
    menu: None,
    head: None,
    above: None,
    face: false,
    line: None,
    sort: "-updated_at",
};

pub fn on_page(kind: &Kind) -> OnPage {
    match kind.name {
        "lead" => OnPage {
            actions: Some(|row| view! { <lead::Actions row/> }.into_any()),
            above: Some(|row| view! { <lead::Became row/> }.into_any()),
            ..NOTHING
        },
        "contact" => OnPage {
            menu: Some(|row| view! { <contact::Card row/> }.into_any()),
            ..NOTHING
        },
        "opportunity" => OnPage {
            actions: Some(|row| view! { <opportunity::Actions row/> }.into_any()),
            head: Some(|row| view! { <opportunity::StagePath row/> }.into_any()),
            above: Some(|row| view! { <opportunity::lines::Lines row/> }.into_any()),
            ..NOTHING
        },
        "task" => OnPage {
            line: Some(|row| view! { <task::TaskItem row=row.clone()/> }.into_any()),
            sort: "due_at",
            ..NOTHING
        },
        "user" => OnPage {
            above: Some(|row| view! { <user::SignInOf row/><team::TeamsOf row/> }.into_any()),
            face: true,
            ..NOTHING
        },
        "team" => OnPage {
            above: Some(|row| view! { <team::MembersOf row/> }.into_any()),
            ..NOTHING
        },
        _ => NOTHING,
    }
}

/// What is added to a list: apart from the above, which another part of the app holds.
#[derive(Clone, Copy)]
pub struct InList {
    /// Fields that columns need to know beside their own.
    pub beside: &'static str,
    /// Draws some cells in another way.
    pub cell: fn(&Kind, &Field, &Row) -> Option<AnyView>,
    /// Fields that are changed by what can be done on the page only.
    pub by_action: &'static [&'static str],
    /// Values of `status` that are come to in that way.
    pub reached: &'static [&'static str],
}

const AS_ANY: InList = InList {
    beside: "",
    cell: |_, _, _| None,
    by_action: &[],
    reached: &[],
};

pub fn in_list(kind: &Kind) -> InList {
    match kind.name {
        "lead" => InList {
            reached: &["converted", "disqualified"],
            ..AS_ANY
        },
        "opportunity" => InList {
            beside: ",status",
            by_action: &["pipeline_id", "stage_id", "status"],
            ..AS_ANY
        },
        "user" => InList {
            beside: user::STATE_FIELDS,
            cell: |kind, field, row| match field.name {
                "signed_in_at" => Some(user::state_of(row)),
                "name" => {
                    let name = row.title(kind);
                    let face = avatar(row.id(), &name);
                    Some(view! { <span class="person">{face}<span class="clip">{name}</span></span> }.into_any())
                }
                _ => None,
            },
            ..AS_ANY
        },
        _ => AS_ANY,
    }
}
