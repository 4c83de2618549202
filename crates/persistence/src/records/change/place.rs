//! Where a reader of the change log has got to, in such a way that another life of the database is told from this one.

use crate::change::Head;
use crate::error::{Error, Result};
use crate::seal;
use crate::sql::Sql;
use crate::tx::Tx;
use domain::Issue;
use domain::policy::Scope;
use std::fmt::{Display, Formatter};
use std::str::FromStr;

/// As much of a link as tells one log from another.
const TOLD: usize = 8;

/// A position, and the beginning of the link there, where it is known. A backup that was restored has other changes at the
/// same positions after a while, and so other links.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    pub position: i64,
    link: Option<String>,
}

impl Display for Place {
    fn fmt(&self, f: &mut Formatter) -> std::fmt::Result {
        match &self.link {
            Some(link) => write!(f, "{}-{link}", self.position),
            None => write!(f, "{}", self.position),
        }
    }
}

impl FromStr for Place {
    type Err = ();

    fn from_str(text: &str) -> std::result::Result<Self, ()> {
        let (position, link) = match text.split_once('-') {
            Some((position, link)) => (position, Some(link)),
            None => (text, None),
        };
        let is_link = |link: &str| link.len() == TOLD && link.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if !position.bytes().all(|b| b.is_ascii_digit()) || !link.is_none_or(is_link) {
            return Err(());
        }
        Ok(Self {
            position: position.parse().map_err(drop)?,
            link: link.map(str::to_owned),
        })
    }
}

impl From<Head> for Place {
    fn from(Head { position, chain }: Head) -> Self {
        let link = chain.get(..TOLD).map(str::to_owned);
        Self { position, link }
    }
}

/// Where the log of a workspace ends.
pub fn end(tx: &mut Tx, scope: &Scope) -> Result<Place> {
    Ok(seal::head(tx, scope.workspace())?.into())
}

/// A place of the log by its position.
pub fn place(tx: &mut Tx, scope: &Scope, position: i64) -> Result<Place> {
    let sql = Sql::new("SELECT chain FROM change_log WHERE workspace_id = ")
        .value(scope.workspace())
        .text(" AND position = ")
        .value(position);
    let chain = tx.value::<String>(&sql)?.unwrap_or_default();
    Ok(Head { position, chain }.into())
}

/// Refuses a place that this log does not have: who went on from it would miss changes without a word.
pub fn must_be_there(tx: &mut Tx, scope: &Scope, from: &Place) -> Result<()> {
    let there = match &from.link {
        Some(link) => place(tx, scope, from.position)?.link.as_ref() == Some(link),
        None => from.position <= end(tx, scope)?.position,
    };
    match there {
        true => Ok(()),
        false => Err(Error::Domain(domain::Error::Gone(Issue::new(
            "after",
            "position_unknown",
        )))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_is_written() {
        for text in ["0", "17", "17-0123abcd"] {
            assert_eq!(
                text.parse::<Place>().map(|place| place.to_string()),
                Ok(text.to_owned())
            );
        }
        for text in [
            "",
            "-1",
            "x",
            "1.5",
            "17-",
            "17-012",
            "17-0123ABCD",
            "+1",
            "99999999999999999999",
        ] {
            assert_eq!(text.parse::<Place>(), Err(()), "{text}");
        }
    }
}
