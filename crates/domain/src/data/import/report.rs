//! What an import did, or would do: counts, and the causes of what went wrong, gathered in bounded memory.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::problem::Problem;

/// Row numbers shown for each cause.
const FIRST_ROWS: usize = 5;
/// Different values told apart for each column and code; the rest are counted together.
const VALUES_PER_CODE: usize = 100;
/// New stages and picklist values told one by one.
const NEW_VALUES: usize = 1_000;

/// What became of a row that could be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Outcome {
    Created,
    Updated,
    /// The record is already as the row says.
    Unchanged,
    /// Left out on purpose, such as a row whose key may only be created.
    Skipped,
}

/// The result of an import or its dry run. `rows` is the sum of the five counts after it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Report {
    pub dry_run: bool,
    pub rows: u64,
    pub created: u64,
    pub updated: u64,
    pub unchanged: u64,
    pub skipped: u64,
    pub failed: u64,
    /// Why rows failed, the most frequent first. A row may have several causes.
    pub causes: Vec<Cause>,
    /// What did not keep a row out and yet is worth knowing.
    pub warnings: Vec<Cause>,
    /// Stages and picklist values that the file brought along.
    pub created_values: Vec<NewValue>,
    /// How many more there were than `created_values` holds.
    pub more_created_values: u64,
}

impl Report {
    pub fn taken(&self) -> u64 {
        self.created + self.updated + self.unchanged + self.skipped
    }
}

/// One reason, and how many rows it touched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Cause {
    #[serde(flatten)]
    pub problem: Problem,
    /// Header of the column, where the problem is in one.
    pub column: Option<String>,
    /// Rows touched; 0 for what concerns the whole file.
    pub rows: u64,
    /// Line numbers of the first of them.
    pub first_rows: Vec<u64>,
    /// A known name that was perhaps meant.
    pub suggestion: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewValue {
    pub field: String,
    pub value: String,
    pub rows: u64,
}

/// Gathers a report row by row.
#[derive(Debug, Default)]
pub struct Tally {
    report: Report,
    causes: Causes,
    warnings: Causes,
    new_values: HashMap<(String, String), usize>,
}

impl Tally {
    pub fn new(dry_run: bool) -> Self {
        Self {
            report: Report {
                dry_run,
                ..Report::default()
            },
            ..Self::default()
        }
    }

    /// A row that was taken.
    pub fn row(&mut self, outcome: Outcome) {
        self.report.rows += 1;
        *match outcome {
            Outcome::Created => &mut self.report.created,
            Outcome::Updated => &mut self.report.updated,
            Outcome::Unchanged => &mut self.report.unchanged,
            Outcome::Skipped => &mut self.report.skipped,
        } += 1;
    }

    /// A row that was not taken, with all that is wrong in it: pairs of the column's header and the problem.
    /// `suggest` is asked once for each cause.
    pub fn failed_row<'a>(
        &mut self,
        line: u64,
        problems: impl IntoIterator<Item = (Option<&'a str>, Problem)>,
        suggest: impl Fn(&Problem) -> Option<String>,
    ) {
        self.report.rows += 1;
        self.report.failed += 1;
        for (column, problem) in problems {
            self.causes.add(Some(line), column, problem, &suggest);
        }
    }

    /// A remark on a row (`line`) or on the whole file (none).
    pub fn warn(&mut self, line: Option<u64>, column: Option<&str>, problem: Problem) {
        self.warnings.add(line, column, problem, |_| None);
    }

    /// A stage or picklist value that did not exist before the file.
    pub fn created_value(&mut self, field: &str, value: &str) {
        let key = (field.to_owned(), value.to_owned());
        if let Some(&at) = self.new_values.get(&key) {
            self.report.created_values[at].rows += 1;
        } else if self.report.created_values.len() < NEW_VALUES {
            self.new_values.insert(key, self.report.created_values.len());
            self.report.created_values.push(NewValue {
                field: field.to_owned(),
                value: value.to_owned(),
                rows: 1,
            });
        } else {
            self.report.more_created_values += 1;
        }
    }

    /// The counts so far, for progress.
    pub fn so_far(&self) -> &Report {
        &self.report
    }

    pub fn finish(self) -> Report {
        Report {
            causes: self.causes.finish(),
            warnings: self.warnings.finish(),
            ..self.report
        }
    }
}

/// Causes by column and problem. Distinct values are bounded for each column and code.
#[derive(Debug, Default)]
struct Causes {
    known: HashMap<(Option<String>, Problem), usize>,
    values: HashMap<(Option<String>, String), usize>,
    /// With the line last counted: several cells of one row may have the same cause, and the row counts once.
    list: Vec<(Cause, Option<u64>)>,
}

impl Causes {
    fn add(
        &mut self,
        line: Option<u64>,
        column: Option<&str>,
        problem: Problem,
        suggest: impl Fn(&Problem) -> Option<String>,
    ) {
        let mut key = (column.map(str::to_owned), problem);
        if !self.known.contains_key(&key) {
            let values = self.values.entry((key.0.clone(), key.1.code.clone())).or_default();
            if *values < VALUES_PER_CODE {
                *values += 1;
            } else {
                key.1 = key.1.with_any_value();
            }
        }
        let at = *self.known.entry(key).or_insert_with_key(|(column, problem)| {
            let cause = Cause {
                suggestion: suggest(problem),
                problem: problem.clone(),
                column: column.clone(),
                rows: 0,
                first_rows: Vec::new(),
            };
            self.list.push((cause, None));
            self.list.len() - 1
        });
        let (cause, last) = &mut self.list[at];
        if let Some(line) = line.filter(|line| *last != Some(*line)) {
            *last = Some(line);
            cause.rows += 1;
            if cause.first_rows.len() < FIRST_ROWS {
                cause.first_rows.push(line);
            }
        }
    }

    fn finish(self) -> Vec<Cause> {
        let mut causes: Vec<Cause> = self.list.into_iter().map(|(cause, _)| cause).collect();
        causes.sort_by(|a, b| b.rows.cmp(&a.rows).then_with(|| a.first_rows.cmp(&b.first_rows)));
        causes
    }
}

#[cfg(test)]
mod tests {
    use super::super::closest;
    use super::*;

    #[test]
    fn causes_are_counted_with_first_rows_and_a_suggestion() {
        let mut tally = Tally::new(true);
        for line in 2..1_482 {
            tally.failed_row(
                line,
                [(Some("product"), Problem::not_found("product", "GTXPro"))],
                |p| closest(&p.params["value"], ["GTX Basic", "GTX Pro"]).map(str::to_owned),
            );
        }
        tally.failed_row(
            9_000,
            [
                (Some("close_date"), Problem::value("not_a_date", "soon")),
                (None, Problem::required("name")),
            ],
            |_| None,
        );
        tally.row(Outcome::Created);
        tally.row(Outcome::Unchanged);
        let report = tally.finish();
        assert_eq!(
            (
                report.rows,
                report.failed,
                report.created,
                report.unchanged,
                report.taken()
            ),
            (1_483, 1_481, 1, 1, 2)
        );
        assert_eq!(report.causes.len(), 3);
        let first = &report.causes[0];
        assert_eq!(
            (first.rows, first.first_rows.as_slice(), first.suggestion.as_deref()),
            (1_480, [2, 3, 4, 5, 6].as_slice(), Some("GTX Pro"))
        );
    }

    #[test]
    fn a_row_counts_once_for_a_cause_however_many_cells_have_it() {
        let mut tally = Tally::new(false);
        for line in 1..20 {
            tally.failed_row(
                line,
                [
                    (None, Problem::new("nul_character")),
                    (None, Problem::new("nul_character")),
                ],
                |_| None,
            );
        }
        let report = tally.finish();
        assert_eq!(
            (
                report.causes.len(),
                report.causes[0].rows,
                report.causes[0].first_rows.len()
            ),
            (1, 19, 5)
        );
    }

    #[test]
    fn memory_stays_bounded_whatever_the_file_says() {
        let mut tally = Tally::new(false);
        for line in 0..10_000u64 {
            tally.failed_row(
                line,
                [(Some("a"), Problem::value("not_a_number", &format!("x{line}")))],
                |_| None,
            );
            tally.warn(
                Some(line),
                Some("b"),
                Problem::value("several_values", &format!("{line}")),
            );
            tally.created_value("industry", &format!("{line}"));
        }
        let report = tally.finish();
        assert_eq!(report.causes.len(), VALUES_PER_CODE + 1);
        assert_eq!(report.causes[0].problem.params["value"], "…");
        assert_eq!(report.causes.iter().map(|c| c.rows).sum::<u64>(), 10_000);
        assert_eq!(report.warnings.len(), VALUES_PER_CODE + 1);
        assert_eq!(
            (
                report.created_values.len() as u64 + report.more_created_values,
                report.created_values[0].rows
            ),
            (10_000, 1)
        );
    }

    #[test]
    fn a_report_survives_the_wire() {
        let mut tally = Tally::new(false);
        tally.failed_row(3, [(Some("年"), Problem::value("not_whole", "2.5"))], |_| None);
        tally.warn(
            None,
            Some("备注"),
            Problem::new("column_unmapped").with("column", "备注"),
        );
        tally.created_value("stage_id", "Engaging");
        let report = tally.finish();
        let json = serde_json::to_value(&report).expect("plain data");
        assert_eq!(json["causes"][0]["code"], "not_whole");
        assert_eq!(serde_json::from_value::<Report>(json).expect("its own form"), report);
    }
}
