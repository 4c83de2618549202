//! Filters, scopes and searches as SQL, for every kind and both dialects.

use crate::engine::source;
use crate::error::Result;
use crate::sharing;
use crate::sql::Sql;
use crate::store::FOLD;
use crate::tx::{Dialect, Tx};
use domain::policy::{Opened, Parent, Scope, Shared, Visible};
use domain::query::{Filter, Leaf, Test};
use domain::text::{fold, marks, not_folded_alone, pattern, sort_range, spelled_out};
use domain::value::{Storage, Val};
use domain::view::Audience;
use domain::{Field, Id, Kind, custom};

const ALIVE: &str = " AND t.deleted_at IS NULL";

/// Rows of `table` (aliased `t`) that are alive and visible in the scope.
pub fn scope(sql: &mut Sql, dialect: Dialect, scope: &Scope) {
    reach(sql, dialect, scope, ALIVE, OwnerTest::AsPlanned);
}

/// As `scope`, for statements that look at every row: the visible parents are listed once instead of looked up for each.
pub fn scope_of_all(sql: &mut Sql, dialect: Dialect, scope: &Scope) {
    reach(sql, dialect, scope, ALIVE, OwnerTest::AtEvery);
}

/// As `scope`, and the planner does not start with the owners.
pub fn scope_walked(sql: &mut Sql, dialect: Dialect, scope: &Scope) {
    reach(sql, dialect, scope, ALIVE, OwnerTest::Walking);
}

/// Rows in the recycle bin that the scope lets see.
pub fn scope_deleted(sql: &mut Sql, dialect: Dialect, scope: &Scope) {
    reach(
        sql,
        dialect,
        scope,
        " AND t.deleted_at IS NOT NULL",
        OwnerTest::AsPlanned,
    );
}

/// How the conditions on owners and parents are written, which decides how the planner goes about them.
#[derive(Clone, Copy, PartialEq)]
enum OwnerTest {
    /// Plainly: the planner may start from an index of owners.
    AsPlanned,
    /// For statements that read the whole table: visible parents as one list, not a lookup for each row.
    AtEvery,
    /// As an expression that no index serves: the planner walks along the sort order and tests each row.
    Walking,
}

fn reach(sql: &mut Sql, dialect: Dialect, scope: &Scope, alive: &'static str, looking: OwnerTest) {
    sql.push("t.workspace_id = ").bind(scope.workspace()).push(alive);
    let visible_by = visible_by(scope);
    if visible_by.is_empty() {
        return;
    }
    // `(…) IS TRUE` is the same condition, but an expression: no index serves it, so that neither planner starts from the
    // index of owners and sorts afterwards, where the walk along the sort order ends after one page.
    let walked = looking == OwnerTest::Walking;
    sql.push(if walked { " AND ((" } else { " AND (" });
    for (i, way) in visible_by.iter().enumerate() {
        sql.push(if i > 0 { " OR " } else { "" });
        way.write(sql, dialect, scope.workspace(), looking != OwnerTest::AtEvery);
    }
    sql.push(if walked { ") IS TRUE)" } else { ")" });
}

/// Why a row is visible; any one of these is enough.
enum VisibleBy<'a> {
    Owned(&'a [Id]),
    Shared(Shared),
    Opened(&'a Opened),
    Through(&'a Parent),
}

/// All that make rows visible in a scope; empty where every row is, and nothing needs to be asked.
fn visible_by(scope: &Scope) -> Vec<VisibleBy<'_>> {
    let Visible::Owners(owners) = scope.visible() else {
        return Vec::new();
    };
    let beside = scope.shared().map(VisibleBy::Shared);
    let opened = scope.opened().map(VisibleBy::Opened);
    let parents = scope.parents().iter().map(VisibleBy::Through);
    std::iter::once(VisibleBy::Owned(owners))
        .chain(beside)
        .chain(opened)
        .chain(parents)
        .collect()
}

impl VisibleBy<'_> {
    fn write(&self, sql: &mut Sql, dialect: Dialect, workspace: Id, looked_up: bool) {
        match self {
            Self::Owned(owners) => owned_by(sql, dialect, "t", owners),
            Self::Shared(shared) => {
                sql.push("t.id");
                sharing::shared_with(sql, workspace, *shared);
            }
            Self::Opened(opened) => opened_to(sql, dialect, opened),
            Self::Through(parent) => seen_through(sql, dialect, workspace, ("t", 0), parent, looked_up),
        }
    }
}

/// Rows that their owners have opened to the reader.
fn opened_to(sql: &mut Sql, dialect: Dialect, opened: &Opened) {
    let column = opened.column;
    sql.push(format!("(t.{column} = "))
        .bind(Audience::All.key())
        .push(format!(" OR (t.{column} = "))
        .bind(Audience::Team.key())
        .push(" AND (t.team_id");
    one_of_ids(sql, dialect, &opened.teams);
    sql.push(" OR (t.team_id IS NULL AND t.owner_id");
    one_of_ids(sql, dialect, &opened.fellows);
    sql.push("))))");
}

/// Rows of `child`, so many levels below the rows asked for, whose parent is visible, and not in the recycle bin.
fn seen_through(
    sql: &mut Sql,
    dialect: Dialect,
    workspace: Id,
    (child, level): (&str, usize),
    parent: &Parent,
    looked_up: bool,
) {
    let (column, table) = (parent.column, parent.table);
    let p = format!("p{level}");
    let own = |sql: &mut Sql, owners: &[Id]| {
        owned_by(sql, dialect, &p, owners);
        if let Some(shared) = parent.shared {
            sql.push(format!(" OR {p}.id"));
            sharing::shared_with(sql, workspace, shared);
        }
    };
    let exists = format!(
        "EXISTS (SELECT 1 FROM {table} {p} WHERE {p}.workspace_id = {child}.workspace_id AND {p}.id = {child}.{column}"
    );
    match &parent.visible {
        // Where every parent is visible, a list of them would be the whole table.
        Visible::All => {
            sql.push(exists);
        }
        Visible::Owners(owners) if looked_up => {
            sql.push(exists).push(" AND (");
            own(sql, owners);
            for above in &parent.above {
                sql.push(" OR ");
                seen_through(sql, dialect, workspace, (&p, level + 1), above, true);
            }
            sql.push(")");
        }
        Visible::Owners(owners) => {
            let rows = |sql: &mut Sql| {
                sql.push(format!("SELECT {p}.id FROM {table} {p} WHERE {p}.workspace_id = "))
                    .bind(workspace)
                    .push(" AND (");
            };
            sql.push(format!("{child}.{column} IN ("));
            rows(sql);
            own(sql, owners);
            // Each way is a list of its own: an OR over them would use none of their indexes.
            for above in &parent.above {
                sql.push(format!(") AND {p}.deleted_at IS NULL UNION ALL "));
                rows(sql);
                seen_through(sql, dialect, workspace, (&p, level + 1), above, false);
            }
            sql.push(")");
        }
    }
    sql.push(format!(" AND {p}.deleted_at IS NULL)"));
}

/// How a page of a list comes to the rows that the scope lets see.
#[derive(Clone, Copy, PartialEq)]
pub enum Rows {
    /// As the planner likes.
    Any,
    /// Few are visible: they are gathered, and sorted.
    Gathered,
    /// Many are visible: along the sort order, looking at each row's owner.
    Walked,
}

/// Up to this many visible rows are gathered and sorted; with more, enough of them are met along the sort order.
const FEW: i64 = 4_000;

/// Chooses between gathering and walking. Neither is good for all: a team of three among a thousand owners would be looked for in a hundred thousand rows, and
/// the rows of five hundred owners would all be sorted to show fifty. Neither database can know how many there are behind
/// a bound value, so it is asked first, by an index that holds the answer.
pub fn rows(tx: &mut Tx, kind: &Kind, scope: &Scope) -> Result<Rows> {
    let Visible::Owners(owners) = scope.visible() else {
        return Ok(Rows::Any);
    };
    if owners.len() < 2 && scope.shared().is_none() && scope.opened().is_none() && scope.parents().is_empty() {
        // One owner: an index has their rows in the order of each sort.
        return Ok(Rows::Any);
    }
    let mut sql = Sql::new("SELECT count(*) FROM (");
    gathered(&mut sql, tx.dialect(), kind, scope, "t.id", FEW + 1);
    sql.push(") v");
    let many = tx.value::<i64>(&sql)?.unwrap_or_default() > FEW;
    Ok(if many { Rows::Walked } else { Rows::Gathered })
}

/// Selects the visible rows, one SELECT for each index that finds some. `LIMIT most` stands even where there are fewer: it
/// keeps the planner from folding this into the statement around it, and walking the table in that one's order.
pub fn gathered(sql: &mut Sql, dialect: Dialect, kind: &Kind, scope: &Scope, columns: &str, most: i64) {
    let source = |sql: &mut Sql| {
        sql.push(format!(
            "SELECT {columns} FROM {} t WHERE t.workspace_id = ",
            source(kind)
        ))
        .bind(scope.workspace())
        .push(" AND t.deleted_at IS NULL");
    };
    source(sql);
    for (i, way) in visible_by(scope).iter().enumerate() {
        if i > 0 {
            sql.push(" UNION ");
            source(sql);
        }
        sql.push(" AND ");
        way.write(sql, dialect, scope.workspace(), false);
    }
    sql.push(" LIMIT ").bind(most);
}

fn owned_by(sql: &mut Sql, dialect: Dialect, table: &str, owners: &[Id]) {
    match owners {
        [] => {
            sql.push("1 = 0");
        }
        [one] => {
            sql.push(format!("{table}.owner_id = ")).bind(*one);
        }
        many => {
            sql.push(format!("{table}.owner_id"));
            one_of_ids(sql, dialect, many);
        }
    }
}

/// ` IN` a list of ids as one bound value, so that the statement stays the same for any number.
pub fn one_of_ids(sql: &mut Sql, dialect: Dialect, ids: &[Id]) {
    match dialect {
        Dialect::Pg => {
            let list = ids.iter().map(Id::to_string).collect::<Vec<_>>().join(",");
            sql.push(" = ANY(string_to_array(").bind(list).push(", ',')::uuid[])");
        }
        Dialect::Sqlite => {
            let list: Vec<String> = ids.iter().map(|id| id.simple().to_string()).collect();
            sql.push(" IN (SELECT unhex(value) FROM json_each(")
                .bind(serde_json::json!(list).to_string())
                .push("))");
        }
    }
}

/// ` IN` a list of texts as one bound value.
pub fn one_of_texts(sql: &mut Sql, dialect: Dialect, texts: Vec<String>) {
    let (before, after) = match dialect {
        Dialect::Pg => (" = ANY(", ")"),
        Dialect::Sqlite => (" IN (SELECT value FROM json_each(", "))"),
    };
    sql.push(before).bind(Val::Texts(texts)).push(after);
}

/// Keeps the rows (`t`) as they are until the transaction ends, taking them in the order of their ids: two transactions over the
/// same rows wait for one another and not both for ever. SQLite has one writer at a time.
pub fn lock_in_order(sql: &mut Sql, dialect: Dialect) {
    if dialect == Dialect::Pg {
        sql.push(" ORDER BY t.id FOR UPDATE OF t");
    }
}

/// Rows that name this record in a field.
pub fn refers(sql: &mut Sql, dialect: Dialect, field: &Field, id: Id) {
    let (column, storage) = field.filter_column();
    let test = match field.is_several() {
        true => Test::Has(id.to_string()),
        false => Test::Eq(Val::Id(id)),
    };
    let leaf = Leaf {
        column,
        storage,
        custom: field.custom.map(|custom| custom.id),
        test,
    };
    match leaf.custom {
        // Few refer to one, so start from them.
        Some(of) => among(sql, dialect, of, &leaf),
        None => test_of(sql, dialect, &leaf),
    }
}

/// ` FROM custom_values v WHERE` it is a value of the field that passes the test, of this workspace.
fn passing(sql: &mut Sql, dialect: Dialect, workspace: Option<Id>, of: Id, leaf: &Leaf) {
    sql.push(" FROM custom_values v WHERE v.workspace_id = ");
    match workspace {
        Some(id) => sql.bind(id),
        // That of the row looked at.
        None => sql.push("t.workspace_id"),
    };
    sql.push(" AND v.field_id = ").bind(of);
    if let Some(test) = of_value(&leaf.test) {
        sql.push(" AND ");
        compare(sql, dialect, &format!("v.{}", leaf.column), leaf.storage, &test);
    }
    // The index that sorts leads there; each value is then looked at.
    if let Some((from, to)) = sorted_between(&leaf.test) {
        sql.push(" AND v.sort >= ").bind(from).push(" AND v.sort < ").bind(to);
    }
}

/// What a test asks of a value that is there. Whether there is one is asked by the statement around it.
fn of_value(test: &Test) -> Option<Test> {
    let all = |values: &[Val]| values.iter().map(custom::operand).collect();
    Some(match test {
        Test::Eq(v) | Test::Ne(v) => Test::Eq(custom::operand(v)),
        Test::Lt(v) => Test::Lt(custom::operand(v)),
        Test::Lte(v) => Test::Lte(custom::operand(v)),
        Test::Gt(v) => Test::Gt(custom::operand(v)),
        Test::Gte(v) => Test::Gte(custom::operand(v)),
        Test::Within(from, to) => Test::Within(custom::operand(from), custom::operand(to)),
        Test::In(values) | Test::NotIn(values) => Test::In(all(values)),
        Test::Has(text) => Test::Eq(Val::from(text.as_str())),
        Test::Contains(text) => Test::Contains(text.clone()),
        Test::StartsWith(text) => Test::StartsWith(text.clone()),
        Test::Null(_) => return None,
    })
}

fn sorted_between(test: &Test) -> Option<(String, String)> {
    match test {
        Test::StartsWith(text) => sort_range(text),
        _ => None,
    }
}

/// Whether a record has no value that passes, rather than one.
fn is_without(test: &Test) -> bool {
    matches!(test, Test::Ne(_) | Test::NotIn(_) | Test::Null(true))
}

/// Records that have a value of a custom field: each row is looked up in the index.
fn custom_test(sql: &mut Sql, dialect: Dialect, of: Id, leaf: &Leaf) {
    let none = if is_without(&leaf.test) { "NOT " } else { "" };
    sql.push(format!("{none}EXISTS (SELECT 1"));
    passing(sql, dialect, None, of, leaf);
    sql.push(" AND v.record_id = t.id)");
}

/// The same where few have one: the index lists them. Only for tests of values that are there.
fn among(sql: &mut Sql, dialect: Dialect, of: Id, leaf: &Leaf) {
    sql.push("t.id IN (SELECT v.record_id");
    passing(sql, dialect, None, of, leaf);
    sql.push(")");
}

/// A test on a custom field that every row of a list passes and few records do: the list starts from these.
pub fn narrowest(tx: &mut Tx, scope: &Scope, tree: Option<&Filter>) -> Result<Option<Leaf>> {
    let parts = match tree {
        Some(Filter::And(parts)) => parts.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    let mut best: Option<(i64, Leaf)> = None;
    for part in parts {
        // What looks through every value of a field tells no sooner how many pass.
        let (Filter::Leaf(leaf), of) = (part, custom_of(part)) else {
            continue;
        };
        let Some(of) = of.filter(|_| is_looked_up(&leaf.test)) else {
            continue;
        };
        let most = best.as_ref().map_or(FEW, |(count, _)| *count);
        let mut sql = Sql::new("SELECT count(*) FROM (SELECT 1").ad_hoc();
        passing(&mut sql, tx.dialect(), Some(scope.workspace()), of, leaf);
        sql.push(" LIMIT ").bind(most + 1).push(") counted");
        let count = tx.value::<i64>(&sql)?.unwrap_or_default();
        if count <= most {
            best = Some((count, leaf.clone()));
        }
    }
    Ok(best.map(|(_, leaf)| leaf))
}

fn custom_of(part: &Filter) -> Option<Id> {
    match part {
        Filter::Leaf(leaf) => leaf.custom,
        _ => None,
    }
}

fn is_looked_up(test: &Test) -> bool {
    match test {
        Test::StartsWith(_) => sorted_between(test).is_some(),
        Test::Contains(_) | Test::Null(_) => false,
        other => !is_without(other),
    }
}

/// Rows among those that pass a test which few do.
pub fn starting_from(sql: &mut Sql, dialect: Dialect, scope: &Scope, leaf: &Leaf) {
    let Some(of) = leaf.custom else { return };
    sql.push(" AND t.id IN (SELECT w.record_id FROM (SELECT v.record_id");
    passing(sql, dialect, Some(scope.workspace()), of, leaf);
    // The limit keeps the planner from walking the table and asking of each row.
    sql.push(" LIMIT ").bind(i64::MAX).push(") w)");
}

pub fn filter(sql: &mut Sql, dialect: Dialect, tree: &Filter) {
    let branch = |sql: &mut Sql, parts: &[Filter], word: &'static str, empty: &'static str| {
        if parts.is_empty() {
            sql.push(empty);
            return;
        }
        sql.push("(");
        for (i, part) in parts.iter().enumerate() {
            if i > 0 {
                sql.push(word);
            }
            filter(sql, dialect, part);
        }
        sql.push(")");
    };
    match tree {
        Filter::And(parts) => branch(sql, parts, " AND ", "1 = 1"),
        Filter::Or(parts) => branch(sql, parts, " OR ", "1 = 0"),
        Filter::Not(part) => {
            // A test on a missing value is neither true nor false: such a row does not pass, so it passes the negation.
            sql.push("NOT coalesce(");
            filter(sql, dialect, part);
            sql.push(match dialect {
                Dialect::Pg => ", FALSE)",
                Dialect::Sqlite => ", 0)",
            });
        }
        Filter::Leaf(leaf) => test_of(sql, dialect, leaf),
    }
}

fn test_of(sql: &mut Sql, dialect: Dialect, leaf: &Leaf) {
    match leaf.custom {
        Some(of) => custom_test(sql, dialect, of, leaf),
        None => compare(sql, dialect, &format!("t.{}", leaf.column), leaf.storage, &leaf.test),
    }
}

fn compare(sql: &mut Sql, dialect: Dialect, column: &str, storage: Storage, test: &Test) {
    let mut plain = |op: &'static str, value: &Val| {
        sql.push(column.to_owned()).push(op).bind(value.clone());
    };
    match test {
        Test::Eq(v) => plain(" = ", v),
        Test::Lt(v) => plain(" < ", v),
        Test::Lte(v) => plain(" <= ", v),
        Test::Gt(v) => plain(" > ", v),
        Test::Gte(v) => plain(" >= ", v),
        Test::Ne(v) => {
            sql.push(format!("({column} <> "))
                .bind(v.clone())
                .push(format!(" OR {column} IS NULL)"));
        }
        Test::Within(from, to) => {
            sql.push(format!("({column} >= ")).bind(from.clone());
            sql.push(format!(" AND {column} < ")).bind(to.clone()).push(")");
        }
        Test::In(values) => one_of(sql, column, values),
        Test::NotIn(values) => {
            sql.push("(NOT ");
            one_of(sql, column, values);
            sql.push(format!(" OR {column} IS NULL)"));
        }
        // Both find what the search would: SQLite folds the column by our own function, PostgreSQL cannot and is asked for
        // every spelling.
        Test::Contains(text) => match dialect {
            Dialect::Pg => matches(sql, column, pattern(text)),
            Dialect::Sqlite => {
                sql.push(format!("instr({FOLD}({column}), "))
                    .bind(fold(text))
                    .push(") > 0");
            }
        },
        Test::StartsWith(text) => match dialect {
            Dialect::Pg => matches(sql, column, format!("^{}", pattern(text))),
            Dialect::Sqlite => {
                let start = fold(text);
                let length = i64::try_from(start.chars().count()).unwrap_or(i64::MAX);
                sql.push(format!("substr({FOLD}({column}), 1, ")).bind(length);
                sql.push(") = ").bind(start);
            }
        },
        Test::Has(text) => match dialect {
            Dialect::Pg => {
                sql.push(format!("{column} @> ARRAY["))
                    .bind(text.as_str())
                    .push("]::text[]");
            }
            Dialect::Sqlite => {
                sql.push(format!("EXISTS (SELECT 1 FROM json_each({column}) WHERE value = "))
                    .bind(text.as_str())
                    .push(")");
            }
        },
        Test::Null(wanted) if storage == Storage::Texts => {
            let empty = match dialect {
                Dialect::Pg => "'{}'",
                Dialect::Sqlite => "'[]'",
            };
            sql.push(format!("{column} {} {empty}", if *wanted { "=" } else { "<>" }));
        }
        Test::Null(wanted) => {
            sql.push(format!("{column} IS {}NULL", if *wanted { "" } else { "NOT " }));
        }
    }
}

/// PostgreSQL: whether a column has what a pattern of the domain describes. Most rows have neither that nor a character that
/// does not fold by itself, so that one look is enough; to compose every text took ten times as long.
fn matches(sql: &mut Sql, column: &str, pattern: String) {
    let opened: String = spelled_out().iter().map(|_| "replace(").collect();
    sql.push(format!("({column} ~ "))
        .bind(format!("(?:{pattern})|{}", not_folded_alone()));
    sql.push(format!(" AND CASE WHEN {column} ~ ")).bind(not_folded_alone());
    sql.push(format!(" THEN {opened}regexp_replace(normalize({column}, NFKC), "))
        .bind(marks())
        .push(", '', 'g')");
    for (letter, spelled) in spelled_out() {
        sql.push(format!(", '{letter}', '{spelled}')"));
    }
    sql.push(format!(" ELSE {column} END ~ ")).bind(pattern).push(")");
}

fn one_of(sql: &mut Sql, column: &str, values: &[Val]) {
    if values.is_empty() {
        sql.push("1 = 0");
        return;
    }
    sql.push(format!("{column} IN ("));
    for (i, value) in values.iter().enumerate() {
        if i > 0 {
            sql.push(", ");
        }
        sql.bind(value.clone());
    }
    sql.push(")");
}
