//! What an export is asked for: the words of a list, and a form of file.

use crate::caller::Caller;
use crate::describe::{named, text};
use crate::typed;
use crate::view;
use domain::contact::Contact;
use domain::export::vcard::Version;
use domain::export::{Column, ExportFormat, columns, exportable};
use domain::query::{self, List};
use domain::value::Choice;
use domain::{Error, Issue, Kind, Locale, Record};
use persistence::Tx;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};
use validator::Validate;

/// Rows of one page: read by one statement.
const PAGE: u32 = 2_000;
/// What a sheet holds beside its headings.
const MOST_ROWS: i64 = 1_048_575;

/// Of CSV: `utf-8` with a byte order mark where nothing is said. Programs differ on how they read 36 rare characters of
/// GB18030; a file with such characters says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[schema(as = ExportEncoding)]
pub enum Encoding {
    #[serde(rename = "utf-8")]
    Utf8,
    #[serde(rename = "gb18030")]
    Gb18030,
}

fn filter() -> RefOr<Schema> {
    named("Filter")
}

/// A choice of the domain by its keys: what is derived would name the variants.
fn keys(all: &'static [Choice], about: &str) -> RefOr<Schema> {
    text()
        .enum_values(Some(all.iter().map(|choice| choice.key)))
        .description(Some(about))
        .build()
        .into()
}

fn format() -> RefOr<Schema> {
    keys(ExportFormat::CHOICES, "What kind of file it is.")
}

pub fn version() -> RefOr<Schema> {
    keys(
        Version::CHOICES,
        "Of vCards: 3.0 where nothing is said, which all address books read.",
    )
}

fn encoding() -> RefOr<Schema> {
    <Encoding as utoipa::PartialSchema>::schema()
}

/// A list that is to become a file.
#[derive(Debug, Clone, Deserialize, Serialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ExportBegin)]
pub struct Asked {
    /// The kind of records, such as `customer`; its plural will do.
    #[serde(deserialize_with = "typed::word")]
    #[validate(length(min = 1, max = 60))]
    pub kind: String,
    #[schema(schema_with = format)]
    pub format: ExportFormat,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "typed::not_null"
    )]
    #[schema(schema_with = encoding, required = false)]
    pub encoding: Option<Encoding>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "typed::not_null"
    )]
    #[schema(schema_with = filter, required = false)]
    pub filter: Option<Json>,
    /// The id of a view, or the key of one that comes with the product.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "typed::words")]
    #[validate(length(min = 1, max = 60))]
    #[schema(required = false)]
    pub view: Option<String>,
    /// Words to search for.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "typed::words")]
    #[validate(length(max = 200))]
    #[schema(required = false)]
    pub q: Option<String>,
    /// A field, with - before it for descending.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "typed::words")]
    #[validate(length(min = 1, max = 100))]
    #[schema(required = false)]
    pub sort: Option<String>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "typed::not_null"
    )]
    #[schema(schema_with = version, required = false)]
    pub vcard_version: Option<Version>,
    /// Fields in the order of the columns. Without them those of the view, or all.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "typed::not_null"
    )]
    #[validate(length(min = 1, max = 500))]
    #[schema(required = false, nullable = false)]
    pub columns: Option<Vec<String>>,
}

/// What is to be exported, as it is understood with the rights of somebody.
pub struct Wanted {
    pub kind: &'static Kind,
    pub list: List,
    /// The fields that were asked for; none means all.
    pub fields: Option<Vec<&'static str>>,
    pub view: Option<String>,
}

impl Asked {
    pub fn is_gb18030(&self) -> bool {
        self.encoding == Some(Encoding::Gb18030)
    }

    pub fn kind(&self, caller: &Caller) -> Result<&'static Kind, Error> {
        let found = exportable(caller.kinds()).find(|kind| kind.name == self.kind || kind.plural == self.kind);
        found.ok_or_else(|| Issue::at("kind", "unknown_export_kind").with("kind", &self.kind).into())
    }

    /// Reads it against what somebody may see by now.
    pub fn wanted(&self, tx: &mut Tx, caller: &Caller) -> persistence::Result<Wanted> {
        let kind = caller.kinds().like(self.kind(caller)?);
        if self.encoding.is_some() && self.format != ExportFormat::Csv {
            return Err(Error::from(Issue::at("encoding", "export_encoding")).into());
        }
        if self.format == ExportFormat::Vcard {
            if kind.name != Contact::KIND.name {
                return Err(Error::from(Issue::at("format", "export_vcard_kind")).into());
            }
            if self.columns.is_some() {
                return Err(Error::from(Issue::at("columns", "export_vcard_columns")).into());
            }
        } else if self.vcard_version.is_some() {
            return Err(Error::from(Issue::at("vcard_version", "export_vcard_version")).into());
        }
        let saved = match &self.view {
            Some(name) => Some(view::find(tx, caller, kind, name)?),
            None => None,
        };
        let mut body = Map::new();
        let mut put = |name: &str, said: Option<Json>| said.map(|said| body.insert(name.to_owned(), said));
        put("filter", self.filter.clone());
        put("q", self.q.as_ref().map(|q| json!(q)));
        put("sort", self.sort.as_ref().map(|sort| json!(sort)));
        let mut list = caller.view_context(kind, saved.as_ref(), |context| query::from_json(body, context))?;
        list.limit = PAGE;
        let seen = caller.fields(kind);
        let fields = match (&self.columns, &saved) {
            (Some(names), _) => {
                let named = names.iter().enumerate();
                let shown = named.map(|(i, name)| query::shown(&seen, name, &format!("/columns/{i}")));
                Some(shown.collect::<Result<Vec<_>, _>>()?)
            }
            // What of a view is gone or closed is left out, as it is in lists.
            (None, Some(view)) if !view.columns.is_empty() => {
                let shown = view
                    .columns
                    .iter()
                    .filter_map(|name| query::shown(&seen, name, "").ok());
                Some(shown.collect())
            }
            _ => None,
        };
        Ok(Wanted {
            kind,
            list,
            fields,
            view: saved.map(|saved| saved.title),
        })
    }

    /// Refuses more rows than fit into a sheet.
    pub fn must_hold(&self, rows: i64) -> Result<(), Error> {
        match self.format == ExportFormat::Xlsx && rows > MOST_ROWS {
            true => {
                let issue = Issue::at("format", "export_too_many_rows");
                Err(issue.with("max", MOST_ROWS).with("rows", rows).into())
            }
            false => Ok(()),
        }
    }
}

impl Wanted {
    pub fn columns(&self, caller: &Caller, locale: Locale) -> Vec<Column> {
        columns(self.kind, &caller.fields(self.kind), self.fields.as_deref(), locale)
    }
}
