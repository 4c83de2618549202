//! The columns of an export: which fields, under which headings, in which order.

use super::super::import::field::targets;
use crate::policy::Fields;
use crate::record::IMPORT;
use crate::value::Type;
use crate::{Field, Kind, Locale, custom};

/// One column of a table of records.
#[derive(Debug, Clone)]
pub struct Column {
    pub field: &'static Field,
    pub heading: String,
}

/// The columns of these fields; where none are named, all that somebody sees: the name, then what our import takes,
/// then the rest.
/// A heading is the label in the reader's language, by which our import finds the field again; where two fields have the
/// same, the later is called by its name.
pub fn columns(kind: &'static Kind, seen: &Fields, named: Option<&[&str]>, locale: Locale) -> Vec<Column> {
    let tells = |field: &&Field| field.name != custom::ALL && field.ty != Type::Json && seen.sees(field.name);
    let fields: Vec<&'static Field> = match named {
        Some(names) => names.iter().filter_map(|name| kind.field(name)).filter(tells).collect(),
        None => {
            let mut all: Vec<&'static Field> = kind.fields.iter().filter(tells).collect();
            let kept = |f: &Field| matches!(f.name, "id" | "version" | "created_at" | "updated_at" | "created_by");
            let beside = |f: &Field| matches!(f.name, "owner_id" | "external_id");
            all.sort_by_key(|f| (f.name != kind.title, kept(f), !f.can(IMPORT), beside(f)));
            all
        }
    };
    let mut columns: Vec<Column> = Vec::with_capacity(fields.len());
    for field in fields {
        let label = field.label.get(locale);
        // What our import takes under this label is another field.
        let others = targets(kind).any(|(name, l)| name != field.name && [l.zh, l.en].contains(&label));
        let taken = columns.iter().any(|column| column.heading == label);
        let heading = if taken || (others && !field.can(IMPORT)) {
            field.name
        } else {
            label
        };
        columns.push(Column {
            field,
            heading: heading.to_owned(),
        });
    }
    columns
}
