//! Workspaces: the walls between firms. Every row belongs to one.

use crate::{Currency, Id, Locale};

/// A firm's own space.
#[derive(Debug, Clone, PartialEq)]
pub struct Workspace {
    pub id: Id,
    pub name: String,
    /// Sums, sorts and filters over money work in this currency.
    pub currency: Currency,
    pub locale: Locale,
    /// IANA name, such as `Asia/Shanghai`.
    pub time_zone: String,
}
