//! What the whole app shares: who is signed in, language, theme, address, notices. One set of signals, reachable from
//! anywhere (also after an await, where a component's context is gone).

use crate::{
    api::{Me, Problem},
    i18n::Locale,
    leave::Unsaved,
    opportunity::Stages,
    picklist::Picklists,
    record::row::Row,
    role::Roles,
    route::Address,
};
use domain::policy::Access;
use leptos::prelude::*;
use std::cell::Cell;

#[derive(Clone, PartialEq)]
pub enum Session {
    /// Asking the server whether the refresh cookie still holds.
    Starting,
    /// Nobody; true when a session has ended under way.
    SignedOut(bool),
    SignedIn(Box<Me>),
    /// Whether somebody is, the server did not say; or not what the app begins with.
    Failed(Problem),
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    System,
    Light,
    Dark,
}

#[derive(Clone)]
pub struct Toast {
    pub id: u32,
    pub text: String,
    pub bad: bool,
    pub undo: Option<Callback<()>>,
    /// Where there is more about it: address and name.
    pub more: Option<(String, &'static str)>,
}

/// A record was written here; lists, panels and boards that show it take the new row.
#[derive(Clone)]
pub struct Change {
    /// Plural name of the kind.
    pub kind: &'static str,
    pub id: String,
    /// None when it was deleted.
    pub row: Option<Row>,
}

/// A change set that is to be taken back.
#[derive(Clone, PartialEq)]
pub struct Undoing {
    pub set: String,
    /// Whether it is told first what the set did.
    pub ask: bool,
}

#[derive(Clone, Copy)]
pub struct State {
    pub session: RwSignal<Session>,
    pub locale: RwSignal<Locale>,
    pub theme: RwSignal<Theme>,
    pub address: RwSignal<Address>,
    pub toasts: RwSignal<Vec<Toast>>,
    /// Requests under way.
    pub busy: RwSignal<u32>,
    pub online: RwSignal<bool>,
    pub change: RwSignal<Option<Change>>,
    pub conflict: RwSignal<Option<crate::record::conflict::Conflict>>,
    pub undoing: RwSignal<Option<Undoing>>,
    /// Ids of jobs begun here that are not over.
    pub under_way: RwSignal<Vec<String>>,
    pub palette: RwSignal<bool>,
    pub unsaved: Unsaved,
    pub picklists: RwSignal<Picklists>,
    pub roles: RwSignal<Roles>,
    /// Saved views, and by kind those that come with the product, as the server tells them.
    pub views: RwSignal<serde_json::Value>,
    /// The stages of each pipeline, in their order, by its id.
    pub stages: RwSignal<Stages>,
    /// Currencies in use beside the base currency.
    pub currencies: RwSignal<Vec<String>>,
}

thread_local! { static STATE: Cell<Option<State>> = const { Cell::new(None) }; }

/// Makes the signals; called once, inside the root owner, so that they live as long as the page.
pub fn provide() -> State {
    let state = State {
        session: RwSignal::new(Session::Starting),
        locale: RwSignal::new(crate::i18n::stored()),
        theme: RwSignal::new(match crate::dom::stored("theme").as_deref() {
            Some("light") => Theme::Light,
            Some("dark") => Theme::Dark,
            _ => Theme::System,
        }),
        address: RwSignal::new(crate::route::current()),
        toasts: RwSignal::new(Vec::new()),
        busy: RwSignal::new(0),
        online: RwSignal::new(window().navigator().on_line()),
        change: RwSignal::new(None),
        conflict: RwSignal::new(None),
        undoing: RwSignal::new(None),
        under_way: RwSignal::new(Vec::new()),
        palette: RwSignal::new(false),
        unsaved: Unsaved::new(),
        picklists: RwSignal::new(Picklists::new()),
        views: RwSignal::default(),
        roles: RwSignal::new(Roles::new()),
        stages: RwSignal::new(Stages::new()),
        currencies: RwSignal::new(Vec::new()),
    };
    STATE.set(Some(state));
    state
}

pub fn state() -> State {
    STATE.get().expect("provided before anything is mounted")
}

/// The signed-in person, without tracking.
pub fn me() -> Option<Me> {
    state().session.with_untracked(|s| match s {
        Session::SignedIn(me) => Some((**me).clone()),
        _ => None,
    })
}

/// Whether the signed-in person may do something with records of a kind at all, without tracking.
pub fn may(kind: &str, action: &str) -> bool {
    me().is_none_or(|m| m.may(kind, action))
}

/// What the signed-in person may do with a field: one that they are not told of is hidden.
pub fn access(kind: &str, field: &str) -> Access {
    let kind = crate::kinds::kind(kind);
    kind.map_or(Access::Full, |k| k.field(field).map_or(Access::Hidden, |f| f.access))
}

/// Stands for the kind where many records were written, nobody knows which.
pub const ANY: &str = "";

/// Tells every list and panel to look anew.
pub fn announce_any() {
    announce(ANY, "", None);
}

/// Tells every list and panel that a record is new.
pub fn announce(kind: &'static str, id: impl Into<String>, row: Option<Row>) {
    state().change.set(Some(Change {
        kind,
        id: id.into(),
        row,
    }));
}
