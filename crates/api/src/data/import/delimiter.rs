//! Which character parts the cells: the one that splits the first records alike.

/// Those that exports use, the usual first.
pub const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// What they are called: generators of clients make no identifiers of marks, and forms and shells lose a tab.
pub const NAMES: [&str; 4] = ["comma", "semicolon", "tab", "pipe"];

/// The delimiter that is meant by its name, or by itself.
pub fn named(text: &str) -> Option<u8> {
    let mut all = DELIMITERS.into_iter().zip(NAMES);
    let (mark, _) = all.find(|(mark, name)| text == *name || text.as_bytes() == [*mark])?;
    Some(mark)
}

/// Records compared.
const RECORDS: usize = 50;

/// The delimiter of a text by its beginning. `complete` says that the text is all there is, so that its last record is
/// whole. A text with one column only is read with commas.
pub fn find(text: &str, complete: bool) -> u8 {
    // Ties go to the earlier of DELIMITERS, and `max_by_key` takes the last of equals.
    DELIMITERS
        .into_iter()
        .rev()
        .max_by_key(|delimiter| score(text, *delimiter, complete))
        .unwrap_or(b',')
}

/// How well a delimiter explains the text: records with as many cells as the first, in per cent, then the cells.
/// A delimiter that is not in the first record scores nothing.
fn score(text: &str, delimiter: u8, complete: bool) -> (usize, usize) {
    let mut counts = cells(text, delimiter);
    if !complete && counts.len() > 1 && counts.len() < RECORDS {
        counts.pop();
    }
    let Some(&first) = counts.first().filter(|c| **c > 1) else {
        return (0, 0);
    };
    // A trailing delimiter that only some rows have is no disagreement.
    let alike = counts.iter().filter(|c| c.abs_diff(first) == 0).count();
    (alike * 100 / counts.len(), first)
}

/// The number of cells in each of the first records that are not blank, quotes honoured.
fn cells(text: &str, delimiter: u8) -> Vec<usize> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut record = csv::ByteRecord::new();
    let mut counts = Vec::new();
    while counts.len() < RECORDS && matches!(reader.read_byte_record(&mut record), Ok(true)) {
        if record.iter().any(|cell| !cell.trim_ascii().is_empty()) {
            counts.push(record.len());
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_delimiter_that_splits_records_alike() {
        for (text, delimiter) in [
            ("a,b\n1,2\n", b','),
            ("a;b\n1,5;2\n3,5;4\n", b';'),
            ("a\tb\n1,2\t3\n", b'\t'),
            ("a|b\n1|2\n", b'|'),
            ("name;notes\n\"x;y\";\"a, b, c\"\n", b';'),
            ("name,notes\n\"a;b;c\nd;e\",1\n", b','),
            ("only\n1\n2\n", b','),
            ("", b','),
            ("\n\n;;\nname;city;zip\na;b;c\n", b';'),
            ("客户名称\t城市\n\"含逗号\t与\"\"引号\"\"\"\t杭州, 西湖\n", b'\t'),
            // One comma in a title column does not outweigh a consistent semicolon.
            ("Company, legal;City\nA;B\nC;D\n", b';'),
        ] {
            assert_eq!(find(text, true) as char, delimiter as char, "{text:?}");
        }
    }

    #[test]
    fn a_record_cut_by_the_window_does_not_count() {
        assert_eq!(find("a;b;c\n1,0;2,0;3,0\n4,0;5,", false) as char, ';');
    }
}
