//! Reads from what test runners print how many tests passed and failed, and which passed only when run again.

#[derive(Clone, Default, PartialEq, Debug)]
pub struct Counts {
    pub passed: usize,
    pub failed: usize,
    /// Names of tests that passed at the second try, with what was wrong at the first.
    pub flaky: Vec<String>,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.flaky.extend(other.flaky);
    }
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

impl Counts {
    /// The counts in a runner's closing lines; none in any other line.
    pub fn read(line: &str) -> Option<Self> {
        let line = without_colours(line);
        // Our browser tests name the flaky ones before the counts, in which those have passed.
        if let Some(test) = line.strip_prefix("flaky ") {
            return Some(Self {
                flaky: vec![test.trim().to_owned()],
                ..Self::default()
            });
        }
        let line = line.trim();
        // nextest, libtest, and the plain line of our own browser tests.
        let closing = match line {
            _ if line.starts_with("Summary [") => line.split_once("run:")?.1,
            _ if line.starts_with("test result:") => line.split_once(". ")?.1,
            _ if line.starts_with(|first: char| first.is_ascii_digit()) && line.contains(" passed, ") => line,
            _ => return None,
        };
        let mut counts = Self::default();
        for part in closing.split([',', ';']) {
            let mut words = part.split_whitespace();
            let (Some(number), Some(kind)) = (words.next().and_then(|word| word.parse::<usize>().ok()), words.next())
            else {
                continue;
            };
            match kind {
                "passed" => counts.passed += number,
                // "timed out" and "exec failed" are nextest's other ways to fail.
                "failed" | "timed" | "exec" => counts.failed += number,
                _ => {}
            }
        }
        Some(counts)
    }
}

/// The line without terminal escape sequences (`ESC [ … letter`).
fn without_colours(line: &str) -> String {
    let mut plain = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("\x1b[") {
        plain += before;
        rest = after
            .split_once(|end: char| end.is_ascii_alphabetic())
            .map_or("", |(_, rest)| rest);
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(passed: usize, failed: usize) -> Option<Counts> {
        Some(Counts {
            passed,
            failed,
            flaky: Vec::new(),
        })
    }

    #[test]
    fn closing_lines_of_each_runner_are_read() {
        let nextest =
            "     Summary [   0.306s] 6 tests run: 3 passed (1 slow), 1 failed, 1 timed out, 1 exec failed, 7 skipped";
        assert_eq!(Counts::read(nextest), counts(3, 3));
        assert_eq!(
            Counts::read("     Summary [   0.1s] 1 test run: 1 passed, 0 skipped"),
            counts(1, 0)
        );
        let libtest =
            "test result: FAILED. 12 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s";
        assert_eq!(Counts::read(libtest), counts(12, 2));
        assert_eq!(Counts::read("14 passed, 0 failed"), counts(14, 0));
        assert_eq!(Counts::read("\x1b[32;1m14 passed\x1b[0m, 2 failed"), counts(14, 2));
    }

    #[test]
    fn a_flaky_test_is_named_and_counted_once() {
        let closing = ["flaky board: a card moves: not there\n", "2 passed, 1 failed"];
        let mut counts = Counts::default();
        for line in closing {
            counts += Counts::read(line).expect("a closing line");
        }
        assert_eq!(counts.flaky, ["board: a card moves: not there"]);
        assert_eq!(counts.to_string(), "2 passed, 1 failed");
        assert_eq!(
            Counts::read(" flaky   3.2 s  as it happens"),
            None,
            "said again at the end"
        );
    }

    #[test]
    fn other_lines_say_nothing() {
        for line in ["", "test lead::tests::passed ... ok", "passed, failed", "3 rows passed"] {
            assert_eq!(Counts::read(line), None, "{line}");
        }
    }
}
