//! Sums of amounts, which two of the largest would carry past what a column holds.

use domain::value::{Corrupt, Row, Storage};

/// What a sum is read as.
pub const STORAGE: [Storage; 2] = [Storage::Int, Storage::Int];

/// Two columns that make up the sum of what `of` says in each row: of its upper and of its lower 32 bits. Each fits for
/// thousands of millions of rows, on both databases alike; SQLite gives up where `sum()` of the whole does not.
pub fn columns(of: &str) -> String {
    let part = |bits: &str| format!("CAST(coalesce(sum({bits}), 0) AS BIGINT)");
    let (upper, lower) = (format!("({of}) >> 32"), format!("({of}) & 4294967295"));
    format!("{}, {}", part(&upper), part(&lower))
}

pub fn take(row: &mut Row) -> Result<i128, Corrupt> {
    let upper: i64 = row.get()?;
    let lower: i64 = row.get()?;
    Ok((i128::from(upper) << 32) + i128::from(lower))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::Sql;
    use crate::tx::Tx;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_amounts_are_too_many_or_too_large(amounts in prop::collection::vec(prop_oneof![Just(i64::MAX), Just(i64::MIN), any::<i64>()], 0..50)) {
            let folder = tempfile::tempdir().expect("a folder");
            let mut conn = crate::store::connect_sqlite(&folder.path().join("a.db")).expect("connects");
            let json = serde_json::json!(amounts).to_string();
            let sql = Sql::new(format!("SELECT {} FROM json_each(", columns("value"))).value(json).text(")");
            let row = Tx::Sqlite(&mut conn).row(&sql, &STORAGE).expect("adds up");
            let exact: i128 = amounts.iter().copied().map(i128::from).sum();
            prop_assert_eq!(row.map(|mut row| take(&mut row)), Some(Ok(exact)));
        }
    }
}
