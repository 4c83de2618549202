//! How a file is read: which column fills which field, how its values are written. Made by looking at the whole file
//! once, before anything is taken from it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Read};

use domain::import::field::{Context, Scan, Style, is_unfit, label, value};
use domain::import::number::Measure;
use domain::import::problem::code;
use domain::import::{Guess, Problem, cell, distinct_headers, guess_for, targets};
use domain::opportunity::{Opportunity, OpportunityStatus};
use domain::record::stem;
use domain::value::Type;
use domain::working_time::WorkingHours;
use domain::zone::Zone;
use domain::{Field, Kind, Locale, Record};

use super::reader::{Options, ReadError, Reader};

/// Rows shown to people, and how much of their cells.
const SAMPLES: usize = 5;
const SAMPLE_LENGTH: usize = 100;
/// Rows between two looks at the clock.
const TICK: u64 = 2_000;

/// A file that can be read more than once.
pub trait Table: Send {
    fn open(&self) -> io::Result<Box<dyn Read + Send>>;
    fn size(&self) -> u64;
    /// How it is to be read, where the table itself knows.
    fn options(&self, said: Options) -> Options {
        said
    }
}

/// Which column fills which field: field → header.
#[derive(Debug, Clone, Default)]
pub enum Mapping {
    #[default]
    Guess,
    /// The guess, but for what is named.
    Adjust(BTreeMap<String, String>),
    /// This and nothing else.
    Exactly(BTreeMap<String, String>),
}

/// What else a value stands for: column (header or field) → value in the file → value meant.
pub type Values = BTreeMap<String, BTreeMap<String, String>>;

#[derive(Debug, Clone)]
pub struct Settings {
    pub kind: &'static Kind,
    pub mapping: Mapping,
    pub values: Values,
    pub options: Options,
    pub dry_run: bool,
    /// What the importer may not set: no column fills it.
    pub closed: Vec<&'static str>,
}

/// A column that fills something.
#[derive(Debug, Clone)]
pub struct Column {
    pub index: usize,
    pub header: String,
    /// A field of the kind, or one of the extra targets.
    pub target: &'static str,
    pub field: Option<&'static Field>,
    pub style: Style,
    /// Folded value in the file → value meant.
    values: HashMap<String, String>,
}

impl Column {
    /// The cell of this column, put right by the value mapping.
    pub fn cell<'a>(&'a self, cells: &'a csv::StringRecord) -> &'a str {
        let cell = cell::clean(cells.get(self.index).unwrap_or_default());
        if self.values.is_empty() {
            return cell;
        }
        self.values.get(&folded(cell)).map_or(cell, String::as_str)
    }
}

#[derive(Debug, Clone)]
pub struct Plan {
    pub kind: &'static Kind,
    pub options: Options,
    pub encoding: String,
    pub delimiter: String,
    pub headers: Vec<String>,
    pub guesses: Vec<Guess>,
    pub columns: Vec<Column>,
    pub samples: Vec<Vec<String>>,
    /// What deserves a remark about the file as a whole.
    pub remarks: Vec<(Option<String>, Problem)>,
    pub rows: u64,
    /// Names and keys that stand in the file, hashed: what a reference to a parent further down may mean.
    pub named: HashSet<u64>,
    /// The file calls won and lost stages, so that a deal in any other stage is open.
    pub closes_by_stage: bool,
    /// Teams of a file of users, each with the managers it is said to have.
    pub managers: HashMap<String, BTreeSet<String>>,
}

/// Names are the same whatever their case, width and spacing.
pub fn folded(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for word in name.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        let half = |c: char| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            c => c,
        };
        out.extend(word.chars().map(half).flat_map(char::to_lowercase));
    }
    out
}

pub fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// Won or lost, in whichever words a file says it; none for anything else.
pub fn closed_word(text: &str) -> Option<OpportunityStatus> {
    let field = Opportunity::KIND.field("status")?;
    let context = Context {
        currency: domain::Currency::CNY,
        zone: Zone::UTC,
        closing: WorkingHours::usual().closing(),
    };
    let said = value(field, text, &Style::default(), &context, None).ok()??;
    let status = OpportunityStatus::from_key(said.json.as_str()?)?;
    (status != OpportunityStatus::Open).then_some(status)
}

impl Plan {
    /// Looks at the first rows only, to show what a file is.
    pub fn peek(table: &dyn Table, settings: &Settings) -> Result<Self, Problem> {
        let plan = Self::scan(table, settings, SAMPLES as u64, |_, _| true)?;
        plan.ok_or_else(|| Problem::new(code::UNREADABLE))
    }

    /// Looks at the whole file. `tick` hears how many bytes and rows were read; false stops.
    pub fn make(
        table: &dyn Table,
        settings: &Settings,
        tick: impl FnMut(u64, u64) -> bool,
    ) -> Result<Option<Self>, Problem> {
        Self::scan(table, settings, u64::MAX, tick)
    }

    fn scan(
        table: &dyn Table,
        settings: &Settings,
        most: u64,
        mut tick: impl FnMut(u64, u64) -> bool,
    ) -> Result<Option<Self>, Problem> {
        let unreadable = |_| Problem::new(code::UNREADABLE);
        let opened = table.open().map_err(unreadable)?;
        let options = table.options(settings.options);
        let mut reader = Reader::new(opened, options).map_err(|e| e.problem())?;
        let headers = distinct_headers(reader.headers());
        let guesses = guess_for(settings.kind, &settings.closed, reader.headers());
        let mut columns = columns(settings, &headers, &guesses)?;
        // What only sounds like a field may hold something else: `Title` the `Mr.` and `Dr.` that nobody's job is, `Type` no kind of
        // customer. For each such column: how many values there are, and whether none has fitted so far.
        let guessed = |c: &Column| guesses[c.index].field.as_deref() == Some(c.target);
        let said = matches!(settings.mapping, Mapping::Exactly(_));
        let doubted = |c: &Column| guessed(c) && (c.target == "kind" || c.target == "title" && !said);
        let mut unfit: Vec<Option<(u64, bool)>> = columns.iter().map(|c| doubted(c).then_some((0, true))).collect();
        let mut scans = vec![Scan::default(); columns.len()];
        let has = |target: &str| columns.iter().position(|c| c.target == target);
        let (name, external) = (has("name"), has("external_id"));
        let stage = has("stage_id").filter(|_| has("status").is_none());
        let parents = settings
            .kind
            .fields
            .iter()
            .any(|f| f.refers == Some(settings.kind.name) && has(f.name).is_some());
        let teams = has("team_id").zip(has("team_manager"));
        let mut plan = Self {
            kind: settings.kind,
            options,
            encoding: String::new(),
            delimiter: reader.delimiter().to_string(),
            headers,
            guesses,
            columns: Vec::new(),
            samples: Vec::new(),
            remarks: Vec::new(),
            rows: 0,
            named: HashSet::new(),
            closes_by_stage: false,
            managers: HashMap::new(),
        };
        while let Some(row) = reader.next() {
            let row = row.map_err(|e: ReadError| e.problem())?;
            if plan.samples.len() < SAMPLES {
                // No database need keep a NUL.
                let shown = |cell: &str| cell.chars().filter(|c| *c != '\0').take(SAMPLE_LENGTH).collect();
                plan.samples.push(row.cells.iter().map(shown).collect());
            }
            plan.rows += 1;
            if row.problem.is_none() {
                for (column, scan) in columns.iter().zip(&mut scans) {
                    if let Some(field) = column.field {
                        scan.observe(field, column.cell(&row.cells));
                    }
                }
                for (column, unfit) in columns.iter().zip(&mut unfit) {
                    let (Some((count, none_fits @ true)), Some(field)) = (unfit, column.field) else {
                        continue;
                    };
                    let said = column.cell(&row.cells);
                    if !cell::is_nothing(said) {
                        (*count, *none_fits) = (*count + 1, is_unfit(field, said));
                    }
                }
                if parents {
                    for at in [name, external].into_iter().flatten() {
                        plan.named.insert(hash(&folded(columns[at].cell(&row.cells))));
                    }
                }
                if let Some(stage) = stage.filter(|_| !plan.closes_by_stage) {
                    plan.closes_by_stage = closed_word(columns[stage].cell(&row.cells)).is_some();
                }
                if let Some((team, manager)) = teams {
                    let (team, manager) = (columns[team].cell(&row.cells), columns[manager].cell(&row.cells));
                    if !team.is_empty() && !manager.is_empty() {
                        plan.managers.entry(folded(team)).or_default().insert(folded(manager));
                    }
                }
            }
            if plan.rows == most {
                break;
            }
            if plan.rows.is_multiple_of(TICK) && !tick(reader.bytes_read(), plan.rows) {
                return Ok(None);
            }
        }
        let encoding = options.sheet.unwrap_or_else(|| reader.encoding());
        encoding.clone_into(&mut plan.encoding);
        let (mixed, first) = reader.mixed();
        if mixed > 0 {
            let told = Problem::new(code::MIXED_ENCODINGS).with("lines", mixed);
            let told = told.with("line", first).with("encoding", reader.encoding());
            plan.remarks.push((None, told));
        }
        for (column, scan) in columns.iter_mut().zip(&scans) {
            column.style = scan.style();
            let remark = column.style.remark(&column.header);
            plan.remarks.extend(remark.map(|r| (Some(column.header.clone()), r)));
            if column.field.is_some_and(|f| f.ty == Type::Money) {
                column.style.measure = Measure::of_heading(&column.header);
            }
            if let Some(measure) = column.style.measure {
                let told = Problem::new(code::UNIT_OF_COLUMN)
                    .with("column", &column.header)
                    .with("unit", measure.unit);
                let told = told.with("currency", measure.currency.map_or("", domain::Currency::code));
                plan.remarks.push((Some(column.header.clone()), told));
            }
        }
        for (column, unfit) in columns.into_iter().zip(unfit) {
            if !unfit.is_some_and(|(count, none_fits)| none_fits && count > 0) {
                plan.columns.push(column);
                continue;
            }
            let told = match column.target {
                "title" => Problem::new(code::SALUTATIONS),
                target => Problem::new(code::NONE_FITS).with("field", target),
            };
            plan.remarks
                .push((Some(column.header.clone()), told.with("column", &column.header)));
        }
        plan.unmapped();
        let named = settings.kind.import.is_some_and(|import| import.named);
        if named && !plan.fills("external_id") && !plan.fills("name") {
            plan.remarks.push((None, Problem::new(code::NO_KEY)));
        }
        Ok(Some(plan))
    }

    /// A remark on each column that fills nothing.
    fn unmapped(&mut self) {
        for (index, header) in self.headers.iter().enumerate() {
            let unfit = [code::SALUTATIONS, code::NONE_FITS];
            let is_told = |(column, p): &(Option<String>, Problem)| {
                unfit.contains(&p.code.as_str()) && column.as_ref() == Some(header)
            };
            let told = self.remarks.iter().any(is_told);
            if told || self.columns.iter().any(|c| c.index == index) {
                continue;
            }
            let guess = &self.guesses[index];
            let rival = guess.looks_like.as_deref().zip(guess.taken_by);
            let problem = match rival.filter(|(field, _)| self.fills(field)) {
                Some((field, by)) => Problem::new(code::COLUMN_CONTESTED)
                    .with("field", field)
                    .with("taken_by", self.headers.get(by).map_or("", String::as_str)),
                None => Problem::new(code::COLUMN_UNMAPPED),
            };
            self.remarks
                .push((Some(header.clone()), problem.with("column", header)));
        }
    }

    pub fn fills(&self, target: &str) -> bool {
        self.columns.iter().any(|c| c.target == target)
    }

    /// The header of the column that fills a field.
    pub fn header_of(&self, target: &str) -> Option<&str> {
        self.columns
            .iter()
            .find(|c| c.target == target)
            .map(|c| c.header.as_str())
    }

    /// Field → header, as it is applied.
    pub fn mapping(&self) -> BTreeMap<&str, &str> {
        self.columns.iter().map(|c| (c.target, c.header.as_str())).collect()
    }

    /// Which columns hold numbers.
    pub fn numeric(&self) -> Vec<bool> {
        let number = |f: &Field| matches!(f.ty, Type::Int | Type::Money | Type::Decimal);
        (0..self.headers.len())
            .map(|i| self.columns.iter().any(|c| c.index == i && c.field.is_some_and(number)))
            .collect()
    }
}

fn columns(settings: &Settings, headers: &[String], guesses: &[Guess]) -> Result<Vec<Column>, Problem> {
    let kind = settings.kind;
    let position = |wanted: &str| {
        let exact = headers.iter().position(|h| h == wanted);
        exact.or_else(|| headers.iter().position(|h| folded(h) == folded(wanted)))
    };
    let unknown = |column: &str| {
        Problem::new(code::UNKNOWN_COLUMN)
            .with("column", column)
            .with("columns", headers.join(", "))
    };
    let guessed = || guesses.iter().filter_map(|g| Some((g.field.clone()?, g.column)));
    let named = |map: &BTreeMap<String, String>| {
        map.iter()
            .map(|(field, header)| Ok((field.clone(), position(header).ok_or_else(|| unknown(header))?)))
            .collect::<Result<BTreeMap<String, usize>, Problem>>()
    };
    let chosen: BTreeMap<String, usize> = match &settings.mapping {
        Mapping::Guess => guessed().collect(),
        Mapping::Exactly(map) => named(map)?,
        Mapping::Adjust(map) => {
            let named = named(map)?;
            // A column that was named for something else no longer fills what it was guessed for.
            let rest = guessed().filter(|(_, column)| !named.values().any(|c| c == column));
            rest.collect::<BTreeMap<_, _>>()
                .into_iter()
                .chain(named.clone())
                .collect()
        }
    };
    // A trial of nothing shows the columns, so that a person can say what they are.
    if chosen.is_empty() && !settings.dry_run {
        return Err(Problem::new(code::NOTHING_MAPPED));
    }
    let open = || {
        let all = targets(kind).map(|(name, _)| name);
        all.filter(|name| !settings.closed.contains(name))
    };
    let mut columns = Vec::new();
    for (wanted, index) in chosen {
        let target = open().find(|name| *name == wanted || stem(name) == Some(wanted.as_str()));
        let target = target.ok_or_else(|| {
            let all: Vec<&str> = open().collect();
            Problem::new(code::UNKNOWN_TARGET)
                .with("field", &wanted)
                .with("fields", all.join(", "))
        })?;
        columns.push(Column {
            index,
            header: headers[index].clone(),
            target,
            field: kind.field(target),
            style: Style::default(),
            values: HashMap::new(),
        });
    }
    for (wanted, values) in &settings.values {
        let stemmed = |target: &str| target == wanted || stem(target) == Some(wanted.as_str());
        let labelled = |target: &str| {
            label(kind, target).is_some_and(|l| [Locale::Zh, Locale::En].iter().any(|at| l.get(*at) == wanted))
        };
        let at = columns.iter().position(|c| folded(&c.header) == folded(wanted));
        let at = at.or_else(|| columns.iter().position(|c| stemmed(c.target) || labelled(c.target)));
        match at {
            Some(at) => columns[at]
                .values
                .extend(values.iter().map(|(from, to)| (folded(from), to.clone()))),
            // Values of a column that is left out concern nobody.
            None if position(wanted).is_some() => {}
            None => return Err(unknown(wanted)),
        }
    }
    columns.sort_by_key(|c| c.index);
    Ok(columns)
}
