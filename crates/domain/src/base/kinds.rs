//! The kinds of a workspace: those that are declared here, with the fields that the firm has added to them, and those that the
//! firm has made itself.

use super::kind::Kind;
use super::made::Said;
pub use super::reserved::may_be_made;
use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

/// Small letters, digits and single underscores; a letter first.
pub fn is_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(plain)
        && !name.ends_with('_')
        && !name.contains("__")
}

/// The kinds of a workspace. What comes from the database is kept for as long as the server runs, each version once:
/// a kind is asked at every step of every request, and made or changed a few times a year.
#[derive(Clone, Copy)]
pub struct Kinds {
    /// Declared ones to which the firm has added fields, or which it has laid out.
    extended: &'static [&'static Kind],
    made: &'static [&'static Kind],
}

impl std::fmt::Debug for Kinds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let own = self.extended.iter().chain(self.made);
        f.debug_list().entries(own.map(|kind| kind.name)).finish()
    }
}

impl PartialEq for Kinds {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.made, other.made) && std::ptr::eq(self.extended, other.extended)
    }
}

impl Default for Kinds {
    fn default() -> Self {
        Self::DECLARED
    }
}

impl Kinds {
    /// Those of a firm that has made none, and added nothing.
    pub const DECLARED: Self = Self {
        extended: &[],
        made: &[],
    };

    pub fn iter(self) -> impl Iterator<Item = &'static Kind> {
        crate::KINDS
            .iter()
            .map(move |kind| self.like(kind))
            .chain(self.made.iter().copied())
    }

    /// Those that the firm has made.
    pub fn made(self) -> &'static [&'static Kind] {
        self.made
    }

    /// A kind as this workspace has it.
    pub fn like(self, kind: &'static Kind) -> &'static Kind {
        let own = if kind.made { self.made } else { self.extended };
        own.iter().copied().find(|own| own.name == kind.name).unwrap_or(kind)
    }

    /// The kind of a singular name such as `lead`.
    pub fn named(self, name: &str) -> Option<&'static Kind> {
        match crate::kind(name) {
            Some(kind) => Some(self.like(kind)),
            None => self.made.iter().copied().find(|k| k.name == name),
        }
    }

    /// The kinds as the firm has them, from what it says of them.
    pub fn of(said: &Said) -> Self {
        if said.made.is_empty() && said.fields.is_empty() && said.withdrawn.is_empty() && said.layouts.is_empty() {
            return Self::DECLARED;
        }
        static KNOWN: LazyLock<Mutex<HashMap<Said, Kinds>>> = LazyLock::new(Mutex::default);
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kinds) = known.get(said) {
            return *kinds;
        }
        // Names become part of statements: whatever stands in the database, nothing but a name does.
        let made = said
            .made
            .iter()
            .filter(|kind| may_be_made(&kind.name) && is_name(&kind.plural));
        let made: Vec<&'static Kind> = made.map(|kind| &*Box::leak(Box::new(kind.built(said)))).collect();
        let extended = crate::KINDS.iter().filter(|kind| {
            said.of(kind.name).next().is_some() || said.withdrawn(kind.name) || said.layout(kind.name).is_some()
        });
        let extended: Vec<&'static Kind> = extended
            .map(|kind| &*Box::leak(Box::new(said.extended(kind))))
            .collect();
        let kinds = Self {
            extended: extended.leak(),
            made: made.leak(),
        };
        known.insert(said.clone(), kinds);
        kinds
    }
}
