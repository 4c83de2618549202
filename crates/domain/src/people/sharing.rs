//! Sharing: people who may see or change a record beside those who reach it through its owner.

use crate::label::Label;
use crate::policy::Action;
use crate::record::Ownership;
use crate::{Id, Instant, Kind};

choice! {
    /// What somebody a record is shared with may do with it, as far as their roles let them do it at all.
    Share {
        Read "read" "查看" "View",
        Write "write" "查看和编辑" "View and edit",
    }
}

impl Share {
    /// What it lets do that a role of theirs lets them do with any record.
    pub fn lets(self, action: Action) -> bool {
        match action {
            Action::View => true,
            Action::Edit => self == Self::Write,
            _ => false,
        }
    }
}

/// What the history of a record calls those it is shared with.
pub const SHARED_WITH: Label = Label::new("共享给", "Shared with");

/// Somebody a record is shared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    pub user: Id,
    pub access: Share,
    /// From then on it is shared with them no more.
    pub expires_at: Option<Instant>,
}

impl Member {
    /// What both let together.
    pub fn with(self, other: Self) -> Self {
        let access = if self.access == Share::Write {
            self.access
        } else {
            other.access
        };
        // Without an end it lasts longest.
        let expires_at = self.expires_at.zip(other.expires_at).map(|(one, two)| one.max(two));
        Self {
            access,
            expires_at,
            ..self
        }
    }

    pub fn holds(&self, now: Instant) -> bool {
        self.expires_at.is_none_or(|end| end > now)
    }
}

/// Whether records of the kind can be shared: those that somebody owns, and that are no work of the server's.
pub fn shareable(kind: &Kind) -> bool {
    kind.ownership == Ownership::Owned && !kind.is_work()
}
