//! What can be wrong with a request, as data: codes and parameters, said in a language only at the edge.

use crate::Id;

/// One thing wrong with one place of the input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// JSON pointer into the body (`/email`, empty for all of it), or the name of a parameter (`limit`).
    pub pointer: String,
    /// Stable, snake_case; `messages::text` knows it in both languages.
    pub code: &'static str,
    pub params: Vec<(&'static str, String)>,
}

impl Issue {
    pub fn new(pointer: impl Into<String>, code: &'static str) -> Self {
        Self {
            pointer: pointer.into(),
            code,
            params: Vec::new(),
        }
    }

    /// An issue with a field of the body, by the field's name.
    pub fn at(field: &str, code: &'static str) -> Self {
        Self::new(pointer(field), code)
    }

    /// The same of a part of the body, as it stands in the whole.
    pub fn within(self, place: &str) -> Self {
        Self {
            pointer: format!("{place}{}", self.pointer),
            ..self
        }
    }

    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.params.push((name, value.to_string()));
        self
    }
}

/// The JSON pointer of a field of a body, by its name (RFC 6901). A custom field stands among the others of its sort.
pub fn pointer(name: &str) -> String {
    if let Some(key) = crate::custom::key(name) {
        return format!("/{}{}", crate::custom::ALL, pointer(key));
    }
    match name.contains(['~', '/']) {
        true => format!("/{}", name.replace('~', "~0").replace('/', "~1")),
        false => format!("/{name}"),
    }
}

/// The JSON pointer of a member within members, by their names.
pub fn place<const N: usize>(names: [&str; N]) -> String {
    names.map(pointer).concat()
}

/// Everything wrong with a body, gathered before it is refused.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Issues(Vec<Issue>);

impl Issues {
    pub fn add(&mut self, issue: Issue) {
        self.0.push(issue);
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// `value`, if nothing was found wrong.
    pub fn or<T>(self, value: T) -> Result<T, Error> {
        if self.0.is_empty() {
            Ok(value)
        } else {
            Err(Error::Invalid(self.0))
        }
    }
}

/// Why a use case was refused. Becomes HTTP in one place of the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// 400: the request cannot be understood (filter, sort, cursor, parameter).
    BadQuery(Issue),
    /// 401: no credential, or one that does not hold (any more).
    Unauthenticated(&'static str),
    /// 403: the caller may know of it, and may not do this.
    Forbidden { action: &'static str, kind: &'static str },
    /// 403: the user might, but not by this API key.
    NotForKey(Issue),
    /// 404: absent, or not visible to the caller.
    NotFound { kind: &'static str, id: Option<Id> },
    /// 409: the state of things does not allow it, or something like it exists already.
    Conflict(Issue),
    /// 409: and what stands in the way, told beside.
    Clash(Issue, Box<serde_json::Value>),
    /// 410: what was asked to be gone on from is not there any more.
    Gone(Issue),
    /// 412: the record has moved on.
    Stale { current: i64 },
    /// 412: the record is there although it shall not be, or the other way round.
    Unmet { code: &'static str, current: Option<i64> },
    /// 422: the body is understood and wrong.
    Invalid(Vec<Issue>),
}

impl Error {
    pub fn invalid(issue: Issue) -> Self {
        Self::Invalid(vec![issue])
    }

    /// What is wrong with a part of the body, as it stands in the whole.
    pub fn within(self, place: &str) -> Self {
        match self {
            Self::Invalid(issues) => Self::Invalid(issues.into_iter().map(|issue| issue.within(place)).collect()),
            Self::Conflict(issue) => Self::Conflict(issue.within(place)),
            Self::Clash(issue, with) => Self::Clash(issue.within(place), with),
            other => other,
        }
    }
}

impl From<Issue> for Error {
    fn from(issue: Issue) -> Self {
        Self::Invalid(vec![issue])
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_pointer_whatever_its_names() {
        assert_eq!(place(["grants", "a/b", "c~d"]), "/grants/a~1b/c~0d");
        assert_eq!(
            Issue::at("name", "required").within("/operations/3/body").pointer,
            "/operations/3/body/name"
        );
    }
}
