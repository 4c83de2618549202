//! What can go wrong in the store, apart from what the domain refuses.

use diesel::result::{DatabaseErrorKind, Error as Diesel};
use domain::Issue;

pub type Result<T> = std::result::Result<T, Error>;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Refused by the rules, or not there.
    #[error(transparent)]
    Domain(#[from] domain::Error),
    /// The database cannot be reached, or is too busy: worth another try.
    #[error("the database is away: {0}")]
    Unavailable(String),
    /// Two transactions got in each other's way; the store tries again by itself first.
    #[error("the transaction has to be repeated: {0}")]
    Retry(String),
    #[error("the disk is full: {0}")]
    Full(String),
    #[error("the query was ended because it took too long")]
    TooSlow,
    #[error("{0}")]
    Internal(String),
}

impl Error {
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        Self::Internal(cause.to_string())
    }
}

impl From<domain::value::Corrupt> for Error {
    fn from(corrupt: domain::value::Corrupt) -> Self {
        Self::Internal(format!("a stored row cannot be read: {}", corrupt.0))
    }
}

impl Error {
    /// What is wrong with a part of the body, as it stands in the whole.
    pub fn within(self, place: &str) -> Self {
        match self {
            Self::Domain(error) => Self::Domain(error.within(place)),
            other => other,
        }
    }
}

impl From<Issue> for Error {
    fn from(issue: Issue) -> Self {
        Self::Domain(issue.into())
    }
}

impl From<Diesel> for Error {
    fn from(error: Diesel) -> Self {
        let Diesel::DatabaseError(kind, info) = &error else {
            return Self::Internal(error.to_string());
        };
        let message = info.message();
        match kind {
            DatabaseErrorKind::UniqueViolation => {
                let (kind, field) = unique_field(info.constraint_name(), message);
                let issue = Issue::at(field, "duplicate").with("field", field);
                Self::Domain(domain::Error::Conflict(match kind {
                    Some(kind) => issue.with("kind", kind.name),
                    None => issue,
                }))
            }
            DatabaseErrorKind::ForeignKeyViolation => {
                Self::Domain(domain::Error::Conflict(Issue::new("", "reference_not_found")))
            }
            DatabaseErrorKind::SerializationFailure => Self::Retry(message.to_owned()),
            DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand => {
                Self::Unavailable(message.to_owned())
            }
            _ if message.contains("deadlock detected") => Self::Retry(message.to_owned()),
            _ if message.contains("statement timeout") || message == "interrupted" => Self::TooSlow,
            _ if message.contains("disk is full") || message.contains("No space left") => {
                Self::Full(message.to_owned())
            }
            _ if [
                "terminating connection",
                "server closed the connection",
                "connection not open",
                "no connection to the server",
                "could not connect",
                "connection to server",
                "the database system is",
                "database is locked",
                "recovery mode",
                "Connection refused",
                "could not receive data",
                "could not send data",
                "SSL connection",
            ]
            .iter()
            .any(|m| message.contains(m)) =>
            {
                Self::Unavailable(message.to_owned())
            }
            _ => Self::Internal(message.to_owned()),
        }
    }
}

/// The field that must be unique. Indexes are named `<table>_<field>_unique`; SQLite names the columns instead.
fn unique_field<'a>(constraint: Option<&'a str>, message: &'a str) -> (Option<&'static domain::Kind>, &'a str) {
    let of = |table: &str| domain::KINDS.iter().copied().find(|k| k.plural == table);
    let Some(constraint) = constraint else {
        let column = message.rsplit(' ').next().unwrap_or_default().trim();
        let (table, field) = column.split_once('.').unwrap_or(("", "id"));
        return (of(table), field);
    };
    let Some(name) = constraint.strip_suffix("_unique") else {
        return (None, "id");
    };
    let found = domain::KINDS
        .iter()
        .find_map(|k| Some((Some(*k), name.strip_prefix(k.plural)?.strip_prefix('_')?)));
    found.unwrap_or((None, name))
}
