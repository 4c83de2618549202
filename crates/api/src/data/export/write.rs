//! A list on its way into a file: all its rows as they are at one moment, page by page.

use super::asked::{Asked, Wanted};
use super::csv::CsvFile;
use super::table::Table;
use super::xlsx::XlsxFile;
use super::{jsonl, vcard};
use crate::caller::Caller;
use domain::export::ExportFormat;
use domain::policy::Scope;
use domain::query::{Count, Cursor, List};
use domain::value::Val;
use domain::{Error, Issue};
use persistence::{Tx, engine};
use std::fs::File;
use std::io::{BufWriter, Write};

/// What is asked for, as one person may have it.
pub struct Listed<'a> {
    pub caller: &'a Caller,
    pub asked: &'a Asked,
    pub wanted: &'a Wanted,
    pub scope: &'a Scope,
}

/// What came of the rows.
#[derive(Clone, Copy, Default)]
pub struct Written {
    pub rows: i64,
    pub replaced: i64,
    pub doubtful: i64,
}

fn io(error: std::io::Error) -> persistence::Error {
    persistence::Error::internal(error)
}

/// The pages of a list, one after the other. `told` hears after each of the rows so far, and of all there are.
struct Pages<F> {
    list: List,
    rows: i64,
    total: i64,
    told: F,
}

impl<S: From<persistence::Error>, F: FnMut(i64, i64) -> Result<(), S>> Pages<F> {
    /// Turns to the next page, if there is one.
    fn turn(&mut self, rows: usize, next: Option<String>) -> Result<bool, S> {
        self.rows += i64::try_from(rows).unwrap_or_default();
        (self.told)(self.rows, self.total)?;
        let Some(next) = next else { return Ok(false) };
        let (_, storage) = self.list.sort.field.sort_column();
        self.list.after = Cursor::decode(&next, self.list.fingerprint, storage);
        match self.list.after {
            Some(_) => Ok(true),
            None => Err(persistence::Error::internal("a page has no next").into()),
        }
    }
}

impl Listed<'_> {
    /// Writes all rows; fewer than the list has are an error.
    pub fn write<S: From<persistence::Error>>(
        &self,
        tx: &mut Tx,
        out: File,
        told: impl FnMut(i64, i64) -> Result<(), S>,
    ) -> Result<Written, S> {
        let list = self.wanted.list.clone();
        let total = engine::count(tx, self.scope, self.wanted.kind, &list, Count::Exact)?;
        self.asked.must_hold(total).map_err(persistence::Error::from)?;
        let rows = 0;
        let mut pages = Pages {
            list,
            rows,
            total,
            told,
        };
        let written = self.pages(tx, out, &mut pages)?;
        if pages.rows != total {
            return Err(persistence::Error::from(Error::Conflict(Issue::new("", "export_short"))).into());
        }
        Ok(Written { rows: total, ..written })
    }

    fn pages<S: From<persistence::Error>>(
        &self,
        tx: &mut Tx,
        out: File,
        pages: &mut Pages<impl FnMut(i64, i64) -> Result<(), S>>,
    ) -> Result<Written, S> {
        let mut out = BufWriter::with_capacity(1 << 20, out);
        match self.asked.format {
            ExportFormat::Jsonl => {
                loop {
                    let (rows, next) = jsonl::page(tx, self.caller, self.scope, self.wanted, &pages.list, &mut out)?;
                    if !pages.turn(rows, next)? {
                        break;
                    }
                }
                out.flush().map_err(io)?;
                Ok(Written::default())
            }
            ExportFormat::Vcard => {
                let version = self.asked.vcard_version.unwrap_or_default();
                loop {
                    let (rows, next) = vcard::page(tx, self.caller, self.scope, version, &pages.list, &mut out)?;
                    if !pages.turn(rows, next)? {
                        break;
                    }
                }
                out.flush().map_err(io)?;
                Ok(Written::default())
            }
            ExportFormat::Xlsx => {
                let mut table = Table::new(self.caller, self.wanted);
                let name = self.wanted.kind.label.get(self.caller.locale);
                let mut book = XlsxFile::new(name, &table)?;
                let seen = self.caller.fields(self.wanted.kind);
                self.table(tx, &mut table, pages, |table, rows| book.rows(table, &seen, rows))?;
                let mut out = out.into_inner().map_err(|error| io(error.into_error()))?;
                book.finish(&mut out)?;
                Ok(Written::default())
            }
            ExportFormat::Csv => {
                let mut table = Table::new(self.caller, self.wanted);
                let mut file = CsvFile::new(out, self.asked.is_gb18030(), &table)?;
                let seen = self.caller.fields(self.wanted.kind);
                self.table(tx, &mut table, pages, |table, rows| file.rows(table, &seen, rows))?;
                let file = file.finish()?;
                Ok(Written {
                    rows: 0,
                    replaced: file.replaced,
                    doubtful: file.doubtful,
                })
            }
        }
    }

    fn table<S: From<persistence::Error>>(
        &self,
        tx: &mut Tx,
        table: &mut Table,
        pages: &mut Pages<impl FnMut(i64, i64) -> Result<(), S>>,
        mut write: impl FnMut(&Table, &[Vec<Val>]) -> persistence::Result<()>,
    ) -> Result<(), S> {
        let kind = self.wanted.kind;
        let seen = self.caller.fields(kind);
        let way = engine::any::way_to(tx, self.scope, kind)?;
        loop {
            let page = engine::any::list_columns(tx, self.scope, kind, &pages.list, &table.read, way)?;
            table.learn(tx, self.caller, &seen, &page.rows)?;
            write(table, &page.rows)?;
            if !pages.turn(page.rows.len(), page.next)? {
                return Ok(());
            }
        }
    }
}
