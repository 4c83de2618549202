//! What the records of a list can stand under headings by, each heading with how many there are.

use super::parse::{self, Context};
use crate::error::{Error, Issue};
use crate::record::{FILTER, Field, Record};
use crate::user::User;
use crate::value::Type;

/// What makes a heading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grouping {
    /// A value of the field.
    Value,
    /// The month in which its day lies.
    Month,
}

/// What makes headings of a field; none where there could be as many of them as records.
pub fn grouping(field: &Field) -> Option<Grouping> {
    match field.ty {
        _ if !field.can(FILTER) => None,
        Type::Choice(_) | Type::Bool => Some(Grouping::Value),
        Type::Text if field.picklist.is_some() => Some(Grouping::Value),
        Type::Id if field.refers == Some(User::KIND.name) => Some(Grouping::Value),
        Type::Day => Some(Grouping::Month),
        _ => None,
    }
}

/// A field that somebody asks to group by, at this place of the request.
pub fn grouped(name: &str, place: &str, context: &Context) -> Result<&'static Field, Error> {
    let field = parse::read_by(name, place, 0, context)?;
    match grouping(field) {
        Some(_) => Ok(field),
        None => Err(Error::BadQuery(Issue::new(place, "not_groupable").with("field", name))),
    }
}
